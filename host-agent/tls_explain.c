/*
 * Who the peer is by its certificate, and what was wrong, in one sentence.
 *
 * The sentences go into the agent's log, and where the connection still
 * carries them to the client too; what only the agent's owner should know (is
 * there a key of that name?) is told for handshakes that failed, of which the
 * client gets an alert only.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tls_priv.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/text.h"

#define DATE_SIZE 32

__attribute__((format(printf, 2, 3))) static void say(struct bw_tls *t,
                                                      const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(t->reason, sizeof(t->reason), format, args);
    va_end(args);
}

/* --- handshakes that failed --- */

static const char *alert_name(struct bw_tls *t)
{
    const char *name = gnutls_alert_get_name(gnutls_alert_get(t->session));

    return name ? name : "unknown";
}

static void explain_key(struct bw_tls *t)
{
    if (t->has_key) {
        say(t,
            "the client's key of \"%s\" is not the one in " BW_TLS_PSK_FILE
            "; copy the folder that benchwire pair made",
            t->tried);
    } else {
        say(t,
            "there is no key of \"%s\" in " BW_TLS_PSK_FILE
            "; benchwire pair makes one",
            t->tried);
    }
}

static void explain_client(struct bw_tls *t, int ret)
{
    switch (ret) {
    case GNUTLS_E_FATAL_ALERT_RECEIVED:
        say(t,
            "the agent refuses the key or certificate (alert: %s); its log "
            "says why, benchwire pair makes a key",
            alert_name(t));
        break;
    case GNUTLS_E_UNEXPECTED_PACKET_LENGTH:
    case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
    case GNUTLS_E_UNEXPECTED_PACKET:
        say(t, "the other end does not speak TLS there; check the port");
        break;
    case GNUTLS_E_INSUFFICIENT_CREDENTIALS:
        say(t, "the agent takes other credentials than the folder holds; its "
               "owner knows which");
        break;
    default:
        say(t, "the TLS handshake failed: %s; the agent's log says why",
            gnutls_strerror(ret));
    }
}

static void explain_server(struct bw_tls *t, int ret)
{
    switch (ret) {
    case GNUTLS_E_FATAL_ALERT_RECEIVED:
        say(t,
            "the client refuses the agent's key or certificate (alert: %s); "
            "do both have the same authority or key?",
            alert_name(t));
        break;
    case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
        say(t, "the client speaks neither TLS 1.2 nor 1.3; update it");
        break;
    case GNUTLS_E_NO_CIPHER_SUITES:
    case GNUTLS_E_NO_COMMON_KEY_SHARE:
    case GNUTLS_E_INSUFFICIENT_CREDENTIALS:
        say(t, "the client offers nothing that the agent takes, which is %s",
            bw_tls_creds_kinds(t->creds));
        break;
    default:
        say(t, "the TLS handshake failed: %s", gnutls_strerror(ret));
    }
}

void bw_tls_explain(struct bw_tls *t, int ret)
{
    if (t->lower_err == ETIMEDOUT) {
        say(t, "the TLS handshake did not end in time");
    } else if (ret == GNUTLS_E_PREMATURE_TERMINATION ||
               t->lower_err == ECONNRESET || t->lower_err == EPIPE) {
        say(t, "the %s left during the TLS handshake",
            t->is_server ? "client" : "agent");
    } else if (t->lower_err) {
        say(t, "the connection broke during the TLS handshake: %s",
            strerror(t->lower_err));
    } else if (t->is_server && t->tried[0] &&
               ret != GNUTLS_E_FATAL_ALERT_RECEIVED) {
        explain_key(t);
    } else if (t->is_server) {
        explain_server(t, ret);
    } else {
        explain_client(t, ret);
    }
}

/* --- certificates --- */

static const char *date(time_t when, char out[DATE_SIZE])
{
    struct tm tm;

    if (!gmtime_r(&when, &tm) || !strftime(out, DATE_SIZE, "%Y-%m-%d", &tm)) {
        return "?";
    }
    return out;
}

/* The peer's own certificate, to be freed; NULL: it showed none. */
static gnutls_x509_crt_t peer_cert(struct bw_tls *t)
{
    unsigned count = 0;
    const gnutls_datum_t *list =
        gnutls_certificate_get_peers(t->session, &count);
    gnutls_x509_crt_t cert;

    if (!list || count == 0 || gnutls_x509_crt_init(&cert) < 0) {
        return NULL;
    }
    if (gnutls_x509_crt_import(cert, &list[0], GNUTLS_X509_FMT_DER) < 0) {
        gnutls_x509_crt_deinit(cert);
        return NULL;
    }
    return cert;
}

/* The subject's common name; "" if it has none, or more than one, or one that
 * is no text. */
static void common_name(gnutls_x509_crt_t cert, char *out, size_t out_size)
{
    char second[BW_WIRE_MAX_TEXT + 1];
    size_t second_size = sizeof(second);
    size_t size = out_size;
    int ret = gnutls_x509_crt_get_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME,
                                            0, 0, out, &size);

    if (ret < 0 || size >= out_size || strlen(out) != size ||
        !bw_text_ok((const uint8_t *)out, size) ||
        gnutls_x509_crt_get_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 1, 0,
                                      second, &second_size) !=
            GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
        out[0] = '\0';
    }
}

static void explain_cert(struct bw_tls *t, gnutls_x509_crt_t cert,
                         const char *name, unsigned status)
{
    char when[DATE_SIZE], now[DATE_SIZE];

    if (status & GNUTLS_CERT_REVOKED) {
        say(t, "the certificate of \"%s\" has been revoked; issue a new one",
            name);
    } else if (status & GNUTLS_CERT_SIGNER_NOT_FOUND) {
        say(t,
            "the certificate of \"%s\" is of an authority that is not in "
            "ca-cert.pem; issue one from that",
            name);
    } else if (status & GNUTLS_CERT_EXPIRED) {
        say(t, "the certificate of \"%s\" expired on %s; issue a new one", name,
            date(gnutls_x509_crt_get_expiration_time(cert), when));
    } else if (status & GNUTLS_CERT_NOT_ACTIVATED) {
        say(t,
            "the certificate of \"%s\" is not valid before %s and the clock "
            "here says %s; set the clock",
            name, date(gnutls_x509_crt_get_activation_time(cert), when),
            date(time(NULL), now));
    } else if (status & GNUTLS_CERT_PURPOSE_MISMATCH) {
        say(t, "the certificate of \"%s\" is not one for a TLS %s", name,
            t->is_server ? "client" : "server");
    } else if (status & GNUTLS_CERT_UNEXPECTED_OWNER) {
        say(t, "the certificate is made out to \"%s\", not to this host", name);
    } else if (status & GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED) {
        say(t, "the list of revoked certificates, ca-crl.pem, is out of date; "
               "issue a new one");
    } else {
        say(t, "the certificate of \"%s\" does not hold (status 0x%x)", name,
            status);
    }
}

/* Returns 0 or GnuTLS's status bits. */
static unsigned verify(struct bw_tls *t, const char *host)
{
    gnutls_typed_vdata_st data[2] = {
        { GNUTLS_DT_KEY_PURPOSE_OID,
          (unsigned char *)(t->is_server ? GNUTLS_KP_TLS_WWW_CLIENT
                                         : GNUTLS_KP_TLS_WWW_SERVER),
          0 },
        { GNUTLS_DT_DNS_HOSTNAME, (unsigned char *)host, 0 },
    };
    unsigned status = 0;
    int ret = gnutls_certificate_verify_peers(t->session, data, host ? 2 : 1,
                                              &status);

    return ret < 0 ? GNUTLS_CERT_INVALID : status;
}

bool bw_tls_check_client_cert(struct bw_tls *t)
{
    gnutls_x509_crt_t cert = peer_cert(t);
    char name[BW_WIRE_MAX_NAME + 1];
    unsigned status;
    const char *bad;

    if (!cert) {
        say(t, "the client shows no certificate; its folder needs "
               "client-cert.pem and client-key.pem");
        return false;
    }
    common_name(cert, name, sizeof(name));
    status = verify(t, NULL);
    bad = bw_tls_bad_identity(name);
    if (status) {
        explain_cert(t, cert, name, status);
    } else if (bad) {
        say(t, "the certificate's name, its CN, %s", bad);
    } else {
        memcpy(t->identity, name, sizeof(name));
    }
    gnutls_x509_crt_deinit(cert);
    return status == 0 && !bad;
}

bool bw_tls_check_server_cert(struct bw_tls *t, const char *host)
{
    gnutls_x509_crt_t cert = peer_cert(t);
    char name[BW_WIRE_MAX_TEXT + 1];
    unsigned status;

    if (!cert || !host) {
        say(t, "the agent shows no certificate");
        gnutls_x509_crt_deinit(cert);
        return false;
    }
    common_name(cert, name, sizeof(name));
    status = verify(t, host);
    if (status) {
        explain_cert(t, cert, name, status);
    }
    gnutls_x509_crt_deinit(cert);
    return status == 0;
}

/* --- certificates of clients that are inside --- */

#define MAX_CHAIN 16

/* Returns how many of @list were imported; all are to be freed. */
static unsigned import_chain(const struct bw_tls *t,
                             gnutls_x509_crt_t list[MAX_CHAIN])
{
    unsigned count = 0;
    const gnutls_datum_t *der =
        gnutls_certificate_get_peers(t->session, &count);
    unsigned i;

    for (i = 0; der && i < count && i < MAX_CHAIN; i++) {
        if (gnutls_x509_crt_init(&list[i]) < 0) {
            break;
        }
        if (gnutls_x509_crt_import(list[i], &der[i], GNUTLS_X509_FMT_DER) < 0) {
            gnutls_x509_crt_deinit(list[i]);
            break;
        }
    }
    return i;
}

bool bw_tls_still_trusted(const struct bw_tls *t,
                          const struct bw_tls_creds *now)
{
    gnutls_x509_crt_t chain[MAX_CHAIN];
    gnutls_x509_trust_list_t trust = NULL;
    unsigned status = GNUTLS_CERT_INVALID;
    unsigned count, i;

    if (!now->x509) {
        return false;
    }
    count = import_chain(t, chain);
    gnutls_certificate_get_trust_list(now->x509, &trust);
    if (count > 0 && trust &&
        gnutls_x509_trust_list_verify_crt2(trust, chain, count, NULL, 0, 0,
                                           &status, NULL) < 0) {
        status = GNUTLS_CERT_INVALID;
    }
    for (i = 0; i < count; i++) {
        gnutls_x509_crt_deinit(chain[i]);
    }
    return status == 0;
}
