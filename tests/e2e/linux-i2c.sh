#!/bin/bash
# Firmware reads a part through -chardev linux-i2c: no agent, no second
# process. The adapter is the simulated one that needs no hardware.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

requires build/firmware/thermometer.hex
plan 3

# TMP102 at power-on and this model's default: 25 degrees
# shellcheck disable=SC2086 # $ICOUNT is words
spawn "$TMP/qemu.err" "$QEMU" -M microbit -display none -monitor none $ICOUNT \
    -device loader,file=build/firmware/thermometer.hex \
    -serial "file:$TMP/serial" -qmp "unix:$QMP_SOCKET,server=on,wait=off" \
    -chardev linux-i2c,id=part,device=sim,address=0x48 \
    -device i2c-passthrough,chardev=part,address=0x48
ok "the thermometer prints what the part measures" \
    wait_for 10 serial_has 'temperature 25\.00 C'
like "the monitor names adapter and address" \
    "$(tests/e2e/qmp.py "$QMP_SOCKET" hmp 'info chardev' 2>&1)" \
    'linux-i2c:sim,address=0x48'
fails "nothing was complained about" grep -q warning "$TMP/qemu.err"
