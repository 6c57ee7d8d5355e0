#!/usr/bin/python3
"""Read the panel in a screenshot.

usage: picture.py FILE.png            what the LEDs show, as /machine/display
       picture.py FILE.png X Y...     the colour of pixels, as RRGGBB

LEDs are told by the colour of their middle, whose place and colours are those
of peripherals/parts/microbit_face.c.  PNG of 8 bits a channel, without a
palette and not interlaced, as QEMU's screendump writes it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import struct
import sys
import zlib

LED_X, LED_Y, PITCH = 192, 98, 44
OFF_RED, FULL_RED = 0x3B, 0xFF
# What the ten values come to: the root of 255 times the time lit of 255
LIGHT = (0, 15, 27, 35, 50, 69, 95, 132, 185, 255)


def nearest(left, up, corner):
    guess = left + up - corner
    return min(left, up, corner, key=lambda value: abs(guess - value))


def unfilter(kind, line, above, step):
    """Undo a PNG filter (PNG specification, section 9) in place."""
    for i, byte in enumerate(line):
        left = line[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        add = (
            0,
            left,
            above[i],
            (left + above[i]) // 2,
            nearest(left, above[i], corner),
        )[kind]
        line[i] = (byte + add) & 0xFF


def read_png(path):
    """Return the lines of pixels, and bytes per pixel."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("no PNG")
    packed, pos = b"", 8
    while pos < len(data):
        length, kind = struct.unpack(">I4s", data[pos : pos + 8])
        body = data[pos + 8 : pos + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
        elif kind == b"IDAT":
            packed += body
        pos += length + 12
    if depth != 8 or colour not in (2, 6):
        raise ValueError("neither RGB nor RGBA of 8 bits")
    step = 3 if colour == 2 else 4
    raw, lines = zlib.decompress(packed), []
    above = bytearray(width * step)
    for y in range(height):
        start = y * (width * step + 1)
        line = bytearray(raw[start + 1 : start + 1 + width * step])
        unfilter(raw[start], line, above, step)
        lines.append(line)
        above = line
    return lines, step


def digit(red):
    light = (red - OFF_RED) * 255 // (FULL_RED - OFF_RED)
    return min(range(10), key=lambda n: abs(LIGHT[n] - light))


def main():
    lines, step = read_png(sys.argv[1])

    def pixel(x, y):
        return bytes(lines[y][x * step : x * step + 3])

    points = list(map(int, sys.argv[2:]))
    if points:
        for x, y in zip(points[::2], points[1::2]):
            print(pixel(x, y).hex())
        return
    for y in range(5):
        reds = (pixel(LED_X + PITCH * x, LED_Y + PITCH * y)[0] for x in range(5))
        print("".join(str(digit(red)) for red in reds))


main()
