/*
 * Inside "benchwire tape": its words, the tape it works on, and its commands.
 *
 *   tool_tape.c           which command, options, opening, progress
 *   tool_tape_create.c    create, label
 *   tool_tape_list.c      list, info
 *   tool_tape_verify.c    verify, repair, index
 *   tool_tape_import.c    import
 *   tool_tape_export.c    export
 *   tool_tape_mam.c       mam
 *     tape_file.c         files and locks
 *     tape_aws.c          another format
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_TOOL_TAPE_H
#define BENCHWIRE_HOST_AGENT_TOOL_TAPE_H

#include "host-agent/tape_file.h"
#include "host-agent/tool.h"

#define BW_TAPE_EXIT_DAMAGED 2 /* something on the tape cannot be read */
#define BW_TAPE_EXIT_FOREIGN 3 /* the file is no tape */

/* Which options were given. */
enum bw_tape_option {
    BW_TAPE_OPT_ALL = 1 << 0,
    BW_TAPE_OPT_BACKUP = 1 << 1,
    BW_TAPE_OPT_BARCODE = 1 << 2,
    BW_TAPE_OPT_BLOCK = 1 << 3,
    BW_TAPE_OPT_CAPACITY = 1 << 4,
    BW_TAPE_OPT_DENSITY = 1 << 5,
    BW_TAPE_OPT_FILE = 1 << 6,
    BW_TAPE_OPT_FORCE = 1 << 7,
    BW_TAPE_OPT_FORMAT = 1 << 8,
    BW_TAPE_OPT_PAD = 1 << 9,
    BW_TAPE_OPT_PARTITION = 1 << 10,
    BW_TAPE_OPT_PARTITIONS = 1 << 11,
    BW_TAPE_OPT_PROFILE = 1 << 12,
    BW_TAPE_OPT_REMOVE = 1 << 13,
    BW_TAPE_OPT_SERIAL = 1 << 14,
    BW_TAPE_OPT_SHARE = 1 << 15, /* --force-share */
    BW_TAPE_OPT_SKIP = 1 << 16,
    BW_TAPE_OPT_WORM = 1 << 17,
    BW_TAPE_OPT_PROTECT = 1 << 18,
    BW_TAPE_OPT_SIZE_1 = 1 << 19 /* --partition-size */
};

enum bw_tape_format {
    BW_TAPE_FORMAT_RAW, /* only the bytes of the records */
    BW_TAPE_FORMAT_AWS,
    BW_TAPE_FORMAT_E11, /* .tap without padding */
    BW_TAPE_FORMAT_TAP
};

/**
 * struct bw_tape_job - one command
 * @given: enum bw_tape_option
 * @words: the tape, and what follows it
 * @opened: the medium is
 */
struct bw_tape_job {
    const char *verb;
    uint32_t given;
    const char *backup;
    const char *barcode;
    const char *profile;
    const char *serial;
    enum bw_tape_format format;
    uint32_t block;
    uint64_t capacity;
    uint64_t file;
    unsigned density;
    unsigned partition;
    unsigned partitions;
    uint64_t share;
    bool protect;
    char **words;
    int word_count;

    struct bw_tape_set set;
    struct bw_tape_medium medium;
    struct bw_tape_verdict verdict;
    bool opened;
};

/**
 * bw_tape_job_open: open the tape @path
 *
 * Returns: 0, or the exit code after an error.
 */
int bw_tape_job_open(struct bw_tape_job *job, const char *path,
                     enum bw_tape_access access);

/* Make all of it last, and keep the positions.  Returns: an exit code. */
int bw_tape_job_save(struct bw_tape_job *job);

/* The partition that --partition names.  NULL after an error. */
struct bw_tape_store *bw_tape_job_store(struct bw_tape_job *job);

/* Print why: the file's own error, or the result in words.  Returns 1. */
int bw_tape_job_fail(const struct bw_tape_job *job, const char *what,
                     enum bw_tape_result result);

/* How far it is, on a terminal, when it takes long; 0 of 0 ends it. */
void bw_tape_progress(const struct bw_tape_job *job, uint64_t done,
                      uint64_t total);

/* "12 records", "1 record"; "1.5 GiB".  Of several calls in a row each has its
 * own text. */
const char *bw_tape_count(uint64_t count, const char *one);
const char *bw_tape_bytes(uint64_t bytes);

/* Make @path a blank tape.  Returns: an exit code. */
int bw_tape_job_blank(struct bw_tape_job *job, const char *path);

int bw_tool_tape_create(struct bw_tape_job *job);
int bw_tool_tape_label(struct bw_tape_job *job);
int bw_tool_tape_list(struct bw_tape_job *job);
int bw_tool_tape_info(struct bw_tape_job *job);
int bw_tool_tape_verify(struct bw_tape_job *job);
int bw_tool_tape_repair(struct bw_tape_job *job);
int bw_tool_tape_index(struct bw_tape_job *job);
int bw_tool_tape_import(struct bw_tape_job *job);
int bw_tool_tape_export(struct bw_tape_job *job);
int bw_tool_tape_mam(struct bw_tape_job *job);

#endif
