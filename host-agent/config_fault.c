/*
 * The bench file: [fault NAME]; see config.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/config_section.h"

#include <string.h>

/* The one of the section that is being read. */
static struct bw_config_fault *last(struct bw_config_parser *p)
{
    return &p->c->faults[p->c->fault_count - 1];
}

static bool set_fault_adapter(struct bw_config_parser *p, const char *value)
{
    return bw_config_set_adapter(p, last(p)->adapter, sizeof(last(p)->adapter),
                                 value);
}

static bool set_fault_key(struct bw_config_parser *p, const char *key,
                          const char *value)
{
    char why[256];

    return bw_fault_text_set(&last(p)->text, key, value, why, sizeof(why)) ||
           bw_config_fail(p, "%s", why);
}

static bool begin_fault(struct bw_config_parser *p, const char *name)
{
    struct bw_config *c = p->c;
    size_t i;

    if (!bw_config_check_name(p, name, "")) {
        return false;
    }
    for (i = 0; i < c->fault_count; i++) {
        if (strcmp(c->faults[i].name, name) == 0) {
            return bw_config_fail(
                p, "fault \"%s\" is already in line %d; rename one", name,
                c->faults[i].line);
        }
    }
    if (c->fault_count == BW_CONFIG_MAX_FAULTS) {
        return bw_config_fail(p, "more than %d faults; remove some",
                              BW_CONFIG_MAX_FAULTS);
    }
    c->fault_count++;
    last(p)->line = p->line;
    bw_fault_text_init(&last(p)->text);
    memcpy(last(p)->name, name, strlen(name) + 1);
    return true;
}

static bool check_fault(const struct bw_config *c, struct bw_config_fault *f,
                        struct bw_config_error *e)
{
    const char *why;
    size_t i;

    if (!f->adapter[0]) {
        return bw_config_fail_at(
            e, f->line,
            "fault \"%s\" has no adapter; add adapter = the one of an "
            "export",
            f->name);
    }
    for (i = 0; i < c->export_count; i++) {
        if (strcmp(c->exports[i].adapter, f->adapter) == 0) {
            break;
        }
    }
    if (i == c->export_count) {
        return bw_config_fail_at(
            e, f->line,
            "fault \"%s\" is on %s, which no export names; add an "
            "[export NAME] with that adapter",
            f->name, f->adapter);
    }
    why = bw_fault_text_finish(&f->text);
    return !why ||
           bw_config_fail_at(e, f->line, "fault \"%s\": %s", f->name, why);
}

/* The next fault of an adapter, from *@at on, or NULL. */
static const struct bw_config_fault *next(const struct bw_config *c,
                                          const char *adapter, size_t *at)
{
    while (*at < c->fault_count) {
        const struct bw_config_fault *fault = &c->faults[(*at)++];

        if (strcmp(fault->adapter, adapter) == 0) {
            return fault;
        }
    }
    return NULL;
}

static bool same_fault(const struct bw_config_fault *a,
                       const struct bw_config_fault *b)
{
    char one[BW_FAULT_TEXT_SIZE], other[BW_FAULT_TEXT_SIZE];

    bw_fault_text_print(&a->text.fault, one);
    bw_fault_text_print(&b->text.fault, other);
    return strcmp(one, other) == 0;
}

static bool same_adapter(const struct bw_config *a, const struct bw_config *b,
                         const char *adapter)
{
    size_t i = 0, j = 0;
    const struct bw_config_fault *one, *other;

    do {
        one = next(a, adapter, &i);
        other = next(b, adapter, &j);
    } while (one && other && same_fault(one, other));
    return !one && !other;
}

static const struct bw_config_key fault_keys[] = {
    { "adapter", set_fault_adapter },
    { NULL, NULL },
};

static bool check(struct bw_config *c, struct bw_config_error *e)
{
    size_t i;

    for (i = 0; i < c->fault_count; i++) {
        if (!check_fault(c, &c->faults[i], e)) {
            return false;
        }
    }
    return true;
}

const struct bw_config_section bw_config_section_fault = {
    .name = "fault",
    .keys = fault_keys,
    .begin = begin_fault,
    .other = set_fault_key,
    .check = check,
    .same_adapter = same_adapter,
};
