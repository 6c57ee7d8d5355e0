/*
 * Simulated GPIO lines; see backend_sim_lines.h.
 *
 * Each line is a net (lib/net.h) with three sources: the agent's pad, a pull
 * inside of the chip, and what the bench has put at the other end.  The bench
 * is the stronger one, so that a conflict shows itself in the level that is
 * read, as it usually does on a real line.
 *
 * One timer is what a session waits for: it runs out at once when there are
 * edges to take, and when a debounced level has lasted long enough.
 *
 * Behaves as the kernel's character device does (Linux,
 * Documentation/userspace-api/gpio): a debounced line has its debounced level
 * also when it is read, and its edge the time when it became one; a full queue
 * loses its oldest edges.
 *
 * Not modelled: rise times; a line that nothing drives is low at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/backend_sim_lines.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "host-agent/clock.h"
#include "lib/net.h"

#define VDD_MV     3300
#define PAD_OHMS   100   /* of the agent's output */
#define BENCH_OHMS 20    /* of the other end */
#define PULL_OHMS  50000 /* as of a Raspberry Pi */
#define MICRO      1000000
#define NS_PER_US  1000u
#define FUNCS                                                         \
    (BW_GPIO_FUNC_IN | BW_GPIO_FUNC_OUT | BW_GPIO_FUNC_SIMULATED |    \
     BW_GPIO_FUNC_BIAS | BW_GPIO_FUNC_EDGES | BW_GPIO_FUNC_DEBOUNCE | \
     BW_GPIO_FUNC_PUSH_PULL | BW_GPIO_FUNC_OPEN_DRAIN |               \
     BW_GPIO_FUNC_OPEN_SOURCE)

/**
 * struct line - one line
 * @user: who has opened it, as its line @number
 * @level: as it is read: debounced
 * @settles_ns: when the net's level becomes @level; BW_CLOCK_NEVER: it is
 */
struct line {
    char name[BW_WIRE_MAX_TEXT + 1];
    struct bw_net net;
    struct bw_net_source pad, pull, bench;
    int knob; /* enum bw_sim_line_knob */
    struct view *user;
    unsigned number;
    struct bw_gpio_setting now;
    bool level;
    uint64_t settles_ns;
    uint32_t seq;
};

/* The lines of one export. */
struct view {
    struct bw_gpio_lines lines; /* first: the ops are given its address */
    struct bw_sim_chip *chip;
    struct line *line[BW_GPIO_MAX_LINES];
    struct bw_gpio_event queue[BW_SIM_LINES_QUEUE]; /* a ring */
    size_t first, used;
    bool look;  /* something may have changed that is no edge */
    bool armed; /* the timer has run out, or is just about to */
};

struct bw_sim_chip {
    pthread_mutex_t lock;
    struct line lines[BW_SIM_LINES_MAX];
    unsigned count;
};

/* The timer */

static void set_timer(const struct view *v, uint64_t ns)
{
    struct itimerspec at = { 0 };

    if (ns != BW_CLOCK_NEVER) {
        at.it_value = bw_clock_timespec(ns);
    }
    timerfd_settime(v->lines.event_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

/* Which of its lines settles next, or NULL. */
static struct line *next_to_settle(const struct view *v)
{
    struct line *next = NULL;
    unsigned i;

    for (i = 0; i < v->lines.count; i++) {
        struct line *l = v->line[i];

        if (l->settles_ns != BW_CLOCK_NEVER &&
            (!next || l->settles_ns < next->settles_ns)) {
            next = l;
        }
    }
    return next;
}

static void arm(struct view *v)
{
    const struct line *next;

    if (v->armed) {
        return;
    }
    if (v->used > 0 || v->look) {
        v->armed = true;
        set_timer(v, 1); /* long ago */
        return;
    }
    next = next_to_settle(v);
    set_timer(v, next ? next->settles_ns : BW_CLOCK_NEVER);
}

static void disarm(struct view *v)
{
    uint64_t runs;

    if (read(v->lines.event_fd, &runs, sizeof(runs)) < 0) {
        /* it has not run out: nothing to take back */
    }
    v->armed = false;
}

/* Edges */

static void put_event(struct view *v, const struct bw_gpio_event *event)
{
    if (v->used == BW_SIM_LINES_QUEUE) {
        v->first = (v->first + 1) % BW_SIM_LINES_QUEUE;
        v->used--;
    }
    v->queue[(v->first + v->used++) % BW_SIM_LINES_QUEUE] = *event;
}

/* The line is read with another level from now on. */
static void turn(struct line *l, bool level, uint64_t now_ns)
{
    struct bw_gpio_event event = {
        .time_ns = now_ns,
        .line = (uint16_t)l->number,
        .edge = level ? BW_GPIO_RISING : BW_GPIO_FALLING,
    };

    l->level = level;
    l->settles_ns = BW_CLOCK_NEVER;
    if (l->user && (l->now.edges & event.edge)) {
        event.seq = ++l->seq;
        put_event(l->user, &event);
    }
}

static void settle(struct view *v, uint64_t now_ns)
{
    struct line *l = next_to_settle(v);

    while (l && l->settles_ns <= now_ns) {
        turn(l, l->net.level, l->settles_ns);
        l = next_to_settle(v);
    }
}

/* The net may have another level now. */
static void follow(struct line *l)
{
    uint64_t now_ns = bw_clock_ns();

    if (l->user) {
        settle(l->user, now_ns);
    }
    if (l->now.direction == BW_GPIO_OUT) {
        l->level = l->net.level;
    } else if (l->level == l->net.level) {
        l->settles_ns = BW_CLOCK_NEVER;
    } else if (!l->now.debounce_us) {
        turn(l, l->net.level, now_ns);
    } else if (l->settles_ns == BW_CLOCK_NEVER) {
        l->settles_ns = now_ns + (uint64_t)l->now.debounce_us * NS_PER_US;
    }
}

/* What the agent does with the line */

static void drive_pad(struct line *l)
{
    if (bw_gpio_setting_drives(&l->now)) {
        bw_net_drive(&l->net, &l->pad, l->now.value ? VDD_MV : 0, PAD_OHMS);
    } else {
        bw_net_drive(&l->net, &l->pad, 0, BW_NET_OPEN);
    }
}

static void drive_pull(struct line *l)
{
    switch (l->now.bias) {
    case BW_GPIO_BIAS_PULL_UP:
        bw_net_drive(&l->net, &l->pull, VDD_MV, PULL_OHMS);
        break;
    case BW_GPIO_BIAS_PULL_DOWN:
        bw_net_drive(&l->net, &l->pull, 0, PULL_OHMS);
        break;
    case BW_GPIO_BIAS_DISABLED:
        bw_net_drive(&l->net, &l->pull, 0, BW_NET_OPEN);
        break;
    default:
        break;
    }
}

static void use_line(struct line *l, const struct bw_gpio_setting *setting)
{
    bool was_input = l->now.direction == BW_GPIO_IN &&
                     l->now.debounce_us == setting->debounce_us;

    if (l->now.edges != setting->edges) {
        l->seq = 0; /* as the kernel does */
    }
    l->now = *setting;
    drive_pull(l);
    drive_pad(l);
    if (!was_input || l->now.direction == BW_GPIO_OUT) {
        l->level = l->net.level; /* no edge: it is looked at afresh */
        l->settles_ns = BW_CLOCK_NEVER;
    }
    follow(l);
}

/* The operations */

static struct view *lock_view(struct bw_gpio_lines *g)
{
    struct view *v = (struct view *)g;

    pthread_mutex_lock(&v->chip->lock);
    return v;
}

static void unlock_view(struct view *v)
{
    arm(v);
    pthread_mutex_unlock(&v->chip->lock);
}

static enum bw_status sim_configure(struct bw_gpio_lines *g, uint64_t which,
                                    const struct bw_gpio_setting *settings)
{
    struct view *v = lock_view(g);
    unsigned i;

    for (i = 0; i < g->count; i++) {
        if (which >> i & 1) {
            use_line(v->line[i], &settings[i]);
        }
    }
    unlock_view(v);
    return BW_OK;
}

static enum bw_status sim_set(struct bw_gpio_lines *g, uint64_t mask,
                              uint64_t values)
{
    struct view *v = lock_view(g);
    unsigned i;

    for (i = 0; i < g->count; i++) {
        struct line *l = v->line[i];

        if (mask >> i & 1) {
            l->now.value = values >> i & 1;
            drive_pad(l);
            follow(l);
        }
    }
    unlock_view(v);
    return BW_OK;
}

static enum bw_status sim_get(struct bw_gpio_lines *g, uint64_t *levels)
{
    struct view *v = lock_view(g);
    unsigned i;

    settle(v, bw_clock_ns());
    *levels = 0;
    for (i = 0; i < g->count; i++) {
        *levels |= (uint64_t)v->line[i]->level << i;
    }
    unlock_view(v);
    return BW_OK;
}

static size_t sim_read(struct bw_gpio_lines *g, struct bw_gpio_event *events,
                       size_t max)
{
    struct view *v = lock_view(g);
    size_t i;

    disarm(v);
    settle(v, bw_clock_ns());
    v->look = false;
    for (i = 0; i < max && v->used > 0; i++) {
        events[i] = v->queue[v->first];
        v->first = (v->first + 1) % BW_SIM_LINES_QUEUE;
        v->used--;
    }
    unlock_view(v);
    return i;
}

static void sim_close(struct bw_gpio_lines *g)
{
    static const struct bw_gpio_setting let_go = {
        .bias = BW_GPIO_BIAS_DISABLED,
    };
    struct view *v = lock_view(g);
    struct bw_sim_chip *chip = v->chip;
    unsigned i;

    for (i = 0; i < g->count; i++) {
        v->line[i]->user = NULL;
        use_line(v->line[i], &let_go);
    }
    pthread_mutex_unlock(&chip->lock);
    close(g->event_fd);
    free(v);
}

static const struct bw_gpio_lines_ops sim_ops = {
    .configure = sim_configure,
    .set = sim_set,
    .get = sim_get,
    .read = sim_read,
    .close = sim_close,
};

struct bw_gpio_lines *bw_sim_chip_open(struct bw_sim_chip *chip,
                                       const unsigned *numbers, unsigned count,
                                       const struct bw_gpio_setting *settings)
{
    struct view *v = calloc(1, sizeof(*v));
    unsigned i;

    if (!v) {
        return NULL;
    }
    v->lines.ops = &sim_ops;
    v->lines.count = count;
    v->lines.funcs = FUNCS;
    v->chip = chip;
    v->lines.event_fd =
        timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (v->lines.event_fd < 0) {
        free(v);
        return NULL;
    }
    pthread_mutex_lock(&chip->lock);
    for (i = 0; i < count; i++) {
        struct line *l = &chip->lines[numbers[i]];

        v->line[i] = l;
        l->user = v;
        l->number = i;
    }
    for (i = 0; i < count; i++) {
        use_line(v->line[i], &settings[i]);
    }
    unlock_view(v);
    return &v->lines;
}

/* The chip */

struct bw_sim_chip *bw_sim_chip_new(void)
{
    struct bw_sim_chip *chip = calloc(1, sizeof(*chip));

    if (chip) {
        pthread_mutex_init(&chip->lock, NULL);
    }
    return chip;
}

void bw_sim_chip_free(struct bw_sim_chip *chip)
{
    if (chip) {
        pthread_mutex_destroy(&chip->lock);
        free(chip);
    }
}

static struct line *find_line(const struct bw_sim_chip *chip, const char *name,
                              size_t len)
{
    unsigned i;

    for (i = 0; i < chip->count; i++) {
        const struct line *l = &chip->lines[i];

        if (strlen(l->name) == len && memcmp(l->name, name, len) == 0) {
            return (struct line *)(uintptr_t)l;
        }
    }
    return NULL;
}

/* Put at the other end what the knob says. */
static void turn_knob(struct line *l, int knob)
{
    l->knob = knob;
    bw_net_drive(&l->net, &l->bench, knob == BW_SIM_LINE_HIGH ? VDD_MV : 0,
                 knob == BW_SIM_LINE_OPEN ? BW_NET_OPEN : BENCH_OHMS);
    follow(l);
}

int bw_sim_chip_add(struct bw_sim_chip *chip, const char *name,
                    enum bw_sim_line_knob knob)
{
    struct line *l = &chip->lines[chip->count];

    if (chip->count == BW_SIM_LINES_MAX ||
        find_line(chip, name, strlen(name))) {
        return -1;
    }
    snprintf(l->name, sizeof(l->name), "%s", name);
    bw_net_init(&l->net, VDD_MV);
    bw_net_add(&l->net, &l->pad, "agent");
    bw_net_add(&l->net, &l->pull, "pull");
    bw_net_add(&l->net, &l->bench, "bench");
    l->settles_ns = BW_CLOCK_NEVER;
    turn_knob(l, knob);
    return (int)chip->count++;
}

/* Each line has two values: its knob and its level. */

size_t bw_sim_chip_value_count(const struct bw_sim_chip *chip)
{
    return 2 * (size_t)chip->count;
}

void bw_sim_chip_value_at(struct bw_sim_chip *chip, size_t index,
                          struct bw_wire_value *v)
{
    struct line *l = &chip->lines[index / 2];

    memset(v, 0, sizeof(*v));
    if (index / 2 >= chip->count) {
        return;
    }
    pthread_mutex_lock(&chip->lock);
    if (index % 2) {
        snprintf(v->name, sizeof(v->name), "%.*s.level", BW_WIRE_MAX_TEXT - 6,
                 l->name);
        v->micro = (int64_t)l->net.level * MICRO;
    } else {
        memcpy(v->name, l->name, sizeof(v->name));
        v->micro = (int64_t)l->knob * MICRO;
        v->micro_min = (int64_t)BW_SIM_LINE_OPEN * MICRO;
    }
    v->micro_max = MICRO;
    pthread_mutex_unlock(&chip->lock);
}

size_t bw_sim_chip_value_find(const struct bw_sim_chip *chip, const char *name)
{
    static const char level[] = ".level";
    size_t len = strlen(name);
    const struct line *l = find_line(chip, name, len);

    if (l) {
        return 2 * (size_t)(l - chip->lines);
    }
    if (len > sizeof(level) - 1 &&
        strcmp(name + len - (sizeof(level) - 1), level) == 0) {
        l = find_line(chip, name, len - (sizeof(level) - 1));
    }
    return l ? 2 * (size_t)(l - chip->lines) + 1
             : bw_sim_chip_value_count(chip);
}

enum bw_status bw_sim_chip_value_set(struct bw_sim_chip *chip, size_t index,
                                     int64_t micro)
{
    struct line *l = &chip->lines[index / 2];

    if (index / 2 >= chip->count) {
        return BW_NOT_FOUND;
    }
    if (index % 2) {
        return BW_DENIED;
    }
    if (micro != -MICRO && micro != 0 && micro != MICRO) {
        return BW_INVALID;
    }
    pthread_mutex_lock(&chip->lock);
    turn_knob(l, (int)(micro / MICRO));
    if (l->user) {
        l->user->look |= l->now.direction == BW_GPIO_OUT;
        arm(l->user);
    }
    pthread_mutex_unlock(&chip->lock);
    return BW_OK;
}
