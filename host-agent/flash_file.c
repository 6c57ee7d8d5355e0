/*
 * The file that keeps a board's flash; see flash_file.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/flash_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cursor.h"

#define VERSION   1
#define ERASED    0xff
#define CHUNK     1024
#define MAGIC_LEN 16

static const uint8_t magic[MAGIC_LEN + 1] = "benchwire nRF51\n";

static int fail(struct bw_flash_file *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int fail(struct bw_flash_file *f, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(f->error, sizeof(f->error), format, args);
    va_end(args);
    return -1;
}

static off_t whole_size(const struct bw_flash_file *f)
{
    return (off_t)f->flash_size + BW_FLASH_FILE_UICR + BW_FLASH_FILE_LABEL;
}

static off_t label_offset(const struct bw_flash_file *f)
{
    return (off_t)f->flash_size + BW_FLASH_FILE_UICR;
}

/* Both return 0, or -1 with errno set. */

static int read_all(int fd, off_t offset, uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = pread(fd, bytes, len, offset);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n < 0 ? errno : EIO; /* shorter than it was */
            return -1;
        }
        bytes += n;
        offset += n;
        len -= (size_t)n;
    }
    return 0;
}

static int write_all(int fd, off_t offset, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = pwrite(fd, bytes, len, offset);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n < 0 ? errno : EIO;
            return -1;
        }
        bytes += n;
        offset += n;
        len -= (size_t)n;
    }
    return 0;
}

static void make_label(const struct bw_flash_file *f, uint8_t *label)
{
    struct bw_writer w;

    memset(label, 0, BW_FLASH_FILE_LABEL);
    bw_writer_init(&w, label, BW_FLASH_FILE_LABEL);
    bw_write_bytes(&w, magic, MAGIC_LEN);
    bw_write_le32(&w, VERSION);
    bw_write_le32(&w, f->flash_size);
    bw_write_le32(&w, BW_FLASH_FILE_UICR);
}

/* The label comes last: until then the file counts as new. */
static int create(struct bw_flash_file *f, const char *path)
{
    uint8_t block[BW_FLASH_FILE_LABEL];
    int failed = ftruncate(f->fd, whole_size(f));

    memset(block, ERASED, sizeof(block));
    for (off_t at = 0; !failed && at < label_offset(f); at += CHUNK) {
        failed = write_all(f->fd, at, block, CHUNK);
    }
    make_label(f, block);
    if (failed || write_all(f->fd, label_offset(f), block, sizeof(block))) {
        return fail(f, "cannot create %s: %s", path, strerror(errno));
    }
    return 0;
}

static bool all_zero(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i]) {
            return false;
        }
    }
    return true;
}

static int check_or_create(struct bw_flash_file *f, const char *path)
{
    uint8_t label[BW_FLASH_FILE_LABEL], wanted[BW_FLASH_FILE_LABEL];
    struct stat st;

    if (fstat(f->fd, &st)) {
        return fail(f, "cannot read %s: %s", path, strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return fail(f, "%s is not a regular file", path);
    }
    if (st.st_size == 0) {
        return create(f, path);
    }
    if (st.st_size != whole_size(f)) {
        return fail(f,
                    "%s is not a flash file: it has %lld bytes, and one for "
                    "this board has %lld",
                    path, (long long)st.st_size, (long long)whole_size(f));
    }
    if (read_all(f->fd, label_offset(f), label, sizeof(label))) {
        return fail(f, "cannot read %s: %s", path, strerror(errno));
    }
    if (all_zero(label, sizeof(label))) {
        return create(f, path);
    }
    make_label(f, wanted);
    if (memcmp(label, wanted, sizeof(label)) != 0) {
        return fail(f, "%s is not a flash file: its label is missing", path);
    }
    return 0;
}

int bw_flash_file_open(struct bw_flash_file *f, const char *path,
                       uint32_t flash_size)
{
    f->flash_size = flash_size;
    f->error[0] = '\0';
    /* O_NONBLOCK: a FIFO must not make us wait */
    f->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
    if (f->fd < 0) {
        return fail(f, "cannot open %s: %s", path, strerror(errno));
    }
    if (flock(f->fd, LOCK_EX | LOCK_NB)) {
        fail(f, "cannot lock %s: %s", path,
             errno == EWOULDBLOCK ? "another program uses it"
                                  : strerror(errno));
        goto err_close;
    }
    if (check_or_create(f, path)) {
        goto err_close;
    }
    return 0;

err_close:
    bw_flash_file_close(f);
    return -1;
}

int bw_flash_file_read(struct bw_flash_file *f, uint8_t *flash, uint8_t *uicr)
{
    if (read_all(f->fd, 0, flash, f->flash_size) ||
        read_all(f->fd, f->flash_size, uicr, BW_FLASH_FILE_UICR)) {
        return fail(f, "cannot read the flash file: %s", strerror(errno));
    }
    return 0;
}

int bw_flash_file_write(struct bw_flash_file *f, uint32_t offset,
                        const uint8_t *bytes, size_t len)
{
    if (offset > label_offset(f) || len > (size_t)label_offset(f) - offset) {
        return fail(f, "a write beyond the memories of the flash file");
    }
    if (write_all(f->fd, offset, bytes, len)) {
        return fail(f, "cannot write the flash file: %s", strerror(errno));
    }
    return 0;
}

void bw_flash_file_close(struct bw_flash_file *f)
{
    if (f->fd >= 0) {
        close(f->fd);
        f->fd = -1;
    }
}
