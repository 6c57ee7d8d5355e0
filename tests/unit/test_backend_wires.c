/*
 * host-agent/backend_wires.c: what it adds to the wires, which
 * test_i2c_bitbang.c looks at: time, values, and the adapter's operations.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <string.h>

#include "host-agent/backend_wires.h"
#include "host-agent/clock.h"
#include "probe_part.h"

#define MS 1000000ull

static struct bw_sim *sim;
static struct bw_i2c_adapter *adapter;

static void use_speed(uint32_t scl_hz)
{
    sim = bw_wires_new(NULL, scl_hz);
    assert_non_null(sim);
    adapter = bw_sim_adapter(sim);
    assert_int_equal(bw_sim_add(sim, "low", &probe, 0x40), BW_OK);
    journal[0] = '\0';
    probe_stretch_ns = 0;
}

static int setup(void **state)
{
    (void)state;
    use_speed(400000);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    adapter->ops->close(adapter);
    return 0;
}

static enum bw_status run(const char *text, uint8_t *data)
{
    struct bw_wire_i2c_failure where;
    struct bw_i2c_xfer x;

    assert_int_equal(bw_i2c_xfer_parse(&x, text, data, 512, NULL), BW_OK);
    return adapter->ops->xfer(adapter, &x, &where);
}

static void it_says_that_steps_are_its_native_form(void **state)
{
    (void)state;
    assert_true(adapter->funcs & BW_I2C_FUNC_LINES);
    assert_true(adapter->funcs & BW_I2C_FUNC_STEP);
    assert_non_null(adapter->ops->step);
    assert_non_null(adapter->ops->smbus);
    assert_int_equal(adapter->max_len, BW_I2C_MAX_LEN);
}

/* 10 kHz: 9 bits a byte, 75 % of a second. */
static void a_slow_bus_takes_shorter_messages(void **state)
{
    (void)state;
    adapter->ops->close(adapter);
    use_speed(10000);
    assert_int_equal(adapter->max_len, 1111 * 75 / 100);
}

static void the_parts_do_what_they_do_on_the_plain_bus(void **state)
{
    uint8_t data[512];

    (void)state;
    assert_int_equal(run("w2@0x40 1 2 r2", data), BW_OK);
    assert_string_equal(journal, "S40w w01 w02 S40r r80 r81 P40 ");
    assert_int_equal(data[3], 0x81);
    assert_int_equal(run("w1@0x41 1", data), BW_NACK_ADDR);
    assert_int_equal(run("w2@0x40 1 0xdd", data), BW_NACK_DATA);
}

static void a_transfer_takes_its_time_on_the_wire(void **state)
{
    uint64_t begin_ns = bw_clock_ns();
    uint8_t data[512];

    (void)state;
    assert_int_equal(run("w200@0x40 0=", data), BW_OK);
    /* 201 bytes of 9 bits at 400 kHz are 4.52 ms */
    assert_true(bw_clock_ns() - begin_ns >= 201 * 9 * 10 * MS / 4000);
}

static void a_part_that_holds_scl_is_waited_for_in_real_time(void **state)
{
    uint64_t begin_ns = bw_clock_ns();
    uint8_t data[512];

    (void)state;
    probe_stretch_ns = 10 * MS;
    assert_int_equal(run("w1@0x40 1", data), BW_OK);
    assert_true(bw_clock_ns() - begin_ns >= 2 * 10 * MS);
}

static void scl_held_for_ever_is_a_timeout(void **state)
{
    struct bw_wire_value v;
    uint8_t data[512];
    uint64_t begin_ns = bw_clock_ns();

    (void)state;
    adapter->timeout_ms = 30;
    probe_stretch_ns = BW_PART_NEVER;
    assert_int_equal(run("w1@0x40 1", data), BW_TIMEOUT);
    assert_true(bw_clock_ns() - begin_ns >= 29 * MS);
    assert_int_equal(run("w1@0x40 1", data), BW_TIMEOUT);
    /* The values are still there. */
    assert_int_equal(
        bw_sim_value_set(sim, bw_sim_value_find(sim, "low.level"), 5), BW_OK);
    bw_sim_value_at(sim, bw_sim_value_find(sim, "low.level"), &v);
    assert_int_equal(v.micro, 5);
}

/* Five messages of 8000 bytes are four times the second that there is. */
static void a_transfer_that_is_too_long_ends_with_stop(void **state)
{
    static uint8_t data[4 * 8000];
    struct bw_wire_i2c_failure where;
    struct bw_i2c_xfer x = { .nmsgs = 4 };
    uint64_t begin_ns = bw_clock_ns();

    (void)state;
    adapter->ops->close(adapter);
    use_speed(100000);
    adapter->timeout_ms = 100;
    for (unsigned i = 0; i < 4; i++) {
        x.msgs[i] = (struct bw_i2c_msg){ 0x40, 0, 8000, data + i * 8000 };
    }
    assert_int_equal(adapter->ops->xfer(adapter, &x, &where), BW_TIMEOUT);
    assert_int_equal(where.msg, 0);
    /* 100 ms are 1111 bytes of 9 bits, with the address */
    assert_in_range(where.byte, 1100, 1111);
    assert_true(bw_clock_ns() - begin_ns >= 99 * MS);
    journal[0] = '\0';
    assert_int_equal(run("w1@0x40 1", data), BW_OK);
    assert_string_equal(journal, "S40w w01 P40 "); /* no STOP was due */
}

#define TEST(function) \
    cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_says_that_steps_are_its_native_form),
        TEST(a_slow_bus_takes_shorter_messages),
        TEST(the_parts_do_what_they_do_on_the_plain_bus),
        TEST(a_transfer_takes_its_time_on_the_wire),
        TEST(a_part_that_holds_scl_is_waited_for_in_real_time),
        TEST(scl_held_for_ever_is_a_timeout),
        TEST(a_transfer_that_is_too_long_ends_with_stop),
    };

    return cmocka_run_group_tests_name("backend_wires", tests, NULL, NULL);
}
