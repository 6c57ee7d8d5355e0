/*
 * The LED matrix: what an eye makes of the firmware's scanning.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "peripherals/parts/led_matrix.h"

#define US     1000ll
#define MS     (1000 * US)
#define ROW_NS (6 * MS)
#define ALL    0x1ffu

/* How long MicroPython lights an LED of each brightness, in 6 ms */
static const unsigned python_us[] = { 0,   32,  64,   128,  240,
                                      448, 848, 1632, 3184, 6000 };

/* Rows 1 to 3 in turn for @ms, all their LEDs on for @on_ns, then @pause_ns */
static int64_t scan(struct bw_led_matrix *m, int64_t now, int ms, int64_t on_ns,
                    int64_t pause_ns)
{
    int64_t end = now + ms * MS;

    while (now < end) {
        for (unsigned row = 0; row < BW_LED_ROWS; row++) {
            bw_led_matrix_drive(m, now, 1u << row, on_ns ? ALL : 0);
            bw_led_matrix_drive(m, now + on_ns, 1u << row, 0);
            now += ROW_NS;
        }
        bw_led_matrix_drive(m, now, 0, 0);
        now += pause_ns;
    }
    return now;
}

static void assert_text(struct bw_led_matrix *m, int64_t now, const char *want)
{
    char text[BW_LED_TEXT];

    bw_led_matrix_text(m, now, text);
    assert_string_equal(text, want);
}

static void assert_all(struct bw_led_matrix *m, int64_t now, char digit)
{
    char want[BW_LED_TEXT] = "";

    memset(want, digit, BW_LED_TEXT - 1);
    for (unsigned y = 0; y < BW_LED_SIDE; y++) {
        want[6 * y + 5] = '\n';
    }
    assert_text(m, now, want);
}

static void dark_at_first(void **state)
{
    struct bw_led_matrix m;
    uint8_t level[BW_LED_COUNT];

    (void)state;
    bw_led_matrix_init(&m, 5 * MS);
    assert_all(&m, 500 * MS, '0');
    bw_led_matrix_levels(&m, 500 * MS, level);
    for (unsigned i = 0; i < BW_LED_COUNT; i++) {
        assert_int_equal(level[i], 0);
    }
}

static void ten_brightness_values_of_micropython(void **state)
{
    (void)state;
    for (unsigned n = 0; n < ARRAY_LEN(python_us); n++) {
        struct bw_led_matrix m;
        int64_t now;

        bw_led_matrix_init(&m, 0);
        now = scan(&m, 333 * US, 200, python_us[n] * US, 0);
        assert_all(&m, now, (char)('0' + n));
    }
}

/* Wherever in its scanning the firmware is looked at */
static void the_moment_of_looking_does_not_matter(void **state)
{
    (void)state;
    for (unsigned n = 0; n < ARRAY_LEN(python_us); n++) {
        struct bw_led_matrix m;

        bw_led_matrix_init(&m, 0);
        for (int64_t now = 777 * US; now < 400 * MS;) {
            for (unsigned row = 0; row < BW_LED_ROWS; row++) {
                bw_led_matrix_drive(&m, now, 1u << row, ALL);
                bw_led_matrix_drive(&m, now + python_us[n] * US, 1u << row, 0);
                now += ROW_NS;
                if (now > 100 * MS) {
                    assert_all(&m, now, (char)('0' + n));
                }
            }
        }
    }
}

/* Levels of the Lancaster runtime: 255 of them, 950 / 255 us each of 6 ms */
static void levels_rise_with_the_time(void **state)
{
    uint8_t last = 0;

    (void)state;
    for (unsigned n = 1; n <= 255; n++) {
        struct bw_led_matrix m;
        uint8_t level[BW_LED_COUNT];
        int64_t on_ns = n == 255 ? ROW_NS : n * 950 * 6 * US / 255;
        int64_t now;

        bw_led_matrix_init(&m, 0);
        now = scan(&m, 0, 90, on_ns, 0);
        bw_led_matrix_levels(&m, now, level);
        assert_in_range(level[7], last, last + 20);
        assert_in_range(level[7], n * 93 / 100, n);
        last = level[7];
    }
    assert_int_equal(last, BW_LED_FULL);
}

static void full_with_a_pause_for_the_light_sensor_is_nine(void **state)
{
    struct bw_led_matrix m;
    int64_t now;

    (void)state;
    bw_led_matrix_init(&m, 0);
    now = scan(&m, 0, 240, ROW_NS, ROW_NS);
    for (int i = 0; i < 24; i++) {
        assert_all(&m, now, '9');
        now = scan(&m, now, 1, ROW_NS, ROW_NS);
    }
}

static void each_row_and_column_lights_its_led(void **state)
{
    /* The pin map's table: for each column the LEDs of rows 1, 2 and 3 */
    static const char *const map[BW_LED_COLS] = {
        "004224", "200244", "402204", "431001", "333011",
        "233421", "131431", "03--41", "12--32",
    };

    (void)state;
    for (unsigned col = 0; col < BW_LED_COLS; col++) {
        for (unsigned row = 0; row < BW_LED_ROWS; row++) {
            const char *xy = map[col] + 2 * row;
            char want[] = "00000\n00000\n00000\n00000\n00000\n";
            struct bw_led_matrix m;

            if (*xy != '-') {
                want[6 * (xy[1] - '0') + (xy[0] - '0')] = '9';
            }
            bw_led_matrix_init(&m, 0);
            bw_led_matrix_drive(&m, 0, 1u << row, 1u << col);
            assert_text(&m, 100 * MS, want);
        }
    }
}

static void a_picture_fades_within_the_window(void **state)
{
    struct bw_led_matrix m;

    (void)state;
    bw_led_matrix_init(&m, 0);
    bw_led_matrix_drive(&m, 0, 7, ALL);
    bw_led_matrix_drive(&m, 1000 * MS, 0, 0);
    assert_all(&m, 1000 * MS, '9');
    assert_all(&m, 1071 * MS, '4'); /* 1 ms of 72: 250 us of 6 ms */
    assert_all(&m, 1072 * MS, '0');
    assert_all(&m, 5000 * MS, '0');
}

static void what_stays_lit_stays_lit(void **state)
{
    struct bw_led_matrix m;
    uint8_t level[BW_LED_COUNT];

    (void)state;
    bw_led_matrix_init(&m, 0);
    bw_led_matrix_drive(&m, 7, 7, ALL);
    for (int64_t now = 100 * MS; now < INT64_MAX / 8; now *= 7) {
        assert_all(&m, now, '9');
    }
    bw_led_matrix_levels(&m, INT64_MAX / 8, level);
    assert_int_equal(level[0], BW_LED_FULL);
}

static void edges_at_one_instant_leave_no_trace(void **state)
{
    struct bw_led_matrix m;

    (void)state;
    bw_led_matrix_init(&m, 0);
    for (int64_t now = 0; now < 100 * MS; now += 10 * US) {
        bw_led_matrix_drive(&m, now, 7, ALL);
        bw_led_matrix_drive(&m, now, 0, 0);
    }
    assert_all(&m, 100 * MS, '0');
}

/* A snapshot is loaded */
static void time_may_go_back(void **state)
{
    struct bw_led_matrix m;

    (void)state;
    bw_led_matrix_init(&m, 0);
    bw_led_matrix_drive(&m, 900 * MS, 7, ALL);
    assert_all(&m, 1000 * MS, '9');
    bw_led_matrix_drive(&m, 500 * MS, 0, 0);
    assert_all(&m, 500 * MS, '0');
    bw_led_matrix_drive(&m, 510 * MS, 1, 1);
    assert_text(&m, 600 * MS, "90000\n00000\n00000\n00000\n00000\n");
}

/* An edge is told late, after somebody has looked */
static void a_small_step_back_is_none(void **state)
{
    struct bw_led_matrix m;

    (void)state;
    bw_led_matrix_init(&m, 0);
    bw_led_matrix_drive(&m, 0, 7, ALL);
    assert_all(&m, 100 * MS, '9');
    bw_led_matrix_drive(&m, 99 * MS, 0, 0);
    assert_all(&m, 100 * MS, '9');
    assert_all(&m, 172 * MS, '0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dark_at_first),
        cmocka_unit_test(ten_brightness_values_of_micropython),
        cmocka_unit_test(the_moment_of_looking_does_not_matter),
        cmocka_unit_test(levels_rise_with_the_time),
        cmocka_unit_test(full_with_a_pause_for_the_light_sensor_is_nine),
        cmocka_unit_test(each_row_and_column_lights_its_led),
        cmocka_unit_test(a_picture_fades_within_the_window),
        cmocka_unit_test(what_stays_lit_stays_lit),
        cmocka_unit_test(edges_at_one_instant_leave_no_trace),
        cmocka_unit_test(time_may_go_back),
        cmocka_unit_test(a_small_step_back_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
