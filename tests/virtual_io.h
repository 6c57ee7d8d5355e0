/*
 * A connection without a socket: bytes from memory, replies into memory, and
 * on request everything that a socket may do in between.
 *
 * For the unit tests of the session and its fuzzer.  Faults come from a
 * generator with a given seed, so a run can be repeated.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_VIRTUAL_IO_H
#define BENCHWIRE_TESTS_VIRTUAL_IO_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "host-agent/conn.h"

enum virtual_fault {
    VIRTUAL_SHORT = 1u << 0,   /* fewer bytes than there are */
    VIRTUAL_EINTR = 1u << 1,   /* a signal came */
    VIRTUAL_EAGAIN = 1u << 2,  /* nothing there yet, or no room */
    VIRTUAL_TIMEOUT = 1u << 3, /* and nothing came in time */
    VIRTUAL_RESET = 1u << 4    /* the peer is gone */
};

struct virtual_io {
    struct bw_io io;
    const uint8_t *in;
    size_t in_len;
    size_t in_pos;
    uint8_t *out; /* NULL: replies are dropped */
    size_t out_size;
    size_t out_len;
    unsigned faults; /* enum virtual_fault: which may happen */
    uint32_t seed;
    unsigned recvs;     /* calls, for tests that count them */
    unsigned sends;     /* likewise */
    unsigned waits;     /* likewise */
    int timeout_ms;     /* of the last one */
    unsigned also;      /* so many waits find the other descriptor readable */
    bool silent_at_end; /* after @in: nothing comes, instead of the end */
    bool takes_nothing; /* the peer does not read */
};

/* xorshift32: a fault with a chance of one in @one_in. */
static inline bool virtual_chance(struct virtual_io *v, unsigned fault,
                                  unsigned one_in)
{
    if (!(v->faults & fault)) {
        return false;
    }
    v->seed ^= v->seed << 13;
    v->seed ^= v->seed >> 17;
    v->seed ^= v->seed << 5;
    return v->seed % one_in == 0;
}

/* Returns true, with errno, if this call is to fail. */
static inline bool virtual_fails(struct virtual_io *v, bool may_block)
{
    if (virtual_chance(v, VIRTUAL_EINTR, 4)) {
        errno = EINTR;
        return true;
    }
    if (!may_block && virtual_chance(v, VIRTUAL_EAGAIN, 4)) {
        errno = EAGAIN;
        return true;
    }
    if (virtual_chance(v, VIRTUAL_RESET, 64)) {
        errno = ECONNRESET;
        return true;
    }
    return false;
}

static inline size_t virtual_length(struct virtual_io *v, size_t most)
{
    if (most > 1 && virtual_chance(v, VIRTUAL_SHORT, 2)) {
        return 1 + v->seed % (most < 16 ? most - 1 : 15);
    }
    return most;
}

static inline ssize_t virtual_recv(struct bw_io *io, uint8_t *buf, size_t len,
                                   bool block)
{
    struct virtual_io *v = (struct virtual_io *)io;
    size_t left = v->in_len - v->in_pos;

    v->recvs++;
    if (virtual_fails(v, block)) {
        return -1;
    }
    if (left == 0 && v->silent_at_end && !block) {
        errno = EAGAIN;
        return -1;
    }
    if (left == 0) {
        return 0;
    }
    len = virtual_length(v, left < len ? left : len);
    memcpy(buf, v->in + v->in_pos, len);
    v->in_pos += len;
    return (ssize_t)len;
}

static inline ssize_t virtual_send(struct bw_io *io, const uint8_t *buf,
                                   size_t len)
{
    struct virtual_io *v = (struct virtual_io *)io;

    v->sends++;
    if (v->takes_nothing) {
        errno = EAGAIN;
        return -1;
    }
    if (virtual_fails(v, false)) {
        return -1;
    }
    len = virtual_length(v, len);
    if (v->out && len <= v->out_size - v->out_len) {
        memcpy(v->out + v->out_len, buf, len);
        v->out_len += len;
    }
    return (ssize_t)len;
}

static inline int virtual_wait(struct bw_io *io, bool to_send, int also_fd,
                               int timeout_ms)
{
    struct virtual_io *v = (struct virtual_io *)io;
    bool also = also_fd >= 0 && v->also > 0;

    v->waits++;
    v->timeout_ms = timeout_ms;
    if (to_send && v->takes_nothing) {
        return 0;
    }
    v->also -= also;
    if (!to_send && v->silent_at_end && v->in_pos == v->in_len) {
        return also ? BW_IO_ALSO : 0;
    }
    if (virtual_chance(v, VIRTUAL_EINTR, 4)) {
        errno = EINTR;
        return -1;
    }
    if (virtual_chance(v, VIRTUAL_TIMEOUT, 16)) {
        return also ? BW_IO_ALSO : 0;
    }
    return BW_IO_SELF | (also ? BW_IO_ALSO : 0);
}

static inline void virtual_io_init(struct virtual_io *v, const uint8_t *in,
                                   size_t in_len, uint8_t *out, size_t out_size)
{
    static const struct bw_io_ops ops = {
        .recv = virtual_recv,
        .send = virtual_send,
        .wait = virtual_wait,
    };

    memset(v, 0, sizeof(*v));
    v->io.ops = &ops;
    v->in = in;
    v->in_len = in_len;
    v->out = out;
    v->out_size = out_size;
    v->seed = 1;
}

#endif
