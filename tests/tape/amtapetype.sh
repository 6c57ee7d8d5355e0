#!/bin/bash
# Amanda's amtapetype writes a tape until it is full, twice, and tells what it
# holds; before that it asks how the drive spaces over tape marks.
#
# It finds out whether the drive compresses by writing random data for a minute,
# and as much that repeats.  Here that minute is two seconds, so that a tape of
# 256 MB is long enough.
#
# time limit: 900 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016 # variables of the guest
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/tape/guest.bash
. tests/tape/guest.bash

requires "$GUEST_QEMU" "$GUEST_INITRAMFS"
guest_has_tape || skip_all "this QEMU has no scsi-tape"
plan 4
guest_up || exit 1
# shellcheck disable=SC2034 # of guest()
GUEST_TIMEOUT=800

out=$(guest 'mkdir -p /etc/amanda /var/lib/amanda /tmp/amanda /var/log/amanda
    sed "s/\(compression_check_time =\) 60;/\1 2;/" /usr/sbin/amtapetype \
        >/tmp/amtapetype
    ! cmp -s /tmp/amtapetype /usr/sbin/amtapetype || echo "the minute is another"
    chown -R backup:backup /etc/amanda /var/lib/amanda /tmp/amanda /var/log/amanda
    chgrp tape /dev/nst* && chmod 660 /dev/nst*
    mt -f /dev/tape/v3 rewind
    setpriv --reuid=backup --regid=backup --groups=tape \
        perl /tmp/amtapetype -f -b 256k -t Benchwire tape:/dev/tape/v3 2>&1
    echo "status $?"' | tr '\r' '\n')
diag "$out"
like "amtapetype measures the tape" "$out" '^define tapetype Benchwire'
length=$(sed -nE 's/^ *length ([0-9]+).* kbytes$/\1/p' <<<"$out")
diag "length $length"
# the early warning is one part in 64 before the end
ok "it holds 256 MB less what is behind the early warning" \
    [ "${length:-0}" -gt 240000 -a "${length:-0}" -le 262144 ]
# what it takes for a tape mark's length is the block before each of its files
like "a tape mark takes no space" "$out" '^ *filemark 256 kbytes'
like "and it ends well" "$out" '^status 0$'
