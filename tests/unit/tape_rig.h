/*
 * Files for tests of the tape store: words and records, put one by one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_TAPE_RIG_H
#define BENCHWIRE_TESTS_UNIT_TAPE_RIG_H

#include "lib/tape_store.h"
#include "tape_file.h"

/* A file of @size bytes. */
static inline void tape_rig_file(struct tape_file *f, const void *bytes,
                                 size_t size)
{
    tape_file_init(f);
    if (size > 0) {
        tape_file_put(f, 0, bytes, size);
    }
}

/* Frames, put at the end of the file. */
static inline void tape_rig_word(struct tape_file *f, uint32_t word)
{
    uint8_t bytes[4] = { (uint8_t)word, (uint8_t)(word >> 8),
                         (uint8_t)(word >> 16), (uint8_t)(word >> 24) };

    tape_file_put(f, f->size, bytes, 4);
}

/* A record of any class: @length bytes @fill, padded. */
static inline void tape_rig_record(struct tape_file *f, uint32_t word,
                                   uint8_t fill)
{
    size_t length = word & 0x0fffffff;

    tape_rig_word(f, word);
    for (size_t i = 0; i < length; i++) {
        tape_file_put(f, f->size, &fill, 1);
    }
    if (length & 1) {
        tape_file_put(f, f->size, (const uint8_t *)"", 1);
    }
    tape_rig_word(f, word);
}

#endif
