# For the tests that prove the table of docs/i2c-path.md, a column each.
# Sourced, after machine.bash.
#
#   torture_done                 i2c-torture has printed all, in $TMP/serial
#   column "simulated"           one test point: that column is what it printed
#
# With BW_WRITE_I2C_PATH=1 the column is written to the document instead.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

TORTURE=build/firmware/i2c-torture.hex
# shellcheck disable=SC2034 # for those who source this
TORTURE_BENCH=host-agent/benches/torture.conf
# The part, with its profile, and the bus around it.
# shellcheck disable=SC2034
TORTURE_PARTS=("torture:0x30,shared=on" "bus:any,general-call=on,shared=on")

requires "$TORTURE" /usr/bin/python3

torture_done() {
    serial_has 'i2c-torture: done' || gone "$MACHINE_PID"
}

# column NAME: at most 180 s for the firmware to end
column() {
    local verb="check"
    [ -z "${BW_WRITE_I2C_PATH:-}" ] || verb="write"
    wait_for 180 torture_done || diag "the firmware did not end in 180 s"
    ok "the table's column \"$1\" is what firmware saw" \
        tests/e2e/i2c_table.py "$verb" "$1" "$TMP/serial"
}
