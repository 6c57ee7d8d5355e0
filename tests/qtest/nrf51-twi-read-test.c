/*
 * TWI of the nRF51: reads, SUSPEND and RESUME, shorts, repeated START
 *
 * PART sends 0xa0, 0xa1 ... in each transaction and writes down what it sees:
 * "W", "R" START (R1: told that one byte will be read), hexadecimal a byte
 * sent to it, "r" a byte asked for, "n" the master's NACK, "P" STOP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "twi.h"

static void one_byte_read_with_bb_stop(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_SHORTS, TWI_BB_STOP);
    twi_task(t, TWI_STARTRX);
    twi_expect_in(t, TWI_BB, ADDRESS_NS);
    g_assert_cmpuint(twi_read(t, TWI_RXDREADY), ==, 0);
    twi_expect_in(t, TWI_RXDREADY, BYTE_NS);
    g_assert_cmphex(twi_read(t, TWI_RXD), ==, 0xa0);
    g_assert_cmpuint(twi_read(t, TWI_STOPPED), ==, 0);
    twi_expect_in(t, TWI_STOPPED, STOP_NS);
    g_assert_cmpuint(twi_read(t, TWI_SUSPENDED), ==, 0);
    part_expect(t, "R1 r n P");
    twi_finish(t);
}

/*
 * Bytes that a remote part owed and cannot send any more: firmware must not
 * take what is in RXD for one.  Phase 0 is START, phase 2 the second byte.
 */
static void a_byte_that_is_lost_raises_error_and_no_rxdready(void)
{
    struct twi t = twi_start("");

    part_refuse(t, 2);
    twi_write(t, TWI_SHORTS, TWI_BB_SUSPEND);
    twi_task(t, TWI_STARTRX);
    twi_take(t, TWI_RXDREADY);
    g_assert_cmphex(twi_read(t, TWI_RXD), ==, 0xa0);
    twi_clear(t, TWI_SUSPENDED);
    twi_task(t, TWI_RESUME);
    twi_expect_in(t, TWI_ERROR, BYTE_NS);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, TWI_DNACK);
    twi_pass(t, 20 * BYTE_NS);
    g_assert_cmpuint(twi_read(t, TWI_RXDREADY), ==, 0);
    g_assert_cmpuint(twi_read(t, TWI_SUSPENDED), ==, 0);
    g_assert_cmpuint(twi_read(t, TWI_STOPPED), ==, 0);
    twi_task(t, TWI_STOP);
    twi_expect_in(t, TWI_STOPPED, STOP_NS);
    part_expect(t, "R r r P");
    twi_finish(t);
}

static void a_last_byte_that_is_lost_still_ends_in_stop(void)
{
    struct twi t = twi_start("");

    part_refuse(t, 1);
    twi_write(t, TWI_SHORTS, TWI_BB_STOP);
    twi_task(t, TWI_STARTRX);
    twi_expect_in(t, TWI_ERROR, ADDRESS_NS + BYTE_NS);
    twi_expect_in(t, TWI_STOPPED, STOP_NS);
    g_assert_cmpuint(twi_read(t, TWI_RXDREADY), ==, 0);
    twi_finish(t);
}

static void without_shorts_bytes_come_until_stop(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_STARTRX);
    for (unsigned i = 0; i < 3; i++) {
        twi_take(t, TWI_RXDREADY);
        g_assert_cmphex(twi_read(t, TWI_RXD), ==, 0xa0 + i);
    }
    twi_task(t, TWI_STOP); /* during the fourth byte, which is clocked */
    twi_expect_in(t, TWI_RXDREADY, BYTE_NS);
    twi_expect_in(t, TWI_STOPPED, STOP_NS);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, 0);
    part_expect(t, "R r r r r n P");
    twi_finish(t);
}

static void the_master_does_not_wait_for_rxd_to_be_read(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_STARTRX);
    twi_take(t, TWI_RXDREADY);
    twi_expect_in(t, TWI_RXDREADY, BYTE_NS);
    g_assert_cmphex(twi_read(t, TWI_RXD), ==, 0xa1);
    twi_finish(t);
}

static void an_unread_byte_is_overwritten_and_raises_overrun(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_STARTRX);
    twi_take(t, TWI_RXDREADY);
    g_assert_cmpuint(twi_read(t, TWI_ERROR), ==, 0);
    twi_expect_in(t, TWI_ERROR, BYTE_NS);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, TWI_OVERRUN);
    g_assert_cmpuint(twi_read(t, TWI_RXDREADY), ==, 1);
    twi_finish(t);
}

static void a_byte_left_unread_at_stop_is_no_overrun_of_the_next_read(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_SHORTS, TWI_BB_STOP);
    for (int i = 0; i < 2; i++) {
        twi_task(t, TWI_STARTRX);
        twi_take(t, TWI_STOPPED);
    }
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, 0);
    twi_finish(t);
}

static void bb_suspend_holds_each_byte_until_resume(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_SHORTS, TWI_BB_SUSPEND);
    twi_task(t, TWI_STARTRX);
    for (unsigned i = 0; i < 2; i++) {
        twi_take(t, TWI_RXDREADY);
        g_assert_cmpuint(twi_read(t, TWI_SUSPENDED), ==, 1);
        twi_clear(t, TWI_SUSPENDED);
        twi_clear(t, TWI_BB);
        g_assert_cmphex(twi_read(t, TWI_RXD), ==, 0xa0 + i);
        twi_pass(t, 5 * BYTE_NS);
        twi_expect_quiet(t);
        twi_write(t, TWI_SHORTS, i == 0 ? TWI_BB_SUSPEND : TWI_BB_STOP);
        twi_task(t, TWI_RESUME);
        g_assert_cmpuint(twi_read(t, TWI_BB), ==, 1);
    }
    twi_expect_in(t, TWI_RXDREADY, BYTE_NS);
    g_assert_cmphex(twi_read(t, TWI_RXD), ==, 0xa2);
    twi_expect_in(t, TWI_STOPPED, STOP_NS);
    g_assert_cmpuint(twi_read(t, TWI_SUSPENDED), ==, 0);
    part_expect(t, "R r r r n P");
    twi_finish(t);
}

static void suspend_task_during_a_byte_takes_effect_at_its_end(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_STARTRX);
    twi_pass(t, ADDRESS_NS + BYTE_NS / 2);
    twi_task(t, TWI_SUSPEND);
    twi_expect_in(t, TWI_SUSPENDED, BYTE_NS / 2);
    g_assert_cmpuint(twi_read(t, TWI_RXDREADY), ==, 1);
    twi_pass(t, 5 * BYTE_NS);
    part_expect(t, "R r");
    twi_finish(t);
}

static void suspend_during_the_address_holds_the_first_byte(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_STARTRX);
    twi_task(t, TWI_SUSPEND);
    twi_expect_in(t, TWI_SUSPENDED, ADDRESS_NS);
    twi_pass(t, 5 * BYTE_NS);
    g_assert_cmpuint(twi_read(t, TWI_BB), ==, 0);
    twi_task(t, TWI_RESUME);
    twi_expect_in(t, TWI_RXDREADY, BYTE_NS);
    twi_finish(t);
}

static void suspend_between_sent_bytes_is_at_once(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_TXD, 0x01);
    twi_task(t, TWI_STARTTX);
    twi_take(t, TWI_TXDSENT);
    twi_task(t, TWI_SUSPEND);
    g_assert_cmpuint(twi_read(t, TWI_SUSPENDED), ==, 1);
    twi_write(t, TWI_TXD, 0x02);
    twi_pass(t, 3 * BYTE_NS);
    part_expect(t, "W 01");
    twi_task(t, TWI_RESUME);
    twi_expect_in(t, TWI_TXDSENT, BYTE_NS);
    part_expect(t, "02");
    twi_finish(t);
}

static void bb_suspend_applies_to_sent_bytes_too(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_SHORTS, TWI_BB_SUSPEND);
    twi_write(t, TWI_TXD, 0x01);
    twi_task(t, TWI_STARTTX);
    twi_expect_in(t, TWI_TXDSENT, ADDRESS_NS + BYTE_NS);
    g_assert_cmpuint(twi_read(t, TWI_SUSPENDED), ==, 1);
    twi_finish(t);
}

static void bb_stop_applies_to_sent_bytes_too(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_SHORTS, TWI_BB_STOP);
    twi_write(t, TWI_TXD, 0x01);
    twi_task(t, TWI_STARTTX);
    twi_expect_in(t, TWI_STOPPED, ADDRESS_NS + BYTE_NS + STOP_NS);
    part_expect(t, "W 01 P");
    twi_finish(t);
}

static void resume_without_suspend_does_nothing(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_RESUME);
    twi_pass(t, 10 * BIT_NS);
    twi_expect_quiet(t);
    twi_write(t, TWI_SHORTS, TWI_BB_SUSPEND);
    twi_task(t, TWI_STARTRX);
    twi_task(t, TWI_RESUME); /* during the address */
    twi_take(t, TWI_RXDREADY);
    twi_pass(t, 5 * BYTE_NS);
    g_assert_cmpuint(twi_read(t, TWI_RXDREADY), ==, 0);
    part_expect(t, "R r");
    twi_finish(t);
}

static void resume_withdraws_a_suspend_that_is_yet_to_come(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_SHORTS, TWI_BB_SUSPEND);
    twi_task(t, TWI_STARTRX);
    twi_take(t, TWI_BB); /* which has asked for SUSPEND */
    twi_write(t, TWI_SHORTS, TWI_BB_STOP);
    twi_task(t, TWI_RESUME);
    twi_expect_in(t, TWI_RXDREADY, BYTE_NS);
    g_assert_cmpuint(twi_read(t, TWI_SUSPENDED), ==, 0);
    g_assert_cmphex(twi_read(t, TWI_RXD), ==, 0xa0);
    twi_expect_in(t, TWI_STOPPED, BYTE_NS + STOP_NS);
    part_expect(t, "R r r n P");
    twi_finish(t);
}

static void stop_while_suspended_waits_for_resume(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_SHORTS, TWI_BB_SUSPEND);
    twi_task(t, TWI_STARTRX);
    twi_take(t, TWI_RXDREADY);
    twi_task(t, TWI_STOP);
    twi_pass(t, 5 * BYTE_NS);
    g_assert_cmpuint(twi_read(t, TWI_STOPPED), ==, 0);
    twi_task(t, TWI_RESUME);
    twi_expect_in(t, TWI_STOPPED, STOP_NS);
    part_expect(t, "R r n P"); /* the held ACK bit became a NACK */
    twi_finish(t);
}

static void read_stopped_during_its_address_takes_one_byte(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_STARTRX);
    twi_task(t, TWI_STOP);
    twi_expect_in(t, TWI_STOPPED, ADDRESS_NS + BYTE_NS + STOP_NS);
    g_assert_cmpuint(twi_read(t, TWI_RXDREADY), ==, 1);
    part_expect(t, "R r n P");
    twi_finish(t);
}

static void stopped_read_of_an_absent_part_takes_no_byte(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_ADDRESS, NOBODY);
    twi_task(t, TWI_STARTRX);
    twi_task(t, TWI_STOP);
    twi_expect_in(t, TWI_STOPPED, ADDRESS_NS + STOP_NS);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, TWI_ANACK);
    g_assert_cmpuint(twi_read(t, TWI_RXDREADY), ==, 0);
    twi_finish(t);
}

/* Repeated START */

static void write_then_repeated_start_then_read(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_TXD, 0x07);
    twi_task(t, TWI_STARTTX);
    twi_take(t, TWI_TXDSENT);
    twi_write(t, TWI_SHORTS, TWI_BB_STOP);
    twi_task(t, TWI_STARTRX);
    twi_expect_in(t, TWI_RXDREADY, ADDRESS_NS + BYTE_NS);
    twi_take(t, TWI_STOPPED);
    part_expect(t, "W 07 R1 r n P");
    twi_finish(t);
}

static void startrx_during_a_sent_byte_waits_for_its_end(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_TXD, 0x07);
    twi_task(t, TWI_STARTTX);
    twi_pass(t, ADDRESS_NS + BYTE_NS / 2);
    twi_write(t, TWI_SHORTS, TWI_BB_STOP);
    twi_task(t, TWI_STARTRX);
    twi_expect_in(t, TWI_TXDSENT, BYTE_NS / 2);
    twi_expect_in(t, TWI_RXDREADY, ADDRESS_NS + BYTE_NS);
    part_expect(t, "W 07 R1 r n P");
    twi_finish(t);
}

static void read_then_repeated_start_then_write(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_STARTRX);
    twi_pass(t, ADDRESS_NS + BYTE_NS / 2);
    twi_write(t, TWI_TXD, 0x55);
    twi_task(t, TWI_STARTTX);
    twi_expect_in(t, TWI_RXDREADY, BYTE_NS / 2);
    twi_expect_in(t, TWI_TXDSENT, ADDRESS_NS + BYTE_NS);
    part_expect(t, "R r n W 55");
    twi_finish(t);
}

static void read_suspended_then_restarted_as_a_read(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_SHORTS, TWI_BB_SUSPEND);
    twi_task(t, TWI_STARTRX);
    twi_take(t, TWI_RXDREADY);
    twi_task(t, TWI_STARTRX); /* waits for RESUME */
    twi_pass(t, 5 * BYTE_NS);
    part_expect(t, "R r");
    twi_task(t, TWI_RESUME);
    twi_take(t, TWI_RXDREADY);
    part_expect(t, "n R r");
    twi_finish(t);
}

static void write_then_repeated_start_then_write(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_TXD, 0x01);
    twi_task(t, TWI_STARTTX);
    twi_take(t, TWI_TXDSENT);
    twi_task(t, TWI_STARTTX);
    twi_write(t, TWI_TXD, 0x02);
    twi_expect_in(t, TWI_TXDSENT, ADDRESS_NS + BYTE_NS);
    part_expect(t, "W 01 W 02");
    twi_finish(t);
}

static void starttx_for_every_byte_is_one_write(void)
{
    struct twi t = twi_start("");

    for (unsigned i = 1; i <= 3; i++) {
        twi_write(t, TWI_TXD, i);
        twi_clear(t, TWI_TXDSENT);
        twi_task(t, TWI_STARTTX);
        twi_wait(t, TWI_TXDSENT);
    }
    part_expect(t, "W 01 02 03");
    twi_finish(t);
}

static void repeated_start_may_go_to_another_part(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_TXD, 0x01);
    twi_task(t, TWI_STARTTX);
    twi_take(t, TWI_TXDSENT);
    g_assert_cmphex(twi_get(t, EEPROM, 6), ==, 0xa6);
    part_expect(t, "W 01 P");
    twi_finish(t);
}

static void the_address_is_taken_at_start(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_STARTTX);
    twi_write(t, TWI_ADDRESS, NOBODY); /* for the next one */
    twi_write(t, TWI_TXD, 0x01);
    twi_take(t, TWI_TXDSENT);
    part_expect(t, "W 01");
    twi_finish(t);
}

#define TEST(name) qtest_add_func("/nrf51-twi/read/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(one_byte_read_with_bb_stop);
    TEST(a_byte_that_is_lost_raises_error_and_no_rxdready);
    TEST(a_last_byte_that_is_lost_still_ends_in_stop);
    TEST(without_shorts_bytes_come_until_stop);
    TEST(the_master_does_not_wait_for_rxd_to_be_read);
    TEST(an_unread_byte_is_overwritten_and_raises_overrun);
    TEST(a_byte_left_unread_at_stop_is_no_overrun_of_the_next_read);
    TEST(bb_suspend_holds_each_byte_until_resume);
    TEST(suspend_task_during_a_byte_takes_effect_at_its_end);
    TEST(suspend_during_the_address_holds_the_first_byte);
    TEST(suspend_between_sent_bytes_is_at_once);
    TEST(bb_suspend_applies_to_sent_bytes_too);
    TEST(bb_stop_applies_to_sent_bytes_too);
    TEST(resume_without_suspend_does_nothing);
    TEST(resume_withdraws_a_suspend_that_is_yet_to_come);
    TEST(stop_while_suspended_waits_for_resume);
    TEST(read_stopped_during_its_address_takes_one_byte);
    TEST(stopped_read_of_an_absent_part_takes_no_byte);
    TEST(write_then_repeated_start_then_read);
    TEST(startrx_during_a_sent_byte_waits_for_its_end);
    TEST(read_then_repeated_start_then_write);
    TEST(read_suspended_then_restarted_as_a_read);
    TEST(write_then_repeated_start_then_write);
    TEST(starttx_for_every_byte_is_one_write);
    TEST(repeated_start_may_go_to_another_part);
    TEST(the_address_is_taken_at_start);
    return g_test_run();
}
