/*
 * A GPIO chip of this machine and its lines, by the names that users have for
 * them; for backend_gpio.c and backend_gpio_lines.c.
 *
 * An agent that was built without libgpiod 2 has these functions too; they say
 * so.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BACKEND_GPIO_CHIP_H
#define BENCHWIRE_HOST_AGENT_BACKEND_GPIO_CHIP_H

#include <stdbool.h>
#include <stddef.h>

struct gpiod_chip; /* of libgpiod */

/**
 * bw_gpio_chip_open: open a chip
 * @chip: "gpiochip0" or a path
 * @error: on failure, one sentence with cause and cure
 *
 * Returns: the chip, for gpiod_chip_close(), or NULL with @error.
 */
struct gpiod_chip *bw_gpio_chip_open(const char *chip, char *error,
                                     size_t error_size);

/**
 * bw_gpio_chip_line: find a line
 * @name: of @chip, for the error
 * @text: number or name of the line
 *
 * Returns: true and its @offset, or false with @error.
 */
bool bw_gpio_chip_line(struct gpiod_chip *chip, const char *name,
                       const char *text, unsigned *offset, char *error,
                       size_t error_size);

#endif
