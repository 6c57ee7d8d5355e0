/*
 * The parts of the nRF51's TWI model: registers (nrf51_twi.c), transactions
 * (nrf51_twi_bus.c), and how long they take (nrf51_twi_time.c)
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

typedef enum TwiState {
    TWI_IDLE,      /* no transaction */
    TWI_QUEUED,    /* START waits for the other master's STOP */
    TWI_ADDRESS,   /* phase: START and address */
    TWI_SEND,      /* phase: a byte to the part */
    TWI_RECV,      /* phase: a byte from the part */
    TWI_BOUNDARY,  /* only while a phase's end is being dealt with */
    TWI_WAIT_TXD,  /* SCL held low: nothing to send yet */
    TWI_SUSPENDED, /* SCL held low until RESUME */
    TWI_NACKED,    /* refused; the bus is ours until STOP or START */
    TWI_STOP,      /* phase: STOP */
    TWI_HELD,      /* refused at STOP; STOPPED is held back */
} TwiState;

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

/* --- nrf51_twi_time.c --- */

/* The time of @bits by FREQUENCY. */
int64_t nrf51_twi_bits_ns(Nrf51TWI *s, unsigned bits);

/* Does the transaction as a whole take the time of its bits? */
bool nrf51_twi_is_outside(Nrf51TWI *s);

/* s->state, a phase of so many bits, has begun.  Returns: how long it lasts. */
int64_t nrf51_twi_phase_begins(Nrf51TWI *s, unsigned bits);
void nrf51_twi_phase_ends(Nrf51TWI *s);

/* How long a byte lasts that makes up for what the part has taken too long. */
int64_t nrf51_twi_short_ns(Nrf51TWI *s);

#endif
