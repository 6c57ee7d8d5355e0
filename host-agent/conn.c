/*
 * A connection: bytes in both directions and the frames in them; see conn.h.
 *
 * A request that arrives whole costs one recv(2), its reply one send(2); poll
 * is only asked when there is nothing to take or no room to send.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/conn.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "host-agent/clock.h"
#include "lib/cursor.h"

static struct bw_io_fd *io_fd(struct bw_io *io)
{
    return (struct bw_io_fd *)io; /* @io is its first member */
}

static ssize_t fd_recv(struct bw_io *io, uint8_t *buf, size_t len, bool block)
{
    return recv(io_fd(io)->fd, buf, len, block ? 0 : MSG_DONTWAIT);
}

static ssize_t fd_send(struct bw_io *io, const uint8_t *buf, size_t len)
{
    return send(io_fd(io)->fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int bw_io_wait_fd(int fd, bool to_send, int also_fd, int timeout_ms)
{
    struct pollfd p[2] = {
        { .fd = fd, .events = to_send ? POLLOUT : POLLIN },
        { .fd = also_fd, .events = POLLIN },
    };
    int ready = poll(p, also_fd < 0 ? 1 : 2, timeout_ms);

    if (ready <= 0) {
        return ready;
    }
    return (p[0].revents ? BW_IO_SELF : 0) |
           (also_fd >= 0 && p[1].revents ? BW_IO_ALSO : 0);
}

static int fd_wait(struct bw_io *io, bool to_send, int also_fd, int timeout_ms)
{
    return bw_io_wait_fd(io_fd(io)->fd, to_send, also_fd, timeout_ms);
}

static bool fd_has_left(struct bw_io *io)
{
    struct pollfd p = { .fd = io_fd(io)->fd, .events = POLLRDHUP };

    return poll(&p, 1, 0) > 0;
}

static int fd_watch(struct bw_io *io, bool *ready)
{
    *ready = false;
    return io_fd(io)->fd;
}

static const struct bw_io_ops fd_ops = {
    .recv = fd_recv,
    .send = fd_send,
    .wait = fd_wait,
    .has_left = fd_has_left,
    .watch = fd_watch,
};

void bw_io_fd_init(struct bw_io_fd *f, int fd)
{
    f->io.ops = &fd_ops;
    f->fd = fd;
}

void bw_conn_init(struct bw_conn *c, struct bw_io *io)
{
    c->io = io;
    c->also_fd = -1;
    c->also_ready = false;
    c->unlooked = 0;
    c->frame_ms = BW_CONN_FRAME_MS;
    c->received_ns = 0;
    c->begun_ns = 0;
    c->in_pos = 0;
    c->in_len = 0;
}

/* Returns 0 when ready or interrupted, -1 and errno otherwise, EAGAIN if only
 * the other descriptor is ready. */
static int wait_for(struct bw_conn *c, bool to_send, uint64_t deadline_ns)
{
    int also_fd = to_send ? -1 : c->also_fd;
    int ready = c->io->ops->wait(c->io, to_send, also_fd,
                                 bw_clock_left_ms(deadline_ns));

    if (ready == 0) {
        errno = ETIMEDOUT;
        return -1;
    }
    if (ready == BW_IO_ALSO) {
        errno = EAGAIN;
        return -1;
    }
    if (ready > 0) {
        c->unlooked = 0;
        c->also_ready = c->also_ready || (ready & BW_IO_ALSO);
        return 0;
    }
    return errno == EINTR ? 0 : -1;
}

/* Where there are two to wait for, nothing may be taken from one without a look
 * at the other.  Returns as wait_for(). */
static int look_at_both(struct bw_conn *c, uint64_t deadline_ns)
{
    return c->also_fd < 0 || c->also_ready ? 0
                                           : wait_for(c, false, deadline_ns);
}

/* Take more bytes.  Returns 1, 0 at the peer's end, -1 and errno. */
static int fill(struct bw_conn *c, uint64_t deadline_ns)
{
    bool block = deadline_ns == BW_CLOCK_NEVER && c->also_fd < 0;
    ssize_t n;

    if (look_at_both(c, deadline_ns) < 0) {
        return -1;
    }
    for (;;) {
        n = c->io->ops->recv(c->io, c->in + c->in_len,
                             sizeof(c->in) - c->in_len, block);
        if (n > 0) {
            c->in_len += (size_t)n;
            c->received_ns = bw_clock_ns();
            return 1;
        }
        if (n == 0) {
            return 0;
        }
        if (errno == EINTR) {
            continue;
        }
        if (errno != EAGAIN && errno != EWOULDBLOCK) {
            return -1;
        }
        if (block) { /* the socket has a time-out of its own */
            errno = ETIMEDOUT;
            return -1;
        }
        if (wait_for(c, false, deadline_ns) < 0) {
            return -1;
        }
    }
}

static size_t buffered(const struct bw_conn *c)
{
    return c->in_len - c->in_pos;
}

/* A frame that has begun must be complete by then. */
static uint64_t frame_deadline(const struct bw_conn *c)
{
    return bw_clock_after_ms(c->begun_ns, c->frame_ms);
}

static uint64_t earlier(uint64_t a_ns, uint64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

/* Until @need bytes of one frame are there. */
static int gather(struct bw_conn *c, size_t need, uint64_t *deadline_ns)
{
    while (buffered(c) < need) {
        bool begun = buffered(c) > 0;
        int got;

        if (!begun) {
            c->in_pos = 0;
            c->in_len = 0;
        } else if (c->in_pos + need > sizeof(c->in)) {
            memmove(c->in, c->in + c->in_pos, buffered(c));
            c->in_len -= c->in_pos;
            c->in_pos = 0;
        }
        got = fill(c, *deadline_ns);
        if (got == 0 && begun) {
            errno = ECONNRESET;
            return -1;
        }
        if (got <= 0) {
            return got;
        }
        if (!begun) {
            c->begun_ns = c->received_ns;
            *deadline_ns = earlier(*deadline_ns, frame_deadline(c));
        }
    }
    return 1;
}

/* The fields of a header that bw_wire_get_header() refused. */
static void get_raw_header(const uint8_t *buf, struct bw_wire_header *h)
{
    struct bw_reader r;

    bw_reader_init(&r, buf, BW_WIRE_HEADER_LEN);
    h->len = bw_read_le32(&r);
    h->type = bw_read_le16(&r);
    h->status = bw_read_le16(&r);
    h->id = bw_read_le32(&r);
}

/* It was readable beside the connection, or so many frames have been taken
 * from the buffer that it must be looked at. */
static bool is_also_due(struct bw_conn *c)
{
    int ready;

    if (c->also_fd < 0 || c->also_ready) {
        return c->also_ready;
    }
    if (c->unlooked++ < BW_WIRE_MAX_PENDING) {
        return false;
    }
    c->unlooked = 0;
    ready = c->io->ops->wait(c->io, false, c->also_fd, 0);
    return ready > 0 && (ready & BW_IO_ALSO);
}

int bw_conn_next(struct bw_conn *c, uint64_t deadline_ns, struct bw_frame *f,
                 enum bw_status *bad)
{
    int got;

    *bad = BW_OK;
    if (is_also_due(c)) {
        c->also_ready = false;
        errno = EAGAIN;
        return -1;
    }
    if (buffered(c) > 0) {
        deadline_ns = earlier(deadline_ns, frame_deadline(c));
    }
    got = gather(c, BW_WIRE_HEADER_LEN, &deadline_ns);
    if (got <= 0) {
        return got;
    }
    *bad = bw_wire_get_header(c->in + c->in_pos, &f->header);
    if (*bad != BW_OK) {
        get_raw_header(c->in + c->in_pos, &f->header);
        errno = EBADMSG;
        return -1;
    }
    got = gather(c, BW_WIRE_HEADER_LEN + f->header.len, &deadline_ns);
    if (got <= 0) {
        return got;
    }
    f->body = c->in + c->in_pos + BW_WIRE_HEADER_LEN;
    c->in_pos += BW_WIRE_HEADER_LEN + f->header.len;
    c->begun_ns = c->received_ns; /* what follows came with these at most */
    return 1;
}

int bw_conn_send(struct bw_conn *c, size_t len)
{
    uint64_t deadline_ns = BW_CLOCK_NEVER;
    size_t sent = 0;

    while (sent < len) {
        ssize_t n = c->io->ops->send(c->io, c->out + sent, len - sent);

        if (n >= 0) {
            sent += (size_t)n;
            continue;
        }
        if (errno == EINTR) {
            continue;
        }
        if (errno != EAGAIN && errno != EWOULDBLOCK) {
            return -1;
        }
        if (deadline_ns == BW_CLOCK_NEVER) {
            deadline_ns = bw_clock_after_ms(bw_clock_ns(), c->frame_ms);
        }
        if (wait_for(c, true, deadline_ns) < 0) {
            return -1;
        }
    }
    return 0;
}

size_t bw_conn_take(struct bw_conn *c, uint8_t *buf, size_t len)
{
    if (len > buffered(c)) {
        len = buffered(c);
    }
    memcpy(buf, c->in + c->in_pos, len);
    c->in_pos += len;
    return len;
}

bool bw_conn_is_amid(const struct bw_conn *c)
{
    return buffered(c) > 0;
}

bool bw_conn_is_late(const struct bw_conn *c)
{
    return bw_conn_is_amid(c) && bw_clock_ns() >= frame_deadline(c);
}

bool bw_conn_has_left(struct bw_conn *c)
{
    return c->io->ops->has_left && c->io->ops->has_left(c->io);
}
