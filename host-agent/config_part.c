/*
 * The bench file: [part NAME]; see config.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/config_section.h"

#include <stdio.h>
#include <string.h>

#include "host-agent/micro.h"

#define ADDR7_MAX  0x7f
#define ADDR10_MAX 0x3ff

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

static void bw_config_model_names(char *out, size_t size)
{
    const struct bw_part_model *const *m;

    out[0] = '\0';
    for (m = bw_part_models; *m; m++) {
        append(out, size, "%s", (*m)->name);
    }
}

/* The one of the section that is being read. */
static struct bw_config_part *last(struct bw_config_parser *p)
{
    return &p->c->parts[p->c->part_count - 1];
}

static bool set_part_model(struct bw_config_parser *p, const char *value)
{
    char names[256];

    if (last(p)->model) {
        return bw_config_fail_twice(p, "model");
    }
    last(p)->model = bw_part_find(value);
    if (!last(p)->model) {
        bw_config_model_names(names, sizeof(names));
        return bw_config_fail(p, "model \"%s\" is unknown; the models are %s",
                              value, names);
    }
    return true;
}

static bool set_part_adapter(struct bw_config_parser *p, const char *value)
{
    if (!bw_config_is_sim(value) || bw_config_is_sim_usb(value)) {
        return bw_config_fail(
            p,
            "a part is simulated and adapter \"%s\" is not; write "
            "sim:NAME or wires:NAME, or remove the part: a real one "
            "needs no section",
            value);
    }
    return bw_config_set_adapter(p, last(p)->adapter, sizeof(last(p)->adapter),
                                 value);
}

static bool set_part_address(struct bw_config_parser *p, const char *value)
{
    long addr = bw_config_parse_number(value, ADDR10_MAX);

    if (last(p)->has_addr) {
        return bw_config_fail_twice(p, "address");
    }
    if (addr < 0) {
        return bw_config_fail(
            p,
            "address \"%s\" is not a number from 0x00 to 0x7f, or to "
            "0x3ff for an address of 10 bits",
            value);
    }
    last(p)->addr = (uint16_t)addr;
    last(p)->has_addr = true;
    last(p)->ten_bit |= addr > ADDR7_MAX;
    return true;
}

static bool set_part_ten_bit(struct bw_config_parser *p, const char *value)
{
    if (strcmp(value, "yes") != 0) {
        return bw_config_fail(
            p,
            "ten-bit = %s is not possible; write yes, or leave it "
            "out for an address of 7 bits",
            value);
    }
    last(p)->ten_bit = true;
    return true;
}

/* Any other key presets a value; the model may still follow. */
static bool add_preset(struct bw_config_parser *p, const char *key,
                       const char *value)
{
    struct bw_config_part *part = last(p);
    struct bw_config_preset *preset = &part->presets[part->preset_count];
    size_t i;

    for (i = 0; i < part->preset_count; i++) {
        if (strcmp(part->presets[i].key, key) == 0) {
            return bw_config_fail_twice(p, key);
        }
    }
    if (part->preset_count == BW_CONFIG_MAX_PRESETS) {
        return bw_config_fail(p, "more than %d values are preset; remove some",
                              BW_CONFIG_MAX_PRESETS);
    }
    preset->line = p->line;
    if (!bw_config_set_text(p, "the key", preset->key, sizeof(preset->key),
                            key) ||
        !bw_config_set_text(p, key, preset->text, sizeof(preset->text),
                            value)) {
        return false;
    }
    part->preset_count++;
    return true;
}

static bool begin_part(struct bw_config_parser *p, const char *name)
{
    struct bw_config *c = p->c;
    size_t i;

    if (!bw_config_check_name(p, name, "")) {
        return false;
    }
    for (i = 0; i < c->part_count; i++) {
        if (strcmp(c->parts[i].name, name) == 0) {
            return bw_config_fail(
                p, "part \"%s\" is already in line %d; rename one", name,
                c->parts[i].line);
        }
    }
    if (c->part_count == BW_CONFIG_MAX_PARTS) {
        return bw_config_fail(p, "more than %d parts; remove some",
                              BW_CONFIG_MAX_PARTS);
    }
    c->part_count++;
    last(p)->line = p->line;
    memcpy(last(p)->name, name, strlen(name) + 1);
    return true;
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
        return bw_config_fail_at(
            e, part->line,
            "part \"%s\" has no address; add one from 0x000 to 0x3ff",
            part->name);
    }
    for (i = 0; i < model->addr_count; i++) {
        append(addrs, sizeof(addrs), "0x%02x", model->addrs[i]);
    }
    if (!part->has_addr) {
        return bw_config_fail_at(
            e, part->line,
            "part \"%s\" has no address; add one a %s can have: %s", part->name,
            model->name, addrs);
    }
    return bw_config_fail_at(
        e, part->line,
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
        return bw_config_fail_at(
            e, preset->line, "key \"%s\" is unknown for a %s; the keys are %s",
            preset->key, model->name, names);
    }
    value = &model->values[preset->index];
    if (value->read_only) {
        return bw_config_fail_at(
            e, preset->line,
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
    return bw_config_fail_at(
        e, preset->line,
        "%s = %s is not possible; write a number from %s to %s%s%s",
        preset->key, preset->text, min, max, value->unit[0] ? " " : "",
        value->unit);
}

static bool check_part(const struct bw_config *c, struct bw_config_part *part,
                       struct bw_config_error *e)
{
    size_t i;

    if (!part->model) {
        return bw_config_fail_at(e, part->line,
                                 "part \"%s\" has no model; add model = NAME",
                                 part->name);
    }
    if (!part->adapter[0]) {
        return bw_config_fail_at(
            e, part->line, "part \"%s\" has no adapter; add adapter = sim:NAME",
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
            return bw_config_fail_at(
                e, part->line,
                "parts \"%s\" and \"%s\" are both at 0x%02x of %s; "
                "give one another address",
                other->name, part->name, part->addr, part->adapter);
        }
    }
    return true;
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
    return bw_config_fail_at(
        e, part->line,
        "part \"%s\" is on %s, which no export names; add an "
        "[export NAME] with that adapter",
        part->name, part->adapter);
}

/* The next part on an adapter, from *@at on, or NULL. */
static const struct bw_config_part *next(const struct bw_config *c,
                                         const char *adapter, size_t *at)
{
    while (*at < c->part_count) {
        const struct bw_config_part *part = &c->parts[(*at)++];

        if (strcmp(part->adapter, adapter) == 0) {
            return part;
        }
    }
    return NULL;
}

static bool same_part(const struct bw_config_part *a,
                      const struct bw_config_part *b)
{
    size_t i;

    for (i = 0; i < a->preset_count && i < b->preset_count; i++) {
        if (a->presets[i].index != b->presets[i].index ||
            a->presets[i].micro != b->presets[i].micro) {
            return false;
        }
    }
    return a->preset_count == b->preset_count && a->model == b->model &&
           a->addr == b->addr && a->ten_bit == b->ten_bit &&
           strcmp(a->name, b->name) == 0;
}

static bool same_adapter(const struct bw_config *a, const struct bw_config *b,
                         const char *adapter)
{
    size_t i = 0, j = 0;
    const struct bw_config_part *one, *other;

    do {
        one = next(a, adapter, &i);
        other = next(b, adapter, &j);
    } while (one && other && same_part(one, other));
    return !one && !other;
}

static const struct bw_config_key part_keys[] = {
    { "model", set_part_model },
    { "adapter", set_part_adapter },
    { "address", set_part_address },
    { "ten-bit", set_part_ten_bit },
    { NULL, NULL },
};

static bool check(struct bw_config *c, struct bw_config_error *e)
{
    size_t i;

    for (i = 0; i < c->part_count; i++) {
        if (!check_part(c, &c->parts[i], e) || !check_use(c, &c->parts[i], e)) {
            return false;
        }
    }
    return true;
}

const struct bw_config_section bw_config_section_part = {
    .name = "part",
    .keys = part_keys,
    .begin = begin_part,
    .other = add_preset,
    .check = check,
    .same_adapter = same_adapter,
};
