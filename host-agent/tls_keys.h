/*
 * Pre-shared keys by identity: the file keys.psk.
 *
 * The form is that of GnuTLS's psktool, which QEMU's tls-creds-psk reads as
 * well: a line for each, NAME:KEY, the key in hexadecimal.  tls_creds.c uses
 * them; tool_pair.c writes the file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_TLS_KEYS_H
#define BENCHWIRE_HOST_AGENT_TLS_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/wire.h"

#define BW_TLS_MAX_KEYS 64
#define BW_TLS_MIN_KEY  16 /* bytes: what cannot be guessed */
#define BW_TLS_MAX_KEY  64 /* what GnuTLS takes */

struct bw_tls_key {
    char identity[BW_WIRE_MAX_NAME + 1];
    uint8_t bytes[BW_TLS_MAX_KEY];
    size_t len;
};

struct bw_tls_keys {
    struct bw_tls_key keys[BW_TLS_MAX_KEYS];
    size_t count;
};

/* Why @name cannot be the identity of a key or of a certificate, a phrase as
 * in "the name ..."; NULL: it can. */
const char *bw_tls_bad_identity(const char *name);

/**
 * bw_tls_keys_read: read and check a file of keys
 * @name: the file's, for errors
 * @error: receives "NAME:LINE: cause; cure" on failure
 *
 * Returns: true, or false with @error; @k holds secrets in either case.
 */
bool bw_tls_keys_read(struct bw_tls_keys *k, FILE *file, const char *name,
                      char *error, size_t error_size);

/* NULL: there is none. */
const struct bw_tls_key *bw_tls_keys_find(const struct bw_tls_keys *k,
                                          const char *identity);

/* Leave nothing of them in memory. */
void bw_tls_keys_wipe(struct bw_tls_keys *k);

#endif
