#!/bin/bash
# Show the whole path without a terminal: the thermometer sample must print
# each temperature that is set on the simulated bench, say so when the agent
# is killed, and go on when it is back.  About 15 seconds.
#
# usage: make demo        exit status 1 if any value is not the one that was set
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"
cd "$BW_ROOT" || exit
. scripts/machine.sh

# What is set and what must be printed; the TMP102 reports steps of 0.0625.
TEMPERATURES=${TEMPERATURES:-"21.5=21.50 30=30.00 -5.25=-5.25 85.0625=85.06 0=0.00 -55=-55.00
127.9375=127.94"}
LINE_SECONDS=10 # the firmware prints one a second
dir=${BW_RUN_DIR:-build/demo}
machine_fd=
machine_pid=

finish() {
    end_process "$machine_pid"
    agent_stop
}

start_machine() {
    local pipe=$dir/serial
    rm -f "$pipe" "$dir"/*.log
    mkfifo "$pipe"
    qemu_args build/firmware/thermometer.hex
    "$QEMU" "${QEMU_ARGS[@]}" -monitor none -serial stdio \
        </dev/null >"$pipe" 2>"$dir/qemu.log" &
    machine_pid=$!
    exec {machine_fd}<"$pipe"
}

# next_line: the machine's next line in $line
next_line() {
    if ! IFS= read -r -t "$LINE_SECONDS" -u "$machine_fd" line; then
        cat "$dir/qemu.log" >&2
        die "FAILED: the machine printed nothing for $LINE_SECONDS s"
    fi
    line=${line%$'\r'}
}

# expect LINE [PATTERN]: LINE must come; before it the former line, or what
# the pattern matches, may come a few times (a reading was under way)
former=
expect() {
    local wanted=$1 also=${2:-} seen
    for seen in 1 2 3 4 5; do
        next_line
        if [ "$line" = "$wanted" ]; then
            former=$line
            say "  the firmware prints: $line"
            return
        fi
        if [ "$line" != "$former" ] && ! [[ $also && $line =~ $also ]]; then
            break
        fi
    done
    die "FAILED: expected \"$wanted\", but line $seen is \"$line\""
}

# set_temperature DEGREES
set_temperature() {
    say "benchwire set thermometer.temperature $1"
    "$BENCHWIRE" -c "unix:$AGENT_SOCKET" set thermometer.temperature "$1" \
        >/dev/null || die "FAILED: the temperature was not set"
}

main() {
    local pair
    machine_init "$dir" || exit
    trap finish EXIT
    agent_start host-agent/benches/desk.conf || die "FAILED: no agent"
    start_machine
    for pair in $TEMPERATURES; do
        set_temperature "${pair%=*}"
        expect "temperature ${pair#*=} C" '^temperature 21\.50 C$|^no answer'
    done
    say "killing the agent"
    agent_kill
    expect "no answer from 0x48"
    say "starting it again"
    agent_start host-agent/benches/desk.conf || die "FAILED: no agent"
    set_temperature 42
    expect "temperature 42.00 C" '^temperature 21\.50 C$'
    say "demo: all values were as set"
}

main
