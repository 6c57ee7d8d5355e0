/*
 * The parts of a simulated bus and their physical values; see sim_parts.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/sim_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/clock.h"
#include "lib/smbus_steps.h"

#define TIMEOUT_MS 1000
#define ADDR10_MAX 0x3ff

void bw_sim_init(struct bw_sim *s, uint64_t (*now_ns)(void))
{
    pthread_condattr_t attr;

    memset(s, 0, sizeof(*s));
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &attr);
    pthread_condattr_destroy(&attr);
    s->now_ns = now_ns ? now_ns : bw_clock_ns;
    s->bus.seats = s->seats;
    s->adapter.funcs = BW_SMBUS_STEPS_FUNCS | BW_I2C_FUNC_RDWR |
                       BW_I2C_FUNC_ZERO_LEN | BW_I2C_FUNC_TEN_BIT |
                       BW_I2C_FUNC_STEP | BW_I2C_FUNC_SIMULATED;
    s->adapter.max_len = BW_I2C_MAX_LEN;
    s->adapter.timeout_ms = TIMEOUT_MS;
}

void bw_sim_finish(struct bw_sim *s)
{
    size_t i;

    for (i = 0; i < s->bus.count; i++) {
        free(s->seats[i].state);
    }
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
}

uint64_t bw_sim_now(struct bw_sim *s)
{
    uint64_t now_ns = s->now_ns();

    return now_ns > s->ahead_ns ? now_ns : s->ahead_ns;
}

void bw_sim_begin(struct bw_sim *s)
{
    pthread_mutex_lock(&s->lock);
    s->deadline_ns = bw_clock_after_ms(bw_clock_ns(), s->adapter.timeout_ms);
}

void bw_sim_end(struct bw_sim *s)
{
    pthread_mutex_unlock(&s->lock);
}

bool bw_sim_wait(struct bw_sim *s, uint64_t until_ns)
{
    uint64_t part_ns = s->now_ns();
    uint64_t clock_ns = bw_clock_ns();
    struct timespec ts;

    if (clock_ns >= s->deadline_ns) {
        return false;
    }
    if (part_ns < until_ns) {
        uint64_t wait_ns = until_ns - part_ns;
        uint64_t most_ns = s->deadline_ns - clock_ns;

        ts = bw_clock_timespec(clock_ns +
                               (wait_ns < most_ns ? wait_ns : most_ns));
        pthread_cond_timedwait(&s->changed, &s->lock, &ts);
    }
    return true;
}

struct bw_i2c_adapter *bw_sim_adapter(struct bw_sim *s)
{
    return &s->adapter;
}

static enum bw_status check_place(const struct bw_sim *s, const char *name,
                                  const struct bw_part_seat *seat)
{
    size_t i;

    if (s->bus.count == BW_SIM_MAX_PARTS || strlen(name) > BW_WIRE_MAX_NAME) {
        return BW_TOO_LONG;
    }
    for (i = 0; i < s->bus.count; i++) {
        if ((s->seats[i].addr == seat->addr &&
             s->seats[i].ten_bit == seat->ten_bit) ||
            strcmp(s->names[i], name) == 0) {
            return BW_BUSY;
        }
    }
    return BW_OK;
}

static bool comes_after(const struct bw_part_seat *a,
                        const struct bw_part_seat *b)
{
    return a->ten_bit != b->ten_bit ? a->ten_bit : a->addr > b->addr;
}

static enum bw_status add_seat(struct bw_sim *s, const char *name,
                               struct bw_part_seat seat)
{
    enum bw_status status = check_place(s, name, &seat);
    size_t at = s->bus.count;

    if (status != BW_OK) {
        return status;
    }
    seat.state = calloc(1, seat.model->state_size);
    if (!seat.state) {
        return BW_TOO_LONG;
    }
    for (; at > 0 && comes_after(&s->seats[at - 1], &seat); at--) {
        s->seats[at] = s->seats[at - 1];
        memcpy(s->names[at], s->names[at - 1], sizeof(s->names[at]));
    }
    s->seats[at] = seat;
    snprintf(s->names[at], sizeof(s->names[at]), "%s", name);
    seat.model->reset(seat.state, seat.addr7, bw_sim_now(s));
    s->bus.count++;
    return BW_OK;
}

enum bw_status bw_sim_add(struct bw_sim *s, const char *name,
                          const struct bw_part_model *model, uint8_t addr7)
{
    if (!bw_part_has_addr(model, addr7)) {
        return BW_INVALID;
    }
    return add_seat(
        s, name,
        (struct bw_part_seat){ .model = model, .addr = addr7, .addr7 = addr7 });
}

enum bw_status bw_sim_add_ten_bit(struct bw_sim *s, const char *name,
                                  const struct bw_part_model *model,
                                  uint16_t addr10)
{
    if (addr10 > ADDR10_MAX) {
        return BW_INVALID;
    }
    return add_seat(s, name,
                    (struct bw_part_seat){ .model = model,
                                           .addr = addr10,
                                           .addr7 = model->addrs[0],
                                           .ten_bit = true });
}

const char *bw_sim_part_at(const struct bw_sim *s, uint16_t addr,
                           const struct bw_part_model **model)
{
    size_t i;

    for (i = 0; i < s->bus.count; i++) {
        if (s->seats[i].addr == addr && !s->seats[i].ten_bit) {
            *model = s->seats[i].model;
            return s->names[i];
        }
    }
    return NULL;
}

size_t bw_sim_value_count(const struct bw_sim *s)
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < s->bus.count; i++) {
        count += s->seats[i].model->value_count;
    }
    return count;
}

static const char *name_of(const struct bw_sim *s, const struct bw_part_seat *p)
{
    return s->names[p - s->seats];
}

/* The part that value number *@index belongs to; *@index becomes the number
 * within it.  NULL past the end. */
static struct bw_part_seat *value_owner(struct bw_sim *s, size_t *index)
{
    size_t i;

    for (i = 0; i < s->bus.count; i++) {
        struct bw_part_seat *p = &s->seats[i];

        if (*index < p->model->value_count) {
            return p;
        }
        *index -= p->model->value_count;
    }
    return NULL;
}

void bw_sim_value_at(struct bw_sim *s, size_t index, struct bw_wire_value *v)
{
    struct bw_part_seat *p = value_owner(s, &index);
    const struct bw_part_value *value;

    memset(v, 0, sizeof(*v));
    if (!p) {
        return;
    }
    value = &p->model->values[index];
    v->micro_min = value->micro_min;
    v->micro_max = value->micro_max;
    snprintf(v->name, sizeof(v->name), "%s.%s", name_of(s, p), value->name);
    snprintf(v->unit, sizeof(v->unit), "%s", value->unit);
    pthread_mutex_lock(&s->lock);
    v->micro = p->model->get(p->state, index, bw_sim_now(s));
    pthread_mutex_unlock(&s->lock);
}

size_t bw_sim_value_find(const struct bw_sim *s, const char *name)
{
    const char *dot = strchr(name, '.');
    size_t base = 0;
    size_t i;

    for (i = 0; dot && i < s->bus.count; i++) {
        const struct bw_part_seat *p = &s->seats[i];
        const char *own = s->names[i];
        size_t len = (size_t)(dot - name);

        if (strlen(own) == len && memcmp(own, name, len) == 0) {
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
    struct bw_part_seat *p = value_owner(s, &index);
    bool done;

    if (!p) {
        return BW_NOT_FOUND;
    }
    if (p->model->values[index].read_only) {
        return BW_DENIED;
    }
    pthread_mutex_lock(&s->lock);
    done = p->model->set(p->state, index, micro, bw_sim_now(s));
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return done ? BW_OK : BW_INVALID;
}
