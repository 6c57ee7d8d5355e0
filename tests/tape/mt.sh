#!/bin/bash
# Every verb of mt, on virtio-scsi and on an lsi53c895a: status, position by the
# drive's count and by the driver's.
#
# time limit: 600 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016 # variables of the guest
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/tape/guest.bash
. tests/tape/guest.bash

requires "$GUEST_QEMU" build/tape/initramfs
guest_has_tape || skip_all "this QEMU has no scsi-tape"
plan 134
guest_up || exit 1

# In the guest: mt's commands, split by ";", after a rewind; the status of the
# last, then "tell", file number and block number.
write_at() {
    guest 'cat >/tmp/at <<"END"
drive=$1
mt -f $drive rewind || echo "no rewind"
status=0
while read -r verb; do
    [ -n "$verb" ] || continue
    mt -f $drive $verb >/tmp/said 2>&1
    status=$?
done < <(tr ";" "\n" <<<"$2")
object=$(mt -f $drive tell 2>&1 | sed -nE "s/^At block ([0-9]+).*/\1/p")
mt -f $drive status 2>&1 | sed -nE \
    "s/^File number=(-?[0-9]+), block number=(-?[0-9]+),.*/$status $object \1 \2/p"
END'
}

# Objects 0 to 2: records; 3: a mark; 4, 5; 6: a mark; 7; 8: a mark; the end.
prepare() {
    guest "mt -f $1 rewind; mt -f $1 setblk 0
        dd if=/dev/urandom of=$1 bs=1024 count=3 status=none
        dd if=/dev/urandom of=$1 bs=2048 count=2 status=none
        dd if=/dev/urandom of=$1 bs=4096 count=1 status=none"
}

# at VERBS WANTED: status, object, file and block after them
at() {
    is "$drive: $1" "$(guest "bash /tmp/at /dev/tape/$drive '$1'")" "$2"
}

# does VERB: and succeeds
does() {
    ok "$drive: $1" guest "mt -f /dev/tape/$drive $1 2>&1"
}

says() {
    like "$drive: $1" "$(guest "mt -f /dev/tape/$drive $1 2>&1")" "$2"
}

motions() {
    at '' '0 0 0 0'
    at 'fsf' '0 4 1 0'
    at 'fsf 2' '0 7 2 0'
    at 'fsf 3' '0 9 3 0'
    at 'fsf 4' '2 9 3 -1'
    at 'fsr 2' '0 2 0 2'
    at 'fsr 3' '0 3 0 3'
    at 'fsr 4' '2 4 1 0'
    at 'eod;fsr' '2 9 3 -1'
    at 'fsf 2;bsf' '0 6 1 -1'
    at 'fsf 2;bsf 2' '0 3 0 -1'
    at 'fsf 2;bsf 3' '2 0 0 0'
    at 'fsf 2;bsfm' '0 7 2 0'
    at 'fsf 2;bsfm 2' '0 4 1 0'
    at 'fsfm' '0 3 0 -1'
    at 'fsfm 2' '0 6 1 -1'
    at 'fsf;fsr 2;bsr' '0 5 1 1'
    at 'fsf;bsr' '2 3 0 -1'
    at 'fsr;bsr 2' '2 0 0 0'
    at 'bsf' '2 0 0 0'
    at 'asf 2' '0 7 2 0'
    at 'asf 0' '0 0 0 0'
    at 'eod' '0 9 3 -1'
    at 'seod' '0 9 3 -1'
    at 'eod;bsf' '0 8 2 -1'
    at 'seek 5' '0 5 -1 -1'
    at 'seek 9' '0 9 -1 -1'
    at 'seek 10' '2 9 -1 -1'
    at 'seek 5;seek 0' '0 0 0 0'
    at 'fsf;retension' '0 0 0 0'
    at 'fsf;rewind' '0 0 0 0'
    at 'fsf;load' '0 0 0 0'
}

# These write: the tape is another one afterwards.
changes() {
    at 'eod;weof 2' '0 11 5 0'
    at 'eod;eof' '0 12 6 0'
    at 'fsf;weof 0' '0 4 1 0'
    at 'eod' '0 12 6 -1'
    at 'fsf;erase' '0 4 1 0'
    at 'eod' '0 4 1 -1'
    at 'erase' '0 0 0 0'
    at 'eod' '0 0 0 0'
}

settings() {
    does 'setblk 1024'
    says status 'Tape block size 1024 bytes'
    does 'setblk 65536'
    says status 'Tape block size 65536 bytes'
    does 'setblk 0'
    says status 'Tape block size 0 bytes'
    does 'drvbuffer 1'
    does 'defcompression 1'
    does 'compression 1'
    does 'compression 0'
    does 'setdensity 0'
    does 'stoptions 0'
    says status 'BOT .*ONLINE IM_REP_EN'
}

# locked: what QEMU's monitor says of the drive
locked() {
    guest_qmp hmp 'info block' | tr -d '\r' | grep -A 9 "^$drive-tape" |
        grep -oE '(not )?locked, tray (open|closed)' | head -n 1
}

cartridge() {
    does lock
    is "$drive: the cartridge is locked in" "$(locked)" 'locked, tray closed'
    does unlock
    is "$drive: and not any more" "$(locked)" 'not locked, tray closed'
    does offline
    like "$drive: it is out" "$(guest "mt -f /dev/tape/$drive status 2>&1")" \
        '^File number=-1, block number=-1'
    does load
    at '' '0 0 0 0'
}

# On a drive whose tapes may have two
partitions() {
    does 'stsetoptions can-partitions'
    does 'mkpartition 100'
    guest "dd if=/dev/zero of=/dev/tape/$drive bs=1k count=3 status=none"
    at 'fsr 2' '0 2 0 2'
    does 'setpartition 1'
    like "$drive: the other partition" \
        "$(guest "mt -f /dev/tape/$drive rewind; mt -f /dev/tape/$drive status")" \
        'block number=0, partition=1'
    guest "dd if=/dev/zero of=/dev/tape/$drive bs=1k count=1 status=none"
    at 'eod' '0 2 1 -1'
    does 'partseek 0 3'
    like "$drive: back in the first" \
        "$(guest "mt -f /dev/tape/$drive tell; mt -f /dev/tape/$drive status")" \
        'partition=0'
    at 'eod' '0 4 1 -1'
    does 'mkpartition 0'
    at 'eod' '0 0 0 0'
    does 'stclearoptions can-partitions'
}

write_at
for drive in v0 l0; do
    guest_medium $drive "$GUEST/$drive.tap"
    prepare "/dev/tape/$drive"
    motions
    changes
    settings
    cartridge
done
drive=v1
guest_medium $drive "$GUEST/$drive.tap"
partitions
