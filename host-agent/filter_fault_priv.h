/*
 * What the files of the fault filter share; for filter_fault*.c only.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_FILTER_FAULT_PRIV_H
#define BENCHWIRE_HOST_AGENT_FILTER_FAULT_PRIV_H

#include "host-agent/filter_fault.h"

struct bw_filter_fault {
    struct bw_i2c_adapter adapter; /* first: the ops are given its address */
    struct bw_i2c_adapter_ops ops; /* those that @inner has */
    struct bw_i2c_adapter *inner;
    struct bw_fault_clock clock;
    struct bw_fault_set set;

    /* a transfer: what is left of it, and where its bytes are */
    struct bw_i2c_xfer run;
    uint16_t origin[BW_I2C_MAX_MSGS]; /* number in the original, of each */
    uint8_t bytes[BW_I2C_MAX_BYTES];  /* what is written, if it differs */
    uint8_t masks[BW_I2C_MAX_BYTES];  /* of the bytes read */

    /* steps: where the transaction is */
    struct bw_fault_msg msg;
    uint32_t byte; /* data bytes of the message so far */
    bool open;     /* @inner has begun a transaction */
    bool deaf;     /* nobody listens to this message, by a fault */
};

/* The status of a transaction that @kind of fault ends at a data byte, or with
 * BW_FAULT_ANY at the address.  BW_OK: a read that nobody answers. */
enum bw_status bw_filter_fault_end(unsigned kind, bool is_read, uint32_t byte);

/* Is SCL held for longer than the adapter waits, if it is for so long? */
bool bw_filter_fault_gives_up(const struct bw_filter_fault *f, uint64_t us);

/* Let SCL be held low, for no longer than the adapter waits. */
void bw_filter_fault_wait(struct bw_filter_fault *f, uint64_t us);

/**
 * bw_filter_fault_bus: is the bus free for a START?
 * @stretch_us: receives for how long to wait first
 *
 * Returns: BW_OK; BW_BUS_ERROR, somebody holds SDA; or BW_TIMEOUT, when
 * waiting for SCL was in vain.
 */
enum bw_status bw_filter_fault_bus(struct bw_filter_fault *f,
                                   uint64_t *stretch_us);

/* The faults of the link for a request; BW_LINK_DOWN: it is not to be run. */
enum bw_status bw_filter_fault_request(struct bw_filter_fault *f,
                                       const struct bw_fault_msg *m,
                                       size_t nmsgs);

enum bw_status bw_filter_fault_xfer(struct bw_i2c_adapter *a,
                                    struct bw_i2c_xfer *x,
                                    struct bw_wire_i2c_failure *where);
enum bw_status bw_filter_fault_smbus(struct bw_i2c_adapter *a,
                                     struct bw_smbus_xfer *x);
enum bw_status bw_filter_fault_step(struct bw_i2c_adapter *a,
                                    struct bw_i2c_step *steps, size_t nsteps,
                                    struct bw_i2c_progress *progress);

#endif
