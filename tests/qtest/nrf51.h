/*
 * A block of the nRF51 seen from a qtest: registers, tasks, events, PPI
 *
 * Used by the nrf51-*-test.c programs.  The core does not run; the test plays
 * the driver, and moves the virtual clock itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_NRF51_H
#define BENCHWIRE_TESTS_QTEST_NRF51_H

#include "tests/qtest/libqtest.h"

#define NRF51_ARMV7M "/machine/nrf51/armv6m" /* where interrupts go */

/* What every block has */
enum {
    NRF51_SHORTS = 0x200,
    NRF51_INTEN = 0x300,
    NRF51_INTENSET = 0x304,
    NRF51_INTENCLR = 0x308,
    NRF51_POWER = 0xffc,
};

struct nrf51 {
    QTestState *qts;
    uint32_t base;
};

/* @mask: the bits that keep what is written; 0: read only */
struct nrf51_register {
    uint16_t offset;
    uint32_t reset;
    uint32_t mask;
};

static inline struct nrf51 nrf51_at(QTestState *qts, uint32_t base)
{
    return (struct nrf51){ .qts = qts, .base = base };
}

static inline void nrf51_write(struct nrf51 n, uint32_t offset, uint32_t value)
{
    qtest_writel(n.qts, n.base + offset, value);
}

static inline uint32_t nrf51_read(struct nrf51 n, uint32_t offset)
{
    return qtest_readl(n.qts, n.base + offset);
}

static inline void nrf51_task(struct nrf51 n, uint32_t offset)
{
    nrf51_write(n, offset, 1);
}

static inline void nrf51_clear(struct nrf51 n, uint32_t offset)
{
    nrf51_write(n, offset, 0);
}

static inline void nrf51_pass(struct nrf51 n, int64_t ns)
{
    qtest_clock_step(n.qts, ns);
}

/* The event happens in exactly @ns from now, not a nanosecond earlier. */
void nrf51_expect_in(struct nrf51 n, uint32_t event, int64_t ns);

void nrf51_expect_resets(struct nrf51 n, const struct nrf51_register *registers,
                         size_t count);
void nrf51_expect_masks(struct nrf51 n, const struct nrf51_register *registers,
                        size_t count);

/*
 * Continue in another QEMU, a nanosecond later; the former is gone.
 * qtest's clock does not migrate, the timers that it drives do.
 */
struct nrf51 nrf51_migrate(struct nrf51 n);

/* Join an event to a task, both by address, and enable the channel. */
void nrf51_ppi(QTestState *qts, unsigned channel, uint32_t event,
               uint32_t task);

#endif
