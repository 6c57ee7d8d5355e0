/*
 * The MMA8653FC accelerometer: registers, data, time, interrupts of new data.
 *
 * 1 g is 256 counts at 2 g, 128 at 4 g, 64 at 8 g; counts stand in the upper
 * 10 of 16 bits.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mma8653_bus.h"
#include "register_walk.h"

static int fresh_part(void **state)
{
    (void)state;
    part_bus_init(&bus, &bw_part_mma8653, 0x1d);
    return 0;
}

static void registers_are_as_the_data_sheet_has_them(void **state)
{
    static const struct register_row rows[] = {
        { 0x0d, 0x5a, 0x00, 0 },    { 0x0e, 0x00, 0x03, 0 },
        { 0x11, 0x80, 0xc0, 0 },    { 0x12, 0x00, 0xff, 0 },
        { 0x13, 0x44, 0x00, 0 },    { 0x14, 0x84, 0x00, 0 },
        { 0x15, 0x00, 0xf8, 0 },    { 0x17, 0x00, 0xff, 0 },
        { 0x18, 0x00, 0xff, 0 },    { 0x29, 0x00, 0xff, 0 },
        { 0x2a, 0x00, 0xfb, 0x01 }, { 0x2b, 0x00, 0xdf, 0x40 },
        { 0x2c, 0x00, 0x2b, 0 },    { 0x2d, 0x00, 0x95, 0 },
        { 0x2e, 0x00, 0x95, 0 },    { 0x2f, 0x00, 0xff, 0 },
        { 0x30, 0x00, 0xff, 0 },    { 0x31, 0x00, 0xff, 0 },
    };

    (void)state;
    walk_registers(&bus, rows, sizeof(rows) / sizeof(rows[0]), 0xff);
}

static void standby_gives_no_data(void **state)
{
    (void)state;
    bus.now_ns += 10 * S;
    assert_int_equal(bus_read_byte(&bus, STATUS), 0);
    assert_int_equal(bus_read_word(&bus, OUT_Z), 0);
    assert_int_equal(bus_read_byte(&bus, SYSMOD), 0);
}

static void samples_come_at_the_data_rate(void **state)
{
    /* CTRL_REG1, DR: 800 to 1.56 Hz */
    static const uint64_t period[8] = {
        1250000,  2500000,  5000000,   10000000,
        20000000, 80000000, 160000000, 640000000,
    };

    for (unsigned dr = 0; dr < 8; dr++) {
        fresh_part(state);
        activate(dr << 3);
        assert_int_equal(bus_read_byte(&bus, SYSMOD), 1);
        bus.now_ns += 2 * period[dr] + MS - 1;
        assert_int_equal(bus_read_byte(&bus, STATUS), 0);
        bus.now_ns += 1;
        assert_int_equal(bus_read_byte(&bus, STATUS), 0x0f);
        read_sample();
        assert_int_equal(bus_read_byte(&bus, STATUS), 0);
        bus.now_ns += period[dr] - 1;
        assert_int_equal(bus_read_byte(&bus, STATUS), 0);
        bus.now_ns += 1;
        assert_int_equal(bus_read_byte(&bus, STATUS), 0x0f);
    }
}

static void counts_of_each_range(void **state)
{
    static const struct {
        uint8_t fs;
        int64_t mg;
        int count;
    } t[] = {
        { 0, 1000, 256 },  { 0, -1000, -256 }, { 0, 1, 0 },
        { 0, 2, 1 },       { 0, -2, -1 },      { 0, 1996, 511 },
        { 0, 2000, 511 },  { 0, -2000, -512 }, { 0, -20000, -512 },
        { 1, 1000, 128 },  { 1, 3992, 511 },   { 1, -4000, -512 },
        { 2, 1000, 64 },   { 2, -1000, -64 },  { 2, 7984, 511 },
        { 2, 20000, 511 },
    };

    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        fresh_part(state);
        BUS_WRITE(&bus, XYZ_DATA_CFG, t[i].fs);
        set_mg(0, t[i].mg, 0);
        activate(DR_50HZ);
        bus.now_ns += S;
        assert_int_equal((int16_t)bus_read_word(&bus, OUT_X), 0);
        assert_int_equal((int16_t)bus_read_word(&bus, OUT_Y), t[i].count * 64);
        assert_int_equal((int16_t)bus_read_word(&bus, OUT_Z), 0);
    }
}

static void flags_of_an_axis_go_when_its_msb_is_read(void **state)
{
    (void)state;
    activate(DR_50HZ);
    bus.now_ns += FIRST_50HZ;
    bus_read_byte(&bus, 0x02); /* an LSB takes nothing */
    assert_int_equal(bus_read_byte(&bus, STATUS), 0x0f);
    bus_read_byte(&bus, OUT_X);
    assert_int_equal(bus_read_byte(&bus, STATUS), 0x0e);
    bus.now_ns += PERIOD_50HZ; /* X is new, Y and Z are overwritten */
    assert_int_equal(bus_read_byte(&bus, STATUS), 0xef);
    bus_read_byte(&bus, OUT_Y);
    assert_int_equal(bus_read_byte(&bus, STATUS), 0xcd);
    bus_read_byte(&bus, OUT_Z);
    assert_int_equal(bus_read_byte(&bus, STATUS), 0x89);
    bus_read_byte(&bus, OUT_X);
    assert_int_equal(bus_read_byte(&bus, STATUS), 0x00);
}

static void both_bytes_are_of_one_sample(void **state)
{
    uint8_t pointer = OUT_X, msb, lsb;

    (void)state;
    set_mg(1000, 0, 0); /* 256 = 0x100: 0x40 0x00 */
    activate(DR_50HZ);
    bus.now_ns += FIRST_50HZ;
    bus_put(&bus, &pointer, 1);
    assert_true(bus_start(&bus, 0x1d, true));
    msb = bus_recv(&bus);
    set_mg(-2, 0, 0); /* -1 = 0x3ff: 0xff 0xc0 */
    bus.now_ns += PERIOD_50HZ;
    lsb = bus_recv(&bus);
    bus_stop(&bus);
    assert_int_equal(msb << 8 | lsb, 0x4000);
    assert_int_equal(bus_read_word(&bus, OUT_X), 0xffc0);
}

static void pointer_runs_in_a_ring_over_the_data(void **state)
{
    uint8_t got[9];

    (void)state;
    set_mg(2, 4, 1000); /* 1, 1, 256 */
    activate(DR_50HZ);
    bus.now_ns += FIRST_50HZ;
    bus_read_at(&bus, STATUS, got, 9);
    assert_int_equal(got[0], 0x0f);
    assert_int_equal(got[1] << 8 | got[2], 0x0040);
    assert_int_equal(got[3] << 8 | got[4], 0x0040);
    assert_int_equal(got[5] << 8 | got[6], 0x4000);
    assert_int_equal(got[7], 0x00); /* STATUS, all has been read */
    assert_int_equal(got[8], 0x00);
    bus_read_at(&bus, 0x31, got, 2);
    assert_int_equal(got[1], 0x5a); /* from OFF_Z to WHO_AM_I */
}

static void fast_read_leaves_the_lsbs_out(void **state)
{
    uint8_t got[5];

    (void)state;
    set_mg(100, 200, 1000); /* 26 = 0x01a, 51 = 0x033, 256: 06 80, 0c c0 */
    activate(DR_50HZ | F_READ);
    bus.now_ns += FIRST_50HZ;
    bus_read_at(&bus, STATUS, got, 5);
    assert_int_equal(got[0], 0x0f);
    assert_int_equal(got[1], 0x06);
    assert_int_equal(got[2], 0x0c);
    assert_int_equal(got[3], 0x40);
    assert_int_equal(got[4], 0x00); /* STATUS again */
    assert_int_equal(bus_read_byte(&bus, 0x02), 0);
}

static void offsets_add_1_96_mg_each(void **state)
{
    (void)state;
    BUS_WRITE(&bus, OFF_X, 127, 0x80, 2);
    set_mg(0, 0, 0);
    activate(DR_50HZ);
    bus.now_ns += FIRST_50HZ;
    /* 127, -128 and 2 times 1000/512 mg: 63.5, -64 and 1 counts */
    assert_int_equal((int16_t)bus_read_word(&bus, OUT_X), 64 * 64);
    assert_int_equal((int16_t)bus_read_word(&bus, OUT_Y), -64 * 64);
    assert_int_equal((int16_t)bus_read_word(&bus, OUT_Z), 1 * 64);
}

static void self_test_moves_the_output(void **state)
{
    (void)state;
    BUS_WRITE(&bus, XYZ_DATA_CFG, 1); /* 4 g, for which the values are */
    BUS_WRITE(&bus, CTRL_REG2, 0x80);
    set_mg(0, 0, 0);
    activate(DR_50HZ);
    bus.now_ns += FIRST_50HZ;
    assert_int_equal((int16_t)bus_read_word(&bus, OUT_X), 23 * 64);
    assert_int_equal((int16_t)bus_read_word(&bus, OUT_Y), 26 * 64);
    assert_int_equal((int16_t)bus_read_word(&bus, OUT_Z), 196 * 64);
}

static void active_mode_locks_the_configuration(void **state)
{
    (void)state;
    activate(DR_50HZ);
    BUS_WRITE(&bus, XYZ_DATA_CFG, 2);
    BUS_WRITE(&bus, CTRL_REG4, 1);
    BUS_WRITE(&bus, CTRL_REG2, 0x80);
    BUS_WRITE(&bus, CTRL_REG1, DR_800HZ | 1);
    BUS_WRITE(&bus, 0x18, 5); /* a debounce counter may change */
    assert_int_equal(bus_read_byte(&bus, XYZ_DATA_CFG), 0);
    assert_int_equal(bus_read_byte(&bus, CTRL_REG4), 0);
    assert_int_equal(bus_read_byte(&bus, CTRL_REG2), 0);
    assert_int_equal(bus_read_byte(&bus, CTRL_REG1), DR_50HZ | 1);
    assert_int_equal(bus_read_byte(&bus, 0x18), 5);
    BUS_WRITE(&bus, CTRL_REG1, 0);
    assert_int_equal(bus_read_byte(&bus, CTRL_REG1), DR_50HZ);
    bus.now_ns += S;
    assert_int_equal(bus_read_byte(&bus, STATUS), 0);
}

static void going_active_forgets_old_samples(void **state)
{
    (void)state;
    activate(DR_50HZ);
    bus.now_ns += S;
    assert_int_equal(bus_read_byte(&bus, STATUS), 0xff);
    BUS_WRITE(&bus, CTRL_REG1, 0);
    assert_int_equal(bus_read_byte(&bus, STATUS), 0xff);
    activate(DR_50HZ);
    assert_int_equal(bus_read_byte(&bus, STATUS), 0);
}

static void rst_resets_in_active_mode_too(void **state)
{
    (void)state;
    BUS_WRITE(&bus, OFF_X, 5);
    activate(DR_50HZ);
    bus.now_ns += S;
    BUS_WRITE(&bus, CTRL_REG2, 0x40);
    assert_int_equal(bus_read_byte(&bus, CTRL_REG2), 0);
    assert_int_equal(bus_read_byte(&bus, CTRL_REG1), 0);
    assert_int_equal(bus_read_byte(&bus, OFF_X), 0);
    assert_int_equal(bus_read_byte(&bus, STATUS), 0);
    assert_int_equal(bus_read_byte(&bus, 0x11), 0x80);
    assert_int_equal(value_get(&bus, "z"), MG(1000));
}

/* As the micro:bit's runtime sets it up. */
static void data_ready_pulls_int1_low_until_it_is_read(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CTRL_REG4, DRDY);
    BUS_WRITE(&bus, CTRL_REG5, DRDY);
    activate(DR_50HZ);
    assert_int_equal(pin(0), BW_PART_HIGH);
    bus.now_ns += FIRST_50HZ - 1;
    assert_int_equal(pin(0), BW_PART_HIGH);
    bus.now_ns += 1;
    assert_int_equal(pin(0), BW_PART_LOW);
    assert_int_equal(pin(1), BW_PART_HIGH);
    assert_int_equal(bus_read_byte(&bus, INT_SOURCE), DRDY);
    assert_int_equal(pin(0), BW_PART_LOW);
    read_sample();
    assert_int_equal(pin(0), BW_PART_HIGH);
    assert_int_equal(bus_read_byte(&bus, INT_SOURCE), 0);
}

static void pins_follow_ipol_pp_od_and_the_routing(void **state)
{
    static const struct {
        uint8_t ctrl3;
        enum bw_part_drive idle;
        enum bw_part_drive asserted;
    } t[] = {
        { 0x00, BW_PART_HIGH, BW_PART_LOW },
        { 0x01, BW_PART_OPEN, BW_PART_LOW },
        { 0x02, BW_PART_LOW, BW_PART_HIGH },
        { 0x03, BW_PART_LOW, BW_PART_OPEN },
    };

    for (size_t i = 0; i < 2 * sizeof(t) / sizeof(t[0]); i++) {
        unsigned row = i / 2, mine = i % 2;

        fresh_part(state);
        BUS_WRITE(&bus, CTRL_REG3, t[row].ctrl3);
        BUS_WRITE(&bus, CTRL_REG4, DRDY);
        BUS_WRITE(&bus, CTRL_REG5, mine == 0 ? DRDY : 0);
        activate(DR_50HZ);
        assert_int_equal(pin(mine), t[row].idle);
        bus.now_ns += FIRST_50HZ;
        assert_int_equal(pin(mine), t[row].asserted);
        assert_int_equal(pin(!mine), t[row].idle);
    }
}

static void without_enable_there_is_no_interrupt(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CTRL_REG5, DRDY);
    activate(DR_50HZ);
    bus.now_ns += S;
    assert_int_equal(bus_read_byte(&bus, INT_SOURCE), 0);
    assert_int_equal(pin(0), BW_PART_HIGH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(registers_are_as_the_data_sheet_has_them,
                               fresh_part),
        cmocka_unit_test_setup(standby_gives_no_data, fresh_part),
        cmocka_unit_test_setup(samples_come_at_the_data_rate, fresh_part),
        cmocka_unit_test_setup(counts_of_each_range, fresh_part),
        cmocka_unit_test_setup(flags_of_an_axis_go_when_its_msb_is_read,
                               fresh_part),
        cmocka_unit_test_setup(both_bytes_are_of_one_sample, fresh_part),
        cmocka_unit_test_setup(pointer_runs_in_a_ring_over_the_data,
                               fresh_part),
        cmocka_unit_test_setup(fast_read_leaves_the_lsbs_out, fresh_part),
        cmocka_unit_test_setup(offsets_add_1_96_mg_each, fresh_part),
        cmocka_unit_test_setup(self_test_moves_the_output, fresh_part),
        cmocka_unit_test_setup(active_mode_locks_the_configuration, fresh_part),
        cmocka_unit_test_setup(going_active_forgets_old_samples, fresh_part),
        cmocka_unit_test_setup(rst_resets_in_active_mode_too, fresh_part),
        cmocka_unit_test_setup(data_ready_pulls_int1_low_until_it_is_read,
                               fresh_part),
        cmocka_unit_test_setup(pins_follow_ipol_pp_od_and_the_routing,
                               fresh_part),
        cmocka_unit_test_setup(without_enable_there_is_no_interrupt,
                               fresh_part),
    };

    return cmocka_run_group_tests_name("mma8653", tests, NULL, NULL);
}
