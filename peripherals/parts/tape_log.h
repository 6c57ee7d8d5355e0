/*
 * Log pages as they are put together.  See tape_log.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PARTS_TAPE_LOG_H
#define BENCHWIRE_PARTS_TAPE_LOG_H

#include "tape_parameter.h"

#define BW_TAPE_LOG_ROOM 1024u

/* Parameter control bytes: lists of binary numbers and of text. */
#define BW_TAPE_LOG_BINARY 0x03
#define BW_TAPE_LOG_TEXT   0x01

struct bw_tape_log {
    uint8_t bytes[BW_TAPE_LOG_ROOM];
    size_t used;    /* the header too */
    uint16_t first; /* parameters below it are left out */
};

void bw_tape_log_bytes(struct bw_tape_log *log, uint16_t code, uint8_t control,
                       const uint8_t *value, size_t length);
/* What @length bytes cannot hold is told as the most that they can. */
void bw_tape_log_number(struct bw_tape_log *log, uint16_t code, uint64_t value,
                        unsigned length);
/* tape_log_volume.c */
void bw_tape_log_volume(struct bw_tape_drive *drive, struct bw_tape_log *log);

#endif
