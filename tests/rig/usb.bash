# USB devices of the rig's kernel, an agent for them, and a second guest that
# uses them: Debian for armhf on our own QEMU, with an xHCI.  Sourced, after
# functions.sh or common.sh and rig.bash.
#
#   gadget plug storage          guest/gadget in the rig
#   usb_guest_up OPTION...       boot the second guest; QEMU's options for what
#                                is to be plugged in
#   guest 'lsusb'                a shell command in it; see tests/tape/guest.bash
#
# $GUEST is the second guest's folder: console, qemu.log, qmp.sock.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

# shellcheck source=tests/tape/guest.bash
. tests/tape/guest.bash

USB_OPTIONS=()

gadget() {
    rig "/rig/gadget $*"
}

# In place of guest.bash's: no drives.
guest_args() {
    guest_base
    args+=(-device "qemu-xhci,id=xhci" "${USB_OPTIONS[@]}")
}

usb_guest_up() {
    USB_OPTIONS=("$@")
    guest_up
}
