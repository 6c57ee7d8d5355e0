# SPDX-License-Identifier: GPL-2.0-or-later
# DS3231, clock.  Source: Maxim 19-5170 Rev 10, figure 1 and "Address Map".
# Reading clears nothing; the time is copied at each START, so that bytes of
# two transfers are of two moments: all registers are fetched at once.
profile 1
part ds3231
ahead 19
plain 0x00-0x12
wrap 0x12 0x00
