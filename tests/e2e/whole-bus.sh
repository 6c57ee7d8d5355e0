#!/bin/bash
# i2c-passthrough,address=any: unmodified MicroPython on a whole bus of the
# agent, beside the board's own parts; an address of 10 bits; the general call.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

requires "$MICROPYTHON" /usr/bin/python3
plan 21

cat >"$TMP/bench.conf" <<'end'
[part thermometer]
model = tmp102
adapter = sim:desk
address = 0x48
temperature = 21.5

[part eeprom]
model = 24c02
adapter = sim:desk
address = 0x50

[part hidden]
model = 24c02
adapter = sim:desk
address = 0x51

[part torture]
model = torture
adapter = sim:desk
address = 0x30

[part far]
model = torture
adapter = sim:desk
address = 0x150
ten-bit = yes

[export bus]
type = i2c
adapter = sim:desk
address = any
shared = yes

[export one]
type = i2c
adapter = sim:desk
address = 0x50
shared = yes
end

with() {
    machine_stop
    LINKS=1
    DESK_PARTS=("$@")
    machine_start "$MICROPYTHON"
    repl 1 >/dev/null
}

agent_start "$TMP/bench.conf"

# --- any --------------------------------------------------------------------

with bus:any,shared=on,general-call=on
scan=$(repl 'i2c.scan()')
like "any: every part of the agent's bus is there" "$scan" \
    '\b48\b.*\b72\b.*\b80, 81\b'
like "any: beside the board's own ones" "$scan" '\b14\b.*\b29\b'
is "any: one of them is read" \
    "$(repl 'i2c.write(0x48, b"\0", repeat=True); list(i2c.read(0x48, 2))')" \
    "[21, 128]"
repl 'i2c.write(0x50, bytes([0, 1, 2]))' \
    'i2c.write(0x51, bytes([0, 3, 4]))' 'sleep(10)' >/dev/null
is "any: and two that are alike are two" \
    "$(repl 'i2c.write(0x50, b"\0", repeat=True); list(i2c.read(0x50, 2))' \
        'i2c.write(0x51, b"\0", repeat=True); list(i2c.read(0x51, 2))' |
        tr '\n' ' ')" "[1, 2] [3, 4] "
like "any: an address where nobody is" "$(repl 'i2c.read(0x33, 1)')" OSError

# --- 10 bits ----------------------------------------------------------------

is "10 bits: written and read back" \
    "$(repl 'i2c.write(0x79, bytes([0x50, 0x10, 7, 8, 9]))' \
        'i2c.write(0x79, bytes([0x50, 0x10]), repeat=True); list(i2c.read(0x79, 3))' |
        tail -n 1)" "[7, 8, 9]"
like "10 bits: the transfer says so" "$(cat "$TMP/qemu.log")" \
    'w4@0x150t 0x10 0x07 0x08 0x09'
like "10 bits: the second byte of another address is refused" \
    "$(repl 'i2c.write(0x79, bytes([0x51, 0x10]))')" OSError
like "10 bits: so is a read without the whole address before it" \
    "$(repl 'i2c.read(0x79, 1)')" OSError

# --- general call -----------------------------------------------------------

# The torture parts count general calls, and keep the last byte of them.
calls() {
    repl 'i2c.write(0x30, b"\xfb", repeat=True); list(i2c.read(0x30, 2))' \
        'i2c.write(0x79, bytes([0x50, 0xfb]), repeat=True); list(i2c.read(0x79, 2))' |
        tail -n 2 | tr '\n' ' '
}

is "general call: none yet" "$(calls)" "[0, 0] [0, 0] "
repl 'i2c.write(0, b"\x42")' >/dev/null
like "general call: it is on the adapter's bus" "$(cat "$TMP/qemu.log")" \
    'w1@0x00 0x42'
is "general call: it reaches every part" "$(calls)" "[1, 66] [1, 66] "
repl 'i2c.write(0, b"\x44")' >/dev/null
is "general call: and so does the next, once" "$(calls)" "[2, 68] [2, 68] "
like "general call: nobody can be read by one" "$(repl 'i2c.read(0, 1)')" \
    OSError

with bus:0x150,ten-bit=on,shared=on
is "ten-bit=on: the one part" \
    "$(repl 'i2c.write(0x79, bytes([0x50, 0x10]), repeat=True); list(i2c.read(0x79, 3))')" \
    "[7, 8, 9]"
like "ten-bit=on: and no other" "$(repl 'i2c.scan()')" '^\[14, 29\]$'
repl 'i2c.write(0, b"\x43")' >/dev/null
is "general call: off, it is not" "$(grep -c '@0x00' "$TMP/qemu.log")" 0

# --- mistakes ---------------------------------------------------------------

try() {
    "$QEMU" -M microbit -display none -monitor none -serial none -S \
        -device "i2c-passthrough,$1" 2>&1
}
like "any has no address on the adapter" \
    "$(try device=sim,address=any,hostaddr=0x50)" 'leave hostaddr= and ten-bit='
like "an address that is none" "$(try device=sim,address=0x400)" \
    'address "0x400" is neither a number up to 0x3ff nor "any"'
like "10 bits are asked for" "$(try device=sim,address=0x150)" \
    'up to 0x3ff with ten-bit=on'
like "device= that is empty" "$(try device=,address=0x50)" \
    'device= is empty; name an adapter'
