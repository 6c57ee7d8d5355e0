/*
 * I2C on two lines of a GPIO chip, bit by bit.
 *
 * The lines of i2c_bitbang.h as Linux has them, through libgpiod 2.  An agent
 * that was built without the library has the function too; it says so.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BACKEND_GPIO_H
#define BENCHWIRE_HOST_AGENT_BACKEND_GPIO_H

#include <stddef.h>
#include <stdint.h>

#include "host-agent/i2c_adapter.h"

/**
 * bw_gpio_open: take two lines and make an adapter of them
 * @chip: "gpiochip0" or a path
 * @scl, @sda: number or name of each line; both need a pull-up on the bench
 * @scl_hz: the fastest that SCL may be
 * @error: on failure, one sentence with cause and cure
 *
 * Returns: the adapter, or NULL with @error.
 */
struct bw_i2c_adapter *bw_gpio_open(const char *chip, const char *scl,
                                    const char *sda, uint32_t scl_hz,
                                    char *error, size_t error_size);

#endif
