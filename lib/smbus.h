/*
 * The SMBus protocols as one struct, and the packet error code.
 *
 * Source: System Management Bus Specification 3.2, section 6.5 (bus
 * protocols) and 6.4 (packet error checking).  The forms are those of Linux's
 * I2C_SMBUS; lengths exclude command, count and PEC.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_SMBUS_H
#define BENCHWIRE_LIB_SMBUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define BW_SMBUS_MAX_BLOCK 255 /* SMBus 3; adapters of SMBus 2 take 32 */

enum bw_smbus_form {
    BW_SMBUS_QUICK = 0,           /* the R/W bit is the data */
    BW_SMBUS_BYTE = 1,            /* send byte: @command; receive byte */
    BW_SMBUS_BYTE_DATA = 2,       /* 1 byte */
    BW_SMBUS_WORD_DATA = 3,       /* 2 bytes, low one first */
    BW_SMBUS_PROC_CALL = 4,       /* 2 bytes out, 2 in; READ not set */
    BW_SMBUS_BLOCK = 5,           /* 1 to 255 bytes, counted on the bus */
    BW_SMBUS_BLOCK_PROC_CALL = 6, /* counted out, counted in */
    BW_SMBUS_I2C_BLOCK = 7        /* 1 to 255 bytes, not counted on the bus */
};

enum bw_smbus_flag {
    BW_SMBUS_READ = 1u << 0,
    BW_SMBUS_PEC = 1u << 1
};

struct bw_smbus_xfer {
    uint16_t addr;   /* 7 bits */
    uint16_t form;   /* enum bw_smbus_form */
    uint16_t flags;  /* enum bw_smbus_flag */
    uint8_t command; /* also the byte that send byte sends */
    uint8_t out_len; /* bytes in @out; of an I2C_BLOCK to be read: 0 */
    uint8_t in_len;  /* in: I2C_BLOCK, how many to read; out: bytes in @in */
    uint8_t out[BW_SMBUS_MAX_BLOCK];
    uint8_t in[BW_SMBUS_MAX_BLOCK];
};

/**
 * bw_smbus_pec: continue a packet error code, x^8 + x^2 + x + 1
 * @pec: 0 at the START, or what the bytes before gave
 *
 * Returns: the code including @len bytes of @data.  Address bytes with their
 * R/W bit, repeated ones too, are part of it.
 */
uint8_t bw_smbus_pec(uint8_t pec, const uint8_t *data, size_t len);

/* Returns: BW_OK, or BW_INVALID for a form, flag or length out of range. */
enum bw_status bw_smbus_check(const struct bw_smbus_xfer *x);

/* Does the protocol bring data in?  Process calls do, and all with READ but
 * the quick read. */
bool bw_smbus_reads(const struct bw_smbus_xfer *x);

/**
 * bw_smbus_in_len: how many bytes it brings in
 *
 * Returns: 0 to BW_SMBUS_MAX_BLOCK, or -1 if the part's count says it.
 */
int bw_smbus_in_len(const struct bw_smbus_xfer *x);

/* "read word", "block process call"; "unknown" for a form out of range. */
const char *bw_smbus_name(unsigned form, bool is_read);

#endif
