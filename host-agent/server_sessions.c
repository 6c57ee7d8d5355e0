/*
 * The sessions of a server: their threads and their table; see
 * server_sessions.h.
 *
 * Below it session.c serves.  What WHO tells of a session is kept here, under
 * the server's lock: a session tells of itself what others may see.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/server_sessions.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host-agent/clock.h"
#include "host-agent/handshake.h"
#include "host-agent/log.h"
#include "host-agent/peer.h"
#include "host-agent/server_slot.h"
#include "host-agent/session.h"

#define GRACE_MS  2000 /* to take the last replies, when stopping */
#define NS_PER_MS 1000000u
#define MAX_ERROR 512

static struct bw_server *server_of(struct bw_session_host *h)
{
    return (struct bw_server *)h; /* @host is its first member */
}

/* The table; all with the lock held */

static struct bw_server_slot *find_slot(struct bw_server *s, unsigned number)
{
    size_t i;

    for (i = 0; i < BW_SERVER_MAX_SESSIONS; i++) {
        if (s->slots[i] && s->slots[i]->session.number == number) {
            return s->slots[i];
        }
    }
    return NULL;
}

/* Whatever it waits for on its connection, or for its adapter, is over.  Its
 * export lives: the session tells of its end before it lets go of it. */
void bw_server_end_slot(struct bw_server_slot *slot)
{
    atomic_store(&slot->session.ended, true);
    shutdown(slot->fd, SHUT_RDWR);
    if (slot->export && slot->export->bus) {
        bw_bus_wake(slot->export->bus);
    }
}

static void shutdown_all(struct bw_server *s, int how)
{
    size_t i;

    for (i = 0; i < BW_SERVER_MAX_SESSIONS; i++) {
        if (s->slots[i]) {
            shutdown(s->slots[i]->fd, how);
        }
    }
}

static bool has_ended(struct bw_server *s, unsigned number)
{
    return number ? !find_slot(s, number)
                  : s->slot_count == 0 && s->metrics_clients == 0;
}

/* Until no session is left, or not the one of @number. */
static bool wait_ended(struct bw_server *s, unsigned number,
                       uint64_t deadline_ns)
{
    struct timespec until = bw_clock_timespec(deadline_ns);
    int err = 0;

    while (!has_ended(s, number) && err != ETIMEDOUT) {
        err = pthread_cond_timedwait(&s->ended, &s->lock, &until);
    }
    return has_ended(s, number);
}

/* One session */

/* Returns false if the server is full. */
static bool take_slot(struct bw_server *s, struct bw_server_slot *slot)
{
    size_t i = 0;

    pthread_mutex_lock(&s->lock);
    bw_server_make_room(s);
    if (s->slot_count >= s->max_sessions) {
        pthread_mutex_unlock(&s->lock);
        return false;
    }
    while (s->slots[i]) {
        i++;
    }
    s->slots[i] = slot;
    s->slot_count++;
    s->started++;
    slot->at = i;
    pthread_mutex_unlock(&s->lock);
    return true;
}

static void drop_slot(struct bw_server_slot *slot)
{
    struct bw_server *s = slot->server;

    pthread_mutex_lock(&s->lock);
    s->slots[slot->at] = NULL;
    s->slot_count--;
    close(slot->fd); /* with the lock, or shutdown_all() meets another's */
    free(slot);
    pthread_cond_broadcast(&s->ended);
    pthread_mutex_unlock(&s->lock);
}

/* Returns the way of its bytes, or NULL. */
static struct bw_io *shake_hands(struct bw_server_slot *slot)
{
    struct bw_session *session = &slot->session;
    struct bw_handshake *h = slot->handshake;
    char identity[BW_WIRE_MAX_NAME + 1] = "";
    char error[MAX_ERROR] = "";
    struct bw_io *io;

    if (!h) {
        return &slot->io.io;
    }
    io = h->ops->begin(h, slot->fd, session->hello_ns, identity, error,
                       sizeof(error));
    if (io) {
        bw_conn_init(&session->conn, io);
        memcpy(session->identity, identity, sizeof(identity));
        bw_session_changed(session);
        bw_log(BW_LOG_INFO, "session %u: is \"%s\"", session->number, identity);
    } else if (!atomic_load(&session->ended)) {
        bw_log(BW_LOG_ERROR, "session %u: closed, %s", session->number, error);
    }
    return io;
}

static void *session_thread(void *opaque)
{
    struct bw_server_slot *slot = opaque;
    struct bw_io *io = shake_hands(slot);

    if (io) {
        bw_session_run(&slot->session);
    }
    if (io && slot->handshake) {
        slot->handshake->ops->end(slot->handshake, io);
    }
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

static const char *name_of(const struct bw_listener *l)
{
    const char *name = l->handshake ? l->handshake->ops->name : NULL;

    return name ? name : "tcp";
}

static void fill_slot(struct bw_server_slot *slot, struct bw_server *s,
                      const struct bw_listener *l, int fd)
{
    struct bw_session *session = &slot->session;
    struct bw_wire_who *who = &slot->who;

    slot->server = s;
    slot->fd = fd;
    slot->handshake = l->handshake;
    slot->since_ns = bw_clock_ns();
    slot->export = NULL;
    slot->greeted = false;
    bw_io_fd_init(&slot->io, fd);
    bw_session_init(session, &slot->io.io, s->bench, &s->stopping,
                    ++s->session_number);
    session->host = &s->host;
    session->silence_ms = atomic_load(&s->silence_ms);
    if (!l->handshake) {
        bw_peer_identify(fd, s->bench, session->identity);
    }
    memset(who, 0, sizeof(*who));
    who->session = session->number;
    memcpy(who->identity, session->identity, sizeof(who->identity));
    bw_peer_describe_over(fd, name_of(l), who->peer);
}

static void turn_away(struct bw_server *s, const struct bw_listener *l, int fd,
                      const char *why)
{
    char peer[BW_WIRE_MAX_TEXT + 1];
    unsigned untold;

    pthread_mutex_lock(&s->lock);
    s->turned_away++;
    pthread_mutex_unlock(&s->lock);
    if (why[0] && bw_log_quota_take(&s->turned_quota, bw_clock_ns(), &untold)) {
        bw_peer_describe_over(fd, name_of(l), peer);
        bw_log(BW_LOG_ERROR, "a client was turned away, %s: %s", peer, why);
        if (untold) {
            bw_log(BW_LOG_ERROR, "and %u before it that were not told of",
                   untold);
        }
    }
    close(fd);
}

void bw_server_start_session(struct bw_server *s, const struct bw_listener *l,
                             int fd)
{
    struct bw_handshake *h = l->handshake;
    struct bw_server_slot *slot;
    char error[MAX_ERROR] = "";
    int err;

    if (h && h->ops->admit && !h->ops->admit(h, fd, error, sizeof(error))) {
        turn_away(s, l, fd, error);
        return;
    }
    slot = malloc(sizeof(*slot));
    if (!slot) {
        turn_away(s, l, fd, "out of memory");
        return;
    }
    fill_slot(slot, s, l, fd);
    bw_peer_set_options(fd, slot->session.silence_ms);
    if (!take_slot(s, slot)) {
        free(slot);
        turn_away(s, l, fd, "the most sessions there may be are open");
        return;
    }
    bw_log(BW_LOG_INFO, "session %u: connected, %s%s%s", slot->who.session,
           slot->who.peer, h ? "" : ", as ", slot->who.identity);
    err = start_thread(slot);
    if (err) {
        bw_log(BW_LOG_ERROR, "session %u: closed, no thread: %s",
               slot->who.session, strerror(err));
        drop_slot(slot);
    }
}

/* What sessions ask */

static void host_changed(struct bw_session_host *h, struct bw_session *session)
{
    struct bw_server *s = server_of(h);
    struct bw_export *e = session->export;
    struct bw_server_slot *slot;

    pthread_mutex_lock(&s->lock);
    slot = find_slot(s, session->number);
    if (slot) {
        memcpy(slot->who.identity, session->identity,
               sizeof(slot->who.identity));
        memcpy(slot->who.software, session->software,
               sizeof(slot->who.software));
        slot->who.kind = e ? (uint16_t)e->kind : 0;
        snprintf(slot->who.export, sizeof(slot->who.export), "%s",
                 e ? e->name : "");
        slot->export = e;
        slot->greeted = session->greeted;
    }
    pthread_mutex_unlock(&s->lock);
}

static uint64_t ms_since(uint64_t ns, uint64_t now_ns)
{
    return now_ns > ns ? (now_ns - ns) / NS_PER_MS : 0;
}

bool bw_server_hangs(struct bw_server *s, uint64_t now_ns)
{
    bool hangs = false;
    size_t i;

    pthread_mutex_lock(&s->lock);
    for (i = 0; i < BW_SERVER_MAX_SESSIONS; i++) {
        uint64_t busy_ns =
            s->slots[i] ? atomic_load(&s->slots[i]->session.busy_ns) : 0;

        hangs |= busy_ns && ms_since(busy_ns, now_ns) > BW_WATCHDOG_HUNG_MS;
    }
    pthread_mutex_unlock(&s->lock);
    return hangs;
}

static bool host_who(struct bw_session_host *h, size_t *at,
                     struct bw_wire_who *out)
{
    struct bw_server *s = server_of(h);
    struct bw_server_slot *slot = NULL;
    uint64_t now_ns = bw_clock_ns();

    pthread_mutex_lock(&s->lock);
    while (!slot && *at < BW_SERVER_MAX_SESSIONS) {
        slot = s->slots[(*at)++];
    }
    if (slot) {
        *out = slot->who;
        out->since_ms = ms_since(slot->since_ns, now_ns);
        out->idle_ms = ms_since(atomic_load(&slot->session.heard_ns), now_ns);
        out->requests = atomic_load(&slot->session.requests);
    }
    pthread_mutex_unlock(&s->lock);
    return slot;
}

static enum bw_status host_kick(struct bw_session_host *h,
                                struct bw_session *by, uint32_t session,
                                char why[BW_WIRE_MAX_TEXT + 1])
{
    struct bw_server *s = server_of(h);
    struct bw_server_slot *slot;
    enum bw_status status = BW_OK;

    pthread_mutex_lock(&s->lock);
    slot = find_slot(s, session);
    if (!slot) {
        snprintf(why, BW_WIRE_MAX_TEXT + 1, "there is no session %u",
                 (unsigned)session);
        status = BW_NOT_FOUND;
    } else if (session == by->number) {
        snprintf(why, BW_WIRE_MAX_TEXT + 1,
                 "session %u is the one that asks; close its connection",
                 (unsigned)session);
        status = BW_INVALID;
    } else {
        bw_log(BW_LOG_INFO, "session %u: ended by session %u, \"%s\"",
               (unsigned)session, by->number, by->identity);
        bw_server_end_slot(slot);
        if (!wait_ended(s, session,
                        bw_clock_after_ms(bw_clock_ns(), BW_SERVER_KICK_MS))) {
            snprintf(why, BW_WIRE_MAX_TEXT + 1,
                     "session %u is in its adapter's hands and ends when that "
                     "lets go",
                     (unsigned)session);
            status = BW_TIMEOUT;
        }
    }
    pthread_mutex_unlock(&s->lock);
    return status;
}

size_t bw_server_end_sessions(struct bw_server *s,
                              const char *(*why)(const struct bw_wire_who *who,
                                                 const struct bw_export *export,
                                                 void *opaque),
                              void *opaque)
{
    size_t ended = 0;
    size_t i;

    pthread_mutex_lock(&s->lock);
    for (i = 0; i < BW_SERVER_MAX_SESSIONS; i++) {
        struct bw_server_slot *slot = s->slots[i];
        bool lives = slot && !atomic_load(&slot->session.ended);
        const char *text = lives ? why(&slot->who, slot->export, opaque) : NULL;

        if (text) {
            bw_log(BW_LOG_INFO, "session %u: ended, %s", slot->who.session,
                   text);
            bw_server_end_slot(slot);
            ended++;
        }
    }
    pthread_mutex_unlock(&s->lock);
    return ended;
}

/* Reading the bench file again */

static enum bw_status host_reload(struct bw_session_host *h,
                                  char text[BW_WIRE_MAX_TEXT + 1])
{
    struct bw_server *s = server_of(h);
    struct timespec until = bw_clock_timespec(
        bw_clock_after_ms(bw_clock_ns(), BW_SERVER_RELOAD_MS));
    enum bw_status status = BW_TIMEOUT;
    unsigned ticket;
    int err = 0;

    pthread_mutex_lock(&s->lock);
    ticket = ++s->reload_asked;
    bw_server_reload(s);
    while ((int)(s->reload_answered - ticket) < 0 && err != ETIMEDOUT &&
           !atomic_load(&s->stopping)) {
        err = pthread_cond_timedwait(&s->reloaded, &s->lock, &until);
    }
    if ((int)(s->reload_answered - ticket) >= 0) {
        status = s->reload_status;
        memcpy(text, s->reload_text, sizeof(s->reload_text));
    } else {
        snprintf(text, BW_WIRE_MAX_TEXT + 1,
                 "the agent is still busy with it; its log will tell");
    }
    pthread_mutex_unlock(&s->lock);
    return status;
}

void bw_server_run_reload(struct bw_server *s)
{
    char text[BW_WIRE_MAX_TEXT + 1] = "";
    enum bw_status status = BW_UNSUPPORTED;
    unsigned asked;

    pthread_mutex_lock(&s->lock);
    asked = s->reload_asked;
    pthread_mutex_unlock(&s->lock);
    if (s->reload) {
        status = s->reload(s, s->reload_opaque, text);
    } else {
        snprintf(text, sizeof(text), "this agent has no bench file");
    }
    bw_log(status == BW_OK ? BW_LOG_INFO : BW_LOG_ERROR, "%s", text);
    pthread_mutex_lock(&s->lock);
    s->reload_answered = asked;
    s->reload_status = status;
    memcpy(s->reload_text, text, sizeof(text));
    pthread_cond_broadcast(&s->reloaded);
    pthread_mutex_unlock(&s->lock);
}

const struct bw_session_host_ops bw_server_host_ops = {
    .changed = host_changed,
    .who = host_who,
    .kick = host_kick,
    .reload = host_reload,
};

/* Stopping */

bool bw_server_stop_sessions(struct bw_server *s)
{
    uint64_t now = bw_clock_ns();
    bool all;

    pthread_mutex_lock(&s->lock);
    pthread_cond_broadcast(&s->reloaded); /* it will not be */
    shutdown_all(s, SHUT_RD);
    all = wait_ended(s, 0, bw_clock_after_ms(now, GRACE_MS));
    if (!all) {
        shutdown_all(s, SHUT_RDWR);
        all = wait_ended(s, 0, bw_clock_after_ms(now, BW_SERVER_STOP_MS));
    }
    if (!all) {
        bw_log(BW_LOG_ERROR, "%zu sessions did not end, an adapter hangs",
               s->slot_count);
    }
    pthread_mutex_unlock(&s->lock);
    return all;
}
