#!/bin/bash
# Voltages and SPI at the edge connector: Debian's MicroPython, as it is, and
# the sample that is a voltmeter.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=scripts/machine.sh
. scripts/machine.sh

MICROPYTHON=build/micropython.hex
VOLTMETER=build/firmware/adc.hex
BOARD_PID=

requires "$QEMU" "$MICROPYTHON" "$VOLTMETER" /usr/bin/python3
plan 12

board_stop() {
    end_process "$BOARD_PID"
    BOARD_PID=
    rm -f "$TMP"/board.*
}
cleanup_fn board_stop

# board_start FIRMWARE [OPTION...]
board_start() {
    local firmware=$1
    shift
    # shellcheck disable=SC2086 # $ICOUNT is words
    spawn "$TMP/board.err" "$QEMU" -M microbit -display none \
        -monitor none $ICOUNT -device "loader,file=$firmware" \
        -qmp "unix:$TMP/board.qmp,server=on,wait=off" \
        -chardev "socket,id=serial,path=$TMP/board.sock,server=on,wait=off,logfile=$TMP/board.log" \
        -serial chardev:serial "$@"
    BOARD_PID=$PID
    wait_for 10 test -S "$TMP/board.sock" || diag "$(cat "$TMP/board.err")"
}

repl() {
    tests/e2e/repl.py -t 40 "$TMP/board.sock" "$@"
}

qmp() {
    tests/e2e/qmp.py "$TMP/board.qmp" "$@"
}

# feed PIN MILLIVOLTS
feed() {
    qmp set "/machine/edge/$1" feed-millivolts "$2"
}

# prints REGEX: a whole line on the console
prints() {
    tr -d '\r' <"$TMP/board.log" | grep -Exq -- "$1"
}

# The wire from MOSI to MISO takes part only when it is put in.
board_start "$MICROPYTHON" -device bw-jumper,id=wire,a=P15,b=P14,connected=off \
    -device w25q80
repl 'from microbit import *' >/dev/null

# 1023 is the supply, 3000 mV; 1024 codes, rounded down
feed P0 1500
is "read_analog of half of the supply" "$(repl 'pin0.read_analog()')" 512
feed P0 300
is "read_analog of a tenth" "$(repl 'pin0.read_analog()')" 102
feed P0 0
is "read_analog of 0 V" "$(repl 'pin0.read_analog()')" 0
feed P0 3000
is "read_analog of the supply" "$(repl 'pin0.read_analog()')" 1023
feed P1 1000
feed P2 2000
is "each pin has its voltage" \
    "$(repl '(pin1.read_analog(), pin2.read_analog())')" '(341, 682)'

# Nobody selects the flash memory.
repl 'spi.init(baudrate=1000000, mode=0)' 'b = bytearray(4)' >/dev/null
is "spi without anything on MISO reads zeros" \
    "$(repl 'spi.write_readinto(b"\x9f\0\0\0", b); b')" \
    "bytearray(b'\\x00\\x00\\x00\\x00')"
repl 'pin16.write_digital(0)' >/dev/null
is "a flash memory at P13 to P16 tells its name" \
    "$(repl 'spi.write_readinto(b"\x9f\0\0\0", b); b')" \
    "bytearray(b'\\x00\\xefP\\x14')"
repl 'pin16.write_digital(1)' >/dev/null
qmp set /machine/peripheral/wire connected true
is "a wire from MOSI to MISO returns what is sent" \
    "$(repl 'spi.write_readinto(b"wire", b); b')" "bytearray(b'wire')"
is "in all modes" \
    "$(repl 'for m in range(4):
 spi.init(mode=m)
 spi.write_readinto(b"\x80\x01\xa5\x5a", b)
 print(b == b"\x80\x01\xa5\x5a")')" 'True
True
True
True'
is "spi.write and spi.read take turns" \
    "$(repl 'spi.write(b"abc"); spi.read(3, 0x2a)')" "b'***'"
board_stop

board_start "$VOLTMETER"
feed P0 1234
# 3600 mV are 1024 codes: 1234 mV are 351, which are 1234 mV again; 3000 mV
# are 853, or 2999 mV; 250 mV are 71
ok "adc prints what is fed" wait_for 10 prints 'P0 1234 mV, supply 2999 mV'
feed P0 250
ok "and follows it" wait_for 10 prints 'P0 250 mV, .*'
