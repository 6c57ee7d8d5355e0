/*
 * The server: listeners and a thread for each session.
 *
 * server.c accepts and runs the agent's main thread, server_sessions.c has the
 * table of the sessions.
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
#include "host-agent/listeners.h"
#include "host-agent/log_quota.h"
#include "host-agent/session_host.h"
#include "host-agent/watchdog.h"

#define BW_SERVER_MAX_SESSIONS 64
#define BW_SERVER_MAX_NEW      16    /* of them without a HELLO */
#define BW_SERVER_STOP_MS      15000 /* for the sessions to end */
#define BW_SERVER_KICK_MS      2000  /* for one session to end */
#define BW_SERVER_RELOAD_MS    10000 /* for RELOAD to be answered */
#define BW_SERVER_SILENCE_MS   10000 /* @silence_ms at first */

struct bw_server;
struct bw_server_slot;
struct bw_tls_gate;

/**
 * bw_server_reload_fn: read the bench file again
 *
 * Called in the thread of bw_server_run(), where listeners may be changed too.
 * @text receives what came of it, one sentence, and is logged.
 *
 * Returns: BW_OK, or why nothing was changed.
 */
typedef enum bw_status bw_server_reload_fn(struct bw_server *s, void *opaque,
                                           char text[BW_WIRE_MAX_TEXT + 1]);

struct bw_server {
    struct bw_session_host host;
    struct bw_bench *bench;
    struct bw_listeners listeners; /* closed at the end */
    atomic_uint silence_ms;        /* of sessions that begin, 0: for ever */
    bw_server_reload_fn *reload;   /* NULL: there is nothing to be read */
    void *reload_opaque;
    struct bw_tls_gate *tls; /* for the metrics; NULL: none */
    int wake_fd; /* eventfd: bw_server_stop() or _reload() was called */
    atomic_bool must_stop;
    atomic_bool must_reload;
    atomic_bool stopping;
    struct bw_watchdog watchdog; /* from the start of bw_server_run() on */
    uint64_t quiet_until_ns;     /* until then a full agent is not told again */
    struct bw_log_quota turned_quota; /* of clients that are turned away */
    unsigned session_number;          /* of the newest */
    pthread_mutex_t lock;             /* guards what follows */
    size_t max_sessions;              /* at most BW_SERVER_MAX_SESSIONS */
    pthread_cond_t ended;     /* a session did; waits on CLOCK_MONOTONIC */
    uint64_t started;         /* sessions */
    uint64_t turned_away;     /* clients */
    uint64_t made_room;       /* sessions that were ended for others */
    unsigned metrics_clients; /* that are being served */
    struct bw_server_slot *slots[BW_SERVER_MAX_SESSIONS]; /* NULL: free */
    size_t slot_count;
    pthread_cond_t reloaded;  /* waits on CLOCK_MONOTONIC */
    unsigned reload_asked;    /* by RELOAD, so often */
    unsigned reload_answered; /* of these */
    enum bw_status reload_status;
    char reload_text[BW_WIRE_MAX_TEXT + 1];
};

/* Returns: 0, or -1 and errno.  @bench must outlive the server. */
int bw_server_init(struct bw_server *s, struct bw_bench *bench);

/**
 * bw_server_set_limits: for sessions that begin from now on
 * @silence_ms: how long a client may be silent with an export, 0: for ever
 * @max_sessions: at the same time, 1 to BW_SERVER_MAX_SESSIONS
 */
void bw_server_set_limits(struct bw_server *s, uint32_t silence_ms,
                          size_t max_sessions);

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
void bw_server_reload(struct bw_server *s);

/**
 * bw_server_end_sessions: end those that may not go on, after a reload
 * @why: asked for each, with the server's lock held; returns the reason as the
 *       log is to say it ("its export was removed"), or NULL to let it live.
 *       @who->export is the name of what it has open, @export the same as an
 *       address to compare, or NULL
 *
 * Does not wait for them.  Returns: how many.
 */
size_t bw_server_end_sessions(struct bw_server *s,
                              const char *(*why)(const struct bw_wire_who *who,
                                                 const struct bw_export *export,
                                                 void *opaque),
                              void *opaque);

/* Whether a session's request takes longer than any may, for the watchdog. */
bool bw_server_hangs(struct bw_server *s, uint64_t now_ns);

void bw_server_finish(struct bw_server *s);

#endif
