/*
 * WDT of the nRF51: reloads, the time-out, the reset
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "nrf_block.h"

#define WDT_ID    16
#define START     0x000
#define TIMEOUT   0x100
#define RUNSTATUS 0x400
#define REQSTATUS 0x404
#define CRV       0x504
#define RREN      0x508
#define CONFIG    0x50c
#define RR(n)     (0x600 + 4 * (n))
#define RELOAD    0x6e524635
#define RESETREAS 0x400 /* of POWER, which is block 0 */
#define PIN       0x1
#define DOG       0x2

/* 32768 cycles of 32768 Hz */
#define SECOND_CRV    32767
#define SECOND_NS     1000000000
#define TWO_CYCLES_NS 61035   /* 2 / 32768 s, rounded down */
#define SLICE_NS      3906250 /* 128 / 32768 s */

static struct block boot(const char *args)
{
    return block_start(WDT_ID, args);
}

static void start_wdt(struct block b, uint32_t crv, uint32_t rren)
{
    block_write(b, CRV, crv);
    block_write(b, RREN, rren);
    block_task(b, START);
}

static uint32_t reset_reasons(struct block b)
{
    return block_read((struct block){ .qts = b.qts, .id = 0 }, RESETREAS);
}

/* It has not reset the chip up to now; @ns later it does. */
static void expect_reset_in(struct block b, int64_t ns)
{
    block_pass(b, ns - 1);
    g_assert_cmpuint(block_read(b, RUNSTATUS), ==, 1);
    block_pass(b, 1);
    qtest_qmp_eventwait(b.qts, "RESET");
    g_assert_cmpuint(block_read(b, RUNSTATUS), ==, 0);
    g_assert_cmphex(reset_reasons(b), ==, DOG);
}

static void expect_no_reset(struct block b, int64_t ns)
{
    block_pass(b, ns);
    g_assert_cmpuint(block_read(b, RUNSTATUS), ==, 1);
    g_assert_cmpuint(block_read(b, TIMEOUT), ==, 0);
}

static void registers_reset_and_keep_their_bits(void)
{
    static const struct block_register table[] = {
        { START, 0, 0 },
        { TIMEOUT, 0, 0 },
        { RUNSTATUS, 0, 0 },
        { REQSTATUS, 0x01, 0x01 },
        { CRV, 0xffffffff, 0xffffffff },
        { RREN, 0x01, 0xff },
        { CONFIG, 0x01, 0x09 },
        { RR(0), 0, 0 },
        { RR(7), 0, 0 },
    };
    struct block b = boot("");

    /* all but START, which would lock them */
    block_check_registers(b, table + 1, G_N_ELEMENTS(table) - 1);
    g_assert_cmpuint(block_read(b, START), ==, 0);
    block_check_inten(b, 0x1);
    block_finish(b);
}

static void it_resets_the_chip_and_says_so(void)
{
    struct block b = boot("");

    start_wdt(b, SECOND_CRV, 1);
    g_assert_cmpuint(block_read(b, RUNSTATUS), ==, 1);
    expect_reset_in(b, SECOND_NS);
    g_assert_cmphex(block_read(b, CRV), ==, 0xffffffff);
    block_pass(b, 10LL * SECOND_NS); /* it is off */
    g_assert_cmpuint(block_read(b, TIMEOUT), ==, 0);
    block_finish(b);
}

static void times_follow_crv(void)
{
    static const struct {
        uint32_t crv;
        int64_t ns;
    } times[] = {
        { 0x0f, 488281 }, /* 16 / 32768 s = 488281.25 ns */
        { 99, 3051757 },  /* 100 / 32768 s = 3051757.8125 ns */
        { 65535, 2LL * SECOND_NS },
        { 0xffffffff, 131072LL * SECOND_NS },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        struct block b = boot("");

        start_wdt(b, times[i].crv, 1);
        expect_reset_in(b, times[i].ns);
        block_finish(b);
    }
}

static void with_the_interrupt_the_reset_waits_two_cycles(void)
{
    struct block b = boot("");

    block_write(b, BLOCK_INTENSET, 1);
    start_wdt(b, SECOND_CRV, 1);
    expect_no_reset(b, SECOND_NS - 1);
    g_assert_false(qtest_get_irq(b.qts, WDT_ID));
    block_pass(b, 1);
    g_assert_cmpuint(block_read(b, TIMEOUT), ==, 1);
    g_assert_true(qtest_get_irq(b.qts, WDT_ID));
    /* nothing averts it now */
    block_write(b, RR(0), RELOAD);
    block_write(b, BLOCK_INTENCLR, 1);
    block_write(b, TIMEOUT, 0);
    expect_reset_in(b, TWO_CYCLES_NS);
    block_finish(b);
}

static void the_word_of_reload_begins_again(void)
{
    struct block b = boot("");

    start_wdt(b, SECOND_CRV, 1);
    for (int i = 0; i < 5; i++) {
        expect_no_reset(b, SECOND_NS - 1);
        block_write(b, RR(0), RELOAD);
    }
    expect_reset_in(b, SECOND_NS);
    block_finish(b);
}

static void other_words_do_not(void)
{
    struct block b = boot("");

    start_wdt(b, SECOND_CRV, 1);
    expect_no_reset(b, SECOND_NS / 2);
    block_write(b, RR(0), RELOAD ^ 1);
    block_write(b, RR(0), 0);
    block_write(b, RR(1), RELOAD); /* not enabled */
    g_assert_cmphex(block_read(b, REQSTATUS), ==, 0x01);
    expect_reset_in(b, SECOND_NS / 2);
    block_finish(b);
}

static void all_enabled_registers_must_ask(void)
{
    struct block b = boot("");

    start_wdt(b, SECOND_CRV, 0xa4); /* 2, 5, 7 */
    g_assert_cmphex(block_read(b, REQSTATUS), ==, 0xa4);
    expect_no_reset(b, SECOND_NS / 2);
    block_write(b, RR(5), RELOAD);
    g_assert_cmphex(block_read(b, REQSTATUS), ==, 0x84);
    block_write(b, RR(5), RELOAD);
    block_write(b, RR(2), RELOAD);
    g_assert_cmphex(block_read(b, REQSTATUS), ==, 0x80);
    block_write(b, RR(7), RELOAD); /* the last */
    g_assert_cmphex(block_read(b, REQSTATUS), ==, 0xa4);
    expect_no_reset(b, SECOND_NS - 1);
    block_write(b, RR(7), RELOAD); /* one is not enough */
    expect_reset_in(b, 1);
    block_finish(b);
}

static void words_before_start_do_nothing(void)
{
    struct block b = boot("");

    block_write(b, CRV, SECOND_CRV);
    block_write(b, RR(0), RELOAD);
    block_pass(b, 10LL * SECOND_NS);
    g_assert_cmpuint(block_read(b, TIMEOUT), ==, 0);
    g_assert_cmphex(block_read(b, CRV), ==, SECOND_CRV); /* no reset */
    block_finish(b);
}

static void without_registers_there_is_no_reload(void)
{
    struct block b = boot("");

    start_wdt(b, SECOND_CRV, 0);
    expect_no_reset(b, SECOND_NS / 2);
    for (int i = 0; i < 8; i++) {
        block_write(b, RR(i), RELOAD);
    }
    expect_reset_in(b, SECOND_NS / 2);
    block_finish(b);
}

static void a_running_watchdog_cannot_be_changed(void)
{
    struct block b = boot("");

    block_write(b, RR(0), RELOAD); /* not yet */
    block_write(b, CONFIG, 0x09);
    start_wdt(b, SECOND_CRV, 0x03);
    g_assert_cmphex(block_read(b, REQSTATUS), ==, 0x03);
    block_write(b, CRV, 0xffffffff);
    block_write(b, RREN, 0xff);
    block_write(b, CONFIG, 0);
    g_assert_cmphex(block_read(b, CRV), ==, SECOND_CRV);
    g_assert_cmphex(block_read(b, RREN), ==, 0x03);
    g_assert_cmphex(block_read(b, CONFIG), ==, 0x09);
    expect_no_reset(b, SECOND_NS / 2);
    block_task(b, START); /* does not begin again */
    block_write(b, BLOCK_POWER, 0);
    g_assert_cmpuint(block_read(b, BLOCK_POWER), ==, 1);
    expect_reset_in(b, SECOND_NS / 2);
    block_finish(b);
}

static void resetreas_adds_and_is_cleared_by_ones(void)
{
    struct block b = boot("");

    g_assert_cmphex(reset_reasons(b), ==, 0);
    start_wdt(b, SECOND_CRV, 1);
    expect_reset_in(b, SECOND_NS);
    start_wdt(b, SECOND_CRV, 1);
    expect_reset_in(b, SECOND_NS); /* still set, again set */
    qtest_writel(b.qts, 0x40000000 + RESETREAS, 0x1);
    g_assert_cmphex(reset_reasons(b), ==, DOG);
    qtest_writel(b.qts, 0x40000000 + RESETREAS, DOG);
    g_assert_cmphex(reset_reasons(b), ==, 0);
    start_wdt(b, SECOND_CRV, 1);
    expect_reset_in(b, SECOND_NS);
    qtest_system_reset(b.qts); /* by pin */
    g_assert_cmphex(reset_reasons(b), ==, PIN | DOG);
    block_finish(b);
}

static void a_reset_stops_it(void)
{
    struct block b = boot("");

    start_wdt(b, SECOND_CRV, 1);
    qtest_system_reset(b.qts);
    g_assert_cmpuint(block_read(b, RUNSTATUS), ==, 0);
    block_pass(b, 10LL * SECOND_NS);
    g_assert_cmphex(reset_reasons(b), ==, PIN);
    block_finish(b);
}

static void a_reset_by_software_does_not_stop_it(void)
{
    static const char *const lines[] = { "SYSRESETREQ", "LOCKUP" };

    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        struct block b = boot("");

        start_wdt(b, SECOND_CRV, 1);
        block_pass(b, SECOND_NS / 2);
        qtest_set_irq_in(b.qts, "/machine/nrf51", lines[i], 0, 1);
        qtest_qmp_eventwait(b.qts, "RESET");
        qtest_writel(b.qts, 0x40000000 + RESETREAS, ~0u);
        expect_reset_in(b, SECOND_NS / 2);
        block_finish(b);
    }
}

/* The core of a board that is started powered off sleeps all the time. */
static void a_sleeping_core_pauses_it_if_wanted(void)
{
    for (uint32_t config = 0; config < 2; config++) {
        struct block b = boot("-global armv7m.start-powered-off=on");

        block_write(b, CONFIG, config);
        start_wdt(b, SECOND_CRV, 1);
        if (config) {
            expect_reset_in(b, SECOND_NS);
        } else {
            expect_no_reset(b, 10LL * SECOND_NS);
        }
        block_finish(b);
    }
}

static void an_awake_core_does_not_pause_it(void)
{
    static const uint32_t crvs[] = { SECOND_CRV, 200 };
    static const int64_t times_ns[] = { SECOND_NS, 6134033 /* .203125 */ };

    for (size_t i = 0; i < G_N_ELEMENTS(crvs); i++) {
        struct block b = boot("");

        block_write(b, CONFIG, 0);
        start_wdt(b, crvs[i], 1);
        expect_no_reset(b, SLICE_NS); /* reloads count from when they come */
        block_write(b, RR(0), RELOAD);
        expect_reset_in(b, times_ns[i]);
        block_finish(b);
    }
}

static void the_user_may_want_no_reset(void)
{
    struct block b = boot("-action watchdog=none");

    start_wdt(b, SECOND_CRV, 1);
    block_pass(b, SECOND_NS);
    qtest_qmp_eventwait(b.qts, "WATCHDOG");
    g_assert_cmpuint(block_read(b, TIMEOUT), ==, 1);
    g_assert_cmpuint(block_read(b, RUNSTATUS), ==, 1);
    g_assert_cmphex(reset_reasons(b), ==, 0);
    block_finish(b);
}

/* A value of RNG starts it; TIMEOUT starts TEMP within the two cycles. */
static void ppi_joins_it_to_others(void)
{
    struct block b = boot("");
    struct block rng = { .qts = b.qts, .id = 13 };
    struct block temp = { .qts = b.qts, .id = 12 };

    block_write(b, CRV, SECOND_CRV);
    block_write(b, BLOCK_INTENSET, 1);
    block_join(b, 0, block_address(rng, 0x100), block_address(b, START));
    block_join(b, 1, block_address(b, TIMEOUT), block_address(temp, 0x000));
    block_task(rng, 0x000);
    block_pass(b, 167000);
    expect_no_reset(b, SECOND_NS - 1);
    block_pass(b, 1);
    block_expect_in(temp, 0x100, 35000);
    expect_reset_in(b, TWO_CYCLES_NS - 35000);
    block_finish(b);
}

static void time_and_requests_migrate(void)
{
    struct block b = boot("");

    block_write(b, CONFIG, 0); /* counted in slices */
    start_wdt(b, SECOND_CRV, 0x03);
    block_write(b, RR(0), RELOAD);
    block_pass(b, SECOND_NS / 2 - 1);
    b = block_migrate(b);
    g_assert_cmphex(block_read(b, REQSTATUS), ==, 0x02);
    block_write(b, RR(1), RELOAD);
    g_assert_cmphex(block_read(b, REQSTATUS), ==, 0x03);
    expect_no_reset(b, SECOND_NS / 2);
    b = block_migrate(b);
    expect_reset_in(b, SECOND_NS / 2 - 1);
    block_finish(b);
}

#define TEST(name) qtest_add_func("/nrf51-wdt/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(registers_reset_and_keep_their_bits);
    TEST(it_resets_the_chip_and_says_so);
    TEST(times_follow_crv);
    TEST(with_the_interrupt_the_reset_waits_two_cycles);
    TEST(the_word_of_reload_begins_again);
    TEST(other_words_do_not);
    TEST(all_enabled_registers_must_ask);
    TEST(words_before_start_do_nothing);
    TEST(without_registers_there_is_no_reload);
    TEST(a_running_watchdog_cannot_be_changed);
    TEST(resetreas_adds_and_is_cleared_by_ones);
    TEST(a_reset_stops_it);
    TEST(a_reset_by_software_does_not_stop_it);
    TEST(a_sleeping_core_pauses_it_if_wanted);
    TEST(an_awake_core_does_not_pause_it);
    TEST(the_user_may_want_no_reset);
    TEST(ppi_joins_it_to_others);
    TEST(time_and_requests_migrate);
    return g_test_run();
}
