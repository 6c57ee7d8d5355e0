/*
 * The TMP102 temperature sensor; facts from its data sheet, SBOS397.
 *
 * A register value of a temperature is degC / 0.0625, shifted left by 4 (12
 * bits) or by 3 with bit 0 set (13 bits, extended mode).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "part_bus.h"

#define ADDR 0x49

#define TEMP   0
#define CONFIG 1
#define TLOW   2
#define THIGH  3

/* First byte of CONFIG, with R1:R0 = 11 always */
#define SD   0x01
#define TM   0x02
#define POL  0x04
#define F(n) ((n) << 3)
#define R    0x60
#define OS   0x80
/* Second byte */
#define EM     0x10
#define AL     0x20
#define CR(n)  ((n) << 6)
#define CR_4HZ CR(2)

#define CONVERSION (26 * MS)
#define PERIOD     (250 * MS) /* at 4 Hz, the rate after a reset */

#define DEG(c) ((int64_t)((c)*1000000))

static struct part_bus bus;

static int fresh_part(void **state)
{
    (void)state;
    part_bus_init(&bus, &bw_part_tmp102, ADDR);
    return 0;
}

/* The next conversion at 4 Hz, and at most one of them, sees @micro. */
static void next_conversion_at(int64_t micro)
{
    assert_true(value_set(&bus, "temperature", micro));
    bus.now_ns += PERIOD;
}

static bool alert_pin(void)
{
    return value_get(&bus, "alert") != 0;
}

static void registers_have_their_reset_values(void **state)
{
    (void)state;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x0000);
    assert_int_equal(bus_read_word(&bus, CONFIG), 0x60a0);
    assert_int_equal(bus_read_word(&bus, TLOW), 0x4b00);  /* 75 degC */
    assert_int_equal(bus_read_word(&bus, THIGH), 0x5000); /* 80 degC */
    assert_int_equal(value_get(&bus, "temperature"), DEG(25));
}

static void register_masks_hold(void **state)
{
    (void)state;
    bus.now_ns += CONVERSION;
    BUS_WRITE(&bus, TEMP, 0xe6, 0xff);
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1900);
    BUS_WRITE(&bus, TLOW, 0xff, 0xff);
    assert_int_equal(bus_read_word(&bus, TLOW), 0xfff0);
    BUS_WRITE(&bus, THIGH, 0xff, 0xff);
    assert_int_equal(bus_read_word(&bus, THIGH), 0xfff0);
    /* AL is the comparator's, D3:D0 are 0, OS is 0 without shutdown */
    BUS_WRITE(&bus, CONFIG, 0xff & ~SD & ~POL, 0xff);
    assert_int_equal(bus_read_word(&bus, CONFIG), (R | TM | F(3)) << 8 | 0xf0);
    BUS_WRITE(&bus, CONFIG, 0x00, 0x00);
    assert_int_equal(bus_read_word(&bus, CONFIG), R << 8 | AL);
    BUS_WRITE(&bus, CONFIG, 0x00, EM);
    BUS_WRITE(&bus, THIGH, 0xff, 0xff);
    assert_int_equal(bus_read_word(&bus, THIGH), 0xfff8);
    BUS_WRITE(&bus, CONFIG, 0x00, 0x00); /* the bit stays as it is */
    assert_int_equal(bus_read_word(&bus, THIGH), 0xfff8);
    BUS_WRITE(&bus, CONFIG, 0x00, EM);
    BUS_WRITE(&bus, TEMP, 0xe6, 0xff);
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1900);
}

static void first_result_comes_after_26_ms(void **state)
{
    (void)state;
    bus.now_ns += CONVERSION - 1;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x0000);
    bus.now_ns += 1;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1900); /* 25 = 400 LSB */
}

static void temperature_codes_of_the_data_sheet(void **state)
{
    /* "Digital Temperature Output", 12-bit table, and the rounding */
    static const struct {
        int64_t micro;
        uint16_t code;
    } t[] = {
        { DEG(150), 0x7ff },   { DEG(127.9375), 0x7ff },
        { DEG(100), 0x640 },   { DEG(80), 0x500 },
        { DEG(75), 0x4b0 },    { DEG(50), 0x320 },
        { DEG(0.25), 0x004 },  { 0, 0x000 },
        { DEG(-0.25), 0xffc }, { DEG(-25), 0xe70 },
        { DEG(-55), 0xc90 },   { 31249, 0x000 },
        { 31250, 0x001 },      { -31250, 0x000 },
        { -31251, 0xfff },     { DEG(-0.0625), 0xfff },
    };

    (void)state;
    bus.now_ns += CONVERSION;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        next_conversion_at(t[i].micro);
        assert_int_equal(bus_read_word(&bus, TEMP), t[i].code << 4);
    }
}

static void extended_mode_has_13_bits_and_a_flag(void **state)
{
    /* "Extended Mode (EM)", 13-bit table */
    static const struct {
        int64_t micro;
        uint16_t code;
    } t[] = {
        { DEG(150), 0x0960 }, { DEG(128), 0x0800 }, { DEG(25), 0x0190 },
        { 0, 0x0000 },        { DEG(-25), 0x1e70 }, { DEG(-55), 0x1c90 },
    };

    (void)state;
    BUS_WRITE(&bus, CONFIG, R, CR_4HZ | EM);
    bus.now_ns += CONVERSION;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        next_conversion_at(t[i].micro);
        assert_int_equal(bus_read_word(&bus, TEMP), t[i].code << 3 | 1);
    }
}

static void extended_mode_starts_with_the_next_conversion(void **state)
{
    (void)state;
    bus.now_ns += CONVERSION;
    BUS_WRITE(&bus, CONFIG, R, CR_4HZ | EM);
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1900);
    bus.now_ns += PERIOD;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x0c81); /* 400 << 3 | 1 */
}

static void pointer_stays_until_it_is_written(void **state)
{
    (void)state;
    assert_int_equal(bus_read_word(&bus, THIGH), 0x5000);
    assert_true(bus_start(&bus, ADDR, true));
    assert_int_equal(bus_recv(&bus), 0x50);
    bus_stop(&bus);
    assert_true(bus_start(&bus, ADDR, true)); /* from the first byte again */
    assert_int_equal(bus_recv(&bus), 0x50);
    assert_int_equal(bus_recv(&bus), 0x00);
    bus_stop(&bus);
    /* P7:P2 are ignored: 0xfe is T(LOW) */
    assert_int_equal(bus_read_word(&bus, 0xfe), 0x4b00);
}

static void only_the_first_byte_may_be_written(void **state)
{
    (void)state;
    BUS_WRITE(&bus, TLOW, 0x12);
    assert_int_equal(bus_read_word(&bus, TLOW), 0x1200);
    BUS_WRITE(&bus, TLOW, 0x34, 0x50);
    BUS_WRITE(&bus, TLOW, 0x12);
    assert_int_equal(bus_read_word(&bus, TLOW), 0x1250);
}

static void bytes_past_the_second_are_dropped(void **state)
{
    uint8_t bytes[4];

    (void)state;
    BUS_WRITE(&bus, TLOW, 0x11, 0x20, 0x33, 0x40);
    assert_int_equal(bus_read_word(&bus, TLOW), 0x1120);
    bus_read_at(&bus, TLOW, bytes, sizeof(bytes));
    assert_memory_equal(bytes, "\x11\x20\xff\xff", 4);
}

static void conversion_rates_are_the_tables(void **state)
{
    static const uint64_t period_ms[4] = { 4000, 1000, 250, 125 };

    (void)state;
    for (unsigned cr = 0; cr < 4; cr++) {
        fresh_part(state);
        BUS_WRITE(&bus, CONFIG, R, (uint8_t)CR(cr));
        bus.now_ns += CONVERSION;
        assert_int_equal(bus_read_word(&bus, TEMP), 0x1900);
        assert_true(value_set(&bus, "temperature", DEG(50)));
        bus.now_ns += period_ms[cr] * MS - 1;
        assert_int_equal(bus_read_word(&bus, TEMP), 0x1900);
        bus.now_ns += 1;
        assert_int_equal(bus_read_word(&bus, TEMP), 0x3200);
    }
}

static void new_rate_counts_from_the_last_conversion(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CONFIG, R, CR(0)); /* every 4 s */
    bus.now_ns += CONVERSION;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1900);
    assert_true(value_set(&bus, "temperature", DEG(50)));
    bus.now_ns += 500 * MS;
    BUS_WRITE(&bus, CONFIG, R, CR(1)); /* every 1 s: 474 ms are left */
    bus.now_ns += 500 * MS - 1;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1900);
    bus.now_ns += 1;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x3200);
    assert_true(value_set(&bus, "temperature", DEG(75)));
    bus.now_ns += 500 * MS;
    BUS_WRITE(&bus, CONFIG, R, CR(3)); /* 8 Hz: overdue, starts at once */
    bus.now_ns += CONVERSION - 1;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x3200);
    bus.now_ns += 1;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x4b00);
}

static void shutdown_finishes_the_conversion_and_stops(void **state)
{
    (void)state;
    bus.now_ns += 10 * MS;
    BUS_WRITE(&bus, CONFIG, R | SD);
    bus.now_ns += CONVERSION;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1900);
    assert_true(value_set(&bus, "temperature", DEG(50)));
    bus.now_ns += 3600 * S;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1900);
    BUS_WRITE(&bus, CONFIG, R); /* conversions begin again at once */
    bus.now_ns += CONVERSION;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x3200);
}

static void shutdown_between_conversions_starts_none(void **state)
{
    (void)state;
    bus.now_ns += CONVERSION + 10 * MS;
    BUS_WRITE(&bus, CONFIG, R | SD);
    assert_true(value_set(&bus, "temperature", DEG(50)));
    bus.now_ns += 10 * S;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1900);
}

static void one_shot_converts_once(void **state)
{
    (void)state;
    bus.now_ns += CONVERSION;
    BUS_WRITE(&bus, CONFIG, R | SD);
    assert_true(value_set(&bus, "temperature", DEG(50)));
    BUS_WRITE(&bus, CONFIG, R | SD | OS);
    assert_int_equal(bus_read_byte(&bus, CONFIG), R | SD); /* converting */
    bus.now_ns += CONVERSION - 1;
    assert_int_equal(bus_read_byte(&bus, CONFIG), R | SD);
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1900);
    bus.now_ns += 1;
    assert_int_equal(bus_read_byte(&bus, CONFIG), R | SD | OS); /* ready */
    assert_int_equal(bus_read_word(&bus, TEMP), 0x3200);
    assert_true(value_set(&bus, "temperature", DEG(75)));
    bus.now_ns += 10 * S;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x3200);
    BUS_WRITE(&bus, CONFIG, R | SD | OS);
    assert_int_equal(bus_read_byte(&bus, CONFIG), R | SD);
    bus.now_ns += CONVERSION;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x4b00);
}

static void one_shot_without_shutdown_is_ignored(void **state)
{
    (void)state;
    bus.now_ns += CONVERSION;
    assert_true(value_set(&bus, "temperature", DEG(50)));
    BUS_WRITE(&bus, CONFIG, R | OS);
    bus.now_ns += CONVERSION;
    assert_int_equal(bus_read_word(&bus, TEMP), 0x1900);
    assert_int_equal(bus_read_byte(&bus, CONFIG), R);
}

static void comparator_has_hysteresis(void **state)
{
    (void)state;
    bus.now_ns += CONVERSION;
    assert_true(alert_pin()); /* active low after a reset */
    next_conversion_at(DEG(79.9375));
    assert_true(alert_pin());
    assert_int_equal(bus_read_word(&bus, CONFIG) & AL, AL);
    next_conversion_at(DEG(80)); /* equal is enough */
    assert_false(alert_pin());
    assert_int_equal(bus_read_word(&bus, CONFIG) & AL, 0);
    next_conversion_at(DEG(75)); /* T(LOW) itself is not below */
    assert_false(alert_pin());
    next_conversion_at(DEG(74.9375));
    assert_true(alert_pin());
    assert_int_equal(bus_read_word(&bus, CONFIG) & AL, AL);
}

static void polarity_inverts_pin_and_al(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CONFIG, R | POL);
    bus.now_ns += CONVERSION;
    assert_false(alert_pin());
    assert_int_equal(bus_read_word(&bus, CONFIG) & AL, 0);
    next_conversion_at(DEG(90));
    assert_true(alert_pin());
    assert_int_equal(bus_read_word(&bus, CONFIG) & AL, AL);
}

static void fault_queue_counts_in_a_row(void **state)
{
    static const unsigned limit[4] = { 1, 2, 4, 6 };

    (void)state;
    for (unsigned f = 0; f < 4; f++) {
        fresh_part(state);
        BUS_WRITE(&bus, CONFIG, (uint8_t)(R | F(f)));
        bus.now_ns += CONVERSION;
        for (unsigned i = 1; i < limit[f]; i++) {
            next_conversion_at(DEG(90));
            assert_true(alert_pin());
        }
        if (limit[f] > 1) {
            next_conversion_at(DEG(20)); /* breaks the row */
        }
        for (unsigned i = 1; i < limit[f]; i++) {
            next_conversion_at(DEG(90));
            assert_true(alert_pin());
        }
        next_conversion_at(DEG(90));
        assert_false(alert_pin());
        for (unsigned i = 1; i < limit[f]; i++) {
            next_conversion_at(DEG(20));
            assert_false(alert_pin());
        }
        next_conversion_at(DEG(20));
        assert_true(alert_pin());
    }
}

static void limits_are_read_in_extended_format(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CONFIG, R, CR_4HZ | EM);
    BUS_WRITE(&bus, THIGH, 0x46, 0x50); /* 140.625 = 2250 LSB, << 3 */
    BUS_WRITE(&bus, TLOW, 0x46, 0x00);  /* 140 degC */
    bus.now_ns += CONVERSION;
    next_conversion_at(DEG(140.5));
    assert_true(alert_pin());
    next_conversion_at(DEG(140.625));
    assert_false(alert_pin());
    next_conversion_at(DEG(-20));
    assert_true(alert_pin());
}

static void interrupt_is_cleared_by_reading_any_register(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CONFIG, R | TM);
    bus.now_ns += CONVERSION;
    next_conversion_at(DEG(90));
    assert_false(alert_pin());
    next_conversion_at(DEG(90));
    assert_false(alert_pin());
    next_conversion_at(DEG(20)); /* stays although it is over */
    assert_false(alert_pin());
    next_conversion_at(DEG(90));
    assert_false(alert_pin());
    bus_read_byte(&bus, THIGH);
    assert_true(alert_pin());
    next_conversion_at(DEG(95)); /* now only T(LOW) counts */
    assert_true(alert_pin());
    next_conversion_at(DEG(20));
    assert_false(alert_pin());
    bus_read_byte(&bus, TEMP);
    assert_true(alert_pin());
    next_conversion_at(DEG(20));
    assert_true(alert_pin());
    next_conversion_at(DEG(80));
    assert_false(alert_pin());
}

static void al_shows_the_comparator_in_interrupt_mode_too(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CONFIG, R | TM);
    bus.now_ns += CONVERSION;
    next_conversion_at(DEG(90));
    assert_int_equal(bus_read_word(&bus, CONFIG) & AL, 0);
    assert_true(alert_pin()); /* cleared by that very read */
    assert_int_equal(bus_read_word(&bus, CONFIG) & AL, 0);
}

static void interrupt_is_cleared_by_shutdown(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CONFIG, R | TM);
    bus.now_ns += CONVERSION;
    next_conversion_at(DEG(90));
    assert_false(alert_pin());
    BUS_WRITE(&bus, CONFIG, R | TM | SD);
    assert_true(alert_pin());
}

static void leaving_interrupt_mode_forgets_the_alert(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CONFIG, R | TM);
    bus.now_ns += CONVERSION;
    next_conversion_at(DEG(90));
    BUS_WRITE(&bus, CONFIG, R);
    assert_false(alert_pin()); /* the comparator's */
    BUS_WRITE(&bus, CONFIG, R | TM);
    assert_true(alert_pin());
    next_conversion_at(DEG(20)); /* not waiting for T(LOW) */
    assert_true(alert_pin());
    next_conversion_at(DEG(90));
    assert_false(alert_pin());
}

static void alert_response_gives_address_and_cause(void **state)
{
    (void)state;
    assert_false(bus_start(&bus, BW_PART_ADDR_ALERT_RESPONSE, true));
    BUS_WRITE(&bus, CONFIG, R | TM);
    bus.now_ns += CONVERSION;
    next_conversion_at(DEG(90));
    assert_true(bus_start(&bus, BW_PART_ADDR_ALERT_RESPONSE, true));
    assert_int_equal(bus_recv(&bus), ADDR << 1 | 0); /* POL 0: T(HIGH) */
    assert_int_equal(bus_recv(&bus), 0xff);
    bus_stop(&bus);
    assert_true(alert_pin());
    assert_false(bus_start(&bus, BW_PART_ADDR_ALERT_RESPONSE, true));
    next_conversion_at(DEG(20));
    assert_true(bus_start(&bus, BW_PART_ADDR_ALERT_RESPONSE, true));
    assert_int_equal(bus_recv(&bus), ADDR << 1 | 1); /* T(LOW) */
    bus_stop(&bus);
    BUS_WRITE(&bus, CONFIG, R | TM | POL);
    next_conversion_at(DEG(90));
    assert_true(bus_start(&bus, BW_PART_ADDR_ALERT_RESPONSE, true));
    assert_int_equal(bus_recv(&bus), ADDR << 1 | 1); /* inverted */
    bus_stop(&bus);
}

static void losing_the_alert_response_keeps_the_alert(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CONFIG, R | TM);
    bus.now_ns += CONVERSION;
    next_conversion_at(DEG(90));
    /* acknowledged, but the byte came from a part with a lower address */
    assert_true(bus_start(&bus, BW_PART_ADDR_ALERT_RESPONSE, true));
    bus_stop(&bus);
    assert_false(alert_pin());
    assert_true(bus_start(&bus, BW_PART_ADDR_ALERT_RESPONSE, true));
    assert_int_equal(bus_recv(&bus), ADDR << 1);
    bus_stop(&bus);
}

static void comparator_mode_does_not_answer_the_alert_response(void **state)
{
    (void)state;
    bus.now_ns += CONVERSION;
    next_conversion_at(DEG(90));
    assert_false(alert_pin());
    assert_false(bus_start(&bus, BW_PART_ADDR_ALERT_RESPONSE, true));
    assert_false(bus_start(&bus, BW_PART_ADDR_ALERT_RESPONSE, false));
}

static void general_call_resets_registers(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CONFIG, R | TM | F(1), CR(1) | EM);
    BUS_WRITE(&bus, THIGH, 0x12, 0x30);
    next_conversion_at(DEG(50));
    assert_true(bus_start(&bus, BW_PART_ADDR_GENERAL_CALL, false));
    assert_true(bus_send(&bus, 0x06));
    bus_stop(&bus);
    assert_true(bus_start(&bus, ADDR, true)); /* the pointer is 0 again */
    assert_int_equal(bus_recv(&bus), 0x00);
    bus_stop(&bus);
    assert_int_equal(bus_read_word(&bus, TEMP), 0x0000);
    assert_int_equal(bus_read_word(&bus, CONFIG), 0x60a0);
    assert_int_equal(bus_read_word(&bus, THIGH), 0x5000);
    bus.now_ns += CONVERSION; /* the room is as warm as before */
    assert_int_equal(bus_read_word(&bus, TEMP), 0x3200);
}

static void other_general_calls_are_refused(void **state)
{
    (void)state;
    BUS_WRITE(&bus, THIGH, 0x12, 0x30);
    assert_true(bus_start(&bus, BW_PART_ADDR_GENERAL_CALL, false));
    assert_false(bus_send(&bus, 0x04));
    assert_false(bus_send(&bus, 0x06)); /* only the second byte counts */
    bus_stop(&bus);
    assert_false(bus_start(&bus, BW_PART_ADDR_GENERAL_CALL, true));
    assert_int_equal(bus_read_word(&bus, THIGH), 0x1230);
}

/* A bench left alone must not be found converting for minutes. */
static void a_century_passes_at_once(void **state)
{
    (void)state;
    /* T(LOW) over T(HIGH): at 78 degC the comparator toggles each time */
    BUS_WRITE(&bus, TLOW, 0x50, 0x00);
    BUS_WRITE(&bus, THIGH, 0x4b, 0x00);
    assert_true(value_set(&bus, "temperature", DEG(78)));
    bus.now_ns += CONVERSION; /* conversion 1 */
    assert_false(alert_pin());
    /* 100 Julian years hold an even number of periods, 4 * 3155760000 */
    bus.now_ns += 3155760000ull * S;
    assert_false(alert_pin());
    bus.now_ns += PERIOD;
    assert_true(alert_pin());
    assert_int_equal(bus_read_word(&bus, TEMP), 0x4e00);
}

#define TEST(name) cmocka_unit_test_setup(name, fresh_part)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(registers_have_their_reset_values),
        TEST(register_masks_hold),
        TEST(first_result_comes_after_26_ms),
        TEST(temperature_codes_of_the_data_sheet),
        TEST(extended_mode_has_13_bits_and_a_flag),
        TEST(extended_mode_starts_with_the_next_conversion),
        TEST(pointer_stays_until_it_is_written),
        TEST(only_the_first_byte_may_be_written),
        TEST(bytes_past_the_second_are_dropped),
        TEST(conversion_rates_are_the_tables),
        TEST(new_rate_counts_from_the_last_conversion),
        TEST(shutdown_finishes_the_conversion_and_stops),
        TEST(shutdown_between_conversions_starts_none),
        TEST(one_shot_converts_once),
        TEST(one_shot_without_shutdown_is_ignored),
        TEST(comparator_has_hysteresis),
        TEST(polarity_inverts_pin_and_al),
        TEST(fault_queue_counts_in_a_row),
        TEST(limits_are_read_in_extended_format),
        TEST(interrupt_is_cleared_by_reading_any_register),
        TEST(al_shows_the_comparator_in_interrupt_mode_too),
        TEST(interrupt_is_cleared_by_shutdown),
        TEST(leaving_interrupt_mode_forgets_the_alert),
        TEST(alert_response_gives_address_and_cause),
        TEST(losing_the_alert_response_keeps_the_alert),
        TEST(comparator_mode_does_not_answer_the_alert_response),
        TEST(general_call_resets_registers),
        TEST(other_general_calls_are_refused),
        TEST(a_century_passes_at_once),
    };

    return cmocka_run_group_tests_name("tmp102", tests, NULL, NULL);
}
