/*
 * TIMER0, TIMER1 and TIMER2 of the nRF51
 *
 * Offsets, masks and reset values are those of Nordic's nrf51.svd.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "nrf51.h"

#define TIMER(n) (0x40008000u + 0x1000u * (n))
#define IRQ(n)   (8 + (n))

enum {
    START = 0x000,
    STOP = 0x004,
    COUNT = 0x008,
    CLEAR = 0x00c,
    SHUTDOWN = 0x010,
    CAPTURE = 0x040,
    COMPARE = 0x140,
    MODE = 0x504,
    BITMODE = 0x508,
    PRESCALER = 0x510,
    CC = 0x540,
    PAN73 = 0xc0c,
};

#define AT(array, n)   ((array) + 4 * (n))
#define SHORT_CLEAR(n) (1u << (n))
#define SHORT_STOP(n)  (1u << (8 + (n)))
#define INT_COMPARE(n) (1u << (16 + (n)))
#define BITS_16        0
#define BITS_8         1
#define BITS_24        2
#define BITS_32        3
#define US             1000 /* ns; a tick at PRESCALER 4 */
#define MS             (1000 * US)
#define LATE           (20 * US) /* until an overdue compare happens */

static const struct nrf51_register registers32[] = {
    { NRF51_SHORTS, 0, 0xf0f },
    { NRF51_INTEN, 0, 0xf0000 },
    { MODE, 0, 0x1 },
    { BITMODE, 0, 0x3 },
    { PRESCALER, 4, 0xf },
    { AT(CC, 0), 0, 0xffffffff },
    { AT(CC, 1), 0, 0xffffffff },
    { AT(CC, 2), 0, 0xffffffff },
    { AT(CC, 3), 0, 0xffffffff },
    { PAN73, 0, 0x1 },
};

static const struct nrf51_register registers16[] = {
    { PRESCALER, 4, 0xf },
    { AT(CC, 0), 0, 0xffff },
    { AT(CC, 3), 0, 0xffff },
};

static struct nrf51 bare(unsigned n)
{
    return nrf51_at(qtest_init("-M microbit"), TIMER(n));
}

/* TIMER0 at 1 MHz, 32 bits, not started */
static struct nrf51 wide(const char *args)
{
    struct nrf51 t = nrf51_at(qtest_initf("-M microbit %s", args), TIMER(0));

    nrf51_write(t, BITMODE, BITS_32);
    return t;
}

static void finish(struct nrf51 t)
{
    qtest_quit(t.qts);
}

static uint32_t capture(struct nrf51 t, unsigned n)
{
    nrf51_task(t, AT(CAPTURE, n));
    return nrf51_read(t, AT(CC, n));
}

static void expect_no_compare(struct nrf51 t)
{
    for (int i = 0; i < 4; i++) {
        g_assert_cmpuint(nrf51_read(t, AT(COMPARE, i)), ==, 0);
    }
}

/* Registers */

static void reset_values(void)
{
    static const uint16_t tasks[] = { START, STOP, COUNT, CLEAR, SHUTDOWN };

    for (int n = 0; n < 3; n++) {
        struct nrf51 t = bare(n);

        nrf51_expect_resets(t, registers32, G_N_ELEMENTS(registers32));
        for (size_t i = 0; i < G_N_ELEMENTS(tasks); i++) {
            g_assert_cmphex(nrf51_read(t, tasks[i]), ==, 0);
        }
        expect_no_compare(t);
        g_assert_cmphex(nrf51_read(t, NRF51_POWER), ==, 1);
        finish(t);
    }
}

static void registers_keep_what_their_bits_can_hold(void)
{
    struct nrf51 t = bare(0);

    nrf51_expect_masks(t, registers32, G_N_ELEMENTS(registers32));
    for (int n = 1; n < 3; n++) {
        nrf51_expect_masks(nrf51_at(t.qts, TIMER(n)), registers16,
                           G_N_ELEMENTS(registers16));
    }
    finish(t);
}

static void software_can_clear_an_event_but_not_set_it(void)
{
    struct nrf51 t = wide("");

    nrf51_write(t, AT(COMPARE, 1), 1);
    expect_no_compare(t);
    finish(t);
}

static void power_off_resets_everything(void)
{
    struct nrf51 t = wide("");

    nrf51_write(t, AT(CC, 0), 5);
    nrf51_write(t, NRF51_INTENSET, INT_COMPARE(0));
    nrf51_task(t, START);
    nrf51_pass(t, 7 * US);
    nrf51_write(t, NRF51_POWER, 0);
    g_assert_cmphex(nrf51_read(t, PRESCALER), ==, 0);
    nrf51_write(t, NRF51_POWER, 1);
    nrf51_expect_resets(t, registers32, G_N_ELEMENTS(registers32));
    nrf51_pass(t, 70 * MS);
    expect_no_compare(t);
    g_assert_cmpuint(capture(t, 0), ==, 0);
    finish(t);
}

static void system_reset_stops_a_running_timer(void)
{
    struct nrf51 t = wide("");

    nrf51_task(t, START);
    nrf51_pass(t, 7 * US);
    qtest_system_reset(t.qts);
    nrf51_expect_resets(t, registers32, G_N_ELEMENTS(registers32));
    nrf51_pass(t, 7 * US);
    g_assert_cmpuint(capture(t, 0), ==, 0);
    finish(t);
}

/* Counting */

static void ticks_at_16_mhz_over_2_to_the_prescaler(void)
{
    for (unsigned prescaler = 0; prescaler < 16; prescaler++) {
        struct nrf51 t = wide("");
        /* 9 is the most there is */
        uint32_t expected = 16000 >> MIN(prescaler, 9);

        nrf51_write(t, PRESCALER, prescaler);
        nrf51_task(t, START);
        nrf51_pass(t, MS);
        g_assert_cmpuint(capture(t, 3), ==, expected);
        finish(t);
    }
}

static void a_tick_ends_at_its_nanosecond(void)
{
    struct nrf51 t = wide("");

    nrf51_task(t, START);
    nrf51_pass(t, US - 1);
    g_assert_cmpuint(capture(t, 0), ==, 0);
    nrf51_pass(t, 1);
    g_assert_cmpuint(capture(t, 0), ==, 1);
    finish(t);
}

static void expect_wrap(unsigned n, unsigned bitmode, unsigned bits)
{
    struct nrf51 t = bare(n);
    int64_t range = 1ll << bits;

    nrf51_write(t, BITMODE, bitmode);
    nrf51_task(t, START);
    nrf51_pass(t, (range - 1) * US);
    g_assert_cmphex(capture(t, 0), ==, range - 1);
    nrf51_pass(t, 4 * US);
    g_assert_cmphex(capture(t, 0), ==, 3);
    finish(t);
}

static void wraps_at_the_width_of_bitmode(void)
{
    expect_wrap(0, BITS_8, 8);
    expect_wrap(0, BITS_16, 16);
    expect_wrap(0, BITS_24, 24);
    expect_wrap(0, BITS_32, 32);
}

static void timer_1_and_2_never_count_more_than_16_bits(void)
{
    for (int n = 1; n < 3; n++) {
        expect_wrap(n, BITS_8, 8);
        expect_wrap(n, BITS_16, 16);
        expect_wrap(n, BITS_24, 16);
        expect_wrap(n, BITS_32, 16);
    }
}

static void stop_keeps_the_counter_and_start_goes_on(void)
{
    struct nrf51 t = wide("");

    nrf51_task(t, START);
    nrf51_pass(t, 10 * US);
    nrf51_task(t, STOP);
    nrf51_pass(t, 50 * US);
    g_assert_cmpuint(capture(t, 0), ==, 10);
    nrf51_task(t, START);
    nrf51_pass(t, 5 * US);
    nrf51_task(t, START); /* runs already */
    nrf51_pass(t, 5 * US);
    g_assert_cmpuint(capture(t, 0), ==, 20);
    finish(t);
}

static void shutdown_stops_and_clears(void)
{
    struct nrf51 t = wide("");

    nrf51_task(t, START);
    nrf51_pass(t, 10 * US);
    nrf51_task(t, SHUTDOWN);
    nrf51_pass(t, 10 * US);
    g_assert_cmpuint(capture(t, 0), ==, 0);
    finish(t);
}

static void clear_restarts_from_zero_and_goes_on(void)
{
    struct nrf51 t = wide("");

    nrf51_task(t, START);
    nrf51_pass(t, 10 * US);
    nrf51_task(t, CLEAR);
    nrf51_pass(t, 4 * US);
    g_assert_cmpuint(capture(t, 0), ==, 4);
    finish(t);
}

static void each_capture_task_has_its_own_cc(void)
{
    struct nrf51 t = wide("");

    nrf51_task(t, START);
    for (int i = 0; i < 4; i++) {
        nrf51_pass(t, 10 * US);
        nrf51_task(t, AT(CAPTURE, i));
    }
    for (int i = 0; i < 4; i++) {
        g_assert_cmpuint(nrf51_read(t, AT(CC, i)), ==, 10 * (i + 1));
    }
    expect_no_compare(t); /* the counter was there before CC */
    finish(t);
}

static void counter_mode_counts_tasks_while_started(void)
{
    struct nrf51 t = wide("");

    nrf51_write(t, MODE, 1);
    nrf51_write(t, AT(CC, 1), 2);
    nrf51_task(t, COUNT); /* not started */
    g_assert_cmpuint(capture(t, 0), ==, 0);
    nrf51_task(t, START);
    nrf51_pass(t, MS); /* time does not count */
    nrf51_task(t, COUNT);
    expect_no_compare(t);
    nrf51_task(t, COUNT);
    g_assert_cmpuint(nrf51_read(t, AT(COMPARE, 1)), ==, 1);
    g_assert_cmpuint(capture(t, 0), ==, 2);
    finish(t);
}

static void counter_mode_obeys_shorts_and_width(void)
{
    struct nrf51 t = bare(0);

    nrf51_write(t, MODE, 1);
    nrf51_write(t, BITMODE, BITS_8);
    nrf51_write(t, AT(CC, 1), 200);
    nrf51_write(t, NRF51_SHORTS, SHORT_STOP(1));
    nrf51_task(t, START);
    for (int i = 0; i < 201; i++) {
        nrf51_task(t, COUNT);
    }
    g_assert_cmpuint(capture(t, 0), ==, 200);
    nrf51_task(t, START);
    for (int i = 0; i < 57; i++) {
        nrf51_task(t, COUNT);
    }
    g_assert_cmpuint(capture(t, 0), ==, 1);
    finish(t);
}

static void count_does_nothing_in_timer_mode(void)
{
    struct nrf51 t = wide("");

    nrf51_task(t, START);
    nrf51_task(t, COUNT);
    g_assert_cmpuint(capture(t, 0), ==, 0);
    finish(t);
}

/* Compares */

static void compares_when_the_counter_becomes_equal(void)
{
    struct nrf51 t = wide("");

    nrf51_write(t, AT(CC, 2), 100);
    nrf51_task(t, START);
    nrf51_expect_in(t, AT(COMPARE, 2), 100 * US);
    nrf51_clear(t, AT(COMPARE, 2));
    nrf51_pass(t, 10 * MS);
    expect_no_compare(t);
    finish(t);
}

static void a_compare_is_exact_with_half_nanoseconds(void)
{
    struct nrf51 t = wide("");

    nrf51_write(t, PRESCALER, 0);
    nrf51_write(t, AT(CC, 0), 1); /* 62.5 ns */
    nrf51_write(t, AT(CC, 1), 2); /* 125 ns */
    nrf51_task(t, START);
    nrf51_expect_in(t, AT(COMPARE, 0), 63);
    nrf51_expect_in(t, AT(COMPARE, 1), 62);
    finish(t);
}

static void cc_equal_to_the_counter_waits_for_the_wrap(void)
{
    struct nrf51 t = bare(1);

    nrf51_task(t, START);
    nrf51_pass(t, 100 * US);
    nrf51_write(t, AT(CC, 1), 100);
    nrf51_write(t, AT(CC, 2), 50);
    nrf51_expect_in(t, AT(COMPARE, 0), (65536 - 100) * US); /* CC 0 */
    nrf51_expect_in(t, AT(COMPARE, 2), 50 * US);
    nrf51_expect_in(t, AT(COMPARE, 1), 50 * US);
    finish(t);
}

static void two_channels_can_have_the_same_cc(void)
{
    struct nrf51 t = wide("");

    nrf51_write(t, AT(CC, 0), 7);
    nrf51_write(t, AT(CC, 3), 7);
    nrf51_write(t, NRF51_SHORTS, SHORT_CLEAR(0) | SHORT_STOP(0));
    nrf51_task(t, START);
    nrf51_pass(t, 7 * US);
    g_assert_cmpuint(nrf51_read(t, AT(COMPARE, 0)), ==, 1);
    g_assert_cmpuint(nrf51_read(t, AT(COMPARE, 3)), ==, 1);
    finish(t);
}

static void interrupts_follow_event_and_enable(void)
{
    for (int n = 0; n < 3; n++) {
        for (int i = 0; i < 4; i++) {
            struct nrf51 t = bare(n);

            qtest_irq_intercept_in(t.qts, NRF51_ARMV7M);
            nrf51_write(t, AT(CC, i), 3);
            nrf51_task(t, START);
            nrf51_pass(t, 3 * US);
            g_assert_false(qtest_get_irq(t.qts, IRQ(n)));
            nrf51_write(t, NRF51_INTENSET, INT_COMPARE(i));
            g_assert_true(qtest_get_irq(t.qts, IRQ(n)));
            nrf51_clear(t, AT(COMPARE, i));
            g_assert_false(qtest_get_irq(t.qts, IRQ(n)));
            nrf51_write(t, NRF51_INTENCLR, INT_COMPARE(i));
            g_assert_cmphex(nrf51_read(t, NRF51_INTEN), ==, 0);
            finish(t);
        }
    }
}

/* Shorts */

static void clear_short_repeats_without_drift(void)
{
    struct nrf51 t = wide("");

    nrf51_write(t, PRESCALER, 0);
    nrf51_write(t, AT(CC, 0), 37); /* 2312.5 ns */
    nrf51_write(t, NRF51_SHORTS, SHORT_CLEAR(0));
    nrf51_task(t, START);
    nrf51_expect_in(t, AT(COMPARE, 0), 2313);
    nrf51_clear(t, AT(COMPARE, 0));
    /* 100,000 periods later to the nanosecond */
    nrf51_pass(t, 100000 * 4625ll / 2 - 2313 - 1000);
    nrf51_clear(t, AT(COMPARE, 0));
    nrf51_expect_in(t, AT(COMPARE, 0), 1000);
    finish(t);
}

static void shorts_act_while_the_event_is_still_set(void)
{
    struct nrf51 t = wide("");

    nrf51_write(t, AT(CC, 0), 10);
    nrf51_write(t, NRF51_SHORTS, SHORT_CLEAR(0));
    nrf51_task(t, START);
    nrf51_pass(t, 35 * US); /* three periods, nobody clears the event */
    g_assert_cmpuint(capture(t, 1), ==, 5);
    nrf51_write(t, NRF51_SHORTS, SHORT_STOP(0));
    nrf51_pass(t, 35 * US);
    g_assert_cmpuint(capture(t, 1), ==, 10);
    finish(t);
}

static void each_channel_has_its_clear_and_stop_short(void)
{
    for (int i = 0; i < 4; i++) {
        struct nrf51 t = wide("");

        nrf51_write(t, AT(CC, i), 20);
        nrf51_write(t, NRF51_SHORTS, SHORT_CLEAR(i));
        nrf51_task(t, START);
        nrf51_pass(t, 25 * US);
        g_assert_cmpuint(capture(t, (i + 1) % 4), ==, 5);
        nrf51_write(t, AT(CC, (i + 1) % 4), 0);
        nrf51_write(t, NRF51_SHORTS, SHORT_CLEAR(i) | SHORT_STOP(i));
        nrf51_pass(t, 100 * US);
        g_assert_cmpuint(capture(t, (i + 1) % 4), ==, 0);
        finish(t);
    }
}

/* PPI */

static void an_event_triggers_a_task_of_another_timer_at_its_instant(void)
{
    struct nrf51 t = wide("");
    struct nrf51 other = nrf51_at(t.qts, TIMER(2));

    nrf51_ppi(t.qts, 0, TIMER(0) + AT(COMPARE, 1), TIMER(2) + AT(CAPTURE, 3));
    nrf51_ppi(t.qts, 1, TIMER(0) + AT(COMPARE, 0), TIMER(2) + START);
    nrf51_write(other, PRESCALER, 0);
    nrf51_write(t, AT(CC, 0), 10);
    nrf51_write(t, AT(CC, 1), 110);
    nrf51_task(t, START);
    nrf51_pass(t, MS);
    g_assert_cmpuint(nrf51_read(other, AT(CC, 3)), ==, 1600);
    finish(t);
}

static void a_timer_counts_the_compares_of_another(void)
{
    struct nrf51 t = wide("");
    struct nrf51 other = nrf51_at(t.qts, TIMER(1));

    nrf51_ppi(t.qts, 3, TIMER(0) + AT(COMPARE, 0), TIMER(1) + COUNT);
    nrf51_write(other, MODE, 1);
    nrf51_task(other, START);
    nrf51_write(t, AT(CC, 0), 10);
    nrf51_write(t, NRF51_SHORTS, SHORT_CLEAR(0));
    nrf51_task(t, START);
    nrf51_pass(t, 1005 * US);
    g_assert_cmpuint(capture(other, 0), ==, 100);
    finish(t);
}

/*
 * A handler that does CC = CC + n, called late by the host.  The qtest is the
 * handler; it lets time pass before it acts.
 */

static struct nrf51 beat(const char *args)
{
    struct nrf51 t = wide(args);

    nrf51_write(t, AT(CC, 2), 20000);
    nrf51_write(t, NRF51_INTENSET, INT_COMPARE(2));
    nrf51_task(t, START);
    nrf51_expect_in(t, AT(COMPARE, 2), 20 * MS);
    return t;
}

static void add_20_ms(struct nrf51 t)
{
    nrf51_write(t, AT(CC, 2), nrf51_read(t, AT(CC, 2)) + 20000);
}

static void a_late_handler_loses_no_beat(void)
{
    struct nrf51 t = beat("");

    nrf51_pass(t, 46 * MS); /* 66 ms since START: two more are due */
    for (int i = 0; i < 2; i++) {
        nrf51_clear(t, AT(COMPARE, 2));
        add_20_ms(t);
        nrf51_expect_in(t, AT(COMPARE, 2), LATE);
    }
    nrf51_clear(t, AT(COMPARE, 2));
    add_20_ms(t);
    nrf51_expect_in(t, AT(COMPARE, 2), 14 * MS - 2 * LATE); /* at 80 ms */
    finish(t);
}

static void a_late_handler_may_clear_the_event_last(void)
{
    struct nrf51 t = beat("");

    nrf51_pass(t, 25 * MS);
    add_20_ms(t);
    nrf51_pass(t, 2 * LATE);
    nrf51_clear(t, AT(COMPARE, 2));
    g_assert_cmpuint(nrf51_read(t, AT(COMPARE, 2)), ==, 0);
    nrf51_pass(t, MS);
    g_assert_cmpuint(nrf51_read(t, AT(COMPARE, 2)), ==, 1);
    finish(t);
}

static void expect_lost(struct nrf51 t)
{
    add_20_ms(t);
    nrf51_pass(t, 100 * MS);
    g_assert_cmpuint(nrf51_read(t, AT(COMPARE, 2)), ==, 0);
    finish(t);
}

static void who_has_seen_the_counter_is_taken_at_his_word(void)
{
    struct nrf51 t = beat("");

    nrf51_pass(t, 46 * MS);
    nrf51_clear(t, AT(COMPARE, 2));
    capture(t, 1);
    expect_lost(t);
}

static void a_compare_without_interrupt_starts_no_beat(void)
{
    struct nrf51 t = wide("");

    nrf51_write(t, AT(CC, 2), 20000);
    nrf51_task(t, START);
    nrf51_pass(t, 66 * MS);
    nrf51_clear(t, AT(COMPARE, 2));
    expect_lost(t);
}

static void a_beat_is_lost_when_later_than_the_property_says(void)
{
    struct nrf51 t = beat("-global bw-nrf51-timer.late-compare-ms=20");

    nrf51_pass(t, 46 * MS);
    nrf51_clear(t, AT(COMPARE, 2));
    expect_lost(t);
}

static void a_running_timer_migrates(void)
{
    struct nrf51 t = wide("");

    nrf51_write(t, AT(CC, 0), 100);
    nrf51_write(t, NRF51_SHORTS, SHORT_CLEAR(0));
    nrf51_task(t, START);
    nrf51_pass(t, 130 * US - 1);
    nrf51_clear(t, AT(COMPARE, 0));
    t = nrf51_migrate(t);
    g_assert_cmpuint(capture(t, 1), ==, 30);
    nrf51_expect_in(t, AT(COMPARE, 0), 70 * US);
    finish(t);
}

static void an_overdue_compare_migrates(void)
{
    struct nrf51 t = beat("");

    nrf51_pass(t, 46 * MS);
    nrf51_clear(t, AT(COMPARE, 2));
    add_20_ms(t);
    t = nrf51_migrate(t);
    nrf51_expect_in(t, AT(COMPARE, 2), LATE - 1);
    finish(t);
}

#define TEST(name) qtest_add_func("/nrf51-timer/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(reset_values);
    TEST(registers_keep_what_their_bits_can_hold);
    TEST(software_can_clear_an_event_but_not_set_it);
    TEST(power_off_resets_everything);
    TEST(system_reset_stops_a_running_timer);
    TEST(ticks_at_16_mhz_over_2_to_the_prescaler);
    TEST(a_tick_ends_at_its_nanosecond);
    TEST(wraps_at_the_width_of_bitmode);
    TEST(timer_1_and_2_never_count_more_than_16_bits);
    TEST(stop_keeps_the_counter_and_start_goes_on);
    TEST(shutdown_stops_and_clears);
    TEST(clear_restarts_from_zero_and_goes_on);
    TEST(each_capture_task_has_its_own_cc);
    TEST(counter_mode_counts_tasks_while_started);
    TEST(counter_mode_obeys_shorts_and_width);
    TEST(count_does_nothing_in_timer_mode);
    TEST(compares_when_the_counter_becomes_equal);
    TEST(a_compare_is_exact_with_half_nanoseconds);
    TEST(cc_equal_to_the_counter_waits_for_the_wrap);
    TEST(two_channels_can_have_the_same_cc);
    TEST(interrupts_follow_event_and_enable);
    TEST(clear_short_repeats_without_drift);
    TEST(shorts_act_while_the_event_is_still_set);
    TEST(each_channel_has_its_clear_and_stop_short);
    TEST(an_event_triggers_a_task_of_another_timer_at_its_instant);
    TEST(a_timer_counts_the_compares_of_another);
    TEST(a_late_handler_loses_no_beat);
    TEST(a_late_handler_may_clear_the_event_last);
    TEST(who_has_seen_the_counter_is_taken_at_his_word);
    TEST(a_compare_without_interrupt_starts_no_beat);
    TEST(a_beat_is_lost_when_later_than_the_property_says);
    TEST(a_running_timer_migrates);
    TEST(an_overdue_compare_migrates);
    return g_test_run();
}
