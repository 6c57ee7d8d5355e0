/*
 * The register accesses of the drivers that firmware brings along, in their
 * order, for nrf51-drivers-test.c.
 *
 * Only the order of accesses is taken from the drivers named; between two
 * accesses time passes only where a driver waits, which is the fastest CPU
 * there can be.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_TWI_DRIVERS_H
#define BENCHWIRE_TESTS_QTEST_TWI_DRIVERS_H

#include "twi.h"

/**
 * struct twi_driver
 * @setup: once, after twi_enable(); may be NULL
 * @write: @n bytes, then STOP if @stop; false: the address was refused
 * @read: @n bytes, with STOP; false: the address was refused
 */
struct twi_driver {
    const char *name;
    void (*setup)(struct twi t);
    bool (*write)(struct twi t, unsigned addr7, const uint8_t *bytes,
                  unsigned n, bool stop);
    bool (*read)(struct twi t, unsigned addr7, uint8_t *bytes, unsigned n);
};

extern const struct twi_driver mbed_driver;       /* mbed classic, DAL */
extern const struct twi_driver twi_master_driver; /* Nordic SDK, by PPI */
extern const struct twi_driver riot_driver;       /* RIOT, by PPI */
extern const struct twi_driver nrfx_driver;       /* nrfx, Zephyr: by IRQ */
extern const struct twi_driver nrf_hal_driver;    /* Rust nrf-hal */
extern const struct twi_driver microbian_driver;  /* Spivey, by IRQ */

/* Let time pass until TWI's interrupt line is up, or fail the test. */
void twi_wait_irq(struct twi t);

#endif
