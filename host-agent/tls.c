/*
 * TLS over a connection; see tls.h.
 *
 * GnuTLS moves its bytes through the struct bw_io below, which never waits but
 * in a receive that may; the handshake waits here, with a deadline.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tls_priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host-agent/clock.h"

#define MAX_HANDSHAKE 32768 /* bytes of one handshake message */
#define MAX_ODDITIES  32    /* warnings and messages of TLS's own, in a row */

#define RECORD_HANDSHAKE 0x16 /* RFC 8446, 5.1: the first byte of a client */
#define RECORD_MAJOR     0x03 /* the second */

static struct bw_tls *of_io(struct bw_io *io)
{
    return (struct bw_tls *)io; /* @io is its first member */
}

/* --- bytes below TLS --- */

/* Keep what the peer begins with.  Returns false if that is not TLS. */
static bool looks_like_tls(struct bw_tls *t, const uint8_t *buf, size_t len)
{
    size_t n = sizeof(t->first) - t->first_len;

    n = n < len ? n : len;
    memcpy(t->first + t->first_len, buf, n);
    t->first_len += n;
    return t->first[0] == RECORD_HANDSHAKE &&
           (t->first_len < 2 || t->first[1] == RECORD_MAJOR);
}

static ssize_t pull(gnutls_transport_ptr_t opaque, void *buf, size_t len)
{
    struct bw_tls *t = opaque;
    ssize_t n;

    if (t->first_len < 2 && len > sizeof(t->first) - t->first_len) {
        len = sizeof(t->first) - t->first_len; /* none gets lost */
    }
    n = t->lower->ops->recv(t->lower, buf, len, t->block);
    if (n > 0 && t->first_len < 2 && t->is_server &&
        !looks_like_tls(t, buf, (size_t)n)) {
        t->plain = true;
        errno = EPROTO;
        n = -1;
    }
    if (n < 0) {
        t->starved = errno == EAGAIN || errno == EWOULDBLOCK;
        t->lower_err = t->starved || errno == EINTR ? 0 : errno;
        gnutls_transport_set_errno(t->session, errno);
    }
    return n;
}

static ssize_t push(gnutls_transport_ptr_t opaque, const void *buf, size_t len)
{
    struct bw_tls *t = opaque;
    ssize_t n = t->lower->ops->send(t->lower, buf, len);

    if (n < 0) {
        t->lower_err = errno == EAGAIN || errno == EINTR ? 0 : errno;
        gnutls_transport_set_errno(t->session, errno);
    }
    return n;
}

static int pull_timeout(gnutls_transport_ptr_t opaque, unsigned ms)
{
    struct bw_tls *t = opaque;

    return t->lower->ops->wait(t->lower, false, -1, (int)ms);
}

/* --- struct bw_io --- */

/* Without TLS: what was taken for it comes first. */
static ssize_t plain_recv(struct bw_tls *t, uint8_t *buf, size_t len,
                          bool block)
{
    size_t n = t->first_len - t->first_pos;

    if (n == 0) {
        return t->lower->ops->recv(t->lower, buf, len, block);
    }
    n = n < len ? n : len;
    memcpy(buf, t->first + t->first_pos, n);
    t->first_pos += n;
    return (ssize_t)n;
}

/* What a failed receive or send means in errno's terms; 0: try again. */
static int to_errno(const struct bw_tls *t, ssize_t ret)
{
    switch (ret) {
    case GNUTLS_E_AGAIN:
        return t->starved ? EAGAIN : 0;
    case GNUTLS_E_INTERRUPTED:
        return EINTR;
    case GNUTLS_E_WARNING_ALERT_RECEIVED:
        return 0;
    default:
        return t->lower_err ? t->lower_err : EPROTO;
    }
}

static ssize_t tls_recv(struct bw_io *io, uint8_t *buf, size_t len, bool block)
{
    struct bw_tls *t = of_io(io);
    unsigned odd;
    ssize_t n;

    if (t->plain) {
        return plain_recv(t, buf, len, block);
    }
    t->block = block;
    for (odd = 0; odd < MAX_ODDITIES; odd++) {
        t->starved = false;
        t->lower_err = 0;
        n = gnutls_record_recv(t->session, buf, len);
        if (n >= 0) {
            return n;
        }
        if (n == GNUTLS_E_PREMATURE_TERMINATION) {
            return 0; /* QEMU never says goodbye; frames tell what is whole */
        }
        errno = to_errno(t, n);
        if (errno) {
            t->up = t->up && (errno == EAGAIN || errno == EINTR);
            return -1;
        }
    }
    t->up = false;
    errno = EPROTO;
    return -1;
}

static ssize_t tls_send(struct bw_io *io, const uint8_t *buf, size_t len)
{
    struct bw_tls *t = of_io(io);
    ssize_t n;

    if (t->plain) {
        return t->lower->ops->send(t->lower, buf, len);
    }
    t->starved = true; /* a send that is to be repeated lacks room */
    t->lower_err = 0;
    n = gnutls_record_send(t->session, buf, len);
    if (n >= 0) {
        return n;
    }
    errno = to_errno(t, n);
    t->up = t->up && (errno == EAGAIN || errno == EINTR);
    return -1;
}

static bool has_pending(const struct bw_tls *t)
{
    return t->plain ? t->first_pos < t->first_len
                    : gnutls_record_check_pending(t->session) > 0;
}

static int tls_wait(struct bw_io *io, bool to_send, int also_fd, int timeout_ms)
{
    struct bw_tls *t = of_io(io);
    int ready;

    if (to_send || !has_pending(t)) {
        return t->lower->ops->wait(t->lower, to_send, also_fd, timeout_ms);
    }
    ready = also_fd < 0 ? 0 : t->lower->ops->wait(t->lower, false, also_fd, 0);
    return BW_IO_SELF | (ready > 0 ? ready & BW_IO_ALSO : 0);
}

static bool tls_has_left(struct bw_io *io)
{
    struct bw_tls *t = of_io(io);

    return t->lower->ops->has_left && t->lower->ops->has_left(t->lower);
}

static int tls_watch(struct bw_io *io, bool *ready)
{
    struct bw_tls *t = of_io(io);
    int fd = t->lower->ops->watch ? t->lower->ops->watch(t->lower, ready) : -1;

    *ready = has_pending(t);
    return fd;
}

static const struct bw_io_ops ops = {
    .recv = tls_recv,
    .send = tls_send,
    .wait = tls_wait,
    .has_left = tls_has_left,
    .watch = tls_watch,
};

/* --- life --- */

static bool set_credentials(struct bw_tls *t)
{
    struct bw_tls_creds *c = t->creds;
    int ret = gnutls_priority_set(t->session, c->priority);

    if (ret == 0 && c->psk_server) {
        ret = gnutls_credentials_set(t->session, GNUTLS_CRD_PSK, c->psk_server);
    }
    if (ret == 0 && c->psk_client) {
        ret = gnutls_credentials_set(t->session, GNUTLS_CRD_PSK, c->psk_client);
    }
    if (ret == 0 && c->x509) {
        ret =
            gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE, c->x509);
    }
    return ret == 0;
}

int bw_tls_init(struct bw_tls *t, struct bw_io *lower,
                struct bw_tls_creds *creds)
{
    unsigned flags = GNUTLS_NONBLOCK | GNUTLS_NO_TICKETS |
                     (creds->is_server ? GNUTLS_SERVER : GNUTLS_CLIENT);

    memset(t, 0, sizeof(*t));
    t->io.ops = &ops;
    t->lower = lower;
    t->is_server = creds->is_server;
    t->creds = creds;
    if (gnutls_init(&t->session, flags) < 0) {
        errno = ENOMEM;
        return -1;
    }
    if (!set_credentials(t)) {
        gnutls_deinit(t->session);
        errno = ENOMEM;
        return -1;
    }
    bw_tls_creds_ref(creds);
    gnutls_session_set_ptr(t->session, t);
    gnutls_transport_set_ptr(t->session, t);
    gnutls_transport_set_pull_function(t->session, pull);
    gnutls_transport_set_push_function(t->session, push);
    gnutls_transport_set_pull_timeout_function(t->session, pull_timeout);
    gnutls_handshake_set_max_packet_length(t->session, MAX_HANDSHAKE);
    if (t->is_server && creds->x509) {
        /* asked for, not required: who shows none is told so in words */
        gnutls_certificate_server_set_request(t->session, GNUTLS_CERT_REQUEST);
        /* nor are the authorities named: a client would keep back a
         * certificate of another one, and could not be told */
        gnutls_certificate_send_x509_rdn_sequence(t->session, 1);
    }
    return 0;
}

/* One that must go on has waited.  Returns false at the deadline or with an
 * error from below. */
static bool wait_more(struct bw_tls *t, int ret, uint64_t deadline_ns)
{
    bool to_send = gnutls_record_get_direction(t->session) == 1;
    int ready;

    if (ret == GNUTLS_E_INTERRUPTED) {
        return bw_clock_ns() < deadline_ns;
    }
    ready = t->lower->ops->wait(t->lower, to_send, -1,
                                bw_clock_left_ms(deadline_ns));
    if (ready == 0) {
        t->lower_err = ETIMEDOUT;
    } else if (ready < 0 && errno != EINTR) {
        t->lower_err = errno;
    }
    return t->lower_err == 0;
}

/* Returns 0 or the error that ended it. */
static int shake_hands(struct bw_tls *t, uint64_t deadline_ns)
{
    unsigned odd = 0;
    int ret;

    for (;;) {
        t->lower_err = 0;
        ret = gnutls_handshake(t->session);
        if (ret == GNUTLS_E_AGAIN || ret == GNUTLS_E_INTERRUPTED) {
            if (!wait_more(t, ret, deadline_ns)) {
                return ret;
            }
        } else if (ret == 0 || gnutls_error_is_fatal(ret) ||
                   ++odd == MAX_ODDITIES) {
            return ret;
        }
    }
}

/* Returns false with @t->reason if the peer is not to be served. */
static bool check_peer(struct bw_tls *t, const char *host)
{
    const char *name;

    if (gnutls_auth_get_type(t->session) != GNUTLS_CRD_PSK) {
        return t->is_server ? bw_tls_check_client_cert(t)
                            : bw_tls_check_server_cert(t, host);
    }
    t->by_key = true;
    if (t->is_server) {
        name = gnutls_psk_server_get_username(t->session);
        if (!name || !bw_tls_keys_find(&t->creds->keys, name)) {
            bw_tls_explain(t, GNUTLS_E_INSUFFICIENT_CREDENTIALS);
            return false;
        }
        snprintf(t->identity, sizeof(t->identity), "%s", name);
    }
    return true;
}

/* RFC 6066, section 3: addresses are no server names. */
static bool is_address(const char *host)
{
    unsigned char bytes[16];

    return inet_pton(AF_INET, host, bytes) == 1 || strchr(host, ':');
}

enum bw_tls_result bw_tls_handshake(struct bw_tls *t, const char *host,
                                    uint64_t deadline_ns)
{
    int ret;

    if (host && !is_address(host)) {
        gnutls_server_name_set(t->session, GNUTLS_NAME_DNS, host, strlen(host));
    }
    ret = shake_hands(t, deadline_ns);
    if (t->plain) {
        snprintf(t->reason, sizeof(t->reason),
                 "this port takes TLS only; give the chardev tls-creds, "
                 "benchwire a tls: address");
        return BW_TLS_REFUSED;
    }
    if (ret != 0) {
        bw_tls_explain(t, ret);
        if (!t->lower_err) {
            gnutls_alert_send_appropriate(t->session, ret);
        }
        return BW_TLS_FAILED;
    }
    t->up = true;
    return check_peer(t, host) ? BW_TLS_UP : BW_TLS_REFUSED;
}

const char *bw_tls_objection(const struct bw_tls *t,
                             const struct bw_tls_creds *now)
{
    if (t->by_key) {
        return bw_tls_creds_same_key(t->creds, now, t->identity)
                   ? NULL
                   : "its key was changed or removed";
    }
    return bw_tls_still_trusted(t, now)
               ? NULL
               : "its certificate is not taken any more";
}

void bw_tls_finish(struct bw_tls *t)
{
    if (t->up) {
        t->block = false;
        gnutls_bye(t->session, GNUTLS_SHUT_WR);
    }
    gnutls_deinit(t->session);
    bw_tls_creds_unref(t->creds);
    t->session = NULL;
    t->creds = NULL;
}
