# SPDX-License-Identifier: GPL-2.0-or-later
# MMA8653FC, accelerometer.  Source: Freescale (NXP) data sheet, "Register
# address map": the data registers are a ring with STATUS, reading OUT_x_MSB
# takes the axis, SYSMOD, PL_STATUS and FF_MT_SRC are cleared by reading.  Not
# described: F_READ, in which the pointer leaves out the LSBs.
profile 1
part mma8653
ahead 16
plain  0x00
sample 0x01-0x06
plain  0x07-0x0a
clear  0x0b
plain  0x0c-0x0f
clear  0x10
plain  0x11-0x15
clear  0x16
plain  0x17-0xff
wrap 0x06 0x00
wrap 0x31 0x0d
