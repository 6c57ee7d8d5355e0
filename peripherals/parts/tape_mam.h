/*
 * Attributes that the drive makes up.  See tape_mam.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PARTS_TAPE_MAM_H
#define BENCHWIRE_PARTS_TAPE_MAM_H

#include "tape_parameter.h"

struct bw_tape_mam_value {
    uint16_t id;
    uint8_t format; /* 0 binary, 1 ASCII, 2 text */
    bool read_only;
    uint16_t length;
    uint8_t bytes[BW_TAPE_MAM_VALUE];
};

/* The one with the least id of at least @id.  False: there is none. */
bool bw_tape_mam_next(struct bw_tape_drive *drive, uint8_t partition,
                      uint16_t id, struct bw_tape_mam_value *out);

#endif
