#!/usr/bin/python3
"""Give firmware commands over its serial port, and print the answers.

usage: console.py [-t SECONDS] SOCKET COMMAND...

SOCKET is QEMU's serial port (-serial unix:SOCKET,server=on,wait=off).  Each
COMMAND is sent as one line, and the line that comes next is its answer
(tests/firmware/edges.c).  What had come before is dropped.

Exit status: 0; 1 if an answer did not come in time (default 20 s for all); 2
for wrong usage.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import getopt
import socket
import sys
import time


def ask(sock, command, deadline):
    """Send COMMAND, return the line that comes back."""
    sock.sendall(command.encode() + b"\n")
    seen = b""
    while b"\n" not in seen:
        sock.settimeout(max(deadline - time.monotonic(), 0.001))
        data = sock.recv(4096)
        if not data:
            raise EOFError("the machine has closed its serial port")
        seen += data
    return seen.split(b"\n")[0].decode(errors="replace").strip()


def main():
    try:
        options, args = getopt.getopt(sys.argv[1:], "t:")
        deadline = time.monotonic() + float(dict(options).get("-t", 20))
        path, *commands = args
    except (getopt.GetoptError, ValueError):
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    try:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(path)
            for command in commands:
                print(ask(sock, command, deadline))
    except (OSError, EOFError) as error:
        print(f"console.py: {error}", file=sys.stderr)
        return 1
    return 0


sys.exit(main())
