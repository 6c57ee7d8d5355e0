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

/* Could bw_bench_setup() load all profiles?  Otherwise @error says why not. */
bool bw_bench_check_profiles(const struct bw_config *c, char *error,
                             size_t error_size);

#endif
