/*
 * SMBUS_XFER through a session: policy, what reaches the adapter, what comes
 * back, and what the refusals say.
 *
 * host-agent/handlers_smbus.c, service_smbus.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session_rig.h"

#include "lib/wire_smbus.h"

static struct bw_smbus_xfer given; /* to the fake adapter, last */
static unsigned given_count;

static enum bw_status fake_smbus(struct bw_i2c_adapter *a,
                                 struct bw_smbus_xfer *x)
{
    struct fake_adapter *f = (struct fake_adapter *)a;

    given_count++;
    given = *x;
    if (f->status == BW_OK && bw_smbus_in_len(x) < 0) {
        x->in_len = 3;
        memcpy(x->in, "abc", 3);
    } else if (f->status == BW_OK && bw_smbus_reads(x)) {
        x->in_len = (uint8_t)bw_smbus_in_len(x);
        memset(x->in, 0x5a, x->in_len);
    }
    return f->status;
}

static struct rig *new_rig(uint32_t funcs)
{
    static const struct bw_i2c_adapter_ops ops = { .xfer = fake_xfer,
                                                   .smbus = fake_smbus,
                                                   .close = fake_close };
    struct rig *r = rig_new();

    given_count = 0;
    r->fake.adapter.ops = &ops;
    r->fake.adapter.funcs |= funcs;
    return r;
}

static void put_smbus(struct rig *r, const struct bw_smbus_xfer *x)
{
    const struct bw_wire_smbus_request m = { .deadline_ms = 1000, .xfer = *x };
    size_t at = begin(r, BW_MSG_SMBUS_XFER);

    bw_wire_put_smbus_request(&r->script, &m);
    end(r, at);
}

static void run_smbus(struct rig *r, const char *export,
                      const struct bw_smbus_xfer *x)
{
    put_hello_as(r, BW_CAP_I2C | BW_CAP_SMBUS, BW_WIRE_MAX_BODY);
    put_open(r, export);
    put_smbus(r, x);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
}

static void expect_text(struct rig *r, enum bw_status status, const char *part)
{
    char text[BW_WIRE_MAX_TEXT + 1];
    struct bw_reader body;

    expect_body(r, BW_MSG_SMBUS_XFER, 3, status, &body);
    assert_int_equal(bw_wire_get_text(&body, text), BW_OK);
    if (!strstr(text, part)) {
        fail_msg("\"%s\" is not in \"%s\"", part, text);
    }
    rig_free(r);
}

static const struct bw_smbus_xfer read_block = {
    .addr = 0x20,
    .form = BW_SMBUS_BLOCK,
    .flags = BW_SMBUS_READ | BW_SMBUS_PEC,
    .command = 0x21,
};

#define READ_BLOCK_FUNCS (BW_I2C_FUNC_SMBUS_BLOCK_READ | BW_I2C_FUNC_SMBUS_PEC)

static void a_block_comes_back_as_the_part_counted_it(void **state)
{
    struct rig *r = new_rig(READ_BLOCK_FUNCS);
    struct bw_reader body;

    (void)state;
    run_smbus(r, "fake", &read_block);
    expect_body(r, BW_MSG_SMBUS_XFER, 3, BW_OK, &body);
    assert_int_equal(bw_reader_left(&body), 3);
    assert_memory_equal(bw_read_bytes(&body, 3), "abc", 3);
    assert_int_equal(given.form, BW_SMBUS_BLOCK);
    assert_int_equal(given.flags, BW_SMBUS_READ | BW_SMBUS_PEC);
    assert_int_equal(given.command, 0x21);
    expect_end(r);
    rig_free(r);
}

static void what_is_written_arrives(void **state)
{
    const struct bw_smbus_xfer x = { .addr = 0x20,
                                     .form = BW_SMBUS_WORD_DATA,
                                     .command = 7,
                                     .out_len = 2,
                                     .out = { 0x34, 0x12 } };
    struct rig *r = new_rig(BW_I2C_FUNC_SMBUS_WORD_DATA);
    struct bw_reader body;

    (void)state;
    run_smbus(r, "fake", &x);
    expect_body(r, BW_MSG_SMBUS_XFER, 3, BW_OK, &body);
    assert_int_equal(bw_reader_left(&body), 0);
    assert_int_equal(given.out_len, 2);
    assert_memory_equal(given.out, x.out, 2);
    rig_free(r);
}

static void a_form_the_adapter_lacks_is_named_with_it(void **state)
{
    struct rig *r = new_rig(BW_I2C_FUNC_SMBUS_PEC);

    (void)state;
    run_smbus(r, "fake", &read_block);
    expect_text(r, BW_UNSUPPORTED,
                "the adapter fake cannot do an SMBus block read");
    assert_int_equal(given_count, 0);

    r = new_rig(BW_I2C_FUNC_SMBUS_BLOCK_READ);
    run_smbus(r, "fake", &read_block);
    expect_text(r, BW_UNSUPPORTED, "block read with PEC");
    assert_int_equal(given_count, 0);

    r = rig_new(); /* no SMBus at all */
    run_smbus(r, "fake", &read_block);
    expect_text(r, BW_UNSUPPORTED, "cannot do an SMBus block read");
}

static void a_length_that_the_adapter_refuses_is_named(void **state)
{
    const struct bw_smbus_xfer x = { .addr = 0x20,
                                     .form = BW_SMBUS_BLOCK,
                                     .out_len = 33 };
    struct rig *r = new_rig(BW_I2C_FUNC_SMBUS_BLOCK_WRITE);

    (void)state;
    r->fake.status = BW_UNSUPPORTED;
    run_smbus(r, "fake", &x);
    expect_text(r, BW_UNSUPPORTED, "block write of 33 bytes");
}

static void another_address_than_the_exports_is_denied(void **state)
{
    struct bw_smbus_xfer x = read_block;
    struct rig *r = new_rig(READ_BLOCK_FUNCS);

    (void)state;
    x.addr = 0x21;
    run_smbus(r, "fake", &x);
    expect_text(r, BW_DENIED, "0x20");
    assert_int_equal(given_count, 0);

    r = new_rig(READ_BLOCK_FUNCS);
    run_smbus(r, "fakebus", &x);
    expect(r, BW_MSG_SMBUS_XFER, 3, BW_OK);
    rig_free(r);
}

static void an_adapters_failure_reaches_the_client(void **state)
{
    struct rig *r = new_rig(READ_BLOCK_FUNCS);

    (void)state;
    r->fake.status = BW_PEC;
    run_smbus(r, "fake", &read_block);
    expect_text(r, BW_PEC, "");
}

static void a_client_that_did_not_announce_it_is_refused(void **state)
{
    struct rig *r = new_rig(READ_BLOCK_FUNCS);

    (void)state;
    put_hello_as(r, BW_CAP_I2C, BW_WIRE_MAX_BODY);
    put_open(r, "fake");
    put_smbus(r, &read_block);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect_text(r, BW_UNSUPPORTED, "did not announce");
    assert_int_equal(given_count, 0);
}

/* A form that is none: the session lives.  A body that is cut: it ends. */
static void wrong_fields_are_invalid_and_wrong_lengths_the_end(void **state)
{
    struct rig *r = new_rig(READ_BLOCK_FUNCS);
    size_t at;

    (void)state;
    put_hello_as(r, BW_CAP_I2C | BW_CAP_SMBUS, BW_WIRE_MAX_BODY);
    put_open(r, "fake");
    at = r->script.pos;
    put_smbus(r, &read_block);
    r->in[at + BW_WIRE_HEADER_LEN + 6] = 8; /* form */
    put_smbus(r, &read_block);
    at = begin(r, BW_MSG_SMBUS_XFER);
    bw_write_le32(&r->script, 0);
    end(r, at);
    put_empty(r, BW_MSG_PING);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect(r, BW_MSG_SMBUS_XFER, 3, BW_INVALID);
    expect(r, BW_MSG_SMBUS_XFER, 4, BW_OK);
    expect(r, BW_MSG_SMBUS_XFER, 5, BW_MALFORMED);
    expect_end(r);
    rig_free(r);
}

static void before_open_it_is_out_of_order(void **state)
{
    struct rig *r = new_rig(READ_BLOCK_FUNCS);

    (void)state;
    put_hello_as(r, BW_CAP_I2C | BW_CAP_SMBUS, BW_WIRE_MAX_BODY);
    put_smbus(r, &read_block);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_SMBUS_XFER, 2, BW_ORDER);
    expect_end(r);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_comes_back_as_the_part_counted_it),
        cmocka_unit_test(what_is_written_arrives),
        cmocka_unit_test(a_form_the_adapter_lacks_is_named_with_it),
        cmocka_unit_test(a_length_that_the_adapter_refuses_is_named),
        cmocka_unit_test(another_address_than_the_exports_is_denied),
        cmocka_unit_test(an_adapters_failure_reaches_the_client),
        cmocka_unit_test(a_client_that_did_not_announce_it_is_refused),
        cmocka_unit_test(wrong_fields_are_invalid_and_wrong_lengths_the_end),
        cmocka_unit_test(before_open_it_is_out_of_order),
    };

    return cmocka_run_group_tests_name("session_smbus", tests, NULL, NULL);
}
