# SPDX-License-Identifier: GPL-2.0-or-later
# MAG3110, magnetometer.  Source: Freescale (NXP) data sheet, "Register address
# map": reading OUT_x_MSB takes the axis.  Not described: the fast mode, in
# which the pointer leaves out the LSBs.
profile 1
part mag3110
ahead 16
plain  0x00
sample 0x01-0x06
plain  0x07-0x11
wrap 0x11 0x00
