/*
 * A driver without much patience: it looks at TXDRDY a thousand times, with a
 * microsecond of the core's time between, then stops the transmitter, whether
 * the byte has been sent or not.  A public operating system's console does so.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/firmware/firmware.h"

#define UART_STARTTX  REG(0x40002000u, 0x008)
#define UART_STOPTX   REG(0x40002000u, 0x00C)
#define UART_TXDRDY   REG(0x40002000u, 0x11C)
#define UART_TXD      REG(0x40002000u, 0x51C)
#define UART_BAUDRATE REG(0x40002000u, 0x524)
#define BAUD_19200    0x004EA000u

#define LOOKS 1000
#define LINES 20
#define LOOPS 4 /* of 4 cycles at 16 MHz: 1 us */

static void wait_us(void)
{
    uint32_t left = LOOPS;

    __asm__ volatile(".syntax unified\n"
                     "1: subs %0, #1\n\t"
                     "bne 1b"
                     : "+l"(left)
                     :
                     : "cc");
}

static bool put(char c)
{
    unsigned left = LOOKS;

    UART_TXDRDY = 0;
    UART_STARTTX = 1;
    UART_TXD = (uint8_t)c;
    while (left && !UART_TXDRDY) {
        wait_us();
        left--;
    }
    UART_STOPTX = 1;
    return left != 0;
}

static bool put_line(void)
{
    bool good = true;
    char c;

    for (c = 'a'; c <= 'z'; c++) {
        good &= put(c);
    }
    good &= put('\n');
    return good;
}

void test_main(void)
{
    uint32_t baudrate = UART_BAUDRATE;
    bool good = true;
    bool slow;
    unsigned i;

    for (i = 0; i < LINES; i++) {
        good &= put_line();
    }
    UART_BAUDRATE = BAUD_19200;
    slow = put_line();
    UART_BAUDRATE = baudrate;
    UART_STARTTX = 1; /* for the rest of the program */
    check(good, "at 115200 baud no byte takes too long");
    check(slow, "nor at 19200 baud, where a byte takes half of the patience");
    done();
}
