/*
 * From the bench file to a bench: GPIO exports and their lines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BENCH_GPIO_H
#define BENCHWIRE_HOST_AGENT_BENCH_GPIO_H

#include "host-agent/bench.h"
#include "host-agent/config.h"
#include "host-agent/service_gpio.h"

/* What a line's section says, for the service. */
struct bw_gpio_owner bw_bench_gpio_owner(const struct bw_config_line *l);

/**
 * bw_bench_add_gpio: have the lines of an export, and offer it
 * @bus: the simulated one they are on, or NULL for a real chip
 * @error: receives one sentence on failure
 *
 * Returns: the export, or NULL with @error.
 */
struct bw_export *bw_bench_add_gpio(struct bw_bench *b,
                                    const struct bw_config *c,
                                    const struct bw_config_export *x,
                                    struct bw_bus *bus, char *error,
                                    size_t error_size);

#endif
