/*
 * A real SMBus part on a guest's bus.
 *
 *   -device smbus-passthrough,chardev=ID,export=NAME,address=0x0b,pec=on
 *   -device smbus-passthrough,device=/dev/i2c-N,address=0x0b
 *
 * An i2c-passthrough whose way is SMBus protocols: the guest's controller may
 * be any, byte by byte (boards/nrf51/nrf51_twi.c) or one of QEMU's SMBus
 * masters.  lib/smbus_guest.c makes protocols of the phases on the guest's bus;
 * each is one request SMBUS_XFER to the agent (host-agent/handlers_smbus.c),
 * so the part may be behind an adapter that knows nothing else.
 *
 * pec=on: the guest uses packet error codes, and so does the agent.
 * commands=0x20-0x23=block:word: how commands are read where the controller
 * does not say how long a read is; see lib/smbus_guest.h for what happens to
 * the others.
 *
 * Where the standard is silent: a code from the part that is wrong is a byte
 * that is not acknowledged, as a lost link is, since the agent keeps such data
 * to itself.
 *
 * Not modelled: SMBALERT# and host notify of the part (the protocol has no way
 * for the agent to tell); the alert response address; ARP; time-outs of the
 * part other than the adapter's own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "i2c_passthrough.h"
#include "link_i2c.h"
#include "hw/benchwire/lib/smbus_guest.h"
#include "hw/benchwire/lib/wire_smbus.h"
#include "hw/benchwire/trace.h"

#define TYPE_SMBUS_PASSTHROUGH "smbus-passthrough"
OBJECT_DECLARE_TYPE(SMBusPassthrough, SMBusPassthroughClass, SMBUS_PASSTHROUGH)

#define ANY_FORM (BW_I2C_FUNC_SMBUS_BYTE | BW_I2C_FUNC_SMBUS_BYTE_DATA | \
                  BW_I2C_FUNC_SMBUS_WORD_DATA | BW_I2C_FUNC_SMBUS_BLOCK_READ)

struct SMBusPassthrough {
    I2CPassthrough parent_obj;

    bool pec;
    char *commands;

    struct bw_smbus_guest guest;
};

struct SMBusPassthroughClass {
    I2CPassthroughClass parent_class;

    DeviceRealize parent_realize;
};

static void run_verdict(SMBusPassthrough *d, enum bw_asm_verdict verdict,
                        uint8_t byte);

static SMBusPassthrough *smbus_of(I2CPassthrough *s)
{
    return SMBUS_PASSTHROUGH(s);
}

/* --- protocols over the link --- */

static void trace_xfer(uint32_t id, const struct bw_smbus_xfer *x)
{
    g_autofree char *text = NULL;

    text = g_strdup_printf("%s@0x%02x 0x%02x%s",
                           bw_smbus_name(x->form, x->flags & BW_SMBUS_READ),
                           x->addr, x->command,
                           x->flags & BW_SMBUS_PEC ? " pec" : "");
    trace_bw_i2c_passthrough_xfer(id, text);
}

/* Returns false if the reply's body is not that of @x. */
static bool take_body(struct bw_smbus_xfer *x, unsigned status,
                      const uint8_t *body, size_t len)
{
    char text[BW_WIRE_MAX_TEXT + 1];
    struct bw_reader r;

    bw_reader_init(&r, body, len);
    if (status == BW_OK) {
        return bw_wire_get_smbus_reply(&r, x) == BW_OK;
    }
    return len == 0 ||
           (bw_wire_get_text(&r, text) == BW_OK && bw_reader_done(&r));
}

static void xfer_done(void *opaque, uint32_t id, unsigned status,
                      const uint8_t *body, size_t len)
{
    SMBusPassthrough *d = opaque;
    I2CPassthrough *s = I2C_PASSTHROUGH(d);
    enum bw_asm_verdict verdict;
    uint8_t byte = 0xff;

    if (!take_body(bw_smbus_guest_xfer(&d->guest), status, body, len)) {
        /* s->id stays: smbus_down() comes */
        bw_link_reject(&s->link, "a reply to SMBUS_XFER of the wrong length");
        return;
    }
    s->id = 0;
    trace_bw_i2c_passthrough_done(id, bw_status_name(status));
    verdict = bw_smbus_guest_complete(&d->guest, status, &byte);
    run_verdict(d, verdict, byte);
}

static enum bw_status send_xfer(SMBusPassthrough *d)
{
    I2CPassthrough *s = I2C_PASSTHROUGH(d);
    struct bw_wire_smbus_request m = {
        .deadline_ms = s->wait_ms,
        .xfer = *bw_smbus_guest_xfer(&d->guest),
    };
    struct bw_writer *w;
    uint32_t id;

    id = bw_link_begin(&s->link, BW_MSG_SMBUS_XFER, &w);
    if (!id) {
        return bw_link_is_ready(&s->link) ? BW_BUSY : BW_LINK_DOWN;
    }
    bw_wire_put_smbus_request(w, &m);
    if (!bw_link_commit(&s->link, xfer_done, d)) {
        return BW_TOO_LONG;
    }
    trace_xfer(id, &m.xfer);
    s->id = id;
    return BW_OK;
}

static void conclude(SMBusPassthrough *d, enum bw_asm_verdict verdict,
                     uint8_t byte)
{
    I2CPassthrough *s = I2C_PASSTHROUGH(d);

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

static void run_verdict(SMBusPassthrough *d, enum bw_asm_verdict verdict,
                        uint8_t byte)
{
    while (verdict == BW_ASM_WAIT) {
        enum bw_status status = send_xfer(d);

        if (status == BW_OK) {
            return;
        }
        verdict = bw_smbus_guest_complete(&d->guest, status, &byte);
    }
    conclude(d, verdict, byte);
}

/* --- phases --- */

static void smbus_start(I2CPassthrough *s, bool is_read, uint32_t recv_len)
{
    SMBusPassthrough *d = smbus_of(s);

    run_verdict(d, bw_smbus_guest_start(&d->guest, is_read, recv_len), 0xff);
}

static void smbus_send(I2CPassthrough *s, uint8_t byte)
{
    SMBusPassthrough *d = smbus_of(s);

    run_verdict(d, bw_smbus_guest_send(&d->guest, byte), 0xff);
}

static void smbus_recv(I2CPassthrough *s)
{
    SMBusPassthrough *d = smbus_of(s);
    uint8_t byte = 0xff;
    enum bw_asm_verdict verdict = bw_smbus_guest_recv(&d->guest, &byte);

    run_verdict(d, verdict, byte);
}

static void smbus_stop(I2CPassthrough *s)
{
    SMBusPassthrough *d = smbus_of(s);

    run_verdict(d, bw_smbus_guest_stop(&d->guest), 0xff);
}

static void smbus_withdraw(I2CPassthrough *s)
{
    if (s->probing) {
        return; /* nobody's phase */
    }
    if (s->id) {
        bw_link_forget(&s->link, s->id);
        trace_bw_i2c_passthrough_done(s->id, "aborted");
        s->id = 0;
    }
    bw_smbus_guest_abort(&smbus_of(s)->guest);
}

/* --- the link --- */

static void smbus_ready(I2CPassthrough *s)
{
    SMBusPassthrough *d = smbus_of(s);
    enum bw_asm_verdict verdict = bw_smbus_guest_probe(&d->guest);

    if (verdict == BW_ASM_WAIT) {
        s->probing = true;
        bw_i2c_passthrough_unsettle(s);
        run_verdict(d, verdict, 0xff);
    }
}

static void smbus_down(I2CPassthrough *s, enum bw_status status)
{
    SMBusPassthrough *d = smbus_of(s);
    enum bw_asm_verdict verdict;
    uint8_t byte = 0xff;

    if (s->id) {
        trace_bw_i2c_passthrough_done(s->id, bw_status_name(status));
        s->id = 0;
        verdict = bw_smbus_guest_complete(&d->guest, status, &byte);
        run_verdict(d, verdict, byte);
    }
    bw_smbus_guest_forget(&d->guest);
}

static const BwI2CWay smbus_way = {
    .start = smbus_start,
    .send = smbus_send,
    .recv = smbus_recv,
    .stop = smbus_stop,
    .withdraw = smbus_withdraw,
    .ready = smbus_ready,
    .down = smbus_down,
};

static const BwI2CWay *smbus_choose_way(I2CPassthrough *s,
                                        const struct bw_wire_opened *opened,
                                        Error **errp)
{
    SMBusPassthrough *d = smbus_of(s);

    if (!(opened->funcs & ANY_FORM)) {
        error_setg(errp, "the adapter behind the export can do no SMBus "
                   "protocol");
        return NULL;
    }
    if (d->pec && !(opened->funcs & BW_I2C_FUNC_SMBUS_PEC)) {
        error_setg(errp, "pec=on, and the adapter behind the export has no "
                   "packet error codes");
        return NULL;
    }
    bw_smbus_guest_set_funcs(&d->guest, opened->funcs);
    return &smbus_way;
}

/* --- life --- */

static void smbus_passthrough_realize(DeviceState *dev, Error **errp)
{
    ERRP_GUARD();
    SMBusPassthroughClass *klass = SMBUS_PASSTHROUGH_GET_CLASS(dev);
    SMBusPassthrough *d = SMBUS_PASSTHROUGH(dev);
    I2CPassthrough *s = I2C_PASSTHROUGH(dev);
    struct bw_smbus_guest_config config = { .pec = d->pec };

    if (d->commands &&
        bw_smbus_forms_parse(d->commands, config.forms) != BW_OK) {
        error_setg(errp, "smbus-passthrough: commands=%s is not understood; "
                   "write such as 0x20-0x23=block:word, with byte, word, "
                   "block, call or block-call", d->commands);
        return;
    }
    klass->parent_realize(dev, errp);
    if (*errp) {
        return;
    }
    /* nothing has come from the link yet: that takes the main loop */
    config.addr7 = I2C_SLAVE(dev)->address;
    config.hostaddr = s->hostaddr;
    bw_smbus_guest_init(&d->guest, &config);
}

static void smbus_add_stats(I2CPassthrough *s, struct bw_asm_stats *sum)
{
    const struct bw_smbus_guest_stats *own = &smbus_of(s)->guest.stats;

    sum->transfers += own->transfers;
    sum->probes += own->probes;
    sum->over_read += own->over_read;
    sum->under_read += own->under_read;
    sum->mispredicted += own->mispredicted;
    sum->failures += own->failures;
}

static const Property smbus_passthrough_properties[] = {
    DEFINE_PROP_BOOL("pec", SMBusPassthrough, pec, false),
    DEFINE_PROP_STRING("commands", SMBusPassthrough, commands),
};

static void smbus_passthrough_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    I2CPassthroughClass *ic = I2C_PASSTHROUGH_CLASS(klass);
    SMBusPassthroughClass *sc = SMBUS_PASSTHROUGH_CLASS(klass);

    dc->desc = "an SMBus part of an agent or of this machine";
    device_class_set_parent_realize(dc, smbus_passthrough_realize,
                                    &sc->parent_realize);
    device_class_set_props(dc, smbus_passthrough_properties);
    ic->caps = BW_CAP_SMBUS;
    ic->choose_way = smbus_choose_way;
    ic->add_stats = smbus_add_stats;
}

static const TypeInfo smbus_passthrough_types[] = {
    {
        .name = TYPE_SMBUS_PASSTHROUGH,
        .parent = TYPE_I2C_PASSTHROUGH,
        .instance_size = sizeof(SMBusPassthrough),
        .class_size = sizeof(SMBusPassthroughClass),
        .class_init = smbus_passthrough_class_init,
    },
};

DEFINE_TYPES(smbus_passthrough_types)
