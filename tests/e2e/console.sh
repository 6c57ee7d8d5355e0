#!/bin/bash
# The serial port with Debian's MicroPython, as it is: what comes out first,
# and much going in at once.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

requires "$MICROPYTHON" /usr/bin/python3
plan 3

# 4096 bytes: 71 lines that count, each 57 bytes long, and one that prints
program() {
    local i
    echo 'n = 0'
    for i in {1..71}; do
        printf 'n += 1 #%048d\n' "$i"
    done
    printf '%-43s' 'print(n)'
}

agent_start "$DESK"
machine_start "$MICROPYTHON"
is "MicroPython answers" "$(repl '6 * 7')" 42
is "its banner is the first thing on the line" \
    "$(head -c 11 "$TMP/serial" | tr '\0' '?')" MicroPython

PROGRAM=$(program)
diag "the program has ${#PROGRAM} bytes"
is "4 KB sent at once arrive whole" \
    "$(tests/e2e/repl.py -r "$TMP/serial.sock" "$PROGRAM")" 71
