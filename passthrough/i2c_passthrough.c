/*
 * A real I2C part on a guest's bus.
 *
 *   -device i2c-passthrough,chardev=ID,export=NAME,address=0x48
 *   -device i2c-passthrough,device=/dev/i2c-N,hostaddr=0x48,address=0x49
 *
 * The guest's controller (boards/nrf51/nrf51_twi.c, or any other of QEMU's)
 * reaches this device through QEMU's asynchronous I2C core: each phase on the
 * bus is a request() that is answered at once or later.  lib/i2c_assembler.c
 * says which, and makes whole transfers of the phases; link.c carries those
 * to the agent (host-agent/session.c), or to the agent's code in this process
 * with device=.  One register read (write, repeated START, read) is one
 * request and one reply.
 *
 * The part's presence is asked for once when the link comes up, so that not
 * even the first read needs a further request.  A START that arrives while the
 * link is coming up (firmware boots faster than a connection is made) waits
 * for it, up to timeout-ms.
 *
 * A part that cannot be reached does not acknowledge its address; a transfer
 * that is lost with the link makes the phase that waits for it a NACK.  Not
 * every controller can see a NACK of a byte it reads (the nRF51's TWI model
 * does): such a byte is 0xff, and the STOP (or repeated START) after it is
 * refused.
 *
 * Not modelled: 10-bit addresses, clock stretching of single bytes (the agent
 * knows whole transfers only), the general call (not acknowledged), the part
 * as a bus master, host notify.
 * docs/fidelity.md lists what a guest can see of that.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "hw/i2c/i2c.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "migration/vmstate.h"
#include "link.h"
#include "hw/benchwire/lib/i2c_assembler.h"
#include "hw/benchwire/trace.h"
#include "trace/control.h"

#define TYPE_I2C_PASSTHROUGH "i2c-passthrough"
OBJECT_DECLARE_SIMPLE_TYPE(I2CPassthrough, I2C_PASSTHROUGH)

#define LOCAL_EXPORT "i2c" /* the only I2C export of bw_local_start() */
#define NO_HOSTADDR  0xffff
#define MAX_TIMEOUT_MS 60000 /* docs/protocol.md, I2C_XFER, deadline_ms */
#define XFER_TEXT    160   /* of a transfer in a trace, characters */

struct I2CPassthrough {
    I2CSlave parent_obj;

    /* properties */
    CharBackend chr;
    char *adapter;       /* device= */
    char *export;
    uint16_t hostaddr;   /* of the part, on the adapter's bus */
    uint16_t read_ahead; /* bytes */
    uint32_t timeout_ms;
    bool shared;

    /* what the read-only properties show; see refresh_counters() */
    uint64_t transfers;
    uint64_t probes;
    uint64_t over_read;
    uint64_t under_read;
    uint64_t failures;
    uint64_t timeouts;
    uint64_t reconnects;

    BwLink link;
    uint32_t wait_ms;   /* a transfer may wait for the adapter */
    uint16_t max_len;   /* the assembler's */
    bool busy;          /* the core waits for an answer to @phase */
    I2CPhase phase;
    uint32_t recv_len;  /* of a START for reading, 0 unknown */
    bool deferred;      /* @phase is a START that waits for the link */
    QEMUTimer *deferred_timer;
    uint32_t id;        /* request under way, 0 if none */
    bool probing;       /* ... which is nobody's phase */
    bool open;          /* between a START that was taken and STOP */
    bool untold;        /* ... bytes were lost and the guest cannot know yet */
    struct bw_asm_stats past; /* of assemblers before this one */
    struct bw_i2c_assembler assembler;
};

static void run_verdict(I2CPassthrough *s, enum bw_asm_verdict verdict,
                        uint8_t byte);

/* --- answers to the bus --- */

static void answer(I2CPassthrough *s, I2CReply reply, uint8_t byte)
{
    s->busy = false;
    i2c_slave_reply(I2C_SLAVE(s), reply, byte);
}

static void start_phase(I2CPassthrough *s)
{
    bool is_read = s->phase == I2C_PHASE_START_RECV;

    s->open = true;
    s->untold = false;
    run_verdict(s, bw_i2c_assembler_start(&s->assembler, is_read,
                                          s->recv_len), 0xff);
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
        start_phase(s);
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

/* The assembler has decided about what it was asked: a phase or a probe. */
static void conclude(I2CPassthrough *s, enum bw_asm_verdict verdict,
                     uint8_t byte)
{
    if (s->probing) {
        s->probing = false;
        resume_start(s);
        return;
    }
    if (s->phase == I2C_PHASE_RECV && verdict != BW_ASM_ACK) {
        s->untold = true; /* a controller cannot see that in a read byte */
    }
    if (s->phase == I2C_PHASE_STOP && verdict == BW_ASM_ACK && s->untold) {
        verdict = BW_ASM_NACK_DATA;
    }
    answer(s, verdict == BW_ASM_ACK ? I2C_REPLY_ACK :
              verdict == BW_ASM_NACK_ADDR ? I2C_REPLY_NACK_ADDRESS :
              I2C_REPLY_NACK_DATA, verdict == BW_ASM_ACK ? byte : 0xff);
}

/* --- transfers over the link --- */

static void trace_xfer(uint32_t id, const struct bw_i2c_xfer *x)
{
    char text[XFER_TEXT];

    if (trace_event_get_state_backends(TRACE_BW_I2C_PASSTHROUGH_XFER)) {
        bw_i2c_xfer_print(x, text, sizeof(text));
        trace_bw_i2c_passthrough_xfer(id, text);
    }
}

/* Returns false if the reply's body is not that of @x's transfer. */
static bool take_body(struct bw_i2c_xfer *x, unsigned status,
                      const uint8_t *body, size_t len)
{
    struct bw_wire_i2c_failure where;
    struct bw_reader r;

    bw_reader_init(&r, body, len);
    if (status == BW_OK) {
        return bw_wire_get_i2c_reply(&r, x) == BW_OK && bw_reader_done(&r);
    }
    return bw_wire_get_i2c_failure(&r, &where) == BW_OK && bw_reader_done(&r);
}

static void xfer_done(void *opaque, uint32_t id, unsigned status,
                      const uint8_t *body, size_t len)
{
    I2CPassthrough *s = opaque;
    struct bw_i2c_xfer *x = bw_i2c_assembler_xfer(&s->assembler);
    enum bw_asm_verdict verdict;
    uint8_t byte = 0xff;

    if (!take_body(x, status, body, len)) {
        /* s->id stays: the request is lost with the link */
        bw_link_reject(&s->link, "a reply to I2C_XFER of the wrong length");
        return;
    }
    s->id = 0;
    trace_bw_i2c_passthrough_done(id, bw_status_name(status));
    verdict = bw_i2c_assembler_complete(&s->assembler, status, &byte);
    run_verdict(s, verdict, byte);
}

static enum bw_status send_xfer(I2CPassthrough *s)
{
    struct bw_i2c_xfer *x = bw_i2c_assembler_xfer(&s->assembler);
    struct bw_wire_i2c_request m = { .deadline_ms = s->wait_ms, .xfer = *x };
    struct bw_writer *w;
    uint32_t id;

    id = bw_link_begin(&s->link, BW_MSG_I2C_XFER, &w);
    if (!id) {
        return bw_link_is_ready(&s->link) ? BW_BUSY : BW_LINK_DOWN;
    }
    bw_wire_put_i2c_request(w, &m);
    trace_xfer(id, x);
    if (!bw_link_commit(&s->link, xfer_done, s)) {
        return BW_TOO_LONG;
    }
    s->id = id;
    return BW_OK;
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

/* --- phases from the bus --- */

static void on_start(I2CPassthrough *s, uint32_t recv_len)
{
    bool ready = bw_link_is_ready(&s->link);

    s->recv_len = recv_len;
    if (s->open ? s->untold : !ready && !bw_link_is_coming(&s->link)) {
        /* The part is out of reach, or bytes before this START were lost. */
        I2CReply nack = s->open ? I2C_REPLY_NACK_DATA : I2C_REPLY_NACK_ADDRESS;

        bw_i2c_assembler_abort(&s->assembler);
        s->open = false;
        answer(s, nack, 0xff);
    } else if (s->probing || (!s->open && !ready)) {
        s->deferred = true;
        timer_mod(s->deferred_timer, s->timeout_ms +
                  qemu_clock_get_ms(QEMU_CLOCK_REALTIME));
    } else {
        start_phase(s);
    }
}

static void on_recv(I2CPassthrough *s)
{
    uint8_t byte = 0xff;
    enum bw_asm_verdict verdict = bw_i2c_assembler_recv(&s->assembler, &byte);

    run_verdict(s, verdict, byte);
}

static void i2c_passthrough_request(I2CSlave *slave, I2CPhase phase,
                                    uint32_t arg)
{
    I2CPassthrough *s = I2C_PASSTHROUGH(slave);
    bool start = phase == I2C_PHASE_START_SEND || phase == I2C_PHASE_START_RECV;

    s->busy = true;
    s->phase = phase;
    if (!start && !s->open) {
        answer(s, phase == I2C_PHASE_STOP ? I2C_REPLY_ACK :
                  I2C_REPLY_NACK_DATA, 0xff);
        return;
    }
    switch (phase) {
    case I2C_PHASE_START_SEND:
        on_start(s, 0);
        break;
    case I2C_PHASE_START_RECV:
        on_start(s, arg);
        break;
    case I2C_PHASE_SEND:
        run_verdict(s, bw_i2c_assembler_send(&s->assembler, arg), 0xff);
        break;
    case I2C_PHASE_RECV:
        on_recv(s);
        break;
    case I2C_PHASE_STOP:
        s->open = false;
        run_verdict(s, bw_i2c_assembler_stop(&s->assembler), 0xff);
        break;
    }
}

/* A general call is for the guest's bus: at the part it would be a write. */
static bool i2c_passthrough_match_and_add(I2CSlave *candidate, uint8_t address,
                                          bool broadcast,
                                          I2CNodeList *current_devs)
{
    I2CNode *node;

    if (broadcast || address != candidate->address) {
        return false;
    }
    node = g_new(struct I2CNode, 1);
    node->elt = candidate;
    QLIST_INSERT_HEAD(current_devs, node, next);
    return true;
}

static void i2c_passthrough_abort(I2CSlave *slave)
{
    I2CPassthrough *s = I2C_PASSTHROUGH(slave);

    s->busy = false;
    s->open = false;
    end_deferral(s);
    if (s->probing) {
        return;
    }
    if (s->id) {
        bw_link_forget(&s->link, s->id);
        trace_bw_i2c_passthrough_done(s->id, "aborted");
        s->id = 0;
    }
    bw_i2c_assembler_abort(&s->assembler);
}

/* --- the link comes and goes --- */

static void add_stats(struct bw_asm_stats *sum, const struct bw_asm_stats *b)
{
    sum->transfers += b->transfers;
    sum->probes += b->probes;
    sum->over_read += b->over_read;
    sum->under_read += b->under_read;
    sum->failures += b->failures;
}

static void init_assembler(I2CPassthrough *s, uint16_t max_len)
{
    struct bw_asm_config config = {
        .hostaddr = s->hostaddr,
        .read_ahead = MIN(s->read_ahead, max_len),
        .max_len = max_len,
    };

    add_stats(&s->past, bw_i2c_assembler_stats(&s->assembler));
    bw_i2c_assembler_init(&s->assembler, &config);
    s->max_len = max_len;
}

static bool link_opened(void *opaque, const struct bw_wire_opened *opened,
                        Error **errp)
{
    I2CPassthrough *s = opaque;
    uint16_t max_len = MIN(opened->max_len, BW_I2C_MAX_LEN);

    if (opened->addr != BW_ADDR_ANY && opened->addr != s->hostaddr) {
        error_setg(errp, "the export serves address 0x%02x only, and "
                   "hostaddr is 0x%02x", opened->addr, s->hostaddr);
        return false;
    }
    if (!(opened->funcs & BW_I2C_FUNC_RDWR) || !max_len) {
        error_setg(errp, "the adapter behind the export cannot join messages "
                   "by a repeated START");
        return false;
    }
    /*
     * A transfer that begins too late for its reply to come in time shall not
     * begin.  An adapter that may take longer than timeout-ms is given a
     * chance: it seldom does.
     */
    s->wait_ms = s->timeout_ms > opened->timeout_ms ?
                 s->timeout_ms - opened->timeout_ms : s->timeout_ms / 2;
    if (max_len != s->max_len) {
        init_assembler(s, max_len);
        s->untold = s->open; /* what was gathered until now */
    }
    return true;
}

static void link_ready(void *opaque)
{
    I2CPassthrough *s = opaque;
    enum bw_asm_verdict verdict = bw_i2c_assembler_probe(&s->assembler);

    if (verdict == BW_ASM_WAIT) {
        s->probing = true;
        run_verdict(s, verdict, 0xff);
    } else {
        resume_start(s);
    }
}

/*
 * Only a transfer under way is lost with the link.  Bytes that wait for one,
 * or were fetched by one, are still good.
 */
static void link_down(void *opaque, enum bw_status status)
{
    I2CPassthrough *s = opaque;
    enum bw_asm_verdict verdict;
    uint8_t byte = 0xff;

    bw_i2c_assembler_forget(&s->assembler);
    if (s->id) {
        trace_bw_i2c_passthrough_done(s->id, bw_status_name(status));
        s->id = 0;
        verdict = bw_i2c_assembler_complete(&s->assembler, status, &byte);
        run_verdict(s, verdict, byte);
    }
    refuse_start(s);
}

static const BwLinkOps link_ops = {
    .opened = link_opened,
    .ready = link_ready,
    .down = link_down,
};

/* --- life --- */

static bool check_bus_properties(I2CPassthrough *s, Error **errp)
{
    bool has_chr = qemu_chr_fe_backend_connected(&s->chr);

    if (has_chr == (s->adapter != NULL)) {
        error_setg(errp, "i2c-passthrough: %s; give chardev=ID for the part of "
                   "an agent or device=/dev/i2c-N for one of this machine",
                   has_chr ? "chardev= and device= exclude each other" :
                   "neither chardev= nor device= says where the part is");
        return false;
    }
    if (has_chr && (!s->export || !*s->export)) {
        error_setg(errp, "i2c-passthrough: the agent's export is not named; "
                   "give export=NAME ('benchwire list' shows the names)");
        return false;
    }
    if (!has_chr && s->export) {
        error_setg(errp, "i2c-passthrough: export= names an export of an "
                   "agent, and device= uses none; leave it out");
        return false;
    }
    if (s->export && strlen(s->export) > BW_WIRE_MAX_NAME) {
        error_setg(errp, "i2c-passthrough: export= is longer than an export's "
                   "name can be; use at most %d bytes", BW_WIRE_MAX_NAME);
        return false;
    }
    return true;
}

static bool check_numbers(I2CPassthrough *s, Error **errp)
{
    I2CSlave *slave = I2C_SLAVE(s);

    if (slave->address == 0 || slave->address > 0x7f) {
        error_setg(errp, "i2c-passthrough: address 0x%02x is not one a guest "
                   "can use; give address=0x01 to 0x7f", slave->address);
        return false;
    }
    if (s->hostaddr == NO_HOSTADDR) {
        s->hostaddr = slave->address;
    }
    if (s->hostaddr > 0x7f) {
        error_setg(errp, "i2c-passthrough: hostaddr 0x%x has more than 7 bits; "
                   "give the address without the R/W bit", s->hostaddr);
        return false;
    }
    if (s->read_ahead < 1 || s->read_ahead > BW_ASM_MAX_READ) {
        error_setg(errp, "i2c-passthrough: read-ahead %u is out of range; give "
                   "1 to %d bytes", s->read_ahead, BW_ASM_MAX_READ);
        return false;
    }
    if (s->timeout_ms < 10 || s->timeout_ms > MAX_TIMEOUT_MS) {
        error_setg(errp, "i2c-passthrough: timeout-ms %" PRIu32 " is out of "
                   "range; give 10 to %d", s->timeout_ms, MAX_TIMEOUT_MS);
        return false;
    }
    return true;
}

/* The bus would hand every transfer to one of them, and never say so. */
static bool check_neighbours(I2CPassthrough *s, Error **errp)
{
    I2CSlave *slave = I2C_SLAVE(s);
    BusChild *kid;

    QTAILQ_FOREACH(kid, &qdev_get_parent_bus(DEVICE(s))->children, sibling) {
        DeviceState *other = kid->child;

        if (other != DEVICE(s) && other->realized &&
            I2C_SLAVE(other)->address == slave->address) {
            error_setg(errp, "i2c-passthrough: address 0x%02x is taken by a "
                       "%s on this bus; give another address=, hostaddr= is "
                       "the one on the adapter's bus", slave->address,
                       object_get_typename(OBJECT(other)));
            return false;
        }
    }
    return true;
}

static void i2c_passthrough_realize(DeviceState *dev, Error **errp)
{
    I2CPassthrough *s = I2C_PASSTHROUGH(dev);
    BwLinkConfig config = {
        .export = s->export ?: LOCAL_EXPORT,
        .kind = BW_EXPORT_I2C,
        .caps = BW_CAP_I2C,
        .shared = s->shared,
        .timeout_ms = s->timeout_ms,
        .ops = &link_ops,
        .opaque = s,
    };

    if (!check_bus_properties(s, errp) || !check_numbers(s, errp) ||
        !check_neighbours(s, errp)) {
        return;
    }
    init_assembler(s, BW_I2C_MAX_LEN);
    s->deferred_timer = timer_new_ms(QEMU_CLOCK_REALTIME, refuse_start, s);
    config.name = dev->id ?
        g_strdup_printf("i2c-passthrough %s", dev->id) :
        g_strdup_printf("i2c-passthrough at 0x%02x", I2C_SLAVE(s)->address);
    if (!bw_link_start(&s->link, &config, &s->chr, s->adapter, errp)) {
        timer_free(s->deferred_timer);
    }
}

static void i2c_passthrough_unrealize(DeviceState *dev)
{
    I2CPassthrough *s = I2C_PASSTHROUGH(dev);

    bw_link_stop(&s->link);
    timer_free(s->deferred_timer);
}

/* The guest's bus starts anew; the link and the part know nothing of it. */
static void i2c_passthrough_reset_hold(Object *obj, ResetType type)
{
    i2c_passthrough_abort(I2C_SLAVE(obj));
}

static const VMStateDescription vmstate_i2c_passthrough = {
    .name = TYPE_I2C_PASSTHROUGH,
    .unmigratable = 1,
};

/* --- read-only properties --- */

static void refresh_counters(I2CPassthrough *s)
{
    struct bw_asm_stats sum = s->past;

    add_stats(&sum, bw_i2c_assembler_stats(&s->assembler));
    s->transfers = sum.transfers;
    s->probes = sum.probes;
    s->over_read = sum.over_read;
    s->under_read = sum.under_read;
    s->failures = sum.failures;
    s->timeouts = s->link.timeouts;
    s->reconnects = s->link.reconnects;
}

static void get_counter(Object *obj, Visitor *v, const char *name,
                        void *opaque, Error **errp)
{
    refresh_counters(I2C_PASSTHROUGH(obj));
    visit_type_uint64(v, name, object_field_prop_ptr(obj, opaque), errp);
}

static void get_link_state(Object *obj, Visitor *v, const char *name,
                           void *opaque, Error **errp)
{
    char *state = (char *)bw_link_state_name(&I2C_PASSTHROUGH(obj)->link);

    visit_type_str(v, name, &state, errp);
}

static const PropertyInfo prop_counter = {
    .type = "uint64",
    .description = "count since the device was made, read-only",
    .get = get_counter,
};

static const PropertyInfo prop_link_state = {
    .type = "str",
    .description = "disconnected, hello, open, waiting, ready or failed",
    .get = get_link_state,
};

#define COUNTER(name, field) \
    DEFINE_PROP(name, I2CPassthrough, field, prop_counter, uint64_t)

static const Property i2c_passthrough_properties[] = {
    DEFINE_PROP_CHR("chardev", I2CPassthrough, chr),
    DEFINE_PROP_STRING("device", I2CPassthrough, adapter),
    DEFINE_PROP_STRING("export", I2CPassthrough, export),
    DEFINE_PROP_UINT16("hostaddr", I2CPassthrough, hostaddr, NO_HOSTADDR),
    DEFINE_PROP_UINT16("read-ahead", I2CPassthrough, read_ahead, 32),
    DEFINE_PROP_UINT32("timeout-ms", I2CPassthrough, timeout_ms, 2000),
    DEFINE_PROP_BOOL("shared", I2CPassthrough, shared, false),
    DEFINE_PROP("link-state", I2CPassthrough, link, prop_link_state, BwLink),
    COUNTER("transfers", transfers),
    COUNTER("probes", probes),
    COUNTER("over-read", over_read),
    COUNTER("under-read", under_read),
    COUNTER("failures", failures),
    COUNTER("timeouts", timeouts),
    COUNTER("reconnects", reconnects),
};

static void i2c_passthrough_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    I2CSlaveClass *sc = I2C_SLAVE_CLASS(klass);
    ResettableClass *rc = RESETTABLE_CLASS(klass);

    dc->desc = "an I2C part of an agent or of this machine";
    dc->realize = i2c_passthrough_realize;
    dc->unrealize = i2c_passthrough_unrealize;
    dc->vmsd = &vmstate_i2c_passthrough;
    device_class_set_props(dc, i2c_passthrough_properties);
    rc->phases.hold = i2c_passthrough_reset_hold;
    sc->match_and_add = i2c_passthrough_match_and_add;
    sc->request = i2c_passthrough_request;
    sc->abort = i2c_passthrough_abort;
}

static const TypeInfo i2c_passthrough_types[] = {
    {
        .name = TYPE_I2C_PASSTHROUGH,
        .parent = TYPE_I2C_SLAVE,
        .instance_size = sizeof(I2CPassthrough),
        .class_init = i2c_passthrough_class_init,
    },
};

DEFINE_TYPES(i2c_passthrough_types)
