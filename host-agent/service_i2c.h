/*
 * The I2C service: the policy of an export and the lock of its adapter.
 *
 * Between session.c, which knows frames, and a backend, which knows a bus.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SERVICE_I2C_H
#define BENCHWIRE_HOST_AGENT_SERVICE_I2C_H

#include <stdint.h>

#include "host-agent/bench.h"
#include "lib/i2c_xfer.h"
#include "lib/status.h"
#include "lib/wire.h"

/**
 * bw_service_i2c_xfer: run one transfer if the export allows it
 * @x: checked by bw_i2c_xfer_check(); its reads receive data
 * @deadline_ns: do not start later than this
 * @where: receives the place of a failure
 *
 * Returns: BW_OK or what the backend said; BW_DENIED, BW_UNSUPPORTED,
 * BW_TOO_LONG and BW_TIMEOUT also for a transfer that was not begun.
 */
enum bw_status bw_service_i2c_xfer(struct bw_export *e, struct bw_i2c_xfer *x,
                                   uint64_t deadline_ns,
                                   struct bw_wire_i2c_failure *where);

#endif
