/*
 * LPCOMP of the nRF51: a pin's voltage crosses a reference
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "net.h"
#include "nrf_block.h"

#define LPCOMP_ID  19
#define START      0x000
#define STOP       0x004
#define SAMPLE     0x008
#define READY      0x100
#define DOWN       0x104
#define UP         0x108
#define CROSS      0x10c
#define RESULT     0x400
#define ENABLE     0x500
#define PSEL       0x504
#define REFSEL     0x508
#define EXTREFSEL  0x50c
#define ANADETECT  0x520
#define STARTUP_NS 40000
#define AREF       7

#define READY_SAMPLE 0x01
#define READY_STOP   0x02
#define DOWN_STOP    0x04
#define UP_STOP      0x08
#define CROSS_STOP   0x10

#define AIN       6 /* on pin 5 */
#define PIN_AIN   5
#define PIN_AIN2  1
#define PIN_AREF0 0
#define PIN_AREF1 6

#define POWER_RESETREAS  0x40000400
#define POWER_SYSTEMOFF  0x40000500
#define RESETREAS_LPCOMP 0x20000

/* Half of the supply, which is 3000 mV */
#define HALF  3
#define BELOW 1400
#define ABOVE 1600

static struct block start_with(uint32_t refsel, uint32_t shorts)
{
    struct block b = block_start(LPCOMP_ID, "");

    block_write(b, PSEL, AIN);
    block_write(b, REFSEL, refsel);
    block_write(b, BLOCK_SHORTS, shorts);
    block_write(b, ENABLE, 1);
    return b;
}

/* Running, below half of the supply */
static struct block start(void)
{
    struct block b = start_with(HALF, 0);

    net_feed(b.qts, PIN_AIN, BELOW);
    block_task(b, START);
    block_expect_in(b, READY, STARTUP_NS);
    return b;
}

static bool sample(struct block b)
{
    block_task(b, SAMPLE);
    return block_read(b, RESULT);
}

/* Exactly these events; then they are cleared. */
static void expect_events(struct block b, bool up, bool down)
{
    g_assert_cmpuint(block_read(b, UP), ==, up);
    g_assert_cmpuint(block_read(b, DOWN), ==, down);
    g_assert_cmpuint(block_read(b, CROSS), ==, up || down);
    block_write(b, UP, 0);
    block_write(b, DOWN, 0);
    block_write(b, CROSS, 0);
}

static void registers_reset_and_keep_their_bits(void)
{
    static const struct block_register table[] = {
        { START, 0, 0 },     { STOP, 0, 0 },   { SAMPLE, 0, 0 },
        { READY, 0, 0 },     { DOWN, 0, 0 },   { UP, 0, 0 },
        { CROSS, 0, 0 },     { RESULT, 0, 0 }, { BLOCK_SHORTS, 0, 0x1f },
        { PSEL, 0, 7 },      { REFSEL, 0, 7 }, { EXTREFSEL, 0, 1 },
        { ANADETECT, 0, 3 }, { ENABLE, 0, 3 },
    };
    struct block b = block_start(LPCOMP_ID, "");

    block_check_registers(b, table, G_N_ELEMENTS(table));
    block_check_inten(b, 0xf);
    block_finish(b);
}

static void start_takes_its_time(void)
{
    struct block b = start_with(HALF, 0);

    net_feed(b.qts, PIN_AIN, BELOW);
    block_task(b, START);
    block_pass(b, STARTUP_NS - 1);
    net_feed(b.qts, PIN_AIN, ABOVE);
    expect_events(b, false, false); /* it does not compare yet */
    block_expect_in(b, READY, 1);
    expect_events(b, false, false);
    g_assert_true(sample(b));
    block_task(b, START); /* it runs already */
    block_expect_none(b, READY, 2 * STARTUP_NS);
    block_finish(b);
}

static void crossings_are_told(void)
{
    struct block b = start();

    g_assert_false(sample(b));
    net_feed(b.qts, PIN_AIN, ABOVE);
    expect_events(b, true, false);
    g_assert_false(block_read(b, RESULT)); /* as sampled */
    g_assert_true(sample(b));
    net_feed(b.qts, PIN_AIN, 3000);
    expect_events(b, false, false);
    net_feed(b.qts, PIN_AIN, BELOW);
    expect_events(b, false, true);
    g_assert_false(sample(b));
    block_finish(b);
}

/* n + 1 eighths of 3000 mV: 375 mV each; equal is not above */
static void references_are_eighths_of_the_supply(void)
{
    for (unsigned refsel = 0; refsel < AREF; refsel++) {
        int mv = 375 * (refsel + 1);
        struct block b = start_with(refsel, 0);

        net_feed(b.qts, PIN_AIN, mv);
        block_task(b, START);
        block_expect_in(b, READY, STARTUP_NS);
        g_assert_false(sample(b));
        net_feed(b.qts, PIN_AIN, mv + 1);
        expect_events(b, true, false);
        net_feed(b.qts, PIN_AIN, mv);
        expect_events(b, false, true);
        block_finish(b);
    }
}

static void a_pin_can_be_the_reference(void)
{
    static const uint8_t pins[] = { PIN_AREF0, PIN_AREF1 };

    for (unsigned n = 0; n < G_N_ELEMENTS(pins); n++) {
        struct block b = start_with(AREF, 0);

        block_write(b, EXTREFSEL, n);
        net_feed(b.qts, pins[n], 1000);
        net_feed(b.qts, PIN_AIN, 1200);
        block_task(b, START);
        block_expect_in(b, READY, STARTUP_NS);
        g_assert_true(sample(b));
        net_feed(b.qts, pins[n], 1400); /* the reference moves */
        expect_events(b, false, true);
        net_feed(b.qts, pins[n], 1000);
        expect_events(b, true, false);
        net_feed(b.qts, pins[1 - n], 2000); /* the other one does not count */
        expect_events(b, false, false);
        block_finish(b);
    }
}

static void the_input_can_be_changed_while_it_runs(void)
{
    struct block b = start();

    net_feed(b.qts, PIN_AIN2, ABOVE);
    expect_events(b, false, false);
    block_write(b, PSEL, 2);
    expect_events(b, false, false);
    g_assert_true(sample(b));
    net_feed(b.qts, PIN_AIN, ABOVE);
    expect_events(b, false, false);
    net_feed(b.qts, PIN_AIN2, BELOW);
    expect_events(b, false, true);
    block_finish(b);
}

static void stop_ends_comparing(void)
{
    struct block b = start();

    block_task(b, STOP);
    net_feed(b.qts, PIN_AIN, ABOVE);
    expect_events(b, false, false);
    g_assert_false(sample(b));
    block_task(b, START);
    block_task(b, STOP);
    block_expect_none(b, READY, 2 * STARTUP_NS);
    block_finish(b);
}

static void a_disabled_comparator_does_nothing(void)
{
    struct block b = block_start(LPCOMP_ID, "");

    block_task(b, START);
    block_expect_none(b, READY, 2 * STARTUP_NS);
    block_finish(b);
    b = start();
    block_write(b, ENABLE, 0);
    net_feed(b.qts, PIN_AIN, ABOVE);
    expect_events(b, false, false);
    block_finish(b);
}

static void shorts_sample_and_stop(void)
{
    static const struct {
        uint32_t shorts;
        bool stops_up;
        bool stops_down;
    } rows[] = { { UP_STOP, true, false },
                 { DOWN_STOP, false, true },
                 { CROSS_STOP, true, true } };
    struct block b = start_with(HALF, READY_SAMPLE | READY_STOP);

    net_feed(b.qts, PIN_AIN, ABOVE);
    block_task(b, START);
    block_expect_in(b, READY, STARTUP_NS);
    g_assert_cmpuint(block_read(b, RESULT), ==, 1);
    net_feed(b.qts, PIN_AIN, BELOW);
    expect_events(b, false, false);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        block_write(b, BLOCK_SHORTS, rows[i].shorts);
        block_task(b, START);
        block_expect_in(b, READY, STARTUP_NS);
        net_feed(b.qts, PIN_AIN, ABOVE);
        expect_events(b, true, false);
        net_feed(b.qts, PIN_AIN, BELOW);
        expect_events(b, false, !rows[i].stops_up);
        net_feed(b.qts, PIN_AIN, ABOVE);
        expect_events(b, !rows[i].stops_up && !rows[i].stops_down, false);
        net_feed(b.qts, PIN_AIN, BELOW);
        expect_events(b, false, false);
        block_task(b, STOP);
    }
    block_finish(b);
}

static void the_interrupt_is_number_19(void)
{
    struct block b = start();

    block_write(b, BLOCK_INTENSET, 4); /* UP */
    g_assert_false(qtest_get_irq(b.qts, LPCOMP_ID));
    net_feed(b.qts, PIN_AIN, ABOVE);
    g_assert_true(qtest_get_irq(b.qts, LPCOMP_ID));
    block_write(b, UP, 0);
    g_assert_false(qtest_get_irq(b.qts, LPCOMP_ID));
    block_finish(b);
}

static void ppi_takes_part(void)
{
    struct block b = start();

    block_join(b, 4, block_address(b, CROSS), block_address(b, SAMPLE));
    net_feed(b.qts, PIN_AIN, ABOVE);
    g_assert_cmpuint(block_read(b, RESULT), ==, 1);
    net_feed(b.qts, PIN_AIN, BELOW);
    g_assert_cmpuint(block_read(b, RESULT), ==, 0);
    block_finish(b);
}

/* ANADETECT CROSS, UP, DOWN; on the way up and on the way down */
static void anadetect_wakes_from_system_off(void)
{
    static const bool wakes[][2] = { { true, true },
                                     { true, false },
                                     { false, true } };

    for (unsigned choice = 0; choice < G_N_ELEMENTS(wakes); choice++) {
        for (unsigned down = 0; down < 2; down++) {
            struct block b = start_with(HALF, 0);
            uint32_t reasons;

            net_feed(b.qts, PIN_AIN, down ? ABOVE : BELOW);
            block_write(b, ANADETECT, choice);
            block_task(b, START);
            block_expect_in(b, READY, STARTUP_NS);
            qtest_writel(b.qts, POWER_RESETREAS, 0xffffffff);
            qtest_writel(b.qts, POWER_SYSTEMOFF, 1);
            net_feed(b.qts, PIN_AIN, down ? BELOW : ABOVE);
            block_pass(b, 1000000);
            reasons = qtest_readl(b.qts, POWER_RESETREAS);
            g_assert_cmphex(reasons & RESETREAS_LPCOMP, ==,
                            wakes[choice][down] ? RESETREAS_LPCOMP : 0);
            block_finish(b);
        }
    }
}

static void power_off_and_reset_end_it(void)
{
    struct block b = start();

    block_write(b, BLOCK_POWER, 0);
    block_write(b, BLOCK_POWER, 1);
    net_feed(b.qts, PIN_AIN, ABOVE);
    expect_events(b, false, false);
    block_finish(b);
    b = start();
    qtest_system_reset(b.qts);
    net_feed(b.qts, PIN_AIN, ABOVE);
    expect_events(b, false, false);
    block_finish(b);
}

static void it_goes_on_after_migration(void)
{
    struct block b = start();

    net_feed(b.qts, PIN_AIN, ABOVE);
    expect_events(b, true, false);
    b = block_migrate(b);
    expect_events(b, false, false); /* no crossing */
    g_assert_true(sample(b));
    net_feed(b.qts, PIN_AIN, BELOW);
    expect_events(b, false, true);
    block_task(b, STOP);
    block_task(b, START);
    block_pass(b, STARTUP_NS / 2 - 1);
    b = block_migrate(b);
    block_expect_in(b, READY, STARTUP_NS / 2);
    block_finish(b);
}

#define TEST(name) qtest_add_func("/nrf51-lpcomp/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(registers_reset_and_keep_their_bits);
    TEST(start_takes_its_time);
    TEST(crossings_are_told);
    TEST(references_are_eighths_of_the_supply);
    TEST(a_pin_can_be_the_reference);
    TEST(the_input_can_be_changed_while_it_runs);
    TEST(stop_ends_comparing);
    TEST(a_disabled_comparator_does_nothing);
    TEST(shorts_sample_and_stop);
    TEST(the_interrupt_is_number_19);
    TEST(ppi_takes_part);
    TEST(anadetect_wakes_from_system_off);
    TEST(power_off_and_reset_end_it);
    TEST(it_goes_on_after_migration);
    return g_test_run();
}
