#!/usr/bin/python3
"""Run a program and time what it prints.

usage: stopwatch.py [-c] [-t SECONDS] [-s TEXT] TEXT COMMAND...

Prints the milliseconds until the standard output holds TEXT: from the start
of the program, or with -s from the moment its output held that other text.
The program is killed then.  With -c it is the program's processor time, which
other work on the machine hardly touches, in steps of 10 ms.  -t is the limit of
one run (default 60).  Exit status 1 if TEXT does not come.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import getopt
import os
import select
import subprocess
import sys
import time


def processor_seconds(pid):
    """Time that PID has used: fields 14 and 15 of proc(5)'s stat."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def time_one(command, clock, texts, seconds):
    """Run COMMAND; return milliseconds from the first of TEXTS to the last.

    CLOCK is told the program's process id."""
    limit = time.monotonic() + seconds
    seen = b""
    times = []
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    ) as child:
        try:
            while time.monotonic() < limit and len(times) < len(texts):
                if texts[len(times)] in seen:
                    times.append(clock(child.pid))
                elif select.select([child.stdout], [], [], 1)[0]:
                    data = os.read(child.stdout.fileno(), 4096)
                    if not data:
                        break
                    seen += data
        finally:
            child.kill()
    if len(times) < len(texts):
        raise RuntimeError(f"{command[0]} did not print {texts!r}: {seen!r}")
    return (times[-1] - times[0]) * 1000


def main():
    options, args = getopt.getopt(sys.argv[1:], "ct:s:")
    options = dict(options)
    seconds = float(options.get("-t", 60))
    clock = processor_seconds if "-c" in options else lambda pid: time.monotonic()
    # An empty text is there from the start.
    texts = [options.get("-s", "").encode(), args[0].encode()]
    print(f"{time_one(args[1:], clock, texts, seconds):.2f}")


try:
    main()
except (getopt.GetoptError, IndexError, ValueError) as error:
    print(f"stopwatch.py: {error}\n{__doc__}", file=sys.stderr)
    sys.exit(2)
except (OSError, RuntimeError) as error:
    print(f"stopwatch.py: {error}", file=sys.stderr)
    sys.exit(1)
