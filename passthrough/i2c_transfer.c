/*
 * From the phases of a guest's bus to whole transfers over the link.
 *
 * The way of i2c-passthrough for every export that can join messages by a
 * repeated START.  lib/i2c_assembler.c says for each phase whether it is
 * answered at once or needs a transfer; link_i2c.c carries that one.  One
 * register read (write, repeated START, read) is one request and one reply.
 *
 * The part's presence is asked for once when the link comes up, so that not
 * even the first read needs a further request.
 *
 * Not modelled: clock stretching of single bytes (the agent knows whole
 * transfers only).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "i2c_passthrough.h"
#include "link_i2c.h"
#include "hw/benchwire/trace.h"
#include "trace/control.h"

#define XFER_TEXT 160 /* of a transfer in a trace, characters */

static void run_verdict(I2CPassthrough *s, enum bw_asm_verdict verdict,
                        uint8_t byte);

/* The assembler has decided about what it was asked: a phase or a probe. */
static void conclude(I2CPassthrough *s, enum bw_asm_verdict verdict,
                     uint8_t byte)
{
    if (s->probing) {
        s->probing = false;
        bw_i2c_passthrough_settle(s);
        return;
    }
    bw_i2c_passthrough_answer(s, verdict == BW_ASM_ACK ? I2C_REPLY_ACK :
                              verdict == BW_ASM_NACK_ADDR ?
                              I2C_REPLY_NACK_ADDRESS : I2C_REPLY_NACK_DATA,
                              byte);
}

static void trace_xfer(uint32_t id, const struct bw_i2c_xfer *x)
{
    char text[XFER_TEXT];

    if (trace_event_get_state_backends(TRACE_BW_I2C_PASSTHROUGH_XFER)) {
        bw_i2c_xfer_print(x, text, sizeof(text));
        trace_bw_i2c_passthrough_xfer(id, text);
    }
}

static void xfer_done(void *opaque, uint32_t id, unsigned status,
                      const uint8_t *body, size_t len)
{
    I2CPassthrough *s = opaque;
    enum bw_asm_verdict verdict;
    uint8_t byte = 0xff;

    if (!bw_link_i2c_take(&s->link, bw_i2c_assembler_xfer(&s->assembler),
                          status, body, len)) {
        return; /* s->id stays: transfer_down() comes */
    }
    s->id = 0;
    trace_bw_i2c_passthrough_done(id, bw_status_name(status));
    verdict = bw_i2c_assembler_complete(&s->assembler, status, &byte);
    run_verdict(s, verdict, byte);
}

static enum bw_status send_xfer(I2CPassthrough *s)
{
    struct bw_i2c_xfer *x = bw_i2c_assembler_xfer(&s->assembler);
    enum bw_status status;
    uint32_t id;

    status = bw_link_i2c_send(&s->link, x, s->wait_ms, xfer_done, s, &id);
    if (status == BW_OK) {
        trace_xfer(id, x);
        s->id = id;
    }
    return status;
}

static void run_verdict(I2CPassthrough *s, enum bw_asm_verdict verdict,
                        uint8_t byte)
{
    while (verdict == BW_ASM_WAIT) {
        enum bw_status status = send_xfer(s);

        if (status == BW_OK) {
            return;
        }
        verdict = bw_i2c_assembler_complete(&s->assembler, status, &byte);
    }
    conclude(s, verdict, byte);
}

/* --- phases --- */

static void transfer_start(I2CPassthrough *s, bool is_read, uint32_t recv_len)
{
    run_verdict(s, bw_i2c_assembler_start_at(&s->assembler, s->target,
                                             s->target_flags, is_read,
                                             recv_len), 0xff);
}

static void transfer_send(I2CPassthrough *s, uint8_t byte)
{
    run_verdict(s, bw_i2c_assembler_send(&s->assembler, byte), 0xff);
}

static void transfer_recv(I2CPassthrough *s)
{
    uint8_t byte = 0xff;
    enum bw_asm_verdict verdict = bw_i2c_assembler_recv(&s->assembler, &byte);

    run_verdict(s, verdict, byte);
}

static void transfer_stop(I2CPassthrough *s)
{
    run_verdict(s, bw_i2c_assembler_stop(&s->assembler), 0xff);
}

static void transfer_withdraw(I2CPassthrough *s)
{
    if (s->probing) {
        return; /* nobody's phase */
    }
    if (s->id) {
        bw_link_forget(&s->link, s->id);
        trace_bw_i2c_passthrough_done(s->id, "aborted");
        s->id = 0;
    }
    bw_i2c_assembler_abort(&s->assembler);
}

/* --- the link --- */

void bw_i2c_transfer_settle(I2CPassthrough *s)
{
    enum bw_asm_verdict verdict = BW_ASM_ACK;

    if (!s->any) {
        verdict = bw_i2c_assembler_probe(&s->assembler);
    }
    if (verdict == BW_ASM_WAIT) {
        s->probing = true;
        run_verdict(s, verdict, 0xff);
    } else {
        bw_i2c_passthrough_settle(s);
    }
}

static void transfer_ready(I2CPassthrough *s)
{
    bw_i2c_passthrough_unsettle(s);
    if (!bw_i2c_profile_ask(s)) {
        bw_i2c_transfer_settle(s);
    }
}

/*
 * Only a transfer under way is lost with the link.  Bytes that wait for one,
 * or were fetched by one, are still good.
 */
static void transfer_down(I2CPassthrough *s, enum bw_status status)
{
    enum bw_asm_verdict verdict;
    uint8_t byte = 0xff;

    bw_i2c_assembler_forget(&s->assembler);
    if (s->id) {
        trace_bw_i2c_passthrough_done(s->id, bw_status_name(status));
        s->id = 0;
        verdict = bw_i2c_assembler_complete(&s->assembler, status, &byte);
        run_verdict(s, verdict, byte);
    }
}

const BwI2CWay bw_i2c_transfer = {
    .start = transfer_start,
    .send = transfer_send,
    .recv = transfer_recv,
    .stop = transfer_stop,
    .withdraw = transfer_withdraw,
    .ready = transfer_ready,
    .down = transfer_down,
};

/* --- the assembler --- */

static void add_stats(struct bw_asm_stats *sum, const struct bw_asm_stats *b)
{
    sum->transfers += b->transfers;
    sum->probes += b->probes;
    sum->over_read += b->over_read;
    sum->under_read += b->under_read;
    sum->failures += b->failures;
    sum->mispredicted += b->mispredicted;
    sum->refused += b->refused;
}

void bw_i2c_transfer_init(I2CPassthrough *s, uint16_t max_len)
{
    struct bw_asm_config config = {
        .hostaddr = s->any ? 0 : s->hostaddr,
        .flags = s->ten_bit ? BW_I2C_TEN_BIT : 0,
        .read_ahead = MIN(s->read_ahead, MIN(max_len, s->max_guess)),
        .max_len = max_len,
        .strict = s->strict,
        .profile = s->has_profile ? &s->profile : NULL,
    };

    add_stats(&s->past, bw_i2c_assembler_stats(&s->assembler));
    bw_i2c_assembler_init(&s->assembler, &config);
    s->max_len = max_len;
}

struct bw_asm_stats bw_i2c_transfer_stats(I2CPassthrough *s)
{
    struct bw_asm_stats sum = s->past;

    add_stats(&sum, bw_i2c_assembler_stats(&s->assembler));
    return sum;
}
