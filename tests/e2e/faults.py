#!/usr/bin/python3
"""Let everything between a firmware and its parts fail, and watch both ends.

usage: faults.py SEEDS DIR SOCKET BENCHWIRE BENCHWIRED BENCH QEMU [ARG]...

SEEDS is a number or FIRST-LAST.  The firmware is tests/firmware/faults.c; it
prints what came of each write and read.  Each run makes one thing fail: the
agent is killed, stopped or frozen, or a fault of a kind, place and time that
the seed decides is set.  Then

  - the firmware goes on printing: nothing hangs;
  - its results are those that a real bus could give it for that fault, and
    those of the part that has none are good;
  - when the fault is gone, both parts work again;
  - the agent has the descriptors, threads and leases it had before.

At the end the agent, which has the sanitizers, must stop in good order and
with the memory it began with.  One TAP point for each run, with its seed.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import random
import re
import signal
import subprocess
import sys
import time

ALIVE_S = 5  # the firmware prints at least one line in that time
BACK_S = 10  # both parts work again
PARTS = ("0x48", "0x68")
NAMES = {"0x48": "thermometer", "0x68": "clock"}
LINE = re.compile(r"^(\d+) (0x48|0x68) ([a-z-]+) ([a-z-]+) (same|other)$")
FAILURES = {"no-answer", "refused"}
HARD = FAILURES | {"time-out"}
GROWTH_KB = 24 * 1024  # of the agent's memory, sanitizers and all

# kind: (what firmware may see, has a byte, the longest time in ms, for all)
KINDS = {
    "nack-addr": (FAILURES, False, 0, False),
    "nack-data": (FAILURES, True, 0, False),
    "stretch": (set(), True, 40, False),
    "hold-sda": (HARD, True, 300, True),
    "arbitration": (HARD, True, 0, False),
    "flip": (FAILURES, True, 0, False),
    "vanish": (FAILURES, True, 300, False),
    # the firmware waits 100 ms, in which there may be several replies
    "link-delay": (set(), False, 20, False),
    "link-cut": (HARD, False, 0, False),
    "link-lose": (HARD, False, 0, False),
    "link-tear": (HARD, True, 0, False),
}


class Wrong(Exception):
    """What a run must not do."""


class Bench:
    """The agent and the machine."""

    def __init__(self, argv):
        self.dir, self.socket, self.tool, self.daemon, self.bench = argv[:5]
        self.agent = None
        self.qemu = None
        self.seen = 0  # bytes of the serial output that were looked at
        self.lines = []  # that came since mark()
        self.pid_base = None  # descriptors, threads, kB of this agent
        self.start_agent()
        self.start_qemu(argv[5:])

    def start_agent(self):
        with open(self.dir + "/agent.log", "ab") as log:
            self.agent = subprocess.Popen(
                [self.daemon, "-c", self.bench, "-u", self.socket],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                env=dict(os.environ, ASAN_OPTIONS="quarantine_size_mb=1"))
        self.until(lambda: self.run("list", check=False)[0] == 0, "an agent")
        self.pid_base = None

    def start_qemu(self, command):
        with open(self.dir + "/qemu.err", "wb") as log:
            self.qemu = subprocess.Popen(
                command + ["-monitor", "none",
                           "-serial", "file:" + self.dir + "/serial"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def until(self, is_so, what, seconds=BACK_S):
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end:
                raise Wrong("no %s within %d s" % (what, seconds))
            time.sleep(0.01)

    def run(self, *words, check=True):
        done = subprocess.run(
            [self.tool, "-c", "unix:" + self.socket] + list(words),
            capture_output=True, text=True, timeout=30, check=False)
        if check and done.returncode:
            raise Wrong("%s: %s" % (" ".join(words), done.stderr.strip()))
        return done.returncode, done.stdout

    def read_serial(self):
        """Take the whole lines that have come."""
        try:
            with open(self.dir + "/serial", "rb") as serial:
                serial.seek(self.seen)
                data = serial.read()
        except FileNotFoundError:
            return 0
        data = data[:data.rfind(b"\n") + 1]
        self.seen += len(data)
        came = [line for line in map(
            LINE.match, data.decode("ascii", "replace").replace(
                "\r", "").split("\n")) if line]
        self.lines += [line.groups()[1:] for line in came]
        return len(came)

    def more_lines(self, count):
        """Wait for some more, none of them later than ALIVE_S."""
        while count > 0:
            came = 0
            end = time.monotonic() + ALIVE_S
            while not came:
                if self.qemu.poll() is not None:
                    raise Wrong("QEMU has ended")
                if time.monotonic() > end:
                    raise Wrong("the firmware hangs")
                time.sleep(0.005)
                came = self.read_serial()
            count -= came

    def mark(self):
        self.read_serial()
        self.lines = []

    def both_work(self):
        """Two good lines of each part, the newest ones."""
        end = time.monotonic() + BACK_S
        while True:
            self.mark()
            self.more_lines(6)
            if all(line[1:] == ("ok", "ok", "same") for line in self.lines):
                return
            if time.monotonic() > end:
                raise Wrong("the parts do not work again: %s"
                            % (self.lines[-2:],))

    def counts(self):
        pid = self.agent.pid
        with open("/proc/%d/status" % pid, encoding="ascii") as status:
            rss = int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))
        return (len(os.listdir("/proc/%d/fd" % pid)),
                len(os.listdir("/proc/%d/task" % pid)), rss)

    def leases_are_right(self):
        for line in self.run("list")[1].splitlines()[1:]:
            name, state = line[:16].strip(), line[33:44].strip()
            wanted = "held by 1" if name in NAMES.values() else "free"
            if state != wanted:
                return False
        return True

    def check_agent(self):
        """It holds what it held when both parts worked first."""
        self.until(self.leases_are_right, "leases as they should be")
        if self.pid_base is None:
            # once the session of the command above has gone
            self.until(lambda: self.counts()[1] == 1 + len(NAMES),
                       "thread for each session and no more")
            self.pid_base = self.counts()
        self.until(lambda: self.counts()[:2] == self.pid_base[:2],
                   "descriptors and threads %s, but %s"
                   % (self.pid_base[:2], self.counts()[:2]))
        if self.counts()[2] > self.pid_base[2] + GROWTH_KB:
            raise Wrong("the agent has grown from %d to %d kB"
                        % (self.pid_base[2], self.counts()[2]))

    def stop(self):
        for process in (self.qemu, self.agent):
            if process and process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def check_lines(lines, allowed, concerned, may_differ):
    for part, written, read, same in lines:
        good = allowed if part in concerned else set()
        if {written, read} - good - {"ok"}:
            raise Wrong("%s: %s %s, which no bus would give"
                        % (part, written, read))
        if (written, read, same) == ("ok", "ok", "other") and not (
                may_differ and part in concerned):
            raise Wrong("%s reads other than was written" % part)


def fault_of(rng):
    """The words of a fault, what it may do, to whom, may data differ."""
    kind = rng.choice(sorted(KINDS))
    allowed, has_byte, most_ms, for_all = KINDS[kind]
    part = rng.choice(PARTS + ("any",))
    words = [kind, "address=" + part, "count=%d" % rng.randint(1, 3),
             "skip=%d" % rng.randint(0, 3)]
    if has_byte and rng.randint(0, 1):
        words.append("byte=%d" % rng.randint(0, 20 if kind == "link-tear"
                                             else 2))
    if most_ms:
        words.append("time=%dms" % rng.randint(1, most_ms))
    if kind == "stretch" and rng.randint(0, 3) == 0:
        # longer than the adapter waits
        words[-1], allowed, for_all = "time=1200ms", HARD, True
        words[2] = "count=1"
    if kind == "flip":
        words.append("mask=0x%02x" % rng.randint(1, 255))
    if kind not in ("nack-data", "flip") and rng.randint(0, 2) == 0 and (
            not kind.startswith("link")):
        words.append(rng.choice(("read", "write")))
    if kind.startswith("link") and part == "any":
        for_all = True
    concerned = PARTS if for_all or part == "any" else (part,)
    return words, allowed, concerned, kind in ("flip", "vanish")


def run_fault(bench, rng):
    words, allowed, concerned, differ = fault_of(rng)
    bench.run("fault", "add", "desk", *words)
    bench.mark()
    bench.more_lines(rng.randint(8, 24))
    listed = bench.run("fault", "list", "desk")[1]
    bench.run("fault", "clear", "desk")
    bench.more_lines(2)
    check_lines(bench.lines, allowed, concerned, differ)
    return "%s, %s" % (" ".join(words),
                       re.search(r"\((\d+ hits?)\)", listed).group(1))


def run_kill(bench, rng):
    number = rng.choice((signal.SIGKILL, signal.SIGTERM))
    bench.mark()
    bench.more_lines(rng.randint(1, 6))
    bench.agent.send_signal(number)
    code = bench.agent.wait(20)
    bench.more_lines(rng.randint(2, 8))
    check_lines(bench.lines, HARD, PARTS, False)
    if number == signal.SIGTERM and code:
        raise Wrong("the agent ended with status %d" % code)
    bench.start_agent()
    return "the agent ended by " + number.name


def run_freeze(bench, rng):
    bench.mark()
    bench.more_lines(rng.randint(1, 6))
    bench.agent.send_signal(signal.SIGSTOP)
    bench.more_lines(rng.randint(2, 8))
    bench.agent.send_signal(signal.SIGCONT)
    check_lines(bench.lines, HARD, PARTS, False)
    return "the agent frozen for a while"


def one_run(bench, seed):
    rng = random.Random(seed)
    how = rng.randint(0, 99)
    if how < 12:
        what = run_kill(bench, rng)
    elif how < 16:
        what = run_freeze(bench, rng)
    else:
        what = run_fault(bench, rng)
    bench.both_work()
    bench.check_agent()
    return what


def main():
    first, _, last = sys.argv[1].partition("-")
    seeds = range(int(first), int(last or first) + 1)
    failed = 0
    print("1..%d" % (len(seeds) + 1))
    bench = Bench(sys.argv[2:])
    try:
        bench.both_work()
        bench.check_agent()
        for number, seed in enumerate(seeds, 1):
            try:
                print("ok %d - seed %d: %s" % (number, seed,
                                               one_run(bench, seed)))
            except Wrong as error:
                failed += 1
                print("# SEED=%d: %s" % (seed, error))
                print("not ok %d - seed %d" % (number, seed))
                bench.run("fault", "clear", "desk", check=False)
            sys.stdout.flush()
        bench.qemu.terminate()
        bench.qemu.wait(20)
        bench.until(lambda: "held" not in bench.run("list")[1], "free leases")
        bench.agent.terminate()
        code = bench.agent.wait(20)
        with open(bench.dir + "/agent.log", encoding="utf-8") as log:
            report = re.findall(r".*(?:Sanitizer|runtime error).*", log.read())
        if code or report:
            failed += 1
            print("# status %d %s" % (code, report[:2]))
        print("%s %d - the agent stops in good order, nothing was leaked"
              % ("not ok" if code or report else "ok", len(seeds) + 1))
    finally:
        bench.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
