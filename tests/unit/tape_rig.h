/*
 * A tape's file in memory, with what can go wrong: for tests of the store.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_TAPE_RIG_H
#define BENCHWIRE_TESTS_UNIT_TAPE_RIG_H

#include <stdlib.h>
#include <string.h>

#include "lib/tape_store.h"

struct tape_file {
    struct bw_tape_io io;
    uint8_t *bytes;
    size_t size;
    size_t room;
    /* how it behaves */
    size_t limit;         /* bytes it may have; 0: no end */
    bool fixed;           /* truncate is not supported */
    unsigned fail_writes; /* so many writes fail, after @good_writes */
    unsigned good_writes;
    unsigned fail_flushes; /* so many flushes fail, after @good_flushes */
    unsigned good_flushes;
    unsigned lives; /* so many writes and flushes, then all fail; 0: no end */
    bool dead;
    bool stop;
    /* what it was asked for */
    unsigned reads, writes, flushes, truncates;
    /* each write and flush, if set */
    void (*log)(void *opaque, char what, uint64_t offset, const uint8_t *bytes,
                size_t length);
    void *log_opaque;
};

static inline enum bw_tape_result tape_file_size(void *opaque, uint64_t *bytes)
{
    *bytes = ((struct tape_file *)opaque)->size;
    return BW_TAPE_OK;
}

static inline enum bw_tape_result
tape_file_read(void *opaque, uint64_t offset,
               const struct bw_tape_piece *pieces, unsigned count)
{
    struct tape_file *f = opaque;

    f->reads++;
    for (unsigned i = 0; i < count; i++) {
        if (offset > f->size || f->size - offset < pieces[i].length) {
            abort(); /* the store never asks beyond the end */
        }
        if (pieces[i].length > 0) {
            memcpy(pieces[i].bytes, f->bytes + offset, pieces[i].length);
        }
        offset += pieces[i].length;
    }
    return BW_TAPE_OK;
}

static inline void tape_file_put(struct tape_file *f, uint64_t offset,
                                 const uint8_t *bytes, size_t length)
{
    size_t end = (size_t)offset + length;

    if (end > f->room) {
        f->room = end + end / 2;
        f->bytes = realloc(f->bytes, f->room);
    }
    if (end > f->size) {
        memset(f->bytes + f->size, 0, end - f->size);
        f->size = end;
    }
    if (length > 0) {
        memcpy(f->bytes + offset, bytes, length);
    }
}

/* False: the writer was killed before this call. */
static inline bool tape_file_lives(struct tape_file *f)
{
    if (f->lives > 0 && --f->lives == 0) {
        f->dead = true;
    }
    return !f->dead;
}

static inline enum bw_tape_result
tape_file_write(void *opaque, uint64_t offset,
                const struct bw_tape_piece *pieces, unsigned count)
{
    struct tape_file *f = opaque;

    if (!tape_file_lives(f)) {
        return BW_TAPE_IO;
    }
    f->writes++;
    if (offset > f->size || count > BW_TAPE_PIECES) {
        abort(); /* the store leaves no holes */
    }
    if (f->good_writes > 0) {
        f->good_writes--;
    } else if (f->fail_writes > 0) {
        f->fail_writes--;
        return BW_TAPE_IO;
    }
    for (unsigned i = 0; i < count; i++) {
        size_t length = pieces[i].length;

        if (f->limit && offset + length > f->limit) {
            length = offset < f->limit ? (size_t)(f->limit - offset) : 0;
            tape_file_put(f, offset, pieces[i].bytes, length);
            return BW_TAPE_FULL;
        }
        if (f->log) {
            f->log(f->log_opaque, 'w', offset, pieces[i].bytes, length);
        }
        tape_file_put(f, offset, pieces[i].bytes, length);
        offset += length;
    }
    return BW_TAPE_OK;
}

static inline enum bw_tape_result tape_file_flush(void *opaque)
{
    struct tape_file *f = opaque;

    if (!tape_file_lives(f)) {
        return BW_TAPE_IO;
    }
    f->flushes++;
    if (f->fail_flushes > 0 && f->good_flushes > 0) {
        f->good_flushes--;
    } else if (f->fail_flushes > 0) {
        f->fail_flushes--;
        return BW_TAPE_IO;
    }
    if (f->log) {
        f->log(f->log_opaque, 'f', 0, NULL, 0);
    }
    return BW_TAPE_OK;
}

static inline enum bw_tape_result tape_file_truncate(void *opaque,
                                                     uint64_t bytes)
{
    struct tape_file *f = opaque;

    f->truncates++;
    if (f->fixed || f->dead) {
        return BW_TAPE_UNSUPPORTED;
    }
    if (f->log) {
        f->log(f->log_opaque, 't', bytes, NULL, 0);
    }
    if (bytes < f->size) {
        f->size = (size_t)bytes;
    }
    return BW_TAPE_OK;
}

static inline void *tape_file_memory(void *opaque, void *memory, size_t bytes)
{
    (void)opaque;
    if (bytes == 0) {
        free(memory);
        return NULL;
    }
    return realloc(memory, bytes);
}

static inline bool tape_file_stop(void *opaque)
{
    return ((struct tape_file *)opaque)->stop;
}

static inline void tape_file_init(struct tape_file *f, const void *bytes,
                                  size_t size)
{
    memset(f, 0, sizeof(*f));
    f->io = (struct bw_tape_io){
        .opaque = f,
        .size = tape_file_size,
        .read = tape_file_read,
        .write = tape_file_write,
        .flush = tape_file_flush,
        .truncate = tape_file_truncate,
        .memory = tape_file_memory,
        .stop = tape_file_stop,
    };
    if (size > 0) {
        tape_file_put(f, 0, bytes, size);
    }
}

static inline void tape_file_finish(struct tape_file *f)
{
    free(f->bytes);
}

/* Frames, put at the end of the file. */
static inline void tape_file_word(struct tape_file *f, uint32_t word)
{
    uint8_t bytes[4] = { (uint8_t)word, (uint8_t)(word >> 8),
                         (uint8_t)(word >> 16), (uint8_t)(word >> 24) };

    tape_file_put(f, f->size, bytes, 4);
}

/* A record of any class: @length bytes @fill, padded. */
static inline void tape_file_record(struct tape_file *f, uint32_t word,
                                    uint8_t fill)
{
    size_t length = word & 0x0fffffff;

    tape_file_word(f, word);
    for (size_t i = 0; i < length; i++) {
        tape_file_put(f, f->size, &fill, 1);
    }
    if (length & 1) {
        tape_file_put(f, f->size, (const uint8_t *)"", 1);
    }
    tape_file_word(f, word);
}

#endif
