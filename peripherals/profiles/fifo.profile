# SPDX-License-Identifier: GPL-2.0-or-later
# fifo, the part of peripherals/parts/fifo.c: reading 01h clears flags, 03h takes
# a byte out of the FIFO.
profile 1
part fifo
mask 0x1f
plain 0x00
clear 0x01
plain 0x02
fifo  0x03
plain 0x04-0x0f
plain 0x10-0x1f
wrap 0x0f 0x00
wrap 0x1f 0x10
