/*
 * What the agent has counted, as OpenMetrics text, for who connects to a
 * socket.
 *
 * server.c hands over clients of the metrics listener.  Written are the
 * numbers of stats.c and of the server itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_METRICS_H
#define BENCHWIRE_HOST_AGENT_METRICS_H

#include <stdbool.h>
#include <stdio.h>

struct bw_server;

#define BW_METRICS_MAX_CLIENTS 4    /* at a time; more are turned away */
#define BW_METRICS_WAIT_MS     2000 /* for a client to ask, and to take it all */

/* All families, up to "# EOF".  Returns whether there was memory. */
bool bw_metrics_print(struct bw_server *s, FILE *out);

/**
 * bw_metrics_start: serve a client, in a thread of its own
 * @fd: connected; taken over
 *
 * A client that sends "GET" is answered as HTTP has it, one that sends nothing
 * receives the text alone.
 */
void bw_metrics_start(struct bw_server *s, int fd);

#endif
