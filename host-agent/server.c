/*
 * The server's own thread: it listens and accepts; see server.h.
 *
 * Started by benchwired_main.c; next on the way is server_sessions.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/server.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/metrics.h"
#include "host-agent/notify.h"
#include "host-agent/server_sessions.h"

#define FULL_PAUSE_MS 100   /* no descriptors left: try again then */
#define FULL_QUIET_MS 60000 /* and tell of it again then */

int bw_server_init(struct bw_server *s, struct bw_bench *bench)
{
    pthread_condattr_t attr;

    memset(s, 0, sizeof(*s));
    s->host.ops = &bw_server_host_ops;
    s->bench = bench;
    atomic_init(&s->silence_ms, BW_SERVER_SILENCE_MS);
    s->max_sessions = BW_SERVER_MAX_SESSIONS;
    s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->wake_fd < 0) {
        return -1;
    }
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->ended, &attr);
    pthread_cond_init(&s->reloaded, &attr);
    pthread_condattr_destroy(&attr);
    return 0;
}

void bw_server_set_limits(struct bw_server *s, uint32_t silence_ms,
                          size_t max_sessions)
{
    atomic_store(&s->silence_ms, silence_ms);
    pthread_mutex_lock(&s->lock);
    s->max_sessions = max_sessions;
    pthread_mutex_unlock(&s->lock);
}

void bw_server_finish(struct bw_server *s)
{
    close(s->wake_fd);
    pthread_cond_destroy(&s->reloaded);
    pthread_cond_destroy(&s->ended);
    pthread_mutex_destroy(&s->lock);
}

/* With flag and descriptor only, as signal handlers must; their errno is the
 * interrupted code's. */
static void wake(struct bw_server *s, atomic_bool *what)
{
    int err = errno;

    atomic_store(what, true);
    eventfd_write(s->wake_fd, 1);
    errno = err;
}

void bw_server_stop(struct bw_server *s)
{
    wake(s, &s->must_stop);
}

void bw_server_reload(struct bw_server *s)
{
    wake(s, &s->must_reload);
}

/* Tell of a failure to accept, but not ten times a second. */
static void log_full(struct bw_server *s, const struct bw_listener *l, int err)
{
    uint64_t now_ns = bw_clock_ns();

    if (now_ns < s->quiet_until_ns) {
        return;
    }
    s->quiet_until_ns = bw_clock_after_ms(now_ns, FULL_QUIET_MS);
    bw_log(BW_LOG_ERROR, "cannot accept on %s: %s; clients wait", l->name,
           strerror(err));
}

/* Accept what waits on a listener.  Returns false if that must pause. */
static bool accept_one(struct bw_server *s, const struct bw_listener *l)
{
    int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);

    if (fd >= 0) {
        if (l->kind == BW_LISTEN_METRICS) {
            bw_metrics_start(s, fd);
        } else {
            bw_server_start_session(s, l, fd);
        }
        return true;
    }
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) {
        return true;
    }
    log_full(s, l, errno);
    return false;
}

/* Accept on all of them.  Returns false if that must pause. */
static bool accept_all(struct bw_server *s, const struct pollfd *ready)
{
    bool good = true;
    size_t i;

    for (i = 0; i < s->listeners.count; i++) {
        if (ready[i].revents && !accept_one(s, &s->listeners.list[i])) {
            good = false;
        }
    }
    return good;
}

/* What was asked for through @wake_fd.  Returns false to stop. */
static bool serve_wishes(struct bw_server *s)
{
    eventfd_t count;

    eventfd_read(s->wake_fd, &count);
    if (atomic_load(&s->must_stop)) {
        return false;
    }
    if (atomic_exchange(&s->must_reload, false)) {
        bw_server_run_reload(s);
    }
    return true;
}

/* A reload may change the listeners, so they are looked up each time. */
static size_t fill_poll(const struct bw_server *s, struct pollfd *p)
{
    size_t i;

    p[0] = (struct pollfd){ .fd = s->wake_fd, .events = POLLIN };
    for (i = 0; i < s->listeners.count; i++) {
        p[i + 1] =
            (struct pollfd){ .fd = s->listeners.list[i].fd, .events = POLLIN };
    }
    return i + 1;
}

bool bw_server_run(struct bw_server *s)
{
    struct pollfd p[1 + BW_LISTENERS_MAX];
    bool pause = false;
    size_t i;

    bw_watchdog_init(&s->watchdog);
    for (;;) {
        size_t count = fill_poll(s, p);
        int ready =
            poll(p, pause ? 1 : count,
                 bw_watchdog_wait_ms(&s->watchdog, pause ? FULL_PAUSE_MS : -1));

        if (bw_watchdog_due(&s->watchdog)) {
            bw_watchdog_tick(&s->watchdog, bw_server_hangs(s, bw_clock_ns()));
        }
        if (ready > 0 && (p[0].revents & POLLIN)) {
            if (!serve_wishes(s)) {
                break;
            }
            continue; /* the listeners may be others now */
        }
        pause = ready > 0 && !pause && !accept_all(s, p + 1);
    }
    bw_log(BW_LOG_INFO, "stopping");
    bw_notify("STOPPING=1");
    atomic_store(&s->stopping, true);
    for (i = 0; i < s->listeners.count; i++) {
        bw_listener_close(&s->listeners.list[i]);
    }
    return bw_server_stop_sessions(s);
}
