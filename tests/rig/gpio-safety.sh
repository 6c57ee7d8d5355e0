#!/bin/bash
# A board that dies, or says nothing any more, while it drives GPIO lines and is
# in the middle of an I2C transaction: its leases are free, its lines safe and
# the bus free within the time that the bench file sets.
#
# The lines are a real kernel's (gpio-sim); the I2C bus is simulated wires with a
# part that holds the clock, in the same agent.
#
# time limit: 600 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/../e2e/machine.bash"
# shellcheck source=tests/rig/rig.bash
. tests/rig/rig.bash
# shellcheck source=tests/rig/lines.bash
. tests/rig/lines.bash

SILENCE_S=3
SLACK_S=3 # of the polls, and of a busy machine

requires "$MICROPYTHON" /usr/bin/python3 "$RIG_QEMU" build/rig/initramfs
grep -qs gpiod build/gpiod/libs || skip_all "the agent was built without libgpiod 2"
rig_up || exit 1
LINES_DIR=$TMP
plan 15

# The rig's own bench, with a shorter silence and a part that holds the clock
rig "sed 's/^\[listen\]/&\nsilence = ${SILENCE_S}s/' /rig/bench.conf >/tmp/safety.conf
cat >>/tmp/safety.conf <<'END'

[part stretcher]
model = stretcher
adapter = wires:desk
address = 0x20

[export stretcher]
type = i2c
adapter = wires:desk
address = 0x20

[export values]
type = bench
adapter = wires:desk
END
/rig/agent stop; /rig/agent start /tmp/safety.conf" >"$TMP/start" 2>&1 ||
    diag "$(cat "$TMP/start")"
restore() {
    rig '/rig/agent stop; /rig/agent start' >/dev/null
}
cleanup_fn restore

python() {
    tests/e2e/repl.py -t 60 "$TMP/lines.sock" "$@"
}

board_start() {
    local host=${RIG_AGENT#tcp:}
    lines_board "$MICROPYTHON" \
        -chardev "socket,id=i2c,host=${host%:*},port=${host##*:},reconnect-ms=250" \
        -device i2c-passthrough,id=stretcher,chardev=i2c,export=stretcher,address=0x20
    spawn "$TMP/board.err" "${LINES_QEMU[@]}"
    BOARD_PID=$PID
    wait_for 60 lines_settled || diag "$(cat "$TMP/board.err")"
}

stretch() {
    rig_tool set stretcher.byte-stretch "$1" >/dev/null
}

holds() {
    rig_tool get stretcher.holds | awk '{ print $3 }'
}

# state: line 4 to 6, as the kernel has them
state() {
    rig "cat $LINES_SIM/sim_gpio4/value $LINES_SIM/sim_gpio5/value
        gpioinfo -c gpiochip1 4 5 6 | grep -oE 'input|output'" | tr '\n' ' '
}
DRIVEN='1 0 output output output '
SAFE='0 1 output output input '
state_is() {
    [ "$(state)" = "$1" ]
}

free() {
    rig_tool list | grep -E '^(lines|stretcher) ' | grep -c ' free '
}
both_free() {
    [ "$(free)" = 2 ]
}

stretching() {
    [ "$(holds)" -gt "$held" ]
}

# The board drives: P13 high (safe: low), P14 low (safe: high), P15 high (safe:
# input); and reads a part that holds the clock for 0.3 s a byte.
drive() {
    stretch 0
    python 'from microbit import *' 'pin13.write_digital(1)' \
        'pin14.write_digital(0)' 'pin15.write_digital(1)' >"$TMP/out"
    ok "$1: the lines are driven" wait_for 20 state_is "$DRIVEN" ||
        diag "$(state)"
    stretch 0.3
    held=$(holds)
    tests/e2e/repl.py -t 20 "$TMP/lines.sock" 'i2c.read(0x20, 30)' \
        >"$TMP/answer" 2>&1 &
    typing=$!
    ok "$1: a transfer is under way" wait_for 20 stretching
    is "$1: both exports are held" "$(free)" 0
}

typing_ends() {
    kill "$typing" 2>/dev/null
    wait "$typing" 2>/dev/null
}

# seconds_to COMMAND...: until it succeeds, in ms
ms_to() {
    local begin
    begin=$(date +%s%N)
    wait_for 60 "$@" || return
    echo $((($(date +%s%N) - begin) / 1000000))
}

transfer() {
    rig_tool i2c transfer stretcher w1@0x20 0 r1
}

# safe_within NAME MOST-MS: what must be true after the board's end
safe_within() {
    local ms
    ms=$(ms_to state_is "$SAFE")
    ok "$1: the lines are safe in time (${ms:-not in 60 000} ms)" \
        [ "${ms:-60000}" -le "$2" ] || diag "$(state)"
    ok "$1: both exports are free" wait_for "$SLACK_S" both_free
    stretch 0
    ok "$1: and the bus" wait_for "$SLACK_S" transfer
}

board_start
drive "kill -9"
kill -KILL "$BOARD_PID"
safe_within "kill -9" $((SILENCE_S * 1000))
typing_ends

board_start
drive "silence"
kill -STOP "$BOARD_PID"
safe_within "silence" $(((SILENCE_S + SLACK_S) * 1000))
like "silence: the agent says why" "$(rig 'cat /tmp/agent.log')" \
    'silent|silence|has said nothing'

# It wakes up, and has its lines again.
kill -CONT "$BOARD_PID"
typing_ends
ok "awake again, the board drives its lines" wait_for 30 state_is "$DRIVEN" ||
    diag "$(state)"
end_process "$BOARD_PID"
ok "stopped in good order, too, the lines are safe" \
    wait_for "$SLACK_S" state_is "$SAFE"
