#!/usr/bin/python3
"""Run a shell command in the rig.

usage: guest.py [-t SECONDS] SOCKET COMMAND

SOCKET is the rig's second serial port; guest/control is at its other end.
What the command prints (stdout and stderr) comes out here, and its status is
this program's.  -t limits the whole run (default 30 s).  One command runs at
a time; further ones wait.

Exit status: the command's; 124 if it did not end in time or the rig is gone;
2 for wrong usage.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import base64
import fcntl
import getopt
import socket
import sys
import time

SEPARATOR = b"\x1e"


def run(path, command, seconds):
    """Return what the command prints, and its status."""
    deadline = time.monotonic() + seconds
    with open(path + ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with socket.socket(socket.AF_UNIX) as guest:
            guest.connect(path)
            guest.sendall(base64.b64encode(command.encode()) + b"\n")
            seen = b""
            while seen.count(SEPARATOR) < 2:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"no end in time; so far: {seen!r}")
                guest.settimeout(left)
                data = guest.recv(65536)
                if not data:
                    raise EOFError("the rig has closed its control port")
                seen += data
    output, status, _ = seen.split(SEPARATOR)
    return output, int(status)


def main():
    try:
        options, args = getopt.getopt(sys.argv[1:], "t:")
        seconds = float(dict(options).get("-t", 30))
        path, command = args
    except (getopt.GetoptError, ValueError):
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    try:
        output, status = run(path, command, seconds)
    except (OSError, EOFError, ValueError) as error:
        print(f"guest.py: {error}", file=sys.stderr)
        return 124
    sys.stdout.buffer.write(output)
    return status


sys.exit(main())
