/*
 * A tape's file in memory, for unit tests and fuzzers: struct bw_tape_io.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_TAPE_FILE_H
#define BENCHWIRE_TESTS_UNIT_TAPE_FILE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tape_io.h"

struct tape_file {
    struct bw_tape_io io;
    uint8_t *bytes;
    size_t size;
    size_t room;
    size_t limit; /* bytes the host has space for; 0: no end */
    bool fixed;   /* cannot be cut */
    unsigned writes;
    unsigned flushes;
    int fail_after;        /* calls that move data until one fails; -1: none */
    unsigned fail_writes;  /* so many of the next writes fail */
    unsigned fail_flushes; /* and of the next flushes, after @good_flushes */
    unsigned good_flushes;
    bool stop; /* long scans are to end */
    unsigned reads;
    /* told of each piece that is written ('w'), flush ('f') and cut ('t') */
    void (*log)(void *opaque, char what, uint64_t offset, const uint8_t *bytes,
                size_t length);
    void *log_opaque;
    size_t memory; /* bytes of memory in use, and the most there were */
    size_t memory_peak;
};

static inline enum bw_tape_result tape_file_turn(struct tape_file *f)
{
    if (f->fail_after == 0) {
        return BW_TAPE_IO;
    }
    f->fail_after -= f->fail_after > 0;
    return BW_TAPE_OK;
}

static inline void tape_file_tell(struct tape_file *f, char what,
                                  uint64_t offset, const uint8_t *bytes,
                                  size_t length)
{
    if (f->log) {
        f->log(f->log_opaque, what, offset, bytes, length);
    }
}

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
    enum bw_tape_result result = tape_file_turn(f);

    f->reads++;
    for (unsigned i = 0; i < count && result == BW_TAPE_OK; i++) {
        if (offset > f->size || pieces[i].length > f->size - offset) {
            abort(); /* the interface forbids it */
        }
        if (pieces[i].length > 0) {
            memcpy(pieces[i].bytes, f->bytes + offset, pieces[i].length);
        }
        offset += pieces[i].length;
    }
    return result;
}

static inline void tape_file_grow(struct tape_file *f, size_t size)
{
    if (size > f->room) {
        f->room = size + size / 2 + 4096;
        f->bytes = realloc(f->bytes, f->room);
        if (!f->bytes) {
            abort();
        }
    }
    if (size > f->size) {
        f->size = size;
    }
}

/* Bytes at @offset; zeros between the end and it, if there is room. */
static inline void tape_file_put(struct tape_file *f, uint64_t offset,
                                 const uint8_t *bytes, size_t length)
{
    size_t at = f->size;

    tape_file_grow(f, (size_t)offset + length);
    for (; at < offset; at++) {
        f->bytes[at] = 0;
    }
    if (length > 0) {
        memcpy(f->bytes + offset, bytes, length);
    }
}

static inline enum bw_tape_result
tape_file_write(void *opaque, uint64_t offset,
                const struct bw_tape_piece *pieces, unsigned count)
{
    struct tape_file *f = opaque;
    enum bw_tape_result result = tape_file_turn(f);

    if (offset > f->size || count > BW_TAPE_PIECES) {
        abort(); /* a hole, or more than the host takes */
    }
    f->writes++;
    if (f->fail_writes > 0) {
        f->fail_writes--; /* any part of it may be written */
        tape_file_put(f, offset, pieces[0].bytes, pieces[0].length / 2);
        return BW_TAPE_IO;
    }
    for (unsigned i = 0; i < count && result == BW_TAPE_OK; i++) {
        size_t length = pieces[i].length;

        if (f->limit && offset + length > f->limit) {
            length = offset < f->limit ? (size_t)(f->limit - offset) : 0;
            result = BW_TAPE_FULL; /* but for what fits */
        }
        tape_file_tell(f, 'w', offset, pieces[i].bytes, length);
        tape_file_put(f, offset, pieces[i].bytes, length);
        offset += length;
    }
    return result;
}

static inline enum bw_tape_result tape_file_flush(void *opaque)
{
    struct tape_file *f = opaque;
    enum bw_tape_result result = tape_file_turn(f);

    f->flushes++;
    if (f->fail_flushes > 0 && f->good_flushes > 0) {
        f->good_flushes--;
    } else if (f->fail_flushes > 0) {
        f->fail_flushes--;
        return BW_TAPE_IO;
    }
    if (result == BW_TAPE_OK) {
        tape_file_tell(f, 'f', 0, NULL, 0);
    }
    return result;
}

static inline enum bw_tape_result tape_file_truncate(void *opaque,
                                                     uint64_t bytes)
{
    struct tape_file *f = opaque;

    if (f->fixed) {
        return BW_TAPE_UNSUPPORTED;
    }
    if (bytes > f->size) {
        abort(); /* only shorter */
    }
    if (f->fail_after != 0) {
        tape_file_tell(f, 't', bytes, NULL, 0);
        f->size = bytes;
    }
    return BW_TAPE_OK;
}

static inline bool tape_file_stop(void *opaque)
{
    return ((struct tape_file *)opaque)->stop;
}

/* Each block has its size in front. */
static inline void *tape_file_memory(void *opaque, void *memory, size_t bytes)
{
    struct tape_file *f = opaque;
    size_t *block = memory ? (size_t *)memory - 2 : NULL;
    size_t had = block ? *block : 0;

    if (bytes == 0) {
        f->memory -= had;
        free(block);
        return NULL;
    }
    block = realloc(block, bytes + 2 * sizeof(size_t));
    if (!block) {
        return NULL;
    }
    *block = bytes;
    f->memory += bytes - had;
    if (f->memory > f->memory_peak) {
        f->memory_peak = f->memory;
    }
    return block + 2;
}

static inline void tape_file_init(struct tape_file *f)
{
    *f = (struct tape_file){
        .io = {
            .opaque = f,
            .size = tape_file_size,
            .read = tape_file_read,
            .write = tape_file_write,
            .flush = tape_file_flush,
            .truncate = tape_file_truncate,
            .memory = tape_file_memory,
            .stop = tape_file_stop,
        },
        .fail_after = -1,
    };
}

static inline void tape_file_free(struct tape_file *f)
{
    free(f->bytes);
    f->bytes = NULL;
    f->size = 0;
    f->room = 0;
}

#endif
