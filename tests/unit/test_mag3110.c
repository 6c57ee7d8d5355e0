/*
 * The MAG3110 magnetometer: registers, data, time, INT1.
 *
 * A count is 0.1 uT.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "part_bus.h"
#include "register_walk.h"

#define DR_STATUS 0x00
#define OUT_X     0x01
#define OUT_Y     0x03
#define OUT_Z     0x05
#define SYSMOD    0x08
#define OFF_X     0x09
#define DIE_TEMP  0x0f
#define CTRL_REG1 0x10
#define CTRL_REG2 0x11

#define DR(n) ((n) << 5)
#define OS(n) ((n) << 3)
#define FR    0x04
#define TM    0x02
#define AC    0x01
#define RAW   0x20

#define UT(ut) ((int64_t)((ut)*1e6 + ((ut) < 0 ? -0.5 : 0.5)))

/* DR = 0, OS = 0: 80 Hz; a conversion is 16 samples at 1280 Hz */
#define PERIOD_80HZ 12500000ull

static struct part_bus bus;

static int fresh_part(void **state)
{
    (void)state;
    part_bus_init(&bus, &bw_part_mag3110, 0x0e);
    return 0;
}

static void set_field(int64_t x, int64_t y, int64_t z)
{
    assert_true(value_set(&bus, "field-x", x));
    assert_true(value_set(&bus, "field-y", y));
    assert_true(value_set(&bus, "field-z", z));
}

static enum bw_part_drive int1(void)
{
    return bus.model->drive(bus.state, 0, bus.now_ns);
}

static void read_sample(void)
{
    uint8_t bytes[6];

    bus_read_at(&bus, OUT_X, bytes, sizeof(bytes));
}

static void registers_are_as_the_data_sheet_has_them(void **state)
{
    static const struct register_row rows[] = {
        { 0x07, 0xc4, 0x00, 0 }, { 0x09, 0x00, 0xff, 0 },
        { 0x0a, 0x00, 0xfe, 0 }, { 0x0b, 0x00, 0xff, 0 },
        { 0x0c, 0x00, 0xfe, 0 }, { 0x0d, 0x00, 0xff, 0 },
        { 0x0e, 0x00, 0xfe, 0 }, { 0x10, 0x00, 0xff, AC | TM },
        { 0x11, 0x00, RAW, 0 },
    };

    (void)state;
    walk_registers(&bus, rows, sizeof(rows) / sizeof(rows[0]), 0xff);
}

static void samples_come_at_the_data_rate(void **state)
{
    for (unsigned dr = 0; dr < 8; dr++) {
        for (unsigned os = 0; os < 4; os++) {
            uint64_t period = PERIOD_80HZ << (dr + os);
            /* the converter does not get slower than 80 Hz (DR = 4) */
            uint64_t first = PERIOD_80HZ << ((dr < 4 ? dr : 4) + os);

            fresh_part(state);
            BUS_WRITE(&bus, CTRL_REG1, DR(dr) | OS(os) | AC);
            bus.now_ns += first - 1;
            assert_int_equal(bus_read_byte(&bus, DR_STATUS), 0);
            bus.now_ns += 1;
            assert_int_equal(bus_read_byte(&bus, DR_STATUS), 0x0f);
            read_sample();
            bus.now_ns += period - 1;
            assert_int_equal(bus_read_byte(&bus, DR_STATUS), 0);
            bus.now_ns += 1;
            assert_int_equal(bus_read_byte(&bus, DR_STATUS), 0x0f);
        }
    }
}

static void counts_are_a_tenth_of_a_microtesla(void **state)
{
    static const struct {
        int64_t micro;
        int count;
    } t[] = {
        { UT(50), 500 },     { UT(-50), -500 },   { UT(0.1), 1 },
        { UT(0.05), 1 },     { UT(0.049), 0 },    { UT(-0.05), -1 },
        { UT(1000), 10000 }, { UT(1001), 10000 }, { UT(-5000), -10000 },
    };

    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        fresh_part(state);
        set_field(0, t[i].micro, 0);
        BUS_WRITE(&bus, CTRL_REG1, AC);
        bus.now_ns += PERIOD_80HZ;
        assert_int_equal((int16_t)bus_read_word(&bus, OUT_X), 0);
        assert_int_equal((int16_t)bus_read_word(&bus, OUT_Y), t[i].count);
        assert_int_equal((int16_t)bus_read_word(&bus, OUT_Z), 0);
    }
}

static void user_offset_is_subtracted_but_not_in_raw(void **state)
{
    (void)state;
    /* 100 and -100 in bits 15:1: 0x00c8, 0xff38 */
    BUS_WRITE(&bus, OFF_X, 0x00, 0xc8, 0xff, 0x38);
    set_field(UT(50), UT(50), UT(50));
    BUS_WRITE(&bus, CTRL_REG1, AC);
    bus.now_ns += PERIOD_80HZ;
    assert_int_equal(bus_read_byte(&bus, SYSMOD), 2);
    assert_int_equal((int16_t)bus_read_word(&bus, OUT_X), 400);
    assert_int_equal((int16_t)bus_read_word(&bus, OUT_Y), 600);
    assert_int_equal((int16_t)bus_read_word(&bus, OUT_Z), 500);
    BUS_WRITE(&bus, CTRL_REG2, RAW);
    assert_int_equal(bus_read_byte(&bus, SYSMOD), 1);
    bus.now_ns += PERIOD_80HZ;
    assert_int_equal((int16_t)bus_read_word(&bus, OUT_X), 500);
    assert_int_equal((int16_t)bus_read_word(&bus, OUT_Y), 500);
}

static void one_measurement_in_standby(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CTRL_REG1, OS(1) | TM);
    assert_int_equal(bus_read_byte(&bus, SYSMOD), 0);
    bus.now_ns += 2 * PERIOD_80HZ - 1;
    assert_int_equal(bus_read_byte(&bus, CTRL_REG1), OS(1) | TM);
    bus.now_ns += 1;
    assert_int_equal(bus_read_byte(&bus, CTRL_REG1), OS(1));
    assert_int_equal(bus_read_byte(&bus, DR_STATUS), 0x0f);
    read_sample();
    bus.now_ns += 10 * S;
    assert_int_equal(bus_read_byte(&bus, DR_STATUS), 0);
}

static void trigger_in_active_mode_measures_at_once(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CTRL_REG1, DR(7) | AC);
    bus.now_ns += 10 * S;
    read_sample();
    BUS_WRITE(&bus, CTRL_REG1, TM | AC); /* DR does not change now */
    bus.now_ns += PERIOD_80HZ << 4;
    assert_int_equal(bus_read_byte(&bus, DR_STATUS), 0x0f);
    assert_int_equal(bus_read_byte(&bus, CTRL_REG1), DR(7) | AC);
}

static void flags_and_overrun(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CTRL_REG1, AC);
    bus.now_ns += 2 * PERIOD_80HZ;
    assert_int_equal(bus_read_byte(&bus, DR_STATUS), 0xff);
    bus_read_byte(&bus, OUT_Y);
    assert_int_equal(bus_read_byte(&bus, DR_STATUS), 0xdd);
    read_sample();
    assert_int_equal(bus_read_byte(&bus, DR_STATUS), 0);
}

static void int1_is_high_until_all_axes_are_read(void **state)
{
    (void)state;
    assert_int_equal(int1(), BW_PART_LOW);
    BUS_WRITE(&bus, CTRL_REG1, AC);
    bus.now_ns += PERIOD_80HZ - 1;
    assert_int_equal(int1(), BW_PART_LOW);
    bus.now_ns += 1;
    assert_int_equal(int1(), BW_PART_HIGH);
    bus_read_byte(&bus, OUT_X);
    bus_read_byte(&bus, OUT_Y);
    assert_int_equal(int1(), BW_PART_HIGH);
    bus_read_byte(&bus, OUT_Z);
    assert_int_equal(int1(), BW_PART_LOW);
}

static void pointer_counts_up_and_wraps(void **state)
{
    uint8_t got[18];

    (void)state;
    set_field(UT(25.6), UT(25.7), UT(25.8)); /* 0x100, 0x101, 0x102 */
    BUS_WRITE(&bus, CTRL_REG1, AC);
    bus.now_ns += PERIOD_80HZ;
    bus_read_at(&bus, DR_STATUS, got, 9);
    assert_int_equal(got[0], 0x0f);
    assert_int_equal(got[1] << 8 | got[2], 0x100);
    assert_int_equal(got[3] << 8 | got[4], 0x101);
    assert_int_equal(got[5] << 8 | got[6], 0x102);
    assert_int_equal(got[7], 0xc4);
    assert_int_equal(got[8], 2); /* SYSMOD */
    bus_read_at(&bus, CTRL_REG2, got, 3);
    assert_int_equal(got[1], 0);    /* DR_STATUS */
    assert_int_equal(got[2], 0x01); /* the MSB of X */
}

static void fast_read_leaves_the_lsbs_out(void **state)
{
    uint8_t got[4];

    (void)state;
    set_field(UT(25.6), UT(51.2), UT(102.4));
    BUS_WRITE(&bus, CTRL_REG1, FR | AC);
    bus.now_ns += PERIOD_80HZ;
    bus_read_at(&bus, OUT_X, got, 4);
    assert_int_equal(got[0], 1);
    assert_int_equal(got[1], 2);
    assert_int_equal(got[2], 4);
    assert_int_equal(got[3], 0xc4);
}

static void active_mode_locks_the_rate(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CTRL_REG1, AC);
    BUS_WRITE(&bus, CTRL_REG1, DR(3) | OS(2) | AC);
    assert_int_equal(bus_read_byte(&bus, CTRL_REG1), AC);
    BUS_WRITE(&bus, CTRL_REG1, DR(3));
    assert_int_equal(bus_read_byte(&bus, CTRL_REG1), 0);
    assert_int_equal(bus_read_byte(&bus, SYSMOD), 0);
    bus.now_ns += S;
    assert_int_equal(bus_read_byte(&bus, DR_STATUS), 0);
}

static void die_temperature_is_in_degrees(void **state)
{
    (void)state;
    assert_true(value_set(&bus, "temperature", -12600000));
    BUS_WRITE(&bus, CTRL_REG1, AC);
    assert_int_equal(bus_read_byte(&bus, DIE_TEMP), 0);
    bus.now_ns += PERIOD_80HZ;
    assert_int_equal((int8_t)bus_read_byte(&bus, DIE_TEMP), -13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(registers_are_as_the_data_sheet_has_them,
                               fresh_part),
        cmocka_unit_test_setup(samples_come_at_the_data_rate, fresh_part),
        cmocka_unit_test_setup(counts_are_a_tenth_of_a_microtesla, fresh_part),
        cmocka_unit_test_setup(user_offset_is_subtracted_but_not_in_raw,
                               fresh_part),
        cmocka_unit_test_setup(one_measurement_in_standby, fresh_part),
        cmocka_unit_test_setup(trigger_in_active_mode_measures_at_once,
                               fresh_part),
        cmocka_unit_test_setup(flags_and_overrun, fresh_part),
        cmocka_unit_test_setup(int1_is_high_until_all_axes_are_read,
                               fresh_part),
        cmocka_unit_test_setup(pointer_counts_up_and_wraps, fresh_part),
        cmocka_unit_test_setup(fast_read_leaves_the_lsbs_out, fresh_part),
        cmocka_unit_test_setup(active_mode_locks_the_rate, fresh_part),
        cmocka_unit_test_setup(die_temperature_is_in_degrees, fresh_part),
    };

    return cmocka_run_group_tests_name("mag3110", tests, NULL, NULL);
}
