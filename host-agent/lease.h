/*
 * A lease: who may use an export now.
 *
 * One holder alone, or several that all asked to share.  session.c takes it
 * with OPEN and drops it when the session ends, however it ends.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_LEASE_H
#define BENCHWIRE_HOST_AGENT_LEASE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/status.h"

struct bw_lease {
    pthread_mutex_t lock;
    pthread_cond_t dropped; /* waits on CLOCK_MONOTONIC */
    unsigned holders;       /* sessions */
    bool shared;            /* the holders agreed to share */
};

void bw_lease_init(struct bw_lease *l);
void bw_lease_finish(struct bw_lease *l);

/**
 * bw_lease_take: become a holder
 * @deadline_ns: until when to wait for others to leave
 *
 * Returns: BW_OK, or BW_BUSY if another holder stands against it.
 */
enum bw_status bw_lease_take(struct bw_lease *l, bool shared,
                             uint64_t deadline_ns);

/* Undo one bw_lease_take() that returned BW_OK. */
void bw_lease_drop(struct bw_lease *l);

unsigned bw_lease_holders(struct bw_lease *l);

#endif
