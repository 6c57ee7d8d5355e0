/*
 * I2C_STEP in a session: host-agent/handlers_step.c, service_step.c, and what
 * session.c does with a client that holds the bus.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session_rig.h"

#include "host-agent/clock.h"
#include "host-agent/service_step.h"
#include "lib/wire_step.h"

#define STEP_CAPS (BW_CAP_I2C | BW_CAP_STEP)

/*
 * A list as words: "S48" START to write, "R48" to read, "w5" writes one byte,
 * "r3" reads three, "P" STOP; numbers are hexadecimal, a t makes ten bits.
 */
static uint16_t spell(const char *text, struct bw_i2c_step *steps,
                      uint8_t *bytes)
{
    uint16_t n = 0;

    for (; *text; text += strcspn(text, " "), text += *text == ' ') {
        char *end;
        unsigned long number = strtoul(text + 1, &end, 16);

        steps[n] = (struct bw_i2c_step){ .addr = 0 };
        switch (*text) {
        case 'S':
        case 'R':
            steps[n].op = BW_STEP_START;
            steps[n].addr = (uint16_t)number;
            steps[n].flags = *text == 'R' ? BW_I2C_READ : 0;
            steps[n].flags |= *end == 't' ? BW_I2C_TEN_BIT : 0;
            break;
        case 'w':
            steps[n].op = BW_STEP_WRITE;
            steps[n].len = 1;
            bytes[n] = (uint8_t)number;
            steps[n].data = &bytes[n];
            break;
        case 'r':
            steps[n].op = BW_STEP_READ;
            steps[n].len = (uint16_t)number;
            break;
        default:
            steps[n].op = BW_STEP_STOP;
            break;
        }
        n++;
    }
    return n;
}

static void put_steps(struct rig *r, const char *text)
{
    struct bw_wire_step_request m = { .deadline_ms = 1000 };
    uint8_t bytes[BW_I2C_MAX_STEPS];
    size_t at = begin(r, BW_MSG_I2C_STEP);

    m.nsteps = spell(text, m.steps, bytes);
    bw_wire_put_step_request(&r->script, &m);
    end(r, at);
}

/* HELLO is 1 and OPEN 2: the first list is 3. */
static struct rig *begin_on(const char *export)
{
    struct rig *r = rig_new();

    put_hello_as(r, STEP_CAPS, BW_WIRE_MAX_BODY);
    put_open(r, export);
    return r;
}

static void run(struct rig *r)
{
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
}

/* Returns the first byte read, if @len is not 0. */
static unsigned expect_steps(struct rig *r, uint32_t id, enum bw_status status,
                             unsigned done, unsigned byte, size_t len)
{
    struct bw_reader body;
    unsigned first = 0x100;

    expect_body(r, BW_MSG_I2C_STEP, id, status, &body);
    assert_int_equal(bw_read_le16(&body), done);
    assert_int_equal(bw_read_le16(&body), byte);
    assert_int_equal(bw_reader_left(&body), len);
    if (len > 0) {
        first = bw_read_u8(&body);
    }
    return first;
}

static bool bus_is_free(struct rig *r)
{
    if (bw_bus_lock(r->bench.buses[0], bw_clock_ns()) != BW_OK) {
        return false;
    }
    bw_bus_unlock(r->bench.buses[0]);
    return true;
}

static void a_list_may_be_a_whole_transaction(void **state)
{
    struct rig *r = begin_on("thermometer");

    (void)state;
    put_steps(r, "S48 w1 R48 r2 P"); /* the configuration register */
    run(r);
    assert_int_equal(expect_steps(r, 3, BW_OK, 5, 0, 2), 0x60);
    expect_end(r);
    rig_free(r);
}

static void a_transaction_may_go_over_lists(void **state)
{
    struct rig *r = begin_on("bus");

    (void)state;
    put_steps(r, "S48");
    put_steps(r, "w1");
    put_empty(r, BW_MSG_PING);
    put_steps(r, "R48 r1");
    put_steps(r, "r1");
    put_steps(r, "P");
    run(r);
    expect_steps(r, 3, BW_OK, 1, 0, 0);
    expect_steps(r, 4, BW_OK, 1, 0, 0);
    expect(r, BW_MSG_PING, 5, BW_OK);
    assert_int_equal(expect_steps(r, 6, BW_OK, 2, 0, 1), 0x60);
    assert_int_equal(expect_steps(r, 7, BW_OK, 1, 0, 1), 0xa0);
    expect_steps(r, 8, BW_OK, 1, 0, 0);
    assert_true(bus_is_free(r));
    rig_free(r);
}

static void what_cannot_follow_is_invalid_and_changes_nothing(void **state)
{
    struct rig *r = begin_on("bus");

    (void)state;
    put_steps(r, "w1");
    put_steps(r, "P");
    put_steps(r, "");
    put_steps(r, "S48 r1");
    put_steps(r, "S48");
    put_steps(r, "r1");
    put_steps(r, "w1 P");
    run(r);
    for (uint32_t id = 3; id <= 6; id++) {
        expect_steps(r, id, BW_INVALID, 0, 0, 0);
    }
    expect_steps(r, 7, BW_OK, 1, 0, 0);
    expect_steps(r, 8, BW_INVALID, 0, 0, 0);
    expect_steps(r, 9, BW_OK, 2, 0, 0);
    rig_free(r);
}

static void after_a_nack_only_start_or_stop_may_follow(void **state)
{
    struct rig *r = begin_on("bus");

    (void)state;
    put_steps(r, "S20 w1 P");
    put_steps(r, "w1");
    put_steps(r, "S48 w1");
    put_steps(r, "P");
    run(r);
    expect_steps(r, 3, BW_NACK_ADDR, 0, 0, 0);
    expect_steps(r, 4, BW_INVALID, 0, 0, 0);
    expect_steps(r, 5, BW_OK, 2, 0, 0);
    expect_steps(r, 6, BW_OK, 1, 0, 0);
    assert_true(bus_is_free(r));
    rig_free(r);
}

static void a_transfer_inside_a_transaction_is_invalid(void **state)
{
    struct rig *r = begin_on("bus");

    (void)state;
    put_steps(r, "S48");
    put_xfer(r, "r1@0x48");
    put_steps(r, "P");
    put_xfer(r, "r1@0x48");
    run(r);
    expect_steps(r, 3, BW_OK, 1, 0, 0);
    expect_failure_at(r, 4, BW_INVALID, 0xffff, 0xffff);
    expect_steps(r, 5, BW_OK, 1, 0, 0);
    expect(r, BW_MSG_I2C_XFER, 6, BW_OK);
    rig_free(r);
}

static void the_policy_holds_for_every_start(void **state)
{
    struct rig *r = begin_on("thermometer");

    (void)state;
    put_steps(r, "S49 P");
    put_steps(r, "S48t P");
    put_steps(r, "S48 w0 S49 P");
    put_steps(r, "S48 P");
    run(r);
    expect_steps(r, 3, BW_DENIED, 0, 0, 0);
    expect_steps(r, 4, BW_DENIED, 0, 0, 0);
    expect_steps(r, 5, BW_DENIED, 0, 0, 0);
    expect_steps(r, 6, BW_OK, 2, 0, 0);
    rig_free(r);
}

static void an_adapter_without_steps_says_so(void **state)
{
    struct rig *r = begin_on("fake");

    (void)state;
    put_steps(r, "S20 P");
    run(r);
    expect_steps(r, 3, BW_UNSUPPORTED, 0, 0, 0);
    assert_int_equal(r->fake.count, 0);
    rig_free(r);
}

static void a_client_without_the_capability_is_refused(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    put_hello(r);
    put_open(r, "bus");
    put_steps(r, "S48 P");
    run(r);
    expect_steps(r, 3, BW_UNSUPPORTED, 0, 0, 0);
    rig_free(r);
}

static void more_than_the_client_takes_is_too_long(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    put_hello_as(r, STEP_CAPS, BW_WIRE_MIN_BODY);
    put_open(r, "bus");
    put_steps(r, "R48 rffd P"); /* 4093 bytes, and 4 before them */
    put_steps(r, "R48 rffc P");
    run(r);
    expect_steps(r, 3, BW_TOO_LONG, 0, 0, 0);
    expect_steps(r, 4, BW_OK, 3, 0, 0xffc);
    rig_free(r);
}

static void a_body_that_does_not_parse_ends_the_session(void **state)
{
    struct rig *r = begin_on("bus");
    size_t at;

    (void)state;
    put_steps(r, "S48");
    at = begin(r, BW_MSG_I2C_STEP);
    bw_write_le32(&r->script, 0);
    end(r, at);
    run(r);
    expect_steps(r, 3, BW_OK, 1, 0, 0);
    expect_steps(r, 4, BW_MALFORMED, 0, 0, 0);
    expect_end(r);
    assert_true(bus_is_free(r));
    rig_free(r);
}

static void a_session_that_ends_sends_stop_and_frees_the_bus(void **state)
{
    struct rig *r = begin_on("bus");

    (void)state;
    put_steps(r, "S48 w0");
    run(r);
    expect_steps(r, 3, BW_OK, 2, 0, 0);
    assert_true(bus_is_free(r));
    assert_int_equal(bw_lease_holders(&r->bench.exports[1]->lease), 0);
    rig_free(r);
}

static void a_silent_client_loses_the_bus_and_not_the_session(void **state)
{
    struct rig *r = begin_on("bus");

    (void)state;
    put_steps(r, "S48 w0");
    r->io.silent_at_end = true;
    run(r);
    expect_steps(r, 3, BW_OK, 2, 0, 0);
    expect_end(r);
    /* Waited twice: within the transaction, and then without end. */
    assert_int_equal(r->io.waits, 1);
    assert_true(bus_is_free(r));
    rig_free(r);
}

/* The service without a session: one list. */
static enum bw_status serve(struct rig *r, struct bw_step_hold *h,
                            const char *text)
{
    struct bw_i2c_step steps[BW_I2C_MAX_STEPS];
    struct bw_i2c_progress progress;
    uint8_t bytes[BW_I2C_MAX_STEPS];
    uint8_t reads[64];
    uint16_t n = spell(text, steps, bytes);

    assert_int_equal(bw_i2c_steps_assign_reads(steps, n, reads, sizeof(reads)),
                     BW_OK);
    return bw_service_step(r->bench.exports[1], h, steps, n, bw_clock_ns(),
                           &progress);
}

static void a_lost_transaction_must_begin_anew(void **state)
{
    struct rig *r = rig_new();
    struct bw_step_hold h = { 0 };

    (void)state;
    assert_int_equal(serve(r, &h, "S48 w0"), BW_OK);
    bw_service_step_lose(r->bench.exports[1], &h);
    assert_true(bus_is_free(r));
    assert_int_equal(serve(r, &h, "w1"), BW_TIMEOUT);
    assert_int_equal(serve(r, &h, "P"), BW_TIMEOUT);
    assert_int_equal(serve(r, &h, "S48"), BW_OK);
    assert_int_equal(serve(r, &h, "P"), BW_OK);
    assert_int_equal(serve(r, &h, "w1"), BW_INVALID);
    rig_free(r);
}

static void others_wait_until_stop(void **state)
{
    struct rig *r = rig_new();
    struct bw_step_hold one = { 0 }, two = { 0 };

    (void)state;
    assert_int_equal(serve(r, &one, "S48 w0"), BW_OK);
    assert_true(one.until_ns > bw_clock_ns());
    assert_int_equal(serve(r, &two, "S48 w0 P"), BW_TIMEOUT);
    assert_false(two.held);
    assert_int_equal(serve(r, &one, "R48 r1 P"), BW_OK);
    assert_int_equal(serve(r, &two, "S48 w0 P"), BW_OK);
    bw_service_step_end(r->bench.exports[1], &two); /* nothing to end */
    assert_true(bus_is_free(r));
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_may_be_a_whole_transaction),
        cmocka_unit_test(a_transaction_may_go_over_lists),
        cmocka_unit_test(what_cannot_follow_is_invalid_and_changes_nothing),
        cmocka_unit_test(after_a_nack_only_start_or_stop_may_follow),
        cmocka_unit_test(a_transfer_inside_a_transaction_is_invalid),
        cmocka_unit_test(the_policy_holds_for_every_start),
        cmocka_unit_test(an_adapter_without_steps_says_so),
        cmocka_unit_test(a_client_without_the_capability_is_refused),
        cmocka_unit_test(more_than_the_client_takes_is_too_long),
        cmocka_unit_test(a_body_that_does_not_parse_ends_the_session),
        cmocka_unit_test(a_session_that_ends_sends_stop_and_frees_the_bus),
        cmocka_unit_test(a_silent_client_loses_the_bus_and_not_the_session),
        cmocka_unit_test(a_lost_transaction_must_begin_anew),
        cmocka_unit_test(others_wait_until_stop),
    };

    return cmocka_run_group_tests_name("session_step", tests, NULL, NULL);
}
