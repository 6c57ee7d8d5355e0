#!/bin/bash
# An adapter that is pulled out of its USB socket, in use and idle, and put
# back.
#
# time limit: 600 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/rig/rig.bash
. tests/rig/rig.bash

requires "$RIG_QEMU" build/rig/initramfs "$RIG_TOOL"
rig_up || exit 1
plan 10

register() {
    rig_tool i2c transfer usb2 w1@0x48 0 r2 2>&1 | sed 's/.*failed: //'
}

answers() {
    [ "$(register)" = '0x15 0x80' ]
}

went_away() {
    [ "$(register)" = 'the device behind the export went away' ]
}

ended() {
    ! kill -0 "$1"
}

plugged() {
    rig "test -e $device"
}

unplugged() {
    ! plugged
}

device=$(rig "sed -n '/^\\[export usb2\\]/,/^adapter/s,adapter = ,,p' /tmp/bench.conf")
is "the adapter is there, and works" "$(register)" '0x15 0x80'

rig_unplug usb2
ok "pulled out while nobody uses it, it goes" wait_for 20 unplugged
is "a transfer then says so" "$(register)" 'the device behind the export went away'
ok "the agent serves the others" rig_tool i2c transfer usb1 w1@0x48 0 r2
rig_plug usb2
ok "put back, it comes" wait_for 20 plugged
ok "and works, without anybody's help" wait_for 10 answers

# In use: one transfer after the other, until one fails
until_it_fails() {
    while rig_tool i2c transfer usb2 w1@0x48 0 r2; do
        :
    done
}
spawn "$TMP/busy" until_it_fails
wait_for 10 test -s "$TMP/busy"
rig_unplug usb2
ok "pulled out in use, it goes" wait_for 20 went_away
ok "the one that used it ends" wait_for 10 ended "$PID"
like "the transfer it hit has failed, and said how" "$(tail -n 1 "$TMP/busy")" \
    'failed: (the device behind the export went away|input/output error)'
rig_plug usb2
ok "put back again, it works" wait_for 20 answers
