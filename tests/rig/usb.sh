#!/bin/bash
# USB devices of a real kernel, through the agent and TLS, used by a second
# machine with Linux: two equal serial devices, a disk and a keyboard, which are
# gadgets of the rig's kernel on controllers of dummy_hcd.
#
#   second guest: cdc_acm, usb-storage, usbhid, xHCI | QEMU's usb-redir
#   TLS
#   the rig: benchwired, libusbredirhost, libusb, usbfs, dummy_hcd | gadget
#
# time limit: 1800 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2034 # for the guests' shells; guest.bash's
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/rig/rig.bash
. tests/rig/rig.bash
# shellcheck source=tests/rig/usb.bash
. tests/rig/usb.bash

OWN="cdc_acm cdc_acm cdc_acm cdc_acm usb-storage usbhid"
requires "$RIG_QEMU" build/rig/initramfs "$GUEST_INITRAMFS" "$GUEST_QEMU"
usb_has_agent || skip_all "the agent was built without libusbredirhost"
usb_has_chardev || skip_all "$GUEST_QEMU has no chardev benchwire-usb"
plan 57
rig_up || exit 1

own_drivers() {
    [ "$(usb_drivers)" = "$OWN" ]
}

# --- the bench ---------------------------------------------------------------

usb_gadgets
ok "while nobody has the devices the kernel's drivers do" \
    wait_for 60 own_drivers || diag "$(usb_drivers)"
usb_bench "$TMP/keys"
cleanup_fn usb_agent_stop
ok "an agent has them by port, serial number and vendor" usb_agent_start ||
    diag "$(rig 'cat /tmp/usb.log')"
like "and lists them" "$(usb_tool list)" '^storage +usb .*free'
like "two that an export cannot tell apart are no device" \
    "$(usb_tool list)" '^either +usb .*absent'
is "it takes no device before somebody comes" "$(usb_drivers)" "$OWN"

# --- the user ----------------------------------------------------------------

for name in "${USB_GADGETS[@]}"; do
    usb_device "$name"
done
cleanup_fn guest_down
usb_guest_up
up=$?
result $up "the second guest boots"
[ $up -eq 0 ] || exit 1

ok "it has the disk" user_waits 60 disk
ok "a serial device" user_waits 60 tty RIG-A
ok "the other one" user_waits 60 tty RIG-B
ok "and the keyboard" user_waits 60 keyboard
is "which no driver of the rig has now" "$(usb_drivers)" \
    "usbfs usbfs usbfs usbfs usbfs usbfs"
like "the agent says who has it" "$(usb_tool who)" ' storage +user '

# --- use ---------------------------------------------------------------------

hello() {
    user_waits 60 ask RIG-A "$1" "'you said $1'"
}
ok "a line to the serial device is answered" hello one
ok "the other one gives it back" user_waits 60 ask RIG-B two two
guest 'head -c 100000 /dev/urandom >/tmp/block'
GUEST_TIMEOUT=200
ok "100,000 bytes go there and back" user looped RIG-B /tmp/block

# A is usage 4 of the keyboard's page, and key 30 of Linux; type 1 is a key
press() {
    rig "printf '%b' '\\0\\0\\x$1\\0\\0\\0\\0\\0' >/dev/hidg0
        printf '\\0\\0\\0\\0\\0\\0\\0\\0' >/dev/hidg0"
}
ok "the guest listens to the keyboard" user keys 6
press 04
ok "a key is pressed" user_waits 60 keyed
like "the one that was meant" "$(guest 'cat /tmp/keys')" '  *1  *30  *1  *0$'
like "and let go" "$(guest 'cat /tmp/keys')" '  *1  *30  *0  *0$'

# The disk has 96 MB; what the gadget has in its file is compared, and what the
# guest reads back.
GUEST_TIMEOUT=600
RIG_TIMEOUT=300
# fill MB
fill() {
    user "large && dd if=/tmp/data of=\$(disk) bs=1M count=$1 oflag=direct"
}
in_file() {
    rig "dd if=/tmp/storage.img bs=1M count=$1 2>/dev/null | md5sum"
}
sum_of() {
    guest "head -c $1M /tmp/data | md5sum"
}
read_back() {
    user 'dd if=$(disk) bs=1M count=64 iflag=direct | cmp - /tmp/data'
}
guest 'seq 100000000 | head -c 64M >/tmp/data' # no two blocks are equal
ok "64 MB are written to the disk" fill 64
is "and are in the gadget's file" "$(in_file 64)" "$(sum_of 64)"
ok "and are read back" read_back

# --- pulled out and put back -------------------------------------------------

ok "the disk is being written to" user copying /tmp/data
gadget unplug storage
ok "it is pulled out: the guest has no disk" user_waits 60 no_disk
ok "the program that wrote ends" user_waits 60 copied
like "with an error" "$(guest 'cat /tmp/copying.log')" \
    'Input/output error|No such device|No such file|No space left'
like "the guest's kernel tells it as of any device" "$(guest dmesg)" \
    'usb [0-9]-[0-9]: USB disconnect'
ok "the other devices are as they were" hello three
gadget plug storage
ok "it is put back: the guest has a disk" user_waits 60 disk
ok "and reads what was whole there" user 'dd if=$(disk) of=/dev/null bs=1M \
    count=1 iflag=direct'

gadget unplug serial
ok "a serial device is pulled out" user_waits 60 no_tty RIG-A
gadget plug serial
ok "and put back" hello four

# --- the agent dies, and is restarted ----------------------------------------

ok "the disk is being written to again" user copying /tmp/data
usb_agent_stop KILL
ok "the agent is killed: the guest has no disk" user_waits 60 no_disk
ok "the program that wrote ends again" user_waits 60 copied
ok "nor a keyboard" user_waits 60 no_keyboard
ok "an agent is there again" usb_agent_start
ok "the guest has the disk" user_waits 90 disk
ok "and the serial devices" hello five
rig 'dd if=/dev/zero of=/tmp/storage.img bs=1M count=8 conv=notrunc 2>/dev/null'
ok "which is written to" fill 8
is "as it should" "$(in_file 8)" "$(sum_of 8)"
kill -STOP "$(cat "$GUEST/qemu.pid")" # so that it does not call again
usb_agent_stop KILL
fails "a killed agent leaves devices without drivers" own_drivers
ok "there is another one" usb_agent_start
ok "the next agent gives them to the kernel's drivers" \
    wait_for 60 own_drivers || diag "$(usb_drivers)"
kill -CONT "$(cat "$GUEST/qemu.pid")"
ok "and then to the guest again" user_waits 90 disk
usb_agent_stop
ok "an agent that ends gives the devices back to the kernel's drivers" \
    wait_for 60 own_drivers || diag "$(usb_drivers)"

# --- filters -----------------------------------------------------------------

# usb_filter RULES: of the disk and of a serial device, for the next agent
usb_filter() {
    rig "sed -i -e '/^filter/d' \
        ${1:+-e '/^\[export s/a filter = $1'} /tmp/usb.conf"
}
refused() {
    rig "grep -q \"the export's filter refuses 1d6b:0105\" /tmp/usb.log"
}
usb_filter '0x08,-1,-1,-1,0|-1,-1,-1,-1,1'
ok "an agent whose exports are filtered" usb_agent_start
ok "lets the guest have the serial device" hello six
ok "refuses the disk, by its class" wait_for 60 refused
ok "which the guest has not" user no_disk
like "and the rig's driver has" "$(gadget drivers storage)" usb-storage
usb_agent_stop
usb_filter ''
ok "one more agent, without a filter" usb_agent_start
ok "has them for the guest" user_waits 90 disk

# --- the user dies -----------------------------------------------------------

ok "the disk is being written to once more" user copying /tmp/data
kill -KILL "$(cat "$GUEST/qemu.pid")"
ok "a guest that dies leaves the devices to the kernel's drivers" \
    wait_for 60 own_drivers || diag "$(usb_drivers)"
like "and the exports free" "$(usb_tool list)" '^storage +usb .*free'
rig_disk() {
    rig 'disk=$(grep -l ^Linux /sys/block/sd*/device/vendor | cut -d/ -f4) &&
        dd if=/dev/$disk bs=1M count=1 | cmp -n 1048576 - /tmp/storage.img'
}
ok "the rig's own kernel reads the disk" wait_for 60 rig_disk
