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

requires "$GUEST_QEMU" "$GUEST_INITRAMFS"
guest_has_tape || skip_all "this QEMU has no scsi-tape"
plan 134
guest_up || exit 1

# In the guest: for each line mt's commands, split by ";", after a rewind; the
# status of the last, then "tell", file number and block number.
write_at() {
    guest 'cat >/tmp/at <<"END"
drive=$1
while read -r line; do
    mt -f $drive rewind || echo "no rewind"
    status=0
    IFS=";" read -ra verbs <<<"$line"
    for verb in "${verbs[@]}"; do
        mt -f $drive $verb >/tmp/said 2>&1
        status=$?
    done
    [[ $(mt -f $drive tell 2>&1) =~ ^At\ block\ ([0-9]+) ]]
    object=${BASH_REMATCH[1]}
    place="File number=(-?[0-9]+), block number=(-?[0-9]+),"
    [[ $(mt -f $drive status 2>&1) =~ $place ]]
    echo "$status $object ${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
done
END'
}

# A drive that somebody else has reset, as the agent does: st tells of that with
# its first error, and goes on after a rewind.
forget_reset() {
    guest "mt -f $1 rewind; mt -f $1 bsf >/dev/null 2>&1; mt -f $1 rewind"
}

# Objects 0 to 2: records; 3: a mark; 4, 5; 6: a mark; 7; 8: a mark; the end.
prepare() {
    guest "mt -f $1 rewind; mt -f $1 setblk 0
        dd if=/dev/urandom of=$1 bs=1024 count=3 status=none
        dd if=/dev/urandom of=$1 bs=2048 count=2 status=none
        dd if=/dev/urandom of=$1 bs=4096 count=1 status=none"
}

# each: of the lines "VERBS: WANTED" of standard input, status, object, file and
# block after them; asked in one go
each() {
    local verbs wanted got lines i
    mapfile -t lines
    mapfile -t got < <(guest "bash /tmp/at /dev/tape/$drive <<'END'
$(printf '%s\n' "${lines[@]%%:*}")
END" | tr -d '\r')
    for ((i = 0; i < ${#lines[@]}; i++)); do
        verbs=${lines[i]%%:*}
        wanted=${lines[i]#*: }
        is "$drive: $verbs" "${got[i]}" "$wanted"
    done
}

# at VERBS WANTED: one of them
at() {
    each <<<"$1: $2"
}

# does VERB: and succeeds
does() {
    ok "$drive: $1" guest "mt -f /dev/tape/$drive $1 2>&1"
}

says() {
    like "$drive: $1" "$(guest "mt -f /dev/tape/$drive $1 2>&1")" "$2"
}

motions() {
    each <<'END'
: 0 0 0 0
fsf: 0 4 1 0
fsf 2: 0 7 2 0
fsf 3: 0 9 3 0
fsf 4: 2 9 3 -1
fsr 2: 0 2 0 2
fsr 3: 0 3 0 3
fsr 4: 2 4 1 0
eod;fsr: 2 9 3 -1
fsf 2;bsf: 0 6 1 -1
fsf 2;bsf 2: 0 3 0 -1
fsf 2;bsf 3: 2 0 0 0
fsf 2;bsfm: 0 7 2 0
fsf 2;bsfm 2: 0 4 1 0
fsfm: 0 3 0 -1
fsfm 2: 0 6 1 -1
fsf;fsr 2;bsr: 0 5 1 1
fsf;bsr: 2 3 0 -1
fsr;bsr 2: 2 0 0 0
bsf: 2 0 0 0
asf 2: 0 7 2 0
asf 0: 0 0 0 0
eod: 0 9 3 -1
seod: 0 9 3 -1
eod;bsf: 0 8 2 -1
seek 5: 0 5 -1 -1
seek 9: 0 9 -1 -1
seek 10: 2 9 -1 -1
seek 5;seek 0: 0 0 0 0
fsf;retension: 0 0 0 0
fsf;rewind: 0 0 0 0
fsf;load: 0 0 0 0
END
}

# These write: the tape is another one afterwards.
changes() {
    each <<'END'
eod;weof 2: 0 11 5 0
eod;eof: 0 12 6 0
fsf;weof 0: 0 4 1 0
eod: 0 12 6 -1
fsf;erase: 0 4 1 0
eod: 0 4 1 -1
erase: 0 0 0 0
eod: 0 0 0 0
END
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
    forget_reset "/dev/tape/$drive"
    prepare "/dev/tape/$drive"
    motions
    changes
    settings
    cartridge
done
drive=v1
guest_medium $drive "$GUEST/$drive.tap"
forget_reset "/dev/tape/$drive"
partitions
