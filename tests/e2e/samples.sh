#!/bin/bash
# The firmware samples against the simulated bench.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

requires build/firmware/thermometer.hex
plan 26

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
machine_stop

# 0 V at P0 is the button that is down; the pull-up alone is not enough to
# raise it again, since what feeds the pin stays connected.
LED=/machine/edge/P1
press() {
    qmp set /machine/edge/P0 feed-millivolts 0
    wait_for 10 serial_has "press $1, .*"
    qmp set /machine/edge/P0 feed-millivolts 3000
}
machine_start build/firmware/button-led.hex
wait_for 10 serial_has 'button-led: press the button at P0'
is "button-led begins with its LED off" "$(qmp get $LED level)" false
press 1
is "a press lights it" "$(qmp get $LED level)" true
press 2
is "one more puts it out" "$(qmp get $LED level)" false
machine_stop

# The I2C samples, each with its part of a bench of their own.
agent_stop
ok "the bench of the I2C samples starts" \
    agent_start host-agent/benches/samples.conf
export LINKS=1

machine_start build/firmware/eeprom.hex eeprom:0x50
ok "eeprom writes page by page and waits for each" \
    wait_for 10 serial_has 'eeprom: 8 bytes at 0x28, ready after [0-9]\.[0-9] ms'
ok "eeprom reads its text back" wait_for 10 serial_has \
    'eeprom: "a text that is longer than one page" is what was written'
machine_stop

machine_start build/firmware/nunchuk.hex nunchuk:0x52
ok "nunchuk prints what it does at rest" \
    wait_for 10 serial_has 'nunchuk: stick 0 0, accel 0 0 1000 mg'
# The joystick's end is 96 counts off
set_value nunchuk.x 0.5
set_value nunchuk.y -1
set_value nunchuk.accel-z 500
set_value nunchuk.z 1
ok "nunchuk prints joystick, acceleration and button" \
    wait_for 10 serial_has 'nunchuk: stick 48 -96, accel 0 0 500 mg, Z'
machine_stop

machine_start build/firmware/smbus-battery.hex battery:0x0b
ok "smbus-battery reads a block, and its PEC is right" \
    wait_for 10 serial_has 'battery: maker "Benchwire"'
ok "smbus-battery sets the alarm and prints what is measured" wait_for 10 \
    serial_has 'battery: 11\.100 V, -500 mA, 80 %, 25\.0 C, empty in 401 min'
set_value battery.charge 20 # 836 mAh
ok "smbus-battery tells of the alarm" \
    wait_for 10 serial_has 'battery: .* 20 %, 25\.0 C, empty in 100 min, low'
machine_stop

# The frame's corner; two dots of the B, with a dark one in between.  At
# contrast 0xcf a dot has 231 of 255: three, four and five fifths of it.
oled_dots() {
    tests/e2e/qmp.py "$TMP/oled.qmp" screendump-of oled "$TMP/oled.png" &&
        tests/e2e/picture.py "$TMP/oled.png" 1 1 66 31 66 46 66 61 |
        tr '\n' ' '
}
oled_shows() {
    [ "$(oled_dots)" = '8ab8e7 8ab8e7 06080c 8ab8e7 ' ]
}

# shellcheck disable=SC2086 # $ICOUNT is words
spawn "$TMP/qemu.err" "$QEMU" -M microbit -display none -monitor none $ICOUNT \
    -device loader,file=build/firmware/oled.hex -device bw-ssd1306,id=oled \
    -qmp "unix:$TMP/oled.qmp,server=on,wait=off" -serial "file:$TMP/serial"
MACHINE_PID=$PID
ok "oled shows its frame and its text" wait_for 10 oled_shows
machine_stop

# A byte's nine clocks at 100 kHz are 90 us; the first has the address before
# it.  Loops that poll add some us.
# shellcheck disable=SC2086 # $ICOUNT is words
spawn "$TMP/qemu.err" "$QEMU" -M microbit -display none -monitor none $ICOUNT \
    -device loader,file=build/firmware/clock-stretcher.hex \
    -device bw-stretcher -serial "file:$TMP/serial"
MACHINE_PID=$PID
ok "clock-stretcher prints what 5 ms for the address and 1 ms for a byte do" \
    wait_for 10 serial_has \
    'stretch 5000 and 1000 us, bytes took 60[0-9]{2} 10[01][0-9] 10[01][0-9] 10[01][0-9] us, STOP [0-9]+ us'
