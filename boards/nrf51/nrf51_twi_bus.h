/*
 * The two halves of the nRF51's TWI model: registers (nrf51_twi.c) and
 * transactions (nrf51_twi_bus.c)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_TWI_BUS_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_TWI_BUS_H

#include "hw/benchwire/boards/nrf51/nrf51_spi_twi_regs.h"
#include "hw/benchwire/boards/nrf51/nrf51_twi.h"

#define NRF51_TWI_OVERRUN BIT(0) /* ERRORSRC: RXD not read in time */
#define NRF51_TWI_ANACK   BIT(1) /* NACK after the address */
#define NRF51_TWI_DNACK   BIT(2) /* NACK after a data byte */

void nrf51_twi_bus_init(Nrf51TWI *s);

/* The tasks */
void nrf51_twi_bus_start(Nrf51TWI *s, bool reading);
void nrf51_twi_bus_stop(Nrf51TWI *s);
void nrf51_twi_bus_suspend(Nrf51TWI *s);
void nrf51_twi_bus_resume(Nrf51TWI *s);

/* TXD has got a byte to send. */
void nrf51_twi_bus_txd_written(Nrf51TWI *s);

/* The byte in RXD was read. */
void nrf51_twi_bus_rxd_read(Nrf51TWI *s);

/* Whether a phase lasts longer than its wire time, and not by the guest's. */
bool nrf51_twi_bus_waits(Nrf51TWI *s);

/* Drop the transaction: the lines go high, nobody hears of it. */
void nrf51_twi_bus_drop(Nrf51TWI *s);

/*
 * After a snapshot or migration was loaded: -EINVAL if the state makes no
 * sense.  A phase under way does not migrate: the I2C core and the parts come
 * up as they were before it, so it is requested again by _run(), once all of
 * them are loaded and the machine runs.
 */
int nrf51_twi_bus_loaded(Nrf51TWI *s);
void nrf51_twi_bus_run(Nrf51TWI *s);

#endif
