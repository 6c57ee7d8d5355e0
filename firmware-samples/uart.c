/*
 * UART0, transmitter only, polled.
 *
 * nRF51 Series Reference Manual v3.0, chapter UART.  Not used: reception,
 * flow control, interrupts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "uart.h"

#include "board.h"
#include "nrf51.h"

void uart_init(void)
{
    GPIO_OUTSET = 1u << PIN_UART_TX; /* the line idles high */
    GPIO_DIRSET = 1u << PIN_UART_TX;
    UART_PSELTXD = PIN_UART_TX;
    UART_PSELRXD = PIN_UART_RX;
    UART_BAUDRATE = UART_BAUDRATE_115200;
    UART_ENABLE = UART_ENABLE_ON;
    UART_EVENTS_TXDRDY = 0;
    UART_TASKS_STARTTX = 1;
}

void uart_write(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        UART_TXD = (uint8_t)bytes[i];
        while (!UART_EVENTS_TXDRDY) {
            /* 87 us at 115200 baud; always ends, no peer is asked */
        }
        UART_EVENTS_TXDRDY = 0;
    }
}
