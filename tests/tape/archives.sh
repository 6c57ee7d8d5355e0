#!/bin/bash
# What people do with tapes: tar, cpio and dump, and back byte by byte; several
# archives on one tape, appending, overwriting in the middle, several tapes.
# BW_ARCHIVE_DRIVES: the drives on which all of it is done.
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
read -ra drives <<<"${BW_ARCHIVE_DRIVES:-v0 l0}"
plan $((13 * ${#drives[@]} + 4))
guest_up || exit 1
# shellcheck disable=SC2034 # of guest()
GUEST_TIMEOUT=300

# The tree that is archived: 3 MB in some 40 files, on a file system of its own.
prepare() {
    guest 'set -e
        umount /mnt/disk 2>/dev/null || :
        mkdir -p /mnt/disk
        mke2fs -q -F /dev/disk/by-id/scratch 256M
        mount /dev/disk/by-id/scratch /mnt/disk
        mkdir /mnt/disk/tree
        cp -a /usr/share/perl/5.36.0/unicore/To /mnt/disk/tree
        head -c 2000001 /dev/urandom >/mnt/disk/tree/odd
        mkdir -p /mnt/disk/tree/empty
        ln -s nowhere /mnt/disk/tree/link
        cat >/rig/sums <<"END"
(cd "$1" && find . | sort && find . -type f -print0 | sort -z |
    xargs -0 sha256sum) | sha256sum
END
        bash /rig/sums /mnt/disk/tree >/tmp/sums'
}

# back COMMAND: it puts the tree into /mnt/disk/back, as it was
back() {
    guest "rm -rf /mnt/disk/back && mkdir /mnt/disk/back && cd /mnt/disk/back &&
        $1 && [ \"\$(bash /rig/sums .)\" = \"\$(cat /tmp/sums)\" ] &&
        cd / && rm -rf /mnt/disk/back"
}

# on_tape NAME COMMAND: it succeeds, with $T for the drive
on_tape() {
    ok "$drive: $1" guest "T=/dev/tape/$drive; set -e; cd /mnt/disk; $2"
}

archives() {
    on_tape 'tar writes' 'mt -f $T rewind; tar -cf $T -C tree .'
    on_tape 'and rewinds by itself' 'mt -f $T rewind; tar -cf $T-rewind -C tree .
        mt -f $T status | grep -q "File number=0, block number=0,"'
    on_tape 'tar finds no difference' 'tar -df $T-rewind -C tree'
    ok "$drive: it comes back as it was" back "tar -xf /dev/tape/$drive-rewind"
    on_tape 'a second archive, of other blocks, behind the first' \
        'mt -f $T eod; tar -b 128 -cf $T -C tree .'
    on_tape 'and a third by cpio' '(cd tree; find . | cpio -o -H newc -C 65536 \
        --quiet -O $T)'
    ok "$drive: the second comes back" back "mt -f /dev/tape/$drive asf 1 &&
        tar -b 128 -xf /dev/tape/$drive"
    ok "$drive: the third comes back" back "mt -f /dev/tape/$drive asf 2 &&
        cpio -i -C 65536 --quiet -I /dev/tape/$drive"
    on_tape 'the first is still the same' 'mt -f $T rewind
        tar -df $T-rewind -C tree'
    on_tape 'dump writes a file system in place of the second' \
        'mt -f $T asf 1; dump -0 -q -f $T /dev/disk/by-id/scratch'
    on_tape 'restore finds no difference' 'mt -f $T asf 1
        restore -C -y -f $T -D /mnt/disk 2>&1 | tee /tmp/out
        ! grep -i differ /tmp/out'
    on_tape 'what was behind it is gone' 'mt -f $T asf 2
        [ "$(dd if=$T bs=64k count=1 2>/dev/null | wc -c)" = 0 ]
        ! mt -f $T fsf'
    on_tape 'a file is added to an archive' 'mt -f $T rewind; mt -f $T setblk 0
        tar -cf $T-rewind -C tree empty; tar -rf $T-rewind -C tree odd
        tar -tf $T-rewind | sort | tr "\n" " " >/tmp/out
        [ "$(cat /tmp/out)" = "empty/ odd " ]'
}

wanted() {
    guest '[ -e /tmp/wanted ]'
}

# Tar says that the tape is full, and waits for the next one.
volumes() {
    local next status
    guest "cat >/tmp/next <<'END'
#!/bin/bash
touch /tmp/wanted
for ((i = 0; i < 3000; i++)); do
    [ ! -e /tmp/given ] || { rm /tmp/given; exit 0; }
    sleep 0.1
done
exit 1
END
        chmod +x /tmp/next; rm -f /tmp/wanted /tmp/given /tmp/done
        (cd /mnt/disk; $1; echo \$? >/tmp/done) >/tmp/log 2>&1 &"
    for next in "${@:2}"; do
        wait_for 200 guest '[ -e /tmp/wanted -o -e /tmp/done ]'
        wanted || break
        guest_medium "$drive" "$next"
        guest 'rm /tmp/wanted; touch /tmp/given'
    done
    wait_for 200 guest '[ -e /tmp/done ]'
    status=$(guest 'cat /tmp/done')
    [ "$status" = 0 ] || guest 'cat /tmp/log'
    [ "$status" = 0 ]
}

# On a cartridge of 6 MB, where the drive warns early
several() {
    local first=$GUEST/$drive.tap
    guest 'head -c 6000001 /dev/urandom >/mnt/disk/tree/more
        bash /rig/sums /mnt/disk/tree >/tmp/sums'
    : >"$TMP/second.tap"
    : >"$TMP/third.tap"
    guest_medium "$drive" "$first"
    ok "$drive: tar -M writes on, on another tape" volumes \
        "mt -f /dev/tape/$drive rewind; tar -cMf /dev/tape/$drive-rewind \
        -F /tmp/next -C tree ." "$TMP/second.tap" "$TMP/third.tap"
    ok "$drive: the second one has what did not fit" \
        [ "$(stat -c %s "$TMP/second.tap")" -gt 100000 ]
    guest_medium "$drive" "$first"
    guest 'rm -rf /mnt/disk/back; mkdir /mnt/disk/back'
    ok "$drive: and reads from both" volumes \
        "tar -xMf /dev/tape/$drive-rewind -F /tmp/next -C back" \
        "$TMP/second.tap" "$TMP/third.tap"
    is "$drive: what comes back is the same" \
        "$(guest 'bash /rig/sums /mnt/disk/back')" "$(guest 'cat /tmp/sums')"
    guest_medium "$drive" "$first"
}

prepare || exit 1
for drive in "${drives[@]}"; do
    archives
done
drive=v1
several
guest 'umount /mnt/disk'
