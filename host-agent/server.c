/*
 * The server: listeners and a thread for each session; see server.h.
 *
 * Above session.c; started by benchwired_main.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/notify.h"
#include "host-agent/session.h"

#define FULL_PAUSE_MS 100   /* no descriptors left: try again then */
#define FULL_QUIET_MS 60000 /* and tell of it again then */
#define GRACE_MS      2000  /* to take the last replies, when stopping */
#define PEER_SIZE     64

struct bw_server_slot {
    struct bw_server *server;
    size_t at; /* in server->slots */
    int fd;
    struct bw_io_fd io;
    struct bw_session session;
};

int bw_server_init(struct bw_server *s, struct bw_bench *bench)
{
    pthread_condattr_t attr;

    memset(s, 0, sizeof(*s));
    s->bench = bench;
    s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->wake_fd < 0) {
        return -1;
    }
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->ended, &attr);
    pthread_condattr_destroy(&attr);
    return 0;
}

void bw_server_finish(struct bw_server *s)
{
    close(s->wake_fd);
    pthread_cond_destroy(&s->ended);
    pthread_mutex_destroy(&s->lock);
}

void bw_server_stop(struct bw_server *s)
{
    int err = errno; /* the interrupted code's */

    eventfd_write(s->wake_fd, 1);
    errno = err;
}

/* Who is that?  For the log. */
static void describe_peer(int fd, char out[PEER_SIZE])
{
    struct sockaddr_storage addr = { 0 };
    socklen_t len = sizeof(addr);
    struct ucred cred = { 0 };
    socklen_t cred_len = sizeof(cred);
    char host[INET6_ADDRSTRLEN] = "?";

    getpeername(fd, (struct sockaddr *)&addr, &len);
    if (addr.ss_family == AF_INET) {
        struct sockaddr_in *v4 = (struct sockaddr_in *)&addr;

        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
        snprintf(out, PEER_SIZE, "tcp %s:%u", host, ntohs(v4->sin_port));
    } else if (addr.ss_family == AF_INET6) {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&addr;

        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
        snprintf(out, PEER_SIZE, "tcp [%s]:%u", host, ntohs(v6->sin6_port));
    } else if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &cred_len) == 0) {
        snprintf(out, PEER_SIZE, "unix pid %ld uid %ld", (long)cred.pid,
                 (long)cred.uid);
    } else {
        snprintf(out, PEER_SIZE, "unix");
    }
}

/* Sessions */

/* Returns the index, or BW_SERVER_MAX_SESSIONS if the server is full. */
static size_t take_slot(struct bw_server *s, struct bw_server_slot *slot)
{
    size_t i;

    pthread_mutex_lock(&s->lock);
    for (i = 0; i < BW_SERVER_MAX_SESSIONS; i++) {
        if (!s->slots[i]) {
            s->slots[i] = slot;
            s->slot_count++;
            slot->at = i;
            break;
        }
    }
    pthread_mutex_unlock(&s->lock);
    return i;
}

static void drop_slot(struct bw_server_slot *slot)
{
    struct bw_server *s = slot->server;

    pthread_mutex_lock(&s->lock);
    s->slots[slot->at] = NULL;
    s->slot_count--;
    close(slot->fd); /* with the lock, or stop_sessions() meets another's */
    free(slot);
    pthread_cond_signal(&s->ended);
    pthread_mutex_unlock(&s->lock);
}

static void *session_thread(void *opaque)
{
    struct bw_server_slot *slot = opaque;

    bw_session_run(&slot->session);
    drop_slot(slot);
    return NULL;
}

/* A detached thread in which no signal is handled.  Returns 0 or an errno. */
static int start_thread(struct bw_server_slot *slot)
{
    pthread_attr_t attr;
    sigset_t all, old;
    pthread_t thread;
    int err;

    sigfillset(&all);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    err = pthread_create(&thread, &attr, session_thread, slot);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
    return err;
}

/* Takes over @fd. */
static void start_session(struct bw_server *s, int fd)
{
    struct bw_server_slot *slot = malloc(sizeof(*slot));
    const char *why = "out of memory";
    char peer[PEER_SIZE];
    const int on = 1;
    int err;

    describe_peer(fd, peer);
    if (!slot) {
        goto err_close_fd;
    }
    slot->server = s;
    slot->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    bw_io_fd_init(&slot->io, fd);
    bw_session_init(&slot->session, &slot->io.io, s->bench, &s->stopping,
                    ++s->session_number);
    if (take_slot(s, slot) == BW_SERVER_MAX_SESSIONS) {
        why = "the most sessions there may be are open";
        goto err_free_slot;
    }
    bw_log(BW_LOG_INFO, "session %u: connected, %s", s->session_number, peer);
    err = start_thread(slot);
    if (err) {
        bw_log(BW_LOG_ERROR, "session %u: closed, no thread: %s",
               s->session_number, strerror(err));
        drop_slot(slot);
    }
    return;

err_free_slot:
    free(slot);
err_close_fd:
    bw_log(BW_LOG_ERROR, "a client was turned away, %s: %s", peer, why);
    close(fd);
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
        start_session(s, fd);
        return true;
    }
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) {
        return true;
    }
    log_full(s, l, errno);
    return false;
}

/* Stopping */

static void shutdown_all(struct bw_server *s, int how)
{
    size_t i;

    for (i = 0; i < BW_SERVER_MAX_SESSIONS; i++) {
        if (s->slots[i]) {
            shutdown(s->slots[i]->fd, how);
        }
    }
}

/* With the lock held.  Returns true when no session is left. */
static bool wait_ended(struct bw_server *s, uint64_t deadline_ns)
{
    struct timespec until = bw_clock_timespec(deadline_ns);
    int err = 0;

    while (s->slot_count > 0 && err != ETIMEDOUT) {
        err = pthread_cond_timedwait(&s->ended, &s->lock, &until);
    }
    return s->slot_count == 0;
}

/* A session sees the end of its input, after the request it is busy with;
 * one whose client takes no reply is cut off after a while. */
static bool stop_sessions(struct bw_server *s)
{
    uint64_t now = bw_clock_ns();
    bool all;

    pthread_mutex_lock(&s->lock);
    shutdown_all(s, SHUT_RD);
    all = wait_ended(s, bw_clock_after_ms(now, GRACE_MS));
    if (!all) {
        shutdown_all(s, SHUT_RDWR);
        all = wait_ended(s, bw_clock_after_ms(now, BW_SERVER_STOP_MS));
    }
    if (!all) {
        bw_log(BW_LOG_ERROR, "%zu sessions did not end, an adapter hangs",
               s->slot_count);
    }
    pthread_mutex_unlock(&s->lock);
    return all;
}

bool bw_server_run(struct bw_server *s)
{
    struct pollfd p[1 + BW_SERVER_MAX_LISTENERS];
    bool pause = false;
    size_t i;

    p[0].fd = s->wake_fd;
    p[0].events = POLLIN;
    for (i = 0; i < s->listener_count; i++) {
        p[i + 1].fd = s->listeners[i].fd;
        p[i + 1].events = POLLIN;
    }
    for (;;) {
        int ready = poll(p, pause ? 1 : 1 + s->listener_count,
                         pause ? FULL_PAUSE_MS : -1);

        if (ready > 0 && (p[0].revents & POLLIN)) {
            break;
        }
        for (i = 0; ready > 0 && i < s->listener_count; i++) {
            if (p[i + 1].revents && !accept_one(s, &s->listeners[i])) {
                pause = true;
            }
        }
        pause = ready > 0 && pause;
    }
    bw_log(BW_LOG_INFO, "stopping");
    bw_notify("STOPPING=1");
    atomic_store(&s->stopping, true);
    for (i = 0; i < s->listener_count; i++) {
        bw_listener_close(&s->listeners[i]);
    }
    return stop_sessions(s);
}
