/*
 * The policy: who may open which export; see policy.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/policy.h"

#include <fnmatch.h>
#include <string.h>

static void add_built_in(struct bw_policy *p, const char *name, bool all,
                         bool admin)
{
    struct bw_policy_identity *id = &p->identities[p->count++];

    strcpy(id->name, name);
    if (all) {
        strcpy(id->exports[0], "*");
        id->export_count = 1;
    }
    id->admin = admin;
}

void bw_policy_init(struct bw_policy *p)
{
    memset(p, 0, sizeof(*p));
    add_built_in(p, BW_IDENTITY_LOCAL, true, true);
    add_built_in(p, BW_IDENTITY_LOOPBACK, true, false);
    add_built_in(p, BW_IDENTITY_NETWORK, false, false);
}

const struct bw_policy_identity *bw_policy_find(const struct bw_policy *p,
                                                const char *identity)
{
    size_t i;

    for (i = 0; i < p->count; i++) {
        if (strcmp(p->identities[i].name, identity) == 0) {
            return &p->identities[i];
        }
    }
    return NULL;
}

bool bw_policy_may_open(const struct bw_policy *p, const char *identity,
                        const char *export_name)
{
    const struct bw_policy_identity *id = bw_policy_find(p, identity);
    size_t i;

    for (i = 0; id && i < id->export_count; i++) {
        if (fnmatch(id->exports[i], export_name, 0) == 0) {
            return true;
        }
    }
    return false;
}

const char *bw_policy_name_user(const struct bw_policy *p, uid_t uid)
{
    size_t i;

    for (i = 0; i < p->count; i++) {
        if (p->identities[i].has_user && p->identities[i].uid == uid) {
            return p->identities[i].name;
        }
    }
    return BW_IDENTITY_LOCAL;
}

bool bw_policy_is_admin(const struct bw_policy *p, const char *identity)
{
    const struct bw_policy_identity *id = bw_policy_find(p, identity);

    return id && id->admin;
}
