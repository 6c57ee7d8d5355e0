#!/bin/bash
# What a person sees and touches: Debian's MicroPython on the panel.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=scripts/machine.sh
. scripts/machine.sh

MICROPYTHON=build/micropython.hex
requires "$QEMU" "$MICROPYTHON" /usr/bin/python3
plan 25

HAPPY='00000
09090
00000
90009
09990'
STEPS='01234
56789
01234
56789
01234'
LETTER_A='09900/90090/99990/90090/90090'

# Middles of the buttons on the panel, as QEMU counts: 32767 is its whole width
# or height, 720 or 560 pixels
AT_A='4375 10884'   # 96, 186
AT_B='21145 10884'  # 464, 186
BETWEEN='16000 10884'
AT_RESET='28802 28837' # 632, 492
AT_RIGHT_DOWN='30534 5745'  # 670, 98: the right rim of the tilt's dial
AT_NORTH_RIGHT='30534 15241' # 670, 260: the right rim of the compass
AT_BRIGHT='31581 22567' # 693, 385: the right end of the light's slider

# shellcheck disable=SC2086 # $ICOUNT is words
spawn "$TMP/qemu.log" "$QEMU" -M microbit -display none $ICOUNT -monitor none \
    -device "loader,file=$MICROPYTHON" -qmp "unix:$TMP/qmp,server=on,wait=off" \
    -chardev "socket,id=serial,path=$TMP/serial.sock,server=on,wait=off,logfile=$TMP/serial" \
    -serial chardev:serial
wait_for 10 [ -S "$TMP/serial.sock" ]

repl() {
    tests/e2e/repl.py "$TMP/serial.sock" "$@"
}

qmp() {
    tests/e2e/qmp.py "$TMP/qmp" "$@"
}

shows() {
    [ "$(qmp get /machine/display text)" = "$1" ]
}

# The LEDs as they are in a screenshot
seen() {
    qmp screendump "$TMP/panel.png" && tests/e2e/picture.py "$TMP/panel.png"
}

# firmware takes some time to believe a button
pressed_are() {
    [ "$(repl 'button_a.is_pressed(), button_b.is_pressed()')" = "$1" ]
}

restarts() {
    tr -d '\r\0' <"$TMP/serial" | grep -o 'MicroPython v' | wc -l
}

restarted() {
    [ "$(restarts)" -gt "$1" ]
}

# click AT PRESSED: what is pressed meanwhile
# shellcheck disable=SC2086 # $AT_... are two words
click() {
    qmp move $1 down
    wait_for 5 pressed_are "$2"
    qmp up
    wait_for 5 pressed_are '(False, False)'
}

repl 'from microbit import *' 'display.show(Image.HAPPY)'
ok "a picture is read as text" wait_for 5 shows "$HAPPY"
is "and seen in a screenshot" "$(seen)" "$HAPPY"

repl 'for i in range(25): display.set_pixel(i % 5, i // 5, i % 10)
'
ok "each of the ten brightness values is read as itself" \
    wait_for 5 shows "$STEPS"
is "and seen as itself" "$(seen)" "$STEPS"

repl 'display.scroll("LAZY", wait=False)'
qmp watch /machine/display text 5 >"$TMP/scroll"
ok "letters pass when a text scrolls" grep -Fxq "$LETTER_A" "$TMP/scroll"
is "and are gone at the end" "$(tail -n 1 "$TMP/scroll")" \
    00000/00000/00000/00000/00000

repl 'display.off()'
ok "nothing is lit while the display is off" \
    wait_for 5 shows "${HAPPY//9/0}"
repl 'display.on()' 'display.clear()'

ok "no button is pressed at first" pressed_are '(False, False)'
qmp set /machine/button-a pressed true
ok "button A is pressed over QMP" wait_for 5 pressed_are '(True, False)'
qmp set /machine/button-b pressed true
ok "and B with it" wait_for 5 pressed_are '(True, True)'
qmp set /machine/button-a pressed false set /machine/button-b pressed false
ok "both are let go" wait_for 5 pressed_are '(False, False)'

repl 'button_a.get_presses(); button_b.get_presses()' >"$TMP/presses"
click "$AT_A" '(True, False)'
click "$AT_B" '(False, True)'
click "$AT_B" '(False, True)'
is "clicks hit the buttons" \
    "$(repl 'button_a.get_presses(), button_b.get_presses()')" '(1, 2)'
# shellcheck disable=SC2086
qmp move $BETWEEN down wait 0.2
ok "a click between them hits none" pressed_are '(False, False)'
qmp up press a press b
ok "keys press them" wait_for 5 pressed_are '(True, True)'
qmp screendump "$TMP/keys.png" release a release b
is "the panel shows that" \
    "$(tests/e2e/picture.py "$TMP/keys.png" 68 186)" 2fd3b5

# shellcheck disable=SC2086
qmp move $AT_BRIGHT down wait 0.1 up
is "the light is set on its slider" \
    "$(qmp get /machine/display light-level)" 255

# The runtime measures one column after the other.
light_is() {
    [ "$(repl 'display.read_light_level()')" = "$1" ]
}
lights=0
for light in 0 1 77 128 200 254 255; do
    qmp set /machine/display light-level "$light"
    wait_for 5 light_is "$light" && lights=$((lights + 1))
done
is "MicroPython reads the light that is set" "$lights" 7

# shellcheck disable=SC2086
qmp move $AT_RIGHT_DOWN down wait 0.1 up
is "the ball is dragged: the right edge points down" \
    "$(qmp get /machine/accelerometer x get /machine/accelerometer y)" '1000
0'
# 1024 for 1000 mg, in steps of 16
tilt_is_felt() {
    [ "$(repl 'accelerometer.get_x() in range(1000, 1041)')" = True ]
}
ok "and MicroPython feels it" wait_for 5 tilt_is_felt

# MicroPython looks for gestures when it is asked for one, again and again.
repl "shaken = False
for i in range(100):
 shaken = shaken or accelerometer.was_gesture('shake')
 sleep(20)
" >"$TMP/shaking" &
LOOKING=$!
wait_for 5 grep -aq 'sleep(20)' "$TMP/serial"
qmp press s release s
wait "$LOOKING"
is "key S shakes the board" "$(repl shaken)" True
at_rest() {
    [ "$(qmp get /machine/panel shake get /machine/accelerometer x)" = 'false
1000' ]
}
ok "which is then held as before" wait_for 5 at_rest

# shellcheck disable=SC2086
qmp move $AT_NORTH_RIGHT down wait 0.1 up
is "north is dragged to the right: the upper edge points west" \
    "$(qmp get /machine/magnetometer field-x get /machine/magnetometer field-y |
        sed 's/\..*//; s/^-0$/0/' | tr '\n' ' ')" '-20 0 '

before=$(restarts)
# shellcheck disable=SC2086
qmp move $AT_RESET down wait 0.1 up
ok "the reset button starts the firmware afresh" wait_for 5 restarted "$before"
repl 'import microbit'
before=$(restarts)
qmp press r wait 1
is "while it is held nothing runs" "$(restarts)" "$before"
qmp release r
ok "and when it is let go all begins" wait_for 5 restarted "$before"
