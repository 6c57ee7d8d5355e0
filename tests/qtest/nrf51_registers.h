/*
 * Every register of the nRF51, as a table: what it reads after reset, who may
 * write it, and which bits exist.
 *
 * nrf51-registers-test.c walks it; nrf51-fuzz-test.c aims with it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_NRF51_REGISTERS_H
#define BENCHWIRE_TESTS_QTEST_NRF51_REGISTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum nrf51_access {
    RW,      /* keeps the bits of its mask */
    FIXED,   /* the same, but those of its reset value stay 1 */
    RO,      /* no write changes it */
    WO,      /* reads 0, whatever was written */
    TRIGGER, /* reads 0, and writing 1 would do what this test does not want */
    W1C,     /* a bit is cleared by writing 1 to it */
    W1S,     /* a bit is set by writing 1, and only a reset clears it */
    SET,     /* W1S on the register before it, and reads as it does */
    CLR,     /* W1C on the one before that, and reads as it does */
    UNKNOWN, /* not checked after a reset: it reports what came before */
};

/* @count registers, 4 bytes apart; @mask: the bits that exist for writing */
struct nrf51_reg {
    const char *name;
    uint16_t offset;
    uint8_t count;
    uint8_t access; /* enum nrf51_access */
    uint32_t reset;
    uint32_t mask;
};

#define NRF51_MAX_TASKS  16
#define NRF51_MAX_EVENTS 16

/**
 * struct nrf51_block - a peripheral, or one function of those that share a base
 * @tasks, @events: offsets of their registers, and how many there are
 * @shorts, @inten: the bits that exist; 0: it has no such register
 * @enable: written to ENABLE (0x500) before the writes are checked, so that
 *          this function has the address; 0: nothing is written
 * @power: it has POWER (0xFFC)
 */
struct nrf51_block {
    const char *name;
    uint32_t base;
    uint16_t tasks[NRF51_MAX_TASKS];
    uint8_t num_tasks;
    uint16_t events[NRF51_MAX_EVENTS];
    uint8_t num_events;
    uint32_t shorts;
    uint32_t inten;
    uint32_t enable;
    bool power;
    const struct nrf51_reg *regs;
    uint8_t num_regs;
};

extern const struct nrf51_block nrf51_blocks[];
extern const size_t nrf51_num_blocks;

#endif
