/*
 * The DS3231 real-time clock: alarms and the INT/SQW pin; facts from its data
 * sheet, 19-5170 Rev 10.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ds3231_bus.h"

/* Clock at Tuesday (3), 15 June 2024, 12:34:56 less one second. */
static void alarm_1_after(bool expected, uint8_t s, uint8_t m, uint8_t h,
                          uint8_t day_date)
{
    set_clock(0x55, 0x34, 0x12, 0x03, 0x15, 0x06, 0x24);
    BUS_WRITE(&bus, A1, s, m, h, day_date);
    BUS_WRITE(&bus, STATUS, 0x00);
    assert_false(status_has(A1F));
    bus.now_ns += S;
    assert_true(status_has(A1F) == expected);
}

static void alarm_1_compares_what_is_not_masked(void **state)
{
    (void)state;
    /* table 2, from the top */
    alarm_1_after(true, ANY, ANY, ANY, ANY);
    alarm_1_after(true, 0x56, ANY, ANY, ANY);
    alarm_1_after(false, 0x57, ANY, ANY, ANY);
    alarm_1_after(true, 0x56, 0x34, ANY, ANY);
    alarm_1_after(false, 0x56, 0x35, ANY, ANY);
    alarm_1_after(true, 0x56, 0x34, 0x12, ANY);
    alarm_1_after(false, 0x56, 0x34, 0x13, ANY);
    alarm_1_after(false, 0x56, 0x34, 0x52, ANY); /* 12-hour format */
    alarm_1_after(true, 0x56, 0x34, 0x12, 0x15);
    alarm_1_after(false, 0x56, 0x34, 0x12, 0x16);
    alarm_1_after(true, 0x56, 0x34, 0x12, BY_DAY | 0x03);
    alarm_1_after(false, 0x56, 0x34, 0x12, BY_DAY | 0x04);
}

static void alarm_2_after(bool expected, uint8_t m, uint8_t h, uint8_t day_date)
{
    set_clock(0x59, 0x33, 0x12, 0x03, 0x15, 0x06, 0x24);
    BUS_WRITE(&bus, A2, m, h, day_date);
    BUS_WRITE(&bus, STATUS, 0x00);
    bus.now_ns += S;
    assert_true(status_has(A2F) == expected);
}

static void alarm_2_compares_what_is_not_masked(void **state)
{
    (void)state;
    alarm_2_after(true, ANY, ANY, ANY);
    alarm_2_after(true, 0x34, ANY, ANY);
    alarm_2_after(false, 0x35, ANY, ANY);
    alarm_2_after(true, 0x34, 0x12, ANY);
    alarm_2_after(false, 0x34, 0x11, ANY);
    alarm_2_after(true, 0x34, 0x12, 0x15);
    alarm_2_after(false, 0x34, 0x12, 0x14);
    alarm_2_after(true, 0x34, 0x12, BY_DAY | 0x03);
    alarm_2_after(false, 0x34, 0x12, BY_DAY | 0x02);
}

static void alarm_2_goes_off_at_full_minutes_only(void **state)
{
    (void)state;
    set_clock(0x00, 0x34, 0x12, 0x03, 0x15, 0x06, 0x24);
    BUS_WRITE(&bus, A2, ANY, ANY, ANY);
    BUS_WRITE(&bus, STATUS, 0x00);
    bus.now_ns += 59 * S;
    assert_false(status_has(A2F));
    bus.now_ns += S;
    assert_true(status_has(A2F));
}

static void alarm_is_tested_when_the_second_changes(void **state)
{
    (void)state;
    set_clock(0x56, 0x34, 0x12, 0x03, 0x15, 0x06, 0x24);
    BUS_WRITE(&bus, A1, 0x56, ANY, ANY, ANY);
    bus.now_ns += 500 * MS;
    assert_false(status_has(A1F)); /* set to the second under way */
    bus.now_ns += 60 * S;
    assert_true(status_has(A1F));
}

static void flags_are_cleared_by_zero_only(void **state)
{
    (void)state;
    alarm_1_after(true, ANY, ANY, ANY, ANY);
    BUS_WRITE(&bus, A1, 0x00, 0x00, 0x00, 0x00); /* never: date 00 */
    BUS_WRITE(&bus, STATUS, A1F | A2F | OSF);
    assert_int_equal(bus_read_byte(&bus, STATUS), A1F);
    BUS_WRITE(&bus, STATUS, A2F | EN32KHZ);
    assert_int_equal(bus_read_byte(&bus, STATUS), EN32KHZ);
}

static bool pin(void)
{
    return value_get(&bus, "int_sqw") != 0;
}

static void interrupt_pin_needs_flag_and_enable(void **state)
{
    (void)state;
    alarm_1_after(true, ANY, ANY, ANY, ANY);
    BUS_WRITE(&bus, A1, 0x00, 0x00, 0x00, 0x00);
    assert_true(pin());
    BUS_WRITE(&bus, CONTROL, INTCN | A2IE);
    assert_true(pin());
    BUS_WRITE(&bus, CONTROL, INTCN | A1IE);
    assert_false(pin());
    BUS_WRITE(&bus, STATUS, 0x00);
    assert_true(pin());
    alarm_2_after(true, ANY, ANY, ANY);
    assert_true(pin());
    BUS_WRITE(&bus, CONTROL, INTCN | A2IE);
    assert_false(pin());
}

static void square_wave_has_four_rates(void **state)
{
    static const unsigned hz[4] = { 1, 1024, 4096, 8192 };

    (void)state;
    for (unsigned rs = 0; rs < 4; rs++) {
        unsigned rising = 0;
        bool before;

        BUS_WRITE(&bus, CONTROL, (uint8_t)RS(rs));
        BUS_WRITE(&bus, SECONDS, 0x00);
        before = pin();
        assert_false(before);
        for (unsigned i = 0; i < 4 * hz[rs]; i++) {
            bus.now_ns += S / hz[rs] / 4; /* four samples per period */
            rising += pin() && !before;
            before = pin();
        }
        assert_in_range(rising, hz[rs] - 1, hz[rs]);
    }
}

static void one_hertz_rises_500_ms_after_the_write(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CONTROL, RS(0));
    BUS_WRITE(&bus, SECONDS, 0x00);
    bus.now_ns += 500 * MS - 1;
    assert_false(pin());
    bus.now_ns += 1;
    assert_true(pin());
    bus.now_ns += 500 * MS;
    assert_false(pin());
}

/* One long gap must end as the same time in small steps does. */
static void check_gap(uint64_t seconds, uint8_t hours)
{
    static struct part_bus slow;
    uint8_t a[REGS], b[REGS];

    running_clock(NULL);
    set_clock(0x30, 0x15, hours, 0x02, 0x28, 0x02, 0x24);
    BUS_WRITE(&bus, A1, 0x00, 0x00, hours & 0x40 ? 0x52 : 0x00, 0x01);
    BUS_WRITE(&bus, A2, 0x59, hours & 0x40 ? 0x71 : 0x23, BY_DAY | 0x03);
    BUS_WRITE(&bus, STATUS, 0x00);
    slow = bus;
    bus.now_ns += seconds * S;
    bus_read_at(&bus, 0, a, sizeof(a));
    for (uint64_t i = 0; i < seconds; i += 600) {
        slow.now_ns += (seconds - i < 600 ? seconds - i : 600) * S;
        value_get(&slow, "time");
    }
    bus_read_at(&slow, 0, b, sizeof(b));
    assert_memory_equal(a, b, sizeof(a));
}

static void a_long_gap_ends_as_many_short_ones(void **state)
{
    (void)state;
    /* From 28 February 10:15:30, day 2: alarm 2 goes off on day 3 at 23:59,
     * alarm 1 a minute later, 37:44:30 after the beginning.  One day more
     * and two are in the gap as a whole. */
    for (uint64_t hour = 36; hour <= 84; hour += hour % 24 == 14 ? 22 : 1) {
        check_gap(hour * 3600 + 2610, 0x10); /* to 23:59:00 */
        check_gap(hour * 3600 + 2669, 0x50); /* to 23:59:59 */
        check_gap(hour * 3600 + 2670, 0x50); /* to 00:00:00 */
        check_gap(hour * 3600 + 2671, 0x10);
    }
    assert_int_equal(bus_read_byte(&bus, STATUS), A1F | A2F);
}

/* From midnight, which is over, to the next one: alarm 1 is set to @a1. */
static bool alarm_1_in_one_day(uint8_t s, uint8_t m, uint8_t h,
                               uint8_t day_date)
{
    set_clock(0x00, 0x00, 0x00, 0x03, 0x15, 0x06, 0x24);
    BUS_WRITE(&bus, A1, s, m, h, day_date);
    BUS_WRITE(&bus, STATUS, 0x00);
    bus.now_ns += 86400 * S;
    return status_has(A1F);
}

static void a_day_in_one_step_meets_its_alarms(void **state)
{
    (void)state;
    assert_true(alarm_1_in_one_day(0x00, 0x00, 0x00, ANY)); /* the next */
    assert_true(alarm_1_in_one_day(0x00, 0x00, 0x00, 0x16));
    assert_false(alarm_1_in_one_day(0x00, 0x00, 0x00, 0x15)); /* is over */
    assert_true(alarm_1_in_one_day(0x01, 0x00, 0x00, 0x15));
    assert_false(alarm_1_in_one_day(0x01, 0x00, 0x00, 0x16));
    assert_true(alarm_1_in_one_day(ANY, 0x00, 0x00, 0x15));
    assert_true(alarm_1_in_one_day(0x00, ANY, 0x00, 0x15));
    assert_true(alarm_1_in_one_day(0x00, 0x00, ANY, 0x15));
    assert_true(alarm_1_in_one_day(ANY, ANY, ANY, BY_DAY | 0x03));
    assert_false(alarm_1_in_one_day(ANY, ANY, 0x01, BY_DAY | 0x02));
    assert_false(alarm_1_in_one_day(0x60, 0x00, 0x00, ANY)); /* never */
    assert_false(alarm_1_in_one_day(0x00, 0x0a, 0x00, ANY));
    assert_false(alarm_1_in_one_day(0x00, 0x00, 0x24, ANY));
    assert_false(alarm_1_in_one_day(0x00, 0x00, 0x41, ANY)); /* 1 AM */
    set_clock(0x00, 0x00, 0x52, 0x03, 0x15, 0x06, 0x24);     /* 12 AM */
    BUS_WRITE(&bus, A1, 0x00, 0x30, ANY, 0x15);
    BUS_WRITE(&bus, STATUS, 0x00);
    bus.now_ns += 86400 * S;
    assert_true(status_has(A1F));
}

static void pin_lets_go_on_battery_without_bbsqw(void **state)
{
    (void)state;
    alarm_1_after(true, ANY, ANY, ANY, ANY);
    BUS_WRITE(&bus, CONTROL, INTCN | A1IE);
    assert_false(pin());
    assert_true(value_set(&bus, "vcc", 0));
    assert_true(pin());
    BUS_WRITE(&bus, CONTROL, BBSQW | INTCN | A1IE);
    assert_false(pin());
    BUS_WRITE(&bus, CONTROL, BBSQW | RS(0));
    BUS_WRITE(&bus, SECONDS, 0x00);
    assert_false(pin());
    BUS_WRITE(&bus, CONTROL, BBSQW | EOSC | RS(0)); /* no oscillator */
    assert_true(pin());
}

#define TEST(name) cmocka_unit_test_setup(name, running_clock)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(alarm_1_compares_what_is_not_masked),
        TEST(alarm_2_compares_what_is_not_masked),
        TEST(alarm_2_goes_off_at_full_minutes_only),
        TEST(alarm_is_tested_when_the_second_changes),
        TEST(flags_are_cleared_by_zero_only),
        TEST(interrupt_pin_needs_flag_and_enable),
        TEST(square_wave_has_four_rates),
        TEST(one_hertz_rises_500_ms_after_the_write),
        TEST(a_long_gap_ends_as_many_short_ones),
        TEST(a_day_in_one_step_meets_its_alarms),
        TEST(pin_lets_go_on_battery_without_bbsqw),
    };

    return cmocka_run_group_tests_name("ds3231_alarm", tests, NULL, NULL);
}
