/*
 * One session in a server's table; for server_sessions.c and server_room.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SERVER_SLOT_H
#define BENCHWIRE_HOST_AGENT_SERVER_SLOT_H

#include "host-agent/conn.h"
#include "host-agent/handshake.h"
#include "host-agent/server.h"
#include "host-agent/session.h"

/* What is behind @who is guarded by the server's lock, but for @session, which
 * is its thread's, with the atomic members of it. */
struct bw_server_slot {
    struct bw_server *server;
    size_t at; /* in server->slots */
    int fd;
    struct bw_io_fd io;
    struct bw_handshake *handshake; /* NULL: the socket is the connection */
    uint64_t since_ns;
    struct bw_wire_who who;         /* but its times and numbers */
    const struct bw_export *export; /* who.export, to be compared */
    bool greeted;                   /* HELLO is done */
    struct bw_session session;
};

/* Whatever it waits for on its connection is over.  With the lock held; the
 * caller logs why. */
void bw_server_end_slot(struct bw_server_slot *slot);

/**
 * bw_server_make_room: before a session takes its place in the table
 *
 * With the lock held, which it lets go for ROOM_MS at most while it waits for
 * a session that gives way.  Where nobody can give way it does nothing.
 */
void bw_server_make_room(struct bw_server *s);

#endif
