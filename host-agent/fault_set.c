/*
 * The faults of one adapter; see fault_set.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/fault_set.h"

#include <string.h>

#define FOR_EVER  UINT64_MAX
#define NS_PER_US 1000u

void bw_fault_set_init(struct bw_fault_set *s)
{
    memset(s, 0, sizeof(*s));
    pthread_mutex_init(&s->lock, NULL);
}

void bw_fault_set_finish(struct bw_fault_set *s)
{
    pthread_mutex_destroy(&s->lock);
}

enum bw_status bw_fault_set_add(struct bw_fault_set *s,
                                const struct bw_wire_fault *fault,
                                uint32_t *number)
{
    enum bw_status status = BW_TOO_LONG;
    unsigned count;

    pthread_mutex_lock(&s->lock);
    count = atomic_load(&s->count);
    if (count < BW_FAULT_SET_MAX) {
        struct bw_fault_entry *e = &s->entries[count];

        memset(e, 0, sizeof(*e));
        s->number = s->number == UINT32_MAX ? 1 : s->number + 1;
        e->fault = *fault;
        e->fault.number = s->number;
        e->fault.hits = 0;
        e->draw = fault->seed;
        *number = s->number;
        atomic_store(&s->count, count + 1);
        status = BW_OK;
    }
    pthread_mutex_unlock(&s->lock);
    return status;
}

enum bw_status bw_fault_set_clear(struct bw_fault_set *s, uint32_t number)
{
    unsigned count, left = 0;
    unsigned i;

    pthread_mutex_lock(&s->lock);
    count = atomic_load(&s->count);
    for (i = 0; i < count; i++) {
        if (number != 0 && s->entries[i].fault.number != number) {
            s->entries[left++] = s->entries[i];
        }
    }
    atomic_store(&s->count, left);
    pthread_mutex_unlock(&s->lock);
    return number != 0 && left == count ? BW_NOT_FOUND : BW_OK;
}

size_t bw_fault_set_list(struct bw_fault_set *s,
                         struct bw_wire_fault out[BW_FAULT_SET_MAX])
{
    size_t count, i;

    pthread_mutex_lock(&s->lock);
    count = atomic_load(&s->count);
    for (i = 0; i < count; i++) {
        out[i] = s->entries[i].fault;
    }
    pthread_mutex_unlock(&s->lock);
    return count;
}

bool bw_fault_set_armed(const struct bw_fault_set *s)
{
    return atomic_load_explicit(&s->count, memory_order_relaxed) > 0;
}

static bool is_address(const struct bw_wire_fault *f,
                       const struct bw_fault_msg *m)
{
    bool ten_bit = f->flags & BW_FAULT_TEN_BIT;

    return f->addr == BW_FAULT_ANY ||
           (f->addr == m->addr && ten_bit == m->ten_bit);
}

/* Is the fault for messages like this one? */
static bool is_for(const struct bw_wire_fault *f, const struct bw_fault_msg *m)
{
    unsigned directions = f->flags & (BW_FAULT_READ | BW_FAULT_WRITE);

    return is_address(f, m) &&
           (directions == 0 ||
            (directions & (m->read ? BW_FAULT_READ : BW_FAULT_WRITE)));
}

/* Does it happen at this place of a message that it is for? */
static bool is_here(const struct bw_wire_fault *f, const struct bw_fault_msg *m,
                    uint32_t byte)
{
    switch (f->kind) {
    case BW_FAULT_FLIP:
        return byte != BW_FAULT_ANY &&
               (f->byte == BW_FAULT_ANY || f->byte == byte);
    case BW_FAULT_NACK_DATA:
        return !m->read && byte == (f->byte == BW_FAULT_ANY ? 0 : f->byte);
    default:
        return !bw_fault_is_link(f->kind) && byte == f->byte;
    }
}

/* splitmix64: the next of the fault's own row of numbers */
static uint64_t draw(struct bw_fault_entry *e)
{
    uint64_t z;

    e->draw += 0x9e3779b97f4a7c15u;
    z = e->draw;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* A matching place: does it happen this time? */
static bool happens(struct bw_fault_entry *e)
{
    struct bw_wire_fault *f = &e->fault;

    if (f->count != 0 && f->hits >= f->count) {
        return false;
    }
    if (e->seen < f->skip) {
        e->seen++;
        return false;
    }
    if (f->chance_ppm < BW_FAULT_ALWAYS &&
        draw(e) % BW_FAULT_ALWAYS >= f->chance_ppm) {
        return false;
    }
    if (f->hits < UINT32_MAX) {
        f->hits++;
    }
    return true;
}

/* The part of an address is away; it stays so for all its messages. */
static bool is_away(const struct bw_fault_entry *e,
                    const struct bw_fault_msg *m, uint64_t now_ns)
{
    return now_ns < e->until_ns && is_address(&e->fault, m);
}

static void apply(struct bw_fault_entry *e, uint64_t now_ns,
                  struct bw_fault_effect *effect)
{
    const struct bw_wire_fault *f = &e->fault;

    if (bw_fault_has_time(f->kind)) {
        e->until_ns = now_ns + (uint64_t)f->time_us * NS_PER_US;
    }
    switch (f->kind) {
    case BW_FAULT_STRETCH:
        effect->stretch_us += f->time_us;
        return;
    case BW_FAULT_FLIP:
        effect->mask ^= f->mask;
        return;
    case BW_FAULT_VANISH:
        if (f->time_us == 0) {
            e->until_ns = FOR_EVER;
        }
        break;
    default:
        break;
    }
    effect->kind = f->kind;
}

void bw_fault_set_at(struct bw_fault_set *s, const struct bw_fault_msg *m,
                     uint32_t byte, uint64_t now_ns,
                     struct bw_fault_effect *effect)
{
    unsigned count, i;

    memset(effect, 0, sizeof(*effect));
    pthread_mutex_lock(&s->lock);
    count = atomic_load(&s->count);
    for (i = 0; i < count && !effect->kind; i++) {
        struct bw_fault_entry *e = &s->entries[i];

        if (e->fault.kind == BW_FAULT_VANISH && is_away(e, m, now_ns)) {
            effect->kind = BW_FAULT_VANISH;
        } else if (is_for(&e->fault, m) && is_here(&e->fault, m, byte) &&
                   happens(e)) {
            apply(e, now_ns, effect);
        }
    }
    pthread_mutex_unlock(&s->lock);
}

uint64_t bw_fault_set_held(struct bw_fault_set *s, unsigned kind)
{
    uint64_t until_ns = 0;
    unsigned count, i;

    pthread_mutex_lock(&s->lock);
    count = atomic_load(&s->count);
    for (i = 0; i < count; i++) {
        const struct bw_fault_entry *e = &s->entries[i];

        if (e->fault.kind == kind && e->until_ns > until_ns) {
            until_ns = e->until_ns;
        }
    }
    pthread_mutex_unlock(&s->lock);
    return until_ns;
}

void bw_fault_set_request(struct bw_fault_set *s, const struct bw_fault_msg *m,
                          size_t nmsgs, struct bw_fault_link *link)
{
    unsigned count, i;
    size_t k;

    memset(link, 0, sizeof(*link));
    pthread_mutex_lock(&s->lock);
    count = atomic_load(&s->count);
    for (i = 0; i < count && !link->kind; i++) {
        struct bw_wire_fault *f = &s->entries[i].fault;

        for (k = 0; k < nmsgs && !is_for(f, &m[k]);) {
            k++;
        }
        if (!bw_fault_is_link(f->kind) || k == nmsgs ||
            !happens(&s->entries[i])) {
            continue;
        }
        if (f->kind == BW_FAULT_LINK_DELAY) {
            link->delay_us += f->time_us;
        } else {
            link->kind = f->kind;
            link->byte = f->byte == BW_FAULT_ANY ? 0 : f->byte;
        }
    }
    pthread_mutex_unlock(&s->lock);
}
