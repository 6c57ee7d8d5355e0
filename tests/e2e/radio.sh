#!/bin/bash
# Radio between boards: Debian's MicroPython, as it is, on two of them, and the
# sample radio-ping.
#
# The boards are joined by a unix socket, which needs no multicast; one point
# tries multicast, if this host's loopback has it.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=scripts/machine.sh
. scripts/machine.sh

MICROPYTHON=build/micropython.hex
PING=build/firmware/radio-ping.hex
MCAST=mcast=230.0.0.1:$((20000 + $$ % 20000)),localaddr=127.0.0.1
declare -A pids

requires "$QEMU" "$MICROPYTHON" "$PING" /usr/bin/python3
plan 14

# board NAME FIRMWARE NETDEV: its serial port is $TMP/NAME.sock
board() {
    # shellcheck disable=SC2086 # $ICOUNT is words
    spawn "$TMP/$1.err" "$QEMU" -M microbit,air=air0 -netdev "$3,id=air0" \
        -display none -monitor none $ICOUNT -device "loader,file=$2" \
        -qmp "unix:$TMP/$1.qmp,server=on,wait=off" \
        -chardev "socket,id=serial,path=$TMP/$1.sock,server=on,wait=off,logfile=$TMP/$1.out" \
        -serial chardev:serial
    pids[$1]=$PID
    wait_for 10 test -S "$TMP/$1.sock" || diag "$(cat "$TMP/$1.err")"
}

boards_stop() {
    local name
    for name in "${!pids[@]}"; do
        end_process "${pids[$name]}"
    done
    pids=()
    rm -f "$TMP"/*.sock "$TMP"/*.qmp "$TMP"/*.out
}
cleanup_fn boards_stop

# pair FIRMWARE: boards a and b, joined by a unix socket
pair() {
    board a "$1" "stream,server=on,addr.type=unix,addr.path=$TMP/air.sock"
    wait_for 10 test -S "$TMP/air.sock"
    board b "$1" "stream,server=off,addr.type=unix,addr.path=$TMP/air.sock"
}

# on BOARD LINE...
on() {
    local board=$1
    shift
    tests/e2e/repl.py -t 40 "$TMP/$board.sock" "$@"
}

# set_property BOARD NAME VALUE: of its radio
set_property() {
    python3 - "$TMP/$1.qmp" "$2" "$3" <<'PYTHON'
import json
import socket
import sys

path, name, value = sys.argv[1:]
sock = socket.socket(socket.AF_UNIX)
sock.settimeout(10)
sock.connect(path)
stream = sock.makefile("rw")
for command in (
    {"execute": "qmp_capabilities"},
    {"execute": "qom-set", "arguments": {
        "path": "/machine/nrf51/radio", "property": name,
        "value": int(value)}},
):
    stream.write(json.dumps(command))
    stream.flush()
    reply = {}
    while not ("return" in reply or "error" in reply):
        reply = json.loads(stream.readline())
    if "error" in reply:
        sys.exit(reply["error"]["desc"])
PYTHON
}

# The next message that comes to BOARD, within two seconds of its time
RECEIVE='def get():
 for n in range(200):
  m = radio.receive()
  if m is not None:
   return m
  sleep(10)'

listen() {
    on "$1" 'import radio; from microbit import *' 'radio.on()' "$RECEIVE"
}

out_has() {
    tr -d '\r' <"$TMP/$1.out" | grep -Eq -- "$2"
}

# --- MicroPython -----------------------------------------------------------

pair "$MICROPYTHON"
is "radio.on() comes back" "$(listen a)$(listen b)" ''
is "nobody has sent yet" "$(on a 'radio.receive()')" ''
on b 'radio.send("from b")'
is "a hears b" "$(on a 'get()')" "'from b'"
on a 'radio.send_bytes(bytes(range(32)))'
is "b hears all 32 bytes of a" \
    "$(on b 'get2 = radio.receive_bytes()' 'get2 == bytes(range(32))')" True
on b '[radio.send(str(i)) for i in range(3)]' >/dev/null
is "three in a row come, in order" "$(on a 'get(), get(), get()')" \
    "('0', '1', '2')"

on a 'radio.config(group=7)'
on b 'radio.send("other group")'
is "another group is not heard" "$(on a 'radio.receive()')" ''
on a 'radio.config(group=0, channel=80)'
on b 'radio.send("other channel")'
is "another channel is not heard" "$(on a 'radio.receive()')" ''
on b 'radio.config(channel=80)' 'radio.send("same channel")'
is "the same channel is" "$(on a 'get()')" "'same channel'"

on b 'radio.config(data_rate=radio.RATE_2MBIT)' 'radio.send("fast")'
is "another data rate is not heard" "$(on a 'radio.receive()')" ''
on a 'radio.config(data_rate=radio.RATE_2MBIT)'
on b 'radio.send("fast")'
is "the same data rate is" "$(on a 'get()')" "'fast'"

set_property a path-loss-db 120
on b 'radio.send("far")'
is "who is too far away is not heard" "$(on a 'radio.receive()')" ''
boards_stop

# --- the sample ------------------------------------------------------------

pair "$PING"
ok "radio-ping: a gets answers" \
    wait_for 20 out_has a 'ping [0-9]+: answer after [0-9]+ us, -4[0-9] dBm'
ok "radio-ping: b gets answers" \
    wait_for 20 out_has b 'ping [0-9]+: answer after [0-9]+ us, -4[0-9] dBm'
boards_stop

# --- multicast -------------------------------------------------------------

board a "$MICROPYTHON" "socket,$MCAST"
board b "$MICROPYTHON" "socket,$MCAST"
board c "$MICROPYTHON" "socket,$MCAST"
if [ -s "$TMP/a.err" ]; then
    skip "three boards hear each other over multicast" "$(head -n 1 "$TMP/a.err")"
else
    listen a
    listen b
    listen c
    on c 'radio.send("to all")'
    is "three boards hear each other over multicast" \
        "$(on a 'get()')$(on b 'get()')" "'to all''to all'"
fi
