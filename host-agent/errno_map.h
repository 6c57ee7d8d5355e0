/*
 * What the operating system's error numbers mean on the wire.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_ERRNO_MAP_H
#define BENCHWIRE_HOST_AGENT_ERRNO_MAP_H

#include "lib/i2c_xfer.h"
#include "lib/status.h"
#include "lib/wire.h"

/* Returns: the status for @err, BW_IO if it has none of its own. */
enum bw_status bw_status_from_errno(int err);

/**
 * bw_errno_locate: where in @x did ioctl(I2C_RDWR) fail?
 * @status: what bw_status_from_errno() made of its error number
 * @where: receives the message if there is only one; the number tells no more
 */
void bw_errno_locate(enum bw_status status, const struct bw_i2c_xfer *x,
                     struct bw_wire_i2c_failure *where);

#endif
