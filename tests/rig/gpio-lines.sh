#!/bin/bash
# GPIO both ways with a real kernel: firmware in one QEMU, the agent, libgpiod
# and gpio-sim in the other.
#
# Thousands of edges there and back (BW_EDGES=100000 for more), in the order of
# a walk that both ends know (tests/edge_walk.h); Debian's MicroPython, as it is, turns a pin round
# and sets its pull; a line with debounce.
#
# time limit: 1500 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/../e2e/machine.bash"
# shellcheck source=tests/rig/rig.bash
. tests/rig/rig.bash
# shellcheck source=tests/rig/lines.bash
. tests/rig/lines.bash

EDGES=${BW_EDGES:-10000}
WINDOW=64 # edges on their way: less than what the kernel queues
# gpio-sim tells of edges that it has not told of yet in the order of the lines,
# so there is time for that between two, and for the firmware's interrupt.
GAP_US=1000
FIRMWARE=build/firmware/tests/edges.elf

requires "$MICROPYTHON" "$FIRMWARE" /usr/bin/python3 "$RIG_QEMU" build/rig/initramfs
grep -qs gpiod build/gpiod/libs || skip_all "the agent was built without libgpiod 2"
rig_up || exit 1
LINES_DIR=$TMP
LINES_PATIENCE=30000 # an answer that a busy host delays is no outage here
plan 24

# board_start READY FIRMWARE [OPTION...]: until READY, a command, succeeds
board_start() {
    local ready=$1
    shift
    lines_board "$@"
    spawn "$TMP/board.err" "${LINES_QEMU[@]}"
    BOARD_PID=$PID
    wait_for 60 "$ready"
}

board_stop() {
    end_process "$BOARD_PID"
}

python() {
    tests/e2e/repl.py -t 60 "$TMP/lines.sock" "$@"
}

value_is() {
    [ "$(lines_value "$1")" = "$2" ]
}

used_is() {
    lines_used "$1" | grep -Eq -- "$2"
}

lines_list() {
    rig_tool list | grep '^lines '
}

# --- edges -------------------------------------------------------------------

like "the agent lists the lines" "$(lines_list)" '^lines +gpio .* free +real '
ok "the board has all eight" board_start lines_ready "$FIRMWARE" ||
    diag "$(cat "$TMP/board.err")"
like "and holds the export" "$(lines_list)" '^lines +gpio .* held '

# The firmware's own edges, the first of which the walk has on line 4
lines_say 'm 0' c >"$TMP/out"
first=$(lines_value 4)
lines_say 't 1 1000' >"$TMP/out"
ok "the firmware toggles a line, and the kernel sees it" \
    wait_for 20 value_is 4 $((1 - first))
counted() {
    lines_say c | tee "$TMP/counted" | grep -Eq "$1"
}
lines_pull 0 up
ok "the kernel changes a line, and GPIOTE interrupts" \
    wait_for 20 counted '^edges 1 .* interrupts 1$' || diag "$(cat "$TMP/counted")"

# There and back: each edge of an input is answered by one of an output, in the
# interrupt.  "edges" awaits them in the kernel.
lines_say 'm 1' c >"$TMP/out"
RIG_TIMEOUT=1200 lines_edges mirror -n "$EDGES" -w "$WINDOW" \
    -p "$GAP_US" -t 30 >"$TMP/mirror" 2>&1
result $? "$EDGES edges come back, none lost, none out of turn"
diag "$(tail -n 1 "$TMP/mirror")"
counts=$(lines_say c)
diag "$counts"
like "the firmware was interrupted for each, in their order" "$counts" \
    "^edges $EDGES wrong 0 first 0 "
like "and its hardware counted as many" "$counts" " counter $EDGES "

# The firmware's edges at its own pace, 1000 a second
lines_say 'm 0' >"$TMP/out"
rig "edges record -c $LINES_SIM -i 0,1,2,3 -o 4,5,6,7 -n 10000 -t 30 \
    >/tmp/record.log 2>&1 </dev/null &"
recorded() {
    rig 'cat /tmp/record.log' | grep "$1"
}
wait_for 10 recorded '^edges: recording'
lines_say 't 10000 1000' >"$TMP/out"
wait_for 60 recorded '^edges [0-9]'
diag "$(recorded '^edges [0-9]')"
like "10000 edges of a timer arrive in order" "$(recorded '^edges [0-9]')" \
    '^edges 10000 back 10000 wrong 0 '

# More than can be carried, both ways: what does not arrive is counted.
# counter NAME FIRST LAST: of these lines together
counter() {
    local i n=0
    for ((i = $2; i <= $3; i++)); do
        n=$((n + $(tests/e2e/qmp.py "$TMP/lines.qmp" get \
            "/machine/peripheral/line$i" "$1")))
    done
    echo "$n"
}
rig "edges record -c $LINES_SIM -i 0,1,2,3 -o 4,5,6,7 -n 20000 -t 5 \
    >/tmp/record.log 2>&1 </dev/null &"
wait_for 10 recorded '^edges: recording'
dropped=$(counter edges-dropped 4 7)
lines_say 't 20000 20' >"$TMP/out"
wait_for 60 recorded '^edges [0-9]'
came=$(recorded '^edges [0-9]' | awk '{ print $4 }')
dropped=$(($(counter edges-dropped 4 7) - dropped))
# The level that a line has at last is sent when there is room again: an edge
# that has been counted as dropped already.
ok "20000 edges at 50000 a second: $came came, $dropped are counted as dropped" \
    [ $((came + dropped)) -ge 20000 ]

lines_say c >"$TMP/out"
lost=$(counter edges-lost 0 3)
lines_edges drive -n 20000 >"$TMP/drive"
diag "$(cat "$TMP/drive")"
came=0
# An edge that was lost between two of the same direction is put back: it comes
# and is counted as lost, both.
all_known() {
    came=$((came + $(lines_say c | sed 's/.* counter \([0-9]*\) .*/\1/')))
    [ $((came + $(counter edges-lost 0 3) - lost)) -ge 20000 ]
}
wait_for 60 all_known
known=$?
lost=$(($(counter edges-lost 0 3) - lost))
result $known "20000 at once from the bench: $came came, $lost are counted as lost"
board_stop

# --- debounce ----------------------------------------------------------------

# 0.3 s, which the shell's commands stay far below
lines_pull 0 down
board_start lines_ready "$FIRMWARE" -global gpio-passthrough.debounce-us=300000
lines_say 'm 0' c >"$TMP/out"
bounce() {
    local text=
    while [ $# -gt 0 ]; do
        text+="echo pull-$1 >pull;"
        shift
    done
    rig "cd $LINES_SIM/sim_gpio0; $text"
}
bounce up down up down up
ok "five edges of a button that bounces are one" \
    wait_for 20 counted '^edges 1 ' || diag "$(cat "$TMP/counted")"
bounce down up down up
lines_pull 0 down
ok "and so is the one that follows a pulse too short" \
    wait_for 20 counted '^edges 1 ' || diag "$(cat "$TMP/counted")"
board_stop

# --- a pin that turns round ----------------------------------------------------

board_start lines_settled "$MICROPYTHON" ||
    diag "$(cat "$TMP/board.err")"
# P0 is line 0, P1 line 1
python 'from microbit import *' 'pin0.write_digital(1)' >"$TMP/out"
ok "MicroPython drives P0: the line is an output" wait_for 20 used_is 0 '[[:space:]]output'
ok "at its level" wait_for 20 value_is 0 1
flips() {
    python 'def turn(n):
 good = 0
 for i in range(n):
  pin0.write_digital(i & 1)
  pin0.read_digital()
 pin0.write_digital(1)
 return n' "turn($1)"
}
is "it turns the pin round 200 times" "$(flips 200)" 200
ok "the line follows to the last" wait_for 20 used_is 0 '[[:space:]]output'
ok "and has the level of the last" wait_for 20 value_is 0 1

python 'pin0.set_pull(pin0.PULL_DOWN)' 'pin0.read_digital()' >"$TMP/out"
ok "read_digital makes it an input, with the pin's pull" \
    wait_for 20 used_is 0 '[[:space:]]input.*bias=pull-down'
is "which gpio-sim has had, too" "$(rig "cat $LINES_SIM/sim_gpio0/pull")" pull-down
is "and is read" "$(python 'pin0.read_digital()')" 0
lines_pull 0 up
reads() {
    [ "$(python 'pin0.read_digital()')" = "$1" ]
}
ok "the bench raises it against that" wait_for 20 reads 1
python 'pin0.set_pull(pin0.PULL_UP)' 'pin0.read_digital()' >"$TMP/out"
ok "the other pull is the line's as well" \
    wait_for 20 used_is 0 '[[:space:]]input.*bias=pull-up'
python 'pin0.set_pull(pin0.NO_PULL)' 'pin0.read_digital()' >"$TMP/out"
ok "and none is none" wait_for 20 used_is 0 '[[:space:]]input.*bias=disabled'
board_stop
