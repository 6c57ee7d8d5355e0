#!/bin/bash
# Byte by byte, with unmodified MicroPython and the real agent: no byte is read
# that the firmware does not take, a part may hold SCL, and an agent that dies
# in the middle leaves neither firmware nor bus behind.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

requires "$MICROPYTHON" /usr/bin/python3
plan 19

bench() {
    cat <<EOF
[part fifo]
model = fifo
adapter = $1
address = 0x28
level = 40
event = 1

[part stretcher]
model = stretcher
adapter = $1
address = 0x20

[export fifo]
type = i2c
adapter = $1
address = 0x28

[export stretcher]
type = i2c
adapter = $1
address = 0x20

[export values]
type = bench
adapter = $1
EOF
}

value() {
    "$BENCHWIRE" -c "unix:$AGENT_SOCKET" get "$1" | awk '{ print $3 }'
}

# machine MORE: both parts, with these properties
machine() {
    LINKS=2 machine_start "$MICROPYTHON" "fifo:0x28,$1" "stretcher:0x20,$1"
}

# fifo_is_exact HOW: what firmware reads is what the part counts
fifo_is_exact() {
    is "$1: the FIFO's first five bytes" \
        "$(repl 'i2c.write(0x28, b"\3", repeat=True)' 'i2c.read(0x28, 5)')" \
        "b'\\x00\\x01\\x02\\x03\\x04'"
    is "$1: and no more have left it" "$(value fifo.fifo-reads)" 5
    is "$1: the next two follow" \
        "$(repl 'i2c.write(0x28, b"\3", repeat=True)' 'i2c.read(0x28, 2)')" \
        "b'\\x05\\x06'"
    is "$1: the status register, cleared by a read, was not touched" \
        "$(value fifo.status-reads)" 0
    is "$1: bytes read in all" "$(value fifo.reads)" 7
}

bench sim:desk >"$TMP/sim.conf"
bench wires:desk >"$TMP/wires.conf"

agent_start "$TMP/sim.conf"
machine exact=on
fifo_is_exact "exact=on"
machine_stop
agent_stop

agent_start "$TMP/wires.conf"
machine exact=auto
fifo_is_exact "wires"
is "wires: START, bytes and STOP are lists of their own" \
    "$(grep -c 'bw_link_send.* I2C_STEP' "$TMP/qemu.log") $(
        grep -c 'bw_link_send.* I2C_XFER' "$TMP/qemu.log")" '15 0'

# 20 ms after the address and after each byte; two addresses, four bytes
set_value stretcher.byte-stretch 0.02
set_value stretcher.address-stretch 0.02
begin=$(date +%s%N)
answer=$(repl 'i2c.write(0x20, b"\0", repeat=True)' 'len(i2c.read(0x20, 3))')
took=$((($(date +%s%N) - begin) / 1000000))
is "a part that holds SCL is waited for" "$answer" 3
ok "as long as it does (took $took ms)" [ "$took" -ge 120 ]

# In the middle of a transaction: the part holds SCL, the agent waits for it.
set_value stretcher.byte-stretch 0.9
holds=$(value stretcher.holds)
is_stretching() {
    [ "$(value stretcher.holds)" -gt "$holds" ]
}
tests/e2e/repl.py -t 20 "$TMP/serial.sock" 'i2c.read(0x20, 3)' \
    >"$TMP/answer" 2>&1 &
typing=$!
ok "a read is under way" wait_for 10 is_stretching
agent_kill
wait "$typing"
like "the agent killed in mid-transaction: OSError" "$(cat "$TMP/answer")" \
    '^OSError'
agent_start "$TMP/wires.conf"
is_there() {
    [ "$(repl 'i2c.scan()')" = '[14, 29, 32, 40]' ]
}
ok "the parts answer again when the agent is back" wait_for 10 is_there

# The guest is pulled out instead: its transaction ends, others go on.
set_value stretcher.byte-stretch 0.3
holds=$(value stretcher.holds)
tests/e2e/repl.py -t 20 "$TMP/serial.sock" 'i2c.read(0x20, 30)' \
    >"$TMP/answer" 2>&1 &
typing=$!
ok "another read is under way" wait_for 10 is_stretching
kill -KILL "$MACHINE_PID"
MACHINE_PID=
kill "$typing" 2>/dev/null
wait "$typing" 2>/dev/null
transfer() {
    "$BENCHWIRE" -c "unix:$AGENT_SOCKET" i2c transfer fifo w1@0x28 0 r1
}
ok "the bus is free for others" wait_for 10 transfer
is "and the part is where it should be" "$(transfer)" 0xf1
