#!/bin/bash
# Run firmware on the emulated micro:bit, with its I2C parts on a bench.
#
# usage: make run [FW=FILE] [FLASH=FILE] [BENCH=FILE | AGENT=HOST:PORT]
#                 [PANEL=vnc] [ARGS=...] [V=1]
#
#   FW      firmware to run: .hex, .elf or .bin (default: what is in FLASH, or
#           else the thermometer sample)
#   FLASH   file that keeps the board's flash; made if it is not there
#   BENCH   bench file of the agent that is started
#           (default: host-agent/benches/desk.conf)
#   AGENT   use this agent instead of starting one: HOST:PORT or unix:PATH
#   PARTS   words EXPORT:ADDRESS[,PROPERTY=VALUE]...: which of the agent's
#           exports are on the board's bus, where, and with which properties
#           of i2c-passthrough (default: the three of desk.conf)
#   PINS    words EXPORT.LINE:PIN, such as lines.button:P0: pins of the board that
#           are GPIO lines of the agent; without PARTS there are no parts then
#   PANEL   vnc: show the board's panel to a VNC viewer, at a free display of
#           127.0.0.1; vnc:N: at display N; unix: at a socket in build/run/
#   ARGS    words: more options for QEMU, such as "-trace bw_link_*"
#   CTRL_C  guest: Ctrl-C goes to the firmware (a MicroPython prompt wants
#           it), and Ctrl-A X ends the run
#
# Logs and sockets are in build/run/ ($BW_RUN_DIR). A program that is copied to
# build/run/MICROBIT/ is loaded while the board runs; so does "make flash FW=FILE".
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"
cd "$BW_ROOT" || exit
. scripts/machine.sh

firmware=${FW:-}
if [ -z "$firmware" ] && [ -z "${FLASH:-}" ]; then
    firmware=build/firmware/thermometer.hex
fi
bench=${BENCH:-host-agent/benches/desk.conf}
stop_keys="Ctrl-C"
console=(-serial stdio -monitor none)
panel_at=

# Of display N of VNC, port 5900 + N
vnc_is_free() {
    ! (exec 3<>"/dev/tcp/127.0.0.1/$((5900 + $1))") 2>/dev/null
}

free_vnc() {
    local n
    for n in {0..99}; do
        ! vnc_is_free "$n" || { echo "$n" && return; }
    done
    die "PANEL=vnc: no display from 0 to 99 is free"
}

# choose_panel: $MACHINE_DISPLAY for QEMU, $panel_at for the user
# shellcheck disable=SC2034 # MACHINE_DISPLAY is for machine.sh
choose_panel() {
    local n socket=$MACHINE_DIR/panel.sock
    case ${PANEL:-} in
    '') return ;;
    vnc)
        n=$(free_vnc) || exit
        ;;
    vnc:*)
        n=${PANEL#vnc:}
        [[ $n =~ ^[0-9]{1,4}$ ]] || die "PANEL=$PANEL: vnc:N wants a number"
        vnc_is_free "$n" || die "PANEL=$PANEL: that display is taken"
        ;;
    unix)
        rm -f "$socket"
        MACHINE_DISPLAY=vnc=unix:$socket
        panel_at="socket $socket, with a VNC viewer that takes one"
        return
        ;;
    *) die "PANEL=$PANEL is neither vnc, vnc:N nor unix" ;;
    esac
    MACHINE_DISPLAY=vnc=127.0.0.1:$n
    panel_at="127.0.0.1:$n, for instance: vncviewer 127.0.0.1:$n"
}

check_input() {
    local file part
    for file in "$QEMU" "$BENCHWIRED" "$BENCHWIRE"; do
        [ -x "$file" ] || die "$file is not built; type: make run"
    done
    [ -z "$firmware" ] || [ -r "$firmware" ] ||
        die "there is no firmware $firmware"
    [ ! -d "$firmware" ] || die "FW=$firmware is a folder, and no program"
    for part in ${PARTS:-}; do
        [[ $part =~ ^[^:]+:(0x)?[0-9a-fA-F]+(,[^,=]+=[^,]+)*$ ]] ||
            die "PARTS: \"$part\" is not EXPORT:ADDRESS, such as thermometer:0x48"
    done
    for part in ${PINS:-}; do
        [[ $part =~ ^[^.:,]+\.[^:,]+:[A-Za-z0-9.]+$ ]] ||
            die "PINS: \"$part\" is not EXPORT.LINE:PIN, such as lines.button:P0"
    done
    [ -n "${AGENT:-}" ] || [ -r "$bench" ] ||
        die "there is no bench $bench; name a file, such as host-agent/benches/desk.conf, or an agent with AGENT="
    chardev_address >/dev/null ||
        die "AGENT=$AGENT is neither HOST:PORT nor unix:PATH"
}

start_agent() {
    if "$BENCHWIRE" -c "unix:$AGENT_SOCKET" list >/dev/null 2>&1; then
        die "another make run is under way in this folder; end it, or use its agent: make run AGENT=unix:$AGENT_SOCKET"
    fi
    rm -f "$MACHINE_DIR/agent.log"
    agent_start "$bench" || die "see above"
    say "The agent serves ${bench#"$BW_ROOT/"} (its log: $MACHINE_DIR/agent.log)"
}

# What the drive of a micro:bit is to its owner; its messages go to drop.log.
DROP_PID=
start_drop() {
    local log=$MACHINE_DIR/drop.log
    setsid "$BENCHWIRE" drop -b "$QMP_SOCKET" "$MACHINE_DIR/MICROBIT" \
        >"$log" 2>&1 </dev/null &
    DROP_PID=$!
}

stop_all() {
    end_process "$DROP_PID"
    agent_stop
}

banner() {
    local agent program=${firmware##*/}
    agent=$(agent_address)
    say "${program:-What is in $FLASH} runs on the micro:bit; $stop_keys ends it"
    [ -z "$panel_at" ] || say "Its panel is at $panel_at"
    say "Copy another program to $MACHINE_DIR/MICROBIT/ to load it"
    say "In another terminal, from this folder:"
    say "  build/host/benchwire -c $agent list"
    if [ -z "${FW:-}${FLASH:-}${BENCH:-}${AGENT:-}" ]; then
        say "  build/host/benchwire -c $agent set thermometer.temperature 30"
    fi
}

if [ "${CTRL_C:-}" = guest ]; then
    stop_keys="Ctrl-A X"
    console=(-serial mon:stdio)
fi
machine_init "${BW_RUN_DIR:-build/run}" || exit
check_input
choose_panel
trap stop_all EXIT
trap 'exit 0' INT # the way to end it
trap 'exit 143' TERM HUP
[ -n "${AGENT:-}" ] || start_agent
# shellcheck disable=SC2086 # words
qemu_args "$firmware" ${PARTS:-}
set -f # no file names for the * of -trace
# shellcheck disable=SC2206 # words
QEMU_ARGS+=("${console[@]}" ${ARGS:-})
start_drop
banner
[ -z "${V:-}" ] || printf '+ %s\n' "$QEMU ${QEMU_ARGS[*]}"
"$QEMU" "${QEMU_ARGS[@]}"
