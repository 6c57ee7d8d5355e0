/*
 * What tls_creds.c, tls.c and tls_explain.c share, with GnuTLS's types.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_TLS_PRIV_H
#define BENCHWIRE_HOST_AGENT_TLS_PRIV_H

#include <stdatomic.h>

#include <gnutls/gnutls.h>

#include "host-agent/tls.h"
#include "host-agent/tls_creds.h"
#include "host-agent/tls_keys.h"

struct bw_tls_creds {
    atomic_uint refs;
    bool is_server;
    gnutls_priority_t priority;
    gnutls_psk_server_credentials_t psk_server; /* NULL: no keys */
    gnutls_psk_client_credentials_t psk_client;
    gnutls_certificate_credentials_t x509; /* NULL: no certificates */
    struct bw_tls_keys keys;               /* the agent's side */
};

/* Why a handshake ended with @ret, into @t->reason. */
void bw_tls_explain(struct bw_tls *t, int ret);

/* Check the peer's certificate; the agent's side also takes its name, into
 * @t->identity.  Returns false with @t->reason if it is refused. */
bool bw_tls_check_client_cert(struct bw_tls *t);
bool bw_tls_check_server_cert(struct bw_tls *t, const char *host);

/* Would the certificate that the client has shown hold with @now? */
bool bw_tls_still_trusted(const struct bw_tls *t,
                          const struct bw_tls_creds *now);

#endif
