#!/bin/bash
# Every verb of mt, in a second guest through the agent: what mt.sh wants of
# the drive itself, to the last point.
#
# time limit: 600 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
BW_TAPE_THROUGH=1 exec bash tests/tape/mt.sh
