/*
 * host-agent/filter_fault_xfer.c and fault_set.c: what a fault makes of a
 * transfer, what the part gets of it, and when it happens.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fault_rig.h"

/* What is read lies behind what is written in the rig's buffer. */
static void expect_read(size_t at, const uint8_t *bytes, size_t len)
{
    assert_memory_equal(rig.data + at, bytes, len);
}

static void without_faults_all_is_passed_on(void **state)
{
    (void)state;
    expect_xfer("w2@0x50 1 2 r2", BW_OK, "w2@50 01 02 r2@50");
    expect_read(2, (const uint8_t[]){ 0x10, 0x11 }, 2);
    expect_xfer("r1@0x33", BW_NACK_ADDR, "r1@33");
    expect_where(0, NOWHERE);
}

static void a_refused_address_ends_the_transfer_there(void **state)
{
    (void)state;
    fault_add("nack-addr address=0x50 direction=read");
    expect_xfer("w1@0x50 1 r2", BW_NACK_ADDR, "w1@50 01");
    expect_where(1, NOWHERE);
    expect_xfer("r2@0x50", BW_NACK_ADDR, "");
    expect_where(0, NOWHERE);
    expect_xfer("w1@0x50 1", BW_OK, "w1@50 01");
    expect_xfer("r1@0x48", BW_OK, "r1@48");
}

static void bytes_before_a_refused_one_reach_the_part(void **state)
{
    (void)state;
    fault_add("nack-data address=0x50 byte=2");
    expect_xfer("w4@0x50 1 2 3 4", BW_NACK_DATA, "w2@50 01 02");
    expect_where(0, 2);
    expect_xfer("w2@0x50 1 2", BW_OK, "w2@50 01 02");
    expect_xfer("r4@0x50", BW_OK, "r4@50");
    expect_xfer("w1@0x50 9 w4 1 2 3 4 r1", BW_NACK_DATA,
                "w1@50 09 w2@50 01 02");
    expect_where(1, 2);
}

static void the_first_byte_refused_leaves_an_addressed_part(void **state)
{
    (void)state;
    fault_add("nack-data");
    expect_xfer("w2@0x50 1 2", BW_NACK_DATA, "w0@50");
    expect_where(0, 0);
    expect_xfer("w2@0x33 1 2", BW_NACK_ADDR, "w0@33"); /* nobody to refuse */
    fault_rig_teardown(state);
    fault_rig_with(BW_I2C_FUNC_RDWR); /* cannot write nothing */
    fault_add("nack-data");
    expect_xfer("w2@0x50 1 2", BW_NACK_DATA, "");
}

static void a_fault_at_a_part_that_is_not_there_is_its_absence(void **state)
{
    (void)state;
    fault_add("nack-data byte=1");
    expect_xfer("w1@0x48 1 w3@0x33 1 2 3", BW_NACK_ADDR, "w1@48 01 w1@33");
    expect_where(1, NOWHERE);
}

static void a_stretch_delays_and_nothing_else(void **state)
{
    (void)state;
    fault_add("stretch address=0x50 time=25ms byte=1");
    expect_xfer("w2@0x50 1 2 r1", BW_OK, "w2@50 01 02 r1@50");
    assert_int_equal(rig.slept_us, 25000);
    expect_xfer("w1@0x50 1", BW_OK, "w1@50 01");
    assert_int_equal(rig.slept_us, 0);
    fault_add("stretch time=75ms");
    expect_xfer("w2@0x50 1 2", BW_OK, "w2@50 01 02");
    assert_int_equal(rig.slept_us, RIG_TIMEOUT_MS * 1000);
}

static void a_stretch_that_is_too_long_is_a_timeout_for_all(void **state)
{
    (void)state;
    fault_add("stretch address=0x50 time=250ms byte=1 count=1");
    expect_xfer("w3@0x50 1 2 3", BW_TIMEOUT, "w1@50 01");
    expect_where(0, 1);
    assert_int_equal(rig.slept_us, RIG_TIMEOUT_MS * 1000);
    /* SCL is held for 150 ms more */
    expect_xfer("r1@0x48", BW_TIMEOUT, "");
    expect_where(NOWHERE, NOWHERE);
    assert_int_equal(rig.slept_us, RIG_TIMEOUT_MS * 1000);
    expect_xfer("r1@0x48", BW_OK, "r1@48");
    assert_int_equal(rig.slept_us, 50000);
    expect_xfer("r1@0x48", BW_OK, "r1@48");
    assert_int_equal(rig.slept_us, 0);
}

static void sda_held_stops_everybody_until_it_is_over(void **state)
{
    (void)state;
    fault_add("hold-sda address=0x50 time=10ms");
    expect_xfer("r1@0x48", BW_OK, "r1@48");
    expect_xfer("w1@0x48 1 r1@0x50", BW_BUS_ERROR, "w1@48 01");
    expect_where(1, NOWHERE);
    expect_xfer("r1@0x48", BW_BUS_ERROR, "");
    rig.now_us += 9999;
    expect_xfer("r1@0x48", BW_BUS_ERROR, "");
    rig.now_us += 1;
    expect_xfer("r1@0x50", BW_OK, "r1@50");
}

static void clearing_a_fault_releases_the_line(void **state)
{
    uint32_t number;

    (void)state;
    number = fault_add("hold-sda time=60s");
    expect_xfer("r1@0x48", BW_BUS_ERROR, "");
    expect_xfer("r1@0x48", BW_BUS_ERROR, "");
    assert_int_equal(
        bw_fault_set_clear(bw_filter_fault_set(rig.filter), number), BW_OK);
    expect_xfer("r1@0x48", BW_OK, "r1@48");
    assert_int_equal(
        bw_fault_set_clear(bw_filter_fault_set(rig.filter), number),
        BW_NOT_FOUND);
}

static void arbitration_is_lost_at_the_address_or_at_a_byte(void **state)
{
    (void)state;
    fault_add("arbitration address=0x50");
    fault_add("arbitration address=0x48 byte=1");
    expect_xfer("w1@0x50 1", BW_ARBITRATION, "");
    expect_where(0, NOWHERE);
    expect_xfer("w3@0x48 1 2 3", BW_ARBITRATION, "w1@48 01");
    expect_where(0, 1);
}

static void flipped_bits_arrive_on_either_side(void **state)
{
    (void)state;
    fault_add("flip mask=0x80 address=0x50 direction=write byte=1");
    fault_add("flip mask=0x01 address=0x50 direction=read byte=2");
    expect_xfer("w3@0x50 1 2 3 r4", BW_OK, "w3@50 01 82 03 r4@50");
    expect_read(3, (const uint8_t[]){ 0x10, 0x11, 0x13, 0x13 }, 4);
    expect_read(0, (const uint8_t[]){ 1, 2, 3 }, 3); /* the request's own */
    fault_add("flip mask=0xff direction=read");
    expect_xfer("r2@0x48 r2@0x50", BW_OK, "r2@48 r2@50");
    expect_read(0, (const uint8_t[]){ 0xef, 0xee, 0xef, 0xee }, 4);
}

static void a_part_that_vanishes_is_gone_for_its_time(void **state)
{
    (void)state;
    fault_add("vanish address=0x50 time=20ms");
    expect_xfer("r1@0x48 r1@0x50", BW_NACK_ADDR, "r1@48");
    rig.now_us += 19999;
    expect_xfer("w1@0x50 1", BW_NACK_ADDR, "");
    expect_xfer("r1@0x48", BW_OK, "r1@48");
    rig.now_us += 1;
    expect_xfer("w1@0x50 1", BW_OK, "w1@50 01");
}

static void one_that_vanishes_in_mid_message_leaves_an_open_bus(void **state)
{
    (void)state;
    fault_add("vanish address=0x50 byte=2 direction=read");
    expect_xfer("w1@0x50 7 r4", BW_OK, "w1@50 07 r2@50");
    expect_read(1, (const uint8_t[]){ 0x10, 0x11, 0xff, 0xff }, 4);
    expect_xfer("w1@0x50 7", BW_NACK_ADDR, "");
    bw_fault_set_clear(bw_filter_fault_set(rig.filter), 0);
    fault_add("vanish address=0x50 byte=0 direction=read");
    expect_xfer("r2@0x50 r2@0x48", BW_OK, "r2@48");
    expect_read(0, (const uint8_t[]){ 0xff, 0xff, 0x10, 0x11 }, 4);
    bw_fault_set_clear(bw_filter_fault_set(rig.filter), 0);
    fault_add("vanish address=0x50 byte=1 direction=read");
    expect_xfer("r2@0x50 w1 1", BW_NACK_ADDR, "r1@50");
    expect_where(1, NOWHERE);
    bw_fault_set_clear(bw_filter_fault_set(rig.filter), 0);
    fault_add("vanish address=0x50 byte=1 direction=write");
    expect_xfer("w3@0x50 1 2 3", BW_NACK_DATA, "w1@50 01");
    expect_where(0, 1);
}

static void skip_and_count_say_which_times(void **state)
{
    uint32_t number;

    (void)state;
    number = fault_add("nack-addr address=0x50 skip=2 count=2");
    expect_xfer("r1@0x50", BW_OK, "r1@50");
    expect_xfer("r1@0x48", BW_OK, "r1@48"); /* does not count */
    expect_xfer("r1@0x50", BW_OK, "r1@50");
    expect_xfer("r1@0x50", BW_NACK_ADDR, "");
    assert_int_equal(hits_of(number), 1);
    expect_xfer("r1@0x50", BW_NACK_ADDR, "");
    expect_xfer("r1@0x50", BW_OK, "r1@50");
    assert_int_equal(hits_of(number), 2);
}

static void a_chance_is_about_right_and_the_same_each_time(void **state)
{
    uint32_t first = 0;

    (void)state;
    for (int run = 0; run < 2; run++) {
        uint32_t pattern = 0;
        uint32_t number = fault_add("nack-addr chance=10% seed=42");

        for (int i = 0; i < 1000; i++) {
            pattern = pattern * 31 + (xfer("r1@0x50") == BW_NACK_ADDR);
        }
        /* 1000 draws of 0.1: 100, standard deviation 9.5; six of them */
        assert_in_range(hits_of(number), 43, 157);
        assert_true(run == 0 || pattern == first);
        first = pattern;
        bw_fault_set_clear(bw_filter_fault_set(rig.filter), 0);
    }
    fault_add("nack-addr chance=10% seed=43");
    for (int i = 0; i < 1000; i++) {
        first = first * 31 + (xfer("r1@0x50") == BW_NACK_ADDR);
    }
}

static void ten_bit_addresses_are_others(void **state)
{
    (void)state;
    fault_add("nack-addr address=0x50t");
    expect_xfer("r1@0x50", BW_OK, "r1@50");
    expect_xfer("r1@0x50t", BW_NACK_ADDR, "");
}

static void there_is_room_for_32_faults(void **state)
{
    struct bw_fault_text t;
    uint32_t number;

    (void)state;
    for (int i = 0; i < BW_FAULT_SET_MAX; i++) {
        assert_int_equal(fault_add("nack-addr address=0x11"), i + 1);
    }
    bw_fault_text_init(&t);
    t.fault.kind = BW_FAULT_NACK_ADDR;
    assert_int_equal(
        bw_fault_set_add(bw_filter_fault_set(rig.filter), &t.fault, &number),
        BW_TOO_LONG);
    bw_fault_set_clear(bw_filter_fault_set(rig.filter), 7);
    assert_int_equal(fault_add("nack-addr"), BW_FAULT_SET_MAX + 1);
}

/* The longest transfer, every byte of it with a fault. */
static void the_longest_transfer_has_room(void **state)
{
    static uint8_t buf[2 * BW_I2C_MAX_BYTES];
    struct bw_i2c_xfer x;

    (void)state;
    fault_add("flip mask=0x01");
    rig.log[0] = '\0';
    assert_int_equal(
        bw_i2c_xfer_parse(&x,
                          "r8192@0x50 r8192 r8192 r8192 w8192 0= w8192 0= "
                          "w8192 0= w8192 0=",
                          buf, sizeof(buf), NULL),
        BW_OK);
    assert_int_equal(rig.adapter->ops->xfer(rig.adapter, &x, &rig.where),
                     BW_OK);
    assert_int_equal(x.msgs[3].data[8191], (0x10 + 8191) % 256 ^ 1);
}

static void what_happens_to_the_link_is_told_once(void **state)
{
    struct bw_fault_link link;

    (void)state;
    fault_add("link-delay time=5ms address=0x50");
    fault_add("link-tear byte=7 address=0x50 skip=1");
    expect_xfer("r1@0x48", BW_OK, "r1@48");
    bw_fault_link_take(&link);
    assert_int_equal(link.kind, 0);
    assert_int_equal(link.delay_us, 0);
    expect_xfer("r1@0x48 r1@0x50 r1", BW_OK, "r1@48 r1@50 r1@50");
    bw_fault_link_take(&link);
    assert_int_equal(link.kind, 0);
    assert_int_equal(link.delay_us, 5000);
    expect_xfer("r1@0x50", BW_OK, "r1@50");
    bw_fault_link_take(&link);
    assert_int_equal(link.kind, BW_FAULT_LINK_TEAR);
    assert_int_equal(link.byte, 7);
    bw_fault_link_take(&link);
    assert_int_equal(link.kind, 0);
    fault_add("link-cut address=0x48");
    expect_xfer("r1@0x48", BW_LINK_DOWN, "");
    bw_fault_link_take(&link);
    assert_int_equal(link.kind, BW_FAULT_LINK_CUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        faulty(without_faults_all_is_passed_on),
        faulty(a_refused_address_ends_the_transfer_there),
        faulty(bytes_before_a_refused_one_reach_the_part),
        faulty(the_first_byte_refused_leaves_an_addressed_part),
        faulty(a_fault_at_a_part_that_is_not_there_is_its_absence),
        faulty(a_stretch_delays_and_nothing_else),
        faulty(a_stretch_that_is_too_long_is_a_timeout_for_all),
        faulty(sda_held_stops_everybody_until_it_is_over),
        faulty(clearing_a_fault_releases_the_line),
        faulty(arbitration_is_lost_at_the_address_or_at_a_byte),
        faulty(flipped_bits_arrive_on_either_side),
        faulty(a_part_that_vanishes_is_gone_for_its_time),
        faulty(one_that_vanishes_in_mid_message_leaves_an_open_bus),
        faulty(skip_and_count_say_which_times),
        faulty(a_chance_is_about_right_and_the_same_each_time),
        faulty(ten_bit_addresses_are_others),
        faulty(there_is_room_for_32_faults),
        faulty(the_longest_transfer_has_room),
        faulty(what_happens_to_the_link_is_told_once),
    };

    return cmocka_run_group_tests_name("filter_fault", tests, NULL, NULL);
}
