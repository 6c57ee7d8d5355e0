/*
 * The simulated bench: an I2C bus made of pure part models.
 *
 * Called by service_i2c.c and service_bench.c; the parts are in
 * peripherals/parts/.  Messages are run byte by byte, as the header part.h
 * says a bus does it.  The bus's own lock keeps a value change out of the
 * middle of a transfer.
 *
 * Not modelled: the time a byte takes on the wire, 10-bit addresses, clock
 * stretching, a second master.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/backend_sim.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/clock.h"

#define NO_BYTE 0xffffu /* bw_wire_i2c_failure: not a data byte */

struct sim_part {
    const struct bw_part_model *model;
    void *state; /* model->state_size bytes */
    uint8_t addr7;
    bool listens; /* acknowledged the newest START */
    char name[BW_WIRE_MAX_NAME + 1];
};

struct bw_sim {
    struct bw_i2c_adapter adapter; /* first: the ops are given its address */
    pthread_mutex_t lock;          /* guards the states of the parts */
    uint64_t (*now_ns)(void);
    size_t count;
    struct sim_part parts[BW_SIM_MAX_PARTS]; /* ascending addresses */
};

/* Offer a START to all parts.  Returns true if one acknowledged. */
static bool bus_start(struct bw_sim *s, uint8_t addr7, bool is_read,
                      uint64_t now_ns)
{
    bool acked = false;
    size_t i;

    for (i = 0; i < s->count; i++) {
        struct sim_part *p = &s->parts[i];

        p->listens = p->model->start(p->state, addr7, is_read, now_ns);
        acked |= p->listens;
    }
    return acked;
}

/* Returns true if one of the listening parts acknowledged. */
static bool bus_write(struct bw_sim *s, uint8_t byte, uint64_t now_ns)
{
    bool acked = false;
    size_t i;

    for (i = 0; i < s->count; i++) {
        struct sim_part *p = &s->parts[i];

        if (p->listens) {
            acked |= p->model->write(p->state, byte, now_ns);
        }
    }
    return acked;
}

/* The first listening part's byte; an open line reads as ones. */
static uint8_t bus_read(struct bw_sim *s, uint64_t now_ns)
{
    size_t i;

    for (i = 0; i < s->count; i++) {
        struct sim_part *p = &s->parts[i];

        if (p->listens) {
            return p->model->read(p->state, now_ns);
        }
    }
    return 0xff;
}

static void bus_stop(struct bw_sim *s, uint64_t now_ns)
{
    size_t i;

    for (i = 0; i < s->count; i++) {
        struct sim_part *p = &s->parts[i];

        p->model->stop(p->state, now_ns);
        p->listens = false;
    }
}

/* One message from its START on; no STOP.  @byte receives where it failed. */
static enum bw_status run_msg(struct bw_sim *s, const struct bw_i2c_msg *m,
                              uint64_t now_ns, uint16_t *byte)
{
    bool is_read = m->flags & BW_I2C_READ;
    uint16_t i;

    *byte = NO_BYTE;
    if (!bus_start(s, (uint8_t)m->addr, is_read, now_ns)) {
        return BW_NACK_ADDR;
    }
    for (i = 0; i < m->len; i++) {
        if (is_read) {
            m->data[i] = bus_read(s, now_ns);
        } else if (!bus_write(s, m->data[i], now_ns)) {
            *byte = i;
            return BW_NACK_DATA;
        }
    }
    return BW_OK;
}

static enum bw_status sim_xfer(struct bw_i2c_adapter *a, struct bw_i2c_xfer *x,
                               struct bw_wire_i2c_failure *where)
{
    struct bw_sim *s = (struct bw_sim *)a;
    enum bw_status status = BW_OK;
    uint64_t now_ns;
    uint16_t i;

    pthread_mutex_lock(&s->lock);
    now_ns = s->now_ns(); /* a transfer takes no time */
    for (i = 0; i < x->nmsgs && status == BW_OK; i++) {
        where->msg = i;
        status = run_msg(s, &x->msgs[i], now_ns, &where->byte);
    }
    bus_stop(s, now_ns);
    pthread_mutex_unlock(&s->lock);
    return status;
}

static void sim_close(struct bw_i2c_adapter *a)
{
    struct bw_sim *s = (struct bw_sim *)a;
    size_t i;

    for (i = 0; i < s->count; i++) {
        free(s->parts[i].state);
    }
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static const struct bw_i2c_adapter_ops sim_ops = {
    .xfer = sim_xfer,
    .close = sim_close,
};

struct bw_sim *bw_sim_new(uint64_t (*now_ns)(void))
{
    struct bw_sim *s = calloc(1, sizeof(*s));

    if (!s) {
        return NULL;
    }
    pthread_mutex_init(&s->lock, NULL);
    s->now_ns = now_ns ? now_ns : bw_clock_ns;
    s->adapter.ops = &sim_ops;
    s->adapter.funcs =
        BW_I2C_FUNC_RDWR | BW_I2C_FUNC_ZERO_LEN | BW_I2C_FUNC_SIMULATED;
    s->adapter.max_len = BW_I2C_MAX_LEN;
    s->adapter.timeout_ms = 1000;
    return s;
}

struct bw_i2c_adapter *bw_sim_adapter(struct bw_sim *s)
{
    return &s->adapter;
}

static enum bw_status check_new_part(const struct bw_sim *s, const char *name,
                                     const struct bw_part_model *model,
                                     uint8_t addr7)
{
    size_t i;

    if (!bw_part_has_addr(model, addr7)) {
        return BW_INVALID;
    }
    if (s->count == BW_SIM_MAX_PARTS || strlen(name) > BW_WIRE_MAX_NAME) {
        return BW_TOO_LONG;
    }
    for (i = 0; i < s->count; i++) {
        if (s->parts[i].addr7 == addr7 || strcmp(s->parts[i].name, name) == 0) {
            return BW_BUSY;
        }
    }
    return BW_OK;
}

enum bw_status bw_sim_add(struct bw_sim *s, const char *name,
                          const struct bw_part_model *model, uint8_t addr7)
{
    struct sim_part *p = &s->parts[s->count];
    enum bw_status status = check_new_part(s, name, model, addr7);
    void *state;

    if (status != BW_OK) {
        return status;
    }
    state = calloc(1, model->state_size);
    if (!state) {
        return BW_TOO_LONG;
    }
    while (p > s->parts && p[-1].addr7 > addr7) {
        p[0] = p[-1];
        p--;
    }
    p->model = model;
    p->state = state;
    p->addr7 = addr7;
    p->listens = false;
    snprintf(p->name, sizeof(p->name), "%s", name);
    model->reset(state, addr7, s->now_ns());
    s->count++;
    return BW_OK;
}

size_t bw_sim_value_count(const struct bw_sim *s)
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < s->count; i++) {
        count += s->parts[i].model->value_count;
    }
    return count;
}

/* The part that value number *@index belongs to; *@index becomes the number
 * within it.  NULL past the end. */
static struct sim_part *value_owner(struct bw_sim *s, size_t *index)
{
    size_t i;

    for (i = 0; i < s->count; i++) {
        struct sim_part *p = &s->parts[i];

        if (*index < p->model->value_count) {
            return p;
        }
        *index -= p->model->value_count;
    }
    return NULL;
}

void bw_sim_value_at(struct bw_sim *s, size_t index, struct bw_wire_value *v)
{
    struct sim_part *p = value_owner(s, &index);
    const struct bw_part_value *value;

    memset(v, 0, sizeof(*v));
    if (!p) {
        return;
    }
    value = &p->model->values[index];
    v->micro_min = value->micro_min;
    v->micro_max = value->micro_max;
    snprintf(v->name, sizeof(v->name), "%s.%s", p->name, value->name);
    snprintf(v->unit, sizeof(v->unit), "%s", value->unit);
    pthread_mutex_lock(&s->lock);
    v->micro = p->model->get(p->state, index, s->now_ns());
    pthread_mutex_unlock(&s->lock);
}

size_t bw_sim_value_find(const struct bw_sim *s, const char *name)
{
    const char *dot = strchr(name, '.');
    size_t base = 0;
    size_t i;

    for (i = 0; dot && i < s->count; i++) {
        const struct sim_part *p = &s->parts[i];
        size_t len = (size_t)(dot - name);

        if (strlen(p->name) == len && memcmp(p->name, name, len) == 0) {
            size_t at = bw_part_find_value(p->model, dot + 1);

            return at < p->model->value_count ? base + at
                                              : bw_sim_value_count(s);
        }
        base += p->model->value_count;
    }
    return bw_sim_value_count(s);
}

enum bw_status bw_sim_value_set(struct bw_sim *s, size_t index, int64_t micro)
{
    struct sim_part *p = value_owner(s, &index);
    bool done;

    if (!p) {
        return BW_NOT_FOUND;
    }
    if (p->model->values[index].read_only) {
        return BW_DENIED;
    }
    pthread_mutex_lock(&s->lock);
    done = p->model->set(p->state, index, micro, s->now_ns());
    pthread_mutex_unlock(&s->lock);
    return done ? BW_OK : BW_INVALID;
}
