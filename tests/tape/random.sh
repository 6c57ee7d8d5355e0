#!/bin/bash
# Random operations through Linux's st driver, against a model of tape and
# driver; then an independent reader of the cartridge sees the model's records.
#
# BW_TAPE_OPERATIONS: how many, for each seed
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
operations=${BW_TAPE_OPERATIONS:-1000}
plan 18
guest_up || exit 1

# lengths: of the records that the model prints, 0 for a mark
lengths() {
    awk '$1 == "record" { for (i = 0; i < $3; i++) print $2 }
        $1 == "mark" { for (i = 0; i < $2; i++) print 0 }'
}

# as_simh_has FILE: the same by SIMH's mtdump, which ends at two marks in turn
# and at a record of more than 64 KiB
as_simh_has() {
    mtdump "$1" | sed -nE 's/.*length = ([0-9]+) .*/\1/p
        s/.*end of (tape file|logical tape).*/0/p'
}

# as_far FILE: the lengths up to there
as_far() {
    awk '$1 > 65536 { exit } { print } $1 == 0 && last == "0" { exit } { last = $1 }' "$1"
}

# judge DRIVE SEED STYLE
judge() {
    local out cartridge=$TMP/$1.tap
    guest_medium "$1" "$cartridge"
    out=$(GUEST_TIMEOUT=300 guest "tape-model /dev/tape/$1 $2 $operations $3")
    like "$1: $3, seed $2" "$out" ' operations as expected$'
    lengths <<<"$out" >"$TMP/lengths"
    ok "$1: the cartridge has the model's records" \
        diff <(tests/tape/readtap -l "$cartridge") "$TMP/lengths"
    if command -v mtdump >/dev/null; then
        ok "$1: and so it has for SIMH's mtdump" \
            diff <(as_simh_has "$cartridge") <(as_far "$TMP/lengths")
    else
        skip "$1: and so it has for SIMH's mtdump" "mtdump is not there"
    fi
}

: >"$TMP/v0.tap"
: >"$TMP/l0.tap"
for drive in v0 l0; do
    judge $drive 1 variable
    judge $drive 2 fixed
    judge $drive 3 mixed
    guest_medium $drive "$GUEST/$drive.tap"
done
