/*
 * The benchwire protocol: the bodies of GPIO_*; see wire_gpio.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wire_gpio.h"

#include <string.h>

#include "wire_string.h"

static void put_setting(struct bw_writer *w, const struct bw_gpio_setting *s)
{
    bw_write_u8(w, s->direction);
    bw_write_u8(w, s->drive);
    bw_write_u8(w, s->bias);
    bw_write_u8(w, s->edges);
    bw_write_u8(w, s->value);
    bw_write_le32(w, s->debounce_us);
}

static void get_setting(struct bw_reader *r, struct bw_gpio_setting *s)
{
    s->direction = bw_read_u8(r);
    s->drive = bw_read_u8(r);
    s->bias = bw_read_u8(r);
    s->edges = bw_read_u8(r);
    s->value = bw_read_u8(r);
    s->debounce_us = bw_read_le32(r);
}

/* GPIO_LINES */

void bw_wire_put_gpio_line(struct bw_writer *w,
                           const struct bw_wire_gpio_line *m)
{
    bw_write_le32(w, m->funcs);
    put_setting(w, &m->now);
    bw_write_u8(w, m->level);
    bw_wire_put_string(w, m->name, BW_WIRE_MAX_NAME);
}

enum bw_status bw_wire_get_gpio_line(struct bw_reader *r,
                                     struct bw_wire_gpio_line *m)
{
    struct bw_wire_gpio_line v;

    memset(&v, 0, sizeof(v));
    v.funcs = bw_read_le32(r);
    get_setting(r, &v.now);
    v.level = bw_read_u8(r);
    bw_wire_get_string(r, v.name, 1, BW_WIRE_MAX_NAME);
    if (r->failed || v.level > 1 || !bw_gpio_setting_ok(&v.now)) {
        return BW_MALFORMED;
    }
    *m = v;
    return BW_OK;
}

/* GPIO_CONFIG */

void bw_wire_put_gpio_config(struct bw_writer *w,
                             const struct bw_wire_gpio_config *m)
{
    if (m->count > BW_GPIO_MAX_LINES) {
        w->failed = true;
        return;
    }
    bw_write_le16(w, m->count);
    for (unsigned i = 0; i < m->count; i++) {
        bw_write_le16(w, m->lines[i].line);
        put_setting(w, &m->lines[i].setting);
    }
}

/* In range, and no line twice. */
static bool config_ok(const struct bw_wire_gpio_config *m)
{
    uint64_t seen = 0;

    for (unsigned i = 0; i < m->count; i++) {
        unsigned line = m->lines[i].line;

        if (line >= BW_GPIO_MAX_LINES || (seen >> line & 1) ||
            !bw_gpio_setting_ok(&m->lines[i].setting)) {
            return false;
        }
        seen |= UINT64_C(1) << line;
    }
    return m->count > 0;
}

enum bw_status bw_wire_get_gpio_config(struct bw_reader *r,
                                       struct bw_wire_gpio_config *m)
{
    struct bw_wire_gpio_config v;

    memset(&v, 0, sizeof(v));
    v.count = bw_read_le16(r);
    if (v.count > BW_GPIO_MAX_LINES) {
        return BW_TOO_LONG;
    }
    for (unsigned i = 0; i < v.count; i++) {
        v.lines[i].line = bw_read_le16(r);
        get_setting(r, &v.lines[i].setting);
    }
    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    if (!config_ok(&v)) {
        return BW_INVALID;
    }
    *m = v;
    return BW_OK;
}

/* GPIO_SET */

void bw_wire_put_gpio_set(struct bw_writer *w, const struct bw_wire_gpio_set *m)
{
    if (m->count > BW_GPIO_MAX_SETS) {
        w->failed = true;
        return;
    }
    bw_write_le16(w, m->count);
    for (unsigned i = 0; i < m->count; i++) {
        bw_write_le64(w, m->sets[i].mask);
        bw_write_le64(w, m->sets[i].values);
    }
}

static bool set_ok(const struct bw_wire_gpio_set *m)
{
    for (unsigned i = 0; i < m->count; i++) {
        if (!m->sets[i].mask || (m->sets[i].values & ~m->sets[i].mask)) {
            return false;
        }
    }
    return m->count > 0;
}

enum bw_status bw_wire_get_gpio_set(struct bw_reader *r,
                                    struct bw_wire_gpio_set *m)
{
    struct bw_wire_gpio_set v;

    memset(&v, 0, sizeof(v));
    v.count = bw_read_le16(r);
    if (v.count > BW_GPIO_MAX_SETS) {
        return BW_TOO_LONG;
    }
    for (unsigned i = 0; i < v.count; i++) {
        v.sets[i].mask = bw_read_le64(r);
        v.sets[i].values = bw_read_le64(r);
    }
    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    if (!set_ok(&v)) {
        return BW_INVALID;
    }
    *m = v;
    return BW_OK;
}

/* The state, of GPIO_CONFIG, GPIO_SET, GPIO_GET and GPIO_EVENTS */

void bw_wire_put_gpio_state(struct bw_writer *w, const struct bw_gpio_state *m)
{
    bw_write_le64(w, m->levels);
    bw_write_le64(w, m->outputs);
    bw_write_le64(w, m->conflicts);
}

static void get_state(struct bw_reader *r, struct bw_gpio_state *s)
{
    s->levels = bw_read_le64(r);
    s->outputs = bw_read_le64(r);
    s->conflicts = bw_read_le64(r);
}

enum bw_status bw_wire_get_gpio_state(struct bw_reader *r,
                                      struct bw_gpio_state *m)
{
    struct bw_gpio_state v;

    get_state(r, &v);
    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    *m = v;
    return BW_OK;
}

/* GPIO_EVENTS */

void bw_wire_put_gpio_events(struct bw_writer *w,
                             const struct bw_wire_gpio_events *m)
{
    if (m->count > BW_GPIO_MAX_EVENTS) {
        w->failed = true;
        return;
    }
    bw_write_le32(w, m->lost);
    bw_wire_put_gpio_state(w, &m->state);
    bw_write_le16(w, m->count);
    for (unsigned i = 0; i < m->count; i++) {
        const struct bw_gpio_event *e = &m->events[i];

        bw_write_le64(w, e->time_ns);
        bw_write_le32(w, e->seq);
        bw_write_le16(w, e->line);
        bw_write_u8(w, e->edge);
    }
}

static bool event_ok(const struct bw_gpio_event *e)
{
    return e->line < BW_GPIO_MAX_LINES &&
           (e->edge == BW_GPIO_RISING || e->edge == BW_GPIO_FALLING);
}

enum bw_status bw_wire_get_gpio_events(struct bw_reader *r,
                                       struct bw_wire_gpio_events *m)
{
    struct bw_wire_gpio_events v;
    bool ok = true;

    memset(&v, 0, sizeof(v));
    v.lost = bw_read_le32(r);
    get_state(r, &v.state);
    v.count = bw_read_le16(r);
    for (unsigned i = 0; i < v.count && i < BW_GPIO_MAX_EVENTS; i++) {
        struct bw_gpio_event *e = &v.events[i];

        e->time_ns = bw_read_le64(r);
        e->seq = bw_read_le32(r);
        e->line = bw_read_le16(r);
        e->edge = bw_read_u8(r);
        ok = ok && event_ok(e);
    }
    if (!bw_reader_done(r) || !ok || v.count > BW_GPIO_MAX_EVENTS) {
        return BW_MALFORMED;
    }
    *m = v;
    return BW_OK;
}
