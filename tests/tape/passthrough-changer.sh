#!/bin/bash
# A tape library in a second guest through the agent: what changer.sh wants of
# the robot and the drive themselves.
#
# time limit: 600 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
BW_TAPE_THROUGH=1 exec bash tests/tape/changer.sh
