/*
 * From the bench file to a bench: open the adapters, place the parts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BENCH_SETUP_H
#define BENCHWIRE_HOST_AGENT_BENCH_SETUP_H

#include <stdbool.h>
#include <stddef.h>

#include "host-agent/bench.h"
#include "host-agent/config.h"

/**
 * bw_bench_setup: fill an initialised bench
 * @error: receives one sentence on failure
 *
 * Returns: true, or false with @error and the bench empty again.
 */
bool bw_bench_setup(struct bw_bench *b, const struct bw_config *c, char *error,
                    size_t error_size);

/* Its steps: one export with what it needs, and the policy.  What is half done
 * stays in the bench. */
bool bw_bench_setup_export(struct bw_bench *b, const struct bw_config *c,
                           const struct bw_config_export *x, char *error,
                           size_t error_size);
bool bw_bench_setup_policy(struct bw_bench *b, const struct bw_config *c,
                           char *error, size_t error_size);

/* Does @e have the profile that @x would have now?  Files may have changed. */
bool bw_bench_same_profile(const struct bw_export *e, const struct bw_config *c,
                           const struct bw_config_export *x);

/* Could bw_bench_setup() load all profiles?  Otherwise @error says why not. */
bool bw_bench_check_profiles(const struct bw_config *c, char *error,
                             size_t error_size);

#endif
