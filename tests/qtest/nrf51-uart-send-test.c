/*
 * UART0 of the nRF51: the transmitter
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "net.h"
#include "uart.h"

static void byte_takes_ten_bits_at_each_rate(void)
{
    /* 10 bits * 2^32 / 16 MHz / BAUDRATE, in ns, rounded down */
    static const struct {
        uint32_t baudrate;
        int64_t ns;
    } rates[] = {
        { 0x0004f000, 8295696 }, /* 1200 */
        { 0x00275000, 1041907 }, /* 9600 */
        { 0x00800000, 320000 },  /* 31250 */
        { 0x01d7e000, 86802 },   /* 115200 */
        { 0x10000000, 10000 },   /* 1000000 */
    };
    struct uart u = uart_start("");

    for (size_t i = 0; i < G_N_ELEMENTS(rates); i++) {
        uart_write(u, UART_BAUDRATE, rates[i].baudrate);
        uart_write(u, UART_TXD, 'x');
        uart_expect_sent(u, "");
        uart_expect_in(u, UART_TXDRDY, rates[i].ns);
        uart_expect_sent(u, "x");
        uart_clear(u, UART_TXDRDY);
    }
    uart_finish(u);
}

static void parity_makes_it_eleven(void)
{
    struct uart u = uart_start("");

    uart_write(u, UART_CONFIG, UART_PARITY);
    uart_write(u, UART_TXD, 'x');
    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS + UART_BIT_NS);
    uart_finish(u);
}

static void nothing_moves_at_rate_zero(void)
{
    struct uart u = uart_start("");

    uart_write(u, UART_BAUDRATE, 0);
    uart_write(u, UART_TXD, 'x');
    uart_pass(u, UART_LONG_NS);
    uart_expect_quiet(u);
    uart_write(u, UART_BAUDRATE, UART_250000);
    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS);
    uart_expect_sent(u, "x");
    uart_finish(u);
}

static void txd_is_sent_only_after_starttx(void)
{
    struct uart u = uart_start("");

    uart_task(u, UART_STOPTX);
    uart_write(u, UART_TXD, 'x');
    uart_pass(u, UART_FRAME_NS);
    uart_task(u, UART_STARTTX);
    uart_pass(u, UART_FRAME_NS);
    uart_expect_quiet(u);
    uart_write(u, UART_TXD, 'y');
    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS);
    uart_expect_sent(u, "y");
    uart_finish(u);
}

static void byte_without_a_pin_takes_its_time_and_goes_nowhere(void)
{
    struct uart u = uart_start("");

    uart_write(u, UART_PSELTXD, UART_DISCONNECTED);
    uart_write(u, UART_TXD, 'x');
    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS);
    uart_expect_sent(u, "");
    uart_finish(u);
}

/* mbed's serial_init(): the dummy byte, then the pin, then putc() */
static void dummy_byte_stays_inside_if_the_pin_comes_in_mid_byte(void)
{
    struct uart u = uart_bare("");

    uart_write(u, UART_ENABLE, 4);
    uart_task(u, UART_STARTTX);
    uart_task(u, UART_STARTRX);
    uart_clear(u, UART_RXDRDY);
    uart_write(u, UART_TXD, 0);
    uart_pass(u, 1000);
    uart_write(u, UART_PSELTXD, MICROBIT_TXD);
    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS - 1000);
    uart_clear(u, UART_TXDRDY);
    uart_write(u, UART_TXD, 'x');
    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS);
    uart_expect_sent(u, "x");
    uart_finish(u);
}

static void txd_holds_one_byte_ahead(void)
{
    struct uart u = uart_start("");

    uart_write(u, UART_TXD, 'x');
    uart_pass(u, UART_FRAME_NS / 2);
    uart_write(u, UART_TXD, 'y');
    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS / 2);
    uart_clear(u, UART_TXDRDY);
    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS);
    uart_expect_sent(u, "xy");
    uart_finish(u);
}

static void stoptx_cuts_the_byte_short(void)
{
    struct uart u = uart_start("");

    uart_write(u, UART_TXD, 'x');
    uart_pass(u, UART_FRAME_NS / 2);
    uart_task(u, UART_STOPTX);
    uart_pass(u, UART_FRAME_NS);
    uart_expect_quiet(u);
    uart_expect_sent(u, "");
    uart_finish(u);
}

static void suspend_lets_the_byte_end(void)
{
    struct uart u = uart_start("");

    uart_write(u, UART_TXD, 'x');
    uart_pass(u, UART_FRAME_NS / 2);
    uart_task(u, UART_SUSPEND);
    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS / 2);
    uart_expect_sent(u, "x");
    uart_clear(u, UART_TXDRDY);
    uart_write(u, UART_TXD, 'y');
    uart_pass(u, UART_FRAME_NS);
    uart_expect_sent(u, "");
    uart_task(u, UART_STARTTX);
    uart_write(u, UART_TXD, 'z');
    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS);
    uart_expect_sent(u, "z");
    uart_finish(u);
}

/* In 5 s of host time, for what the main loop does by itself */
static void wait_for_irq(struct uart u)
{
    int64_t deadline_us = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;

    while (!qtest_get_irq(u.qts, UART_IRQ)) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);
        uart_read(u, UART_TXDRDY);
    }
}

static void blocked_chardev_loses_neither_byte_nor_interrupt(void)
{
    struct uart u = uart_start("");
    unsigned n = uart_block(u);

    qtest_irq_intercept_in(u.qts, "/machine/nrf51/armv6m");
    uart_write(u, UART_INTENSET, 1 << 7);
    uart_pass(u, UART_LONG_NS);
    g_assert_false(qtest_get_irq(u.qts, UART_IRQ));
    uart_unblock(u, n);
    wait_for_irq(u);
    uart_clear(u, UART_TXDRDY);
    uart_write(u, UART_TXD, '!');
    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS);
    uart_expect_sent(u, "!");
    uart_finish(u);
}

static void byte_that_is_out_survives_a_reset(void)
{
    struct uart u = uart_start("");
    unsigned n = uart_block(u);

    qtest_system_reset(u.qts);
    uart_set_up(u);
    uart_write(u, UART_TXD, '!');
    uart_pass(u, UART_LONG_NS);
    uart_expect_quiet(u);
    uart_unblock(u, n);
    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS);
    uart_expect_sent(u, "!");
    uart_finish(u);
}

static void other_end_that_goes_away_blocks_no_longer(void)
{
    struct uart u = uart_start("");

    uart_block(u);
    qtest_irq_intercept_in(u.qts, "/machine/nrf51/armv6m");
    uart_write(u, UART_INTENSET, 1 << 7);
    shutdown(u.fd, SHUT_RDWR);
    wait_for_irq(u);
    uart_clear(u, UART_TXDRDY);
    uart_write(u, UART_TXD, '!');
    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS);
    uart_finish(u);
}

static void chardev_that_is_replaced_blocks_no_longer(void)
{
    struct uart u = uart_start("");

    uart_block(u);
    qtest_qmp_assert_success(u.qts, "{'execute': 'chardev-change',"
                                    " 'arguments': {'id': 's0', 'backend':"
                                    " {'type': 'null', 'data': {}}}}");
    uart_take(u, UART_TXDRDY);
    uart_write(u, UART_TXD, '!');
    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS);
    uart_finish(u);
}

static void set_cts(struct uart u, int level)
{
    net_feed(u.qts, SPARE_CTS, level ? VDD_MV : 0);
}

static void cts_holds_the_next_byte_back(void)
{
    struct uart u = uart_start("");

    uart_write(u, UART_PSELCTS, SPARE_CTS);
    uart_write(u, UART_CONFIG, UART_HWFC);
    uart_write(u, UART_TXD, 'x');
    uart_pass(u, UART_FRAME_NS / 2);
    set_cts(u, 1);
    uart_take(u, UART_NCTS);
    uart_write(u, UART_TXD, 'y');
    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS / 2);
    uart_clear(u, UART_TXDRDY);
    uart_pass(u, UART_LONG_NS);
    uart_expect_sent(u, "x");
    set_cts(u, 0);
    uart_take(u, UART_CTS);
    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS);
    uart_expect_sent(u, "y");
    uart_finish(u);
}

static void cts_means_nothing_without_flow_control_or_pin(void)
{
    static const uint32_t config[] = { 0, UART_HWFC };
    static const uint32_t pselcts[] = { SPARE_CTS, UART_DISCONNECTED };

    for (size_t i = 0; i < G_N_ELEMENTS(config); i++) {
        struct uart u = uart_start("");

        uart_write(u, UART_PSELCTS, pselcts[i]);
        uart_write(u, UART_CONFIG, config[i]);
        set_cts(u, 1);
        uart_expect_quiet(u);
        uart_write(u, UART_TXD, 'x');
        uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS);
        uart_expect_sent(u, "x");
        uart_finish(u);
    }
}

static void blocked_chardev_is_seen_as_cts(void)
{
    struct uart u = uart_start("");
    unsigned n;

    uart_write(u, UART_PSELCTS, SPARE_CTS);
    uart_write(u, UART_CONFIG, UART_HWFC);
    n = uart_block(u);
    uart_take(u, UART_NCTS);
    qtest_irq_intercept_in(u.qts, "/machine/nrf51/armv6m");
    uart_write(u, UART_INTENSET, 1 << 0);
    uart_unblock(u, n);
    wait_for_irq(u);
    uart_take(u, UART_CTS);
    uart_take(u, UART_TXDRDY);
    uart_finish(u);
}

static void ppi_wires_txdrdy_to_a_task(void)
{
    const uint64_t ppi = 0x4001f000;
    struct uart u = uart_start("");

    qtest_writel(u.qts, ppi + 0x510, UART_BASE + UART_TXDRDY); /* CH0.EEP */
    qtest_writel(u.qts, ppi + 0x514, UART_BASE + UART_STOPRX); /* CH0.TEP */
    qtest_writel(u.qts, ppi + 0x504, 1);                       /* CHENSET */
    uart_write(u, UART_TXD, 'x');
    uart_expect_in(u, UART_RXTO, 5 * UART_FRAME_NS);
    uart_finish(u);
}

#define TEST(name) qtest_add_func("/nrf51-uart/send/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(byte_takes_ten_bits_at_each_rate);
    TEST(parity_makes_it_eleven);
    TEST(nothing_moves_at_rate_zero);
    TEST(txd_is_sent_only_after_starttx);
    TEST(byte_without_a_pin_takes_its_time_and_goes_nowhere);
    TEST(dummy_byte_stays_inside_if_the_pin_comes_in_mid_byte);
    TEST(txd_holds_one_byte_ahead);
    TEST(stoptx_cuts_the_byte_short);
    TEST(suspend_lets_the_byte_end);
    TEST(blocked_chardev_loses_neither_byte_nor_interrupt);
    TEST(byte_that_is_out_survives_a_reset);
    TEST(other_end_that_goes_away_blocks_no_longer);
    TEST(chardev_that_is_replaced_blocks_no_longer);
    TEST(cts_holds_the_next_byte_back);
    TEST(cts_means_nothing_without_flow_control_or_pin);
    TEST(blocked_chardev_is_seen_as_cts);
    TEST(ppi_wires_txdrdy_to_a_task);
    return g_test_run();
}
