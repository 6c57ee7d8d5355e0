/*
 * A filter that makes faults: an adapter in front of another one.
 *
 * bench.c puts it before an adapter whose faults may be set; its faults come
 * from the bench file or from a session (fault_set.h).  Without any it passes
 * everything on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_FILTER_FAULT_H
#define BENCHWIRE_HOST_AGENT_FILTER_FAULT_H

#include <stdint.h>

#include "host-agent/fault_set.h"
#include "host-agent/i2c_adapter.h"

/* A filter's time; a test has its own. */
struct bw_fault_clock {
    uint64_t (*now_ns)(void);
    void (*sleep_us)(uint64_t us);
};

struct bw_filter_fault;

/**
 * bw_filter_fault_new: put a filter before an adapter
 * @inner: taken over; closed with the filter
 * @clock: NULL for the real one
 *
 * Returns: the filter, or NULL without memory, @inner is then the caller's
 * still.
 */
struct bw_filter_fault *bw_filter_fault_new(struct bw_i2c_adapter *inner,
                                            const struct bw_fault_clock *clock);
struct bw_i2c_adapter *bw_filter_fault_adapter(struct bw_filter_fault *f);
struct bw_fault_set *bw_filter_fault_set(struct bw_filter_fault *f);

/**
 * bw_fault_link_take: what is to become of the reply of the request that this
 * thread has just run through a filter
 *
 * The adapter does not know the session, nor the session the filter, but one
 * thread does all of a request.  A second call finds nothing.
 */
void bw_fault_link_take(struct bw_fault_link *link);

#endif
