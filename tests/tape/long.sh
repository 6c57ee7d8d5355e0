#!/bin/bash
# Long records through Linux's st driver: 1 MiB and 2 MiB, there and back.
#
# time limit: 300 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016 # variables of the guest
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/tape/guest.bash
. tests/tape/guest.bash

requires "$GUEST_QEMU" "$GUEST_INITRAMFS"
guest_has_tape || skip_all "this QEMU has no scsi-tape"
plan 8
guest_up || exit 1

for drive in v0 l0; do
    : >"$TMP/$drive.tap"
    guest_medium $drive "$TMP/$drive.tap"
    for size in 1048576 2097152; do
        ok "$drive: records of $size bytes" guest "T=/dev/tape/$drive
            mt -f \$T rewind; mt -f \$T setblk 0
            head -c $((size * 4)) /dev/urandom >/tmp/long
            dd if=/tmp/long of=\$T bs=$size iflag=fullblock status=none &&
            mt -f \$T rewind &&
            dd if=\$T bs=$size status=none | cmp - /tmp/long
            status=\$?; rm /tmp/long; exit \$status"
        is "$drive: are $size bytes on the tape" \
            "$(tests/tape/readtap -l "$TMP/$drive.tap" | uniq -c | xargs)" \
            "4 $size 1 0"
    done
    guest_medium $drive "$GUEST/$drive.tap"
done
