# How fast a Linux guest writes and reads a tape, against the same bytes to a
# virtio disk whose file is beside the tape's.  Sourced by run.sh.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # run.sh's and guest.bash's
# shellcheck source=tests/tape/guest.bash
. tests/tape/guest.bash

GUEST_BOOT_S=900 # what is measured is only worth something if it is measured

TAPE_ROUNDS=5
TAPE_KIB=65536 # per round
TAPE_SMALL=512 # KiB per round, in blocks of 512 bytes

# seconds_in guest|bench COMMAND: how long it takes by that machine's clock
seconds_in() {
    "$1" "start=\${EPOCHREALTIME/./}; { $2; } >/tmp/out 2>&1 ||
        { cat /tmp/out >&2; exit 1; }
        echo \$((\${EPOCHREALTIME/./} - start))" |
        awk '{ printf "%.4f", $1 / 1e6 }'
}

# speed KIB COLUMN: the median MB/s of the rounds
speed() {
    awk -v k="$1" -v c="$2" '{ print k * 0.001024 / $c }' "$rows" | median
}

# turns NAME KIB TAPE-COMMAND DISK-COMMAND: MB/s of both, and the median of the
# rounds' ratios; $round in the commands is the round's number
turns() {
    local round tape disk rows=$dir/tape-guest.rows
    : >"$rows"
    for ((round = 0; round < TAPE_ROUNDS; round++)); do
        tape=$(seconds_in guest "round=$round; $3") || :
        disk=$(seconds_in guest "round=$round; $4") || :
        [ -z "$tape" ] || [ -z "$disk" ] || echo "$tape $disk" >>"$rows"
    done
    row "$1" "$(speed "$2" 1)" \
        "disk $(speed "$2" 2), tape / disk $(awk '{ print $2 / $1 }' "$rows" | median)"
}

# both_ways NAME KIB SIZE: writing, which ends with a tape mark that is on the
# host's disk, as fsync's data are, and reading.  The tape is at its beginning.
# Both get new blocks of the host's file system: the tape is overwritten, and
# each round takes another part of the disk, from $used on.
both_ways() {
    local tape=/dev/tape/$drive-rewind disk=/dev/disk/by-id/scratch
    local blocks=$(($2 * 1024 / $3))
    local place="\$(($used / $3 + round * $blocks))"
    local what="bs=$3 count=$blocks"
    turns "$1, write" "$2" "dd if=/dev/zero of=$tape $what" \
        "dd if=/dev/zero of=$disk $what seek=$place oflag=direct conv=fsync"
    turns "$1, read" "$2" "dd if=$tape of=/dev/null $what" \
        "dd if=$disk of=/dev/null $what skip=$place iflag=direct"
    used=$((used + TAPE_ROUNDS * blocks * $3))
}

# compare_tape DRIVE NAME: records of 256 and 64 KiB, and blocks of 512 bytes
compare_tape() {
    local drive=$1
    guest "mt -f /dev/tape/$drive rewind; mt -f /dev/tape/$drive setblk 0" ||
        return
    both_ways "$2, 256 KiB" $TAPE_KIB 262144
    both_ways "$2, 64 KiB" $TAPE_KIB 65536
    guest "mt -f /dev/tape/$drive setblk 512" || return
    both_ways "$2, 512-byte blocks" $TAPE_SMALL 512
    guest "mt -f /dev/tape/$drive setblk 0"
}

measure_tape_guest() {
    local used=0
    guest_has_tape || return 0
    GUEST=$(mktemp -d "${TMPDIR:-/tmp}/bw-tape.XXXXXX")
    echo "Tape: a Linux guest's, against a virtio disk, MB/s (aim: 0.9 of the disk)"
    if guest_up >"$dir/tape-guest.log"; then
        compare_tape v0 virtio-scsi || :
        compare_tape l0 lsi53c895a || :
    else
        cat "$dir/tape-guest.log"
    fi
    guest_down
}
