/*
 * What the agent counts of an export, for "benchwire stats".
 *
 * Sessions call it after each transfer; handlers_stats.c and metrics.c
 * copy it.  One lock
 * for each export, held for some additions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_STATS_H
#define BENCHWIRE_HOST_AGENT_STATS_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/status.h"
#include "lib/wire_stats.h"

#define BW_STATS_BUCKETS 24 /* the last one: 8.4 s and more */

struct bw_stats {
    pthread_mutex_t lock;
    struct bw_wire_stats all; /* but for its name and the sessions now */
    uint64_t took_us;         /* all requests together */
};

void bw_stats_init(struct bw_stats *s);
void bw_stats_finish(struct bw_stats *s);

/* A session has opened the export. */
void bw_stats_open(struct bw_stats *s);

/**
 * bw_stats_transfer: a request was carried out, or not
 * @out, @in: data bytes written to parts and read from them
 * @took_ns: from its receipt to its result
 */
void bw_stats_transfer(struct bw_stats *s, enum bw_status status, size_t out,
                       size_t in, uint64_t took_ns);

/* So many bytes went to and came from a device whose transfers are not ours. */
void bw_stats_bytes(struct bw_stats *s, size_t out, size_t in);

/* A client has counted so much more. */
void bw_stats_count(struct bw_stats *s, const struct bw_wire_counters *more);

/**
 * bw_stats_gpio: lines of an export that has some
 * @set: levels that were set
 * @edges, @lost: edges that were told, and that could not be
 */
void bw_stats_gpio(struct bw_stats *s, uint64_t set, uint64_t edges,
                   uint64_t lost);

/* @took_us: receives the time of all requests together, or NULL. */
void bw_stats_copy(struct bw_stats *s, struct bw_wire_stats *out,
                   uint64_t *took_us);

#endif
