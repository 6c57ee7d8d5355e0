/*
 * The picture of an emulated display as a QEMU console of its own.
 *
 * Used by i2c_part.c for models that have a picture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PERIPHERALS_PART_SCREEN_H
#define BENCHWIRE_PERIPHERALS_PART_SCREEN_H

#include "hw/qdev-core.h"
#include "hw/benchwire/peripherals/parts/part.h"

typedef struct PartScreen PartScreen;

/**
 * part_screen_new: open a console, named after the device
 * @dev: the display
 * @picture: what it shows
 * @state: of the model; it stays @dev's
 * @now_ns: the time for the model
 *
 * Returns: the screen, for part_screen_free().
 */
PartScreen *part_screen_new(DeviceState *dev,
                            const struct bw_part_picture *picture, void *state,
                            uint64_t (*now_ns)(DeviceState *dev));

/* Close it; NULL is fine. */
void part_screen_free(PartScreen *screen);

#endif
