/*
 * From the bench file to a bench; see bench_setup.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/bench_setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/backend_gpio.h"
#include "host-agent/backend_i2c_dev.h"
#include "host-agent/backend_sim.h"
#include "host-agent/backend_wires.h"
#include "host-agent/bench_gpio.h"
#include "host-agent/bench_scsi.h"
#include "host-agent/bench_usb.h"
#include "host-agent/i2c_bitbang.h"
#include "host-agent/profile_file.h"

static bool preset_values(struct bw_sim *sim, const struct bw_config_part *p)
{
    char name[BW_WIRE_MAX_TEXT + 1];
    size_t i;

    for (i = 0; i < p->preset_count; i++) {
        snprintf(name, sizeof(name), "%s.%s", p->name, p->presets[i].key);
        if (bw_sim_value_set(sim, bw_sim_value_find(sim, name),
                             p->presets[i].micro) != BW_OK) {
            return false;
        }
    }
    return true;
}

static enum bw_status add_part(struct bw_sim *sim,
                               const struct bw_config_part *p)
{
    return p->ten_bit ? bw_sim_add_ten_bit(sim, p->name, p->model, p->addr)
                      : bw_sim_add(sim, p->name, p->model, (uint8_t)p->addr);
}

static bool place_parts(struct bw_sim *sim, const struct bw_config *c,
                        const char *adapter, char *error, size_t error_size)
{
    size_t i;

    for (i = 0; i < c->part_count; i++) {
        const struct bw_config_part *p = &c->parts[i];

        if (strcmp(p->adapter, adapter) != 0) {
            continue;
        }
        if (add_part(sim, p) != BW_OK || !preset_values(sim, p)) {
            snprintf(error, error_size,
                     "part \"%s\" cannot be placed on %s; check its section",
                     p->name, adapter);
            return false;
        }
    }
    return true;
}

static uint32_t speed_of(const struct bw_config *c, const char *name)
{
    const struct bw_config_adapter *a = bw_config_find_adapter(c, name);

    return a && a->scl_hz ? a->scl_hz : BW_BITBANG_HZ;
}

static struct bw_bus *add_sim(struct bw_bench *b, const struct bw_config *c,
                              const char *name, char *error, size_t error_size)
{
    struct bw_sim *sim = bw_config_is_wires(name)
                             ? bw_wires_new(NULL, speed_of(c, name))
                             : bw_sim_new(NULL);
    struct bw_bus *bus;

    if (!sim) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    if (!place_parts(sim, c, name, error, error_size)) {
        bw_sim_adapter(sim)->ops->close(bw_sim_adapter(sim));
        return NULL;
    }
    bus = bw_bench_add_bus(b, name, bw_sim_adapter(sim), sim);
    if (bus && bw_config_is_sim_usb(name) &&
        !bw_bench_place_usb(bus, c, error, error_size)) {
        return NULL;
    }
    return bus;
}

static struct bw_i2c_adapter *open_gpio(const struct bw_config *c,
                                        const char *name, char *error,
                                        size_t error_size)
{
    const struct bw_config_adapter *a = bw_config_find_adapter(c, name);

    return bw_gpio_open(a->chip, a->scl, a->sda, speed_of(c, name), error,
                        error_size);
}

/* Faults can be set where a bench is exported, or are set in the file. */
static bool add_faults(struct bw_bus *bus, const struct bw_config *c)
{
    uint32_t number;
    size_t i;

    for (i = 0; i < c->export_count; i++) {
        const struct bw_config_export *x = &c->exports[i];

        if (x->kind == BW_EXPORT_BENCH && strcmp(x->adapter, bus->name) == 0 &&
            !bw_bench_add_faults(bus)) {
            return false;
        }
    }
    for (i = 0; i < c->fault_count; i++) {
        const struct bw_config_fault *f = &c->faults[i];

        if (strcmp(f->adapter, bus->name) == 0 &&
            (!bw_bench_add_faults(bus) ||
             bw_fault_set_add(bus->faults, &f->text.fault, &number) != BW_OK)) {
            return false;
        }
    }
    return true;
}

static struct bw_bus *open_bus(struct bw_bench *b, const struct bw_config *c,
                               const char *name, char *error, size_t error_size)
{
    struct bw_bus *bus = bw_bench_find_bus(b, name);
    struct bw_i2c_adapter *adapter;

    if (bus) {
        return bus;
    }
    snprintf(error, error_size, "more than %d adapters; remove some exports",
             BW_BENCH_MAX_BUSES);
    if (bw_config_is_sim(name)) {
        bus = add_sim(b, c, name, error, error_size);
    } else {
        adapter = bw_config_is_gpio(name)
                      ? open_gpio(c, name, error, error_size)
                      : bw_i2c_dev_open(name, error, error_size);
        bus = adapter ? bw_bench_add_bus(b, name, adapter, NULL) : NULL;
    }
    if (bus && !add_faults(bus, c)) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    return bus;
}

/* The model of the simulated part that an export gives access to, or NULL. */
static const char *model_of(const struct bw_config *c,
                            const struct bw_config_export *x)
{
    size_t i;

    for (i = 0; i < c->part_count; i++) {
        const struct bw_config_part *p = &c->parts[i];

        if (strcmp(p->adapter, x->adapter) == 0 && p->addr == x->addr &&
            !p->ten_bit) {
            return p->model->name;
        }
    }
    return NULL;
}

static bool load_profile(struct bw_profile_file *f,
                         const struct bw_config_export *x, const char *name,
                         char *error, size_t error_size)
{
    char why[BW_CONFIG_MAX_ERROR];

    if (bw_profile_file_load(f, name, why, sizeof(why))) {
        return true;
    }
    snprintf(error, error_size, "export \"%s\": %s", x->name, why);
    return false;
}

/* The profile that is named; or, if there is one, that of the model.  Returns
 * whether it is there; *@f is then the profile, to be freed, or NULL for none. */
static bool read_profile(const struct bw_config *c,
                         const struct bw_config_export *x,
                         struct bw_profile_file **f, char *error,
                         size_t error_size)
{
    const char *name = x->profile;

    *f = NULL;
    if (x->kind == BW_EXPORT_SCSI) {
        return true; /* it is no part's, but a drive's */
    }
    if (!name[0]) {
        name = x->kind == BW_EXPORT_I2C ? model_of(c, x) : NULL;
        name = name && bw_profile_file_exists(name) ? name : "none";
    }
    if (strcmp(name, "none") == 0) {
        return true;
    }
    *f = malloc(sizeof(**f));
    if (!*f) {
        snprintf(error, error_size, "out of memory");
        return false;
    }
    if (!load_profile(*f, x, name, error, error_size)) {
        free(*f);
        *f = NULL;
        return false;
    }
    return true;
}

static bool add_profile(struct bw_export *e, const struct bw_config *c,
                        const struct bw_config_export *x, char *error,
                        size_t error_size)
{
    struct bw_profile_file *f;
    bool ok = read_profile(c, x, &f, error, error_size);

    if (f && !bw_bench_set_profile(e, f->text, f->len)) {
        snprintf(error, error_size, "out of memory");
        ok = false;
    }
    free(f);
    return ok;
}

bool bw_bench_same_profile(const struct bw_export *e, const struct bw_config *c,
                           const struct bw_config_export *x)
{
    struct bw_profile_file *f;
    char error[BW_CONFIG_MAX_ERROR];
    bool same = read_profile(c, x, &f, error, sizeof(error));

    if (same && f && e->profile) {
        same = f->len == e->profile_len &&
               memcmp(f->text, e->profile, f->len) == 0;
    } else {
        same = same && !f && !e->profile;
    }
    free(f);
    return same;
}

bool bw_bench_check_profiles(const struct bw_config *c, char *error,
                             size_t error_size)
{
    struct bw_profile_file *f;
    size_t i;

    for (i = 0; i < c->export_count; i++) {
        if (!read_profile(c, &c->exports[i], &f, error, error_size)) {
            return false;
        }
        free(f);
    }
    return true;
}

static struct bw_export *open_export(struct bw_bench *b,
                                     const struct bw_config *c,
                                     const struct bw_config_export *x,
                                     char *error, size_t error_size)
{
    bool no_bus = (x->kind == BW_EXPORT_GPIO || x->kind == BW_EXPORT_USB) &&
                  !bw_config_is_sim(x->adapter);
    struct bw_export *e;
    struct bw_bus *bus = NULL;

    if (x->kind == BW_EXPORT_SCSI) {
        return bw_bench_add_scsi(b, x, error, error_size);
    }
    if (!no_bus) {
        bus = open_bus(b, c, x->adapter, error, error_size);
        if (!bus) {
            return NULL;
        }
    }
    if (x->kind == BW_EXPORT_GPIO) {
        return bw_bench_add_gpio(b, c, x, bus, error, error_size);
    }
    if (x->kind == BW_EXPORT_USB) {
        return bw_bench_add_usb(b, x, bus, error, error_size);
    }
    e = bw_bench_add_export(b, x->name, x->kind, bus, x->addr, x->text);
    if (!e) {
        snprintf(error, error_size, "out of memory");
    }
    return e;
}

bool bw_bench_setup_export(struct bw_bench *b, const struct bw_config *c,
                           const struct bw_config_export *x, char *error,
                           size_t error_size)
{
    struct bw_export *e = open_export(b, c, x, error, error_size);

    if (!e) {
        return false;
    }
    e->shared = x->shared;
    return add_profile(e, c, x, error, error_size);
}

bool bw_bench_setup_policy(struct bw_bench *b, const struct bw_config *c,
                           char *error, size_t error_size)
{
    b->policy = malloc(sizeof(*b->policy));
    if (!b->policy) {
        snprintf(error, error_size, "out of memory");
        return false;
    }
    *b->policy = c->policy;
    memcpy(b->usb_name, c->listen.usb, sizeof(b->usb_name));
    return true;
}

bool bw_bench_setup(struct bw_bench *b, const struct bw_config *c, char *error,
                    size_t error_size)
{
    bool ok = bw_bench_setup_policy(b, c, error, error_size);
    size_t i;

    for (i = 0; ok && i < c->export_count; i++) {
        ok = bw_bench_setup_export(b, c, &c->exports[i], error, error_size);
    }
    if (!ok) {
        bw_bench_clear(b);
    }
    return ok;
}
