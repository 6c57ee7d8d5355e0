/*
 * lib/i2c_assembler.c, rule by rule: reads and their lengths.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "asm_fixture.h"

static void a_register_read_is_one_transfer(void **state)
{
    (void)state;
    assert_int_equal(start_write(), BW_ASM_ACK);
    send_ok(0x0d);
    assert_int_equal(runs(start_read(6), "w1@0x50 0x0d r6", BW_OK), BW_ASM_ACK);
    recv_ok(0, 6);
    assert_int_equal(stop(), BW_ASM_ACK);
    assert_int_equal(stats()->transfers, 2); /* with the probe of setup() */
    assert_int_equal(stats()->over_read, 0);
    assert_int_equal(stats()->under_read, 0);
}

static void a_length_is_learned_per_prefix(void **state)
{
    (void)state;
    register_read(0x00, "w1@0x50 0x00 r4", 2);
    register_read(0x01, "w1@0x50 0x01 r4", 3);
    assert_int_equal(stats()->over_read, 3);
    register_read(0x00, "w1@0x50 0x00 r2", 2);
    register_read(0x01, "w1@0x50 0x01 r3", 3);
    assert_int_equal(stats()->over_read, 3);
}

static void a_longer_prefix_is_another_one(void **state)
{
    (void)state;
    register_read(0x00, "w1@0x50 0x00 r4", 2);
    start_write();
    send_ok(0x00);
    send_ok(0x01);
    assert_int_equal(runs(start_read(0), "w2@0x50 0x00 0x01 r4", BW_OK),
                     BW_ASM_ACK);
}

static void the_length_of_the_last_time_counts(void **state)
{
    (void)state;
    register_read(0x00, "w1@0x50 0x00 r4", 4);
    register_read(0x00, "w1@0x50 0x00 r4", 1);
    register_read(0x00, "w1@0x50 0x00 r1", 1);
    assert_int_equal(stats()->over_read, 3);
}

static void a_hint_beats_what_was_learned(void **state)
{
    (void)state;
    register_read(0x00, "w1@0x50 0x00 r4", 2);
    start_write();
    send_ok(0x00);
    assert_int_equal(runs(start_read(7), "w1@0x50 0x00 r7", BW_OK), BW_ASM_ACK);
    recv_ok(0, 7);
    stop();
    register_read(0x00, "w1@0x50 0x00 r2", 2); /* but is not learned */
}

/* One byte, announced, and then two, not announced, of a register of two: the
 * second byte must not come from a START of its own. */
static void a_length_that_was_announced_is_no_guess_for_others(void **state)
{
    (void)state;
    start_write();
    send_ok(0x00);
    runs(stop(), "w1@0x50 0x00", BW_OK);
    assert_int_equal(runs(start_read(1), "r1@0x50", BW_OK), BW_ASM_ACK);
    recv_ok(0, 1);
    stop();
    assert_int_equal(runs(start_read(0), "r4@0x50", BW_OK), BW_ASM_ACK);
    recv_ok(0, 2);
    stop();
    assert_int_equal(stats()->under_read, 0);
}

static void a_read_that_nobody_took_a_byte_of_teaches_nothing(void **state)
{
    (void)state;
    register_read(0x00, "w1@0x50 0x00 r4", 0);
    register_read(0x00, "w1@0x50 0x00 r4", 4);
    assert_int_equal(stats()->over_read, 4);
}

static void a_plain_read_uses_the_prefix_of_the_last_stopped_write(void **s)
{
    (void)s;
    start_write();
    send_ok(0x05);
    runs(stop(), "w1@0x50 0x05", BW_OK);
    assert_int_equal(runs(start_read(0), "r4@0x50", BW_OK), BW_ASM_ACK);
    recv_ok(0, 2);
    stop();
    start_write();
    assert_int_equal(runs(stop(), "w0@0x50", BW_OK), BW_ASM_ACK);
    assert_int_equal(runs(start_read(0), "r2@0x50", BW_OK), BW_ASM_ACK);
    recv_ok(0, 2);
    stop();
    start_write();
    send_ok(0x06);
    runs(stop(), "w1@0x50 0x06", BW_OK);
    assert_int_equal(runs(start_read(0), "r4@0x50", BW_OK), BW_ASM_ACK);
}

static void the_oldest_length_is_forgotten_first(void **state)
{
    (void)state;
    for (unsigned i = 0; i <= BW_ASM_LEARNED; i++) {
        char text[32] = "w1@0x50 0x00 r4";

        text[10] = "0123456789abcdef"[i >> 4];
        text[11] = "0123456789abcdef"[i & 15];
        register_read((uint8_t)i, text, 1);
    }
    register_read(1, "w1@0x50 0x01 r1", 1);
    register_read(0, "w1@0x50 0x00 r4", 1); /* replaced by the 33rd */
    register_read(2, "w1@0x50 0x02 r1", 1);
}

static void an_under_read_asks_again_with_the_same_writes(void **state)
{
    (void)state;
    start_write();
    send_ok(9);
    runs(start_read(0), "w1@0x50 0x09 r4", BW_OK);
    recv_ok(0, 4);
    recv_runs("w1@0x50 0x09 r8", 4);
    recv_ok(5, 3);
    recv_runs("w1@0x50 0x09 r16", 8);
    assert_int_equal(stats()->under_read, 1); /* one read fell short */
    stop();
    assert_int_equal(stats()->over_read, 7);
    register_read(9, "w1@0x50 0x09 r9", 9);
    assert_int_equal(stats()->under_read, 1);
}

static void an_under_read_without_a_write_reads_further(void **state)
{
    (void)state;
    runs(start_read(0), "r4@0x50", BW_OK);
    recv_ok(0, 4);
    recv_runs("r4@0x50", 0); /* whatever the part sends next */
    recv_ok(1, 1);
    stop();
    assert_int_equal(stats()->under_read, 1);
    assert_int_equal(stats()->over_read, 2);
    runs(start_read(0), "r6@0x50", BW_OK); /* learned */
}

static void a_hint_that_was_too_small_falls_short_too(void **state)
{
    (void)state;
    start_write();
    send_ok(9);
    runs(start_read(1), "w1@0x50 0x09 r1", BW_OK);
    recv_ok(0, 1);
    recv_runs("w1@0x50 0x09 r5", 1);
    assert_int_equal(stats()->under_read, 1);
    stop();
    register_read(9, "w1@0x50 0x09 r2", 2); /* so the real one is learned */
}

static void a_read_longer_than_the_adapter_takes_is_continued(void **state)
{
    (void)state;
    init_with(4, 8);
    runs(bw_i2c_assembler_probe(&a), "w0@0x50", BW_OK);
    start_write();
    send_ok(9);
    runs(start_read(20), "w1@0x50 0x09 r8", BW_OK);
    recv_ok(0, 8);
    recv_runs("r8@0x50", 0);
    recv_ok(1, 7);
    recv_runs("r4@0x50", 0);
    recv_ok(1, 3);
    assert_int_equal(stats()->under_read, 0); /* nothing was guessed */
    recv_runs("r4@0x50", 0);
    assert_int_equal(stats()->under_read, 1);
    stop();
    assert_int_equal(stats()->over_read, 3);
}

static void a_learned_length_is_capped_like_a_read(void **state)
{
    (void)state;
    init_with(8192, 8);
    assert_int_equal(runs(start_read(0), "r8@0x50", BW_OK), BW_ASM_ACK);
    recv_ok(0, 8);
    recv_runs("r8@0x50", 0);
    stop();
    assert_int_equal(runs(start_read(0), "r8@0x50", BW_OK), BW_ASM_ACK);
}

static void the_longest_hint_is_cut_at_8192(void **state)
{
    (void)state;
    init_with(1, 0xffff);
    assert_int_equal(runs(start_read(UINT32_MAX), "r8192@0x50", BW_OK),
                     BW_ASM_ACK);
    recv_ok(0, 8192);
    recv_runs("r8192@0x50", 0);
}

static void an_absent_part_is_an_address_nack_at_start_of_a_read(void **state)
{
    uint8_t byte = 0xee;

    (void)state;
    assert_int_equal(runs(start_read(0), "r4@0x50", BW_NACK_ADDR),
                     BW_ASM_NACK_ADDR);
    assert_int_equal(bw_i2c_assembler_recv(&a, &byte), BW_ASM_NACK_ADDR);
    assert_int_equal(byte, 0xee);
    assert_int_equal(stop(), BW_ASM_ACK);
    assert_int_equal(stats()->over_read, 0);
}

static void a_refused_prefix_is_a_data_nack_at_the_start_of_a_read(void **s)
{
    (void)s;
    start_write();
    send_ok(0xff);
    assert_int_equal(runs(start_read(0), "w1@0x50 0xff r4", BW_NACK_DATA),
                     BW_ASM_NACK_DATA);
    assert_int_equal(stop(), BW_ASM_ACK); /* the write is not sent again */
}

static void a_failure_to_fetch_more_answers_that_byte(void **state)
{
    uint8_t byte = 0xee;

    (void)state;
    runs(start_read(0), "r4@0x50", BW_OK);
    recv_ok(0, 4);
    assert_int_equal(bw_i2c_assembler_recv(&a, &byte), BW_ASM_WAIT);
    assert_int_equal(bw_i2c_assembler_complete(&a, BW_LINK_DOWN, &byte),
                     BW_ASM_NACK_ADDR);
    assert_int_equal(byte, 0xee);
    assert_int_equal(bw_i2c_assembler_recv(&a, &byte), BW_ASM_NACK_ADDR);
    assert_int_equal(stop(), BW_ASM_ACK);
    assert_int_equal(runs(start_read(0), "r4@0x50", BW_OK), BW_ASM_ACK);
}

static void a_repeated_start_after_a_read_begins_anew(void **state)
{
    (void)state;
    start_write();
    send_ok(1);
    runs(start_read(0), "w1@0x50 0x01 r4", BW_OK);
    recv_ok(0, 1);
    assert_int_equal(start_write(), BW_ASM_ACK);
    assert_int_equal(stats()->over_read, 3); /* the read ended here */
    send_ok(2);
    runs(start_read(0), "w1@0x50 0x02 r4", BW_OK);
    recv_ok(0, 4);
    assert_int_equal(runs(start_read(0), "r4@0x50", BW_OK), BW_ASM_ACK);
    stop();
    register_read(1, "w1@0x50 0x01 r1", 1); /* and was learned */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_register_read_is_one_transfer),
        CASE(a_length_is_learned_per_prefix),
        CASE(a_longer_prefix_is_another_one),
        CASE(the_length_of_the_last_time_counts),
        CASE(a_hint_beats_what_was_learned),
        CASE(a_length_that_was_announced_is_no_guess_for_others),
        CASE(a_read_that_nobody_took_a_byte_of_teaches_nothing),
        CASE(a_plain_read_uses_the_prefix_of_the_last_stopped_write),
        CASE(the_oldest_length_is_forgotten_first),
        CASE(an_under_read_asks_again_with_the_same_writes),
        CASE(an_under_read_without_a_write_reads_further),
        CASE(a_hint_that_was_too_small_falls_short_too),
        CASE(a_read_longer_than_the_adapter_takes_is_continued),
        CASE(a_learned_length_is_capped_like_a_read),
        CASE(the_longest_hint_is_cut_at_8192),
        CASE(an_absent_part_is_an_address_nack_at_start_of_a_read),
        CASE(a_refused_prefix_is_a_data_nack_at_the_start_of_a_read),
        CASE(a_failure_to_fetch_more_answers_that_byte),
        CASE(a_repeated_start_after_a_read_begins_anew),
    };

    return cmocka_run_group_tests_name("i2c_assembler_read", tests, NULL, NULL);
}
