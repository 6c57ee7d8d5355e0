/*
 * The two wires of a board's I2C bus
 *
 * Firmware without a free controller, or with one that it does not trust,
 * drives SCL and SDA by GPIO.  The parts of the bus answer that too.
 *
 * The way of a bit: GPIO register -> nrf51_gpio.c -> boards/board_net.c ->
 * here -> lib/i2c_bits.c, which makes bytes of them -> QEMU's I2C core -> a
 * part; and back: SDA is pulled low, or not.
 *
 * A bus of which all parts answer at once is served within the edge that asks,
 * so that masters which do not look at SCL work.  If there is one that takes
 * its time (a part behind an agent), all are asked by requests, and SCL is low
 * until the answer is there.
 *
 * Choices:
 *  - a controller of the board that begins a transaction ends one that was
 *    begun by hand, as if both were the same master;
 *  - a refusal that a part reports only at STOP is lost: these wires have no
 *    way to tell;
 *  - a part pulls with 100 ohm (UM10204 asks for 0.4 V at 3 mA: 133 at most).
 *
 * Not modelled: the timing of the specification, arbitration.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "migration/vmstate.h"
#include "system/runstate.h"
#include "hw/benchwire/boards/i2c_wires.h"
#include "hw/benchwire/trace.h"

#define PART_OHMS 100

/* The lines */

static void drive(I2CWire *wire, bool low)
{
    board_net_drive(wire->net, &wire->parts, 0, low ? PART_OHMS : BW_NET_OPEN);
}

/* SDA first: it is valid when SCL is let go. */
static void update_lines(I2CWires *s)
{
    drive(&s->sda, s->bits.sda_low);
    drive(&s->scl, s->bits.scl_low);
}

static void answer(I2CWires *s, bool ack, uint8_t data)
{
    trace_bw_i2c_wires_answer(ack, data);
    bw_i2c_bits_answer(&s->bits, ack, data);
}

/* The parts */

static bool has_async_part(I2CBus *bus)
{
    BusChild *kid;

    QTAILQ_FOREACH(kid, &bus->qbus.children, sibling) {
        if (I2C_SLAVE_GET_CLASS(kid->child)->request) {
            return true;
        }
    }
    return false;
}

static void end_transaction(I2CWires *s)
{
    if (s->mine && s->async) {
        i2c_request_cancel(s->bus);
    } else if (s->mine) {
        i2c_end_transfer(s->bus);
    }
    s->mine = false;
    s->stopping = false;
    s->start_due = false;
}

static void start_phase(I2CWires *s);

static void phase_done(void *opaque, I2CReply reply, uint8_t data)
{
    I2CWires *s = opaque;

    if (!s->stopping) {
        answer(s, reply == I2C_REPLY_ACK, data);
        update_lines(s);
        return;
    }
    if (reply != I2C_REPLY_ACK) {
        qemu_log_mask(LOG_UNIMP, "%s: part 0x%02x refuses at STOP\n",
                      DEVICE(s)->canonical_path, s->address);
    }
    s->stopping = false;
    s->mine = false;
    if (s->start_due) {
        s->start_due = false;
        start_phase(s);
        update_lines(s);
    }
}

static void start_sync(I2CWires *s, bool reading)
{
    uint8_t address = s->bits.byte >> 1;

    if (s->mine && address != s->address) {
        end_transaction(s);
    }
    s->address = address;
    s->mine = true;
    if (i2c_start_transfer(s->bus, address, reading) == 0) {
        answer(s, true, 0);
        return;
    }
    end_transaction(s);
    answer(s, false, 0);
}

static void start_phase(I2CWires *s)
{
    bool reading = s->bits.byte & 1;

    trace_bw_i2c_wires_start(s->bits.byte >> 1, reading ? "r" : "w");
    if (s->stopping) {
        s->start_due = true;
        return;
    }
    if (!s->mine) {
        s->async = has_async_part(s->bus);
    }
    if (s->is_taken(s->opaque) ||
        (!s->mine && !s->async && i2c_bus_busy(s->bus))) {
        answer(s, false, 0);
    } else if (s->async) {
        s->address = s->bits.byte >> 1;
        s->mine = true;
        i2c_request_start(s->bus, s->address, reading, 0, phase_done, s);
    } else {
        start_sync(s, reading);
    }
}

static void send_byte(I2CWires *s)
{
    trace_bw_i2c_wires_send(s->bits.byte);
    if (!s->mine) {
        answer(s, false, 0);
    } else if (s->async) {
        i2c_request_send(s->bus, s->bits.byte, phase_done, s);
    } else {
        answer(s, i2c_send(s->bus, s->bits.byte) == 0, 0);
    }
}

static void recv_byte(I2CWires *s)
{
    if (!s->mine) {
        answer(s, false, 0xff);
    } else if (s->async) {
        i2c_request_recv(s->bus, phase_done, s);
    } else {
        answer(s, true, i2c_recv(s->bus));
    }
}

static void stop_phase(I2CWires *s)
{
    trace_bw_i2c_wires_stop();
    if (s->mine && s->async) {
        s->stopping = true;
        i2c_request_stop(s->bus, phase_done, s);
    } else {
        end_transaction(s);
    }
}

static void serve(I2CWires *s, enum bw_i2c_bits_ask ask)
{
    switch (ask) {
    case BW_I2C_BITS_NOTHING:
        break;
    case BW_I2C_BITS_ADDRESS:
        start_phase(s);
        break;
    case BW_I2C_BITS_SEND:
        send_byte(s);
        break;
    case BW_I2C_BITS_RECV:
        recv_byte(s);
        break;
    case BW_I2C_BITS_NACK:
        if (s->mine) {
            i2c_nack(s->bus);
        }
        break;
    case BW_I2C_BITS_STOP:
        stop_phase(s);
        break;
    case BW_I2C_BITS_ABORT:
        end_transaction(s);
        break;
    }
}

static void net_changed(void *opaque, BoardNet *net)
{
    I2CWires *s = opaque;
    bool scl = board_net_level(s->scl.net);
    bool sda = board_net_level(s->sda.net);

    if ((scl == s->bits.scl && sda == s->bits.sda) || board_net_is_loading()) {
        return;
    }
    if (device_is_in_reset(DEVICE(s))) {
        bw_i2c_bits_reset(&s->bits, scl, sda);
        return;
    }
    serve(s, bw_i2c_bits_lines(&s->bits, scl, sda));
    update_lines(s);
}

static void forget_bits(I2CWires *s)
{
    bw_i2c_bits_reset(&s->bits, board_net_level(s->scl.net),
                      board_net_level(s->sda.net));
    update_lines(s);
}

void i2c_wires_drop(I2CWires *s)
{
    if (s->mine) {
        end_transaction(s);
        forget_bits(s);
    }
}

static void connect_wire(I2CWires *s, I2CWire *wire, BoardNet *net)
{
    wire->net = net;
    wire->listener.changed = net_changed;
    wire->listener.opaque = s;
    board_net_add(net, &wire->parts, "an I2C part");
    board_net_listen(net, &wire->listener);
}

void i2c_wires_connect(I2CWires *s, I2CBus *bus, BoardNet *scl, BoardNet *sda,
                       bool (*is_taken)(void *opaque), void *opaque)
{
    s->bus = bus;
    s->is_taken = is_taken;
    s->opaque = opaque;
    connect_wire(s, &s->scl, scl);
    connect_wire(s, &s->sda, sda);
}

static void i2c_wires_reset_hold(Object *obj, ResetType type)
{
    I2CWires *s = I2C_WIRES(obj);

    if (s->bus) {
        end_transaction(s);
        forget_bits(s);
    }
}

/* A phase under way does not migrate: the part never heard of it. */
static void vm_state_change(void *opaque, bool running, RunState state)
{
    I2CWires *s = opaque;

    if (running && s->lost) {
        s->lost = false;
        end_transaction(s);
        answer(s, false, 0xff);
        update_lines(s);
    }
}

static void i2c_wires_realize(DeviceState *dev, Error **errp)
{
    I2CWires *s = I2C_WIRES(dev);

    s->vm_change = qdev_add_vm_change_state_handler(dev, vm_state_change, s);
}

static void i2c_wires_finalize(Object *obj)
{
    I2CWires *s = I2C_WIRES(obj);

    if (s->vm_change) {
        qemu_del_vm_change_state_handler(s->vm_change);
    }
}

static int i2c_wires_post_load(void *opaque, int version_id)
{
    I2CWires *s = opaque;

    if (!bw_i2c_bits_valid(&s->bits) || !s->bus) {
        return s->bus ? -EINVAL : 0;
    }
    s->lost = s->bits.waiting || s->stopping;
    update_lines(s);
    return 0;
}

static const VMStateDescription vmstate_i2c_wires = {
    .name = TYPE_I2C_WIRES,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = i2c_wires_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8(bits.state, I2CWires),
        VMSTATE_UINT8(bits.bit, I2CWires),
        VMSTATE_BOOL(bits.refused, I2CWires),
        VMSTATE_BOOL(bits.scl, I2CWires),
        VMSTATE_BOOL(bits.sda, I2CWires),
        VMSTATE_UINT8(bits.byte, I2CWires),
        VMSTATE_BOOL(bits.open, I2CWires),
        VMSTATE_BOOL(bits.waiting, I2CWires),
        VMSTATE_BOOL(bits.scl_low, I2CWires),
        VMSTATE_BOOL(bits.sda_low, I2CWires),
        VMSTATE_UINT8(address, I2CWires),
        VMSTATE_BOOL(mine, I2CWires),
        VMSTATE_BOOL(async, I2CWires),
        VMSTATE_BOOL(stopping, I2CWires),
        VMSTATE_END_OF_LIST()
    }
};

static void i2c_wires_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    ResettableClass *rc = RESETTABLE_CLASS(klass);

    dc->desc = "wires of an I2C bus";
    dc->realize = i2c_wires_realize;
    dc->vmsd = &vmstate_i2c_wires;
    rc->phases.hold = i2c_wires_reset_hold;
}

static const TypeInfo i2c_wires_types[] = {
    {
        .name = TYPE_I2C_WIRES,
        .parent = TYPE_SYS_BUS_DEVICE,
        .instance_size = sizeof(I2CWires),
        .instance_finalize = i2c_wires_finalize,
        .class_init = i2c_wires_class_init,
    },
};
DEFINE_TYPES(i2c_wires_types)
