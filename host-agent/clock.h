/*
 * Deadlines on the monotonic clock, in nanoseconds.
 *
 * Every wait of the agent and of the benchwire tool ends at one of these.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_CLOCK_H
#define BENCHWIRE_HOST_AGENT_CLOCK_H

#include <stdint.h>
#include <time.h>

#define BW_CLOCK_NEVER UINT64_MAX /* as a deadline: wait without end */

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t bw_clock_ns(void);

/* The deadline @ms milliseconds after @from_ns. */
uint64_t bw_clock_after_ms(uint64_t from_ns, uint32_t ms);

/* What is left until @deadline_ns for poll(2): milliseconds rounded up, 0 if
 * it has passed, -1 for BW_CLOCK_NEVER. */
int bw_clock_left_ms(uint64_t deadline_ns);

struct timespec bw_clock_timespec(uint64_t ns);

#endif
