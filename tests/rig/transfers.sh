#!/bin/bash
# Plain I2C through the agent, /dev/i2c-N and a kernel driver (i2c-tiny-usb).
#
# time limit: 600 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/rig/rig.bash
. tests/rig/rig.bash

requires "$RIG_QEMU" build/rig/initramfs "$RIG_TOOL"
rig_up || exit 1
plan 14

transfer() {
    rig_tool i2c transfer "$@" 2>&1
}

# failure EXPORT WORD...: what the tool says behind the last colon
failure() {
    transfer "$@" | sed 's/.*failed: //'
}

# A write cycle of the EEPROM is 5 ms, in which it does not acknowledge.
written() {
    wait_for 5 rig_tool i2c transfer eeprom w1@0x50 0
}

# eeprom_bytes FIRST COUNT: the numbers from FIRST on, as i2ctransfer prints them
eeprom_bytes() {
    local i
    for ((i = 0; i < $2; i++)); do
        printf '0x%02x ' $((($1 + i) & 0xff))
    done | sed 's/ $//'
}

found() {
    sed -n 's/^[0-9]0: //p' | grep -oE '[0-9a-f]{2}|UU' | tr '\n' ' '
}

is "the scan finds what is there, and only that" \
    "$(rig_tool i2c detect usb1 | found)" '30 48 50 68 '

# 25.25 / 0.0625 = 404 = 0x194, left-aligned in 16 bits; the part converts four
# times a second
temperature_is() {
    [ "$(transfer thermometer w1@0x48 0 r2)" = "$1" ]
}
rig_set usb1 thermometer.temperature 25.25 >"$TMP/out"
ok "write, repeated start, read: a register" \
    wait_for 10 temperature_is '0x19 0x40'
is "a read alone goes on with the same register" \
    "$(transfer usb1 r2@0x48)" '0x19 0x40'
# The clock's register 0x0e is INTCN, RS2 and RS1 alone when it is switched on.
is "three messages in one transfer, two parts" \
    "$(transfer usb1 w1@0x48 0 r2 w1@0x68 0x0e r1 | tr '\n' ' ')" \
    '0x19 0x40 0x1c '

ok "a write without data to a part that is there" transfer usb1 w0@0x48
is "a write without data to nobody" "$(failure usb1 w0@0x33)" \
    'no part acknowledged the address'
is "a read of nobody" "$(failure usb1 r1@0x33)" \
    'no part acknowledged the address'
is "nobody at the first address of a register read" \
    "$(failure usb1 w1@0x33 0 r2)" 'no part acknowledged the address'
is "nobody at the address of the second message" \
    "$(failure usb1 w1@0x48 0 r1@0x33)" 'no part acknowledged the address'

for ((page = 0; page < 256; page += 8)); do
    # shellcheck disable=SC2046 # nine words
    transfer eeprom w9@0x50 $page $(eeprom_bytes $((page + 3)) 8) || break
    written || break
done
is "256 bytes, page by page, and back in one read" \
    "$(transfer eeprom w1@0x50 0 r256)" "$(eeprom_bytes 3 256)"
is "a read as long as a USB request takes" \
    "$(transfer eeprom w1@0x50 0 r4096 | wc -w)" 4096

# A kernel driver owns its address: i2c-tools would say "Device or resource busy"
device=$(rig "sed -n 's,.*/dev/,,p' /tmp/bench.conf | head -n 1")
rig "echo 24c02 0x50 >/sys/bus/i2c/devices/$device/new_device"
is "an address that a kernel driver has bound is refused" \
    "$(failure eeprom w1@0x50 0 r1)" \
    "a kernel driver of the agent's machine uses that address"
is "the scan shows it as i2cdetect does" \
    "$(rig_tool i2c detect usb1 | found)" '30 48 UU 68 '
rig "echo 0x50 >/sys/bus/i2c/devices/$device/delete_device"
is "when the driver has gone, it is free again" \
    "$(transfer eeprom w1@0x50 0 r1)" 0x03
