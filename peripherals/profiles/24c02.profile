# SPDX-License-Identifier: GPL-2.0-or-later
# 24C02, EEPROM of 256 bytes.  Source: Microchip AT24C02C, DS20006111, sections
# 8.1 to 8.3: the address counter goes on from the last byte to the first.
profile 1
part 24c02
plain 0x00-0xff
