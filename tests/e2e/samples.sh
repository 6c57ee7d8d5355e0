#!/bin/bash
# The firmware samples against the simulated bench.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

requires build/firmware/thermometer.hex
plan 9

# A 2, a gap and the left column of a 1: the "21.5" on its way.
TWO_AND_ONE='###../..#.#/###../#..../###.#'

matrix_has() {
    tests/e2e/matrix.py "$TMP/qemu.log" | grep -Fxq -- "$1"
}

ok "the agent starts" agent_start "$DESK"

machine_start build/firmware/hello.hex
ok "hello prints once a second" \
    wait_for 10 serial_has 'hello from the micro:bit, 2 s'
machine_stop

machine_start build/firmware/i2c-scan.hex
ok "i2c-scan lists the parts that answer" \
    wait_for 10 serial_has 'i2c-scan: 0x48 0x50 0x68, 3 found'
machine_stop

machine_start build/firmware/thermometer.hex
ok "thermometer prints what the bench starts with" \
    wait_for 10 serial_has 'temperature 21\.50 C'
ok "thermometer shows it on the LED matrix" wait_for 10 matrix_has "$TWO_AND_ONE"
set_value thermometer.temperature -5.0625
ok "thermometer prints a negative temperature" \
    wait_for 10 serial_has 'temperature -5\.06 C'
agent_kill
ok "thermometer goes on without its part" \
    serial_later 'no answer from 0x48'
agent_start "$DESK"
ok "thermometer goes on when the part is back" \
    serial_later 'temperature 21\.50 C'
machine_stop

# P0 is P0.3.  The timer does it all, so the times are exact.
pwm_is() {
    tests/e2e/edges.py period "$TMP/qemu.log" 3 | grep -Fxq "$1"
}

machine_start build/firmware/pwm.hex
ok "pwm: P0 is high for 250 of 1000 us, to the nanosecond" \
    wait_for 10 pwm_is '1000000 250000'
