/*
 * host-agent/session.c: the protocol's legal order, limits and endings.
 *
 * Each rule is one of docs/protocol.md, "Session and legal order".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session_rig.h"

#define HELLO BW_MSG_HELLO
#define OPEN  BW_MSG_OPEN

static void hello_is_answered_with_the_lower_minor_version(void **state)
{
    struct rig *r = rig_new();
    struct bw_wire_hello m;
    struct bw_reader body;

    (void)state;
    put_hello(r);
    rig_run(r);
    expect_body(r, HELLO, 1, BW_OK, &body);
    assert_int_equal(bw_wire_get_hello(&body, &m), BW_OK);
    assert_int_equal(m.major, 1);
    assert_int_equal(m.minor, 0);
    assert_int_equal(
        m.caps & (BW_CAP_I2C | BW_CAP_VALUES | BW_CAP_SMBUS | BW_CAP_FAULTS),
        BW_CAP_I2C | BW_CAP_VALUES | BW_CAP_SMBUS | BW_CAP_FAULTS);
    assert_int_equal(m.max_body, BW_WIRE_MAX_BODY);
    expect_end(r);
    rig_free(r);
}

static void another_major_version_is_refused_and_ends_the_session(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    put_hello(r);
    r->in[BW_WIRE_HEADER_LEN + 4] = 2; /* major, after the magic */
    put_empty(r, BW_MSG_PING);
    rig_run(r);
    expect(r, HELLO, 1, BW_VERSION);
    expect_end(r);
    rig_free(r);
}

static void nothing_but_hello_is_legal_at_first(void **state)
{
    static const unsigned types[] = {
        BW_MSG_PING,       BW_MSG_LIST,      BW_MSG_OPEN,      BW_MSG_I2C_XFER,
        BW_MSG_VALUE_LIST, BW_MSG_VALUE_GET, BW_MSG_VALUE_SET, 0x3abc,
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        struct rig *r = rig_new();

        put_empty(r, types[i]);
        put_hello(r);
        rig_run(r);
        expect(r, types[i], 1, BW_ORDER);
        expect_end(r);
        rig_free(r);
    }
}

/* What follows HELLO, or HELLO and OPEN of @export, must end the session. */
static void check_order(const char *export, unsigned type)
{
    struct rig *r = rig_new();

    put_hello(r);
    if (export) {
        put_open(r, export);
    }
    put_empty(r, type);
    put_empty(r, BW_MSG_PING);
    rig_run(r);
    expect(r, HELLO, 1, BW_OK);
    if (export) {
        expect(r, OPEN, 2, BW_OK);
    }
    expect(r, type, r->id - 1, BW_ORDER);
    expect_end(r);
    rig_free(r);
}

static void a_second_hello_ends_the_session(void **state)
{
    (void)state;
    check_order(NULL, HELLO);
    check_order("bus", HELLO);
    check_order("desk", HELLO);
}

static void a_second_open_ends_the_session(void **state)
{
    (void)state;
    check_order("bus", OPEN);
    check_order("desk", OPEN);
}

static void transfers_and_values_need_an_open_export_of_their_kind(void **state)
{
    (void)state;
    check_order(NULL, BW_MSG_I2C_XFER);
    check_order("desk", BW_MSG_I2C_XFER);
    check_order(NULL, BW_MSG_VALUE_LIST);
    check_order(NULL, BW_MSG_VALUE_GET);
    check_order(NULL, BW_MSG_VALUE_SET);
    check_order("bus", BW_MSG_VALUE_LIST);
    check_order("bus", BW_MSG_VALUE_GET);
    check_order("bus", BW_MSG_VALUE_SET);
    check_order(NULL, BW_MSG_FAULT_LIST);
    check_order("bus", BW_MSG_FAULT_LIST);
    check_order("bus", BW_MSG_FAULT_ADD);
    check_order("bus", BW_MSG_FAULT_CLEAR);
}

static void a_reply_from_the_client_ends_the_session(void **state)
{
    (void)state;
    check_order(NULL, BW_MSG_PING | BW_WIRE_REPLY);
}

static void an_unknown_type_is_unsupported_and_the_session_lives(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    put_hello(r);
    put_empty(r, 0x3abc);
    put_empty(r, BW_MSG_PING);
    rig_run(r);
    expect(r, HELLO, 1, BW_OK);
    expect(r, 0x3abc, 2, BW_UNSUPPORTED);
    expect(r, BW_MSG_PING, 3, BW_OK);
    expect_end(r);
    rig_free(r);
}

static void ping_returns_its_body_in_every_state(void **state)
{
    struct rig *r = rig_new();
    struct bw_reader body;
    size_t at;

    (void)state;
    put_hello(r);
    at = begin(r, BW_MSG_PING);
    bw_write_le32(&r->script, 0x12345678);
    end(r, at);
    put_open(r, "desk");
    put_empty(r, BW_MSG_PING);
    rig_run(r);
    expect(r, HELLO, 1, BW_OK);
    expect_body(r, BW_MSG_PING, 2, BW_OK, &body);
    assert_int_equal(bw_read_le32(&body), 0x12345678);
    assert_true(bw_reader_done(&body));
    expect(r, OPEN, 3, BW_OK);
    expect(r, BW_MSG_PING, 4, BW_OK);
    expect_end(r);
    rig_free(r);
}

static void a_body_with_a_byte_too_many_is_malformed(void **state)
{
    static const struct {
        const char *export; /* opened before, or NULL */
        unsigned type;
    } cases[] = {
        { NULL, BW_MSG_LIST },          { NULL, BW_MSG_OPEN },
        { "bus", BW_MSG_I2C_XFER },     { "desk", BW_MSG_VALUE_LIST },
        { "desk", BW_MSG_VALUE_GET },   { "desk", BW_MSG_VALUE_SET },
        { "desk", BW_MSG_FAULT_LIST },  { "desk", BW_MSG_FAULT_ADD },
        { "desk", BW_MSG_FAULT_CLEAR },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct rig *r = rig_new();
        size_t at;

        put_hello(r);
        if (cases[i].export) {
            put_open(r, cases[i].export);
        }
        at = begin(r, cases[i].type);
        bw_write_u8(&r->script, 0xff);
        end(r, at);
        put_empty(r, BW_MSG_PING);
        rig_run(r);
        expect(r, HELLO, 1, BW_OK);
        if (cases[i].export) {
            expect(r, OPEN, 2, BW_OK);
        }
        expect(r, cases[i].type, r->id - 1, BW_MALFORMED);
        expect_end(r);
        rig_free(r);
    }
}

static void a_frame_longer_than_the_limit_is_refused_unread(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    put_hello(r);
    begin(r, BW_MSG_PING); /* its length is put by hand: 65537 */
    r->in[r->script.pos - 12] = 0x01;
    r->in[r->script.pos - 10] = 0x01;
    rig_run(r);
    expect(r, HELLO, 1, BW_OK);
    expect(r, BW_MSG_PING, 2, BW_TOO_LONG);
    expect_end(r);
    rig_free(r);
}

static void id_zero_and_a_status_in_a_request_are_malformed(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    put_hello(r);
    r->id = UINT32_MAX; /* the next one is 0 */
    put_empty(r, BW_MSG_PING);
    rig_run(r);
    expect(r, HELLO, 1, BW_OK);
    expect(r, BW_MSG_PING, 0, BW_MALFORMED);
    expect_end(r);
    rig_free(r);

    r = rig_new();
    put_hello(r);
    bw_wire_end(&r->script, bw_wire_begin(&r->script, BW_MSG_PING, 1, 9));
    rig_run(r);
    expect(r, HELLO, 1, BW_OK);
    expect(r, BW_MSG_PING, 9, BW_MALFORMED);
    expect_end(r);
    rig_free(r);
}

static void list_shows_every_export_and_its_holders(void **state)
{
    static const char *const names[] = { "thermometer", "bus", "desk", "fake",
                                         "fakebus" };
    struct rig *r = rig_new();
    struct bw_wire_export e;
    struct bw_reader body;

    (void)state;
    put_hello(r);
    put_open(r, "bus");
    put_empty(r, BW_MSG_LIST);
    rig_run(r);
    expect(r, HELLO, 1, BW_OK);
    expect(r, OPEN, 2, BW_OK);
    expect_body(r, BW_MSG_LIST, 3, BW_OK, &body);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        assert_int_equal(bw_wire_get_export(&body, &e), BW_OK);
        assert_string_equal(e.name, names[i]);
        assert_int_equal(e.holders, strcmp(e.name, "bus") == 0);
    }
    assert_int_equal(bw_reader_left(&body), 0);
    rig_free(r);
}

static void what_the_client_cannot_use_is_left_out(void **state)
{
    struct rig *r = rig_new();
    struct bw_wire_export e;
    struct bw_reader body;

    (void)state;
    put_hello_as(r, BW_CAP_VALUES, BW_WIRE_MAX_BODY);
    put_empty(r, BW_MSG_LIST);
    put_open(r, "bus");
    put_open(r, "desk");
    rig_run(r);
    expect(r, HELLO, 1, BW_OK);
    expect_body(r, BW_MSG_LIST, 2, BW_OK, &body);
    assert_int_equal(bw_wire_get_export(&body, &e), BW_OK);
    assert_string_equal(e.name, "desk");
    assert_int_equal(bw_reader_left(&body), 0);
    expect(r, OPEN, 3, BW_UNSUPPORTED);
    expect(r, OPEN, 4, BW_OK);
    rig_free(r);
}

static void open_may_be_tried_again_after_a_failure(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    put_hello(r);
    put_open(r, "nothing");
    put_open_as(r, "bus", BW_EXPORT_BENCH, 0);
    put_open_as(r, "bus", 77, 0);
    put_open_as(r, "bus", BW_EXPORT_I2C, 0x8000);
    put_open_as(r, "bus", BW_EXPORT_I2C, 0);
    rig_run(r);
    expect(r, HELLO, 1, BW_OK);
    expect(r, OPEN, 2, BW_NOT_FOUND);
    expect(r, OPEN, 3, BW_UNSUPPORTED);
    expect(r, OPEN, 4, BW_INVALID);
    expect(r, OPEN, 5, BW_INVALID);
    expect(r, OPEN, 6, BW_OK);
    expect_end(r);
    rig_free(r);
}

static void opened_tells_what_the_adapter_can_do(void **state)
{
    struct rig *r = rig_new();
    struct bw_wire_opened m;
    struct bw_reader body;

    (void)state;
    put_hello(r);
    put_open(r, "fake");
    rig_run(r);
    expect(r, HELLO, 1, BW_OK);
    expect_body(r, OPEN, 2, BW_OK, &body);
    assert_int_equal(bw_wire_get_opened(&body, &m), BW_OK);
    assert_int_equal(m.kind, BW_EXPORT_I2C);
    assert_int_equal(m.addr, 0x20);
    assert_int_equal(m.funcs, BW_I2C_FUNC_RDWR);
    assert_int_equal(m.max_len, 512);
    assert_int_equal(m.timeout_ms, 100);
    rig_free(r);
}

static void a_leased_export_is_busy_and_free_again_afterwards(void **state)
{
    struct rig *r = rig_new();
    struct bw_lease *lease = &bw_bench_find_export(&r->bench, "bus")->lease;

    (void)state;
    assert_int_equal(bw_lease_take(lease, false, 0), BW_OK);
    put_hello(r);
    put_open(r, "bus");
    put_open(r, "thermometer"); /* it is on that bus */
    put_open(r, "fakebus");     /* another adapter */
    rig_run(r);
    expect(r, HELLO, 1, BW_OK);
    expect(r, OPEN, 2, BW_BUSY);
    expect(r, OPEN, 3, BW_BUSY);
    expect(r, OPEN, 4, BW_OK);
    assert_int_equal(bw_lease_holders(lease), 1);
    assert_int_equal(
        bw_lease_holders(&bw_bench_find_export(&r->bench, "fakebus")->lease),
        0);
    bw_lease_drop(lease);
    rig_free(r);
}

static void only_what_the_bench_shares_can_be_shared(void **state)
{
    struct rig *r = rig_new();
    struct bw_export *bus = bw_bench_find_export(&r->bench, "bus");

    (void)state;
    bus->shared = true;
    assert_int_equal(bw_lease_take(&bus->lease, true, 0), BW_OK);
    put_hello(r);
    put_open_as(r, "thermometer", BW_EXPORT_ANY, BW_OPEN_SHARED);
    put_open(r, "thermometer");
    put_open(r, "bus");
    put_open_as(r, "bus", BW_EXPORT_ANY, BW_OPEN_SHARED);
    put_xfer(r, "w1@0x48 0 r2");
    rig_run(r);
    expect(r, HELLO, 1, BW_OK);
    expect(r, OPEN, 2, BW_DENIED);
    expect(r, OPEN, 3, BW_BUSY);
    expect(r, OPEN, 4, BW_BUSY);
    expect(r, OPEN, 5, BW_OK);
    expect(r, BW_MSG_I2C_XFER, 6, BW_OK);
    assert_int_equal(bw_lease_holders(&bus->lease), 1);
    bw_lease_drop(&bus->lease);
    rig_free(r);
}

static void a_bench_is_shared_and_in_nobodys_way(void **state)
{
    struct rig *r = rig_new();
    struct bw_export *bus = bw_bench_find_export(&r->bench, "bus");
    struct bw_export *desk = bw_bench_find_export(&r->bench, "desk");

    (void)state;
    assert_int_equal(bw_lease_take(&bus->lease, false, 0), BW_OK);
    assert_int_equal(bw_lease_take(&desk->lease, true, 0), BW_OK);
    put_hello(r);
    put_open(r, "desk");
    rig_run(r);
    expect(r, HELLO, 1, BW_OK);
    expect(r, OPEN, 2, BW_OK);
    bw_lease_drop(&desk->lease);
    bw_lease_drop(&bus->lease);
    rig_free(r);
}

static void every_end_of_a_session_frees_its_lease(void **state)
{
    struct rig *r;

    (void)state;
    for (int how = 0; how < 4; how++) {
        r = rig_new();
        put_hello(r);
        put_open(r, "bus");
        if (how == 1) {
            put_empty(r, HELLO); /* a breach of the order */
        } else if (how == 2) {
            bw_write_u8(&r->script, 1); /* the end within a frame */
        } else if (how == 3) {
            r->io.silent_at_end = true; /* silence within a frame */
            bw_write_u8(&r->script, 1);
        }
        rig_run(r);
        expect(r, HELLO, 1, BW_OK);
        expect(r, OPEN, 2, BW_OK);
        assert_int_equal(
            bw_lease_holders(&bw_bench_find_export(&r->bench, "bus")->lease),
            0);
        rig_free(r);
    }
}

static void a_client_without_hello_is_dropped_in_time(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    r->io.silent_at_end = true;
    rig_run(r);
    assert_int_equal(r->io.waits, 1);
    expect_end(r);
    rig_free(r);
}

static void a_client_that_takes_no_reply_is_dropped_in_time(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    r->io.takes_nothing = true;
    put_hello(r);
    put_empty(r, BW_MSG_PING);
    rig_run(r);
    assert_int_equal(r->io.sends, 1);
    assert_int_equal(r->io.waits, 1);
    rig_free(r);
}

static void requests_are_answered_in_order_and_with_their_ids(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    put_hello(r);
    put_open(r, "bus");
    for (unsigned i = 0; i < BW_WIRE_MAX_PENDING; i++) {
        r->id += 1000;
        put_xfer(r, "w1@0x48 0 r2");
    }
    rig_run(r);
    expect(r, HELLO, 1, BW_OK);
    expect(r, OPEN, 2, BW_OK);
    for (unsigned i = 0; i < BW_WIRE_MAX_PENDING; i++) {
        expect(r, BW_MSG_I2C_XFER, 3 + i + 1000 * (i + 1), BW_OK);
    }
    expect_end(r);
    rig_free(r);
}

static void short_reads_and_signals_change_nothing(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed < 50; seed++) {
        struct rig *r = rig_new();

        r->io.faults = VIRTUAL_SHORT | VIRTUAL_EINTR | VIRTUAL_EAGAIN;
        r->io.seed = seed;
        put_hello(r);
        put_open(r, "bus");
        put_xfer(r, "w1@0x48 0 r2");
        rig_run(r);
        expect(r, HELLO, 1, BW_OK);
        expect(r, OPEN, 2, BW_OK);
        expect(r, BW_MSG_I2C_XFER, 3, BW_OK);
        expect_end(r);
        rig_free(r);
    }
}

static void
a_stopping_agent_finishes_one_transfer_and_refuses_the_next(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    r->fake.stop = &r->stopping;
    put_hello(r);
    put_open(r, "fake");
    put_xfer(r, "r1@0x20");
    put_xfer(r, "r1@0x20");
    put_xfer(r, "r1@0x20");
    rig_run(r);
    expect(r, HELLO, 1, BW_OK);
    expect(r, OPEN, 2, BW_OK);
    expect(r, BW_MSG_I2C_XFER, 3, BW_OK);
    expect_failure_at(r, 4, BW_SHUTDOWN, 0xffff, 0xffff);
    expect_end(r);
    assert_int_equal(r->fake.count, 1);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hello_is_answered_with_the_lower_minor_version),
        cmocka_unit_test(another_major_version_is_refused_and_ends_the_session),
        cmocka_unit_test(nothing_but_hello_is_legal_at_first),
        cmocka_unit_test(a_second_hello_ends_the_session),
        cmocka_unit_test(a_second_open_ends_the_session),
        cmocka_unit_test(
            transfers_and_values_need_an_open_export_of_their_kind),
        cmocka_unit_test(a_reply_from_the_client_ends_the_session),
        cmocka_unit_test(an_unknown_type_is_unsupported_and_the_session_lives),
        cmocka_unit_test(ping_returns_its_body_in_every_state),
        cmocka_unit_test(a_body_with_a_byte_too_many_is_malformed),
        cmocka_unit_test(a_frame_longer_than_the_limit_is_refused_unread),
        cmocka_unit_test(id_zero_and_a_status_in_a_request_are_malformed),
        cmocka_unit_test(list_shows_every_export_and_its_holders),
        cmocka_unit_test(what_the_client_cannot_use_is_left_out),
        cmocka_unit_test(open_may_be_tried_again_after_a_failure),
        cmocka_unit_test(opened_tells_what_the_adapter_can_do),
        cmocka_unit_test(a_leased_export_is_busy_and_free_again_afterwards),
        cmocka_unit_test(only_what_the_bench_shares_can_be_shared),
        cmocka_unit_test(a_bench_is_shared_and_in_nobodys_way),
        cmocka_unit_test(every_end_of_a_session_frees_its_lease),
        cmocka_unit_test(a_client_without_hello_is_dropped_in_time),
        cmocka_unit_test(a_client_that_takes_no_reply_is_dropped_in_time),
        cmocka_unit_test(requests_are_answered_in_order_and_with_their_ids),
        cmocka_unit_test(short_reads_and_signals_change_nothing),
        cmocka_unit_test(
            a_stopping_agent_finishes_one_transfer_and_refuses_the_next),
    };

    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
