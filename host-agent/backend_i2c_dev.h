/*
 * The backend of a real bus: Linux /dev/i2c-N.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BACKEND_I2C_DEV_H
#define BENCHWIRE_HOST_AGENT_BACKEND_I2C_DEV_H

#include <stddef.h>

#include "host-agent/i2c_adapter.h"

/**
 * bw_i2c_dev_open: open an adapter
 * @path: "/dev/i2c-N"
 * @error: receives one sentence on failure, with what to do about it
 *
 * Returns: the adapter, or NULL with errno and @error.
 */
struct bw_i2c_adapter *bw_i2c_dev_open(const char *path, char *error,
                                       size_t error_size);

#endif
