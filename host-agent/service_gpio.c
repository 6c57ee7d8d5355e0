/*
 * The GPIO service; see service_gpio.h.
 *
 * Called by handlers_gpio.c; next on the way is the backend of the export's
 * lines, backend_sim_lines.c or backend_gpio_lines.c.
 *
 * Choices: a bias that the owner gives holds whatever a client asks for; his
 * debounce is the least there is.  A conflict is looked for after every change
 * of an output, and when the backend has something to tell.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/service_gpio.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/log_quota.h"
#include "lib/wire_describe.h"

#define NS_PER_US 1000u

/**
 * struct gpio - the lines of an export
 * @now: how each is used
 * @conflicts: lines that were let go
 * @quota: of lines in the log about these, for firmware may drive again at once
 * @heard: the backend's newest number of an edge, of each line
 * @told: ours, which does not begin anew within a lease
 */
struct gpio {
    pthread_mutex_t lock;
    struct bw_gpio_lines *lines;
    struct bw_gpio_owner owners[BW_GPIO_MAX_LINES];
    struct bw_gpio_setting now[BW_GPIO_MAX_LINES];
    uint64_t conflicts;
    struct bw_log_quota quota;
    uint32_t heard[BW_GPIO_MAX_LINES];
    uint32_t told[BW_GPIO_MAX_LINES];
};

static struct gpio *lock_gpio(struct bw_export *e)
{
    struct gpio *g = e->own;

    pthread_mutex_lock(&g->lock);
    return g;
}

static void unlock_gpio(struct gpio *g)
{
    pthread_mutex_unlock(&g->lock);
}

/* Levels and conflicts */

static uint64_t outputs_of(const struct gpio *g)
{
    uint64_t outputs = 0;
    unsigned i;

    for (i = 0; i < g->lines->count; i++) {
        outputs |= (uint64_t)(g->now[i].direction == BW_GPIO_OUT) << i;
    }
    return outputs;
}

/* Outputs that drive one level and are at the other. */
static uint64_t opposed(const struct gpio *g, uint64_t levels)
{
    uint64_t lines = 0;
    unsigned i;

    for (i = 0; i < g->lines->count; i++) {
        if (bw_gpio_setting_drives(&g->now[i]) &&
            (levels >> i & 1) != g->now[i].value) {
            lines |= UINT64_C(1) << i;
        }
    }
    return lines;
}

/* The levels, once those of outputs have had the time to come. */
static enum bw_status get_levels(struct gpio *g, uint64_t *levels)
{
    const struct timespec moment = { .tv_nsec = 20 * NS_PER_US };
    uint64_t until_ns = 0;

    for (;;) {
        enum bw_status status = g->lines->ops->get(g->lines, levels);

        if (status != BW_OK || !opposed(g, *levels)) {
            return status;
        }
        if (!until_ns) {
            until_ns = bw_clock_ns() + BW_GPIO_CONFLICT_US * NS_PER_US;
        } else if (bw_clock_ns() >= until_ns) {
            return BW_OK;
        }
        clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, NULL);
    }
}

static void log_conflict(const struct bw_export *e, struct gpio *g,
                         unsigned line)
{
    unsigned untold;

    if (!bw_log_quota_take(&g->quota, bw_clock_ns(), &untold)) {
        return;
    }
    bw_log(BW_LOG_INFO,
           "export \"%s\": line %s was driven %s and something else drives it "
           "the other way; it is let go",
           e->name, g->owners[line].name, g->now[line].value ? "high" : "low");
    if (untold) {
        bw_log(BW_LOG_INFO, "export \"%s\": and %u times before, untold",
               e->name, untold);
    }
}

static enum bw_status let_go(struct bw_export *e, struct gpio *g,
                             uint64_t lines)
{
    struct bw_gpio_setting next[BW_GPIO_MAX_LINES];
    enum bw_status status;
    unsigned i;

    memcpy(next, g->now, sizeof(next));
    for (i = 0; i < g->lines->count; i++) {
        if (lines >> i & 1) {
            next[i] = (struct bw_gpio_setting){ .bias = g->now[i].bias };
            log_conflict(e, g, i);
        }
    }
    status = g->lines->ops->configure(g->lines, lines, next);
    if (status == BW_OK) {
        memcpy(g->now, next, sizeof(next));
        g->conflicts |= lines;
    }
    return status;
}

/* Look at all lines; let go of those in conflict. */
static enum bw_status look(struct bw_export *e, struct gpio *g,
                           struct bw_gpio_state *state)
{
    enum bw_status status = get_levels(g, &state->levels);
    uint64_t lines = status == BW_OK ? opposed(g, state->levels) : 0;

    if (lines) {
        status = let_go(e, g, lines);
    }
    state->outputs = outputs_of(g);
    state->conflicts = g->conflicts;
    return status;
}

/* GPIO_CONFIG */

static uint32_t drive_func(unsigned drive)
{
    static const uint32_t funcs[BW_GPIO_DRIVE_COUNT] = {
        [BW_GPIO_PUSH_PULL] = BW_GPIO_FUNC_PUSH_PULL,
        [BW_GPIO_OPEN_DRAIN] = BW_GPIO_FUNC_OPEN_DRAIN,
        [BW_GPIO_OPEN_SOURCE] = BW_GPIO_FUNC_OPEN_SOURCE,
    };

    return funcs[drive];
}

/* What a setting needs that must be in funcs. */
static uint32_t needs(const struct bw_gpio_setting *s)
{
    if (s->direction == BW_GPIO_OUT) {
        return BW_GPIO_FUNC_OUT | drive_func(s->drive);
    }
    return BW_GPIO_FUNC_IN | (s->edges ? BW_GPIO_FUNC_EDGES : 0) |
           (s->debounce_us ? BW_GPIO_FUNC_DEBOUNCE : 0);
}

/* The owner's word on it. */
static void amend(const struct bw_gpio_owner *owner, struct bw_gpio_setting *s)
{
    if (s->bias == BW_GPIO_BIAS_AS_IS || !(owner->funcs & BW_GPIO_FUNC_BIAS)) {
        s->bias = owner->bias;
    }
    if (s->direction == BW_GPIO_IN && s->debounce_us < owner->debounce_us) {
        s->debounce_us = owner->debounce_us;
    }
}

static const char *func_name(uint32_t func)
{
    switch (func) {
    case BW_GPIO_FUNC_IN:
        return "input";
    case BW_GPIO_FUNC_OUT:
        return "output";
    case BW_GPIO_FUNC_EDGES:
        return "input that tells edges";
    case BW_GPIO_FUNC_DEBOUNCE:
        return "debounced input";
    case BW_GPIO_FUNC_PUSH_PULL:
        return "push-pull output";
    case BW_GPIO_FUNC_OPEN_DRAIN:
        return "open-drain output";
    default:
        return "open-source output";
    }
}

static enum bw_status check_setting(const struct gpio *g, unsigned line,
                                    const struct bw_gpio_setting *s, char *why,
                                    size_t size)
{
    uint32_t denied = needs(s) & ~g->owners[line].funcs;
    uint32_t missing = needs(s) & ~g->lines->funcs;

    if (missing) {
        snprintf(why, size, "the chip of line %s cannot have it as %s",
                 g->owners[line].name, func_name(missing & -missing));
        return BW_UNSUPPORTED;
    }
    if (denied) {
        snprintf(why, size,
                 "the bench file does not allow line %s as %s; its owner can "
                 "change direction or drive there",
                 g->owners[line].name, func_name(denied & -denied));
        return BW_DENIED;
    }
    return BW_OK;
}

enum bw_status bw_service_gpio_config(struct bw_export *e,
                                      const struct bw_wire_gpio_config *m,
                                      struct bw_gpio_state *state, char *why,
                                      size_t size)
{
    struct bw_gpio_setting next[BW_GPIO_MAX_LINES];
    struct gpio *g = lock_gpio(e);
    enum bw_status status = BW_OK;
    uint64_t which = 0;
    unsigned i;

    why[0] = '\0';
    memcpy(next, g->now, sizeof(next));
    for (i = 0; i < m->count && status == BW_OK; i++) {
        unsigned line = m->lines[i].line;

        if (line >= g->lines->count) {
            snprintf(why, size, "export \"%s\" has no line %u, only %u",
                     e->name, line, g->lines->count);
            status = BW_INVALID;
            break;
        }
        next[line] = m->lines[i].setting;
        which |= UINT64_C(1) << line;
        amend(&g->owners[line], &next[line]);
        status = check_setting(g, line, &next[line], why, size);
    }
    if (status == BW_OK) {
        status = g->lines->ops->configure(g->lines, which, next);
    }
    if (status == BW_OK) {
        memcpy(g->now, next, sizeof(next));
        g->conflicts &= ~which;
        status = look(e, g, state);
    }
    unlock_gpio(g);
    return status;
}

/* GPIO_SET */

/* All of it or nothing: every line an output, or let go. */
static enum bw_status check_set(const struct bw_export *e, const struct gpio *g,
                                const struct bw_wire_gpio_set *m, char *why,
                                size_t size)
{
    uint64_t may = outputs_of(g) | g->conflicts;
    uint64_t not = 0;
    unsigned i;

    for (i = 0; i < m->count; i++) {
        not |= m->sets[i].mask & ~may;
    }
    if (!not ) {
        return BW_OK;
    }
    i = (unsigned)__builtin_ctzll(not );
    if (i < g->lines->count) {
        snprintf(why, size, "line %s is no output now; configure it first",
                 g->owners[i].name);
    } else {
        snprintf(why, size, "export \"%s\" has no line %u, only %u", e->name, i,
                 g->lines->count);
    }
    return BW_INVALID;
}

static void note_values(struct gpio *g, uint64_t mask, uint64_t values)
{
    for (; mask; mask &= mask - 1) {
        unsigned line = (unsigned)__builtin_ctzll(mask);

        g->now[line].value = values >> line & 1;
    }
}

enum bw_status bw_service_gpio_set(struct bw_export *e,
                                   const struct bw_wire_gpio_set *m,
                                   struct bw_gpio_state *state, char *why,
                                   size_t size)
{
    struct gpio *g = lock_gpio(e);
    enum bw_status status;
    unsigned i;

    why[0] = '\0';
    status = check_set(e, g, m, why, size);
    for (i = 0; i < m->count && status == BW_OK; i++) {
        uint64_t mask = m->sets[i].mask & ~g->conflicts;

        if (mask) {
            status =
                g->lines->ops->set(g->lines, mask, m->sets[i].values & mask);
        }
        if (status == BW_OK) {
            note_values(g, mask, m->sets[i].values);
            status = look(e, g, state);
        }
    }
    unlock_gpio(g);
    return status;
}

/* The others */

enum bw_status bw_service_gpio_get(struct bw_export *e,
                                   struct bw_gpio_state *state)
{
    struct gpio *g = lock_gpio(e);
    enum bw_status status = look(e, g, state);

    unlock_gpio(g);
    return status;
}

enum bw_status bw_service_gpio_lines(struct bw_export *e, struct bw_writer *w)
{
    struct gpio *g = lock_gpio(e);
    struct bw_gpio_state state;
    enum bw_status status = look(e, g, &state);
    unsigned i;

    for (i = 0; i < g->lines->count && status == BW_OK; i++) {
        struct bw_wire_gpio_line line = {
            .funcs = g->owners[i].funcs & g->lines->funcs,
            .now = g->now[i],
            .level = state.levels >> i & 1,
        };

        memcpy(line.name, g->owners[i].name, sizeof(line.name));
        line.funcs |= g->lines->funcs & BW_GPIO_FUNC_SIMULATED;
        bw_wire_put_gpio_line(w, &line);
    }
    unlock_gpio(g);
    return status;
}

/* Our number of an edge, from the backend's, which may begin anew. */
static uint32_t renumber(struct gpio *g, struct bw_gpio_event *event)
{
    uint32_t *heard = &g->heard[event->line];
    uint32_t step = event->seq > *heard ? event->seq - *heard : event->seq;

    *heard = event->seq;
    g->told[event->line] += step;
    event->seq = g->told[event->line];
    return step - 1;
}

enum bw_status bw_service_gpio_events(struct bw_export *e,
                                      struct bw_wire_gpio_events *m)
{
    struct gpio *g = lock_gpio(e);
    enum bw_status status;
    size_t i;

    m->count =
        (uint16_t)g->lines->ops->read(g->lines, m->events, BW_GPIO_MAX_EVENTS);
    m->lost = 0;
    for (i = 0; i < m->count; i++) {
        m->lost += renumber(g, &m->events[i]);
    }
    status = look(e, g, &m->state);
    unlock_gpio(g);
    return status;
}

uint32_t bw_service_gpio_funcs(const struct bw_export *e)
{
    const struct gpio *g = e->own;

    return g->lines->funcs;
}

int bw_service_gpio_fd(const struct bw_export *e)
{
    const struct gpio *g = e->own;

    return g->lines->event_fd;
}

/* Life */

/* What was not taken is nothing to the next one. */
static void drop_events(struct gpio *g)
{
    struct bw_gpio_event events[BW_GPIO_MAX_EVENTS];
    unsigned rounds = 0;

    while (g->lines->ops->read(g->lines, events, BW_GPIO_MAX_EVENTS) > 0 &&
           rounds < BW_GPIO_MAX_EVENTS) {
        rounds++;
    }
    memset(g->heard, 0, sizeof(g->heard));
    memset(g->told, 0, sizeof(g->told));
}

void bw_service_gpio_release(struct bw_export *e)
{
    struct gpio *g = lock_gpio(e);
    enum bw_status status;
    unsigned i;

    for (i = 0; i < g->lines->count; i++) {
        g->now[i] = g->owners[i].safe;
    }
    status = g->lines->ops->configure(
        g->lines, bw_gpio_lines_mask(g->lines->count), g->now);
    if (status != BW_OK) {
        bw_log(BW_LOG_ERROR,
               "export \"%s\": its lines cannot be put into their safe state: "
               "%s; look at them",
               e->name, bw_status_text(status));
    }
    g->conflicts = 0;
    drop_events(g);
    unlock_gpio(g);
}

static void close_gpio(struct bw_export *e)
{
    struct gpio *g = e->own;

    g->lines->ops->close(g->lines);
    pthread_mutex_destroy(&g->lock);
    free(g);
}

/* The lines by their names; they are the agent's since its start. */
static void describe_gpio(struct bw_export *e, struct bw_wire_description *out)
{
    struct gpio *g = lock_gpio(e);
    unsigned i;
    size_t at;

    out->state = BW_DESCRIBE_PRESENT;
    at = (size_t)snprintf(out->what, sizeof(out->what),
                          "%u %s:", g->lines->count,
                          g->lines->count == 1 ? "line" : "lines");
    for (i = 0; i < g->lines->count; i++) {
        const char *name = g->owners[i].name;

        if (at + strlen(name) + sizeof(", ...") > sizeof(out->what)) {
            snprintf(out->what + at, sizeof(out->what) - at, " ...");
            break;
        }
        at += (size_t)snprintf(out->what + at, sizeof(out->what) - at, "%s %s",
                               i ? "," : "", name);
    }
    unlock_gpio(g);
}

bool bw_service_gpio_attach(struct bw_export *e, struct bw_gpio_lines *lines,
                            const struct bw_gpio_owner *owners)
{
    struct gpio *g = calloc(1, sizeof(*g));
    unsigned i;

    if (!g) {
        lines->ops->close(lines);
        return false;
    }
    pthread_mutex_init(&g->lock, NULL);
    g->lines = lines;
    for (i = 0; i < lines->count; i++) {
        g->owners[i] = owners[i];
        g->now[i] = owners[i].safe;
    }
    e->own = g;
    e->close = close_gpio;
    e->describe = describe_gpio;
    return true;
}
