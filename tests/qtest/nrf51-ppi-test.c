/*
 * PPI of the nRF51: channels from events to tasks, groups
 *
 * The events and tasks are those of TWI0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "twi.h"

#define CHG_EN(n)  (0x000 + 8 * (n))
#define CHG_DIS(n) (0x004 + 8 * (n))
#define CHEN       0x500
#define CHENSET    0x504
#define CHENCLR    0x508
#define EEP(n)     (0x510 + 8 * (n))
#define TEP(n)     (0x514 + 8 * (n))
#define CHG(n)     (0x800 + 4 * (n))

/* POWER/CLOCK, whose tasks can report within their register write */
#define CLOCK_BASE         0x40000000
#define CLOCK_HFCLKSTART   0x000
#define CLOCK_CTSTART      0x014
#define CLOCK_HFCLKSTARTED 0x100
#define CLOCK_CTTO         0x110
#define CLOCK_CTIV         0x538

#define RING_S 20 /* host time for what takes a millisecond */

static void ppi_write(struct twi t, uint32_t offset, uint32_t value)
{
    qtest_writel(t.qts, PPI_BASE + offset, value);
}

static uint32_t ppi_read(struct twi t, uint32_t offset)
{
    return qtest_readl(t.qts, PPI_BASE + offset);
}

static void join(struct twi t, unsigned channel, enum twi_register event,
                 uint32_t task)
{
    ppi_write(t, EEP(channel), t.base + event);
    ppi_write(t, TEP(channel), task);
    ppi_write(t, CHENSET, 1u << channel);
}

/* A write of one byte to PART that nobody stops. */
static void send_byte(struct twi t)
{
    twi_write(t, TWI_TXD, 0x01);
    twi_task(t, TWI_STARTTX);
    twi_take(t, TWI_TXDSENT);
    twi_pass(t, 2 * BIT_NS);
}

static void registers_reset_to_zero_and_keep_their_bits(void)
{
    struct twi t = twi_start("");

    g_assert_cmphex(ppi_read(t, CHEN), ==, 0);
    for (unsigned i = 0; i < 16; i++) {
        g_assert_cmphex(ppi_read(t, EEP(i)), ==, 0);
        ppi_write(t, EEP(i), 0x40003100 + i);
        ppi_write(t, TEP(i), 0x40003000 + i);
    }
    for (unsigned i = 0; i < 4; i++) {
        g_assert_cmphex(ppi_read(t, CHG(i)), ==, 0);
        ppi_write(t, CHG(i), 0xffffffff);
        /* channels 16 to 19 do not exist */
        g_assert_cmphex(ppi_read(t, CHG(i)), ==, 0xfff0ffff);
    }
    for (unsigned i = 0; i < 16; i++) {
        g_assert_cmphex(ppi_read(t, EEP(i)), ==, 0x40003100 + i);
        g_assert_cmphex(ppi_read(t, TEP(i)), ==, 0x40003000 + i);
    }
    ppi_write(t, CHEN, 0xffffffff);
    g_assert_cmphex(ppi_read(t, CHEN), ==, 0xfff0ffff);
    twi_finish(t);
}

static void channels_are_set_and_cleared_by_bit(void)
{
    struct twi t = twi_start("");

    ppi_write(t, CHENSET, 0x8001);
    ppi_write(t, CHENSET, 0x0010);
    g_assert_cmphex(ppi_read(t, CHENSET), ==, 0x8011);
    ppi_write(t, CHENCLR, 0x0001);
    g_assert_cmphex(ppi_read(t, CHENCLR), ==, 0x8010);
    g_assert_cmphex(ppi_read(t, CHEN), ==, 0x8010);
    twi_finish(t);
}

static void an_event_triggers_the_task_of_its_channel(void)
{
    struct twi t = twi_start("");

    join(t, 15, TWI_TXDSENT, t.base + TWI_STOP);
    send_byte(t);
    g_assert_cmpuint(twi_read(t, TWI_STOPPED), ==, 1);
    part_expect(t, "W 01 P");
    twi_finish(t);
}

static void an_event_that_is_still_set_triggers_again(void)
{
    struct twi t = twi_start("");

    join(t, 0, TWI_BB, t.base + TWI_STOP);
    send_byte(t);
    send_byte(t); /* EVENTS_BB was never cleared */
    part_expect(t, "W 01 P W 01 P");
    twi_finish(t);
}

static void a_channel_that_is_off_does_nothing(void)
{
    struct twi t = twi_start("");

    join(t, 3, TWI_TXDSENT, t.base + TWI_STOP);
    ppi_write(t, CHENCLR, 1u << 3);
    send_byte(t);
    part_expect(t, "W 01");
    twi_finish(t);
}

static void a_channel_can_be_pointed_elsewhere_in_flight(void)
{
    struct twi t = twi_start("");

    join(t, 0, TWI_BB, t.base + TWI_SUSPEND);
    twi_task(t, TWI_STARTRX);
    twi_take(t, TWI_RXDREADY);
    g_assert_cmpuint(twi_read(t, TWI_SUSPENDED), ==, 1);
    ppi_write(t, TEP(0), t.base + TWI_STOP);
    twi_task(t, TWI_RESUME);
    twi_take(t, TWI_STOPPED);
    part_expect(t, "R r r n P");
    twi_finish(t);
}

static void one_event_can_trigger_tasks_of_both_masters(void)
{
    struct twi t = twi_start("");
    struct twi other = { t.qts, TWI1_BASE };

    twi_enable(other);
    twi_write(other, TWI_ADDRESS, NOBODY);
    join(t, 1, TWI_TXDSENT, t.base + TWI_STOP);
    join(t, 2, TWI_STOPPED, other.base + TWI_STARTTX);
    send_byte(t);
    twi_expect_in(other, TWI_ERROR, ADDRESS_NS - BIT_NS);
    twi_finish(t);
}

static void group_tasks_switch_their_channels(void)
{
    struct twi t = twi_start("");

    for (unsigned i = 0; i < 4; i++) {
        ppi_write(t, CHG(i), 0x11u << i);
        ppi_write(t, CHG_EN(i), 1);
        g_assert_cmphex(ppi_read(t, CHEN), ==, 0x11u << i);
        ppi_write(t, CHG_DIS(i), 1);
        g_assert_cmphex(ppi_read(t, CHEN), ==, 0);
    }
    twi_finish(t);
}

static void a_channel_can_switch_a_group_off(void)
{
    struct twi t = twi_start("");

    ppi_write(t, CHG(2), 1u << 5);
    join(t, 5, TWI_TXDSENT, PPI_BASE + CHG_DIS(2));
    send_byte(t);
    g_assert_cmphex(ppi_read(t, CHEN), ==, 0);
    twi_finish(t);
}

static void end_points_without_a_task_are_harmless(void)
{
    static const uint32_t nowhere[] = {
        0,          0xffffffff, 0x40003004, 0x40003500,
        0x40007000, 0x40023000, 0x20000000,
    };
    struct twi t = twi_start("");

    for (size_t i = 0; i < G_N_ELEMENTS(nowhere); i++) {
        join(t, i, TWI_BB, nowhere[i]);
    }
    send_byte(t);
    part_expect(t, "W 01");
    twi_finish(t);
}

/* RESUME ends a SUSPEND in the instant it begins: no ring without time. */
static void suspended_can_resume_itself(void)
{
    struct twi t = twi_start("");

    join(t, 0, TWI_SUSPENDED, t.base + TWI_RESUME);
    twi_task(t, TWI_STARTTX);
    twi_pass(t, ADDRESS_NS);
    twi_task(t, TWI_SUSPEND);
    g_assert_cmpuint(twi_read(t, TWI_SUSPENDED), ==, 1);
    twi_write(t, TWI_TXD, 0x01); /* it goes on */
    twi_take(t, TWI_TXDSENT);
    part_expect(t, "W 01");
    twi_finish(t);
}

/*
 * Every channel starts again what has just started.  A QEMU that follows all
 * the ways there are never comes back; SIGALRM then ends the test.
 */
static void a_ring_of_all_channels_ends(void)
{
    struct twi t = twi_start("");
    struct twi clock = { t.qts, CLOCK_BASE };

    for (unsigned i = 0; i < 16; i++) {
        join(clock, i, CLOCK_HFCLKSTARTED, CLOCK_BASE + CLOCK_HFCLKSTART);
    }
    alarm(RING_S);
    qtest_writel(t.qts, CLOCK_BASE + CLOCK_HFCLKSTART, 1);
    qtest_clock_step(t.qts, 1000000);
    g_assert_cmpuint(qtest_readl(t.qts, CLOCK_BASE + CLOCK_HFCLKSTARTED), ==,
                     1);
    /* and once more: the end of the first ring has left nothing behind */
    qtest_writel(t.qts, CLOCK_BASE + CLOCK_HFCLKSTARTED, 0);
    ppi_write(t, CHEN, 0);
    join(clock, 3, CLOCK_HFCLKSTARTED, t.base + TWI_STARTTX);
    qtest_writel(t.qts, CLOCK_BASE + CLOCK_HFCLKSTART, 1);
    twi_write(t, TWI_TXD, 0x01);
    twi_take(t, TWI_TXDSENT);
    alarm(0);
    twi_finish(t);
}

/* CTIV 0 is not a legal interval; it must not be none at all either. */
static void calibration_timer_that_restarts_itself_lets_time_pass(void)
{
    struct twi t = twi_start("");
    struct twi clock = { t.qts, CLOCK_BASE };

    join(clock, 0, CLOCK_CTTO, CLOCK_BASE + CLOCK_CTSTART);
    qtest_writel(t.qts, CLOCK_BASE + CLOCK_CTIV, 0);
    alarm(RING_S);
    qtest_writel(t.qts, CLOCK_BASE + CLOCK_CTSTART, 1);
    qtest_clock_step(t.qts, 1000000000);
    g_assert_cmpuint(qtest_readl(t.qts, CLOCK_BASE + CLOCK_CTTO), ==, 1);
    alarm(0);
    twi_finish(t);
}

#define TEST(name) qtest_add_func("/nrf51-ppi/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(registers_reset_to_zero_and_keep_their_bits);
    TEST(channels_are_set_and_cleared_by_bit);
    TEST(an_event_triggers_the_task_of_its_channel);
    TEST(an_event_that_is_still_set_triggers_again);
    TEST(a_channel_that_is_off_does_nothing);
    TEST(a_channel_can_be_pointed_elsewhere_in_flight);
    TEST(one_event_can_trigger_tasks_of_both_masters);
    TEST(group_tasks_switch_their_channels);
    TEST(a_channel_can_switch_a_group_off);
    TEST(end_points_without_a_task_are_harmless);
    TEST(suspended_can_resume_itself);
    TEST(a_ring_of_all_channels_ends);
    TEST(calibration_timer_that_restarts_itself_lets_time_pass);
    return g_test_run();
}
