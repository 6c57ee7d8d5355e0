#!/bin/bash
# Bacula's btape: what backup software tries on a drive before it trusts it.
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
plan 5
guest_up || exit 1
# shellcheck disable=SC2034 # of guest()
GUEST_TIMEOUT=700

out=$(guest 'cat >/tmp/sd.conf <<"END"
Storage { Name = sd; WorkingDirectory = /tmp; PidDirectory = /tmp }
Director { Name = dir; Password = none }
Device {
    Name = drive
    Media Type = tape
    Archive Device = /dev/tape/v2
    Device Type = Tape
    AutomaticMount = yes
    AlwaysOpen = yes
    RemovableMedia = yes
    RandomAccess = no
}
Messages { Name = Standard; director = dir = all }
END
mt -f /dev/tape/v2 rewind
printf "test\nquit\n" | btape -c /tmp/sd.conf /dev/tape/v2 2>&1')
echo "$out" >"$TMP/btape"
diag "$(tail -n 3 "$TMP/btape")"
is "btape reads back what it wrote, 10000 blocks twice" \
    "$(grep -c '^10000 blocks re-read correctly' "$TMP/btape")" 2
is "and at six places" \
    "$(grep -c '^Block .* re-read correctly' "$TMP/btape")" 6
is "its two tests succeed" "$(grep -c 'Test Succeeded' "$TMP/btape")" 2
is "it appends and spaces to the files it wants" \
    "$(grep -c '^We should be in file .* This is correct!' "$TMP/btape")" 6
is "and nothing else" "$(grep -ciE 'wrong|fail|not correct' "$TMP/btape")" 0
