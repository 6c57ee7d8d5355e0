/*
 * BBC micro:bit V1: the world around the board, in numbers for the panel: how
 * it is held, where north is, how warm it is.
 *
 * Reads and writes the properties of /machine/accelerometer,
 * /machine/magnetometer and /machine/nrf51/temp, as anybody else may.
 * Used by microbit_panel.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_MICROBIT_MICROBIT_WORLD_H
#define BENCHWIRE_BOARDS_MICROBIT_MICROBIT_WORLD_H

#include "hw/benchwire/peripherals/parts/microbit_face.h"

/* Fill in tilt, heading and warmth. */
void microbit_world_get(struct bw_face_state *state);

/* Lying still, tilted like that: z is what is left of 1 g. */
void microbit_world_tilt(const int16_t tilt_mg[2]);

/* Acceleration along x alone, in mg */
int32_t microbit_world_x(void);
void microbit_world_set_x(int32_t mg);

void microbit_world_set_heading(int16_t deg);
void microbit_world_set_warmth(int32_t mc);

#endif
