/*
 * A folder of TLS credentials; see tls_creds.h.
 *
 * GnuTLS checks what is in the certificates' files, tls_keys.c the keys.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tls_priv.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Forward secrecy, authenticated ciphers, nothing below TLS 1.2. */
#define PRIORITY                                                       \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:" \
    "+ECDHE-RSA:+ECDHE-PSK:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:"     \
    "+CHACHA20-POLY1305"
#define MAX_CHAIN       5 /* certificates from the peer's to the authority's */
#define MAX_CERT_BITS   8200
#define UNKNOWN_KEY_LEN 32

#define PATH_SIZE 512

struct folder {
    const char *dir;
    char *note;
    size_t note_size;
    char *error;
    size_t error_size;
};

__attribute__((format(printf, 2, 3))) static bool fail(const struct folder *f,
                                                       const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(f->error, f->error_size, format, args);
    va_end(args);
    return false;
}

/* The newest one wins: any is a reason to look. */
__attribute__((format(printf, 2, 3))) static void note(const struct folder *f,
                                                       const char *format, ...)
{
    va_list args;

    if (f->note) {
        va_start(args, format);
        vsnprintf(f->note, f->note_size, format, args);
        va_end(args);
    }
}

/* Returns false if the path is too long, which is as good as absent. */
static bool path_of(const struct folder *f, const char *file,
                    char path[PATH_SIZE])
{
    int n = snprintf(path, PATH_SIZE, "%s/%s", f->dir, file);

    return n > 0 && n < PATH_SIZE;
}

static bool has(const struct folder *f, const char *file)
{
    char path[PATH_SIZE];

    return path_of(f, file, path) && access(path, F_OK) == 0;
}

static void note_if_open(const struct folder *f, const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0 && (st.st_mode & (S_IROTH | S_IWOTH))) {
        note(f, "everyone on this machine can read %s; chmod o= it", path);
    }
}

/* Keys */

static bool load_keys(struct bw_tls_keys *keys, const struct folder *f)
{
    char path[PATH_SIZE];
    FILE *file;
    bool good;

    if (!path_of(f, BW_TLS_PSK_FILE, path)) {
        return fail(f, "the folder's path is too long: %s", f->dir);
    }
    file = fopen(path, "re");
    if (!file) {
        return fail(f, "cannot read %s: %s", path, strerror(errno));
    }
    good = bw_tls_keys_read(keys, file, path, f->error, f->error_size);
    fclose(file);
    note_if_open(f, path);
    return good;
}

/* Of the agent's side.  A name that nobody has gets a key that nobody has: to
 * the client that looks as a wrong key does. */
static int find_key(gnutls_session_t session, const char *name,
                    gnutls_datum_t *out)
{
    struct bw_tls *t = gnutls_session_get_ptr(session);
    const struct bw_tls_key *key = bw_tls_keys_find(&t->creds->keys, name);
    size_t len = key ? key->len : UNKNOWN_KEY_LEN;

    snprintf(t->tried, sizeof(t->tried), "%s",
             bw_tls_bad_identity(name) ? "?" : name);
    t->has_key = key != NULL;
    out->data = gnutls_malloc(len);
    if (!out->data) {
        return -1;
    }
    out->size = (unsigned)len;
    if (key) {
        memcpy(out->data, key->bytes, len);
        return 0;
    }
    return gnutls_rnd(GNUTLS_RND_KEY, out->data, len) < 0 ? -1 : 0;
}

static bool server_keys(struct bw_tls_creds *c, const struct folder *f)
{
    if (!load_keys(&c->keys, f)) {
        return false;
    }
    if (gnutls_psk_allocate_server_credentials(&c->psk_server) < 0) {
        return fail(f, "out of memory");
    }
    gnutls_psk_set_server_credentials_function(c->psk_server, find_key);
    return true;
}

static bool client_key(struct bw_tls_creds *c, const struct folder *f,
                       const char *identity)
{
    const struct bw_tls_key *key;
    gnutls_datum_t data;
    bool good;

    if (!load_keys(&c->keys, f)) {
        return false;
    }
    if (!identity && c->keys.count != 1) {
        return fail(f, "%s/%s has %zu keys; say which with --identity", f->dir,
                    BW_TLS_PSK_FILE, c->keys.count);
    }
    key = identity ? bw_tls_keys_find(&c->keys, identity) : &c->keys.keys[0];
    if (!key) {
        return fail(f, "%s/%s has no key of \"%s\"; benchwire pair makes one",
                    f->dir, BW_TLS_PSK_FILE, identity);
    }
    data.data = (unsigned char *)key->bytes;
    data.size = (unsigned)key->len;
    good = gnutls_psk_allocate_client_credentials(&c->psk_client) == 0 &&
           gnutls_psk_set_client_credentials(c->psk_client, key->identity,
                                             &data, GNUTLS_PSK_KEY_RAW) == 0;
    bw_tls_keys_wipe(&c->keys);
    return good || fail(f, "out of memory");
}

/* Certificates */

/* Tell of an own certificate that no client will take. */
static void note_times(struct bw_tls_creds *c, const struct folder *f,
                       const char *path)
{
    gnutls_x509_crt_t *list = NULL;
    unsigned count = 0;
    time_t now = time(NULL);
    unsigned i;

    if (gnutls_certificate_get_x509_crt(c->x509, 0, &list, &count) < 0) {
        return;
    }
    for (i = 0; i < count; i++) {
        if (i == 0 && gnutls_x509_crt_get_expiration_time(list[i]) < now) {
            note(f, "%s has expired, clients will refuse it; issue a new one",
                 path);
        } else if (i == 0 &&
                   gnutls_x509_crt_get_activation_time(list[i]) > now) {
            note(f, "%s is not valid yet; is the clock right?", path);
        }
        gnutls_x509_crt_deinit(list[i]);
    }
    gnutls_free(list);
}

static bool load_authority(struct bw_tls_creds *c, const struct folder *f)
{
    char path[PATH_SIZE];
    int ret;

    if (!path_of(f, "ca-cert.pem", path)) {
        return fail(f, "the folder's path is too long: %s", f->dir);
    }
    ret = gnutls_certificate_set_x509_trust_file(c->x509, path,
                                                 GNUTLS_X509_FMT_PEM);
    if (ret <= 0) {
        return fail(f, "cannot use %s: %s", path,
                    ret ? gnutls_strerror(ret) : "it holds no certificate");
    }
    if (!c->is_server || !has(f, "ca-crl.pem")) {
        return true;
    }
    path_of(f, "ca-crl.pem", path);
    ret = gnutls_certificate_set_x509_crl_file(c->x509, path,
                                               GNUTLS_X509_FMT_PEM);
    if (ret < 0) {
        return fail(f, "cannot use %s: %s", path, gnutls_strerror(ret));
    }
    return true;
}

static bool load_certs(struct bw_tls_creds *c, const struct folder *f)
{
    char cert[PATH_SIZE], key[PATH_SIZE];
    int ret;

    if (gnutls_certificate_allocate_credentials(&c->x509) < 0) {
        return fail(f, "out of memory");
    }
    gnutls_certificate_set_verify_limits(c->x509, MAX_CERT_BITS, MAX_CHAIN);
    if (!load_authority(c, f)) {
        return false;
    }
    path_of(f, c->is_server ? "server-cert.pem" : "client-cert.pem", cert);
    path_of(f, c->is_server ? "server-key.pem" : "client-key.pem", key);
    ret = gnutls_certificate_set_x509_key_file(c->x509, cert, key,
                                               GNUTLS_X509_FMT_PEM);
    if (ret < 0) {
        return fail(f, "cannot use %s with %s: %s", cert, key,
                    gnutls_strerror(ret));
    }
    note_if_open(f, key);
    note_times(c, f, cert);
    return true;
}

/* Both */

static struct bw_tls_creds *creds_new(bool is_server)
{
    struct bw_tls_creds *c = calloc(1, sizeof(*c));

    if (!c) {
        return NULL;
    }
    atomic_init(&c->refs, 1);
    c->is_server = is_server;
    if (gnutls_priority_init(&c->priority, PRIORITY, NULL) < 0) {
        free(c);
        return NULL;
    }
    return c;
}

/* A folder without anything lets nobody in, until there is a key in it. */
static bool no_credentials(struct bw_tls_creds *c, const struct folder *f)
{
    if (access(f->dir, R_OK | X_OK) < 0) {
        return fail(f,
                    "cannot look into %s: %s; create it, or give it to the "
                    "agent's user",
                    f->dir, strerror(errno));
    }
    note(f,
         "%s has neither " BW_TLS_PSK_FILE " nor server-cert.pem: nobody "
         "can come in by TLS; benchwire pair makes a key",
         f->dir);
    return gnutls_psk_allocate_server_credentials(&c->psk_server) == 0 ||
           fail(f, "out of memory");
}

static bool load_server(struct bw_tls_creds *c, const struct folder *f)
{
    bool keys = has(f, BW_TLS_PSK_FILE);
    bool certs = has(f, "server-cert.pem");

    if (!keys && !certs) {
        if (!no_credentials(c, f)) {
            return false;
        }
        gnutls_psk_set_server_credentials_function(c->psk_server, find_key);
        return true;
    }
    return (!keys || server_keys(c, f)) && (!certs || load_certs(c, f));
}

struct bw_tls_creds *bw_tls_creds_server(const char *dir, char *note_text,
                                         size_t note_size, char *error,
                                         size_t error_size)
{
    struct folder f = { dir, note_text, note_size, error, error_size };
    struct bw_tls_creds *c = creds_new(true);

    note_text[0] = '\0';
    if (!c) {
        fail(&f, "out of memory");
        return NULL;
    }
    if (!load_server(c, &f)) {
        bw_tls_creds_unref(c);
        return NULL;
    }
    return c;
}

struct bw_tls_creds *bw_tls_creds_client(const char *dir, const char *identity,
                                         char *error, size_t error_size)
{
    struct folder f = { dir, NULL, 0, error, error_size };
    struct bw_tls_creds *c = creds_new(false);
    bool good;

    if (!c) {
        fail(&f, "out of memory");
        return NULL;
    }
    if (has(&f, BW_TLS_PSK_FILE)) {
        good = client_key(c, &f, identity);
    } else if (has(&f, "client-cert.pem")) {
        good = load_certs(c, &f);
    } else {
        good = fail(&f,
                    "%s has neither " BW_TLS_PSK_FILE " nor client-cert.pem; "
                    "name the folder that benchwire pair made with "
                    "--credentials",
                    dir);
    }
    if (!good) {
        bw_tls_creds_unref(c);
        return NULL;
    }
    return c;
}

struct bw_tls_creds *bw_tls_creds_ref(struct bw_tls_creds *c)
{
    atomic_fetch_add(&c->refs, 1);
    return c;
}

void bw_tls_creds_unref(struct bw_tls_creds *c)
{
    if (!c || atomic_fetch_sub(&c->refs, 1) != 1) {
        return;
    }
    if (c->psk_server) {
        gnutls_psk_free_server_credentials(c->psk_server);
    }
    if (c->psk_client) {
        gnutls_psk_free_client_credentials(c->psk_client);
    }
    if (c->x509) {
        gnutls_certificate_free_credentials(c->x509);
    }
    gnutls_priority_deinit(c->priority);
    bw_tls_keys_wipe(&c->keys);
    free(c);
}

bool bw_tls_creds_same_key(const struct bw_tls_creds *old,
                           const struct bw_tls_creds *now, const char *identity)
{
    const struct bw_tls_key *a = bw_tls_keys_find(&old->keys, identity);
    const struct bw_tls_key *b = bw_tls_keys_find(&now->keys, identity);

    return a && b && a->len == b->len &&
           memcmp(a->bytes, b->bytes, a->len) == 0;
}

const char *bw_tls_creds_kinds(const struct bw_tls_creds *c)
{
    if (!c->psk_server) {
        return "certificates";
    }
    return c->x509 ? "keys and certificates" : "keys";
}
