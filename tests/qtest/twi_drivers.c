/*
 * The drivers that firmware brings along, as sequences of register accesses
 *
 * Sources: mbed-classic i2c_api.c; nRF5 SDK twi_master.c; RIOT
 * cpu/nrf51/periph/i2c.c; nrfx_twi.c; nrf-hal twi.rs; microbian i2c.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "twi_drivers.h"

#define INTEN_STOPPED  (1u << 1)
#define INTEN_RXDREADY (1u << 2)
#define INTEN_TXDSENT  (1u << 7)
#define INTEN_ERROR    (1u << 9)

#define PPI_CHENSET (PPI_BASE + 0x504)
#define PPI_CHENCLR (PPI_BASE + 0x508)
#define PPI_CH0_EEP (PPI_BASE + 0x510)
#define PPI_CH0_TEP (PPI_BASE + 0x514)

#define MOST_POLLS 1000

/* Poll for @event or ERROR, as a driver does; false: it was ERROR. */
static bool poll_or_error(struct twi t, enum twi_register event)
{
    for (int i = 0; i < MOST_POLLS; i++) {
        if (twi_read(t, TWI_ERROR)) {
            return false;
        }
        if (twi_read(t, event)) {
            return true;
        }
        twi_pass(t, BIT_NS);
    }
    g_assert_not_reached();
}

/* Poll for @event until a time-out; false: it did not come. */
static bool poll_or_give_up(struct twi t, enum twi_register event)
{
    for (int i = 0; i < 100; i++) {
        if (twi_read(t, event)) {
            return true;
        }
        twi_pass(t, BIT_NS);
    }
    return false;
}

void twi_wait_irq(struct twi t)
{
    int irq = t.base == TWI0_BASE ? 3 : 4;

    for (int i = 0; i < MOST_POLLS; i++) {
        if (qtest_get_irq(t.qts, irq)) {
            return;
        }
        twi_pass(t, BIT_NS);
    }
    g_assert_not_reached();
}

/* mbed: knows of a NACK by a time-out only, resets by POWER after it */

static void mbed_reset(struct twi t)
{
    twi_write(t, TWI_ENABLE, 0);
    twi_write(t, TWI_POWER, 0);
    twi_write(t, TWI_POWER, 1);
    twi_enable(t);
}

static bool mbed_write(struct twi t, unsigned addr7, const uint8_t *bytes,
                       unsigned n, bool stop)
{
    twi_write(t, TWI_ADDRESS, addr7);
    twi_write(t, TWI_SHORTS, 0);
    twi_task(t, TWI_STARTTX);
    for (unsigned i = 0; i < n; i++) {
        twi_write(t, TWI_TXD, bytes[i]);
        if (!poll_or_give_up(t, TWI_TXDSENT)) {
            mbed_reset(t);
            return false;
        }
        twi_clear(t, TWI_TXDSENT);
    }
    if (stop) {
        twi_clear(t, TWI_STOPPED);
        twi_task(t, TWI_STOP);
        twi_wait(t, TWI_STOPPED);
        mbed_reset(t);
    }
    return true;
}

static bool mbed_byte(struct twi t, uint8_t *byte)
{
    if (!poll_or_give_up(t, TWI_RXDREADY)) {
        mbed_reset(t);
        return false;
    }
    twi_clear(t, TWI_RXDREADY);
    *byte = twi_read(t, TWI_RXD);
    return true;
}

static bool mbed_read(struct twi t, unsigned addr7, uint8_t *bytes, unsigned n)
{
    twi_write(t, TWI_ADDRESS, addr7);
    twi_write(t, TWI_SHORTS, TWI_BB_SUSPEND);
    twi_clear(t, TWI_RXDREADY);
    twi_task(t, TWI_STARTRX);
    for (unsigned i = 0; i < n; i++) {
        if (i == n - 1) {
            twi_write(t, TWI_SHORTS, TWI_BB_STOP);
        }
        twi_task(t, TWI_RESUME); /* the first one during the address */
        if (!mbed_byte(t, &bytes[i])) {
            return false;
        }
    }
    twi_wait(t, TWI_STOPPED);
    twi_clear(t, TWI_STOPPED);
    return true;
}

const struct twi_driver mbed_driver = { "mbed", NULL, mbed_write, mbed_read };

/* twi_master.c: BB goes through PPI channel 0, since PAN 36 forbids SHORTS */

static void point_channel_0(struct twi t, enum twi_register task)
{
    qtest_writel(t.qts, PPI_CH0_TEP, t.base + task);
}

static void ppi_setup(struct twi t)
{
    qtest_writel(t.qts, PPI_CH0_EEP, t.base + TWI_BB);
    point_channel_0(t, TWI_SUSPEND);
    qtest_writel(t.qts, PPI_CHENCLR, 1);
}

static void twi_master_recover(struct twi t)
{
    twi_clear(t, TWI_ERROR);
    twi_write(t, TWI_ENABLE, 0);
    twi_write(t, TWI_POWER, 0);
    qtest_clock_step(t.qts, 5000);
    twi_write(t, TWI_POWER, 1);
    twi_enable(t);
}

static bool twi_master_write(struct twi t, unsigned addr7, const uint8_t *bytes,
                             unsigned n, bool stop)
{
    twi_write(t, TWI_ADDRESS, addr7);
    twi_write(t, TWI_TXD, bytes[0]);
    twi_task(t, TWI_STARTTX);
    for (unsigned i = 0;;) {
        if (!poll_or_error(t, TWI_TXDSENT)) {
            twi_master_recover(t);
            return false;
        }
        twi_clear(t, TWI_TXDSENT);
        if (++i == n) {
            break;
        }
        twi_write(t, TWI_TXD, bytes[i]);
    }
    if (stop) {
        twi_clear(t, TWI_STOPPED);
        twi_task(t, TWI_STOP);
        twi_wait(t, TWI_STOPPED);
    }
    return true;
}

static bool twi_master_read(struct twi t, unsigned addr7, uint8_t *bytes,
                            unsigned n)
{
    point_channel_0(t, n == 1 ? TWI_STOP : TWI_SUSPEND);
    qtest_writel(t.qts, PPI_CHENSET, 1);
    twi_write(t, TWI_ADDRESS, addr7);
    twi_clear(t, TWI_RXDREADY);
    twi_clear(t, TWI_STOPPED);
    twi_task(t, TWI_STARTRX);
    for (unsigned i = 0;;) {
        if (!poll_or_error(t, TWI_RXDREADY)) {
            twi_master_recover(t);
            return false;
        }
        twi_clear(t, TWI_RXDREADY);
        bytes[i++] = twi_read(t, TWI_RXD);
        if (i == n) {
            break;
        }
        if (i == n - 1) {
            point_channel_0(t, TWI_STOP);
        }
        qtest_clock_step(t.qts, 20000); /* PAN 56 */
        twi_task(t, TWI_RESUME);
    }
    twi_wait(t, TWI_STOPPED);
    qtest_writel(t.qts, PPI_CHENCLR, 1);
    return true;
}

const struct twi_driver twi_master_driver = {
    "twi_master",
    ppi_setup,
    twi_master_write,
    twi_master_read,
};

/* RIOT: STARTTX for every byte, RESUME after every byte, also the last */

static bool riot_write(struct twi t, unsigned addr7, const uint8_t *bytes,
                       unsigned n, bool stop)
{
    twi_write(t, TWI_ADDRESS, addr7);
    for (unsigned i = 0; i < n; i++) {
        twi_write(t, TWI_TXD, bytes[i]);
        twi_clear(t, TWI_TXDSENT);
        twi_task(t, TWI_STARTTX);
        if (!poll_or_error(t, TWI_TXDSENT)) {
            twi_clear(t, TWI_ERROR);
            twi_clear(t, TWI_STOPPED);
            twi_task(t, TWI_STOP);
            twi_wait(t, TWI_STOPPED);
            return false;
        }
    }
    if (stop) {
        twi_clear(t, TWI_STOPPED);
        twi_task(t, TWI_STOP);
        twi_wait(t, TWI_STOPPED);
    }
    return true;
}

static bool riot_read(struct twi t, unsigned addr7, uint8_t *bytes, unsigned n)
{
    twi_write(t, TWI_ADDRESS, addr7);
    twi_clear(t, TWI_RXDREADY);
    twi_clear(t, TWI_STOPPED);
    point_channel_0(t, n == 1 ? TWI_STOP : TWI_SUSPEND);
    qtest_writel(t.qts, PPI_CHENSET, 1);
    twi_task(t, TWI_STARTRX);
    for (unsigned i = 0; i < n; i++) {
        if (!poll_or_error(t, TWI_RXDREADY)) {
            twi_clear(t, TWI_ERROR);
            twi_task(t, TWI_STOP);
            twi_wait(t, TWI_STOPPED);
            return false;
        }
        bytes[i] = twi_read(t, TWI_RXD);
        twi_clear(t, TWI_RXDREADY);
        if (i + 2 == n) {
            point_channel_0(t, TWI_STOP);
        }
        twi_task(t, TWI_RESUME);
    }
    twi_wait(t, TWI_STOPPED);
    qtest_writel(t.qts, PPI_CHENCLR, 1);
    return true;
}

const struct twi_driver riot_driver = { "riot", ppi_setup, riot_write,
                                        riot_read };

/* nrfx: RESUME before every START; SUSPEND in place of STOP */

static void nrfx_setup(struct twi t)
{
    qtest_irq_intercept_in(t.qts, "/machine/nrf51/armv6m");
    twi_write(t, TWI_INTENSET,
              INTEN_STOPPED | INTEN_ERROR | INTEN_TXDSENT | INTEN_RXDREADY);
}

static void nrfx_clear_events(struct twi t)
{
    twi_clear(t, TWI_STOPPED);
    twi_clear(t, TWI_ERROR);
    twi_clear(t, TWI_TXDSENT);
    twi_clear(t, TWI_RXDREADY);
    twi_clear(t, TWI_SUSPENDED);
}

/* The handler's way out of an error: STOP, and wait for its interrupt. */
static bool nrfx_failed(struct twi t)
{
    twi_clear(t, TWI_ERROR);
    twi_clear(t, TWI_TXDSENT);
    twi_task(t, TWI_STOP);
    twi_wait_irq(t);
    twi_take(t, TWI_STOPPED);
    twi_write(t, TWI_ENABLE, 0); /* fewer bytes than asked for */
    twi_write(t, TWI_ENABLE, 5);
    return false;
}

static bool nrfx_write(struct twi t, unsigned addr7, const uint8_t *bytes,
                       unsigned n, bool stop)
{
    nrfx_clear_events(t);
    twi_write(t, TWI_ADDRESS, addr7);
    twi_write(t, TWI_SHORTS, 0);
    twi_task(t, TWI_RESUME);
    twi_task(t, TWI_STARTTX);
    for (unsigned i = 0; i < n; i++) {
        twi_write(t, TWI_TXD, bytes[i]);
        twi_wait_irq(t);
        if (twi_read(t, TWI_ERROR)) {
            return nrfx_failed(t);
        }
        twi_take(t, TWI_TXDSENT);
    }
    if (!stop) {
        twi_task(t, TWI_SUSPEND);
        return true;
    }
    twi_task(t, TWI_STOP);
    twi_wait_irq(t);
    twi_take(t, TWI_STOPPED);
    return true;
}

static bool nrfx_read(struct twi t, unsigned addr7, uint8_t *bytes, unsigned n)
{
    nrfx_clear_events(t);
    twi_write(t, TWI_ADDRESS, addr7);
    twi_write(t, TWI_SHORTS, n == 1 ? TWI_BB_STOP : TWI_BB_SUSPEND);
    twi_task(t, TWI_RESUME);
    twi_task(t, TWI_STARTRX);
    for (unsigned i = 0; i < n; i++) {
        twi_wait_irq(t);
        if (twi_read(t, TWI_ERROR)) {
            return nrfx_failed(t);
        }
        g_assert_cmpuint(twi_read(t, TWI_RXDREADY), ==, 1);
        twi_clear(t, TWI_RXDREADY);
        bytes[i] = twi_read(t, TWI_RXD);
        if (i + 2 == n) {
            twi_write(t, TWI_SHORTS, TWI_BB_STOP);
        }
        twi_task(t, TWI_RESUME);
    }
    twi_wait_irq(t);
    twi_take(t, TWI_STOPPED);
    return true;
}

const struct twi_driver nrfx_driver = { "nrfx", nrfx_setup, nrfx_write,
                                        nrfx_read };

/* nrf-hal: returns from a read before STOPPED, from an error without STOP */

static bool nrf_hal_write(struct twi t, unsigned addr7, const uint8_t *bytes,
                          unsigned n, bool stop)
{
    twi_clear(t, TWI_ERROR);
    twi_write(t, TWI_SHORTS, 0);
    twi_write(t, TWI_ADDRESS, addr7);
    twi_task(t, TWI_STARTTX);
    for (unsigned i = 0; i < n; i++) {
        twi_clear(t, TWI_TXDSENT);
        twi_write(t, TWI_TXD, bytes[i]);
        if (!poll_or_error(t, TWI_TXDSENT)) {
            return false;
        }
    }
    if (stop) {
        twi_clear(t, TWI_STOPPED);
        twi_task(t, TWI_STOP);
        twi_wait(t, TWI_STOPPED);
    }
    return true;
}

static bool nrf_hal_byte(struct twi t, uint8_t *byte)
{
    if (!poll_or_error(t, TWI_RXDREADY)) {
        return false;
    }
    *byte = twi_read(t, TWI_RXD);
    twi_clear(t, TWI_RXDREADY);
    return true;
}

static bool nrf_hal_read(struct twi t, unsigned addr7, uint8_t *bytes,
                         unsigned n)
{
    twi_clear(t, TWI_ERROR);
    twi_clear(t, TWI_RXDREADY);
    twi_write(t, TWI_ADDRESS, addr7);
    twi_write(t, TWI_SHORTS, n == 1 ? TWI_BB_STOP : TWI_BB_SUSPEND);
    twi_task(t, TWI_STARTRX);
    for (unsigned i = 0; i + 1 < n; i++) {
        twi_task(t, TWI_RESUME);
        if (!nrf_hal_byte(t, &bytes[i])) {
            return false;
        }
    }
    twi_write(t, TWI_SHORTS, TWI_BB_STOP);
    twi_task(t, TWI_RESUME);
    return nrf_hal_byte(t, &bytes[n - 1]);
}

const struct twi_driver nrf_hal_driver = { "nrf-hal", NULL, nrf_hal_write,
                                           nrf_hal_read };

/* microbian: INTEN as a whole, SHORTS anew for each byte */

static void microbian_setup(struct twi t)
{
    qtest_irq_intercept_in(t.qts, "/machine/nrf51/armv6m");
    twi_write(t, TWI_INTEN,
              INTEN_STOPPED | INTEN_RXDREADY | INTEN_TXDSENT | INTEN_ERROR);
}

/* Interrupt, then look which event; false: ERROR, ended by STOP */
static bool microbian_await(struct twi t, enum twi_register event)
{
    twi_wait_irq(t);
    if (!twi_read(t, TWI_ERROR)) {
        twi_take(t, event);
        return true;
    }
    twi_clear(t, TWI_ERROR);
    twi_task(t, TWI_STOP);
    twi_wait_irq(t);
    twi_take(t, TWI_STOPPED);
    return false;
}

static bool microbian_write(struct twi t, unsigned addr7, const uint8_t *bytes,
                            unsigned n, bool stop)
{
    twi_write(t, TWI_ADDRESS, addr7);
    twi_write(t, TWI_SHORTS, 0);
    twi_task(t, TWI_STARTTX);
    for (unsigned i = 0; i < n; i++) {
        twi_write(t, TWI_TXD, bytes[i]);
        if (!microbian_await(t, TWI_TXDSENT)) {
            return false;
        }
    }
    if (stop) {
        twi_task(t, TWI_STOP);
        return microbian_await(t, TWI_STOPPED);
    }
    return true;
}

static bool microbian_read(struct twi t, unsigned addr7, uint8_t *bytes,
                           unsigned n)
{
    twi_write(t, TWI_ADDRESS, addr7);
    for (unsigned i = 0; i < n; i++) {
        twi_write(t, TWI_SHORTS, i == n - 1 ? TWI_BB_STOP : TWI_BB_SUSPEND);
        twi_task(t, i == 0 ? TWI_STARTRX : TWI_RESUME);
        if (!microbian_await(t, TWI_RXDREADY)) {
            return false;
        }
        bytes[i] = twi_read(t, TWI_RXD);
    }
    return microbian_await(t, TWI_STOPPED);
}

const struct twi_driver microbian_driver = {
    "microbian",
    microbian_setup,
    microbian_write,
    microbian_read,
};
