#!/usr/bin/python3
"""Ask a running machine over QMP: QOM properties, the screen, key and mouse.

usage: qmp.py [-t SECONDS] SOCKET ACTION...

ACTION is one of
  get PATH PROPERTY          print it
  set PATH PROPERTY VALUE    VALUE is JSON, or else taken as text
  watch PATH PROPERTY SECONDS    print each value once it has changed
  screendump FILE.png        the panel
  screendump-of ID FILE.png  the picture of another display, by its device's id
  press KEY, release KEY     by QEMU's name of the key, such as a
  move X Y                   the mouse; 0 to 32767 is the whole screen
  down, up                   its left button
  hmp COMMAND                a command of QEMU's monitor
  qmp COMMAND ARGUMENTS      one of QMP's own, with ARGUMENTS in JSON
  wait SECONDS

SOCKET is QEMU's -qmp unix:SOCKET,server=on,wait=off.  -t limits the whole run
(default 20 s).  Exit status: 0; 1 if QEMU refused or did not answer in time;
2 for wrong usage.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import getopt
import json
import socket
import sys
import time


class Qmp:
    """A connection to the monitor, with one deadline for all its waits."""

    def __init__(self, path, seconds):
        self.deadline = time.monotonic() + seconds
        self.seen = b""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)
        self.receive()
        self.ask("qmp_capabilities")

    def receive(self):
        """Return the next message."""
        while b"\n" not in self.seen:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("no answer in time")
            self.sock.settimeout(left)
            data = self.sock.recv(65536)
            if not data:
                raise EOFError("the machine has closed its monitor")
            self.seen += data
        line, self.seen = self.seen.split(b"\n", 1)
        return json.loads(line)

    def ask(self, command, **arguments):
        """Return the answer to COMMAND; events in between are dropped."""
        request = {"execute": command, "arguments": arguments}
        self.sock.sendall(json.dumps(request).encode())
        while True:
            reply = self.receive()
            if "error" in reply:
                raise ValueError(reply["error"]["desc"])
            if "return" in reply:
                return reply["return"]

    def get(self, path, name):
        return self.ask("qom-get", path=path, property=name)

    def send(self, kind, **data):
        """One event of keyboard or mouse."""
        event = {"type": kind, "data": data}
        self.ask("input-send-event", events=[event])


def text_of(value):
    return value if isinstance(value, str) else json.dumps(value)


def do_get(qmp, args):
    print(text_of(qmp.get(args.pop(0), args.pop(0))).rstrip("\n"))


def do_set(qmp, args):
    path, name, text = args.pop(0), args.pop(0), args.pop(0)
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    qmp.ask("qom-set", path=path, property=name, value=value)


def do_watch(qmp, args):
    path, name, seconds = args.pop(0), args.pop(0), float(args.pop(0))
    end, last = time.monotonic() + seconds, None
    while time.monotonic() < end:
        value = text_of(qmp.get(path, name))
        if value != last:
            print(value.rstrip("\n").replace("\n", "/"), flush=True)
        last = value
        time.sleep(0.005)


def do_screendump(qmp, args):
    qmp.ask("screendump", filename=args.pop(0), format="png")


def do_screendump_of(qmp, args):
    device = args.pop(0)
    qmp.ask("screendump", device=device, filename=args.pop(0), format="png")


def send_key(qmp, name, down):
    qmp.send("key", down=down, key={"type": "qcode", "data": name})


def do_move(qmp, args):
    qmp.send("abs", axis="x", value=int(args.pop(0)))
    qmp.send("abs", axis="y", value=int(args.pop(0)))


def send_button(qmp, down):
    qmp.send("btn", down=down, button="left")


ACTIONS = {
    "get": do_get,
    "set": do_set,
    "watch": do_watch,
    "screendump": do_screendump,
    "screendump-of": do_screendump_of,
    "press": lambda qmp, args: send_key(qmp, args.pop(0), True),
    "release": lambda qmp, args: send_key(qmp, args.pop(0), False),
    "move": do_move,
    "down": lambda qmp, args: send_button(qmp, True),
    "up": lambda qmp, args: send_button(qmp, False),
    "hmp": lambda qmp, args: print(
        qmp.ask("human-monitor-command", **{"command-line": args.pop(0)}),
        end="",
    ),
    "qmp": lambda qmp, args: qmp.ask(
        args.pop(0), **json.loads(args.pop(0))
    ),
    "wait": lambda qmp, args: time.sleep(float(args.pop(0))),
}


def main():
    try:
        options, args = getopt.getopt(sys.argv[1:], "t:")
        seconds = float(dict(options).get("-t", 20))
        qmp = Qmp(args.pop(0), seconds)
        while args:
            ACTIONS[args.pop(0)](qmp, args)
    except (getopt.GetoptError, IndexError, KeyError):
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    except (OSError, EOFError, ValueError) as error:
        print(f"qmp.py: {error}", file=sys.stderr)
        return 1
    return 0


sys.exit(main())
