#!/bin/bash
# benchwire smbus: every protocol at a part that checks the PEC itself.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/e2e/agent.bash
. tests/e2e/agent.bash
requires "$AGENT" "$TOOL" perl

cat >"$TMP/smbus.conf" <<'END'
[part torture]
model = torture
adapter = sim:rack
address = 0x30

[export torture]
type = i2c
adapter = sim:rack
address = 0x30

[export rack]
type = bench
adapter = sim:rack
END

smbus() {
    "$TOOL" smbus "$@" 2>&1
}

plan 17
agent_start "$TMP/log" -c "$TMP/smbus.conf"

for pec in "" -p; do
    smbus $pec write-word torture 0x30 0xc1 0x1234
    is "a word comes back, low byte first on the bus ($pec)" \
        "$(smbus $pec read-word torture 0x30 0xc1)" 0x1234
    smbus $pec block-write torture 0x30 0xc2 1 2 0xfe
    is "a block comes back with its count ($pec)" \
        "$(smbus $pec block-read torture 0x30 0xc2)" '0x01 0x02 0xfe'
    is "a process call answers ($pec)" \
        "$(smbus $pec process-call torture 0x30 0xc3 0x1234)" 0xedcb
    is "a block process call answers ($pec)" \
        "$(smbus $pec block-call torture 0x30 0xc4 1 2 3)" '0x03 0x02 0x01'
done
smbus i2c-block-write torture 0x30 0x10 7 8 9
is "an I2C block has no count" \
    "$(smbus i2c-block-read torture 0x30 0x11 2)" '0x08 0x09'
smbus send-byte torture 0x30 0xc8
is "a byte received is the byte sent" "$(smbus receive-byte torture 0x30)" 0xc8
is "quick commands find the part" \
    "$(smbus quick-write torture 0x30 && smbus quick-read torture 0x30)" ""
is "the part has seen no wrong PEC" \
    "$("$TOOL" get torture.pec-errors)" 'torture.pec-errors = 0'

like "another address is denied with the one there is" \
    "$(smbus read-byte torture 0x31 0)" 'address 0x30 only'
like "an unknown protocol is answered with those there are" \
    "$(smbus read-dword torture 0x30 0)" 'no SMBus protocol; these are: quick'
like "missing values are answered with the words of the protocol" \
    "$(smbus write-word torture 0x30 1)" \
    'usage: benchwire smbus .-ap. write-word EXPORT ADDRESS COMMAND WORD'
like "quick has no PEC" "$(smbus -p quick-write torture 0x30)" 'leave -p out'
"$TOOL" set torture.refuse 255 >"$TMP/out"
smbus read-byte torture 0x30 0xc0 >"$TMP/out"
is "a read that fails exits with 2, as i2cget" $? 2
