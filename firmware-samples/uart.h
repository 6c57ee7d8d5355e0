/*
 * The console: UART0 at 115200 baud on the pins of the USB interface chip.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_FIRMWARE_UART_H
#define BENCHWIRE_FIRMWARE_UART_H

#include <stddef.h>

/* Call once; printf() works from then on (see syscalls.c). */
void uart_init(void);

/* Send @len bytes; returns when the last one has left. */
void uart_write(const char *bytes, size_t len);

#endif
