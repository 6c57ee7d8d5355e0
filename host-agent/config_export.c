/*
 * The bench file: [export NAME]; see config.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/config_section.h"

#include <string.h>

#define ADDR7_MAX 0x7f

/* The one of the section that is being read. */
static struct bw_config_export *last(struct bw_config_parser *p)
{
    return &p->c->exports[p->c->export_count - 1];
}

static bool set_export_type(struct bw_config_parser *p, const char *value)
{
    if (last(p)->kind != BW_EXPORT_ANY) {
        return bw_config_fail_twice(p, "type");
    }
    if (strcmp(value, "i2c") == 0) {
        last(p)->kind = BW_EXPORT_I2C;
    } else if (strcmp(value, "bench") == 0) {
        last(p)->kind = BW_EXPORT_BENCH;
    } else if (strcmp(value, "gpio") == 0) {
        last(p)->kind = BW_EXPORT_GPIO;
    } else if (strcmp(value, "scsi") == 0) {
        last(p)->kind = BW_EXPORT_SCSI;
    } else if (strcmp(value, "usb") == 0) {
        last(p)->kind = BW_EXPORT_USB;
    } else {
        return bw_config_fail(
            p,
            "type \"%s\" is unknown; write i2c for a bus or a part, gpio for "
            "lines, usb for a USB device, scsi for a tape drive or another "
            "SCSI device, bench for the values of a simulated bus",
            value);
    }
    return true;
}

static bool set_export_adapter(struct bw_config_parser *p, const char *value)
{
    return bw_config_set_adapter(p, last(p)->adapter, sizeof(last(p)->adapter),
                                 value);
}

static bool set_export_address(struct bw_config_parser *p, const char *value)
{
    long addr = bw_config_parse_number(value, ADDR7_MAX);

    if (last(p)->has_addr) {
        return bw_config_fail_twice(p, "address");
    }
    if (addr < 0 && strcmp(value, "any") != 0) {
        return bw_config_fail(
            p,
            "address \"%s\" is neither a number from 0x00 to 0x7f nor "
            "\"any\" for the whole bus",
            value);
    }
    last(p)->addr = addr < 0 ? BW_ADDR_ANY : (uint16_t)addr;
    last(p)->has_addr = true;
    return true;
}

static bool set_export_text(struct bw_config_parser *p, const char *value)
{
    return bw_config_set_text(p, "text", last(p)->text, sizeof(last(p)->text),
                              value);
}

static bool set_export_profile(struct bw_config_parser *p, const char *value)
{
    return bw_config_set_text(p, "profile", last(p)->profile,
                              sizeof(last(p)->profile), value);
}

/* A SCSI device is a path, a USB device a pair of numbers. */
static bool set_export_device(struct bw_config_parser *p, const char *value)
{
    return last(p)->kind == BW_EXPORT_SCSI || value[0] == '/' ||
                   bw_config_is_sim_tape(value)
               ? bw_config_set_scsi_device(p, value)
               : bw_config_set_usb_device(p, value);
}

static bool set_export_shared(struct bw_config_parser *p, const char *value)
{
    struct bw_config_export *x = last(p);

    return bw_config_set_flag(p, "shared", &x->shared, &x->has_shared, value);
}

static bool begin_export(struct bw_config_parser *p, const char *name)
{
    struct bw_config *c = p->c;
    size_t i;

    if (!bw_config_check_name(p, name, "")) {
        return false;
    }
    for (i = 0; i < c->export_count; i++) {
        if (strcmp(c->exports[i].name, name) == 0) {
            return bw_config_fail(
                p, "export \"%s\" is already in line %d; rename one", name,
                c->exports[i].line);
        }
    }
    if (c->export_count == BW_BENCH_MAX_EXPORTS) {
        return bw_config_fail(p, "more than %d exports; remove some",
                              BW_BENCH_MAX_EXPORTS);
    }
    c->export_count++;
    last(p)->line = p->line;
    memcpy(last(p)->name, name, strlen(name) + 1);
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

static bool has_lines(const struct bw_config *c, const char *name)
{
    size_t i;

    for (i = 0; i < c->line_count; i++) {
        if (strcmp(c->lines[i].export, name) == 0) {
            return true;
        }
    }
    return false;
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

/* Is anything simulated on it? */
static bool has_content(const struct bw_config *c, const char *adapter)
{
    size_t i;

    for (i = 0; i < c->export_count; i++) {
        const struct bw_config_export *x = &c->exports[i];

        if (x->kind == BW_EXPORT_GPIO && strcmp(x->adapter, adapter) == 0) {
            return true;
        }
    }
    return has_parts(c, adapter) || has_devices(c, adapter);
}

static bool check_gpio(const struct bw_config *c, struct bw_config_export *x,
                       struct bw_config_error *e)
{
    if (bw_config_is_gpio(x->adapter)) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\": %s is an I2C bus; write adapter = /dev/gpiochipN, "
            "or sim:NAME",
            x->name, x->adapter);
    }
    if (x->shared) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\": lines cannot be shared, as two could drive one; "
            "remove shared",
            x->name);
    }
    if (x->has_addr || x->profile[0]) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\": type = gpio has no address and no profile; remove "
            "it",
            x->name);
    }
    if (!has_lines(c, x->name)) {
        return bw_config_fail_at(e, x->line,
                                 "export \"%s\" has no lines; add a [line "
                                 "NAME] with export = %s",
                                 x->name, x->name);
    }
    x->addr = BW_ADDR_ANY;
    return true;
}

/* Its address, and what else an I2C export or a bench may say of itself. */
static bool check_address(struct bw_config_export *x, struct bw_config_error *e)
{
    bool is_bench = x->kind == BW_EXPORT_BENCH;

    if (is_bench && x->has_addr) {
        return bw_config_fail_at(
            e, x->line, "export \"%s\": type = bench has no address; remove it",
            x->name);
    }
    if (is_bench && x->has_shared) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\": type = bench is shared always; remove "
            "shared",
            x->name);
    }
    if (x->profile[0] && strcmp(x->profile, "none") != 0 &&
        (is_bench || (x->has_addr && x->addr == BW_ADDR_ANY))) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\": a profile is one part's; remove it, or "
            "export that part's address",
            x->name);
    }
    if (is_bench) {
        x->addr = BW_ADDR_ANY;
    } else if (!x->has_addr) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\" has no address; add address = 0x.. for "
            "one part or address = any for the whole bus",
            x->name);
    }
    return true;
}

static bool check_export(const struct bw_config *c, struct bw_config_export *x,
                         struct bw_config_error *e)
{
    if (x->kind == BW_EXPORT_ANY) {
        return bw_config_fail_at(
            e, x->line, "export \"%s\" has no type; add type = i2c", x->name);
    }
    if (x->kind == BW_EXPORT_SCSI) {
        return bw_config_check_scsi(c, x, e);
    }
    if (bw_config_has_scsi_keys(x)) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\": a device's path, commands and times are of type = "
            "scsi; remove them",
            x->name);
    }
    if (x->kind == BW_EXPORT_USB) {
        return bw_config_check_usb_export(c, x, e);
    }
    if (bw_config_has_usb_keys(x)) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\": port, serial, device and filter are of type = "
            "usb; remove them",
            x->name);
    }
    if (!x->adapter[0]) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\" has no adapter; add adapter = /dev/i2c-N "
            "or sim:NAME",
            x->name);
    }
    if (x->kind == BW_EXPORT_GPIO) {
        return check_gpio(c, x, e);
    }
    if (bw_config_is_sim_usb(x->adapter) && x->kind != BW_EXPORT_BENCH) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\": %s has USB devices only; write type = usb, or "
            "another adapter",
            x->name, x->adapter);
    }
    if (bw_config_is_sim(x->adapter) && !has_content(c, x->adapter)) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\": no part is on %s; add a [part NAME] with "
            "that adapter",
            x->name, x->adapter);
    }
    if (bw_config_is_gpio(x->adapter) &&
        !bw_config_find_adapter(c, x->adapter)) {
        return bw_config_fail_at(
            e, x->line,
            "export \"%s\": there is no [adapter %s]; add it, with "
            "chip, scl and sda",
            x->name, x->adapter);
    }
    return check_address(x, e);
}

const struct bw_config_export *bw_config_find_export(const struct bw_config *c,
                                                     const char *name)
{
    size_t i;

    for (i = 0; i < c->export_count; i++) {
        if (strcmp(c->exports[i].name, name) == 0) {
            return &c->exports[i];
        }
    }
    return NULL;
}

static bool same_export(const struct bw_config *a, const struct bw_config *b,
                        const char *name)
{
    const struct bw_config_export *one = bw_config_find_export(a, name);
    const struct bw_config_export *other = bw_config_find_export(b, name);

    return one && other && one->kind == other->kind &&
           one->addr == other->addr && one->shared == other->shared &&
           bw_config_same_scsi(&one->scsi, &other->scsi) &&
           strcmp(one->text, other->text) == 0 &&
           strcmp(one->adapter, other->adapter) == 0 &&
           strcmp(one->usb_filter, other->usb_filter) == 0 &&
           bw_usb_select_same(&one->usb, &other->usb) &&
           strcmp(one->profile, other->profile) == 0;
}

/* Faults can be set where a bench is exported: the adapter has a filter. */
static bool has_bench(const struct bw_config *c, const char *adapter)
{
    size_t i;

    for (i = 0; i < c->export_count; i++) {
        if (c->exports[i].kind == BW_EXPORT_BENCH &&
            strcmp(c->exports[i].adapter, adapter) == 0) {
            return true;
        }
    }
    return false;
}

static bool same_adapter(const struct bw_config *a, const struct bw_config *b,
                         const char *adapter)
{
    return has_bench(a, adapter) == has_bench(b, adapter);
}

static const struct bw_config_key export_keys[] = {
    { "type", set_export_type },
    { "adapter", set_export_adapter },
    { "address", set_export_address },
    { "text", set_export_text },
    { "shared", set_export_shared },
    { "profile", set_export_profile },
    { "port", bw_config_set_usb_port },
    { "serial", bw_config_set_usb_serial },
    { "device", set_export_device },
    { "filter", bw_config_set_usb_filter },
    { "commands", bw_config_set_scsi_commands },
    { "data-timeout", bw_config_set_scsi_data_time },
    { "motion-timeout", bw_config_set_scsi_motion_time },
    { "erase-timeout", bw_config_set_scsi_erase_time },
    { NULL, NULL },
};

static bool check(struct bw_config *c, struct bw_config_error *e)
{
    size_t i;

    for (i = 0; i < c->export_count; i++) {
        if (!check_export(c, &c->exports[i], e)) {
            return false;
        }
    }
    return true;
}

const struct bw_config_section bw_config_section_export = {
    .name = "export",
    .keys = export_keys,
    .begin = begin_export,
    .other = NULL,
    .check = check,
    .same_adapter = same_adapter,
    .same_export = same_export,
};
