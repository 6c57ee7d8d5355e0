/*
 * TLS over a connection: a struct bw_io on top of another.
 *
 * TLS 1.3 or 1.2 by GnuTLS, with keys (PSK) or certificates on both ends,
 * never anonymous; no resumption, no renegotiation, no early data, and only
 * ciphers with forward secrecy.
 *
 * A client that is known by now to be turned away is not cut off in the
 * handshake where that can be helped, for then it could not say why: its
 * session answers HELLO with the reason (session.h, @refusal).  That is so for
 * certificates, and for a client that speaks the protocol without TLS.  A
 * wrong key ends the handshake itself, with an alert.
 *
 * Used by the sessions of tls_gate.c and by client.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_TLS_H
#define BENCHWIRE_HOST_AGENT_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "host-agent/conn.h"
#include "lib/wire.h"

struct bw_tls_creds;
struct gnutls_session_int;

enum bw_tls_result {
    BW_TLS_UP,      /* the peer has shown who it is: @identity */
    BW_TLS_REFUSED, /* the bytes flow, but to tell it @reason and no more */
    BW_TLS_FAILED   /* nothing can be sent; @reason is for the log */
};

struct bw_tls {
    struct bw_io io;
    struct bw_io *lower;
    struct bw_tls_creds *creds;
    struct gnutls_session_int *session;
    bool is_server;
    bool block;       /* the receive under way may block */
    bool starved;     /* it ended for lack of bytes from below */
    bool up;          /* close_notify is owed */
    bool plain;       /* the peer speaks no TLS */
    bool has_key;     /* there is a key for @tried */
    bool by_key;      /* that is how it has shown who it is */
    int lower_err;    /* errno from below, 0: none */
    uint8_t first[8]; /* what the peer began with, for a plain session */
    size_t first_len;
    size_t first_pos;
    char tried[BW_WIRE_MAX_NAME + 1];    /* the key's name it came with */
    char identity[BW_WIRE_MAX_NAME + 1]; /* after BW_TLS_UP; agent's side */
    char reason[BW_WIRE_MAX_TEXT + 1];   /* one sentence with the cure */
};

/**
 * bw_tls_init: make ready for bw_tls_handshake()
 * @lower: what carries the bytes; must outlive @t
 * @creds: a reference is taken; they say which end this is
 *
 * Returns: 0, or -1 with errno ENOMEM; @t is then not to be finished.
 */
int bw_tls_init(struct bw_tls *t, struct bw_io *lower,
                struct bw_tls_creds *creds);

/**
 * bw_tls_handshake: until the deadline
 * @host: a client's: the name the agent's certificate must be made out to
 */
enum bw_tls_result bw_tls_handshake(struct bw_tls *t, const char *host,
                                    uint64_t deadline_ns);

/* Why @t, which is up, would not be let in with @now's credentials, or NULL.
 * The session's own thread need not know of it. */
const char *bw_tls_objection(const struct bw_tls *t,
                             const struct bw_tls_creds *now);

/* Say goodbye if there is room to, and free all but @t. */
void bw_tls_finish(struct bw_tls *t);

#endif
