/*
 * Steps of an I2C transaction, for masters and adapters that go byte by byte.
 *
 * Where a transfer (i2c_xfer.h) is a whole transaction, steps are its parts:
 * a list may end anywhere, the adapter then holds SCL low until the next list
 * comes.  The ACK bit of a byte read is not clocked with the byte but with
 * what follows: a READ acknowledges it, a START or STOP does not.  So nothing
 * is ever read that the master does not want.  Source: NXP UM10204 rev. 7,
 * section 3.1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_I2C_STEP_H
#define BENCHWIRE_LIB_I2C_STEP_H

#include <stddef.h>
#include <stdint.h>

#include "i2c_xfer.h"
#include "status.h"

#define BW_I2C_MAX_STEPS 64 /* in one list */

enum bw_i2c_step_op {
    BW_STEP_START = 1, /* START or repeated START, and the address */
    BW_STEP_WRITE = 2, /* @len bytes to the part, 1 to BW_I2C_MAX_LEN */
    BW_STEP_READ = 3,  /* @len bytes from the part, 1 to BW_I2C_MAX_LEN */
    BW_STEP_STOP = 4
};

struct bw_i2c_step {
    uint8_t op;
    uint16_t addr;  /* START only, as in struct bw_i2c_msg */
    uint16_t flags; /* START only: enum bw_i2c_msg_flag */
    uint16_t len;   /* WRITE and READ only */
    uint8_t *data;  /* @len bytes, owned by the caller */
};

/* How far a list came.  Bytes of a READ that failed are valid up to @byte. */
struct bw_i2c_progress {
    uint16_t done; /* steps that are complete */
    uint16_t byte; /* bytes complete of the step that failed, else 0 */
};

#endif
