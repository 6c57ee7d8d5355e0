/*
 * The sessions of a server: their threads and their table; for server.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SERVER_SESSIONS_H
#define BENCHWIRE_HOST_AGENT_SERVER_SESSIONS_H

#include <stdbool.h>

#include "host-agent/server.h"

/* The questions of a session, about the others. */
extern const struct bw_session_host_ops bw_server_host_ops;

/* Serve @fd, which is taken over, as its listener says. */
void bw_server_start_session(struct bw_server *s, const struct bw_listener *l,
                             int fd);

/* A session sees the end of its input, after the request it is busy with; one
 * whose client takes no reply is cut off after a while.  Returns: whether all
 * have ended. */
bool bw_server_stop_sessions(struct bw_server *s);

/* Answer those who wait for what was read again.  In bw_server_run(). */
void bw_server_run_reload(struct bw_server *s);

#endif
