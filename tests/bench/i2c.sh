# Register reads by firmware on an adapter that takes the real time of the
# wire, against that time alone and one ping.  Sourced by run.sh.
#
# The adapter is simulated wires (wires: in bench.conf(5)).  The firmware is
# tests/firmware/reads.c: as many reads as it can, 100 kHz and then 400 kHz.  A
# read is the time between two requests, from QEMU's own trace.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # $dir, $QEMU, $ICOUNT: run.sh's

I2C_SPEEDS=(100 400) # kHz; guest addresses 0x68 and 0x69
I2C_PORT=7683

i2c_bench_file() {
    local khz
    printf '[listen]\ntcp = 127.0.0.1:%s\n' "$I2C_PORT"
    for khz in "${I2C_SPEEDS[@]}"; do
        cat <<BENCH
[adapter wires:at$khz]
speed = ${khz}000

[part clock$khz]
model = ds3231
adapter = wires:at$khz
address = 0x68

[export clock$khz]
type = i2c
adapter = wires:at$khz
address = 0x68
BENCH
    done
}

# i2c_firmware CHARDEV-ADDRESS: leaves its console in $dir/i2c.serial and one
# line per request in $dir/i2c.trace
i2c_firmware() {
    local pid
    rm -f "$dir/i2c.serial" "$dir/i2c.trace"
    # shellcheck disable=SC2086 # $ICOUNT is words
    "$QEMU" -M microbit -display none -monitor none $ICOUNT \
        -serial "file:$dir/i2c.serial" -kernel build/firmware/tests/reads.elf ${I2C_EXTRA:-} \
        ${I2C_TRACE:-} -trace bw_link_send -msg timestamp=on -D "$dir/i2c.trace" \
        -chardev "socket,id=l100,$1,reconnect-ms=250" \
        -device i2c-passthrough,chardev=l100,export=clock100,address=0x68,exact=off \
        -chardev "socket,id=l400,$1,reconnect-ms=250" \
        -device i2c-passthrough,chardev=l400,export=clock400,address=0x69,hostaddr=0x68,exact=off \
        </dev/null 2>"$dir/i2c.err" &
    pid=$!
    until_true 120 grep -q '^1\.\.' "$dir/i2c.serial" ||
        echo "  the firmware's four seconds are not over after 120 s: see $dir/i2c.err"
    end_process "$pid"
}

# i2c_times KHZ: "REQUESTS P50 P99 MEAN" of the intervals between requests, in
# microseconds; the first ten, and the wait for the other speed, are left out
i2c_times() {
    sed -nE "s/^[0-9]+@([0-9.]+):bw_link_send .*I2C_XFER .*export=clock$1\$/\1/p" \
        "$dir/i2c.trace" |
        awk 'NR > 10 { print ($1 - last) * 1e6 } { last = $1 }' | sort -g |
        awk '{ v[NR] = $1; sum += $1 }
             END { if (NR < 10) { print "0 0 0 0"; exit }
                   printf "%d %.0f %.0f %.0f\n", NR + 10, v[int((NR + 1) / 2)],
                          v[int(NR * 0.99)], sum / NR }'
}

# i2c_reads KHZ: that the firmware has counted
i2c_reads() {
    tr -d '\r' <"$dir/i2c.serial" | awk -v khz="$1" \
        '$2 == khz && $4 == "reads" { print $5 }'
}

# i2c_rows TRANSPORT: of the run before
i2c_rows() {
    local khz own adapter ping requests p50 p99 mean reads
    for khz in "${I2C_SPEEDS[@]}"; do
        read -r -a own < <(build/host/tests/bench/ownread "${khz}000" 500)
        adapter=${own[1]}
        ping=${own[4]}
        [ "$1" = unix ] || ping=${own[7]}
        read -r requests p50 p99 mean < <(i2c_times "$khz")
        reads=$(i2c_reads "$khz")
        row "$khz kHz, $1 socket: reads/s" \
            "$(awk -v m="$mean" 'BEGIN { printf "%.0f", m ? 1e6 / m : 0 }')" \
            "p50 $p50 us, p99 $p99 us"
        row "  the adapter alone, p50 us" "$adapter" "one ping: $ping"
        row "  ratio of the medians" "$(awk -v a="$p50" -v b="$adapter" \
            -v c="$ping" 'BEGIN { printf "%.2f", a / (b + c) }')"
        # presence is asked for once, and the first read may need a second
        row "  requests / reads" "$requests / ${reads:-not told}"
    done
}

compare_i2c() {
    echo "Register reads w1@0x68 0x00 r6 by firmware, on a wire that takes its"
    echo "time (aim: at most 1.1 times the adapter's own time and one ping)"
    i2c_bench_file >"$dir/i2c.conf"
    agent_stop
    agent_start "$dir/i2c.conf" || return 0
    i2c_firmware "path=$AGENT_SOCKET"
    i2c_rows unix
    i2c_firmware "host=127.0.0.1,port=$I2C_PORT"
    i2c_rows tcp
    agent_stop
}
