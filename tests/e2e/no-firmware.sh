#!/bin/bash
# -M microbit with nothing in its flash: a warning, and no crash.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
QEMU=build/qemu/qemu-system-arm
requires "$QEMU" timeout

plan 5

# board ARGUMENT...: the monitor's commands come from standard input
board() {
    timeout 20 "$QEMU" -M microbit -display none -serial null \
        -monitor stdio "$@" 2>&1
}

text=$(printf 'info registers\nquit\n' | board)
is "a blank board starts and quits" "$?" 0
like "it says what is missing" "$text" 'no firmware in flash.*-device loader'

text=$(printf 'system_reset\nsystem_reset\nquit\n' | board)
is "it says so once" "$(grep -c 'no firmware' <<<"$text")" 1

# stack 0x20004000, reset vector 8, and there a branch to itself
printf '\x00\x40\x00\x20\x09\x00\x00\x00\xfe\xe7' >"$TMP/loop.bin"
text=$(printf 'info registers\nquit\n' |
    board -device loader,file="$TMP/loop.bin",addr=0,force-raw=on)
is "with an image there is no warning" "$(grep -c 'no firmware' <<<"$text")" 0
like "and its reset vector is taken" "$text" 'R15=00000008'
