/*
 * An agent's credentials and clients with good and bad ones, for tests of TLS:
 * folders that tls_rig.h makes connections of.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_TLS_CLIENTS_H
#define BENCHWIRE_TESTS_UNIT_TLS_CLIENTS_H

#include "tls_rig.h"

#define KEY_A "00112233445566778899aabbccddeeff"
#define KEY_B "ffeeddccbbaa99887766554433221100"

static struct certs_authority authority, stranger;

static const struct certs_request good_client = { "laptop", NULL,
                                                  GNUTLS_KP_TLS_WWW_CLIENT, -1,
                                                  30 };

/* A client's folder with a certificate; ca-cert.pem is of the agent's. */
static inline const char *client_folder(const char *name,
                                        struct certs_authority *issuer,
                                        const struct certs_request *r)
{
    const char *dir = rig_folder(name);

    certs_write_authority(&authority, dir);
    certs_issue(issuer, dir, "client", r);
    return dir;
}

static int make_folders(void **state)
{
    const struct certs_request server = { "bench", "agent.test",
                                          GNUTLS_KP_TLS_WWW_SERVER, -1, 30 };
    const struct certs_request revoked = { "revoked", NULL,
                                           GNUTLS_KP_TLS_WWW_CLIENT, -1, 30 };
    unsigned char serial;

    (void)state;
    if (!mkdtemp(rig_dir)) {
        return -1;
    }
    rig_folder("agent");
    rig_write(rig_path("agent/keys.psk"),
              "laptop:" KEY_A "\nbuild-1:" KEY_B "\n");
    rig_folder("laptop");
    rig_write(rig_path("laptop/keys.psk"), "laptop:" KEY_A "\n");
    rig_folder("wrong");
    rig_write(rig_path("wrong/keys.psk"), "laptop:" KEY_B "\n");
    rig_folder("nobody");
    rig_write(rig_path("nobody/keys.psk"), "nobody:" KEY_A "\n");

    certs_authority_new(&authority, "the bench's authority");
    certs_authority_new(&stranger, "another authority");
    certs_write_authority(&authority, rig_folder("certs"));
    certs_issue(&authority, rig_path("certs"), "server", &server);
    serial = certs_issue(&authority, rig_folder("revoked"), "client", &revoked);
    certs_write_authority(&authority, rig_path("revoked"));
    certs_revoke(&authority, rig_path("certs"), serial);
    return 0;
}

static int remove_folders(void **state)
{
    char command[128];

    (void)state;
    certs_authority_free(&authority);
    certs_authority_free(&stranger);
    snprintf(command, sizeof(command), "rm -r '%s'", rig_dir);
    return system(command);
}

static inline struct rig *key_rig(const char *client)
{
    return rig_new(rig_server(rig_path("agent")),
                   rig_client(rig_path(client), NULL));
}

static inline struct rig *cert_rig(const char *client)
{
    return rig_new(rig_server(rig_path("certs")),
                   rig_client(rig_path(client), NULL));
}

#endif
