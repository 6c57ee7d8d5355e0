#!/bin/bash
# How many bytes a part sees read, with unmodified MicroPython in front of it
# and the agent between: the part "fifo" counts reads of its FIFO and of its
# clear-on-read status.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

requires "$MICROPYTHON" /usr/bin/python3
plan 37

cat >"$TMP/bench.conf" <<'end'
[part fifo]
model = fifo
adapter = sim:desk
address = 0x28
level = 64

[export guessed]
type = i2c
adapter = sim:desk
address = 0x28
profile = none
shared = yes

[export profiled]
type = i2c
adapter = sim:desk
address = 0x28
shared = yes

[export bench]
type = bench
adapter = sim:desk
end

# A length that the user knows
cat >"$TMP/five.profile" <<'end'
profile 1
part fifo
clear 0x01
fifo 0x03
read 0x03 5
end

value() {
    "$BENCHWIRE" -c "unix:$AGENT_SOCKET" get "$1" | grep -oE '[0-9]+' | head -n 1
}

# with EXPORT OPTIONS: a machine whose only part is that
with() {
    machine_stop
    LINKS=1
    DESK_PARTS=("$1:0x28,shared=on$2")
    machine_start "$MICROPYTHON"
    repl 1 >/dev/null # it has booted and looked for its sensors
}

# read_fifo COUNT, read_regs FIRST COUNT: what firmware gets, as [1, 2]
read_fifo() {
    read_regs 3 "$1"
}

read_regs() {
    repl "i2c.write(0x28, bytes([$1]), repeat=True); list(i2c.read(0x28, $2))"
}

# property NAME: of the device
property() {
    tests/e2e/qmp.py "$QMP_SOCKET" get "/machine/peripheral/${DESK_PARTS[0]%:*}" \
        "$1"
}

# What the agent was told is what the device has counted.
agent_knows() {
    [ "$("$BENCHWIRE" -c "unix:$AGENT_SOCKET" stats profiled |
        sed -nE 's/.*over-read ([0-9]+) bytes.*/\1/p')" = "$(property over-read)" ]
}

# counted NAME COUNTER WANTED COMMAND...: the counter grows by so many
counted() {
    local name=$1 counter=$2 wanted=$3 before
    shift 3
    before=$(value "$counter")
    "$@" >"$TMP/read"
    is "$name" "$(($(value "$counter") - before))" "$wanted"
}

agent_start "$TMP/bench.conf" -l debug

# transfers REGEX: how many there are in the trace that match
transfers() {
    grep -c "bw_i2c_passthrough_xfer.*$1" "$TMP/qemu.log"
}

# --- known: the controller says how long -----------------------------------

LINKS=1
DESK_PARTS=("guessed:0x28,shared=on,strict=on")
before=$(value fifo.fifo-reads)
machine_start build/firmware/tests/fifo.hex
ok "known: the firmware has come to its end" wait_for 10 serial_has '1\.\.8'
is "known: it got the bytes one after the other" \
    "$(grep -c '^ok' "$TMP/serial")" 8
is "known: not one byte too many" \
    "$(($(value fifo.fifo-reads) - before))" 4
is "known: one transfer each" "$(transfers 'w1@0x28 0x03 r1')" 4
set_value fifo.level 0 # so that it is full again, from 4 on
set_value fifo.level 64

# --- learned: too many once for each register that is new ------------------

next=64 # what the FIFO's counter is at
with guessed ,read-ahead=8
counted "learned: the first read of 5 takes 8 from the FIFO" \
    fifo.fifo-reads 8 read_fifo 5
is "learned: firmware got the first five" "$(cat "$TMP/read")" "[$((next)), $((next + 1)), $((next + 2)), $((next + 3)), $((next + 4))]"
counted "learned: the second one takes 5" fifo.fifo-reads 5 read_fifo 5
is "learned: three bytes are gone for good" "$(cat "$TMP/read")" \
    "[$((next + 8)), $((next + 9)), $((next + 10)), $((next + 11)), $((next + 12))]"
counted "learned: and so on" fifo.fifo-reads 5 read_fifo 5
counted "learned: a register that is new: too many once more" \
    fifo.reads 8 read_regs 0 2
counted "learned: not twice" fifo.reads 2 read_regs 0 2
is "learned: each wrong one is in the trace, none of the others" \
    "$(grep -c bw_i2c_passthrough_mispredicted "$TMP/qemu.log")" 2
like "learned: with register, guess and truth" "$(cat "$TMP/qemu.log")" \
    'mispredicted r@0x28 after 0x03: predicted 8 taken 5'

# --- with the profile that the agent has for this model --------------------

set_value fifo.level 64
with profiled ""
like "profile: the agent's is used" "$(cat "$TMP/qemu.log")" \
    'bw_i2c_passthrough_profile .*profile of fifo'
counted "profile: the first read of 5 takes 5" fifo.fifo-reads 5 read_fifo 5
next=$(sed -E 's/\[([0-9]+),.*/\1/' "$TMP/read")
counted "profile: the second one takes 5" fifo.fifo-reads 5 read_fifo 5
is "profile: not one byte has gone astray" "$(cat "$TMP/read")" \
    "[$((next + 5)), $((next + 6)), $((next + 7)), $((next + 8)), $((next + 9))]"
counted "profile: reading the ID does not clear the status behind it" \
    fifo.status-reads 0 read_regs 0 1
set_value fifo.event 1
counted "profile: reading level and FIFO: one byte of that" \
    fifo.fifo-reads 1 read_regs 2 2
counted "profile: from the ID on: the status once" \
    fifo.status-reads 1 read_regs 0 2
is "profile: and firmware sees the event, and data" "$(cat "$TMP/read")" \
    "[241, 9]"
is "profile: nothing was over-read" "$(property over-read)" 0
is "profile: a read of plain registers" "$(read_regs 16 8)" \
    "[0, 0, 0, 0, 0, 0, 0, 0]"
is "profile: is one transfer" "$(transfers 'w1@0x28 0x10 r')" 1
is "profile: without a register number it goes on where firmware stopped" \
    "$(repl 'i2c.write(0x28, bytes([0x1c, 7, 8, 9, 10]))' \
        'i2c.write(0x28, b"\x1c", repeat=True); list(i2c.read(0x28, 2))' \
        'list(i2c.read(0x28, 2))' | tail -n 2 | tr '\n' ' ')" \
    "[7, 8] [9, 10] "

ok "profile: harmless ones are counted as well" test "$(property over-read)" -gt 0
ok "profile: and the agent is told" wait_for 5 agent_knows

# --- a length that the user states, in strict mode -------------------------

with guessed ",strict=on,profile=$TMP/five.profile"
counted "stated: a read of 5 takes 5" fifo.fifo-reads 5 read_fifo 5
is "stated: in one transfer" "$(transfers 'w1@0x28 0x03 r5')" 1
is "stated: nothing was mispredicted" \
    "$(grep -c bw_i2c_passthrough_mispredicted "$TMP/qemu.log")" 0

# --- strict, and nobody knows ----------------------------------------------

with guessed ,strict=on
counted "strict: a read that nobody knows the length of is not made" \
    fifo.reads 0 read_fifo 5
like "strict: firmware sees an error" "$(cat "$TMP/read")" 'OSError'
read_fifo 5 >/dev/null
is "strict: one line for it" \
    "$(grep -c 'strict=on refuses the read r@0x28 after 0x03' "$TMP/qemu.err")" 1
like "strict: with the cure" "$(cat "$TMP/qemu.err")" 'give profile=NAME'

# --- mistakes ---------------------------------------------------------------

try() {
    "$QEMU" -M microbit -display none -monitor none -serial none -S \
        -device "i2c-passthrough,device=sim,address=0x28,$1" 2>&1
}
echo 'profile 1' >"$TMP/bad.profile"
echo 'fifa 3' >>"$TMP/bad.profile"
like "a mistake in a profile: file, line and cause" \
    "$(try "profile=$TMP/bad.profile")" 'bad\.profile:2: not a keyword'
like "a profile that is not there" "$(try profile=nowhere)" \
    'there is no profile "nowhere"; name a delivered one'
sed "s,profile = none,profile = $TMP/bad.profile," "$TMP/bench.conf" \
    >"$TMP/bad.conf"
like "the agent does not start with one either" \
    "$("$BENCHWIRED" -c "$TMP/bad.conf" -u "$TMP/bad.sock" 2>&1)" \
    'bad\.profile:2: not a keyword'
