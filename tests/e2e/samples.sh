#!/bin/bash
# The firmware samples against the simulated bench.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

requires build/firmware/thermometer.hex
plan 13

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
    wait_for 10 serial_has 'i2c-scan: 0x0e 0x1d 0x48 0x50 0x68, 5 found'
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
machine_stop

qmp() {
    tests/e2e/qmp.py "$QMP_SOCKET" "$@"
}

# watch_display SECONDS: pictures as rows of digits
watch_display() {
    qmp watch /machine/display text "$1"
}

machine_start build/firmware/display-scroll.hex
watch_display 6 >"$TMP/pictures"
ok "display-scroll shows an H and the start of an E" \
    grep -Exq '[1-9]0[1-9]0[1-9]/[1-9]0[1-9]0[1-9]/[1-9]{3}0[1-9]/[1-9]0[1-9]0[1-9]/[1-9]0[1-9]0[1-9]' "$TMP/pictures"
# From 1 to 100 % of the time lit: at least six of the brightness values
is "display-scroll fades" \
    "$(($(grep -o '[1-9]' "$TMP/pictures" | sort -u | wc -l) >= 6))" 1
machine_stop

machine_start build/firmware/buttons.hex
wait_for 10 serial_has 'buttons: press A or B'
qmp set /machine/button-a pressed true
ok "buttons tells that A is pressed" wait_for 10 serial_has 'A pressed, 1'
qmp set /machine/button-b pressed true set /machine/button-a pressed false
wait_for 10 serial_has 'A let go'
qmp set /machine/button-a pressed true
wait_for 10 serial_has 'A pressed, 2'
is "buttons tells each edge once" \
    "$(tr -d '\r\0' <"$TMP/serial" | grep -E '^[AB] ' | sort | tr '\n' ' ')" \
    'A let go A pressed, 1 A pressed, 2 B pressed, 1 '
