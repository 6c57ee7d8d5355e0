/*
 * RTC0 and RTC1 of the nRF51
 *
 * Offsets, masks and reset values are those of Nordic's nrf51.svd.  Edge n of
 * LFCLK is n / 32768 s after the start of the virtual clock.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "nrf51.h"

#define RTC0 0x4000b000u
#define RTC1 0x40011000u

#define CLOCK_LFCLKSTART   0x40000008
#define CLOCK_LFCLKSTOP    0x4000000c
#define CLOCK_LFCLKSTARTED 0x40000104
#define PPI_CHENSET        0x4001f504
#define TIMER0_START       0x40008000
#define TIMER0_CAPTURE0    0x40008040
#define TIMER0_BITMODE     0x40008508
#define TIMER0_CC0         0x40008540

enum {
    START = 0x000,
    STOP = 0x004,
    CLEAR = 0x008,
    TRIGOVRFLW = 0x00c,
    TICK = 0x100,
    OVRFLW = 0x104,
    COMPARE = 0x140,
    EVTEN = 0x340,
    EVTENSET = 0x344,
    EVTENCLR = 0x348,
    COUNTER = 0x504,
    PRESCALER = 0x508,
    CC = 0x540,
};

#define AT(array, n)   ((array) + 4 * (n))
#define BIT_TICK       (1u << 0)
#define BIT_OVRFLW     (1u << 1)
#define BIT_COMPARE(n) (1u << (16 + (n)))
#define US             1000
#define MS             (1000 * US)
#define LATE           (20 * US)

#define REGISTERS(events)                                                    \
    { NRF51_INTEN, 0, (events) }, { EVTEN, 0, (events) }, { COUNTER, 0, 0 }, \
        { PRESCALER, 0, 0xfff }, { AT(CC, 0), 0, 0xffffff },                 \
        { AT(CC, 1), 0, 0xffffff },                                          \
    {                                                                        \
        AT(CC, 2), 0, 0xffffff                                               \
    }

static const struct nrf51_register registers0[] = {
    REGISTERS(0x70003),
    { AT(CC, 3), 0, 0 },
};

static const struct nrf51_register registers1[] = {
    REGISTERS(0xf0003),
    { AT(CC, 3), 0, 0xffffff },
};

/* The first ns of an edge */
static int64_t edge_ns(int64_t edge)
{
    return (edge * 1000000000 + 32767) / 32768;
}

/* A clock that does not move cannot be asked for its time. */
static int64_t now_ns(struct nrf51 r)
{
    return qtest_clock_step(r.qts, 1);
}

static int64_t edge_now(struct nrf51 r)
{
    return now_ns(r) * 32768 / 1000000000;
}

/* To @ns after an edge, @edges from the last one */
static void pass_edges(struct nrf51 r, int64_t edges, int64_t ns)
{
    qtest_clock_set(r.qts, edge_ns(edge_now(r) + edges) + ns);
}

static void start_lfclk(struct nrf51 r)
{
    qtest_writel(r.qts, CLOCK_LFCLKSTART, 1);
    for (int i = 0; i < 100 && !qtest_readl(r.qts, CLOCK_LFCLKSTARTED); i++) {
        nrf51_pass(r, 100 * US);
    }
    g_assert_cmpuint(qtest_readl(r.qts, CLOCK_LFCLKSTARTED), ==, 1);
}

static struct nrf51 bare(uint32_t base)
{
    return nrf51_at(qtest_init("-M microbit"), base);
}

/* LFCLK runs; 1 us after an edge */
static struct nrf51 clocked(uint32_t base, const char *args)
{
    struct nrf51 r = nrf51_at(qtest_initf("-M microbit %s", args), base);

    start_lfclk(r);
    pass_edges(r, 1, US);
    return r;
}

/* Started, COUNTER 0, 1 us after the edge at which START took effect */
static struct nrf51 running(const char *args)
{
    struct nrf51 r = clocked(RTC1, args);

    nrf51_task(r, START);
    pass_edges(r, 1, US);
    g_assert_cmpuint(nrf51_read(r, COUNTER), ==, 0);
    return r;
}

static void finish(struct nrf51 r)
{
    qtest_quit(r.qts);
}

static uint32_t counter(struct nrf51 r)
{
    return nrf51_read(r, COUNTER);
}

/* The event happens at edge @edges from the last one, not a ns earlier. */
static void expect_at_edge(struct nrf51 r, uint32_t event, int64_t edges)
{
    nrf51_expect_in(r, event, edge_ns(edge_now(r) + edges) - now_ns(r));
}

/* Registers */

static void reset_values(void)
{
    struct nrf51 r = bare(RTC0);

    nrf51_expect_resets(r, registers0, G_N_ELEMENTS(registers0));
    r.base = RTC1;
    nrf51_expect_resets(r, registers1, G_N_ELEMENTS(registers1));
    for (uint32_t task = START; task <= TRIGOVRFLW; task += 4) {
        g_assert_cmphex(nrf51_read(r, task), ==, 0);
    }
    g_assert_cmphex(nrf51_read(r, TICK), ==, 0);
    g_assert_cmphex(nrf51_read(r, OVRFLW), ==, 0);
    g_assert_cmphex(nrf51_read(r, NRF51_POWER), ==, 1);
    finish(r);
}

static void registers_keep_what_their_bits_can_hold(void)
{
    struct nrf51 r = bare(RTC0);

    nrf51_expect_masks(r, registers0, G_N_ELEMENTS(registers0));
    r.base = RTC1;
    nrf51_expect_masks(r, registers1, G_N_ELEMENTS(registers1));
    finish(r);
}

static void evten_can_be_set_and_cleared_by_bits(void)
{
    struct nrf51 r = bare(RTC1);

    nrf51_write(r, EVTENSET, BIT_TICK | BIT_COMPARE(3));
    nrf51_write(r, EVTENSET, BIT_OVRFLW);
    g_assert_cmphex(nrf51_read(r, EVTENSET), ==, 0x80003);
    nrf51_write(r, EVTENCLR, BIT_TICK);
    g_assert_cmphex(nrf51_read(r, EVTENCLR), ==, 0x80002);
    g_assert_cmphex(nrf51_read(r, EVTEN), ==, 0x80002);
    finish(r);
}

static void power_off_resets_everything(void)
{
    struct nrf51 r = running("");

    nrf51_write(r, EVTENSET, BIT_TICK);
    pass_edges(r, 5, US);
    nrf51_write(r, NRF51_POWER, 0);
    nrf51_write(r, NRF51_POWER, 1);
    nrf51_expect_resets(r, registers1, G_N_ELEMENTS(registers1));
    pass_edges(r, 5, US);
    g_assert_cmpuint(nrf51_read(r, TICK), ==, 0);
    g_assert_cmpuint(counter(r), ==, 0);
    nrf51_task(r, START); /* LFCLK still runs */
    pass_edges(r, 3, US);
    g_assert_cmpuint(counter(r), ==, 2);
    finish(r);
}

/* Counting */

static void counts_at_32768_hz_over_prescaler_plus_1(void)
{
    static const uint32_t prescalers[] = { 0, 1, 32, 327, 4095 };

    for (size_t i = 0; i < G_N_ELEMENTS(prescalers); i++) {
        struct nrf51 r = clocked(RTC0, "");

        nrf51_write(r, PRESCALER, prescalers[i]);
        nrf51_task(r, START);
        pass_edges(r, 1 + 32768, US);
        g_assert_cmpuint(counter(r), ==, 32768 / (prescalers[i] + 1));
        finish(r);
    }
}

static void steps_at_the_edge(void)
{
    struct nrf51 r = running("");

    pass_edges(r, 1, -1);
    g_assert_cmpuint(counter(r), ==, 0);
    nrf51_pass(r, 1);
    g_assert_cmpuint(counter(r), ==, 1);
    finish(r);
}

static void an_hour_does_not_drift(void)
{
    struct nrf51 r = running("");
    int64_t hour = 3600ll * 32768;

    pass_edges(r, hour, 0);
    g_assert_cmpuint(counter(r), ==, hour & 0xffffff);
    finish(r);
}

static void stands_still_without_lfclk(void)
{
    struct nrf51 r = bare(RTC1);

    nrf51_task(r, START);
    nrf51_pass(r, 10 * MS);
    g_assert_cmpuint(counter(r), ==, 0);
    start_lfclk(r);
    pass_edges(r, 10, US);
    g_assert_cmpuint(counter(r), >=, 8); /* START waited for it */
    qtest_writel(r.qts, CLOCK_LFCLKSTOP, 1);
    uint32_t last = counter(r);
    nrf51_pass(r, 10 * MS);
    g_assert_cmpuint(counter(r), ==, last);
    finish(r);
}

/* A task takes effect at the first edge 15.26 us or more later. */
static void tasks_take_effect_at_an_edge(void)
{
    struct nrf51 r = clocked(RTC1, "");

    nrf51_task(r, START);
    pass_edges(r, 1 + 10, US);
    g_assert_cmpuint(counter(r), ==, 10);
    nrf51_task(r, STOP); /* 29.5 us before the edge */
    pass_edges(r, 1, US);
    g_assert_cmpuint(counter(r), ==, 10);
    pass_edges(r, 10, 20 * US);
    g_assert_cmpuint(counter(r), ==, 10);
    nrf51_task(r, START); /* 10.5 us before the edge: takes the next */
    pass_edges(r, 2 + 1, 20 * US);
    g_assert_cmpuint(counter(r), ==, 11);
    nrf51_task(r, CLEAR);
    pass_edges(r, 1, US);
    g_assert_cmpuint(counter(r), ==, 12);
    pass_edges(r, 1, US);
    g_assert_cmpuint(counter(r), ==, 0);
    finish(r);
}

static void prescaler_is_writable_only_while_stopped(void)
{
    struct nrf51 r = running("");

    nrf51_write(r, PRESCALER, 7);
    g_assert_cmpuint(nrf51_read(r, PRESCALER), ==, 0);
    nrf51_task(r, STOP);
    pass_edges(r, 2, US);
    nrf51_write(r, PRESCALER, 7);
    g_assert_cmpuint(nrf51_read(r, PRESCALER), ==, 7);
    finish(r);
}

static void clear_restarts_the_prescaler(void)
{
    struct nrf51 r = clocked(RTC1, "");

    nrf51_write(r, PRESCALER, 9);
    nrf51_task(r, START);
    pass_edges(r, 1 + 15, US);
    nrf51_task(r, CLEAR);
    pass_edges(r, 1 + 9, US);
    g_assert_cmpuint(counter(r), ==, 0);
    pass_edges(r, 1, US);
    g_assert_cmpuint(counter(r), ==, 1);
    finish(r);
}

static void trigovrflw_is_16_steps_before_overflow(void)
{
    struct nrf51 r = running("");

    nrf51_write(r, EVTENSET, BIT_OVRFLW);
    nrf51_task(r, TRIGOVRFLW);
    pass_edges(r, 1, US);
    g_assert_cmphex(counter(r), ==, 0xfffff0);
    expect_at_edge(r, OVRFLW, 16);
    g_assert_cmphex(counter(r), ==, 0);
    finish(r);
}

/* Events */

static void events_happen_only_if_enabled_in_evten_or_inten(void)
{
    static const uint32_t enables[] = { 0, EVTENSET, NRF51_INTENSET };

    for (size_t i = 0; i < G_N_ELEMENTS(enables); i++) {
        struct nrf51 r = running("");
        bool enabled = enables[i] != 0;

        if (enabled) {
            nrf51_write(r, enables[i], BIT_TICK | BIT_OVRFLW | BIT_COMPARE(1));
        }
        nrf51_write(r, AT(CC, 1), 0xfffff8);
        nrf51_task(r, TRIGOVRFLW);
        pass_edges(r, 20, US);
        g_assert_cmpuint(nrf51_read(r, TICK), ==, enabled);
        g_assert_cmpuint(nrf51_read(r, OVRFLW), ==, enabled);
        g_assert_cmpuint(nrf51_read(r, AT(COMPARE, 1)), ==, enabled);
        finish(r);
    }
}

static void enabling_an_event_does_not_bring_back_the_past(void)
{
    struct nrf51 r = running("");

    nrf51_write(r, AT(CC, 0), 5);
    pass_edges(r, 10, US);
    nrf51_write(r, NRF51_INTENSET, BIT_COMPARE(0) | BIT_TICK);
    g_assert_cmpuint(nrf51_read(r, AT(COMPARE, 0)), ==, 0);
    g_assert_cmpuint(nrf51_read(r, TICK), ==, 0);
    pass_edges(r, 1, 0);
    g_assert_cmpuint(nrf51_read(r, TICK), ==, 1);
    g_assert_cmpuint(nrf51_read(r, AT(COMPARE, 0)), ==, 0);
    finish(r);
}

static void each_step_is_a_tick(void)
{
    struct nrf51 r = clocked(RTC1, "");

    nrf51_write(r, PRESCALER, 3);
    nrf51_write(r, EVTENSET, BIT_TICK);
    nrf51_task(r, START);
    pass_edges(r, 1, US);
    for (int i = 0; i < 3; i++) {
        expect_at_edge(r, TICK, 4);
        nrf51_clear(r, TICK);
    }
    finish(r);
}

static void each_channel_compares(void)
{
    static const uint32_t bases[] = { RTC0, RTC1 };

    for (size_t b = 0; b < G_N_ELEMENTS(bases); b++) {
        struct nrf51 r = clocked(bases[b], "");
        int channels = bases[b] == RTC0 ? 3 : 4;

        for (int i = 0; i < channels; i++) {
            nrf51_write(r, AT(CC, i), 100 + 10 * i);
            nrf51_write(r, EVTENSET, BIT_COMPARE(i));
        }
        nrf51_task(r, START);
        pass_edges(r, 1 + 95, US);
        expect_at_edge(r, AT(COMPARE, 0), 5);
        for (int i = 1; i < channels; i++) {
            expect_at_edge(r, AT(COMPARE, i), 10);
        }
        finish(r);
    }
}

static void interrupts_follow_event_and_inten(void)
{
    static const struct {
        uint32_t base;
        int irq;
    } rtcs[] = { { RTC0, 11 }, { RTC1, 17 } };

    for (size_t i = 0; i < G_N_ELEMENTS(rtcs); i++) {
        struct nrf51 r = clocked(rtcs[i].base, "");

        qtest_irq_intercept_in(r.qts, NRF51_ARMV7M);
        nrf51_write(r, AT(CC, 0), 3);
        nrf51_write(r, EVTENSET, BIT_COMPARE(0));
        nrf51_task(r, START);
        pass_edges(r, 1 + 3, US);
        g_assert_cmpuint(nrf51_read(r, AT(COMPARE, 0)), ==, 1);
        g_assert_false(qtest_get_irq(r.qts, rtcs[i].irq));
        nrf51_write(r, NRF51_INTENSET, BIT_COMPARE(0));
        g_assert_true(qtest_get_irq(r.qts, rtcs[i].irq));
        nrf51_clear(r, AT(COMPARE, 0));
        g_assert_false(qtest_get_irq(r.qts, rtcs[i].irq));
        finish(r);
    }
}

static void ppi_sees_what_evten_lets_through(void)
{
    struct nrf51 r = running("");

    qtest_writel(r.qts, TIMER0_BITMODE, 3);
    qtest_writel(r.qts, TIMER0_START, 1);
    int64_t start = now_ns(r);
    nrf51_ppi(r.qts, 0, RTC1 + AT(COMPARE, 0), TIMER0_CAPTURE0);
    nrf51_write(r, AT(CC, 0), 10);
    nrf51_write(r, NRF51_INTENSET, BIT_COMPARE(0));
    pass_edges(r, 12, US);
    g_assert_cmpuint(nrf51_read(r, AT(COMPARE, 0)), ==, 1);
    g_assert_cmpuint(qtest_readl(r.qts, TIMER0_CC0), ==, 0);
    nrf51_write(r, EVTENSET, BIT_COMPARE(0));
    nrf51_write(r, AT(CC, 0), 20);
    int64_t due = edge_ns(edge_now(r) + 8);
    pass_edges(r, 10, US);
    g_assert_cmpuint(qtest_readl(r.qts, TIMER0_CC0), ==, (due - start) / US);
    finish(r);
}

static void a_task_by_ppi_takes_effect_at_an_edge_too(void)
{
    struct nrf51 r = running("");

    nrf51_ppi(r.qts, 0, RTC1 + AT(COMPARE, 0), RTC1 + CLEAR);
    nrf51_write(r, AT(CC, 0), 10);
    nrf51_write(r, EVTENSET, BIT_COMPARE(0));
    pass_edges(r, 10, US);
    g_assert_cmpuint(counter(r), ==, 10);
    pass_edges(r, 1, US);
    g_assert_cmpuint(counter(r), ==, 0);
    finish(r);
}

/* Channels 30 and 31, whose ends are fixed: CLEAR and START of TIMER0 */
static void rtc0_starts_and_clears_timer0_over_fixed_channels(void)
{
    struct nrf51 r = clocked(RTC0, "");

    qtest_writel(r.qts, TIMER0_BITMODE, 3);
    qtest_writel(r.qts, PPI_CHENSET, 1u << 31);
    nrf51_write(r, AT(CC, 0), 10);
    nrf51_write(r, EVTENSET, BIT_COMPARE(0));
    nrf51_task(r, START);
    pass_edges(r, 1 + 10, 50 * US); /* RTC0 at 11, TIMER0 for 50 us */
    qtest_writel(r.qts, TIMER0_CAPTURE0, 1);
    g_assert_cmpuint(qtest_readl(r.qts, TIMER0_CC0), ==, 50);

    qtest_writel(r.qts, PPI_CHENSET, 1u << 30);
    nrf51_write(r, AT(CC, 0), 20);
    pass_edges(r, 9, 7 * US);
    qtest_writel(r.qts, TIMER0_CAPTURE0, 1);
    g_assert_cmpuint(qtest_readl(r.qts, TIMER0_CC0), ==, 7);
    finish(r);
}

/* A new CC */

static void expect_compare_of(uint32_t ahead, int64_t phase_ns, bool happens)
{
    struct nrf51 r = running("");

    nrf51_write(r, EVTENSET, BIT_COMPARE(0));
    pass_edges(r, 10, phase_ns);
    nrf51_write(r, AT(CC, 0), counter(r) + ahead);
    pass_edges(r, 100, US);
    g_assert_cmpuint(nrf51_read(r, AT(COMPARE, 0)), ==, happens);
    finish(r);
}

static void cc_two_ahead_always_happens(void)
{
    for (int64_t phase = 0; phase < 30; phase += 3) {
        expect_compare_of(2, phase * US, true);
    }
}

static void cc_one_ahead_happens_if_written_early_in_the_period(void)
{
    expect_compare_of(1, US, true);
    expect_compare_of(1, 20 * US, false);
}

static void cc_equal_to_the_counter_does_not_happen(void)
{
    expect_compare_of(0, US, false);
    expect_compare_of(0, 20 * US, false);
}

static void the_former_cc_holds_until_the_new_one_takes_effect(void)
{
    struct nrf51 r = running("");

    nrf51_write(r, EVTENSET, BIT_COMPARE(0));
    nrf51_write(r, AT(CC, 0), 11);
    pass_edges(r, 10, 20 * US);
    nrf51_write(r, AT(CC, 0), 500); /* 10.5 us before the edge */
    pass_edges(r, 1, 0);
    g_assert_cmpuint(nrf51_read(r, AT(COMPARE, 0)), ==, 1);
    finish(r);
}

/* Firmware that the host has held up between reading COUNTER and writing CC */

static void held_up(const char *args, int64_t edges, bool happens)
{
    struct nrf51 r = running(args);

    nrf51_write(r, NRF51_INTENSET, BIT_COMPARE(0));
    uint32_t then = counter(r);
    pass_edges(r, edges, US);
    nrf51_write(r, AT(CC, 0), then + 50);
    g_assert_cmpuint(nrf51_read(r, AT(COMPARE, 0)), ==, 0);
    if (happens) {
        nrf51_expect_in(r, AT(COMPARE, 0), LATE);
    } else {
        pass_edges(r, 1000, US);
        g_assert_cmpuint(nrf51_read(r, AT(COMPARE, 0)), ==, 0);
    }
    finish(r);
}

static void a_compare_passed_before_it_was_written_happens_late(void)
{
    held_up("", 100, true);
}

static void it_is_lost_when_later_than_the_property_says(void)
{
    held_up("", 40000, false); /* more than 1 s */
    held_up("-global bw-nrf51-rtc.late-compare-ms=0", 100, false);
}

static void a_late_handler_loses_no_beat(void)
{
    struct nrf51 r = running("");

    nrf51_write(r, NRF51_INTENSET, BIT_COMPARE(0));
    nrf51_write(r, AT(CC, 0), 100);
    pass_edges(r, 350, US); /* COUNTER 350 */
    for (uint32_t cc = 200; cc <= 300; cc += 100) {
        nrf51_clear(r, AT(COMPARE, 0));
        nrf51_write(r, AT(CC, 0), cc);
        nrf51_expect_in(r, AT(COMPARE, 0), LATE);
    }
    nrf51_clear(r, AT(COMPARE, 0));
    nrf51_write(r, AT(CC, 0), 400);
    expect_at_edge(r, AT(COMPARE, 0), 400 - counter(r));
    finish(r);
}

static void a_running_rtc_migrates(void)
{
    struct nrf51 r = running("");

    nrf51_write(r, AT(CC, 0), 20);
    nrf51_write(r, EVTENSET, BIT_COMPARE(0));
    pass_edges(r, 10, US);
    nrf51_task(r, STOP); /* takes effect in the other QEMU */
    r = nrf51_migrate(r);
    g_assert_cmpuint(counter(r), ==, 10);
    nrf51_task(r, START);
    pass_edges(r, 2, US);
    g_assert_cmpuint(counter(r), <=, 11);
    pass_edges(r, 11, US);
    g_assert_cmpuint(nrf51_read(r, AT(COMPARE, 0)), ==, 1);
    finish(r);
}

#define TEST(name) qtest_add_func("/nrf51-rtc/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(reset_values);
    TEST(registers_keep_what_their_bits_can_hold);
    TEST(evten_can_be_set_and_cleared_by_bits);
    TEST(power_off_resets_everything);
    TEST(counts_at_32768_hz_over_prescaler_plus_1);
    TEST(steps_at_the_edge);
    TEST(an_hour_does_not_drift);
    TEST(stands_still_without_lfclk);
    TEST(tasks_take_effect_at_an_edge);
    TEST(prescaler_is_writable_only_while_stopped);
    TEST(clear_restarts_the_prescaler);
    TEST(trigovrflw_is_16_steps_before_overflow);
    TEST(events_happen_only_if_enabled_in_evten_or_inten);
    TEST(enabling_an_event_does_not_bring_back_the_past);
    TEST(each_step_is_a_tick);
    TEST(each_channel_compares);
    TEST(interrupts_follow_event_and_inten);
    TEST(ppi_sees_what_evten_lets_through);
    TEST(a_task_by_ppi_takes_effect_at_an_edge_too);
    TEST(rtc0_starts_and_clears_timer0_over_fixed_channels);
    TEST(cc_two_ahead_always_happens);
    TEST(cc_one_ahead_happens_if_written_early_in_the_period);
    TEST(cc_equal_to_the_counter_does_not_happen);
    TEST(the_former_cc_holds_until_the_new_one_takes_effect);
    TEST(a_compare_passed_before_it_was_written_happens_late);
    TEST(it_is_lost_when_later_than_the_property_says);
    TEST(a_late_handler_loses_no_beat);
    TEST(a_running_rtc_migrates);
    return g_test_run();
}
