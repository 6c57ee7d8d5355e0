/*
 * How often a line may be logged that others can bring about at will.
 *
 * For who keeps one for each of these others, or one for all of them.  No lock:
 * the owner has one, or is one thread.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_LOG_QUOTA_H
#define BENCHWIRE_HOST_AGENT_LOG_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#define BW_LOG_QUOTA_MS    10000 /* in such a time, from the first line on */
#define BW_LOG_QUOTA_LINES 50

/* Zeroed, nothing has been logged. */
struct bw_log_quota {
    uint64_t begun_ns;
    unsigned lines;
    unsigned dropped;
};

/**
 * bw_log_quota_take: ask for one line
 * @dropped: receives how many there were that could not be had since they were
 *           last told of, 0 for most lines; to be told with this one
 *
 * Returns: whether it may be logged.
 */
bool bw_log_quota_take(struct bw_log_quota *q, uint64_t now_ns,
                       unsigned *dropped);

#endif
