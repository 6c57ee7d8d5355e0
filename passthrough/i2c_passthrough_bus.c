/*
 * The phases of a guest's bus, as i2c-passthrough meets them.
 *
 * QEMU's asynchronous I2C core brings each phase as a request() that is
 * answered at once or later.  This file knows which phases are legal, which
 * START has to wait for the link, and what a guest is told of bytes that were
 * lost; what is to be done about a phase is the business of the device's way
 * (i2c_transfer.c).
 *
 * A START that arrives while the link is coming up (firmware boots faster than
 * a connection is made) waits for it, up to timeout-ms.  A part that cannot be
 * reached does not acknowledge its address.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "i2c_passthrough.h"

static bool is_start(I2CPhase phase)
{
    return phase == I2C_PHASE_START_SEND || phase == I2C_PHASE_START_RECV;
}

/* --- answers to the bus --- */

static void answer(I2CPassthrough *s, I2CReply reply, uint8_t byte)
{
    s->busy = false;
    if (s->phase == I2C_PHASE_SEND && reply == I2C_REPLY_NACK_ADDRESS) {
        reply = I2C_REPLY_NACK_DATA; /* the second byte of an address */
    }
    i2c_slave_reply(I2C_SLAVE(s), reply, byte);
}

void bw_i2c_passthrough_answer(I2CPassthrough *s, I2CReply reply, uint8_t byte)
{
    bw_i2c_counters_note(s);
    if (s->phase == I2C_PHASE_RECV && reply != I2C_REPLY_ACK) {
        s->untold = true; /* a controller cannot see that in a read byte */
    }
    if (s->phase == I2C_PHASE_STOP && reply == I2C_REPLY_ACK && s->untold) {
        reply = I2C_REPLY_NACK_DATA;
    }
    if (is_start(s->phase) && reply != I2C_REPLY_ACK) {
        s->open = false; /* the bus tells a slave that refused nothing more */
    }
    answer(s, reply, reply == I2C_REPLY_ACK ? byte : 0xff);
}

/* --- a START that waits --- */

static void take_start(I2CPassthrough *s)
{
    if (!s->open) {
        bw_i2c_profile_renew(s);
    }
    s->open = true;
    s->untold = false;
    s->way->start(s, s->phase == I2C_PHASE_START_RECV, s->recv_len);
}

static void end_deferral(I2CPassthrough *s)
{
    s->deferred = false;
    timer_del(s->deferred_timer);
}

static void resume_start(I2CPassthrough *s)
{
    if (s->deferred) {
        end_deferral(s);
        take_start(s);
    }
}

/* Timer, or the link went down instead. */
static void refuse_start(void *opaque)
{
    I2CPassthrough *s = opaque;

    if (s->deferred) {
        end_deferral(s);
        answer(s, I2C_REPLY_NACK_ADDRESS, 0xff);
    }
}

void bw_i2c_passthrough_unsettle(I2CPassthrough *s)
{
    s->unsettled = true;
}

void bw_i2c_passthrough_settle(I2CPassthrough *s)
{
    s->unsettled = false;
    resume_start(s);
}

void bw_i2c_passthrough_ready(I2CPassthrough *s)
{
    bw_i2c_counters_session(s);
    s->way->ready(s);
    if (!s->unsettled) {
        resume_start(s);
    }
}

void bw_i2c_passthrough_down(I2CPassthrough *s, enum bw_status status)
{
    s->way->down(s, status);
    s->unsettled = false;
    refuse_start(s);
}

/* --- phases from the bus --- */

static void on_start(I2CPassthrough *s)
{
    bool ready = bw_link_is_ready(&s->link);

    if (s->open ? s->untold : !ready && !bw_link_is_coming(&s->link)) {
        /* The part is out of reach, or bytes before this START were lost. */
        I2CReply nack = s->open ? I2C_REPLY_NACK_DATA : I2C_REPLY_NACK_ADDRESS;

        s->way->withdraw(s);
        s->open = false;
        answer(s, nack, 0xff);
    } else if (s->unsettled || (!s->open && !ready)) {
        s->deferred = true;
        timer_mod(s->deferred_timer, s->timeout_ms +
                  qemu_clock_get_ms(QEMU_CLOCK_REALTIME));
    } else {
        take_start(s);
    }
}

/* What the address says so far. */
static void on_address(I2CPassthrough *s, BwI2CAddress address)
{
    if (address == BW_I2C_ADDRESS_KNOWN) {
        on_start(s);
    } else if (address == BW_I2C_ADDRESS_HALF) {
        answer(s, I2C_REPLY_ACK, 0xff);
    } else {
        s->way->withdraw(s);
        s->open = false;
        answer(s, I2C_REPLY_NACK_ADDRESS, 0xff);
    }
}

static void i2c_passthrough_request(I2CSlave *slave, I2CPhase phase,
                                    uint32_t arg)
{
    I2CPassthrough *s = I2C_PASSTHROUGH(slave);

    s->busy = true;
    s->phase = phase;
    if (is_start(phase)) {
        s->recv_len = phase == I2C_PHASE_START_RECV ? arg : 0;
        on_address(s, bw_i2c_address_start(s, phase == I2C_PHASE_START_RECV));
        return;
    }
    if (s->half_addressed && phase == I2C_PHASE_SEND) {
        on_address(s, bw_i2c_address_byte(s, arg));
        return;
    }
    s->half_addressed = false;
    if (!s->open) {
        answer(s, phase == I2C_PHASE_STOP ? I2C_REPLY_ACK :
                  I2C_REPLY_NACK_DATA, 0xff);
        return;
    }
    switch (phase) {
    case I2C_PHASE_SEND:
        s->way->send(s, arg);
        break;
    case I2C_PHASE_RECV:
        s->way->recv(s);
        break;
    default:
        s->open = false;
        s->way->stop(s);
        break;
    }
}

void bw_i2c_passthrough_abort(I2CPassthrough *s)
{
    s->busy = false;
    s->open = false;
    s->half_addressed = false;
    end_deferral(s);
    s->way->withdraw(s);
}

static void i2c_passthrough_abort(I2CSlave *slave)
{
    bw_i2c_passthrough_abort(I2C_PASSTHROUGH(slave));
}

/* --- life --- */

void bw_i2c_passthrough_bus_init(I2CPassthrough *s)
{
    s->deferred_timer = timer_new_ms(QEMU_CLOCK_REALTIME, refuse_start, s);
}

void bw_i2c_passthrough_bus_finish(I2CPassthrough *s)
{
    timer_free(s->deferred_timer);
}

void bw_i2c_passthrough_bus_class_init(I2CSlaveClass *sc)
{
    sc->set_address = bw_i2c_address_set;
    sc->match_and_add = bw_i2c_address_match;
    sc->request = i2c_passthrough_request;
    sc->is_outside = true;
    sc->abort = i2c_passthrough_abort;
}
