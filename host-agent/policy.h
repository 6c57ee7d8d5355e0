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
#include <sys/types.h>

#include "lib/wire.h"

#define BW_POLICY_MAX_IDENTITIES 64
#define BW_POLICY_MAX_PATTERNS   32 /* of one identity */

/* What clients without a name of their own are called. */
#define BW_IDENTITY_LOCAL    "local"    /* unix socket: may all, administers */
#define BW_IDENTITY_LOOPBACK "loopback" /* plain TCP of this machine: may all */
#define BW_IDENTITY_NETWORK  "network"  /* insecure TCP: nothing by itself */

/**
 * struct bw_policy_identity - one [identity NAME]
 * @line: of the section in the bench file, 0: built in
 * @lines: of each of @exports
 * @exports: patterns of fnmatch(3)
 * @admin: may use WHO, KICK and RELOAD
 * @uid: the user who is so called on the unix socket, if @has_user
 */
struct bw_policy_identity {
    int line;
    char name[BW_WIRE_MAX_NAME + 1];
    int lines[BW_POLICY_MAX_PATTERNS];
    char exports[BW_POLICY_MAX_PATTERNS][BW_WIRE_MAX_NAME + 1];
    size_t export_count;
    bool admin;
    bool has_admin;
    bool has_user;
    uid_t uid;
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

/* What a user of this machine is called: BW_IDENTITY_LOCAL if not named. */
const char *bw_policy_name_user(const struct bw_policy *p, uid_t uid);

bool bw_policy_is_admin(const struct bw_policy *p, const char *identity);

#endif
