#!/bin/bash
# A firmware that talks to two parts while everything between it and them
# fails: 100 runs by seed, see faults.py; the agent has the sanitizers. Seeds
# from 101 on are runs of the agent alone, tests/unit/test_fault_runs.c.
#
#   make check-e2e T=faults SEED=17       that run only
#
# SPDX-License-Identifier: GPL-2.0-or-later
BW_BENCHWIRED=build/asan/benchwired
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

IMAGE=build/firmware/tests/faults.hex
RUNS=build/asan/tests/unit/test_fault_runs

requires "$IMAGE" /usr/bin/python3

if [ "${SEED:-0}" -gt 100 ]; then
    requires "$RUNS"
    CMOCKA_MESSAGE_OUTPUT=STDOUT "$RUNS" | sed 's/^/# /'
    ok "the run of seed $SEED" [ "${PIPESTATUS[0]}" -eq 0 ]
    echo 1..1
    exit 0
fi

# one part whole transfers, the other byte by byte
qemu_args "$IMAGE" thermometer:0x48 clock:0x68,exact=on
tests/e2e/faults.py "${SEED:-1-100}" "$TMP" "$AGENT_SOCKET" "$BENCHWIRE" \
    "$BENCHWIRED" "$DESK" "$QEMU" "${QEMU_ARGS[@]}"
