#!/usr/bin/python3
"""What an edge took on its way to a program or to firmware, and back.

usage: gpio_latency.py EDGES ANSWERS [OFFSET]
       gpio_latency.py offset PORT

EDGES is what "edges mirror -f" wrote (tests/rig/edges.c): number, time made,
time answered.  ANSWERS tells when the answering side saw each edge: what
"edges echo -f" wrote, or the log of -trace bw_nrf51_gpio_level with
-msg timestamp=on, in which each change of an output of tests/firmware/edges.c
is one.  The trace has this machine's clock, the others the rig's.  "offset"
prints the OFFSET between them, and its error: "edges clock" at port PORT
of this machine tells what the rig's shows.  Of some hundred questions the one
with the shortest round trip counts, and half of that is how wrong the figures
of one way may be.

Prints p50 and p99 of edge to answering side, of answering side to line, and of
both, and how wrong each way may be, in microseconds.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re
import socket
import sys
import time

OUTPUTS = {23, 22, 21, 16}  # P13 to P16
LEVEL = re.compile(r"@([0-9.]+):bw_nrf51_gpio_level P0\.(\d+) [01] ")
QUESTIONS = 500


def clock_offset(port):
    """Return this machine's time less the rig's, and its error, in seconds."""
    best = None
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answers = sock.makefile("rb")
        for _ in range(QUESTIONS):
            asked = time.time()
            sock.sendall(b"?")
            rig = int(answers.readline()) / 1e9
            came = time.time()
            trip = came - asked
            if best is None or trip < best[1] * 2:
                best = ((asked + came) / 2 - rig, trip / 2)
    if best is None:
        raise OSError("the rig's clock does not answer")
    return best


def read_edges(path):
    with open(path, encoding="ascii") as file:
        rows = [[int(word) for word in line.split()] for line in file]
    return [(made / 1e9, back / 1e9) for _, made, back in rows]


def read_answers(path, offset):
    """Times in the rig's clock at which the edges were seen."""
    with open(path, encoding="ascii", errors="replace") as file:
        lines = file.readlines()
    if not any("bw_nrf51_gpio_level" in line for line in lines):
        return [int(line.split()[1]) / 1e9 for line in lines]
    matches = filter(None, map(LEVEL.search, lines))
    return [float(m[1]) - offset for m in matches if int(m[2]) in OUTPUTS]


def percentiles(seconds):
    """p50 and p99 in microseconds."""
    values = sorted(seconds)
    return [round(values[int(len(values) * q)] * 1e6) for q in (0.5, 0.99)]


def main():
    if sys.argv[1:2] == ["offset"]:
        print("%.6f %.6f" % clock_offset(int(sys.argv[2])))
        return 0
    edges = read_edges(sys.argv[1])
    offset, error = (0, 0)
    if len(sys.argv) > 3:
        offset, error = map(float, sys.argv[3].split())
    seen = read_answers(sys.argv[2], offset)[-len(edges) :]
    if len(seen) != len(edges) or not edges:
        raise ValueError(f"{len(edges)} edges, but {len(seen)} answers")
    there = [at - made for (made, _), at in zip(edges, seen)]
    back = [back - at for (_, back), at in zip(edges, seen)]
    both = [back - made for made, back in edges]
    print(
        *percentiles(there), *percentiles(back), *percentiles(both), round(error * 1e6)
    )
    return 0


try:
    sys.exit(main())
except (OSError, ValueError, IndexError) as problem:
    print(f"gpio_latency.py: {problem}", file=sys.stderr)
    sys.exit(1)
