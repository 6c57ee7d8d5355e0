#!/bin/bash
# The agent dies or hangs in the middle of a transfer: OSError in the
# firmware within the deadline, never a hang, and the same MicroPython
# session works on afterwards.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

requires "$MICROPYTHON" /usr/bin/python3
plan 12

READ='i2c.read(0x68, 6)'
WRITE='i2c.write(0x50, b"\0abc")'

requests() {
    grep -c bw_link_send "$TMP/qemu.log"
}

more_requests_than() {
    [ "$(requests)" -gt "$1" ]
}

# in_flight LINE: stop the agent, type LINE, return when its request is sent
in_flight() {
    local before
    before=$(requests)
    kill -STOP "$AGENT_PID"
    tests/e2e/repl.py -t 10 "$TMP/serial.sock" "$1" >"$TMP/answer" 2>&1 &
    TYPING=$!
    wait_for 5 more_requests_than "$before"
}

# answer_is_oserror NAME: the line under way comes back, with that
answer_is_oserror() {
    wait "$TYPING"
    like "$1" "$(cat "$TMP/answer")" '^OSError'
}

scan_is_whole() {
    [ "$(repl 'i2c.scan()')" = '[14, 29, 72, 80, 104]' ]
}

agent_start "$DESK"
machine_start "$MICROPYTHON"
ok "all is well at first" scan_is_whole
repl 'kept = 4711'

for line in "$READ" "$WRITE"; do
    ok "$line is under way" in_flight "$line"
    agent_kill
    answer_is_oserror "the agent killed in mid-transfer: OSError"
    agent_start "$DESK"
    ok "the parts answer again when the agent is back" \
        wait_for 10 scan_is_whole
done

ok "$READ is under way again" in_flight "$READ"
answer_is_oserror "the agent hangs: OSError after the deadline"
kill -CONT "$AGENT_PID"
ok "the parts answer again when the agent wakes" wait_for 10 scan_is_whole
is "it is the same session" "$(repl kept)" 4711

agent_kill
is "without an agent only the board's own parts answer" \
    "$(repl 'i2c.scan()')" '[14, 29]'
