/*
 * TWI of the nRF51 with a part that stretches the clock: bw-stretcher
 * (peripherals/parts/stretcher.c), whose time is the virtual clock
 *
 * What a task does during a stretch is docs/fidelity.md's, "twi".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "i2c_script.h"
#include "migrate.h"
#include "net.h"
#include "twi.h"

#define STRETCHER      0x20
#define STRETCHER_PATH "/machine/peripheral/s"
#define DEVICE         "-device bw-stretcher,id=s,address=0x20"

#define MS 1000000ll

/* SCL is held after the address and after each byte; a bit is 4 us. */
#define ADDRESS_STRETCH_NS (1 * MS)
#define BYTE_STRETCH_NS    (2 * MS)
#define STRETCH            ",address-stretch=0.001,byte-stretch=0.002"

#define TIMER0       0x40008000
#define TIMER_START  (TIMER0 + 0x000)
#define TIMER_COMP0  (TIMER0 + 0x140)
#define TIMER_SHORTS (TIMER0 + 0x200)
#define TIMER_CC0    (TIMER0 + 0x540)

static struct twi start(const char *values)
{
    g_autofree char *args = g_strdup_printf(DEVICE "%s", values);
    struct twi t = twi_start(args);

    twi_write(t, TWI_ADDRESS, STRETCHER);
    return t;
}

/* Into the stretch of the address of a write */
static void into_the_address(struct twi t)
{
    twi_task(t, TWI_STARTTX);
    twi_pass(t, 2 * ADDRESS_NS);
    g_assert_cmpuint(twi_read(t, TWI_BB), ==, 0);
}

/* Into the stretch of a byte written; 2 byte times of it are over. */
static void into_a_byte(struct twi t)
{
    twi_write(t, TWI_TXD, 0x03);
    twi_task(t, TWI_STARTTX);
    twi_expect_in(t, TWI_BB, ADDRESS_STRETCH_NS);
    twi_clear(t, TWI_BB);
    twi_pass(t, 2 * BYTE_NS);
    g_assert_cmpuint(twi_read(t, TWI_TXDSENT), ==, 0);
}

#define LEFT_NS (BYTE_STRETCH_NS - 2 * BYTE_NS)

static void set_value(struct twi t, const char *name, double value)
{
    qtest_qmp_assert_success(t.qts,
                             "{ 'execute': 'qom-set', 'arguments': { 'path': "
                             "%s, 'property': %s, 'value': %f } }",
                             STRETCHER_PATH, name, value);
}

static void events_wait_until_the_part_lets_go(void)
{
    struct twi t = start(STRETCH);

    into_a_byte(t);
    twi_expect_in(t, TWI_TXDSENT, LEFT_NS);
    twi_task(t, TWI_STARTRX);
    twi_expect_in(t, TWI_BB, ADDRESS_STRETCH_NS);
    twi_task(t, TWI_STOP);
    twi_expect_in(t, TWI_RXDREADY, BYTE_STRETCH_NS);
    g_assert_cmphex(twi_read(t, TWI_RXD), ==, 0);
    twi_expect_in(t, TWI_STOPPED, STOP_NS);
    twi_finish(t);
}

static void a_stretch_shorter_than_the_byte_is_not_seen(void)
{
    struct twi t = start(",byte-stretch=0.00003"); /* of 36 us */

    twi_write(t, TWI_TXD, 0x03);
    twi_task(t, TWI_STARTTX);
    twi_expect_in(t, TWI_BB, ADDRESS_NS);
    twi_expect_in(t, TWI_TXDSENT, BYTE_NS);
    twi_finish(t);
}

static void timer_keeps_its_period_in_a_stretch(void)
{
    struct twi t = start(STRETCH);
    int periods = 0;

    into_a_byte(t);
    qtest_writel(t.qts, TIMER_CC0, 100);  /* at 1 MHz, the reset PRESCALER */
    qtest_writel(t.qts, TIMER_SHORTS, 1); /* COMPARE0 clears */
    qtest_writel(t.qts, TIMER_START, 1);
    for (int i = 0; i < 10; i++) {
        qtest_clock_step(t.qts, 100000);
        periods += qtest_readl(t.qts, TIMER_COMP0);
        qtest_writel(t.qts, TIMER_COMP0, 0);
    }
    g_assert_cmpint(periods, ==, 10);
    g_assert_cmpuint(twi_read(t, TWI_TXDSENT), ==, 0);
    twi_finish(t);
}

static void stop_in_a_stretch_waits_for_its_end(void)
{
    struct twi t = start(STRETCH);

    into_a_byte(t);
    twi_task(t, TWI_STOP);
    twi_expect_in(t, TWI_STOPPED, LEFT_NS + STOP_NS);
    g_assert_cmpuint(twi_read(t, TWI_TXDSENT), ==, 1);
    twi_finish(t);
}

static void suspend_in_a_stretch_waits_for_its_end(void)
{
    struct twi t = start(STRETCH);

    into_a_byte(t);
    twi_task(t, TWI_SUSPEND);
    twi_expect_in(t, TWI_SUSPENDED, LEFT_NS);
    twi_pass(t, BYTE_STRETCH_NS);
    twi_write(t, TWI_TXD, 0x04);
    twi_clear(t, TWI_TXDSENT);
    g_assert_cmpuint(twi_read(t, TWI_BB), ==, 0);
    twi_task(t, TWI_RESUME);
    twi_expect_in(t, TWI_TXDSENT, BYTE_STRETCH_NS);
    twi_finish(t);
}

static void resume_in_a_stretch_withdraws_suspend(void)
{
    struct twi t = start(STRETCH);

    into_a_byte(t);
    twi_task(t, TWI_SUSPEND);
    twi_task(t, TWI_RESUME);
    twi_expect_in(t, TWI_TXDSENT, LEFT_NS);
    g_assert_cmpuint(twi_read(t, TWI_SUSPENDED), ==, 0);
    twi_finish(t);
}

static void start_in_a_stretch_waits_for_its_end(void)
{
    struct twi t = start(STRETCH);

    into_a_byte(t);
    twi_task(t, TWI_STARTRX);
    twi_expect_in(t, TWI_TXDSENT, LEFT_NS);
    twi_expect_in(t, TWI_BB, ADDRESS_STRETCH_NS);
    twi_finish(t);
}

/* @reg is ENABLE or POWER: what it ends makes no event any more. */
static void switch_off_in_a_stretch(enum twi_register reg)
{
    struct twi t = start(STRETCH);

    into_a_byte(t);
    twi_write(t, reg, 0);
    twi_write(t, TWI_POWER, 1);
    twi_enable(t);
    twi_write(t, TWI_ADDRESS, STRETCHER);
    twi_pass(t, 2 * BYTE_STRETCH_NS);
    twi_expect_quiet(t);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, 0);
    twi_write(t, TWI_TXD, 0x03);
    twi_task(t, TWI_STARTTX);
    twi_expect_in(t, TWI_BB, ADDRESS_STRETCH_NS);
    twi_finish(t);
}

static void enable_0_in_a_stretch_ends_the_transaction(void)
{
    switch_off_in_a_stretch(TWI_ENABLE);
}

static void power_0_in_a_stretch_ends_the_transaction(void)
{
    switch_off_in_a_stretch(TWI_POWER);
}

static void the_part_holds_on_when_the_master_gives_up(void)
{
    struct twi t = start(STRETCH);

    into_a_byte(t);
    twi_write(t, TWI_ENABLE, 0);
    twi_enable(t);
    twi_write(t, TWI_TXD, 0x03);
    twi_task(t, TWI_STARTTX);
    /* what is left of the byte is more than the stretch of the address */
    twi_expect_in(t, TWI_BB, LEFT_NS);
    twi_finish(t);
}

static void a_part_that_never_lets_go_shows_nothing(void)
{
    struct twi t = start(",stuck=1");

    into_the_address(t);
    twi_task(t, TWI_STOP);
    qtest_clock_step(t.qts, 3600 * 1000 * MS);
    twi_expect_quiet(t);
    twi_write(t, TWI_ENABLE, 0);
    twi_enable(t);
    twi_task(t, TWI_STARTTX);
    qtest_clock_step(t.qts, 3600 * 1000 * MS);
    twi_expect_quiet(t);
    twi_finish(t);
}

static void a_part_that_is_freed_goes_on(void)
{
    struct twi t = start(",stuck=1");

    into_the_address(t);
    twi_write(t, TWI_TXD, 0x03);
    set_value(t, "stuck", 0);
    g_assert_cmpuint(twi_read(t, TWI_BB), ==, 1);
    twi_expect_in(t, TWI_TXDSENT, BYTE_NS);
    twi_finish(t);
}

static void a_reset_of_the_machine_frees_the_line(void)
{
    struct twi t = start(",stuck=1");

    into_the_address(t);
    qtest_system_reset(t.qts);
    twi_enable(t);
    twi_write(t, TWI_ADDRESS, STRETCHER);
    set_value(t, "stuck", 0);
    twi_task(t, TWI_STARTTX);
    twi_task(t, TWI_STOP);
    twi_expect_in(t, TWI_STOPPED, ADDRESS_NS + STOP_NS);
    twi_finish(t);
}

static void scl_is_low_in_a_stretch(void)
{
    struct twi t = start(STRETCH);

    g_assert_true(net_level(t.qts, MICROBIT_SCL));
    into_the_address(t);
    g_assert_false(net_level(t.qts, MICROBIT_SCL));
    g_assert_true(net_level(t.qts, MICROBIT_SDA));
    twi_finish(t);
}

static void other_parts_are_not_stretched(void)
{
    struct twi t = start(STRETCH);

    g_assert_cmphex(twi_get(t, EEPROM, 2), ==, 0xa2);
    twi_write(t, TWI_ADDRESS, EEPROM);
    twi_task(t, TWI_STARTTX);
    twi_task(t, TWI_STOP);
    twi_expect_in(t, TWI_STOPPED, ADDRESS_NS + STOP_NS);
    twi_finish(t);
}

/* Migration through a file, as in nrf51-twi-state-test.c */

static struct twi migrate(struct twi t)
{
    struct twi u = { .base = t.base };
    int64_t now_ns = qtest_clock_step(t.qts, BIT_NS);
    char *path = migrate_out(t.qts);

    qtest_quit(t.qts);
    u.qts =
        qtest_initf(TWI_MACHINE " " DEVICE " -incoming defer", EEPROM, PART);
    migrate_in(u.qts, path, now_ns);
    return u;
}

static void the_rest_of_a_stretch_migrates(void)
{
    struct twi t = start(STRETCH);

    into_the_address(t);
    t = migrate(t);
    twi_write(t, TWI_TXD, 0x03);
    twi_expect_in(t, TWI_BB, ADDRESS_STRETCH_NS - 2 * ADDRESS_NS - BIT_NS);
    twi_pass(t, 2 * BYTE_NS);
    t = migrate(t);
    twi_expect_in(t, TWI_TXDSENT, LEFT_NS - BIT_NS);
    twi_clear(t, TWI_TXDSENT);
    twi_write(t, TWI_TXD, 0x77); /* into register 3 */
    twi_pass(t, 2 * BYTE_NS);
    t = migrate(t);
    twi_expect_in(t, TWI_TXDSENT, LEFT_NS - BIT_NS);
    twi_task(t, TWI_STOP);
    twi_take(t, TWI_STOPPED);
    /* each phase has happened once: three bytes, two addresses */
    g_assert_cmpint(qom_int(t.qts, STRETCHER_PATH, "holds"), ==, 3);
    twi_finish(t);
}

static void a_read_byte_that_is_stretched_migrates(void)
{
    struct twi t = start("");
    struct twi u;

    twi_put(t, STRETCHER, (const uint8_t *)"\x03\x77\x88", 3);
    twi_put(t, STRETCHER, (const uint8_t *)"\x03", 1);
    set_value(t, "byte-stretch", 0.002);
    twi_write(t, TWI_SHORTS, TWI_BB_SUSPEND);
    twi_task(t, TWI_STARTRX);
    twi_take(t, TWI_BB);
    twi_pass(t, 2 * BYTE_NS);
    u = migrate(t);
    twi_expect_in(u, TWI_RXDREADY, LEFT_NS - BIT_NS);
    g_assert_cmphex(twi_read(u, TWI_RXD), ==, 0x77);
    twi_finish(u);
}

#define TEST(name) qtest_add_func("/nrf51-twi/stretch/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(events_wait_until_the_part_lets_go);
    TEST(a_stretch_shorter_than_the_byte_is_not_seen);
    TEST(timer_keeps_its_period_in_a_stretch);
    TEST(stop_in_a_stretch_waits_for_its_end);
    TEST(suspend_in_a_stretch_waits_for_its_end);
    TEST(resume_in_a_stretch_withdraws_suspend);
    TEST(start_in_a_stretch_waits_for_its_end);
    TEST(enable_0_in_a_stretch_ends_the_transaction);
    TEST(power_0_in_a_stretch_ends_the_transaction);
    TEST(the_part_holds_on_when_the_master_gives_up);
    TEST(a_part_that_never_lets_go_shows_nothing);
    TEST(a_part_that_is_freed_goes_on);
    TEST(a_reset_of_the_machine_frees_the_line);
    TEST(scl_is_low_in_a_stretch);
    TEST(other_parts_are_not_stretched);
    TEST(the_rest_of_a_stretch_migrates);
    TEST(a_read_byte_that_is_stretched_migrates);
    return g_test_run();
}
