/*
 * I2C_XFER and VALUE_* through a session: policy, limits, what reaches the
 * adapter and what comes back.
 *
 * host-agent/session_handlers.c, service_i2c.c, service_bench.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session_rig.h"

#include "host-agent/clock.h"

/* HELLO, OPEN, one transfer; the reply is what the caller then expects. */
static struct rig *run_xfer(struct rig *r, const char *export, const char *text)
{
    put_hello(r);
    put_open(r, export);
    put_xfer(r, text);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    return r;
}

static void a_register_read_returns_the_parts_bytes(void **state)
{
    struct rig *r = run_xfer(rig_new(), "thermometer", "w1@0x48 0 r2");
    struct bw_reader body;

    (void)state;
    expect_body(r, BW_MSG_I2C_XFER, 3, BW_OK, &body);
    assert_int_equal(bw_reader_left(&body), 2);
    rig_free(r);
}

static void an_absent_part_is_a_nack_of_the_address(void **state)
{
    struct rig *r = run_xfer(rig_new(), "bus", "w1@0x49 0 r2");

    (void)state;
    expect_failure_at(r, 3, BW_NACK_ADDR, 0, 0xffff);
    rig_free(r);
}

static void another_address_than_the_exports_is_denied(void **state)
{
    struct rig *r = run_xfer(rig_new(), "fake", "w1@0x20 0 r1@0x21");

    (void)state;
    expect_failure_at(r, 3, BW_DENIED, 1, 0xffff);
    assert_int_equal(r->fake.count, 0);
    rig_free(r);
}

static void the_exports_address_with_ten_bits_is_denied(void **state)
{
    struct rig *r = run_xfer(rig_new(), "fake", "r1@0x20t");

    (void)state;
    expect_failure_at(r, 3, BW_DENIED, 0, 0xffff);
    assert_int_equal(r->fake.count, 0);
    rig_free(r);
}

static void ten_bits_need_an_adapter_that_has_them(void **state)
{
    struct rig *r = run_xfer(rig_new(), "fakebus", "r1@0x120t");

    (void)state;
    expect_failure_at(r, 3, BW_UNSUPPORTED, 0, 0xffff);
    rig_free(r);

    r = rig_new();
    r->fake.adapter.funcs |= BW_I2C_FUNC_TEN_BIT;
    run_xfer(r, "fakebus", "r1@0x120t");
    expect(r, BW_MSG_I2C_XFER, 3, BW_OK);
    rig_free(r);
}

static void a_message_over_the_adapters_length_is_too_long(void **state)
{
    struct rig *r = run_xfer(rig_new(), "fake", "w1@0x20 0 r513");

    (void)state;
    expect_failure_at(r, 3, BW_TOO_LONG, 1, 0xffff);
    assert_int_equal(r->fake.count, 0);
    rig_free(r);
}

static void
a_probe_becomes_a_read_where_the_adapter_cannot_write_none(void **state)
{
    struct rig *r = run_xfer(rig_new(), "fake", "w0@0x20");
    struct bw_reader body;

    (void)state;
    expect_body(r, BW_MSG_I2C_XFER, 3, BW_OK, &body);
    assert_int_equal(bw_reader_left(&body), 0);
    assert_int_equal(r->fake.count, 1);
    assert_int_equal(r->fake.last.nmsgs, 1);
    assert_int_equal(r->fake.last.msgs[0].flags, BW_I2C_READ);
    assert_int_equal(r->fake.last.msgs[0].len, 1);
    rig_free(r);
}

static void a_probe_stays_one_where_the_adapter_can(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    r->fake.adapter.funcs |= BW_I2C_FUNC_ZERO_LEN;
    run_xfer(r, "fake", "w0@0x20");
    expect(r, BW_MSG_I2C_XFER, 3, BW_OK);
    assert_int_equal(r->fake.last.msgs[0].flags, 0);
    assert_int_equal(r->fake.last.msgs[0].len, 0);
    rig_free(r);
}

static void an_empty_message_among_others_is_unsupported(void **state)
{
    struct rig *r = run_xfer(rig_new(), "fake", "w0@0x20 r1");

    (void)state;
    expect_failure_at(r, 3, BW_UNSUPPORTED, 0, 0xffff);
    assert_int_equal(r->fake.count, 0);
    rig_free(r);
}

static void a_read_of_no_bytes_is_no_probe(void **state)
{
    struct rig *r = run_xfer(rig_new(), "fake", "r0@0x20");

    (void)state;
    expect_failure_at(r, 3, BW_UNSUPPORTED, 0, 0xffff);
    assert_int_equal(r->fake.count, 0);
    rig_free(r);
}

static void an_adapters_failure_and_its_place_reach_the_client(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    r->fake.status = BW_NACK_DATA;
    r->fake.where = (struct bw_wire_i2c_failure){ 0, 2 };
    run_xfer(r, "fake", "w3@0x20 1 2 3");
    expect_failure_at(r, 3, BW_NACK_DATA, 0, 2);
    rig_free(r);
}

static void a_busy_adapter_is_waited_for_until_the_deadline(void **state)
{
    struct rig *r = rig_new();
    struct bw_bus *bus = bw_bench_find_bus(&r->bench, "fake");
    uint64_t begin_ns = bw_clock_ns();

    (void)state;
    assert_int_equal(bw_bus_lock(bus, 0), BW_OK);
    put_hello(r);
    put_open(r, "fake");
    put_xfer_by(r, "r1@0x20", 0);
    put_xfer_by(r, "r1@0x20", 30);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect_failure_at(r, 3, BW_TIMEOUT, 0xffff, 0xffff);
    expect_failure_at(r, 4, BW_TIMEOUT, 0xffff, 0xffff);
    assert_int_equal(r->fake.count, 0);
    assert_true(bw_clock_ns() - begin_ns >= 30 * 1000000u);
    bw_bus_unlock(bus);
    rig_free(r);
}

static void a_free_adapter_serves_a_deadline_of_zero(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    put_hello(r);
    put_open(r, "fake");
    put_xfer_by(r, "r1@0x20", 0);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect(r, BW_MSG_I2C_XFER, 3, BW_OK);
    rig_free(r);
}

static void a_field_out_of_range_is_invalid_and_the_session_lives(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    put_hello(r);
    put_open(r, "fake");
    put_xfer_by(r, "r1@0x20", BW_WIRE_MAX_TIME_MS + 1);
    put_xfer(r, "r1@0x20");
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect_failure_at(r, 3, BW_INVALID, 0xffff, 0xffff);
    expect(r, BW_MSG_I2C_XFER, 4, BW_OK);
    rig_free(r);
}

static void a_reply_over_the_clients_limit_is_too_long(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    r->fake.adapter.max_len = BW_I2C_MAX_LEN;
    put_hello_as(r, BW_CAP_I2C, BW_WIRE_MIN_BODY);
    put_open(r, "fake");
    put_xfer(r, "r4096@0x20");
    put_xfer(r, "r4097@0x20");
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect(r, BW_MSG_I2C_XFER, 3, BW_OK);
    expect_failure_at(r, 4, BW_TOO_LONG, 0xffff, 0xffff);
    assert_int_equal(r->fake.count, 1);
    rig_free(r);
}

static void the_longest_transfers_fit(void **state)
{
    struct rig *r = rig_new();
    struct bw_reader body;

    (void)state;
    r->fake.adapter.max_len = BW_I2C_MAX_LEN;
    run_xfer(
        r, "fake",
        "w8192@0x20 0= w8192 1= w8192 2= w8192 3= r8192 r8192 r8192 r8192");
    expect_body(r, BW_MSG_I2C_XFER, 3, BW_OK, &body);
    assert_int_equal(bw_reader_left(&body), BW_I2C_MAX_BYTES);
    rig_free(r);
}

static void one_request_costs_one_recv_and_one_send(void **state)
{
    struct rig *r = run_xfer(rig_new(), "thermometer", "w1@0x48 0 r2");

    (void)state;
    /* The script is taken in one, then comes the end of the input. */
    assert_int_equal(r->io.recvs, 2);
    assert_int_equal(r->io.sends, 3);
    assert_int_equal(r->io.waits, 0);
    rig_free(r);
}

/* Values */

static void put_name(struct rig *r, const char *name)
{
    size_t at = begin(r, BW_MSG_VALUE_GET);

    bw_wire_put_value_name(&r->script, name);
    end(r, at);
}

static void put_set(struct rig *r, const char *name, int64_t micro)
{
    size_t at = begin(r, BW_MSG_VALUE_SET);

    bw_wire_put_value_set(&r->script, name, micro);
    end(r, at);
}

static void a_value_is_set_read_back_and_measured(void **state)
{
    struct rig *r = rig_new();
    struct bw_wire_value v;
    struct bw_reader body;

    (void)state;
    put_hello(r);
    put_open(r, "desk");
    put_set(r, "thermometer.temperature", 25500000);
    put_name(r, "thermometer.temperature");
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect_body(r, BW_MSG_VALUE_SET, 3, BW_OK, &body);
    assert_int_equal(bw_reader_left(&body), 0);
    expect_body(r, BW_MSG_VALUE_GET, 4, BW_OK, &body);
    assert_int_equal(bw_wire_get_value(&body, &v), BW_OK);
    assert_int_equal(v.micro, 25500000);
    assert_string_equal(v.unit, "degC");
    rig_free(r);
}

static void a_value_that_cannot_be_set_is_told_why(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    put_hello(r);
    put_open(r, "desk");
    put_set(r, "thermometer.temperature", 1000000000);
    put_set(r, "thermometer.alert", 0);
    put_set(r, "thermometer.nothing", 0);
    put_set(r, "nothing", 0);
    put_name(r, "nobody.temperature");
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect(r, BW_MSG_VALUE_SET, 3, BW_INVALID);
    expect(r, BW_MSG_VALUE_SET, 4, BW_DENIED);
    expect(r, BW_MSG_VALUE_SET, 5, BW_NOT_FOUND);
    expect(r, BW_MSG_VALUE_SET, 6, BW_NOT_FOUND);
    expect(r, BW_MSG_VALUE_GET, 7, BW_NOT_FOUND);
    expect_end(r);
    rig_free(r);
}

static void the_list_of_values_names_them_all(void **state)
{
    struct rig *r = rig_new();
    struct bw_wire_value v;
    struct bw_reader body;
    size_t count = 0;

    (void)state;
    put_hello(r);
    put_open(r, "desk");
    put_empty(r, BW_MSG_VALUE_LIST);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect_body(r, BW_MSG_VALUE_LIST, 3, BW_OK, &body);
    for (; bw_reader_left(&body) > 0; count++) {
        assert_int_equal(bw_wire_get_value(&body, &v), BW_OK);
    }
    assert_int_equal(count, bw_part_tmp102.value_count);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_register_read_returns_the_parts_bytes),
        cmocka_unit_test(an_absent_part_is_a_nack_of_the_address),
        cmocka_unit_test(another_address_than_the_exports_is_denied),
        cmocka_unit_test(the_exports_address_with_ten_bits_is_denied),
        cmocka_unit_test(ten_bits_need_an_adapter_that_has_them),
        cmocka_unit_test(a_message_over_the_adapters_length_is_too_long),
        cmocka_unit_test(
            a_probe_becomes_a_read_where_the_adapter_cannot_write_none),
        cmocka_unit_test(a_probe_stays_one_where_the_adapter_can),
        cmocka_unit_test(an_empty_message_among_others_is_unsupported),
        cmocka_unit_test(a_read_of_no_bytes_is_no_probe),
        cmocka_unit_test(an_adapters_failure_and_its_place_reach_the_client),
        cmocka_unit_test(a_busy_adapter_is_waited_for_until_the_deadline),
        cmocka_unit_test(a_free_adapter_serves_a_deadline_of_zero),
        cmocka_unit_test(a_field_out_of_range_is_invalid_and_the_session_lives),
        cmocka_unit_test(a_reply_over_the_clients_limit_is_too_long),
        cmocka_unit_test(the_longest_transfers_fit),
        cmocka_unit_test(one_request_costs_one_recv_and_one_send),
        cmocka_unit_test(a_value_is_set_read_back_and_measured),
        cmocka_unit_test(a_value_that_cannot_be_set_is_told_why),
        cmocka_unit_test(the_list_of_values_names_them_all),
    };

    return cmocka_run_group_tests_name("session_i2c", tests, NULL, NULL);
}
