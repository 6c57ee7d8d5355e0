/*
 * One peripheral of -M microbit on the Nordic base, driven by qtest: its
 * registers, the exact time of its events, its interrupt.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_NRF_BLOCK_H
#define BENCHWIRE_TESTS_QTEST_NRF_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "tests/qtest/libqtest.h"

#define BLOCK_SHORTS   0x200
#define BLOCK_INTENSET 0x304
#define BLOCK_INTENCLR 0x308
#define BLOCK_POWER    0xffc
#define RAM_BASE       0x20000000
#define RAM_END        0x20004000

/* Peripheral number @id; it has interrupt @id. */
struct block {
    QTestState *qts;
    unsigned id;
};

/* What a register reads after reset, and after all ones were written. */
struct block_register {
    uint16_t offset;
    uint32_t reset;
    uint32_t ones;
};

/* A board of its own, with @args; block_finish() ends it. */
struct block block_start(unsigned id, const char *args);
void block_finish(struct block b);

uint32_t block_address(struct block b, uint32_t offset);
uint32_t block_read(struct block b, uint32_t offset);
void block_write(struct block b, uint32_t offset, uint32_t value);
void block_task(struct block b, uint32_t offset);
void block_pass(struct block b, int64_t ns);

/* The event is set in exactly @ns, not earlier; then it is cleared. */
void block_expect_in(struct block b, uint32_t event, int64_t ns);

/* The event is not set within @ns. */
void block_expect_none(struct block b, uint32_t event, int64_t ns);

/* Join an event to a task, both of any block, by a channel of PPI. */
void block_join(struct block b, unsigned channel, uint32_t event_address,
                uint32_t task_address);

/**
 * block_check_registers: walk a table: reset values, what all ones leave, and
 * that POWER 0 and a reset of the board bring the reset values back
 */
void block_check_registers(struct block b, const struct block_register *table,
                           size_t count);

/* INTENSET, INTENCLR: they hold @mask and nothing else. */
void block_check_inten(struct block b, uint32_t mask);

/*
 * Save the board, load it into another one, which goes on a nanosecond later;
 * @b is ended.
 */
struct block block_migrate(struct block b);

#endif
