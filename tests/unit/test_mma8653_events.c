/*
 * The MMA8653FC accelerometer: motion, free fall, orientation, auto-sleep.
 *
 * All at 50 Hz, where a debounce step is one sample of 20 ms.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mma8653_bus.h"

#define FF_ELE        0x80 /* FF_MT_CFG */
#define FF_OAE        0x40
#define FF_XYZ        0x38
#define FF_DBCNTM     0x80 /* FF_MT_THS */
#define THRESHOLD(mg) ((mg) / 63)
#define EA            0x80
#define PL_EN         0xc0 /* with DBCNTM, as after reset */
#define NEWLP         0x80
#define LO            0x40
#define UP            0x00 /* LAPO */
#define DOWN          0x02
#define RIGHT         0x04
#define LEFT          0x06
#define BACK          0x01
#define SLPE          0x04 /* CTRL_REG2 */
#define WAKE_FF_MT    0x08 /* CTRL_REG3 */
#define ASLP_12HZ     0x40 /* CTRL_REG1 */

static int fresh_part(void **state)
{
    (void)state;
    part_bus_init(&bus, &bw_part_mma8653, 0x1d);
    return 0;
}

static void next_sample(void)
{
    bus.now_ns += PERIOD_50HZ;
}

static void start_with(uint8_t functions)
{
    BUS_WRITE(&bus, CTRL_REG4, functions);
    BUS_WRITE(&bus, CTRL_REG5, functions);
    activate(DR_50HZ);
    bus.now_ns += FIRST_50HZ;
}

static void motion_names_axis_and_sign(void **state)
{
    (void)state;
    BUS_WRITE(&bus, FF_MT_CFG, FF_OAE | FF_XYZ);
    BUS_WRITE(&bus, FF_MT_THS, THRESHOLD(1260)); /* 20 * 63 mg */
    start_with(FF_MT);
    assert_int_equal(bus_read_byte(&bus, FF_MT_SRC), 0);
    assert_int_equal(pin(0), BW_PART_HIGH);
    set_mg(1261, -1261, 1260);
    next_sample();
    /* X high, positive; Y high, negative; Z is not above */
    assert_int_equal(bus_read_byte(&bus, FF_MT_SRC), EA | 0x02 | 0x0c);
    assert_int_equal(bus_read_byte(&bus, INT_SOURCE), FF_MT);
    assert_int_equal(pin(0), BW_PART_LOW);
    set_mg(0, 0, 1000);
    next_sample();
    assert_int_equal(bus_read_byte(&bus, FF_MT_SRC), 0);
    assert_int_equal(pin(0), BW_PART_HIGH);
}

static void motion_of_a_disabled_axis_does_not_count(void **state)
{
    (void)state;
    BUS_WRITE(&bus, FF_MT_CFG, FF_OAE | 0x08); /* X only */
    BUS_WRITE(&bus, FF_MT_THS, THRESHOLD(1260));
    set_mg(0, 2000, 2000);
    start_with(FF_MT);
    assert_int_equal(bus_read_byte(&bus, FF_MT_SRC), 0);
    BUS_WRITE(&bus, CTRL_REG1, 0);
    BUS_WRITE(&bus, FF_MT_CFG, 0); /* nor free fall of no axis */
    start_with(FF_MT);
    assert_int_equal(bus_read_byte(&bus, FF_MT_SRC), 0);
}

static void held_motion_stays_until_it_is_read(void **state)
{
    (void)state;
    BUS_WRITE(&bus, FF_MT_CFG, FF_ELE | FF_OAE | FF_XYZ);
    BUS_WRITE(&bus, FF_MT_THS, THRESHOLD(1260));
    set_mg(2000, 0, 0);
    start_with(FF_MT);
    set_mg(0, 0, 1000);
    next_sample();
    assert_int_equal(pin(0), BW_PART_LOW);
    assert_int_equal(bus_read_byte(&bus, FF_MT_SRC), EA | 0x02);
    assert_int_equal(pin(0), BW_PART_HIGH);
    assert_int_equal(bus_read_byte(&bus, FF_MT_SRC), 0);
}

static void free_fall_needs_all_axes_for_count_samples(void **state)
{
    (void)state;
    BUS_WRITE(&bus, FF_MT_CFG, FF_XYZ);
    BUS_WRITE(&bus, FF_MT_THS, FF_DBCNTM | THRESHOLD(315), 3); /* and COUNT */
    start_with(FF_MT);
    set_mg(0, 100, 0);
    for (int i = 0; i < 3; i++) {
        next_sample();
        assert_int_equal(bus_read_byte(&bus, FF_MT_SRC), 0);
    }
    next_sample();
    assert_int_equal(bus_read_byte(&bus, FF_MT_SRC), EA);
    assert_int_equal(pin(0), BW_PART_LOW);
    set_mg(0, 0, 1000);
    next_sample();
    assert_int_equal(pin(0), BW_PART_HIGH);
    set_mg(0, 0, 0);
    next_sample(); /* DBCNTM: counted from 0 again */
    assert_int_equal(bus_read_byte(&bus, FF_MT_SRC), 0);
}

static void debounce_counts_down_without_dbcntm(void **state)
{
    (void)state;
    BUS_WRITE(&bus, FF_MT_CFG, FF_XYZ);
    BUS_WRITE(&bus, FF_MT_THS, THRESHOLD(315), 3);
    start_with(FF_MT);
    set_mg(0, 0, 0);
    bus.now_ns += 3 * PERIOD_50HZ;
    set_mg(0, 0, 1000);
    next_sample(); /* 3, now 2 */
    set_mg(0, 0, 0);
    next_sample();
    assert_int_equal(bus_read_byte(&bus, FF_MT_SRC), 0);
    next_sample();
    assert_int_equal(bus_read_byte(&bus, FF_MT_SRC), EA);
}

/* The data sheet's six positions, and 20 degrees from them. */
static void orientation_of_each_position(void **state)
{
    static const struct {
        int x, y, z;
        uint8_t status;
    } t[] = {
        { 0, -1000, 0, UP },          { 0, 1000, 0, DOWN },
        { 1000, 0, 0, RIGHT },        { -1000, 0, 0, LEFT },
        { 340, -940, 0, UP },         { -340, 940, 0, DOWN },
        { 940, 340, 0, RIGHT },       { -940, -340, 0, LEFT },
        { 0, -900, -420, UP | BACK }, { 900, 0, 420, RIGHT },
    };

    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        fresh_part(state);
        BUS_WRITE(&bus, PL_CFG, PL_EN);
        set_mg(t[i].x, t[i].y, t[i].z);
        start_with(LNDPRT);
        assert_int_equal(bus_read_byte(&bus, PL_STATUS) & ~NEWLP, t[i].status);
    }
}

static void orientation_has_hysteresis(void **state)
{
    (void)state;
    BUS_WRITE(&bus, PL_CFG, PL_EN);
    set_mg(0, -1000, 0);
    start_with(LNDPRT);
    set_mg(848, -530, 0); /* 58 degrees from portrait: not yet 59 */
    next_sample();
    assert_int_equal(bus_read_byte(&bus, PL_STATUS), UP);
    set_mg(866, -500, 0); /* 60 degrees */
    next_sample();
    assert_int_equal(bus_read_byte(&bus, PL_STATUS), NEWLP | RIGHT);
    set_mg(530, -848, 0); /* 32 degrees: landscape until 31 */
    next_sample();
    assert_int_equal(bus_read_byte(&bus, PL_STATUS), RIGHT);
    set_mg(500, -866, 0);
    next_sample();
    assert_int_equal(bus_read_byte(&bus, PL_STATUS), NEWLP | UP);
}

static void lying_flat_locks_the_orientation(void **state)
{
    (void)state;
    BUS_WRITE(&bus, PL_CFG, PL_EN);
    set_mg(1000, 0, 0);
    start_with(LNDPRT);
    assert_int_equal(pin(0), BW_PART_LOW);
    assert_int_equal(bus_read_byte(&bus, PL_STATUS), NEWLP | RIGHT);
    assert_int_equal(pin(0), BW_PART_HIGH);
    set_mg(0, -100, 995);
    next_sample();
    assert_int_equal(bus_read_byte(&bus, PL_STATUS), NEWLP | LO | RIGHT);
    set_mg(0, -100, -995);
    next_sample();
    assert_int_equal(bus_read_byte(&bus, PL_STATUS), NEWLP | LO | RIGHT | BACK);
}

static void orientation_is_debounced(void **state)
{
    (void)state;
    BUS_WRITE(&bus, PL_CFG, PL_EN, 2); /* and PL_COUNT */
    set_mg(1000, 0, 0);
    start_with(LNDPRT);
    assert_int_equal(bus_read_byte(&bus, PL_STATUS), UP);
    next_sample();
    assert_int_equal(bus_read_byte(&bus, PL_STATUS), UP);
    next_sample();
    assert_int_equal(bus_read_byte(&bus, PL_STATUS), NEWLP | RIGHT);
}

static void inactivity_puts_it_to_sleep_and_motion_wakes_it(void **state)
{
    (void)state;
    BUS_WRITE(&bus, FF_MT_CFG, FF_OAE | FF_XYZ);
    BUS_WRITE(&bus, FF_MT_THS, THRESHOLD(1260));
    BUS_WRITE(&bus, ASLP_COUNT, 2); /* 640 ms */
    BUS_WRITE(&bus, CTRL_REG2, SLPE);
    BUS_WRITE(&bus, CTRL_REG3, WAKE_FF_MT);
    BUS_WRITE(&bus, CTRL_REG4, ASLP | FF_MT);
    BUS_WRITE(&bus, CTRL_REG5, ASLP);
    activate(DR_50HZ | ASLP_12HZ);
    bus.now_ns += 639 * MS;
    assert_int_equal(bus_read_byte(&bus, SYSMOD), 1);
    bus.now_ns += PERIOD_50HZ;
    assert_int_equal(pin(0), BW_PART_LOW);
    assert_int_equal(bus_read_byte(&bus, SYSMOD), 2);
    assert_int_equal(pin(0), BW_PART_HIGH); /* reading SYSMOD ended it */
    /* asleep since 41 + 30 * 20 = 641 ms, now it is 659 */
    bus.now_ns += 62 * MS;
    read_sample();
    bus.now_ns += 79 * MS; /* 12.5 Hz now */
    assert_int_equal(bus_read_byte(&bus, STATUS), 0);
    set_mg(2000, 0, 0);
    bus.now_ns += 2 * MS;
    assert_int_equal(pin(0), BW_PART_LOW);
    assert_int_equal(bus_read_byte(&bus, SYSMOD), 1);
}

static void slowest_rate_has_longer_steps_before_sleep(void **state)
{
    (void)state;
    BUS_WRITE(&bus, ASLP_COUNT, 4); /* 640 ms each at 1.56 Hz */
    BUS_WRITE(&bus, CTRL_REG2, SLPE);
    activate(0x38);
    /* samples at 1281 ms and every 640 ms after it; 2560 ms are over at the
       one of 2561 ms, 1280 ms would be at the first */
    bus.now_ns += 2560 * MS;
    assert_int_equal(bus_read_byte(&bus, SYSMOD), 1);
    bus.now_ns += MS;
    assert_int_equal(bus_read_byte(&bus, SYSMOD), 2);
}

/* Unread data do not hide the next event from who waits for it. */
static void a_change_is_announced_with_data_unread(void **state)
{
    (void)state;
    BUS_WRITE(&bus, FF_MT_CFG, FF_OAE | FF_XYZ);
    BUS_WRITE(&bus, FF_MT_THS, THRESHOLD(1260));
    BUS_WRITE(&bus, CTRL_REG4, DRDY | FF_MT);
    BUS_WRITE(&bus, CTRL_REG5, FF_MT);
    activate(DR_50HZ);
    bus.now_ns += FIRST_50HZ;
    set_mg(2000, 0, 0);
    assert_int_equal(bus.model->next_change_ns(bus.state, bus.now_ns),
                     bus.now_ns + PERIOD_50HZ);
    assert_int_equal(pin(0), BW_PART_HIGH);
    next_sample();
    assert_int_equal(pin(0), BW_PART_LOW);
}

/* A bench that is left alone for a year does not count its samples. */
static void a_long_pause_ends_as_a_short_one(void **state)
{
    (void)state;
    BUS_WRITE(&bus, FF_MT_CFG, FF_XYZ);
    BUS_WRITE(&bus, FF_MT_THS, FF_DBCNTM | THRESHOLD(315), 255);
    set_mg(0, 0, 0);
    start_with(FF_MT);
    bus.now_ns += 365 * 86400 * S;
    assert_int_equal(bus_read_byte(&bus, FF_MT_SRC), EA);
    assert_int_equal(bus_read_byte(&bus, STATUS), 0xff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(motion_names_axis_and_sign, fresh_part),
        cmocka_unit_test_setup(motion_of_a_disabled_axis_does_not_count,
                               fresh_part),
        cmocka_unit_test_setup(held_motion_stays_until_it_is_read, fresh_part),
        cmocka_unit_test_setup(free_fall_needs_all_axes_for_count_samples,
                               fresh_part),
        cmocka_unit_test_setup(debounce_counts_down_without_dbcntm, fresh_part),
        cmocka_unit_test_setup(orientation_of_each_position, fresh_part),
        cmocka_unit_test_setup(orientation_has_hysteresis, fresh_part),
        cmocka_unit_test_setup(lying_flat_locks_the_orientation, fresh_part),
        cmocka_unit_test_setup(orientation_is_debounced, fresh_part),
        cmocka_unit_test_setup(inactivity_puts_it_to_sleep_and_motion_wakes_it,
                               fresh_part),
        cmocka_unit_test_setup(slowest_rate_has_longer_steps_before_sleep,
                               fresh_part),
        cmocka_unit_test_setup(a_change_is_announced_with_data_unread,
                               fresh_part),
        cmocka_unit_test_setup(a_long_pause_ends_as_a_short_one, fresh_part),
    };

    return cmocka_run_group_tests_name("mma8653_events", tests, NULL, NULL);
}
