#!/bin/bash
# Accelerometer and compass of both board revisions in Debian's MicroPython, as
# it is, while QMP tilts the board and turns the field.
#
# MicroPython (the Lancaster runtime) shows 1024 for 1000 mg, in steps of 16 at
# 2 g, and the field in nT.  It reads a sensor only when its interrupt pin says
# that there is something new.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=scripts/machine.sh
. scripts/machine.sh

MICROPYTHON=build/micropython.hex
BOARD_PID=

requires "$QEMU" "$MICROPYTHON" /usr/bin/python3
plan 24

board_stop() {
    end_process "$BOARD_PID"
    BOARD_PID=
    rm -f "$TMP"/board.*
}
cleanup_fn board_stop

# board_start OPTIONS: of the machine
board_start() {
    # shellcheck disable=SC2086 # $ICOUNT is words
    spawn "$TMP/board.err" "$QEMU" -M "microbit,$1" -display none \
        -monitor none $ICOUNT -device "loader,file=$MICROPYTHON" \
        -qmp "unix:$TMP/board.qmp,server=on,wait=off" \
        -chardev "socket,id=serial,path=$TMP/board.sock,server=on,wait=off" \
        -serial chardev:serial
    BOARD_PID=$PID
    wait_for 10 test -S "$TMP/board.sock" || diag "$(cat "$TMP/board.err")"
    repl 'from microbit import *' >/dev/null
}

repl() {
    tests/e2e/repl.py -t 40 "$TMP/board.sock" "$@"
}

qmp() {
    tests/e2e/qmp.py "$TMP/board.qmp" "$@"
}

# tilt X Y Z, in mg
tilt() {
    qmp set /machine/accelerometer x "$1" \
        set /machine/accelerometer y "$2" \
        set /machine/accelerometer z "$3"
}

# field X Y Z, in uT
field() {
    qmp set /machine/magnetometer field-x "$1" \
        set /machine/magnetometer field-y "$2" \
        set /machine/magnetometer field-z "$3"
}

# says EXPRESSION ANSWER: within 10 s
says() {
    wait_for 10 answers_now "$1" "$2"
}

answers_now() {
    [ "$(repl "$1")" = "$2" ]
}

acceleration='accelerometer.get_values()'
compass='compass.get_x(), compass.get_y(), compass.get_z()'
gesture='accelerometer.current_gesture()'

# check REVISION SCAN NT OTHER: NT is what -30, 15, -60 uT are in nT, OTHER an
# address of the other revision
check() {
    local revision=$1 scan=$2 nt=$3 other=$4

    board_start "revision=$revision"
    is "V$revision: the bus has exactly its two sensors" \
        "$(repl 'i2c.scan()')" "$scan"
    ok "V$revision: the board lies flat at first" \
        says "$acceleration" '(0, 0, -1024)'
    ok "V$revision: and so says the gesture" says "$gesture" "'face up'"
    tilt 1000 0 0
    ok "V$revision: tilted to the right" says "$acceleration" '(1024, 0, 0)'
    ok "V$revision: which is a gesture" says "$gesture" "'right'"
    tilt 0 1000 0
    ok "V$revision: upright" says "$acceleration" '(0, 1024, 0)'
    ok "V$revision: which is a gesture, too" says "$gesture" "'up'"
    # 64 counts of 1/64 g are 1000 mg: -500 are -32, shown as -512
    tilt 250 -500 125
    ok "V$revision: anything in between" says "$acceleration" \
        '(256, -512, 128)'
    field -30 15 -60
    ok "V$revision: the field along each axis" says "$compass" "$nt"
    # sqrt(30^2 + 15^2 + 60^2) = 68.74 uT
    ok "V$revision: and its strength" \
        says 'abs(compass.get_field_strength() - 68739) < 200' True
    is "V$revision: the other revision's sensors do not answer" \
        "$(repl "i2c.read($other, 1)" 2>&1 | grep -o OSError)" OSError
    board_stop
}

check 1.3b '[14, 29]' '(-30000, 15000, -60000)' 0x19
check 1.5 '[25, 30]' '(-30000, 15000, -60000)' 0x1d

board_start sensors=off
is "without sensors the bus is empty" "$(repl 'i2c.scan()')" '[]'
fails "and there is nothing to tilt" qmp set /machine/accelerometer x 1
board_stop
