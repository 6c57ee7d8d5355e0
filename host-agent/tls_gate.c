/*
 * TLS as the handshake of a listener; see tls_gate.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tls_gate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/peer.h"
#include "host-agent/tls.h"
#include "host-agent/tls_creds.h"
#include "lib/cursor.h"
#include "lib/wire.h"

#define CHUNK_SIZE 512
#define NOTE_SIZE  512

/* A client that was let in. */
struct bw_tls_guest {
    struct bw_tls tls; /* first: its io is what the session has */
    struct bw_io_fd fd;
    struct bw_tls_guest *next;
    const char *must_go; /* why, or NULL */
    char peer[BW_WIRE_MAX_TEXT + 1];
};

static struct bw_tls_gate *of_handshake(struct bw_handshake *h)
{
    return (struct bw_tls_gate *)h; /* @handshake is its first member */
}

/* --- telling a client that it is turned away --- */

/* Take @len bytes, into @buf or, if that is NULL, to nowhere. */
static bool take(struct bw_io *io, uint8_t *buf, size_t len,
                 uint64_t deadline_ns)
{
    uint8_t chunk[CHUNK_SIZE] = { 0 };
    size_t got = 0;

    while (got < len) {
        size_t want = len - got;
        uint8_t *to = buf ? buf + got : chunk;
        ssize_t n;

        want = !buf && want > sizeof(chunk) ? sizeof(chunk) : want;
        n = io->ops->recv(io, to, want, false);
        if (n > 0) {
            got += (size_t)n;
        } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            return false;
        }
        if (bw_clock_ns() >= deadline_ns ||
            (n < 0 && errno == EAGAIN &&
             io->ops->wait(io, false, -1, bw_clock_left_ms(deadline_ns)) ==
                 0)) {
            return false;
        }
    }
    return true;
}

static void give(struct bw_io *io, const uint8_t *buf, size_t len,
                 uint64_t deadline_ns)
{
    size_t given = 0;

    while (given < len && bw_clock_ns() < deadline_ns) {
        ssize_t n = io->ops->send(io, buf + given, len - given);

        if (n > 0) {
            given += (size_t)n;
        } else if (n == 0 || (errno != EAGAIN && errno != EINTR) ||
                   io->ops->wait(io, true, -1, bw_clock_left_ms(deadline_ns)) ==
                       0) {
            return;
        }
    }
}

/* The first request gets a DENIED that says why.  Nothing of it but the frame's
 * header is looked at. */
static void turn_away(struct bw_tls *t, uint64_t deadline_ns)
{
    uint8_t out[BW_WIRE_HEADER_LEN + BW_WIRE_MAX_TEXT + 1];
    uint8_t in[BW_WIRE_HEADER_LEN];
    struct bw_wire_header h;
    struct bw_writer w;
    size_t at;

    if (!take(&t->io, in, sizeof(in), deadline_ns) ||
        bw_wire_get_header(in, &h) != BW_OK || (h.type & BW_WIRE_REPLY) ||
        !take(&t->io, NULL, h.len, deadline_ns)) {
        return;
    }
    bw_writer_init(&w, out, sizeof(out));
    at = bw_wire_begin(&w, h.type | BW_WIRE_REPLY, BW_DENIED, h.id);
    bw_wire_put_text(&w, t->reason);
    if (bw_wire_end(&w, at) == BW_OK) {
        give(&t->io, out, w.pos, deadline_ns);
    }
}

/* --- struct bw_handshake --- */

static bool gate_admit(struct bw_handshake *h, int fd, char *error,
                       size_t error_size)
{
    struct bw_tls_gate *g = of_handshake(h);
    uint8_t source[BW_TLS_LIMIT_SOURCE_SIZE];

    bw_tls_limit_source(fd, source);
    if (bw_tls_limit_admit(&g->limit, source, bw_clock_ns(), error,
                           error_size)) {
        return true;
    }
    atomic_fetch_add(&g->limited, 1);
    return false;
}

static struct bw_tls_creds *take_creds(struct bw_tls_gate *g)
{
    struct bw_tls_creds *creds;

    pthread_mutex_lock(&g->lock);
    creds = bw_tls_creds_ref(g->creds);
    pthread_mutex_unlock(&g->lock);
    return creds;
}

/* Returns why not: a handshake takes its time, and the credentials may be
 * others when it ends. */
static const char *let_in(struct bw_tls_gate *g, struct bw_tls_guest *guest)
{
    const char *why = NULL;

    pthread_mutex_lock(&g->lock);
    if (guest->tls.creds != g->creds) {
        why = bw_tls_objection(&guest->tls, g->creds);
    }
    if (!why) {
        guest->next = g->guests;
        g->guests = guest;
    }
    pthread_mutex_unlock(&g->lock);
    return why;
}

static void guest_free(struct bw_tls_guest *guest)
{
    bw_tls_finish(&guest->tls);
    free(guest);
}

/* Returns NULL with @error, or a client that is let in. */
static struct bw_tls_guest *try_guest(struct bw_tls_gate *g, int fd,
                                      uint64_t deadline_ns, char *error,
                                      size_t error_size)
{
    struct bw_tls_creds *creds = take_creds(g);
    struct bw_tls_guest *guest = calloc(1, sizeof(*guest));
    enum bw_tls_result result;

    snprintf(error, error_size, "out of memory");
    if (!guest) {
        bw_tls_creds_unref(creds);
        return NULL;
    }
    bw_io_fd_init(&guest->fd, fd);
    bw_peer_describe_over(fd, "tls", guest->peer);
    if (bw_tls_init(&guest->tls, &guest->fd.io, creds) < 0) {
        bw_tls_creds_unref(creds);
        goto err_free;
    }
    bw_tls_creds_unref(creds); /* it has one of its own now */
    result = bw_tls_handshake(&guest->tls, NULL, deadline_ns);
    if (result == BW_TLS_UP) {
        return guest;
    }
    if (result == BW_TLS_REFUSED) {
        turn_away(&guest->tls, deadline_ns);
    }
    snprintf(error, error_size, "%s", guest->tls.reason);
    bw_tls_finish(&guest->tls);

err_free:
    free(guest);
    return NULL;
}

/* What a session's thread asks of the crew. */
struct attempt {
    struct bw_tls_gate *g;
    int fd;
    uint64_t deadline_ns;
    char *error;
    size_t error_size;
    struct bw_tls_guest *guest;
};

static void run_attempt(void *opaque)
{
    struct attempt *a = opaque;

    a->guest = try_guest(a->g, a->fd, a->deadline_ns, a->error, a->error_size);
}

static struct bw_io *gate_begin(struct bw_handshake *h, int fd,
                                uint64_t deadline_ns,
                                char identity[BW_WIRE_MAX_NAME + 1],
                                char *error, size_t error_size)
{
    struct bw_tls_gate *g = of_handshake(h);
    uint8_t source[BW_TLS_LIMIT_SOURCE_SIZE];
    struct attempt attempt = { .g = g,
                               .fd = fd,
                               .deadline_ns = deadline_ns,
                               .error = error,
                               .error_size = error_size };
    struct bw_tls_guest *guest;
    const char *why;

    bw_tls_limit_source(fd, source);
    bw_tls_limit_begin(&g->limit, source, bw_clock_ns());
    bw_crew_run(&g->crew, run_attempt, &attempt);
    guest = attempt.guest;
    why = guest ? let_in(g, guest) : NULL;
    if (why) {
        snprintf(error, error_size, "\"%s\" came too late, %s meanwhile",
                 guest->tls.identity, why);
        guest_free(guest);
        guest = NULL;
    }
    bw_tls_limit_end(&g->limit, source, guest != NULL, bw_clock_ns());
    if (!guest) {
        atomic_fetch_add(&g->refused, 1);
        return NULL;
    }
    atomic_fetch_add(&g->good, 1);
    error[0] = '\0';
    memcpy(identity, guest->tls.identity, BW_WIRE_MAX_NAME + 1);
    return &guest->tls.io;
}

static void gate_end(struct bw_handshake *h, struct bw_io *io)
{
    struct bw_tls_gate *g = of_handshake(h);
    struct bw_tls_guest *guest = (struct bw_tls_guest *)io;
    struct bw_tls_guest **at;

    pthread_mutex_lock(&g->lock);
    for (at = &g->guests; *at; at = &(*at)->next) {
        if (*at == guest) {
            *at = guest->next;
            break;
        }
    }
    pthread_mutex_unlock(&g->lock);
    guest_free(guest);
}

static const struct bw_handshake_ops gate_ops = {
    .name = "tls",
    .admit = gate_admit,
    .begin = gate_begin,
    .end = gate_end,
};

/* --- life --- */

void bw_tls_gate_init(struct bw_tls_gate *g)
{
    g->handshake.ops = &gate_ops;
    pthread_mutex_init(&g->lock, NULL);
    g->creds = NULL;
    g->guests = NULL;
    bw_tls_limit_init(&g->limit);
    bw_crew_init(&g->crew);
    atomic_init(&g->good, 0);
    atomic_init(&g->refused, 0);
    atomic_init(&g->limited, 0);
}

void bw_tls_gate_finish(struct bw_tls_gate *g)
{
    bw_crew_finish(&g->crew);
    bw_tls_limit_finish(&g->limit);
    bw_tls_creds_unref(g->creds);
    g->creds = NULL;
    pthread_mutex_destroy(&g->lock);
}

struct bw_tls_creds *bw_tls_gate_read(const char *dir, char *error,
                                      size_t error_size)
{
    char note[NOTE_SIZE];
    struct bw_tls_creds *creds =
        bw_tls_creds_server(dir, note, sizeof(note), error, error_size);

    if (creds && note[0]) {
        bw_log(BW_LOG_ERROR, "%s", note);
    }
    return creds;
}

void bw_tls_gate_use(struct bw_tls_gate *g, struct bw_tls_creds *creds)
{
    struct bw_tls_guest *guest;

    pthread_mutex_lock(&g->lock);
    bw_tls_creds_unref(g->creds);
    g->creds = creds;
    for (guest = g->guests; guest; guest = guest->next) {
        guest->must_go = bw_tls_objection(&guest->tls, creds);
    }
    pthread_mutex_unlock(&g->lock);
}

const char *bw_tls_gate_why(struct bw_tls_gate *g, const char *peer)
{
    const struct bw_tls_guest *guest;
    const char *why = NULL;

    pthread_mutex_lock(&g->lock);
    for (guest = g->guests; guest && !why; guest = guest->next) {
        if (strcmp(guest->peer, peer) == 0) {
            why = guest->must_go;
        }
    }
    pthread_mutex_unlock(&g->lock);
    return why;
}

void bw_tls_gate_counts(struct bw_tls_gate *g, struct bw_tls_counts *out)
{
    out->good = atomic_load(&g->good);
    out->refused = atomic_load(&g->refused);
    out->limited = atomic_load(&g->limited);
}
