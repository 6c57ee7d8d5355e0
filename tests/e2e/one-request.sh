#!/bin/bash
# One register read (write, repeated START, read) is one request and one
# reply, with the same id in QEMU's trace and in the agent's log.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

requires "$MICROPYTHON" /usr/bin/python3
plan 8

READ='i2c.write(0x68, b"\0", repeat=True); len(i2c.read(0x68, 6))'

# new_qemu REGEX, new_agent REGEX: lines that came since mark() was called
mark() {
    mark_qemu=$(wc -l <"$TMP/qemu.log")
    mark_agent=$(wc -l <"$TMP/agent.log")
}

new_qemu() {
    tail -n "+$((mark_qemu + 1))" "$TMP/qemu.log" | grep -E -- "$1"
}

new_agent() {
    tail -n "+$((mark_agent + 1))" "$TMP/agent.log" | grep -E -- "$1"
}

id_of() {
    sed -En 's/.*id[= ]([0-9]+).*/\1/p'
}

# one_read NAME TRANSFER
one_read() {
    local sent received served
    mark
    repl "$READ" >"$TMP/read"
    is "$1: six bytes come" "$(cat "$TMP/read")" 6
    sent=$(new_qemu 'bw_link_send.* I2C_XFER' | id_of)
    received=$(new_qemu 'bw_link_recv.* I2C_XFER' | id_of)
    served=$(new_agent 'I2C_XFER|w1@')
    is "$1: QEMU sends exactly one request" "$(wc -w <<<"$sent")" 1
    is "$1: and takes exactly one reply, of that id" "$received" "$sent"
    is "$1: the agent served exactly that" \
        "$(sed -E 's/.*id=([0-9]+) (.*) -> .*/\1 \2/' <<<"$served")" "$sent $2"
}

agent_start "$DESK" -l debug
machine_start "$MICROPYTHON"
repl 1 >/dev/null # the firmware has booted; it looks for its sensors first

# Nothing tells how much will be read: all that the profile of the clock says it
# has, once.
one_read "the very first read" "w1@0x68 0x00 r19"
one_read "every later read" "w1@0x68 0x00 r6"
