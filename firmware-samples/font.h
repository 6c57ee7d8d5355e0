/*
 * Letters of 3 x 5 dots.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_FIRMWARE_FONT_H
#define BENCHWIRE_FIRMWARE_FONT_H

#include <stdint.h>

#define FONT_WIDTH 3

/* Its columns, left to right; bit 0 is the top dot.  Capitals, digits, '-',
 * '.', '?' and '!'; others are blank. */
const uint8_t *font_columns(char c);

#endif
