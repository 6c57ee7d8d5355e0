/*
 * The bench file: [identity NAME]; see config.h and policy.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/config_section.h"

#include <pwd.h>
#include <string.h>

#define WILDCARDS "*?[]!^"

static struct bw_policy_identity *last(struct bw_config_parser *p)
{
    return &p->c->policy.identities[p->c->identity_at];
}

static bool is_built_in(const char *name)
{
    return strcmp(name, BW_IDENTITY_LOCAL) == 0 ||
           strcmp(name, BW_IDENTITY_LOOPBACK) == 0 ||
           strcmp(name, BW_IDENTITY_NETWORK) == 0;
}

static bool add_pattern(struct bw_config_parser *p, const char *pattern)
{
    struct bw_policy_identity *id = last(p);

    if (id->export_count == BW_POLICY_MAX_PATTERNS) {
        return bw_config_fail(p, "more than %d exports; use patterns such as *",
                              BW_POLICY_MAX_PATTERNS);
    }
    if (strlen(pattern) > BW_WIRE_MAX_NAME) {
        return bw_config_fail(
            p, "exports: \"%s\" is longer than the %d bytes of a name", pattern,
            BW_WIRE_MAX_NAME);
    }
    id->lines[id->export_count] = p->line;
    strcpy(id->exports[id->export_count++], pattern);
    return true;
}

/* May be given several times, as a line has its limit. */
static bool set_exports(struct bw_config_parser *p, const char *value)
{
    char text[BW_CONFIG_MAX_LINE];
    char *rest = text;
    char *pattern;
    bool any = false;

    if (strlen(value) >= sizeof(text)) {
        return bw_config_fail(p, "exports is too long; write a second line");
    }
    strcpy(text, value);
    while ((pattern = strsep(&rest, ", \t"))) {
        if (pattern[0] && !add_pattern(p, pattern)) {
            return false;
        }
        any |= pattern[0];
    }
    return any || bw_config_fail(p, "exports is empty; name exports, or leave "
                                    "the line out for none");
}

static bool set_admin(struct bw_config_parser *p, const char *value)
{
    struct bw_policy_identity *id = last(p);

    return bw_config_set_flag(p, "admin", &id->admin, &id->has_admin, value);
}

static bool set_user(struct bw_config_parser *p, const char *value)
{
    struct bw_policy_identity *id = last(p);
    const struct passwd *user;
    long number;

    if (id->has_user) {
        return bw_config_fail_twice(p, "user");
    }
    if (is_built_in(id->name)) {
        return bw_config_fail(p,
                              "[identity %s] is not one user; remove user, or "
                              "give the section another name",
                              id->name);
    }
    user = getpwnam(value);
    number = bw_config_parse_number(value, INT32_MAX);
    if (!user && number < 0) {
        return bw_config_fail(p,
                              "there is no user \"%s\" on this machine; create "
                              "it, or write another or its number",
                              value);
    }
    id->uid = user ? user->pw_uid : (uid_t)number;
    id->has_user = true;
    return true;
}

static bool begin(struct bw_config_parser *p, const char *name)
{
    struct bw_policy *policy = &p->c->policy;
    struct bw_policy_identity *id;
    size_t i = 0;

    if (!bw_config_check_name(p, name, ".@")) {
        return false;
    }
    while (i < policy->count && strcmp(policy->identities[i].name, name) != 0) {
        i++;
    }
    if (i == BW_POLICY_MAX_IDENTITIES) {
        return bw_config_fail(p, "more than %d identities; remove some",
                              BW_POLICY_MAX_IDENTITIES);
    }
    id = &policy->identities[i];
    if (i < policy->count && id->line) {
        return bw_config_fail(
            p, "identity \"%s\" is already in line %d; put the keys there",
            name, id->line);
    }
    policy->count += i == policy->count;
    p->c->identity_at = i;
    memset(id, 0, sizeof(*id)); /* also what a built-in one may */
    id->line = p->line;
    strcpy(id->name, name);
    return true;
}

static bool has_export(const struct bw_config *c, const char *name)
{
    size_t i;

    for (i = 0; i < c->export_count; i++) {
        if (strcmp(c->exports[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool check_identity(const struct bw_config *c,
                           const struct bw_policy_identity *id,
                           struct bw_config_error *e)
{
    const struct bw_policy_identity *other;
    size_t i;

    for (i = 0; i < id->export_count; i++) {
        if (!strpbrk(id->exports[i], WILDCARDS) &&
            !has_export(c, id->exports[i])) {
            return bw_config_fail_at(
                e, id->lines[i],
                "identity \"%s\" may open \"%s\", which is no export; add an "
                "[export %s] or remove it",
                id->name, id->exports[i], id->exports[i]);
        }
    }
    for (other = c->policy.identities; id->has_user && other < id; other++) {
        if (other->has_user && other->uid == id->uid) {
            return bw_config_fail_at(
                e, id->line,
                "identities \"%s\" and \"%s\" are the same user; keep one",
                other->name, id->name);
        }
    }
    return true;
}

static bool check(struct bw_config *c, struct bw_config_error *e)
{
    size_t i;

    for (i = 0; i < c->policy.count; i++) {
        if (!check_identity(c, &c->policy.identities[i], e)) {
            return false;
        }
    }
    return true;
}

static const struct bw_config_key keys[] = {
    { "exports", set_exports },
    { "admin", set_admin },
    { "user", set_user },
    { NULL, NULL },
};

const struct bw_config_section bw_config_section_identity = {
    .name = "identity",
    .keys = keys,
    .begin = begin,
    .check = check,
};
