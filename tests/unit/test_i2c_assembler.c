/*
 * lib/i2c_assembler.c, rule by rule: writes, presence, misuse.
 *
 * Its reads are in test_i2c_assembler_read.c; test_i2c_assembler_model.c
 * compares all of it with a simulated bus.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "asm_fixture.h"

/* Set-up */

static void a_configuration_out_of_range_is_refused(void **state)
{
    static const struct bw_asm_config bad[] = {
        { .hostaddr = 0x80, .read_ahead = 1, .max_len = 1 },
        { .hostaddr = 0x50, .read_ahead = 0, .max_len = 1 },
        { .hostaddr = 0x50, .read_ahead = 8193, .max_len = 1 },
        { .hostaddr = 0x50, .read_ahead = 1, .max_len = 0 },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(bw_i2c_assembler_init(&a, &bad[i]), BW_INVALID);
    }
}

/* Writes */

static void a_write_travels_at_stop(void **state)
{
    (void)state;
    assert_int_equal(start_write(), BW_ASM_ACK);
    send_ok(0x10);
    send_ok(0xab);
    assert_int_equal(runs(stop(), "w2@0x50 0x10 0xab", BW_OK), BW_ASM_ACK);
    assert_int_equal(stats()->failures, 0);
}

static void a_repeated_start_between_writes_is_kept(void **state)
{
    (void)state;
    assert_int_equal(start_write(), BW_ASM_ACK);
    send_ok(1);
    assert_int_equal(start_write(), BW_ASM_ACK);
    send_ok(2);
    send_ok(3);
    assert_int_equal(runs(start_read(1), "w1@0x50 0x01 w2 0x02 0x03 r1", BW_OK),
                     BW_ASM_ACK);
}

static void a_write_that_ends_in_no_bytes_keeps_its_last_message(void **state)
{
    (void)state;
    start_write();
    send_ok(1);
    start_write();
    assert_int_equal(runs(stop(), "w1@0x50 0x01 w0", BW_OK), BW_ASM_ACK);
}

static void a_write_of_no_bytes_before_a_repeated_start_is_left_out(void **s)
{
    (void)s;
    start_write();
    assert_int_equal(runs(start_read(2), "r2@0x50", BW_OK), BW_ASM_ACK);
    recv_ok(0, 2);
    stop();
    start_write();
    start_write();
    send_ok(7);
    start_write();
    assert_int_equal(runs(start_read(2), "w1@0x50 0x07 r2", BW_OK), BW_ASM_ACK);
}

static void a_refused_byte_is_reported_at_stop(void **state)
{
    (void)state;
    start_write();
    send_ok(1);
    assert_int_equal(runs(stop(), "w1@0x50 0x01", BW_NACK_DATA),
                     BW_ASM_NACK_DATA);
    assert_int_equal(stats()->failures, 1);
}

static void every_other_failure_at_stop_is_an_address_nack(void **state)
{
    (void)state;
    for (unsigned s = 1; s <= BW_STATUS_COUNT; s++) {
        if (s != BW_NACK_DATA) {
            setup(state);
            start_write();
            send_ok(1);
            assert_int_equal(runs(stop(), "w1@0x50 0x01", s), BW_ASM_NACK_ADDR);
        }
    }
}

static void a_message_over_the_adapters_limit_is_refused(void **state)
{
    (void)state;
    init_with(1, 2);
    runs(bw_i2c_assembler_probe(&a), "w0@0x50", BW_OK);
    start_write();
    send_ok(1);
    send_ok(2);
    assert_int_equal(bw_i2c_assembler_send(&a, 3), BW_ASM_NACK_DATA);
    assert_int_equal(bw_i2c_assembler_send(&a, 3), BW_ASM_NACK_DATA);
    start_write();
    send_ok(4);
    /* What was acknowledged is sent. */
    assert_int_equal(runs(stop(), "w2@0x50 0x01 0x02 w1 0x04", BW_OK),
                     BW_ASM_ACK);
}

static void a_transaction_gathers_8192_bytes_and_no_more(void **state)
{
    (void)state;
    start_write();
    for (unsigned i = 0; i < BW_ASM_MAX_WRITE; i++) {
        send_ok((uint8_t)i);
    }
    assert_int_equal(bw_i2c_assembler_send(&a, 0), BW_ASM_NACK_DATA);
    start_write();
    assert_int_equal(bw_i2c_assembler_send(&a, 0), BW_ASM_NACK_DATA);
    assert_int_equal(stop(), BW_ASM_WAIT);
    assert_int_equal(bw_i2c_assembler_xfer(&a)->msgs[0].len, 8192);
}

static void the_42nd_write_message_is_refused_the_others_are_sent(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 41; i++) {
        assert_int_equal(start_write(), BW_ASM_ACK);
        send_ok((uint8_t)i);
    }
    assert_int_equal(start_write(), BW_ASM_NACK_ADDR);
    assert_int_equal(bw_i2c_assembler_send(&a, 0), BW_ASM_NACK_DATA);
    assert_int_equal(start_write(), BW_ASM_NACK_ADDR);
    assert_int_equal(stop(), BW_ASM_WAIT);
    assert_int_equal(bw_i2c_assembler_xfer(&a)->nmsgs, 41);
    assert_int_equal(complete(BW_OK), BW_ASM_ACK);
    assert_int_equal(start_write(), BW_ASM_WAIT); /* it may be busy */
}

static void after_41_write_messages_there_is_room_for_a_read(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 41; i++) {
        start_write();
        send_ok((uint8_t)i);
    }
    start_write();
    assert_int_equal(start_read(3), BW_ASM_WAIT);
    assert_int_equal(bw_i2c_assembler_xfer(&a)->nmsgs, 42);
    assert_int_equal(bw_i2c_xfer_check(bw_i2c_assembler_xfer(&a)), BW_OK);
}

/* Presence */

static void an_unknown_part_is_asked_for_at_start(void **state)
{
    (void)state;
    init_with(4, 8192);
    assert_int_equal(runs(start_write(), "w0@0x50", BW_OK), BW_ASM_ACK);
    send_ok(1);
    assert_int_equal(stats()->probes, 1);
    assert_int_equal(runs(stop(), "w1@0x50 0x01", BW_OK), BW_ASM_ACK);
    assert_int_equal(start_write(), BW_ASM_ACK); /* known now */
    assert_int_equal(stats()->transfers, 2);
}

static void an_absent_part_is_an_address_nack_at_start(void **state)
{
    (void)state;
    init_with(4, 8192);
    assert_int_equal(runs(start_write(), "w0@0x50", BW_NACK_ADDR),
                     BW_ASM_NACK_ADDR);
    assert_int_equal(bw_i2c_assembler_send(&a, 1), BW_ASM_NACK_DATA);
    assert_int_equal(stop(), BW_ASM_ACK); /* nothing is left to be sent */
    assert_int_equal(runs(start_write(), "w0@0x50", BW_NACK_ADDR),
                     BW_ASM_NACK_ADDR); /* asked again each time */
    assert_int_equal(stats()->failures, 2);
}

static void a_repeated_start_after_a_refused_one_asks_again(void **state)
{
    (void)state;
    init_with(4, 8192);
    runs(start_write(), "w0@0x50", BW_NACK_ADDR);
    assert_int_equal(runs(start_write(), "w0@0x50", BW_OK), BW_ASM_ACK);
}

static void a_read_needs_no_question(void **state)
{
    (void)state;
    init_with(4, 8192);
    assert_int_equal(runs(start_read(2), "r2@0x50", BW_OK), BW_ASM_ACK);
    recv_ok(0, 2);
    stop();
    assert_int_equal(start_write(), BW_ASM_ACK);
    assert_int_equal(stats()->probes, 0);
}

static void a_write_of_two_bytes_makes_presence_unknown(void **state)
{
    (void)state;
    start_write();
    send_ok(1);
    send_ok(2);
    runs(stop(), "w2@0x50 0x01 0x02", BW_OK);
    assert_int_equal(runs(start_write(), "w0@0x50", BW_NACK_ADDR),
                     BW_ASM_NACK_ADDR);
    stop();
    assert_int_equal(runs(start_write(), "w0@0x50", BW_OK), BW_ASM_ACK);
}

static void a_failure_makes_presence_unknown(void **state)
{
    (void)state;
    assert_int_equal(runs(start_read(1), "r1@0x50", BW_TIMEOUT),
                     BW_ASM_NACK_ADDR);
    stop();
    assert_int_equal(start_write(), BW_ASM_WAIT);
}

static void forget_makes_presence_unknown(void **state)
{
    (void)state;
    bw_i2c_assembler_forget(&a);
    assert_int_equal(start_write(), BW_ASM_WAIT);
}

static void forget_within_a_write_does_not_ask_between_messages(void **state)
{
    (void)state;
    start_write();
    send_ok(1);
    bw_i2c_assembler_forget(&a);
    assert_int_equal(start_write(), BW_ASM_ACK);
}

static void a_scan_of_a_known_part_asks_at_stop(void **state)
{
    (void)state;
    assert_int_equal(start_write(), BW_ASM_ACK);
    assert_int_equal(runs(stop(), "w0@0x50", BW_OK), BW_ASM_ACK);
    start_write();
    assert_int_equal(runs(stop(), "w0@0x50", BW_NACK_ADDR), BW_ASM_NACK_ADDR);
    assert_int_equal(stats()->probes, 3);
}

static void a_scan_of_an_unknown_part_asks_once(void **state)
{
    (void)state;
    init_with(4, 8192);
    assert_int_equal(runs(start_write(), "w0@0x50", BW_OK), BW_ASM_ACK);
    assert_int_equal(stop(), BW_ASM_ACK);
    assert_int_equal(stats()->transfers, 1);
}

static void an_adapter_that_cannot_ask_is_not_asked_again(void **state)
{
    (void)state;
    init_with(4, 8192);
    assert_int_equal(runs(start_write(), "w0@0x50", BW_UNSUPPORTED),
                     BW_ASM_ACK);
    send_ok(1);
    runs(stop(), "w1@0x50 0x01", BW_NACK_ADDR);
    assert_int_equal(start_write(), BW_ASM_ACK);
    assert_int_equal(stop(), BW_ASM_ACK); /* a scan cannot be told either */
    assert_int_equal(bw_i2c_assembler_probe(&a), BW_ASM_ACK);
    bw_i2c_assembler_forget(&a);
    assert_int_equal(start_write(), BW_ASM_WAIT);
}

static void unsupported_is_a_failure_for_anything_but_a_question(void **state)
{
    (void)state;
    start_write();
    send_ok(1);
    assert_int_equal(runs(start_read(1), "w1@0x50 0x01 r1", BW_UNSUPPORTED),
                     BW_ASM_NACK_ADDR);
    stop();
    assert_int_equal(start_write(), BW_ASM_WAIT);
}

static void unsupported_at_the_stop_of_a_scan_counts_as_present(void **state)
{
    (void)state;
    start_write();
    assert_int_equal(runs(stop(), "w0@0x50", BW_UNSUPPORTED), BW_ASM_ACK);
    start_write();
    assert_int_equal(stop(), BW_ASM_ACK);
}

static void a_probe_outside_of_a_transaction_is_run_when_needed(void **state)
{
    (void)state;
    assert_int_equal(bw_i2c_assembler_probe(&a), BW_ASM_ACK); /* is known */
    bw_i2c_assembler_forget(&a);
    start_read(1);
    assert_int_equal(bw_i2c_assembler_probe(&a), BW_ASM_ACK); /* one waits */
    complete(BW_NACK_ADDR);
    assert_int_equal(bw_i2c_assembler_probe(&a), BW_ASM_ACK); /* bus taken */
    stop();
    assert_int_equal(runs(bw_i2c_assembler_probe(&a), "w0@0x50", BW_NACK_ADDR),
                     BW_ASM_NACK_ADDR);
    assert_int_equal(runs(start_write(), "w0@0x50", BW_OK), BW_ASM_ACK);
}

/* Misuse and abort */

static void a_stop_on_a_free_bus_is_nothing(void **state)
{
    (void)state;
    assert_int_equal(stop(), BW_ASM_ACK);
    assert_int_equal(stats()->transfers, 1);
}

static void bytes_without_their_start_are_refused(void **state)
{
    uint8_t byte;

    (void)state;
    assert_int_equal(bw_i2c_assembler_send(&a, 1), BW_ASM_NACK_DATA);
    assert_int_equal(bw_i2c_assembler_recv(&a, &byte), BW_ASM_NACK_ADDR);
    start_write();
    assert_int_equal(bw_i2c_assembler_recv(&a, &byte), BW_ASM_NACK_ADDR);
    runs(start_read(0), "r4@0x50", BW_OK);
    assert_int_equal(bw_i2c_assembler_send(&a, 1), BW_ASM_NACK_DATA);
    recv_ok(0, 4);
}

static void a_second_event_while_one_waits_is_refused(void **state)
{
    uint8_t byte;

    (void)state;
    assert_int_equal(start_read(0), BW_ASM_WAIT);
    assert_int_equal(start_read(0), BW_ASM_NACK_ADDR);
    assert_int_equal(start_write(), BW_ASM_NACK_ADDR);
    assert_int_equal(bw_i2c_assembler_send(&a, 1), BW_ASM_NACK_DATA);
    assert_int_equal(bw_i2c_assembler_recv(&a, &byte), BW_ASM_NACK_ADDR);
    assert_int_equal(stop(), BW_ASM_NACK_ADDR);
    assert_xfer("r4@0x50");
    assert_int_equal(complete(BW_OK), BW_ASM_ACK);
    recv_ok(0, 4);
    assert_int_equal(complete(BW_OK), BW_ASM_NACK_ADDR); /* none waits */
}

static void an_abort_frees_the_bus_and_makes_presence_unknown(void **state)
{
    (void)state;
    start_write();
    send_ok(1);
    assert_int_equal(start_read(0), BW_ASM_WAIT);
    bw_i2c_assembler_abort(&a);
    assert_int_equal(complete(BW_OK), BW_ASM_NACK_ADDR); /* not reported */
    assert_int_equal(runs(start_write(), "w0@0x50", BW_OK), BW_ASM_ACK);
    send_ok(2);
    assert_int_equal(runs(stop(), "w1@0x50 0x02", BW_OK), BW_ASM_ACK);
}

static void an_abort_while_nothing_waits_drops_what_was_gathered(void **state)
{
    (void)state;
    start_write();
    send_ok(1);
    bw_i2c_assembler_abort(&a);
    assert_int_equal(stop(), BW_ASM_ACK);
    assert_int_equal(start_write(), BW_ASM_ACK); /* still known */
    send_ok(2);
    runs(start_read(0), "w1@0x50 0x02 r4", BW_OK);
    bw_i2c_assembler_abort(&a);
    assert_int_equal(stats()->over_read, 4);
    register_read(2, "w1@0x50 0x02 r4", 4); /* nothing was learned */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_configuration_out_of_range_is_refused),
        CASE(a_write_travels_at_stop),
        CASE(a_repeated_start_between_writes_is_kept),
        CASE(a_write_that_ends_in_no_bytes_keeps_its_last_message),
        CASE(a_write_of_no_bytes_before_a_repeated_start_is_left_out),
        CASE(a_refused_byte_is_reported_at_stop),
        CASE(every_other_failure_at_stop_is_an_address_nack),
        CASE(a_message_over_the_adapters_limit_is_refused),
        CASE(a_transaction_gathers_8192_bytes_and_no_more),
        CASE(the_42nd_write_message_is_refused_the_others_are_sent),
        CASE(after_41_write_messages_there_is_room_for_a_read),
        CASE(an_unknown_part_is_asked_for_at_start),
        CASE(an_absent_part_is_an_address_nack_at_start),
        CASE(a_repeated_start_after_a_refused_one_asks_again),
        CASE(a_read_needs_no_question),
        CASE(a_write_of_two_bytes_makes_presence_unknown),
        CASE(a_failure_makes_presence_unknown),
        CASE(forget_makes_presence_unknown),
        CASE(forget_within_a_write_does_not_ask_between_messages),
        CASE(a_scan_of_a_known_part_asks_at_stop),
        CASE(a_scan_of_an_unknown_part_asks_once),
        CASE(an_adapter_that_cannot_ask_is_not_asked_again),
        CASE(unsupported_is_a_failure_for_anything_but_a_question),
        CASE(unsupported_at_the_stop_of_a_scan_counts_as_present),
        CASE(a_probe_outside_of_a_transaction_is_run_when_needed),
        CASE(a_stop_on_a_free_bus_is_nothing),
        CASE(bytes_without_their_start_are_refused),
        CASE(a_second_event_while_one_waits_is_refused),
        CASE(an_abort_frees_the_bus_and_makes_presence_unknown),
        CASE(an_abort_while_nothing_waits_drops_what_was_gathered),
    };

    return cmocka_run_group_tests_name("i2c_assembler", tests, NULL, NULL);
}
