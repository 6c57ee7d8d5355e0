/*
 * SMBus devices for tests/qtest/smbus-test.c; of no use to a guest.
 *
 *  bw-test-smbus        has packet error codes, blocks of 255 bytes, alerts
 *                       and a time-out
 *  bw-test-smbus-plain  none of these, as all SMBus devices of QEMU's
 *  bw-test-smbus-host   the host: a slave at 0x08 that is notified, and the
 *                       master of smbus_transfer()
 *
 * The first two keep, by command: 00h to 0fh bytes, 10h to 1fh words, 20h to
 * 2fh blocks (one for all).  30h is a process call, whose answer is the
 * complement; 40h a block process call, whose answer is reversed.  Any other
 * is a send byte; a receive byte gives the last command back.
 *
 * Properties of bw-test-smbus: "alert" pulls SMBALERT#; writing "notify"
 * notifies the host of that word and "result" tells what came of it;
 * "alerts-acked" counts.
 *
 * Of bw-test-smbus-host: writing "transfer" runs words: the protocol (quick,
 * byte, byte-data, word, call, block, block-call), the address, "r" to read,
 * "p" for PEC ("-": without), the command after "=", then bytes, all in hex.  "result" then
 * is "ok" and the bytes, or the errno.  "log" is what it was written.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/i2c/i2c.h"
#include "hw/i2c/smbus_master.h"
#include "hw/i2c/smbus_slave.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "qapi/error.h"
#include "qapi/visitor.h"

#define TYPE_BW_TEST_SMBUS       "bw-test-smbus"
#define TYPE_BW_TEST_SMBUS_PLAIN "bw-test-smbus-plain"
#define TYPE_BW_TEST_SMBUS_HOST  "bw-test-smbus-host"
OBJECT_DECLARE_SIMPLE_TYPE(BwTestSMBus, BW_TEST_SMBUS_PLAIN)
OBJECT_DECLARE_SIMPLE_TYPE(BwTestSMBusHost, BW_TEST_SMBUS_HOST)

#define BLOCK_MAX 256 /* a count and 255 bytes */

struct BwTestSMBus {
    SMBusDevice parent_obj;

    uint8_t command;
    uint8_t reg[0x20][2];
    uint8_t block[BLOCK_MAX];
    uint8_t answer[BLOCK_MAX];
    int32_t answer_len;
    int32_t answer_pos;
    uint32_t acked;
    int32_t result;
};

struct BwTestSMBusHost {
    I2CSlave parent_obj;

    GString *log;
    char *result;
};

/* --- the device --- */

/* Bytes behind the command, count included. */
static int payload_len(uint8_t command, const uint8_t *buf, int len)
{
    switch (command) {
    case 0x00 ... 0x0f:
        return 1;
    case 0x10 ... 0x1f:
    case 0x30:
        return 2;
    case 0x20 ... 0x2f:
    case 0x40:
        return len > 1 ? 1 + buf[1] : 1;
    default:
        return 0;
    }
}

static int test_write_len(SMBusDevice *dev, const uint8_t *buf, int len)
{
    bool reads = buf[0] < 0x30; /* the command alone, then a read */
    int whole = 1 + payload_len(buf[0], buf, len);

    return len == 1 && reads ? 2 : whole;
}

static void set_answer(BwTestSMBus *s, const uint8_t *bytes, int len)
{
    memcpy(s->answer, bytes, len);
    s->answer_len = len;
    s->answer_pos = 0;
}

/* A command without data: what would a read of it bring? */
static void select_answer(BwTestSMBus *s)
{
    switch (s->command) {
    case 0x00 ... 0x0f:
        set_answer(s, s->reg[s->command], 1);
        break;
    case 0x10 ... 0x1f:
        set_answer(s, s->reg[s->command], 2);
        break;
    case 0x20 ... 0x2f:
        set_answer(s, s->block, 1 + s->block[0]);
        break;
    default:
        set_answer(s, &s->command, 1);
        break;
    }
}

static void take_payload(BwTestSMBus *s, const uint8_t *buf, int len)
{
    uint8_t word[2] = { ~buf[0], len > 1 ? ~buf[1] : 0xff };
    uint8_t reversed[BLOCK_MAX];

    switch (s->command) {
    case 0x00 ... 0x1f:
        memcpy(s->reg[s->command], buf, MIN(len, 2));
        break;
    case 0x20 ... 0x2f:
        memcpy(s->block, buf, len);
        break;
    case 0x30:
        set_answer(s, word, 2);
        break;
    case 0x40:
        reversed[0] = buf[0];
        for (int i = 1; i < len; i++) {
            reversed[i] = buf[len - i];
        }
        set_answer(s, reversed, len);
        break;
    }
}

static int test_write_long(SMBusDevice *dev, const uint8_t *buf, int len)
{
    BwTestSMBus *s = BW_TEST_SMBUS_PLAIN(dev);

    s->command = buf[0];
    select_answer(s);
    if (len > 1) {
        take_payload(s, buf + 1, len - 1);
    }
    return 0;
}

static int test_write_data(SMBusDevice *dev, uint8_t *buf, uint8_t len)
{
    return test_write_long(dev, buf, len);
}

static int test_read_len(SMBusDevice *dev)
{
    return BW_TEST_SMBUS_PLAIN(dev)->answer_len;
}

static uint8_t test_receive_byte(SMBusDevice *dev)
{
    BwTestSMBus *s = BW_TEST_SMBUS_PLAIN(dev);

    return s->answer_pos < s->answer_len ? s->answer[s->answer_pos++] : 0xff;
}

static void test_alert_acked(SMBusDevice *dev)
{
    BW_TEST_SMBUS_PLAIN(dev)->acked++;
}

static bool get_alert(Object *obj, Error **errp)
{
    return SMBUS_DEVICE(obj)->alert;
}

static void set_alert(Object *obj, bool value, Error **errp)
{
    smbus_device_alert(SMBUS_DEVICE(obj), value);
}

static void set_notify(Object *obj, Visitor *v, const char *name, void *opaque,
                       Error **errp)
{
    BwTestSMBus *s = BW_TEST_SMBUS_PLAIN(obj);
    uint16_t data;

    if (visit_type_uint16(v, name, &data, errp)) {
        s->result = smbus_host_notify(I2C_BUS(qdev_get_parent_bus(DEVICE(s))),
                                      I2C_SLAVE(s)->address, data);
    }
}

static void get_int(Object *obj, Visitor *v, const char *name, void *opaque,
                    Error **errp)
{
    BwTestSMBus *s = BW_TEST_SMBUS_PLAIN(obj);
    int64_t value = s->acked;

    if (strcmp(name, "result") == 0) {
        value = s->result;
    }
    visit_type_int(v, name, &value, errp);
}

static const VMStateDescription vmstate_test_smbus = {
    .name = TYPE_BW_TEST_SMBUS,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields =
        (const VMStateField[]){ VMSTATE_SMBUS_DEVICE(parent_obj, BwTestSMBus),
                                VMSTATE_UINT8(command, BwTestSMBus),
                                VMSTATE_BUFFER(block, BwTestSMBus),
                                VMSTATE_BUFFER(answer, BwTestSMBus),
                                VMSTATE_INT32(answer_len, BwTestSMBus),
                                VMSTATE_INT32(answer_pos, BwTestSMBus),
                                VMSTATE_END_OF_LIST() }
};

static void plain_class_init(ObjectClass *oc, void *data)
{
    SMBusDeviceClass *sc = SMBUS_DEVICE_CLASS(oc);

    DEVICE_CLASS(oc)->vmsd = &vmstate_test_smbus;
    sc->write_data = test_write_data;
    sc->receive_byte = test_receive_byte;
}

static void full_class_init(ObjectClass *oc, void *data)
{
    SMBusDeviceClass *sc = SMBUS_DEVICE_CLASS(oc);

    sc->write_len = test_write_len;
    sc->read_len = test_read_len;
    sc->write_long = test_write_long;
    sc->alert_acked = test_alert_acked;
    sc->times_out = true;
    object_class_property_add_bool(oc, "alert", get_alert, set_alert);
    object_class_property_add(oc, "notify", "uint16", NULL, set_notify, NULL,
                              NULL);
    object_class_property_add(oc, "result", "int", get_int, NULL, NULL, NULL);
    object_class_property_add(oc, "alerts-acked", "int", get_int, NULL, NULL,
                              NULL);
}

/* --- the host --- */

static bool parse_protocol(SMBusTransfer *t, const char *word)
{
    static const char *const names[] = {
        [SMBUS_QUICK] = "quick",
        [SMBUS_BYTE] = "byte",
        [SMBUS_BYTE_DATA] = "byte-data",
        [SMBUS_WORD_DATA] = "word",
        [SMBUS_PROC_CALL] = "call",
        [SMBUS_BLOCK] = "block",
        [SMBUS_BLOCK_PROC_CALL] = "block-call",
    };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (g_str_equal(word, names[i])) {
            t->protocol = i;
            return true;
        }
    }
    return false;
}

static void parse_word(SMBusTransfer *t, const char *word)
{
    if (g_str_equal(word, "r")) {
        t->is_recv = true;
    } else if (g_str_equal(word, "p") || g_str_equal(word, "-")) {
        t->pec = word[0] == 'p';
    } else if (word[0] == '=') {
        t->command = g_ascii_strtoull(word + 1, NULL, 16);
    } else if (t->len < SMBUS_BLOCK_MAX) {
        t->data[t->len++] = g_ascii_strtoull(word, NULL, 16);
    }
}

static void host_set_transfer(Object *obj, const char *value, Error **errp)
{
    BwTestSMBusHost *s = BW_TEST_SMBUS_HOST(obj);
    g_auto(GStrv) words = g_strsplit(value, " ", -1);
    GString *result = g_string_new("");
    SMBusTransfer t = { 0 };
    int ret;

    if (g_strv_length(words) < 2 || !parse_protocol(&t, words[0])) {
        error_setg(errp, "no SMBus protocol");
        return;
    }
    for (char **word = words + 2; *word; word++) {
        parse_word(&t, *word);
    }
    ret = smbus_transfer(I2C_BUS(qdev_get_parent_bus(DEVICE(obj))),
                         g_ascii_strtoull(words[1], NULL, 16), &t);
    if (ret) {
        g_string_append(result, strerrorname_np(-ret));
    } else {
        g_string_append(result, "ok");
    }
    for (int i = 0; !ret && i < t.len; i++) {
        g_string_append_printf(result, " %02x", t.data[i]);
    }
    g_free(s->result);
    s->result = g_string_free(result, false);
}

static char *host_get_result(Object *obj, Error **errp)
{
    return g_strdup(BW_TEST_SMBUS_HOST(obj)->result ?: "");
}

static char *host_get_log(Object *obj, Error **errp)
{
    return g_strdup(BW_TEST_SMBUS_HOST(obj)->log->str);
}

static int host_send(I2CSlave *i2c, uint8_t data)
{
    g_string_append_printf(BW_TEST_SMBUS_HOST(i2c)->log, "%02x ", data);
    return 0;
}

static int host_event(I2CSlave *i2c, enum i2c_event event)
{
    return event == I2C_START_RECV ? -1 : 0;
}

static void host_init(Object *obj)
{
    BW_TEST_SMBUS_HOST(obj)->log = g_string_new("");
}

static void host_finalize(Object *obj)
{
    BwTestSMBusHost *s = BW_TEST_SMBUS_HOST(obj);

    g_string_free(s->log, true);
    g_free(s->result);
}

static void host_class_init(ObjectClass *oc, void *data)
{
    I2CSlaveClass *sc = I2C_SLAVE_CLASS(oc);

    sc->send = host_send;
    sc->event = host_event;
    object_class_property_add_str(oc, "transfer", NULL, host_set_transfer);
    object_class_property_add_str(oc, "result", host_get_result, NULL);
    object_class_property_add_str(oc, "log", host_get_log, NULL);
}

static const TypeInfo test_smbus_types[] = {
    {
        .name = TYPE_BW_TEST_SMBUS_PLAIN,
        .parent = TYPE_SMBUS_DEVICE,
        .instance_size = sizeof(BwTestSMBus),
        .class_init = plain_class_init,
    },
    {
        .name = TYPE_BW_TEST_SMBUS,
        .parent = TYPE_BW_TEST_SMBUS_PLAIN,
        .class_init = full_class_init,
    },
    {
        .name = TYPE_BW_TEST_SMBUS_HOST,
        .parent = TYPE_I2C_SLAVE,
        .instance_size = sizeof(BwTestSMBusHost),
        .instance_init = host_init,
        .instance_finalize = host_finalize,
        .class_init = host_class_init,
    },
};

DEFINE_TYPES(test_smbus_types)
