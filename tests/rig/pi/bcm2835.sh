#!/bin/bash
# Firmware, agent, Linux's i2c-bcm2835 driver and the controller it was made
# for, as far as QEMU has it: the one in a Raspberry Pi.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/../../e2e/machine.bash"
# shellcheck source=tests/rig/pi/pi.bash
. tests/rig/pi/pi.bash

requires build/rig-pi/initramfs build/rig-pi/qemu "$MICROPYTHON"
plan 16
ok "it boots, and its agent serves" rig_up || exit 1
cp "$RIG/boot" "$PI/boot" # for make check-rig-pi to show

like "the kernel is Debian's 6.1 for arm64" "$(tr -d '\r' <"$RIG/console")" \
    '^kernel: 6\.1\.[0-9]+-[0-9]+-arm64 aarch64$'
is "no module failed" "$(grep -ac FAILED "$RIG/console")" 0

transfer() {
    rig_tool i2c transfer "$@" 2>&1
}

failure() {
    transfer "$@" | sed 's/.*failed: //'
}

# bytes FIRST COUNT: as transfer takes and prints them
bytes() {
    local i
    for ((i = 0; i < $2; i++)); do
        printf '0x%02x ' $((($1 + i) & 0xff))
    done | sed 's/ $//'
}

is "the scan finds what is there, and only that" \
    "$(rig_tool i2c detect bus | sed -n 's/^[0-9]0: //p' |
        grep -oE '[0-9a-f]{2}' | tr '\n' ' ')" '48 50 68 '

# TMP105 at power-on: 9 bits, 0.5 degrees; 45.5 is 0x2d80, left-aligned.
# THIGH is 80 degrees, 0x5000.
pi_temperature 45500
is "write, repeated start, read" "$(transfer thermometer w1@0x48 0 r2)" '0x2d 0x80'
is "another register" "$(transfer thermometer w1@0x48 3 r2)" '0x50 0x00'
is "a read alone goes on with it" "$(transfer bus r2@0x48)" '0x50 0x00'

is "nobody at an address" "$(failure bus r1@0x33)" \
    'no part acknowledged the address'
is "nobody at the address of a register read" "$(failure bus w1@0x33 0 r2)" \
    'no part acknowledged the address'
is "an address that the export does not have" \
    "$(failure thermometer r1@0x50)" \
    'this export does not allow that address'

# Two address bytes; longer than the controller's FIFO of 16 bytes
# shellcheck disable=SC2046 # words
ok "64 bytes into the EEPROM" transfer eeprom w66@0x50 0x12 0x40 $(bytes 5 64)
is "and back" "$(transfer eeprom w2@0x50 0x12 0x40 r64)" "$(bytes 5 64)"
# The driver wants the read last.
like "what the driver cannot do is said so" \
    "$(failure bus w1@0x48 0 r2 w1@0x48 3 r2)" 'cannot do'

# MicroPython, as in tests/e2e/micropython.sh: firmware, agent, driver, part
AGENT=${RIG_AGENT#tcp:}
LINKS=1
machine_start "$MICROPYTHON" thermometer:0x48
temperature() {
    repl 'i2c.write(0x48, b"\0", repeat=True); i2c.read(0x48, 2)'
}
is "MicroPython reads the thermometer of the Pi" "$(temperature)" "b'-\\x80'"
pi_temperature 21000
is "and what it measures then" "$(temperature)" "b'\\x15\\x00'"
like "and that nothing else is there" "$(repl 'i2c.read(0x33, 1)')" '^OSError'
