#!/bin/bash
# The agent's sandbox: on unless told otherwise, and everything works in it.
# What cannot be done in it: tests/unit/test_sandbox.c. The other tests run in
# it too, those of tests/rig with real adapters and lines.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/e2e/agent.bash
. tests/e2e/agent.bash
requires "$AGENT" "$TOOL"
grep -q '^Seccomp:' /proc/self/status ||
    skip_all "this kernel has no seccomp filters"

plan 8

# status KEY PID: a line of /proc/PID/status
status() {
    awk -v key="$1:" '$1 == key { print $2 }' "/proc/$2/status"
}

agent_start "$TMP/log"
is "calls of the agent are filtered" "$(status Seccomp "$PID")" 2
is "and it can gain no rights" "$(status NoNewPrivs "$PID")" 1
"$TOOL" get >"$TMP/values" &
ok "sessions are served in it" "$TOOL" i2c get thermometer 0x48 0
wait $!
is "several at once" "$(grep -c '^thermometer.temperature' "$TMP/values")" 1
ok "it can stop" stop "$PID" 5
ok "and remove its socket" test ! -e "$SOCK"

agent_start "$TMP/log2" --sandbox=off
is "--sandbox=off goes without" "$(status Seccomp "$PID")" 0
stop "$PID" 5
like "another word is refused" "$("$AGENT" --sandbox=maybe 2>&1)" \
    '--sandbox is on or off, not maybe'
