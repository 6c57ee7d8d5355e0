/*
 * The SSD1306; facts from its data sheet, rev 1.1.
 *
 * The glass has its connector on top, so that a driver sends A1h and C8h for
 * an upright picture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "part_bus.h"

#define ADDR 0x3c

#define NUMBER(n) ((int64_t)(n)*1000000)

/* One step of scroll at interval 7, two frames of 9.339 ms */
#define STEP_NS 18678918ull

static struct part_bus bus;

#define COMMANDS(...) BUS_WRITE(&bus, 0x00, __VA_ARGS__)
#define DATA(...)     BUS_WRITE(&bus, 0x40, __VA_ARGS__)

/* On, upright, horizontal addressing. */
static int display_on(void **state)
{
    (void)state;
    part_bus_init(&bus, &bw_part_ssd1306, ADDR);
    COMMANDS(0xa1, 0xc8, 0x20, 0x00, 0xaf);
    return 0;
}

static int fresh_part(void **state)
{
    (void)state;
    part_bus_init(&bus, &bw_part_ssd1306, ADDR);
    return 0;
}

static uint8_t dot(unsigned x, unsigned y)
{
    return bus.model->picture->dot(bus.state, x, y, bus.now_ns);
}

static bool is_lit(unsigned x, unsigned y)
{
    return dot(x, y) > 0;
}

static void assert_lit(unsigned count)
{
    assert_int_equal(value_get(&bus, "lit"), NUMBER(count));
}

static void dark_after_power_on(void **state)
{
    (void)state;
    assert_lit(0);
    assert_int_equal(value_get(&bus, "on"), 0);
    assert_int_equal(value_get(&bus, "contrast"), NUMBER(0x7f));
    assert_true(bus_start(&bus, ADDR, true));
    assert_int_equal(bus_recv(&bus), 0x40);
    bus_stop(&bus);
    COMMANDS(0xa5, 0xaf);
    assert_lit(128 * 64);
    assert_true(bus_start(&bus, ADDR, true));
    assert_int_equal(bus_recv(&bus), 0x00);
    bus_stop(&bus);
}

static void upright_with_a1_and_c8(void **state)
{
    (void)state;
    DATA(0x01, 0x80);
    assert_lit(2);
    assert_true(is_lit(0, 0)); /* bit 0 of the first byte: top left */
    assert_true(is_lit(1, 7));
}

static void upside_down_after_reset(void **state)
{
    (void)state;
    COMMANDS(0xaf);
    DATA(0x01, 0x80); /* page mode: page 0, column 0 */
    assert_lit(2);
    assert_true(is_lit(127, 63));
    assert_true(is_lit(126, 56));
}

static void horizontal_mode_fills_a_window(void **state)
{
    (void)state;
    COMMANDS(0x21, 10, 11, 0x22, 2, 3);
    DATA(0x01, 0x02, 0x04, 0x08, 0x10);
    assert_lit(4); /* the fifth took the place of the first */
    assert_true(is_lit(10, 16 + 4));
    assert_true(is_lit(11, 16 + 1));
    assert_true(is_lit(10, 24 + 2));
    assert_true(is_lit(11, 24 + 3));
}

static void vertical_mode_goes_down_first(void **state)
{
    (void)state;
    COMMANDS(0x20, 0x01, 0x21, 10, 11, 0x22, 2, 3);
    DATA(0x01, 0x02, 0x04);
    assert_true(is_lit(10, 16));
    assert_true(is_lit(10, 24 + 1));
    assert_true(is_lit(11, 16 + 2));
}

static void page_mode_stays_in_its_page(void **state)
{
    (void)state;
    COMMANDS(0x20, 0x02, 0xb5, 0x0e, 0x17); /* page 5, column 0x7e */
    DATA(0x01, 0x02, 0x04);
    assert_true(is_lit(126, 40));
    assert_true(is_lit(127, 40 + 1));
    assert_true(is_lit(0, 40 + 2));
    assert_lit(3);
}

static void mode_three_changes_nothing(void **state)
{
    (void)state;
    COMMANDS(0x20, 0x03, 0x21, 127, 127);
    DATA(0x01, 0x01);
    assert_lit(2); /* still horizontal: the second is on the next page */
}

static void control_bytes_mix_commands_and_data(void **state)
{
    (void)state;
    BUS_WRITE(&bus, 0x80, 0xb0, 0x80, 0x21, 0x80, 5, 0x80, 9, 0xc0, 0x01, 0x40,
              0x03);
    assert_true(is_lit(5, 0));
    assert_true(is_lit(6, 0));
    assert_true(is_lit(6, 1));
    assert_lit(3);
}

static void a_command_cut_short_is_forgotten(void **state)
{
    (void)state;
    COMMANDS(0x81);
    COMMANDS(0xae); /* would be the contrast otherwise */
    assert_int_equal(value_get(&bus, "contrast"), NUMBER(0x7f));
    assert_int_equal(value_get(&bus, "on"), 0);
}

static void inverse_and_contrast(void **state)
{
    uint8_t bright;

    (void)state;
    DATA(0x01);
    bright = dot(0, 0);
    COMMANDS(0x81, 0xff);
    assert_true(dot(0, 0) > bright);
    COMMANDS(0xa7);
    assert_lit(128 * 64 - 1);
    assert_false(is_lit(0, 0));
    COMMANDS(0xae);
    assert_lit(0);
}

/* Table 10-1: the offset moves the rows up; the start line the RAM's lines */
static void offset_start_line_and_multiplex(void **state)
{
    (void)state;
    DATA(0x00);
    COMMANDS(0x22, 1, 7);
    DATA(0x01); /* line 8 of RAM, column 1 */
    assert_true(is_lit(1, 8));
    COMMANDS(0x48); /* start line 8 */
    assert_true(is_lit(1, 0));
    COMMANDS(0x40, 0xd3, 8);
    assert_true(is_lit(1, 0));
    COMMANDS(0xd3, 0, 0xa8, 31); /* COM63 to COM32 are without a row */
    assert_lit(1);
    assert_true(is_lit(1, 32 + 8));
    COMMANDS(0xa5);
    assert_lit(32 * 128);
    COMMANDS(0xa8, 14); /* not legal */
    assert_lit(32 * 128);
}

static void scroll_moves_its_pages(void **state)
{
    (void)state;
    DATA(0x01);
    COMMANDS(0x22, 1, 7);
    DATA(0x01); /* column 1 of page 1 */
    COMMANDS(0x26, 0, 0, 7, 0, 0, 0xff, 0x2f);
    bus.now_ns += STEP_NS - 1;
    assert_true(is_lit(0, 0));
    bus.now_ns++;
    assert_true(is_lit(1, 0));
    assert_true(is_lit(1, 8)); /* page 1 stands */
    bus.now_ns += 127 * STEP_NS;
    assert_true(is_lit(0, 0)); /* round */
    COMMANDS(0x2e, 0x27, 0, 0, 7, 0, 0, 0xff, 0x2f);
    bus.now_ns += STEP_NS;
    assert_true(is_lit(127, 0));
    COMMANDS(0x2e);
    assert_true(is_lit(0, 0));
}

/* Every command takes its parameters and no more: AFh then switches on. */
static void each_command_takes_its_parameters(void **state)
{
    static const uint8_t count[256] = {
        [0x20] = 1, [0x21] = 2, [0x22] = 2, [0x26] = 6, [0x27] = 6, [0x29] = 5,
        [0x2a] = 5, [0x81] = 1, [0x8d] = 1, [0xa3] = 2, [0xa8] = 1, [0xd3] = 1,
        [0xd5] = 1, [0xd9] = 1, [0xda] = 1, [0xdb] = 1,
    };

    (void)state;
    for (unsigned command = 0; command < 256; command++) {
        uint8_t bytes[10] = { 0x00, (uint8_t)command };

        COMMANDS(0xae);
        bytes[2 + count[command]] = 0xaf;
        bus_write(&bus, bytes, 3u + count[command]);
        assert_int_equal(value_get(&bus, "on"), NUMBER(1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(dark_after_power_on, fresh_part),
        cmocka_unit_test_setup(upright_with_a1_and_c8, display_on),
        cmocka_unit_test_setup(upside_down_after_reset, fresh_part),
        cmocka_unit_test_setup(horizontal_mode_fills_a_window, display_on),
        cmocka_unit_test_setup(vertical_mode_goes_down_first, display_on),
        cmocka_unit_test_setup(page_mode_stays_in_its_page, display_on),
        cmocka_unit_test_setup(mode_three_changes_nothing, display_on),
        cmocka_unit_test_setup(control_bytes_mix_commands_and_data, display_on),
        cmocka_unit_test_setup(a_command_cut_short_is_forgotten, display_on),
        cmocka_unit_test_setup(inverse_and_contrast, display_on),
        cmocka_unit_test_setup(offset_start_line_and_multiplex, display_on),
        cmocka_unit_test_setup(scroll_moves_its_pages, display_on),
        cmocka_unit_test_setup(each_command_takes_its_parameters, display_on),
    };

    return cmocka_run_group_tests_name("ssd1306", tests, NULL, NULL);
}
