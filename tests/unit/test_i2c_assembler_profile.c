/*
 * lib/i2c_assembler.c with a part's profile, in strict mode, and with more
 * than one address.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "asm_fixture.h"

static struct bw_part_profile profile;

static void init_profiled(const char *text, bool strict)
{
    struct bw_asm_config config = {
        .hostaddr = 0x50,
        .read_ahead = 4,
        .max_len = 8192,
        .strict = strict,
        .profile = &profile,
    };
    const char *what;
    unsigned line;

    assert_int_equal(
        bw_part_profile_parse(&profile, text, strlen(text), &line, &what),
        BW_OK);
    assert_int_equal(bw_i2c_assembler_init(&a, &config), BW_OK);
    assert_int_equal(runs(bw_i2c_assembler_probe(&a), "w0@0x50", BW_OK),
                     BW_ASM_ACK);
}

static int setup_sensor(void **state)
{
    (void)state;
    init_profiled("profile 1\nplain 0-2\nfifo 3\nplain 4-6\nclear 7\n"
                  "plain 8-0x2f\nsample 0x30-0x35\nplain 0x36-0xff\n",
                  false);
    return 0;
}

static int setup_strict(void **state)
{
    const struct bw_asm_config config = {
        .hostaddr = 0x50,
        .read_ahead = 4,
        .max_len = 8192,
        .strict = true,
    };

    (void)state;
    assert_int_equal(bw_i2c_assembler_init(&a, &config), BW_OK);
    assert_int_equal(runs(bw_i2c_assembler_probe(&a), "w0@0x50", BW_OK),
                     BW_ASM_ACK);
    return 0;
}

#define SENSOR(f) cmocka_unit_test_setup(f, setup_sensor)
#define STRICT(f) cmocka_unit_test_setup(f, setup_strict)

/* START for reading, after the pointer byte @reg. */
static void begin(uint8_t reg, const char *text)
{
    assert_int_equal(start_write(), BW_ASM_ACK);
    send_ok(reg);
    assert_int_equal(runs(start_read(0), text, BW_OK), BW_ASM_ACK);
}

static void end(void)
{
    assert_int_equal(stop(), BW_ASM_ACK);
}

static void a_fifo_is_read_byte_by_byte_and_never_further(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 2; round++) {
        begin(3, "w1@0x50 0x03 r1");
        recv_ok(0, 1);
        recv_runs("r1@0x50", 0);
        recv_runs("r1@0x50", 0);
        end();
    }
    assert_int_equal(stats()->over_read, 0);
    assert_int_equal(stats()->under_read, 0);
    assert_int_equal(stats()->mispredicted, 0);
}

static void a_known_length_of_a_fifo_is_one_transfer(void **state)
{
    (void)state;
    assert_int_equal(start_write(), BW_ASM_ACK);
    send_ok(3);
    assert_int_equal(runs(start_read(5), "w1@0x50 0x03 r5", BW_OK), BW_ASM_ACK);
    recv_ok(0, 5);
    end();
    assert_int_equal(stats()->over_read, 0);
}

static void plain_registers_are_fetched_up_to_what_minds(void **state)
{
    (void)state;
    begin(0, "w1@0x50 0x00 r3");
    recv_ok(0, 3);
    recv_runs("r1@0x50", 0); /* the FIFO */
    end();
    assert_int_equal(stats()->over_read, 0);
    assert_int_equal(stats()->mispredicted, 0);
    begin(8, "w1@0x50 0x08 r32");
    recv_ok(0, 2);
    end();
    assert_int_equal(stats()->mispredicted, 1);
    begin(8, "w1@0x50 0x08 r2"); /* learned */
    recv_ok(0, 2);
    end();
}

static void samples_are_guessed_once_seen_and_never_too_long_twice(void **state)
{
    (void)state;
    begin(0x30, "w1@0x50 0x30 r1");
    recv_ok(0, 1);
    recv_runs("r1@0x50", 0);
    recv_runs("r1@0x50", 0);
    end();
    assert_int_equal(stats()->over_read, 0);
    begin(0x30, "w1@0x50 0x30 r3");
    recv_ok(0, 2); /* one too many, this time */
    end();
    assert_int_equal(stats()->over_read, 1);
    begin(0x30, "w1@0x50 0x30 r2");
    recv_ok(0, 2);
    recv_runs("r1@0x50", 0);
    end();
    begin(0x30, "w1@0x50 0x30 r2");
    recv_ok(0, 2);
    end();
    assert_int_equal(stats()->over_read, 1);
}

static void a_read_without_a_register_begins_where_the_guest_stopped(void **s)
{
    (void)s;
    begin(8, "w1@0x50 0x08 r32");
    recv_ok(0, 2);
    end();
    /* the part is at 0x28, the guest at 0x0a */
    assert_int_equal(runs(start_read(0), "w1@0x50 0x0a r32", BW_OK),
                     BW_ASM_ACK);
    recv_ok(0, 4);
    end();
    assert_int_equal(runs(start_read(2), "w1@0x50 0x0e r2", BW_OK), BW_ASM_ACK);
    recv_ok(0, 2);
    end();
    /* both at 0x10: nothing needs to be said */
    assert_int_equal(runs(start_read(2), "r2@0x50", BW_OK), BW_ASM_ACK);
}

static void an_outage_does_not_move_the_guests_pointer(void **state)
{
    (void)state;
    begin(8, "w1@0x50 0x08 r32");
    recv_ok(0, 2);
    end();
    bw_i2c_assembler_forget(&a);
    assert_int_equal(runs(start_read(1), "w1@0x50 0x0a r1", BW_OK), BW_ASM_ACK);
}

static void an_unknown_pointer_makes_reads_careful(void **state)
{
    (void)state;
    assert_int_equal(runs(start_read(0), "r1@0x50", BW_OK), BW_ASM_ACK);
    recv_ok(0, 1);
    recv_runs("r1@0x50", 0);
    end();
    assert_int_equal(stats()->over_read, 0);
}

static void within_a_wide_register_it_is_begun_again(void **state)
{
    (void)state;
    init_profiled("profile 1\nahead 2\nplain 0-3 width 64 stay\n", false);
    begin(1, "w1@0x50 0x01 r2");
    recv_ok(0, 2);
    recv_runs("w1@0x50 0x01 r4", 2);
    recv_ok(3, 1);
    end();
}

static void a_read_goes_on_within_a_wide_register(void **state)
{
    (void)state;
    init_profiled("profile 1\nahead 4\nplain 0-3 width 8\n", false);
    begin(1, "w1@0x50 0x01 r4");
    recv_ok(0, 3);
    end(); /* a byte too many: the part is at the fifth */
    assert_int_equal(runs(start_read(0), "w1@0x50 0x01 r7", BW_OK), BW_ASM_ACK);
    recv_ok(3, 4);
    end(); /* as many as were fetched: its pointer serves */
    assert_int_equal(runs(start_read(0), "r4@0x50", BW_OK), BW_ASM_ACK);
}

static void an_answer_to_data_is_not_begun_again(void **state)
{
    (void)state;
    init_profiled("profile 1\nplain 0-3 width 8 stay\n", false);
    assert_int_equal(start_write(), BW_ASM_ACK);
    send_ok(1);
    send_ok(0xee);
    assert_int_equal(runs(start_read(0), "w2@0x50 0x01 0xee r4", BW_OK),
                     BW_ASM_ACK);
}

static void a_stated_length_is_known(void **state)
{
    (void)state;
    init_profiled("profile 1\nfifo 0\nread 0 6\n", true);
    begin(0, "w1@0x50 0x00 r6");
    recv_ok(0, 6);
    end();
    assert_int_equal(stats()->mispredicted, 0);
}

static void strict_refuses_a_read_of_unknown_length(void **state)
{
    struct bw_asm_report r;

    (void)state;
    assert_int_equal(start_write(), BW_ASM_ACK);
    send_ok(0x12);
    assert_int_equal(start_read(0), BW_ASM_NACK_ADDR);
    assert_true(bw_i2c_assembler_report(&a, &r));
    assert_int_equal(r.kind, BW_ASM_REPORT_REFUSED);
    assert_int_equal(r.key.addr, 0x50);
    assert_int_equal(r.key.prefix_len, 1);
    assert_int_equal(r.key.prefix[0], 0x12);
    assert_false(bw_i2c_assembler_report(&a, &r));
    end(); /* nothing is sent */
    assert_int_equal(stats()->transfers, 1);
    assert_int_equal(stats()->refused, 1);
    assert_int_equal(start_write(), BW_ASM_ACK);
    send_ok(0x12);
    assert_int_equal(runs(start_read(2), "w1@0x50 0x12 r2", BW_OK), BW_ASM_ACK);
    recv_ok(0, 2);
    recv_runs("w1@0x50 0x12 r3", 2); /* understated: a byte at a time */
    end();
    assert_int_equal(stats()->over_read, 0);
}

static void strict_with_a_profile_guesses_only_what_nobody_notices(void **state)
{
    (void)state;
    init_profiled("profile 1\nplain 0-0x2f\nsample 0x30-0x35\n", true);
    for (unsigned round = 0; round < 2; round++) {
        begin(0x30, "w1@0x50 0x30 r1");
        recv_ok(0, 1);
        recv_runs("r1@0x50", 0);
        end();
    }
    assert_int_equal(stats()->over_read, 0);
    begin(0x00, "w1@0x50 0x00 r32");
    recv_ok(0, 1);
    end();
}

static void a_wrong_prediction_is_reported(void **state)
{
    struct bw_asm_report r;

    (void)state;
    init_with(4, 8192);
    assert_int_equal(start_write(), BW_ASM_WAIT);
    assert_int_equal(complete(BW_OK), BW_ASM_ACK);
    send_ok(0x0d);
    assert_int_equal(runs(start_read(0), "w1@0x50 0x0d r4", BW_OK), BW_ASM_ACK);
    recv_ok(0, 1);
    assert_false(bw_i2c_assembler_report(&a, &r));
    end();
    assert_true(bw_i2c_assembler_report(&a, &r));
    assert_int_equal(r.kind, BW_ASM_REPORT_MISPREDICTED);
    assert_int_equal(r.predicted, 4);
    assert_int_equal(r.taken, 1);
    assert_int_equal(r.key.prefix[0], 0x0d);
    assert_int_equal(stats()->mispredicted, 1);
    register_read(0x0d, "w1@0x50 0x0d r1", 1);
    assert_int_equal(stats()->mispredicted, 1);
}

static enum bw_asm_verdict start_at(uint16_t addr, uint16_t flags, bool is_read)
{
    return bw_i2c_assembler_start_at(&a, addr, flags, is_read, 0);
}

static void presence_and_lengths_are_per_address(void **state)
{
    (void)state;
    assert_int_equal(runs(start_at(0x51, 0, false), "w0@0x51", BW_NACK_ADDR),
                     BW_ASM_NACK_ADDR);
    end();
    assert_int_equal(start_at(0x50, 0, false), BW_ASM_ACK);
    send_ok(0);
    assert_int_equal(runs(start_at(0x50, 0, true), "w1@0x50 0x00 r4", BW_OK),
                     BW_ASM_ACK);
    recv_ok(0, 1);
    end();
    assert_int_equal(runs(start_at(0x52, 0, false), "w0@0x52", BW_OK),
                     BW_ASM_ACK);
    send_ok(0);
    assert_int_equal(runs(start_at(0x52, 0, true), "w1@0x52 0x00 r4", BW_OK),
                     BW_ASM_ACK);
    recv_ok(0, 2);
    end();
    assert_int_equal(start_at(0x50, 0, false), BW_ASM_ACK);
    send_ok(0);
    assert_int_equal(runs(start_at(0x50, 0, true), "w1@0x50 0x00 r1", BW_OK),
                     BW_ASM_ACK);
}

static void one_transaction_may_speak_to_two_parts(void **state)
{
    (void)state;
    assert_int_equal(start_write(), BW_ASM_ACK);
    send_ok(1);
    assert_int_equal(runs(start_at(0x150, BW_I2C_TEN_BIT, true),
                          "w1@0x50 0x01 r4@0x150t", BW_OK),
                     BW_ASM_ACK);
    end();
    assert_int_equal(start_at(0x150, BW_I2C_TEN_BIT, false), BW_ASM_ACK);
    assert_int_equal(runs(stop(), "w0@0x150t", BW_OK), BW_ASM_ACK);
    assert_int_equal(start_at(0x400, BW_I2C_TEN_BIT, false), BW_ASM_NACK_ADDR);
    assert_int_equal(start_at(0x80, 0, false), BW_ASM_NACK_ADDR);
    assert_int_equal(start_at(0x50, BW_I2C_READ, false), BW_ASM_NACK_ADDR);
}

static void a_general_call_is_not_asked_for(void **state)
{
    (void)state;
    assert_int_equal(start_at(0, 0, false), BW_ASM_ACK);
    send_ok(4);
    assert_int_equal(runs(stop(), "w1@0x00 0x04", BW_NACK_ADDR),
                     BW_ASM_NACK_ADDR);
}

static void an_adapter_without_10_bits_can_still_ask_for_others(void **state)
{
    (void)state;
    assert_int_equal(runs(start_at(0x150, BW_I2C_TEN_BIT, false), "w0@0x150t",
                          BW_UNSUPPORTED),
                     BW_ASM_NACK_ADDR);
    end();
    assert_int_equal(runs(start_at(0x51, 0, false), "w0@0x51", BW_NACK_ADDR),
                     BW_ASM_NACK_ADDR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SENSOR(a_fifo_is_read_byte_by_byte_and_never_further),
        SENSOR(a_known_length_of_a_fifo_is_one_transfer),
        SENSOR(plain_registers_are_fetched_up_to_what_minds),
        SENSOR(samples_are_guessed_once_seen_and_never_too_long_twice),
        SENSOR(a_read_without_a_register_begins_where_the_guest_stopped),
        SENSOR(an_outage_does_not_move_the_guests_pointer),
        SENSOR(an_unknown_pointer_makes_reads_careful),
        cmocka_unit_test(within_a_wide_register_it_is_begun_again),
        cmocka_unit_test(a_read_goes_on_within_a_wide_register),
        cmocka_unit_test(an_answer_to_data_is_not_begun_again),
        cmocka_unit_test(a_stated_length_is_known),
        STRICT(strict_refuses_a_read_of_unknown_length),
        cmocka_unit_test(
            strict_with_a_profile_guesses_only_what_nobody_notices),
        cmocka_unit_test(a_wrong_prediction_is_reported),
        CASE(presence_and_lengths_are_per_address),
        CASE(one_transaction_may_speak_to_two_parts),
        CASE(a_general_call_is_not_asked_for),
        CASE(an_adapter_without_10_bits_can_still_ask_for_others),
    };

    return cmocka_run_group_tests_name("i2c_assembler_profile", tests, NULL,
                                       NULL);
}
