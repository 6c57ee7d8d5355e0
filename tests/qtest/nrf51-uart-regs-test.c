/*
 * UART0 of the nRF51: registers, interrupts, POWER, ENABLE
 *
 * Offsets, masks and reset values are those of Nordic's nrf51.svd; the reset
 * value of BAUDRATE is a choice, see boards/nrf51/nrf51_uart.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <sys/socket.h>
#include "net.h"
#include "uart.h"

static const struct {
    uint16_t offset;
    uint32_t reset;
    uint32_t mask; /* bits that keep what is written; 0: read only */
} registers[] = {
    { UART_SHORTS, 0, 0x18 },
    { UART_INTEN, 0, 0x20287 }, /* bits 0, 1, 2, 7, 9, 17 */
    { UART_PSELRTS, 0xffffffff, 0xffffffff },
    { UART_PSELTXD, 0xffffffff, 0xffffffff },
    { UART_PSELCTS, 0xffffffff, 0xffffffff },
    { UART_PSELRXD, 0xffffffff, 0xffffffff },
    { UART_RXD, 0, 0 },
    { UART_TXD, 0, 0 }, /* write only */
    { UART_BAUDRATE, 0x04000000, 0xffffffff },
    { UART_CONFIG, 0, 0xf },
    { UART_ENABLE, 0, 0x7 },
};

static const uint16_t events[] = { UART_CTS,    UART_NCTS,  UART_RXDRDY,
                                   UART_TXDRDY, UART_ERROR, UART_RXTO };

static const uint16_t tasks[] = { UART_STARTRX, UART_STOPRX, UART_STARTTX,
                                  UART_STOPTX, UART_SUSPEND };

static void expect_reset_values(struct uart u)
{
    for (size_t i = 0; i < G_N_ELEMENTS(registers); i++) {
        g_assert_cmphex(uart_read(u, registers[i].offset), ==,
                        registers[i].reset);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(tasks); i++) {
        g_assert_cmphex(uart_read(u, tasks[i]), ==, 0);
    }
    g_assert_cmphex(uart_read(u, UART_INTENSET), ==, 0);
    g_assert_cmphex(uart_read(u, UART_INTENCLR), ==, 0);
    g_assert_cmphex(uart_read(u, UART_ERRORSRC), ==, 0);
    g_assert_cmphex(uart_read(u, UART_POWER), ==, 1);
    uart_expect_quiet(u);
}

static void reset_values(void)
{
    struct uart u = uart_bare("");

    expect_reset_values(u);
    uart_finish(u);
}

/* Before ENABLE, as drivers write them */
static void registers_keep_what_their_bits_can_hold(void)
{
    struct uart u = uart_bare("");

    for (size_t i = 0; i < G_N_ELEMENTS(registers); i++) {
        uint32_t mask = registers[i].mask;

        uart_write(u, registers[i].offset, 0xffffffff);
        g_assert_cmphex(uart_read(u, registers[i].offset), ==, mask);
        uart_write(u, registers[i].offset, 0x5a5a5a5a);
        g_assert_cmphex(uart_read(u, registers[i].offset), ==,
                        mask & 0x5a5a5a5a);
    }
    uart_finish(u);
}

static void registers_keep_their_value_while_disabled(void)
{
    struct uart u = uart_start("");

    uart_write(u, UART_CONFIG, UART_PARITY);
    uart_write(u, UART_ENABLE, 0);
    g_assert_cmphex(uart_read(u, UART_PSELTXD), ==, MICROBIT_TXD);
    g_assert_cmphex(uart_read(u, UART_PSELRXD), ==, MICROBIT_RXD);
    g_assert_cmphex(uart_read(u, UART_CONFIG), ==, UART_PARITY);
    uart_finish(u);
}

static void inten_can_be_set_cleared_and_written_whole(void)
{
    struct uart u = uart_bare("");

    uart_write(u, UART_INTENSET, 1 << 2 | 1 << 9);
    uart_write(u, UART_INTENSET, 1 << 17);
    g_assert_cmphex(uart_read(u, UART_INTEN), ==, 0x20204);
    g_assert_cmphex(uart_read(u, UART_INTENCLR), ==, 0x20204);
    uart_write(u, UART_INTENCLR, 1 << 9);
    g_assert_cmphex(uart_read(u, UART_INTENSET), ==, 0x20004);
    uart_write(u, UART_INTEN, 1 << 7);
    g_assert_cmphex(uart_read(u, UART_INTENSET), ==, 0x80);
    uart_finish(u);
}

static void software_can_clear_an_event_but_not_set_it(void)
{
    struct uart u = uart_bare("");

    for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
        uart_write(u, events[i], 1);
    }
    uart_expect_quiet(u);
    uart_finish(u);
}

static void errorsrc_is_cleared_by_writing_ones(void)
{
    struct uart u = uart_start("");

    uart_say_break(u);
    uart_pass(u, UART_FRAME_NS);
    g_assert_cmphex(uart_read(u, UART_ERRORSRC), ==, UART_FRAMING | UART_BREAK);
    uart_write(u, UART_ERRORSRC, UART_OVERRUN | UART_FRAMING);
    g_assert_cmphex(uart_read(u, UART_ERRORSRC), ==, UART_BREAK);
    uart_write(u, UART_ERRORSRC, UART_BREAK);
    g_assert_cmphex(uart_read(u, UART_ERRORSRC), ==, 0);
    uart_finish(u);
}

/* One event of each kind: its interrupt, then none after clearing it */
static void expect_interrupt(struct uart u, unsigned bit,
                             enum uart_register event)
{
    g_assert_cmpuint(uart_read(u, event), ==, 1);
    g_assert_false(qtest_get_irq(u.qts, UART_IRQ));
    uart_write(u, UART_INTENSET, 1 << bit);
    g_assert_true(qtest_get_irq(u.qts, UART_IRQ));
    uart_write(u, UART_INTENCLR, 1 << bit);
    g_assert_false(qtest_get_irq(u.qts, UART_IRQ));
    uart_write(u, UART_INTEN, 1 << bit);
    g_assert_true(qtest_get_irq(u.qts, UART_IRQ));
    uart_clear(u, event);
    g_assert_false(qtest_get_irq(u.qts, UART_IRQ));
    uart_write(u, UART_INTEN, 0);
}

static void each_event_raises_interrupt_2(void)
{
    struct uart u = uart_start("");

    qtest_irq_intercept_in(u.qts, "/machine/nrf51/armv6m");
    uart_write(u, UART_TXD, 'x');
    uart_pass(u, UART_FRAME_NS);
    expect_interrupt(u, 7, UART_TXDRDY);
    uart_say(u, "y");
    uart_pass(u, UART_FRAME_NS);
    expect_interrupt(u, 2, UART_RXDRDY);
    uart_say_break(u);
    uart_pass(u, UART_FRAME_NS);
    expect_interrupt(u, 9, UART_ERROR);
    uart_write(u, UART_PSELCTS, SPARE_CTS);
    uart_write(u, UART_CONFIG, UART_HWFC);
    net_feed(u.qts, SPARE_CTS, VDD_MV);
    expect_interrupt(u, 1, UART_NCTS);
    net_feed(u.qts, SPARE_CTS, 0);
    expect_interrupt(u, 0, UART_CTS);
    uart_task(u, UART_STOPRX);
    uart_pass(u, 4 * UART_FRAME_NS);
    expect_interrupt(u, 17, UART_RXTO);
    uart_finish(u);
}

static void power_off_resets_everything_and_silences_the_registers(void)
{
    struct uart u = uart_start("");

    uart_write(u, UART_SHORTS, 0x18);
    uart_write(u, UART_INTENSET, 0x20287);
    uart_say(u, "abc");
    uart_pass(u, 3 * UART_FRAME_NS);
    uart_write(u, UART_TXD, 'x');
    uart_write(u, UART_POWER, 0);
    g_assert_cmphex(uart_read(u, UART_POWER), ==, 0);
    g_assert_cmphex(uart_read(u, UART_PSELRTS), ==, 0); /* no power */
    uart_write(u, UART_ENABLE, 4);
    uart_write(u, UART_POWER, 1);
    uart_pass(u, 10 * UART_FRAME_NS);
    expect_reset_values(u);
    uart_expect_sent(u, "");
    uart_finish(u);
}

static void system_reset_resets_the_uart_in_mid_byte(void)
{
    struct uart u = uart_start("");

    uart_write(u, UART_TXD, 'x');
    uart_pass(u, UART_FRAME_NS / 2);
    qtest_system_reset(u.qts);
    uart_pass(u, UART_FRAME_NS);
    expect_reset_values(u);
    uart_expect_sent(u, "");
    uart_finish(u);
}

static void disabling_ends_both_ways_without_an_event(void)
{
    struct uart u = uart_start("");

    uart_write(u, UART_TXD, 'x');
    uart_say(u, "y");
    uart_pass(u, UART_FRAME_NS / 2);
    uart_write(u, UART_ENABLE, 0);
    uart_pass(u, 10 * UART_FRAME_NS);
    uart_expect_quiet(u);
    uart_expect_sent(u, "");
    uart_finish(u);
}

static void tasks_do_nothing_while_disabled(void)
{
    struct uart u = uart_start("");

    uart_write(u, UART_ENABLE, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(tasks); i++) {
        uart_task(u, tasks[i]);
    }
    uart_task(u, UART_STARTTX);
    uart_write(u, UART_TXD, 'x');
    uart_pass(u, 10 * UART_FRAME_NS);
    uart_expect_quiet(u);
    uart_finish(u);
}

static void other_enable_codes_leave_the_uart_off(void)
{
    struct uart u = uart_start("");

    uart_write(u, UART_ENABLE, 5);
    uart_task(u, UART_STARTTX);
    uart_write(u, UART_TXD, 'x');
    uart_pass(u, UART_FRAME_NS);
    uart_expect_quiet(u);
    uart_finish(u);
}

/* A guest gone mad, with traffic on the line; then all works as ever. */
static void random_accesses_do_no_harm(void)
{
    struct uart u = uart_start("-global bw-nrf51-uart.overrun=on");
    GRand *rand = g_rand_new_with_seed(51);
    char bytes[64] = "";

    for (int i = 0; i < 5000; i++) {
        uint32_t value = g_rand_int(rand);

        switch (g_rand_int_range(rand, 0, 8)) {
        case 0:
            uart_pass(u, g_rand_int_range(rand, 1, UART_LONG_NS / 1000));
            break;
        case 1:
            send(u.fd, bytes, value % sizeof(bytes), MSG_DONTWAIT);
            break;
        case 2:
            recv(u.fd, bytes, sizeof(bytes), MSG_DONTWAIT);
            break;
        case 3:
            uart_say_break(u);
            break;
        case 4:
            net_feed(u.qts, value % 32, value & 32 ? VDD_MV : 0);
            break;
        case 5:
            uart_read(u, value & 0xffc);
            break;
        case 6:
            uart_task(u, tasks[value % G_N_ELEMENTS(tasks)]);
            break;
        default:
            uart_write(u, registers[value % G_N_ELEMENTS(registers)].offset,
                       g_rand_boolean(rand) ? 4 : g_rand_int(rand));
            break;
        }
    }
    g_rand_free(rand);
    qtest_system_reset(u.qts);
    expect_reset_values(u);
    uart_finish(u);
}

#define TEST(name) qtest_add_func("/nrf51-uart/regs/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(reset_values);
    TEST(registers_keep_what_their_bits_can_hold);
    TEST(registers_keep_their_value_while_disabled);
    TEST(inten_can_be_set_cleared_and_written_whole);
    TEST(software_can_clear_an_event_but_not_set_it);
    TEST(errorsrc_is_cleared_by_writing_ones);
    TEST(each_event_raises_interrupt_2);
    TEST(power_off_resets_everything_and_silences_the_registers);
    TEST(system_reset_resets_the_uart_in_mid_byte);
    TEST(disabling_ends_both_ways_without_an_event);
    TEST(tasks_do_nothing_while_disabled);
    TEST(other_enable_codes_leave_the_uart_off);
    TEST(random_accesses_do_no_harm);
    return g_test_run();
}
