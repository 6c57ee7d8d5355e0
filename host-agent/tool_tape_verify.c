/*
 * "benchwire tape verify", "repair" and "index".
 *
 * What a crash leaves is no damage: the tape ends where the last whole object
 * does.  Damage is a record in the middle that cannot be read, or bytes at the
 * end that no writer of tapes leaves there.  repair takes the latter away and
 * keeps them in a file; the former stays, as it would on a tape.
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
#include <unistd.h>

#define COPY_BYTES  (1u << 20)
#define BAD_PRINTED 20u /* records that are named one by one */

struct check {
    struct bw_tape_job *job;
    const char *path;
    uint64_t file_size;
    uint64_t objects;
    uint64_t bad;
    uint64_t end; /* behind the last object */
};

static bool visit(void *opaque, const struct bw_tape_object *o)
{
    struct check *c = opaque;

    if (o->kind == BW_TAPE_KIND_BAD && c->bad++ < BAD_PRINTED) {
        printf("%s: object %" PRIu64 " at byte %" PRIu64
               " cannot be read (file %" PRIu64 ")\n",
               c->path, o->number, o->offset, o->marks);
    }
    c->objects++;
    c->end = o->offset + o->size;
    bw_tape_progress(c->job, o->offset, c->file_size);
    return true;
}

/* Returns 0, or an exit code after an error. */
static int check(struct bw_tape_job *job, unsigned partition, struct check *c,
                 struct bw_tape_verdict *verdict)
{
    struct bw_tape_disk *disk = &job->set.disk[BW_TAPE_FILE_DATA_0 + partition];
    enum bw_tape_result result;

    *c = (struct check){ .job = job, .path = disk->path };
    disk->io.size(disk->io.opaque, &c->file_size);
    result =
        bw_tape_verify(job->medium.partition[partition], visit, c, verdict);
    bw_tape_progress(job, 0, 0);
    if (result != BW_TAPE_OK && result != BW_TAPE_BAD) {
        return bw_tape_job_fail(job, "read", result);
    }
    return 0;
}

/* Do bytes at the end make no sense? */
static bool bad_tail(const struct check *c,
                     const struct bw_tape_verdict *verdict)
{
    return verdict->result == BW_TAPE_BAD && verdict->offset >= c->end;
}

static int verify(struct bw_tape_job *job, unsigned partition)
{
    struct bw_tape_verdict verdict = { .text = "" };
    struct check c;
    int code = check(job, partition, &c, &verdict);

    if (code) {
        return code;
    }
    if (verdict.text[0]) {
        printf("%s: %s\n", c.path, verdict.text);
    }
    if (c.bad == 0 && verdict.result == BW_TAPE_OK) {
        printf("%s: good, %s, the data end at byte %" PRIu64 "\n", c.path,
               bw_tape_count(c.objects, "object"), verdict.offset);
        return 0;
    }
    printf("%s: damaged, %s of %s cannot be read%s\n", c.path,
           bw_tape_count(c.bad, "record"), bw_tape_count(c.objects, "object"),
           bad_tail(&c, &verdict) ? "; benchwire tape repair cuts off its end"
                                  : "");
    return BW_TAPE_EXIT_DAMAGED;
}

int bw_tool_tape_verify(struct bw_tape_job *job)
{
    int code = bw_tape_job_open(job, job->words[0], BW_TAPE_LOOK), one;
    unsigned i;

    for (i = 0; i < BW_TAPE_PARTITIONS && code != 1; i++) {
        if (job->opened && job->medium.partition[i]) {
            one = verify(job, i);
            code = one ? one : code;
        }
    }
    if (!code && job->medium.meta_state == BW_TAPE_FOREIGN) {
        code = BW_TAPE_EXIT_DAMAGED; /* opening has told it */
    }
    return code;
}

/* --- repair --- */

/* A file that was not there.  Returns -1 after an error. */
static int make_backup(const struct bw_tape_job *job, const char *tape,
                       char *name, size_t room)
{
    int fd = -1;
    unsigned i;

    for (i = 0; i < 1000 && fd < 0; i++) {
        if (job->backup) {
            snprintf(name, room, "%s", job->backup);
        } else if (i == 0) {
            snprintf(name, room, "%s.cut", tape);
        } else {
            snprintf(name, room, "%s.cut.%u", tape, i);
        }
        fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && (errno != EEXIST || job->backup)) {
            break;
        }
    }
    if (fd < 0) {
        bw_tool_fail("cannot keep what would be cut off in %s: %s", name,
                     strerror(errno));
    }
    return fd;
}

static bool write_all(int fd, const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);

        if (n < 0 && errno != EINTR) {
            return false;
        }
        if (n > 0) {
            bytes += n;
            length -= (size_t)n;
        }
    }
    return true;
}

/* Copy the file from @offset on.  Returns 0, or 1 after an error. */
static int copy_tail(struct bw_tape_job *job, const struct bw_tape_io *io,
                     uint64_t offset, uint64_t end, int fd, const char *name)
{
    uint8_t *buffer = malloc(COPY_BYTES);
    int code = buffer ? 0 : bw_tool_fail("out of memory");

    while (!code && offset < end) {
        uint64_t left = end - offset;
        struct bw_tape_piece piece = { buffer, left < COPY_BYTES ? (size_t)left
                                                                 : COPY_BYTES };
        enum bw_tape_result result = io->read(io->opaque, offset, &piece, 1);

        if (result != BW_TAPE_OK) {
            code = bw_tape_job_fail(job, "read", result);
        } else if (!write_all(fd, buffer, piece.length)) {
            code = bw_tool_fail("cannot write %s: %s", name, strerror(errno));
        }
        offset += piece.length;
        bw_tape_progress(job, offset, end);
    }
    if (!code && fsync(fd) < 0) {
        code = bw_tool_fail("cannot write %s: %s", name, strerror(errno));
    }
    free(buffer);
    return code;
}

static int cut(struct bw_tape_job *job, struct bw_tape_store *store,
               const struct check *c, uint64_t offset)
{
    const struct bw_tape_io *io =
        &job->set.disk[BW_TAPE_FILE_DATA_0 + job->partition].io;
    char name[PATH_MAX + 32];
    enum bw_tape_result result;
    int fd, code;

    fd = make_backup(job, c->path, name, sizeof(name));
    if (fd < 0) {
        return 1;
    }
    code = copy_tail(job, io, offset, c->file_size, fd, name);
    close(fd);
    if (code) {
        unlink(name);
        return code;
    }
    result = bw_tape_space_end(store);
    if (result == BW_TAPE_OK) {
        result = bw_tape_erase(store);
    }
    if (result != BW_TAPE_OK) {
        return bw_tape_job_fail(job, "write", result);
    }
    printf("%s: cut off at byte %" PRIu64 ", behind %s; what was there (%s) is "
           "in %s\n",
           c->path, offset, bw_tape_count(c->objects, "object"),
           bw_tape_count(c->file_size - offset, "byte"), name);
    return bw_tape_job_save(job);
}

int bw_tool_tape_repair(struct bw_tape_job *job)
{
    struct bw_tape_verdict verdict = { .text = "" };
    struct bw_tape_store *store;
    struct check c;
    int code = bw_tape_job_open(job, job->words[0], BW_TAPE_CHANGE);

    store = code ? NULL : bw_tape_job_store(job);
    if (!store) {
        return code ? code : 1;
    }
    code = check(job, job->partition, &c, &verdict);
    if (code) {
        return code;
    }
    if (bad_tail(&c, &verdict)) {
        return cut(job, store, &c, verdict.offset);
    }
    if (c.bad == 0) {
        printf("%s: good, nothing to repair\n", c.path);
        return 0;
    }
    printf("%s: %s cannot be read and stay as they are; benchwire tape export "
           "--format tap --skip-bad copies the others\n",
           c.path, bw_tape_count(c.bad, "record"));
    return BW_TAPE_EXIT_DAMAGED;
}

/* --- index --- */

int bw_tool_tape_index(struct bw_tape_job *job)
{
    static const enum bw_tape_file indexes[] = { BW_TAPE_FILE_INDEX_0,
                                                 BW_TAPE_FILE_INDEX_1 };
    struct bw_tape_files *files = &job->set.files;
    enum bw_tape_result result = BW_TAPE_OK;
    unsigned i;
    int code;

    if (!bw_tape_set_init(&job->set, job->words[0], BW_TAPE_CHANGE)) {
        return bw_tool_fail("%s", job->set.error);
    }
    code = bw_tape_job_open(job, job->words[0], BW_TAPE_CHANGE);
    if (code) {
        return code;
    }
    bw_medium_close(&job->medium);
    job->opened = false;
    for (i = 0; i < BW_TAPE_PARTITIONS && result == BW_TAPE_OK; i++) {
        result = files->remove(files->opaque, indexes[i]);
    }
    if (result != BW_TAPE_OK) {
        return bw_tape_job_fail(job, "change", result);
    }
    bw_tape_set_finish(&job->set);
    if (job->given & BW_TAPE_OPT_REMOVE) {
        return 0;
    }
    code = bw_tape_job_open(job, job->words[0], BW_TAPE_CHANGE);
    for (i = 0; i < BW_TAPE_PARTITIONS && !code; i++) {
        struct bw_tape_store *store = job->medium.partition[i];

        result = store ? bw_tape_space_end(store) : BW_TAPE_OK;
        if (result != BW_TAPE_OK) {
            code = bw_tape_job_fail(job, "read", result);
        } else if (store) {
            printf("%s: %s\n", job->set.disk[BW_TAPE_FILE_DATA_0 + i].path,
                   bw_tape_count(bw_tape_index(store)->count, "object"));
        }
    }
    return code ? code : bw_tape_job_save(job);
}
