/*
 * The picture of a micro:bit: the board and the instruments' faces.
 *
 * Proportions are those of the board (52 by 42 mm, strips of the connector in
 * their order); it carries no logo.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/microbit_face_layout.h"

#define SHADOW_STEPS 14

/* From left to right; P17 and P18 are the supply. */
const struct bw_face_strip bw_face_strips[FACE_STRIPS] = {
    { "3", 3, STRIP_SMALL },   { "0", 0, STRIP_BIG },
    { "4", 4, STRIP_SMALL },   { "5", 5, STRIP_SMALL },
    { "6", 6, STRIP_SMALL },   { "7", 7, STRIP_SMALL },
    { "1", 1, STRIP_BIG },     { "8", 8, STRIP_SMALL },
    { "9", 9, STRIP_SMALL },   { "10", 10, STRIP_SMALL },
    { "11", 11, STRIP_SMALL }, { "12", 12, STRIP_SMALL },
    { "2", 2, STRIP_BIG },     { "13", 13, STRIP_SMALL },
    { "14", 14, STRIP_SMALL }, { "15", 15, STRIP_SMALL },
    { "16", 16, STRIP_SMALL }, { NULL, 17, STRIP_SMALL },
    { "3V", 18, STRIP_BIG },   { NULL, 18, STRIP_SMALL },
    { "19", 19, STRIP_SMALL }, { "20", 20, STRIP_SMALL },
    { NULL, -1, STRIP_SMALL }, { "GND", -1, STRIP_BIG },
    { NULL, -1, STRIP_SMALL },
};

static int strips_width(unsigned count)
{
    int width = 0;

    for (unsigned i = 0; i < count; i++) {
        width += bw_face_strips[i].width + STRIP_GAP;
    }
    return width;
}

int bw_face_strip_x(unsigned strip)
{
    int left = BOARD_X + (BOARD_W - strips_width(FACE_STRIPS) + STRIP_GAP) / 2;

    return left + strips_width(strip) + bw_face_strips[strip].width / 2;
}

static void draw_desk(struct bw_canvas *c)
{
    bw_canvas_box(c, PX(-8), PX(-8), PX(BW_FACE_WIDTH + 16),
                  PX(BW_FACE_HEIGHT + 16), 0, BW_SHADE(0x262d35, 0x14181d));
    for (int i = SHADOW_STEPS; i > 0; i--) {
        bw_canvas_box(c, PX(BOARD_X - i), PX(BOARD_Y + 8 - i),
                      PX(BOARD_W + 2 * i), PX(BOARD_H + 2 * i), PX(BOARD_R + i),
                      BW_CLEAR(0x000000, 12));
    }
}

/* A few facets of colour in the upper corners */
static void draw_facets(struct bw_canvas *c)
{
    static const struct {
        int corner[3][2];
        uint32_t rgb;
    } facets[] = {
        { { { 34, 34 }, { 118, 34 }, { 34, 104 } }, 0x0f9c86 },
        { { { 76, 34 }, { 118, 34 }, { 76, 69 } }, 0x2fd3b5 },
        { { { 34, 69 }, { 76, 69 }, { 34, 104 } }, 0x0b6f61 },
        { { { 526, 34 }, { 442, 34 }, { 526, 104 } }, 0x0f9c86 },
        { { { 484, 34 }, { 442, 34 }, { 484, 69 } }, 0x2fd3b5 },
        { { { 526, 69 }, { 484, 69 }, { 526, 104 } }, 0x0b6f61 },
    };

    for (unsigned i = 0; i < sizeof(facets) / sizeof(facets[0]); i++) {
        int corner[3][2];

        for (unsigned n = 0; n < 3; n++) {
            corner[n][0] = PX(facets[i].corner[n][0]);
            corner[n][1] = PX(facets[i].corner[n][1]);
        }
        bw_canvas_triangle(c, (const int(*)[2])corner, BW_PLAIN(facets[i].rgb));
    }
}

static void draw_contacts(struct bw_canvas *c)
{
    int end = BOARD_Y + BOARD_H - 3;

    for (unsigned i = 0; i < FACE_STRIPS; i++) {
        const struct bw_face_strip *strip = &bw_face_strips[i];
        int x = bw_face_strip_x(i);
        int left = PX(x) - PX(strip->width) / 2;

        bw_canvas_box(c, left, PX(EDGE_Y), PX(strip->width), PX(end - EDGE_Y),
                      PX(2), BW_SHADE(0xf2d27a, 0xb98a2c));
        if (strip->width != STRIP_BIG) {
            continue;
        }
        bw_canvas_disc(c, PX(x), PX(EDGE_Y + 4), PX(25),
                       BW_SHADE(0xf7dc8d, 0xe0b752));
        bw_canvas_disc(c, PX(x), PX(EDGE_Y + 4), PX(17), BW_PLAIN(0x1b2026));
        bw_canvas_ring(c, PX(x), PX(EDGE_Y + 4), PX(17), PX(2),
                       BW_PLAIN(0x9a7423));
        bw_face_text(c, x, EDGE_Y - 38, 12, strip->name, LABEL_WHITE);
    }
}

static void draw_strip_names(struct bw_canvas *c)
{
    for (unsigned i = 0; i < FACE_STRIPS; i++) {
        const struct bw_face_strip *strip = &bw_face_strips[i];

        if (strip->name && strip->width == STRIP_SMALL) {
            int width = bw_canvas_text_width(PX(6), strip->name);

            bw_canvas_text(c, PX(bw_face_strip_x(i)) - width / 2,
                           PX(LAMP_Y + 12), PX(6), BW_PX, strip->name,
                           BW_PLAIN(LABEL_DIM));
        }
    }
}

static void draw_housing(struct bw_canvas *c, int x, int y, const char *name)
{
    int half = HOUSING_SIDE / 2;

    bw_canvas_box(c, PX(x - half + 2), PX(y - half + 5), PX(HOUSING_SIDE),
                  PX(HOUSING_SIDE), PX(9), BW_CLEAR(0x000000, 120));
    bw_canvas_box(c, PX(x - half), PX(y - half), PX(HOUSING_SIDE),
                  PX(HOUSING_SIDE), PX(9), BW_SHADE(0xd5dade, 0x8b9299));
    bw_canvas_frame(c, PX(x - half) + 12, PX(y - half) + 12,
                    PX(HOUSING_SIDE) - 24, PX(HOUSING_SIDE) - 24, PX(8), BW_PX,
                    BW_CLEAR(0xffffff, 110));
    for (int i = 0; i < 4; i++) {
        int rivet_x = PX(x + (i & 1 ? 1 : -1) * (half - 11));
        int rivet_y = PX(y + (i & 2 ? 1 : -1) * (half - 11));

        bw_canvas_disc(c, rivet_x, rivet_y, PX(5),
                       BW_SHADE(0x5d636a, 0x3a3f45));
    }
    bw_face_text(c, x, y - half - 26, 16, name, LABEL_WHITE);
}

static void draw_board(struct bw_canvas *c, const char *revision)
{
    int x = PX(BOARD_X), y = PX(BOARD_Y), w = PX(BOARD_W), h = PX(BOARD_H);

    bw_canvas_box(c, x, y, w, h, PX(BOARD_R), BW_SHADE(0x1d2125, 0x0d0f11));
    draw_contacts(c);
    bw_canvas_frame(c, x + 8, y + 8, w - 16, h - 16, PX(BOARD_R), BW_PX,
                    BW_CLEAR(0xffffff, 40));
    draw_housing(c, BUTTON_A_X, BUTTON_Y, "A");
    draw_housing(c, BUTTON_B_X, BUTTON_Y, "B");
    bw_face_text(c, BOARD_X + BOARD_W / 2, BOARD_Y + 18, 11, "micro:bit",
                 LABEL_WHITE);
    bw_face_text(c, BOARD_X + BOARD_W - 44, BOARD_Y + BOARD_H - 148, 9,
                 revision, LABEL_DIM);
}

static void draw_dial(struct bw_canvas *c, int cy, const char *name)
{
    int cx = SIDE_X + SIDE_W / 2;

    bw_canvas_disc(c, PX(cx), PX(cy), PX(DIAL_R + 2),
                   BW_SHADE(0x0c0f12, 0x1d232a));
    bw_canvas_ring(c, PX(cx), PX(cy), PX(DIAL_R + 1), BW_PX * 2,
                   BW_SHADE(0x313a44, 0x56616d));
    bw_face_text(c, cx, cy - DIAL_R - 26, 9, name, LABEL_DIM);
}

static void draw_tilt_face(struct bw_canvas *c)
{
    int cx = PX(SIDE_X + SIDE_W / 2);
    int cy = PX(TILT_Y);

    draw_dial(c, TILT_Y, "TILT");
    bw_canvas_ring(c, cx, cy, PX(13), BW_PX, BW_PLAIN(0x3b454f));
    bw_canvas_ring(c, cx, cy, PX(BALL_WAY - 10), BW_PX, BW_PLAIN(0x28303a));
    bw_canvas_line(c, cx - PX(DIAL_R - 4), cy, cx + PX(DIAL_R - 4), cy, BW_PX,
                   BW_PLAIN(0x28303a));
    bw_canvas_line(c, cx, cy - PX(DIAL_R - 4), cx, cy + PX(DIAL_R - 4), BW_PX,
                   BW_PLAIN(0x28303a));
}

static void draw_compass_face(struct bw_canvas *c)
{
    static const int ticks[][2] = { { 0, -1 }, { 1, 0 }, { 0, 1 }, { -1, 0 } };
    int cx = PX(SIDE_X + SIDE_W / 2);
    int cy = PX(COMPASS_Y);

    draw_dial(c, COMPASS_Y, "HEADING");
    for (unsigned i = 0; i < sizeof(ticks) / sizeof(ticks[0]); i++) {
        int dx = ticks[i][0];
        int dy = ticks[i][1];

        bw_canvas_line(c, cx + dx * PX(DIAL_R - 8), cy + dy * PX(DIAL_R - 8),
                       cx + dx * PX(DIAL_R - 3), cy + dy * PX(DIAL_R - 3),
                       PX(2), BW_PLAIN(i ? 0x56616d : ACCENT));
    }
}

static void draw_slider_face(struct bw_canvas *c, int y, const char *name)
{
    bw_canvas_text(c, PX(SIDE_X + 1), PX(y + 3), PX(8), BW_PX * 5 / 4, name,
                   BW_PLAIN(LABEL_DIM));
    bw_canvas_line(c, PX(SIDE_X + SLIDER_EDGE), PX(y + SLIDER_BAR),
                   PX(SIDE_X + SIDE_W - SLIDER_EDGE), PX(y + SLIDER_BAR), PX(6),
                   BW_PLAIN(0x0c0f12));
}

void bw_face_draw_board(struct bw_canvas *c, const char *revision)
{
    bw_canvas_clip(c, (struct bw_rect){ 0, 0, c->width, c->height });
    draw_desk(c);
    draw_board(c, revision);
    draw_facets(c);
    draw_strip_names(c);
    draw_tilt_face(c);
    draw_compass_face(c);
    draw_slider_face(c, LIGHT_Y, "LIGHT");
    draw_slider_face(c, WARMTH_Y, "TEMP");
    bw_canvas_text(c, PX(BOARD_X + 12), PX(HINT_Y), PX(7), BW_PX,
                   "KEYS:  A  B  R RESET  S SHAKE", BW_PLAIN(LABEL_DIM));
    bw_canvas_text(c, PX(BOARD_X + 262), PX(HINT_Y), PX(7), BW_PX,
                   "MOUSE:  PRESS BUTTONS  DRAG DIALS AND SLIDERS",
                   BW_PLAIN(LABEL_DIM));
}
