#!/bin/bash
# The column of docs/i2c-path.md that needs a real kernel: what the firmware
# i2c-torture sees through /dev/i2c-N and the i2c-tiny-usb driver.
#
# time limit: 600 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/../e2e/machine.bash"
# shellcheck source=tests/rig/rig.bash
. tests/rig/rig.bash
# shellcheck source=tests/e2e/i2c-path.bash
. tests/e2e/i2c-path.bash

requires "$RIG_QEMU" build/rig/initramfs
rig_up || exit 1
plan 1

AGENT=$RIG_AGENT
LINKS=2 machine_start "$TORTURE" "${TORTURE_PARTS[@]/#bus:/usb1:}"
column "i2c-dev"
