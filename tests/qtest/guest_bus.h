/*
 * A guest's I2C driver, driven by qtest: whole transactions on a TWI of -M
 * microbit (nRF51 Series Reference Manual v3.0, chapter TWI).
 *
 * A transaction ends when the controller says so; the virtual clock is moved
 * meanwhile, and a wait of more than 20 s of host time fails the test.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_GUEST_BUS_H
#define BENCHWIRE_TESTS_QTEST_GUEST_BUS_H

#include <stddef.h>
#include <stdint.h>

#include "tests/qtest/libqtest.h"

#define GUEST_ACK   0
#define GUEST_ANACK 2 /* ERRORSRC: the address was not acknowledged */
#define GUEST_DNACK 4 /* ERRORSRC: a byte was not acknowledged */

/* Select the board's pins and switch the controller on. */
void guest_bus_init(QTestState *qts);

/* Switch it off and on again, in the middle of whatever it does. */
void guest_bus_reset(QTestState *qts);

/**
 * guest_bus_transfer: write, repeated START, read, STOP
 * @tx: @tx_len bytes to write; none and nothing to read: a write of no bytes
 * @rx: room for @rx_len bytes; none: no read
 *
 * Returns: GUEST_ACK, or the bits of ERRORSRC.
 */
unsigned guest_bus_transfer(QTestState *qts, uint8_t addr7, const uint8_t *tx,
                            size_t tx_len, uint8_t *rx, size_t rx_len);

/* The same write without its STOP, and later its STOP. */
unsigned guest_bus_begin_write(QTestState *qts, uint8_t addr7,
                               const uint8_t *tx, size_t tx_len);
unsigned guest_bus_stop(QTestState *qts);

/* START for reading, and nothing more; returns at once. */
void guest_bus_start_read(QTestState *qts, uint8_t addr7);

#endif
