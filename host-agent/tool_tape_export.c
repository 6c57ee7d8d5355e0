/*
 * "benchwire tape export": what is on a tape into files of this machine.
 *
 * Raw: the bytes of the records between two tape marks are one file, as dd or
 * cat would read them.  As an image: all records and marks in another format,
 * or once more as .tap without gaps and damaged records.
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
 * struct target - what is being written
 * @out: a raw file, or NULL between two
 * @image: an image, open if its fd is not -1
 * @record: put one; @mark: put a tape mark
 */
struct target {
    struct bw_tape_job *job;
    struct bw_tape_store *from;
    const char *path;
    uint8_t *data;
    uint64_t skipped, records, bytes;

    FILE *out;
    char name[PATH_MAX + 32];

    struct bw_tape_disk image;
    struct bw_aws aws;
    struct bw_tape_store *store;
};

static int fail_output(const char *name)
{
    return bw_tool_fail("cannot write %s: %s", name, strerror(errno));
}

/* --- raw files --- */

static int close_raw(struct target *t)
{
    FILE *out = t->out;

    t->out = NULL;
    return out && fclose(out) ? fail_output(t->name) : 0;
}

static int open_raw(struct target *t, uint64_t number)
{
    int fd = -1;

    if (!(t->job->given & BW_TAPE_OPT_FILE)) {
        snprintf(t->name, sizeof(t->name), "%s/file%" PRIu64, t->path, number);
    } else if (strcmp(t->path, "-") != 0) {
        snprintf(t->name, sizeof(t->name), "%s", t->path);
    } else {
        snprintf(t->name, sizeof(t->name), "the output");
        fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    }
    t->out = fd < 0 ? fopen(t->name, "wbxe") : fdopen(fd, "wb");
    return t->out ? 0 : fail_output(t->name);
}

static int put_raw(struct target *t, const struct bw_tape_object *o)
{
    bool one = t->job->given & BW_TAPE_OPT_FILE;
    int code = 0;

    if (one && o->marks != t->job->file) {
        return 0;
    }
    if (!t->out) {
        code = open_raw(t, o->marks);
    }
    if (code || o->kind == BW_TAPE_KIND_MARK) {
        return code ? code : close_raw(t);
    }
    return fwrite(t->data, 1, o->length, t->out) == o->length
               ? 0
               : fail_output(t->name);
}

/* --- images --- */

static int fail_image(const struct target *t, enum bw_tape_result result)
{
    return bw_tool_fail("cannot write %s: %s", t->path,
                        bw_tape_result_text(result));
}

static int put_image(struct target *t, const struct bw_tape_object *o)
{
    bool mark = o->kind == BW_TAPE_KIND_MARK;
    enum bw_tape_result result;
    uint32_t done;

    if (t->job->format == BW_TAPE_FORMAT_AWS) {
        result = mark ? bw_aws_write_mark(&t->aws)
                      : bw_aws_write(&t->aws, t->data, o->length);
    } else if (mark) {
        result = bw_tape_write_marks(t->store, 1, &done);
    } else {
        result = bw_tape_write(t->store, t->data, o->length, 1, &done);
    }
    return result == BW_TAPE_OK ? 0 : fail_image(t, result);
}

static int open_image(struct target *t)
{
    struct bw_tape_options options = {
        .unpadded = t->job->format == BW_TAPE_FORMAT_E11,
        .gather = true,
    };
    struct bw_tape_verdict verdict = { .text = "" };
    enum bw_tape_result result;
    int fd = open(t->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

    if (fd < 0) {
        return fail_output(t->path);
    }
    close(fd);
    result = bw_tape_disk_open(&t->image, t->path, BW_TAPE_CHANGE, false, NULL);
    if (result == BW_TAPE_OK && t->job->format == BW_TAPE_FORMAT_AWS) {
        result = bw_aws_open(&t->aws, &t->image.io);
    } else if (result == BW_TAPE_OK) {
        t->store = bw_tape_open(&t->image.io, &options, &verdict);
        result = t->store ? verdict.result : BW_TAPE_NO_MEMORY;
    }
    return result == BW_TAPE_OK ? 0 : fail_image(t, result);
}

static int close_image(struct target *t)
{
    const struct bw_tape_io *io = &t->image.io;
    enum bw_tape_result result = BW_TAPE_OK;

    if (t->store) {
        result = bw_tape_commit(t->store);
        bw_tape_close(t->store);
        t->store = NULL;
    } else if (t->image.fd >= 0) {
        result = io->flush(io->opaque);
    }
    bw_tape_disk_close(&t->image);
    return result == BW_TAPE_OK ? 0 : fail_image(t, result);
}

/* --- the tape --- */

/* Returns 0 to go on, or an exit code after an error. */
static int put(struct target *t, const struct bw_tape_object *o,
               enum bw_tape_result result)
{
    int code;

    if (result == BW_TAPE_BAD) {
        if (t->job->given & BW_TAPE_OPT_SKIP) {
            t->skipped++;
            return 0;
        }
        bw_tool_fail("%s: object %" PRIu64 " at byte %" PRIu64
                     " cannot be read; --skip-bad leaves it out",
                     t->job->set.path, o->number, o->offset);
        return BW_TAPE_EXIT_DAMAGED;
    }
    if (result != BW_TAPE_OK && result != BW_TAPE_MARK) {
        return bw_tape_job_fail(t->job, "read", result);
    }
    code =
        t->job->format == BW_TAPE_FORMAT_RAW ? put_raw(t, o) : put_image(t, o);
    t->records += !code && result == BW_TAPE_OK;
    t->bytes += code ? 0 : o->length;
    return code;
}

/* Bytes behind @end, where the objects are, that make no sense. */
static int check_end(struct target *t, uint64_t end)
{
    struct bw_tape_verdict verdict = { .text = "" };

    bw_tape_verify(t->from, NULL, NULL, &verdict);
    if (verdict.result != BW_TAPE_BAD || verdict.offset < end) {
        return 0;
    }
    bw_tool_fail("%s: %s; what is behind that is left out", t->job->set.path,
                 verdict.text);
    return BW_TAPE_EXIT_DAMAGED;
}

static int copy(struct target *t)
{
    const struct bw_tape_io *io =
        &t->job->set.disk[BW_TAPE_FILE_DATA_0 + t->job->partition].io;
    bool one = t->job->given & BW_TAPE_OPT_FILE;
    struct bw_tape_object object = { 0 };
    enum bw_tape_result result = BW_TAPE_OK;
    uint64_t size = 0, end = 0;
    int code = 0;

    io->size(io->opaque, &size);
    if (one) {
        result = bw_tape_locate_file(t->from, t->job->file);
        if (result == BW_TAPE_OK) {
            result = bw_tape_peek(t->from, &object);
        }
        if (result == BW_TAPE_EOD) {
            return bw_tool_fail("%s has no file %" PRIu64, t->job->set.path,
                                t->job->file);
        }
        if (result != BW_TAPE_OK) {
            return bw_tape_job_fail(t->job, "read", result);
        }
    }
    while (!code) {
        result = bw_tape_read(t->from, t->data, BW_TAPE_RECORD_MAX, &object);
        if (result == BW_TAPE_EOD) {
            code = check_end(t, end);
            break;
        }
        end = object.offset + object.size;
        code = put(t, &object, result);
        bw_tape_progress(t->job, object.offset, size + 1);
        if (one && result == BW_TAPE_MARK) {
            break;
        }
    }
    bw_tape_progress(t->job, 0, 0);
    return code;
}

static int run(struct target *t)
{
    bool raw = t->job->format == BW_TAPE_FORMAT_RAW;
    bool folder = raw && !(t->job->given & BW_TAPE_OPT_FILE);
    int code = 0, closed;

    if (folder && mkdir(t->path, 0777) < 0 && errno != EEXIST) {
        return fail_output(t->path);
    }
    if (!raw) {
        code = open_image(t);
    }
    if (!code) {
        code = copy(t);
    }
    closed = raw ? close_raw(t) : close_image(t);
    return code ? code : closed;
}

int bw_tool_tape_export(struct bw_tape_job *job)
{
    static struct target t = { .image.fd = -1 };
    bool raw = job->format == BW_TAPE_FORMAT_RAW;
    int code;

    if (!raw && (job->given & BW_TAPE_OPT_FILE)) {
        return bw_tool_fail("--file goes with --format raw: an image is of "
                            "the whole tape");
    }
    if (strcmp(job->words[1], "-") == 0 && !(job->given & BW_TAPE_OPT_FILE)) {
        return bw_tool_fail("standard output takes one file of the tape: say "
                            "which with --file");
    }
    code = bw_tape_job_open(job, job->words[0], BW_TAPE_LOOK);
    t.job = job;
    t.from = code ? NULL : bw_tape_job_store(job);
    if (!t.from) {
        return code ? code : 1;
    }
    t.path = job->words[1];
    t.data = malloc(BW_TAPE_RECORD_MAX);
    if (!t.data) {
        return bw_tool_fail("out of memory");
    }
    code = run(&t);
    free(t.data);
    if (!code && t.skipped) {
        bw_tool_fail("%s: left out %s that cannot be read", job->set.path,
                     bw_tape_count(t.skipped, "record"));
        code = BW_TAPE_EXIT_DAMAGED;
    }
    if (strcmp(t.path, "-") != 0) {
        printf("%s: %s, %s\n", t.path, bw_tape_count(t.records, "record"),
               bw_tape_count(t.bytes, "byte"));
    }
    return code;
}
