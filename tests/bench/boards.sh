# How many boards a host carries: memory, processor time while they sleep and
# while they compute, and a run of as many as should fit.  Sourced by run.sh.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # $dir is of run.sh

BOARD_SECONDS=5 # of one measurement
CORES=2         # that are counted with; those of the smallest host
BOARD_PIDS=()

# board_start NAME FIRMWARE: in real time, 16 million instructions a second
board_start() {
    # shellcheck disable=SC2086 # $ICOUNT is words
    "$QEMU" -M microbit -display none -monitor none $ICOUNT \
        -serial "file:$dir/$1.serial" -device "loader,file=$2" \
        </dev/null >"$dir/$1.err" 2>&1 &
    BOARD_PIDS+=("$!")
}

boards_stop() {
    local pid
    for pid in "${BOARD_PIDS[@]}"; do
        kill "$pid" 2>/dev/null || true
    done
    [ "${#BOARD_PIDS[@]}" = 0 ] || wait "${BOARD_PIDS[@]}" 2>/dev/null || true
    BOARD_PIDS=()
}

# ticks PID: processor time used so far, in ticks of the kernel
ticks() {
    sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'
}

# share PID: per cent of a core, over BOARD_SECONDS
share() {
    local before
    before=$(ticks "$1")
    sleep "$BOARD_SECONDS"
    awk -v t="$(($(ticks "$1") - before))" -v hz="$(getconf CLK_TCK)" \
        -v s="$BOARD_SECONDS" 'BEGIN { printf "%.2f", 100 * t / hz / s }'
}

# field PID NAME: of the kernel's summary of its memory, in MB
field() {
    awk -v name="$2:" '$1 == name { printf "%.1f", $2 / 1024 }' \
        "/proc/$1/smaps_rollup"
}

fits() {
    awk -v share="$1" -v cores="$CORES" \
        'BEGIN { print (share >= 0.1) ? int(100 * cores / share) : "over 2000" }'
}

# measure_board NAME TITLE FIRMWARE: leaves its share in SHARE
measure_board() {
    board_start "$1" "$3"
    sleep 3 # until it has started
    SHARE=$(share "${BOARD_PIDS[0]}")
    row "$2: per cent of a core" "$SHARE" \
        "resident $(field "${BOARD_PIDS[0]}" Rss) MB, of its own $(field "${BOARD_PIDS[0]}" Private_Dirty) MB"
    row "  such boards on $CORES cores, by this" "$(fits "$SHARE")"
    boards_stop
}

# late_of COUNT: how many of so many busy boards fell behind real time
late_of() {
    local i
    rm -f "$dir"/busy-*.err
    for ((i = 0; i < $1; i++)); do
        board_start "busy-$i" build/firmware/cpu-loop.hex
    done
    sleep $((2 * BOARD_SECONDS))
    boards_stop
    { grep -l "late by" "$dir"/busy-*.err 2>/dev/null || true; } | wc -l
}

measure_boards() {
    local count
    echo "Boards in real time ($ICOUNT)"
    measure_board prompt "MicroPython at its prompt" "$MICROPYTHON"
    measure_board sleep "firmware that sleeps (sleep)" build/firmware/sleep.hex
    measure_board busy "firmware that computes (cpu-loop)" \
        build/firmware/cpu-loop.hex
    count=$(fits "$SHARE")
    [[ $count =~ ^[1-9][0-9]*$ ]] || return 0
    row "  tried: $count at a time, of which late" "$(late_of "$count")"
}
