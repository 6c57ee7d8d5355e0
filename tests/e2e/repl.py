#!/usr/bin/python3
"""Type lines at a MicroPython prompt behind a unix socket, print the answers.

usage: repl.py [-r] [-t SECONDS] SOCKET LINE...

SOCKET is QEMU's serial port (-serial unix:SOCKET,server=on,wait=off).  Each
LINE is typed character by character, each waiting for its echo, since the
firmware's receive buffer is small; one that holds newlines is given in paste
mode.  What the interpreter prints comes out, without the echo and the prompt.
-t limits the whole run (default 20 s).  -r gives each LINE, a whole program
then, to the raw prompt in one piece, which does not echo.

Exit status: 0; 1 if the prompt did not come back in time (what had come so
far is printed on stderr); 2 for wrong usage.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import getopt
import socket
import sys
import time

PROMPT = b">>> "


class Repl:
    """A connection to the prompt, with one deadline for all its waits."""

    def __init__(self, path, seconds):
        self.deadline = time.monotonic() + seconds
        self.seen = b""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)

    def receive(self, seconds):
        """Take what comes within SECONDS, at most until the deadline.

        Returns whether anything came."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no prompt in time")
        self.sock.settimeout(min(seconds, left))
        try:
            data = self.sock.recv(4096)
        except TimeoutError:
            return False
        if not data:
            raise EOFError("the machine has closed its serial port")
        self.seen += data
        return True

    def wait_for(self, text):
        """Return what comes before TEXT and drop both."""
        while text not in self.seen:
            self.receive(10)
        before, self.seen = self.seen.split(text, 1)
        return before

    def find_prompt(self):
        """Press Enter until there is a prompt (the firmware may still boot)."""
        self.sock.sendall(b"\r")
        while not self.seen.endswith(PROMPT):
            if not self.receive(1):
                self.sock.sendall(b"\r")
        # Answers to further Enters may be under way: a token ends them.
        self.type_line("0x%x" % 0xBE9C)
        self.wait_for(b"48796\r\n" + PROMPT)

    def type_line(self, line):
        for char in line.encode():
            self.sock.sendall(bytes([char]))
            self.wait_for(bytes([char]))
        self.sock.sendall(b"\r")

    def paste(self, text):
        """Give several lines in the interpreter's paste mode."""
        self.sock.sendall(b"\x05")  # Ctrl-E begins it
        for line in text.split("\n"):
            self.wait_for(b"=== ")
            self.type_line(line)
        self.wait_for(b"=== ")
        self.sock.sendall(b"\x04")  # Ctrl-D ends it

    def run_raw(self, program):
        """Give PROGRAM all at once; return what it printed."""
        self.sock.sendall(b"\x01")  # Ctrl-A
        self.wait_for(b"raw REPL; CTRL-B to exit\r\n>")
        self.sock.sendall(program.encode() + b"\x04")
        self.wait_for(b"OK")
        output = self.wait_for(b"\x04") + self.wait_for(b"\x04>")
        self.sock.sendall(b"\x02")
        self.wait_for(PROMPT)
        return output.replace(b"\r\n", b"\n").decode()

    def run(self, line):
        """Type LINE; return what it printed."""
        if "\n" in line:
            self.paste(line)
        else:
            self.type_line(line)
        self.wait_for(b"\r\n")
        return self.wait_for(PROMPT).replace(b"\r\n", b"\n").decode()


def main():
    try:
        options, args = getopt.getopt(sys.argv[1:], "rt:")
        options = dict(options)
        seconds = float(options.get("-t", 20))
        path, lines = args[0], args[1:]
    except (getopt.GetoptError, IndexError, ValueError):
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    repl = None
    try:
        repl = Repl(path, seconds)
        repl.find_prompt()
        for line in lines:
            run = repl.run_raw if "-r" in options else repl.run
            print(run(line), end="")
    except (OSError, EOFError) as error:
        seen = repl.seen if repl else b""
        print(f"repl.py: {error}; last seen: {seen!r}", file=sys.stderr)
        return 1
    return 0


sys.exit(main())
