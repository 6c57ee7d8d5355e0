# Which QEMU this project accepts; sourced by the scripts of this folder.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

# shellcheck disable=SC2034 # used by the script that sources this
QEMU_SERIES=10.0            # any QEMU_SERIES.x is accepted
