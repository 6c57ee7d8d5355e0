/*
 * What makes a session's connection of an accepted socket, before its HELLO.
 *
 * A listener has one or none; with none the socket is the connection, and the
 * client is who the listener says, or the user at the other end of a unix
 * socket.  TLS is one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_HANDSHAKE_H
#define BENCHWIRE_HOST_AGENT_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host-agent/conn.h"
#include "lib/wire.h"

struct bw_handshake;

/**
 * struct bw_handshake_ops - the steps
 * @name: of what goes over TCP, such as "tls", for the log and WHO
 * @admit: in the thread that accepts, before there is a session: shall this
 *         socket be served?  NULL: always.  false: @error receives a sentence,
 *         or "" to say nothing of it, and the socket is closed
 * @begin: in the session's own thread.  @deadline_ns is that of the handshake
 *         and the HELLO together.  @identity receives who the client is.
 *         Returns the bytes' way, or NULL with a sentence in @error.  shutdown(2)
 *         of @fd by another thread must end it, as it ends all waits of @io
 * @end: the session is over: say goodbye, within reason, and free @io.  @fd is
 *       closed afterwards by the server
 */
struct bw_handshake_ops {
    const char *name;
    bool (*admit)(struct bw_handshake *h, int fd, char *error,
                  size_t error_size);
    struct bw_io *(*begin)(struct bw_handshake *h, int fd, uint64_t deadline_ns,
                           char identity[BW_WIRE_MAX_NAME + 1], char *error,
                           size_t error_size);
    void (*end)(struct bw_handshake *h, struct bw_io *io);
};

/* Outlives every session of the server; what it serves with, such as
 * credentials, may be replaced within it. */
struct bw_handshake {
    const struct bw_handshake_ops *ops;
};

#endif
