/*
 * The picture of a micro:bit: the board with LEDs, buttons and edge connector,
 * and instruments beside it that show and change how the board is held, where
 * north is, how light and how warm it is.
 *
 * bw_face_draw_board() draws what never changes; each of the other things is a
 * part with a rectangle of its own, which is drawn over the board's picture in
 * that rectangle and nowhere else.  So the caller keeps the board's picture,
 * and when a part has changed copies that rectangle back and draws the part.
 *
 * Pure: the caller owns pixels and state.  Used by
 * boards/microbit/microbit_panel.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PERIPHERALS_PARTS_MICROBIT_FACE_H
#define BENCHWIRE_PERIPHERALS_PARTS_MICROBIT_FACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/canvas.h"
#include "peripherals/parts/led_matrix.h"

#define BW_FACE_WIDTH  720
#define BW_FACE_HEIGHT 560
#define BW_FACE_PINS   21   /* P0 to P20 */
#define BW_FACE_FLAT   1000 /* mg of a board that lies still */

enum bw_face_part {
    BW_FACE_LEDS,
    BW_FACE_BUTTON_A,
    BW_FACE_BUTTON_B,
    BW_FACE_RESET,
    BW_FACE_EDGE,
    BW_FACE_TILT,
    BW_FACE_COMPASS,
    BW_FACE_LIGHT,
    BW_FACE_WARMTH,
    BW_FACE_PARTS,
    BW_FACE_NOTHING = BW_FACE_PARTS /* of bw_face_part_at() */
};

struct bw_face_pin {
    int16_t mv;
    bool level;
    bool conflict;
};

/**
 * struct bw_face_state - all that can be seen to change
 * @led: brightness as of led_matrix.h
 * @pressed: buttons A and B and reset, by enum bw_face_part - BW_FACE_BUTTON_A
 * @tilt_mg: x (right edge down) and y (lower edge down)
 * @heading_deg: where the upper edge points, clockwise from north
 * @has_sensors: whether the two above mean anything
 * @light: 0 to 255
 * @warmth_mc: of the chip, 0.001 degrees Celsius
 */
struct bw_face_state {
    uint8_t led[BW_LED_COUNT];
    bool pressed[3];
    struct bw_face_pin pin[BW_FACE_PINS];
    int16_t tilt_mg[2];
    int16_t heading_deg;
    bool has_sensors;
    uint8_t light;
    int32_t warmth_mc;
};

/* The board without its parts.  @revision: such as "V1.3B" */
void bw_face_draw_board(struct bw_canvas *c, const char *revision);

/* Where a part is. */
struct bw_rect bw_face_rect(enum bw_face_part part);

/* Whether a part looks the same in both. */
bool bw_face_same(enum bw_face_part part, const struct bw_face_state *a,
                  const struct bw_face_state *b);

/* Draw a part over the board's picture.  The clip is set, and left set. */
void bw_face_draw_part(struct bw_canvas *c, enum bw_face_part part,
                       const struct bw_face_state *state);

/* The part that can be touched there, or BW_FACE_NOTHING. */
enum bw_face_part bw_face_part_at(int x, int y);

/**
 * What pointing at an instrument means; points beside it count as its rim.
 * bw_face_tilt_at(): mg, of both together at most BW_FACE_FLAT
 * bw_face_heading_at(): degrees; north is to be at that point
 * bw_face_light_at(): 0 to 255
 * bw_face_warmth_at(): 0.001 degrees Celsius
 */
void bw_face_tilt_at(int x, int y, int16_t tilt_mg[2]);
int16_t bw_face_heading_at(int x, int y);
uint8_t bw_face_light_at(int x);
int32_t bw_face_warmth_at(int x);

/* The middle of the LED in column @x and row @y, pixels. */
void bw_face_led_at(unsigned x, unsigned y, int *px, int *py);

#endif
