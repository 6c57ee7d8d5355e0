/*
 * Where each object of a tape partition is: the position index.
 *
 * Objects are records and tape marks, numbered from 0 as READ POSITION numbers
 * them (SSC-3, 4.2.6, "Logical identifiers").  Neighbouring records of one
 * length make one extent, so that an archive takes a few entries; where each
 * record has another length, up to 256 of them share an extent and take four
 * bytes each.  A record is found by a binary search over the extents, a tape
 * mark too: each extent knows how many marks are before it.
 *
 * The index grows at its end as the tape is written or scanned, and is cut
 * where the tape is overwritten.  It knows the objects below bw_index.count;
 * what is behind is not scanned yet, or is the end of the data
 * (bw_index.complete).
 *
 * The sidecar (tape_index_file.c) is a cache and never more: a header with the
 * length of the tape's file, the offset of its end of data, and checks; the
 * loader proves it against the tape (tape_store.c) and else forgets it.
 *
 * Pure: memory comes from struct bw_tape_io.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_TAPE_INDEX_H
#define BENCHWIRE_LIB_TAPE_INDEX_H

#include "tape_io.h"

enum bw_tape_kind {
    BW_TAPE_KIND_RECORD = 0, /* a good record of 1 byte or more */
    BW_TAPE_KIND_MARK = 1,
    BW_TAPE_KIND_BAD = 2, /* class 8: recorded with an error, or broken */
};

/* One object and its place in the file. */
struct bw_tape_object {
    uint64_t number;
    uint64_t offset; /* of its first framing word */
    uint64_t size;   /* bytes in the file, framing and padding included */
    uint64_t marks;  /* tape marks before it: its logical file */
    uint32_t length; /* data bytes; 0 for a mark */
    enum bw_tape_kind kind;
};

/* Tapes that have no more objects than this are scanned again at once. */
#define BW_INDEX_WORTH_SAVING 256u

/*
 * Objects that follow each other: alike and evenly spaced, or @mixed ones
 * without gaps.  Only tape_index*.c look into it.
 */
struct bw_tape_extent {
    uint64_t number; /* of the first */
    uint64_t offset;
    uint64_t count;
    uint64_t stride; /* from one to the next; @mixed: place in index->mixed */
    uint64_t marks;  /* before the first */
    uint32_t length;
    uint32_t size;
    uint8_t kind;
    bool mixed;
};

struct bw_tape_index {
    const struct bw_tape_io *io; /* for memory only */
    uint64_t count;              /* objects known */
    uint64_t mark_count;         /* tape marks among them */
    uint64_t offset; /* where object @count begins, or the end of the data */
    bool complete;   /* there is none: @offset is the end of the data */
    uint64_t generation; /* goes up with every change */
    /* only for tape_index*.c */
    uint64_t end; /* of the last object */
    struct bw_tape_extent *extents;
    size_t extent_count;
    size_t extent_room;
    uint32_t *mixed; /* one word per object of the mixed extents */
    size_t mixed_count;
    size_t mixed_room;
};

void bw_index_init(struct bw_tape_index *index, const struct bw_tape_io *io);
void bw_index_free(struct bw_tape_index *index);

/**
 * bw_index_add: @count objects alike follow what is known
 * @offset: of the first; not below index->offset (gaps are skipped)
 * @size: bytes of each in the file
 * @length: data bytes of each, 0 for tape marks
 *
 * Returns: BW_TAPE_OK, or BW_TAPE_NO_MEMORY and nothing was added.
 */
enum bw_tape_result bw_index_add(struct bw_tape_index *index,
                                 enum bw_tape_kind kind, uint64_t offset,
                                 uint64_t size, uint32_t length,
                                 uint64_t count);

/**
 * bw_index_cut: forget object @number and all behind it
 * @offset: where it was or is; not before the end of the object before it
 *
 * The index is not complete then: the caller says so if it is.
 */
void bw_index_cut(struct bw_tape_index *index, uint64_t number,
                  uint64_t offset);

/* Returns: false if @number is not among the known. */
bool bw_index_find(const struct bw_tape_index *index, uint64_t number,
                   struct bw_tape_object *out);

/* Tape mark @mark, from 0.  Returns: false if it is not known. */
bool bw_index_mark(const struct bw_tape_index *index, uint64_t mark,
                   struct bw_tape_object *out);

/* How many tape marks are before object @number (known, or the next one). */
uint64_t bw_index_marks_before(const struct bw_tape_index *index,
                               uint64_t number);

/**
 * bw_index_alike: how many objects of the same kind and length, evenly spaced,
 * follow from @number on, itself included; 0 if it is not known
 *
 * There may be more behind them that are alike, too.
 */
uint64_t bw_index_alike(const struct bw_tape_index *index, uint64_t number);

/* Bytes of memory in use. */
size_t bw_index_memory(const struct bw_tape_index *index);

/**
 * bw_index_save: write the sidecar
 * @to: the sidecar's file, whatever is in it
 * @tape_size: bytes of the tape's file now
 * @tape_check: a value by which the tape is known (tape_store.c: a CRC over
 *              its last framing words)
 */
enum bw_tape_result bw_index_save(const struct bw_tape_index *index,
                                  const struct bw_tape_io *to,
                                  uint64_t tape_size, uint32_t tape_check);

/**
 * bw_index_load: read a sidecar; every number in it is checked
 * @tape_size, @tape_check: what it says of the tape; the caller compares
 *
 * Returns: BW_TAPE_OK; BW_TAPE_FOREIGN and an empty index if it is damaged or
 * of another kind or version; BW_TAPE_IO; BW_TAPE_NO_MEMORY.
 */
enum bw_tape_result bw_index_load(struct bw_tape_index *index,
                                  const struct bw_tape_io *from,
                                  uint64_t *tape_size, uint32_t *tape_check);

#endif
