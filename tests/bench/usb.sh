# How fast a Linux guest reads and writes a USB disk through the agent, with TLS
# and without, against Debian's usbredirect with the same disk, and against the
# disk that QEMU emulates.  Sourced by run.sh.
#
# The disk is a gadget in the rig, so that there are two emulated machines on
# the way; its controller works once in 4 ms (dummy_hcd, HZ=250), and moves 13
# packets of 512 bytes each 125 us of these at most: 13 MB/s.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # run.sh's and guest.bash's
# shellcheck source=tests/rig/usb.bash
. tests/rig/usb.bash

USB_ROUNDS=3
USB_MB=8 # per round and direction

# usb_seconds VENDOR COMMAND: how long it takes by the guest's clock; $disk in
# it is the disk of the vendor
usb_seconds() {
    user "disk=\$(disk $1) && start=\${EPOCHREALTIME/./}
        { $2; } >/tmp/out 2>&1 || { cat /tmp/out >&2; exit 1; }
        echo \$((\${EPOCHREALTIME/./} - start))" |
        awk '/^[0-9]+$/ { printf "%.4f", $1 / 1e6 }'
}

# usb_turn NAME VENDOR: one round of the disk that is there
usb_turn() {
    local write read
    user_waits 120 disk "$2" >/dev/null
    write=$(usb_seconds "$2" "dd if=/dev/zero of=\$disk bs=1M count=$USB_MB \
        oflag=direct conv=fsync") && [ -n "$write" ] &&
        read=$(usb_seconds "$2" "dd if=\$disk of=/dev/null bs=1M \
            count=$USB_MB iflag=direct") && [ -n "$read" ] &&
        echo "$write $read" >>"$dir/usb.$1"
}

usb_turn_agent() {
    usb_plug storage "$1" >/dev/null
    usb_turn "$1" Linux
    usb_unplug storage >/dev/null
}

# usbredirect serves one client and ends.
usb_turn_usbredirect() {
    rig 'usbredirect --device 1d6b:0105 --as 0.0.0.0:7424 >/tmp/usbredirect.log \
        2>&1 </dev/null &'
    rig_wait 20 rig 'netstat -ltn | grep -q :7424'
    guest_qmp hmp "chardev-add socket,id=theirs,host=127.0.0.1,port=$(rig_port 7424)" \
        hmp "device_add usb-redir,id=theirs-device,chardev=theirs"
    usb_turn usbredirect Linux
    guest_qmp hmp "device_del theirs-device"
    guest_wait 60 usb_unplugged theirs
    rig_wait 20 rig '! pidof usbredirect'
}

# usb_row NAME FILE: MB/s, and the median of the ratios to the others
usb_row() {
    local column
    for column in 1:write 2:read; do
        row "$1, ${column#*:}" "$(usb_speed "$2" "${column%:*}")" \
            "/ usbredirect $(usb_ratio "$2" usbredirect "${column%:*}"), / emulated $(usb_ratio "$2" emulated "${column%:*}")"
    done
}

usb_speed() {
    awk -v c="$2" -v mb="$USB_MB" '{ print mb * 1.048576 / $c }' "$dir/usb.$1" |
        median
}

usb_ratio() {
    paste -d' ' "$dir/usb.$1" "$dir/usb.$2" |
        awk -v c="$3" '{ print $(c + 2) / $c }' | median
}

measure_usb() {
    local round
    echo "USB: a disk at the rig, used by a Linux guest, MB/s"
    if ! usb_has_agent || ! rig_up >"$dir/rig.log"; then
        row "the rig, or an agent with USB" "not there"
        return
    fi
    GUEST=$(mktemp -d "${TMPDIR:-/tmp}/bw-usb.XXXXXX")
    rm -f "$dir"/usb.*
    usb_gadgets
    usb_bench "$dir/usb-keys"
    usb_agent_start
    truncate -s 96M "$GUEST/usb.img"
    USB_OPTIONS=(-object "$(usb_key)"
        -drive "if=none,id=emulated,format=raw,file=$GUEST/usb.img"
        -device "usb-bot,id=bot" -device "scsi-hd,bus=bot.0,drive=emulated")
    if usb_guest_up >"$dir/usb-guest.log"; then
        for ((round = 0; round < USB_ROUNDS; round++)); do
            usb_turn_agent tls
            usb_turn_usbredirect
            usb_turn_agent plain
            usb_turn emulated QEMU
        done
        usb_row "the agent, TLS" tls
        usb_row "the agent, plain TCP" plain
        usb_row "Debian's usbredirect, plain TCP" usbredirect
        usb_row "QEMU's own disk, no agent" emulated
    else
        cat "$dir/usb-guest.log"
    fi
    guest_down
    usb_agent_stop TERM
}
