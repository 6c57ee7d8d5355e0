/*
 * Big-endian numbers and padded text, as SCSI has them.
 *
 * Callers have checked the room: these are for buffers of fixed layout.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PARTS_TAPE_BYTES_H
#define BENCHWIRE_PARTS_TAPE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* @bytes of @value, the most significant first. */
static inline void bw_put_be(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
    }
}

static inline uint64_t bw_get_be(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes; i++) {
        value = value << 8 | at[i];
    }
    return value;
}

/* @text at the left of @room bytes, spaces behind it; NULL is "". */
static inline void bw_put_text(uint8_t *at, const char *text, size_t room)
{
    size_t length = text ? strlen(text) : 0;

    memset(at, ' ', room);
    memcpy(at, text ? text : "", length < room ? length : room);
}

#endif
