/*
 * The picture of a micro:bit: where things are, in pixels, and what the files
 * microbit_face*.c share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PERIPHERALS_PARTS_MICROBIT_FACE_LAYOUT_H
#define BENCHWIRE_PERIPHERALS_PARTS_MICROBIT_FACE_LAYOUT_H

#include "peripherals/parts/microbit_face.h"

#define PX(n) ((n)*BW_PX)

#define LABEL_WHITE 0xe8ecef
#define LABEL_DIM   0x7d8792
#define ACCENT      0x2fd3b5

/* The board, ten pixels to a millimetre */
#define BOARD_X 20
#define BOARD_Y 20
#define BOARD_W 520
#define BOARD_H 424
#define BOARD_R 18

/* The middle of the LED at the upper left, and from one to the next */
#define LED_X     (BOARD_X + BOARD_W / 2 - 2 * LED_PITCH)
#define LED_Y     98
#define LED_PITCH 44
#define LED_REACH 40 /* of its light */
#define LED_OFF   0x3b3431

#define BUTTON_A_X   96
#define BUTTON_B_X   464
#define BUTTON_Y     (LED_Y + 2 * LED_PITCH)
#define BUTTON_SIDE  64 /* of the rectangle that is touched and redrawn */
#define HOUSING_SIDE 92

/* Edge connector: its strips' tops and ends, the lamps below */
#define EDGE_Y 376
#define LAMP_Y (BOARD_Y + BOARD_H + 18)
#define EDGE_H 56

/* The column of instruments */
#define SIDE_X      564
#define SIDE_W      136
#define DIAL_R      50
#define DIAL_TEXT   34
#define TILT_Y      98
#define BALL_WAY    38 /* from the middle to the rim */
#define COMPASS_Y   260
#define LIGHT_Y     360
#define WARMTH_Y    412
#define SLIDER_H    40
#define SLIDER_BAR  26 /* below the slider's top */
#define SLIDER_EDGE 8
#define RESET_Y     472
#define HINT_Y      530
#define RESET_H     40

/* What the slider of the temperature spans, 0.001 degrees Celsius */
#define WARMTH_MIN_MC (-20000)
#define WARMTH_MAX_MC 60000

#define STRIP_BIG   50
#define STRIP_SMALL 9
#define STRIP_GAP   3
#define FACE_STRIPS 25

/**
 * struct bw_face_strip - one contact of the edge connector
 * @name: as printed, or NULL
 * @pin: P0 to P20; less than 0: ground
 * @width: STRIP_BIG has a hole for a plug
 */
struct bw_face_strip {
    const char *name;
    int8_t pin;
    uint8_t width;
};

extern const struct bw_face_strip bw_face_strips[FACE_STRIPS];

/* The middle of a strip. */
int bw_face_strip_x(unsigned strip);

/* A short text under construction; what does not fit is cut off. */
struct bw_face_label {
    char text[24];
    size_t len;
};

void bw_face_label_add(struct bw_face_label *label, const char *text);

/* @value with the point @places digits from its end. */
void bw_face_label_fixed(struct bw_face_label *label, int32_t value,
                         unsigned places);

void bw_face_text(struct bw_canvas *c, int cx, int y, int height,
                  const char *text, uint32_t rgb);

void bw_face_draw_tilt(struct bw_canvas *c, const struct bw_face_state *state);
void bw_face_draw_compass(struct bw_canvas *c,
                          const struct bw_face_state *state);
void bw_face_draw_light(struct bw_canvas *c, const struct bw_face_state *state);
void bw_face_draw_warmth(struct bw_canvas *c,
                         const struct bw_face_state *state);

#endif
