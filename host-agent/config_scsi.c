/*
 * The bench file: what [export NAME] has with type = scsi; see config.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/config_section.h"

#include <string.h>

#include "peripherals/parts/tape_profile.h"

#define MAX_SECONDS 604800 /* a week */
#define MS_PER_S    1000u

static struct bw_config_export *last(struct bw_config_parser *p)
{
    return &p->c->exports[p->c->export_count - 1];
}

bool bw_config_set_scsi_device(struct bw_config_parser *p, const char *value)
{
    if (last(p)->adapter[0]) {
        return bw_config_fail_twice(p, "device");
    }
    if (value[0] != '/' && !bw_config_is_sim_tape(value)) {
        return bw_config_fail(
            p,
            "device \"%s\" is neither a device's path nor sim-tape:FILE; write "
            "device = /dev/sgN, as \"lsscsi -g\" shows it",
            value);
    }
    last(p)->scsi.has_device = true;
    return bw_config_set_text(p, "device", last(p)->adapter,
                              sizeof(last(p)->adapter), value);
}

bool bw_config_set_scsi_commands(struct bw_config_parser *p, const char *value)
{
    struct bw_config_scsi *s = &last(p)->scsi;
    const char *bad;

    if (s->has_rules) {
        return bw_config_fail_twice(p, "commands");
    }
    s->has_rules = true;
    if (!bw_scsi_rules_parse(&s->rules, value, &bad)) {
        return bw_config_fail(
            p,
            "commands: \"%.40s\" is none; write default or all, and then "
            "operation codes as in +0x3b or -0x1d",
            bad);
    }
    return true;
}

static bool set_time(struct bw_config_parser *p, const char *key,
                     enum bw_scsi_time time, const char *value)
{
    long seconds = bw_config_parse_number(value, MAX_SECONDS);

    if (last(p)->scsi.time_ms[time]) {
        return bw_config_fail_twice(p, key);
    }
    if (seconds < 1) {
        return bw_config_fail(p, "%s = %s is not possible; write 1 to %d, in s",
                              key, value, MAX_SECONDS);
    }
    last(p)->scsi.time_ms[time] = (uint32_t)seconds * MS_PER_S;
    return true;
}

bool bw_config_set_scsi_data_time(struct bw_config_parser *p, const char *value)
{
    return set_time(p, "data-timeout", BW_SCSI_TIME_DATA, value);
}

bool bw_config_set_scsi_motion_time(struct bw_config_parser *p,
                                    const char *value)
{
    return set_time(p, "motion-timeout", BW_SCSI_TIME_MOTION, value);
}

bool bw_config_set_scsi_erase_time(struct bw_config_parser *p,
                                   const char *value)
{
    return set_time(p, "erase-timeout", BW_SCSI_TIME_ERASE, value);
}

bool bw_config_has_scsi_keys(const struct bw_config_export *x)
{
    const struct bw_config_scsi *s = &x->scsi;

    return s->has_device || s->has_rules || s->time_ms[BW_SCSI_TIME_DATA] ||
           s->time_ms[BW_SCSI_TIME_MOTION] || s->time_ms[BW_SCSI_TIME_ERASE];
}

/* The other export of the same device, or NULL. */
static const struct bw_config_export *
find_other(const struct bw_config *c, const struct bw_config_export *x)
{
    size_t i;

    for (i = 0; i < c->export_count; i++) {
        const struct bw_config_export *o = &c->exports[i];

        if (o != x && o->kind == BW_EXPORT_SCSI &&
            strcmp(o->adapter, x->adapter) == 0) {
            return o;
        }
    }
    return NULL;
}

static bool check_profile(const struct bw_config_export *x,
                          struct bw_config_error *e)
{
    if (x->profile[0] && !bw_config_is_sim_tape(x->adapter)) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\": a real device says itself what it is; remove "
            "profile",
            x->name);
    }
    if (x->profile[0] && !bw_tape_profile(x->profile)) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\": there is no tape drive \"%.40s\"; write profile = "
            "generic, dds3, lto5 or lto8",
            x->name, x->profile);
    }
    return true;
}

bool bw_config_check_scsi(const struct bw_config *c, struct bw_config_export *x,
                          struct bw_config_error *e)
{
    const struct bw_config_export *other;

    if (!x->scsi.has_device) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\" has no device; add device = /dev/sgN, as \"lsscsi "
            "-g\" shows it, or sim-tape:FILE",
            x->name);
    }
    if (x->has_addr || x->has_shared) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\": type = scsi has no address and is never shared; "
            "remove %s",
            x->name, x->has_addr ? "address" : "shared");
    }
    other = find_other(c, x);
    if (other) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\": %.80s is export \"%s\" already, and has one user "
            "at a time; remove one",
            x->name, x->adapter, other->name);
    }
    x->addr = BW_ADDR_ANY;
    return check_profile(x, e);
}

bool bw_config_same_scsi(const struct bw_config_scsi *a,
                         const struct bw_config_scsi *b)
{
    return memcmp(&a->rules, &b->rules, sizeof(a->rules)) == 0 &&
           memcmp(a->time_ms, b->time_ms, sizeof(a->time_ms)) == 0;
}
