#!/bin/bash
# Measure, beside each other in one run: register reads against the bare
# socket and the local form, what sessions cost the agent, what a tape costs
# without a guest, in one and through the agent, GPIO edges against libgpiod
# alone, a USB disk against usbredirect and QEMU's own, processor speed and boot
# time against stock QEMU, and what a board costs its host.
#
# usage: make bench        results also in build/bench/result.txt; GPIO and
#                          USB need the rig that tests/rig/with-rig boots
#
# What is compared takes turns, and a ratio is the median of the rounds'
# ratios: a host that is busy for a while then slows both.  Nothing here fails
# because it is slow; the figures are for reading.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/../../scripts/common.sh"
cd "$BW_ROOT" || exit
# shellcheck source=scripts/machine.sh
. scripts/machine.sh
# shellcheck source=tests/bench/boards.sh
. tests/bench/boards.sh
# shellcheck source=tests/bench/i2c.sh
. tests/bench/i2c.sh
# shellcheck source=tests/bench/sessions.sh
. tests/bench/sessions.sh
# shellcheck source=tests/bench/tape.sh
. tests/bench/tape.sh
# shellcheck source=tests/bench/tape_guest.sh
. tests/bench/tape_guest.sh
# shellcheck source=tests/bench/tape_through.sh
. tests/bench/tape_through.sh
# shellcheck source=tests/rig/rig.bash
. tests/rig/rig.bash
# shellcheck source=tests/rig/lines.bash
. tests/rig/lines.bash
# shellcheck source=tests/bench/gpio.sh
. tests/bench/gpio.sh
# shellcheck source=tests/bench/usb.sh
. tests/bench/usb.sh

MICROPYTHON=build/micropython.hex
ROUNDS=7
LAPS=2 # of cpu-loop, per round
BARE=(-M microbit -display none -monitor none -serial stdio)
dir=build/bench

row() {
    printf '  %-40s %10s  %s\n' "$1" "$2" "${3:-}"
}

# median: of the numbers on standard input
median() {
    sort -g | awk '{ v[NR] = $1 }
        END { if (NR) printf "%.2f", v[int((NR + 1) / 2)]; else printf "-" }'
}

# ratio A B
ratio() {
    awk -v a="$1" -v b="$2" \
        'BEGIN { if (a > 0 && b > 0) printf "%.2f", a / b; else printf "-" }'
}

# take_turns FUNCTION TWIN STOCK...: FUNCTION prints milliseconds of ours, and
# "TWIN PATH" those of each stock QEMU
take_turns() {
    local ours_fn=$1 stock_fn=$2 round ours stock pairs=$dir/pairs i
    shift 2
    rm -f "$pairs".*
    for ((round = 0; round < ROUNDS; round++)); do
        ours=$("$ours_fn") || continue
        for ((i = 1; i <= $#; i++)); do
            stock=$("$stock_fn" "${!i}") || continue
            echo "$ours $stock $(ratio "$ours" "$stock")" >>"$pairs.$i"
        done
    done 2>>"$dir/turns.err"
    row "ours" "$(cut -d' ' -f1 "$pairs.1" | median)"
    for ((i = 1; i <= $#; i++)); do
        row "Debian's QEMU $(version_of "${!i}")" \
            "$(cut -d' ' -f2 "$pairs.$i" | median)" \
            "ours / it $(cut -d' ' -f3 "$pairs.$i" | median)"
    done
}

version_of() {
    "$1" --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p'
}

# --- processor and boot ----------------------------------------------------

# laps QEMU: LAPS laps of cpu-loop
laps() {
    tests/bench/stopwatch.py -c -s 'lap 1' "lap $((LAPS + 1))" "$1" "${BARE[@]}" \
        -device loader,file=build/firmware/cpu-loop.hex
}

# boot QEMU OPTION...
boot() {
    tests/bench/stopwatch.py -t 10 '>>> ' "$1" "${BARE[@]}" \
        -device "loader,file=$MICROPYTHON" "${@:2}"
}

laps_ours() { laps "$QEMU"; }
boot_ours() { boot "$QEMU" "${SENSORS[@]}"; }
boot_empty() { boot "$QEMU"; }

# Stock's I2C stub acknowledges every address.  So that ours has to do with
# parts that answer as well: two memories with the identity of the board's
# sensors, MMA8653 (0x5A in register 0x0D) and MAG3110 (0xC4 in 0x07).
make_sensors() {
    local name=$1 address=$2 register=$3 id=$4
    head -c 512 /dev/zero >"$dir/$name"
    printf '%b' "$id" |
        dd of="$dir/$name" bs=1 seek="$register" conv=notrunc status=none
    SENSORS+=(-drive "if=none,id=$name,format=raw,file=$dir/$name"
        -device "at24c-eeprom,address=$address,rom-size=512,address-size=1,drive=$name")
}

compare_stock() {
    local stock
    mapfile -t stock < <(tests/bench/stock-qemu)
    if [ "${#stock[@]}" = 0 ]; then
        echo "Debian's qemu-system-arm is not there: nothing to compare with"
        return
    fi
    SENSORS=(-snapshot)
    make_sensors accelerometer 0x1d 13 '\x5a'
    make_sensors magnetometer 0x0e 7 '\xc4'
    : >"$dir/turns.err"
    echo "Processor: $LAPS laps of cpu-loop, ms of processor time"
    echo "(aim: no slower than stock QEMU of the same series)"
    take_turns laps_ours laps "${stock[@]}"
    echo "Boot to the MicroPython prompt, ms (the same aim)"
    take_turns boot_ours boot "${stock[@]}"
    echo "The same with no sensor on our bus: six NACKs, for each of which"
    echo "the firmware's driver polls 100000 times, as it does on hardware"
    take_turns boot_empty boot "${stock[@]}"
}

# --- register reads --------------------------------------------------------

compare_link() {
    echo "Register reads w1@0x68 0x00 r6 through the agent, unix socket"
    echo "(aim: agent / bare ping-pong >= 0.8)"
    build/host/tests/bench/pingpong "unix:$AGENT_SOCKET" clock 0x68 |
        sed 's/^/  /'
}

# guest_reads NAME QEMU-OPTION...: reads per second of the host's time, from
# the firmware's own counts; the first line is left out
guest_reads() {
    local out=$dir/guest-$1.txt
    timeout 5 "$QEMU" "${BARE[@]}" \
        -device loader,file=build/firmware/regread-loop.hex "${@:2}" \
        </dev/null >"$out" 2>"$dir/guest-$1.err" || true
    awk '$1 == "reads" && $4 == 0 { n++; if (n > 1) sum += $2 / $6 * 1e6 }
         END { if (n > 1) printf "%.0f", sum / (n - 1); else printf "failed" }
    ' "$out"
}

compare_guest() {
    local remote sim
    remote=$(guest_reads remote \
        -chardev "socket,id=link,$(chardev_address),reconnect-ms=250" \
        -device i2c-passthrough,chardev=link,export=clock,address=0x68)
    sim=$(guest_reads local \
        -device i2c-passthrough,device=sim,hostaddr=0x68,address=0x68)
    echo "The same by firmware (regread-loop), TWI at 100 kHz, reads/s"
    row "agent over unix socket" "$remote"
    row "local, device=sim" "$sim"
    row "remote / local" "$(ratio "$remote" "$sim")"
    row "the most the wire allows: 84 bits a read" 1190
}

main() {
    mkdir -p "$dir"
    machine_init "$dir"
    trap 'guest_down; boards_stop; agent_stop' EXIT
    agent_start host-agent/benches/desk.conf || die "no agent, no figures"
    echo "benchwire bench: $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"
    compare_link
    compare_guest
    compare_i2c
    measure_sessions
    measure_tape
    measure_tape_guest
    measure_tape_through
    compare_stock
    measure_boards
    compare_gpio
    measure_usb || :
}

mkdir -p "$dir"
main 2>&1 | tee "$dir/result.txt"
