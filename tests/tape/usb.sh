#!/bin/bash
# Simulated USB devices of an agent, used by Linux on our own QEMU: each of them
# by another way to the agent.
#
#   the guest: cdc_acm, usb-storage, usbhid, usbfs; xHCI
#   QEMU's usb-redir
#   | benchwire-usb, unix socket    serial port, sound card
#   | benchwire-usb, TLS            disk
#   | nothing of ours, unix socket  keyboard, plugged in later
#   benchwired, backend_sim_usb
#
# Devices of a real kernel, through libusb: tests/rig/usb.sh.
#
# time limit: 1200 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016 # variables of the guest
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/e2e/agent.bash
. tests/e2e/agent.bash
# shellcheck source=tests/rig/usb.bash
. tests/rig/usb.bash

requires "$AGENT" "$TOOL" "$GUEST_QEMU" "$GUEST_INITRAMFS"
usb_has_chardev || skip_all "$GUEST_QEMU has no chardev benchwire-usb"
plan 45

DESK=$TMP/bench.conf
MB=4

# bench PORT: of TLS
bench() {
    local name
    printf '%s\n' "[listen]" "unix = $SOCK" "tls = 127.0.0.1:$1" \
        "credentials = $TMP/agent" "usb = keyboard" \
        "[identity user]" "exports = storage" \
        "[export knobs]" "type = bench" "adapter = sim-usb:desk"
    for name in serial storage keyboard audio; do
        printf '%s\n' "[export $name]" "type = usb" "adapter = sim-usb:desk" \
            "serial = SIM-$name" \
            "[usb $name]" "adapter = sim-usb:desk" "model = $name" \
            "serial = SIM-$name"
        [ "$name" != storage ] || echo "file = $TMP/disk.img"
    done
}

AGENTS=0
# agent: one more, with its own log
agent() {
    AGENTS=$((AGENTS + 1))
    LOG=$TMP/agent$AGENTS.log
    spawn "$LOG" "$AGENT" -c "$DESK" --unix "$SOCK"
    AGENT_PID=$PID
    wait_for 60 is_ready "$LOG"
}

tls_port() {
    sed -nE 's/.*listening on tls:127\.0\.0\.1:([0-9]+)/\1/p' "$LOG" | head -n 1
}

set_value() {
    "$TOOL" set "$@" >/dev/null
}

# --- the bench ---------------------------------------------------------------

truncate -s 32M "$TMP/disk.img"
mkdir -p "$TMP/agent" "$TMP/user"
printf 'user:%s\n' "$(od -An -tx1 -N 32 /dev/urandom | tr -d ' \n')" \
    >"$TMP/agent/keys.psk"
chmod 600 "$TMP/agent/keys.psk"
cp "$TMP/agent/keys.psk" "$TMP/user"
bench 0 >"$DESK"
agent
up=$?
result $up "an agent has the devices"
[ $up -eq 0 ] || diag "$(cat "$LOG")"
[ $up -eq 0 ] || exit 1
PORT=$(tls_port)
bench "$PORT" >"$DESK" # the next agent is at the same place

# attach NAME CHARDEV-OPTIONS: for QEMU's command line
attach() {
    USB_OPTIONS+=(-chardev "socket,id=$1-link,$2,reconnect-ms=200"
        -chardev "benchwire-usb,id=$1,chardev=$1-link,export=$1"
        -device "usb-redir,id=$1-device,chardev=$1")
}
USB_KEYS=$TMP/user
USB_OPTIONS=(-object "$(usb_key)")
attach serial "path=$SOCK"
attach audio "path=$SOCK"
attach storage "host=127.0.0.1,port=$PORT,tls-creds=key"
cleanup_fn guest_down
usb_guest_up
up=$?
result $up "the guest boots"
[ $up -eq 0 ] || exit 1
# prepare: what these devices are called, and the recorder
prepare() {
    guest "cat >>/tmp/usb-user <<'EOF'
DISK_VENDOR=BNCHWIRE
KEYBOARD_NAME='Simulated keyboard'
EOF
cat >/tmp/tone.pl <<'EOF'
$(cat tests/tape/tone.pl)
EOF"
}
prepare

ok "it has the serial port" user_waits 90 tty SIM-serial
ok "the disk" user_waits 90 disk
ok "and the sound card" user_waits 90 usb_device SIM-audio
fails "no keyboard yet" user keyboard
guest_qmp hmp "chardev-add socket,id=keyboard,path=$SOCK,reconnect-ms=200" \
    hmp "device_add usb-redir,id=keyboard-device,chardev=keyboard"
ok "which comes by a plain socket to the running guest" user_waits 90 keyboard
who=$("$TOOL" who)
like "the agent tells the user with TLS" "$who" ' storage +user '
like "from those of this machine" "$who" ' keyboard +'

# --- use ---------------------------------------------------------------------

ok "the serial port gives back a line" user_waits 90 ask SIM-serial one one
guest 'head -c 100000 /dev/urandom >/tmp/block'
GUEST_TIMEOUT=300
ok "and 100,000 bytes" user looped SIM-serial /tmp/block

ok "the guest listens to the keyboard" user keys 6
set_value keyboard.key 4 # A, which is 30 for Linux; type 1 is a key
set_value keyboard.key 0
ok "a key is pressed" user_waits 90 keyed
like "the one that was meant" "$(guest 'cat /tmp/keys')" '  *1  *30  *1  *0$'
like "and let go" "$(guest 'cat /tmp/keys')" '  *1  *30  *0  *0$'

# fill: the disk, with data of which no two blocks are equal
fill() {
    user "large && dd if=/tmp/data of=\$(disk) bs=1M count=$MB oflag=direct"
}
in_file() {
    head -c ${MB}M "$TMP/disk.img" | md5sum
}
read_back() {
    user "large && dd if=\$(disk) bs=1M count=$MB iflag=direct | cmp - /tmp/data"
}
new_data() {
    guest "seq $1 100000000 | head -c ${MB}M >/tmp/data; md5sum </tmp/data"
}
sum=$(new_data 1)
ok "$MB MB are written to the disk" fill
is "and are in its file" "$(in_file)" "$sum"
ok "and are read back" read_back

# Packets that are late are lost, as on a wire: some come whole
record() {
    read -r whole bytes peak < <(user 'device=$(usb_device SIM-audio) &&
        perl /tmp/tone.pl $(printf /dev/bus/usb/%03d/%03d \
        $(cat $device/busnum) $(cat $device/devnum)) 1000' | tail -n 1)
    diag "isochronous: $whole of 1000 packets, peak $peak"
    [ "$whole" -ge 10 ] && [ "$bytes" -eq $((whole * 96)) ] &&
        [ "$peak" -gt 8000 ] && [ "$peak" -le 16384 ]
}
record
result $? "the tone of the sound card is recorded"

# --- pulled out and put back -------------------------------------------------

set_value serial.plugged 0
ok "the serial port is pulled out" user_waits 90 no_tty SIM-serial
ok "the disk stays" user disk
set_value serial.plugged 1
ok "it is put back and used" user_waits 90 ask SIM-serial two two
set_value keyboard.plugged 0
ok "the keyboard is pulled out" user_waits 90 no_keyboard
set_value keyboard.plugged 1
ok "and put back" user_waits 90 keyboard

ok "the disk is being written to" user copying /tmp/data
set_value storage.plugged 0
ok "it is pulled out: there is none" user_waits 90 no_disk
ok "the program that wrote ends" user_waits 90 copied
like "with an error" "$(guest 'cat /tmp/copying.log')" \
    'Input/output error|No such device|No such file|No space left'
set_value storage.plugged 1
ok "it is put back" user_waits 90 disk
sum=$(new_data 1000000)
ok "and is written to" fill
is "as it should" "$(in_file)" "$sum"

# --- the agent dies ----------------------------------------------------------

ok "the disk is being written to again" user copying /tmp/data
kill -KILL "$AGENT_PID"
wait "$AGENT_PID" 2>/dev/null
ok "the agent is killed: there is no disk" user_waits 90 no_disk
ok "nor a serial port" user_waits 90 no_tty SIM-serial
ok "nor a keyboard" user_waits 90 no_keyboard
ok "the program that wrote ends again" user_waits 90 copied
ok "another agent is there" agent
ok "the serial port is as it was" user_waits 90 ask SIM-serial three three
ok "the keyboard" user_waits 90 keyboard
ok "and the disk" user_waits 90 disk

# --- the guest boots again ---------------------------------------------------

booted() {
    [ "$(grep -ac '^guest: ready' "$GUEST/console")" -ge "$1" ]
}
guest sync
guest_qmp qmp set-action '{"reboot": "reset"}' qmp system_reset '{}'
ok "the guest is reset and boots" wait_for "$GUEST_BOOT_S" booted 2
usb_user_put
prepare
ok "the serial port works" user_waits 90 ask SIM-serial four four
sum=$(new_data 2000000)
user_waits 90 disk >/dev/null
ok "the disk works" fill
is "as it should" "$(in_file)" "$sum"
user_waits 90 keyboard >/dev/null
user keys 6
set_value keyboard.key 4
set_value keyboard.key 0
ok "and the keyboard" user_waits 90 keyed
