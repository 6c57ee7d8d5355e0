/*
 * TLS for the client's side: what "tls:HOST:PORT" means; for client.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_CLIENT_TLS_H
#define BENCHWIRE_HOST_AGENT_CLIENT_TLS_H

#include <stdbool.h>

struct bw_client;

/* Which credentials this program's connections use; NULL: the folder that
 * $BENCHWIRE_CREDENTIALS names or else BW_TLS_DEFAULT_DIR, and its only key. */
void bw_client_tls_set(const char *dir, const char *identity);

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
