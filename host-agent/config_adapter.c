/*
 * The bench file: [adapter NAME] and the names of adapters; see config.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/config_section.h"

#include <string.h>

#include "host-agent/i2c_bitbang.h"

/* "@kind:NAME" */
static bool is_kind(const char *adapter, const char *kind)
{
    size_t len = strlen(kind);

    return strncmp(adapter, kind, len) == 0 && adapter[len] == ':' &&
           adapter[len + 1];
}

bool bw_config_is_sim(const char *adapter)
{
    return is_kind(adapter, "sim") || bw_config_is_wires(adapter) ||
           bw_config_is_sim_usb(adapter);
}

bool bw_config_is_wires(const char *adapter)
{
    return is_kind(adapter, "wires");
}

bool bw_config_is_sim_usb(const char *adapter)
{
    return is_kind(adapter, "sim-usb");
}

bool bw_config_is_gpio(const char *adapter)
{
    return is_kind(adapter, "gpio");
}

bool bw_config_is_sim_tape(const char *device)
{
    return is_kind(device, "sim-tape");
}

const struct bw_config_adapter *
bw_config_find_adapter(const struct bw_config *c, const char *name)
{
    size_t i;

    for (i = 0; i < c->adapter_count; i++) {
        if (strcmp(c->adapters[i].name, name) == 0) {
            return &c->adapters[i];
        }
    }
    return NULL;
}

/* The one of the section that is being read. */
static struct bw_config_adapter *last(struct bw_config_parser *p)
{
    return &p->c->adapters[p->c->adapter_count - 1];
}

static bool set_adapter_chip(struct bw_config_parser *p, const char *value)
{
    return bw_config_set_text(p, "chip", last(p)->chip, sizeof(last(p)->chip),
                              value);
}

static bool set_adapter_scl(struct bw_config_parser *p, const char *value)
{
    return bw_config_set_text(p, "scl", last(p)->scl, sizeof(last(p)->scl),
                              value);
}

static bool set_adapter_sda(struct bw_config_parser *p, const char *value)
{
    return bw_config_set_text(p, "sda", last(p)->sda, sizeof(last(p)->sda),
                              value);
}

static bool set_adapter_speed(struct bw_config_parser *p, const char *value)
{
    long hz = bw_config_parse_number(value, BW_BITBANG_MAX_HZ);

    if (last(p)->scl_hz) {
        return bw_config_fail_twice(p, "speed");
    }
    if (hz < BW_BITBANG_MIN_HZ) {
        return bw_config_fail(
            p, "speed = %s is not possible; write %d to %d, in Hz", value,
            BW_BITBANG_MIN_HZ, BW_BITBANG_MAX_HZ);
    }
    last(p)->scl_hz = (uint32_t)hz;
    return true;
}

static bool begin_adapter(struct bw_config_parser *p, const char *name)
{
    struct bw_config *c = p->c;
    const struct bw_config_adapter *same = bw_config_find_adapter(c, name);

    if (!bw_config_is_wires(name) && !bw_config_is_gpio(name)) {
        return bw_config_fail(
            p,
            "[adapter %s] has nothing to set; only wires:NAME and "
            "gpio:NAME have a section",
            name);
    }
    if (same) {
        return bw_config_fail(
            p, "[adapter %s] is already in line %d; put the keys there", name,
            same->line);
    }
    if (c->adapter_count == BW_BENCH_MAX_BUSES) {
        return bw_config_fail(p, "more than %d adapters; remove some",
                              BW_BENCH_MAX_BUSES);
    }
    c->adapter_count++;
    last(p)->line = p->line;
    return bw_config_set_text(p, "the name", last(p)->name,
                              sizeof(last(p)->name), name);
}

static bool check_adapter(const struct bw_config *c,
                          const struct bw_config_adapter *a,
                          struct bw_config_error *e)
{
    bool lines = a->chip[0] || a->scl[0] || a->sda[0];
    size_t i;

    if (bw_config_is_wires(a->name) && lines) {
        return bw_config_fail_at(
            e, a->line,
            "[adapter %s]: simulated wires are no lines of a chip; "
            "remove chip, scl and sda",
            a->name);
    }
    if (bw_config_is_gpio(a->name) && !(a->chip[0] && a->scl[0] && a->sda[0])) {
        return bw_config_fail_at(
            e, a->line,
            "[adapter %s] does not say where the lines are; add chip = "
            "gpiochip0, scl = and sda = their numbers or names",
            a->name);
    }
    if (lines && strcmp(a->scl, a->sda) == 0) {
        return bw_config_fail_at(
            e, a->line,
            "[adapter %s]: scl and sda are both line %s; give one "
            "another line",
            a->name, a->scl);
    }
    for (i = 0; i < c->export_count; i++) {
        if (strcmp(c->exports[i].adapter, a->name) == 0) {
            return true;
        }
    }
    return bw_config_fail_at(
        e, a->line,
        "no export names [adapter %s]; add an [export NAME] with it, "
        "or remove the section",
        a->name);
}

static bool same_adapter(const struct bw_config *a, const struct bw_config *b,
                         const char *adapter)
{
    const struct bw_config_adapter *one = bw_config_find_adapter(a, adapter);
    const struct bw_config_adapter *other = bw_config_find_adapter(b, adapter);

    if (!one || !other) {
        return one == other;
    }
    return one->scl_hz == other->scl_hz &&
           strcmp(one->chip, other->chip) == 0 &&
           strcmp(one->scl, other->scl) == 0 &&
           strcmp(one->sda, other->sda) == 0;
}

static const struct bw_config_key adapter_keys[] = {
    { "chip", set_adapter_chip },
    { "scl", set_adapter_scl },
    { "sda", set_adapter_sda },
    { "speed", set_adapter_speed },
    { NULL, NULL },
};

static bool check(struct bw_config *c, struct bw_config_error *e)
{
    size_t i;

    for (i = 0; i < c->adapter_count; i++) {
        if (!check_adapter(c, &c->adapters[i], e)) {
            return false;
        }
    }
    return true;
}

const struct bw_config_section bw_config_section_adapter = {
    .name = "adapter",
    .keys = adapter_keys,
    .begin = begin_adapter,
    .other = NULL,
    .check = check,
    .same_adapter = same_adapter,
};
