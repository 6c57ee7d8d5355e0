/*
 * A tape's files on this machine, see tape_file.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tape_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/tape_name.h"

/* QEMU 10.0, block/file-posix.c and include/block/block-common.h */
#define LOCK_USED     100 /* + right: somebody uses it */
#define LOCK_UNSHARED 200 /* + right: somebody lets no other use it */
#define RIGHT_READ    0
#define RIGHT_WRITE   1
#define RIGHT_RESIZE  3

/* The first failure is the cause of those that follow. */
__attribute__((format(printf, 2, 3))) static void
explain(struct bw_tape_set *set, const char *format, ...)
{
    va_list args;

    if (set && !set->error[0]) {
        va_start(args, format);
        vsnprintf(set->error, sizeof(set->error), format, args);
        va_end(args);
    }
}

static enum bw_tape_result result_of(int error)
{
    switch (error) {
    case ENOENT:
        return BW_TAPE_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return BW_TAPE_READ_ONLY;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return BW_TAPE_FULL;
    case ENOMEM:
        return BW_TAPE_NO_MEMORY;
    case ENOSYS: /* the agent's sandbox makes no files */
        return BW_TAPE_UNSUPPORTED;
    default:
        return BW_TAPE_IO;
    }
}

static enum bw_tape_result fail(struct bw_tape_disk *disk, const char *what)
{
    int error = errno;

    explain(disk->owner, "cannot %s %s: %s", what, disk->path, strerror(error));
    return result_of(error);
}

/* --- struct bw_tape_io --- */

static enum bw_tape_result file_size(void *opaque, uint64_t *bytes)
{
    struct bw_tape_disk *disk = opaque;
    struct stat st;

    if (fstat(disk->fd, &st) < 0) {
        return fail(disk, "ask for the size of");
    }
    *bytes = (uint64_t)st.st_size;
    return BW_TAPE_OK;
}

/* Pass over @done bytes of the pieces from @v on.  Returns: the first that is
 * not done. */
static struct iovec *pass(struct iovec *v, const struct iovec *end, size_t done)
{
    while (v < end && done >= v->iov_len) {
        done -= v->iov_len;
        v++;
    }
    if (v < end) {
        v->iov_base = (uint8_t *)v->iov_base + done;
        v->iov_len -= done;
    }
    return v;
}

/* All of the pieces, however often the system stops in between.  Returns:
 * false with errno set; 0 there is the end of the file. */
static bool transfer(int fd, uint64_t offset, const struct bw_tape_piece *piece,
                     unsigned count, bool write)
{
    struct iovec all[BW_TAPE_PIECES], *v = all, *end = all + count;
    ssize_t n;
    unsigned i;

    for (i = 0; i < count; i++) {
        all[i].iov_base = piece[i].bytes;
        all[i].iov_len = piece[i].length;
    }
    for (v = pass(all, end, 0); v < end; v = pass(v, end, (size_t)n)) {
        n = write ? pwritev(fd, v, (int)(end - v), (off_t)offset)
                  : preadv(fd, v, (int)(end - v), (off_t)offset);
        if (n < 0 && errno == EINTR) {
            n = 0;
        } else if (n <= 0) {
            errno = n ? errno : 0;
            return false;
        }
        offset += (uint64_t)n;
    }
    return true;
}

static enum bw_tape_result file_read(void *opaque, uint64_t offset,
                                     const struct bw_tape_piece *pieces,
                                     unsigned count)
{
    struct bw_tape_disk *disk = opaque;

    if (transfer(disk->fd, offset, pieces, count, false)) {
        return BW_TAPE_OK;
    }
    if (errno == 0) {
        explain(disk->owner, "%s has become shorter while it was read",
                disk->path);
        return BW_TAPE_IO;
    }
    return fail(disk, "read");
}

static enum bw_tape_result file_write(void *opaque, uint64_t offset,
                                      const struct bw_tape_piece *pieces,
                                      unsigned count)
{
    struct bw_tape_disk *disk = opaque;

    return transfer(disk->fd, offset, pieces, count, true)
               ? BW_TAPE_OK
               : fail(disk, "write");
}

static enum bw_tape_result file_flush(void *opaque)
{
    struct bw_tape_disk *disk = opaque;

    return fdatasync(disk->fd) < 0 ? fail(disk, "write") : BW_TAPE_OK;
}

static enum bw_tape_result file_truncate(void *opaque, uint64_t bytes)
{
    struct bw_tape_disk *disk = opaque;

    return ftruncate(disk->fd, (off_t)bytes) < 0 ? fail(disk, "shorten")
                                                 : BW_TAPE_OK;
}

static void *host_memory(void *opaque, void *memory, size_t bytes)
{
    (void)opaque;
    if (bytes == 0) {
        free(memory);
        return NULL;
    }
    return realloc(memory, bytes);
}

static const struct bw_tape_io disk_io = {
    .size = file_size,
    .read = file_read,
    .write = file_write,
    .flush = file_flush,
    .truncate = file_truncate,
    .memory = host_memory,
};

/* --- locks --- */

static bool hold(int fd, int byte)
{
    struct flock l = {
        .l_type = F_RDLCK,
        .l_whence = SEEK_SET,
        .l_start = byte,
        .l_len = 1,
    };

    return fcntl(fd, F_OFD_SETLK, &l) == 0;
}

/* Does another program hold a lock on this byte? */
static bool held(int fd, int byte)
{
    struct flock l = {
        .l_type = F_WRLCK,
        .l_whence = SEEK_SET,
        .l_start = byte,
        .l_len = 1,
    };

    return fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

/* A file system that has no locks has none to be seen either: go on. */
static bool lock(struct bw_tape_disk *disk, enum bw_tape_access access)
{
    bool change = access == BW_TAPE_CHANGE;
    int fd = disk->fd;

    if (access == BW_TAPE_SHARE) {
        return true;
    }
    if (!hold(fd, LOCK_USED + RIGHT_READ) ||
        !hold(fd, LOCK_UNSHARED + RIGHT_WRITE) ||
        !hold(fd, LOCK_UNSHARED + RIGHT_RESIZE) ||
        (change && (!hold(fd, LOCK_USED + RIGHT_WRITE) ||
                    !hold(fd, LOCK_USED + RIGHT_RESIZE)))) {
        return errno != EAGAIN && errno != EACCES;
    }
    return !held(fd, LOCK_USED + RIGHT_WRITE) &&
           !held(fd, LOCK_USED + RIGHT_RESIZE) &&
           !held(fd, LOCK_UNSHARED + RIGHT_READ) &&
           !(change && (held(fd, LOCK_UNSHARED + RIGHT_WRITE) ||
                        held(fd, LOCK_UNSHARED + RIGHT_RESIZE)));
}

/* --- files --- */

enum bw_tape_result bw_tape_disk_open(struct bw_tape_disk *disk,
                                      const char *path,
                                      enum bw_tape_access access, bool create,
                                      struct bw_tape_set *owner)
{
    bool change = access == BW_TAPE_CHANGE;
    enum bw_tape_result result = BW_TAPE_OK;
    struct stat st;

    disk->io = disk_io;
    disk->io.opaque = disk;
    disk->owner = owner;
    snprintf(disk->path, sizeof(disk->path), "%s", path);
    disk->fd = open(path,
                    (change ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK |
                        (change && create ? O_CREAT : 0),
                    0666);
    if (disk->fd < 0) {
        /* a side file that is missing is no failure */
        return errno == ENOENT ? BW_TAPE_NOT_FOUND : fail(disk, "open");
    }
    if (fstat(disk->fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        explain(owner, "%s is not a regular file", path);
        result = BW_TAPE_FOREIGN;
    } else if (!lock(disk, access)) {
        explain(owner,
                "%s is in use by another program, a QEMU perhaps; take the "
                "tape out there first%s",
                owner && owner->path[0] ? owner->path : path,
                change ? "" : ", or look at it with --force-share");
        result = BW_TAPE_IO;
    }
    if (result != BW_TAPE_OK) {
        bw_tape_disk_close(disk);
    }
    return result;
}

void bw_tape_disk_close(struct bw_tape_disk *disk)
{
    if (disk->fd >= 0) {
        close(disk->fd);
        disk->fd = -1;
    }
}

/* --- struct bw_tape_files --- */

static enum bw_tape_result set_open(void *opaque, enum bw_tape_file file,
                                    bool create, const struct bw_tape_io **io)
{
    struct bw_tape_set *set = opaque;
    struct bw_tape_disk *disk = &set->disk[file];
    char path[PATH_MAX];
    enum bw_tape_result result = BW_TAPE_OK;

    if (disk->fd < 0) {
        bw_tape_name(set->path, file, path, sizeof(path));
        if (create && set->access != BW_TAPE_CHANGE && access(path, F_OK) < 0) {
            return BW_TAPE_READ_ONLY;
        }
        result = bw_tape_disk_open(disk, path, set->access, create, set);
    }
    if (result == BW_TAPE_OK) {
        *io = &disk->io;
    }
    return result;
}

static enum bw_tape_result set_remove(void *opaque, enum bw_tape_file file)
{
    struct bw_tape_set *set = opaque;
    char path[PATH_MAX];

    bw_tape_disk_close(&set->disk[file]);
    if (set->access != BW_TAPE_CHANGE) {
        return BW_TAPE_READ_ONLY;
    }
    bw_tape_name(set->path, file, path, sizeof(path));
    if (unlink(path) < 0 && errno != ENOENT) {
        explain(set, "cannot remove %s: %s", path, strerror(errno));
        return result_of(errno);
    }
    return BW_TAPE_OK;
}

bool bw_tape_set_init(struct bw_tape_set *set, const char *path,
                      enum bw_tape_access access)
{
    int i;

    memset(set, 0, sizeof(*set));
    set->files.opaque = set;
    set->files.open = set_open;
    set->files.remove = set_remove;
    set->access = access;
    for (i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        set->disk[i].fd = -1;
    }
    if (strlen(path) + BW_TAPE_NAME_MORE >= sizeof(set->path)) {
        explain(set, "the name of the tape is too long");
        return false;
    }
    strcpy(set->path, path);
    return true;
}

void bw_tape_set_finish(struct bw_tape_set *set)
{
    int i;

    for (i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        bw_tape_disk_close(&set->disk[i]);
    }
}
