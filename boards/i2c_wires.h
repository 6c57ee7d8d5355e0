/*
 * The two wires of a board's I2C bus: parts for a master that drives the lines
 * by hand
 *
 * QEMU interface: none; see i2c_wires_connect().
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_I2C_WIRES_H
#define BENCHWIRE_BOARDS_I2C_WIRES_H

#include "hw/i2c/i2c.h"
#include "hw/sysbus.h"
#include "hw/benchwire/boards/board_net.h"
#include "hw/benchwire/lib/i2c_bits.h"

#define TYPE_I2C_WIRES "bw-i2c-wires"
OBJECT_DECLARE_SIMPLE_TYPE(I2CWires, I2C_WIRES)

/* One of the two lines: its net, and what the parts do to it */
typedef struct I2CWire {
    BoardNet *net;
    struct bw_net_source parts;
    BoardNetListener listener;
} I2CWire;

struct I2CWires {
    SysBusDevice parent_obj;

    I2CBus *bus; /* NULL: not connected */
    I2CWire scl;
    I2CWire sda;
    bool (*is_taken)(void *opaque);
    void *opaque;
    VMChangeStateEntry *vm_change;

    struct bw_i2c_bits bits;
    uint8_t address; /* of the transaction, 7 bits */
    bool mine;       /* a transaction is open on @bus, begun here */
    bool async;      /* it is made of requests */
    bool stopping;   /* its STOP is not done yet */
    bool start_due;  /* after that: the address that is asked for */
    bool lost;       /* just loaded without the phase that was under way */
};

/**
 * i2c_wires_connect: join @bus to two nets; before it is realized
 * @is_taken: whether a controller uses @bus now, so that what is on the wires
 *            is nobody's business
 */
void i2c_wires_connect(I2CWires *s, I2CBus *bus, BoardNet *scl, BoardNet *sda,
                       bool (*is_taken)(void *opaque), void *opaque);

/* A controller takes the bus: end what is under way on the wires. */
void i2c_wires_drop(I2CWires *s);

#endif
