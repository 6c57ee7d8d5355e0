/*
 * A lease: who may use an export now; see lease.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/lease.h"

void bw_lease_init(struct bw_lease *l)
{
    pthread_mutex_init(&l->lock, NULL);
    l->holders = 0;
    l->shared = false;
}

void bw_lease_finish(struct bw_lease *l)
{
    pthread_mutex_destroy(&l->lock);
}

enum bw_status bw_lease_take(struct bw_lease *l, bool shared)
{
    enum bw_status status = BW_BUSY;

    pthread_mutex_lock(&l->lock);
    if (l->holders == 0 || (l->shared && shared)) {
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
