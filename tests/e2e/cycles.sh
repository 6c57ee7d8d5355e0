#!/bin/bash
# With -icount shift=6 the core takes its cycles: each point of
# tests/firmware/cycles.c.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
QEMU=build/qemu/qemu-system-arm
IMAGE=build/firmware/tests/cycles.elf

requires "$QEMU" "$IMAGE"

at_end() {
    grep -q '^1\.\.' "$TMP/serial" || gone "$PID"
}

: >"$TMP/serial"
spawn "$TMP/qemu.err" "$QEMU" -M microbit -kernel "$IMAGE" -display none \
    -monitor none -serial "file:$TMP/serial" -icount shift=6
wait_for 30 at_end
stop "$PID" 5
while read -r line; do
    case $line in
    "ok "*) result 0 "${line#* - }" ;;
    "not ok "*) result 1 "${line#* - }" ;;
    "#"*) diag "${line#\#}" ;;
    esac
done < <(tr -d '\r' <"$TMP/serial")
ok "it comes to its end" grep -q '^1\.\.17' "$TMP/serial"
[ ! -s "$TMP/qemu.err" ] || diag "$(cat "$TMP/qemu.err")"
echo "1..$tap_number"
