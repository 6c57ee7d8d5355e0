# An agent and a machine beside it: what run.sh, demo.sh, the end-to-end tests
# and the benchmarks have in common.  Sourced, from the project's top folder.
#
#   machine_init build/run          folder for sockets and logs
#   agent_start host-agent/benches/desk.conf
#   qemu_args firmware.hex          fills QEMU_ARGS
#   "$QEMU" "${QEMU_ARGS[@]}" -serial stdio
#   agent_stop
#
# Nothing here waits without a deadline.  The caller ends what it started.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

# shellcheck disable=SC2034 # for those who source this
QEMU=${BW_QEMU:-build/qemu/qemu-system-arm}
BENCHWIRED=${BW_BENCHWIRED:-build/host/benchwired}
BENCHWIRE=${BW_BENCHWIRE:-build/host/benchwire}

# 16 million instructions a second, and sleep while the guest sleeps:
# docs/timing.md tells why.
ICOUNT=${BW_ICOUNT--icount shift=6,align=on}

# EXPORT:ADDRESS, one i2c-passthrough each; host-agent/benches/desk.conf
DESK_PARTS=(thermometer:0x48 eeprom:0x50 clock:0x68)

# QEMU's -display: none, or where the panel is seen
MACHINE_DISPLAY=none

MACHINE_DIR=
QMP_SOCKET=
AGENT_PID=
AGENT_SOCKET=
QEMU_ARGS=()

# machine_init DIR
machine_init() {
    MACHINE_DIR=$1
    mkdir -p "$MACHINE_DIR" || return
    AGENT_SOCKET=$MACHINE_DIR/agent.sock
    QMP_SOCKET=$MACHINE_DIR/qmp.sock
    if [ "${#AGENT_SOCKET}" -gt 100 ]; then
        echo "the path of a unix socket must be shorter: $AGENT_SOCKET" >&2
        return 1
    fi
}

# until_true SECONDS COMMAND...: repeat until it succeeds; 1 when time is up
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.05
    done
}

# agent_start BENCH [OPTION...]: start benchwired, return when it serves; a
# session of its own keeps the terminal's Ctrl-C from it, so that it goes last
agent_start() {
    local log=$MACHINE_DIR/agent.log bench=$1
    shift
    setsid "$BENCHWIRED" "$@" -c "$bench" -u "$AGENT_SOCKET" \
        >>"$log" 2>&1 </dev/null &
    AGENT_PID=$!
    if ! until_true 5 agent_serves_or_gone || ! agent_alive; then
        echo "the agent did not start; the end of $log:" >&2
        tail -n 5 "$log" >&2
        agent_stop
        return 1
    fi
}

agent_alive() {
    [ -n "$AGENT_PID" ] && kill -0 "$AGENT_PID" 2>/dev/null
}

agent_serves_or_gone() {
    ! agent_alive || "$BENCHWIRE" -c "unix:$AGENT_SOCKET" list
}

# end_process PID: SIGTERM, then SIGKILL; harmless for one that is gone
end_process() {
    [ -n "$1" ] || return 0
    kill -CONT "$1" 2>/dev/null || return 0
    kill "$1" 2>/dev/null
    if ! until_true 3 process_gone "$1"; then
        kill -KILL "$1" 2>/dev/null
    fi
    wait "$1" 2>/dev/null || true
}

process_gone() {
    ! kill -0 "$1" 2>/dev/null
}

agent_stop() {
    end_process "$AGENT_PID"
    AGENT_PID=
}

# As a power failure would end it.
agent_kill() {
    kill -KILL "$AGENT_PID"
    wait "$AGENT_PID" 2>/dev/null || true
    AGENT_PID=
}

# agent_address: as benchwire -c takes it; $AGENT, which may leave out "tcp:",
# or ours
agent_address() {
    case ${AGENT:-} in
    '') echo "unix:$AGENT_SOCKET" ;;
    unix:?* | tcp:?*:?*) echo "$AGENT" ;;
    ?*:?*) echo "tcp:$AGENT" ;;
    *) return 1 ;;
    esac
}

# chardev_address: the same as QEMU's -chardev socket takes it
chardev_address() {
    local agent
    agent=$(agent_address) || return
    case $agent in
    unix:*) echo "path=${agent#unix:}" ;;
    *) agent=${agent#tcp:} && echo "host=${agent%:*},port=${agent##*:}" ;;
    esac
}

# qemu_args FIRMWARE [EXPORT:ADDRESS...]: the machine with its passed-through
# parts, without a serial port; FIRMWARE may be empty. $FLASH names the file
# that keeps its flash. $PINS has words EXPORT.LINE:PIN, pins that are GPIO lines
# of the agent. QMP is at $MACHINE_DIR/qmp.sock.
qemu_args() {
    local firmware=$1 address part name
    shift
    address=$(chardev_address) || return
    [ $# -gt 0 ] || [ -n "${PINS:-}" ] || set -- "${DESK_PARTS[@]}"
    # shellcheck disable=SC2206 # $ICOUNT is words
    QEMU_ARGS=(-M "microbit${FLASH:+,flash=${FLASH//,/,,}}"
        -display "$MACHINE_DISPLAY" $ICOUNT
        -qmp "unix:$QMP_SOCKET,server=on,wait=off")
    [ -z "$firmware" ] ||
        QEMU_ARGS+=(-device "loader,file=${firmware//,/,,}")
    for part in "$@"; do
        name=${part%:*}
        QEMU_ARGS+=(
            -chardev "socket,id=$name-link,$address,reconnect-ms=250"
            -device "i2c-passthrough,id=$name,chardev=$name-link,export=$name,address=${part#*:}"
        )
    done
    pin_args "$address"
}

# pin_args ADDRESS: one gpio-passthrough for each word of $PINS, and a link for
# each export in it
pin_args() {
    local word set line links=' '
    for word in ${PINS:-}; do
        set=${word%%.*}
        line=${word#*.}
        if [[ $links != *" $set "* ]]; then
            links+="$set "
            QEMU_ARGS+=(-chardev "socket,id=$set-link,$1,reconnect-ms=250")
        fi
        QEMU_ARGS+=(-device
            "gpio-passthrough,id=${line%:*},chardev=$set-link,export=$set,line=${line%:*},pin=${line##*:}")
    done
}
