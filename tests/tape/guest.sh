#!/bin/bash
# The tape guest itself: Debian's kernel and tools on our own machine.
#
# time limit: 600 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/tape/guest.bash
. tests/tape/guest.bash

requires "$GUEST_QEMU" "$GUEST_INITRAMFS"
plan 6
guest_up
up=$?
result $up "it boots"
[ $up -eq 0 ] || exit 1
diag "$(cat "$GUEST/boot")"

like "the kernel is Debian's 6.1 for armhf" "$(guest 'uname -r')" \
    '^6\.1\.[0-9]+-[0-9]+-armmp-lpae$'
is "a command's status comes back" "$(guest 'exit 7'; echo $?)" 7
is "no module failed" "$(grep -ac FAILED "$GUEST/console")" 0
is "the drivers are there" "$(guest 'cut -d" " -f1 /proc/modules' |
    grep -xE 'st|sg|ch|virtio_scsi|sym53c8xx' | sort | tr '\n' ' ')" \
    'ch sg st sym53c8xx virtio_scsi '

# Each says what it is when it is asked for it, which takes all its libraries.
# shellcheck disable=SC2016 # variables of the guest
tools() {
    guest 'for tool in "mt --version" "mt -v" "tar --version" "cpio --version" \
        "sg_inq --version" "mtx --version" "tapeinfo" "tapestat -V" \
        "dump" "restore" "btape -?" "mke2fs -V" "perl -MEncode::Locale -e 1"; do
        $tool >/tmp/out 2>&1
        status=$?
        ! grep -q "shared librar" /tmp/out && [ $status -lt 126 ] ||
            echo "$tool: $status $(cat /tmp/out)"
    done
    amtapetype --help 2>&1 | grep -q "^Usage: amtapetype" || amtapetype --help'
}
is "the tools run" "$(tools)" ''
