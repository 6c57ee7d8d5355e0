#!/usr/bin/python3
"""Show what the micro:bit's LED matrix showed, from a GPIO trace.

usage: matrix.py TRACE        TRACE: log of -trace bw_nrf51_gpio_write

Prints each picture once per change, as five rows of # and . joined by "/".
Rows are P0.13-15 (high), columns P0.4-12 (low); LEDS is the board's wiring,
(x, y) of the LED at each row and column.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re
import sys

OUT = re.compile(r"bw_nrf51_gpio_write 0x504 OUT: 0x([0-9a-f]+)")
LEDS = (
    "00 20 40 43 33 23 13 03 12",
    "42 02 22 10 30 34 14 -- --",
    "24 44 04 01 11 21 31 41 32",
)


def main():
    picture = {}
    last = None
    with open(sys.argv[1], encoding="ascii", errors="replace") as trace:
        for match in filter(None, map(OUT.search, trace)):
            out = int(match[1], 16)
            for row, leds in enumerate(LEDS):
                if out >> (13 + row) & 1:
                    for column, led in enumerate(leds.split()):
                        picture[led] = not out >> (4 + column) & 1
            rows = (
                "".join(".#"[picture.get(f"{x}{y}", 0)] for x in range(5))
                for y in range(5)
            )
            text = "/".join(rows)
            if text != last:
                print(text)
            last = text


main()
