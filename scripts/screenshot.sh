#!/bin/bash
# Take a picture of the panel, docs/images/panel.png: Debian's MicroPython
# shows a heart, the board is tilted a little, button A is pressed.
#
# usage: make screenshot        or: scripts/screenshot.sh [FILE.png]
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"
cd "$BW_ROOT" || exit
. scripts/machine.sh

picture=${1:-docs/images/panel.png}
dir=${BW_RUN_DIR:-build/screenshot}
machine_pid=
# MicroPython's ten brightness values
heart='Image("08080:89998:89998:06960:00500")'

qmp() {
    tests/e2e/qmp.py "$dir/qmp" "$@"
}

pose() {
    qmp set /machine/accelerometer x 310 set /machine/accelerometer y -240 \
        set /machine/magnetometer field-x 13 \
        set /machine/magnetometer field-y 15 \
        set /machine/edge/P0 feed-millivolts 1650 \
        set /machine/edge/P2 feed-millivolts 400 \
        set /machine/display light-level 180 \
        set /machine/nrf51/temp temperature 23500 \
        set /machine/button-a pressed true
}

machine_init "$dir" || exit
rm -f "$dir"/serial "$dir"/qmp
trap 'end_process "$machine_pid"' EXIT
# shellcheck disable=SC2086 # $ICOUNT is words
"$QEMU" -M microbit -display none $ICOUNT -monitor none \
    -device loader,file=build/micropython.hex \
    -qmp "unix:$dir/qmp,server=on,wait=off" \
    -serial "unix:$dir/serial,server=on,wait=off" 2>"$dir/qemu.log" &
machine_pid=$!
until_true 10 [ -S "$dir/serial" ] || die "QEMU did not start: $dir/qemu.log"
tests/e2e/repl.py "$dir/serial" 'from microbit import *' \
    "display.show($heart)" >/dev/null || die "MicroPython did not answer"
pose
sleep 0.3 # for the picture to be there: longer than the eye's memory
mkdir -p "$(dirname "$picture")"
qmp screendump "$(realpath -m "$picture")"
say "$picture shows:"
qmp get /machine/display text
