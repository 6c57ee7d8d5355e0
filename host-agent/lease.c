/*
 * A lease: who may use an export now; see lease.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/lease.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

#include "host-agent/clock.h"

void bw_lease_group_init(struct bw_lease_group *g)
{
    pthread_condattr_t attr;

    pthread_mutex_init(&g->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&g->dropped, &attr);
    pthread_condattr_destroy(&attr);
    g->first = NULL;
}

void bw_lease_group_finish(struct bw_lease_group *g)
{
    pthread_cond_destroy(&g->dropped);
    pthread_mutex_destroy(&g->lock);
}

void bw_lease_init(struct bw_lease *l, struct bw_lease_group *g, bool has_parts,
                   uint16_t addr)
{
    l->group = g;
    l->has_parts = has_parts;
    l->addr = addr;
    l->holders = 0;
    l->shared = false;
    pthread_mutex_lock(&g->lock);
    l->next = g->first;
    g->first = l;
    pthread_mutex_unlock(&g->lock);
}

void bw_lease_finish(struct bw_lease *l)
{
    struct bw_lease **at;

    pthread_mutex_lock(&l->group->lock);
    at = &l->group->first;
    while (*at && *at != l) {
        at = &(*at)->next;
    }
    if (*at) {
        *at = l->next;
    }
    pthread_mutex_unlock(&l->group->lock);
}

static bool overlap(const struct bw_lease *a, const struct bw_lease *b)
{
    return a == b || (a->has_parts && b->has_parts &&
                      (a->addr == b->addr || a->addr == BW_LEASE_ALL ||
                       b->addr == BW_LEASE_ALL));
}

static bool is_free_for(const struct bw_lease *l, bool shared)
{
    const struct bw_lease *other;

    for (other = l->group->first; other; other = other->next) {
        if (other->holders > 0 && overlap(l, other) &&
            !(other->shared && shared)) {
            return false;
        }
    }
    return true;
}

enum bw_status bw_lease_take(struct bw_lease *l, bool shared,
                             uint64_t deadline_ns)
{
    struct bw_lease_group *g = l->group;
    struct timespec until = bw_clock_timespec(deadline_ns);
    enum bw_status status = BW_BUSY;
    int err = 0;

    pthread_mutex_lock(&g->lock);
    while (!is_free_for(l, shared) && err != ETIMEDOUT) {
        err = pthread_cond_timedwait(&g->dropped, &g->lock, &until);
    }
    if (is_free_for(l, shared)) {
        l->holders++;
        l->shared = shared;
        status = BW_OK;
    }
    pthread_mutex_unlock(&g->lock);
    return status;
}

void bw_lease_drop(struct bw_lease *l)
{
    pthread_mutex_lock(&l->group->lock);
    l->holders--;
    pthread_cond_broadcast(&l->group->dropped);
    pthread_mutex_unlock(&l->group->lock);
}

unsigned bw_lease_holders(struct bw_lease *l)
{
    unsigned holders;

    pthread_mutex_lock(&l->group->lock);
    holders = l->holders;
    pthread_mutex_unlock(&l->group->lock);
    return holders;
}

bool bw_lease_is_barred(struct bw_lease *l, bool shared)
{
    bool barred;

    pthread_mutex_lock(&l->group->lock);
    barred = !is_free_for(l, shared);
    pthread_mutex_unlock(&l->group->lock);
    return barred;
}
