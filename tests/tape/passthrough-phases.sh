#!/bin/bash
# The link is cut at each phase of a write, a locate and a read, with Linux's
# st, the real agent, SG_IO and a drive behind a host adapter of its kernel: what
# the program and st are told, what the drive has done, that nothing is done
# twice, and that all is well behind a rewind.  Then a disk, whose driver does
# everything again by itself.
#
# cut-link is between the guest's QEMU and the agent; docs/rig.md has the table
# that this test proves.
#
# time limit: 1200 s
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
plan 164
guest_up || exit 1
cartridge=$TMP/v2.tap
FIRST=150000 # bytes in the first record, which is read; a mark is behind it
EIO='Input/output error'
NO_MARK='closing output file'
LOST='Unit Attention: I_T nexus loss occurred'
REFUSED='Medium Error: Sequential positioning error'
number=0            # of the record written behind a cut, its length
written="$FIRST 0"  # what the cartridge has to have
all=yes             # ask with all commands that need a place on the tape

state_is() {
    [ "$(through_qmp get /machine/peripheral/v2 link-state)" = "$1" ]
}

leave() {
    cut_link off
    release_drive
    guest 'mt -f /dev/tape/v2 stsetoptions async-writes'
    guest_medium v2 "$GUEST/v2.tap"
}

# hold_drive: what it has begun to write it does not finish
hold_drive() {
    throttle 1
}

release_drive() {
    throttle 0
}

throttle() {
    guest_qmp qmp block_set_io_throttle "{\"id\": \"v2\", \"bps\": 0,
        \"bps_rd\": 0, \"bps_wr\": $1, \"iops\": 0, \"iops_rd\": 0,
        \"iops_wr\": 0}"
}

# In the guest: a command of st's, and what is left of it.  A line each for
# what the program and st are told, for what others are that need a place on the
# tape, for the place where the drive is, and for how the tape is used again.
write_phase() {
    guest 'cat >/tmp/phase <<"END"
tape=/dev/tape/v2
raw() {
    sg_raw "$@" 2>&1
}
sense() {
    sed -nE "s/.*Sense key: *([^,]*[^, ]).*/\1: /p
        s/.*Additional sense: *//p" | tr -d "\n"
    echo
}
others() {
    raw -r 10 $tape-sg 08 00 00 00 0a 00 | sense
    raw $tape-sg 0a 00 00 00 00 00 | sense
    [ $all = no ] || raw $tape-sg 10 00 00 00 01 00 | sense
    [ $all = no ] || raw $tape-sg 11 00 00 00 01 00 | sense
}
linked() {
    local end=$((SECONDS + 120))
    until sg_turs $tape-sg >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
    done
}
place() {
    raw -r 20 $tape-sg 34 0 0 0 0 0 0 0 0 0 |
        sed -nE "s/^ 00 +.. .. .. .. (..) (..) (..) (..) .*/0x\1\2\3\4/p"
}
said() { # what dd does not copy, or how many bytes it does
    sed -nE "s/^dd: ([a-z ]*[a-z]) .*: /\1: /p
        s/^([1-9][0-9]*) bytes?.*/\1/p" | paste -sd, | sed "s/,/, /g"
}
put() {
    dd if=/dev/zero of=$tape bs=$1 count=1 2>&1 | said
}
get() {
    dd if=$tape of=/dev/null bs=262144 count=1 2>&1 | said
}
seek() {
    mt -f $tape seek 1 2>&1 | sed "s/.*: //"
}
# in one go, as the program has the tape open: two records, one and a locate
two() {
    perl /tmp/two $1 $2
}
again() {
    mt -f $tape rewind || return
    case $1 in
    put | two) mt -f $tape eod && put $2 ;;
    *) get ;;
    esac
}
all=$1
shift
dmesg -C
case $1 in
seek | get) mt -f $tape rewind ;;
esac
"$1" $2 $4 | tr -d "\n"
dmesg | sed -nE "s/.*Sense Key *: *(.*[^ ]) *\[.*/, \1: /p
    s/.*Add\. Sense: *//p" | tr -d "\n"
echo
others | sort -u | paste -sd,
linked || echo "the link does not come back"
printf "%d\n" $(place)
again $1 $3 2>&1
END
cat >/tmp/two <<"END"
my ($first, $second) = @ARGV;
my @said;
open(my $tape, ">", "/dev/tape/v2") or die "$!\n";
push(@said, syswrite($tape, "\0" x $first) // $!);
if ($second) {
    push(@said, syswrite($tape, "\0" x $second) // $!);
} else {
    `sg_raw /dev/tape/v2-sg 2b 00 00 00 00 00 00 00 00 00 2>&1` =~
        /Additional sense: *(.*)/;
    push(@said, $1);
}
print join(", ", @said);
END'
}

# records: the lengths of what is on the cartridge, marks are 0
records() {
    tests/tape/readtap -l "$cartridge" | paste -sd' '
}

# cut_at NAME PLACE HOW CDB COMMAND...: the lines of the phase are in $seen
cut_at() {
    local name=$1 place=$2 how=$3 cdb=$4
    shift 4
    cut_link arm v2 "$place" "$how" "$cdb" >"$TMP/armed"
    mapfile -t seen < <(guest "bash /tmp/phase $all $*" | tr -d '\r')
    all=no
    like "$name: it is cut there" "$(cut_link wait 60)" "^v2 $place $how: "
}

# cut_at_work NAME CDB COMMAND...: the same while the drive is at work
cut_at_work() {
    local name=$1 cdb=$2 pid
    shift 2
    hold_drive
    cut_link arm v2 busy close "$cdb" >"$TMP/armed"
    guest "bash /tmp/phase yes $*" >"$TMP/seen" &
    pid=$!
    like "$name: it is cut there" "$(cut_link wait 110)" '^v2 busy close: '
    ok "$name: nobody else has the drive meanwhile" \
        wait_for 60 state_is waiting
    release_drive
    wait "$pid"
    mapfile -t seen < <(tr -d '\r' <"$TMP/seen")
}

# told NAME PROGRAM OTHERS
told() {
    is "$1: what the program and st are told" "${seen[0]}" "$2"
    is "$1: what others are told" "${seen[1]}" "$3"
}

# on_tape NAME NUMBER: a record of that length and a mark, behind all there is
on_tape() {
    written+=" $2 0"
    is "$1: the tape is written on" "${seen[3]}" "$2"
    is "$1: what is on the cartridge" "$(records)" "$written"
}

# cut_write PLACE HOW TIMES [PROGRAM]: the record is written so often
cut_write() {
    local name="write, $1, $2" length
    number=$((number + 1))
    length=$((200000 + number))
    cut_at "$name" "$1" "$2" 0a put $length $number
    told "$name" "${4-error writing: $EIO, $NO_MARK: $EIO, $LOST, $REFUSED}" \
        "$REFUSED"
    [ "$3" = 0 ] || written+=" $length"
    is "$name: the drive is behind what it has written" "${seen[2]}" \
        "$(wc -w <<<"$written")"
    on_tape "$name" $number
}

# Two records: the first one, which is told, is what the drive is busy with.
write_at_work() {
    local name="write, while the drive is at work" length
    number=$((number + 1))
    length=$((200000 + number))
    cut_at_work "$name" "0a00$(printf %06x $length)" \
        two "$FIRST" $number $length
    told "$name" "$FIRST, $EIO, $LOST, $REFUSED" "$REFUSED"
    written+=" $FIRST $length"
    on_tape "$name" $number
}

# Behind a record the drive writes before it moves.
locate_at_work() {
    local name="locate, while the drive is at work"
    number=$((number + 1))
    guest 'mt -f /dev/tape/v2 eod'
    cut_at_work "$name" 2b two "$FIRST" $number
    told "$name" "$FIRST, ${LOST#*: }, $REFUSED" "$REFUSED"
    is "$name: it has moved" "${seen[2]}" 0
    written+=" $FIRST"
    on_tape "$name" $number
}

# cut_move CDB VERB PLACE HOW TIMES PROGRAM [OTHERS]: from the beginning over
# the first record, so often
cut_move() {
    local name="$2, $3, $4"
    cut_at "$name" "$3" "$4" "$1" "$2"
    told "$name" "$6" "${7-$REFUSED}"
    is "$name: where the drive is" "${seen[2]}" "$5"
    is "$name: the tape is read from its beginning" "${seen[3]}" "$FIRST"
}

# cut_seek PLACE HOW TIMES [PROGRAM OTHERS]
cut_seek() {
    cut_move 2b seek "$1" "$2" "$3" "${4-$EIO, $LOST}" "${@:5}"
    is "seek, $1, $2: the agent has had it so often" "$(cut_link sent v2 2b)" \
        "$3"
}

# The same; reading again is once more.
cut_read() {
    cut_move 08 get "$1" "$2" "$3" "${4-error reading: $EIO, $LOST}" "${@:5}"
    is "get, $1, $2: the agent has had it so often" "$(cut_link sent v2 08)" \
        $(($3 + 1))
}

# --- a disk ------------------------------------------------------------------

# The driver of a disk does again what it does not know the end of.
cut_disk_writes() {
    local place
    for place in 'before-data close' 'in-data reset' 'in-cmd close' \
        'after-cmd close' 'before-reply reset' 'in-reply close' \
        'after-cmd silence' 'after-reply close'; do
        # shellcheck disable=SC2086 # two words
        cut_link arm disk $place 2a 2
    done
    cut_link arm disk before-reply close 35
}

cut_disk_reads() {
    cut_link arm disk in-cmd close 28 2
    cut_link arm disk after-cmd close 28 2
    cut_link arm disk in-data-in reset 28 2
    cut_link arm disk in-reply close 28 2
}

disk() {
    cut_disk_writes >"$TMP/armed"
    ok "a disk is written while its link is cut nine times" guest 'set -e
        dmesg -C; head -c 8M /dev/urandom >/tmp/data
        dd if=/tmp/data of=/dev/tape/disk bs=256k seek=64 oflag=direct \
            conv=fsync,notrunc 2>&1'
    like "it has been" "$(cut_link wait 1)" '^disk before-reply close: '
    cut_disk_reads >"$TMP/armed"
    ok "and read while it is cut four times: all is as it was written" \
        guest 'dd if=/dev/tape/disk bs=256k skip=64 count=32 iflag=direct |
            cmp - /tmp/data'
    like "it has been" "$(cut_link wait 1)" '^disk in-reply close: '
    is "so it is on the agent's machine" \
        "$(tail -c +$((64 * 262144 + 1)) "$GUEST/disk.img" | head -c 8M |
            sha256sum)" "$(guest 'sha256sum </tmp/data' | tr -d '\r')"
    is "no program and no log is told of an error" \
        "$(guest 'dmesg | grep -ci "i/o error"; rm /tmp/data' | tr -d '\r')" 0
}

: >"$cartridge"
cleanup_fn leave
guest_medium v2 "$cartridge"
write_phase
ok "there is a tape to be cut off from" guest "set -e
    mt -f /dev/tape/v2 rewind; mt -f /dev/tape/v2 setblk 0
    mt -f /dev/tape/v2 stclearoptions async-writes
    dd if=/dev/zero of=/dev/tape/v2 bs=$FIRST count=1 2>&1"

cut_write before-data close 0
cut_write in-data close 0
cut_write in-data reset 0
cut_write in-data silence 0
cut_write before-cmd close 0
cut_write in-cmd close 0
cut_write after-cmd close 1
write_at_work
cut_write before-reply reset 1
cut_write in-reply close 1
cut_write after-reply close 1 "$NO_MARK: $EIO, $LOST"

all=yes
cut_seek before-cmd close 0
cut_seek in-cmd close 0
cut_seek after-cmd close 1
cut_seek after-cmd silence 1
locate_at_work
cut_seek before-reply reset 1
cut_seek in-reply close 1
cut_seek after-reply close 1 '' "$REFUSED,$LOST"

all=yes
cut_read before-cmd close 0
cut_read after-cmd close 1
cut_read before-data-in close 1
cut_read in-data-in close 1
cut_read before-reply reset 1
cut_read in-reply close 1
cut_read after-reply close 1 "$FIRST" "$REFUSED,$LOST"

disk
