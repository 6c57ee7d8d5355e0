/*
 * I2C master on TWI0, pins P0.0 (SCL) and P0.30 (SDA).
 *
 * Every call ends: with success, with the reason why not, or after
 * twi_timeout_us.  After a failure the controller is ready for the next call.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_FIRMWARE_TWI_H
#define BENCHWIRE_FIRMWARE_TWI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest wait for one byte.  SMBus allows a part 25 ms of stretching; a
 * part at the end of a network cable gets four times that. */
#define TWI_TIMEOUT_US 100000u

extern uint32_t twi_timeout_us; /* TWI_TIMEOUT_US, unless it is changed */

enum twi_result {
    TWI_OK,
    TWI_NACK_ADDRESS, /* no part answered */
    TWI_NACK_DATA,    /* the part refused a byte */
    TWI_OVERRUN,      /* we took a received byte too late */
    TWI_TIMED_OUT,    /* the bus hangs */
    TWI_WRONG_PEC     /* SMBus: the checksum is not that of the bytes */
};

enum twi_flag {
    TWI_READ = 1u << 0,
    /* With TWI_READ: the first byte says how many follow it, as in a block
     * read of SMBus. */
    TWI_COUNTED = 1u << 1,
    TWI_PEC = 1u << 2 /* with TWI_COUNTED: and one more behind them */
};

/**
 * struct twi_msg - START, address, bytes
 * @flags: enum twi_flag
 * @len: bytes to send or to receive; a read has one at least. With
 *       TWI_COUNTED the room in @data, and afterwards what was received
 */
struct twi_msg {
    uint8_t addr7;
    uint8_t flags;
    uint16_t len;
    uint8_t *data;
};

/* Where a transfer failed: the message, and its bytes that went well. */
struct twi_place {
    unsigned msg;
    unsigned byte;
    bool at_stop; /* all had gone well, then the bus was not free */
};

/* 100 kHz at first; 400 kHz for parts that can do it. */
void twi_init(void);
void twi_set_fast(bool fast);

/* Address a part and send nothing: TWI_OK if it is there. */
enum twi_result twi_probe(uint8_t addr7);

/* START, address, @len bytes, STOP. */
enum twi_result twi_write(uint8_t addr7, const uint8_t *data, size_t len);

/* The same the other way round; @len is at least 1. */
enum twi_result twi_read(uint8_t addr7, uint8_t *data, size_t len);

/**
 * twi_read_registers: register number, repeated START, read, STOP
 * @first: number of the first register
 * @data: receives the registers from @first on
 * @len: bytes to read, at least 1
 */
enum twi_result twi_read_registers(uint8_t addr7, uint8_t first, uint8_t *data,
                                   size_t len);

/**
 * twi_transfer: messages joined by repeated START, then STOP
 * @count: at least 1; all but the first and the last message have a byte
 * @where: receives where it failed; may be NULL
 */
enum twi_result twi_transfer(struct twi_msg *msgs, unsigned count,
                             struct twi_place *where);

/**
 * twi_record: note when each byte of the transfers to come is complete
 * @us: receives clock_us() for each; NULL ends it
 * @room: how many, the first ones are noted
 */
void twi_record(uint32_t *us, unsigned room);

/* "no answer", "bus time-out" ... to print before " from 0x48". */
const char *twi_result_text(enum twi_result result);

#endif
