/*
 * peripherals/parts/part_bus.c: several parts on one bus.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <string.h>

#include "peripherals/parts/part_bus.h"
#include "probe_part.h"

#define HI(addr10) (0x78 | (addr10) >> 8) /* of the first address byte */
#define LO(addr10) ((addr10)&0xff)

enum {
    LOW,
    HIGH,
    FAR,
    FARTHER,
    SEATS
};

static struct probe_state states[SEATS];
static struct bw_part_seat seats[SEATS];
static struct bw_part_bus bus = { seats, SEATS };

static void seat(int at, uint16_t addr, bool ten_bit)
{
    uint8_t addr7 = ten_bit ? 0x40 : (uint8_t)addr;

    memset(&states[at], 0, sizeof(states[at]));
    seats[at] = (struct bw_part_seat){
        .model = &probe,
        .state = &states[at],
        .addr = addr,
        .addr7 = addr7,
        .ten_bit = ten_bit,
    };
    probe.reset(&states[at], addr7, 0);
}

static int setup(void **state)
{
    (void)state;
    seat(LOW, 0x40, false);
    seat(HIGH, 0x42, false);
    seat(FAR, 0x141, true);
    seat(FARTHER, 0x142, true);
    states[FAR].next = 0xf1;
    states[FARTHER].next = 0xf2;
    probe_stretch_ns = 0;
    journal[0] = '\0';
    return 0;
}

static bool start(uint8_t addr7, bool is_read)
{
    return bw_part_bus_start(&bus, addr7, is_read, 1);
}

static bool put(uint8_t byte)
{
    return bw_part_bus_write(&bus, byte, 1);
}

static uint8_t get(void)
{
    return bw_part_bus_read(&bus, 1);
}

static void stop(void)
{
    bw_part_bus_stop(&bus, 1);
}

static void only_the_addressed_part_takes_part(void **state)
{
    (void)state;
    assert_true(start(0x42, false));
    assert_true(put(5));
    assert_true(start(0x42, true));
    assert_int_equal(get(), 0x84);
    stop();
    assert_string_equal(journal, "S42w w05 S42r r84 P42 ");
}

static void nobody_leaves_sda_high(void **state)
{
    (void)state;
    assert_false(start(0x41, true));
    assert_int_equal(get(), 0xff);
    assert_false(put(0));
    stop();
    assert_string_equal(journal, "");
}

static void one_acknowledge_of_several_is_enough(void **state)
{
    (void)state;
    assert_true(start(BW_PART_ADDR_GENERAL_CALL, false));
    assert_true(put(6));
    assert_false(put(0xdd)); /* refused by all */
    stop();
    assert_string_equal(journal, "S00w S00w S00w S00w w06 w06 w06 w06 "
                                 "wdd wdd wdd wdd P40 P42 P40 P40 ");
}

static void parts_that_listen_together_all_get_their_stop(void **state)
{
    (void)state;
    assert_true(start(BW_PART_ADDR_GENERAL_CALL, false));
    journal[0] = '\0';
    stop();
    assert_string_equal(journal, "P40 P42 P40 P40 ");
    stop();
    assert_string_equal(journal, "P40 P42 P40 P40 ");
}

/* A part in want of attention: it answers the alert response address. */
static bool alerting_start(void *state, uint8_t addr7, bool is_read,
                           uint64_t now_ns)
{
    (void)now_ns;
    ((struct probe_state *)state)->listens =
        is_read && addr7 == BW_PART_ADDR_ALERT_RESPONSE;
    return ((struct probe_state *)state)->listens;
}

static void the_lowest_address_wins_the_alert_response(void **state)
{
    struct bw_part_model alerting = probe;

    (void)state;
    alerting.start = alerting_start;
    seats[LOW].model = &alerting;
    seats[HIGH].model = &alerting;
    assert_true(start(BW_PART_ADDR_ALERT_RESPONSE, true));
    assert_int_equal(get(), 0x40 << 1);
    stop();
    assert_int_equal(states[HIGH].next, 0x42 << 1); /* was not read */
    seats[LOW].model = &probe;
    assert_true(start(BW_PART_ADDR_ALERT_RESPONSE, true));
    assert_int_equal(get(), 0x42 << 1);
}

static void ten_bits_are_written_in_two_bytes(void **state)
{
    (void)state;
    assert_true(start(HI(0x142), false)); /* both of them */
    assert_true(put(LO(0x142)));
    assert_true(put(9));
    stop();
    assert_string_equal(journal, "S40w w09 P40 ");
    assert_false(start(HI(0x242), false));
    stop();
    assert_true(start(HI(0x143), false));
    assert_false(put(LO(0x143)));
    assert_false(put(LO(0x142))); /* is no address any more */
    assert_string_equal(journal, "S40w w09 P40 ");
}

static void ten_bits_are_read_after_a_repeated_start(void **state)
{
    (void)state;
    assert_false(start(HI(0x142), true)); /* nobody was addressed before */
    assert_true(start(HI(0x142), false));
    assert_true(put(LO(0x142)));
    assert_true(start(HI(0x142), true));
    assert_int_equal(get(), 0xf2);
    assert_true(start(HI(0x142), true)); /* it still is */
    assert_int_equal(get(), 0xf3);
    stop();
    assert_false(start(HI(0x142), true));
}

static void another_address_ends_that_of_ten_bits(void **state)
{
    (void)state;
    assert_true(start(HI(0x142), false));
    assert_true(put(LO(0x142)));
    assert_true(start(0x40, false));
    assert_false(start(HI(0x142), true));
    assert_true(start(HI(0x142), false));
    assert_true(put(LO(0x142)));
    assert_true(start(HI(0x141), false)); /* begun, not said */
    assert_false(start(HI(0x142), true));
}

static void a_part_of_ten_bits_has_no_address_of_seven(void **state)
{
    (void)state;
    seat(LOW, 0x41, false);
    journal[0] = '\0';
    assert_false(start(0x40, false)); /* as which FAR was made */
    assert_string_equal(journal, "");
}

static void scl_is_held_until_the_last_part_lets_go(void **state)
{
    (void)state;
    assert_int_equal(bw_part_bus_holds_scl(&bus, 70), 70);
    states[HIGH].free_ns = 100;
    states[FAR].free_ns = 90;
    assert_int_equal(bw_part_bus_holds_scl(&bus, 70), 100);
    assert_int_equal(bw_part_bus_holds_scl(&bus, 95), 100);
    states[LOW].free_ns = BW_PART_NEVER;
    assert_true(bw_part_bus_holds_scl(&bus, 70) == BW_PART_NEVER);
    assert_true(bw_part_bus_holds_scl(&bus, 1u << 31) == BW_PART_NEVER);
}

static void parts_that_cannot_stretch_are_not_asked(void **state)
{
    struct bw_part_model quick = probe;

    (void)state;
    quick.holds_scl = NULL;
    states[LOW].free_ns = BW_PART_NEVER;
    seats[LOW].model = &quick;
    assert_int_equal(bw_part_bus_holds_scl(&bus, 70), 70);
}

#define TEST(function) cmocka_unit_test_setup(function, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_the_addressed_part_takes_part),
        TEST(nobody_leaves_sda_high),
        TEST(one_acknowledge_of_several_is_enough),
        TEST(parts_that_listen_together_all_get_their_stop),
        TEST(the_lowest_address_wins_the_alert_response),
        TEST(ten_bits_are_written_in_two_bytes),
        TEST(ten_bits_are_read_after_a_repeated_start),
        TEST(another_address_ends_that_of_ten_bits),
        TEST(a_part_of_ten_bits_has_no_address_of_seven),
        TEST(scl_is_held_until_the_last_part_lets_go),
        TEST(parts_that_cannot_stretch_are_not_asked),
    };

    return cmocka_run_group_tests_name("part_bus", tests, NULL, NULL);
}
