/*
 * The FIFO part: what reads do to it, and that none goes uncounted.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "part_bus.h"

#define ADDR 0x28

#define ID     0x00
#define STATUS 0x01
#define LEVEL  0x02
#define FIFO   0x03
#define BLOCK  0x10

#define DATA  0x01
#define EMPTY 0x02
#define LOST  0x04
#define EVENT 0x08

#define NUMBER(n) ((int64_t)(n)*1000000)

static struct part_bus bus;

static int fresh_part(void **state)
{
    (void)state;
    part_bus_init(&bus, &bw_part_fifo, ADDR);
    return 0;
}

static void block_keeps_what_is_written(void **state)
{
    (void)state;
    for (uint8_t reg = BLOCK; reg < 0x20; reg++) {
        assert_int_equal(bus_read_byte(&bus, reg), 0);
        BUS_WRITE(&bus, reg, (uint8_t)(reg ^ 0x5a));
    }
    for (uint8_t reg = BLOCK; reg < 0x20; reg++) {
        assert_int_equal(bus_read_byte(&bus, reg), reg ^ 0x5a);
    }
    assert_int_equal(bus_read_byte(&bus, 0x20 + BLOCK), BLOCK ^ 0x5a);
}

static void the_other_registers_are_read_only(void **state)
{
    (void)state;
    for (uint8_t reg = 0; reg < BLOCK; reg++) {
        if (reg != FIFO) {
            BUS_WRITE(&bus, reg, 0x55);
            assert_int_equal(bus_read_byte(&bus, reg), reg == ID ? 0xf1 : 0);
        }
    }
}

static void fifo_gives_the_oldest_byte_first(void **state)
{
    uint8_t bytes[5];

    (void)state;
    assert_true(value_set(&bus, "level", NUMBER(5)));
    bus_read_at(&bus, FIFO, bytes, sizeof(bytes));
    assert_memory_equal(bytes, "\x00\x01\x02\x03\x04", 5);
    assert_int_equal(bus_read_byte(&bus, LEVEL), 0);
}

static void a_byte_that_went_astray_is_missed(void **state)
{
    (void)state;
    assert_true(value_set(&bus, "level", NUMBER(5)));
    bus_read_byte(&bus, FIFO);
    assert_int_equal(bus_read_byte(&bus, LEVEL), 4);
    assert_true(value_set(&bus, "level", NUMBER(3)));
    assert_int_equal(bus_read_byte(&bus, FIFO), 2);
    assert_true(value_set(&bus, "level", NUMBER(3)));
    assert_int_equal(bus_read_byte(&bus, FIFO), 3);
}

static void writes_are_queued(void **state)
{
    uint8_t bytes[3];

    (void)state;
    BUS_WRITE(&bus, FIFO, 0xaa, 0xbb);
    bus_read_at(&bus, FIFO, bytes, sizeof(bytes));
    assert_memory_equal(bytes, "\xaa\xbb\xff", 3);
    assert_int_equal(bus_read_byte(&bus, STATUS), EMPTY);
}

static void a_full_fifo_keeps_what_it_has(void **state)
{
    (void)state;
    assert_true(value_set(&bus, "level", NUMBER(64)));
    assert_int_equal(bus_read_byte(&bus, STATUS), DATA);
    BUS_WRITE(&bus, FIFO, 0xaa);
    assert_int_equal(bus_read_byte(&bus, STATUS), DATA | LOST);
    assert_int_equal(bus_read_byte(&bus, FIFO), 0);
    assert_int_equal(bus_read_byte(&bus, LEVEL), 63);
}

static void status_is_cleared_by_reading_it(void **state)
{
    (void)state;
    assert_true(value_set(&bus, "event", NUMBER(1)));
    assert_int_equal(bus_read_byte(&bus, STATUS), EVENT);
    assert_int_equal(bus_read_byte(&bus, STATUS), 0);
    assert_int_equal(value_get(&bus, "event"), 0);
}

static void pointer_stays_at_the_fifo(void **state)
{
    uint8_t bytes[5];

    (void)state;
    assert_true(value_set(&bus, "level", NUMBER(2)));
    bus_read_at(&bus, ID, bytes, sizeof(bytes));
    assert_memory_equal(bytes, "\xf1\x01\x02\x00\x01", 5);
}

static void the_block_counts_up_and_wraps(void **state)
{
    uint8_t bytes[3];

    (void)state;
    BUS_WRITE(&bus, 0x1f, 0x0f, 0x10);
    bus_read_at(&bus, 0x1e, bytes, sizeof(bytes));
    assert_memory_equal(bytes, "\x00\x0f\x10", 3);
    BUS_WRITE(&bus, 0x0f, 0x00);
    assert_true(bus_start(&bus, ADDR, true));
    assert_int_equal(bus_recv(&bus), 0xf1); /* 0Fh is followed by 00h */
    bus_stop(&bus);
}

static void every_byte_read_is_counted(void **state)
{
    uint8_t bytes[4];

    (void)state;
    bus_read_at(&bus, STATUS, bytes, 4); /* 01h, 02h, 03h, 03h */
    bus_read_at(&bus, BLOCK, bytes, 3);
    BUS_WRITE(&bus, BLOCK, 1, 2, 3);
    assert_int_equal(value_get(&bus, "reads"), NUMBER(7));
    assert_int_equal(value_get(&bus, "fifo-reads"), NUMBER(2));
    assert_int_equal(value_get(&bus, "status-reads"), NUMBER(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(block_keeps_what_is_written, fresh_part),
        cmocka_unit_test_setup(the_other_registers_are_read_only, fresh_part),
        cmocka_unit_test_setup(fifo_gives_the_oldest_byte_first, fresh_part),
        cmocka_unit_test_setup(a_byte_that_went_astray_is_missed, fresh_part),
        cmocka_unit_test_setup(writes_are_queued, fresh_part),
        cmocka_unit_test_setup(a_full_fifo_keeps_what_it_has, fresh_part),
        cmocka_unit_test_setup(status_is_cleared_by_reading_it, fresh_part),
        cmocka_unit_test_setup(pointer_stays_at_the_fifo, fresh_part),
        cmocka_unit_test_setup(the_block_counts_up_and_wraps, fresh_part),
        cmocka_unit_test_setup(every_byte_read_is_counted, fresh_part),
    };

    return cmocka_run_group_tests_name("fifo", tests, NULL, NULL);
}
