#!/bin/bash
# Who has the drive: st on the agent's machine or the agent, one session of it;
# what of a session is undone when it ends; what the agent does not let through.
# And a disk, by the same way.
#
# time limit: 600 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016 # variables of the guest
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
BW_TAPE_THROUGH=1
# shellcheck source=tests/tape/guest.bash
. tests/tape/guest.bash

requires "$GUEST_QEMU" "$GUEST_INITRAMFS"
through_has || skip_all "this QEMU has no tape-passthrough"
plan 22
guest_up || exit 1

# granted NAME: the guest's machine has the drive; "who" also lists an OPEN that
# is still being tried
granted() {
    [ "$(through_qmp get "/machine/peripheral/$1" link-state)" = ready ]
}

log() {
    bench 'cat /tmp/agent.log'
}

# locked: what QEMU's monitor says of the drive
locked() {
    guest_qmp hmp 'info block' | tr -d '\r' | grep -A 9 "^v3-tape" |
        grep -oE '(not )?locked, tray (open|closed)' | head -n 1
}

logs() {
    log | grep -Eq "$1"
}

users() {
    like "while the guest has it, st of the agent's machine is told so" \
        "$(bench 'mt -f /dev/tape/v3 status 2>&1')" 'busy'
    like "and so is who comes by sg" \
        "$(bench 'sg_turs /dev/tape/v3-sg 2>&1')" 'busy'
    agent_stop TERM
    bench 'setsid sleep 1000 </dev/tape/v3 >/dev/null 2>&1 &
        echo $! >/tmp/holder'
    bench ': >/tmp/agent.log; agent start'
    ok "when st has it, the agent says who it is" \
        wait_for 60 logs 'OPEN -> busy: /dev/nst3 is in use by .*sleep'
    fails "and the guest does not get it" granted v3
    ok "others it does" wait_for 60 linked v0 v1 v2
    bench 'kill $(cat /tmp/holder)'
    ok "until st has let it go" wait_for 60 granted v3
    guest 'mt -f /dev/tape/v3 rewind'
}

reservations() {
    bench 'sg_persist -n -k /dev/tape/v3-sg 2>&1'
}

lease_ends() {
    guest 'mt -f /dev/tape/v3 rewind; mt -f /dev/tape/v3 setblk 0
        dd if=/dev/zero of=/dev/tape/v3 bs=1k count=4 status=none
        mt -f /dev/tape/v3 seek 2'
    ok "the guest locks the cartridge in" guest 'mt -f /dev/tape/v3 lock 2>&1'
    is "it is" "$(locked)" 'locked, tray closed'
    ok "and registers a reservation key" guest \
        'sg_persist -n -o -G -S abc123 /dev/tape/v3-sg 2>&1 &&
        sg_persist -n -o -R -T 3 -K abc123 /dev/tape/v3-sg 2>&1'
    like "which the drive has" \
        "$(guest 'sg_persist -n -k /dev/tape/v3-sg 2>&1')" '0xabc123'
    agent_stop TERM
    is "with the lease, the lock goes" "$(locked)" 'not locked, tray closed'
    bench 'sg_turs -n 3 /dev/tape/v3-sg >/dev/null 2>&1'
    like "and the key" "$(reservations)" 'NO registered reservation keys'
    like "the tape is where it was" "$(bench 'sg_raw -r 20 /dev/tape/v3-sg \
        34 0 0 0 0 0 0 0 0 0 2>&1')" '^ 00 +.. .. .. .. 00 00 00 02'
    agent_start
    guest 'mt -f /dev/tape/v3 rewind'
}

# refused NAME CDB: by the agent, the drive never sees it
refused() {
    like "$1 is refused" "$(guest "sg_raw $2 2>&1")" \
        'Invalid command operation code'
}

commands() {
    guest 'sg_turs -n 3 /dev/tape/v3-sg >/dev/null 2>&1'
    refused 'firmware (WRITE BUFFER, download and save)' \
        '-s 512 -i /dev/zero /dev/tape/v3-sg 3b 05 00 00 00 00 00 02 00 00'
    refused 'a command of a vendor' '/dev/tape/v3-sg c0 00 00 00 00 00 00 00 00 00'
    refused 'a diagnostic other than the self-test' \
        '/dev/tape/v3-sg 1d 01 00 00 00 00'
    ok "the self-test is not" guest 'sg_raw /dev/tape/v3-sg 1d 04 00 00 00 00 2>&1'
}

disk() {
    like "a disk says that it is one" "$(guest 'sg_inq /dev/tape/disk-sg')" \
        'Peripheral device type: disk'
    is "it is as large" "$(guest 'cat /sys/block/sda/size')" 131072
    ok "a file system is made on it" guest 'mke2fs -q -F /dev/tape/disk 2>&1'
    ok "and a file, that comes back" guest 'set -e
        mkdir -p /mnt/scsi; mount /dev/tape/disk /mnt/scsi
        head -c 3000001 /dev/urandom >/tmp/file; cp /tmp/file /mnt/scsi
        umount /mnt/scsi; echo 3 >/proc/sys/vm/drop_caches
        mount -o ro /dev/tape/disk /mnt/scsi; cmp /tmp/file /mnt/scsi/file
        umount /mnt/scsi; sha256sum </tmp/file >/tmp/sum; rm /tmp/file'
    is "it is on the disk of the agent's machine" \
        "$(/sbin/debugfs -R 'cat file' "$GUEST/disk.img" 2>/dev/null | sha256sum)" \
        "$(guest 'cat /tmp/sum' | tr -d '\r')"
}

users
lease_ends
commands
disk
