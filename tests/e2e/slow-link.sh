#!/bin/bash
# A network of 20 ms (10 ms each way, tests/e2e/delay-link) between QEMU and
# the agent: the drivers of tests/firmware/drivers.c, MicroPython and
# firmware-samples/twi.c read and write through it, in each run mode. While a
# part answers, polling costs few looks at a register and no processor time.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"
DRIVERS=build/firmware/tests/drivers.elf
READS=build/firmware/regread-loop.hex
ONE_WAY_MS=10
# Looks per wait: those of the wire time, as on the board, or on a busy host
# without -icount somewhat more; the most impatient driver has 20000.
MOST_LOOKS=5000

requires "$DRIVERS" "$READS" python3
agent_start "$DESK" || exit
SLOW=$TMP/slow.sock
spawn "$TMP/link.log" tests/e2e/delay-link -d "$ONE_WAY_MS" "$SLOW" \
    "$AGENT_SOCKET"
wait_for 10 grep -q ready "$TMP/link.log"

slow_machine() {
    : >"$TMP/serial"
    spawn "$TMP/qemu.err" "$QEMU" -M microbit -display none -monitor none \
        -serial "file:$TMP/serial" -D "$TMP/qemu.log" -trace bw_nrf_doze \
        -chardev "socket,id=link,path=$SLOW,reconnect-ms=250" \
        -device i2c-passthrough,chardev=link,export=clock,address=0x68 "$@"
}

at_end() {
    grep -q '^1\.\.' "$TMP/serial" || gone "$PID"
}

# drivers NAME OPTION...: leaves the lines in $TMP/lines
drivers() {
    local name=$1
    shift
    slow_machine -kernel "$DRIVERS" "$@"
    wait_for 60 at_end
    stop "$PID" 5
    tr -d '\r' <"$TMP/serial" >"$TMP/lines"
    diag "$name"
    diag "$(sed -n 's/^# /  /p' "$TMP/lines")"
}

# looks: the most that a driver needed for one event
looks() {
    sed -n 's/.*looked \([0-9]*\) times.*/\1/p' "$TMP/lines" | sort -n | tail -n 1
}

# all_good NAME: every driver, and none with more than MOST_LOOKS
all_good() {
    local line
    while read -r line; do
        case $line in
        "ok "*) result 0 "$1: ${line#* - } reads and writes" ;;
        "not ok "*) result 1 "$1: ${line#* - } reads and writes" ;;
        esac
    done <"$TMP/lines"
    is "$1: all drivers have run" "$(grep -c 'ok ' "$TMP/lines")" 6
    ok "$1: nobody looks at an event more than $MOST_LOOKS times" \
        [ "$(looks)" -le "$MOST_LOOKS" ]
}

for mode in "-icount shift=6,align=on" "-icount shift=6" \
    "-accel tcg,thread=multi" "-accel tcg,thread=single"; do
    # shellcheck disable=SC2086 # words
    drivers "$mode" $mode
    all_good "$mode"
done
ok "cores have slept" grep -q bw_nrf_doze "$TMP/qemu.log"

# Without: as many looks as there is time for, on a quick host too many for
# some of them.
drivers "poll-sleep=off" -icount shift=6,align=on \
    -global bw-nrf51-twi.poll-sleep=off
fails "with poll-sleep=off no core sleeps" \
    grep -q bw_nrf_doze "$TMP/qemu.log"
ok "and they look as often as they can" [ "$(looks)" -gt 1000 ]

# ticks PID: processor time, in ticks of the kernel
ticks() {
    sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'
}

# Firmware that does nothing but read registers, a read each 20 ms
reads() {
    local before
    # shellcheck disable=SC2086 # $ICOUNT is words
    slow_machine $ICOUNT -device "loader,file=$READS"
    wait_for 20 grep -q 'reads' "$TMP/serial"
    before=$(ticks "$PID")
    wait_for 20 reads_lines 4
    echo "$(($(ticks "$PID") - before))" >"$TMP/ticks"
    stop "$PID" 5
}

reads_lines() {
    [ "$(grep -c reads "$TMP/serial")" -ge "$1" ]
}

reads
diag "$(tr -d '\r' <"$TMP/serial")"
diag "per cent of a host's core, over 3 s: $(($(cat "$TMP/ticks") / 3))"
# Its time-out is 100 ms: a busy host may hold up the link itself for longer.
# shellcheck disable=SC2016 # fields of awk
ok "firmware-samples/twi.c reads: nine of ten at least, on any host" \
    awk '{ good += $2; bad += $4 } END { exit !(good > 9 * bad) }' \
    "$TMP/serial"
ok "it waits at less than a third of a core" [ "$(cat "$TMP/ticks")" -lt 100 ]

# The unmodified image; its driver is mbed's.
AGENT=unix:$SLOW LINKS=1 machine_start "$MICROPYTHON" clock:0x68
is "MicroPython writes and reads" \
    "$(repl 'from microbit import *' \
        'i2c.write(0x68, b"\x07\x12\x34\x11")' \
        'i2c.write(0x68, b"\x07", repeat=True)' \
        'i2c.read(0x68, 3)' | tail -n 1)" "b'\\x124\\x11'"
machine_stop
echo "1..$tap_number"
