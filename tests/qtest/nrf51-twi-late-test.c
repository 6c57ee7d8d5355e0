/*
 * TWI of the nRF51 with a part that answers later than its wire time
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "twi.h"

#define HOLD_NS 250000000 /* property late-error-hold-ms, default */

/* Answer the phase under way; it ends at once, without time passing. */
static void expect_answer_ends(struct twi t, enum twi_register event)
{
    twi_pass(t, 20 * BYTE_NS);
    g_assert_cmpuint(twi_read(t, event), ==, 0);
    part_answer(t, true);
    g_assert_cmpuint(twi_read(t, event), ==, 1);
    twi_clear(t, event);
}

static void a_slow_part_stretches_every_phase(void)
{
    struct twi t = twi_start("");

    part_wait(t, true);
    twi_write(t, TWI_TXD, 0x11);
    twi_task(t, TWI_STARTTX);
    expect_answer_ends(t, TWI_BB);
    expect_answer_ends(t, TWI_TXDSENT);
    twi_task(t, TWI_STARTRX);
    expect_answer_ends(t, TWI_BB);
    twi_task(t, TWI_STOP);
    expect_answer_ends(t, TWI_RXDREADY);
    g_assert_cmphex(twi_read(t, TWI_RXD), ==, 0x77); /* what "reply" sends */
    expect_answer_ends(t, TWI_STOPPED);
    part_expect(t, "W 11 R r n P");
    twi_finish(t);
}

static void an_early_answer_waits_for_the_wire(void)
{
    struct twi t = twi_start("");

    part_wait(t, true);
    twi_task(t, TWI_STARTTX);
    twi_pass(t, ADDRESS_NS / 2);
    part_answer(t, true);
    twi_write(t, TWI_TXD, 0x11);
    twi_expect_in(t, TWI_BB, ADDRESS_NS / 2);
    twi_finish(t);
}

static void a_late_nack_of_the_address_is_an_anack(void)
{
    struct twi t = twi_start("");

    part_refuse(t, 0);
    part_wait(t, true);
    twi_task(t, TWI_STARTTX);
    twi_pass(t, 3 * ADDRESS_NS);
    g_assert_cmpuint(twi_read(t, TWI_ERROR), ==, 0);
    part_answer(t, false);
    g_assert_cmpuint(twi_read(t, TWI_ERROR), ==, 1);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, TWI_ANACK);
    twi_finish(t);
}

static void tasks_during_a_stretched_byte_are_kept(void)
{
    struct twi t = twi_start("");

    part_wait(t, true);
    twi_task(t, TWI_STARTTX);
    twi_task(t, TWI_STOP);
    twi_pass(t, 3 * ADDRESS_NS);
    part_answer(t, true);
    part_answer(t, true); /* of STOP, before its wire time is over */
    twi_expect_in(t, TWI_STOPPED, STOP_NS);
    part_expect(t, "W P");
    twi_finish(t);
}

/* The part is told, and its answer, should it come, reaches nobody. */
static void expect_withdrawal(struct twi t)
{
    twi_pass(t, 3 * BYTE_NS);
    part_expect(t, "W X");
    part_answer(t, true);
    twi_pass(t, 3 * BYTE_NS);
    part_wait(t, false);
}

static void disabling_withdraws_what_a_slow_part_works_on(void)
{
    struct twi t = twi_start("");

    part_wait(t, true);
    twi_task(t, TWI_STARTTX);
    twi_pass(t, 3 * ADDRESS_NS);
    twi_write(t, TWI_ENABLE, 0);
    expect_withdrawal(t);
    twi_expect_quiet(t);
    twi_write(t, TWI_ENABLE, 5);
    twi_put(t, PART, (const uint8_t *)"\x01", 1);
    part_expect(t, "W 01 P");
    twi_finish(t);
}

static void power_off_withdraws_what_a_slow_part_works_on(void)
{
    struct twi t = twi_start("");

    part_wait(t, true);
    twi_task(t, TWI_STARTTX);
    twi_pass(t, 3 * ADDRESS_NS);
    twi_write(t, TWI_POWER, 0);
    twi_write(t, TWI_POWER, 1);
    expect_withdrawal(t);
    twi_expect_quiet(t);
    twi_enable(t);
    twi_put(t, PART, (const uint8_t *)"\x01", 1);
    part_expect(t, "W 01 P");
    twi_finish(t);
}

static void system_reset_withdraws_what_a_slow_part_works_on(void)
{
    struct twi t = twi_start("");

    part_wait(t, true);
    twi_task(t, TWI_STARTTX);
    twi_pass(t, 3 * ADDRESS_NS);
    qtest_system_reset(t.qts);
    expect_withdrawal(t);
    twi_expect_quiet(t);
    twi_enable(t);
    twi_put(t, PART, (const uint8_t *)"\x01", 1);
    part_expect(t, "W 01 P");
    twi_finish(t);
}

/* A write that fails only at STOP */

static struct twi failing_at_stop(const char *args)
{
    struct twi t = twi_start(args);

    part_fail_at_stop(t, true);
    twi_task(t, TWI_STARTTX);
    twi_write(t, TWI_TXD, 0x11);
    twi_take(t, TWI_TXDSENT);
    twi_task(t, TWI_STOP);
    twi_expect_in(t, TWI_ERROR, STOP_NS);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, TWI_DNACK);
    g_assert_cmpuint(twi_read(t, TWI_STOPPED), ==, 0);
    return t;
}

static void late_failure_shows_at_once_and_holds_stopped_back(void)
{
    struct twi t = failing_at_stop("");

    qtest_clock_step(t.qts, HOLD_NS - 1);
    g_assert_cmpuint(twi_read(t, TWI_STOPPED), ==, 0);
    qtest_clock_step(t.qts, 1);
    g_assert_cmpuint(twi_read(t, TWI_STOPPED), ==, 1);
    twi_finish(t);
}

static void the_hold_is_a_property(void)
{
    struct twi t = failing_at_stop("-global bw-nrf51-twi.late-error-hold-ms=3");

    qtest_clock_step(t.qts, 3000000 - 1);
    g_assert_cmpuint(twi_read(t, TWI_STOPPED), ==, 0);
    qtest_clock_step(t.qts, 1);
    g_assert_cmpuint(twi_read(t, TWI_STOPPED), ==, 1);
    twi_finish(t);
}

static void a_new_start_ends_the_hold(void)
{
    struct twi t = failing_at_stop("");

    part_fail_at_stop(t, false);
    twi_write(t, TWI_TXD, 0x22);
    twi_task(t, TWI_STARTTX);
    twi_expect_in(t, TWI_TXDSENT, ADDRESS_NS + BYTE_NS);
    qtest_clock_step(t.qts, HOLD_NS);
    g_assert_cmpuint(twi_read(t, TWI_STOPPED), ==, 0);
    part_expect(t, "W 11 P W 22");
    twi_finish(t);
}

static void disabling_ends_the_hold(void)
{
    struct twi t = failing_at_stop("");

    twi_write(t, TWI_ENABLE, 0);
    qtest_clock_step(t.qts, HOLD_NS);
    g_assert_cmpuint(twi_read(t, TWI_STOPPED), ==, 0);
    twi_finish(t);
}

/* The part's transfer ends where the START for another one begins. */
static void a_late_failure_at_a_repeated_start_is_a_dnack(void)
{
    struct twi t = twi_start("");

    part_fail_at_stop(t, true);
    twi_task(t, TWI_STARTTX);
    twi_write(t, TWI_TXD, 0x11);
    twi_take(t, TWI_TXDSENT);
    twi_write(t, TWI_ADDRESS, EEPROM);
    twi_task(t, TWI_STARTRX);
    twi_expect_in(t, TWI_ERROR, ADDRESS_NS);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, TWI_DNACK);
    twi_task(t, TWI_STOP);
    twi_expect_in(t, TWI_STOPPED, STOP_NS);
    twi_finish(t);
}

static void a_failed_write_of_no_bytes_is_not_held(void)
{
    struct twi t = twi_start("");

    part_fail_at_stop(t, true);
    twi_task(t, TWI_STARTTX);
    twi_task(t, TWI_STOP);
    twi_expect_in(t, TWI_STOPPED, ADDRESS_NS + STOP_NS);
    g_assert_cmpuint(twi_read(t, TWI_ERROR), ==, 1);
    twi_finish(t);
}

static void the_other_master_waits_out_the_hold(void)
{
    struct twi t = failing_at_stop("");
    struct twi other = { t.qts, TWI1_BASE };

    part_fail_at_stop(t, false);
    twi_enable(other);
    twi_write(other, TWI_ADDRESS, PART);
    twi_task(other, TWI_STARTTX);
    twi_task(other, TWI_STOP);
    twi_pass(other, 3 * ADDRESS_NS);
    twi_expect_quiet(other);
    twi_write(t, TWI_POWER, 0);
    twi_expect_in(other, TWI_STOPPED, ADDRESS_NS + STOP_NS);
    twi_finish(t);
}

/* The core reads late: it is the host that keeps it waiting */

#define GRACE "-global bw-nrf51-twi.late-read-grace-us=5000"

static void a_late_reader_stretches_the_next_byte(void)
{
    struct twi t = twi_start(GRACE);

    twi_task(t, TWI_STARTRX);
    twi_take(t, TWI_RXDREADY);
    twi_pass(t, 10 * BYTE_NS);
    g_assert_cmpuint(twi_read(t, TWI_RXDREADY), ==, 0);
    g_assert_cmphex(twi_read(t, TWI_RXD), ==, 0xa0);
    twi_expect_in(t, TWI_RXDREADY, BYTE_NS);
    g_assert_cmphex(twi_read(t, TWI_RXD), ==, 0xa1);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, 0);
    part_expect(t, "R r r r");
    twi_finish(t);
}

static void a_reader_that_is_in_time_does_not(void)
{
    struct twi t = twi_start(GRACE);

    twi_task(t, TWI_STARTRX);
    twi_take(t, TWI_RXDREADY);
    twi_read(t, TWI_RXD);
    twi_expect_in(t, TWI_RXDREADY, BYTE_NS);
    twi_finish(t);
}

static void a_byte_that_nobody_reads_is_overwritten_in_the_end(void)
{
    struct twi t = twi_start(GRACE);

    twi_task(t, TWI_STARTRX);
    twi_take(t, TWI_RXDREADY);
    twi_expect_in(t, TWI_ERROR, BYTE_NS + 5000000);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, TWI_OVERRUN);
    g_assert_cmphex(twi_read(t, TWI_RXD), ==, 0xa1);
    twi_finish(t);
}

#define TEST(name) qtest_add_func("/nrf51-twi/late/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(a_slow_part_stretches_every_phase);
    TEST(an_early_answer_waits_for_the_wire);
    TEST(a_late_nack_of_the_address_is_an_anack);
    TEST(tasks_during_a_stretched_byte_are_kept);
    TEST(disabling_withdraws_what_a_slow_part_works_on);
    TEST(power_off_withdraws_what_a_slow_part_works_on);
    TEST(system_reset_withdraws_what_a_slow_part_works_on);
    TEST(late_failure_shows_at_once_and_holds_stopped_back);
    TEST(the_hold_is_a_property);
    TEST(a_new_start_ends_the_hold);
    TEST(disabling_ends_the_hold);
    TEST(a_late_failure_at_a_repeated_start_is_a_dnack);
    TEST(a_failed_write_of_no_bytes_is_not_held);
    TEST(the_other_master_waits_out_the_hold);
    TEST(a_late_reader_stretches_the_next_byte);
    TEST(a_reader_that_is_in_time_does_not);
    TEST(a_byte_that_nobody_reads_is_overwritten_in_the_end);
    return g_test_run();
}
