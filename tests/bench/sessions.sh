# What sessions cost the agent: how many begin in a second, memory of each,
# and how often an agent that nobody asks anything wakes up.  Sourced by run.sh.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # $dir is of run.sh

SESSIONS_HELD=16 # at once; as many adapters as a bench can have
SESSIONS_QUIET_S=10
SESSIONS_PORT=7684
SESSIONS_TLS_PORT=7685
HOLD_FD=

# $dir/tls: the agent's folder with both kinds, key's and good's
sessions_credentials() {
    local line
    rm -rf "$dir/tls"
    mkdir -p "$dir/tls/key"
    build/host/tests/e2e/tls-certs "$dir/tls"
    line=key:$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
    (
        umask 077
        echo "$line" >"$dir/tls/key/keys.psk"
        echo "$line" >"$dir/tls/agent/keys.psk"
    )
}

# An export for each session, since a lease is exclusive.
sessions_bench_file() {
    local i
    printf '[listen]\ntcp = 127.0.0.1:%s\n' "$SESSIONS_PORT"
    printf 'tls = 127.0.0.1:%s\ncredentials = %s\n' "$SESSIONS_TLS_PORT" \
        "$(realpath "$dir")/tls/agent"
    printf '[identity %s]\nexports = *\n' key good
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

# hold ADDRESS COUNT [EXPORT]: sessions that stay until hold_end
hold() {
    local line
    coproc HOLD { build/host/tests/bench/sessions hold "$@"; }
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

# memory_row NAME ADDRESS: of an agent that was started for it
memory_row() {
    local empty held
    agent_stop
    agent_start "$dir/sessions.conf" || return 0
    empty=$(resident_kb)
    if hold "$2" "$SESSIONS_HELD" memory; then
        held=$(resident_kb)
        row "$1: resident, kB each of $SESSIONS_HELD sessions" \
            "$(((held - empty) / SESSIONS_HELD))" "the agent alone: $empty kB"
    else
        row "$1: $SESSIONS_HELD sessions at once" failed
    fi
    hold_end
}

measure_sessions() {
    local tls=tls:127.0.0.1:$SESSIONS_TLS_PORT
    echo "Sessions (aim: under 1 MiB each, no wake-ups while idle)"
    sessions_credentials
    sessions_bench_file >"$dir/sessions.conf"
    memory_row "unix socket" "unix:$AGENT_SOCKET"
    BENCHWIRE_CREDENTIALS=$dir/tls/key memory_row "TLS, key" "$tls"
    BENCHWIRE_CREDENTIALS=$dir/tls/good memory_row "TLS, certificates" "$tls"
    quiet_row "nobody there"
    if hold "unix:$AGENT_SOCKET" 8; then
        quiet_row "8 sessions that ask nothing"
    fi
    hold_end
    session_rate "unix socket" "unix:$AGENT_SOCKET"
    session_rate "tcp" "tcp:127.0.0.1:$SESSIONS_PORT"
    BENCHWIRE_CREDENTIALS=$dir/tls/key session_rate "TLS handshake, key" "$tls"
    BENCHWIRE_CREDENTIALS=$dir/tls/good \
        session_rate "TLS handshake, certificates" "$tls"
    agent_stop
}
