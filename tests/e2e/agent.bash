# For tests of benchwired and benchwire; sourced by agent-*.sh after functions.sh.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034

AGENT=build/host/benchwired
TOOL=build/host/benchwire
DESK=host-agent/benches/desk.conf
SOCK=$TMP/agent.sock
export BENCHWIRE=unix:$SOCK

is_ready() {
    grep -q 'is ready' "$1"
}

# agent_start LOG [OPTION]...: start one on $SOCK and wait until it serves
agent_start() {
    local log=$1
    shift
    spawn "$log" "$AGENT" -c "$DESK" --unix "$SOCK" "$@"
    wait_for 5 is_ready "$log"
}

# raw SECONDS HEX...: send bytes, print what comes until the other end closes
# or the time is up, as hex; the exit status tells which (0: closed)
raw() {
    perl tests/e2e/raw.pl "$SOCK" "$@"
}
