/*
 * Pins that peripherals of the nRF51 take from GPIO: UART0, TWI
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "migrate.h"
#include "net.h"
#include "twi.h"
#include "uart.h"

#define BIT_OF(n)          (1u << (n))
#define OPEN_DRAIN         (CNF_S0D1 | CNF_PULL_UP)
#define CLEAR_BUS          (CNF_OUTPUT | OPEN_DRAIN)
#define GPIOTE_IN0         0x40006100
#define GPIOTE_PORT        0x4000617c
#define GPIOTE_CONFIG0     0x40006510
#define GPIOTE_TOGGLE(pin) (1 | (pin) << 8 | 3 << 16) /* events */
#define LONG_WAIT          (20 * BYTE_NS)

/* UART0 */

static void txd_idles_high_while_the_uart_is_on(void)
{
    struct uart u = uart_bare("");

    g_assert_false(net_level(u.qts, MICROBIT_TXD));
    uart_set_up(u);
    g_assert_true(net_level(u.qts, MICROBIT_TXD));
    qtest_writel(u.qts, GPIO_DIRSET, BIT_OF(MICROBIT_TXD));
    g_assert_true(net_level(u.qts, MICROBIT_TXD)); /* not GPIO's */
    uart_write(u, UART_ENABLE, 0);
    g_assert_false(net_level(u.qts, MICROBIT_TXD));
    uart_write(u, UART_ENABLE, 4);
    g_assert_true(net_level(u.qts, MICROBIT_TXD));
    uart_write(u, UART_PSELTXD, UART_DISCONNECTED);
    g_assert_false(net_level(u.qts, MICROBIT_TXD));
    uart_finish(u);
}

static void power_off_gives_the_uarts_pins_back(void)
{
    struct uart u = uart_start("");

    uart_write(u, UART_POWER, 0);
    g_assert_false(net_level(u.qts, MICROBIT_TXD));
    uart_finish(u);
}

static void the_console_idles_high(void)
{
    struct uart u = uart_bare("");

    gpio_cnf(u.qts, MICROBIT_RXD, 0);
    g_assert_true(gpio_in(u.qts, MICROBIT_RXD));
    uart_finish(u);
}

static void a_cts_that_is_high_at_once_holds_the_first_byte(void)
{
    struct uart u = uart_start("");

    net_feed(u.qts, SPARE_CTS, VDD_MV);
    uart_write(u, UART_CONFIG, UART_HWFC);
    uart_write(u, UART_PSELCTS, SPARE_CTS);
    uart_expect_quiet(u);
    uart_write(u, UART_TXD, 'x');
    uart_pass(u, UART_LONG_NS);
    uart_expect_quiet(u);
    net_feed(u.qts, SPARE_CTS, 0);
    uart_take(u, UART_CTS);
    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS);
    uart_finish(u);
}

/* RTS of a UART without room, CTS high: one wire */
static void rts_can_be_read_at_another_input(void)
{
    struct uart u = uart_start("");

    uart_write(u, UART_CONFIG, UART_HWFC);
    uart_write(u, UART_PSELCTS, SPARE_RTS);
    uart_write(u, UART_PSELRTS, SPARE_RTS);
    uart_expect_quiet(u);
    uart_task(u, UART_STOPRX);
    uart_take(u, UART_NCTS);
    uart_task(u, UART_STARTRX);
    uart_take(u, UART_CTS);
    uart_finish(u);
}

/* TWI */

static bool scl(struct twi t)
{
    return net_level(t.qts, MICROBIT_SCL);
}

static void the_twi_lets_go_of_idle_lines(void)
{
    struct twi t = twi_start("");
    uint32_t lines = BIT_OF(MICROBIT_SCL) | BIT_OF(MICROBIT_SDA);

    g_assert_true(scl(t));
    qtest_writel(t.qts, GPIO_DIRSET, lines); /* OUT is 0 */
    g_assert_true(scl(t));
    g_assert_true(net_level(t.qts, MICROBIT_SDA));
    twi_write(t, TWI_ENABLE, 0);
    g_assert_false(scl(t));
    g_assert_false(net_level(t.qts, MICROBIT_SDA));
    twi_write(t, TWI_ENABLE, 5);
    g_assert_true(scl(t));
    twi_write(t, TWI_PSELSCL, UINT32_MAX);
    g_assert_false(scl(t));
    twi_finish(t);
}

static void scl_is_low_while_the_master_waits(void)
{
    struct twi t = twi_start("");

    gpio_cnf(t.qts, MICROBIT_SCL, OPEN_DRAIN);
    twi_task(t, TWI_STARTTX);
    twi_pass(t, LONG_WAIT); /* for TXD */
    g_assert_false(scl(t));
    g_assert_false(gpio_in(t.qts, MICROBIT_SCL));
    twi_write(t, TWI_SHORTS, TWI_BB_SUSPEND);
    twi_write(t, TWI_TXD, 0x11);
    twi_take(t, TWI_TXDSENT);
    g_assert_false(scl(t)); /* suspended */
    twi_task(t, TWI_RESUME);
    twi_task(t, TWI_STOP);
    twi_take(t, TWI_STOPPED);
    g_assert_true(scl(t));
    g_assert_true(gpio_in(t.qts, MICROBIT_SCL));
    twi_finish(t);
}

static void scl_is_low_after_a_nack_until_stop(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_ADDRESS, NOBODY);
    twi_task(t, TWI_STARTTX);
    twi_take(t, TWI_ERROR);
    g_assert_false(scl(t));
    twi_task(t, TWI_STOP);
    twi_take(t, TWI_STOPPED);
    g_assert_true(scl(t));
    twi_finish(t);
}

static void scl_is_low_while_a_part_stretches_it(void)
{
    struct twi t = twi_start("");

    part_wait(t, true);
    twi_task(t, TWI_STARTTX);
    twi_task(t, TWI_STOP);
    twi_pass(t, LONG_WAIT);
    g_assert_false(scl(t));
    part_answer(t, true);
    part_answer(t, true);
    twi_take(t, TWI_STOPPED);
    g_assert_true(scl(t));
    twi_finish(t);
}

/* mbed's recovery: POWER, ENABLE, and what it does to the lines in between */
static void a_cut_transaction_leaves_the_lines_high(void)
{
    struct twi t = twi_start("");
    uint32_t lines = BIT_OF(MICROBIT_SCL) | BIT_OF(MICROBIT_SDA);

    twi_task(t, TWI_STARTTX);
    twi_pass(t, LONG_WAIT);
    g_assert_false(scl(t));
    twi_write(t, TWI_ENABLE, 0);
    twi_write(t, TWI_POWER, 0);
    qtest_writel(t.qts, GPIO_OUTSET, lines);
    gpio_cnf(t.qts, MICROBIT_SCL, CLEAR_BUS);
    gpio_cnf(t.qts, MICROBIT_SDA, CLEAR_BUS);
    g_assert_cmphex(qtest_readl(t.qts, GPIO_IN) & lines, ==, lines);
    qtest_writel(t.qts, GPIO_OUTCLR, BIT_OF(MICROBIT_SCL));
    g_assert_cmphex(qtest_readl(t.qts, GPIO_IN) & lines, ==,
                    BIT_OF(MICROBIT_SDA));
    qtest_writel(t.qts, GPIO_OUTSET, lines);
    gpio_cnf(t.qts, MICROBIT_SCL, OPEN_DRAIN);
    gpio_cnf(t.qts, MICROBIT_SDA, OPEN_DRAIN);
    twi_write(t, TWI_POWER, 1);
    twi_enable(t);
    g_assert_cmphex(qtest_readl(t.qts, GPIO_IN) & lines, ==, lines);
    twi_finish(t);
}

static void a_line_held_by_another_reads_low(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_ENABLE, 0);
    qtest_writel(t.qts, GPIO_OUTSET, BIT_OF(MICROBIT_SDA));
    gpio_cnf(t.qts, MICROBIT_SDA, CLEAR_BUS);
    net_feed(t.qts, MICROBIT_SDA, 0);
    g_assert_false(gpio_in(t.qts, MICROBIT_SDA));
    net_unfeed(t.qts, MICROBIT_SDA);
    g_assert_true(gpio_in(t.qts, MICROBIT_SDA));
    twi_finish(t);
}

/* Both */

static void the_pins_of_peripherals_migrate(void)
{
    struct uart u = uart_start("");
    struct twi t = { .qts = u.qts, .base = TWI0_BASE };
    QTestState *to;
    int64_t now_ns;
    char *path;

    gpio_cnf(u.qts, SPARE_RTS, CNF_PULL_UP);
    uart_write(u, UART_PSELRTS, SPARE_RTS); /* low: it may be sent to */
    twi_enable(t);
    twi_task(t, TWI_STARTTX);
    twi_pass(t, LONG_WAIT);
    g_assert_false(scl(t));
    gpio_cnf(u.qts, MICROBIT_SCL, CNF_SENSE_LOW);
    qtest_writel(u.qts, GPIOTE_PORT, 0);
    qtest_writel(u.qts, GPIOTE_CONFIG0, GPIOTE_TOGGLE(MICROBIT_SCL));
    now_ns = qtest_clock_step(u.qts, 1);
    path = migrate_out(u.qts);
    uart_finish(u);
    to = qtest_init("-M microbit -incoming defer");
    migrate_in(to, path, now_ns);
    g_assert_true(net_level(to, MICROBIT_TXD));
    g_assert_false(net_level(to, SPARE_RTS));
    g_assert_false(net_level(to, MICROBIT_SCL));
    g_assert_true(net_level(to, MICROBIT_SDA));
    /* on the way SCL was high for a moment: no event */
    g_assert_cmpuint(qtest_readl(to, GPIOTE_IN0), ==, 0);
    g_assert_cmpuint(qtest_readl(to, GPIOTE_PORT), ==, 0);
    qtest_quit(to);
}

#define TEST(name) qtest_add_func("/nrf51-pins/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(txd_idles_high_while_the_uart_is_on);
    TEST(power_off_gives_the_uarts_pins_back);
    TEST(the_console_idles_high);
    TEST(a_cts_that_is_high_at_once_holds_the_first_byte);
    TEST(rts_can_be_read_at_another_input);
    TEST(the_twi_lets_go_of_idle_lines);
    TEST(scl_is_low_while_the_master_waits);
    TEST(scl_is_low_after_a_nack_until_stop);
    TEST(scl_is_low_while_a_part_stretches_it);
    TEST(a_cut_transaction_leaves_the_lines_high);
    TEST(a_line_held_by_another_reads_low);
    TEST(the_pins_of_peripherals_migrate);
    return g_test_run();
}
