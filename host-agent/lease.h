/*
 * A lease: who may use an export now.
 *
 * One holder alone, or several that all share.  Exports of one adapter whose
 * addresses overlap stand against each other too: two sessions never have the
 * same part unless both share it.  session.c takes the lease with OPEN and
 * drops it when the session ends, however it ends.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_LEASE_H
#define BENCHWIRE_HOST_AGENT_LEASE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/status.h"

#define BW_LEASE_ALL 0xffffu /* @addr: every address of the adapter */

struct bw_lease;

/* The leases of one adapter, and the lock of them all. */
struct bw_lease_group {
    pthread_mutex_t lock;
    pthread_cond_t dropped; /* waits on CLOCK_MONOTONIC */
    struct bw_lease *first;
};

struct bw_lease {
    struct bw_lease_group *group;
    struct bw_lease *next; /* in the group */
    bool has_parts;        /* false: overlaps with no other one */
    uint16_t addr;         /* of the part, or BW_LEASE_ALL */
    unsigned holders;      /* sessions */
    bool shared;           /* the holders agreed to share */
};

void bw_lease_group_init(struct bw_lease_group *g);
/* No lease may be in it any more. */
void bw_lease_group_finish(struct bw_lease_group *g);

/**
 * bw_lease_init: make one lease more of a group
 * @has_parts: it gives access to parts; otherwise to what anybody may have
 *             beside them
 * @addr: of the part, or BW_LEASE_ALL
 */
void bw_lease_init(struct bw_lease *l, struct bw_lease_group *g, bool has_parts,
                   uint16_t addr);
/* Take it out of its group; nobody may hold it. */
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

/* Would bw_lease_take() have to wait now, for this one or what overlaps? */
bool bw_lease_is_barred(struct bw_lease *l, bool shared);

#endif
