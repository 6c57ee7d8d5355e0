/*
 * What a simulated USB disk keeps its blocks in; see sim_usb_store.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/sim_usb_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 512

struct store {
    struct bw_usb_store store; /* first: it is what callers have */
    int fd;                    /* -1: @memory */
    uint8_t *memory;
};

static bool has(const struct store *s, uint64_t at, size_t len)
{
    return at <= s->store.size && len <= s->store.size - at;
}

static bool read_file(void *opaque, uint64_t at, uint8_t *data, size_t len)
{
    struct store *s = opaque;

    while (len > 0) {
        ssize_t n = pread(s->fd, data, len, (off_t)at);

        if (n <= 0 && !(n < 0 && errno == EINTR)) {
            return false;
        }
        if (n > 0) {
            data += n;
            at += (uint64_t)n;
            len -= (size_t)n;
        }
    }
    return true;
}

static bool write_file(void *opaque, uint64_t at, const uint8_t *data,
                       size_t len)
{
    struct store *s = opaque;

    while (len > 0) {
        ssize_t n = pwrite(s->fd, data, len, (off_t)at);

        if (n <= 0 && !(n < 0 && errno == EINTR)) {
            return false;
        }
        if (n > 0) {
            data += n;
            at += (uint64_t)n;
            len -= (size_t)n;
        }
    }
    return true;
}

static bool flush_file(void *opaque)
{
    struct store *s = opaque;

    return s->store.read_only || fdatasync(s->fd) == 0;
}

static bool read_memory(void *opaque, uint64_t at, uint8_t *data, size_t len)
{
    struct store *s = opaque;

    if (!has(s, at, len)) {
        return false;
    }
    memcpy(data, s->memory + at, len);
    return true;
}

static bool write_memory(void *opaque, uint64_t at, const uint8_t *data,
                         size_t len)
{
    struct store *s = opaque;

    if (!has(s, at, len)) {
        return false;
    }
    memcpy(s->memory + at, data, len);
    return true;
}

static bool flush_memory(void *opaque)
{
    (void)opaque;
    return true;
}

static bool open_memory(struct store *s, char *error, size_t error_size)
{
    s->memory = calloc(1, BW_SIM_USB_MEMORY);
    if (!s->memory) {
        snprintf(error, error_size, "out of memory");
        return false;
    }
    s->store.size = BW_SIM_USB_MEMORY;
    s->store.read = read_memory;
    s->store.write = write_memory;
    s->store.flush = flush_memory;
    return true;
}

static int open_for(struct store *s, const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0 && (errno == EACCES || errno == EROFS || errno == EPERM)) {
        s->store.read_only = true;
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    }
    return fd;
}

static bool open_file(struct store *s, const char *path, char *error,
                      size_t error_size)
{
    struct stat st;

    s->fd = open_for(s, path);
    if (s->fd < 0) {
        snprintf(error, error_size,
                 "%s: %s; make one with truncate -s 64M, which the agent's "
                 "user may read and write",
                 path, strerror(errno));
        return false;
    }
    if (fstat(s->fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < BLOCK ||
        st.st_size % BLOCK != 0) {
        snprintf(error, error_size,
                 "%s is no file of whole blocks of %d bytes; make one with "
                 "truncate -s 64M",
                 path, BLOCK);
        close(s->fd);
        return false;
    }
    s->store.size = (uint64_t)st.st_size;
    s->store.read = read_file;
    s->store.write = write_file;
    s->store.flush = flush_file;
    return true;
}

struct bw_usb_store *bw_sim_usb_store_open(const char *path, char *error,
                                           size_t error_size)
{
    struct store *s = calloc(1, sizeof(*s));
    bool ok;

    if (!s) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    s->fd = -1;
    s->store.opaque = s;
    ok = path[0] ? open_file(s, path, error, error_size)
                 : open_memory(s, error, error_size);
    if (!ok) {
        free(s);
        return NULL;
    }
    return &s->store;
}

void bw_sim_usb_store_close(struct bw_usb_store *store)
{
    struct store *s = (struct store *)store;

    if (!s) {
        return;
    }
    if (s->fd >= 0) {
        close(s->fd);
    }
    free(s->memory);
    free(s);
}
