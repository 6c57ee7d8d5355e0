# How fast a tape is for a guest that has it through the agent, against the same
# drive used by st on the agent's own machine, and against the network between.
# Sourced by run.sh.
#
# The two drives are of one kind and have the same QEMU, bench's; what is
# between is the second guest's st, tape-passthrough, TCP, the agent and SG_IO.
# The TCP is to an emulated network card, with a kernel behind it that runs on an
# emulated processor, so that it is measured for itself: the same records by the
# same way to a program that only counts them.  A record has to go that way, and
# then to the drive: what that takes in turn is what could be had.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # run.sh's and guest.bash's

THROUGH_ROUNDS=5
THROUGH_KIB=32768 # per round
DIRECT_DRIVE=v2
THROUGH_DRIVE=v3

# plain_seconds VERB SIZE: the bytes of a round, to and from the bench's network
plain_seconds() {
    tests/bench/plain.pl 127.0.0.1 "$plain_port" "$1" "$2" \
        $((THROUGH_KIB * 1024 / $2))
}

# through_turns NAME VERB SIZE: MB/s of all, and the medians of the ratios
through_turns() {
    local round through direct plain rows=$dir/tape-through.rows
    local what="bs=$3 count=$((THROUGH_KIB * 1024 / $3))"
    case $2 in
    write) what="if=/dev/zero of=\$T $what" ;;
    read) what="if=\$T of=/dev/null $what" ;;
    esac
    : >"$rows"
    for ((round = 0; round < THROUGH_ROUNDS; round++)); do
        through=$(seconds_in guest "T=/dev/tape/$THROUGH_DRIVE-rewind; dd $what") || :
        plain=$(plain_seconds "$2" "$3") || :
        direct=$(seconds_in bench "T=/dev/tape/$DIRECT_DRIVE-rewind; dd $what") || :
        [ -z "$through" ] || [ -z "$direct" ] || [ -z "$plain" ] ||
            echo "$through $direct $plain" >>"$rows"
    done
    row "$1, $2" "$(speed "$THROUGH_KIB" 1)" \
        "direct $(speed "$THROUGH_KIB" 2), through / direct $(awk '{ print $2 / $1 }' "$rows" | median)"
    row "  TCP alone" "$(speed "$THROUGH_KIB" 3)" \
        "through / TCP, then the drive $(awk '{ print ($2 + $3) / $1 }' "$rows" | median)"
}

# The other end of plain_seconds(), for the time of the comparison
plain_start() {
    bench "cat >/tmp/plain.pl <<'END'
$(cat tests/bench/plain.pl)
END
        setsid perl /tmp/plain.pl listen 7421 >/tmp/plain.log 2>&1 &"
    guest_qmp hmp "hostfwd_add net tcp:127.0.0.1:0-127.0.0.1:7421" >/dev/null
    plain_port=$(guest_port 7421)
    guest_wait 60 tests/bench/plain.pl 127.0.0.1 "$plain_port" write 1 1
}

# Without TLS, over the loopback of the host; the agent gives up the drive that
# is used directly.
compare_through() {
    local size plain_port
    bench "sed -i '/^\\[export $DIRECT_DRIVE\\]/,/^\$/d' /rig/bench.conf
        agent stop && agent start" && guest_wait 60 linked "$THROUGH_DRIVE" || return
    plain_start || return
    guest "mt -f /dev/tape/$THROUGH_DRIVE rewind; mt -f /dev/tape/$THROUGH_DRIVE setblk 0"
    bench "mt -f /dev/tape/$DIRECT_DRIVE rewind; mt -f /dev/tape/$DIRECT_DRIVE setblk 0"
    for size in 262144 65536; do
        through_turns "$((size / 1024)) KiB" write $size
        through_turns "$((size / 1024)) KiB" read $size
    done
}

# In a process of its own, as through.bash has another guest().
measure_tape_through() (
    BW_TAPE_THROUGH=1
    # shellcheck source=tests/tape/guest.bash
    . tests/tape/guest.bash
    through_has || exit 0
    trap guest_down EXIT
    trap 'exit 143' TERM INT
    GUEST=$(mktemp -d "${TMPDIR:-/tmp}/bw-tape.XXXXXX")
    echo "Tape: through the agent, against the drive used directly, MB/s"
    if guest_up >"$dir/tape-through.log"; then
        compare_through || :
    else
        cat "$dir/tape-through.log"
    fi
)
