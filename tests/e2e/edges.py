#!/usr/bin/python3
"""Measure what a pin did, from a trace of its levels.

usage: edges.py period TRACE PIN      median period and high time, in ns
       edges.py bits TRACE PIN        WS2812 bits: the bytes of each frame, then
                                      the high times of 0 and of 1, in ns
       edges.py count TRACE PIN       how many edges there were

TRACE is the log of -trace bw_nrf51_gpio_level, PIN a number of port P0.  Times
are those of the virtual clock.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re
import statistics
import sys

LEVEL = re.compile(r"bw_nrf51_gpio_level P0\.(\d+) ([01]) at (\d+) ns")
RESET_NS = 50000  # a pause that ends a WS2812 frame
LONG = 1.5  # a 1 is high for so much longer than the shortest 0, at least


def edges_of(path, pin):
    """Return the edges of PIN as pairs of time and level."""
    edges = []
    with open(path, encoding="ascii", errors="replace") as trace:
        for match in filter(None, map(LEVEL.search, trace)):
            if int(match[1]) == pin:
                edges.append((int(match[3]), int(match[2])))
    return edges


def pulses_of(edges):
    """Return rising times and high times of the whole pulses."""
    return [
        (up, down - up)
        for (up, high), (down, low) in zip(edges, edges[1:])
        if high == 1 and low == 0
    ]


def period(edges):
    pulses = pulses_of(edges)
    gaps = [b[0] - a[0] for a, b in zip(pulses, pulses[1:])]
    high = statistics.median(width for _, width in pulses)
    print(f"{statistics.median(gaps):.0f} {high:.0f}")


def bits(edges):
    """Print the frames, one a line, then the high times.

    Both bits must occur: lengths are compared, not measured against the data
    sheet's, since the emulated core takes the same time for any instruction."""
    shortest = min(width for _, width in pulses_of(edges))
    widths = {0: [], 1: []}
    frame = ""
    last = None
    for up, width in pulses_of(edges):
        if last is not None and up - last > RESET_NS and frame:
            print_frame(frame)
            frame = ""
        bit = int(width > LONG * shortest)
        widths[bit].append(width)
        frame += str(bit)
        last = up
    print_frame(frame)
    for bit, values in widths.items():
        if values:
            print(f"{bit}: {min(values)} to {max(values)} ns")


def print_frame(frame):
    whole = len(frame) // 8 * 8
    data = [int(frame[i : i + 8], 2) for i in range(0, whole, 8)]
    print(" ".join(f"{byte:02x}" for byte in data), f"+{len(frame) - whole}")


def main():
    try:
        what, path, pin = sys.argv[1:]
        edges = edges_of(path, int(pin))
        {"period": period, "bits": bits, "count": lambda e: print(len(e))}[what](edges)
    except (ValueError, KeyError, IndexError, statistics.StatisticsError):
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    return 0


sys.exit(main())
