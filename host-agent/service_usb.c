/*
 * The USB service; see service_usb.h.
 *
 * The backend takes and gives bytes where it likes; what does not fit waits
 * there.  A client that floods the agent is served in turns of TURN_BYTES, so
 * that the end of its session is seen between two.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/service_usb.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/clock.h"
#include "lib/wire_describe.h"

#define TURN_BYTES (1u << 20)

/* What the export has. */
struct own {
    struct bw_usb_port *port;
    struct bw_usb_select select;
};

static struct bw_usb_port *port_of(const struct bw_export *e)
{
    return ((const struct own *)e->own)->port;
}

static void close_export(struct bw_export *e)
{
    struct bw_usb_port *port = port_of(e);

    port->ops->close(port);
    free(e->own);
    e->own = NULL;
}

static void look(const struct bw_export *e, struct bw_usb_what *out)
{
    struct bw_usb_port *port = port_of(e);

    memset(out, 0, sizeof(*out));
    port->ops->describe(port, out);
}

static void describe(struct bw_export *e, struct bw_wire_description *out)
{
    const struct own *own = e->own;
    struct bw_usb_what what;

    look(e, &what);
    if (what.present) {
        bw_usb_what_print(&what, out->what, sizeof(out->what));
    } else {
        bw_usb_select_print(&own->select, out->what, sizeof(out->what));
    }
    out->state = !what.present ? BW_DESCRIBE_ABSENT
                 : what.why[0] ? BW_DESCRIBE_UNUSABLE
                               : BW_DESCRIBE_PRESENT;
    snprintf(out->cure, sizeof(out->cure), "%s",
             what.why[0]    ? what.why
             : what.present ? ""
                            : "plug it in");
}

bool bw_service_usb_attach(struct bw_export *e, struct bw_usb_port *port,
                           const struct bw_usb_select *select)
{
    struct own *own = malloc(sizeof(*own));

    if (!own) {
        port->ops->close(port);
        return false;
    }
    own->port = port;
    own->select = *select;
    e->own = own;
    e->close = close_export;
    e->describe = describe;
    return true;
}

uint32_t bw_service_usb_funcs(const struct bw_export *e)
{
    struct bw_usb_what what;

    look(e, &what);
    return port_of(e)->funcs | (what.present ? BW_DEVICE_FUNC_PRESENT : 0);
}

/* The pipe */

static struct bw_usb_stream *of_pipe(struct bw_usb_pipe *p)
{
    return (struct bw_usb_stream *)p; /* @pipe is its first member */
}

/* As the pipe's callbacks return it. */
static int moved(struct bw_usb_stream *st, ssize_t n)
{
    if (n >= 0) {
        return (int)n;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
        return 0;
    }
    st->err = errno;
    return -1;
}

static int pipe_read(struct bw_usb_pipe *p, uint8_t *buf, size_t len)
{
    struct bw_usb_stream *st = of_pipe(p);
    struct bw_io *io = st->conn->io;
    ssize_t n;

    st->asked = true;
    if (st->left || st->err) {
        return -1;
    }
    len = len > st->room ? st->room : len;
    if (!st->open || len == 0) {
        return 0;
    }
    n = (ssize_t)bw_conn_take(st->conn, buf, len);
    if (n == 0) {
        n = io->ops->recv(io, buf, len, false);
        st->left = n == 0;
        if (n > 0) {
            st->conn->received_ns = bw_clock_ns();
        }
    }
    if (st->left) {
        return -1;
    }
    if (n > 0) {
        st->room -= (size_t)n;
        st->out += (size_t)n;
    }
    return moved(st, n);
}

static int pipe_write(struct bw_usb_pipe *p, const uint8_t *buf, size_t len)
{
    struct bw_usb_stream *st = of_pipe(p);
    struct bw_io *io = st->conn->io;
    ssize_t n;

    if (st->err) {
        return -1;
    }
    if (!st->open || len == 0) {
        return 0;
    }
    len = len > TURN_BYTES ? TURN_BYTES : len;
    n = io->ops->send(io, buf, len);
    if (n > 0) {
        st->in += (size_t)n;
    }
    return moved(st, n);
}

static const struct bw_usb_pipe_ops pipe_ops = {
    .read = pipe_read,
    .write = pipe_write,
};

/* The conversation */

enum bw_status bw_service_usb_begin(struct bw_export *e,
                                    struct bw_usb_stream *st, struct bw_conn *c,
                                    char *why, size_t size)
{
    bool ready;

    memset(st, 0, sizeof(*st));
    st->pipe.ops = &pipe_ops;
    st->conn = c;
    st->port = port_of(e);
    st->stats = &e->stats;
    if (!c->io->ops->watch || c->io->ops->watch(c->io, &ready) < 0) {
        snprintf(why, size, "this connection cannot carry USB");
        return BW_UNSUPPORTED;
    }
    return st->port->ops->begin(st->port, &st->pipe, why, size);
}

void bw_service_usb_open(struct bw_usb_stream *st)
{
    st->open = true;
}

bool bw_service_usb_work(struct bw_usb_stream *st)
{
    bool lives;

    st->room = TURN_BYTES;
    st->asked = false;
    lives = st->port->ops->work(st->port);
    if (!st->port->ops->pending(st->port)) {
        st->stuck_ns = 0;
    } else if (st->in > 0 || !st->stuck_ns) {
        st->stuck_ns = bw_clock_ns();
    }
    bw_stats_bytes(st->stats, st->out, st->in);
    st->out = 0;
    st->in = 0;
    return lives && !st->left && !st->err;
}

bool bw_service_usb_wait(struct bw_usb_stream *st)
{
    struct bw_io *io = st->conn->io;
    uint64_t deadline_ns = BW_CLOCK_NEVER;
    bool ready;
    struct pollfd p[2] = {
        { .fd = io->ops->watch(io, &ready) },
        { .fd = st->port->event_fd, .events = POLLIN },
    };

    if (st->stuck_ns) {
        deadline_ns = bw_clock_after_ms(st->stuck_ns, st->conn->frame_ms);
        if (bw_clock_ns() >= deadline_ns) {
            st->err = ETIMEDOUT;
            return false;
        }
        p[0].events |= POLLOUT;
    }
    ready = ready || st->room == 0 || bw_conn_is_amid(st->conn);
    if (st->asked) { /* else it takes nothing until its own bytes are gone */
        p[0].events |= POLLIN;
    }
    if (poll(p, 2, ready && st->asked ? 0 : bw_clock_left_ms(deadline_ns)) <
            0 &&
        errno != EINTR) {
        st->err = errno;
        return false;
    }
    return true;
}

void bw_service_usb_end(struct bw_usb_stream *st)
{
    st->open = false;
    st->port->ops->end(st->port);
}
