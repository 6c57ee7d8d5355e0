# USB devices of the rig's kernel, an agent for them, and a second guest that
# uses them: Debian for armhf on our own QEMU, with an xHCI.  Sourced, after
# functions.sh or common.sh and rig.bash.
#
#   usb_gadgets                  the devices of guest/gadget, plugged in
#   gadget unplug storage        guest/gadget itself
#   usb_bench FOLDER             a bench file and keys for usb_agent_start; the
#                                client's go into FOLDER
#   usb_agent_start              an agent of the test's own in the rig;
#   usb_agent_stop [SIGNAL]      usb_tool is benchwire with it
#   usb_device storage           adds QEMU's options for an export, over TLS, to
#                                USB_OPTIONS
#   usb_guest_up                 boot the second guest with USB_OPTIONS
#   usb_plug storage plain       an export for the running guest, without TLS
#   usb_unplug storage           and its end
#   usb_user_put                 what usb_guest_up does for user, after a reboot
#   user 'ask RIG-A x y'         a command of guest/usb-user in it
#   user_waits 60 disk           the same, until it succeeds
#
# $GUEST is the second guest's folder: console, qemu.log, qmp.sock; the log of
# the agent is /tmp/usb.log in the rig.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

# shellcheck source=tests/tape/guest.bash
. tests/tape/guest.bash
GUEST= # not the one with the tapes, nor what its tests need in it
GUEST_INITRAMFS=build/tape/initramfs

USB_GADGETS=(serial twin storage keyboard)
USB_OPTIONS=()
USB_KEYS=

gadget() {
    rig "/rig/gadget $*"
}

# With somebody at the other end of the serial devices: one that answers lines,
# one that gives back what it gets.
usb_gadgets() {
    local name
    gadget make || return
    for name in "${USB_GADGETS[@]}"; do
        gadget plug "$name"
    done
    # shellcheck disable=SC2016 # the rig's shell expands it
    rig '(while :; do
        exec 3<>/dev/ttyGS0
        stty raw -echo <&3
        while read -r line <&3; do echo "you said $line" >&3; done
        exec 3>&-
        sleep 0.2
    done >/tmp/answers.log 2>&1 </dev/null &)
    (while :; do
        stty -F /dev/ttyGS1 raw -echo
        cat </dev/ttyGS1 >/dev/ttyGS1
        sleep 0.2
    done >/tmp/loop.log 2>&1 </dev/null &)'
}

# usb_drivers: of all their interfaces in the rig, in the order of USB_GADGETS
usb_drivers() {
    local name
    for name in "${USB_GADGETS[@]}"; do
        gadget drivers "$name" | cut -d' ' -f2
    done | paste -sd' '
}

usb_has_agent() {
    grep -qs usbredirhost build/usbredir/libs
}

usb_has_chardev() {
    "$GUEST_QEMU" -M none -chardev help | grep -q benchwire-usb
}

# usb_bench FOLDER: a device by each way to name one, and one that two devices
# are
usb_bench() {
    local keyboard
    USB_KEYS=$1
    mkdir -p "$USB_KEYS"
    printf 'user:%s\n' "$(od -An -tx1 -N 32 /dev/urandom | tr -d ' \n')" \
        >"$USB_KEYS/keys.psk"
    keyboard=$(gadget port keyboard)
    rig "mkdir -p /tmp/usb-keys
cat >/tmp/usb-keys/keys.psk <<'EOF'
$(cat "$USB_KEYS/keys.psk")
EOF
chmod 600 /tmp/usb-keys/keys.psk
cat >/tmp/usb.conf <<'EOF'
[listen]
unix = /tmp/usb.sock
tls = 127.0.0.1:7422
tcp = 127.0.0.1:7423
credentials = /tmp/usb-keys
usb = storage

[identity user]
exports = *

[identity network]
exports = *

[export serial]
type = usb
serial = RIG-A

[export twin]
type = usb
device = 1d6b:0104
serial = RIG-B

[export storage]
type = usb
device = 1d6b:0105

[export keyboard]
type = usb
port = $keyboard

[export either]
type = usb
device = 1d6b:0104
EOF"
}

usb_tool() {
    rig "benchwire -c unix:/tmp/usb.sock $* 2>&1"
}

# shellcheck disable=SC2016 # the guest's shell expands it
usb_agent_start() {
    rig 'RUNTIME_DIRECTORY=/tmp setsid benchwired -c /tmp/usb.conf >>/tmp/usb.log 2>&1 </dev/null &
        echo $! >/tmp/usb.pid
        tries=300
        until benchwire -c unix:/tmp/usb.sock list >/dev/null 2>&1; do
            kill -0 "$(cat /tmp/usb.pid)" && [ $tries -gt 0 ] || exit 1
            tries=$((tries - 1))
            sleep 0.1
        done'
}

# usb_agent_stop [SIGNAL]: and wait until it is gone
# shellcheck disable=SC2016 # the guest's shell expands it
usb_agent_stop() {
    rig "signal=${1:-TERM}"'
        pid=$(cat /tmp/usb.pid 2>/dev/null) && kill -$signal "$pid" || exit 0
        tries=300
        while kill -0 "$pid" 2>/dev/null; do
            [ $tries -gt 0 ] || exit 1
            tries=$((tries - 1))
            sleep 0.1
        done'
}

# usb_link ID [plain]: QEMU's option for a connection to the agent
usb_link() {
    if [ "${2:-tls}" = tls ]; then
        echo "socket,id=$1,host=127.0.0.1,port=$(rig_port 7422),tls-creds=key,reconnect-ms=500"
    else
        echo "socket,id=$1,host=127.0.0.1,port=$(rig_port 7423),reconnect-ms=500"
    fi
}

usb_key() {
    echo "tls-creds-psk,id=key,dir=$USB_KEYS,endpoint=client,username=user"
}

# usb_export EXPORT: the option for what QEMU has on the connection EXPORT-link
usb_export() {
    echo "benchwire-usb,id=$1,chardev=$1-link,export=$1"
}

# usb_device EXPORT
usb_device() {
    [ "${#USB_OPTIONS[@]}" -gt 0 ] || USB_OPTIONS=(-object "$(usb_key)")
    USB_OPTIONS+=(-chardev "$(usb_link "$1-link")"
        -chardev "$(usb_export "$1")"
        -device "usb-redir,id=$1-device,chardev=$1")
}

# usb_plug EXPORT [plain]
usb_plug() {
    guest_qmp hmp "chardev-add $(usb_link "$1-link" "${2:-tls}")" \
        hmp "chardev-add $(usb_export "$1")" \
        hmp "device_add usb-redir,id=$1-device,chardev=$1"
}

# usb_unplug EXPORT: QEMU removes a chardev with its device, but not the one
# that chardev is on
usb_unplug() {
    guest_qmp hmp "device_del $1-device"
    guest_wait 60 usb_unplugged "$1" && guest_qmp hmp "chardev-remove $1-link"
}

usb_unplugged() {
    ! guest_qmp hmp 'info chardev' | grep -q "^$1:"
}

usb_guest_args() {
    guest_base
    args+=(-device "qemu-xhci,id=xhci" "${USB_OPTIONS[@]}")
}

usb_guest_up() {
    GUEST_ARGS=usb_guest_args guest_up && usb_user_put
}

usb_user_put() {
    guest "cat >/tmp/usb-user <<'EOF'
$(cat tests/rig/guest/usb-user)
EOF"
}

# user COMMAND: a line for the shell, which knows what is in usb-user
user() {
    guest ". /tmp/usb-user; $*"
}

# user_waits SECONDS COMMAND WORD...
user_waits() {
    GUEST_TIMEOUT=$(($1 + 60)) guest ". /tmp/usb-user; in_time $*"
}
