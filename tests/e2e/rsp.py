#!/usr/bin/python3
"""Load a binary over gdb's remote serial protocol, as gdb's "load" does.

usage: rsp.py SOCKET FILE [CONTINUE]

SOCKET is QEMU's (-gdb unix:SOCKET,server=on,wait=off).  FILE is written to
address 0 on, in pieces, by M packets, and read back.  With CONTINUE the
debugger leaves ("detach") and the machine goes on; otherwise QEMU ends, as
with gdb's "kill".  With - for FILE the debugger steps three instructions and
leaves.

Exit status: 0, or 1 if a packet was not taken, within 20 s.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import socket
import sys

PIECE = 512  # bytes


class Stub:
    """QEMU's end of the protocol."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(path)
        self.seen = b""

    def send(self, text):
        data = text.encode()
        self.sock.sendall(b"$" + data + b"#%02x" % (sum(data) & 0xFF))

    def reply(self):
        """The text of the next packet."""
        while b"#" not in self.seen or len(self.seen.split(b"#", 1)[1]) < 2:
            data = self.sock.recv(4096)
            if not data:
                raise EOFError("the stub has closed the connection")
            self.seen += data
        packet, rest = self.seen.split(b"#", 1)
        self.seen = rest[2:]
        self.sock.sendall(b"+")
        return packet.split(b"$", 1)[1].decode()

    def ask(self, text):
        self.send(text)
        return self.reply()


def step(stub):
    """As gdb's "stepi", and look at the registers."""
    for _ in range(3):
        if not stub.ask("s").startswith("T05"):
            sys.exit("a step did not end as one")
        if len(stub.ask("g")) < 16 * 8:
            sys.exit("there are no registers")
    if stub.ask("D") != "OK":
        sys.exit("detach was refused")


def main():
    stub = Stub(sys.argv[1])
    if sys.argv[2] == "-":
        stub.ask("?")
        step(stub)
        return
    with open(sys.argv[2], "rb") as file:
        image = file.read()
    stub.ask("?")
    for at in range(0, len(image), PIECE):
        piece = image[at : at + PIECE]
        if stub.ask(f"M{at:x},{len(piece):x}:{piece.hex()}") != "OK":
            sys.exit(f"a write to 0x{at:x} was refused")
        if stub.ask(f"m{at:x},{len(piece):x}") != piece.hex():
            sys.exit(f"0x{at:x} reads back differently")
    if len(sys.argv) > 3:
        if stub.ask("D") != "OK":
            sys.exit("detach was refused")
    else:
        stub.send("k")


main()
