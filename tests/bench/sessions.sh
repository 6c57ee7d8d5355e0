# What sessions cost the agent: how many begin in a second, memory of each,
# and how often an agent that nobody asks anything wakes up.  Sourced by run.sh.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # $dir is of run.sh

SESSIONS_HELD=16 # at once; as many adapters as a bench can have
SESSIONS_QUIET_S=10
SESSIONS_PORT=7684
HOLD_FD=

# An export for each session, since a lease is exclusive.
sessions_bench_file() {
    local i
    printf '[listen]\ntcp = 127.0.0.1:%s\n' "$SESSIONS_PORT"
    for ((i = 0; i < SESSIONS_HELD; i++)); do
        cat <<BENCH
[part memory$i]
model = 24c02
adapter = sim:bus$i
address = 0x50

[export memory$i]
type = i2c
adapter = sim:bus$i
address = 0x50
BENCH
    done
}

# session_rate NAME ADDRESS: one row
session_rate() {
    local per_s p50 p99
    if read -r per_s p50 p99 < <(build/host/tests/bench/sessions rate "$2" 2); then
        row "$1: sessions/s" "$per_s" "p50 $p50 us, p99 $p99 us"
    else
        row "$1: sessions/s" failed
    fi
}

# hold COUNT [EXPORT]: sessions that stay until hold_end
hold() {
    local line
    coproc HOLD { build/host/tests/bench/sessions hold "unix:$AGENT_SOCKET" "$@"; }
    HOLD_FD=${HOLD[1]}
    read -r -t 30 line <&"${HOLD[0]}" && [ "$line" = held ]
}

hold_end() {
    local pid=${HOLD_PID:-}
    exec {HOLD_FD}>&-
    wait "$pid" 2>/dev/null || true
}

resident_kb() {
    awk '$1 == "Rss:" { print $2 }' "/proc/$AGENT_PID/smaps_rollup"
}

# switches: how often the threads of the agent have been switched to so far
switches() {
    cat "/proc/$AGENT_PID"/task/*/status 2>/dev/null |
        awk '/ctxt_switches/ { n += $2 } END { print n }'
}

# quiet_row NAME: wake-ups while nothing is asked
quiet_row() {
    local before
    before=$(switches)
    sleep "$SESSIONS_QUIET_S"
    row "$1: wake-ups in $SESSIONS_QUIET_S s" "$(($(switches) - before))"
}

measure_sessions() {
    local empty held
    echo "Sessions (aim: under 1 MiB each, no wake-ups while idle)"
    sessions_bench_file >"$dir/sessions.conf"
    agent_stop
    agent_start "$dir/sessions.conf" || return 0
    empty=$(resident_kb)
    quiet_row "nobody there"
    if hold "$SESSIONS_HELD" memory; then
        held=$(resident_kb)
        row "resident, kB each of $SESSIONS_HELD sessions" \
            "$(((held - empty) / SESSIONS_HELD))" "the agent alone: $empty kB"
    else
        row "$SESSIONS_HELD sessions at once" failed
    fi
    hold_end
    if hold 8; then
        quiet_row "8 sessions that ask nothing"
    fi
    hold_end
    session_rate "unix socket" "unix:$AGENT_SOCKET"
    session_rate "tcp" "tcp:127.0.0.1:$SESSIONS_PORT"
    agent_stop
}
