/*
 * "benchwire tape import": files of this machine onto a tape.
 *
 * The tape is appended to, and made if it is not there.  Raw files become
 * records of one length with a tape mark behind each file, as dd or tar would
 * write them; images of tapes keep their records and marks.
 *
 * Each file is on the tape wholly, and on the disk when its line is printed,
 * or not at all: half of one, without a mark, would be the beginning of what
 * is appended next.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tool_tape.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host-agent/tape_aws.h"

/**
 * struct source - one file being imported
 * @data: room for the longest record
 */
struct source {
    struct bw_tape_job *job;
    struct bw_tape_store *store;
    const char *path;
    uint8_t *data;
    uint64_t records, marks, bytes;
};

static int fail_put(const struct source *s, enum bw_tape_result result)
{
    if (result == BW_TAPE_FULL) {
        return bw_tool_fail("%s is full: there is no room for %s, and nothing "
                            "of it is on the tape",
                            s->job->set.path, s->path);
    }
    return bw_tape_job_fail(s->job, "write", result);
}

/* Returns 0, or 1 after an error. */
static int put(struct source *s, const uint8_t *data, size_t length)
{
    uint32_t done;
    enum bw_tape_result result =
        length ? bw_tape_write(s->store, data, (uint32_t)length, 1, &done)
               : bw_tape_write_marks(s->store, 1, &done);

    if (result == BW_TAPE_OK) {
        s->records += length > 0;
        s->marks += length == 0;
        s->bytes += length;
        return 0;
    }
    return fail_put(s, result);
}

/* --- raw files --- */

/* Fill the buffer as far as the file goes.  Returns: -1 with errno set. */
static ssize_t read_block(int fd, uint8_t *data, size_t room)
{
    size_t used = 0;
    ssize_t n;

    while (used < room) {
        n = read(fd, data + used, room - used);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return -1;
        }
        if (n == 0) {
            break;
        }
        used += (size_t)n;
    }
    return (ssize_t)used;
}

static int copy_raw(struct source *s, int fd, uint64_t size)
{
    size_t block = s->job->block;
    ssize_t n;
    int code;

    do {
        n = read_block(fd, s->data, block);
        if (n < 0) {
            return bw_tool_fail("cannot read %s: %s", s->path, strerror(errno));
        }
        if (n > 0 && (size_t)n < block && (s->job->given & BW_TAPE_OPT_PAD)) {
            memset(s->data + n, 0, block - (size_t)n);
            n = (ssize_t)block;
        }
        code = n ? put(s, s->data, (size_t)n) : 0;
        bw_tape_progress(s->job, s->bytes,
                         size > s->bytes ? size : s->bytes + 1);
    } while (!code && (size_t)n == block);
    return code ? code : put(s, NULL, 0);
}

/* A copy of what is being written would have no end. */
static bool is_the_tape(const struct source *s, const struct stat *source)
{
    struct stat st;

    for (int i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        int fd = s->job->set.disk[i].fd;

        if (fd >= 0 && fstat(fd, &st) == 0 && st.st_dev == source->st_dev &&
            st.st_ino == source->st_ino) {
            return true;
        }
    }
    return false;
}

static int import_raw(struct source *s)
{
    bool from_stdin = strcmp(s->path, "-") == 0;
    int fd = from_stdin ? STDIN_FILENO : open(s->path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    int code;

    if (fd < 0 || fstat(fd, &st) < 0) {
        code = bw_tool_fail("cannot read %s: %s", s->path, strerror(errno));
    } else if (is_the_tape(s, &st)) {
        code =
            bw_tool_fail("%s is the tape itself; import another file", s->path);
    } else {
        code = copy_raw(s, fd, S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0);
    }
    if (fd >= 0 && !from_stdin) {
        close(fd);
    }
    return code;
}

/* --- images --- */

static int copy_aws(struct source *s, const struct bw_tape_io *io)
{
    struct bw_aws aws;
    enum bw_tape_result result = bw_aws_open(&aws, io);
    size_t length;
    int code = 0;

    while (!code && (result == BW_TAPE_OK || result == BW_TAPE_MARK)) {
        result = bw_aws_read(&aws, s->data, BW_TAPE_RECORD_MAX, &length);
        if (result == BW_TAPE_OK || result == BW_TAPE_MARK) {
            code = put(s, s->data, length);
        }
        bw_tape_progress(s->job, aws.offset, aws.size + 1);
    }
    if (!code && result != BW_TAPE_EOD) {
        code = bw_tool_fail("%s, byte %" PRIu64 ": %s", s->path, aws.offset,
                            aws.error[0] ? aws.error
                                         : bw_tape_result_text(result));
    }
    return code;
}

static int fail_object(const struct source *s,
                       const struct bw_tape_object *object,
                       enum bw_tape_result result)
{
    if (result == BW_TAPE_BAD) {
        return bw_tool_fail("%s: the record at byte %" PRIu64 " cannot be read",
                            s->path, object->offset);
    }
    return bw_tool_fail("cannot read %s: %s", s->path,
                        bw_tape_result_text(result));
}

static int copy_store(struct source *s, struct bw_tape_store *from,
                      const struct bw_tape_io *io)
{
    struct bw_tape_object object = { 0 };
    enum bw_tape_result result;
    uint64_t size = 0;
    int code = 0;

    io->size(io->opaque, &size);
    while (!code) {
        result = bw_tape_read(from, s->data, BW_TAPE_RECORD_MAX, &object);
        if (result == BW_TAPE_EOD) {
            break;
        }
        if (result != BW_TAPE_OK && result != BW_TAPE_MARK) {
            return fail_object(s, &object, result);
        }
        code = put(s, s->data, result == BW_TAPE_OK ? object.length : 0);
        bw_tape_progress(s->job, object.offset, size + 1);
    }
    return code;
}

static int copy_tap(struct source *s, const struct bw_tape_io *io)
{
    struct bw_tape_options options = {
        .read_only = true,
        .unpadded = s->job->format == BW_TAPE_FORMAT_E11,
    };
    struct bw_tape_verdict verdict = { .text = "" };
    struct bw_tape_store *from = bw_tape_open(io, &options, &verdict);
    int code;

    if (!from) {
        return bw_tool_fail("out of memory");
    }
    if (verdict.result == BW_TAPE_OK) {
        bw_tape_verify(from, NULL, NULL, &verdict);
    }
    if (verdict.result != BW_TAPE_OK) {
        bw_tool_fail("%s: %s", s->path,
                     verdict.text[0] ? verdict.text
                                     : bw_tape_result_text(verdict.result));
        code = BW_TAPE_EXIT_FOREIGN;
    } else {
        code = copy_store(s, from, io);
    }
    bw_tape_close(from);
    return code;
}

static int import_image(struct source *s)
{
    static struct bw_tape_disk disk;
    static struct bw_tape_set errors; /* only its sentence is used */
    enum bw_tape_result result;
    int code;

    errors.error[0] = 0;
    result = bw_tape_disk_open(&disk, s->path, BW_TAPE_LOOK, false, &errors);
    if (result != BW_TAPE_OK) {
        return errors.error[0] ? bw_tool_fail("%s", errors.error)
                               : bw_tool_fail("cannot read %s: %s", s->path,
                                              bw_tape_result_text(result));
    }
    code = s->job->format == BW_TAPE_FORMAT_AWS ? copy_aws(s, &disk.io)
                                                : copy_tap(s, &disk.io);
    bw_tape_disk_close(&disk);
    return code;
}

/* --- the command --- */

/* The tape ends where it did before the file. */
static int take_back(const struct source *s, uint64_t object)
{
    enum bw_tape_result result;

    (void)bw_tape_commit(s->store); /* what it cannot write is lost then */
    (void)bw_tape_lost(s->store);
    result = bw_tape_locate(s->store, object);
    if (result == BW_TAPE_OK) {
        result = bw_tape_erase(s->store);
    }
    return result == BW_TAPE_OK ? 0 : bw_tape_job_fail(s->job, "mend", result);
}

static int import(struct bw_tape_job *job, struct bw_tape_store *store,
                  const char *path, uint8_t *data)
{
    struct source s = {
        .job = job,
        .store = store,
        .path = path,
        .data = data,
    };
    enum bw_tape_result result;
    struct bw_tape_place before;
    int code;

    bw_tape_place(store, &before);
    code =
        job->format == BW_TAPE_FORMAT_RAW ? import_raw(&s) : import_image(&s);
    bw_tape_progress(job, 0, 0);
    if (!code) {
        result = bw_tape_commit(store);
        code = result == BW_TAPE_OK ? 0 : fail_put(&s, result);
    }
    if (code && (s.records || s.marks)) {
        take_back(&s, before.object);
    }
    if (!code) {
        printf("%s: %s, %s, %s\n", path, bw_tape_count(s.records, "record"),
               bw_tape_count(s.marks, "tape mark"),
               bw_tape_count(s.bytes, "byte"));
    }
    return code;
}

static int open_or_make(struct bw_tape_job *job, const char *path)
{
    return access(path, F_OK) < 0 && errno == ENOENT
               ? bw_tape_job_blank(job, path)
               : bw_tape_job_open(job, path, BW_TAPE_CHANGE);
}

/* Bytes that make no sense would be lost behind what is appended. */
static int go_to_end(struct bw_tape_job *job, struct bw_tape_store *store)
{
    struct bw_tape_verdict verdict = { .text = "" };
    enum bw_tape_result result = bw_tape_verify(store, NULL, NULL, &verdict);

    if (verdict.result == BW_TAPE_BAD) {
        bw_tool_fail("%s: %s; look at it with benchwire tape verify first",
                     job->set.path, verdict.text);
        return BW_TAPE_EXIT_DAMAGED;
    }
    if (result == BW_TAPE_OK) {
        result = bw_tape_space_end(store);
    }
    return result == BW_TAPE_OK ? 0 : bw_tape_job_fail(job, "read", result);
}

int bw_tool_tape_import(struct bw_tape_job *job)
{
    struct bw_tape_store *store;
    uint8_t *data;
    int code, saved, i;

    if (job->format != BW_TAPE_FORMAT_RAW &&
        (job->given & (BW_TAPE_OPT_BLOCK | BW_TAPE_OPT_PAD))) {
        return bw_tool_fail("--block-size and --pad go with --format raw: an "
                            "image has its own records");
    }
    code = open_or_make(job, job->words[0]);
    store = code ? NULL : bw_tape_job_store(job);
    if (!store) {
        return code ? code : 1;
    }
    code = go_to_end(job, store);
    if (code) {
        return code;
    }
    data = malloc(BW_TAPE_RECORD_MAX);
    if (!data) {
        return bw_tool_fail("out of memory");
    }
    for (i = 1; i < job->word_count && !code; i++) {
        code = import(job, store, job->words[i], data);
    }
    free(data);
    /* the files that arrived stay, whatever happened to the rest */
    saved = bw_tape_job_save(job);
    return code ? code : saved;
}
