/*
 * TLS for the client's side; see client_tls.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/client_tls.h"

#include <stdio.h>
#include <stdlib.h>

#include "host-agent/client.h"
#include "host-agent/clock.h"
#include "host-agent/tls.h"
#include "host-agent/tls_creds.h"
#include "host-agent/tls_keys.h"

static const char *set_dir, *set_identity;

void bw_client_tls_set(const char *dir, const char *identity)
{
    set_dir = dir;
    set_identity = identity;
}

static const char *credentials_dir(void)
{
    const char *dir = set_dir ? set_dir : getenv("BENCHWIRE_CREDENTIALS");

    return dir && dir[0] ? dir : BW_TLS_DEFAULT_DIR;
}

/* The name of the only key, or of the one that was chosen. */
static bool name_key(FILE *f, const char *path, char *identity, char *error,
                     size_t error_size)
{
    struct bw_tls_keys *keys = calloc(1, sizeof(*keys));
    bool ok = keys && bw_tls_keys_read(keys, f, path, error, error_size);

    if (ok && !set_identity && keys->count != 1) {
        snprintf(error, error_size,
                 "%s has %zu keys; say whose to use with --identity NAME", path,
                 keys->count);
        ok = false;
    }
    if (ok) {
        snprintf(identity, BW_WIRE_MAX_NAME + 1, "%s",
                 set_identity ? set_identity : keys->keys[0].identity);
    } else if (!keys) {
        snprintf(error, error_size, "out of memory");
    }
    if (keys) {
        bw_tls_keys_wipe(keys);
    }
    free(keys);
    return ok;
}

bool bw_client_tls_own(const char **dir, char identity[BW_WIRE_MAX_NAME + 1],
                       char *error, size_t error_size)
{
    char path[4096];
    FILE *f;
    bool ok;

    *dir = credentials_dir();
    identity[0] = '\0';
    if (snprintf(path, sizeof(path), "%s/" BW_TLS_PSK_FILE, *dir) >=
        (int)sizeof(path)) {
        snprintf(error, error_size, "%s: this path is too long", *dir);
        return false;
    }
    f = fopen(path, "re");
    if (!f) {
        return true; /* a certificate, which the connection has tried */
    }
    ok = name_key(f, path, identity, error, error_size);
    fclose(f);
    return ok;
}

/* Returns NULL with @c->error. */
static struct bw_tls *tls_new(struct bw_client *c)
{
    struct bw_tls_creds *creds = bw_tls_creds_client(
        credentials_dir(), set_identity, c->error, sizeof(c->error));
    struct bw_tls *tls = malloc(sizeof(*tls));

    if (!creds || !tls || bw_tls_init(tls, &c->io.io, creds) < 0) {
        if (creds) {
            snprintf(c->error, sizeof(c->error), "out of memory");
        }
        free(tls);
        tls = NULL;
    }
    bw_tls_creds_unref(creds); /* @tls has one of its own */
    return tls;
}

bool bw_client_tls_begin(struct bw_client *c, const char *host)
{
    struct bw_tls *tls = tls_new(c);

    if (!tls) {
        return false;
    }
    if (bw_tls_handshake(tls, host,
                         bw_clock_after_ms(bw_clock_ns(), BW_CLIENT_WAIT_MS)) !=
        BW_TLS_UP) {
        snprintf(c->error, sizeof(c->error), "%s", tls->reason);
        bw_tls_finish(tls);
        free(tls);
        return false;
    }
    c->tls = tls;
    bw_conn_init(&c->conn, &tls->io);
    return true;
}

void bw_client_tls_end(struct bw_client *c)
{
    if (c->tls) {
        bw_tls_finish(c->tls);
        free(c->tls);
        c->tls = NULL;
    }
}
