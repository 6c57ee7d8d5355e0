/*
 * TLS as the handshake of a listener; see handshake.h.
 *
 * Who may begin is said by tls_limit.c, who the client is by tls.c.  A client
 * that is turned away is told why where it can still be told: its HELLO is
 * answered with DENIED and one sentence, without a session.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_TLS_GATE_H
#define BENCHWIRE_HOST_AGENT_TLS_GATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host-agent/crew.h"
#include "host-agent/handshake.h"
#include "host-agent/tls_limit.h"

struct bw_tls_creds;
struct bw_tls_guest;

/* What STATS and the metrics tell. */
struct bw_tls_counts {
    uint64_t good;    /* handshakes that succeeded */
    uint64_t refused; /* that failed, or whose client was turned away */
    uint64_t limited; /* that were not begun: tls_limit.h */
};

struct bw_tls_gate {
    struct bw_handshake handshake;
    pthread_mutex_t lock;
    struct bw_tls_creds *creds;  /* of the next client */
    struct bw_tls_guest *guests; /* those inside */
    struct bw_tls_limit limit;
    struct bw_crew crew; /* does the handshakes */
    atomic_uint_least64_t good;
    atomic_uint_least64_t refused;
    atomic_uint_least64_t limited;
};

/* It lets nobody in yet. */
void bw_tls_gate_init(struct bw_tls_gate *g);

/* No session may be left. */
void bw_tls_gate_finish(struct bw_tls_gate *g);

/**
 * bw_tls_gate_read: the credentials in a folder, for bw_tls_gate_use()
 *
 * What is to be told of them is logged.
 *
 * Returns: a reference, or NULL with @error, one sentence with the cure.
 */
struct bw_tls_creds *bw_tls_gate_read(const char *dir, char *error,
                                      size_t error_size);

/**
 * bw_tls_gate_use: let in who has one of these from now on
 * @creds: the caller's reference is taken over
 *
 * Those inside whose key is another now, or whose certificate is not taken any
 * more, are marked: bw_tls_gate_why() then says why they have to go.  Whose
 * handshake is still under way with the old ones is turned away at its end.
 */
void bw_tls_gate_use(struct bw_tls_gate *g, struct bw_tls_creds *creds);

/* @peer: as bw_peer_describe_over() has it, over "tls".  NULL: it may stay. */
const char *bw_tls_gate_why(struct bw_tls_gate *g, const char *peer);

void bw_tls_gate_counts(struct bw_tls_gate *g, struct bw_tls_counts *out);

#endif
