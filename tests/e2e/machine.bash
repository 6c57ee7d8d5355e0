# For the end-to-end tests: functions.sh, an agent on the simulated bench and
# a machine whose serial port is a socket.  Sourced.
#
#   machine_start FIRMWARE [PART...]   PART as in scripts/machine.sh
#   repl 'i2c.scan()'                  what MicroPython prints
#
# Logs: $TMP/agent.log (debug), $TMP/qemu.log (traces), $TMP/serial.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

# shellcheck source=tests/functions.sh
. "$(dirname "${BASH_SOURCE[0]}")/../functions.sh"
# shellcheck source=scripts/machine.sh
. scripts/machine.sh

# shellcheck disable=SC2034 # for those who source this
DESK=host-agent/benches/desk.conf
# shellcheck disable=SC2034
MICROPYTHON=build/micropython.hex
MACHINE_PID=

requires "$QEMU" "$BENCHWIRED" "$BENCHWIRE"
machine_init "$TMP"
cleanup_fn agent_stop
cleanup_fn machine_stop

machine_stop() {
    end_process "$MACHINE_PID"
    MACHINE_PID=
}

# machine_start FIRMWARE [PART...]: serial port at $TMP/serial.sock, its
# output also in $TMP/serial, bus and link traces in $TMP/qemu.log
machine_start() {
    qemu_args "$@"
    rm -f "$TMP/serial.sock" "$TMP/qemu.log"
    : >"$TMP/serial"
    spawn "$TMP/qemu.err" "$QEMU" "${QEMU_ARGS[@]}" -monitor none \
        -chardev "socket,id=serial,path=$TMP/serial.sock,server=on,wait=off,logfile=$TMP/serial" \
        -serial chardev:serial \
        -trace 'bw_link_*' -trace 'bw_i2c_passthrough_*' \
        -trace bw_nrf51_gpio_write -trace bw_nrf51_gpio_level \
        -D "$TMP/qemu.log"
    MACHINE_PID=$PID
    wait_for 10 links_ready || diag "the links did not come up in 10 s"
}

# All the machine's links are up, or the machine is gone.
links_ready() {
    local up
    [ -S "$TMP/serial.sock" ] || gone "$MACHINE_PID" || return
    up=$(grep -c 'bw_link_state.* ready' "$TMP/qemu.log" 2>/dev/null)
    [ "${up:-0}" -ge "${LINKS:-3}" ] || gone "$MACHINE_PID"
}

# repl LINE...: 20 s for all of them
repl() {
    tests/e2e/repl.py "$TMP/serial.sock" "$@"
}

# serial_has REGEX: a whole line of the serial output matches
serial_has() {
    tr -d '\r' <"$TMP/serial" | grep -Exq -- "$1"
}

# serial_later REGEX: a line that comes after this call
serial_later() {
    local lines
    lines=$(wc -l <"$TMP/serial")
    wait_for 10 serial_after "$lines" "$1"
}

serial_after() {
    tail -n "+$(($1 + 1))" "$TMP/serial" | tr -d '\r' | grep -Exq -- "$2"
}

set_value() {
    "$BENCHWIRE" -c "unix:$AGENT_SOCKET" set "$1" "$2" >/dev/null
}
