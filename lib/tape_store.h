/*
 * One tape partition in a SIMH .tap file.
 *
 * Source: "SIMH Magtape Representation and Handling", R. M. Supnik, 17 January
 * 2022.  Every class of word is read: good and bad records, private and
 * reserved ones, descriptions, markers, gaps and half-gaps; good records, tape
 * marks and the end-of-medium marker are written, which every reader of the
 * format knows.
 *
 * The head stands between two objects.  Writing at a place makes it the end of
 * the data, as a drive does: what was behind is gone.
 *
 * What a crash leaves (docs/tape.md, "After a crash"): everything that was
 * written before the last bw_tape_commit() that returned BW_TAPE_OK, and then
 * the end.  The marker at the end of what is committed stays where it is while
 * more is appended behind it, and is replaced by the first header of the new
 * data only when all of that is on the disk.  The first write after a move
 * marks the new end and cuts the file before anything else, so that no old
 * bytes can be taken for new ones.  Zeros beyond the last valid object are
 * never taken for tape marks.
 *
 * Pure: the file, memory and the end of long scans come from struct bw_tape_io.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_TAPE_STORE_H
#define BENCHWIRE_LIB_TAPE_STORE_H

#include "tape_index.h"

/* A record's greatest length, bytes: 28 bits, held down for memory's sake. */
#define BW_TAPE_RECORD_MAX (16u << 20)
/* Small records are gathered up to so many bytes before they are written. */
#define BW_TAPE_STAGING (1u << 20)

struct bw_tape_options {
    bool read_only;
    bool unpadded;     /* odd records without a byte of padding (E11) */
    bool gather;       /* write-behind: small records wait in memory */
    uint64_t capacity; /* bytes of data, marks counted too; 0: no end */
    uint64_t warning;  /* early warning so many bytes before the capacity */
};

/* What opening found, for the user. */
struct bw_tape_verdict {
    enum bw_tape_result result;
    uint64_t offset;  /* where the file stops making sense, or its end */
    uint64_t objects; /* before that; as far as was looked */
    char text[160];   /* one sentence: "", or what is wrong and the cure */
};

struct bw_tape_place {
    uint64_t object; /* of the one that follows the head */
    uint64_t marks;  /* tape marks before the head: the logical file */
    bool bop;
    bool warning; /* in the early-warning zone, or behind the capacity */
};

struct bw_tape_store;

/**
 * bw_tape_open: take a file as a tape; the head is at its beginning
 *
 * An empty file is a blank tape.  At most a few words are read: the rest of a
 * tape is scanned when a command first needs it.  A file that begins with 64
 * KiB of zeros is none (BW_TAPE_FOREIGN): as a tape it would be one tape mark
 * after the other.
 *
 * Returns: NULL if there is no memory for it; else a store that must be
 * closed, with its state in @verdict (a FOREIGN one does nothing).
 */
struct bw_tape_store *bw_tape_open(const struct bw_tape_io *io,
                                   const struct bw_tape_options *options,
                                   struct bw_tape_verdict *verdict);

/* Without a commit: what was not committed may be lost. */
void bw_tape_close(struct bw_tape_store *store);

/*
 * Take the positions from a sidecar, if it is this tape's; else do nothing.
 * The sidecar stays open as long as the store, which makes it empty before the
 * tape is written to: a crash must not leave one that is not the tape's.
 */
enum bw_tape_result bw_tape_load_index(struct bw_tape_store *store,
                                       const struct bw_tape_io *from);
/* The sidecar is going to be closed or removed before the store is closed. */
void bw_tape_drop_index(struct bw_tape_store *store);
/* After a commit.  BW_TAPE_OK also when nothing has changed since. */
enum bw_tape_result bw_tape_save_index(struct bw_tape_store *store,
                                       const struct bw_tape_io *to);

void bw_tape_place(const struct bw_tape_store *store,
                   struct bw_tape_place *out);
const struct bw_tape_index *bw_tape_index(const struct bw_tape_store *store);
void bw_tape_set_limits(struct bw_tape_store *store, uint64_t capacity,
                        uint64_t warning);
/* Bytes used up to the end of the data as far as it is known; of capacity. */
uint64_t bw_tape_used(const struct bw_tape_store *store);

/**
 * bw_tape_peek: the object that the head would read next
 *
 * Returns: BW_TAPE_OK and *@out; BW_TAPE_EOD; BW_TAPE_IO; BW_TAPE_NO_MEMORY.
 */
enum bw_tape_result bw_tape_peek(struct bw_tape_store *store,
                                 struct bw_tape_object *out);

/**
 * bw_tape_read: read the next object and move behind it
 * @room: bytes that @data takes; more of the record is passed over
 * @out: the object that was read, also with BW_TAPE_BAD
 *
 * Returns: BW_TAPE_OK; BW_TAPE_MARK, behind it now; BW_TAPE_BAD, behind it
 * now; BW_TAPE_EOD or BW_TAPE_IO, not moved.
 */
enum bw_tape_result bw_tape_read(struct bw_tape_store *store, uint8_t *data,
                                 size_t room, struct bw_tape_object *out);

/**
 * bw_tape_read_blocks: read up to @count records of exactly @length bytes
 * @done: how many were read and passed
 *
 * Stops before the first object that is none.  Returns: BW_TAPE_OK, also if
 * it stopped early (bw_tape_peek tells why); BW_TAPE_IO; BW_TAPE_NO_MEMORY.
 */
enum bw_tape_result bw_tape_read_blocks(struct bw_tape_store *store,
                                        uint8_t *data, uint32_t length,
                                        uint32_t count, uint32_t *done);

/**
 * bw_tape_write: write @count records of @length bytes each
 * @done: how many were taken
 *
 * Returns: BW_TAPE_OK; BW_TAPE_FULL (none of the records beyond *@done is on
 * the tape); BW_TAPE_READ_ONLY; BW_TAPE_IO; BW_TAPE_NO_MEMORY.  Gathered
 * records that the host later refuses to take make the next call fail, and
 * bw_tape_lost() tells of them.
 */
enum bw_tape_result bw_tape_write(struct bw_tape_store *store,
                                  const uint8_t *data, uint32_t length,
                                  uint32_t count, uint32_t *done);

enum bw_tape_result bw_tape_write_marks(struct bw_tape_store *store,
                                        uint32_t count, uint32_t *done);

/* Objects taken earlier that could not be written, since the last call. */
uint64_t bw_tape_lost(struct bw_tape_store *store);

/* All that was written lasts from here on.  See "What a crash leaves". */
enum bw_tape_result bw_tape_commit(struct bw_tape_store *store);

/* True if something was written that is not committed. */
bool bw_tape_dirty(const struct bw_tape_store *store);

/* Make the head's place the end of the data.  Committed when it returns. */
enum bw_tape_result bw_tape_erase(struct bw_tape_store *store);

enum bw_tape_result bw_tape_rewind(struct bw_tape_store *store);

/**
 * bw_tape_space: move over objects
 * @count: how many; negative: towards the beginning
 * @over_marks: count tape marks and pass records; else count records, and stop
 *              at a tape mark (behind it in the direction of the motion)
 * @left: how many were not passed, a magnitude
 *
 * Returns: BW_TAPE_OK; BW_TAPE_MARK, BW_TAPE_EOD or BW_TAPE_BOP, which ended
 * the motion there; BW_TAPE_IO; BW_TAPE_STOPPED (the head is where it was).
 */
enum bw_tape_result bw_tape_space(struct bw_tape_store *store, int64_t count,
                                  bool over_marks, uint64_t *left);
/* To the first @count tape marks without a record between them. */
enum bw_tape_result bw_tape_space_sequential(struct bw_tape_store *store,
                                             int64_t count, uint64_t *left);
enum bw_tape_result bw_tape_space_end(struct bw_tape_store *store);

/* BW_TAPE_EOD, at the end of the data, if there is no such object or file. */
enum bw_tape_result bw_tape_locate(struct bw_tape_store *store,
                                   uint64_t object);
enum bw_tape_result bw_tape_locate_file(struct bw_tape_store *store,
                                        uint64_t marks);

/**
 * bw_tape_verify: look at every object of the file
 * @each: called for each, in order; false ends the walk.  May be NULL.
 *
 * The head does not move.
 */
enum bw_tape_result
bw_tape_verify(struct bw_tape_store *store,
               bool (*each)(void *opaque, const struct bw_tape_object *object),
               void *opaque, struct bw_tape_verdict *verdict);

#endif
