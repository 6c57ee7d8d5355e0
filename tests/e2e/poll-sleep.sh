#!/bin/bash
# A core that sleeps while it polls the TWI (boards/nrf/nrf_doze.h) goes on
# after everything that can happen to it meanwhile: the machine is stopped and
# continued, a debugger comes, steps and leaves, it is reset, it migrates, and
# the part answers at last. tests/firmware/polling.c says that it is alive,
# with interrupts masked and unmasked in turn.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"
IMAGE=build/firmware/tests/polling.elf

requires "$IMAGE" python3
cat >"$TMP/bench.conf" <<BENCH
[part stretcher]
model = stretcher
adapter = sim:desk
address = 0x20

[export stretcher]
type = i2c
adapter = sim:desk
address = 0x20
BENCH
agent_start "$TMP/bench.conf" || exit

EMULATED=(-device "bw-stretcher,id=part,address=0x20")
REMOTE=(-chardev "socket,id=link,path=$AGENT_SOCKET,reconnect-ms=250"
    -device "i2c-passthrough,id=part,chardev=link,export=stretcher,address=0x20,timeout-ms=60000")

# boot OPTION...
boot() {
    rm -f "$TMP/qmp.sock" "$TMP/gdb.sock"
    : >"$TMP/serial"
    : >"$TMP/qemu.log"
    spawn "$TMP/qemu.err" "$QEMU" -M microbit -display none -monitor none \
        -serial "file:$TMP/serial" -kernel "$IMAGE" \
        -qmp "unix:$TMP/qmp.sock,server=on,wait=off" \
        -gdb "unix:$TMP/gdb.sock,server=on,wait=off" \
        -trace bw_nrf_doze -D "$TMP/qemu.log" "$@"
    MACHINE_PID=$PID
    wait_for 10 test -S "$TMP/gdb.sock"
}

qmp() {
    tests/e2e/qmp.py "$TMP/qmp.sock" "$@"
}

slept() {
    grep -c bw_nrf_doze "$TMP/qemu.log"
}

booted_twice() {
    [ "$(grep -c boot "$TMP/serial")" -eq 2 ]
}

sleeps_again() {
    [ "$(slept)" -gt "$1" ]
}

# waits_on NAME: the core goes on to poll and to sleep
waits_on() {
    ok "$1: it says that it waits" serial_later waits
    ok "$1: it sleeps again" wait_for 10 sleeps_again "$(slept)"
}

migrated() {
    qmp hmp "info migrate" | grep -q 'completed'
}

# everything MODE: while the part does not answer
everything() {
    waits_on "$1"
    qmp qmp stop '{}' qmp cont '{}'
    waits_on "$1, stopped and continued"
    ok "$1: a debugger steps it" tests/e2e/rsp.py "$TMP/gdb.sock" -
    waits_on "$1, after a debugger"
    qmp qmp system_reset '{}'
    ok "$1: a reset begins anew" wait_for 10 booted_twice
    waits_on "$1, reset"
}

# An emulated part, without -icount
boot "${EMULATED[@]}"
ok "emulated: writes are done" serial_later 'done'
qmp set /machine/peripheral/part stuck 1
everything emulated
qmp qmp migrate "{\"uri\": \"file:$TMP/state\"}"
ok "emulated: it migrates" wait_for 20 migrated
machine_stop
boot "${EMULATED[@]}" -incoming "file:$TMP/state"
waits_on "emulated, migrated"
qmp set /machine/peripheral/part stuck 0
ok "emulated: the part lets go, writes are done" serial_later 'done'
machine_stop

# A part behind an agent that does not answer, in each run mode
for mode in "-icount shift=6,align=on" "-icount shift=6" \
    "-accel tcg,thread=multi"; do
    # shellcheck disable=SC2086 # words
    boot "${REMOTE[@]}" $mode
    ok "$mode: writes are done" serial_later 'done'
    kill -STOP "$AGENT_PID"
    everything "$mode"
    kill -CONT "$AGENT_PID"
    ok "$mode: the agent answers, writes are done" serial_later 'done'
    machine_stop
done
echo "1..$tap_number"
