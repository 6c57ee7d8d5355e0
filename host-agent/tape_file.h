/*
 * A tape's files on this machine: what the tape store reads and writes, and
 * locks that QEMU understands.  The commands of "benchwire tape" use it.
 *
 * Locks: QEMU (block/file-posix.c) holds read locks on single bytes of an
 * image, one for each right that it uses (from byte 100 on) and one for each
 * that others may not use (from byte 200 on), and then looks whether another
 * program's locks forbid it.  The same is done here, so that neither takes a
 * tape that the other one writes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_TAPE_FILE_H
#define BENCHWIRE_HOST_AGENT_TAPE_FILE_H

#include <limits.h>

#include "lib/tape_medium.h"

/**
 * struct bw_tape_disk - one open file
 * @fd: -1 while it is closed
 * @owner: NULL: errors are not put into words
 */
struct bw_tape_disk {
    struct bw_tape_io io;
    int fd;
    struct bw_tape_set *owner;
    char path[PATH_MAX];
};

enum bw_tape_access {
    BW_TAPE_LOOK,  /* read only, and nobody may write meanwhile */
    BW_TAPE_SHARE, /* read only, whoever else has it */
    BW_TAPE_CHANGE /* alone */
};

/**
 * struct bw_tape_set - a tape and the files beside it
 * @files: what bw_medium_open() takes
 * @error: what failed first, one sentence with the file's name; "": nothing
 */
struct bw_tape_set {
    struct bw_tape_files files;
    enum bw_tape_access access;
    struct bw_tape_disk disk[BW_TAPE_FILE_COUNT];
    char path[PATH_MAX];
    char error[PATH_MAX + 256];
};

/**
 * bw_tape_set_init: name a tape; no file is opened yet
 *
 * Returns: false, with @error set, if the name is too long.
 */
bool bw_tape_set_init(struct bw_tape_set *set, const char *path,
                      enum bw_tape_access access);

/* Close all of them.  The medium must be closed before. */
void bw_tape_set_finish(struct bw_tape_set *set);

/**
 * bw_tape_disk_open: open one file, which need not be a tape's
 * @create: make it if it is not there
 * @owner: where errors go, or NULL
 *
 * Returns: BW_TAPE_OK; BW_TAPE_NOT_FOUND; BW_TAPE_READ_ONLY; BW_TAPE_FOREIGN
 * if it is no regular file; BW_TAPE_IO, also if another program uses it.
 */
enum bw_tape_result bw_tape_disk_open(struct bw_tape_disk *disk,
                                      const char *path,
                                      enum bw_tape_access access, bool create,
                                      struct bw_tape_set *owner);

/* Does nothing if it is closed. */
void bw_tape_disk_close(struct bw_tape_disk *disk);

#endif
