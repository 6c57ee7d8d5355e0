#!/bin/bash
# Tools that ask a drive what it is: each decodes all of what it gets.
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
plan 46
guest_up || exit 1

# clean NAME COMMAND REGEX: status 0, nothing that looks like trouble, the line
clean() {
    local out status
    out=$(guest "export S=/dev/tape/$drive-sg; $2 2>&1")
    status=$?
    if [ $status -ne 0 ] || grep -Eiq 'short|trunc|malformed|unexpected|bad |illegal|not supported|error(s)? (in|at)' <<<"$out"; then
        diag "status $status"
        diag "$out"
        result 1 "$drive: $1"
        return
    fi
    like "$drive: $1" "$out" "$3"
}

for drive in v0 v1; do
    # what it has to say first: it was switched on, it has a tape
    guest "sg_turs -n 3 /dev/tape/$drive-sg" >/dev/null
    clean 'sg_turs' 'sg_turs -v $S' ''
    clean 'sg_inq' 'sg_inq $S' 'Peripheral device type: tape'
    clean 'sg_vpd' 'sg_vpd $S' 'Unit serial number'
    for page in $(guest "sg_vpd -q -H -p 0 /dev/tape/$drive-sg" |
        sed -n '1s/^ *00 *\(.*\)   .*/\1/p' | cut -d' ' -f5-); do
        clean "sg_vpd page $page" "sg_vpd -p 0x$page \$S" ''
    done
    clean 'sg_read_block_limits' 'sg_read_block_limits $S' 'Maximum block size'
    clean 'sg_modes' 'sg_modes -a $S' 'Device configuration'
    clean 'sg_logs' 'sg_logs -a $S' 'TapeAlert|Tape alert'
    clean 'sg_opcodes' 'sg_opcodes $S' 'Space'
    clean 'sg_readpos' 'sg_raw -r 20 $S 34 0 0 0 0 0 0 0 0 0' 'SCSI Status: Good'
    clean 'sg_persist' 'sg_persist -k $S' 'there are NO registered reservation keys|generation'
    clean 'sg_persist of capabilities' 'sg_persist -c $S' 'Report capabilities'
    clean 'tapeinfo' 'tapeinfo -f $S' '^Product Type: Tape Drive'
    clean 'sg_luns' 'sg_luns $S' 'Lun list length = 8'
    clean 'sg_requests' 'sg_requests $S' ''
    clean 'sg_prevent' 'sg_prevent $S; sg_prevent --allow $S' ''
    clean 'sg_read_attr' 'sg_read_attr $S' ''
    clean 'sg_timestamp' 'sg_timestamp $S' ''
done
