/*
 * GPIO lines: what a setting may be, and its names; see gpio.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "gpio.h"

#include <string.h>

static const char *const drives[BW_GPIO_DRIVE_COUNT] = {
    [BW_GPIO_PUSH_PULL] = "push-pull",
    [BW_GPIO_OPEN_DRAIN] = "open-drain",
    [BW_GPIO_OPEN_SOURCE] = "open-source",
};

static const char *const biases[BW_GPIO_BIAS_COUNT] = {
    [BW_GPIO_BIAS_AS_IS] = "as-is",
    [BW_GPIO_BIAS_DISABLED] = "disabled",
    [BW_GPIO_BIAS_PULL_UP] = "pull-up",
    [BW_GPIO_BIAS_PULL_DOWN] = "pull-down",
};

uint64_t bw_gpio_lines_mask(unsigned count)
{
    return count >= BW_GPIO_MAX_LINES ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

bool bw_gpio_setting_ok(const struct bw_gpio_setting *s)
{
    if (s->direction > BW_GPIO_OUT || s->bias >= BW_GPIO_BIAS_COUNT) {
        return false;
    }
    if (s->direction == BW_GPIO_OUT) {
        return s->drive < BW_GPIO_DRIVE_COUNT && s->value <= 1 &&
               s->edges == 0 && s->debounce_us == 0;
    }
    return s->drive == 0 && s->value == 0 &&
           s->edges <= (BW_GPIO_RISING | BW_GPIO_FALLING) &&
           s->debounce_us <= BW_GPIO_MAX_DEBOUNCE_US;
}

bool bw_gpio_setting_drives(const struct bw_gpio_setting *s)
{
    if (s->direction != BW_GPIO_OUT) {
        return false;
    }
    switch (s->drive) {
    case BW_GPIO_OPEN_DRAIN:
        return s->value == 0;
    case BW_GPIO_OPEN_SOURCE:
        return s->value != 0;
    default:
        return true;
    }
}

static unsigned find(const char *const *names, unsigned count, const char *name)
{
    unsigned i = 0;

    while (i < count && strcmp(names[i], name) != 0) {
        i++;
    }
    return i;
}

const char *bw_gpio_drive_name(unsigned drive)
{
    return drive < BW_GPIO_DRIVE_COUNT ? drives[drive] : "unknown";
}

const char *bw_gpio_bias_name(unsigned bias)
{
    return bias < BW_GPIO_BIAS_COUNT ? biases[bias] : "unknown";
}

unsigned bw_gpio_drive_find(const char *name)
{
    return find(drives, BW_GPIO_DRIVE_COUNT, name);
}

unsigned bw_gpio_bias_find(const char *name)
{
    return find(biases, BW_GPIO_BIAS_COUNT, name);
}
