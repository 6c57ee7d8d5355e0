/*
 * GPIO lines of this machine, through libgpiod 2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BACKEND_GPIO_LINES_H
#define BENCHWIRE_HOST_AGENT_BACKEND_GPIO_LINES_H

#include <stddef.h>

#include "host-agent/gpio_lines.h"

/**
 * bw_gpio_lines_open: have lines of a chip
 * @chip: "gpiochip0" or a path
 * @names: number or name of each of the @count lines
 * @settings: how they are used from the first moment on
 * @error: on failure, one sentence with cause and cure
 *
 * Returns: the lines, or NULL with @error.
 */
struct bw_gpio_lines *bw_gpio_lines_open(const char *chip,
                                         const char *const *names,
                                         unsigned count,
                                         const struct bw_gpio_setting *settings,
                                         char *error, size_t error_size);

#endif
