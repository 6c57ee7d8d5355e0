/*
 * The server: listeners and a thread for each session.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SERVER_H
#define BENCHWIRE_HOST_AGENT_SERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host-agent/bench.h"
#include "host-agent/listener.h"

#define BW_SERVER_MAX_LISTENERS 2
#define BW_SERVER_MAX_SESSIONS  64
#define BW_SERVER_STOP_MS       15000 /* for the sessions to end */

struct bw_server_slot;

struct bw_server {
    struct bw_bench *bench;
    struct bw_listener listeners[BW_SERVER_MAX_LISTENERS]; /* closed at end */
    size_t listener_count;
    int wake_fd; /* eventfd: bw_server_stop() was called */
    atomic_bool stopping;
    uint64_t quiet_until_ns; /* until then a full agent is not told again */
    unsigned session_number; /* of the newest */
    pthread_mutex_t lock;    /* guards what follows */
    pthread_cond_t ended;    /* a session did; waits on CLOCK_MONOTONIC */
    struct bw_server_slot *slots[BW_SERVER_MAX_SESSIONS]; /* NULL: free */
    size_t slot_count;
};

/* Returns: 0, or -1 and errno.  @bench must outlive the server. */
int bw_server_init(struct bw_server *s, struct bw_bench *bench);

/**
 * bw_server_run: serve until bw_server_stop()
 *
 * Then nothing new is accepted, a transfer under way is finished, every
 * session ends and the listeners are closed.
 *
 * Returns: true if all sessions ended within BW_SERVER_STOP_MS; otherwise
 * the bench is still in use and must not be finished.
 */
bool bw_server_run(struct bw_server *s);

/* May be called from a signal handler or another thread. */
void bw_server_stop(struct bw_server *s);

void bw_server_finish(struct bw_server *s);

#endif
