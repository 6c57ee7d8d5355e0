/*
 * lib/i2c_bits.c: a master's hands on the lines, and what the parts see.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/i2c_bits.h"

/* A bus with a master and one part, which acknowledges and counts up. */
struct bus {
    struct bw_i2c_bits bits;
    bool scl; /* whether the master lets go of it */
    bool sda;
    bool late;  /* the part does not answer by itself */
    int refuse; /* number of the question that gets a NACK, or -1 */
    int asked;
    uint8_t next;
    char log[256];
};

static void note(struct bus *bus, const char *format, unsigned value)
{
    size_t len = strlen(bus->log);

    snprintf(bus->log + len, sizeof(bus->log) - len, format, value);
}

static bool scl(const struct bus *bus)
{
    return bus->scl && !bus->bits.scl_low;
}

static bool sda(const struct bus *bus)
{
    return bus->sda && !bus->bits.sda_low;
}

static void answer(struct bus *bus)
{
    bw_i2c_bits_answer(&bus->bits, bus->asked++ != bus->refuse, bus->next);
}

static void serve(struct bus *bus, enum bw_i2c_bits_ask ask)
{
    switch (ask) {
    case BW_I2C_BITS_NOTHING:
        return;
    case BW_I2C_BITS_ADDRESS:
        note(bus, "A%02x ", bus->bits.byte);
        break;
    case BW_I2C_BITS_SEND:
        note(bus, "%02x ", bus->bits.byte);
        break;
    case BW_I2C_BITS_RECV:
        bus->next++;
        note(bus, "r ", 0);
        break;
    case BW_I2C_BITS_NACK:
        note(bus, "n ", 0);
        return;
    case BW_I2C_BITS_STOP:
        note(bus, "P ", 0);
        return;
    case BW_I2C_BITS_ABORT:
        note(bus, "X ", 0);
        return;
    }
    if (!bus->late) {
        answer(bus);
    }
}

/* Until the lines are as everybody wants them */
static void settle(struct bus *bus)
{
    do {
        serve(bus, bw_i2c_bits_lines(&bus->bits, scl(bus), sda(bus)));
    } while (bus->bits.scl != scl(bus) || bus->bits.sda != sda(bus));
}

static void set_scl(struct bus *bus, bool level)
{
    bus->scl = level;
    settle(bus);
}

static void set_sda(struct bus *bus, bool level)
{
    bus->sda = level;
    settle(bus);
}

static void start(struct bus *bus)
{
    set_sda(bus, true);
    set_scl(bus, true);
    set_sda(bus, false);
    set_scl(bus, false);
}

static void stop(struct bus *bus)
{
    set_sda(bus, false);
    set_scl(bus, true);
    set_sda(bus, true);
}

static bool clock_bit(struct bus *bus, bool bit)
{
    bool level;

    set_sda(bus, bit);
    set_scl(bus, true);
    level = sda(bus);
    set_scl(bus, false);
    return level;
}

/* Returns: whether it was acknowledged. */
static bool put(struct bus *bus, uint8_t byte)
{
    for (int i = 7; i >= 0; i--) {
        clock_bit(bus, byte >> i & 1);
    }
    return !clock_bit(bus, true);
}

static uint8_t get(struct bus *bus, bool ack)
{
    uint8_t byte = 0;

    for (int i = 0; i < 8; i++) {
        byte = (uint8_t)(byte << 1 | clock_bit(bus, true));
    }
    clock_bit(bus, !ack);
    return byte;
}

static void bus_init(struct bus *bus)
{
    *bus = (struct bus){ .scl = true, .sda = true, .refuse = -1, .next = 0xa4 };
    bw_i2c_bits_reset(&bus->bits, true, true);
}

static void a_write_is_address_bytes_and_stop(void **state)
{
    struct bus bus;

    (void)state;
    bus_init(&bus);
    start(&bus);
    assert_true(put(&bus, 0xa0));
    assert_true(put(&bus, 0x00));
    assert_true(put(&bus, 0xff));
    assert_true(put(&bus, 0x5a));
    stop(&bus);
    assert_string_equal(bus.log, "Aa0 00 ff 5a P ");
    assert_false(bus.bits.open);
}

static void a_read_goes_on_until_the_master_refuses(void **state)
{
    struct bus bus;

    (void)state;
    bus_init(&bus);
    start(&bus);
    assert_true(put(&bus, 0xa1));
    assert_int_equal(get(&bus, true), 0xa5);
    assert_int_equal(get(&bus, true), 0xa6);
    assert_int_equal(get(&bus, false), 0xa7);
    stop(&bus);
    assert_string_equal(bus.log, "Aa1 r r r n P ");
}

static void a_repeated_start_needs_no_stop(void **state)
{
    struct bus bus;

    (void)state;
    bus_init(&bus);
    start(&bus);
    put(&bus, 0xa0);
    put(&bus, 0x10);
    start(&bus);
    assert_true(bus.bits.open);
    put(&bus, 0xa1);
    get(&bus, false);
    stop(&bus);
    assert_string_equal(bus.log, "Aa0 10 Aa1 r n P ");
}

static void what_is_refused_hears_no_more(void **state)
{
    struct bus bus;

    (void)state;
    bus_init(&bus);
    bus.refuse = 0;
    start(&bus);
    assert_false(put(&bus, 0x42));
    assert_false(put(&bus, 0x11));
    stop(&bus);
    bus.refuse = 2;
    start(&bus);
    assert_true(put(&bus, 0x42));
    assert_false(put(&bus, 0x11));
    assert_false(put(&bus, 0x12));
    stop(&bus);
    assert_string_equal(bus.log, "A42 P A42 11 P ");
}

static void an_answer_that_takes_time_holds_scl(void **state)
{
    struct bus bus;

    (void)state;
    bus_init(&bus);
    bus.late = true;
    start(&bus);
    put(&bus, 0xa1); /* the ninth clock does not come through */
    set_scl(&bus, true);
    assert_false(scl(&bus));
    assert_true(bus.bits.waiting);
    answer(&bus);
    settle(&bus);
    assert_true(scl(&bus));
    assert_false(sda(&bus)); /* ACK */
    set_scl(&bus, false);
    assert_true(bus.bits.waiting); /* for the byte */
    set_scl(&bus, true);
    assert_false(scl(&bus));
    answer(&bus);
    settle(&bus);
    assert_true(scl(&bus));
    assert_true(sda(&bus)); /* first bit of 0xa5 */
    assert_string_equal(bus.log, "Aa1 r ");
}

static void a_condition_while_an_answer_is_due_ends_it(void **state)
{
    struct bus bus;

    (void)state;
    bus_init(&bus);
    bus.late = true;
    start(&bus);
    put(&bus, 0xa0);
    assert_true(bus.bits.waiting);
    /* something stronger than the part pulls SCL up */
    bus.sda = false;
    serve(&bus, bw_i2c_bits_lines(&bus.bits, true, false));
    serve(&bus, bw_i2c_bits_lines(&bus.bits, true, true));
    assert_string_equal(bus.log, "Aa0 X ");
    assert_false(bus.bits.waiting);
    assert_false(bus.bits.scl_low);
    answer(&bus); /* too late */
    assert_false(bus.bits.sda_low);
}

static void a_start_in_mid_byte_begins_anew(void **state)
{
    struct bus bus;

    (void)state;
    bus_init(&bus);
    start(&bus);
    for (int i = 0; i < 5; i++) {
        clock_bit(&bus, true);
    }
    start(&bus);
    put(&bus, 0xa0);
    clock_bit(&bus, false);
    stop(&bus);
    assert_string_equal(bus.log, "Aa0 P ");
}

static void clocks_without_start_are_nobodys(void **state)
{
    struct bus bus;

    (void)state;
    bus_init(&bus);
    for (int i = 0; i < 18; i++) { /* to free a stuck bus */
        clock_bit(&bus, true);
    }
    set_scl(&bus, true);
    stop(&bus);
    assert_string_equal(bus.log, "");
}

static void random_lines_leave_a_valid_state(void **state)
{
    struct bus bus;

    (void)state;
    bus_init(&bus);
    srand(7);
    for (int i = 0; i < 200000; i++) {
        int what = rand() % 8;

        bus.log[0] = '\0';
        if (what == 0 && bus.bits.waiting) {
            answer(&bus);
        } else {
            serve(&bus, bw_i2c_bits_lines(&bus.bits, what & 1, what & 2));
        }
        bus.late = rand() % 2;
        assert_true(bw_i2c_bits_valid(&bus.bits));
        assert_int_equal(bus.bits.waiting, bus.bits.scl_low);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_is_address_bytes_and_stop),
        cmocka_unit_test(a_read_goes_on_until_the_master_refuses),
        cmocka_unit_test(a_repeated_start_needs_no_stop),
        cmocka_unit_test(what_is_refused_hears_no_more),
        cmocka_unit_test(an_answer_that_takes_time_holds_scl),
        cmocka_unit_test(a_condition_while_an_answer_is_due_ends_it),
        cmocka_unit_test(a_start_in_mid_byte_begins_anew),
        cmocka_unit_test(clocks_without_start_are_nobodys),
        cmocka_unit_test(random_lines_leave_a_valid_state),
    };

    return cmocka_run_group_tests_name("i2c_bits", tests, NULL, NULL);
}
