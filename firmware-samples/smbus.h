/*
 * SMBus on top of twi.h: commands, blocks and the packet error code.
 *
 * System Management Bus Specification 3.2, section 6.5 (protocols) and 6.4
 * (PEC).  Not used: host notify, alert response.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_FIRMWARE_SMBUS_H
#define BENCHWIRE_FIRMWARE_SMBUS_H

#include <stdbool.h>
#include <stdint.h>

#include "twi.h"

#define SMBUS_BLOCK_MAX 255

/* A part, and whether it is talked to with PEC. */
struct smbus {
    uint8_t addr7;
    bool pec;
};

enum twi_result smbus_send_byte(const struct smbus *s, uint8_t byte);
enum twi_result smbus_receive_byte(const struct smbus *s, uint8_t *byte);

/* Write byte, write word: @len of 1 or 2, low byte first. */
enum twi_result smbus_write(const struct smbus *s, uint8_t command,
                            const uint8_t *data, uint8_t len);

/* Read byte, read word. */
enum twi_result smbus_read(const struct smbus *s, uint8_t command,
                           uint8_t *data, uint8_t len);

enum twi_result smbus_write_block(const struct smbus *s, uint8_t command,
                                  const uint8_t *data, uint8_t count);

/* @data has room for SMBUS_BLOCK_MAX bytes; *@count of them came. */
enum twi_result smbus_read_block(const struct smbus *s, uint8_t command,
                                 uint8_t *data, uint8_t *count);

/* A word out, a word in, both at @word. */
enum twi_result smbus_process_call(const struct smbus *s, uint8_t command,
                                   uint8_t word[2]);

/* *@count bytes out, *@count in; @data has room for SMBUS_BLOCK_MAX. */
enum twi_result smbus_block_process_call(const struct smbus *s, uint8_t command,
                                         uint8_t *data, uint8_t *count);

#endif
