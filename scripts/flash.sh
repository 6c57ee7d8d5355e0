#!/bin/bash
# Program a micro:bit as copying a file to it does.
#
# usage: make flash FW=FILE [FLASH=FILE]
#
#   FW      .hex, .elf or .bin
#   FLASH   file that keeps the board's flash: what is programmed if no board
#           runs (make run)
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"
cd "$BW_ROOT" || exit
. scripts/machine.sh

NO_BOARD=2 # exit status of benchwire flash

[ -n "${FW:-}" ] || die "name the program: make flash FW=FILE"
[ -x "$BENCHWIRE" ] || die "$BENCHWIRE is not built; type: make agent"
machine_init "${BW_RUN_DIR:-build/run}" || exit

if [ -S "$QMP_SOCKET" ]; then
    status=0
    text=$("$BENCHWIRE" flash -b "$QMP_SOCKET" "$FW" 2>&1) || status=$?
    if [ "$status" -ne "$NO_BOARD" ]; then
        echo "$text"
        exit "$status"
    fi
fi
[ -n "${FLASH:-}" ] ||
    die "no board runs; start one with make run, or name the file that keeps its flash: make flash FW=$FW FLASH=FILE"
"$BENCHWIRE" flash -b "$FLASH" "$FW"
