#!/bin/bash
# Random operations in a second guest through the agent: what random.sh wants of
# the drive itself, 200 from each seed.
#
# time limit: 900 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
BW_TAPE_THROUGH=1 BW_TAPE_OPERATIONS=${BW_TAPE_OPERATIONS:-200} \
    exec bash tests/tape/random.sh
