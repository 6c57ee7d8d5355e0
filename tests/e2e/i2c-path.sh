#!/bin/bash
# The table of docs/i2c-path.md: each of its columns is what the firmware
# i2c-torture prints on that backend.
#
# time limit: 600 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"
# shellcheck source=tests/e2e/i2c-path.bash
. "$(dirname "$0")/i2c-path.bash"

plan 5

# The part in QEMU, no agent.
# shellcheck disable=SC2086 # $ICOUNT is words
spawn "$TMP/qemu.err" "$QEMU" -M microbit -display none -monitor none \
    $ICOUNT -device "loader,file=$TORTURE" -device bw-torture \
    -serial "file:$TMP/serial"
MACHINE_PID=$PID
column emulated
machine_stop

ok "the agent starts" agent_start "$TORTURE_BENCH"

LINKS=2 machine_start "$TORTURE" "${TORTURE_PARTS[@]}"
column "whole transfers"
machine_stop

# The same parts on simulated wires: each phase on its own.
agent_stop
ok "the agent starts with wires" \
    agent_start host-agent/benches/torture-wires.conf

LINKS=2 machine_start "$TORTURE" "${TORTURE_PARTS[@]}"
column "byte by byte"
machine_stop
