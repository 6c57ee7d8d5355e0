/*
 * SMBus protocols as plain I2C messages, and the other way round.
 *
 * A PC's chipset knows SMBus protocols only; a transfer that puts the same
 * bytes on the wire as one of them can be done there all the same.  And an
 * adapter for plain messages can do each protocol whose lengths are known
 * beforehand, with its PEC.  For host-agent/backend_i2c_dev.c.
 *
 * Source: System Management Bus Specification 3.2, section 6.5.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_SMBUS_MAP_H
#define BENCHWIRE_LIB_SMBUS_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "i2c_xfer.h"
#include "smbus.h"
#include "status.h"

/**
 * bw_smbus_from_i2c: the protocol that is this transfer
 * @x: checked by bw_i2c_xfer_check()
 * @funcs: what the adapter has, bits of enum bw_i2c_func
 * @max_block: bytes it takes in one block
 *
 * A write of one byte is a send byte; w2 and w3 are a write byte and a write
 * word; w1 with r1 or r2 a read byte or word; w3 with r2 a process call.
 * Longer ones are I2C blocks, or a block write if the second byte counts the
 * rest.  A read of a block that the part counts is no transfer: its length is
 * not known.
 *
 * Returns: BW_OK; BW_UNSUPPORTED if the adapter has none that fits.
 */
enum bw_status bw_smbus_from_i2c(const struct bw_i2c_xfer *x, uint32_t funcs,
                                 size_t max_block, struct bw_smbus_xfer *out);

/* The data that @done brought in, into the read message of @x. */
void bw_smbus_give_i2c(const struct bw_smbus_xfer *done, struct bw_i2c_xfer *x);

/* A protocol as messages; do not move it, they point into it. */
struct bw_smbus_plain {
    struct bw_i2c_xfer xfer;
    uint8_t out[2 + BW_SMBUS_MAX_BLOCK + 1]; /* command, count, data, PEC */
    uint8_t in[BW_SMBUS_MAX_BLOCK + 1];
};

/* Returns: BW_OK; BW_UNSUPPORTED for a protocol whose count the part says. */
enum bw_status bw_smbus_to_plain(const struct bw_smbus_xfer *x,
                                 struct bw_smbus_plain *p);

/* After @p was run: the data into @x.  Returns: BW_OK, or BW_PEC. */
enum bw_status bw_smbus_take_plain(struct bw_smbus_xfer *x,
                                   const struct bw_smbus_plain *p);

#endif
