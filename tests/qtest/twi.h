/*
 * The nRF51's TWI seen from a qtest: registers by name, time in bits.
 *
 * Used by the nrf51-*-test.c programs.  The core does not run; the test plays
 * the driver, and moves the virtual clock itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_TWI_H
#define BENCHWIRE_TESTS_QTEST_TWI_H

#include "tests/qtest/libqtest.h"

#define TWI0_BASE 0x40003000
#define TWI1_BASE 0x40004000
#define PPI_BASE  0x4001f000

/* Offsets as in Nordic's nrf51.svd */
enum twi_register {
    TWI_STARTRX = 0x000,
    TWI_STARTTX = 0x008,
    TWI_STOP = 0x014,
    TWI_SUSPEND = 0x01c,
    TWI_RESUME = 0x020,
    TWI_STOPPED = 0x104,
    TWI_RXDREADY = 0x108,
    TWI_TXDSENT = 0x11c,
    TWI_ERROR = 0x124,
    TWI_BB = 0x138,
    TWI_SUSPENDED = 0x148,
    TWI_SHORTS = 0x200,
    TWI_INTEN = 0x300,
    TWI_INTENSET = 0x304,
    TWI_INTENCLR = 0x308,
    TWI_ERRORSRC = 0x4c4,
    TWI_ENABLE = 0x500,
    TWI_PSELSCL = 0x508,
    TWI_PSELSDA = 0x50c,
    TWI_RXD = 0x518,
    TWI_TXD = 0x51c,
    TWI_FREQUENCY = 0x524,
    TWI_ADDRESS = 0x588,
    TWI_POWER = 0xffc,
};

#define TWI_OVERRUN    0x1 /* ERRORSRC */
#define TWI_ANACK      0x2
#define TWI_DNACK      0x4
#define TWI_BB_SUSPEND 0x1 /* SHORTS */
#define TWI_BB_STOP    0x2
#define TWI_K100       0x01980000
#define TWI_K250       0x04000000
#define TWI_K400       0x06680000

/* micro:bit: SCL is P0.0, SDA is P0.30 */
#define MICROBIT_SCL 0
#define MICROBIT_SDA 30

/* At FREQUENCY K250 a bit takes 4 us. */
#define BIT_NS     4000
#define ADDRESS_NS (10 * BIT_NS) /* START, 7 bits, R/W, ACK */
#define BYTE_NS    (9 * BIT_NS)  /* 8 bits, ACK */
#define STOP_NS    (1 * BIT_NS)

#define EEPROM 0x50
#define PART   0x40
#define NOBODY 0x23

/*
 * Arguments of twi_start()'s machine; takes EEPROM and PART.  A byte that is
 * read late is lost, as on the chip.
 */
#define TWI_MACHINE                                               \
    "-M microbit -device at24c-eeprom,address=0x%x,rom-size=256 " \
    "-device bw-test-later,id=part,address=0x%x "                 \
    "-global bw-nrf51-twi.late-read-grace-us=0"

struct twi {
    QTestState *qts;
    uint32_t base;
};

/**
 * twi_start: a micro:bit with two parts, its TWI0 enabled at 250 kHz on the
 * board's pins and addressed to PART
 * @args: further QEMU arguments, or ""
 *
 * EEPROM is a 24C02 (QEMU's at24c-eeprom, which answers within its bus call)
 * whose byte n holds 0xa0 + n in its first 16 bytes.  PART is a bw-test-later
 * (tests/qtest/devices): it writes down what it sees, sends bytes that count
 * up from 0xa0 in each transaction, and answers at once until told otherwise.
 */
struct twi twi_start(const char *args);
void twi_finish(struct twi t);

/* As a driver sets it up: pins, FREQUENCY K250, ENABLE. */
void twi_enable(struct twi t);

void twi_write(struct twi t, enum twi_register reg, uint32_t value);
uint32_t twi_read(struct twi t, enum twi_register reg);
#define twi_task(t, reg)  twi_write(t, reg, 1)
#define twi_clear(t, reg) twi_write(t, reg, 0)

/* Let virtual time pass, a bit at a time. */
void twi_pass(struct twi t, int64_t ns);

/*
 * Let time pass until an event register reads 1, up to 1 ms, or fail the
 * test.  Returns: the ns that passed, a multiple of a bit time.
 */
int64_t twi_wait(struct twi t, enum twi_register event);

/* As twi_wait(), then clear the event. */
int64_t twi_take(struct twi t, enum twi_register event);

/* The event happens in exactly @ns from now, not a nanosecond earlier. */
void twi_expect_in(struct twi t, enum twi_register event, int64_t ns);

/* None of the six events is set. */
void twi_expect_quiet(struct twi t);

/* PART has seen exactly this since the last call; see its file for words. */
void part_expect(struct twi t, const char *log);

/* Number of the phase in each transaction that PART refuses, -1: none. */
void part_refuse(struct twi t, int phase);

/* Whether PART waits for part_answer() from now on. */
void part_wait(struct twi t, bool wait);
void part_answer(struct twi t, bool ack);

/* Whether PART reports a failure when it gets STOP. */
void part_fail_at_stop(struct twi t, bool fail);

/* A whole transaction in the plainest way: write @len bytes, STOP. */
void twi_put(struct twi t, unsigned addr7, const uint8_t *bytes, size_t len);

/* "w1@addr7 reg Sr r1": one byte of the EEPROM, with STOP. */
uint8_t twi_get(struct twi t, unsigned addr7, uint8_t reg);

#endif
