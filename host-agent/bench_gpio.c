/*
 * From the bench file to a bench: GPIO exports; see bench_gpio.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/bench_gpio.h"

#include <stdio.h>
#include <string.h>

#include "host-agent/backend_gpio_lines.h"
#include "host-agent/backend_sim_lines.h"

#define EDGES (BW_GPIO_FUNC_EDGES | BW_GPIO_FUNC_DEBOUNCE)
#define DRIVES                                          \
    (BW_GPIO_FUNC_PUSH_PULL | BW_GPIO_FUNC_OPEN_DRAIN | \
     BW_GPIO_FUNC_OPEN_SOURCE)

static uint32_t drives_of(const struct bw_config_line *l)
{
    switch (l->drive) {
    case BW_GPIO_PUSH_PULL:
        return BW_GPIO_FUNC_PUSH_PULL;
    case BW_GPIO_OPEN_DRAIN:
        return BW_GPIO_FUNC_OPEN_DRAIN;
    case BW_GPIO_OPEN_SOURCE:
        return BW_GPIO_FUNC_OPEN_SOURCE;
    default:
        return DRIVES;
    }
}

static uint32_t funcs_of(const struct bw_config_line *l)
{
    uint32_t funcs = 0;

    if (l->directions & BW_CONFIG_LINE_IN) {
        funcs |= BW_GPIO_FUNC_IN | EDGES;
    }
    if (l->directions & BW_CONFIG_LINE_OUT) {
        funcs |= BW_GPIO_FUNC_OUT | drives_of(l);
    }
    return funcs | (l->bias == BW_CONFIG_LINE_ANY ? BW_GPIO_FUNC_BIAS : 0);
}

/* What a client that wants no bias has; not what another one has left. */
static uint8_t bias_of(const struct bw_config_line *l)
{
    return l->bias == BW_CONFIG_LINE_ANY ? BW_GPIO_BIAS_DISABLED : l->bias;
}

static struct bw_gpio_setting safe_of(const struct bw_config_line *l)
{
    struct bw_gpio_setting s = { .bias = bias_of(l) };

    switch (l->safe) {
    case BW_CONFIG_SAFE_LOW:
    case BW_CONFIG_SAFE_HIGH:
        s.direction = BW_GPIO_OUT;
        s.drive = l->drive == BW_CONFIG_LINE_ANY ? BW_GPIO_PUSH_PULL : l->drive;
        s.value = l->safe == BW_CONFIG_SAFE_HIGH;
        break;
    case BW_CONFIG_SAFE_PULL_UP:
        s.bias = BW_GPIO_BIAS_PULL_UP;
        break;
    case BW_CONFIG_SAFE_PULL_DOWN:
        s.bias = BW_GPIO_BIAS_PULL_DOWN;
        break;
    default:
        break;
    }
    return s;
}

struct bw_gpio_owner bw_bench_gpio_owner(const struct bw_config_line *l)
{
    struct bw_gpio_owner owner = {
        .funcs = funcs_of(l),
        .bias = bias_of(l),
        .debounce_us = l->debounce_us,
        .safe = safe_of(l),
    };

    memcpy(owner.name, l->name, sizeof(owner.name));
    return owner;
}

/* The lines of an export, in the order of the file. */
struct wanted {
    unsigned count;
    const struct bw_config_line *line[BW_GPIO_MAX_LINES];
    struct bw_gpio_owner owner[BW_GPIO_MAX_LINES];
    struct bw_gpio_setting safe[BW_GPIO_MAX_LINES];
};

static void find_wanted(struct wanted *w, const struct bw_config *c,
                        const struct bw_config_export *x)
{
    size_t i;

    w->count = 0;
    for (i = 0; i < c->line_count && w->count < BW_GPIO_MAX_LINES; i++) {
        const struct bw_config_line *l = &c->lines[i];

        if (strcmp(l->export, x->name) == 0) {
            w->line[w->count] = l;
            w->owner[w->count] = bw_bench_gpio_owner(l);
            w->safe[w->count] = w->owner[w->count].safe;
            w->count++;
        }
    }
}

static struct bw_gpio_lines *open_sim(struct bw_bus *bus,
                                      const struct wanted *w)
{
    unsigned numbers[BW_GPIO_MAX_LINES];
    char name[2 * BW_WIRE_MAX_NAME + 2];
    unsigned i;

    if (!bus->chip) {
        bus->chip = bw_sim_chip_new();
    }
    for (i = 0; bus->chip && i < w->count; i++) {
        const struct bw_config_line *l = w->line[i];
        enum bw_sim_line_knob knob = l->knob == BW_CONFIG_LINE_ANY
                                         ? BW_SIM_LINE_OPEN
                                         : (enum bw_sim_line_knob)l->knob;
        int number;

        snprintf(name, sizeof(name), "%s.%s", l->export, l->name);
        number = bw_sim_chip_add(bus->chip, name, knob);
        if (number < 0) {
            return NULL;
        }
        numbers[i] = (unsigned)number;
    }
    return bus->chip ? bw_sim_chip_open(bus->chip, numbers, w->count, w->safe)
                     : NULL;
}

static struct bw_gpio_lines *open_real(const struct bw_config_export *x,
                                       const struct wanted *w, char *error,
                                       size_t error_size)
{
    const char *names[BW_GPIO_MAX_LINES];
    unsigned i;

    for (i = 0; i < w->count; i++) {
        names[i] = w->line[i]->chip_line;
    }
    return bw_gpio_lines_open(x->adapter, names, w->count, w->safe, error,
                              error_size);
}

struct bw_export *bw_bench_add_gpio(struct bw_bench *b,
                                    const struct bw_config *c,
                                    const struct bw_config_export *x,
                                    struct bw_bus *bus, char *error,
                                    size_t error_size)
{
    struct bw_gpio_lines *lines;
    struct bw_export *e;
    struct wanted w;

    snprintf(error, error_size, "out of memory");
    find_wanted(&w, c, x);
    lines = bus ? open_sim(bus, &w) : open_real(x, &w, error, error_size);
    if (!lines) {
        return NULL;
    }
    e = bw_bench_add_export(b, x->name, x->kind, bus, x->addr, x->text);
    if (!e) {
        lines->ops->close(lines);
        return NULL;
    }
    return bw_service_gpio_attach(e, lines, w.owner) ? e : NULL;
}
