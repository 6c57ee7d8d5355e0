# GPIO: what an edge takes to a program that uses libgpiod, and to the interrupt
# of firmware behind the agent; what a level takes back; and how many edges a
# second both carry.  In the rig (docs/rig.md), where there is a kernel with
# GPIO chips.  Sourced by run.sh.
#
# Each edge waits for the answer to the one before; GPIO_GAP_US lie between
# them at least.  tests/rig/edges.c makes them and awaits the answers,
# gpio_latency.py puts the clocks together.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # run.sh's, lines.bash's

GPIO_EDGES=2000
GPIO_GAP_US=2000
GPIO_MANY=20000
GPIO_WINDOW=32 # edges on their way at a time, for the rate
GPIO_BARE=/sys/devices/platform/gpio-sim.0/gpiochip0

# gpio_edges FOLDER OPTION...: the line that "edges" ends with
gpio_edges() {
    RIG_TIMEOUT=120 rig "edges mirror -c $1 -i 0,1,2,3 -o 4,5,6,7 ${*:2}" |
        tail -n 1
}

gpio_word() {
    awk -v name="$1" '{ for (i = 1; i < NF; i++) if ($i == name) print $(i + 1) }'
}

# gpio_rows NAME ANSWERS [OFFSET]: of the edges in $dir/gpio.edges
gpio_rows() {
    local figures
    if ! figures=$(tests/bench/gpio_latency.py "$dir/gpio.edges" "${@:2}"); then
        row "$1" failed
        return
    fi
    # shellcheck disable=SC2086 # seven numbers
    set -- "$1" $figures
    [ "$8" = 0 ] || set -- "$1" "$2" "$3, give or take $8 for the clocks" "${@:4}"
    row "edge to $1, p50 us" "$2" "p99 $3"
    row "  and its output to the line, p50 us" "$4" "p99 $5"
    row "  there and back, p50 us" "$6" "p99 $7"
}

gpio_rate() {
    local line
    line=$(gpio_edges "$2" -n "$GPIO_MANY" -w "$GPIO_WINDOW")
    row "  edges/s, each answered" "$(gpio_word rate <<<"$line")" \
        "$(gpio_word back <<<"$line") of $GPIO_MANY back, $(gpio_word wrong <<<"$line") out of turn"
}

gpio_bare() {
    rig "edges echo -c $GPIO_BARE -i 0,1,2,3 -o 4,5,6,7 -f /tmp/gpio.answers \
        >/tmp/echo.log 2>&1 </dev/null & echo \$! >/tmp/echo.pid"
    rig_wait 10 rig 'grep -q echo /tmp/echo.log'
    gpio_edges "$GPIO_BARE" -n "$GPIO_EDGES" -p "$GPIO_GAP_US" \
        -f /tmp/gpio.edges >"$dir/gpio.bare"
    rig 'cat /tmp/gpio.answers' >"$dir/gpio.answers"
    rig 'cat /tmp/gpio.edges' >"$dir/gpio.edges"
    gpio_rows "a program with libgpiod" "$dir/gpio.answers"
    gpio_rate bare "$GPIO_BARE"
    # shellcheck disable=SC2016 # the guest's shell expands it
    rig 'kill "$(cat /tmp/echo.pid)"'
}

gpio_board() {
    local offset pid
    LINES_DIR=$dir
    lines_board build/firmware/tests/edges.elf -msg timestamp=on \
        -trace bw_nrf51_gpio_level -D "$dir/gpio.trace"
    "${LINES_QEMU[@]}" </dev/null >"$dir/gpio.err" 2>&1 &
    pid=$!
    if until_true 60 lines_ready; then
        rig 'edges clock 7421 >/tmp/clock.log 2>&1 </dev/null & echo $! >/tmp/clock.pid'
        rig_wait 10 rig 'grep -q clock /tmp/clock.log'
        offset=$(tests/bench/gpio_latency.py offset "$(rig_port 7421)")
        gpio_edges "$LINES_SIM" -n "$GPIO_EDGES" -p "$GPIO_GAP_US" \
            -f /tmp/gpio.edges >"$dir/gpio.board"
        rig 'cat /tmp/gpio.edges' >"$dir/gpio.edges"
        cp "$dir/gpio.trace" "$dir/gpio.answers"
        gpio_rows "the firmware's interrupt" "$dir/gpio.answers" "$offset"
        gpio_rate board "$LINES_SIM"
        # shellcheck disable=SC2016 # the guest's shell expands it
        rig 'kill "$(cat /tmp/clock.pid)"'
    else
        row "the board and its lines" failed "see $dir/gpio.err"
    fi
    end_process "$pid"
}

compare_gpio() {
    echo "GPIO, a real kernel's gpio-sim, in the rig (one processor, TCG)"
    if ! grep -qs gpiod build/gpiod/libs || ! rig_up >"$dir/rig.log"; then
        row "the rig" "not there"
        return
    fi
    gpio_bare
    gpio_board
}
