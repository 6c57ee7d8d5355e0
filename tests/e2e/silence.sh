#!/bin/bash
# A board that says nothing: a guest that is idle keeps its parts, a QEMU that
# is stopped or killed loses them within the time that the bench file gives.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# time limit: 90 s
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

requires "$MICROPYTHON" /usr/bin/python3
plan 9

SILENCE_MS=1000
{ printf '[listen]\nsilence = %sms\n' "$SILENCE_MS"; cat "$DESK"; } \
    >"$TMP/bench.conf"

# are_held N: so many exports are
are_held() {
    "$BENCHWIRE" -c "unix:$AGENT_SOCKET" who >"$TMP/who" || return
    [ "$(awk 'NR > 1 && $2 != "-"' "$TMP/who" | wc -l)" -eq "$1" ]
}

now_ms() {
    date +%s%3N
}

agent_start "$TMP/bench.conf"
machine_start "$MICROPYTHON"
ok "the board holds its three parts" are_held 3
is "the prompt is there" "$(repl 'print(1 + 1)')" 2
sleep $((3 * SILENCE_MS / 1000)) # time itself is what is awaited
ok "a guest that does nothing with them keeps them" are_held 3
is "in the sessions in which it opened them" \
    "$(grep -c 'opened "' "$TMP/agent.log")" 3

begin=$(now_ms)
kill -STOP "$MACHINE_PID"
ok "a QEMU that is stopped loses them" wait_for 5 are_held 0
took=$(($(now_ms) - begin))
ok "within the silence (took $took ms of $SILENCE_MS)" \
    test "$took" -le $((SILENCE_MS + 500))
kill -CONT "$MACHINE_PID"
ok "it has them again when it goes on" wait_for 10 are_held 3

begin=$(now_ms)
kill -KILL "$MACHINE_PID"
wait "$MACHINE_PID" 2>/dev/null
ok "a QEMU that is killed loses them" wait_for 5 are_held 0
took=$(($(now_ms) - begin))
ok "at once (took $took ms)" test "$took" -le 500
