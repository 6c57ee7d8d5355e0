/*
 * lib/wire_gpio.c and lib/gpio.c: the bounds of every field of GPIO_*.
 *
 * Whole frames, truncation and single changed bytes are in
 * test_wire_golden.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <string.h>

#include "lib/wire_gpio.h"

static uint8_t buf[BW_WIRE_MAX_BODY];
static struct bw_writer w;

static int setup(void **state)
{
    (void)state;
    bw_writer_init(&w, buf, sizeof(buf));
    return 0;
}

/* A reader of what was written so far; the next body starts afresh. */
static struct bw_reader written(void)
{
    struct bw_reader r;

    assert_false(w.failed);
    bw_reader_init(&r, buf, w.pos);
    bw_writer_init(&w, buf, sizeof(buf));
    return r;
}

static enum bw_status config_of(const struct bw_wire_gpio_config *m)
{
    static struct bw_wire_gpio_config back;
    struct bw_reader r;

    bw_wire_put_gpio_config(&w, m);
    r = written();
    return bw_wire_get_gpio_config(&r, &back);
}

static enum bw_status set_of(const struct bw_wire_gpio_set *m)
{
    static struct bw_wire_gpio_set back;
    struct bw_reader r;

    bw_wire_put_gpio_set(&w, m);
    r = written();
    return bw_wire_get_gpio_set(&r, &back);
}

static enum bw_status events_of(const struct bw_wire_gpio_events *m)
{
    static struct bw_wire_gpio_events back;
    struct bw_reader r;

    bw_wire_put_gpio_events(&w, m);
    r = written();
    return bw_wire_get_gpio_events(&r, &back);
}

static void a_setting_has_only_what_its_direction_has(void **state)
{
    static const struct {
        struct bw_gpio_setting setting;
        bool ok;
    } cases[] = {
        { { BW_GPIO_IN, 0, 0, 0, 0, 0 }, true },
        { { BW_GPIO_IN, 0, BW_GPIO_BIAS_PULL_DOWN, 3, 0, 1000000 }, true },
        { { BW_GPIO_IN, 0, 0, 0, 0, 1000001 }, false },
        { { BW_GPIO_IN, 0, 0, 4, 0, 0 }, false },
        { { BW_GPIO_IN, 0, BW_GPIO_BIAS_COUNT, 0, 0, 0 }, false },
        { { BW_GPIO_IN, BW_GPIO_OPEN_DRAIN, 0, 0, 0, 0 }, false },
        { { BW_GPIO_IN, 0, 0, 0, 1, 0 }, false },
        { { BW_GPIO_OUT, 0, 0, 0, 1, 0 }, true },
        { { BW_GPIO_OUT, BW_GPIO_OPEN_SOURCE, BW_GPIO_BIAS_PULL_UP, 0, 0, 0 },
          true },
        { { BW_GPIO_OUT, BW_GPIO_DRIVE_COUNT, 0, 0, 0, 0 }, false },
        { { BW_GPIO_OUT, 0, 0, 0, 2, 0 }, false },
        { { BW_GPIO_OUT, 0, 0, BW_GPIO_RISING, 0, 0 }, false },
        { { BW_GPIO_OUT, 0, 0, 0, 0, 1 }, false },
        { { 2, 0, 0, 0, 0, 0 }, false },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bw_wire_gpio_config m = { .count = 1 };

        m.lines[0].setting = cases[i].setting;
        assert_int_equal(bw_gpio_setting_ok(&cases[i].setting), cases[i].ok);
        assert_int_equal(config_of(&m), cases[i].ok ? BW_OK : BW_INVALID);
    }
}

static void an_open_drain_that_is_high_drives_nothing(void **state)
{
    struct bw_gpio_setting s = { .direction = BW_GPIO_OUT };

    (void)state;
    assert_true(bw_gpio_setting_drives(&s));
    s.drive = BW_GPIO_OPEN_DRAIN;
    assert_true(bw_gpio_setting_drives(&s));
    s.value = 1;
    assert_false(bw_gpio_setting_drives(&s));
    s.drive = BW_GPIO_OPEN_SOURCE;
    assert_true(bw_gpio_setting_drives(&s));
    s.value = 0;
    assert_false(bw_gpio_setting_drives(&s));
    s = (struct bw_gpio_setting){ .direction = BW_GPIO_IN };
    assert_false(bw_gpio_setting_drives(&s));
}

static void drives_and_biases_have_names(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BW_GPIO_DRIVE_COUNT; i++) {
        assert_int_equal(bw_gpio_drive_find(bw_gpio_drive_name(i)), i);
    }
    for (unsigned i = 0; i < BW_GPIO_BIAS_COUNT; i++) {
        assert_int_equal(bw_gpio_bias_find(bw_gpio_bias_name(i)), i);
    }
    assert_string_equal(bw_gpio_bias_name(BW_GPIO_BIAS_COUNT), "unknown");
    assert_string_equal(bw_gpio_drive_name(BW_GPIO_DRIVE_COUNT), "unknown");
    assert_int_equal(bw_gpio_drive_find("pull"), BW_GPIO_DRIVE_COUNT);
    assert_int_equal(bw_gpio_bias_find(""), BW_GPIO_BIAS_COUNT);
}

static void a_mask_has_a_bit_for_each_line(void **state)
{
    (void)state;
    assert_int_equal(bw_gpio_lines_mask(0), 0);
    assert_int_equal(bw_gpio_lines_mask(3), 7);
    assert_int_equal(bw_gpio_lines_mask(63), UINT64_MAX >> 1);
    assert_int_equal(bw_gpio_lines_mask(64), UINT64_MAX);
}

static void a_config_names_each_line_once(void **state)
{
    struct bw_wire_gpio_config m = { .count = BW_GPIO_MAX_LINES };

    (void)state;
    for (unsigned i = 0; i < BW_GPIO_MAX_LINES; i++) {
        m.lines[i].line = (uint16_t)i;
    }
    assert_int_equal(config_of(&m), BW_OK);
    m.lines[63].line = 0;
    assert_int_equal(config_of(&m), BW_INVALID);
    m.lines[63].line = BW_GPIO_MAX_LINES;
    assert_int_equal(config_of(&m), BW_INVALID);
    m.count = 0;
    assert_int_equal(config_of(&m), BW_INVALID);
    m.count = BW_GPIO_MAX_LINES + 1;
    bw_wire_put_gpio_config(&w, &m);
    assert_true(w.failed);
}

static void a_set_has_lines_and_no_levels_of_others(void **state)
{
    static struct bw_wire_gpio_set m = { .count = BW_GPIO_MAX_SETS };

    (void)state;
    for (unsigned i = 0; i < BW_GPIO_MAX_SETS; i++) {
        m.sets[i].mask = UINT64_C(1) << 63;
        m.sets[i].values = (uint64_t)(i & 1) << 63;
    }
    assert_int_equal(set_of(&m), BW_OK);
    m.sets[255].values |= 1;
    assert_int_equal(set_of(&m), BW_INVALID);
    m.sets[255].mask = 0;
    m.sets[255].values = 0;
    assert_int_equal(set_of(&m), BW_INVALID);
    m.count = 0;
    assert_int_equal(set_of(&m), BW_INVALID);
    m.count = BW_GPIO_MAX_SETS + 1;
    bw_wire_put_gpio_set(&w, &m);
    assert_true(w.failed);
}

/* A count over the limit is told before its entries are looked at. */
static void a_count_over_the_limit_is_too_long(void **state)
{
    static struct bw_wire_gpio_config config;
    static struct bw_wire_gpio_set set;
    struct bw_reader r;

    (void)state;
    bw_write_le16(&w, BW_GPIO_MAX_LINES + 1);
    r = written();
    assert_int_equal(bw_wire_get_gpio_config(&r, &config), BW_TOO_LONG);
    bw_write_le16(&w, BW_GPIO_MAX_SETS + 1);
    r = written();
    assert_int_equal(bw_wire_get_gpio_set(&r, &set), BW_TOO_LONG);
}

static void an_event_has_one_edge_of_a_line(void **state)
{
    static struct bw_wire_gpio_events m = { .count = BW_GPIO_MAX_EVENTS };

    (void)state;
    for (unsigned i = 0; i < BW_GPIO_MAX_EVENTS; i++) {
        m.events[i] = (struct bw_gpio_event){ i, i, 63, BW_GPIO_RISING };
    }
    assert_int_equal(events_of(&m), BW_OK);
    m.events[255].edge = BW_GPIO_RISING | BW_GPIO_FALLING;
    assert_int_equal(events_of(&m), BW_MALFORMED);
    m.events[255].edge = 0;
    assert_int_equal(events_of(&m), BW_MALFORMED);
    m.events[255].edge = BW_GPIO_FALLING;
    m.events[255].line = BW_GPIO_MAX_LINES;
    assert_int_equal(events_of(&m), BW_MALFORMED);
    m.count = BW_GPIO_MAX_EVENTS + 1;
    bw_wire_put_gpio_events(&w, &m);
    assert_true(w.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_setting_has_only_what_its_direction_has,
                               setup),
        cmocka_unit_test_setup(an_open_drain_that_is_high_drives_nothing,
                               setup),
        cmocka_unit_test_setup(drives_and_biases_have_names, setup),
        cmocka_unit_test_setup(a_mask_has_a_bit_for_each_line, setup),
        cmocka_unit_test_setup(a_config_names_each_line_once, setup),
        cmocka_unit_test_setup(a_set_has_lines_and_no_levels_of_others, setup),
        cmocka_unit_test_setup(a_count_over_the_limit_is_too_long, setup),
        cmocka_unit_test_setup(an_event_has_one_edge_of_a_line, setup),
    };

    return cmocka_run_group_tests_name("wire_gpio", tests, NULL, NULL);
}
