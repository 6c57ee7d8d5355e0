/*
 * What one end of a TLS connection has to show: a folder of credentials.
 *
 * The files are those of QEMU's tls-creds-psk and tls-creds-x509, so that one
 * folder serves either end:
 *
 *   keys.psk         names and keys (tls_keys.h)
 *   ca-cert.pem      the authority that both ends' certificates come from
 *   ca-crl.pem       what it has revoked; the agent's side, may be absent
 *   server-cert.pem, server-key.pem    the agent's
 *   client-cert.pem, client-key.pem    the client's
 *
 * The agent takes keys, certificates or both, as far as the files are there; a
 * client uses keys.psk if it is there and its certificate otherwise.  There is
 * no anonymous mode.
 *
 * Credentials do not change once they are loaded; reloading makes new ones,
 * and sessions keep those they began with.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_TLS_CREDS_H
#define BENCHWIRE_HOST_AGENT_TLS_CREDS_H

#include <stdbool.h>
#include <stddef.h>

#define BW_TLS_DEFAULT_DIR "/etc/benchwire/tls"
#define BW_TLS_PSK_FILE    "keys.psk"

struct bw_tls_creds;

/**
 * bw_tls_creds_server: load the agent's side of a folder
 * @note: receives one sentence about what works but should not be so (a key
 *        that everyone can read, a certificate that has expired), or ""
 * @error: receives one sentence with the cure on failure
 *
 * Returns: credentials with one reference, or NULL with @error.
 */
struct bw_tls_creds *bw_tls_creds_server(const char *dir, char *note,
                                         size_t note_size, char *error,
                                         size_t error_size);

/**
 * bw_tls_creds_client: load the client's side of a folder
 * @identity: whose key of keys.psk; NULL if that has only one
 */
struct bw_tls_creds *bw_tls_creds_client(const char *dir, const char *identity,
                                         char *error, size_t error_size);

/* Returns @c. */
struct bw_tls_creds *bw_tls_creds_ref(struct bw_tls_creds *c);
void bw_tls_creds_unref(struct bw_tls_creds *c);

/* Does @identity have the same key in both?  For a session that began with
 * @old when @now has taken its place. */
bool bw_tls_creds_same_key(const struct bw_tls_creds *old,
                           const struct bw_tls_creds *now,
                           const char *identity);

/* What clients may show, for the log: "keys", "certificates" or both. */
const char *bw_tls_creds_kinds(const struct bw_tls_creds *c);

#endif
