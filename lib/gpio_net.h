/*
 * How a GPIO line of an agent continues a net of the guest.
 *
 * What everything else on the net does is what the line does: a strong level
 * is an output of that level, a pull is an input with that pull, nothing is an
 * input.  Open drain needs no rule of its own: it is an output while it pulls
 * low, and an input while it does not.
 *
 * Pure.  Used by passthrough/gpio_passthrough.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_GPIO_NET_H
#define BENCHWIRE_LIB_GPIO_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "gpio.h"

/* A pull above this (a touch pad's 10 megohms) is none that a chip has. */
#define BW_GPIO_MAX_PULL_OHMS 200000

/*
 * What a line that is an input is in the net: weak, so that it is no conflict
 * when the guest begins to drive, and stronger than every pull.
 */
#define BW_GPIO_INPUT_OHMS 1500

/* ... and one that something on the bench drives against the guest. */
#define BW_GPIO_RIVAL_OHMS 600

/**
 * bw_gpio_from_net: the setting for a line
 * @mv, @ohms: what the rest of the net is, as bw_net_without() says
 * @vdd_mv: supply of the net
 * @funcs: enum bw_gpio_func, what the line may be
 * @debounce_us: of inputs
 * @s: receives the setting
 *
 * Returns: false, @s untouched, if the line may not be what the net needs.
 */
bool bw_gpio_from_net(int32_t mv, uint32_t ohms, int32_t vdd_mv, uint32_t funcs,
                      uint32_t debounce_us, struct bw_gpio_setting *s);

#endif
