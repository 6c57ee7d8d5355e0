# SPDX-License-Identifier: GPL-2.0-or-later
# LSM303AGR, magnetometer.  Source: STMicroelectronics DocID027765, registers
# 45h to 6Dh; bit 7 of the sub-address lets it count up.  Reading OUTx_H takes
# the axis; INT_SOURCE is cleared by reading.
profile 1
part lsm303agr-mag
increment-bit 7
ahead 16
plain  0x00-0x63
clear  0x64
plain  0x65-0x67
sample 0x68-0x6d
plain  0x6e-0x7f
