#!/bin/bash
# benchwire gpio: info, get, set and watch on the simulated lines of
# host-agent/benches/lines.conf.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/e2e/agent.bash
. tests/e2e/agent.bash
requires "$AGENT" "$TOOL"

gpio() {
    "$TOOL" gpio "$@" 2>&1
}

# is_level LINE LEVEL
is_level() {
    "$TOOL" get "lines.$1.level" | grep -qx "lines.$1.level = $2"
}

plan 21
agent_start "$TMP/log" -c host-agent/benches/lines.conf

like "list shows the export" "$("$TOOL" list)" '^lines +gpio +- +free +sim'
like "info shows an output in its safe state" "$(gpio info lines)" \
    'line   0:.*"led".*output drive=push-pull.*level=0'
like "and an input with the bias of its owner" "$(gpio info lines)" \
    '"button".*input bias=pull-up.*level=1 \(may: in\)'
is "get prints all levels" "$(gpio get lines | tr '\n' ' ')" 'led=0 button=1 free=0 '
is "or those that are named" "$(gpio get lines button led | tr '\n' ' ')" \
    'button=1 led=0 '
like "a line that is not there" "$(gpio get lines nothing)" \
    'has no line "nothing"; .benchwire gpio info lines. lists them'

"$TOOL" gpio set lines led=1 free=1 >"$TMP/set" 2>&1 &
held=$!
ok "set drives a line" wait_for 10 is_level led 1
ok "and another one" wait_for 10 is_level free 1
like "which nobody else can have meanwhile" "$(gpio get lines)" 'held by another'
"$TOOL" set lines.free 0 >/dev/null
told() {
    grep -q 'line "free" was let go' "$TMP/set"
}
ok "a conflict is told to its client" wait_for 10 told || diag "$(cat "$TMP/set")"
like "and in the agent's log" "$(cat "$TMP/log")" \
    'line free was driven high and something else drives it the other way'
ok "what the bench drives is the level" is_level free 0
"$TOOL" set lines.free -1 >/dev/null
kill -9 "$held"
wait "$held" 2>/dev/null
ok "a client that is killed leaves its lines safe" wait_for 10 is_level led 0

gpio set -f 1ms lines led=1
is "set with a time ends by itself" "$?" 0
like "what the owner does not allow is denied" "$(gpio set lines button=1)" \
    'does not allow line button as output'
like "a level is 0 or 1" "$(gpio set lines led=2)" 'is not LINE=0 or LINE=1'
like "a debounce is a second at most" "$(gpio watch -p 2s lines button)" \
    '"2s" is too long; a debounce is up to 1s$'
like "a line has one" "$(gpio set lines led=1 led=0)" 'line "led" is given twice$'

"$TOOL" gpio watch -n 2 -p 0us lines button >"$TMP/watch" 2>&1 &
watcher=$!
watching() {
    "$TOOL" list | grep -q '^lines .*held by 1'
}
wait_for 10 watching
pressed() {
    "$TOOL" set lines.button 0 >/dev/null
    sleep 0.02 # longer than the debounce of 5 ms
    "$TOOL" set lines.button -1 >/dev/null
    sleep 0.02
    ! kill -0 "$watcher" 2>/dev/null
}
ok "watch ends after its count" wait_for 10 pressed
like "an edge has its time, its kind and its line" "$(sed -n 1p "$TMP/watch")" \
    '^[0-9]+\.[0-9]{9}	(falling|rising)	"button"$'
# the first is either: it may have watched only after the first press
is "and the next one is the other kind" \
    "$(grep -oE 'falling|rising' "$TMP/watch" | sort | tr '\n' ' ')" 'falling rising '
