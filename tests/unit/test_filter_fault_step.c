/*
 * host-agent/filter_fault_step.c and filter_fault_smbus.c: faults byte by
 * byte, and in SMBus protocols.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fault_rig.h"

static struct bw_i2c_progress progress;

/* A list such as "S50w W3 S50r R2 P"; W3 writes 01 02 03. */
static enum bw_status step(const char *text)
{
    struct bw_i2c_step steps[8] = { { 0 } };
    size_t count = 0, used = 0;

    memset(rig.data, 0, sizeof(rig.data));
    rig.log[0] = '\0';
    rig.slept_us = 0;
    for (const char *p = text; *p; p += strcspn(p, " "), p += *p == ' ') {
        struct bw_i2c_step *s = &steps[count++];
        unsigned number = 0;
        char direction = 'w';

        sscanf(p + 1, *p == 'S' ? "%x%c" : "%u", &number, &direction);
        s->data = rig.data + used;
        if (*p == 'S') {
            s->op = BW_STEP_START;
            s->addr = (uint16_t)number;
            s->flags = direction == 'r' ? BW_I2C_READ : 0;
            continue;
        }
        s->op = *p == 'W'   ? BW_STEP_WRITE
                : *p == 'R' ? BW_STEP_READ
                            : BW_STEP_STOP;
        s->len = (uint16_t)number;
        for (unsigned n = 0; *p == 'W' && n < number; n++) {
            s->data[n] = (uint8_t)(n + 1);
        }
        used += number;
    }
    return rig.adapter->ops->step(rig.adapter, steps, count, &progress);
}

static void expect_step(const char *text, enum bw_status status,
                        const char *log, unsigned done, unsigned byte)
{
    assert_string_equal(bw_status_name(step(text)), bw_status_name(status));
    assert_string_equal(rig.log, log);
    assert_int_equal(progress.done, done);
    assert_int_equal(progress.byte, byte);
}

static void lists_are_passed_on_whole(void **state)
{
    (void)state;
    expect_step("S50w W2 S50r R2 P", BW_OK, "S50w 01 02 S50r r2 P", 5, 0);
    assert_int_equal(rig.data[2], 0x10);
}

static void a_refused_byte_leaves_the_transaction_open(void **state)
{
    (void)state;
    fault_add("nack-data byte=1");
    expect_step("S50w W3 P", BW_NACK_DATA, "S50w 01", 1, 1);
    assert_true(rig.busy);
    expect_step("P", BW_OK, "P", 1, 0);
    assert_false(rig.busy);
}

static void bytes_are_counted_over_the_lists(void **state)
{
    (void)state;
    expect_step("S50w W2", BW_OK, "S50w 01 02", 2, 0);
    fault_add("nack-data byte=3"); /* in mid-transaction */
    expect_step("W1", BW_OK, "01", 1, 0);
    expect_step("W2", BW_NACK_DATA, "", 0, 0);
    expect_step("P", BW_OK, "P", 1, 0);
}

static void a_refused_address_is_not_seen_by_the_part(void **state)
{
    (void)state;
    fault_add("nack-addr address=0x50");
    expect_step("S50w W1 P", BW_NACK_ADDR, "", 0, 0);
    expect_step("W1", BW_NACK_DATA, "", 0, 0); /* who would take it */
    expect_step("P", BW_OK, "", 1, 0);
    expect_step("S48w W1", BW_OK, "S48w 01", 2, 0);
    expect_step("S50r R1", BW_NACK_ADDR, "", 0, 0);
    assert_true(rig.busy);
    expect_step("P", BW_OK, "P", 1, 0); /* of the first START */
    assert_false(rig.busy);
}

static void what_ends_a_transaction_frees_the_bus(void **state)
{
    static const struct {
        const char *fault;
        enum bw_status status;
    } cases[] = {
        { "arbitration byte=1", BW_ARBITRATION },
        { "hold-sda byte=1", BW_BUS_ERROR },
        { "stretch byte=1 time=200ms count=1", BW_TIMEOUT },
        { "link-cut skip=1", BW_LINK_DOWN },
    };
    struct bw_fault_link link;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        fault_add(cases[i].fault);
        if (cases[i].status == BW_LINK_DOWN) {
            assert_int_equal(step("S50w W1"), BW_OK);
            expect_step("W2", BW_LINK_DOWN, "P", 0, 0);
            bw_fault_link_take(&link);
        } else {
            expect_step("S50w W3 P", cases[i].status, "S50w 01 P", 1, 1);
        }
        assert_false(rig.busy);
        bw_fault_set_clear(bw_filter_fault_set(rig.filter), 0);
        expect_step("S50w P", BW_OK, "S50w P", 2, 0);
    }
}

static void a_stop_alone_is_never_cut(void **state)
{
    (void)state;
    assert_int_equal(step("S50w W1"), BW_OK);
    fault_add("link-cut");
    expect_step("P", BW_OK, "P", 1, 0);
}

/* What a list did not come to does not count, a STOP least of all. */
static void a_list_that_was_refused_leaves_the_bus_to_stop(void **state)
{
    (void)state;
    expect_step("S33w W1 P", BW_NACK_ADDR, "S33w", 0, 0);
    fault_add("nack-addr address=0x48");
    expect_step("P", BW_OK, "P", 1, 0);
    assert_false(rig.busy);
}

static void stretches_are_waited_for_where_they_are(void **state)
{
    (void)state;
    fault_add("stretch byte=1 time=30ms");
    expect_step("S50r R4 P", BW_OK, "S50r r4 P", 3, 0);
    assert_int_equal(rig.slept_us, 30000);
}

static void a_part_that_vanishes_reads_as_ones(void **state)
{
    (void)state;
    fault_add("vanish address=0x50 byte=1 direction=read time=10ms");
    expect_step("S50r R1", BW_OK, "S50r r1", 2, 0);
    expect_step("R2", BW_OK, "", 1, 0);
    assert_int_equal(rig.data[0], 0xff);
    bw_fault_set_clear(bw_filter_fault_set(rig.filter), 0);
    expect_step("R1 P", BW_OK, "P", 2, 0); /* still the same message */
    assert_int_equal(rig.data[0], 0xff);
    expect_step("S50r R1 P", BW_OK, "S50r r1 P", 3, 0);
    assert_int_equal(rig.data[0], 0x10);
}

static void bits_flip_in_steps_too(void **state)
{
    (void)state;
    fault_add("flip mask=0x40 byte=1");
    expect_step("S50w W2 S50r R2 P", BW_OK, "S50w 01 42 S50r r2 P", 5, 0);
    assert_int_equal(rig.data[2], 0x10);
    assert_int_equal(rig.data[3], 0x51);
}

/* SMBus */

static struct bw_smbus_xfer sm;

static enum bw_status smbus(unsigned form, unsigned flags, uint8_t out_len)
{
    memset(&sm, 0, sizeof(sm));
    sm.addr = 0x50;
    sm.form = (uint16_t)form;
    sm.flags = (uint16_t)flags;
    sm.command = 0x20;
    sm.out_len = out_len;
    for (unsigned n = 0; n < out_len; n++) {
        sm.out[n] = (uint8_t)(n + 1);
    }
    rig.log[0] = '\0';
    rig.slept_us = 0;
    return rig.adapter->ops->smbus(rig.adapter, &sm);
}

static int smbus_setup(void **state)
{
    (void)state;
    fault_rig_with(BW_I2C_FUNC_SMBUS_BYTE | BW_I2C_FUNC_SMBUS_BYTE_DATA |
                   BW_I2C_FUNC_SMBUS_WORD_DATA | BW_I2C_FUNC_SMBUS_BLOCK_READ |
                   BW_I2C_FUNC_SMBUS_BLOCK_WRITE |
                   BW_I2C_FUNC_SMBUS_I2C_BLOCK_WRITE);
    return 0;
}

static void the_start_of_a_protocol_reaches_the_part(void **state)
{
    (void)state;
    fault_add("nack-data byte=2");
    assert_int_equal(smbus(BW_SMBUS_WORD_DATA, 0, 2), BW_NACK_DATA);
    assert_string_equal(rig.log, "form2w20 01");
    assert_int_equal(smbus(BW_SMBUS_I2C_BLOCK, 0, 4), BW_NACK_DATA);
    assert_string_equal(rig.log, "form7w20 01");
    assert_int_equal(smbus(BW_SMBUS_BLOCK, 0, 4), BW_NACK_DATA);
    assert_string_equal(rig.log, "form1w20");
    assert_int_equal(smbus(BW_SMBUS_BYTE_DATA, 0, 1), BW_OK);
    assert_string_equal(rig.log, "form2w20 01");
    fault_add("nack-data");
    assert_int_equal(smbus(BW_SMBUS_WORD_DATA, 0, 2), BW_NACK_DATA);
    assert_string_equal(rig.log, "");
}

static void the_address_of_the_read_may_be_refused(void **state)
{
    (void)state;
    fault_add("nack-addr direction=read");
    assert_int_equal(smbus(BW_SMBUS_BYTE_DATA, BW_SMBUS_READ, 0), BW_NACK_ADDR);
    assert_string_equal(rig.log, "form1w20"); /* the command was taken */
    assert_int_equal(smbus(BW_SMBUS_QUICK, 0, 0), BW_OK);
    assert_int_equal(smbus(BW_SMBUS_QUICK, BW_SMBUS_READ, 0), BW_NACK_ADDR);
}

static void flipped_bits_are_seen_with_a_code(void **state)
{
    (void)state;
    fault_add("flip mask=0x02 byte=2");
    assert_int_equal(smbus(BW_SMBUS_BLOCK, BW_SMBUS_READ, 0), BW_OK);
    assert_int_equal(sm.in_len, 4);
    assert_int_equal(sm.in[1], 0x11 ^ 2); /* the count is byte 0 */
    assert_int_equal(smbus(BW_SMBUS_BLOCK, BW_SMBUS_READ | BW_SMBUS_PEC, 0),
                     BW_PEC);
    assert_int_equal(smbus(BW_SMBUS_WORD_DATA, 0, 2), BW_OK);
    assert_string_equal(rig.log, "form3w20 01 00");
    assert_int_equal(smbus(BW_SMBUS_WORD_DATA, BW_SMBUS_PEC, 2), BW_NACK_DATA);
    assert_string_equal(rig.log, "");
}

static void smbus_waits_and_times_out_as_well(void **state)
{
    (void)state;
    fault_add("stretch time=30ms count=1");
    assert_int_equal(smbus(BW_SMBUS_BYTE_DATA, 0, 1), BW_OK);
    assert_int_equal(rig.slept_us, 30000);
    fault_add("stretch time=150ms count=1");
    assert_int_equal(smbus(BW_SMBUS_BYTE_DATA, 0, 1), BW_TIMEOUT);
    assert_string_equal(rig.log, "");
    assert_int_equal(smbus(BW_SMBUS_BYTE_DATA, 0, 1), BW_OK);
    assert_int_equal(rig.slept_us, 50000);
}

#define protocol(test) \
    cmocka_unit_test_setup_teardown(test, smbus_setup, fault_rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        faulty(lists_are_passed_on_whole),
        faulty(a_refused_byte_leaves_the_transaction_open),
        faulty(bytes_are_counted_over_the_lists),
        faulty(a_refused_address_is_not_seen_by_the_part),
        faulty(what_ends_a_transaction_frees_the_bus),
        faulty(a_stop_alone_is_never_cut),
        faulty(a_list_that_was_refused_leaves_the_bus_to_stop),
        faulty(stretches_are_waited_for_where_they_are),
        faulty(a_part_that_vanishes_reads_as_ones),
        faulty(bits_flip_in_steps_too),
        protocol(the_start_of_a_protocol_reaches_the_part),
        protocol(the_address_of_the_read_may_be_refused),
        protocol(flipped_bits_are_seen_with_a_code),
        protocol(smbus_waits_and_times_out_as_well),
    };

    return cmocka_run_group_tests_name("filter_fault_step", tests, NULL, NULL);
}
