/*
 * What the agent counts of an export; see stats.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/stats.h"

#include <string.h>

#define NS_PER_US 1000u

void bw_stats_init(struct bw_stats *s)
{
    memset(&s->all, 0, sizeof(s->all));
    s->took_us = 0;
    s->all.nstatus = BW_STATUS_COUNT;
    s->all.nbuckets = BW_STATS_BUCKETS;
    pthread_mutex_init(&s->lock, NULL);
}

void bw_stats_finish(struct bw_stats *s)
{
    pthread_mutex_destroy(&s->lock);
}

void bw_stats_open(struct bw_stats *s)
{
    pthread_mutex_lock(&s->lock);
    s->all.opened++;
    pthread_mutex_unlock(&s->lock);
}

static unsigned bucket_of(uint64_t took_ns)
{
    uint64_t us = took_ns / NS_PER_US;
    unsigned n = us < 2 ? 0 : 63 - (unsigned)__builtin_clzll(us);

    return n < BW_STATS_BUCKETS ? n : BW_STATS_BUCKETS - 1;
}

void bw_stats_transfer(struct bw_stats *s, enum bw_status status, size_t out,
                       size_t in, uint64_t took_ns)
{
    pthread_mutex_lock(&s->lock);
    s->all.transfers++;
    s->all.bytes_out += out;
    s->all.bytes_in += in;
    if ((unsigned)status < BW_STATUS_COUNT) {
        s->all.status[status]++;
    }
    s->all.bucket[bucket_of(took_ns)]++;
    s->took_us += took_ns / NS_PER_US;
    pthread_mutex_unlock(&s->lock);
}

void bw_stats_bytes(struct bw_stats *s, size_t out, size_t in)
{
    pthread_mutex_lock(&s->lock);
    s->all.bytes_out += out;
    s->all.bytes_in += in;
    pthread_mutex_unlock(&s->lock);
}

void bw_stats_count(struct bw_stats *s, const struct bw_wire_counters *more)
{
    pthread_mutex_lock(&s->lock);
    s->all.counted.over_read += more->over_read;
    s->all.counted.under_read += more->under_read;
    s->all.counted.mispredicted += more->mispredicted;
    pthread_mutex_unlock(&s->lock);
}

void bw_stats_gpio(struct bw_stats *s, uint64_t set, uint64_t edges,
                   uint64_t lost)
{
    pthread_mutex_lock(&s->lock);
    s->all.bytes_out += set;
    s->all.bytes_in += edges;
    s->all.counted.over_read += lost;
    pthread_mutex_unlock(&s->lock);
}

void bw_stats_copy(struct bw_stats *s, struct bw_wire_stats *out,
                   uint64_t *took_us)
{
    pthread_mutex_lock(&s->lock);
    *out = s->all;
    if (took_us) {
        *took_us = s->took_us;
    }
    pthread_mutex_unlock(&s->lock);
}
