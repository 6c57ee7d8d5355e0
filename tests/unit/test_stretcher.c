/*
 * The stretcher: how long it holds SCL, after what, and who tells it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "part_bus.h"

#define ADDR 0x20
#define US   1000ull

#define REG_ADDRESS 0x10
#define REG_BYTE    0x14

static struct part_bus bus;

static int fresh_part(void **state)
{
    (void)state;
    part_bus_init(&bus, &bw_part_stretcher, ADDR);
    return 0;
}

/* For how long SCL is held from now on. */
static uint64_t held_ns(void)
{
    uint64_t until = bus.model->holds_scl(bus.state, bus.now_ns);

    if (until == BW_PART_NEVER) {
        return until;
    }
    return until > bus.now_ns ? until - bus.now_ns : 0;
}

static void registers_echo_what_is_written(void **state)
{
    static const uint8_t sixteen[] = { 0x00, 1,  2,  3,  4,  5,  6,  7, 8,
                                       9,    10, 11, 12, 13, 14, 15, 16 };
    uint8_t bytes[16];

    (void)state;
    bus_write(&bus, sixteen, sizeof(sixteen));
    bus_read_at(&bus, 0, bytes, sizeof(bytes));
    assert_memory_equal(bytes, sixteen + 1, sizeof(bytes));
    assert_int_equal(bus_read_byte(&bus, 0x18 + 5), 6); /* modulo 18h */
}

static void pointer_wraps_after_17h(void **state)
{
    uint8_t bytes[2];

    (void)state;
    BUS_WRITE(&bus, 0x00, 0x77);
    bus_read_at(&bus, 0x17, bytes, sizeof(bytes));
    assert_int_equal(bytes[0], 0);
    assert_int_equal(bytes[1], 0x77);
}

static void without_a_time_nothing_is_held(void **state)
{
    (void)state;
    bus_read_byte(&bus, 0);
    assert_int_equal(held_ns(), 0);
    assert_int_equal(value_get(&bus, "holds"), 0);
}

static void address_and_bytes_have_times_of_their_own(void **state)
{
    (void)state;
    assert_true(value_set(&bus, "address-stretch", 300));
    assert_true(value_set(&bus, "byte-stretch", 25000));
    assert_true(bus_start(&bus, ADDR, false));
    assert_int_equal(held_ns(), 300 * US);
    bus.now_ns += 300 * US;
    assert_int_equal(held_ns(), 0);
    assert_true(bus_send(&bus, 0x00));
    assert_int_equal(held_ns(), 25 * MS);
    bus.now_ns += 25 * MS - 1;
    assert_int_equal(held_ns(), 1);
    bus.now_ns++;
    assert_true(bus_start(&bus, ADDR, true));
    assert_int_equal(held_ns(), 300 * US);
    bus.now_ns += MS;
    bus_recv(&bus);
    assert_int_equal(held_ns(), 25 * MS);
    bus_stop(&bus);
    assert_int_equal(value_get(&bus, "holds"), 4000000);
}

static void another_address_is_not_stretched(void **state)
{
    (void)state;
    assert_true(value_set(&bus, "address-stretch", 300));
    assert_true(value_set(&bus, "byte-stretch", 300));
    assert_false(bus_start(&bus, ADDR + 1, false));
    assert_false(bus_send(&bus, 0x00));
    bus_recv(&bus);
    assert_int_equal(held_ns(), 0);
    assert_int_equal(value_get(&bus, "holds"), 0);
}

/* 0x000186a0 = 100000 us, 0x0000012c = 300 us */
static void times_written_take_effect_at_stop(void **state)
{
    (void)state;
    bus_put(&bus,
            (const uint8_t[]){ REG_ADDRESS, 0xa0, 0x86, 0x01, 0x00, 0x2c, 0x01,
                               0x00, 0x00 },
            9);
    assert_int_equal(held_ns(), 0);
    assert_int_equal(value_get(&bus, "address-stretch"), 0);
    bus_stop(&bus);
    assert_int_equal(value_get(&bus, "address-stretch"), 100000);
    assert_int_equal(value_get(&bus, "byte-stretch"), 300);
    assert_true(bus_start(&bus, ADDR, true));
    assert_int_equal(held_ns(), 100 * MS);
}

static void times_read_back_as_they_are(void **state)
{
    uint8_t bytes[8];

    (void)state;
    assert_true(value_set(&bus, "address-stretch", 0x010203));
    bus_read_at(&bus, REG_ADDRESS, bytes, sizeof(bytes));
    assert_memory_equal(bytes, "\x03\x02\x01\x00\x00\x00\x00\x00", 8);
    BUS_WRITE(&bus, REG_BYTE, 0xff, 0xff, 0xff, 0xff);
    assert_int_equal(value_get(&bus, "byte-stretch"), 10000000);
    bus_read_at(&bus, REG_BYTE, bytes, 4); /* 10000000 = 0x00989680 */
    assert_memory_equal(bytes, "\x80\x96\x98\x00", 4);
}

static void echo_registers_do_not_set_times(void **state)
{
    (void)state;
    assert_true(value_set(&bus, "byte-stretch", 7));
    BUS_WRITE(&bus, 0x0f, 0xaa);
    assert_int_equal(value_get(&bus, "byte-stretch"), 7);
}

static void stuck_part_holds_until_it_is_told(void **state)
{
    (void)state;
    assert_true(value_set(&bus, "stuck", 1000000));
    assert_int_equal(held_ns(), 0); /* from the next byte on */
    assert_true(bus_start(&bus, ADDR, false));
    assert_true(held_ns() == BW_PART_NEVER);
    bus.now_ns += 3600 * S;
    assert_true(held_ns() == BW_PART_NEVER);
    assert_true(value_set(&bus, "stuck", 0));
    assert_int_equal(held_ns(), 0);
    assert_true(bus_send(&bus, 0x00));
    assert_int_equal(held_ns(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(registers_echo_what_is_written, fresh_part),
        cmocka_unit_test_setup(pointer_wraps_after_17h, fresh_part),
        cmocka_unit_test_setup(without_a_time_nothing_is_held, fresh_part),
        cmocka_unit_test_setup(address_and_bytes_have_times_of_their_own,
                               fresh_part),
        cmocka_unit_test_setup(another_address_is_not_stretched, fresh_part),
        cmocka_unit_test_setup(times_written_take_effect_at_stop, fresh_part),
        cmocka_unit_test_setup(times_read_back_as_they_are, fresh_part),
        cmocka_unit_test_setup(echo_registers_do_not_set_times, fresh_part),
        cmocka_unit_test_setup(stuck_part_holds_until_it_is_told, fresh_part),
    };

    return cmocka_run_group_tests_name("stretcher", tests, NULL, NULL);
}
