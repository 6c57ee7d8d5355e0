/*
 * host-agent/backend_sim.c: a bus of parts that the test plays, and values
 * that change under way.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "host-agent/backend_sim.h"
#include "host-agent/clock.h"
#include "probe_part.h"

/* Parts "high" at 0x41, then "low" at 0x40. */
static int new_bus(void **state)
{
    struct bw_sim *s = bw_sim_new(NULL);

    assert_non_null(s);
    assert_int_equal(bw_sim_add(s, "high", &probe, 0x41), BW_OK);
    assert_int_equal(bw_sim_add(s, "low", &probe, 0x40), BW_OK);
    journal[0] = '\0';
    probe_stretch_ns = 0;
    *state = s;
    return 0;
}

static int free_bus(void **state)
{
    struct bw_i2c_adapter *a = bw_sim_adapter(*state);

    a->ops->close(a);
    return 0;
}

static enum bw_status run(struct bw_sim *s, const char *text, uint8_t *data,
                          struct bw_wire_i2c_failure *where)
{
    struct bw_i2c_adapter *a = bw_sim_adapter(s);
    struct bw_i2c_xfer x;

    assert_int_equal(bw_i2c_xfer_parse(&x, text, data, 64, NULL), BW_OK);
    return a->ops->xfer(a, &x, where);
}

static void a_joined_transfer_has_one_stop(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    assert_int_equal(run(*state, "w2@0x40 1 2 r2", data, &where), BW_OK);
    assert_string_equal(journal, "S40w w01 w02 S40r r80 r81 P40 ");
    assert_int_equal(data[2], 0x80);
    assert_int_equal(data[3], 0x81);
}

static void a_write_of_nothing_is_a_start_and_a_stop(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    assert_int_equal(run(*state, "w0@0x41", data, &where), BW_OK);
    assert_string_equal(journal, "S41w P41 ");
}

static void an_absent_address_fails_at_its_message(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    assert_int_equal(run(*state, "w1@0x40 1 r1@0x42", data, &where),
                     BW_NACK_ADDR);
    assert_int_equal(where.msg, 1);
    assert_int_equal(where.byte, 0xffff);
    /* Nobody takes part any more when the STOP comes. */
    assert_string_equal(journal, "S40w w01 ");
}

static void a_refused_byte_ends_the_transfer_there(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    assert_int_equal(run(*state, "w3@0x40 1 0xdd 3 r1", data, &where),
                     BW_NACK_DATA);
    assert_int_equal(where.msg, 0);
    assert_int_equal(where.byte, 1);
    assert_string_equal(journal, "S40w w01 wdd P40 ");
}

static void the_general_call_reaches_every_part_from_the_lowest_on(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    assert_int_equal(run(*state, "w1@0 6", data, &where), BW_OK);
    assert_string_equal(journal, "S00w S00w w06 w06 P40 P41 ");
}

static void a_part_needs_an_address_and_a_name_of_its_own(void **state)
{
    assert_int_equal(bw_sim_add(*state, "new", &probe, 0x41), BW_BUSY);
    assert_int_equal(bw_sim_add(*state, "low", &probe, 0x42), BW_BUSY);
    assert_int_equal(bw_sim_add(*state, "new", &probe, 0x43), BW_INVALID);
    assert_int_equal(bw_sim_add(*state, "new", &probe, 0x42), BW_OK);
}

static void values_are_found_by_part_and_name(void **state)
{
    struct bw_sim *s = *state;
    struct bw_wire_value v;

    assert_int_equal(bw_sim_value_count(s), 4);
    bw_sim_value_at(s, bw_sim_value_find(s, "high.level"), &v);
    assert_string_equal(v.name, "high.level");
    assert_string_equal(v.unit, "V");
    assert_int_equal(v.micro, 1);
    assert_int_equal(v.micro_max, 100);
    assert_int_equal(bw_sim_value_find(s, "high"), 4);
    assert_int_equal(bw_sim_value_find(s, "high.none"), 4);
    assert_int_equal(bw_sim_value_find(s, "hig.level"), 4);
    assert_int_equal(bw_sim_value_find(s, "highlevel.level"), 4);
    assert_int_equal(bw_sim_value_find(s, "."), 4);
}

static void setting_changes_one_part_only(void **state)
{
    struct bw_sim *s = *state;
    struct bw_wire_value v;

    assert_int_equal(bw_sim_value_set(s, bw_sim_value_find(s, "high.level"), 9),
                     BW_OK);
    bw_sim_value_at(s, bw_sim_value_find(s, "high.level"), &v);
    assert_int_equal(v.micro, 9);
    bw_sim_value_at(s, bw_sim_value_find(s, "low.level"), &v);
    assert_int_equal(v.micro, 1);
}

static void what_cannot_be_set_is_told_apart(void **state)
{
    struct bw_sim *s = *state;

    assert_int_equal(bw_sim_value_set(s, bw_sim_value_find(s, "low.pin"), 1),
                     BW_DENIED);
    assert_int_equal(
        bw_sim_value_set(s, bw_sim_value_find(s, "low.level"), 101),
        BW_INVALID);
    assert_int_equal(bw_sim_value_set(s, 4, 1), BW_NOT_FOUND);
}

#define ROUNDS 2000

static void *turn_knob(void *opaque)
{
    struct bw_sim *s = opaque;
    size_t at = bw_sim_value_find(s, "low.level");

    for (int i = 0; i < ROUNDS; i++) {
        bw_sim_value_set(s, at, i % 100);
    }
    return NULL;
}

/* ThreadSanitizer sees what is wrong here; without it, only crashes show. */
static void values_may_change_while_transfers_run(void **state)
{
    struct bw_wire_i2c_failure where;
    struct bw_wire_value v;
    uint8_t data[64];
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, turn_knob, *state), 0);
    for (int i = 0; i < ROUNDS; i++) {
        journal[0] = '\0';
        assert_int_equal(run(*state, "w1@0x40 0 r4", data, &where), BW_OK);
        bw_sim_value_at(*state, 0, &v);
        assert_in_range(v.micro, 0, 100);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    bw_sim_value_at(*state, 0, &v);
    assert_int_equal(v.micro, (ROUNDS - 1) % 100);
}

static void a_part_at_ten_bits_is_reached_there_only(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    assert_int_equal(bw_sim_add_ten_bit(*state, "far", &probe, 0x150), BW_OK);
    assert_int_equal(bw_sim_add_ten_bit(*state, "new", &probe, 0x150), BW_BUSY);
    assert_int_equal(bw_sim_add_ten_bit(*state, "new", &probe, 0x400),
                     BW_INVALID);
    assert_int_equal(run(*state, "w1@0x150t 7 r1", data, &where), BW_OK);
    assert_string_equal(journal, "S40w w07 S40r r80 P40 ");
    assert_int_equal(run(*state, "w1@0x151t 7", data, &where), BW_NACK_ADDR);
    assert_int_equal(where.msg, 0);
    assert_int_equal(where.byte, 0xffff);
    assert_int_equal(run(*state, "w1@0x50 7", data, &where), BW_NACK_ADDR);
}

static enum bw_status step(struct bw_sim *s, struct bw_i2c_step *steps,
                           size_t nsteps, struct bw_i2c_progress *progress)
{
    struct bw_i2c_adapter *a = bw_sim_adapter(s);

    return a->ops->step(a, steps, nsteps, progress);
}

static void steps_leave_the_transaction_open(void **state)
{
    uint8_t out[] = { 1, 2 };
    uint8_t in[2];
    struct bw_i2c_step list1[] = {
        { .op = BW_STEP_START, .addr = 0x40 },
        { .op = BW_STEP_WRITE, .len = 1, .data = out },
    };
    struct bw_i2c_step list2[] = {
        { .op = BW_STEP_WRITE, .len = 1, .data = out + 1 },
        { .op = BW_STEP_START, .addr = 0x40, .flags = BW_I2C_READ },
        { .op = BW_STEP_READ, .len = 1, .data = in },
    };
    struct bw_i2c_step list3[] = {
        { .op = BW_STEP_READ, .len = 1, .data = in + 1 },
        { .op = BW_STEP_STOP },
    };
    struct bw_i2c_progress progress;

    assert_int_equal(step(*state, list1, 2, &progress), BW_OK);
    assert_int_equal(progress.done, 2);
    assert_string_equal(journal, "S40w w01 ");
    assert_int_equal(step(*state, list2, 3, &progress), BW_OK);
    assert_string_equal(journal, "S40w w01 w02 S40r r80 ");
    assert_int_equal(step(*state, list3, 2, &progress), BW_OK);
    assert_string_equal(journal, "S40w w01 w02 S40r r80 r81 P40 ");
    assert_int_equal(progress.done, 2);
    assert_int_equal(progress.byte, 0);
    assert_int_equal(in[1], 0x81);
}

static void a_step_that_fails_tells_its_byte_and_waits_for_stop(void **state)
{
    uint8_t out[] = { 1, 0xdd, 3 };
    struct bw_i2c_step list[] = {
        { .op = BW_STEP_START, .addr = 0x40 },
        { .op = BW_STEP_WRITE, .len = 3, .data = out },
        { .op = BW_STEP_STOP },
    };
    struct bw_i2c_progress progress;

    assert_int_equal(step(*state, list, 3, &progress), BW_NACK_DATA);
    assert_int_equal(progress.done, 1);
    assert_int_equal(progress.byte, 1);
    assert_string_equal(journal, "S40w w01 wdd ");
    assert_int_equal(step(*state, list + 2, 1, &progress), BW_OK);
    assert_string_equal(journal, "S40w w01 wdd P40 ");
}

#define MS 1000000ull

static void a_part_that_holds_scl_is_waited_for(void **state)
{
    struct bw_wire_i2c_failure where;
    uint64_t begin_ns = bw_clock_ns();
    uint8_t data[64];

    probe_stretch_ns = 5 * MS;
    assert_int_equal(run(*state, "w1@0x40 1 r2", data, &where), BW_OK);
    /* two address bytes, one written, two read */
    assert_true(bw_clock_ns() - begin_ns >= 5 * 5 * MS);
}

static void scl_held_for_ever_is_a_timeout_without_a_stop(void **state)
{
    struct bw_i2c_adapter *a = bw_sim_adapter(*state);
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    a->timeout_ms = 20;
    probe_stretch_ns = BW_PART_NEVER;
    assert_int_equal(run(*state, "w1@0x40 1", data, &where), BW_TIMEOUT);
    assert_int_equal(where.msg, 0);
    assert_string_equal(journal, "S40w ");
    assert_int_equal(run(*state, "w1@0x41 1", data, &where), BW_TIMEOUT);
    assert_string_equal(journal, "S40w ");
}

static void the_bus_is_cleared_when_scl_is_free_again(void **state)
{
    struct bw_i2c_adapter *a = bw_sim_adapter(*state);
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    a->timeout_ms = 20;
    probe_stretch_ns = 50 * MS;
    assert_int_equal(run(*state, "w1@0x40 1", data, &where), BW_TIMEOUT);
    probe_stretch_ns = 0;
    a->timeout_ms = 10000;
    assert_int_equal(run(*state, "w1@0x41 1", data, &where), BW_OK);
    assert_string_equal(journal, "S40w P40 S41w w01 P41 ");
}

static void *set_knob_once(void *opaque)
{
    struct bw_sim *s = opaque;

    bw_sim_value_set(s, bw_sim_value_find(s, "low.level"), 3);
    return NULL;
}

static void values_may_change_while_scl_is_held(void **state)
{
    struct bw_i2c_adapter *a = bw_sim_adapter(*state);
    struct bw_wire_i2c_failure where;
    struct bw_wire_value v;
    uint8_t data[64];
    pthread_t thread;
    uint64_t begin_ns = bw_clock_ns();

    a->timeout_ms = 300;
    probe_stretch_ns = BW_PART_NEVER;
    assert_int_equal(pthread_create(&thread, NULL, set_knob_once, *state), 0);
    assert_int_equal(run(*state, "w1@0x40 1", data, &where), BW_TIMEOUT);
    assert_true(bw_clock_ns() - begin_ns >= 300 * MS);
    assert_int_equal(pthread_join(thread, NULL), 0);
    bw_sim_value_at(*state, bw_sim_value_find(*state, "low.level"), &v);
    assert_int_equal(v.micro, 3);
}

#define TEST(function) \
    cmocka_unit_test_setup_teardown(function, new_bus, free_bus)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_joined_transfer_has_one_stop),
        TEST(a_write_of_nothing_is_a_start_and_a_stop),
        TEST(an_absent_address_fails_at_its_message),
        TEST(a_refused_byte_ends_the_transfer_there),
        TEST(the_general_call_reaches_every_part_from_the_lowest_on),
        TEST(a_part_needs_an_address_and_a_name_of_its_own),
        TEST(values_are_found_by_part_and_name),
        TEST(setting_changes_one_part_only),
        TEST(what_cannot_be_set_is_told_apart),
        TEST(values_may_change_while_transfers_run),
        TEST(a_part_at_ten_bits_is_reached_there_only),
        TEST(steps_leave_the_transaction_open),
        TEST(a_step_that_fails_tells_its_byte_and_waits_for_stop),
        TEST(a_part_that_holds_scl_is_waited_for),
        TEST(scl_held_for_ever_is_a_timeout_without_a_stop),
        TEST(the_bus_is_cleared_when_scl_is_free_again),
        TEST(values_may_change_while_scl_is_held),
    };

    return cmocka_run_group_tests_name("backend_sim", tests, NULL, NULL);
}
