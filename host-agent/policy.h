/*
 * The policy: who may open which export.
 *
 * An identity is a name: that of a TLS-PSK key, of a certificate, of a user of
 * this machine, or one that a listener gives to all who come (see
 * bench.conf(5), [identity]).  The policy is read with the bench file and
 * replaced as a whole when that is read again; a session asks it with every
 * OPEN and LIST.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_POLICY_H
#define BENCHWIRE_HOST_AGENT_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/wire.h"

#define BW_POLICY_MAX_IDENTITIES 64
#define BW_POLICY_MAX_PATTERNS   32 /* of one identity */

/* What clients without a name of their own are called. */
#define BW_IDENTITY_LOCAL    "local"    /* unix socket: may all, administers */
#define BW_IDENTITY_LOOPBACK "loopback" /* plain TCP of this machine: may all */
#define BW_IDENTITY_NETWORK  "network"  /* insecure TCP: nothing by itself */

/**
 * struct bw_policy_identity - one [identity NAME]
 * @exports: patterns of fnmatch(3)
 * @admin: may use WHO, KICK and RELOAD
 */
struct bw_policy_identity {
    char name[BW_WIRE_MAX_NAME + 1];
    char exports[BW_POLICY_MAX_PATTERNS][BW_WIRE_MAX_NAME + 1];
    size_t export_count;
    bool admin;
};

struct bw_policy {
    struct bw_policy_identity identities[BW_POLICY_MAX_IDENTITIES];
    size_t count;
};

/* The three names above, as they are without any section. */
void bw_policy_init(struct bw_policy *p);

/* NULL: nobody of that name. */
const struct bw_policy_identity *bw_policy_find(const struct bw_policy *p,
                                                const char *identity);

/* Of an identity that is not in the policy: nothing. */
bool bw_policy_may_open(const struct bw_policy *p, const char *identity,
                        const char *export_name);
bool bw_policy_is_admin(const struct bw_policy *p, const char *identity);

#endif
