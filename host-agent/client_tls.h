/*
 * TLS for the client's side: what "tls:HOST:PORT" means; for client.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_CLIENT_TLS_H
#define BENCHWIRE_HOST_AGENT_CLIENT_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/wire.h"

struct bw_client;

/* Which credentials this program's connections use; NULL: the folder that
 * $BENCHWIRE_CREDENTIALS names or else BW_TLS_DEFAULT_DIR, and its only key. */
void bw_client_tls_set(const char *dir, const char *identity);

/**
 * bw_client_tls_own: what this program's connections show, for QEMU's
 *                    tls-creds-psk or tls-creds-x509
 * @dir: the folder
 * @identity: receives the name of the key, or "" if a certificate is shown
 * @error: receives one sentence on failure
 *
 * Returns: whether it can be told.
 */
bool bw_client_tls_own(const char **dir, char identity[BW_WIRE_MAX_NAME + 1],
                       char *error, size_t error_size);

/**
 * bw_client_tls_begin: put TLS between @c's connection and its socket
 * @host: the agent's name or address
 *
 * Returns: true; false with a sentence in @c->error.
 */
bool bw_client_tls_begin(struct bw_client *c, const char *host);

/* Say goodbye.  Harmless without TLS. */
void bw_client_tls_end(struct bw_client *c);

#endif
