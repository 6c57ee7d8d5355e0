/*
 * The picture of a micro:bit: the instruments beside the board, and what
 * pointing at them means.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/microbit_face_layout.h"

#include <stddef.h>

/* sin() of 0 to 90 degrees in steps of 5, times 1000 */
static const int16_t sines[] = {
    0,   87,  174, 259, 342, 423, 500, 574, 643,  707,
    766, 819, 866, 906, 940, 966, 985, 996, 1000,
};

static int sine(int deg)
{
    int left;

    deg = (deg % 360 + 360) % 360;
    if (deg >= 180) {
        return -sine(deg - 180);
    }
    if (deg > 90) {
        deg = 180 - deg;
    }
    left = deg % 5;
    return left ? (sines[deg / 5] * (5 - left) + sines[deg / 5 + 1] * left) / 5
                : sines[deg / 5];
}

static int cosine(int deg)
{
    return sine(deg + 90);
}

void bw_face_text(struct bw_canvas *c, int cx, int y, int height,
                  const char *text, uint32_t rgb)
{
    int width = bw_canvas_text_width(PX(height), text);

    bw_canvas_text(c, PX(cx) - width / 2, PX(y), PX(height), BW_PX * 5 / 4,
                   text, BW_PLAIN(rgb));
}

void bw_face_label_add(struct bw_face_label *label, const char *text)
{
    while (*text && label->len < sizeof(label->text) - 1) {
        label->text[label->len++] = *text++;
    }
    label->text[label->len] = '\0';
}

void bw_face_label_fixed(struct bw_face_label *label, int32_t value,
                         unsigned places)
{
    uint32_t left = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
    char digits[16];
    size_t i = sizeof(digits) - 1;
    unsigned n = 0;

    digits[i] = '\0';
    do {
        if (n == places && n) {
            digits[--i] = '.';
        }
        digits[--i] = (char)('0' + left % 10);
        left /= 10;
    } while (++n <= places || left);
    if (value < 0) {
        digits[--i] = '-';
    }
    bw_face_label_add(label, digits + i);
}

/* Where the ball lies; more than 1 g takes it to the rim, and no farther. */
static void ball_at(const int16_t tilt_mg[2], int *x, int *y)
{
    int64_t dx = tilt_mg[0];
    int64_t dy = tilt_mg[1];
    int64_t mg = bw_isqrt((uint64_t)(dx * dx + dy * dy));

    if (mg < BW_FACE_FLAT) {
        mg = BW_FACE_FLAT;
    }
    *x = SIDE_X + SIDE_W / 2 + (int)(dx * BALL_WAY / mg);
    *y = TILT_Y + (int)(dy * BALL_WAY / mg);
}

void bw_face_draw_tilt(struct bw_canvas *c, const struct bw_face_state *state)
{
    struct bw_face_label label = { "", 0 };
    int x, y;

    if (!state->has_sensors) {
        bw_face_text(c, SIDE_X + SIDE_W / 2, TILT_Y + DIAL_R + 12, 8, "-",
                     LABEL_DIM);
        return;
    }
    ball_at(state->tilt_mg, &x, &y);
    bw_canvas_glow(c, PX(x), PX(y), PX(20), ACCENT, 60);
    bw_canvas_disc(c, PX(x), PX(y), PX(9), BW_SHADE(0x8af5e0, 0x17987f));
    bw_canvas_disc(c, PX(x - 3), PX(y - 3), PX(2), BW_CLEAR(0xffffff, 190));
    bw_face_label_add(&label, "X ");
    bw_face_label_fixed(&label, state->tilt_mg[0], 0);
    bw_face_label_add(&label, "  Y ");
    bw_face_label_fixed(&label, state->tilt_mg[1], 0);
    bw_face_text(c, SIDE_X + SIDE_W / 2, TILT_Y + DIAL_R + 12, 8, label.text,
                 LABEL_WHITE);
}

/* Half of the needle, towards @deg clockwise from the top */
static void draw_half_needle(struct bw_canvas *c, int deg, uint32_t rgb)
{
    int cx = PX(SIDE_X + SIDE_W / 2);
    int cy = PX(COMPASS_Y);
    int tip = PX(DIAL_R - 12);
    int half = PX(6);
    int corner[3][2] = {
        { cx + tip * sine(deg) / 1000, cy - tip * cosine(deg) / 1000 },
        { cx + half * cosine(deg) / 1000, cy + half * sine(deg) / 1000 },
        { cx - half * cosine(deg) / 1000, cy - half * sine(deg) / 1000 },
    };

    bw_canvas_triangle(c, (const int(*)[2])corner, BW_PLAIN(rgb));
}

void bw_face_draw_compass(struct bw_canvas *c,
                          const struct bw_face_state *state)
{
    int cx = SIDE_X + SIDE_W / 2;
    struct bw_face_label label = { "", 0 };

    if (!state->has_sensors) {
        bw_face_text(c, cx, COMPASS_Y + DIAL_R + 12, 8, "-", LABEL_DIM);
        return;
    }
    draw_half_needle(c, 180 - state->heading_deg, 0xc9d1d8);
    draw_half_needle(c, -state->heading_deg, 0xf0463a);
    bw_canvas_disc(c, PX(cx), PX(COMPASS_Y), PX(3), BW_PLAIN(0x14181c));
    bw_face_label_fixed(&label, state->heading_deg, 0);
    bw_face_label_add(&label, "'");
    bw_face_text(c, cx, COMPASS_Y + DIAL_R + 12, 8, label.text, LABEL_WHITE);
}

static void draw_slider(struct bw_canvas *c, int y, const char *value,
                        int permille, uint32_t rgb)
{
    int way = (SIDE_W - 2 * SLIDER_EDGE) * permille / 1000;
    int width = bw_canvas_text_width(PX(8), value);
    int bar_y = y + SLIDER_BAR;

    bw_canvas_text(c, PX(SIDE_X + SIDE_W) - width - BW_PX, PX(y + 3), PX(8),
                   BW_PX * 5 / 4, value, BW_PLAIN(LABEL_WHITE));
    bw_canvas_line(c, PX(SIDE_X + SLIDER_EDGE), PX(bar_y),
                   PX(SIDE_X + SLIDER_EDGE + way), PX(bar_y), PX(6),
                   BW_PLAIN(rgb));
    bw_canvas_disc(c, PX(SIDE_X + SLIDER_EDGE + way), PX(bar_y), PX(7),
                   BW_SHADE(0xffffff, 0xb9c2ca));
}

void bw_face_draw_light(struct bw_canvas *c, const struct bw_face_state *state)
{
    struct bw_face_label label = { "", 0 };

    bw_face_label_fixed(&label, state->light, 0);
    draw_slider(c, LIGHT_Y, label.text, state->light * 1000 / 255, 0xffd166);
}

void bw_face_draw_warmth(struct bw_canvas *c, const struct bw_face_state *state)
{
    int64_t permille = ((int64_t)state->warmth_mc - WARMTH_MIN_MC) * 1000 /
                       (WARMTH_MAX_MC - WARMTH_MIN_MC);
    struct bw_face_label label = { "", 0 };

    bw_face_label_fixed(&label, state->warmth_mc / 100, 1);
    bw_face_label_add(&label, "'C");
    permille = permille < 0 ? 0 : permille > 1000 ? 1000 : permille;
    draw_slider(c, WARMTH_Y, label.text, (int)permille, 0xff7a59);
}

/* Touch */

void bw_face_tilt_at(int x, int y, int16_t tilt_mg[2])
{
    int64_t dx = x - (SIDE_X + SIDE_W / 2);
    int64_t dy = y - TILT_Y;
    int64_t way = bw_isqrt((uint64_t)(dx * dx + dy * dy));

    if (way < BALL_WAY) {
        way = BALL_WAY;
    }
    tilt_mg[0] = (int16_t)(dx * BW_FACE_FLAT / way);
    tilt_mg[1] = (int16_t)(dy * BW_FACE_FLAT / way);
}

/* The direction whose unit vector is nearest */
int16_t bw_face_heading_at(int x, int y)
{
    int64_t dx = x - (SIDE_X + SIDE_W / 2);
    int64_t dy = COMPASS_Y - y;
    int64_t best = INT64_MIN;
    int best_deg = 0;

    for (int deg = 0; deg < 360; deg++) {
        int64_t along = dx * sine(deg) + dy * cosine(deg);

        if (along > best) {
            best = along;
            best_deg = deg;
        }
    }
    return (int16_t)((360 - best_deg) % 360);
}

static int permille_at(int x)
{
    int permille =
        (x - SIDE_X - SLIDER_EDGE) * 1000 / (SIDE_W - 2 * SLIDER_EDGE);

    return permille < 0 ? 0 : permille > 1000 ? 1000 : permille;
}

uint8_t bw_face_light_at(int x)
{
    return (uint8_t)(permille_at(x) * 255 / 1000);
}

int32_t bw_face_warmth_at(int x)
{
    int32_t mc = WARMTH_MIN_MC +
                 permille_at(x) * ((WARMTH_MAX_MC - WARMTH_MIN_MC) / 1000);

    return mc / 250 * 250;
}
