/*
 * From the phases of a guest's bus to steps over the link: exact mode.
 *
 * The way of i2c-passthrough for exports whose adapter goes byte by byte.
 * Each phase is a list of steps (docs/protocol.md, I2C_STEP) and waits for its
 * answer: what the guest is told, the part has done, and nothing is read that
 * the guest does not take.  Between two phases the adapter holds SCL low.
 *
 * One list, and so one round trip, is what each of these needs: START to
 * write, a byte written (its ACK is an answer of its own), a byte read, STOP.
 * A START to read brings the bytes along if the controller has said how many
 * it reads; if not, START alone is asked for, as a controller may send STOP
 * after it.
 *
 * A transaction that the guest gives up (its controller is disabled or reset)
 * ends with a STOP on the bus all the same, behind a START that may be under
 * way.  A part that does not acknowledge its address is left with a STOP at
 * once: QEMU's bus does not tell the slave how the guest goes on.  A repeated
 * START after that is a START on the wire.
 *
 * If the guest is silent within a transaction for longer than the adapter's
 * time-out (a second) the agent ends it, and the next byte is a NACK.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "i2c_passthrough.h"
#include "hw/benchwire/lib/wire_step.h"
#include "hw/benchwire/trace.h"

/* --- lists over the link --- */

static void exact_done(void *opaque, uint32_t id, unsigned status,
                       const uint8_t *body, size_t len);

static void add_step(BwI2CExact *x, uint8_t op)
{
    x->steps[x->nsteps++] = (struct bw_i2c_step){ .op = op };
}

static void add_bytes(BwI2CExact *x, uint8_t op, uint8_t *data, uint16_t len)
{
    add_step(x, op);
    x->steps[x->nsteps - 1].data = data;
    x->steps[x->nsteps - 1].len = len;
}

/* "S w", "w1", "S r r6", "r1", "P" */
static const char *list_text(const BwI2CExact *x, char *text, size_t size)
{
    size_t pos = 0;
    int i;

    text[0] = '\0';
    for (i = 0; i < x->nsteps && pos < size; i++) {
        const struct bw_i2c_step *step = &x->steps[i];
        const char *gap = i ? " " : "";

        switch (step->op) {
        case BW_STEP_START:
            pos += snprintf(text + pos, size - pos, "%sS %c@0x%02x%s", gap,
                            step->flags & BW_I2C_READ ? 'r' : 'w', step->addr,
                            step->flags & BW_I2C_TEN_BIT ? "t" : "");
            break;
        case BW_STEP_STOP:
            pos += snprintf(text + pos, size - pos, "%sP", gap);
            break;
        default:
            pos += snprintf(text + pos, size - pos, "%s%c%u", gap,
                            step->op == BW_STEP_READ ? 'r' : 'w', step->len);
            break;
        }
    }
    return text;
}

static bool send_list(I2CPassthrough *s)
{
    BwI2CExact *x = &s->exact;
    struct bw_wire_step_request m = {
        .deadline_ms = s->wait_ms,
        .nsteps = x->nsteps,
    };
    struct bw_writer *w;
    char text[64];
    uint32_t id;

    memcpy(m.steps, x->steps, x->nsteps * sizeof(x->steps[0]));
    id = bw_link_begin(&s->link, BW_MSG_I2C_STEP, &w);
    if (!id) {
        return false;
    }
    bw_wire_put_step_request(w, &m);
    if (!bw_link_commit(&s->link, exact_done, s)) {
        return false;
    }
    trace_bw_i2c_exact_steps(id, list_text(x, text, sizeof(text)));
    x->id = id;
    x->stats.transfers++;
    return true;
}

/* The answer to a phase that did not happen. */
static I2CReply nack_of(I2CPhase phase)
{
    return phase == I2C_PHASE_START_SEND || phase == I2C_PHASE_START_RECV ?
           I2C_REPLY_NACK_ADDRESS : I2C_REPLY_NACK_DATA;
}

static void fail_phase(I2CPassthrough *s)
{
    s->exact.stats.failures++;
    bw_i2c_passthrough_answer(s, nack_of(s->phase), 0xff);
}

/* One list for the phase under way. */
static void ask(I2CPassthrough *s)
{
    if (!send_list(s)) {
        s->exact.on_bus = false;
        fail_phase(s);
    }
}

/* STOP for a transaction that the guest has forgotten; nobody waits for it. */
static void send_stop(I2CPassthrough *s)
{
    BwI2CExact *x = &s->exact;

    x->on_bus = false;
    x->refused = false;
    x->nsteps = 0;
    add_step(x, BW_STEP_STOP);
    if (send_list(s)) {
        bw_link_forget(&s->link, x->id);
    }
    x->id = 0;
}

static void take_failure(I2CPassthrough *s, unsigned status,
                         const struct bw_i2c_progress *progress)
{
    BwI2CExact *x = &s->exact;

    x->refused = true;
    x->rx_pos = 0;
    x->rx_len = 0;
    if (status == BW_NACK_ADDR) {
        send_stop(s);
    } else if (status != BW_NACK_DATA) {
        x->on_bus = false; /* the agent has let go of it */
    }
    if (s->phase == I2C_PHASE_START_RECV && progress->done > 0) {
        x->rx_len = progress->byte; /* it failed after so many */
        bw_i2c_passthrough_answer(s, I2C_REPLY_ACK, 0xff);
        return;
    }
    fail_phase(s);
}

static void take_answer(I2CPassthrough *s, unsigned status,
                        const struct bw_i2c_progress *progress)
{
    BwI2CExact *x = &s->exact;
    uint8_t byte = 0xff;

    x->on_bus = s->phase != I2C_PHASE_STOP;
    x->refused = false;
    if (status != BW_OK) {
        take_failure(s, status, progress);
        return;
    }
    if (s->phase == I2C_PHASE_RECV) {
        byte = x->rx[x->rx_pos++];
    }
    bw_i2c_passthrough_answer(s, I2C_REPLY_ACK, byte);
}

static void exact_done(void *opaque, uint32_t id, unsigned status,
                       const uint8_t *body, size_t len)
{
    I2CPassthrough *s = opaque;
    BwI2CExact *x = &s->exact;
    struct bw_i2c_progress progress;
    struct bw_reader r;

    bw_reader_init(&r, body, len);
    if (bw_wire_get_step_reply(&r, status, x->steps, x->nsteps, &progress) !=
        BW_OK || !bw_reader_done(&r)) {
        bw_link_reject(&s->link, "a reply to I2C_STEP that does not fit");
        return; /* x->id stays: exact_down() comes */
    }
    x->id = 0;
    trace_bw_i2c_passthrough_done(id, bw_status_name(status));
    take_answer(s, status, &progress);
}

/* --- phases --- */

/* Bytes that came with a START and were not taken. */
static void drop_bytes(BwI2CExact *x)
{
    x->stats.over_read += x->rx_len - x->rx_pos;
    x->rx_len = 0;
    x->rx_pos = 0;
}

static void exact_start(I2CPassthrough *s, bool is_read, uint32_t recv_len)
{
    BwI2CExact *x = &s->exact;

    drop_bytes(x);
    x->nsteps = 0;
    add_step(x, BW_STEP_START);
    x->steps[0].addr = s->target;
    x->steps[0].flags = s->target_flags | (is_read ? BW_I2C_READ : 0);
    if (is_read && recv_len) {
        x->rx_len = MIN(recv_len, MIN(s->max_len, sizeof(x->rx)));
        add_bytes(x, BW_STEP_READ, x->rx, x->rx_len);
    }
    ask(s);
}

static void exact_send(I2CPassthrough *s, uint8_t byte)
{
    BwI2CExact *x = &s->exact;

    if (!x->on_bus || x->refused) {
        fail_phase(s);
        return;
    }
    x->tx = byte;
    x->nsteps = 0;
    add_bytes(x, BW_STEP_WRITE, &x->tx, 1);
    ask(s);
}

static void exact_recv(I2CPassthrough *s)
{
    BwI2CExact *x = &s->exact;

    if (x->rx_pos < x->rx_len) {
        bw_i2c_passthrough_answer(s, I2C_REPLY_ACK, x->rx[x->rx_pos++]);
        return;
    }
    if (!x->on_bus || x->refused) {
        fail_phase(s);
        return;
    }
    x->rx_pos = 0;
    x->rx_len = 1;
    x->nsteps = 0;
    add_bytes(x, BW_STEP_READ, x->rx, 1);
    ask(s);
}

static void exact_stop(I2CPassthrough *s)
{
    BwI2CExact *x = &s->exact;

    drop_bytes(x);
    if (!x->on_bus) {
        bw_i2c_passthrough_answer(s, I2C_REPLY_ACK, 0xff);
        return;
    }
    x->on_bus = false;
    x->nsteps = 0;
    add_step(x, BW_STEP_STOP);
    ask(s);
}

/* The agent does what was asked for in order: a START under way, then STOP. */
static void exact_withdraw(I2CPassthrough *s)
{
    BwI2CExact *x = &s->exact;
    bool starting = s->phase == I2C_PHASE_START_SEND ||
                    s->phase == I2C_PHASE_START_RECV;
    bool due = x->on_bus || (x->id && starting);

    if (x->id) {
        bw_link_forget(&s->link, x->id);
        trace_bw_i2c_passthrough_done(x->id, "aborted");
        x->id = 0;
        x->rx_len = x->rx_pos; /* nothing has come */
    }
    drop_bytes(x);
    if (due) {
        send_stop(s);
    }
}

/* --- the link --- */

static void exact_ready(I2CPassthrough *s)
{
}

/* The agent ends what was open on its bus, but not as the guest knows it. */
static void exact_down(I2CPassthrough *s, enum bw_status status)
{
    BwI2CExact *x = &s->exact;

    if (x->on_bus) {
        s->untold = s->open;
    }
    x->on_bus = false;
    if (x->id) {
        trace_bw_i2c_passthrough_done(x->id, bw_status_name(status));
        x->id = 0;
        x->rx_len = x->rx_pos;
        fail_phase(s);
    }
}

const BwI2CWay bw_i2c_exact = {
    .start = exact_start,
    .send = exact_send,
    .recv = exact_recv,
    .stop = exact_stop,
    .withdraw = exact_withdraw,
    .ready = exact_ready,
    .down = exact_down,
};
