#!/bin/bash
# A console driver that soon gives up waiting: tests/firmware/patience.c, with
# and without -icount. Nothing it sends is lost.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
QEMU=build/qemu/qemu-system-arm
IMAGE=build/firmware/tests/patience.elf

requires "$QEMU" "$IMAGE"

# the plan on the console: the program has come to its end
at_end() {
    grep -q '^1\.\.' "$TMP/serial" || gone "$PID"
}

# run NAME ARGUMENT...: its points become ours
run() {
    local name=$1 line
    shift
    : >"$TMP/serial"
    spawn "$TMP/qemu.err" "$QEMU" -M microbit -kernel "$IMAGE" -display none \
        -monitor none -serial "file:$TMP/serial" "$@"
    wait_for 30 at_end
    stop "$PID" 5
    while read -r line; do
        case $line in
        "ok "*) result 0 "$name: ${line#* - }" ;;
        "not ok "*) result 1 "$name: ${line#* - }" ;;
        esac
    done < <(tr -d '\r' <"$TMP/serial")
    is "$name: all lines arrive whole" \
        "$(tr -d '\r' <"$TMP/serial" | grep -cx abcdefghijklmnopqrstuvwxyz)" 21
}

run "free running"
run "with -icount" -icount shift=6,align=on
echo "1..$tap_number"
