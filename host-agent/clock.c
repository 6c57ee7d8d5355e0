/*
 * Deadlines on the monotonic clock; see clock.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/clock.h"

#include <limits.h>

#define NS_PER_MS 1000000u
#define NS_PER_S  1000000000u

uint64_t bw_clock_ns(void)
{
    struct timespec now = { 0 };

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t bw_clock_after_ms(uint64_t from_ns, uint32_t ms)
{
    return from_ns + (uint64_t)ms * NS_PER_MS;
}

int bw_clock_left_ms(uint64_t deadline_ns)
{
    uint64_t now, left;

    if (deadline_ns == BW_CLOCK_NEVER) {
        return -1;
    }
    now = bw_clock_ns();
    if (now >= deadline_ns) {
        return 0;
    }
    left = (deadline_ns - now + NS_PER_MS - 1) / NS_PER_MS;
    return left > INT_MAX ? INT_MAX : (int)left;
}

struct timespec bw_clock_timespec(uint64_t ns)
{
    struct timespec ts = {
        .tv_sec = (time_t)(ns / NS_PER_S),
        .tv_nsec = (long)(ns % NS_PER_S),
    };

    return ts;
}
