/*
 * tls-certs FOLDER: folders of certificates for tests/e2e/tls.sh.
 *
 *   agent     made out to 127.0.0.1, with a list that revokes "revoked"
 *   old-agent the same, expired
 *   good, expired, revoked, stranger   clients; all trust the agent's authority
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "../tls_certs.h"

#include <sys/stat.h>

static char path[512];

/* FOLDER/NAME with the authority's certificate */
static const char *folder(const char *top, const char *name,
                          const struct certs_authority *a)
{
    snprintf(path, sizeof(path), "%s/%s", top, name);
    mkdir(path, 0700);
    certs_write_authority(a, path);
    return path;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int from, days;
    } agents[] = { { "agent", -1, 30 }, { "old-agent", -30, 20 } },
      clients[] = { { "good", -1, 30 },
                    { "revoked", -1, 30 },
                    { "expired", -30, 20 } };
    struct certs_authority ours, theirs;
    struct certs_request r = { "bench", "127.0.0.1", GNUTLS_KP_TLS_WWW_SERVER,
                               0, 0 };
    unsigned char revoked = 0;
    size_t i;

    if (argc != 2) {
        fputs("usage: tls-certs FOLDER\n", stderr);
        return 2;
    }
    umask(077);
    certs_authority_new(&ours, "the bench");
    certs_authority_new(&theirs, "another");
    for (i = 0; i < sizeof(agents) / sizeof(agents[0]); i++) {
        r.from = agents[i].from;
        r.days = agents[i].days;
        certs_issue(&ours, folder(argv[1], agents[i].name, &ours), "server",
                    &r);
    }
    r.host = NULL;
    r.purpose = GNUTLS_KP_TLS_WWW_CLIENT;
    for (i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
        r.cn = clients[i].name;
        r.from = clients[i].from;
        r.days = clients[i].days;
        certs_issue(&ours, folder(argv[1], r.cn, &ours), "client", &r);
        if (strcmp(r.cn, "revoked") == 0) {
            revoked = ours.serial;
        }
    }
    r.cn = "stranger";
    r.from = -1;
    r.days = 30;
    certs_issue(&theirs, folder(argv[1], r.cn, &ours), "client", &r);
    certs_revoke(&ours, folder(argv[1], "agent", &ours), revoked);
    certs_authority_free(&ours);
    certs_authority_free(&theirs);
    return 0;
}
