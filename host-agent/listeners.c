/*
 * All that the agent listens on; see listeners.h.
 *
 * Between agent.c, which has the bench file, and listener.c, which has the
 * sockets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/listeners.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host-agent/log.h"

#define DEFAULT_UNIX "/run/benchwire/benchwire.sock"
#define FIRST_FD     3 /* sd_listen_fds(3), SD_LISTEN_FDS_START */
#define MAX_WANTED   4
#define MAX_ERROR    512

/* What to listen on. */
struct wanted {
    enum bw_listener_kind kind;
    const char *where; /* path or host */
    uint16_t port;
};

static size_t list_wanted(const struct bw_config_listen *l,
                          const char *unix_path, struct wanted *out)
{
    const char *path = unix_path ? unix_path : l->unix_path;
    size_t n = 0;

    if (!path[0] && !l->tcp.line && !l->tls.line) {
        path = DEFAULT_UNIX;
    }
    if (path[0] || unix_path) {
        out[n++] = (struct wanted){ BW_LISTEN_UNIX, path, 0 };
    }
    if (l->tcp.line) {
        out[n++] = (struct wanted){ BW_LISTEN_TCP, l->tcp.host, l->tcp.port };
    }
    if (l->tls.line) {
        out[n++] = (struct wanted){ BW_LISTEN_TLS, l->tls.host, l->tls.port };
    }
    if (l->metrics_path[0]) {
        out[n++] = (struct wanted){ BW_LISTEN_METRICS, l->metrics_path, 0 };
    }
    return n;
}

static bool is_unix(enum bw_listener_kind kind)
{
    return kind == BW_LISTEN_UNIX || kind == BW_LISTEN_METRICS;
}

static int open_one(struct bw_listener *l, enum bw_listener_kind kind,
                    const char *where, uint16_t port, struct bw_handshake *tls,
                    char *error, size_t error_size)
{
    int opened;

    if (kind == BW_LISTEN_TLS && !tls) {
        snprintf(error, error_size, "this agent has no TLS; remove tls =");
        return -1;
    }
    opened = is_unix(kind) ? bw_listen_unix(l, where, error, error_size)
                           : bw_listen_tcp(l, where, port, error, error_size);

    if (opened == 0 && kind == BW_LISTEN_TLS) {
        bw_listener_set_tls(l, tls);
    }
    if (opened == 0 && kind == BW_LISTEN_METRICS) {
        bw_listener_set_metrics(l);
    }
    return opened;
}

/* The listener that is what @w wants, or NULL. */
static struct bw_listener *find(struct bw_listeners *have,
                                const struct wanted *w)
{
    size_t i;

    for (i = 0; i < have->count; i++) {
        struct bw_listener *l = &have->list[i];

        if (l->kind == w->kind &&
            (l->inherited ||
             (strcmp(l->where, w->where) == 0 && l->port == w->port))) {
            return l;
        }
    }
    return NULL;
}

static bool is_in(const struct bw_listeners *l, int fd)
{
    size_t i;

    for (i = 0; i < l->count; i++) {
        if (l->list[i].fd == fd) {
            return true;
        }
    }
    return false;
}

/* Two addresses that overlap cannot be listened on at the same time.  Returns
 * whether something was closed. */
static bool make_room(struct bw_listeners_change *c, struct bw_listeners *have,
                      const struct wanted *w)
{
    bool any = false;
    size_t i;

    for (i = 0; i < have->count; i++) {
        struct bw_listener *l = &have->list[i];

        if (!is_unix(l->kind) && !is_unix(w->kind) && l->port == w->port &&
            !l->inherited && !c->closed[i] && !is_in(&c->next, l->fd)) {
            bw_listener_close(l);
            c->closed[i] = true;
            any = true;
        }
    }
    return any;
}

static int want_one(struct bw_listeners_change *c, struct bw_listeners *have,
                    const struct wanted *w, struct bw_handshake *tls,
                    char *error, size_t error_size)
{
    struct bw_listener *l = &c->next.list[c->next.count];
    struct bw_listener *old = find(have, w);

    if (old) {
        if (!old->inherited) { /* those are there already */
            *l = *old;
            c->next.count++;
        }
        return 0;
    }
    if (open_one(l, w->kind, w->where, w->port, tls, error, error_size) < 0 &&
        (!make_room(c, have, w) ||
         open_one(l, w->kind, w->where, w->port, tls, error, error_size) < 0)) {
        return -1;
    }
    c->opened[c->next.count++] = true;
    return 0;
}

int bw_listeners_prepare(struct bw_listeners_change *c,
                         struct bw_listeners *have,
                         const struct bw_config_listen *want,
                         const char *unix_path, struct bw_handshake *tls,
                         char *error, size_t error_size)
{
    struct wanted wanted[MAX_WANTED];
    size_t count = list_wanted(want, unix_path, wanted);
    size_t i;

    memset(c, 0, sizeof(*c));
    for (i = 0; i < have->count; i++) {
        if (have->list[i].inherited) {
            if (have->list[i].kind == BW_LISTEN_TLS) {
                if (!tls) {
                    snprintf(error, error_size,
                             "this agent has no TLS; remove its socket unit");
                    return -1;
                }
                bw_listener_set_tls(&have->list[i], tls);
            }
            c->next.list[c->next.count++] = have->list[i];
        }
    }
    /* first what stays, so that no room is made of it */
    for (i = 0; i < count; i++) {
        if (find(have, &wanted[i]) &&
            want_one(c, have, &wanted[i], tls, error, error_size) < 0) {
            return -1;
        }
    }
    for (i = 0; i < count; i++) {
        if (!find(have, &wanted[i]) &&
            want_one(c, have, &wanted[i], tls, error, error_size) < 0) {
            bw_listeners_abort(c, have);
            return -1;
        }
    }
    return 0;
}

void bw_listeners_commit(struct bw_listeners_change *c,
                         struct bw_listeners *have)
{
    size_t i;

    for (i = 0; i < have->count; i++) {
        if (!c->closed[i] && !is_in(&c->next, have->list[i].fd)) {
            bw_log(BW_LOG_INFO, "listening no more on %s", have->list[i].name);
            bw_listener_close(&have->list[i]);
        }
    }
    for (i = 0; i < c->next.count; i++) {
        if (c->opened[i]) {
            bw_log(BW_LOG_INFO, "listening on %s", c->next.list[i].name);
        }
    }
    *have = c->next;
}

/* A listener that cannot be had back is gone. */
static bool open_again(struct bw_listener *l)
{
    char where[sizeof(l->where)];
    char error[MAX_ERROR];

    memcpy(where, l->where, sizeof(where));
    if (open_one(l, l->kind, where, l->port, l->handshake, error,
                 sizeof(error)) == 0) {
        return true;
    }
    bw_log(BW_LOG_ERROR, "%s", error);
    return false;
}

void bw_listeners_abort(struct bw_listeners_change *c,
                        struct bw_listeners *have)
{
    size_t left = 0;
    size_t i;

    for (i = 0; i < c->next.count; i++) {
        if (c->opened[i]) {
            bw_listener_close(&c->next.list[i]);
        }
    }
    for (i = 0; i < have->count; i++) {
        if (!c->closed[i] || open_again(&have->list[i])) {
            have->list[left++] = have->list[i];
        }
    }
    have->count = left;
}

/* The service manager */

/* Is that for us?  A child of who it was for has it in its environment too. */
static size_t inherited_count(void)
{
    const char *pid = getenv("LISTEN_PID");
    const char *fds = getenv("LISTEN_FDS");

    return pid && fds && strtol(pid, NULL, 10) == (long)getpid()
               ? strtoul(fds, NULL, 10)
               : 0;
}

int bw_listeners_inherit(struct bw_listeners *l, char *error, size_t error_size)
{
    size_t count = inherited_count();
    const char *names = getenv("LISTEN_FDNAMES");
    size_t i;

    if (count > BW_LISTENERS_MAX - MAX_WANTED) {
        snprintf(error, error_size,
                 "the service manager gives %zu sockets; give at most %d",
                 count, BW_LISTENERS_MAX - MAX_WANTED);
        return -1;
    }
    for (i = 0; i < count; i++) {
        char name[16] = "";
        size_t len = names ? strcspn(names, ":") : 0;

        if (len < sizeof(name)) {
            memcpy(name, names ? names : "", len);
            name[len] = '\0';
        }
        if (bw_listen_inherit(&l->list[l->count], FIRST_FD + (int)i, name,
                              error, error_size) < 0) {
            return -1;
        }
        bw_log(BW_LOG_INFO, "listening on %s", l->list[l->count].name);
        l->count++;
        names = names && names[len] ? names + len + 1 : NULL;
    }
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return 0;
}
