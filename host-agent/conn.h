/*
 * A connection: bytes in both directions and the frames in them.
 *
 * The layer below session.c (agent) and client.c (the benchwire tool).  It
 * knows frame headers and nothing else of the protocol.  Bytes move through
 * struct bw_io, so that a test may put short reads, EINTR and errors in their
 * way; bw_io_fd is the one for sockets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_CONN_H
#define BENCHWIRE_HOST_AGENT_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/status.h"
#include "lib/wire.h"

#define BW_CONN_FRAME_MS 10000 /* @frame_ms of struct bw_conn at first */

struct bw_io;

enum bw_io_ready {
    BW_IO_SELF = 1, /* the connection */
    BW_IO_ALSO = 2  /* the other descriptor */
};

/**
 * struct bw_io_ops - how bytes move
 * @recv: as recv(2); @block false adds MSG_DONTWAIT; otherwise EAGAIN means
 *        that the socket's own time-out (SO_RCVTIMEO) has passed
 * @send: as send(2) with MSG_DONTWAIT and MSG_NOSIGNAL
 * @wait: as poll(2) of the one descriptor, for POLLOUT if @to_send and POLLIN
 *        otherwise, and of @also_fd for POLLIN if that is not -1: bits of enum
 *        bw_io_ready, 0 time is up, -1 and errno
 * @has_left: the peer will send nothing more, whatever is still to be
 *            received; NULL: that is not known
 * @watch: for a caller that waits for both directions: the descriptor to be
 *         given to poll(2); *@ready: there is something to receive already,
 *         which poll does not know of.  NULL: it has none
 */
struct bw_io_ops {
    ssize_t (*recv)(struct bw_io *io, uint8_t *buf, size_t len, bool block);
    ssize_t (*send)(struct bw_io *io, const uint8_t *buf, size_t len);
    int (*wait)(struct bw_io *io, bool to_send, int also_fd, int timeout_ms);
    bool (*has_left)(struct bw_io *io);
    int (*watch)(struct bw_io *io, bool *ready);
};

struct bw_io {
    const struct bw_io_ops *ops;
};

struct bw_io_fd {
    struct bw_io io;
    int fd; /* a connected stream socket, not owned */
};

void bw_io_fd_init(struct bw_io_fd *f, int fd);

/* What @wait does for a plain descriptor. */
int bw_io_wait_fd(int fd, bool to_send, int also_fd, int timeout_ms);

struct bw_conn {
    struct bw_io *io;
    int also_fd;          /* bw_conn_next() wakes for it too; -1: none */
    bool also_ready;      /* it was, and that is still to be told */
    unsigned unlooked;    /* frames taken since it was looked at */
    uint32_t frame_ms;    /* for a frame that has begun, and to send one */
    uint64_t received_ns; /* when the newest bytes came */
    uint64_t begun_ns;    /* when the first ones of the next frame came */
    size_t in_pos;        /* next byte of @in that is not yet taken */
    size_t in_len;        /* bytes in @in */
    uint8_t in[BW_WIRE_MAX_FRAME];
    uint8_t out[BW_WIRE_MAX_FRAME]; /* the caller encodes a frame here */
};

/* A received frame; the body is valid until the next bw_conn_next(). */
struct bw_frame {
    struct bw_wire_header header;
    const uint8_t *body; /* header.len bytes */
};

/* @io must outlive @c.  No other descriptor is waited for at first. */
void bw_conn_init(struct bw_conn *c, struct bw_io *io);

/**
 * bw_conn_next: wait for the next frame
 * @deadline_ns: when to give up; a frame that has begun must be complete
 *               within @c->frame_ms besides
 * @bad: receives BW_OK, or why the header was refused (errno EBADMSG); in
 *       that case @f->header holds its fields as received, for the reply
 *
 * Returns: 1 and @f filled in; 0 if the peer closed between two frames; -1
 * and errno: EAGAIN if @c->also_fd is readable (call again then; a storm there
 * and frames here take turns), ETIMEDOUT, EBADMSG, ECONNRESET if the peer
 * closed inside a frame, or what recv(2) or poll(2) said.
 */
int bw_conn_next(struct bw_conn *c, uint64_t deadline_ns, struct bw_frame *f,
                 enum bw_status *bad);

/**
 * bw_conn_send: send the first @len bytes of @c->out, all of them
 *
 * Returns: 0, or -1 and errno, ETIMEDOUT after @c->frame_ms.
 */
int bw_conn_send(struct bw_conn *c, size_t len);

/* What was received behind the last frame, at most @len bytes of it: for a
 * connection that goes on without frames.  Returns how many. */
size_t bw_conn_take(struct bw_conn *c, uint8_t *buf, size_t len);

/* Has a frame begun, and not come to its end?  Also not within its time? */
bool bw_conn_is_amid(const struct bw_conn *c);
bool bw_conn_is_late(const struct bw_conn *c);

/* Has the peer hung up?  Takes nothing from it. */
bool bw_conn_has_left(struct bw_conn *c);

#endif
