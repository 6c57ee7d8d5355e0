/*
 * UART0 of the nRF51: the receiver
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <sys/socket.h>
#include "migrate.h"
#include "net.h"
#include "uart.h"

static void bytes_come_at_the_rate_of_the_line(void)
{
    struct uart u = uart_start("");

    uart_say(u, "abc");
    for (const char *c = "abc"; *c; c++) {
        uart_expect_in(u, UART_RXDRDY, UART_FRAME_NS);
        g_assert_cmpint(uart_get(u), ==, *c);
    }
    uart_pass(u, UART_LONG_NS);
    uart_expect_quiet(u);
    uart_finish(u);
}

static void parity_makes_a_byte_eleven_bits(void)
{
    struct uart u = uart_start("");

    uart_write(u, UART_CONFIG, UART_PARITY);
    uart_say(u, "a");
    uart_expect_in(u, UART_RXDRDY, UART_FRAME_NS + UART_BIT_NS);
    uart_finish(u);
}

static void next_rxdrdy_comes_from_the_read(void)
{
    struct uart u = uart_start("");

    uart_say(u, "ab");
    uart_pass(u, UART_FRAME_NS);
    uart_clear(u, UART_RXDRDY);
    uart_pass(u, UART_FRAME_NS);
    g_assert_cmpuint(uart_read(u, UART_RXDRDY), ==, 0);
    g_assert_cmpint(uart_read(u, UART_RXD), ==, 'a');
    uart_take(u, UART_RXDRDY);
    g_assert_cmpint(uart_read(u, UART_RXD), ==, 'b');
    g_assert_cmpuint(uart_read(u, UART_RXDRDY), ==, 0);
    uart_finish(u);
}

/* Cleared after the read: the second byte's event is lost. */
static void clearing_after_the_read_loses_an_event(void)
{
    struct uart u = uart_start("");

    uart_say(u, "ab");
    uart_pass(u, 2 * UART_FRAME_NS);
    g_assert_cmpint(uart_read(u, UART_RXD), ==, 'a');
    uart_clear(u, UART_RXDRDY);
    uart_pass(u, UART_FRAME_NS);
    uart_expect_quiet(u);
    g_assert_cmpint(uart_read(u, UART_RXD), ==, 'b');
    uart_finish(u);
}

static void reading_an_empty_rxd_gives_the_last_byte(void)
{
    struct uart u = uart_start("");

    g_assert_cmpint(uart_read(u, UART_RXD), ==, 0);
    uart_say(u, "a");
    uart_pass(u, UART_FRAME_NS);
    g_assert_cmpint(uart_get(u), ==, 'a');
    g_assert_cmpint(uart_read(u, UART_RXD), ==, 'a');
    uart_say(u, "b");
    uart_pass(u, UART_FRAME_NS);
    g_assert_cmpint(uart_get(u), ==, 'b');
    uart_finish(u);
}

static void line_waits_while_six_bytes_are_unread(void)
{
    struct uart u = uart_start("");

    uart_say(u, "abcdefgh");
    uart_pass(u, 100 * UART_FRAME_NS);
    for (const char *c = "abcdef"; *c; c++) {
        g_assert_cmpint(uart_get(u), ==, *c);
    }
    g_assert_cmpuint(uart_read(u, UART_RXDRDY), ==, 0);
    uart_pass(u, 2 * UART_FRAME_NS);
    g_assert_cmpint(uart_get(u), ==, 'g');
    g_assert_cmpint(uart_get(u), ==, 'h');
    g_assert_cmpuint(uart_read(u, UART_ERROR), ==, 0);
    uart_finish(u);
}

static void line_that_does_not_wait_overruns(void)
{
    struct uart u = uart_start("-global bw-nrf51-uart.overrun=on");

    uart_say(u, "abcdefgh");
    uart_pass(u, 6 * UART_FRAME_NS);
    g_assert_cmpuint(uart_read(u, UART_ERROR), ==, 0);
    uart_expect_in(u, UART_ERROR, UART_FRAME_NS);
    g_assert_cmphex(uart_read(u, UART_ERRORSRC), ==, UART_OVERRUN);
    uart_pass(u, UART_FRAME_NS);
    for (const char *c = "abcdeh"; *c; c++) {
        g_assert_cmpint(uart_get(u), ==, *c);
    }
    g_assert_cmpuint(uart_read(u, UART_RXDRDY), ==, 0);
    uart_finish(u);
}

static void stoprx_takes_four_more_bytes_then_rxto(void)
{
    struct uart u = uart_start("");

    uart_say(u, "abcdefgh");
    uart_task(u, UART_STOPRX);
    uart_expect_in(u, UART_RXTO, 4 * UART_FRAME_NS);
    uart_clear(u, UART_RXTO);
    uart_pass(u, 100 * UART_FRAME_NS);
    for (const char *c = "abcd"; *c; c++) {
        g_assert_cmpint(uart_get(u), ==, *c);
    }
    g_assert_cmpuint(uart_read(u, UART_RXDRDY), ==, 0);
    /* the rest waits */
    uart_task(u, UART_STARTRX);
    uart_expect_in(u, UART_RXDRDY, UART_FRAME_NS);
    g_assert_cmpint(uart_get(u), ==, 'e');
    uart_finish(u);
}

static void byte_under_way_at_stoprx_is_one_of_the_four(void)
{
    struct uart u = uart_start("");

    uart_say(u, "abcdefgh");
    uart_pass(u, UART_FRAME_NS / 2);
    uart_task(u, UART_STOPRX);
    uart_expect_in(u, UART_RXTO, 4 * UART_FRAME_NS);
    for (const char *c = "abcd"; *c; c++) {
        g_assert_cmpint(uart_get(u), ==, *c);
    }
    g_assert_cmpuint(uart_read(u, UART_RXDRDY), ==, 0);
    uart_finish(u);
}

static void startrx_takes_stoprx_back(void)
{
    struct uart u = uart_start("");

    uart_task(u, UART_STOPRX);
    uart_pass(u, 2 * UART_FRAME_NS);
    uart_task(u, UART_STARTRX);
    uart_pass(u, 10 * UART_FRAME_NS);
    uart_expect_quiet(u);
    uart_say(u, "a");
    uart_expect_in(u, UART_RXDRDY, UART_FRAME_NS);
    uart_finish(u);
}

static void stoprx_while_off_does_nothing(void)
{
    struct uart u = uart_start("");

    uart_task(u, UART_STOPRX);
    uart_expect_in(u, UART_RXTO, 4 * UART_FRAME_NS);
    uart_clear(u, UART_RXTO);
    uart_task(u, UART_STOPRX);
    uart_pass(u, 10 * UART_FRAME_NS);
    uart_expect_quiet(u);
    uart_finish(u);
}

static void suspend_stops_the_receiver_too(void)
{
    struct uart u = uart_start("");

    uart_task(u, UART_SUSPEND);
    uart_expect_in(u, UART_RXTO, 4 * UART_FRAME_NS);
    uart_finish(u);
}

/* What is sent to a receiver that is off comes when it is switched on. */
static void input_waits_for_enable_startrx_and_pin(void)
{
    struct uart u = uart_bare("");

    uart_say(u, "abc");
    uart_pass(u, UART_FRAME_NS);
    uart_write(u, UART_ENABLE, 4);
    uart_pass(u, UART_FRAME_NS);
    uart_task(u, UART_STARTRX);
    uart_pass(u, UART_FRAME_NS);
    uart_expect_quiet(u);
    uart_write(u, UART_PSELRXD, MICROBIT_RXD);
    uart_expect_in(u, UART_RXDRDY, UART_FRAME_NS);
    g_assert_cmpint(uart_get(u), ==, 'a');
    uart_finish(u);
}

static void byte_that_is_cut_off_is_sent_again(void)
{
    struct uart u = uart_start("");

    uart_say(u, "ab");
    uart_pass(u, UART_FRAME_NS / 2);
    uart_write(u, UART_ENABLE, 0);
    uart_pass(u, UART_FRAME_NS);
    uart_write(u, UART_ENABLE, 4);
    uart_task(u, UART_STARTRX);
    uart_expect_in(u, UART_RXDRDY, UART_FRAME_NS);
    g_assert_cmpint(uart_get(u), ==, 'a');
    uart_expect_in(u, UART_RXDRDY, UART_FRAME_NS);
    g_assert_cmpint(uart_get(u), ==, 'b');
    uart_finish(u);
}

static void break_is_a_framing_error_and_a_break(void)
{
    struct uart u = uart_start("");

    uart_say(u, "a");
    uart_say_break(u);
    uart_expect_in(u, UART_ERROR, 2 * UART_FRAME_NS);
    g_assert_cmphex(uart_read(u, UART_ERRORSRC), ==, UART_FRAMING | UART_BREAK);
    g_assert_cmpint(uart_get(u), ==, 'a');
    g_assert_cmpuint(uart_read(u, UART_RXDRDY), ==, 0);
    uart_finish(u);
}

/* Flow control */

static struct uart start_with_flow_control(void)
{
    struct uart u = uart_start("");

    gpio_cnf(u.qts, SPARE_RTS, CNF_PULL_UP); /* seen while the UART is off */
    uart_write(u, UART_PSELRTS, SPARE_RTS);
    uart_write(u, UART_PSELCTS, SPARE_CTS);
    uart_write(u, UART_CONFIG, UART_HWFC);
    uart_task(u, UART_STOPRX);
    uart_pass(u, 4 * UART_FRAME_NS);
    uart_take(u, UART_RXTO);
    uart_task(u, UART_STARTRX);
    return u;
}

/* RTS is active while low. */
static bool rts(struct uart u)
{
    return !net_level(u.qts, SPARE_RTS);
}

static void rts_goes_when_four_places_are_left_until_all_is_read(void)
{
    struct uart u = start_with_flow_control();

    uart_say(u, "abcd");
    g_assert_true(rts(u));
    uart_pass(u, 2 * UART_FRAME_NS - 1);
    g_assert_true(rts(u));
    uart_pass(u, 1);
    g_assert_false(rts(u));
    uart_pass(u, 10 * UART_FRAME_NS); /* the other end obeys */
    g_assert_cmpint(uart_get(u), ==, 'a');
    g_assert_false(rts(u));
    g_assert_cmpint(uart_get(u), ==, 'b');
    g_assert_true(rts(u));
    uart_expect_in(u, UART_RXDRDY, UART_FRAME_NS);
    g_assert_cmpint(uart_get(u), ==, 'c');
    uart_finish(u);
}

static void rts_goes_at_stoprx_and_disable(void)
{
    struct uart u = start_with_flow_control();

    g_assert_true(rts(u));
    uart_task(u, UART_STOPRX);
    g_assert_false(rts(u));
    uart_task(u, UART_STARTRX);
    g_assert_true(rts(u));
    uart_write(u, UART_ENABLE, 0);
    g_assert_false(rts(u));
    uart_finish(u);
}

static void shorts_start_and_stop_the_receiver(void)
{
    struct uart u = start_with_flow_control();

    uart_write(u, UART_SHORTS, UART_NCTS_STOPRX | UART_CTS_STARTRX);
    net_feed(u.qts, SPARE_CTS, VDD_MV);
    uart_expect_in(u, UART_RXTO, 4 * UART_FRAME_NS);
    net_feed(u.qts, SPARE_CTS, 0);
    uart_say(u, "a");
    uart_expect_in(u, UART_RXDRDY, UART_FRAME_NS);
    uart_finish(u);
}

/* Much at once */

/* The other end sends 4096 bytes; the driver looks every @late_ns. */
static void paste(struct uart u, int64_t late_ns)
{
    int64_t deadline_us = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
    unsigned got = 0;
    char bytes[4096];

    for (unsigned n = 0; n < sizeof(bytes); n++) {
        bytes[n] = ' ' + (n * 7 + n / 256) % 95;
    }
    g_assert_cmpint(send(u.fd, bytes, sizeof(bytes), 0), ==, sizeof(bytes));
    while (got < sizeof(bytes)) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);
        uart_pass(u, late_ns);
        while (uart_read(u, UART_RXDRDY)) {
            g_assert_cmphex(uart_get(u), ==, bytes[got]);
            got++;
        }
    }
    g_assert_cmpuint(uart_read(u, UART_ERROR), ==, 0);
}

static void paste_of_4096_bytes_arrives_whole(void)
{
    static const int64_t late_ns[] = { UART_FRAME_NS, 20 * UART_FRAME_NS };

    for (size_t i = 0; i < G_N_ELEMENTS(late_ns); i++) {
        struct uart u = uart_start("");

        paste(u, late_ns[i]);
        uart_finish(u);
    }
}

/* A chardev that is shared, as -serial mon:stdio is, must be asked for more. */
static void paste_through_a_multiplexer_arrives_whole(void)
{
    struct uart u;
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
    u.fd = fds[0];
    u.qts = qtest_initf("-M microbit -chardev socket,id=s0,fd=%d,mux=on"
                        " -serial chardev:s0",
                        fds[1]);
    close(fds[1]);
    uart_set_up(u);
    paste(u, UART_FRAME_NS);
    uart_finish(u);
}

/* Migration through a file, to a machine with another serial port */

static void migration_in_mid_byte_goes_on(void)
{
    struct uart u = uart_start("");
    int64_t now_ns;
    char *path;

    uart_say(u, "abc");
    uart_pass(u, 2 * UART_FRAME_NS + UART_FRAME_NS / 2);
    uart_write(u, UART_TXD, 'x');
    now_ns = qtest_clock_step(u.qts, UART_FRAME_NS / 4);
    path = migrate_out(u.qts);
    uart_finish(u);

    u = uart_bare("-incoming defer");
    migrate_in(u.qts, path, now_ns);

    uart_expect_in(u, UART_TXDRDY, UART_FRAME_NS * 3 / 4);
    uart_expect_sent(u, "x");
    for (const char *c = "abc"; *c; c++) {
        g_assert_cmpint(uart_get(u), ==, *c);
    }
    uart_finish(u);
}

#define TEST(name) qtest_add_func("/nrf51-uart/receive/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(bytes_come_at_the_rate_of_the_line);
    TEST(parity_makes_a_byte_eleven_bits);
    TEST(next_rxdrdy_comes_from_the_read);
    TEST(clearing_after_the_read_loses_an_event);
    TEST(reading_an_empty_rxd_gives_the_last_byte);
    TEST(line_waits_while_six_bytes_are_unread);
    TEST(line_that_does_not_wait_overruns);
    TEST(stoprx_takes_four_more_bytes_then_rxto);
    TEST(byte_under_way_at_stoprx_is_one_of_the_four);
    TEST(startrx_takes_stoprx_back);
    TEST(stoprx_while_off_does_nothing);
    TEST(suspend_stops_the_receiver_too);
    TEST(input_waits_for_enable_startrx_and_pin);
    TEST(byte_that_is_cut_off_is_sent_again);
    TEST(break_is_a_framing_error_and_a_break);
    TEST(rts_goes_when_four_places_are_left_until_all_is_read);
    TEST(rts_goes_at_stoprx_and_disable);
    TEST(shorts_start_and_stop_the_receiver);
    TEST(paste_of_4096_bytes_arrives_whole);
    TEST(paste_through_a_multiplexer_arrives_whole);
    TEST(migration_in_mid_byte_goes_on);
    return g_test_run();
}
