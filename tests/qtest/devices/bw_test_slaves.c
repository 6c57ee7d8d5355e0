/*
 * I2C slaves for tests/qtest/i2c-core-test.c; of no use to a guest.
 *
 *  bw-test-now    synchronous: answers inside event(), send() and recv()
 *  bw-test-later  asynchronous: answers request() after a host-time delay
 *
 * Both write down what they see, in property "log":
 *
 *  W         START for writing
 *  R, R6     START for reading, of a length that is known to be 6
 *  5a        this byte was sent to the slave
 *  r         a byte was asked for
 *  n         I2C_NACK: the controller has not acknowledged the last byte
 *  P         STOP
 *  X         abort
 *
 * Bytes read count up from 0xa0, anew in each transaction.
 *
 * Properties: "nack-phase" is the phase of each transaction, counted from 0,
 * that is not acknowledged (-1: none); "late-nack" makes STOP fail.  Of
 * bw-test-later: "delay-ms" (0: answer inside request(), -1: never);
 * "double-reply" answers everything twice; writing "reply" answers now,
 * asked or not.  bw-test-now accepts a slave's START (i2c_start_send_async())
 * but acknowledges it only when "ack" is written, and takes no bytes then.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/timer.h"
#include "block/aio.h"
#include "hw/i2c/i2c.h"
#include "migration/vmstate.h"
#include "qapi/error.h"
#include "qapi/visitor.h"

#define LOG_MAX 4096

#define TYPE_BW_TEST_SLAVE "bw-test-slave"
#define TYPE_BW_TEST_NOW   "bw-test-now"
#define TYPE_BW_TEST_LATER "bw-test-later"
OBJECT_DECLARE_SIMPLE_TYPE(BwTestSlave, BW_TEST_SLAVE)

struct BwTestSlave {
    I2CSlave parent_obj;

    GString *log;
    int32_t phase; /* of this transaction */
    uint8_t next_byte;

    int32_t nack_phase;
    bool late_nack;
    int32_t delay_ms;
    bool double_reply;

    QEMUTimer *timer; /* bw-test-later: when to answer */
    bool asked;       /* and the answer */
    I2CReply reply;
    uint8_t data;
};

static void G_GNUC_PRINTF(2, 3) note(BwTestSlave *s, const char *format, ...)
{
    va_list ap;

    if (s->log->len > LOG_MAX) {
        return;
    }
    if (s->log->len) {
        g_string_append_c(s->log, ' ');
    }
    va_start(ap, format);
    g_string_append_vprintf(s->log, format, ap);
    va_end(ap);
}

/* Returns: whether the phase that begins is acknowledged */
static bool next_phase(BwTestSlave *s, bool is_first)
{
    if (is_first) {
        s->phase = 0;
        s->next_byte = 0xa0;
    }
    return s->phase++ != s->nack_phase;
}

static bool see_start(BwTestSlave *s, bool is_recv, uint32_t len)
{
    bool ack = next_phase(s, s->phase < 0);

    if (!is_recv) {
        note(s, "W");
    } else if (len) {
        note(s, "R%" PRIu32, len);
    } else {
        note(s, "R");
    }
    return ack;
}

static bool see_send(BwTestSlave *s, uint8_t byte)
{
    note(s, "%02x", byte);
    return next_phase(s, false);
}

static bool see_recv(BwTestSlave *s, uint8_t *byte)
{
    bool ack = next_phase(s, false);

    note(s, "r");
    *byte = ack ? s->next_byte++ : 0xff;
    return ack;
}

static bool see_stop(BwTestSlave *s)
{
    note(s, "P");
    s->phase = -1;
    return !s->late_nack;
}

/* bw-test-now */

static int now_event(I2CSlave *i2c, enum i2c_event event)
{
    BwTestSlave *s = BW_TEST_SLAVE(i2c);

    switch (event) {
    case I2C_START_SEND:
    case I2C_START_SEND_ASYNC:
        return see_start(s, false, 0) ? 0 : -1;
    case I2C_START_RECV:
        return see_start(s, true, 0) ? 0 : -1;
    case I2C_FINISH:
        see_stop(s);
        break;
    case I2C_NACK:
        note(s, "n");
        break;
    }
    return 0;
}

static int now_send(I2CSlave *i2c, uint8_t data)
{
    return see_send(BW_TEST_SLAVE(i2c), data) ? 0 : -1;
}

static uint8_t now_recv(I2CSlave *i2c)
{
    uint8_t byte;

    see_recv(BW_TEST_SLAVE(i2c), &byte);
    return byte;
}

/* bw-test-later */

static void answer(void *opaque)
{
    BwTestSlave *s = opaque;

    s->asked = false;
    i2c_slave_reply(I2C_SLAVE(s), s->reply, s->data);
    if (s->double_reply) {
        i2c_slave_reply(I2C_SLAVE(s), I2C_REPLY_NACK_DATA, 0x77);
    }
}

static void later_request(I2CSlave *i2c, I2CPhase phase, uint32_t arg)
{
    BwTestSlave *s = BW_TEST_SLAVE(i2c);
    I2CReply nack = I2C_REPLY_NACK_DATA;
    bool ack = true;

    g_assert(!s->asked);
    s->data = 0;
    switch (phase) {
    case I2C_PHASE_START_SEND:
    case I2C_PHASE_START_RECV:
        ack = see_start(s, phase == I2C_PHASE_START_RECV, arg);
        nack = I2C_REPLY_NACK_ADDRESS;
        if (!ack) {
            s->phase = -1;
        }
        break;
    case I2C_PHASE_SEND:
        ack = see_send(s, arg);
        break;
    case I2C_PHASE_RECV:
        ack = see_recv(s, &s->data);
        break;
    case I2C_PHASE_STOP:
        ack = see_stop(s);
        break;
    }
    s->reply = ack ? I2C_REPLY_ACK : nack;
    s->asked = true;
    if (s->delay_ms == 0) {
        answer(s);
    } else if (s->delay_ms > 0) {
        timer_mod(s->timer,
                  qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + s->delay_ms);
    }
}

static void later_abort(I2CSlave *i2c)
{
    BwTestSlave *s = BW_TEST_SLAVE(i2c);

    note(s, "X");
    s->asked = false;
    s->phase = -1;
    timer_del(s->timer);
}

static int later_event(I2CSlave *i2c, enum i2c_event event)
{
    g_assert(event == I2C_NACK);
    note(BW_TEST_SLAVE(i2c), "n");
    return 0;
}

/* Properties */

static char *get_log(Object *obj, Error **errp)
{
    return g_strdup(BW_TEST_SLAVE(obj)->log->str);
}

/* Writing empties it. */
static void set_log(Object *obj, const char *value, Error **errp)
{
    g_string_assign(BW_TEST_SLAVE(obj)->log, "");
}

static void set_reply(Object *obj, bool ack, Error **errp)
{
    BwTestSlave *s = BW_TEST_SLAVE(obj);
    /* the NACK that was going to come, if it was one */
    I2CReply nack = s->reply == I2C_REPLY_ACK ? I2C_REPLY_NACK_DATA : s->reply;

    s->asked = false;
    i2c_slave_reply(I2C_SLAVE(obj), ack ? I2C_REPLY_ACK : nack, 0x77);
}

/* Unlike qdev's, these can be changed while the device is in use. */

static void access_int32(Object *obj, Visitor *v, const char *name,
                         void *opaque, Error **errp)
{
    visit_type_int32(v, name, opaque, errp);
}

static void add_int32(Object *obj, const char *name, int32_t *value,
                      int32_t initial)
{
    *value = initial;
    object_property_add(obj, name, "int32", access_int32, access_int32, NULL,
                        value);
}

static void access_bool(Object *obj, Visitor *v, const char *name, void *opaque,
                        Error **errp)
{
    visit_type_bool(v, name, opaque, errp);
}

static void add_bool(Object *obj, const char *name, bool *value)
{
    object_property_add(obj, name, "bool", access_bool, access_bool, NULL,
                        value);
}

static void slave_init(Object *obj)
{
    BwTestSlave *s = BW_TEST_SLAVE(obj);

    s->log = g_string_new("");
    s->phase = -1;
    s->timer = aio_timer_new(qemu_get_aio_context(), QEMU_CLOCK_REALTIME,
                             SCALE_MS, answer, s);
    object_property_add_str(obj, "log", get_log, set_log);
    add_int32(obj, "nack-phase", &s->nack_phase, -1);
    add_bool(obj, "late-nack", &s->late_nack);
}

static void slave_finalize(Object *obj)
{
    BwTestSlave *s = BW_TEST_SLAVE(obj);

    timer_free(s->timer);
    g_string_free(s->log, true);
}

static void slave_unrealize(DeviceState *dev)
{
    timer_del(BW_TEST_SLAVE(dev)->timer);
}

static const VMStateDescription vmstate_bw_test_slave = {
    .name = TYPE_BW_TEST_SLAVE,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields =
        (const VMStateField[]){ VMSTATE_I2C_SLAVE(parent_obj, BwTestSlave),
                                VMSTATE_INT32(phase, BwTestSlave),
                                VMSTATE_UINT8(next_byte, BwTestSlave),
                                VMSTATE_END_OF_LIST() },
};

/* Lets a slave that is the master go on after its START. */
static void set_ack(Object *obj, bool value, Error **errp)
{
    i2c_ack(I2C_BUS(qdev_get_parent_bus(DEVICE(obj))));
}

static void now_init(Object *obj)
{
    object_property_add_bool(obj, "ack", NULL, set_ack);
}

static void later_init(Object *obj)
{
    BwTestSlave *s = BW_TEST_SLAVE(obj);

    add_int32(obj, "delay-ms", &s->delay_ms, 0);
    add_bool(obj, "double-reply", &s->double_reply);
    object_property_add_bool(obj, "reply", NULL, set_reply);
}

static void slave_class_init(ObjectClass *oc, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);

    dc->unrealize = slave_unrealize;
    dc->vmsd = &vmstate_bw_test_slave;
}

static void now_class_init(ObjectClass *oc, void *data)
{
    I2CSlaveClass *sc = I2C_SLAVE_CLASS(oc);

    DEVICE_CLASS(oc)->desc = "I2C core test: slave that answers at once";
    sc->event = now_event;
    sc->send = now_send;
    sc->recv = now_recv;
}

static void later_class_init(ObjectClass *oc, void *data)
{
    I2CSlaveClass *sc = I2C_SLAVE_CLASS(oc);

    DEVICE_CLASS(oc)->desc = "I2C core test: slave that answers later";
    sc->event = later_event;
    sc->request = later_request;
    sc->abort = later_abort;
}

static const TypeInfo bw_test_slave_types[] = {
    {
        .name = TYPE_BW_TEST_SLAVE,
        .parent = TYPE_I2C_SLAVE,
        .instance_size = sizeof(BwTestSlave),
        .instance_init = slave_init,
        .instance_finalize = slave_finalize,
        .class_init = slave_class_init,
        .abstract = true,
    },
    {
        .name = TYPE_BW_TEST_NOW,
        .parent = TYPE_BW_TEST_SLAVE,
        .instance_init = now_init,
        .class_init = now_class_init,
    },
    {
        .name = TYPE_BW_TEST_LATER,
        .parent = TYPE_BW_TEST_SLAVE,
        .instance_init = later_init,
        .class_init = later_class_init,
    },
};

DEFINE_TYPES(bw_test_slave_types)
