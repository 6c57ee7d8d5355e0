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

#include <stdbool.h>
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

/* Where a transaction is between two steps. */
enum bw_i2c_step_phase {
    BW_STEP_IDLE,    /* no START yet, or STOP was the last */
    BW_STEP_WRITING, /* the part takes bytes */
    BW_STEP_READING, /* the part sends bytes */
    BW_STEP_REFUSED  /* something was not acknowledged */
};

/**
 * bw_i2c_steps_check: may this list be done now?
 * @phase: where the transaction is
 *
 * The data pointers are not looked at.  A master that meets no ACK can only
 * send STOP or a repeated START (UM10204, 3.1.6), and bytes go the way that
 * the address byte said.
 *
 * Returns: BW_OK; BW_INVALID for an empty list, a field out of range or a step
 * that cannot follow the one before; BW_TOO_LONG over a limit: of steps, of
 * bytes in a step, of all bytes in one direction (BW_I2C_MAX_BYTES).
 */
enum bw_status bw_i2c_steps_check(const struct bw_i2c_step *steps,
                                  size_t nsteps, enum bw_i2c_step_phase phase);

/**
 * bw_i2c_steps_after: where the transaction is after a list
 * @done: the first steps that were done
 * @status: what the backend said; anything but BW_OK and a NACK ends it
 */
enum bw_i2c_step_phase bw_i2c_steps_after(const struct bw_i2c_step *steps,
                                          size_t done,
                                          enum bw_i2c_step_phase phase,
                                          enum bw_status status);

/* Sum of the lengths of the READ (or WRITE) steps. */
size_t bw_i2c_steps_bytes(const struct bw_i2c_step *steps, size_t nsteps,
                          bool reads);

/**
 * bw_i2c_steps_assign_reads: give every READ its place in @buf
 *
 * Returns: BW_OK, or BW_TOO_LONG if @size bytes are not enough.
 */
enum bw_status bw_i2c_steps_assign_reads(struct bw_i2c_step *steps,
                                         size_t nsteps, uint8_t *buf,
                                         size_t size);

#endif
