/*
 * What the agent's I2C service wants of a backend, and nothing else.
 *
 * Backends: backend_i2c_dev.c (Linux /dev/i2c-N), backend_gpio.c (two lines),
 * backend_sim.c and backend_wires.c (pure part models).  An adapter is locked
 * by the service around each call, from a START to its STOP where it is
 * stepped, so a backend need not be re-entrant; adapters are independent of
 * each other.  A filter is an adapter in front of another one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_I2C_ADAPTER_H
#define BENCHWIRE_HOST_AGENT_I2C_ADAPTER_H

#include "lib/i2c_step.h"
#include "lib/i2c_xfer.h"
#include "lib/smbus.h"
#include "lib/status.h"
#include "lib/wire.h"

struct bw_i2c_adapter;

/**
 * struct bw_i2c_adapter_ops - the backend's side
 * @xfer: run one checked transfer whose read messages have room; blocks, for
 *        @timeout_ms of the adapter at most; @where tells the message and
 *        byte that failed, 0xffff where unknown
 * @smbus: run one checked SMBus protocol that @funcs has; NULL if it has none
 * @step: run a list of checked steps up to the first that fails; NULL without
 *        BW_I2C_FUNC_STEP.  After BW_OK, BW_NACK_ADDR and BW_NACK_DATA the
 *        transaction goes on until a STOP, with SCL held low in between; after
 *        any other status the bus is free
 * @close: release everything, also the adapter itself
 */
struct bw_i2c_adapter_ops {
    enum bw_status (*xfer)(struct bw_i2c_adapter *a, struct bw_i2c_xfer *x,
                           struct bw_wire_i2c_failure *where);
    enum bw_status (*smbus)(struct bw_i2c_adapter *a, struct bw_smbus_xfer *x);
    enum bw_status (*step)(struct bw_i2c_adapter *a, struct bw_i2c_step *steps,
                           size_t nsteps, struct bw_i2c_progress *progress);
    void (*close)(struct bw_i2c_adapter *a);
};

struct bw_i2c_adapter {
    const struct bw_i2c_adapter_ops *ops;
    uint32_t funcs;      /* enum bw_i2c_func */
    uint32_t max_len;    /* bytes in one message */
    uint32_t timeout_ms; /* upper bound of one @xfer */
};

#endif
