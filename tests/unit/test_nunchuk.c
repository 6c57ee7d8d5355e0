/*
 * The Nunchuk; facts as WiiBrew has them (see the model's header).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "part_bus.h"

#define ADDR 0x52

static struct part_bus bus;

static int fresh_part(void **state)
{
    (void)state;
    part_bus_init(&bus, &bw_part_nunchuk, ADDR);
    return 0;
}

static void init_plain(void)
{
    BUS_WRITE(&bus, 0xf0, 0x55);
    BUS_WRITE(&bus, 0xfb, 0x00);
}

static void assert_report(const char *want)
{
    uint8_t bytes[6];

    bus_read_at(&bus, 0x00, bytes, sizeof(bytes));
    assert_memory_equal(bytes, want, sizeof(bytes));
}

static void reads_ff_until_it_is_initialised(void **state)
{
    (void)state;
    assert_report("\xff\xff\xff\xff\xff\xff");
    BUS_WRITE(&bus, 0xfb, 0x00); /* the second half alone */
    assert_report("\xff\xff\xff\xff\xff\xff");
    init_plain();
    assert_int_equal(bus_read_byte(&bus, 0x00), 0x80);
}

/* At rest: both sticks in the middle; 0 g is 512, 1 g 716 = 0x2cc, of which
 * the upper bits are 0xb3; no button: the lower two bits are set. */
static void report_at_rest(void **state)
{
    (void)state;
    init_plain();
    assert_report("\x80\x80\x80\x80\xb3\x03");
}

/* 128 + 96 = 0xe0, 128 - 48 = 0x50; 512 + 204 / 2 = 614 = 0x266: 0x99 and 2;
 * 512 - 204 = 308 = 0x134: 0x4d and 0; 512 + 408 = 920 = 0x398: 0xe6 and 0. */
static void report_in_motion(void **state)
{
    (void)state;
    init_plain();
    assert_true(value_set(&bus, "x", 1000000));
    assert_true(value_set(&bus, "y", -500000));
    assert_true(value_set(&bus, "accel-x", 500000000));
    assert_true(value_set(&bus, "accel-y", -1000000000));
    assert_true(value_set(&bus, "accel-z", 2000000000));
    assert_true(value_set(&bus, "c", 1000000));
    assert_report("\xe0\x50\x99\x4d\xe6\x09"); /* 2 << 2, C pressed, Z not */
    assert_true(value_set(&bus, "c", 0));
    assert_true(value_set(&bus, "z", 1000000));
    assert_report("\xe0\x50\x99\x4d\xe6\x0a");
}

static void a_report_is_of_one_moment(void **state)
{
    (void)state;
    init_plain();
    bus_put(&bus, (const uint8_t[]){ 0x00 }, 1);
    assert_true(bus_start(&bus, ADDR, true));
    assert_int_equal(bus_recv(&bus), 0x80);
    assert_true(value_set(&bus, "y", 1000000));
    assert_int_equal(bus_recv(&bus), 0x80);
    bus_stop(&bus);
    assert_int_equal(bus_read_byte(&bus, 0x01), 0xe0);
}

static void the_first_init_encrypts(void **state)
{
    (void)state;
    BUS_WRITE(&bus, 0x40, 0x00);
    /* (0x80 - 0x17) ^ 0x17 = 0x7e; 0xb3: 0x8b; 0x03: 0xec ^ 0x17 = 0xfb */
    assert_report("\x7e\x7e\x7e\x7e\x8b\xfb");
    assert_int_equal(bus_read_byte(&bus, 0xfa), 0xfe); /* 0x00 */
    init_plain();
    assert_report("\x80\x80\x80\x80\xb3\x03");
}

static void identity_and_calibration(void **state)
{
    uint8_t bytes[32];
    uint8_t sum = 0;

    (void)state;
    init_plain();
    bus_read_at(&bus, 0xfa, bytes, 6);
    assert_memory_equal(bytes, "\x00\x00\xa4\x20\x00\x00", 6);
    bus_read_at(&bus, 0x20, bytes, sizeof(bytes));
    assert_memory_equal(bytes, "\x80\x80\x80\x00\xb3\xb3\xb3\x00", 8);
    assert_memory_equal(bytes + 8, "\xe0\x20\x80\xe0\x20\x80", 6);
    for (unsigned i = 0; i < 14; i++) {
        sum = (uint8_t)(sum + bytes[i]);
    }
    assert_int_equal(bytes[14], (uint8_t)(sum + 0x55));
    assert_int_equal(bytes[15], (uint8_t)(sum + 0xaa));
    assert_memory_equal(bytes, bytes + 16, 16);
}

static void what_it_measures_cannot_be_written(void **state)
{
    (void)state;
    init_plain();
    BUS_WRITE(&bus, 0x00, 1, 2, 3, 4, 5, 6, 7);
    assert_report("\x80\x80\x80\x80\xb3\x03");
    assert_int_equal(bus_read_byte(&bus, 0x06), 7); /* but this can */
    BUS_WRITE(&bus, 0x20, 1);
    BUS_WRITE(&bus, 0xfe, 1);
    assert_int_equal(bus_read_byte(&bus, 0x20), 0x80);
    assert_int_equal(bus_read_byte(&bus, 0xfe), 0x00);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(reads_ff_until_it_is_initialised, fresh_part),
        cmocka_unit_test_setup(report_at_rest, fresh_part),
        cmocka_unit_test_setup(report_in_motion, fresh_part),
        cmocka_unit_test_setup(a_report_is_of_one_moment, fresh_part),
        cmocka_unit_test_setup(the_first_init_encrypts, fresh_part),
        cmocka_unit_test_setup(identity_and_calibration, fresh_part),
        cmocka_unit_test_setup(what_it_measures_cannot_be_written, fresh_part),
    };

    return cmocka_run_group_tests_name("nunchuk", tests, NULL, NULL);
}
