/*
 * host-agent/handlers_fault.c, and what a fault of the link does to a session.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session_rig.h"

#include "host-agent/clock.h"
#include "host-agent/fault_set.h"
#include "lib/wire_fault.h"

static struct rig *faulty_rig(void)
{
    struct rig *r = rig_new();

    for (size_t i = 0; i < r->bench.bus_count; i++) {
        assert_true(bw_bench_add_faults(r->bench.buses[i]));
    }
    put_hello(r);
    return r;
}

static void rig_expect_hello_and_open(struct rig *r)
{
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
}

static struct bw_wire_fault fault_of(unsigned kind)
{
    struct bw_wire_fault f = {
        .kind = (uint16_t)kind,
        .addr = BW_FAULT_ANY,
        .byte = BW_FAULT_ANY,
        .chance_ppm = BW_FAULT_ALWAYS,
    };

    return f;
}

static void put_fault(struct rig *r, const struct bw_wire_fault *f)
{
    size_t at = begin(r, BW_MSG_FAULT_ADD);

    bw_wire_put_fault(&r->script, f);
    end(r, at);
}

static void put_clear(struct rig *r, uint32_t number)
{
    size_t at = begin(r, BW_MSG_FAULT_CLEAR);

    bw_wire_put_fault_number(&r->script, number);
    end(r, at);
}

static void add_fault(struct rig *r, const struct bw_wire_fault *f)
{
    uint32_t number;

    assert_int_equal(bw_fault_set_add(r->bench.buses[0]->faults, f, &number),
                     BW_OK);
}

static void faults_are_added_listed_and_cleared(void **state)
{
    struct rig *r = faulty_rig();
    struct bw_wire_fault f = fault_of(BW_FAULT_NACK_ADDR);
    struct bw_wire_fault got;
    struct bw_reader body;
    uint32_t number;

    (void)state;
    put_open(r, "desk");
    put_fault(r, &f);
    f.kind = BW_FAULT_ARBITRATION;
    put_fault(r, &f);
    put_empty(r, BW_MSG_FAULT_LIST);
    put_clear(r, 1);
    put_clear(r, 1);
    put_empty(r, BW_MSG_FAULT_LIST);
    put_clear(r, 0);
    put_empty(r, BW_MSG_FAULT_LIST);
    rig_run(r);
    rig_expect_hello_and_open(r);
    expect_body(r, BW_MSG_FAULT_ADD, 3, BW_OK, &body);
    assert_int_equal(bw_wire_get_fault_number(&body, &number), BW_OK);
    assert_int_equal(number, 1);
    expect(r, BW_MSG_FAULT_ADD, 4, BW_OK);
    expect_body(r, BW_MSG_FAULT_LIST, 5, BW_OK, &body);
    assert_int_equal(bw_reader_left(&body), 2 * BW_WIRE_FAULT_LEN);
    assert_int_equal(bw_wire_get_fault(&body, &got), BW_OK);
    assert_int_equal(got.number, 1);
    assert_int_equal(got.kind, BW_FAULT_NACK_ADDR);
    expect(r, BW_MSG_FAULT_CLEAR, 6, BW_OK);
    expect(r, BW_MSG_FAULT_CLEAR, 7, BW_NOT_FOUND);
    expect_body(r, BW_MSG_FAULT_LIST, 8, BW_OK, &body);
    assert_int_equal(bw_reader_left(&body), BW_WIRE_FAULT_LEN);
    expect(r, BW_MSG_FAULT_CLEAR, 9, BW_OK);
    expect_body(r, BW_MSG_FAULT_LIST, 10, BW_OK, &body);
    assert_int_equal(bw_reader_left(&body), 0);
    expect_end(r);
    rig_free(r);
}

static void a_fault_that_cannot_be_is_refused_with_the_reason(void **state)
{
    struct rig *r = faulty_rig();
    struct bw_wire_fault f = fault_of(BW_FAULT_FLIP); /* without a mask */
    char text[BW_WIRE_MAX_TEXT + 1];
    struct bw_reader body;

    (void)state;
    put_open(r, "desk");
    put_fault(r, &f);
    f = fault_of(BW_FAULT_KIND_END);
    put_fault(r, &f);
    f = fault_of(BW_FAULT_NACK_ADDR);
    f.number = 1;
    put_fault(r, &f);
    f = fault_of(BW_FAULT_NACK_ADDR);
    f.flags = 8;
    put_fault(r, &f);
    f = fault_of(BW_FAULT_NACK_ADDR);
    f.chance_ppm = 0;
    put_fault(r, &f);
    put_empty(r, BW_MSG_PING);
    rig_run(r);
    rig_expect_hello_and_open(r);
    expect_body(r, BW_MSG_FAULT_ADD, 3, BW_INVALID, &body);
    assert_int_equal(bw_wire_get_text(&body, text), BW_OK);
    assert_non_null(strstr(text, "needs a mask"));
    for (uint32_t id = 4; id < 8; id++) {
        expect(r, BW_MSG_FAULT_ADD, id, BW_INVALID);
    }
    expect(r, BW_MSG_PING, 8, BW_OK);
    expect_end(r);
    rig_free(r);
}

static void only_32_faults_are_kept(void **state)
{
    struct rig *r = faulty_rig();
    struct bw_wire_fault f = fault_of(BW_FAULT_NACK_ADDR);

    (void)state;
    put_open(r, "desk");
    for (int i = 0; i <= BW_FAULT_SET_MAX; i++) {
        put_fault(r, &f);
    }
    rig_run(r);
    rig_expect_hello_and_open(r);
    for (uint32_t i = 0; i <= BW_FAULT_SET_MAX; i++) {
        expect(r, BW_MSG_FAULT_ADD, 3 + i,
               i < BW_FAULT_SET_MAX ? BW_OK : BW_TOO_LONG);
    }
    rig_free(r);
}

static void an_adapter_without_the_filter_takes_none(void **state)
{
    struct rig *r = rig_new();
    struct bw_wire_fault f = fault_of(BW_FAULT_NACK_ADDR);

    (void)state;
    put_hello(r);
    put_open(r, "desk");
    put_fault(r, &f);
    put_empty(r, BW_MSG_FAULT_LIST);
    put_clear(r, 0);
    rig_run(r);
    rig_expect_hello_and_open(r);
    expect(r, BW_MSG_FAULT_ADD, 3, BW_UNSUPPORTED);
    expect(r, BW_MSG_FAULT_LIST, 4, BW_UNSUPPORTED);
    expect(r, BW_MSG_FAULT_CLEAR, 5, BW_UNSUPPORTED);
    rig_free(r);
}

static void the_bench_of_a_real_adapter_has_faults_and_no_values(void **state)
{
    struct rig *r = faulty_rig();
    struct bw_wire_fault f = fault_of(BW_FAULT_NACK_ADDR);
    struct bw_wire_opened opened;
    struct bw_reader body;
    size_t at;

    (void)state;
    bw_bench_add_export(&r->bench, "knobs", BW_EXPORT_BENCH, r->bench.buses[1],
                        BW_ADDR_ANY, "");
    put_open(r, "knobs");
    put_empty(r, BW_MSG_VALUE_LIST);
    at = begin(r, BW_MSG_VALUE_GET);
    bw_wire_put_value_name(&r->script, "a.b");
    end(r, at);
    at = begin(r, BW_MSG_VALUE_SET);
    bw_wire_put_value_set(&r->script, "a.b", 1);
    end(r, at);
    put_fault(r, &f);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect_body(r, BW_MSG_OPEN, 2, BW_OK, &body);
    assert_int_equal(bw_wire_get_opened(&body, &opened), BW_OK);
    assert_int_equal(opened.funcs, 0);
    expect_body(r, BW_MSG_VALUE_LIST, 3, BW_OK, &body);
    assert_int_equal(bw_reader_left(&body), 0);
    expect(r, BW_MSG_VALUE_GET, 4, BW_NOT_FOUND);
    expect(r, BW_MSG_VALUE_SET, 5, BW_NOT_FOUND);
    expect(r, BW_MSG_FAULT_ADD, 6, BW_OK);
    rig_free(r);
}

static void a_fault_reaches_the_client_as_a_buss_would(void **state)
{
    struct rig *r = faulty_rig();
    struct bw_wire_fault f = fault_of(BW_FAULT_NACK_DATA);

    (void)state;
    f.byte = 1;
    f.count = 1;
    add_fault(r, &f);
    put_open(r, "bus");
    put_xfer(r, "w3@0x48 1 0 0");
    put_xfer(r, "w1@0x48 0 r2");
    rig_run(r);
    rig_expect_hello_and_open(r);
    expect_failure_at(r, 3, BW_NACK_DATA, 0, 1);
    expect(r, BW_MSG_I2C_XFER, 4, BW_OK);
    rig_free(r);
}

/* A link fault at the first of two transfers; @sent bytes of replies remain. */
static void check_link(unsigned kind, uint16_t byte, size_t sent, uint32_t hits)
{
    struct rig *r = faulty_rig();
    struct bw_wire_fault f = fault_of(kind);
    struct bw_wire_fault list[BW_FAULT_SET_MAX];
    const uint8_t *rest;

    f.byte = byte;
    add_fault(r, &f);
    put_open(r, "bus");
    put_xfer(r, "w1@0x48 0 r2");
    put_xfer(r, "w1@0x48 0 r2");
    rig_run(r);
    rig_expect_hello_and_open(r);
    assert_int_equal(bw_reader_left(&r->replies), sent);
    rest = bw_read_bytes(&r->replies, sent);
    assert_true(sent < 5 || rest[4] == BW_MSG_I2C_XFER);
    assert_int_equal(bw_fault_set_list(r->bench.buses[0]->faults, list), 1);
    assert_int_equal(list[0].hits, hits);
    assert_int_equal(
        bw_lease_holders(&bw_bench_find_export(&r->bench, "bus")->lease), 0);
    rig_free(r);
}

static void a_link_that_fails_ends_the_session_where_it_says(void **state)
{
    (void)state;
    check_link(BW_FAULT_LINK_CUT, BW_FAULT_ANY, 0, 1);
    check_link(BW_FAULT_LINK_LOSE, BW_FAULT_ANY, 0, 1);
    check_link(BW_FAULT_LINK_TEAR, 5, 5, 1);
    /* 12 of the header and the two bytes read: the reply is whole */
    check_link(BW_FAULT_LINK_TEAR, 100, 14, 1);
}

static void a_delayed_reply_comes_later(void **state)
{
    struct rig *r = faulty_rig();
    struct bw_wire_fault f = fault_of(BW_FAULT_LINK_DELAY);
    uint64_t begin_ns;

    (void)state;
    f.time_us = 30000;
    f.count = 1;
    add_fault(r, &f);
    put_open(r, "bus");
    put_xfer(r, "w1@0x48 0 r2");
    put_xfer(r, "w1@0x48 0 r2");
    begin_ns = bw_clock_ns();
    rig_run(r);
    assert_true(bw_clock_ns() - begin_ns >= 30000000u);
    rig_expect_hello_and_open(r);
    expect(r, BW_MSG_I2C_XFER, 3, BW_OK);
    expect(r, BW_MSG_I2C_XFER, 4, BW_OK);
    rig_free(r);
}

static void a_delay_does_not_keep_the_agent_from_stopping(void **state)
{
    struct rig *r = faulty_rig();
    struct bw_wire_fault f = fault_of(BW_FAULT_LINK_DELAY);
    uint64_t begin_ns;

    (void)state;
    f.time_us = BW_FAULT_MAX_US;
    assert_int_equal(
        bw_fault_set_add(r->bench.buses[1]->faults, &f, &(uint32_t){ 0 }),
        BW_OK);
    r->fake.stop = &r->stopping; /* while the transfer runs */
    put_open(r, "fake");
    put_xfer(r, "w1@0x20 0 r2");
    begin_ns = bw_clock_ns();
    rig_run(r);
    assert_true(bw_clock_ns() - begin_ns < 20u * 1000000000u);
    rig_expect_hello_and_open(r);
    expect(r, BW_MSG_I2C_XFER, 3, BW_OK);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_added_listed_and_cleared),
        cmocka_unit_test(a_fault_that_cannot_be_is_refused_with_the_reason),
        cmocka_unit_test(only_32_faults_are_kept),
        cmocka_unit_test(an_adapter_without_the_filter_takes_none),
        cmocka_unit_test(the_bench_of_a_real_adapter_has_faults_and_no_values),
        cmocka_unit_test(a_fault_reaches_the_client_as_a_buss_would),
        cmocka_unit_test(a_link_that_fails_ends_the_session_where_it_says),
        cmocka_unit_test(a_delayed_reply_comes_later),
        cmocka_unit_test(a_delay_does_not_keep_the_agent_from_stopping),
    };

    return cmocka_run_group_tests_name("session_fault", tests, NULL, NULL);
}
