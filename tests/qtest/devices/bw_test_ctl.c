/*
 * An I2C controller for tests/qtest/i2c-core-test.c; of no use to a guest.
 *
 * It has a bus, "bw-test-i2c", and runs scripts on it.  Writing a script to
 * property "request" runs it by i2c_request_*(), one phase after the other is
 * done; writing it to "sync" runs it by i2c_start_transfer(), i2c_send() and
 * so on before the write returns.  A script is words:
 *
 *  S48w      START to address 0x48 for writing
 *  S48r      START for reading; S48r6: of a length that is known to be 6
 *  5a        send this byte
 *  r         receive a byte
 *  n         i2c_nack()
 *  P         STOP
 *  X         i2c_request_cancel()
 *
 * Property "result" has one word for each S, byte, r and P that is over:
 * "a" (acknowledged), "!a" (address not), "!d" (data not), or the byte
 * received.  A script goes on after a NACK.
 *
 * Writing "cancel" or "reset" withdraws what is under way; "request-cancel"
 * is a script that is cancelled as soon as its first phase was requested.
 * "pending" and "busy" tell what i2c_request_pending() and i2c_bus_busy()
 * say.  Writing a QOM path to "unplug" unplugs that device.
 *
 * With "mmio-base" it also has a register of four bytes there: a write runs
 * the script in property "script" by request, a read calls i2c_bus_wait() for
 * "wait-ms" and returns what that returns.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/ctype.h"
#include "exec/address-spaces.h"
#include "exec/memory.h"
#include "hw/core/cpu.h"
#include "hw/i2c/i2c.h"
#include "hw/qdev-properties.h"
#include "hw/sysbus.h"
#include "qapi/error.h"

#define TYPE_BW_TEST_CTL  "bw-test-ctl"
#define TYPE_BW_TEST_PORT "bw-test-port" /* holds the bus */
OBJECT_DECLARE_SIMPLE_TYPE(BwTestCtl, BW_TEST_CTL)

struct BwTestCtl {
    DeviceState parent_obj;

    DeviceState *port;
    I2CBus *bus; /* of the port */
    MemoryRegion mmio;
    uint64_t mmio_base; /* 0: none */
    char *mmio_script;
    uint32_t wait_ms;

    char **words;    /* the script ... */
    unsigned next;   /* ... and where it stands */
    bool in_request; /* inside of an i2c_request_*() function */
    GString *result;
};

static void add_result(BwTestCtl *s, const char *word)
{
    if (s->result->len) {
        g_string_append_c(s->result, ' ');
    }
    g_string_append(s->result, word);
}

static void add_reply(BwTestCtl *s, I2CReply reply)
{
    static const char *const words[] = {
        [I2C_REPLY_ACK] = "a",
        [I2C_REPLY_NACK_ADDRESS] = "!a",
        [I2C_REPLY_NACK_DATA] = "!d",
    };

    add_result(s, words[reply]);
}

static void add_byte(BwTestCtl *s, uint8_t byte)
{
    char word[3];

    snprintf(word, sizeof(word), "%02x", byte);
    add_result(s, word);
}

/* S48w, S48r, S48r6 */
static uint8_t parse_start(const char *word, bool *is_recv, uint32_t *len)
{
    char *end;
    uint8_t address = g_ascii_strtoull(word + 1, &end, 16);

    *is_recv = *end == 'r';
    *len = *end ? g_ascii_strtoull(end + 1, NULL, 10) : 0;
    return address;
}

static bool has_word(BwTestCtl *s)
{
    return s->words && s->words[s->next];
}

static void load_script(BwTestCtl *s, const char *script)
{
    g_strfreev(s->words);
    s->words = g_strsplit(script, " ", -1);
    s->next = 0;
    g_string_assign(s->result, "");
}

/* By request */

static void run_requests(BwTestCtl *s);

static void check_done(BwTestCtl *s)
{
    g_assert(!s->in_request);
    g_assert(!current_cpu);
    g_assert(!i2c_request_pending(s->bus));
}

static void phase_done(void *opaque, I2CReply reply, uint8_t data)
{
    BwTestCtl *s = opaque;

    check_done(s);
    add_reply(s, reply);
    run_requests(s);
}

static void recv_done(void *opaque, I2CReply reply, uint8_t data)
{
    BwTestCtl *s = opaque;

    check_done(s);
    if (reply == I2C_REPLY_ACK) {
        add_byte(s, data);
    } else {
        add_reply(s, reply);
    }
    run_requests(s);
}

static void request_word(BwTestCtl *s, const char *word)
{
    bool is_recv;
    uint32_t len;
    uint8_t address;

    switch (word[0]) {
    case 'S':
        address = parse_start(word, &is_recv, &len);
        i2c_request_start(s->bus, address, is_recv, len, phase_done, s);
        break;
    case 'r':
        i2c_request_recv(s->bus, recv_done, s);
        break;
    case 'P':
        i2c_request_stop(s->bus, phase_done, s);
        break;
    case 'n':
        i2c_nack(s->bus);
        break;
    case 'X':
        i2c_request_cancel(s->bus);
        break;
    default:
        i2c_request_send(s->bus, g_ascii_strtoull(word, NULL, 16), phase_done,
                         s);
        break;
    }
}

static void run_requests(BwTestCtl *s)
{
    while (has_word(s) && !i2c_request_pending(s->bus)) {
        s->in_request = true;
        request_word(s, s->words[s->next++]);
        s->in_request = false;
    }
}

/* Synchronously */

static void sync_word(BwTestCtl *s, const char *word)
{
    bool is_recv;
    uint32_t len;
    uint8_t value;

    switch (word[0]) {
    case 'S':
        value = parse_start(word, &is_recv, &len);
        add_result(s, i2c_start_transfer(s->bus, value, is_recv) ? "!a" : "a");
        break;
    case 'r':
        add_byte(s, i2c_recv(s->bus));
        break;
    case 'P':
        i2c_end_transfer(s->bus);
        i2c_schedule_pending_master(s->bus);
        add_result(s, "a");
        break;
    case 'n':
        i2c_nack(s->bus);
        break;
    case 'X':
        i2c_request_cancel(s->bus);
        break;
    default:
        value = g_ascii_strtoull(word, NULL, 16);
        add_result(s, i2c_send(s->bus, value) ? "!d" : "a");
        break;
    }
}

/* Properties */

static char *get_result(Object *obj, Error **errp)
{
    return g_strdup(BW_TEST_CTL(obj)->result->str);
}

static void set_request(Object *obj, const char *value, Error **errp)
{
    BwTestCtl *s = BW_TEST_CTL(obj);

    if (i2c_request_pending(s->bus)) {
        error_setg(errp, "a phase is under way");
        return;
    }
    load_script(s, value);
    run_requests(s);
}

static void set_request_cancel(Object *obj, const char *value, Error **errp)
{
    BwTestCtl *s = BW_TEST_CTL(obj);

    set_request(obj, value, errp);
    i2c_request_cancel(s->bus);
}

static void set_sync(Object *obj, const char *value, Error **errp)
{
    BwTestCtl *s = BW_TEST_CTL(obj);

    load_script(s, value);
    while (has_word(s)) {
        sync_word(s, s->words[s->next++]);
    }
}

static void set_unplug(Object *obj, const char *value, Error **errp)
{
    Object *dev = object_resolve_path(value, NULL);

    if (!dev) {
        error_setg(errp, "no device %s", value);
        return;
    }
    object_unparent(dev);
}

static void set_cancel(Object *obj, bool value, Error **errp)
{
    i2c_request_cancel(BW_TEST_CTL(obj)->bus);
}

static void set_reset(Object *obj, bool value, Error **errp)
{
    device_cold_reset(BW_TEST_CTL(obj)->port);
}

static bool get_pending(Object *obj, Error **errp)
{
    return i2c_request_pending(BW_TEST_CTL(obj)->bus);
}

static bool get_busy(Object *obj, Error **errp)
{
    return i2c_bus_busy(BW_TEST_CTL(obj)->bus);
}

/* The register */

static uint64_t mmio_read(void *opaque, hwaddr addr, unsigned size)
{
    BwTestCtl *s = opaque;

    return i2c_bus_wait(s->bus, s->wait_ms);
}

static void mmio_write(void *opaque, hwaddr addr, uint64_t value, unsigned size)
{
    BwTestCtl *s = opaque;

    if (s->mmio_script && !i2c_request_pending(s->bus)) {
        load_script(s, s->mmio_script);
        run_requests(s);
    }
}

static const MemoryRegionOps mmio_ops = {
    .read = mmio_read,
    .write = mmio_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .impl.min_access_size = 4,
    .impl.max_access_size = 4,
};

static void ctl_realize(DeviceState *dev, Error **errp)
{
    BwTestCtl *s = BW_TEST_CTL(dev);

    s->port = qdev_new(TYPE_BW_TEST_PORT);
    s->bus = i2c_init_bus(s->port, "bw-test-i2c");
    sysbus_realize_and_unref(SYS_BUS_DEVICE(s->port), &error_abort);

    if (s->mmio_base) {
        memory_region_init_io(&s->mmio, OBJECT(s), &mmio_ops, s,
                              TYPE_BW_TEST_CTL, 4);
        memory_region_add_subregion_overlap(get_system_memory(), s->mmio_base,
                                            &s->mmio, 1);
    }
}

static void ctl_unrealize(DeviceState *dev)
{
    object_unparent(OBJECT(BW_TEST_CTL(dev)->port));
}

static void ctl_init(Object *obj)
{
    BwTestCtl *s = BW_TEST_CTL(obj);

    s->result = g_string_new("");
}

static void ctl_finalize(Object *obj)
{
    BwTestCtl *s = BW_TEST_CTL(obj);

    g_string_free(s->result, true);
    g_strfreev(s->words);
}

static const Property ctl_properties[] = {
    DEFINE_PROP_UINT64("mmio-base", BwTestCtl, mmio_base, 0),
    DEFINE_PROP_STRING("script", BwTestCtl, mmio_script),
    DEFINE_PROP_UINT32("wait-ms", BwTestCtl, wait_ms, 10),
};

static void ctl_class_init(ObjectClass *oc, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);

    dc->desc = "I2C core test: controller that runs scripts";
    dc->realize = ctl_realize;
    dc->unrealize = ctl_unrealize;
    dc->hotpluggable = false;
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
    device_class_set_props(dc, ctl_properties);
    object_class_property_add_str(oc, "result", get_result, NULL);
    object_class_property_add_str(oc, "request", NULL, set_request);
    object_class_property_add_str(oc, "request-cancel", NULL,
                                  set_request_cancel);
    object_class_property_add_str(oc, "sync", NULL, set_sync);
    object_class_property_add_str(oc, "unplug", NULL, set_unplug);
    object_class_property_add_bool(oc, "cancel", NULL, set_cancel);
    object_class_property_add_bool(oc, "reset", NULL, set_reset);
    object_class_property_add_bool(oc, "pending", get_pending, NULL);
    object_class_property_add_bool(oc, "busy", get_busy, NULL);
}

/* -device finds only buses that hang below the system bus. */
static const TypeInfo bw_test_ctl_types[] = {
    {
        .name = TYPE_BW_TEST_CTL,
        .parent = TYPE_DEVICE,
        .instance_size = sizeof(BwTestCtl),
        .instance_init = ctl_init,
        .instance_finalize = ctl_finalize,
        .class_init = ctl_class_init,
    },
    {
        .name = TYPE_BW_TEST_PORT,
        .parent = TYPE_SYS_BUS_DEVICE,
    },
};

DEFINE_TYPES(bw_test_ctl_types)
