#!/bin/bash
# Sessions opened and closed by the thousand: the agent stays as it is.
#
# usage: [BW_SOAK=100000] [BW_FLAVOURS="host asan tsan"] tests/e2e/soak.sh
#
# "make soak" is the whole of it. Memory is compared with that after a first
# thousand of sessions, and only of the agent as it is installed: sanitizers keep
# what was freed.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/e2e/agent.bash
. tests/e2e/agent.bash

COUNT=${BW_SOAK:-4000}
WARM_UP=1000
GROWTH_KB=512 # of memory: a few stacks and the heap's rounding
DESK=tests/load/load.conf
SOAK=build/host/tests/load/soak
read -ra flavours <<<"${BW_FLAVOURS:-host asan}"
requires "$SOAK"
for flavour in "${flavours[@]}"; do
    requires "build/$flavour/benchwired"
done

# value KEY PID: a number of /proc/PID/status
value() {
    awk -v key="$1:" '$1 == key { print $2 }' "/proc/$2/status"
}

# descriptors PID
descriptors() {
    local all=("/proc/$1/fd/"*)
    echo "${#all[@]}"
}

is_quiet() {
    [ "$(value Threads "$1")" = "$threads" ]
}

soak() {
    local flavour=$1 agent fds rss grown
    AGENT=build/$flavour/benchwired
    agent_start "$TMP/$flavour.log" -l error
    agent=$PID
    threads=$(value Threads "$agent")
    # ThreadSanitizer has one of its own from the first session on
    [ "$flavour" != tsan ] || threads=$((threads + 1))
    "$SOAK" "$BENCHWIRE" "$WARM_UP" >/dev/null
    wait_for 10 is_quiet "$agent"
    fds=$(descriptors "$agent")
    rss=$(value VmRSS "$agent")
    ok "$flavour: $COUNT sessions are served" "$SOAK" "$BENCHWIRE" "$COUNT"
    ok "$flavour: each thread ends" wait_for 10 is_quiet "$agent"
    is "$flavour: descriptors stay as many" "$(descriptors "$agent")" "$fds"
    grown=$(($(value VmRSS "$agent") - rss))
    diag "$flavour: $rss KB resident, $grown KB more after $COUNT sessions"
    [ "$flavour" != host ] || [ "$grown" -lt "$GROWTH_KB" ]
    result $? "$flavour: memory stays as it is"
    ok "$flavour: it ends when told to" stop "$agent" 20
    is "$flavour: and no sanitizer has a word to say" \
        "$(grep -cE 'Sanitizer|runtime error' "$TMP/$flavour.log")" 0
}

is_ready() {
    [ -S "$SOCK" ]
}

plan $((6 * ${#flavours[@]}))
for flavour in "${flavours[@]}"; do
    soak "$flavour"
done
