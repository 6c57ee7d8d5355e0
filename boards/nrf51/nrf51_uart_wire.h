/*
 * nRF51 UART: what nrf51_uart.c (registers) asks of nrf51_uart_wire.c (frames
 * on the wires, FIFO, chardev)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_UART_WIRE_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_UART_WIRE_H

#include "hw/benchwire/boards/nrf51/nrf51_uart.h"

#define NRF51_UART_ENABLED  4 /* ENABLE; its other codes leave it off */

#define NRF51_UART_HWFC     0x1 /* CONFIG */
#define NRF51_UART_PARITY   0xe

#define NRF51_UART_OVERRUN  0x1 /* ERRORSRC */
#define NRF51_UART_EPARITY  0x2
#define NRF51_UART_FRAMING  0x4
#define NRF51_UART_BREAK    0x8

/* Indices of the tables in nrf51_uart.c */
enum { EV_CTS, EV_NCTS, EV_RXDRDY, EV_TXDRDY, EV_ERROR, EV_RXTO };
enum {
    REG_ERRORSRC,
    REG_ENABLE,
    REG_PSELRTS,
    REG_PSELTXD,
    REG_PSELCTS,
    REG_PSELRXD,
    REG_RXD,
    REG_TXD,
    REG_BAUDRATE,
    REG_CONFIG,
};

void nrf51_uart_wire_init(Nrf51UART *s);
void nrf51_uart_wire_connect(Nrf51UART *s);
void nrf51_uart_wire_disconnect(Nrf51UART *s);

/* After a snapshot was loaded.  Returns: 0, or a negative errno. */
int nrf51_uart_wire_loaded(Nrf51UART *s);

/* A register that decides what may move was written. */
void nrf51_uart_wire_changed(Nrf51UART *s);

/* Both directions end at once and without an event; the FIFO stays. */
void nrf51_uart_wire_drop(Nrf51UART *s);

/* The pins go back to GPIO, also while ENABLE still says otherwise. */
void nrf51_uart_wire_release(Nrf51UART *s);

void nrf51_uart_tx_start(Nrf51UART *s);
void nrf51_uart_tx_stop(Nrf51UART *s);    /* in mid-byte */
void nrf51_uart_tx_suspend(Nrf51UART *s); /* after the byte under way */
void nrf51_uart_tx_poll(Nrf51UART *s);    /* software looks at an event */
void nrf51_uart_tx_byte(Nrf51UART *s, uint8_t byte);

void nrf51_uart_rx_start(Nrf51UART *s);
void nrf51_uart_rx_stop(Nrf51UART *s);
void nrf51_uart_rx_clear(Nrf51UART *s);  /* empty the FIFO */
uint8_t nrf51_uart_rx_take(Nrf51UART *s); /* software reads RXD */

#endif
