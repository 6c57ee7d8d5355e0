/*
 * The picture of the micro:bit: each part in its place, and what can be
 * touched.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdlib.h>
#include <string.h>

#include "peripherals/parts/microbit_face.h"
#include "peripherals/parts/microbit_face_layout.h"

#define PIXELS (BW_FACE_WIDTH * BW_FACE_HEIGHT)

static uint32_t board[PIXELS];
static uint32_t pixels[PIXELS];

static struct bw_face_state usual(void)
{
    struct bw_face_state state = {
        .has_sensors = true,
        .light = 128,
        .warmth_mc = 25000,
    };

    return state;
}

/* The board and one part of it. */
static void draw(enum bw_face_part part, const struct bw_face_state *state)
{
    struct bw_canvas c;

    memcpy(pixels, board, sizeof(pixels));
    bw_canvas_init(&c, pixels, BW_FACE_WIDTH, BW_FACE_HEIGHT, BW_FACE_WIDTH);
    bw_face_draw_part(&c, part, state);
}

static int prepare(void **state)
{
    struct bw_canvas c;

    (void)state;
    bw_canvas_init(&c, board, BW_FACE_WIDTH, BW_FACE_HEIGHT, BW_FACE_WIDTH);
    bw_face_draw_board(&c, "V1.5");
    return 0;
}

static void middle_of(enum bw_face_part part, int *x, int *y)
{
    struct bw_rect r = bw_face_rect(part);

    *x = r.x + r.w / 2;
    *y = r.y + r.h / 2;
}

static void every_pixel_has_a_colour(void **state)
{
    (void)state;
    for (int i = 0; i < PIXELS; i++) {
        assert_int_not_equal(board[i], 0);
    }
}

static void parts_are_apart(void **state)
{
    (void)state;
    for (unsigned a = 0; a < BW_FACE_PARTS; a++) {
        struct bw_rect r = bw_face_rect(a);

        assert_true(r.x >= 0 && r.y >= 0 && r.w > 0 && r.h > 0);
        assert_true(r.x + r.w <= BW_FACE_WIDTH);
        assert_true(r.y + r.h <= BW_FACE_HEIGHT);
        for (unsigned b = 0; b < a; b++) {
            struct bw_rect q = bw_face_rect(b);

            assert_true(r.x + r.w <= q.x || q.x + q.w <= r.x ||
                        r.y + r.h <= q.y || q.y + q.h <= r.y);
        }
    }
}

static void fill(struct bw_face_state *state)
{
    uint8_t *bytes = (uint8_t *)state;

    for (size_t i = 0; i < sizeof(*state); i++) {
        bytes[i] = (uint8_t)rand();
    }
    for (unsigned i = 0; i < BW_FACE_PINS; i++) {
        state->pin[i].level = rand() & 1;
        state->pin[i].conflict = rand() & 1;
    }
    for (unsigned i = 0; i < 3; i++) {
        state->pressed[i] = rand() & 1;
    }
    state->has_sensors = rand() & 1;
}

/* Whatever the state is */
static void a_part_is_drawn_in_its_rectangle_only(void **state)
{
    (void)state;
    srand(2);
    for (unsigned n = 0; n < 40; n++) {
        for (unsigned part = 0; part < BW_FACE_PARTS; part++) {
            struct bw_rect r = bw_face_rect(part);
            struct bw_face_state random;

            fill(&random);
            if (n == 0) { /* a ball far off, but on the picture */
                random.has_sensors = true;
                random.tilt_mg[0] = -5000;
                random.tilt_mg[1] = 5000;
            }
            draw(part, &random);
            for (int i = 0; i < PIXELS; i++) {
                int x = i % BW_FACE_WIDTH;
                int y = i / BW_FACE_WIDTH;

                if (x < r.x || x >= r.x + r.w || y < r.y || y >= r.y + r.h) {
                    assert_int_equal(pixels[i], board[i]);
                }
            }
        }
    }
}

static void brightness_is_seen_in_ten_steps(void **state)
{
    /* What MicroPython's ten values come to, of 255 */
    static const uint8_t level[] = { 0, 1, 3, 5, 10, 19, 36, 69, 135, 255 };
    uint32_t last = 0;

    (void)state;
    for (size_t n = 0; n < ARRAY_LEN(level); n++) {
        struct bw_face_state face = usual();
        int x, y;

        face.led[7] = level[n];
        draw(BW_FACE_LEDS, &face);
        bw_face_led_at(2, 1, &x, &y);
        assert_true((pixels[y * BW_FACE_WIDTH + x] >> 16) > last);
        last = pixels[y * BW_FACE_WIDTH + x] >> 16;
    }
    assert_true(last > 0xf0);
}

static void a_lit_led_leaves_its_neighbours_dark(void **state)
{
    struct bw_face_state face = usual();
    uint32_t dark;
    int x, y;

    (void)state;
    draw(BW_FACE_LEDS, &face);
    bw_face_led_at(0, 0, &x, &y);
    dark = pixels[y * BW_FACE_WIDTH + x];
    face.led[12] = BW_LED_FULL;
    draw(BW_FACE_LEDS, &face);
    for (unsigned i = 0; i < BW_LED_COUNT; i++) {
        bw_face_led_at(i % 5, i / 5, &x, &y);
        if (i != 12) {
            assert_int_equal(pixels[y * BW_FACE_WIDTH + x], dark);
        } else {
            assert_int_not_equal(pixels[y * BW_FACE_WIDTH + x], dark);
        }
    }
}

/* Two looks of a part, and whether it says that they are the same */
static void assert_change_seen(enum bw_face_part part,
                               const struct bw_face_state *a,
                               const struct bw_face_state *b)
{
    static uint32_t first[PIXELS];

    assert_true(bw_face_same(part, a, a));
    assert_false(bw_face_same(part, a, b));
    draw(part, a);
    memcpy(first, pixels, sizeof(first));
    draw(part, b);
    assert_memory_not_equal(first, pixels, sizeof(first));
    for (unsigned other = 0; other < BW_FACE_PARTS; other++) {
        if (other != part) {
            assert_true(bw_face_same(other, a, b));
        }
    }
}

static void each_change_is_seen_in_its_part(void **state)
{
    struct bw_face_state a = usual();
    struct bw_face_state b;

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        b = a;
        b.pressed[i] = true;
        assert_change_seen(BW_FACE_BUTTON_A + i, &a, &b);
    }
    b = a;
    b.led[24] = 1;
    assert_change_seen(BW_FACE_LEDS, &a, &b);
    b = a;
    b.pin[20].mv = 3000;
    assert_change_seen(BW_FACE_EDGE, &a, &b);
    b = a;
    b.pin[0].mv = 10; /* 0.01 V */
    assert_change_seen(BW_FACE_EDGE, &a, &b);
    b = a;
    b.pin[8].conflict = true;
    assert_change_seen(BW_FACE_EDGE, &a, &b);
    b = a;
    b.tilt_mg[1] = -40;
    assert_change_seen(BW_FACE_TILT, &a, &b);
    b = a;
    b.heading_deg = 3;
    assert_change_seen(BW_FACE_COMPASS, &a, &b);
    b = a;
    b.light = 129;
    assert_change_seen(BW_FACE_LIGHT, &a, &b);
    b = a;
    b.warmth_mc = 25100;
    assert_change_seen(BW_FACE_WARMTH, &a, &b);
}

static void buttons_and_instruments_can_be_touched(void **state)
{
    (void)state;
    for (unsigned part = 0; part < BW_FACE_PARTS; part++) {
        enum bw_face_part want = part;
        int x, y;

        if (part == BW_FACE_LEDS || part == BW_FACE_EDGE) {
            want = BW_FACE_NOTHING;
        }
        middle_of(part, &x, &y);
        assert_int_equal(bw_face_part_at(x, y), want);
    }
    assert_int_equal(bw_face_part_at(0, 0), BW_FACE_NOTHING);
    assert_int_equal(bw_face_part_at(-5, 9999), BW_FACE_NOTHING);
}

/* Where the ball is drawn */
static void find_ball(const struct bw_face_state *face, int *x, int *y)
{
    long sum_x = 0, sum_y = 0, count = 0;

    draw(BW_FACE_TILT, face);
    for (int i = 0; i < PIXELS; i++) {
        unsigned green = pixels[i] >> 8 & 0xff;

        if (pixels[i] != board[i] && green > 120 &&
            green > (pixels[i] >> 16) + 40) {
            sum_x += i % BW_FACE_WIDTH;
            sum_y += i / BW_FACE_WIDTH;
            count++;
        }
    }
    assert_true(count > 50);
    *x = (int)(sum_x / count);
    *y = (int)(sum_y / count);
}

static void the_ball_lies_where_it_was_dragged_to(void **state)
{
    static const int way[][2] = {
        { 0, 0 }, { 30, 0 }, { 0, 30 }, { -20, 9 }, { 12, -25 }
    };
    struct bw_face_state face = usual();
    int cx, cy;

    (void)state;
    find_ball(&face, &cx, &cy);
    for (size_t i = 0; i < ARRAY_LEN(way); i++) {
        int x, y;

        bw_face_tilt_at(cx + way[i][0], cy + way[i][1], face.tilt_mg);
        find_ball(&face, &x, &y);
        assert_in_range(x - cx - way[i][0] + 10, 8, 12);
        assert_in_range(y - cy - way[i][1] + 10, 8, 12);
    }
}

/* A shake is 1900 mg; a script may set ten times that. */
static void the_ball_stays_in_the_dial_above_one_g(void **state)
{
    static const int16_t mg[][2] = {
        { 1900, 0 }, { -1900, 0 }, { 0, 20000 }, { -20000, -20000 }
    };
    struct bw_face_state face = usual();
    int cx, cy, rim_x, x, y;

    (void)state;
    find_ball(&face, &cx, &cy);
    face.tilt_mg[0] = 1000;
    find_ball(&face, &rim_x, &y);
    for (size_t i = 0; i < ARRAY_LEN(mg); i++) {
        int rim = rim_x - cx + 1;

        face.tilt_mg[0] = mg[i][0];
        face.tilt_mg[1] = mg[i][1];
        find_ball(&face, &x, &y);
        assert_true((x - cx) * mg[i][0] + (y - cy) * mg[i][1] > 0);
        assert_in_range((x - cx) * (x - cx) + (y - cy) * (y - cy),
                        (rim - 4) * (rim - 4), rim * rim);
    }
}

static void tilt_is_one_g_at_most(void **state)
{
    struct bw_rect r = bw_face_rect(BW_FACE_TILT);
    int16_t mg[2];

    (void)state;
    bw_face_tilt_at(r.x + r.w / 2 + 5000, r.y, mg);
    assert_in_range(mg[0], 990, 1000);
    bw_face_tilt_at(-30000, -30000, mg);
    assert_true(mg[0] < -600 && mg[1] < -600);
    assert_true(mg[0] * mg[0] + mg[1] * mg[1] <= 1010 * 1010);
}

static void north_is_where_it_is_pulled_to(void **state)
{
    int cx =
        bw_face_rect(BW_FACE_COMPASS).x + bw_face_rect(BW_FACE_COMPASS).w / 2;
    int y = 260;

    (void)state;
    assert_int_equal(bw_face_heading_at(cx, y - 40), 0);
    assert_int_equal(bw_face_heading_at(cx + 40, y), 270);
    assert_int_equal(bw_face_heading_at(cx, y + 40), 180);
    assert_int_equal(bw_face_heading_at(cx - 40, y), 90);
    assert_in_range(bw_face_heading_at(cx - 40, y - 40), 44, 46);
}

/* The red half of the needle shows north. */
static void the_needle_turns_against_the_board(void **state)
{
    static const struct {
        int16_t heading_deg;
        int x, y; /* where north is then */
    } turns[] = { { 0, 0, -1 }, { 90, -1, 0 }, { 180, 0, 1 }, { 270, 1, 0 } };
    struct bw_rect r = bw_face_rect(BW_FACE_COMPASS);

    (void)state;
    for (size_t n = 0; n < ARRAY_LEN(turns); n++) {
        struct bw_face_state face = usual();
        long sum_x = 0, sum_y = 0, count = 0;

        face.heading_deg = turns[n].heading_deg;
        draw(BW_FACE_COMPASS, &face);
        for (int i = 0; i < PIXELS; i++) {
            if (pixels[i] != board[i] && pixels[i] >> 16 > 180 &&
                (pixels[i] >> 8 & 0xff) < 90) {
                sum_x += i % BW_FACE_WIDTH - (r.x + r.w / 2);
                sum_y += i / BW_FACE_WIDTH - 260;
                count++;
            }
        }
        assert_true(count > 50);
        sum_x /= count;
        sum_y /= count;
        assert_true(sum_x * turns[n].x + sum_y * turns[n].y > 8);
        assert_in_range(sum_x * turns[n].y + sum_y * turns[n].x + 10, 8, 12);
    }
}

static void numbers_have_their_point_and_sign(void **state)
{
    static const struct {
        int32_t value;
        unsigned places;
        const char *text;
    } labels[] = {
        { 0, 0, "0" },       { 0, 1, "0.0" },
        { -5, 1, "-0.5" },   { 255, 1, "25.5" },
        { 300, 2, "3.00" },  { 7, 2, "0.07" },
        { -410, 0, "-410" }, { INT32_MIN, 0, "-2147483648" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
        struct bw_face_label label = { "", 0 };

        bw_face_label_fixed(&label, labels[i].value, labels[i].places);
        assert_string_equal(label.text, labels[i].text);
        for (unsigned n = 0; n < 20; n++) {
            bw_face_label_add(&label, "abc"); /* is cut off */
        }
        assert_int_equal(label.len, sizeof(label.text) - 1);
    }
}

static void sliders_reach_both_ends(void **state)
{
    int32_t last = -100000;

    (void)state;
    assert_int_equal(bw_face_light_at(-1000), 0);
    assert_int_equal(bw_face_light_at(5000), 255);
    assert_int_equal(bw_face_warmth_at(-1000), -20000);
    assert_int_equal(bw_face_warmth_at(5000), 60000);
    for (int x = 560; x < 710; x++) {
        assert_true(bw_face_warmth_at(x) >= last);
        last = bw_face_warmth_at(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pixel_has_a_colour),
        cmocka_unit_test(parts_are_apart),
        cmocka_unit_test(a_part_is_drawn_in_its_rectangle_only),
        cmocka_unit_test(brightness_is_seen_in_ten_steps),
        cmocka_unit_test(a_lit_led_leaves_its_neighbours_dark),
        cmocka_unit_test(each_change_is_seen_in_its_part),
        cmocka_unit_test(buttons_and_instruments_can_be_touched),
        cmocka_unit_test(the_ball_lies_where_it_was_dragged_to),
        cmocka_unit_test(the_ball_stays_in_the_dial_above_one_g),
        cmocka_unit_test(tilt_is_one_g_at_most),
        cmocka_unit_test(north_is_where_it_is_pulled_to),
        cmocka_unit_test(the_needle_turns_against_the_board),
        cmocka_unit_test(numbers_have_their_point_and_sign),
        cmocka_unit_test(sliders_reach_both_ends),
    };

    return cmocka_run_group_tests(tests, prepare, NULL);
}
