/*
 * RNG of the nRF51: a random value every 167 or 677 us
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "nrf_block.h"

#define RNG_ID       13
#define START        0x000
#define STOP         0x004
#define VALRDY       0x100
#define CONFIG       0x504
#define VALUE        0x508
#define VALRDY_STOP  1
#define DERCEN       1
#define RAW_NS       167000
#define CORRECTED_NS 677000
#define SEED         "-seed 1"

static struct block start(void)
{
    return block_start(RNG_ID, SEED);
}

static void registers_reset_and_keep_their_bits(void)
{
    static const struct block_register table[] = {
        { START, 0, 0 },          { STOP, 0, 0 },     { VALRDY, 0, 0 },
        { BLOCK_SHORTS, 0, 0x1 }, { CONFIG, 0, 0x1 }, { VALUE, 0, 0 },
    };
    struct block b = start();

    block_check_registers(b, table, G_N_ELEMENTS(table));
    block_check_inten(b, 0x1);
    block_finish(b);
}

/* 100 values, so that an error of 1 ns per value shows. */
static void values_come_at_their_rate(void)
{
    struct block b = start();

    block_task(b, START);
    for (int i = 0; i < 100; i++) {
        block_expect_in(b, VALRDY, RAW_NS);
    }
    block_task(b, STOP);
    block_write(b, CONFIG, DERCEN);
    block_task(b, START);
    for (int i = 0; i < 100; i++) {
        block_expect_in(b, VALRDY, CORRECTED_NS);
    }
    block_finish(b);
}

static void correction_counts_from_the_next_value(void)
{
    struct block b = start();

    block_task(b, START);
    block_write(b, CONFIG, DERCEN);
    block_expect_in(b, VALRDY, RAW_NS);
    block_expect_in(b, VALRDY, CORRECTED_NS);
    block_finish(b);
}

static void stop_discards_the_value_under_way(void)
{
    struct block b = start();
    uint32_t last;

    block_task(b, START);
    block_expect_in(b, VALRDY, RAW_NS);
    last = block_read(b, VALUE);
    block_pass(b, RAW_NS - 1);
    block_task(b, STOP);
    block_expect_none(b, VALRDY, 10 * CORRECTED_NS);
    g_assert_cmphex(block_read(b, VALUE), ==, last);
    block_task(b, START);
    block_expect_in(b, VALRDY, RAW_NS); /* from the beginning */
    block_finish(b);
}

static void a_second_start_does_not_begin_again(void)
{
    struct block b = start();

    block_task(b, START);
    block_pass(b, 100000);
    block_task(b, START);
    block_expect_in(b, VALRDY, RAW_NS - 100000);
    block_finish(b);
}

static void the_short_stops_after_each_value(void)
{
    struct block b = start();

    block_write(b, BLOCK_SHORTS, VALRDY_STOP);
    for (int i = 0; i < 3; i++) {
        block_task(b, START);
        block_expect_in(b, VALRDY, RAW_NS);
        block_expect_none(b, VALRDY, 10 * RAW_NS);
    }
    block_finish(b);
}

/* The short acts also while VALRDY was not cleared. */
static void the_short_needs_no_cleared_event(void)
{
    struct block b = start();
    uint32_t last;

    block_task(b, START);
    block_pass(b, RAW_NS);
    block_write(b, BLOCK_SHORTS, VALRDY_STOP);
    block_pass(b, RAW_NS);
    block_write(b, VALRDY, 0);
    last = block_read(b, VALUE);
    block_expect_none(b, VALRDY, 10 * RAW_NS);
    g_assert_cmphex(block_read(b, VALUE), ==, last);
    block_finish(b);
}

/*
 * 4096 values of 8 bits: each of 256 comes 16 times on average; the sum of
 * (n - 16)^2 / 16 has mean 255 and deviation 22.6, so 400 is over 6 of them.
 */
static void values_are_spread_evenly(void)
{
    struct block b = start();
    unsigned seen[256] = { 0 };
    double chi2 = 0;

    block_task(b, START);
    for (int i = 0; i < 4096; i++) {
        uint32_t value;

        block_pass(b, RAW_NS);
        value = block_read(b, VALUE);
        g_assert_cmphex(value, <=, 0xff);
        seen[value]++;
    }
    for (int i = 0; i < 256; i++) {
        chi2 += ((double)seen[i] - 16) * ((double)seen[i] - 16) / 16;
    }
    g_assert_cmpfloat(chi2, <, 400);
    block_finish(b);
}

static void values_repeat_with_the_seed_only(void)
{
    uint32_t values[3] = { 0 };

    for (int run = 0; run < 3; run++) {
        struct block b = block_start(RNG_ID, run < 2 ? SEED : "-seed 2");

        block_task(b, START);
        for (int i = 0; i < 4; i++) {
            block_pass(b, RAW_NS);
            values[run] = values[run] << 8 | block_read(b, VALUE);
        }
        block_finish(b);
    }
    g_assert_cmphex(values[0], ==, values[1]);
    g_assert_cmphex(values[0], !=, values[2]);
}

static void the_interrupt_is_number_13(void)
{
    struct block b = start();

    block_write(b, BLOCK_INTENSET, 1);
    block_task(b, START);
    block_pass(b, RAW_NS - 1);
    g_assert_false(qtest_get_irq(b.qts, RNG_ID));
    block_pass(b, 1);
    g_assert_true(qtest_get_irq(b.qts, RNG_ID));
    block_write(b, BLOCK_INTENCLR, 1);
    g_assert_false(qtest_get_irq(b.qts, RNG_ID));
    block_finish(b);
}

/* VALRDY starts a measurement of TEMP, whose end stops the generator. */
static void ppi_joins_it_to_others(void)
{
    struct block b = start();
    struct block temp = { .qts = b.qts, .id = 12 };

    block_join(b, 0, block_address(b, VALRDY), block_address(temp, START));
    block_join(b, 1, block_address(temp, 0x100), block_address(b, STOP));
    block_task(b, START);
    block_expect_in(b, VALRDY, RAW_NS);
    block_expect_in(temp, 0x100, 35000);
    block_expect_none(b, VALRDY, 10 * RAW_NS);
    block_finish(b);
}

static void power_off_stops_it(void)
{
    struct block b = start();

    block_write(b, BLOCK_SHORTS, VALRDY_STOP);
    block_write(b, CONFIG, DERCEN);
    block_task(b, START);
    block_write(b, BLOCK_POWER, 0);
    block_write(b, BLOCK_POWER, 1);
    block_expect_none(b, VALRDY, 10 * CORRECTED_NS);
    block_task(b, START);
    block_expect_in(b, VALRDY, RAW_NS);
    block_expect_in(b, VALRDY, RAW_NS);
    block_finish(b);
}

static void value_and_time_migrate(void)
{
    struct block b = start();
    uint32_t value = 0;

    block_pass(b, 12345); /* so that no multiple of the period is due */
    block_task(b, START);
    while (value == 0) { /* 0 would prove nothing */
        block_expect_in(b, VALRDY, RAW_NS);
        value = block_read(b, VALUE);
    }
    block_pass(b, 66999);
    b = block_migrate(b);
    g_assert_cmphex(block_read(b, VALUE), ==, value);
    block_expect_in(b, VALRDY, RAW_NS - 67000);
    block_expect_in(b, VALRDY, RAW_NS);
    block_finish(b);
}

#define TEST(name) qtest_add_func("/nrf51-rng/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(registers_reset_and_keep_their_bits);
    TEST(values_come_at_their_rate);
    TEST(correction_counts_from_the_next_value);
    TEST(stop_discards_the_value_under_way);
    TEST(a_second_start_does_not_begin_again);
    TEST(the_short_stops_after_each_value);
    TEST(the_short_needs_no_cleared_event);
    TEST(values_are_spread_evenly);
    TEST(values_repeat_with_the_seed_only);
    TEST(the_interrupt_is_number_13);
    TEST(ppi_joins_it_to_others);
    TEST(power_off_stops_it);
    TEST(value_and_time_migrate);
    return g_test_run();
}
