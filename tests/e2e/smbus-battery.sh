#!/bin/bash
# Firmware reads a smart battery with PEC through smbus-passthrough and the
# agent: each protocol is one request, and no byte of a block is too many.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

FIRMWARE=build/firmware/smbus-battery.hex
requires "$FIRMWARE"
plan 8

battery_start() {
    DESK_PARTS=()
    qemu_args "$FIRMWARE"
    rm -f "$TMP/qemu.log"
    : >"$TMP/serial"
    spawn "$TMP/qemu.err" "$QEMU" "${QEMU_ARGS[@]}" -monitor none \
        -chardev "file,id=serial,path=$TMP/serial" -serial chardev:serial \
        -chardev "socket,id=smbus,path=$AGENT_SOCKET,reconnect-ms=100" \
        -device smbus-passthrough,id=part,chardev=smbus,export=battery,address=0x0b,pec=on \
        -qmp "unix:$TMP/qmp.sock,server=on,wait=off" \
        -trace 'bw_link_*' -trace 'bw_i2c_passthrough_*' -D "$TMP/qemu.log"
    MACHINE_PID=$PID
}

# What the device has counted, as benchwire stats prints it
counted() {
    tests/e2e/qmp.py "$TMP/qmp.sock" \
        get /machine/peripheral/part over-read \
        get /machine/peripheral/part under-read \
        get /machine/peripheral/part mispredicted |
        xargs printf 'over-read %s bytes, under-read %s, mispredicted %s\n'
}

agent_knows() {
    local counts
    counts=$(counted)
    [[ $counts != *"under-read 0,"* ]] &&
        "$BENCHWIRE" -c "unix:$AGENT_SOCKET" stats battery | grep -F "$counts"
}

served() {
    grep -E "SMBus $1" "$TMP/agent.log"
}

agent_start host-agent/benches/samples.conf -l debug
battery_start
ok "the maker's name comes as a block, and its PEC is right" \
    wait_for 20 serial_has 'battery: maker "Benchwire"'
ok "words and a write come through" wait_for 20 \
    serial_has 'battery: 11\.100 V, -500 mA, 80 %, 25\.0 C, empty in 401 min'
set_value battery.charge 20
ok "the alarm that firmware has set is the part's" \
    wait_for 20 serial_has 'battery: .* 20 %.*, low'
like "the agent was asked for a block with PEC" \
    "$(served 'block read@0x0b 0x20')" 'PEC -> ok 0x42 0x65 0x6e 0x63 0x68'
like "and for a word written with PEC" \
    "$(served 'write word@0x0b 0x01')" '0x01 0xe8 0x03, PEC -> ok'
is "no transfer but SMBus protocols was asked for" \
    "$(grep -c 'bw_link_send.* I2C_XFER' "$TMP/qemu.log")" 0
# Each command is tried once as a shorter form, and known from then on.
is "no command is tried twice" "$(served '.* -> pec' |
    sed -E 's/.*SMBus ([^,]*).*/\1/' | sort | uniq -d | wc -l)" 0
ok "benchwire stats shows what the device has counted" wait_for 10 agent_knows
