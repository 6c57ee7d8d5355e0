# SPDX-License-Identifier: GPL-2.0-or-later
# TMP102, thermometer.  Source: TI SBOS397, "Pointer Register": four registers
# of two bytes, the pointer stays.  What comes behind the second byte is no data
# (0xff), so a register is taken to be long and fetched two bytes at first.
profile 1
part tmp102
mask 0x03
ahead 2
plain 0x00-0x03 width 64 stay
