/*
 * What the agent's GPIO service wants of a backend: the lines of one export.
 *
 * Backends: backend_gpio_lines.c (libgpiod 2, a kernel's GPIO chip) and
 * backend_sim_lines.c (simulated lines, whose other end the bench drives).
 * The lines are had from the start of the agent to its end, in their safe
 * state while no session holds them.  service_gpio.c locks around each call,
 * so a backend need not be re-entrant; what the lines do in between is told
 * by @event_fd.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_GPIO_LINES_H
#define BENCHWIRE_HOST_AGENT_GPIO_LINES_H

#include <stddef.h>

#include "lib/gpio.h"
#include "lib/status.h"

struct bw_gpio_lines;

/**
 * struct bw_gpio_lines_ops - the backend's side
 * @configure: use the lines of @which as @settings say, indexed by line, all
 *             or none of them; outputs that stay outputs do not glitch
 * @set: drive the outputs of @mask to @values
 * @get: levels of all lines, as measured where the chip can; of an output that
 *       is not driven (open drain, high) what the line has
 * @read: take up to @max events, oldest first, without waiting; the number
 * @close: release everything, also @g itself
 */
struct bw_gpio_lines_ops {
    enum bw_status (*configure)(struct bw_gpio_lines *g, uint64_t which,
                                const struct bw_gpio_setting *settings);
    enum bw_status (*set)(struct bw_gpio_lines *g, uint64_t mask,
                          uint64_t values);
    enum bw_status (*get)(struct bw_gpio_lines *g, uint64_t *levels);
    size_t (*read)(struct bw_gpio_lines *g, struct bw_gpio_event *events,
                   size_t max);
    void (*close)(struct bw_gpio_lines *g);
};

struct bw_gpio_lines {
    const struct bw_gpio_lines_ops *ops;
    unsigned count;
    uint32_t funcs; /* enum bw_gpio_func of the chip */
    int event_fd;   /* POLLIN: @read has something; -1: it never has */
};

#endif
