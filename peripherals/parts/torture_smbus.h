/*
 * The SMBus side of the torture part: its commands C0h to CFh.
 *
 * Used by torture.c only, which has the register map.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PERIPHERALS_PARTS_TORTURE_SMBUS_H
#define BENCHWIRE_PERIPHERALS_PARTS_TORTURE_SMBUS_H

#include <stdbool.h>
#include <stdint.h>

#define BW_TORTURE_SMBUS_FIRST 0xc0
#define BW_TORTURE_SMBUS_LAST  0xcf

#define BW_TORTURE_BLOCK 256 /* a count and up to 255 bytes */

/**
 * struct bw_torture_smbus - what these commands keep
 * @pec: of the transaction so far; torture.c feeds it
 * @in: the bytes of the write under way, behind the command
 * @bad: its PEC was wrong, or it was too long
 */
struct bw_torture_smbus {
    uint32_t pec_errors;
    uint8_t pec;
    bool bad;
    uint16_t in_len;
    uint16_t out_len;
    uint16_t out_pos;
    uint8_t byte;
    uint8_t word[2];
    uint8_t block[BW_TORTURE_BLOCK];
    uint8_t in[BW_TORTURE_BLOCK];
    uint8_t out[BW_TORTURE_BLOCK];
};

/* A write of @command begins. */
void bw_torture_smbus_begin(struct bw_torture_smbus *s);

/* A byte behind the command, @pec not yet including it.  Returns: whether it
 * is acknowledged. */
bool bw_torture_smbus_write(struct bw_torture_smbus *s, uint8_t command,
                            uint8_t byte);

/* The write ends, by STOP or repeated START: keep it if it was whole. */
void bw_torture_smbus_end(struct bw_torture_smbus *s, uint8_t command);

/* A read begins. */
void bw_torture_smbus_answer(struct bw_torture_smbus *s, uint8_t command);

/* The next byte of it; behind the last the PEC, then FFh. */
uint8_t bw_torture_smbus_read(struct bw_torture_smbus *s);

#endif
