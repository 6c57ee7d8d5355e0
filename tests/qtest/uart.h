/*
 * The nRF51's UART seen from a qtest: registers by name, a socket as the other
 * end of its wires.
 *
 * Used by the nrf51-uart-*-test.c programs.  The core does not run; the test
 * plays the driver, and moves the virtual clock itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_UART_H
#define BENCHWIRE_TESTS_QTEST_UART_H

#include "tests/qtest/libqtest.h"

#define UART_BASE 0x40002000
#define UART_IRQ  2
#define UART_PATH "/machine/nrf51/uart"

/* Offsets as in Nordic's nrf51.svd */
enum uart_register {
    UART_STARTRX = 0x000,
    UART_STOPRX = 0x004,
    UART_STARTTX = 0x008,
    UART_STOPTX = 0x00c,
    UART_SUSPEND = 0x01c,
    UART_CTS = 0x100,
    UART_NCTS = 0x104,
    UART_RXDRDY = 0x108,
    UART_TXDRDY = 0x11c,
    UART_ERROR = 0x124,
    UART_RXTO = 0x144,
    UART_SHORTS = 0x200,
    UART_INTEN = 0x300,
    UART_INTENSET = 0x304,
    UART_INTENCLR = 0x308,
    UART_ERRORSRC = 0x480,
    UART_ENABLE = 0x500,
    UART_PSELRTS = 0x508,
    UART_PSELTXD = 0x50c,
    UART_PSELCTS = 0x510,
    UART_PSELRXD = 0x514,
    UART_RXD = 0x518,
    UART_TXD = 0x51c,
    UART_BAUDRATE = 0x524,
    UART_CONFIG = 0x56c,
    UART_POWER = 0xffc,
};

#define UART_OVERRUN      0x1 /* ERRORSRC */
#define UART_FRAMING      0x4
#define UART_BREAK        0x8
#define UART_CTS_STARTRX  0x08 /* SHORTS */
#define UART_NCTS_STOPRX  0x10
#define UART_HWFC         0x1 /* CONFIG */
#define UART_PARITY       0xe
#define UART_DISCONNECTED 0xffffffff /* PSEL */
#define UART_250000       0x04000000 /* BAUDRATE */

/* micro:bit: the console's pins; the others are free ones */
#define MICROBIT_TXD 24
#define MICROBIT_RXD 25
#define SPARE_RTS    20
#define SPARE_CTS    21

/* At 250000 baud a bit takes 4 us; start, 8 data, stop. */
#define UART_BIT_NS   4000
#define UART_FRAME_NS (10 * UART_BIT_NS)
#define UART_LONG_NS  1000000000

struct uart {
    QTestState *qts;
    int fd; /* the other end */
};

/**
 * uart_bare: a micro:bit as it comes out of reset, with a socket as its
 * serial port, whose chardev has the id "s0"
 * @args: further QEMU arguments, or ""
 */
struct uart uart_bare(const char *args);

/* On the console's pins at 250000 baud, both ways started. */
void uart_set_up(struct uart u);

/* uart_bare() and uart_set_up() */
struct uart uart_start(const char *args);
void uart_finish(struct uart u);

void uart_write(struct uart u, enum uart_register reg, uint32_t value);
uint32_t uart_read(struct uart u, enum uart_register reg);
#define uart_task(u, reg)  uart_write(u, reg, 1)
#define uart_clear(u, reg) uart_write(u, reg, 0)

void uart_pass(struct uart u, int64_t ns);

/* The event is there now; clear it. */
void uart_take(struct uart u, enum uart_register event);

/* The event happens in exactly @ns from now, not a nanosecond earlier. */
void uart_expect_in(struct uart u, enum uart_register event, int64_t ns);

/* None of the six events is set. */
void uart_expect_quiet(struct uart u);

/* The other end: what it has got by now is exactly @text. */
void uart_expect_sent(struct uart u, const char *text);

/* The other end says @text, at most 40 bytes; QEMU has it afterwards. */
void uart_say(struct uart u, const char *text);

/* The other end says BREAK. */
void uart_say_break(struct uart u);

/* As drivers do it: clear RXDRDY, which must be set, then read RXD. */
uint8_t uart_get(struct uart u);

/*
 * Fill the socket until it takes no byte more: sends 'a', 'b', ... 'z', 'a'...
 * Returns: how many bytes were sent, the one that is held back included.
 */
unsigned uart_block(struct uart u);

/* Drain what uart_block() sent until all @n bytes are there, in 5 s. */
void uart_unblock(struct uart u, unsigned n);

#endif
