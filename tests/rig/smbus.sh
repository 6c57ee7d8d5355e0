#!/bin/bash
# Adapters that know SMBus protocols only (i2c-i801, i2c-stub), and the
# protocols as Linux makes them of messages (i2c-tiny-usb).
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
plan 26

smbus() {
    rig_tool smbus "$@" 2>&1
}

transfer() {
    rig_tool i2c transfer "$@" 2>&1 | sed 's/.*failed: //'
}

found() {
    rig_tool i2c detect "$1" | sed -n 's/^[0-9]0: //p' |
        grep -oE '[0-9a-f]{2}|UU' | tr '\n' ' '
}

# One protocol of each kind, its words, and i2cdetect -F's names for the two
# directions it stands for.
PROTOCOLS='quick-write                      quick.command
send-byte 7                      send.byte receive.byte
write-byte 0xc0 7                write.byte read.byte
write-word 0xc1 0x1234           write.word read.word
process-call 0xc3 0x1234         process.call
block-write 0xc2 1 2             block.write
block-read 0xc2                  block.read
block-call 0xc4 1 2              block.process.call
i2c-block-write 8 1 2            I2C.block.write
i2c-block-read 8 2               I2C.block.read'

# refused EXPORT ADDRESS: the protocols that the adapter is said not to do
refused() {
    local words args word
    while read -r -a words; do
        args=()
        for word in "${words[@]}"; do
            case $word in
            *.*) ;;
            *) args+=("$word") ;;
            esac
        done
        smbus "${args[0]}" "$1" "$2" "${args[@]:1}" | grep -q 'cannot do' &&
            echo "${args[0]}"
    done <<<"$PROTOCOLS"
}

# lacking BUS: the same by what the kernel says of the adapter
lacking() {
    local list words name
    list=$(rig "/usr/sbin/i2cdetect -F $1")
    while read -r -a words; do
        for name in "${words[@]}"; do
            case $name in
            *.*) grep -Eiq "^(SMBus )?${name//./ } +no" <<<"$list" &&
                echo "${words[0]}" && break ;;
            esac
        done
    done <<<"$PROTOCOLS"
}

for part in usb1:0x30 i801:0x50 stub:0x50; do
    adapter=$(rig "sed -n '/^\\[export ${part%:*}\\]/,/^adapter/s,.*/dev/i2c-,,p' /tmp/bench.conf")
    is "${part%:*} refuses the protocols that its kernel driver lacks" \
        "$(refused "${part%:*}" "${part#*:}")" "$(lacking "$adapter")"
done

is "the chipset's scan finds its EEPROMs" "$(found i801)" \
    '50 51 52 53 54 55 56 57 '
is "i2c-stub's finds its two" "$(found stub)" '48 50 '

# i801: bytes in an EEPROM of QEMU's
smbus write-byte i801 0x51 0x20 0xa5
is "a byte comes back" "$(smbus read-byte i801 0x51 0x20)" 0xa5
smbus write-word i801 0x51 0x22 0x1234
is "a word comes back" "$(smbus read-word i801 0x51 0x22)" 0x1234
is "its low byte was first" "$(smbus read-byte i801 0x51 0x22)" 0x34
smbus block-write i801 0x52 0x30 9 8 7
is "a block comes back" "$(smbus block-read i801 0x52 0x30)" '0x09 0x08 0x07'
is "a transfer that is a protocol is done as that" \
    "$(transfer i801 w1@0x51 0x20 r1)" 0xa5
is "also with eight bytes" \
    "$(transfer i801 w1@0x51 0x20 r8)" \
    '0xa5 0x00 0x34 0x12 0x00 0x00 0x00 0x00'
transfer i801 w2@0x51 0x20 0x5a
is "and a write of a register" "$(transfer i801 w1@0x51 0x20 r1)" 0x5a
is "a transfer that is none is refused" \
    "$(transfer i801 w2@0x51 0x20 0 r1)" 'the adapter cannot do that'
ok "and the agent's log names it" \
    rig "grep -q 'w2@0x51 0x20 0x00 r1.*-> unsupported' /tmp/agent.log"
is "nobody at an address" "$(transfer i801 w1@0x33 0 r1)" \
    'no part acknowledged the address'

# i2c-stub: registers of 16 bits
smbus write-word stub 0x48 1 0xbeef
is "i2c-stub keeps a word" "$(smbus read-word stub 0x48 1)" 0xbeef
is "a register read of two bytes is a word or a block to it" \
    "$(transfer stub w1@0x48 1 r2)" '0xef 0xbe'
is "nobody at an address of i2c-stub, which says ENODEV" \
    "$(transfer stub w1@0x33 0 r1)" 'no part acknowledged the address'

# usb1: a part that checks the PEC itself, and counts wrong ones
errors=$(rig_get usb1 torture.pec-errors)
for pec in '' -p; do
    smbus $pec write-word usb1 0x30 0xc1 0x4321
    is "a word through messages ${pec:+with PEC}" \
        "$(smbus $pec read-word usb1 0x30 0xc1)" 0x4321
    is "a process call ${pec:+with PEC}" \
        "$(smbus $pec process-call usb1 0x30 0xc3 0x1234)" 0xedcb
    is "a byte sent and received ${pec:+with PEC}" \
        "$(smbus $pec send-byte usb1 0x30 0xc8; smbus $pec receive-byte usb1 0x30)" 0xc8
done
smbus -p block-write usb1 0x30 0xc2 5 6 7
is "a block with its count and PEC arrived" \
    "$(transfer usb1 w1@0x30 0xc2 r4)" '0x03 0x05 0x06 0x07'
is "no PEC was wrong" "$errors" \
    "$(rig_get usb1 torture.pec-errors)"
