/*
 * Any SMBus protocol on a bus that goes byte by byte.
 *
 * For adapters that step: the simulated bus and the exact one
 * (host-agent/smbus_by_steps.c), and tests.  The count of a block is read
 * before the block, so not a byte too many is ever read, and the PEC is made
 * and checked here.
 *
 * Source: System Management Bus Specification 3.2, sections 6.4 and 6.5.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_SMBUS_STEPS_H
#define BENCHWIRE_LIB_SMBUS_STEPS_H

#include <stddef.h>

#include "i2c_step.h"
#include "smbus.h"
#include "status.h"

/* What every form together can do, as bits of enum bw_i2c_func. */
#define BW_SMBUS_STEPS_FUNCS                                                \
    (BW_I2C_FUNC_SMBUS_QUICK | BW_I2C_FUNC_SMBUS_BYTE |                     \
     BW_I2C_FUNC_SMBUS_BYTE_DATA | BW_I2C_FUNC_SMBUS_WORD_DATA |            \
     BW_I2C_FUNC_SMBUS_PROC_CALL | BW_I2C_FUNC_SMBUS_BLOCK_WRITE |          \
     BW_I2C_FUNC_SMBUS_BLOCK_READ | BW_I2C_FUNC_SMBUS_BLOCK_PROC_CALL |     \
     BW_I2C_FUNC_SMBUS_I2C_BLOCK_WRITE | BW_I2C_FUNC_SMBUS_I2C_BLOCK_READ | \
     BW_I2C_FUNC_SMBUS_PEC)

/* A list of steps, as struct bw_i2c_adapter_ops has it. */
typedef enum bw_status bw_smbus_step_fn(void *opaque, struct bw_i2c_step *steps,
                                        size_t nsteps,
                                        struct bw_i2c_progress *progress);

/**
 * bw_smbus_run_steps: run one protocol, from its START to its STOP
 * @x: checked by bw_smbus_check(); receives in and in_len
 *
 * Returns: BW_OK; what @step said; BW_PEC for a code that does not match, or
 * that the part refused; BW_BUS_ERROR for a block whose count is 0.
 */
enum bw_status bw_smbus_run_steps(struct bw_smbus_xfer *x,
                                  bw_smbus_step_fn *step, void *opaque);

#endif
