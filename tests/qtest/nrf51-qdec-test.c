/*
 * QDEC of the nRF51: steps of a rotary encoder on two pins; and SWI
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "net.h"
#include "nrf_block.h"

#define QDEC_ID    18
#define START      0x000
#define STOP       0x004
#define READCLRACC 0x008
#define SAMPLERDY  0x100
#define REPORTRDY  0x104
#define ACCOF      0x108
#define ENABLE     0x500
#define LEDPOL     0x504
#define SAMPLEPER  0x508
#define SAMPLE     0x50c
#define REPORTPER  0x510
#define ACC        0x514
#define ACCREAD    0x518
#define PSELLED    0x51c
#define PSELA      0x520
#define PSELB      0x524
#define DBFEN      0x528
#define LEDPRE     0x540
#define ACCDBL     0x544
#define ACCDBLREAD 0x548

#define REPORTRDY_READCLRACC 1
#define SAMPLERDY_STOP       2
#define PERIOD_NS            128000
#define NO_PIN               0xffffffff
#define PIN_A                21
#define PIN_B                22
#define PIN_LED              23

/* GPIO drives the pins that the decoder looks at. */
static void set_phases(struct block b, unsigned a, unsigned phase_b)
{
    qtest_writel(b.qts, GPIO_OUT, a << PIN_A | phase_b << PIN_B);
}

/* Enabled on its pins, both phases low */
static struct block start_stopped(void)
{
    struct block b = block_start(QDEC_ID, "");

    qtest_writel(b.qts, GPIO_DIRSET, 1u << PIN_A | 1u << PIN_B);
    set_phases(b, 0, 0);
    block_write(b, PSELA, PIN_A);
    block_write(b, PSELB, PIN_B);
    block_write(b, ENABLE, 1);
    return b;
}

static struct block start(void)
{
    struct block b = start_stopped();

    block_task(b, START);
    return b;
}

static int get(struct block b, uint32_t offset)
{
    return (int32_t)block_read(b, offset);
}

/* The next sample */
static int take(struct block b)
{
    block_expect_in(b, SAMPLERDY, PERIOD_NS);
    return get(b, SAMPLE);
}

/* One step forward: 00, 01, 11, 10 as A and B */
static void turn(struct block b, unsigned position)
{
    position &= 3;
    set_phases(b, position >= 2, position == 1 || position == 2);
}

static void registers_reset_and_keep_their_bits(void)
{
    static const struct block_register table[] = {
        { START, 0, 0 },           { STOP, 0, 0 },
        { READCLRACC, 0, 0 },      { SAMPLERDY, 0, 0 },
        { REPORTRDY, 0, 0 },       { ACCOF, 0, 0 },
        { BLOCK_SHORTS, 0, 3 },    { LEDPOL, 0, 1 },
        { SAMPLEPER, 0, 7 },       { SAMPLE, 0, 0 },
        { REPORTPER, 0, 7 },       { ACC, 0, 0 },
        { ACCREAD, 0, 0 },         { PSELLED, NO_PIN, NO_PIN },
        { PSELA, NO_PIN, NO_PIN }, { PSELB, NO_PIN, NO_PIN },
        { DBFEN, 0, 1 },           { LEDPRE, 0x10, 0x1ff },
        { ACCDBL, 0, 0 },          { ACCDBLREAD, 0, 0 },
        { ENABLE, 0, 1 },
    };
    struct block b = block_start(QDEC_ID, "");

    block_check_registers(b, table, G_N_ELEMENTS(table));
    block_check_inten(b, 0x7);
    block_finish(b);
}

static void samples_come_at_their_period(void)
{
    struct block b = start_stopped();

    for (unsigned n = 0; n < 8; n++) {
        block_write(b, SAMPLEPER, n);
        block_task(b, START);
        block_expect_in(b, SAMPLERDY, (int64_t)PERIOD_NS << n);
        block_expect_in(b, SAMPLERDY, (int64_t)PERIOD_NS << n);
        block_task(b, STOP);
        block_expect_none(b, SAMPLERDY, (int64_t)PERIOD_NS << (n + 1));
    }
    block_finish(b);
}

/* The table of the manual: pairs A and B, before and now */
static void pairs_of_levels_are_steps(void)
{
    static const int steps[4][4] = {
        { 0, 1, -1, 2 },
        { -1, 0, 2, 1 },
        { 1, 2, 0, -1 },
        { 2, -1, 1, 0 },
    };
    struct block b = start();

    for (unsigned before = 0; before < 4; before++) {
        for (unsigned now = 0; now < 4; now++) {
            int acc, doubles;

            set_phases(b, before >> 1, before & 1);
            take(b);
            acc = get(b, ACC);
            doubles = get(b, ACCDBL);
            set_phases(b, now >> 1, now & 1);
            g_assert_cmpint(take(b), ==, steps[before][now]);
            g_assert_cmpint(get(b, ACC) - acc, ==,
                            steps[before][now] == 2 ? 0 : steps[before][now]);
            g_assert_cmpint(get(b, ACCDBL) - doubles, ==,
                            steps[before][now] == 2);
            take(b); /* it stays where it is */
            g_assert_cmpint(get(b, SAMPLE), ==, 0);
        }
    }
    block_finish(b);
}

static void turning_back_takes_away(void)
{
    struct block b = start();

    for (unsigned i = 1; i <= 10; i++) {
        turn(b, i);
        g_assert_cmpint(take(b), ==, 1);
    }
    g_assert_cmpint(get(b, ACC), ==, 10);
    for (unsigned i = 9; i != 9u - 15; i--) {
        turn(b, i);
        g_assert_cmpint(take(b), ==, -1);
    }
    g_assert_cmpint(get(b, ACC), ==, -5);
    block_task(b, READCLRACC);
    g_assert_cmpint(get(b, ACCREAD), ==, -5);
    g_assert_cmpint(get(b, ACC), ==, 0);
    block_finish(b);
}

static void reports_come_when_something_moved(void)
{
    static const unsigned samples[] = { 10, 40, 80, 120, 160, 200, 240, 280 };

    struct block b = start_stopped();

    block_write(b, BLOCK_SHORTS, REPORTRDY_READCLRACC);
    for (unsigned n = 0; n < G_N_ELEMENTS(samples); n++) {
        block_write(b, REPORTPER, n);
        block_task(b, START);
        turn(b, 1);
        block_expect_in(b, REPORTRDY, (int64_t)PERIOD_NS * samples[n]);
        g_assert_cmpint(get(b, ACCREAD), ==, 1);
        g_assert_cmpint(get(b, ACC), ==, 0);
        block_expect_none(b, REPORTRDY, (int64_t)PERIOD_NS * samples[n]);
        turn(b, 0);
        block_expect_in(b, REPORTRDY, (int64_t)PERIOD_NS * samples[n]);
        g_assert_cmpint(get(b, ACCREAD), ==, -1);
        block_task(b, STOP);
    }
    block_finish(b);
}

static void sums_do_not_wrap(void)
{
    struct block b = start();

    for (unsigned i = 1; i <= 1023; i++) {
        turn(b, i);
        block_pass(b, PERIOD_NS);
    }
    g_assert_cmpint(get(b, ACC), ==, 1023);
    g_assert_cmpint(get(b, ACCOF), ==, 0);
    turn(b, 1024);
    block_expect_in(b, ACCOF, PERIOD_NS);
    g_assert_cmpint(get(b, ACC), ==, 1023);
    g_assert_cmpint(get(b, SAMPLE), ==, 1);
    turn(b, 1023);
    block_pass(b, PERIOD_NS);
    g_assert_cmpint(get(b, ACC), ==, 1022);
    block_finish(b);
}

static void double_steps_are_counted_up_to_15(void)
{
    struct block b = start();

    for (unsigned i = 1; i <= 15; i++) {
        set_phases(b, i & 1, i & 1);
        block_pass(b, PERIOD_NS);
    }
    g_assert_cmpint(get(b, ACCDBL), ==, 15);
    g_assert_cmpint(get(b, ACCOF), ==, 0);
    set_phases(b, 0, 0);
    block_expect_in(b, ACCOF, PERIOD_NS);
    g_assert_cmpint(get(b, ACCDBL), ==, 15);
    block_task(b, READCLRACC);
    g_assert_cmpint(get(b, ACCDBLREAD), ==, 15);
    g_assert_cmpint(get(b, ACCDBL), ==, 0);
    block_finish(b);
}

static void levels_between_samples_do_not_count(void)
{
    struct block b = start();

    block_pass(b, PERIOD_NS / 2);
    turn(b, 1);
    turn(b, 0);
    block_expect_in(b, SAMPLERDY, PERIOD_NS / 2);
    g_assert_cmpint(get(b, SAMPLE), ==, 0);
    block_finish(b);
}

static void the_filter_waits_for_a_steady_level(void)
{
    struct block b = start_stopped();

    block_write(b, DBFEN, 1);
    block_task(b, START);
    take(b);
    block_pass(b, 1);
    turn(b, 1); /* less than a period before the next sample */
    block_expect_in(b, SAMPLERDY, PERIOD_NS - 1);
    g_assert_cmpint(get(b, SAMPLE), ==, 0);
    g_assert_cmpint(take(b), ==, 1);
    block_finish(b);
}

static void the_short_stops_after_one_sample(void)
{
    struct block b = start_stopped();

    block_write(b, BLOCK_SHORTS, SAMPLERDY_STOP);
    block_task(b, START);
    turn(b, 1);
    g_assert_cmpint(take(b), ==, 1);
    block_expect_none(b, SAMPLERDY, 10 * PERIOD_NS);
    g_assert_cmpint(get(b, ACC), ==, 1);
    block_finish(b);
}

static void the_led_is_on_before_each_sample(void)
{
    for (unsigned polarity = 0; polarity < 2; polarity++) {
        struct block b = start_stopped();

        block_write(b, LEDPOL, polarity);
        block_write(b, LEDPRE, 100);
        block_write(b, PSELLED, PIN_LED);
        g_assert_cmpuint(net_level(b.qts, PIN_LED), ==, !polarity);
        block_task(b, START);
        for (int i = 0; i < 2; i++) {
            block_pass(b, PERIOD_NS - 100000 - 1);
            g_assert_cmpuint(net_level(b.qts, PIN_LED), ==, !polarity);
            block_pass(b, 1);
            g_assert_cmpuint(net_level(b.qts, PIN_LED), ==, polarity);
            block_expect_in(b, SAMPLERDY, 100000);
            g_assert_cmpuint(net_level(b.qts, PIN_LED), ==, !polarity);
        }
        block_finish(b);
    }
}

static void the_led_stays_on_with_the_filter_or_a_long_time(void)
{
    for (unsigned filter = 0; filter < 2; filter++) {
        struct block b = start_stopped();

        block_write(b, LEDPOL, 1);
        block_write(b, DBFEN, filter);
        block_write(b, LEDPRE, filter ? 1 : 128);
        block_write(b, PSELLED, PIN_LED);
        block_task(b, START);
        for (int i = 0; i < 4; i++) {
            g_assert_true(net_level(b.qts, PIN_LED));
            block_pass(b, PERIOD_NS / 2);
        }
        block_task(b, STOP);
        g_assert_false(net_level(b.qts, PIN_LED));
        block_finish(b);
    }
}

static void a_disabled_decoder_does_nothing(void)
{
    struct block b = start();

    block_write(b, ENABLE, 0);
    block_expect_none(b, SAMPLERDY, 2 * PERIOD_NS);
    block_task(b, START);
    block_expect_none(b, SAMPLERDY, 2 * PERIOD_NS);
    block_finish(b);
}

static void the_interrupt_is_number_18(void)
{
    struct block b = start();

    block_write(b, BLOCK_INTENSET, 1);
    block_pass(b, PERIOD_NS - 1);
    g_assert_false(qtest_get_irq(b.qts, QDEC_ID));
    block_pass(b, 1);
    g_assert_true(qtest_get_irq(b.qts, QDEC_ID));
    block_write(b, SAMPLERDY, 0);
    g_assert_false(qtest_get_irq(b.qts, QDEC_ID));
    block_finish(b);
}

static void ppi_starts_and_stops_it(void)
{
    struct block b = start_stopped();

    block_join(b, 1, block_address(b, SAMPLERDY), block_address(b, STOP));
    block_task(b, START);
    block_expect_in(b, SAMPLERDY, PERIOD_NS);
    block_expect_none(b, SAMPLERDY, 10 * PERIOD_NS);
    block_finish(b);
}

static void power_off_ends_it(void)
{
    struct block b = start();

    block_write(b, BLOCK_POWER, 0);
    block_write(b, BLOCK_POWER, 1);
    block_expect_none(b, SAMPLERDY, 10 * PERIOD_NS);
    block_finish(b);
}

static void it_goes_on_after_migration(void)
{
    struct block b = start_stopped();

    block_write(b, LEDPOL, 1);
    block_write(b, LEDPRE, 100);
    block_write(b, PSELLED, PIN_LED);
    block_task(b, START);
    turn(b, 1);
    take(b);
    block_pass(b, PERIOD_NS - 50001);
    b = block_migrate(b);
    g_assert_true(net_level(b.qts, PIN_LED));
    turn(b, 2);
    block_expect_in(b, SAMPLERDY, 50000);
    g_assert_cmpint(get(b, SAMPLE), ==, 1);
    g_assert_cmpint(get(b, ACC), ==, 2);
    g_assert_false(net_level(b.qts, PIN_LED));
    block_finish(b);
}

/* SWI0 to SWI5: numbers 20 to 25 */

#define SWI0_ID   20
#define SWI5_ID   25
#define NVIC_ISPR 0xe000e200
#define NVIC_ICPR 0xe000e280

static void software_interrupts_have_no_registers_but_power(void)
{
    for (unsigned id = SWI0_ID; id <= SWI5_ID; id++) {
        struct block b = block_start(id, "");

        for (uint32_t offset = 0; offset < 0xffc; offset += 4) {
            block_write(b, offset, 0xffffffff);
            g_assert_cmphex(block_read(b, offset), ==, 0);
        }
        g_assert_cmphex(block_read(b, BLOCK_POWER), ==, 1);
        g_assert_false(qtest_get_irq(b.qts, id));
        block_finish(b);
    }
}

static void software_interrupts_can_be_made_pending(void)
{
    QTestState *qts = qtest_init("-M microbit");

    for (unsigned id = SWI0_ID; id <= SWI5_ID; id++) {
        qtest_writel(qts, NVIC_ISPR, 1u << id);
        g_assert_cmphex(qtest_readl(qts, NVIC_ISPR), ==, 1u << id);
        qtest_writel(qts, NVIC_ICPR, 1u << id);
        g_assert_cmphex(qtest_readl(qts, NVIC_ISPR), ==, 0);
    }
    qtest_quit(qts);
}

#define TEST(name) qtest_add_func("/nrf51-qdec/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(registers_reset_and_keep_their_bits);
    TEST(samples_come_at_their_period);
    TEST(pairs_of_levels_are_steps);
    TEST(turning_back_takes_away);
    TEST(reports_come_when_something_moved);
    TEST(sums_do_not_wrap);
    TEST(double_steps_are_counted_up_to_15);
    TEST(levels_between_samples_do_not_count);
    TEST(the_filter_waits_for_a_steady_level);
    TEST(the_short_stops_after_one_sample);
    TEST(the_led_is_on_before_each_sample);
    TEST(the_led_stays_on_with_the_filter_or_a_long_time);
    TEST(a_disabled_decoder_does_nothing);
    TEST(the_interrupt_is_number_18);
    TEST(ppi_starts_and_stops_it);
    TEST(power_off_ends_it);
    TEST(it_goes_on_after_migration);
    TEST(software_interrupts_have_no_registers_but_power);
    TEST(software_interrupts_can_be_made_pending);
    return g_test_run();
}
