/*
 * What the tape store asks of its host: one file of bytes, and memory.
 *
 * Each call ends before it returns; in the emulator it may let others run
 * meanwhile (a coroutine over the block layer), in the tools it is a plain
 * system call.  Implemented by peripherals/scsi_tape*.c, host-agent/ and, with
 * a log of every write, by the crash tests.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_TAPE_IO_H
#define BENCHWIRE_LIB_TAPE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a call of the store, the index, the medium or the host ended. */
enum bw_tape_result {
    BW_TAPE_OK = 0,
    /* what the head met */
    BW_TAPE_MARK, /* a tape mark */
    BW_TAPE_EOD,  /* nothing is recorded from here on */
    BW_TAPE_BOP,  /* the beginning of the partition */
    BW_TAPE_BAD,  /* a record that cannot be read, or broken framing */
    /* why nothing more was done */
    BW_TAPE_FULL,      /* the capacity is used up, or the host has no space */
    BW_TAPE_READ_ONLY, /* the file or the cartridge */
    BW_TAPE_UNSUPPORTED,
    BW_TAPE_NOT_FOUND, /* no such file beside the tape, no such attribute */
    BW_TAPE_FOREIGN,   /* the file is not what it should be */
    BW_TAPE_IO,        /* the host failed to read, write or flush */
    BW_TAPE_NO_MEMORY,
    BW_TAPE_STOPPED, /* the host asked for an end (bw_tape_io.stop) */
    BW_TAPE_RESULT_COUNT
};

/* A short name such as "end-of-data", and a phrase for users. */
const char *bw_tape_result_name(enum bw_tape_result result);
const char *bw_tape_result_text(enum bw_tape_result result);

/* Memory that is read or written in turn, as struct iovec. */
struct bw_tape_piece {
    void *bytes;
    size_t length;
};

/* One call never has more pieces than this (POSIX's IOV_MAX on Linux). */
#define BW_TAPE_PIECES 1024u

struct bw_tape_io {
    void *opaque;

    /* The exact number of bytes in the file, not rounded to any sector. */
    enum bw_tape_result (*size)(void *opaque, uint64_t *bytes);

    /* All of it or an error; the store never asks beyond the end. */
    enum bw_tape_result (*read)(void *opaque, uint64_t offset,
                                const struct bw_tape_piece *pieces,
                                unsigned count);

    /*
     * All of it, or an error after which any part of it may have been written.
     * Writing at or over the end makes the file longer; the store leaves no
     * holes.  The host's lack of space is BW_TAPE_FULL.
     */
    enum bw_tape_result (*write)(void *opaque, uint64_t offset,
                                 const struct bw_tape_piece *pieces,
                                 unsigned count);

    /* What was written before lasts over a loss of power from here on. */
    enum bw_tape_result (*flush)(void *opaque);

    /* Make the file shorter.  BW_TAPE_UNSUPPORTED: its length is fixed. */
    enum bw_tape_result (*truncate)(void *opaque, uint64_t bytes);

    /* As realloc() and free(): 0 bytes free @memory.  NULL: none left. */
    void *(*memory)(void *opaque, void *memory, size_t bytes);

    /* True: a scan of many records is to end early.  May be NULL. */
    bool (*stop)(void *opaque);
};

#endif
