/*
 * SMBus on an export: its policy, what its adapter can do, and its lock.
 *
 * Between handlers_smbus.c, which knows frames, and a backend.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SERVICE_SMBUS_H
#define BENCHWIRE_HOST_AGENT_SERVICE_SMBUS_H

#include <stdint.h>

#include "host-agent/bench.h"
#include "lib/smbus.h"
#include "lib/status.h"
#include "lib/wire.h"

/**
 * bw_service_smbus: run one SMBus protocol if the export allows it
 * @x: checked by bw_smbus_check(); receives what the part sent
 * @deadline_ns: do not start later than this
 * @why: receives one sentence if it fails
 *
 * Returns: BW_OK or what the backend said; BW_DENIED, BW_UNSUPPORTED and
 * BW_TIMEOUT also for a protocol that was not begun.
 */
enum bw_status bw_service_smbus(struct bw_export *e, struct bw_smbus_xfer *x,
                                uint64_t deadline_ns,
                                char why[BW_WIRE_MAX_TEXT + 1]);

#endif
