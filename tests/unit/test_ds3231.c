/*
 * The DS3231 real-time clock: registers, time, temperature, battery; facts
 * from its data sheet, 19-5170 Rev 10.
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

static void registers_have_their_reset_values(void **state)
{
    static const uint8_t
        want
            [REGS] = {
                /* "Power Control": 01/01/00 01 00:00:00 */
                0x00, 0x00,       0x00, 0x01, 0x01, 0x01, 0x00,
                0x00, 0x00,       0x00, 0x00, 0x00, 0x00, 0x00,
                0x1c, 0x88 | BSY, 0x00, 0x00, 0x00, /* converting already */
            };
    uint8_t got[REGS];

    (void)state;
    bus_read_at(&bus, 0, got, sizeof(got));
    assert_memory_equal(got, want, sizeof(got));
    bus.now_ns += CONVERSION;
    assert_int_equal(bus_read_byte(&bus, STATUS), 0x88);
}

static void register_masks_hold(void **state)
{
    /* Figure 1; STATUS: OSF, A2F and A1F can be written to 0 only.  CONV
     * starts a conversion, which shows in CONTROL and, 2 ms later, STATUS.
     */
    static const uint8_t ones[REGS] = {
        0x7f, 0x7f, 0x7f, 0x07, 0x3f, 0x9f, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0x08, 0xff, 0x19, 0x00, /* 25 degC */
    };
    static const uint8_t zeros[REGS] = { [CONTROL] = CONV, [TEMP] = 0x19 };
    uint8_t bytes[1 + REGS], got[REGS];

    (void)state;
    memset(bytes, 0xff, sizeof(bytes));
    bytes[0] = 0;
    bus_write(&bus, bytes, sizeof(bytes));
    bus_read_at(&bus, 0, got, sizeof(got));
    assert_memory_equal(got, ones, sizeof(got));
    memset(bytes, 0, sizeof(bytes));
    bus_write(&bus, bytes, sizeof(bytes));
    bus_read_at(&bus, 0, got, sizeof(got));
    assert_memory_equal(got, zeros, sizeof(got));
}

static void pointer_wraps_after_12h(void **state)
{
    uint8_t got[3];

    (void)state;
    set_clock(0x11, 0x22, 0x03, 0x04, 0x05, 0x06, 0x07);
    BUS_WRITE(&bus, AGING, 0x55);
    bus_read_at(&bus, 0x12, got, sizeof(got));
    assert_memory_equal(got, "\x00\x11\x22", 3);
    BUS_WRITE(&bus, 0x12, 0xff, 0x33); /* 12h is read-only, then 00h */
    assert_int_equal(bus_read_byte(&bus, SECONDS), 0x33);
    assert_int_equal(bus_read_byte(&bus, 0x13), 0x33); /* above: 00h */
}

static void pointer_goes_on_with_the_next_read(void **state)
{
    (void)state;
    BUS_WRITE(&bus, AGING, 0x55);
    assert_int_equal(bus_read_byte(&bus, STATUS), 0x00);
    assert_true(bus_start(&bus, ADDR, true));
    assert_int_equal(bus_recv(&bus), 0x55);
    bus_stop(&bus);
}

static void seconds_count_in_bcd(void **state)
{
    (void)state;
    set_clock(0x09, 0x59, 0x12, 0x03, 0x15, 0x06, 0x24);
    bus.now_ns += S;
    assert_clock(0x10, 0x59, 0x12, 0x03, 0x15, 0x06, 0x24);
    bus.now_ns += 50 * S;
    assert_clock(0x00, 0x00, 0x13, 0x03, 0x15, 0x06, 0x24);
}

static void midnight_moves_date_and_day(void **state)
{
    (void)state;
    set_clock(0x59, 0x59, 0x23, 0x07, 0x31, 0x01, 0x23);
    bus.now_ns += S;
    assert_clock(0x00, 0x00, 0x00, 0x01, 0x01, 0x02, 0x23);
}

static void months_have_their_lengths(void **state)
{
    static const struct {
        uint8_t month, last, year;
    } t[] = {
        { 0x01, 0x31, 0x23 }, { 0x02, 0x28, 0x23 }, { 0x02, 0x29, 0x24 },
        { 0x02, 0x29, 0x00 }, { 0x02, 0x28, 0x99 }, { 0x03, 0x31, 0x23 },
        { 0x04, 0x30, 0x23 }, { 0x05, 0x31, 0x23 }, { 0x06, 0x30, 0x23 },
        { 0x07, 0x31, 0x23 }, { 0x08, 0x31, 0x23 }, { 0x09, 0x30, 0x23 },
        { 0x10, 0x31, 0x23 }, { 0x11, 0x30, 0x23 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        uint8_t next = t[i].month == 0x09 ? 0x10 : t[i].month + 1;
        uint8_t last_but_one = t[i].last == 0x30 ? 0x29 : t[i].last - 1;

        set_clock(0x59, 0x59, 0x23, 0x02, last_but_one, t[i].month, t[i].year);
        bus.now_ns += S;
        assert_clock(0x00, 0x00, 0x00, 0x03, t[i].last, t[i].month, t[i].year);
        set_clock(0x59, 0x59, 0x23, 0x02, t[i].last, t[i].month, t[i].year);
        bus.now_ns += S;
        assert_clock(0x00, 0x00, 0x00, 0x03, 0x01, next, t[i].year);
    }
}

static void century_toggles_after_year_99(void **state)
{
    (void)state;
    set_clock(0x59, 0x59, 0x23, 0x04, 0x31, 0x12, 0x99);
    bus.now_ns += S;
    assert_clock(0x00, 0x00, 0x00, 0x05, 0x01, 0x81, 0x00);
    set_clock(0x59, 0x59, 0x23, 0x04, 0x31, 0x92, 0x99);
    bus.now_ns += S;
    assert_clock(0x00, 0x00, 0x00, 0x05, 0x01, 0x01, 0x00);
}

static void twelve_hour_mode_has_am_and_pm(void **state)
{
    static const uint8_t hours[] = {
        0x52, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, /* 12 AM, 1, ... */
        0x48, 0x49, 0x50, 0x51, 0x72, 0x61, 0x62, 0x63, /* 12 PM, 1, ... */
        0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x70, 0x71,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(hours); i++) {
        uint8_t next = hours[(i + 1) % sizeof(hours)];
        uint8_t day = i == 23 ? 0x03 : 0x02;

        set_clock(0x59, 0x59, hours[i], 0x02, day, 0x05, 0x24);
        assert_int_equal(bus_read_byte(&bus, HOURS), hours[i]);
        bus.now_ns += S;
        assert_int_equal(bus_read_byte(&bus, HOURS), next);
        assert_int_equal(bus_read_byte(&bus, DAY), day);
    }
}

static void writing_seconds_restarts_the_second(void **state)
{
    (void)state;
    BUS_WRITE(&bus, SECONDS, 0x10);
    bus.now_ns += 900 * MS;
    BUS_WRITE(&bus, SECONDS, 0x20);
    bus.now_ns += S - 1;
    assert_int_equal(bus_read_byte(&bus, SECONDS), 0x20);
    bus.now_ns += 1;
    assert_int_equal(bus_read_byte(&bus, SECONDS), 0x21);
    bus.now_ns += 900 * MS;
    BUS_WRITE(&bus, 0x01, 0x05); /* minutes do not */
    bus.now_ns += 100 * MS;
    assert_int_equal(bus_read_byte(&bus, SECONDS), 0x22);
}

static void time_is_latched_at_start(void **state)
{
    (void)state;
    set_clock(0x59, 0x59, 0x23, 0x07, 0x31, 0x12, 0x23);
    assert_true(bus_start(&bus, ADDR, true)); /* the pointer is at 07h */
    bus_stop(&bus);
    bus_put(&bus, (const uint8_t[]){ SECONDS }, 1);
    assert_true(bus_start(&bus, ADDR, true));
    assert_int_equal(bus_recv(&bus), 0x59);
    bus.now_ns += S; /* a new year begins during the read */
    assert_int_equal(bus_recv(&bus), 0x59);
    assert_int_equal(bus_recv(&bus), 0x23);
    assert_int_equal(bus_recv(&bus), 0x07);
    assert_int_equal(bus_recv(&bus), 0x31);
    assert_int_equal(bus_recv(&bus), 0x12);
    assert_int_equal(bus_recv(&bus), 0x23);
    for (unsigned i = A1; i < REGS; i++) {
        bus_recv(&bus);
    }
    assert_int_equal(bus_recv(&bus), 0x00); /* rolled over: latched anew */
    bus_stop(&bus);
    assert_clock(0x00, 0x00, 0x00, 0x01, 0x01, 0x01, 0x24);
}

static void temperature_register_has_quarter_degrees(void **state)
{
    /* "Temperature Registers": 25.25 degC is 00011001 01 */
    static const struct {
        int64_t micro;
        uint16_t reg;
    } t[] = {
        { 25250000, 0x1940 }, { 25000000, 0x1900 }, { 0, 0x0000 },
        { -250000, 0xffc0 },  { -1000000, 0xff00 }, { -40000000, 0xd800 },
        { 85000000, 0x5500 }, { 124999, 0x0000 },   { 125000, 0x0040 },
        { -125000, 0x0000 },  { -125001, 0xffc0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        assert_true(value_set(&bus, "temperature", t[i].micro));
        BUS_WRITE(&bus, CONTROL, CONTROL_RESET | CONV);
        bus.now_ns += CONVERSION;
        assert_int_equal(bus_read_word(&bus, TEMP), t[i].reg);
    }
}

static void temperature_is_read_every_64_seconds(void **state)
{
    (void)state;
    bus.now_ns += CONVERSION - 1;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x0000);
    assert_true(status_has(BSY));
    bus.now_ns += 1;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1900); /* 25 degC */
    assert_false(status_has(BSY));
    assert_true(value_set(&bus, "temperature", 30000000));
    bus.now_ns += 64 * S - CONVERSION - 1;
    assert_false(status_has(BSY));
    bus.now_ns += 1;
    assert_true(status_has(BSY));
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1900);
    bus.now_ns += CONVERSION;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1e00);
    bus.now_ns += 640 * S - CONVERSION; /* ten later, exactly at a start */
    assert_true(status_has(BSY));
    bus.now_ns += CONVERSION;
    assert_false(status_has(BSY));
}

static void conv_bit_forces_a_conversion(void **state)
{
    (void)state;
    assert_true(value_set(&bus, "temperature", 30000000));
    BUS_WRITE(&bus, CONTROL, CONTROL_RESET | CONV);
    assert_int_equal(bus_read_byte(&bus, CONTROL), CONTROL_RESET | CONV);
    assert_false(status_has(BSY)); /* not for 2 ms */
    bus.now_ns += 2 * MS;
    assert_true(status_has(BSY));
    BUS_WRITE(&bus, CONTROL, CONTROL_RESET); /* cannot be called off */
    bus.now_ns += CONVERSION - 2 * MS - 1;
    assert_int_equal(bus_read_byte(&bus, CONTROL), CONTROL_RESET | CONV);
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1900);
    bus.now_ns += 1;
    assert_int_equal(bus_read_byte(&bus, CONTROL), CONTROL_RESET);
    assert_false(status_has(BSY));
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1e00);
}

static void value_time_follows_the_calendar(void **state)
{
    (void)state;
    assert_int_equal(value_get(&bus, "time"), 0);
    /* 2024-02-29 12:34:56: 8825 days, 45296 s (date -u +%s, less 2000's) */
    assert_true(value_set(&bus, "time", 762525296ll * 1000000));
    /* 1 January 2000 was a Saturday; 8825 % 7 = 5: Thursday, 1 = Sunday */
    assert_clock(0x56, 0x34, 0x12, 0x05, 0x29, 0x02, 0x24);
    bus.now_ns += 10 * S;
    assert_int_equal(value_get(&bus, "time"), 762525306ll * 1000000);
    set_clock(0x56, 0x34, 0x12, 0x05, 0x01, 0x03, 0x24);
    assert_int_equal(value_get(&bus, "time"), 762611696ll * 1000000);
}

static void value_time_covers_two_centuries(void **state)
{
    (void)state;
    /* each day of 2 * 36525: set, compare, run over midnight, compare */
    for (int64_t day = 0; day < 2 * 36525; day++) {
        int64_t micro = (day * 86400 + 86399) * 1000000;

        assert_true(value_set(&bus, "time", micro));
        assert_int_equal(value_get(&bus, "time"), micro);
        bus.now_ns += S;
        assert_int_equal(value_get(&bus, "time"),
                         (micro + 1000000) % (2 * 36525 * 86400000000ll));
    }
}

static void value_time_keeps_the_12_hour_mode(void **state)
{
    (void)state;
    BUS_WRITE(&bus, HOURS, 0x52);
    assert_true(value_set(&bus, "time", 13 * 3600 * 1000000ll));
    assert_int_equal(bus_read_byte(&bus, HOURS), 0x61); /* 1 PM */
    assert_int_equal(value_get(&bus, "time"), 13 * 3600 * 1000000ll);
}

static void a_century_passes_at_once(void **state)
{
    (void)state;
    set_clock(0x30, 0x15, 0x10, 0x01, 0x27, 0x02, 0x24);
    bus.now_ns += 36525ull * 86400 * S;
    /* 36525 % 7 = 6 */
    assert_clock(0x30, 0x15, 0x10, 0x07, 0x27, 0x82, 0x24);
}

static void battery_keeps_the_clock_running(void **state)
{
    (void)state;
    assert_true(value_set(&bus, "vcc", 0));
    BUS_WRITE(&bus, SECONDS, 0x00);
    bus.now_ns += 10 * S;
    assert_int_equal(bus_read_byte(&bus, SECONDS), 0x10);
    assert_false(status_has(OSF));
}

static void eosc_stops_the_clock_on_battery_only(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CONTROL, CONTROL_RESET | EOSC);
    BUS_WRITE(&bus, SECONDS, 0x00);
    bus.now_ns += 10 * S;
    assert_int_equal(bus_read_byte(&bus, SECONDS), 0x10);
    assert_false(status_has(OSF));
    assert_true(value_set(&bus, "vcc", VOLT(2.5)));
    bus.now_ns += 100 * S;
    assert_int_equal(bus_read_byte(&bus, SECONDS), 0x10);
    assert_true(status_has(OSF));
    assert_true(value_set(&bus, "vcc", VOLT(2.6)));
    bus.now_ns += S;
    assert_int_equal(bus_read_byte(&bus, SECONDS), 0x11);
    assert_true(status_has(OSF)); /* until the firmware clears it */
    BUS_WRITE(&bus, STATUS, 0x00);
    assert_false(status_has(OSF));
}

static void no_conversions_while_the_clock_is_stopped(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CONTROL, CONTROL_RESET | EOSC);
    assert_true(value_set(&bus, "vcc", 0));
    assert_true(value_set(&bus, "temperature", 30000000));
    bus.now_ns += 1000 * S;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1900);
    assert_true(value_set(&bus, "vcc", VOLT(3.3)));
    bus.now_ns += 65 * S;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1e00);
}

#define TEST(name)  cmocka_unit_test_setup(name, running_clock)
#define POWER(name) cmocka_unit_test_setup(name, powered_now)

int main(void)
{
    const struct CMUnitTest tests[] = {
        POWER(registers_have_their_reset_values),
        TEST(register_masks_hold),
        TEST(pointer_wraps_after_12h),
        TEST(pointer_goes_on_with_the_next_read),
        TEST(seconds_count_in_bcd),
        TEST(midnight_moves_date_and_day),
        TEST(months_have_their_lengths),
        TEST(century_toggles_after_year_99),
        TEST(twelve_hour_mode_has_am_and_pm),
        TEST(writing_seconds_restarts_the_second),
        TEST(time_is_latched_at_start),
        TEST(temperature_register_has_quarter_degrees),
        POWER(temperature_is_read_every_64_seconds),
        TEST(conv_bit_forces_a_conversion),
        TEST(value_time_follows_the_calendar),
        TEST(value_time_covers_two_centuries),
        TEST(value_time_keeps_the_12_hour_mode),
        TEST(a_century_passes_at_once),
        TEST(battery_keeps_the_clock_running),
        TEST(eosc_stops_the_clock_on_battery_only),
        TEST(no_conversions_while_the_clock_is_stopped),
    };

    return cmocka_run_group_tests_name("ds3231", tests, NULL, NULL);
}
