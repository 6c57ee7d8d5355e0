#!/bin/bash
# Debian's MicroPython, as it is: time, temperature, pins, music, neopixel,
# serial port and reset of the board.  Sensors, panel, radio and flash have
# tests of their own.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

requires "$MICROPYTHON" /usr/bin/python3
plan 15

P0=3 # number of port P0

qmp() {
    tests/e2e/qmp.py "$TMP/qmp" "$@"
}

# board_start: without parts and agent; the trace has the levels of all pins
board_start() {
    # shellcheck disable=SC2086 # $ICOUNT is words
    spawn "$TMP/qemu.err" "$QEMU" -M microbit -display none $ICOUNT \
        -device "loader,file=$MICROPYTHON" -monitor none \
        -qmp "unix:$TMP/qmp,server=on,wait=off" \
        -chardev "socket,id=serial,path=$TMP/serial.sock,server=on,wait=off,logfile=$TMP/serial" \
        -serial chardev:serial -trace bw_nrf51_gpio_level -D "$TMP/qemu.log"
    MACHINE_PID=$PID
    wait_for 10 test -S "$TMP/serial.sock"
}

# of_pin N: what edges.py is to look at: the trace since the last call of mark
mark() {
    wc -c <"$TMP/qemu.log" >"$TMP/mark"
}

of_pin() {
    tail -c "+$(($(cat "$TMP/mark") + 1))" "$TMP/qemu.log" >"$TMP/since"
    tests/e2e/edges.py "$1" "$TMP/since" "$P0"
}

# within LOW HIGH NUMBER
within() {
    awk -v low="$1" -v high="$2" -v n="$3" \
        'BEGIN { exit !(n != "" && low <= n && n <= high) }'
}

now_ms() {
    date +%s%3N
}

# serial_time REGEX: when such a line has come, in ms of the host's time
serial_time() {
    wait_for 15 serial_has "$1" && now_ms
}

board_start
repl 'from microbit import *' 'import music, neopixel'

is "temperature() is that of the chip" "$(repl 'temperature()')" 25
qmp set /machine/nrf51/temp temperature 31000
is "and follows what is set" "$(repl 'temperature()')" 31

# Two lines, ten seconds apart; what typing them costs is not measured.
repl 't = running_time(); print("be" + "gin"); sleep(10000)' \
    'print("en" + "d", running_time() - t)' >/dev/null &
begin=$(serial_time begin)
end=$(serial_time 'end [0-9]*')
wait $!
wall=$((end - begin))
counted=$(tr -d '\r' <"$TMP/serial" | sed -n 's/^end //p')
diag "running_time() counted $counted ms in $wall ms of the host"
if grep -q 'late by' "$TMP/qemu.err"; then
    skip "running_time() keeps the host's time to 2 % over 10 s" \
        "the host is too busy for real time"
else
    ok "running_time() keeps the host's time to 2 % over 10 s" \
        within "$((wall * 98 / 100))" "$((wall * 102 / 100))" "$counted"
fi

repl 'pin0.write_digital(1)'
is "write_digital(1) is seen on the edge connector" \
    "$(qmp get /machine/edge/P0 level)" true
repl 'pin0.write_digital(0)'
is "write_digital(0) as well" "$(qmp get /machine/edge/P0 level)" false
qmp set /machine/edge/P1 feed-millivolts 3000
is "read_digital() reads 1 from a pin that is fed 3 V" \
    "$(repl 'pin1.read_digital()')" 1
qmp set /machine/edge/P1 feed-millivolts 0
is "and 0 from one at 0 V" "$(repl 'pin1.read_digital()')" 0

mark
repl 'music.pitch(440, 300, pin0)'
read -r period_ns high_ns <<<"$(of_pin period)"
diag "music.pitch(440): period $period_ns ns, high for $high_ns ns"
# 1 / 440 Hz is 2272727 ns; 1 %
ok "music.pitch(440) is a wave of 440 Hz" within 2250000 2295455 "$period_ns"
# The music module asks for 128 of 1023.
ok "it is high for an eighth of the time" within $((period_ns * 120 / 1000)) \
    $((period_ns * 130 / 1000)) "$high_ns"

mark
repl 'np = neopixel.NeoPixel(pin0, 3)' \
    'np[0] = (1, 2, 3); np[1] = (255, 0, 128); np[2] = (10, 20, 30)' \
    'np.show()'
of_pin bits >"$TMP/bits"
diag "$(cat "$TMP/bits")"
# WS2812 takes green first.
ok "neopixel sends the bytes of its colours" \
    grep -Fxq '02 01 03 00 ff 80 14 0a 1e +0' "$TMP/bits"
# Its data sheet wants 400 ns high for a 0 and 800 for a 1, give or take 150.
read -r zero_min zero_max one_min one_max < <(
    sed -n 's/^[01]: \([0-9]*\) to \([0-9]*\) ns$/\1 \2/p' "$TMP/bits" |
        paste -sd' ')
keeps_times() {
    within 250 "$zero_max" "$zero_min" && within "$zero_min" 550 "$zero_max" &&
        within 650 "$one_max" "$one_min" && within "$one_min" 950 "$one_max"
}
ok "neopixel keeps the times of a WS2812" keeps_times

is "bytes written to the serial port come out" \
    "$(repl 'uart.init(115200); n = uart.write("to the wire\n")')" 'to the wire'

# again: how often it has printed its banner
banners() {
    grep -c 'MicroPython .* on ' "$TMP/serial"
}

banners_are() {
    [ "$(banners)" = "$1" ]
}

before=$(banners)
repl 'x = 1' >/dev/null
tests/e2e/repl.py -t 3 "$TMP/serial.sock" 'reset()' >/dev/null 2>&1
ok "reset() starts it again" wait_for 10 banners_are $((before + 1))
like "what was known is forgotten" "$(repl 'x')" '^NameError'
is "and it works as before" "$(repl '6 * 7')" 42
