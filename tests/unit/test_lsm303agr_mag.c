/*
 * The LSM303AGR's magnetometer: registers, data, time, thresholds.
 *
 * A count is 1.5 mgauss = 0.15 uT.
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

#define OFFSET_X   0x45
#define CFG_A      0x60
#define CFG_B      0x61
#define CFG_C      0x62
#define INT_CTRL   0x63
#define INT_SOURCE 0x64
#define INT_THS    0x65
#define STATUS     0x67
#define OUT_X      0x68
#define OUT_Y      0x6a
#define OUT_Z      0x6c
#define INC        0x80 /* of the sub-address */

#define ODR_10HZ 0x00 /* CFG_A, continuous */
#define SINGLE   0x01
#define IDLE     0x03
#define LP       0x10
#define DRDY_PIN 0x01 /* CFG_C */
#define INT_PIN  0x40
#define BDU      0x10
#define BLE      0x08
#define XYZ      0xe0 /* INT_CTRL */
#define IEA      0x04
#define IEL      0x02
#define IEN      0x01

#define TURN_ON     9400000ull
#define PERIOD_10HZ (100 * MS)

#define UT(ut) ((int64_t)((ut)*1e6 + ((ut) < 0 ? -0.5 : 0.5)))

static struct part_bus bus;

static int fresh_part(void **state)
{
    (void)state;
    part_bus_init(&bus, &bw_part_lsm303agr_mag, 0x1e);
    return 0;
}

static void set_field(int64_t x, int64_t y, int64_t z)
{
    assert_true(value_set(&bus, "field-x", x));
    assert_true(value_set(&bus, "field-y", y));
    assert_true(value_set(&bus, "field-z", z));
}

static int read_axis(uint8_t reg)
{
    uint8_t bytes[2];

    bus_read_at(&bus, INC | reg, bytes, 2);
    return (int16_t)(bytes[1] << 8 | bytes[0]);
}

static void read_sample(void)
{
    uint8_t bytes[6];

    bus_read_at(&bus, INC | OUT_X, bytes, sizeof(bytes));
}

static enum bw_part_drive pin(void)
{
    return bus.model->drive(bus.state, 0, bus.now_ns);
}

static void start_at_10hz(void)
{
    BUS_WRITE(&bus, CFG_A, ODR_10HZ);
    bus.now_ns += TURN_ON;
}

static void next_sample(void)
{
    bus.now_ns += PERIOD_10HZ;
}

static void registers_are_as_the_data_sheet_has_them(void **state)
{
    static const struct register_row rows[] = {
        { 0x45, 0x00, 0xff, 0 }, { 0x46, 0x00, 0xff, 0 },
        { 0x47, 0x00, 0xff, 0 }, { 0x48, 0x00, 0xff, 0 },
        { 0x49, 0x00, 0xff, 0 }, { 0x4a, 0x00, 0xff, 0 },
        { 0x4f, 0x40, 0x00, 0 }, { 0x60, 0x03, 0x9f, 0x20 },
        { 0x61, 0x00, 0x1f, 0 }, { 0x62, 0x00, 0x7b, 0x20 },
        { 0x63, 0xe0, 0xe7, 0 }, { 0x65, 0x00, 0xff, 0 },
        { 0x66, 0x00, 0xff, 0 },
    };

    (void)state;
    walk_registers(&bus, rows, sizeof(rows) / sizeof(rows[0]), 0x7f);
}

static void samples_come_at_the_data_rate(void **state)
{
    /* ODR: 10, 20, 50, 100 Hz; low power turns on faster */
    static const struct {
        uint8_t cfg_a;
        uint64_t first, period;
    } t[] = {
        { 0x00, TURN_ON, 100 * MS },     { 0x04, TURN_ON, 50 * MS },
        { 0x08, TURN_ON, 20 * MS },      { 0x0c, TURN_ON, 10 * MS },
        { 0x0c | LP, 6400000, 10 * MS },
    };

    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        fresh_part(state);
        BUS_WRITE(&bus, CFG_A, t[i].cfg_a);
        bus.now_ns += t[i].first - 1;
        assert_int_equal(bus_read_byte(&bus, STATUS), 0);
        bus.now_ns += 1;
        assert_int_equal(bus_read_byte(&bus, STATUS), 0x0f);
        read_sample();
        bus.now_ns += t[i].period - 1;
        assert_int_equal(bus_read_byte(&bus, STATUS), 0);
        bus.now_ns += 1;
        assert_int_equal(bus_read_byte(&bus, STATUS), 0x0f);
    }
}

static void single_mode_measures_once(void **state)
{
    (void)state;
    bus.now_ns += S;
    assert_int_equal(bus_read_byte(&bus, STATUS), 0); /* idle at first */
    BUS_WRITE(&bus, CFG_A, SINGLE);
    bus.now_ns += TURN_ON;
    assert_int_equal(bus_read_byte(&bus, STATUS), 0x0f);
    assert_int_equal(bus_read_byte(&bus, CFG_A), IDLE);
    bus.now_ns += S;
    assert_int_equal(bus_read_byte(&bus, STATUS), 0x0f); /* no overrun */
}

static void counts_are_150_nt(void **state)
{
    static const struct {
        int64_t micro;
        int count;
    } t[] = {
        { UT(45), 300 },        { UT(-45), -300 },    { UT(0.15), 1 },
        { UT(0.074), 0 },       { UT(0.075), 1 },     { UT(-0.075), -1 },
        { UT(4915.05), 32767 }, { UT(10000), 32767 }, { UT(-10000), -32768 },
    };

    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        fresh_part(state);
        set_field(0, t[i].micro, 0);
        start_at_10hz();
        assert_int_equal(read_axis(OUT_X), 0);
        assert_int_equal(read_axis(OUT_Y), t[i].count);
        assert_int_equal(read_axis(OUT_Z), 0);
    }
}

static void hard_iron_offsets_are_subtracted(void **state)
{
    (void)state;
    BUS_WRITE(&bus, INC | OFFSET_X, 100, 0, 0x9c, 0xff); /* 100, -100 */
    set_field(UT(45), UT(45), UT(45));
    start_at_10hz();
    assert_int_equal(read_axis(OUT_X), 200);
    assert_int_equal(read_axis(OUT_Y), 400);
    assert_int_equal(read_axis(OUT_Z), 300);
}

static void self_test_adds_a_field(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CFG_C, 0x02);
    start_at_10hz();
    assert_int_equal(read_axis(OUT_X), 167); /* 250 mgauss */
}

static void data_ready_raises_the_pin_until_it_is_read(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CFG_C, DRDY_PIN);
    assert_int_equal(pin(), BW_PART_LOW);
    start_at_10hz();
    assert_int_equal(pin(), BW_PART_HIGH);
    read_sample();
    assert_int_equal(pin(), BW_PART_LOW);
    BUS_WRITE(&bus, CFG_C, 0);
    next_sample();
    assert_int_equal(pin(), BW_PART_LOW);
}

static void flags_and_overrun(void **state)
{
    (void)state;
    start_at_10hz();
    next_sample();
    assert_int_equal(bus_read_byte(&bus, STATUS), 0xff);
    bus_read_byte(&bus, OUT_Y + 1);
    assert_int_equal(bus_read_byte(&bus, STATUS), 0xdd);
    read_sample();
    assert_int_equal(bus_read_byte(&bus, STATUS), 0);
}

static void bdu_and_ble(void **state)
{
    uint8_t got[2];

    (void)state;
    set_field(UT(45), 0, 0); /* 300 = 0x012c */
    BUS_WRITE(&bus, CFG_C, BDU);
    start_at_10hz();
    assert_int_equal(bus_read_byte(&bus, OUT_X), 0x2c);
    set_field(UT(0), 0, 0);
    next_sample();
    assert_int_equal(bus_read_byte(&bus, OUT_X + 1), 0x01);
    assert_int_equal(bus_read_byte(&bus, OUT_X + 1), 0x00);
    set_field(UT(45), 0, 0);
    BUS_WRITE(&bus, CFG_C, BLE);
    next_sample();
    bus_read_at(&bus, INC | OUT_X, got, 2);
    assert_int_equal(got[0] << 8 | got[1], 300);
}

static void threshold_names_axis_and_sign(void **state)
{
    (void)state;
    BUS_WRITE(&bus, INC | INT_THS, 0x2c, 0x01); /* 300: 45 uT */
    BUS_WRITE(&bus, INT_CTRL, XYZ | IEA | IEN);
    BUS_WRITE(&bus, CFG_C, INT_PIN);
    set_field(UT(45), UT(45), UT(-45));
    start_at_10hz();
    assert_int_equal(bus_read_byte(&bus, INT_SOURCE), 0);
    assert_int_equal(pin(), BW_PART_LOW);
    set_field(UT(45.15), UT(0), UT(-45.15));
    next_sample();
    assert_int_equal(bus_read_byte(&bus, INT_SOURCE), 0x80 | 0x04 | 0x01);
    assert_int_equal(pin(), BW_PART_HIGH);
    set_field(0, 0, 0);
    next_sample();
    assert_int_equal(pin(), BW_PART_LOW);
}

static void held_threshold_and_active_low(void **state)
{
    (void)state;
    BUS_WRITE(&bus, INC | INT_THS, 0x2c, 0x01);
    BUS_WRITE(&bus, INT_CTRL, 0x80 | IEL | IEN); /* X only */
    BUS_WRITE(&bus, CFG_C, INT_PIN);
    set_field(UT(50), UT(100), 0);
    assert_int_equal(pin(), BW_PART_HIGH);
    start_at_10hz();
    assert_int_equal(pin(), BW_PART_LOW);
    set_field(0, 0, 0);
    next_sample();
    assert_int_equal(pin(), BW_PART_LOW);
    assert_int_equal(bus_read_byte(&bus, INT_SOURCE), 0x80);
    assert_int_equal(pin(), BW_PART_HIGH);
    assert_int_equal(bus_read_byte(&bus, INT_SOURCE), 0x01);
}

static void threshold_after_the_offset_on_request(void **state)
{
    (void)state;
    BUS_WRITE(&bus, INC | OFFSET_X, 0x2c, 0x01);
    BUS_WRITE(&bus, INC | INT_THS, 100, 0);
    BUS_WRITE(&bus, INT_CTRL, XYZ | IEA | IEN);
    set_field(UT(45), 0, 0); /* 0 after the offset */
    start_at_10hz();
    assert_int_equal(bus_read_byte(&bus, INT_SOURCE), 0x81);
    BUS_WRITE(&bus, CFG_B, 0x08);
    next_sample();
    assert_int_equal(bus_read_byte(&bus, INT_SOURCE), 0);
}

static void measurement_range_is_reported(void **state)
{
    (void)state;
    BUS_WRITE(&bus, INC | INT_THS, 0xff, 0x7f);
    BUS_WRITE(&bus, INT_CTRL, XYZ | IEA | IEN);
    set_field(UT(9000), 0, 0);
    start_at_10hz();
    assert_int_equal(bus_read_byte(&bus, INT_SOURCE) & 0x02, 0x02);
}

static void soft_rst_resets(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CFG_C, DRDY_PIN);
    start_at_10hz();
    BUS_WRITE(&bus, CFG_A, 0x20);
    assert_int_equal(bus_read_byte(&bus, CFG_A), IDLE);
    assert_int_equal(bus_read_byte(&bus, CFG_C), 0);
    assert_int_equal(bus_read_byte(&bus, STATUS), 0);
}

static void i2c_dis_makes_it_deaf(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CFG_C, 0x20);
    assert_false(bus_start(&bus, 0x1e, false));
    assert_false(bus_start(&bus, 0x1e, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(registers_are_as_the_data_sheet_has_them,
                               fresh_part),
        cmocka_unit_test_setup(samples_come_at_the_data_rate, fresh_part),
        cmocka_unit_test_setup(single_mode_measures_once, fresh_part),
        cmocka_unit_test_setup(counts_are_150_nt, fresh_part),
        cmocka_unit_test_setup(hard_iron_offsets_are_subtracted, fresh_part),
        cmocka_unit_test_setup(self_test_adds_a_field, fresh_part),
        cmocka_unit_test_setup(data_ready_raises_the_pin_until_it_is_read,
                               fresh_part),
        cmocka_unit_test_setup(flags_and_overrun, fresh_part),
        cmocka_unit_test_setup(bdu_and_ble, fresh_part),
        cmocka_unit_test_setup(threshold_names_axis_and_sign, fresh_part),
        cmocka_unit_test_setup(held_threshold_and_active_low, fresh_part),
        cmocka_unit_test_setup(threshold_after_the_offset_on_request,
                               fresh_part),
        cmocka_unit_test_setup(measurement_range_is_reported, fresh_part),
        cmocka_unit_test_setup(soft_rst_resets, fresh_part),
        cmocka_unit_test_setup(i2c_dis_makes_it_deaf, fresh_part),
    };

    return cmocka_run_group_tests_name("lsm303agr_mag", tests, NULL, NULL);
}
