/*
 * How often a line may be logged; see log_quota.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/log_quota.h"

#include "host-agent/clock.h"

bool bw_log_quota_take(struct bw_log_quota *q, uint64_t now_ns,
                       unsigned *dropped)
{
    *dropped = 0;
    if (q->lines == 0 ||
        now_ns >= bw_clock_after_ms(q->begun_ns, BW_LOG_QUOTA_MS)) {
        q->begun_ns = now_ns;
        q->lines = 0;
    }
    if (q->lines == BW_LOG_QUOTA_LINES) {
        q->dropped += q->dropped < UINT32_MAX;
        return false;
    }
    q->lines++;
    *dropped = q->dropped;
    q->dropped = 0;
    return true;
}
