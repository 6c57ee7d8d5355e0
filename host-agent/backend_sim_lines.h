/*
 * Simulated GPIO lines, whose other end the bench drives.
 *
 * The twin of backend_gpio_lines.c, always compiled in.  A chip has lines; a
 * GPIO export opens some of them (gpio_lines.h); what stands at their other
 * end are the knobs of a bench export, which service_bench.c turns:
 *
 *   EXPORT.LINE        0: pulled low, 1: driven high, -1: nothing there
 *   EXPORT.LINE.level  the line's level, to be read only
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BACKEND_SIM_LINES_H
#define BENCHWIRE_HOST_AGENT_BACKEND_SIM_LINES_H

#include <stdint.h>

#include "host-agent/gpio_lines.h"
#include "lib/wire.h"

#define BW_SIM_LINES_MAX   64   /* of a chip */
#define BW_SIM_LINES_QUEUE 1024 /* edges that wait; the kernel keeps as many */

enum bw_sim_line_knob {
    BW_SIM_LINE_OPEN = -1, /* nothing at the other end */
    BW_SIM_LINE_LOW = 0,
    BW_SIM_LINE_HIGH = 1
};

struct bw_sim_chip;

/* A chip without lines, or NULL without memory.  Freed after what was opened
 * of it has been closed; NULL is fine. */
struct bw_sim_chip *bw_sim_chip_new(void);
void bw_sim_chip_free(struct bw_sim_chip *chip);

/**
 * bw_sim_chip_add: one more line; before anything is opened
 * @name: of its knob, EXPORT.LINE
 *
 * Returns: its number, or -1 if the chip is full or has one of that name.
 */
int bw_sim_chip_add(struct bw_sim_chip *chip, const char *name,
                    enum bw_sim_line_knob knob);

/**
 * bw_sim_chip_open: lines of a chip as an export has them
 * @numbers: @count of them, not open yet
 * @settings: how they are used from now on
 *
 * Returns: the lines, or NULL and errno.
 */
struct bw_gpio_lines *bw_sim_chip_open(struct bw_sim_chip *chip,
                                       const unsigned *numbers, unsigned count,
                                       const struct bw_gpio_setting *settings);

/* The knobs and levels, numbered from 0; as those of sim_parts.h. */
size_t bw_sim_chip_value_count(const struct bw_sim_chip *chip);
void bw_sim_chip_value_at(struct bw_sim_chip *chip, size_t index,
                          struct bw_wire_value *v);
size_t bw_sim_chip_value_find(const struct bw_sim_chip *chip, const char *name);
/* Returns: BW_OK; BW_DENIED for a level; BW_INVALID for another number;
 * BW_NOT_FOUND. */
enum bw_status bw_sim_chip_value_set(struct bw_sim_chip *chip, size_t index,
                                     int64_t micro);

#endif
