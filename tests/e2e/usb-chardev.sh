#!/bin/bash
# USB devices of an agent attached to a machine: two equal ones, each by its
# serial number, over the chardev benchwire-usb.  What QEMU attaches is looked
# at, and no guest uses it: tests/rig/usb.sh has one.
# time limit: 120 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/e2e/agent.bash
. tests/e2e/agent.bash

QEMU=build/qemu/qemu-system-arm
requires "$QEMU" /usr/bin/python3
plan 7

cat >"$TMP/bench.conf" <<EOF
[usb one]
adapter = sim-usb:hub
model = serial
serial = LEFT

[usb two]
adapter = sim-usb:hub
model = serial
serial = RIGHT

[export left]
type = usb
adapter = sim-usb:hub
serial = LEFT

[export right]
type = usb
adapter = sim-usb:hub
serial = RIGHT

[export knobs]
type = bench
adapter = sim-usb:hub
EOF
DESK=$TMP/bench.conf

attached() {
    [ "$(tests/e2e/qmp.py "$TMP/qmp.sock" get "/machine/peripheral/$1" attached)" = "$2" ]
}

machine_start() {
    spawn "$TMP/qemu.log" "$QEMU" -M virt -nodefaults -display none \
        -qmp "unix:$TMP/qmp.sock,server=on,wait=off" -device qemu-xhci "$@"
    wait_for 20 test -S "$TMP/qmp.sock"
}

# device NAME EXPORT: its words
device() {
    echo -chardev "socket,id=$1-pi,path=$SOCK,reconnect-ms=100" \
        -chardev "benchwire-usb,id=$1-usb,chardev=$1-pi,export=$2" \
        -device "usb-redir,id=$1,chardev=$1-usb"
}

agent_start "$TMP/agent.log" || diag "$(cat "$TMP/agent.log")"
AGENT_PID=$PID
# shellcheck disable=SC2046 # words
machine_start $(device l left) $(device r right)
ok "a device is attached" wait_for 20 attached l true
ok "and so is its twin" wait_for 20 attached r true
"$TOOL" set one.plugged 0 >/dev/null
ok "one is pulled out" wait_for 20 attached l false
ok "the other one stays" attached r true
"$TOOL" set one.plugged 1 >/dev/null
ok "it is back" wait_for 20 attached l true
kill -KILL "$AGENT_PID"
ok "without an agent there is none" wait_for 20 attached r false
agent_start "$TMP/agent2.log"
ok "with the next one there is" wait_for 20 attached r true
