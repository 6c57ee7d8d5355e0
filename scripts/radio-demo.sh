#!/bin/bash
# Run two boards that play radio ping-pong, and show what both print.
#
# usage: make radio-demo [FW=FILE] [BOARDS=N] [FOR=SECONDS] [V=1]
#
#   FW      firmware of all boards (default: the sample radio-ping)
#   BOARDS  how many, 2 to 9 (default: 2)
#   FOR     end after so many seconds (default: at Ctrl-C)
#
# The air is a multicast group on this host's loopback, so that more boards can
# be added from elsewhere; docs/air.md.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"
cd "$BW_ROOT" || exit
. scripts/machine.sh

firmware=${FW:-build/firmware/radio-ping.hex}
boards=${BOARDS:-2}
air=mcast=230.0.0.1:2400,localaddr=127.0.0.1
pids=()

check_input() {
    [ -x "$QEMU" ] || die "$QEMU is not built; type: make radio-demo"
    [ -r "$firmware" ] || die "there is no firmware $firmware"
    [[ $boards =~ ^[2-9]$ ]] || die "BOARDS=$boards is not 2 to 9"
    [[ ${FOR:-1} =~ ^[0-9]+$ ]] || die "FOR=$FOR is no number of seconds"
}

# start NUMBER: one board, each line of it behind "board NUMBER | "
start() {
    # shellcheck disable=SC2054,SC2206 # commas of options; $ICOUNT is words
    local command=("$QEMU" -M microbit,air=air0
        -netdev "socket,id=air0,$air" -display none -monitor none $ICOUNT
        -device "loader,file=${firmware//,/,,}" -serial stdio)

    [ -z "${V:-}" ] || printf '+ %s\n' "${command[*]}"
    timeout --foreground "${FOR:-0}" "${command[@]}" </dev/null \
        > >(sed -u "s/^/board $1 | /") &
    pids+=("$!")
}

stop_all() {
    local pid
    for pid in "${pids[@]}"; do
        end_process "$pid"
    done
}

check_input
trap stop_all EXIT
trap 'exit 0' INT # the way to end it
trap 'exit 143' TERM HUP
say "$boards boards run $(basename "$firmware"); ${FOR:+after $FOR s, or }Ctrl-C ends it"
for ((n = 1; n <= boards; n++)); do
    start "$n"
done
wait
