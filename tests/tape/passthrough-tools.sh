#!/bin/bash
# Tools that ask a drive what it is, in a second guest through the agent: what
# tools.sh wants of the drive itself.
#
# time limit: 300 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
BW_TAPE_THROUGH=1 exec bash tests/tape/tools.sh
