/*
 * A lease: who may use an export now; see lease.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/lease.h"

#include <errno.h>
#include <time.h>

#include "host-agent/clock.h"

void bw_lease_init(struct bw_lease *l)
{
    pthread_condattr_t attr;

    pthread_mutex_init(&l->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&l->dropped, &attr);
    pthread_condattr_destroy(&attr);
    l->holders = 0;
    l->shared = false;
}

void bw_lease_finish(struct bw_lease *l)
{
    pthread_cond_destroy(&l->dropped);
    pthread_mutex_destroy(&l->lock);
}

static bool is_free_for(const struct bw_lease *l, bool shared)
{
    return l->holders == 0 || (l->shared && shared);
}

enum bw_status bw_lease_take(struct bw_lease *l, bool shared,
                             uint64_t deadline_ns)
{
    struct timespec until = bw_clock_timespec(deadline_ns);
    enum bw_status status = BW_BUSY;
    int err = 0;

    pthread_mutex_lock(&l->lock);
    while (!is_free_for(l, shared) && err != ETIMEDOUT) {
        err = pthread_cond_timedwait(&l->dropped, &l->lock, &until);
    }
    if (is_free_for(l, shared)) {
        l->holders++;
        l->shared = shared;
        status = BW_OK;
    }
    pthread_mutex_unlock(&l->lock);
    return status;
}

void bw_lease_drop(struct bw_lease *l)
{
    pthread_mutex_lock(&l->lock);
    l->holders--;
    pthread_cond_broadcast(&l->dropped);
    pthread_mutex_unlock(&l->lock);
}

unsigned bw_lease_holders(struct bw_lease *l)
{
    unsigned holders;

    pthread_mutex_lock(&l->lock);
    holders = l->holders;
    pthread_mutex_unlock(&l->lock);
    return holders;
}
