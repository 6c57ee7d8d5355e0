/*
 * I2C master on TWI0, 100 kHz, pins P0.0 (SCL) and P0.30 (SDA).
 *
 * Every call ends: with success, with the reason why not, or after
 * TWI_TIMEOUT_US.  After a failure the controller is ready for the next call.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_FIRMWARE_TWI_H
#define BENCHWIRE_FIRMWARE_TWI_H

#include <stddef.h>
#include <stdint.h>

/* The longest wait for one byte.  SMBus allows a part 25 ms of stretching; a
 * part at the end of a network cable gets four times that. */
#define TWI_TIMEOUT_US 100000u

enum twi_result {
    TWI_OK,
    TWI_NACK_ADDRESS, /* no part answered */
    TWI_NACK_DATA,    /* the part refused a byte */
    TWI_OVERRUN,      /* we took a received byte too late */
    TWI_TIMED_OUT     /* the bus hangs */
};

void twi_init(void);

/* Address a part and send nothing: TWI_OK if it is there. */
enum twi_result twi_probe(uint8_t addr7);

/* START, address, @len bytes, STOP. */
enum twi_result twi_write(uint8_t addr7, const uint8_t *data, size_t len);

/**
 * twi_read_registers: register number, repeated START, read, STOP
 * @first: number of the first register
 * @data: receives the registers from @first on
 * @len: bytes to read, at least 1
 */
enum twi_result twi_read_registers(uint8_t addr7, uint8_t first, uint8_t *data,
                                   size_t len);

/* "no answer", "bus time-out" ... to print before " from 0x48". */
const char *twi_result_text(enum twi_result result);

#endif
