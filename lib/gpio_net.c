/*
 * How a GPIO line of an agent continues a net of the guest; see gpio_net.h.
 *
 * The thresholds of a level are those of lib/net.c.  Two strong sources that
 * do not agree make a voltage in between, which is no level: the line then
 * stays out of it, as an input.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "gpio_net.h"

#include "net.h"

static uint8_t choose_drive(uint32_t funcs)
{
    if (funcs & BW_GPIO_FUNC_PUSH_PULL) {
        return BW_GPIO_PUSH_PULL;
    }
    if (funcs & BW_GPIO_FUNC_OPEN_DRAIN) {
        return BW_GPIO_OPEN_DRAIN;
    }
    return funcs & BW_GPIO_FUNC_OPEN_SOURCE ? BW_GPIO_OPEN_SOURCE
                                            : BW_GPIO_PUSH_PULL;
}

static uint8_t choose_bias(int32_t mv, uint32_t ohms, int32_t vdd_mv)
{
    if (ohms == BW_NET_OPEN || ohms > BW_GPIO_MAX_PULL_OHMS) {
        return BW_GPIO_BIAS_AS_IS;
    }
    return 2 * (int64_t)mv > vdd_mv ? BW_GPIO_BIAS_PULL_UP
                                    : BW_GPIO_BIAS_PULL_DOWN;
}

/* Does it drive?  Then @high is to which level. */
static bool is_level(int32_t mv, uint32_t ohms, int32_t vdd_mv, bool *high)
{
    *high = 10 * (int64_t)mv >= 7 * (int64_t)vdd_mv;
    return ohms != BW_NET_OPEN && ohms < BW_NET_STRONG_OHMS &&
           (*high || 10 * (int64_t)mv <= 3 * (int64_t)vdd_mv);
}

bool bw_gpio_from_net(int32_t mv, uint32_t ohms, int32_t vdd_mv, uint32_t funcs,
                      uint32_t debounce_us, struct bw_gpio_setting *s)
{
    bool strong = ohms != BW_NET_OPEN && ohms < BW_NET_STRONG_OHMS;
    bool high;

    if (is_level(mv, ohms, vdd_mv, &high)) {
        if (!(funcs & BW_GPIO_FUNC_OUT)) {
            return false;
        }
        *s = (struct bw_gpio_setting){
            .direction = BW_GPIO_OUT,
            .drive = choose_drive(funcs),
            .value = high,
        };
        return true;
    }
    if (!(funcs & BW_GPIO_FUNC_IN)) {
        return false;
    }
    *s = (struct bw_gpio_setting){ .direction = BW_GPIO_IN };
    if (funcs & BW_GPIO_FUNC_EDGES) {
        s->edges = BW_GPIO_RISING | BW_GPIO_FALLING;
    }
    if ((funcs & BW_GPIO_FUNC_BIAS) && !strong) {
        s->bias = choose_bias(mv, ohms, vdd_mv);
    }
    if (funcs & BW_GPIO_FUNC_DEBOUNCE) {
        s->debounce_us = debounce_us;
    }
    return true;
}
