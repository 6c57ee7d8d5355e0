#!/bin/bash
# tar, cpio and dump in a second guest through the agent: what archives.sh wants
# of the drives themselves, on lsi53c895a, and its archive over two cartridges
# on virtio-scsi.
#
# time limit: 900 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
BW_TAPE_THROUGH=1 BW_ARCHIVE_DRIVES=l0 exec bash tests/tape/archives.sh
