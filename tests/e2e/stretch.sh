#!/bin/bash
# A part that holds SCL for 25 ms after every byte, emulated in QEMU and on the
# agent's simulated bench: a timer interrupt of the firmware keeps its period
# of 1 ms meanwhile. tests/firmware/stretch.c counts and prints how late each
# interrupt is, in the guest's time.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"
IMAGE=build/firmware/tests/stretch.elf
STRETCH=0.025 # s

requires "$IMAGE"
cat >"$TMP/bench.conf" <<BENCH
[part stretcher]
model = stretcher
adapter = sim:desk
address = 0x20
address-stretch = $STRETCH
byte-stretch = $STRETCH

[export stretcher]
type = i2c
adapter = sim:desk
address = 0x20
BENCH
agent_start "$TMP/bench.conf" || exit

at_end() {
    grep -q '^1\.\.' "$TMP/serial" || gone "$PID"
}

# run NAME QEMU-OPTION...: the program's points become ours
run() {
    local name=$1 line
    shift
    : >"$TMP/serial"
    spawn "$TMP/qemu.err" "$QEMU" -M microbit -display none -monitor none \
        -serial "file:$TMP/serial" -kernel "$IMAGE" "$@"
    wait_for 30 at_end
    stop "$PID" 5
    while read -r line; do
        case $line in
        "ok "*) result 0 "$name: ${line#* - }" ;;
        "not ok "*) result 1 "$name: ${line#* - }" ;;
        "#"*) diag "$name: ${line#\# }" ;;
        esac
    done < <(tr -d '\r' <"$TMP/serial")
    ok "$name: it comes to its end" grep -q '^1\.\.4' "$TMP/serial"
    [ ! -s "$TMP/qemu.err" ] || diag "$(cat "$TMP/qemu.err")"
}

EMULATED="bw-stretcher,address=0x20,address-stretch=$STRETCH"
EMULATED+=",byte-stretch=$STRETCH"
REMOTE=(-chardev "socket,id=link,path=$AGENT_SOCKET,reconnect-ms=250"
    -device "i2c-passthrough,chardev=link,export=stretcher,address=0x20")

# shellcheck disable=SC2086 # $ICOUNT is words
run "emulated" $ICOUNT -device "$EMULATED"
# shellcheck disable=SC2086
run "behind the agent" $ICOUNT "${REMOTE[@]}"
echo "1..$tap_number"
