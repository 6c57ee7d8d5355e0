/*
 * Rules of the bench file that span keys and sections; see config_check.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/config_check.h"

#include <stdlib.h>
#include <string.h>

#include "host-agent/micro.h"

/* "@kind:NAME" */
static bool is_kind(const char *adapter, const char *kind)
{
    size_t len = strlen(kind);

    return strncmp(adapter, kind, len) == 0 && adapter[len] == ':' &&
           adapter[len + 1];
}

bool bw_config_is_sim(const char *adapter)
{
    return is_kind(adapter, "sim") || bw_config_is_wires(adapter);
}

bool bw_config_is_wires(const char *adapter)
{
    return is_kind(adapter, "wires");
}

bool bw_config_is_gpio(const char *adapter)
{
    return is_kind(adapter, "gpio");
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

void bw_config_vfail(struct bw_config_error *e, int line, const char *format,
                     va_list args)
{
    if (e->line) {
        return;
    }
    e->line = line > 0 ? line : 1;
    vsnprintf(e->text, sizeof(e->text), format, args);
}

__attribute__((format(printf, 3, 4))) static bool
fail(struct bw_config_error *e, int line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    bw_config_vfail(e, line, format, args);
    va_end(args);
    return false;
}

/* Append to the list in @out, ", " between the entries. */
__attribute__((format(printf, 3, 4))) static void
append(char *out, size_t size, const char *format, ...)
{
    size_t len = strlen(out);
    va_list args;

    if (len > 0 && len + 2 < size) {
        memcpy(out + len, ", ", 3);
        len += 2;
    }
    va_start(args, format);
    vsnprintf(out + len, size - len, format, args);
    va_end(args);
}

void bw_config_model_names(char *out, size_t size)
{
    const struct bw_part_model *const *m;

    out[0] = '\0';
    for (m = bw_part_models; *m; m++) {
        append(out, size, "%s", (*m)->name);
    }
}

static bool check_part_address(struct bw_config_part *part,
                               struct bw_config_error *e)
{
    const struct bw_part_model *model = part->model;
    char addrs[128] = "";
    size_t i;

    if (!part->has_addr && !part->ten_bit && model->addr_count == 1) {
        part->addr = model->addrs[0];
        part->has_addr = true;
    }
    if (part->has_addr &&
        (part->ten_bit || bw_part_has_addr(model, part->addr))) {
        return true;
    }
    if (part->ten_bit) {
        return fail(e, part->line,
                    "part \"%s\" has no address; add one from 0x000 to 0x3ff",
                    part->name);
    }
    for (i = 0; i < model->addr_count; i++) {
        append(addrs, sizeof(addrs), "0x%02x", model->addrs[i]);
    }
    if (!part->has_addr) {
        return fail(e, part->line,
                    "part \"%s\" has no address; add one a %s can have: %s",
                    part->name, model->name, addrs);
    }
    return fail(e, part->line,
                "part \"%s\": a %s cannot have address 0x%02x; use one of %s",
                part->name, model->name, part->addr, addrs);
}

static bool check_preset(const struct bw_config_part *part,
                         struct bw_config_preset *preset,
                         struct bw_config_error *e)
{
    const struct bw_part_model *model = part->model;
    const struct bw_part_value *value;
    char min[BW_MICRO_TEXT_SIZE], max[BW_MICRO_TEXT_SIZE];
    char names[192] = "model, adapter, ten-bit, address";
    size_t i;

    preset->index = bw_part_find_value(model, preset->key);
    if (preset->index >= model->value_count) {
        for (i = 0; i < model->value_count; i++) {
            if (!model->values[i].read_only) {
                append(names, sizeof(names), "%s", model->values[i].name);
            }
        }
        return fail(e, preset->line,
                    "key \"%s\" is unknown for a %s; the keys are %s",
                    preset->key, model->name, names);
    }
    value = &model->values[preset->index];
    if (value->read_only) {
        return fail(e, preset->line,
                    "%s is an output of the %s and cannot be preset; remove "
                    "the line",
                    preset->key, model->name);
    }
    if (bw_micro_parse(preset->text, &preset->micro) &&
        preset->micro >= value->micro_min &&
        preset->micro <= value->micro_max) {
        return true;
    }
    bw_micro_print(value->micro_min, min);
    bw_micro_print(value->micro_max, max);
    return fail(e, preset->line,
                "%s = %s is not possible; write a number from %s to %s%s%s",
                preset->key, preset->text, min, max, value->unit[0] ? " " : "",
                value->unit);
}

static bool check_part(const struct bw_config *c, struct bw_config_part *part,
                       struct bw_config_error *e)
{
    size_t i;

    if (!part->model) {
        return fail(e, part->line, "part \"%s\" has no model; add model = NAME",
                    part->name);
    }
    if (!part->adapter[0]) {
        return fail(e, part->line,
                    "part \"%s\" has no adapter; add adapter = sim:NAME",
                    part->name);
    }
    if (!check_part_address(part, e)) {
        return false;
    }
    for (i = 0; i < part->preset_count; i++) {
        if (!check_preset(part, &part->presets[i], e)) {
            return false;
        }
    }
    for (i = 0; &c->parts[i] < part; i++) {
        const struct bw_config_part *other = &c->parts[i];

        if (other->addr == part->addr && other->ten_bit == part->ten_bit &&
            strcmp(other->adapter, part->adapter) == 0) {
            return fail(e, part->line,
                        "parts \"%s\" and \"%s\" are both at 0x%02x of %s; "
                        "give one another address",
                        other->name, part->name, part->addr, part->adapter);
        }
    }
    return true;
}

static bool has_parts(const struct bw_config *c, const char *adapter)
{
    size_t i;

    for (i = 0; i < c->part_count; i++) {
        if (strcmp(c->parts[i].adapter, adapter) == 0) {
            return true;
        }
    }
    return false;
}

static bool check_adapter(const struct bw_config *c,
                          const struct bw_config_adapter *a,
                          struct bw_config_error *e)
{
    bool lines = a->chip[0] || a->scl[0] || a->sda[0];
    size_t i;

    if (bw_config_is_wires(a->name) && lines) {
        return fail(e, a->line,
                    "[adapter %s]: simulated wires are no lines of a chip; "
                    "remove chip, scl and sda",
                    a->name);
    }
    if (bw_config_is_gpio(a->name) && !(a->chip[0] && a->scl[0] && a->sda[0])) {
        return fail(e, a->line,
                    "[adapter %s] does not say where the lines are; add chip = "
                    "gpiochip0, scl = and sda = their numbers or names",
                    a->name);
    }
    if (lines && strcmp(a->scl, a->sda) == 0) {
        return fail(e, a->line,
                    "[adapter %s]: scl and sda are both line %s; give one "
                    "another line",
                    a->name, a->scl);
    }
    for (i = 0; i < c->export_count; i++) {
        if (strcmp(c->exports[i].adapter, a->name) == 0) {
            return true;
        }
    }
    return fail(e, a->line,
                "no export names [adapter %s]; add an [export NAME] with it, "
                "or remove the section",
                a->name);
}

static bool check_use(const struct bw_config *c,
                      const struct bw_config_part *part,
                      struct bw_config_error *e)
{
    size_t i;

    for (i = 0; i < c->export_count; i++) {
        if (strcmp(c->exports[i].adapter, part->adapter) == 0) {
            return true;
        }
    }
    return fail(e, part->line,
                "part \"%s\" is on %s, which no export names; add an "
                "[export NAME] with that adapter",
                part->name, part->adapter);
}

static bool check_export(const struct bw_config *c, struct bw_config_export *x,
                         struct bw_config_error *e)
{
    bool is_bench = x->kind == BW_EXPORT_BENCH;

    if (x->kind == BW_EXPORT_ANY) {
        return fail(e, x->line, "export \"%s\" has no type; add type = i2c",
                    x->name);
    }
    if (!x->adapter[0]) {
        return fail(e, x->line,
                    "export \"%s\" has no adapter; add adapter = /dev/i2c-N "
                    "or sim:NAME",
                    x->name);
    }
    if (bw_config_is_sim(x->adapter) && !has_parts(c, x->adapter)) {
        return fail(e, x->line,
                    "export \"%s\": no part is on %s; add a [part NAME] with "
                    "that adapter",
                    x->name, x->adapter);
    }
    if (bw_config_is_gpio(x->adapter) &&
        !bw_config_find_adapter(c, x->adapter)) {
        return fail(e, x->line,
                    "export \"%s\": there is no [adapter %s]; add it, with "
                    "chip, scl and sda",
                    x->name, x->adapter);
    }
    if (is_bench && x->has_addr) {
        return fail(e, x->line,
                    "export \"%s\": type = bench has no address; remove it",
                    x->name);
    }
    if (is_bench && x->has_shared) {
        return fail(e, x->line,
                    "export \"%s\": type = bench is shared always; remove "
                    "shared",
                    x->name);
    }
    if (x->profile[0] && strcmp(x->profile, "none") != 0 &&
        (is_bench || (x->has_addr && x->addr == BW_ADDR_ANY))) {
        return fail(e, x->line,
                    "export \"%s\": a profile is one part's; remove it, or "
                    "export that part's address",
                    x->name);
    }
    if (is_bench) {
        x->addr = BW_ADDR_ANY;
    } else if (!x->has_addr) {
        return fail(e, x->line,
                    "export \"%s\" has no address; add address = 0x.. for "
                    "one part or address = any for the whole bus",
                    x->name);
    }
    return true;
}

static bool check_fault(const struct bw_config *c, struct bw_config_fault *f,
                        struct bw_config_error *e)
{
    const char *why;
    size_t i;

    if (!f->adapter[0]) {
        return fail(e, f->line,
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
        return fail(e, f->line,
                    "fault \"%s\" is on %s, which no export names; add an "
                    "[export NAME] with that adapter",
                    f->name, f->adapter);
    }
    why = bw_fault_text_finish(&f->text);
    return !why || fail(e, f->line, "fault \"%s\": %s", f->name, why);
}

void bw_config_check(struct bw_config *c, int last_line,
                     struct bw_config_error *e)
{
    size_t i;

    for (i = 0; i < c->part_count; i++) {
        if (!check_part(c, &c->parts[i], e)) {
            return;
        }
    }
    for (i = 0; i < c->export_count; i++) {
        if (!check_export(c, &c->exports[i], e)) {
            return;
        }
    }
    if (c->export_count == 0) {
        fail(e, last_line, "nothing is exported; add an [export NAME] section");
        return;
    }
    for (i = 0; i < c->adapter_count; i++) {
        if (!check_adapter(c, &c->adapters[i], e)) {
            return;
        }
    }
    for (i = 0; i < c->part_count; i++) {
        if (!check_use(c, &c->parts[i], e)) {
            return;
        }
    }
    for (i = 0; i < c->fault_count; i++) {
        if (!check_fault(c, &c->faults[i], e)) {
            return;
        }
    }
}

/* Copy the host of "HOST:PORT" or "[HOST]:PORT".  Returns the port's text or
 * NULL. */
static const char *split_host(const char *text, char *host, size_t size)
{
    bool bracket = text[0] == '[';
    const char *begin = text + (bracket ? 1 : 0);
    const char *end = bracket ? strchr(begin, ']') : strrchr(begin, ':');
    const char *colon = bracket && end ? end + 1 : end;

    if (!end || *colon != ':' || (size_t)(end - begin) >= size ||
        end == begin) {
        return NULL;
    }
    if (!bracket && memchr(begin, ':', (size_t)(end - begin))) {
        return NULL; /* an IPv6 address without its brackets */
    }
    memcpy(host, begin, (size_t)(end - begin));
    host[end - begin] = '\0';
    return colon + 1;
}

const char *bw_config_parse_tcp(struct bw_config_listen *l, const char *text)
{
    char host[sizeof(l->tcp_host)];
    const char *port_text = split_host(text, host, sizeof(host));
    char *end;
    long port;

    if (!port_text) {
        return "that is not HOST:PORT; write for instance 127.0.0.1:7420";
    }
    port = strtol(port_text, &end, 10); /* out of range: LONG_MAX */
    if (!strchr("0123456789", port_text[0]) || end == port_text || *end ||
        port > 65535) {
        return "the port is not a number up to 65535; 7420 is the usual one";
    }
    if (strcmp(host, "localhost") == 0) {
        memcpy(host, "127.0.0.1", sizeof("127.0.0.1"));
    }
    if (strcmp(host, "127.0.0.1") != 0 && strcmp(host, "::1") != 0) {
        return "only loopback is served without encryption, which this agent "
               "does not have yet; use 127.0.0.1 and reach it from outside "
               "through ssh -L";
    }
    memcpy(l->tcp_host, host, sizeof(host));
    l->tcp_port = (uint16_t)port;
    return NULL;
}
