/*
 * The bench file: [usb NAME], a simulated USB device, and the keys of an
 * export of type usb; see config.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/config_section.h"

#include <stdio.h>
#include <string.h>

/* The keys of an export */

static struct bw_config_export *last_export(struct bw_config_parser *p)
{
    return &p->c->exports[p->c->export_count - 1];
}

static bool set_port(struct bw_config_parser *p, char *out, size_t size,
                     const char *value)
{
    if (!bw_usb_is_port(value)) {
        return bw_config_fail(
            p,
            "port = %s is no USB port; write its bus and the ports on the way, "
            "such as 1-1.4: benchwired --usb-list shows them",
            value);
    }
    return bw_config_set_text(p, "port", out, size, value);
}

bool bw_config_set_usb_port(struct bw_config_parser *p, const char *value)
{
    struct bw_usb_select *s = &last_export(p)->usb;

    return set_port(p, s->port, sizeof(s->port), value);
}

bool bw_config_set_usb_serial(struct bw_config_parser *p, const char *value)
{
    struct bw_usb_select *s = &last_export(p)->usb;

    return bw_config_set_text(p, "serial", s->serial, sizeof(s->serial), value);
}

bool bw_config_set_usb_device(struct bw_config_parser *p, const char *value)
{
    struct bw_usb_select *s = &last_export(p)->usb;

    if (s->has_id) {
        return bw_config_fail_twice(p, "device");
    }
    s->has_id = bw_usb_parse_id(value, &s->vendor, &s->product);
    if (!s->has_id) {
        return bw_config_fail(
            p,
            "device = %s is not VENDOR:PRODUCT; write two numbers of four "
            "hexadecimal digits, such as 0403:6001",
            value);
    }
    return true;
}

bool bw_config_set_usb_filter(struct bw_config_parser *p, const char *value)
{
    struct bw_config_export *x = last_export(p);

    if (!bw_usb_is_filter(value)) {
        return bw_config_fail(
            p,
            "filter = %s is no list of rules; write "
            "CLASS,VENDOR,PRODUCT,VERSION,ALLOW with | between two, -1 for "
            "any and 0 or 1 for ALLOW",
            value);
    }
    return bw_config_set_text(p, "filter", x->usb_filter, sizeof(x->usb_filter),
                              value);
}

bool bw_config_has_usb_keys(const struct bw_config_export *x)
{
    return bw_usb_select_any(&x->usb) || x->usb_filter[0];
}

static bool has_devices(const struct bw_config *c, const char *adapter)
{
    size_t i;

    for (i = 0; i < c->usb_count; i++) {
        if (strcmp(c->usb[i].adapter, adapter) == 0) {
            return true;
        }
    }
    return false;
}

bool bw_config_check_usb_export(const struct bw_config *c,
                                struct bw_config_export *x,
                                struct bw_config_error *e)
{
    x->addr = BW_ADDR_ANY;
    if (x->has_addr || x->profile[0] || x->shared) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\": type = usb has no address, no profile and one user "
            "at a time; remove address, profile and shared",
            x->name);
    }
    if (!bw_usb_select_any(&x->usb)) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\" does not say which device; add port = 1-1.4, "
            "serial = or device = VENDOR:PRODUCT: benchwired --usb-list shows "
            "what there is",
            x->name);
    }
    if (x->adapter[0] && !bw_config_is_sim_usb(x->adapter)) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\": %s has no USB; remove adapter for a real device, "
            "or write sim-usb:NAME for a simulated one",
            x->name, x->adapter);
    }
    if (x->adapter[0] && x->usb_filter[0]) {
        return bw_config_fail_at(
            e, x->line, "export \"%s\": filter is for real devices; remove it",
            x->name);
    }
    if (x->adapter[0] && !has_devices(c, x->adapter)) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\": no device is on %s; add a [usb NAME] with that "
            "adapter",
            x->name, x->adapter);
    }
    return true;
}

/* The section */

static struct bw_config_usb *last(struct bw_config_parser *p)
{
    return &p->c->usb[p->c->usb_count - 1];
}

static bool set_adapter(struct bw_config_parser *p, const char *value)
{
    if (!bw_config_is_sim_usb(value)) {
        return bw_config_fail(
            p,
            "a [usb NAME] is simulated and adapter \"%s\" is not; write "
            "sim-usb:NAME, or remove the section: a real device needs none",
            value);
    }
    return bw_config_set_text(p, "adapter", last(p)->adapter,
                              sizeof(last(p)->adapter), value);
}

static bool set_model(struct bw_config_parser *p, const char *value)
{
    struct bw_sim_usb_device *d = &last(p)->device;

    if (!bw_sim_usb_has_model(value)) {
        return bw_config_fail(p, "model \"%s\" is unknown; the models are %s",
                              value, bw_sim_usb_models());
    }
    return bw_config_set_text(p, "model", d->model, sizeof(d->model), value);
}

static bool set_serial(struct bw_config_parser *p, const char *value)
{
    struct bw_sim_usb_device *d = &last(p)->device;

    return bw_config_set_text(p, "serial", d->serial, sizeof(d->serial), value);
}

static bool set_device_port(struct bw_config_parser *p, const char *value)
{
    struct bw_sim_usb_device *d = &last(p)->device;

    return set_port(p, d->port, sizeof(d->port), value);
}

static bool set_file(struct bw_config_parser *p, const char *value)
{
    struct bw_sim_usb_device *d = &last(p)->device;

    return bw_config_set_text(p, "file", d->file, sizeof(d->file), value);
}

static bool set_plugged(struct bw_config_parser *p, const char *value)
{
    struct bw_config_usb *u = last(p);

    return bw_config_set_flag(p, "plugged", &u->device.plugged, &u->has_plugged,
                              value);
}

static bool begin(struct bw_config_parser *p, const char *name)
{
    struct bw_config *c = p->c;
    size_t i;

    if (!bw_config_check_name(p, name, "")) {
        return false;
    }
    for (i = 0; i < c->usb_count; i++) {
        if (strcmp(c->usb[i].device.name, name) == 0) {
            return bw_config_fail(
                p, "usb \"%s\" is already in line %d; rename one", name,
                c->usb[i].line);
        }
    }
    if (c->usb_count == BW_CONFIG_MAX_USB) {
        return bw_config_fail(p, "more than %d USB devices; remove some",
                              BW_CONFIG_MAX_USB);
    }
    c->usb_count++;
    last(p)->line = p->line;
    last(p)->device.plugged = true;
    memcpy(last(p)->device.name, name, strlen(name) + 1);
    return true;
}

static bool has_use(const struct bw_config *c, const char *adapter)
{
    size_t i;

    for (i = 0; i < c->export_count; i++) {
        if (strcmp(c->exports[i].adapter, adapter) == 0) {
            return true;
        }
    }
    return false;
}

/* What it has in common with those before it. */
static bool check_others(const struct bw_config *c,
                         const struct bw_config_usb *u,
                         struct bw_config_error *e)
{
    const char *port = u->device.port;
    size_t same = 1, i;

    for (i = 0; &c->usb[i] < u; i++) {
        const struct bw_config_usb *other = &c->usb[i];

        if (strcmp(other->adapter, u->adapter) != 0) {
            continue;
        }
        same++;
        if (port[0] && strcmp(other->device.port, port) == 0) {
            return bw_config_fail_at(
                e, u->line,
                "usb \"%s\" and \"%s\" are both in port %s of %s; give one "
                "another",
                other->device.name, u->device.name, port, u->adapter);
        }
    }
    if (same > BW_SIM_USB_MAX_DEVICES) {
        return bw_config_fail_at(
            e, u->line, "more than %d devices on %s; use another adapter",
            BW_SIM_USB_MAX_DEVICES, u->adapter);
    }
    return true;
}

static bool check_device(const struct bw_config *c,
                         const struct bw_config_usb *u,
                         struct bw_config_error *e)
{
    const struct bw_sim_usb_device *d = &u->device;
    bool wants;

    if (!d->model[0]) {
        return bw_config_fail_at(
            e, u->line, "usb \"%s\" has no model; add model = NAME: %s",
            d->name, bw_sim_usb_models());
    }
    if (!u->adapter[0]) {
        return bw_config_fail_at(
            e, u->line, "usb \"%s\" has no adapter; add adapter = sim-usb:NAME",
            d->name);
    }
    wants = bw_sim_usb_wants_file(d->model);
    if (wants != (d->file[0] != '\0')) {
        return bw_config_fail_at(
            e, u->line,
            wants ? "usb \"%s\" has no file; add file = PATH, whose bytes are "
                    "the %s's"
                  : "usb \"%s\": a %s has no file; remove it",
            d->name, d->model);
    }
    if (!has_use(c, u->adapter)) {
        return bw_config_fail_at(
            e, u->line,
            "usb \"%s\" is on %s, which no export names; add an [export NAME] "
            "with that adapter",
            d->name, u->adapter);
    }
    return check_others(c, u, e);
}

static bool check(struct bw_config *c, struct bw_config_error *e)
{
    size_t i;

    for (i = 0; i < c->usb_count; i++) {
        if (!check_device(c, &c->usb[i], e)) {
            return false;
        }
    }
    return true;
}

/* The next device on an adapter, from *@at on, or NULL. */
static const struct bw_sim_usb_device *next(const struct bw_config *c,
                                            const char *adapter, size_t *at)
{
    while (*at < c->usb_count) {
        const struct bw_config_usb *u = &c->usb[(*at)++];

        if (strcmp(u->adapter, adapter) == 0) {
            return &u->device;
        }
    }
    return NULL;
}

static bool same_device(const struct bw_sim_usb_device *a,
                        const struct bw_sim_usb_device *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->model, b->model) == 0 &&
           strcmp(a->serial, b->serial) == 0 && strcmp(a->port, b->port) == 0 &&
           strcmp(a->file, b->file) == 0 && a->plugged == b->plugged;
}

static bool same_adapter(const struct bw_config *a, const struct bw_config *b,
                         const char *adapter)
{
    size_t i = 0, j = 0;
    const struct bw_sim_usb_device *one, *other;

    do {
        one = next(a, adapter, &i);
        other = next(b, adapter, &j);
    } while (one && other && same_device(one, other));
    return !one && !other;
}

static const struct bw_config_key keys[] = {
    { "adapter", set_adapter },
    { "model", set_model },
    { "serial", set_serial },
    { "port", set_device_port },
    { "file", set_file },
    { "plugged", set_plugged },
    { NULL, NULL },
};

const struct bw_config_section bw_config_section_usb = {
    .name = "usb",
    .keys = keys,
    .begin = begin,
    .check = check,
    .same_adapter = same_adapter,
};
