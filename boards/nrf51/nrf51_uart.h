/*
 * nRF51 universal asynchronous receiver/transmitter (UART0)
 *
 * QEMU interface: sysbus MMIO region 0 (registers), sysbus IRQ 0; properties
 * "chardev" (the other end of TXD and RXD) and "overrun", see
 * nrf51_uart_wire.c; its pins are those of nrf51_uart_connect().
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_UART_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_UART_H

#include "chardev/char-fe.h"
#include "qemu/timer.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/boards/nrf51/nrf51_pins.h"

#define TYPE_NRF51_UART "bw-nrf51-uart"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51UART, NRF51_UART)

#define NRF51_UART_FIFO 6  /* bytes, the one in RXD included */
#define NRF51_UART_LINE 64 /* symbols on the way from the chardev */

struct Nrf51UART {
    NrfPeripheral parent_obj;

    CharBackend chr;
    bool overrun;         /* bytes come whether there is room or not */
    guint watch;          /* until the chardev takes @out; 0 if there is none */
    Nrf51Pin rts;         /* low is active, as with CTS */
    Nrf51Pin txd;
    Nrf51Pin cts;
    Nrf51Pin rxd;

    /* Transmitter */
    QEMUTimer tx_end;     /* the stop bit of @shift is over */
    uint8_t tx_state;     /* enum in nrf51_uart_wire.c */
    bool tx_started;
    bool txd_full;        /* TXD holds a byte not yet begun */
    uint8_t shift;        /* byte on its way out */
    bool shift_on_wire;   /* PSELTXD named a pin when it began */
    bool out_full;        /* @out is out, but the chardev has not taken it */
    uint8_t out;
    bool cts_inactive;    /* as last reported */

    /* Receiver */
    QEMUTimer rx_end;     /* the stop bit of @coming is over */
    QEMUTimer rx_timeout; /* RXTO */
    uint8_t rx_state;     /* enum in nrf51_uart_wire.c */
    bool receiving;       /* @coming is on its way in */
    uint16_t coming;      /* symbol */
    uint8_t fifo_len;
    uint8_t fifo[NRF51_UART_FIFO];
    bool rts_hold;        /* the FIFO has filled and is not yet empty again */
    uint8_t line_len;
    uint16_t line[NRF51_UART_LINE]; /* symbols: bytes, or a break */
};

/* Give it the pins; before it is realized. */
void nrf51_uart_connect(Nrf51UART *s, Nrf51Gpio *gpio);

#endif
