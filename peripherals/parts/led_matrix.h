/*
 * The micro:bit's 25 LEDs as an eye sees them: 3 rows of 9 columns that the
 * firmware lights in turn, and a brightness for each LED that comes from how
 * long it was lit of late.
 *
 * An LED is lit while its row is high and its column is low.  Brightness is
 * the time lit within the last BW_LED_WINDOW_MS whole milliseconds; the unit
 * is what a firmware that scans three rows can give: a third of the time is
 * full brightness.
 *
 * Pure: the caller says what is driven and when; nothing happens in between.
 * Used by boards/microbit/microbit_display.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PERIPHERALS_PARTS_LED_MATRIX_H
#define BENCHWIRE_PERIPHERALS_PARTS_LED_MATRIX_H

#include <stdint.h>

#define BW_LED_ROWS      3
#define BW_LED_COLS      9
#define BW_LED_SIDE      5 /* as seen by the user: 5 by 5 */
#define BW_LED_COUNT     (BW_LED_SIDE * BW_LED_SIDE)
#define BW_LED_WINDOW_MS 72
#define BW_LED_FULL      255 /* brightness of an LED lit a third of the time */
#define BW_LED_TEXT      (BW_LED_SIDE * (BW_LED_SIDE + 1) + 1)

/**
 * struct bw_led_matrix - rows, columns and the time they were on
 * @now_ns: up to where it is added up
 * @rows, @cols: what is driven now, see bw_led_matrix_drive()
 * @lit_ns: for each of the last milliseconds, a ring, and each LED
 *          (number 5 * y + x) how long it was lit
 */
struct bw_led_matrix {
    int64_t now_ns;
    uint32_t rows;
    uint32_t cols;
    uint32_t lit_ns[BW_LED_WINDOW_MS + 1][BW_LED_COUNT];
};

/* All dark, since ever. */
void bw_led_matrix_init(struct bw_led_matrix *m, int64_t now_ns);

/**
 * bw_led_matrix_drive: what rows and columns are from now on
 * @now_ns: not negative.  A step back by less than the window (an edge that is
 *          told late) counts as none; by more, the past is forgotten.
 * @rows: bit n: row n + 1 is driven high
 * @cols: bit n: column n + 1 is driven low
 */
void bw_led_matrix_drive(struct bw_led_matrix *m, int64_t now_ns, uint32_t rows,
                         uint32_t cols);

/* Brightness of each LED, 0 to BW_LED_FULL, in proportion to the time lit. */
void bw_led_matrix_levels(struct bw_led_matrix *m, int64_t now_ns,
                          uint8_t level[BW_LED_COUNT]);

/**
 * bw_led_matrix_text: five lines of five digits, the top one first
 *
 * 0 is dark and 9 is full; the steps between are those of MicroPython's ten
 * brightness values.
 */
void bw_led_matrix_text(struct bw_led_matrix *m, int64_t now_ns,
                        char text[BW_LED_TEXT]);

#endif
