/*
 * The nRF51's UART seen from a qtest
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include "uart.h"

#define DEADLINE_US  (5 * G_USEC_PER_SEC)
#define MOST_BLOCKED 100000

void uart_write(struct uart u, enum uart_register reg, uint32_t value)
{
    qtest_writel(u.qts, UART_BASE + reg, value);
}

uint32_t uart_read(struct uart u, enum uart_register reg)
{
    return qtest_readl(u.qts, UART_BASE + reg);
}

struct uart uart_bare(const char *args)
{
    g_autofree char *all = g_strdup_printf("-M microbit %s", args);
    struct uart u;

    u.qts = qtest_init_with_serial(all, &u.fd);
    return u;
}

void uart_set_up(struct uart u)
{
    uart_write(u, UART_PSELTXD, MICROBIT_TXD);
    uart_write(u, UART_PSELRXD, MICROBIT_RXD);
    uart_write(u, UART_BAUDRATE, UART_250000);
    uart_write(u, UART_ENABLE, 4);
    uart_task(u, UART_STARTTX);
    uart_task(u, UART_STARTRX);
}

struct uart uart_start(const char *args)
{
    struct uart u = uart_bare(args);

    uart_set_up(u);
    return u;
}

void uart_finish(struct uart u)
{
    qtest_quit(u.qts);
    close(u.fd);
}

void uart_pass(struct uart u, int64_t ns)
{
    qtest_clock_step(u.qts, ns);
}

void uart_take(struct uart u, enum uart_register event)
{
    g_assert_cmpuint(uart_read(u, event), ==, 1);
    uart_clear(u, event);
}

void uart_expect_in(struct uart u, enum uart_register event, int64_t ns)
{
    g_assert_cmpuint(uart_read(u, event), ==, 0);
    uart_pass(u, ns - 1);
    g_assert_cmpuint(uart_read(u, event), ==, 0);
    uart_pass(u, 1);
    g_assert_cmpuint(uart_read(u, event), ==, 1);
}

void uart_expect_quiet(struct uart u)
{
    g_assert_cmpuint(uart_read(u, UART_CTS), ==, 0);
    g_assert_cmpuint(uart_read(u, UART_NCTS), ==, 0);
    g_assert_cmpuint(uart_read(u, UART_RXDRDY), ==, 0);
    g_assert_cmpuint(uart_read(u, UART_TXDRDY), ==, 0);
    g_assert_cmpuint(uart_read(u, UART_ERROR), ==, 0);
    g_assert_cmpuint(uart_read(u, UART_RXTO), ==, 0);
}

void uart_expect_sent(struct uart u, const char *text)
{
    char got[64] = "";
    ssize_t n = recv(u.fd, got, sizeof(got) - 1, MSG_DONTWAIT);

    if (n < 0) {
        g_assert_cmpint(errno, ==, EAGAIN);
        n = 0;
    }
    g_assert_cmpint(n, ==, strlen(text));
    g_assert_cmpint(memcmp(got, text, n), ==, 0);
}

void uart_say(struct uart u, const char *text)
{
    int64_t deadline_us = g_get_monotonic_time() + DEADLINE_US;
    int unread = 1;

    g_assert_cmpint(strlen(text), <=, 40);
    g_assert_cmpint(send(u.fd, text, strlen(text), 0), ==, strlen(text));
    while (unread) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);
        g_assert_cmpint(ioctl(u.fd, SIOCOUTQ, &unread), ==, 0);
        uart_read(u, UART_ENABLE); /* gives QEMU's main loop a turn */
    }
}

void uart_say_break(struct uart u)
{
    qtest_qmp_assert_success(u.qts, "{'execute': 'chardev-send-break',"
                                    " 'arguments': {'id': 's0'}}");
}

uint8_t uart_get(struct uart u)
{
    uart_take(u, UART_RXDRDY);
    return uart_read(u, UART_RXD);
}

static char nth_byte(unsigned n)
{
    return 'a' + n % 26;
}

unsigned uart_block(struct uart u)
{
    for (unsigned n = 0; n < MOST_BLOCKED; n++) {
        uart_write(u, UART_TXD, nth_byte(n));
        uart_pass(u, UART_FRAME_NS);
        if (!uart_read(u, UART_TXDRDY)) {
            return n + 1;
        }
        uart_clear(u, UART_TXDRDY);
    }
    g_assert_not_reached();
}

void uart_unblock(struct uart u, unsigned n)
{
    struct pollfd pfd = { .fd = u.fd, .events = POLLIN };

    for (unsigned i = 0; i < n; i++) {
        char byte;

        g_assert_cmpint(poll(&pfd, 1, 5000), ==, 1);
        g_assert_cmpint(recv(u.fd, &byte, 1, MSG_DONTWAIT), ==, 1);
        g_assert_cmpint(byte, ==, nth_byte(i));
    }
}
