/*
 * A GPIO chip and its lines by name; see backend_gpio_chip.h.
 *
 * Source: libgpiod 2.x, gpiod.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/backend_gpio_chip.h"

#include <stdio.h>

#ifdef BW_HAVE_GPIOD

#include <errno.h>
#include <gpiod.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/wire.h"

struct gpiod_chip *bw_gpio_chip_open(const char *chip, char *error,
                                     size_t error_size)
{
    char path[BW_WIRE_MAX_TEXT + sizeof("/dev/")];
    struct gpiod_chip *c;

    snprintf(path, sizeof(path), "%s%s", chip[0] == '/' ? "" : "/dev/", chip);
    c = gpiod_chip_open(path);
    if (!c) {
        snprintf(error, error_size,
                 "%s: %s; name a chip that gpiodetect(1) shows and that the "
                 "agent's user may open (usually: be in the group gpio)",
                 path, strerror(errno));
    }
    return c;
}

bool bw_gpio_chip_line(struct gpiod_chip *chip, const char *name,
                       const char *text, unsigned *offset, char *error,
                       size_t error_size)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    int found;

    if (end != text && !*end && number <= UINT16_MAX) {
        *offset = (unsigned)number;
        return true; /* the request looks at the rest */
    }
    found = gpiod_chip_get_line_offset_from_name(chip, text);
    if (found < 0) {
        snprintf(error, error_size,
                 "%s has no line %s; gpioinfo(1) shows those it has", name,
                 text);
        return false;
    }
    *offset = (unsigned)found;
    return true;
}

#else

struct gpiod_chip *bw_gpio_chip_open(const char *chip, char *error,
                                     size_t error_size)
{
    snprintf(error, error_size,
             "%s: this agent was built without libgpiod 2; build it where "
             "libgpiod-dev is 2.0 or newer",
             chip);
    return NULL;
}

bool bw_gpio_chip_line(struct gpiod_chip *chip, const char *name,
                       const char *text, unsigned *offset, char *error,
                       size_t error_size)
{
    (void)chip;
    (void)text;
    (void)offset;
    bw_gpio_chip_open(name, error, error_size);
    return false;
}

#endif
