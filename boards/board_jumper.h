/*
 * A wire or a resistor between two pins of the board
 *
 *     -device bw-jumper,a=P14,b=P15
 *
 * Properties: "a", "b": names on the edge connector ("P0"), pins of the SoC
 * ("P0.16"), or QOM paths of nets; "ohms": 1 unless set; "connected": on
 * unless set, and can be changed while the machine runs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_BOARD_JUMPER_H
#define BENCHWIRE_BOARDS_BOARD_JUMPER_H

#include "hw/qdev-core.h"
#include "hw/benchwire/boards/board_net.h"

#define TYPE_BOARD_JUMPER "bw-jumper"
OBJECT_DECLARE_SIMPLE_TYPE(BoardJumper, BOARD_JUMPER)

typedef struct BoardJumperEnd {
    char *name;
    BoardNet *net;
    struct bw_net_source source; /* what the other net does to this one */
    BoardNetListener listener;
} BoardJumperEnd;

struct BoardJumper {
    DeviceState parent_obj;

    BoardJumperEnd end[2];
    uint32_t ohms;
    bool connected;
    QLIST_ENTRY(BoardJumper) link;
};

#endif
