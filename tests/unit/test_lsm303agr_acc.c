/*
 * The LSM303AGR's accelerometer: registers, data, time, interrupts, FIFO.
 *
 * At 2 g a count of 12 bits is 1000/1024 mg; words are left-justified, so
 * that 1 g is 1024 * 16 = 0x4000 in every mode.
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

#define STATUS_AUX    0x07
#define OUT_TEMP      0x0c
#define TEMP_CFG      0x1f
#define CTRL1         0x20
#define CTRL3         0x22
#define CTRL4         0x23
#define CTRL5         0x24
#define CTRL6         0x25
#define STATUS        0x27
#define OUT_X         0x28
#define OUT_Y         0x2a
#define OUT_Z         0x2c
#define FIFO_CTRL     0x2e
#define FIFO_SRC      0x2f
#define INT1_CFG      0x30
#define INT1_SRC      0x31
#define INT1_THS      0x32
#define INT1_DURATION 0x33
#define INT2_CFG      0x34
#define INT2_THS      0x36
#define INC           0x80 /* of the sub-address */

#define ODR(n)   ((n) << 4)
#define LPEN     0x08
#define XYZ      0x07
#define ODR_50HZ (ODR(4) | XYZ)
#define BDU      0x80 /* CTRL4 */
#define BLE      0x40
#define FS(n)    ((n) << 4)
#define HR       0x08
#define IA       0x40

#define PERIOD_50HZ (20 * MS)
#define FIRST_50HZ  (PERIOD_50HZ + MS)

#define MG(mg) ((int64_t)(mg)*1000000)

static struct part_bus bus;

static int fresh_part(void **state)
{
    (void)state;
    part_bus_init(&bus, &bw_part_lsm303agr_acc, 0x19);
    return 0;
}

static void set_mg(int64_t x, int64_t y, int64_t z)
{
    assert_true(value_set(&bus, "x", MG(x)));
    assert_true(value_set(&bus, "y", MG(y)));
    assert_true(value_set(&bus, "z", MG(z)));
}

/* Low byte first, with auto-increment. */
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

static enum bw_part_drive pin(size_t index)
{
    return bus.model->drive(bus.state, index, bus.now_ns);
}

static void start_at_50hz(void)
{
    BUS_WRITE(&bus, CTRL1, ODR_50HZ);
    bus.now_ns += FIRST_50HZ;
}

static void next_sample(void)
{
    bus.now_ns += PERIOD_50HZ;
}

static void registers_are_as_the_data_sheet_has_them(void **state)
{
    static const struct register_row rows[] = {
        { 0x0f, 0x33, 0x00, 0 }, { 0x1f, 0x00, 0xc0, 0 },
        { 0x20, 0x07, 0xff, 0 }, { 0x21, 0x00, 0xff, 0 },
        { 0x22, 0x00, 0xfe, 0 }, { 0x23, 0x00, 0xff, 0 },
        { 0x24, 0x00, 0x4f, 0 }, { 0x25, 0x00, 0xfa, 0 },
        { 0x26, 0x00, 0xff, 0 }, { 0x2e, 0x00, 0xff, 0 },
        { 0x2f, 0x20, 0x00, 0 }, { 0x30, 0x00, 0xff, 0 },
        { 0x32, 0x00, 0x7f, 0 }, { 0x33, 0x00, 0x7f, 0 },
        { 0x34, 0x00, 0xff, 0 }, { 0x36, 0x00, 0x7f, 0 },
        { 0x37, 0x00, 0x7f, 0 }, { 0x38, 0x00, 0x3f, 0 },
        { 0x3a, 0x00, 0x7f, 0 }, { 0x3b, 0x00, 0x7f, 0 },
        { 0x3c, 0x00, 0xff, 0 }, { 0x3d, 0x00, 0xff, 0 },
        { 0x3e, 0x00, 0x7f, 0 }, { 0x3f, 0x00, 0xff, 0 },
    };

    (void)state;
    walk_registers(&bus, rows, sizeof(rows) / sizeof(rows[0]), 0x7f);
}

static void samples_come_at_the_data_rate(void **state)
{
    /* ODR 1 to 9: 1, 10, 25, 50, 100, 200, 400, 1620, 1344 (5376) Hz */
    static const struct {
        uint8_t ctrl1;
        uint64_t period;
    } t[] = {
        { ODR(1), S },       { ODR(2), 100 * MS },
        { ODR(3), 40 * MS }, { ODR(4), 20 * MS },
        { ODR(5), 10 * MS }, { ODR(6), 5 * MS },
        { ODR(7), 2500000 }, { ODR(8) | LPEN, 617284 },
        { ODR(9), 744048 },  { ODR(9) | LPEN, 186012 },
    };

    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        fresh_part(state);
        BUS_WRITE(&bus, CTRL1, t[i].ctrl1 | XYZ);
        bus.now_ns += MS + t[i].period - 1;
        assert_int_equal(bus_read_byte(&bus, STATUS), 0);
        bus.now_ns += 1;
        assert_int_equal(bus_read_byte(&bus, STATUS), 0x0f);
        read_sample();
        bus.now_ns += t[i].period - 1;
        assert_int_equal(bus_read_byte(&bus, STATUS), 0);
        bus.now_ns += 1;
        assert_int_equal(bus_read_byte(&bus, STATUS), 0x0f);
    }
    BUS_WRITE(&bus, CTRL1, XYZ); /* power down */
    read_sample();
    bus.now_ns += S;
    assert_int_equal(bus_read_byte(&bus, STATUS), 0);
}

static void counts_of_each_mode_and_range(void **state)
{
    /* 16 g: 11.72 mg a count, as 12 times 0.98; 1000 mg are 85.3 of them */
    static const struct {
        uint8_t ctrl1, ctrl4;
        int mg, word;
    } t[] = {
        { 0, HR, 1000, 1024 * 16 },
        { 0, HR, 1, 1 * 16 },
        { 0, HR, -1, -1 * 16 },
        { 0, HR, 2000, 2047 * 16 },
        { 0, HR, -2000, -2048 * 16 },
        { 0, HR, -20000, -2048 * 16 },
        { 0, HR | FS(1), 1000, 8192 },
        { 0, HR | FS(2), 1000, 4096 },
        { 0, HR | FS(3), 1000, 85 * 16 },
        { 0, 0, 1000, 256 * 64 },
        { 0, 0, 3, 64 },
        { 0, 0, 1, 0 },
        { 0, 0, 2000, 511 * 64 },
        { 0, FS(1), 1000, 128 * 64 },
        { 0, FS(2), -1000, -64 * 64 },
        { LPEN, 0, 1000, 64 * 256 },
        { LPEN, 0, 10, 256 },
        { LPEN, 0, 7, 0 },
        { LPEN, 0, 2000, 127 * 256 },
        { LPEN, FS(3), 1000, 5 * 256 },
    };

    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        fresh_part(state);
        set_mg(0, t[i].mg, 0);
        BUS_WRITE(&bus, CTRL4, t[i].ctrl4);
        BUS_WRITE(&bus, CTRL1, ODR_50HZ | t[i].ctrl1);
        bus.now_ns += FIRST_50HZ;
        assert_int_equal(read_axis(OUT_X), 0);
        assert_int_equal(read_axis(OUT_Y), t[i].word);
        assert_int_equal(read_axis(OUT_Z), 0);
    }
}

static void self_test_moves_the_output_either_way(void **state)
{
    (void)state;
    set_mg(0, 0, 0);
    BUS_WRITE(&bus, CTRL4, 0x02);
    start_at_50hz();
    assert_int_equal(read_axis(OUT_X), 179 * 64); /* 700 mg */
    BUS_WRITE(&bus, CTRL4, 0x04);
    next_sample();
    assert_int_equal(read_axis(OUT_Z), -179 * 64);
}

static void disabled_axes_keep_their_value(void **state)
{
    (void)state;
    set_mg(1000, 1000, 1000);
    BUS_WRITE(&bus, CTRL1, ODR(4) | 0x02); /* Y only */
    bus.now_ns += FIRST_50HZ;
    assert_int_equal(bus_read_byte(&bus, STATUS), 0x0a);
    assert_int_equal(read_axis(OUT_X), 0);
    assert_int_equal(read_axis(OUT_Y), 0x4000);
    assert_int_equal(bus_read_byte(&bus, STATUS), 0);
}

static void flags_and_overrun(void **state)
{
    (void)state;
    start_at_50hz();
    next_sample();
    assert_int_equal(bus_read_byte(&bus, STATUS), 0xff);
    bus_read_byte(&bus, OUT_X); /* the low byte takes nothing */
    assert_int_equal(bus_read_byte(&bus, STATUS), 0xff);
    bus_read_byte(&bus, OUT_X + 1);
    assert_int_equal(bus_read_byte(&bus, STATUS), 0xee);
    read_sample();
    assert_int_equal(bus_read_byte(&bus, STATUS), 0);
}

static void pointer_counts_only_with_bit_7(void **state)
{
    uint8_t got[3];

    (void)state;
    bus_read_at(&bus, 0x0f, got, 3);
    assert_int_equal(got[2], 0x33);
    bus_read_at(&bus, INC | 0x1f, got, 3);
    assert_int_equal(got[1], 0x07); /* CTRL1 */
    assert_int_equal(got[2], 0x00);
    BUS_WRITE(&bus, INC | INT1_THS, 5, 6);
    assert_int_equal(bus_read_byte(&bus, INT1_THS), 5);
    assert_int_equal(bus_read_byte(&bus, INT1_DURATION), 6);
    BUS_WRITE(&bus, INT1_THS, 7, 8);
    assert_int_equal(bus_read_byte(&bus, INT1_THS), 8);
    assert_int_equal(bus_read_byte(&bus, INT1_DURATION), 6);
}

static void bdu_keeps_both_bytes_of_one_sample(void **state)
{
    uint8_t low;

    (void)state;
    for (int bdu = 0; bdu < 2; bdu++) {
        fresh_part(state);
        set_mg(4, 0, 0);
        BUS_WRITE(&bus, CTRL4, HR | (bdu ? BDU : 0));
        start_at_50hz();
        low = bus_read_byte(&bus, OUT_X);
        assert_int_equal(low, 4 * 16);
        set_mg(1000, 0, 0);
        next_sample();
        assert_int_equal(bus_read_byte(&bus, OUT_X + 1), bdu ? 0 : 0x40);
        assert_int_equal(read_axis(OUT_X), 0x4000);
    }
}

static void ble_swaps_the_bytes(void **state)
{
    uint8_t got[2];

    (void)state;
    set_mg(1000, 0, 0);
    BUS_WRITE(&bus, CTRL4, HR | BLE);
    start_at_50hz();
    bus_read_at(&bus, INC | OUT_X, got, 2);
    assert_int_equal(got[0], 0x40);
    assert_int_equal(got[1], 0x00);
}

/* As the micro:bit's runtime sets it up. */
static void data_ready_raises_int1_until_it_is_read(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CTRL3, 0x10);
    start_at_50hz();
    assert_int_equal(pin(0), BW_PART_HIGH);
    assert_int_equal(pin(1), BW_PART_LOW);
    read_sample();
    assert_int_equal(pin(0), BW_PART_LOW);
    BUS_WRITE(&bus, CTRL6, 0x02); /* both active low */
    assert_int_equal(pin(0), BW_PART_HIGH);
    assert_int_equal(pin(1), BW_PART_HIGH);
    next_sample();
    assert_int_equal(pin(0), BW_PART_LOW);
}

static void motion_on_any_axis(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CTRL3, 0x40);
    BUS_WRITE(&bus, INC | INT1_CFG, 0x2a); /* high events of X, Y, Z */
    BUS_WRITE(&bus, INT1_THS, 75);         /* 16 mg each: 1200 mg */
    start_at_50hz();
    assert_int_equal(pin(0), BW_PART_LOW);
    set_mg(0, -1201, 0);
    next_sample();
    assert_int_equal(pin(0), BW_PART_HIGH);
    /* Y high, X and Z low */
    assert_int_equal(bus_read_byte(&bus, INT1_SRC), IA | 0x08 | 0x01 | 0x10);
    set_mg(0, 0, 1000);
    next_sample();
    assert_int_equal(pin(0), BW_PART_LOW);
}

static void free_fall_is_all_axes_low_for_a_time(void **state)
{
    (void)state;
    BUS_WRITE(&bus, CTRL6, 0x20); /* generator 2 to INT2 */
    BUS_WRITE(&bus, INT2_CFG, 0x95);
    BUS_WRITE(&bus, INC | INT2_THS, 20, 2); /* and DURATION */
    BUS_WRITE(&bus, CTRL5, 0x02);           /* held */
    start_at_50hz();
    set_mg(0, 0, 300);
    next_sample();
    next_sample();
    assert_int_equal(pin(1), BW_PART_LOW);
    next_sample();
    assert_int_equal(pin(1), BW_PART_HIGH);
    set_mg(0, 0, 1000);
    next_sample();
    assert_int_equal(pin(1), BW_PART_HIGH);
    assert_int_equal(bus_read_byte(&bus, 0x35), IA | 0x15);
    assert_int_equal(pin(1), BW_PART_LOW);
}

static void six_positions_and_movement_between_them(void **state)
{
    (void)state;
    BUS_WRITE(&bus, INT1_THS, 40); /* 640 mg */
    BUS_WRITE(&bus, INT1_CFG, 0xff);
    start_at_50hz();
    assert_int_equal(bus_read_byte(&bus, INT1_SRC), IA | 0x20); /* Z high */
    set_mg(-1000, 0, 0);
    next_sample();
    next_sample();
    assert_int_equal(bus_read_byte(&bus, INT1_SRC), IA | 0x01);
    BUS_WRITE(&bus, INT1_CFG, 0x7f); /* movement */
    set_mg(0, 1000, 0);
    next_sample();
    assert_int_equal(bus_read_byte(&bus, INT1_SRC), IA | 0x08);
    next_sample();
    assert_int_equal(bus_read_byte(&bus, INT1_SRC), 0x08);
}

static void temperature_in_quarters_of_a_degree(void **state)
{
    (void)state;
    assert_true(value_set(&bus, "temperature", 30250000));
    start_at_50hz();
    assert_int_equal(bus_read_byte(&bus, STATUS_AUX), 0); /* not enabled */
    BUS_WRITE(&bus, TEMP_CFG, 0xc0);
    next_sample();
    assert_int_equal(bus_read_byte(&bus, STATUS_AUX), 0x04);
    /* 5.25 degrees above 25, 256 for each */
    assert_int_equal(read_axis(OUT_TEMP), 5 * 256 + 64);
    assert_int_equal(bus_read_byte(&bus, STATUS_AUX), 0);
    next_sample();
    next_sample();
    assert_int_equal(bus_read_byte(&bus, STATUS_AUX), 0x44);
    BUS_WRITE(&bus, CTRL1, ODR_50HZ | LPEN);
    bus.now_ns += FIRST_50HZ;
    assert_int_equal(read_axis(OUT_TEMP), 5 * 256); /* whole degrees */
}

static void fill_fifo(unsigned samples)
{
    for (unsigned i = 0; i < samples; i++) {
        assert_true(value_set(&bus, "x", MG(100 * (int64_t)i)));
        next_sample();
    }
}

/* 100 mg are 102.4 counts of 12 bits. */
static int word_of(unsigned i)
{
    return (int)(102.4 * i + 0.5) * 16;
}

static void start_fifo(uint8_t mode)
{
    BUS_WRITE(&bus, CTRL4, HR | FS(2));
    BUS_WRITE(&bus, CTRL4, HR);
    BUS_WRITE(&bus, CTRL5, 0x40);
    BUS_WRITE(&bus, CTRL1, ODR_50HZ);
    bus.now_ns += FIRST_50HZ - PERIOD_50HZ;
    BUS_WRITE(&bus, FIFO_CTRL, mode);
}

static void fifo_keeps_the_first_32(void **state)
{
    uint8_t got[4 * 6];

    (void)state;
    start_fifo(0x40 | 3); /* watermark: more than 3 */
    BUS_WRITE(&bus, CTRL3, 0x06);
    fill_fifo(3);
    assert_int_equal(bus_read_byte(&bus, FIFO_SRC), 3);
    assert_int_equal(pin(0), BW_PART_LOW);
    fill_fifo(1);
    assert_int_equal(bus_read_byte(&bus, FIFO_SRC), 0x80 | 4);
    assert_int_equal(pin(0), BW_PART_HIGH);
    /* one burst takes four samples: from OUT_Z_H back to OUT_X_L */
    bus_read_at(&bus, INC | OUT_X, got, sizeof(got));
    assert_int_equal((int16_t)(got[1] << 8 | got[0]), word_of(0));
    assert_int_equal((int16_t)(got[7] << 8 | got[6]), word_of(1));
    assert_int_equal((int16_t)(got[13] << 8 | got[12]), word_of(2));
    assert_int_equal((int16_t)(got[19] << 8 | got[18]), word_of(0));
    assert_int_equal(bus_read_byte(&bus, FIFO_SRC), 0x20);
    fill_fifo(33);
    assert_int_equal(bus_read_byte(&bus, FIFO_SRC), 0x80 | 0x40 | 31);
    assert_int_equal(read_axis(OUT_X), word_of(0));
}

static void stream_keeps_the_last_32(void **state)
{
    (void)state;
    start_fifo(0x80);
    fill_fifo(20);
    fill_fifo(15); /* 35: the first three are gone */
    assert_int_equal(bus_read_byte(&bus, FIFO_SRC) & 0x40, 0x40);
    assert_int_equal(read_axis(OUT_X), word_of(3));
    BUS_WRITE(&bus, FIFO_CTRL, 0); /* bypass empties it */
    assert_int_equal(bus_read_byte(&bus, FIFO_SRC), 0x20);
}

static void stream_to_fifo_stops_at_the_trigger(void **state)
{
    (void)state;
    BUS_WRITE(&bus, INT1_CFG, 0x20); /* Z high, over 640 mg */
    BUS_WRITE(&bus, INT1_THS, 40);
    set_mg(0, 0, 0);
    start_fifo(0xc0);
    fill_fifo(20);
    fill_fifo(15);
    assert_int_equal(read_axis(OUT_X), word_of(3));
    set_mg(0, 0, 1000);
    fill_fifo(5);
    assert_int_equal(read_axis(OUT_X), word_of(3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(registers_are_as_the_data_sheet_has_them,
                               fresh_part),
        cmocka_unit_test_setup(samples_come_at_the_data_rate, fresh_part),
        cmocka_unit_test_setup(counts_of_each_mode_and_range, fresh_part),
        cmocka_unit_test_setup(self_test_moves_the_output_either_way,
                               fresh_part),
        cmocka_unit_test_setup(disabled_axes_keep_their_value, fresh_part),
        cmocka_unit_test_setup(flags_and_overrun, fresh_part),
        cmocka_unit_test_setup(pointer_counts_only_with_bit_7, fresh_part),
        cmocka_unit_test_setup(bdu_keeps_both_bytes_of_one_sample, fresh_part),
        cmocka_unit_test_setup(ble_swaps_the_bytes, fresh_part),
        cmocka_unit_test_setup(data_ready_raises_int1_until_it_is_read,
                               fresh_part),
        cmocka_unit_test_setup(motion_on_any_axis, fresh_part),
        cmocka_unit_test_setup(free_fall_is_all_axes_low_for_a_time,
                               fresh_part),
        cmocka_unit_test_setup(six_positions_and_movement_between_them,
                               fresh_part),
        cmocka_unit_test_setup(temperature_in_quarters_of_a_degree, fresh_part),
        cmocka_unit_test_setup(fifo_keeps_the_first_32, fresh_part),
        cmocka_unit_test_setup(stream_keeps_the_last_32, fresh_part),
        cmocka_unit_test_setup(stream_to_fifo_stops_at_the_trigger, fresh_part),
    };

    return cmocka_run_group_tests_name("lsm303agr_acc", tests, NULL, NULL);
}
