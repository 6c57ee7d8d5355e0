#!/bin/bash
# A tape library with mtx: what is where, load, unload, transfer, and an archive
# over two cartridges, which the robot changes.
#
# time limit: 600 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016 # variables of the guest
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/tape/guest.bash
. tests/tape/guest.bash

requires "$GUEST_QEMU" "$GUEST_INITRAMFS"
guest_has_tape || skip_all "this QEMU has no scsi-tape"
plan 17
guest_up || exit 1

mtx() {
    guest "mtx -f /dev/tape/changer $1 2>&1"
}

# places: the elements that have something, as mtx tells them
places() {
    mtx status | tr -d '\r' | grep -E ':Full|Data Transfer Element' |
        sed -E 's/^ *//; s/ +$//; s/ *= */=/; s/Data Transfer Element/drive/
            s/Storage Element/slot/; s/VolumeTag=/ /; s/ +/ /g; s/ *$//' |
        tr '\n' ','
}

like "the changer is one" "$(mtx inquiry)" '^Product Type: Medium Changer'
is "two tapes, and an empty drive" "$(places)" \
    'drive 0:Empty,slot 1:Full : A00001L8,slot 2:Full : B00002L8,'
ok "mtx transfer" mtx 'transfer 1 5'
is "the tape is in the other slot" "$(places)" \
    'drive 0:Empty,slot 2:Full : B00002L8,slot 5:Full : A00001L8,'
ok "and back" mtx 'transfer 5 1'
ok "mtx load" mtx 'load 1 0'
is "the drive has it" "$(places)" \
    'drive 0:Full (slot 1 Loaded): A00001L8,slot 2:Full : B00002L8,'
like "a second one is refused" "$(mtx 'load 2 0')" 'Drive 0 Full'
like "the tape is there" "$(guest 'mt -f /dev/tape/v4 status')" \
    'BOT .*ONLINE'
ok "what is written" guest 'mt -f /dev/tape/v4 setblk 0
    head -c 100000 /dev/urandom >/tmp/first
    dd if=/tmp/first of=/dev/tape/v4 bs=10000 status=none'
ok "is on the tape" guest 'mt -f /dev/tape/v4 rewind
    dd if=/dev/tape/v4 bs=10000 status=none | cmp - /tmp/first'
ok "mtx unload" mtx 'unload 1 0'
is "the tape is in its slot again" "$(places)" \
    'drive 0:Empty,slot 1:Full : A00001L8,slot 2:Full : B00002L8,'
is "the first slot's file has it" \
    "$(tests/tape/readtap -l "$GUEST/library/A00001L8.tap" | uniq -c | xargs)" \
    '10 10000 1 0'

# Tar asks for the next volume; the robot brings it.
ok "tar writes on two cartridges" guest 'set -e
    cat >/tmp/robot <<"END"
#!/bin/bash
mt -f /dev/tape/v4 offline
mtx -f /dev/tape/changer unload 1 0 && mtx -f /dev/tape/changer load 2 0
END
    chmod +x /tmp/robot
    rm -rf /tmp/many && mkdir /tmp/many /tmp/many/in /tmp/many/out
    head -c 8000001 /dev/urandom >/tmp/many/in/odd
    mtx -f /dev/tape/changer load 1 0
    tar -cM -F /tmp/robot -f /dev/tape/v4 -C /tmp/many/in odd
    mt -f /dev/tape/v4 offline
    mtx -f /dev/tape/changer unload 2 0 2>&1'
ok "and reads them" guest 'set -e
    mtx -f /dev/tape/changer load 1 0
    tar -xM -F /tmp/robot -f /dev/tape/v4 -C /tmp/many/out
    mt -f /dev/tape/v4 offline
    mtx -f /dev/tape/changer unload 2 0
    cmp /tmp/many/in/odd /tmp/many/out/odd
    rm -r /tmp/many'
ok "both have much of it" \
    [ "$(stat -c %s "$GUEST/library/A00001L8.tap")" -gt 5000000 -a \
    "$(stat -c %s "$GUEST/library/B00002L8.tap")" -gt 1000000 ]
