#!/bin/bash
# The core as firmware sees it: each point of tests/firmware/core.c, with and
# without -icount. The program goes through all kinds of resets. Then what a
# core that sleeps costs the host, with firmware-samples/sleep.c.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
QEMU=build/qemu/qemu-system-arm
IMAGE=build/firmware/tests/core.elf
SLEEP=build/firmware/sleep.elf

requires "$QEMU" "$IMAGE" "$SLEEP" /usr/bin/python3

# the plan on the console: the program has come to its end
at_end() {
    grep -q '^1\.\.' "$TMP/serial" || gone "$PID"
}

# the program has said so, and the chip has done it
is_off() {
    grep -q '^# off' "$TMP/serial" &&
        tail -n 1 "$TMP/trace" | grep -q bw_nrf51_power_hold
}

off_or_at_end() {
    is_off || at_end
}

# run NAME ARGUMENT...: its points become ours
run() {
    local name=$1 line
    shift
    : >"$TMP/serial"
    : >"$TMP/trace"
    rm -f "$TMP/qmp"
    spawn "$TMP/qemu.err" "$QEMU" -M microbit -kernel "$IMAGE" -display none \
        -monitor none -serial "file:$TMP/serial" \
        -qmp "unix:$TMP/qmp,server=on,wait=off" -D "$TMP/trace" \
        -trace bw_nrf51_power_hold -trace bw_nrf51_power_release "$@"
    wait_for 30 off_or_at_end
    tests/e2e/qmp.py "$TMP/qmp" set /machine/button-a pressed true
    wait_for 30 at_end
    stop "$PID" 5
    while read -r line; do
        case $line in
        "ok "*) result 0 "$name: ${line#* - }" ;;
        "not ok "*) result 1 "$name: ${line#* - }" ;;
        "#"*) diag "${line#\#}" ;;
        esac
    done < <(tr -d '\r' <"$TMP/serial")
    ok "$name: it comes to its end" grep -q '^1\.\.' "$TMP/serial"
    [ ! -s "$TMP/qemu.err" ] || diag "$(cat "$TMP/qemu.err")"
}

# processor time of the machine up to now, in 10 ms
ticks() {
    awk '{ print $14 + $15 }' "/proc/$PID/stat"
}

says() {
    tr -d '\r\0' <"$TMP/serial" | grep -Fxq -- "$1" || gone "$PID"
}

# sleeps NAME ARGUMENT...: a core that sleeps leaves the host alone
sleeps() {
    local name=$1 before after
    shift
    : >"$TMP/serial"
    spawn "$TMP/qemu.err" "$QEMU" -M microbit -kernel "$SLEEP" -display none \
        -monitor none -serial "file:$TMP/serial" "$@"
    wait_for 15 says 'sleep: 2 s'
    before=$(ticks)
    wait_for 15 says 'sleep: 6 s'
    after=$(ticks)
    ok "$name: RTC1 wakes the core" says 'sleep: 6 s'
    # 3 % of the 4 seconds between are 12 ticks
    diag "$((after - before)) of 400 ticks of processor time"
    ok "$name: a core that sleeps costs less than 3 % of the host's" \
        [ "$((after - before))" -lt 12 ]
    stop "$PID" 5
}

run "free running"
run "with -icount" -icount shift=6,align=on
sleeps "free running"
sleeps "with -icount" -icount shift=6,align=on
echo "1..$tap_number"
