/*
 * Certificates for tests, made anew each time so that none expires here.
 *
 * An authority, what it issues and what it has revoked, written under the names
 * of QEMU's tls-creds-x509.  For the unit tests and, by tls_certs_main.c, for
 * the scripts of tests/e2e.  Every failure ends the program.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_TLS_CERTS_H
#define BENCHWIRE_TESTS_TLS_CERTS_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#define CERTS_DAY  (24 * 3600)
#define CERTS_SIZE 16384

struct certs_authority {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t cert;
    unsigned char serial; /* of the newest */
};

/**
 * struct certs_request - what to issue
 * @cn: the name
 * @host: a name or address it is made out to, or NULL
 * @purpose: GNUTLS_KP_..., or NULL for any
 * @from, @days: relative to now, in days
 */
struct certs_request {
    const char *cn;
    const char *host;
    const char *purpose;
    int from;
    int days;
};

static inline void certs_check(int ret, const char *what)
{
    if (ret < 0) {
        fprintf(stderr, "%s: %s\n", what, gnutls_strerror(ret));
        exit(EXIT_FAILURE);
    }
}

static inline void certs_write(const char *dir, const char *file,
                               const char *text, size_t len)
{
    char path[512];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", dir, file);
    f = fopen(path, "w");
    if (!f || fwrite(text, 1, len, f) != len || fclose(f)) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

static inline gnutls_x509_privkey_t certs_key(void)
{
    gnutls_x509_privkey_t key;

    certs_check(gnutls_x509_privkey_init(&key), "key");
    certs_check(gnutls_x509_privkey_generate(
                    key, GNUTLS_PK_ECDSA,
                    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
                "key");
    return key;
}

static inline gnutls_x509_crt_t certs_blank(struct certs_authority *a,
                                            const char *cn, int from, int days)
{
    gnutls_x509_crt_t cert;
    time_t now = time(NULL);

    a->serial++;
    certs_check(gnutls_x509_crt_init(&cert), "certificate");
    gnutls_x509_crt_set_version(cert, 3);
    gnutls_x509_crt_set_serial(cert, &a->serial, 1);
    gnutls_x509_crt_set_activation_time(cert, now + from * CERTS_DAY);
    gnutls_x509_crt_set_expiration_time(cert, now + (from + days) * CERTS_DAY);
    gnutls_x509_crt_set_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, cn,
                                  (unsigned)strlen(cn));
    return cert;
}

static inline void certs_authority_new(struct certs_authority *a,
                                       const char *cn)
{
    a->serial = 0;
    a->key = certs_key();
    a->cert = certs_blank(a, cn, -365, 730);
    gnutls_x509_crt_set_key(a->cert, a->key);
    gnutls_x509_crt_set_basic_constraints(a->cert, 1, -1);
    gnutls_x509_crt_set_key_usage(a->cert, GNUTLS_KEY_KEY_CERT_SIGN |
                                               GNUTLS_KEY_CRL_SIGN);
    certs_check(
        gnutls_x509_crt_sign2(a->cert, a->cert, a->key, GNUTLS_DIG_SHA256, 0),
        "authority");
}

static inline void certs_authority_free(struct certs_authority *a)
{
    gnutls_x509_crt_deinit(a->cert);
    gnutls_x509_privkey_deinit(a->key);
}

static inline void certs_write_cert(const char *dir, const char *file,
                                    gnutls_x509_crt_t cert)
{
    char text[CERTS_SIZE];
    size_t size = sizeof(text);

    certs_check(gnutls_x509_crt_export(cert, GNUTLS_X509_FMT_PEM, text, &size),
                file);
    certs_write(dir, file, text, size);
}

/* DIR/ca-cert.pem */
static inline void certs_write_authority(const struct certs_authority *a,
                                         const char *dir)
{
    certs_write_cert(dir, "ca-cert.pem", a->cert);
}

/* DIR/ROLE-cert.pem and DIR/ROLE-key.pem; returns the serial number */
static inline unsigned char certs_issue(struct certs_authority *a,
                                        const char *dir, const char *role,
                                        const struct certs_request *r)
{
    gnutls_x509_privkey_t key = certs_key();
    gnutls_x509_crt_t cert = certs_blank(a, r->cn, r->from, r->days);
    char text[CERTS_SIZE], file[64];
    size_t size = sizeof(text);
    unsigned char address[4];

    gnutls_x509_crt_set_key(cert, key);
    gnutls_x509_crt_set_basic_constraints(cert, 0, -1);
    gnutls_x509_crt_set_key_usage(cert, GNUTLS_KEY_DIGITAL_SIGNATURE);
    if (r->host && inet_pton(AF_INET, r->host, address) == 1) {
        gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_IPADDRESS,
                                             address, sizeof(address),
                                             GNUTLS_FSAN_SET);
    } else if (r->host) {
        gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_DNSNAME, r->host,
                                             (unsigned)strlen(r->host),
                                             GNUTLS_FSAN_SET);
    }
    if (r->purpose) {
        gnutls_x509_crt_set_key_purpose_oid(cert, r->purpose, 0);
    }
    certs_check(
        gnutls_x509_crt_sign2(cert, a->cert, a->key, GNUTLS_DIG_SHA256, 0),
        r->cn);
    snprintf(file, sizeof(file), "%s-cert.pem", role);
    certs_write_cert(dir, file, cert);
    certs_check(
        gnutls_x509_privkey_export(key, GNUTLS_X509_FMT_PEM, text, &size),
        r->cn);
    snprintf(file, sizeof(file), "%s-key.pem", role);
    certs_write(dir, file, text, size);
    gnutls_x509_crt_deinit(cert);
    gnutls_x509_privkey_deinit(key);
    return a->serial;
}

/* DIR/ca-crl.pem with one serial number, good for a day */
static inline void certs_revoke(struct certs_authority *a, const char *dir,
                                unsigned char serial)
{
    gnutls_x509_crl_t crl;
    char text[CERTS_SIZE];
    size_t size = sizeof(text);
    time_t now = time(NULL);

    certs_check(gnutls_x509_crl_init(&crl), "list");
    gnutls_x509_crl_set_version(crl, 2);
    gnutls_x509_crl_set_this_update(crl, now - 60);
    gnutls_x509_crl_set_next_update(crl, now + CERTS_DAY);
    gnutls_x509_crl_set_number(crl, &serial, 1);
    gnutls_x509_crl_set_crt_serial(crl, &serial, 1, now - 60);
    certs_check(
        gnutls_x509_crl_sign2(crl, a->cert, a->key, GNUTLS_DIG_SHA256, 0),
        "list");
    certs_check(gnutls_x509_crl_export(crl, GNUTLS_X509_FMT_PEM, text, &size),
                "list");
    certs_write(dir, "ca-crl.pem", text, size);
    gnutls_x509_crl_deinit(crl);
}

#endif
