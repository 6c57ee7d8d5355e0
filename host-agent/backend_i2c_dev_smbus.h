/*
 * The SMBus side of /dev/i2c-N: ioctl(I2C_SMBUS).
 *
 * For backend_i2c_dev.c only.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BACKEND_I2C_DEV_SMBUS_H
#define BENCHWIRE_HOST_AGENT_BACKEND_I2C_DEV_SMBUS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/smbus.h"
#include "lib/status.h"

#define BW_I2C_DEV_MAX_BLOCK 32 /* the kernel's: SMBus 2 */

/* The kernel's I2C_FUNCS as bits of enum bw_i2c_func. */
uint32_t bw_i2c_dev_smbus_funcs(unsigned long kernel_funcs);

/* Can the kernel do it as it is?  It leaves the PEC of an I2C block out. */
bool bw_i2c_dev_smbus_fits(uint32_t kernel_has, const struct bw_smbus_xfer *x);

/**
 * bw_i2c_dev_smbus: one protocol as one ioctl
 * @fd: of the adapter, newly open, after I2C_SLAVE for @x->addr
 * @x: bw_i2c_dev_smbus_fits()
 *
 * Returns: BW_OK, or what the kernel's errno means.
 */
enum bw_status bw_i2c_dev_smbus(int fd, struct bw_smbus_xfer *x);

#endif
