# The drives of the tape guest, used from a second guest: st, sg and the tools
# there, tape-passthrough, the agent, SG_IO in the first guest, whose QEMU has
# scsi-tape.  Sourced by guest.bash with BW_TAPE_THROUGH=1, after which
#
#   guest_up       boots both, starts the agent, waits until the drives are had
#   guest          is in the second guest
#   bench          is in the one with the drives and the agent
#   guest_qmp      is the QEMU with the drives, as ever
#   through_qmp    is the second guest's
#   cut_link arm v2 in-cmd close 0a    cuts the link of a device of THROUGH_CUT
#                  there; cut-link has the other commands
#
# so that a test of the drives is one of the way to them.  The agent goes with
# the test, and with it what it holds; the guests stay for the next test.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2153,SC2154 # $GUEST and $args are guest.bash's

THROUGH_LINKS=("${GUEST_VIRTIO[@]}" v4 changer disk "${GUEST_LSI[@]}")
THROUGH_CUT=" v2 disk " # whose way to the agent can be cut

bench() {
    tests/rig/guest.py -t "${GUEST_TIMEOUT:-120}" "$GUEST/control.sock" "$*"
}

guest() {
    tests/rig/guest.py -t "${GUEST_TIMEOUT:-120}" "$GUEST/through/control.sock" "$*"
}

through_qmp() {
    tests/e2e/qmp.py -t 60 "$GUEST/through/qmp.sock" "$@"
}

cut_link() {
    tests/tape/cut-link -c "$GUEST/cut/control.sock" "$@"
}

# what v2 and the disk go through, unless it runs
cut_link_start() {
    local folder=$GUEST/cut
    [ ! -e "$folder" ] || return 0
    mkdir "$folder"
    setsid tests/tape/cut-link "$folder/link.sock" "127.0.0.1:$(guest_port)" \
        "$folder/control.sock" >"$folder/log" 2>&1 </dev/null 7>&- &
    echo $! >"$folder/cut-link.pid"
    guest_wait 30 grep -q ready "$folder/log"
}

# through_address NAME: where its agent is
through_address() {
    case $THROUGH_CUT in
    *" $1 "*) echo "path=$GUEST/cut/link.sock" ;;
    *) echo "host=127.0.0.1,port=$port" ;;
    esac
}

# through_devices BUS EXPORT...: adds them to $args, numbered as they come
through_devices() {
    local bus=$1 name number=0
    shift
    for name in "$@"; do
        args+=(-chardev "socket,id=$name-link,$(through_address "$name"),reconnect-ms=200"
            -device "tape-passthrough,id=$name,bus=$bus.0,scsi-id=$number,chardev=$name-link,export=$name")
        number=$((number + 1))
    done
}

# through_args FOLDER: no drives of its own, the same at the same numbers
through_args() {
    local port
    port=$(guest_port)
    guest_machine "$1"
    through_devices virtio "${GUEST_VIRTIO[@]}" v4 changer disk
    args+=(-device "lsi53c895a,id=lsi")
    through_devices lsi "${GUEST_LSI[@]}"
}

# through_has: false for a QEMU without the device
through_has() {
    "$GUEST_QEMU" -M none -device help 2>/dev/null |
        grep -q '^name "tape-passthrough"'
}

# linked NAME...: the agent has opened them all for somebody
linked() {
    local name holders
    holders=$(bench 'benchwire who')
    for name in "$@"; do
        grep -qw "$name" <<<"$holders" || return 1
    done
}

agent_start() {
    bench 'agent start' && guest_wait 60 linked "${THROUGH_LINKS[@]}"
}

# agent_stop SIGNAL
agent_stop() {
    [ -z "$GUEST" ] || bench "agent stop $1"
}

# of guest_up, when the guest with the drives is up
guest_through() {
    bench 'agent start' || return
    ! declare -F cleanup_fn >/dev/null || cleanup_fn agent_stop TERM
    mkdir -p "$GUEST/through"
    cut_link_start || return
    guest_once "$GUEST/through" through_args &&
        guest_wait 60 linked "${THROUGH_LINKS[@]}"
}
