/*
 * The @smbus of an adapter that has @step; see i2c_adapter.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SMBUS_BY_STEPS_H
#define BENCHWIRE_HOST_AGENT_SMBUS_BY_STEPS_H

#include "host-agent/i2c_adapter.h"
#include "lib/smbus_steps.h"

/* For struct bw_i2c_adapter_ops; @funcs then has BW_SMBUS_STEPS_FUNCS. */
enum bw_status bw_smbus_by_steps(struct bw_i2c_adapter *a,
                                 struct bw_smbus_xfer *x);

#endif
