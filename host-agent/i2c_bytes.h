/*
 * Transfers and steps for backends that go byte by byte.
 *
 * A backend gives START with an address byte, a byte out, a byte in and STOP;
 * this file makes of them the xfer and step operations of i2c_adapter.h, with
 * the address bytes of 7 and 10 bits.  Used by backend_sim.c and, for lines,
 * i2c_bitbang.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_I2C_BYTES_H
#define BENCHWIRE_HOST_AGENT_I2C_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/i2c_step.h"
#include "lib/i2c_xfer.h"
#include "lib/status.h"
#include "lib/wire.h"

/**
 * struct bw_i2c_bytes_ops - what the bus can do
 * @start: START, or repeated START, and the byte with address and R/W bit
 * @write: a byte to the part
 * @read: a byte from the part; its ACK bit comes with what follows: @read sends
 *        ACK, @start and @stop do not
 * @stop: STOP
 *
 * @start and @write return BW_NACK_ADDR and BW_NACK_DATA for a byte that was
 * not acknowledged.  After any other failure the bus has been let go.
 */
struct bw_i2c_bytes_ops {
    enum bw_status (*start)(void *bus, uint8_t byte);
    enum bw_status (*write)(void *bus, uint8_t byte);
    enum bw_status (*read)(void *bus, uint8_t *byte);
    enum bw_status (*stop)(void *bus);
};

/* All fields but the first two are private. */
struct bw_i2c_bytes {
    const struct bw_i2c_bytes_ops *ops;
    void *bus;
    bool open;         /* between START and STOP */
    uint16_t selected; /* the 10-bit address that was sent last */
};

void bw_i2c_bytes_init(struct bw_i2c_bytes *b,
                       const struct bw_i2c_bytes_ops *ops, void *bus);

/* The operations of an adapter, for its checked input. */
enum bw_status bw_i2c_bytes_xfer(struct bw_i2c_bytes *b, struct bw_i2c_xfer *x,
                                 struct bw_wire_i2c_failure *where);
enum bw_status bw_i2c_bytes_step(struct bw_i2c_bytes *b,
                                 struct bw_i2c_step *steps, size_t nsteps,
                                 struct bw_i2c_progress *progress);

#endif
