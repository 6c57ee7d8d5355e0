/*
 * Drawing: coverage, clipping, colours, text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdlib.h>
#include <string.h>

#include "lib/canvas.h"

#define SIDE  64
#define PX(n) ((n)*BW_PX)
#define WHITE 0xffffffu
#define GUARD 0xabcdefu

static uint32_t pixels[SIDE * SIDE];

static struct bw_canvas blank(void)
{
    struct bw_canvas c;

    memset(pixels, 0, sizeof(pixels));
    bw_canvas_init(&c, pixels, SIDE, SIDE, SIDE);
    return c;
}

static uint32_t at(int x, int y)
{
    return pixels[y * SIDE + x];
}

/* Sum of what is covered, in pixels, of white on black */
static int area(void)
{
    long sum = 0;

    for (int i = 0; i < SIDE * SIDE; i++) {
        sum += pixels[i] & 0xff;
    }
    return (int)((sum + 127) / 255);
}

static void square_roots_are_rounded_down(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 70000; n++) {
        uint64_t root = bw_isqrt(n);

        assert_true(root * root <= n && (root + 1) * (root + 1) > n);
    }
    assert_int_equal(bw_isqrt(UINT64_MAX), UINT32_MAX);
}

static void colours_mix_from_one_end_to_the_other(void **state)
{
    (void)state;
    assert_int_equal(bw_mix(0x102030, 0xf0e0d0, 0), 0x102030);
    assert_int_equal(bw_mix(0x102030, 0xf0e0d0, 255), 0xf0e0d0);
    assert_int_equal(bw_mix(0x000000, 0xffffff, 128), 0x808080);
}

static void a_box_on_pixel_borders_is_sharp(void **state)
{
    struct bw_canvas c = blank();

    (void)state;
    bw_canvas_box(&c, PX(10), PX(20), PX(8), PX(4), 0, BW_PLAIN(WHITE));
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
            int inside = x >= 10 && x < 18 && y >= 20 && y < 24;

            assert_int_equal(at(x, y), inside ? WHITE : 0);
        }
    }
}

static void an_edge_within_a_pixel_covers_a_part_of_it(void **state)
{
    struct bw_canvas c = blank();

    (void)state;
    bw_canvas_box(&c, PX(10) + 4, PX(20), PX(8), PX(4), 0, BW_PLAIN(WHITE));
    assert_int_equal(at(10, 21) & 0xff, 191); /* three quarters */
    assert_int_equal(at(11, 21), WHITE);
    assert_int_equal(at(18, 21) & 0xff, 63);
    assert_int_equal(at(19, 21), 0);
}

static void round_shapes_have_their_areas(void **state)
{
    struct bw_canvas c = blank();

    (void)state;
    bw_canvas_box(&c, PX(10), PX(10), PX(40), PX(30), PX(8), BW_PLAIN(WHITE));
    assert_in_range(area(), 1145 - 4, 1145 + 4); /* 40 * 30 - (4 - pi) 8^2 */
    assert_int_equal(at(10, 25), WHITE);
    assert_int_equal(at(10, 10), 0);
    c = blank();
    bw_canvas_disc(&c, PX(32), PX(32), PX(20), BW_PLAIN(WHITE));
    assert_in_range(area(), 1256 - 6, 1256 + 6); /* pi 20^2 */
    assert_int_equal(at(32, 32), WHITE);
    assert_int_equal(at(13 + 4, 13 + 4), 0);
    c = blank();
    bw_canvas_ring(&c, PX(32), PX(32), PX(20), PX(4), BW_PLAIN(WHITE));
    assert_in_range(area(), 502 - 5, 502 + 5); /* pi (22^2 - 18^2) */
    assert_int_equal(at(32, 32), 0);
    c = blank();
    bw_canvas_line(&c, PX(10), PX(32), PX(50), PX(32), PX(6), BW_PLAIN(WHITE));
    assert_in_range(area(), 268 - 4, 268 + 4); /* 40 * 6 + pi 3^2 */
    c = blank();
    bw_canvas_line(&c, PX(20), PX(20), PX(40), PX(40), PX(4), BW_PLAIN(WHITE));
    assert_in_range(area(), 126 - 4, 126 + 4); /* 28.3 * 4 + pi 2^2 */
}

static void a_triangle_may_be_drawn_either_way_round(void **state)
{
    static const int right[3][2] = { { PX(8), PX(8) },
                                     { PX(48), PX(8) },
                                     { PX(8), PX(38) } };
    static const int left[3][2] = { { PX(8), PX(38) },
                                    { PX(48), PX(8) },
                                    { PX(8), PX(8) } };
    static uint32_t first[SIDE * SIDE];
    struct bw_canvas c = blank();

    (void)state;
    bw_canvas_triangle(&c, right, BW_PLAIN(WHITE));
    assert_in_range(area(), 600 - 8, 600 + 8);
    assert_int_equal(at(12, 12), WHITE);
    assert_int_equal(at(44, 34), 0);
    memcpy(first, pixels, sizeof(first));
    c = blank();
    bw_canvas_triangle(&c, left, BW_PLAIN(WHITE));
    assert_memory_equal(first, pixels, sizeof(first));
}

static void paint_has_a_slope_and_a_strength(void **state)
{
    struct bw_canvas c = blank();

    (void)state;
    bw_canvas_box(&c, 0, 0, PX(SIDE), PX(SIDE), 0,
                  BW_SHADE(0x000000, 0xff0000));
    for (int y = 1; y < SIDE; y++) {
        assert_true(at(5, y) > at(5, y - 1));
        assert_int_equal(at(5, y), at(50, y));
    }
    c = blank();
    bw_canvas_box(&c, 0, 0, PX(SIDE), PX(SIDE), 0, BW_CLEAR(0x00ff00, 51));
    assert_int_equal(at(9, 9), 0x003300);
}

static void glow_adds_light_and_fades(void **state)
{
    struct bw_canvas c = blank();

    (void)state;
    for (int i = 0; i < SIDE * SIDE; i++) {
        pixels[i] = 0x404040;
    }
    bw_canvas_glow(&c, PX(32), PX(32), PX(20), 0xff8000, 200);
    for (int x = 33; x < SIDE; x++) {
        assert_true(at(x, 32) <= at(x - 1, 32));
    }
    /* 10.5 of 20 away: (1 - 0.28)^2 of 200 of 255, of 128 */
    assert_in_range((at(42, 32) >> 8 & 0xff) - 0x40, 47, 55);
    assert_int_equal(at(32, 32) & 0xff, 0x40); /* no blue in it */
    assert_int_equal(at(32, 32) >> 16 & 0xff, 0xff);
    assert_int_equal(at(53, 32), 0x404040);
}

/* Shapes anywhere, also far outside, touch nothing but the clip. */
static void nothing_is_drawn_outside_of_the_clip(void **state)
{
    struct bw_canvas c;

    (void)state;
    srand(1);
    for (int n = 0; n < 3000; n++) {
        struct bw_rect clip = { rand() % 80 - 8, rand() % 80 - 8, rand() % 30,
                                rand() % 30 };
        int p[6];

        for (int i = 0; i < SIDE * SIDE; i++) {
            pixels[i] = GUARD;
        }
        for (int i = 0; i < 6; i++) {
            p[i] = rand() % 4000 - 1500;
        }
        /* a canvas in the middle of the buffer: strays are seen */
        bw_canvas_init(&c, pixels + 8 * SIDE + 8, SIDE - 16, SIDE - 16, SIDE);
        bw_canvas_clip(&c, clip);
        bw_canvas_box(&c, p[0], p[1], p[2], p[3], abs(p[4]) / 8,
                      BW_PLAIN(WHITE));
        bw_canvas_frame(&c, p[0], p[1], abs(p[2]), abs(p[3]), 40, 30,
                        BW_PLAIN(WHITE));
        bw_canvas_line(&c, p[0], p[1], p[2], p[3], abs(p[4]) / 8,
                       BW_PLAIN(WHITE));
        bw_canvas_triangle(&c, (const int(*)[2])p, BW_PLAIN(WHITE));
        bw_canvas_glow(&c, p[0], p[1], abs(p[2]) + 1, WHITE, 255);
        bw_canvas_text(&c, p[0], p[1], abs(p[2]), 20, "AZ09.'",
                       BW_PLAIN(WHITE));
        for (int i = 0; i < SIDE * SIDE; i++) {
            int x = i % SIDE - 8;
            int y = i / SIDE - 8;

            if (x < clip.x || y < clip.y || x >= clip.x + clip.w ||
                y >= clip.y + clip.h || x < 0 || y < 0 || x >= SIDE - 16 ||
                y >= SIDE - 16) {
                assert_int_equal(pixels[i], GUARD);
            }
        }
    }
}

static void text_has_the_width_it_says(void **state)
{
    static const char all[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-+/'bcimort";

    (void)state;
    for (const char *p = all; *p; p++) {
        char text[2] = { *p, '\0' };
        int width = bw_canvas_text_width(PX(30), text);
        struct bw_canvas c = blank();

        bw_canvas_text(&c, PX(20), PX(20), PX(30), PX(2), text,
                       BW_PLAIN(WHITE));
        assert_true(area() > 2);
        for (int i = 0; i < SIDE * SIDE; i++) {
            int x = i % SIDE;
            int y = i / SIDE;

            if (x < 18 || x > 21 + width / BW_PX || y < 18 || y > 52) {
                assert_int_equal(pixels[i], 0);
            }
        }
    }
    assert_int_equal(bw_canvas_text_width(60, "AI"), 60); /* 4 + gap of 2 + 0 */
    assert_int_equal(bw_canvas_text_width(60, ""), 0);
}

static void no_two_characters_look_alike(void **state)
{
    static const char some[] =
        "ABCDEFGHIJKLMNPQRSTUVWXYZ0123456789.:-+/'bcimort";
    static uint32_t seen[sizeof(some)][SIDE * SIDE];

    (void)state;
    for (size_t i = 0; some[i]; i++) {
        char text[2] = { some[i], '\0' };
        struct bw_canvas c = blank();

        bw_canvas_text(&c, PX(20), PX(20), PX(30), PX(2), text,
                       BW_PLAIN(WHITE));
        memcpy(seen[i], pixels, sizeof(pixels));
        for (size_t k = 0; k < i; k++) {
            assert_memory_not_equal(seen[i], seen[k], sizeof(pixels));
        }
    }
}

static void other_characters_are_blanks(void **state)
{
    struct bw_canvas c = blank();

    (void)state;
    bw_canvas_text(&c, PX(5), PX(5), PX(20), PX(2), " @\x80\xff~",
                   BW_PLAIN(WHITE));
    assert_int_equal(area(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(square_roots_are_rounded_down),
        cmocka_unit_test(colours_mix_from_one_end_to_the_other),
        cmocka_unit_test(a_box_on_pixel_borders_is_sharp),
        cmocka_unit_test(an_edge_within_a_pixel_covers_a_part_of_it),
        cmocka_unit_test(round_shapes_have_their_areas),
        cmocka_unit_test(a_triangle_may_be_drawn_either_way_round),
        cmocka_unit_test(paint_has_a_slope_and_a_strength),
        cmocka_unit_test(glow_adds_light_and_fades),
        cmocka_unit_test(nothing_is_drawn_outside_of_the_clip),
        cmocka_unit_test(text_has_the_width_it_says),
        cmocka_unit_test(no_two_characters_look_alike),
        cmocka_unit_test(other_characters_are_blanks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
