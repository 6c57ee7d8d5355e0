# SPDX-License-Identifier: GPL-2.0-or-later
# torture, the part of peripherals/parts/torture.c: a tape from 00h on, SMBus
# forms C0h to CFh, each with a PEC, counters from F0h on.  What is on the tape
# behind BFh no command names: it belongs to BFh.
profile 1
part torture
plain 0x00-0xbe
plain 0xbf width 321
wrap  0xbf 0x00
plain 0xc0 width 2 stay
plain 0xc1 width 3 stay
block 0xc2 255
plain 0xc3 width 3 stay
block 0xc4 255
plain 0xc5-0xcf width 2 stay
plain 0xd0-0xef stay
plain 0xf0-0xff
wrap  0xff 0xf0
