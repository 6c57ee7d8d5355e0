/*
 * The 24C02 EEPROM; facts from the AT24C01C/AT24C02C data sheet, DS20006111.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "part_bus.h"

#define ADDR        0x50
#define MEM_SIZE    256
#define WRITE_CYCLE (5 * MS) /* section 4.4: tWR */

static struct part_bus bus;

static int fresh_part(void **state)
{
    (void)state;
    part_bus_init(&bus, &bw_part_24c02, ADDR);
    return 0;
}

static void write_and_wait(const uint8_t *bytes, size_t n)
{
    bus_write(&bus, bytes, n);
    bus.now_ns += WRITE_CYCLE;
}

#define WRITE_AND_WAIT(...)                          \
    write_and_wait((const uint8_t[]){ __VA_ARGS__ }, \
                   sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void delivered_erased(void **state)
{
    uint8_t bytes[MEM_SIZE];

    (void)state;
    bus_read_at(&bus, 0, bytes, sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i++) {
        assert_int_equal(bytes[i], 0xff);
    }
}

static void every_byte_keeps_its_own_value(void **state)
{
    uint8_t bytes[MEM_SIZE];

    (void)state;
    for (unsigned i = 0; i < MEM_SIZE; i++) {
        WRITE_AND_WAIT((uint8_t)i, (uint8_t)(i ^ 0x5a));
    }
    bus_read_at(&bus, 0, bytes, sizeof(bytes));
    for (unsigned i = 0; i < MEM_SIZE; i++) {
        assert_int_equal(bytes[i], i ^ 0x5a);
    }
}

static void page_write_rolls_over_inside_the_page(void **state)
{
    uint8_t bytes[16];

    (void)state;
    /* page 0x10-0x17: 0x16, 0x17, then 0x10, 0x11 */
    WRITE_AND_WAIT(0x16, 1, 2, 3, 4);
    bus_read_at(&bus, 0x10, bytes, sizeof(bytes));
    assert_memory_equal(bytes, "\3\4\xff\xff\xff\xff\1\2", 8);
    assert_memory_equal(bytes + 8, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
}

static void more_than_a_page_overwrites_its_beginning(void **state)
{
    uint8_t bytes[9];

    (void)state;
    WRITE_AND_WAIT(0x08, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    bus_read_at(&bus, 0x08, bytes, sizeof(bytes));
    assert_memory_equal(bytes, "\x9\xa\3\4\5\6\7\x8\xff", 9);
}

static void address_is_refused_during_the_write_cycle(void **state)
{
    (void)state;
    BUS_WRITE(&bus, 0x20, 0x11);
    assert_false(bus_start(&bus, ADDR, false));
    assert_false(bus_start(&bus, ADDR, true));
    assert_int_equal(value_get(&bus, "busy"), 1000000);
    bus.now_ns += WRITE_CYCLE - 1;
    assert_false(bus_start(&bus, ADDR, false));
    bus.now_ns += 1;
    assert_int_equal(value_get(&bus, "busy"), 0);
    assert_int_equal(bus_read_byte(&bus, 0x20), 0x11);
}

static void bytes_to_a_busy_part_are_lost(void **state)
{
    (void)state;
    BUS_WRITE(&bus, 0x20, 0x11);
    assert_false(bus_start(&bus, ADDR, false));
    assert_false(bus_send(&bus, 0x21));
    assert_false(bus_send(&bus, 0x22));
    bus_stop(&bus);
    bus.now_ns += WRITE_CYCLE; /* no second cycle was begun */
    assert_int_equal(bus_read_byte(&bus, 0x21), 0xff);
}

static void word_address_alone_starts_no_write_cycle(void **state)
{
    (void)state;
    BUS_WRITE(&bus, 0x20);
    assert_true(bus_start(&bus, ADDR, false));
}

static void current_address_read_continues(void **state)
{
    (void)state;
    WRITE_AND_WAIT(0x40, 1, 2, 3);
    assert_int_equal(bus_read_byte(&bus, 0x40), 1);
    assert_true(bus_start(&bus, ADDR, true));
    assert_int_equal(bus_recv(&bus), 2);
    bus_stop(&bus);
    assert_true(bus_start(&bus, ADDR, true));
    assert_int_equal(bus_recv(&bus), 3);
    bus_stop(&bus);
}

static void address_counter_after_a_write_stays_in_the_page(void **state)
{
    (void)state;
    WRITE_AND_WAIT(0x40, 0x77);
    WRITE_AND_WAIT(0x47, 0x88); /* the last byte of that page */
    assert_true(bus_start(&bus, ADDR, true));
    assert_int_equal(bus_recv(&bus), 0x77);
    bus_stop(&bus);
}

static void sequential_read_wraps_at_the_end_of_memory(void **state)
{
    uint8_t bytes[2];

    (void)state;
    WRITE_AND_WAIT(0xff, 0xaa);
    WRITE_AND_WAIT(0x00, 0xbb);
    bus_read_at(&bus, 0xff, bytes, sizeof(bytes));
    assert_memory_equal(bytes, "\xaa\xbb", 2);
}

static void repeated_start_discards_the_bytes(void **state)
{
    (void)state;
    bus_put(&bus, (const uint8_t[]){ 0x30, 0x12 }, 2);
    assert_int_equal(bus_read_byte(&bus, 0x30), 0xff);
    bus.now_ns += WRITE_CYCLE;
    assert_int_equal(bus_read_byte(&bus, 0x30), 0xff);
}

static void start_for_another_part_discards_the_bytes(void **state)
{
    (void)state;
    bus_put(&bus, (const uint8_t[]){ 0x30, 0x12 }, 2);
    assert_false(bus_start(&bus, ADDR + 1, false));
    bus_stop(&bus);
    assert_int_equal(bus_read_byte(&bus, 0x30), 0xff);
}

static void write_protect_acknowledges_and_writes_nothing(void **state)
{
    (void)state;
    assert_true(value_set(&bus, "wp", 1000000));
    BUS_WRITE(&bus, 0x30, 0x12);
    assert_true(bus_start(&bus, ADDR, false)); /* no write cycle either */
    assert_int_equal(bus_read_byte(&bus, 0x30), 0xff);
}

static void write_protect_is_sampled_at_stop(void **state)
{
    (void)state;
    assert_true(value_set(&bus, "wp", 1000000));
    bus_put(&bus, (const uint8_t[]){ 0x30, 0x12 }, 2);
    assert_true(value_set(&bus, "wp", 0));
    bus_stop(&bus);
    bus.now_ns += WRITE_CYCLE;
    assert_int_equal(bus_read_byte(&bus, 0x30), 0x12);
    bus_put(&bus, (const uint8_t[]){ 0x30, 0x34 }, 2);
    assert_true(value_set(&bus, "wp", 1000000));
    bus_stop(&bus);
    assert_int_equal(bus_read_byte(&bus, 0x30), 0x12);
}

static void general_call_is_not_answered(void **state)
{
    (void)state;
    assert_false(bus_start(&bus, BW_PART_ADDR_GENERAL_CALL, false));
    assert_false(bus_start(&bus, BW_PART_ADDR_ALERT_RESPONSE, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(delivered_erased, fresh_part),
        cmocka_unit_test_setup(every_byte_keeps_its_own_value, fresh_part),
        cmocka_unit_test_setup(page_write_rolls_over_inside_the_page,
                               fresh_part),
        cmocka_unit_test_setup(more_than_a_page_overwrites_its_beginning,
                               fresh_part),
        cmocka_unit_test_setup(address_is_refused_during_the_write_cycle,
                               fresh_part),
        cmocka_unit_test_setup(bytes_to_a_busy_part_are_lost, fresh_part),
        cmocka_unit_test_setup(word_address_alone_starts_no_write_cycle,
                               fresh_part),
        cmocka_unit_test_setup(current_address_read_continues, fresh_part),
        cmocka_unit_test_setup(address_counter_after_a_write_stays_in_the_page,
                               fresh_part),
        cmocka_unit_test_setup(sequential_read_wraps_at_the_end_of_memory,
                               fresh_part),
        cmocka_unit_test_setup(repeated_start_discards_the_bytes, fresh_part),
        cmocka_unit_test_setup(start_for_another_part_discards_the_bytes,
                               fresh_part),
        cmocka_unit_test_setup(write_protect_acknowledges_and_writes_nothing,
                               fresh_part),
        cmocka_unit_test_setup(write_protect_is_sampled_at_stop, fresh_part),
        cmocka_unit_test_setup(general_call_is_not_answered, fresh_part),
    };

    return cmocka_run_group_tests_name("24c02", tests, NULL, NULL);
}
