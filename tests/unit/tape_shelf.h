/*
 * The files of one cartridge in memory: struct bw_tape_files over tape_file.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_TAPE_SHELF_H
#define BENCHWIRE_TESTS_UNIT_TAPE_SHELF_H

#include "lib/tape_medium.h"
#include "tape_file.h"

struct tape_shelf {
    struct bw_tape_files files;
    struct tape_file file[BW_TAPE_FILE_COUNT];
    bool there[BW_TAPE_FILE_COUNT];
    bool no_place; /* for side files: the tape is not a file of the host's */
    enum bw_tape_result refuse[BW_TAPE_FILE_COUNT]; /* if not BW_TAPE_OK */
};

static inline enum bw_tape_result tape_shelf_open(void *opaque,
                                                  enum bw_tape_file file,
                                                  bool create,
                                                  const struct bw_tape_io **io)
{
    struct tape_shelf *s = opaque;

    if (s->refuse[file] != BW_TAPE_OK) {
        return s->refuse[file];
    }
    if (s->no_place && file != BW_TAPE_FILE_DATA_0) {
        return BW_TAPE_UNSUPPORTED;
    }
    if (!s->there[file] && !create) {
        return BW_TAPE_NOT_FOUND;
    }
    s->there[file] = true;
    *io = &s->file[file].io;
    return BW_TAPE_OK;
}

static inline enum bw_tape_result tape_shelf_remove(void *opaque,
                                                    enum bw_tape_file file)
{
    struct tape_shelf *s = opaque;

    if (!s->there[file]) {
        return BW_TAPE_NOT_FOUND;
    }
    s->there[file] = false;
    s->file[file].size = 0;
    return BW_TAPE_OK;
}

/* With a blank tape on it. */
static inline void tape_shelf_init(struct tape_shelf *s)
{
    memset(s, 0, sizeof(*s));
    s->files.opaque = s;
    s->files.open = tape_shelf_open;
    s->files.remove = tape_shelf_remove;
    for (unsigned i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        tape_file_init(&s->file[i]);
    }
    s->there[BW_TAPE_FILE_DATA_0] = true;
}

/* Returns: bytes of memory that the cartridge has not given back. */
static inline size_t tape_shelf_free(struct tape_shelf *s)
{
    size_t left = 0;

    for (unsigned i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        left += s->file[i].memory;
        tape_file_free(&s->file[i]);
    }
    return left;
}

#endif
