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

/* A part that writes down what the bus does: "S40w", "w12", "r", "P". */
static char journal[512];

struct probe_state {
    int64_t value;
    uint8_t addr7;
    uint8_t next; /* byte to be read */
    bool listens;
};

static void note(const char *format, unsigned value)
{
    size_t len = strlen(journal);

    snprintf(journal + len, sizeof(journal) - len, format, value);
}

static void probe_reset(void *state, uint8_t addr7, uint64_t now_ns)
{
    struct probe_state *p = state;

    (void)now_ns;
    p->addr7 = addr7;
    p->value = 1;
    p->next = (uint8_t)(addr7 << 1);
}

static bool probe_start(void *state, uint8_t addr7, bool is_read,
                        uint64_t now_ns)
{
    struct probe_state *p = state;

    (void)now_ns;
    p->listens = addr7 == p->addr7 || (addr7 == 0 && !is_read);
    if (p->listens) {
        note(is_read ? "S%02xr " : "S%02xw ", addr7);
    }
    return p->listens;
}

/* 0xdd is refused. */
static bool probe_write(void *state, uint8_t byte, uint64_t now_ns)
{
    (void)state;
    (void)now_ns;
    note("w%02x ", byte);
    return byte != 0xdd;
}

static uint8_t probe_read(void *state, uint64_t now_ns)
{
    struct probe_state *p = state;

    (void)now_ns;
    note("r%02x ", p->next);
    return p->next++;
}

static void probe_stop(void *state, uint64_t now_ns)
{
    struct probe_state *p = state;

    (void)now_ns;
    note(p->listens ? "P%02x " : "", p->addr7);
    p->listens = false;
}

static int64_t probe_get(void *state, size_t index, uint64_t now_ns)
{
    struct probe_state *p = state;

    (void)now_ns;
    return index == 0 ? p->value : 7;
}

static bool probe_set(void *state, size_t index, int64_t micro, uint64_t now_ns)
{
    struct probe_state *p = state;

    (void)now_ns;
    if (index != 0 || micro < 0 || micro > 100) {
        return false;
    }
    p->value = micro;
    return true;
}

static const uint8_t probe_addrs[] = { 0x40, 0x41, 0x42 };
static const struct bw_part_value probe_values[] = {
    { "level", "V", "a level", 0, 100, 1, false },
    { "pin", "", "a pin", 0, 100, 1, true },
};

static const struct bw_part_model probe = {
    .name = "probe",
    .text = "a part for tests",
    .addrs = probe_addrs,
    .addr_count = ARRAY_LEN(probe_addrs),
    .state_size = sizeof(struct probe_state),
    .values = probe_values,
    .value_count = ARRAY_LEN(probe_values),
    .reset = probe_reset,
    .start = probe_start,
    .write = probe_write,
    .read = probe_read,
    .stop = probe_stop,
    .get = probe_get,
    .set = probe_set,
};

/* Parts "high" at 0x41, then "low" at 0x40. */
static int new_bus(void **state)
{
    struct bw_sim *s = bw_sim_new(NULL);

    assert_non_null(s);
    assert_int_equal(bw_sim_add(s, "high", &probe, 0x41), BW_OK);
    assert_int_equal(bw_sim_add(s, "low", &probe, 0x40), BW_OK);
    journal[0] = '\0';
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
    };

    return cmocka_run_group_tests_name("backend_sim", tests, NULL, NULL);
}
