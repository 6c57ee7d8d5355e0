#!/bin/bash
# What a guest sees when the link to its tape drive is lost: during a write, a
# write that stalls, a locate, and while nothing is under way.  Nothing is done
# twice, nothing hangs, and the tape is not written on until it has been
# positioned.
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
plan 34
guest_up || exit 1
cartridge=$TMP/v2.tap

about() {
    through_qmp get "/machine/peripheral/v2" "$1"
}

# size_over BYTES: so much is in the cartridge's file
size_over() {
    [ "$(stat -c %s "$cartridge")" -gt "$1" ]
}

ended() {
    guest '[ -e /tmp/status ]'
}

# in_guest COMMAND: start it in the background
in_guest() {
    guest "rm -f /tmp/status
        ($1; echo \$? >/tmp/status) >/tmp/said 2>&1 &"
}

# sense CDB...: of a command without data, as sg_raw tells it
sense() {
    guest "sg_raw /dev/tape/v2-sg $* 2>&1" | tr -d '\r' |
        sed -nE 's/^ *(Fixed format.*; |)Sense key: */key /p
            s/^ *Additional sense: *//p; s/^SCSI Status: Good.*/good/p' |
        paste -sd,
}

# What is refused and what is not while the position is not known.
position_unknown() {
    is "$1: the position is unknown" "$(about position-unknown)" true
    fails "$1: nothing is written" \
        guest 'dd if=/dev/zero of=/dev/tape/v2 bs=1k count=1 2>&1'
    is "$1: so it is with a block" "$(sense 0a 00 00 00 00 00)" \
        'key Medium Error,Sequential positioning error'
    is "$1: and with a tape mark" "$(sense 10 00 00 00 01 00)" \
        'key Medium Error,Sequential positioning error'
    is "$1: nothing is spaced over" "$(sense 11 00 00 00 01 00)" \
        'key Medium Error,Sequential positioning error'
    ok "$1: READ POSITION is answered" \
        guest 'sg_raw -r 20 /dev/tape/v2-sg 34 0 0 0 0 0 0 0 0 0 2>&1'
    ok "$1: the tape is rewound" guest 'mt -f /dev/tape/v2 rewind 2>&1'
    is "$1: and the position is known" "$(about position-unknown)" false
}

# records: how many are on the cartridge, all of 64 KiB
records() {
    tests/tape/readtap -l "$cartridge" | grep -cx 65536
}

# all_or_one_more: the records on the tape are those that the guest has counted,
# or one more, which was written and not told of
all_or_one_more() {
    local told
    told=$(guest 'cat /tmp/said' | sed -nE 's/^written ([0-9]+).*/\1/p')
    diag "the guest counts ${told:-no} records, on the tape are $(records)"
    [ -n "$told" ] && [ "$(records)" -ge "$told" ] &&
        [ "$(records)" -le $((told + 1)) ]
}

# In the guest: records of 64 KiB until one fails.  dd does not tell how many it
# has written when the tape cannot be closed with a mark.
write_writer() {
    guest 'cat >/tmp/writer <<"END"
open my $tape, ">", "/dev/tape/v2" or die;
my $done = 0;
while ((syswrite($tape, "\0" x 65536) // 0) == 65536) {
    $done++;
}
print "written $done, $!\n";
exit 1;
END'
}

# cut_in_write NAME CUT MEND: in the middle of it, CUT; after it has ended, MEND
cut_in_write() {
    local size
    size=$(stat -c %s "$cartridge")
    in_guest 'perl /tmp/writer'
    wait_for 120 size_over $((size + 2000000)) ||
        diag "$(guest 'cat /tmp/said')"
    eval "$2"
    ok "$1: the write ends" wait_for 120 ended
    fails "$1: with an error" guest 'exit $(cat /tmp/status)'
    eval "$3"
    wait_for 60 linked v2 || diag "the link does not come back"
}

in_a_write() {
    cut_in_write 'agent killed in a write' 'agent_stop KILL' agent_start
    position_unknown 'agent killed in a write'
    ok "no record is on the tape twice, none that was told is missing" \
        all_or_one_more
    guest 'mt -f /dev/tape/v2 eod'
    ok "what is there stays, and is written on" guest 'set -e
        mt -f /dev/tape/v2 eod
        echo behind | dd of=/dev/tape/v2 bs=1k status=none
        mt -f /dev/tape/v2 bsf 1; mt -f /dev/tape/v2 bsr 1
        [ "$(dd if=/dev/tape/v2 bs=1k status=none)" = behind ]'
}

# The network takes what is sent and nothing comes back: no end of file.
in_a_stalled_write() {
    guest 'mt -f /dev/tape/v2 rewind'
    : >"$cartridge"
    guest_medium v2 "$cartridge"
    guest 'mt -f /dev/tape/v2 rewind; mt -f /dev/tape/v2 setblk 0'
    cut_in_write 'link silent in a write' \
        "guest_qmp hmp 'set_link net off'" "guest_qmp hmp 'set_link net on'"
    is "link silent in a write: the position is unknown" \
        "$(about position-unknown)" true
    ok "link silent in a write: the tape is rewound" \
        guest 'mt -f /dev/tape/v2 rewind 2>&1'
    ok "no record is on the tape twice, none that was told is missing" \
        all_or_one_more
}

sent() {
    [ "$(about commands)" -gt "$1" ]
}

# The agent is stopped, so that the command is sent and not carried out.
in_a_locate() {
    local commands
    guest 'mt -f /dev/tape/v2 rewind'
    bench 'agent signal STOP'
    commands=$(about commands)
    in_guest 'sg_raw /dev/tape/v2-sg 2b 00 00 00 00 00 02 00 00 00'
    ok "a locate is sent" wait_for 60 sent "$commands"
    agent_stop KILL
    ok "agent killed in a locate: it ends" wait_for 60 ended
    like "agent killed in a locate: the guest is told why" \
        "$(guest 'cat /tmp/said')" 'I_T nexus loss'
    agent_start
    position_unknown 'agent killed in a locate'
}

idle() {
    agent_stop TERM
    is "link lost while idle: that is told once" "$(sense 00 00 00 00 00 00)" \
        'key Unit Attention,I_T nexus loss occurred'
    is "without an agent, a command fails after a while" \
        "$(sense 00 00 00 00 00 00)" \
        'key Aborted Command,Logical unit communication failure'
    agent_start
    is "link lost while idle: it is not told twice" \
        "$(sense 00 00 00 00 00 00)" good
    is "link lost while idle: the position is unknown" \
        "$(about position-unknown)" true
    ok "link lost while idle: a locate makes it known" \
        guest 'sg_raw /dev/tape/v2-sg 2b 00 00 00 00 00 01 00 00 00 2>&1'
    is "link lost while idle: it is" "$(about position-unknown)" false
}

: >"$cartridge"
guest_medium v2 "$cartridge"
guest 'mt -f /dev/tape/v2 rewind; mt -f /dev/tape/v2 setblk 0'
write_writer
# so that a write that has returned is one that the drive has answered
guest 'mt -f /dev/tape/v2 stclearoptions async-writes'
in_a_write
in_a_stalled_write
in_a_locate
idle
guest 'mt -f /dev/tape/v2 stsetoptions async-writes'
guest_medium v2 "$GUEST/v2.tap"
