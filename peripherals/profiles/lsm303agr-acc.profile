# SPDX-License-Identifier: GPL-2.0-or-later
# LSM303AGR, accelerometer.  Source: STMicroelectronics DocID027765, registers
# 07h to 3Fh; bit 7 of the sub-address lets it count up.  Reading OUT_x_H takes
# the axis (and, with the FIFO on, a sample); INTx_SRC and CLICK_SRC are cleared
# by reading.  Not described: the ring 28h to 2Dh while the FIFO is on.
profile 1
part lsm303agr-acc
increment-bit 7
ahead 16
plain  0x00-0x0b
sample 0x0c-0x0d
plain  0x0e-0x27
sample 0x28-0x2d
plain  0x2e-0x30
clear  0x31
plain  0x32-0x34
clear  0x35
plain  0x36-0x38
clear  0x39
plain  0x3a-0x7f
