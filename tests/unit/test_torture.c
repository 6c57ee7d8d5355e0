/*
 * The torture part: what it gives back, what it counts, what it refuses.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/smbus.h"
#include "part_bus.h"

#define ADDR 0x30

#define BYTE       0xc0
#define WORD       0xc1
#define BLOCK      0xc2
#define CALL       0xc3
#define BLOCK_CALL 0xc4
#define SEND       0xc5
#define REFUSE     0xf0
#define COUNTERS   0xf1
#define ID         0xff

#define COUNTER_BYTES 14 /* five of two bytes, four of one */
#define NUMBER(n)     ((int64_t)(n)*1000000)

static struct part_bus bus;

static int fresh_part(void **state)
{
    (void)state;
    part_bus_init(&bus, &bw_part_torture, ADDR);
    return 0;
}

static uint8_t pec_of(const uint8_t *bytes, size_t n)
{
    return bw_smbus_pec(0, bytes, n);
}

#define PEC(...)                             \
    pec_of((const uint8_t[]){ __VA_ARGS__ }, \
           sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void assert_counters(const char *want)
{
    uint8_t bytes[COUNTER_BYTES];

    bus_read_at(&bus, COUNTERS, bytes, sizeof(bytes));
    assert_memory_equal(bytes, want, sizeof(bytes));
}

/* The tape */

static void tape_gives_back_what_was_written(void **state)
{
    uint8_t out[255] = { 0x10 };
    uint8_t in[254];

    (void)state;
    for (unsigned i = 1; i < sizeof(out); i++) {
        out[i] = (uint8_t)(i * 7);
    }
    bus_write(&bus, out, sizeof(out));
    bus_read_at(&bus, 0x10, in, sizeof(in));
    assert_memory_equal(in, out + 1, sizeof(in));
}

static void a_read_begins_where_the_write_began(void **state)
{
    (void)state;
    BUS_WRITE(&bus, 0x20, 1, 2, 3);
    assert_true(bus_start(&bus, ADDR, true));
    assert_int_equal(bus_recv(&bus), 1);
    bus_stop(&bus);
}

static void a_read_goes_on_where_the_last_stopped(void **state)
{
    (void)state;
    BUS_WRITE(&bus, 0x20, 1, 2, 3);
    assert_int_equal(bus_read_byte(&bus, 0x20), 1);
    assert_true(bus_start(&bus, ADDR, true));
    assert_int_equal(bus_recv(&bus), 2);
    assert_true(bus_start(&bus, ADDR, true));
    assert_int_equal(bus_recv(&bus), 3);
    bus_stop(&bus);
}

static void tape_has_512_places(void **state)
{
    uint8_t out[1 + 512] = { 0xbf };
    uint8_t in[513];

    (void)state;
    for (unsigned i = 1; i < sizeof(out); i++) {
        out[i] = (uint8_t)(i ^ i >> 8);
    }
    bus_write(&bus, out, sizeof(out));
    bus_read_at(&bus, 0xbf, in, sizeof(in));
    assert_memory_equal(in, out + 1, 512);
    assert_int_equal(in[512], out[1]);
}

static void unknown_commands_do_nothing(void **state)
{
    (void)state;
    BUS_WRITE(&bus, 0xe0, 1, 2, 3);
    assert_int_equal(bus_read_byte(&bus, 0xe0), 0xff);
    assert_int_equal(bus_read_byte(&bus, ID), 0x54);
}

/* SMBus */

static void bytes_words_and_blocks_with_their_pec(void **state)
{
    uint8_t in[6];

    (void)state;
    BUS_WRITE(&bus, BYTE, 0x12);
    BUS_WRITE(&bus, WORD, 0x34, 0x56);
    BUS_WRITE(&bus, BLOCK, 3, 7, 8, 9);
    bus_read_at(&bus, BYTE, in, 3);
    assert_int_equal(in[0], 0x12);
    assert_int_equal(in[1], PEC(ADDR << 1, BYTE, ADDR << 1 | 1, 0x12));
    assert_int_equal(in[2], 0xff);
    bus_read_at(&bus, WORD, in, 3);
    assert_memory_equal(in, "\x34\x56", 2);
    assert_int_equal(in[2], PEC(ADDR << 1, WORD, ADDR << 1 | 1, 0x34, 0x56));
    bus_read_at(&bus, BLOCK, in, 6);
    assert_memory_equal(in, "\x03\x07\x08\x09", 4);
    assert_int_equal(in[4], PEC(ADDR << 1, BLOCK, ADDR << 1 | 1, 3, 7, 8, 9));
    assert_int_equal(in[5], 0xff);
}

static void the_longest_block_fits(void **state)
{
    uint8_t out[2 + 255] = { BLOCK, 255 };
    uint8_t in[1 + 255];

    (void)state;
    for (unsigned i = 2; i < sizeof(out); i++) {
        out[i] = (uint8_t)(i * 3);
    }
    bus_put(&bus, out, sizeof(out));
    assert_false(bus_send(&bus, 0x00)); /* no PEC of these, luckily */
    bus_stop(&bus);
    bus_write(&bus, out, sizeof(out));
    bus_read_at(&bus, BLOCK, in, sizeof(in));
    assert_memory_equal(in, out + 1, sizeof(in));
}

static void a_right_pec_is_taken(void **state)
{
    (void)state;
    BUS_WRITE(&bus, BYTE, 0x12, PEC(ADDR << 1, BYTE, 0x12));
    assert_int_equal(bus_read_byte(&bus, BYTE), 0x12);
    BUS_WRITE(&bus, BLOCK, 1, 5, PEC(ADDR << 1, BLOCK, 1, 5));
    assert_int_equal(bus_read_word(&bus, BLOCK), 0x0105);
    BUS_WRITE(&bus, SEND, PEC(ADDR << 1, SEND));
    assert_int_equal(value_get(&bus, "pec-errors"), 0);
}

static void a_wrong_pec_is_refused_and_nothing_is_done(void **state)
{
    (void)state;
    BUS_WRITE(&bus, BYTE, 0x12);
    bus_put(&bus, (const uint8_t[]){ BYTE, 0x34 }, 2);
    assert_false(bus_send(&bus, PEC(ADDR << 1, BYTE, 0x34) ^ 1));
    bus_stop(&bus);
    assert_int_equal(bus_read_byte(&bus, BYTE), 0x12);
    assert_int_equal(value_get(&bus, "pec-errors"), NUMBER(1));
}

static void a_byte_behind_the_pec_is_refused(void **state)
{
    (void)state;
    bus_put(&bus, (const uint8_t[]){ BYTE, 0x34, PEC(ADDR << 1, BYTE, 0x34) },
            3);
    assert_false(bus_send(&bus, 0x00));
    bus_stop(&bus);
}

static void half_a_word_does_nothing(void **state)
{
    (void)state;
    BUS_WRITE(&bus, WORD, 0x34, 0x56);
    BUS_WRITE(&bus, WORD, 0x99);
    assert_int_equal(bus_read_word(&bus, WORD), 0x3456);
}

static void receive_byte_gives_what_send_byte_sent(void **state)
{
    (void)state;
    BUS_WRITE(&bus, SEND + 2);
    assert_true(bus_start(&bus, ADDR, true));
    assert_int_equal(bus_recv(&bus), SEND + 2);
    assert_int_equal(bus_recv(&bus), PEC(ADDR << 1 | 1, SEND + 2));
    bus_stop(&bus);
    bus_put(&bus, (const uint8_t[]){ SEND }, 1);
    assert_false(bus_send(&bus, PEC(ADDR << 1, SEND) ^ 1));
    bus_stop(&bus);
    assert_true(bus_start(&bus, ADDR, true));
    assert_int_equal(bus_recv(&bus), SEND + 2); /* still */
    bus_stop(&bus);
}

static void process_calls_answer_at_once(void **state)
{
    uint8_t in[5];

    (void)state;
    bus_put(&bus, (const uint8_t[]){ CALL, 0x01, 0xf0 }, 3);
    assert_true(bus_start(&bus, ADDR, true));
    for (unsigned i = 0; i < 3; i++) {
        in[i] = bus_recv(&bus);
    }
    bus_stop(&bus);
    assert_memory_equal(in, "\xfe\x0f", 2);
    assert_int_equal(
        in[2], PEC(ADDR << 1, CALL, 0x01, 0xf0, ADDR << 1 | 1, 0xfe, 0x0f));
    bus_put(&bus, (const uint8_t[]){ BLOCK_CALL, 3, 1, 2, 4 }, 5);
    assert_true(bus_start(&bus, ADDR, true));
    for (unsigned i = 0; i < 5; i++) {
        in[i] = bus_recv(&bus);
    }
    bus_stop(&bus);
    assert_memory_equal(in, "\x03\x04\x02\x01", 4);
    assert_int_equal(in[4], PEC(ADDR << 1, BLOCK_CALL, 3, 1, 2, 4,
                                ADDR << 1 | 1, 3, 4, 2, 1));
}

/* Counters and refusals */

static void everything_on_the_bus_is_counted(void **state)
{
    (void)state;
    BUS_WRITE(&bus, 0x00, 1, 2);
    bus_read_byte(&bus, 0x00);
    bus_start(&bus, ADDR, false); /* of no bytes */
    bus_stop(&bus);
    assert_counters("\x02\x00\x01\x00\x02\x00\x04\x00\x01\x00\x00\x00\x00\x01");
    assert_int_equal(value_get(&bus, "starts"), NUMBER(2));
    assert_int_equal(value_get(&bus, "questions"), NUMBER(1));
    assert_int_equal(value_get(&bus, "written"), NUMBER(4));
}

static void looking_at_the_counters_is_not_counted(void **state)
{
    (void)state;
    BUS_WRITE(&bus, 0x00, 1);
    assert_counters("\x01\x00\x00\x00\x01\x00\x02\x00\x00\x00\x00\x00\x00\x00");
    assert_true(bus_start(&bus, ADDR, true));
    bus_recv(&bus);
    bus_stop(&bus);
    assert_counters("\x01\x00\x00\x00\x01\x00\x02\x00\x00\x00\x00\x00\x00\x00");
    BUS_WRITE(&bus, COUNTERS, 0);
    assert_counters("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00");
}

static void counters_have_two_bytes(void **state)
{
    static const uint8_t much[600];

    (void)state;
    bus_write(&bus, much, sizeof(much)); /* 600 = 0x0258 */
    assert_counters("\x01\x00\x00\x00\x01\x00\x58\x02\x00\x00\x00\x00\x00\x00");
}

static void general_calls_are_taken_and_counted(void **state)
{
    (void)state;
    assert_true(bus_start(&bus, BW_PART_ADDR_GENERAL_CALL, false));
    assert_true(bus_send(&bus, 0x04));
    assert_true(bus_send(&bus, 0x77));
    bus_stop(&bus);
    assert_false(bus_start(&bus, BW_PART_ADDR_GENERAL_CALL, true));
    bus_stop(&bus);
    assert_counters("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x77\x00\x00");
}

static void the_byte_named_is_refused_once(void **state)
{
    (void)state;
    for (uint8_t n = 1; n <= 4; n++) {
        BUS_WRITE(&bus, REFUSE, n);
        assert_true(bus_start(&bus, ADDR, false));
        for (uint8_t i = 1; i <= n; i++) {
            assert_true(bus_send(&bus, 0x00) == (i < n));
        }
        bus_stop(&bus);
        BUS_WRITE(&bus, 0x00, 1, 2, 3, 4);
    }
    assert_int_equal(value_get(&bus, "refuse"), 0);
}

static void the_address_is_refused_once(void **state)
{
    (void)state;
    BUS_WRITE(&bus, REFUSE, 255);
    assert_false(bus_start(&bus, ADDR, false));
    assert_false(bus_send(&bus, 0x00));
    bus_stop(&bus);
    assert_true(bus_start(&bus, ADDR, false));
    bus_stop(&bus);
    assert_true(value_set(&bus, "refuse", NUMBER(255)));
    assert_false(bus_start(&bus, ADDR, true));
    bus_stop(&bus);
    assert_counters("\x02\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x01");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(tape_gives_back_what_was_written, fresh_part),
        cmocka_unit_test_setup(a_read_begins_where_the_write_began, fresh_part),
        cmocka_unit_test_setup(a_read_goes_on_where_the_last_stopped,
                               fresh_part),
        cmocka_unit_test_setup(tape_has_512_places, fresh_part),
        cmocka_unit_test_setup(unknown_commands_do_nothing, fresh_part),
        cmocka_unit_test_setup(bytes_words_and_blocks_with_their_pec,
                               fresh_part),
        cmocka_unit_test_setup(the_longest_block_fits, fresh_part),
        cmocka_unit_test_setup(a_right_pec_is_taken, fresh_part),
        cmocka_unit_test_setup(a_wrong_pec_is_refused_and_nothing_is_done,
                               fresh_part),
        cmocka_unit_test_setup(a_byte_behind_the_pec_is_refused, fresh_part),
        cmocka_unit_test_setup(half_a_word_does_nothing, fresh_part),
        cmocka_unit_test_setup(receive_byte_gives_what_send_byte_sent,
                               fresh_part),
        cmocka_unit_test_setup(process_calls_answer_at_once, fresh_part),
        cmocka_unit_test_setup(everything_on_the_bus_is_counted, fresh_part),
        cmocka_unit_test_setup(looking_at_the_counters_is_not_counted,
                               fresh_part),
        cmocka_unit_test_setup(counters_have_two_bytes, fresh_part),
        cmocka_unit_test_setup(general_calls_are_taken_and_counted, fresh_part),
        cmocka_unit_test_setup(the_byte_named_is_refused_once, fresh_part),
        cmocka_unit_test_setup(the_address_is_refused_once, fresh_part),
    };

    return cmocka_run_group_tests_name("torture", tests, NULL, NULL);
}
