# A board whose pins are lines of the rig's GPIO chip "bench" (guest/bench.conf,
# export "lines"): inputs P0, P1, P2, P8, outputs P13 to P16, in the order of
# tests/firmware/edges.c.  Sourced, after rig.bash; the caller has $QEMU,
# $ICOUNT and a folder $LINES_DIR, and may set $LINES_PATIENCE (ms).
#
#   lines_board FIRMWARE [OPTION...]    fills LINES_QEMU with the command
#   lines_edges mirror -n 1000          tests/rig/edges.c in the guest
#   lines_say 'm 1' c                   commands to the firmware, their answers
#   lines_value 4; lines_pull 0 up      a line, from its other side
#   lines_used 4                        how it is used, as gpioinfo tells
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # $QEMU ... are the caller's

LINES_SIM=/sys/devices/platform/gpio-sim.1/gpiochip1
LINES_PINS=(P0 P1 P2 P8 P13 P14 P15 P16) # of lines 0 to 7
LINES_PATIENCE=2000 # timeout-ms of the lines
LINES_QEMU=()

lines_board() {
    local i host=${RIG_AGENT#tcp:}
    # shellcheck disable=SC2206 # $ICOUNT is words
    LINES_QEMU=("$QEMU" -M microbit -display none -monitor none $ICOUNT
        -kernel "$1" -qmp "unix:$LINES_DIR/lines.qmp,server=on,wait=off"
        -chardev "socket,id=serial,path=$LINES_DIR/lines.sock,server=on,wait=off,logfile=$LINES_DIR/lines.serial"
        -serial chardev:serial
        -chardev "socket,id=lines,host=${host%:*},port=${host##*:},reconnect-ms=250")
    shift
    for i in "${!LINES_PINS[@]}"; do
        LINES_QEMU+=(-device "gpio-passthrough,id=line$i,chardev=lines,export=lines,line=line$i,pin=${LINES_PINS[i]},timeout-ms=$LINES_PATIENCE")
    done
    LINES_QEMU+=("$@")
    rm -f "$LINES_DIR"/lines.{sock,qmp,serial}
}

lines_edges() {
    rig "edges $1 -c $LINES_SIM -i 0,1,2,3 -o 4,5,6,7 ${*:2}"
}

lines_say() {
    tests/rig/console.py -t 60 "$LINES_DIR/lines.sock" "$@"
}

# All lines have followed the board, and the firmware runs.
lines_ready() {
    grep -q 'edges: ready' "$LINES_DIR/lines.serial" && lines_settled
}

lines_settled() {
    local i
    for i in "${!LINES_PINS[@]}"; do
        [ "$(tests/e2e/qmp.py "$LINES_DIR/lines.qmp" get \
            "/machine/peripheral/line$i" settled)" = true ] || return
    done
}

lines_value() {
    rig "cat $LINES_SIM/sim_gpio$1/value"
}

lines_pull() {
    rig "echo pull-$2 >$LINES_SIM/sim_gpio$1/pull"
}

lines_used() {
    rig "gpioinfo -c gpiochip1 $1"
}
