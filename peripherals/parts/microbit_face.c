/*
 * The picture of a micro:bit: what changes.  microbit_face_board.c has what
 * does not, microbit_face_layout.h the places of both.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/microbit_face.h"

#include <stddef.h>
#include <string.h>

#include "peripherals/parts/microbit_face_layout.h"

#define VDD_MV 3000
#define AMBER  0xffb12b
#define ALARM  0xff3b30

static const struct bw_rect rects[BW_FACE_PARTS] = {
    [BW_FACE_LEDS] = { LED_X - LED_REACH, LED_Y - LED_REACH,
                       4 * LED_PITCH + 2 * LED_REACH,
                       4 * LED_PITCH + 2 * LED_REACH },
    [BW_FACE_BUTTON_A] = { BUTTON_A_X - BUTTON_SIDE / 2,
                           BUTTON_Y - BUTTON_SIDE / 2, BUTTON_SIDE,
                           BUTTON_SIDE },
    [BW_FACE_BUTTON_B] = { BUTTON_B_X - BUTTON_SIDE / 2,
                           BUTTON_Y - BUTTON_SIDE / 2, BUTTON_SIDE,
                           BUTTON_SIDE },
    [BW_FACE_RESET] = { SIDE_X, RESET_Y, SIDE_W, RESET_H },
    [BW_FACE_EDGE] = { BOARD_X, LAMP_Y - 8, BOARD_W, EDGE_H },
    [BW_FACE_TILT] = { SIDE_X, TILT_Y - DIAL_R - 6, SIDE_W,
                       2 * DIAL_R + DIAL_TEXT },
    [BW_FACE_COMPASS] = { SIDE_X, COMPASS_Y - DIAL_R - 6, SIDE_W,
                          2 * DIAL_R + DIAL_TEXT },
    [BW_FACE_LIGHT] = { SIDE_X, LIGHT_Y, SIDE_W, SLIDER_H },
    [BW_FACE_WARMTH] = { SIDE_X, WARMTH_Y, SIDE_W, SLIDER_H },
};

struct bw_rect bw_face_rect(enum bw_face_part part)
{
    return rects[part];
}

/* LEDs */

void bw_face_led_at(unsigned x, unsigned y, int *px, int *py)
{
    *px = LED_X + (int)x * LED_PITCH;
    *py = LED_Y + (int)y * LED_PITCH;
}

/* The eye takes a tenth of the light for a third. */
static unsigned seen(uint8_t level)
{
    return bw_isqrt(level * 255u);
}

static void draw_led(struct bw_canvas *c, int x, int y, unsigned light)
{
    uint32_t body = bw_mix(LED_OFF, 0xff3c24, light);
    uint32_t core = bw_mix(LED_OFF, 0xffd9c4, light);

    bw_canvas_box(c, PX(x - 7), PX(y - 10), PX(14), PX(20), PX(3),
                  BW_SHADE(body, bw_mix(body, 0, 40)));
    bw_canvas_box(c, PX(x - 4), PX(y - 6), PX(8), PX(12), PX(3),
                  BW_PLAIN(core));
}

static void draw_leds(struct bw_canvas *c, const struct bw_face_state *state)
{
    for (unsigned i = 0; i < BW_LED_COUNT; i++) {
        unsigned light = seen(state->led[i]);
        int x, y;

        bw_face_led_at(i % BW_LED_SIDE, i / BW_LED_SIDE, &x, &y);
        if (light) {
            bw_canvas_glow(c, PX(x), PX(y), PX(LED_REACH), 0xff2a12,
                           (uint8_t)(light * 3 / 5));
        }
    }
    for (unsigned i = 0; i < BW_LED_COUNT; i++) {
        int x, y;

        bw_face_led_at(i % BW_LED_SIDE, i / BW_LED_SIDE, &x, &y);
        draw_led(c, x, y, seen(state->led[i]));
    }
}

/* Buttons */

static void draw_button(struct bw_canvas *c, int x, int y, bool pressed)
{
    int r = pressed ? PX(23) : PX(25);

    bw_canvas_disc(c, PX(x), PX(y), PX(29), BW_SHADE(0x4b5056, 0x8d949b));
    bw_canvas_disc(c, PX(x), PX(y), PX(27), BW_PLAIN(0x0a0b0c));
    if (pressed) {
        bw_canvas_ring(c, PX(x), PX(y), PX(28), PX(3), BW_PLAIN(ACCENT));
        bw_canvas_disc(c, PX(x), PX(y), r, BW_SHADE(0x101214, 0x2b3036));
        return;
    }
    bw_canvas_disc(c, PX(x), PX(y), r, BW_SHADE(0x43494f, 0x17191c));
    bw_canvas_disc(c, PX(x), PX(y), r - PX(5), BW_SHADE(0x24282c, 0x2f343a));
}

static void draw_reset(struct bw_canvas *c, bool pressed)
{
    uint32_t top = pressed ? 0x12161a : 0x3b434c;
    uint32_t bottom = pressed ? 0x242b32 : 0x262c33;

    bw_canvas_box(c, PX(SIDE_X + 1), PX(RESET_Y + 1), PX(SIDE_W - 2),
                  PX(RESET_H - 2), PX(8), BW_SHADE(top, bottom));
    bw_canvas_frame(c, PX(SIDE_X + 1), PX(RESET_Y + 1), PX(SIDE_W - 2),
                    PX(RESET_H - 2), PX(8), BW_PX * 3 / 2,
                    BW_PLAIN(pressed ? ACCENT : 0x56606b));
    bw_face_text(c, SIDE_X + SIDE_W / 2, RESET_Y + RESET_H / 2 - 5, 10, "RESET",
                 pressed ? ACCENT : LABEL_WHITE);
}

/* Edge connector */

static unsigned brightness_of(int mv)
{
    int part = mv * 255 / VDD_MV;

    return (unsigned)(part < 0 ? 0 : part > 255 ? 255 : part);
}

static void draw_lamp(struct bw_canvas *c, int x, const struct bw_face_pin *pin)
{
    uint32_t on = pin->conflict ? ALARM : AMBER;
    unsigned light = pin->conflict ? 255 : brightness_of(pin->mv);

    bw_canvas_glow(c, PX(x), PX(LAMP_Y), PX(9), on, (uint8_t)(light / 2));
    bw_canvas_disc(c, PX(x), PX(LAMP_Y), PX(4),
                   BW_PLAIN(bw_mix(0x2a3037, on, light)));
    bw_canvas_ring(c, PX(x), PX(LAMP_Y), PX(4), BW_PX, BW_PLAIN(0x0c0e10));
}

static void draw_edge(struct bw_canvas *c, const struct bw_face_state *state)
{
    for (unsigned i = 0; i < FACE_STRIPS; i++) {
        const struct bw_face_strip *strip = &bw_face_strips[i];
        int x = bw_face_strip_x(i);
        struct bw_face_label volts = { "", 0 };

        if (strip->pin < 0) {
            continue;
        }
        draw_lamp(c, x, &state->pin[strip->pin]);
        if (strip->width == STRIP_BIG) {
            bw_face_label_fixed(&volts, state->pin[strip->pin].mv / 10, 2);
            bw_face_label_add(&volts, " V");
            bw_face_text(c, x, LAMP_Y + 28, 9, volts.text, LABEL_WHITE);
        }
    }
}

/* All together */

bool bw_face_same(enum bw_face_part part, const struct bw_face_state *a,
                  const struct bw_face_state *b)
{
    switch (part) {
    case BW_FACE_LEDS:
        return memcmp(a->led, b->led, sizeof(a->led)) == 0;
    case BW_FACE_BUTTON_A:
    case BW_FACE_BUTTON_B:
    case BW_FACE_RESET:
        return a->pressed[part - BW_FACE_BUTTON_A] ==
               b->pressed[part - BW_FACE_BUTTON_A];
    case BW_FACE_EDGE:
        for (unsigned i = 0; i < BW_FACE_PINS; i++) {
            if (a->pin[i].mv != b->pin[i].mv ||
                a->pin[i].conflict != b->pin[i].conflict) {
                return false;
            }
        }
        return true;
    case BW_FACE_TILT:
        return a->has_sensors == b->has_sensors &&
               memcmp(a->tilt_mg, b->tilt_mg, sizeof(a->tilt_mg)) == 0;
    case BW_FACE_COMPASS:
        return a->has_sensors == b->has_sensors &&
               a->heading_deg == b->heading_deg;
    case BW_FACE_LIGHT:
        return a->light == b->light;
    case BW_FACE_WARMTH:
        return a->warmth_mc / 100 == b->warmth_mc / 100;
    default:
        return true;
    }
}

void bw_face_draw_part(struct bw_canvas *c, enum bw_face_part part,
                       const struct bw_face_state *state)
{
    bw_canvas_clip(c, rects[part]);
    switch (part) {
    case BW_FACE_LEDS:
        draw_leds(c, state);
        break;
    case BW_FACE_BUTTON_A:
        draw_button(c, BUTTON_A_X, BUTTON_Y, state->pressed[0]);
        break;
    case BW_FACE_BUTTON_B:
        draw_button(c, BUTTON_B_X, BUTTON_Y, state->pressed[1]);
        break;
    case BW_FACE_RESET:
        draw_reset(c, state->pressed[2]);
        break;
    case BW_FACE_EDGE:
        draw_edge(c, state);
        break;
    case BW_FACE_TILT:
        bw_face_draw_tilt(c, state);
        break;
    case BW_FACE_COMPASS:
        bw_face_draw_compass(c, state);
        break;
    case BW_FACE_LIGHT:
        bw_face_draw_light(c, state);
        break;
    case BW_FACE_WARMTH:
        bw_face_draw_warmth(c, state);
        break;
    default:
        break;
    }
}

/* Touch */

static bool is_inside(struct bw_rect r, int x, int y)
{
    return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

enum bw_face_part bw_face_part_at(int x, int y)
{
    for (unsigned part = 0; part < BW_FACE_PARTS; part++) {
        if (part != BW_FACE_LEDS && part != BW_FACE_EDGE &&
            is_inside(rects[part], x, y)) {
            return (enum bw_face_part)part;
        }
    }
    return BW_FACE_NOTHING;
}
