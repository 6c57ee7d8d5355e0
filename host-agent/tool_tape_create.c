/*
 * "benchwire tape create" and "label": a blank tape, and what is on its case.
 *
 * A tape with nothing but defaults stays one plain .tap file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tool_tape.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/tape_name.h"
#include "peripherals/parts/tape_profile.h"

/* --- the label --- */

/* Letters, digits and a few signs, as a bar code and MAM can have them. */
static bool fits(const char *text, size_t room)
{
    size_t i;

    for (i = 0; text[i]; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e) {
            return false;
        }
    }
    return i < room;
}

static int put_text(char *to, size_t room, const char *what, const char *text)
{
    if (!fits(text, room)) {
        return bw_tool_fail("the %s \"%s\" is not up to %zu characters of "
                            "ASCII",
                            what, text, room - 1);
    }
    memcpy(to, text, strlen(text) + 1);
    return 0;
}

static int fail_profile(const char *name)
{
    char known[128] = "";
    const struct bw_tape_profile *p;
    unsigned i;

    for (i = 0; (p = bw_tape_profile_at(i)); i++) {
        size_t used = strlen(known);

        snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "",
                 p->name);
    }
    return bw_tool_fail("there is no profile \"%s\"; take one of %s", name,
                        known);
}

/* The newest density that its drive writes. */
static int put_profile(struct bw_tape_cartridge *c, const char *name)
{
    const struct bw_tape_profile *profile = bw_tape_profile(name);
    const struct bw_tape_density *d;

    if (!profile) {
        return fail_profile(name);
    }
    for (d = profile->densities; d->code && !d->writes; d++) {
    }
    c->density = d->code;
    c->medium_type = d->medium_type;
    return put_text(c->profile, sizeof(c->profile), "profile", profile->name);
}

static void put_flags(struct bw_tape_job *job, struct bw_tape_cartridge *c)
{
    if (job->given & BW_TAPE_OPT_CAPACITY) {
        c->capacity = job->capacity;
    }
    if (job->given & BW_TAPE_OPT_DENSITY) {
        c->density = (uint8_t)job->density;
    }
    if (job->given & BW_TAPE_OPT_PROTECT) {
        c->write_protect = job->protect;
    }
    if (job->given & BW_TAPE_OPT_WORM) {
        c->worm = true;
    }
}

static int put_label(struct bw_tape_job *job)
{
    struct bw_tape_cartridge *c = &job->medium.cartridge;
    int code = 0;

    if (job->profile) {
        code = put_profile(c, job->profile);
    }
    if (!code && job->barcode) {
        code =
            put_text(c->barcode, sizeof(c->barcode), "bar code", job->barcode);
    }
    if (!code && job->serial) {
        code = put_text(c->serial, sizeof(c->serial), "serial number",
                        job->serial);
    }
    put_flags(job, c);
    job->medium.meta_changed |= job->given != 0;
    return code;
}

/* --- create --- */

static int make_file(struct bw_tape_job *job, const char *path)
{
    bool force = job->given & BW_TAPE_OPT_FORCE;
    struct stat st;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);

    if (fd < 0 || fstat(fd, &st) < 0) {
        bw_tool_fail("cannot make %s: %s", path, strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        bw_tool_fail("%s is not a regular file", path);
    } else if (st.st_size > 0 && !force) {
        bw_tool_fail("%s has something on it; --force makes it blank", path);
    } else {
        close(fd);
        return 0;
    }
    if (fd >= 0) {
        close(fd);
    }
    return 1;
}

/* The second partition of a tape whose first one is gone or empty. */
static int spare_second(const struct bw_tape_job *job, const char *path)
{
    char second[PATH_MAX];
    struct stat st;

    if ((job->given & BW_TAPE_OPT_FORCE) ||
        strlen(path) + BW_TAPE_NAME_MORE >= sizeof(second)) {
        return 0;
    }
    bw_tape_name(path, BW_TAPE_FILE_DATA_1, second, sizeof(second));
    if (stat(second, &st) < 0 || st.st_size <= 4) { /* the end alone */
        return 0;
    }
    return bw_tool_fail("%s has something on it, the second partition of an "
                        "older tape; take it away, or benchwire tape create "
                        "--force makes it blank",
                        second);
}

/* All that an older tape of this name left, under the tape's lock. */
static int clear(struct bw_tape_job *job, const char *path)
{
    const struct bw_tape_files *files = &job->set.files;
    const struct bw_tape_io *io;
    enum bw_tape_result result;
    int i;

    if (!bw_tape_set_init(&job->set, path, BW_TAPE_CHANGE)) {
        return bw_tool_fail("%s", job->set.error);
    }
    result = files->open(files->opaque, BW_TAPE_FILE_DATA_0, false, &io);
    if (result == BW_TAPE_OK) {
        result = io->truncate(io->opaque, 0);
    }
    for (i = 0; i < BW_TAPE_FILE_COUNT && result == BW_TAPE_OK; i++) {
        if (i != BW_TAPE_FILE_DATA_0) {
            result = files->remove(files->opaque, (enum bw_tape_file)i);
        }
    }
    if (result != BW_TAPE_OK) {
        return bw_tape_job_fail(job, "make", result);
    }
    bw_tape_set_finish(&job->set);
    return 0;
}

int bw_tape_job_blank(struct bw_tape_job *job, const char *path)
{
    int code = spare_second(job, path);
    enum bw_tape_result result;

    if (!code) {
        code = make_file(job, path);
    }
    if (!code) {
        code = clear(job, path);
    }
    if (!code) {
        code = bw_tape_job_open(job, path, BW_TAPE_CHANGE);
    }
    if (code) {
        return code;
    }
    /* an end that every program sees, not only where the file ends */
    result = bw_tape_erase(job->medium.partition[0]);
    return result == BW_TAPE_OK ? 0 : bw_tape_job_fail(job, "write", result);
}

static int divide(struct bw_tape_job *job)
{
    struct bw_tape_cartridge *c = &job->medium.cartridge;
    uint64_t share[BW_TAPE_PARTITIONS] = { 0, job->share };
    enum bw_tape_result result;

    if (!job->share) {
        share[1] = c->capacity / 20;
    }
    if (c->capacity && share[1] >= c->capacity) {
        return bw_tool_fail("--partition-size leaves nothing of the capacity "
                            "for the first partition; make it smaller");
    }
    share[0] = c->capacity ? c->capacity - share[1] : 0;
    result = bw_medium_format(&job->medium, 2, c->capacity ? share : NULL);
    return result == BW_TAPE_OK ? 0 : bw_tape_job_fail(job, "divide", result);
}

int bw_tool_tape_create(struct bw_tape_job *job)
{
    const char *path = job->words[0];
    int code;

    if ((job->given & BW_TAPE_OPT_SIZE_1) &&
        (job->partitions != 2 || !job->capacity)) {
        return bw_tool_fail("--partition-size goes with --partitions 2 and "
                            "--capacity");
    }
    if (job->profile && !bw_tape_profile(job->profile)) {
        return fail_profile(job->profile);
    }
    code = bw_tape_job_blank(job, path);
    if (!code) {
        code = put_label(job);
    }
    if (!code && job->partitions == 2) {
        code = divide(job);
    }
    return code ? code : bw_tape_job_save(job);
}

int bw_tool_tape_label(struct bw_tape_job *job)
{
    int code;

    if (!job->given) {
        return bw_tool_fail("tape label changes what an option names, as "
                            "--barcode; see benchwire tape --help");
    }
    code = bw_tape_job_open(job, job->words[0], BW_TAPE_CHANGE);
    if (!code) {
        code = put_label(job);
    }
    return code ? code : bw_tape_job_save(job);
}
