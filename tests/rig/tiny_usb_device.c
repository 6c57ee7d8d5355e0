/*
 * The requests of an i2c-tiny-usb adapter; see tiny_usb_device.h.
 *
 * Source: Linux, the driver i2c-tiny-usb (requests, status bytes, what it
 * makes of them) and USB 2.0 chapter 9 (descriptors).
 *
 * Each message of a transfer is one request: its START, its bytes, and with
 * the end flag the STOP.  In between SCL is held, so a repeated START is one on
 * the wires, and the part sees exactly the bytes the driver asks for.
 *
 * Where the original adapter forgets a refused data byte, this one tells of it
 * with the only failure that the driver knows, "address not acknowledged"
 * (ENXIO).  What goes wrong on the bus otherwise stalls the request (EIO), and
 * so do message flags the adapter does not offer.
 *
 * Not modelled: the time a byte takes at the delay that is set.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/rig/tiny_usb_device.h"

#include <string.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"

/* USB 2.0 chapter 9 */
#define TYPE_IN            0x80
#define TYPE_KIND          0x60
#define KIND_STANDARD      0x00
#define KIND_VENDOR        0x40
#define GET_STANDARD_STATE 0
#define GET_DESCRIPTOR     6
#define DESCRIPTOR_DEVICE  1
#define DESCRIPTOR_CONFIG  2
#define DESCRIPTOR_STRING  3

/* vendor requests */
enum {
    CMD_ECHO = 0,
    CMD_GET_FUNC = 1,
    CMD_SET_DELAY = 2,
    CMD_GET_STATUS = 3,
    CMD_I2C = 4, /* with the two flags that follow */
    CMD_I2C_BEGIN = 1,
    CMD_I2C_END = 2,
    CMD_I2C_LAST = 7
};

enum {
    STATUS_IDLE = 0,
    STATUS_ACK = 1,
    STATUS_NACK = 2
};

/* flags of struct i2c_msg, linux/i2c.h; SAFE is about the kernel's memory, and
 * the kernel's SMBus emulation leaves the client's PEC flag in, whose byte is
 * among the data already */
#define MSG_READ    0x0001
#define MSG_PEC     0x0004
#define MSG_TEN_BIT 0x0010
#define MSG_SAFE    0x0200

/* I2C_FUNC_I2C, I2C_FUNC_10BIT_ADDR, I2C_FUNC_SMBUS_EMUL of linux/i2c.h */
#define FUNC_I2C        0x00000001u
#define FUNC_TEN_BIT    0x00000002u
#define FUNC_SMBUS_EMUL 0x0eff0008u

/* clang-format off */
static const uint8_t device_descriptor[] = {
    18, DESCRIPTOR_DEVICE,
    0x10, 0x01,                                         /* USB 1.1 */
    0, 0, 0,                                            /* class: below */
    8,                                                  /* bytes of endpoint 0 */
    TINY_USB_VENDOR & 0xff, TINY_USB_VENDOR >> 8,
    TINY_USB_PRODUCT & 0xff, TINY_USB_PRODUCT >> 8,
    TINY_USB_VERSION & 0xff, TINY_USB_VERSION >> 8,
    1, 2, 0,                                            /* strings */
    1,                                                  /* configuration */
};

static const uint8_t config_descriptor[] = {
    9, DESCRIPTOR_CONFIG, 18, 0, 1, 1, 0, 0x80, 50,     /* 100 mA of the bus */
    9, 4, 0, 0, 0, 0xff, 0, 0, 0,                       /* no endpoint but 0 */
};

static const uint8_t languages[] = { 4, DESCRIPTOR_STRING, 0x09, 0x04 };
/* clang-format on */

static const char *const strings[] = { NULL, "Benchwire", "i2c-tiny-usb" };

void tiny_usb_init(struct tiny_usb *t, const struct bw_export *e)
{
    memset(t, 0, sizeof(*t));
    t->export = e;
    t->wait_ms = TINY_USB_HOLD_MS;
}

/* Standard requests */

static int answer(const uint8_t *from, size_t len, uint16_t wanted,
                  uint8_t *data)
{
    size_t n = len < wanted ? len : wanted;

    memcpy(data, from, n);
    return (int)n;
}

static int string_descriptor(unsigned number, uint16_t wanted, uint8_t *data)
{
    uint8_t out[64] = { 0 };
    size_t len;
    size_t i;

    if (number == 0) {
        return answer(languages, sizeof(languages), wanted, data);
    }
    if (number >= sizeof(strings) / sizeof(strings[0])) {
        return TINY_USB_STALL;
    }
    len = strlen(strings[number]);
    out[0] = (uint8_t)(2 + 2 * len);
    out[1] = DESCRIPTOR_STRING;
    for (i = 0; i < len; i++) {
        out[2 + 2 * i] = (uint8_t)strings[number][i];
    }
    return answer(out, out[0], wanted, data);
}

static int descriptor(const struct tiny_usb_setup *s, uint8_t *data)
{
    switch (s->value >> 8) {
    case DESCRIPTOR_DEVICE:
        return answer(device_descriptor, sizeof(device_descriptor), s->length,
                      data);
    case DESCRIPTOR_CONFIG:
        return answer(config_descriptor, sizeof(config_descriptor), s->length,
                      data);
    case DESCRIPTOR_STRING:
        return string_descriptor(s->value & 0xff, s->length, data);
    default:
        return TINY_USB_STALL;
    }
}

static int standard_request(const struct tiny_usb_setup *s, uint8_t *data)
{
    static const uint8_t state[2] = { 0 }; /* powered by the bus */

    if (!(s->type & TYPE_IN)) {
        return TINY_USB_STALL;
    }
    switch (s->request) {
    case GET_STANDARD_STATE:
        return answer(state, sizeof(state), s->length, data);
    case GET_DESCRIPTOR:
        return descriptor(s, data);
    default:
        return TINY_USB_STALL;
    }
}

/* The bus */

static struct bw_i2c_adapter *adapter_of(const struct tiny_usb *t)
{
    return t->export->bus->adapter;
}

static bool take_bus(struct tiny_usb *t)
{
    uint64_t until_ns = bw_clock_after_ms(bw_clock_ns(), t->wait_ms);

    t->holds = t->holds || bw_bus_lock(t->export->bus, until_ns) == BW_OK;
    return t->holds;
}

static void free_bus(struct tiny_usb *t)
{
    if (t->holds) {
        bw_bus_unlock(t->export->bus);
    }
    t->holds = false;
}

void tiny_usb_let_go(struct tiny_usb *t)
{
    struct bw_i2c_step stop = { .op = BW_STEP_STOP };
    struct bw_i2c_progress progress;
    struct bw_i2c_adapter *a = adapter_of(t);

    if (t->holds) {
        a->ops->step(a, &stop, 1, &progress);
    }
    free_bus(t);
}

/* START, the bytes, and STOP where the message ends the transfer. */
static size_t steps_of(const struct bw_i2c_msg *m, bool ends,
                       struct bw_i2c_step steps[3])
{
    size_t n = 0;

    steps[n++] = (struct bw_i2c_step){
        .op = BW_STEP_START,
        .addr = m->addr,
        .flags = m->flags,
    };
    if (m->len > 0) {
        steps[n++] = (struct bw_i2c_step){
            .op = m->flags & BW_I2C_READ ? BW_STEP_READ : BW_STEP_WRITE,
            .len = m->len,
            .data = m->data,
        };
    }
    if (ends) {
        steps[n++] = (struct bw_i2c_step){ .op = BW_STEP_STOP };
    }
    return n;
}

/* After this the bus is held only if the message went well and has no end. */
static enum bw_status run(struct tiny_usb *t, const struct bw_i2c_msg *m,
                          bool ends)
{
    struct bw_i2c_adapter *a = adapter_of(t);
    struct bw_i2c_progress progress = { 0 };
    struct bw_i2c_step steps[3];
    enum bw_status status;

    status = a->ops->step(a, steps, steps_of(m, ends, steps), &progress);
    if (status == BW_NACK_ADDR || status == BW_NACK_DATA) {
        tiny_usb_let_go(t);
    } else if (status != BW_OK || ends) {
        free_bus(t);
    }
    return status;
}

static void log_message(const struct bw_i2c_msg *m, bool ends,
                        enum bw_status status)
{
    struct bw_i2c_xfer x = { .nmsgs = 1, .msgs[0] = *m };
    char text[128];

    if (bw_log_enabled(BW_LOG_DEBUG)) {
        bw_i2c_xfer_print(&x, text, sizeof(text));
        bw_log(BW_LOG_DEBUG, "usb: %s%s: %s", text, ends ? " stop" : "",
               bw_status_name(status));
    }
}

static bool may_be_run(const struct tiny_usb *t, const struct bw_i2c_msg *m)
{
    const struct bw_i2c_adapter *a = adapter_of(t);
    struct bw_i2c_xfer x = { .nmsgs = 1, .msgs[0] = *m };

    return bw_i2c_xfer_check(&x) == BW_OK && m->len <= a->max_len &&
           (!(m->flags & BW_I2C_TEN_BIT) || (a->funcs & BW_I2C_FUNC_TEN_BIT));
}

/* An export of one address is a bus with nothing else on it. */
static bool is_there(const struct tiny_usb *t, const struct bw_i2c_msg *m)
{
    return t->export->addr == BW_ADDR_ANY ||
           (m->addr == t->export->addr && !(m->flags & BW_I2C_TEN_BIT));
}

static int i2c_request(struct tiny_usb *t, const struct tiny_usb_setup *s,
                       uint8_t *data)
{
    bool ends = s->request & CMD_I2C_END;
    bool is_read = s->type & TYPE_IN;
    struct bw_i2c_msg m = {
        .addr = s->index,
        .flags = (s->value & MSG_READ ? BW_I2C_READ : 0) |
                 (s->value & MSG_TEN_BIT ? BW_I2C_TEN_BIT : 0),
        .len = s->length,
        .data = s->length ? data : NULL,
    };
    enum bw_status status;

    if (is_read != !!(s->value & MSG_READ) ||
        (s->value & ~(MSG_READ | MSG_PEC | MSG_TEN_BIT | MSG_SAFE)) ||
        !may_be_run(t, &m)) {
        tiny_usb_let_go(t);
        return TINY_USB_STALL;
    }
    if (!(s->request & CMD_I2C_BEGIN) && !t->holds) {
        return TINY_USB_STALL; /* of a transfer that has ended */
    }
    if (!is_there(t, &m)) {
        status = BW_NACK_ADDR;
        tiny_usb_let_go(t);
    } else if (take_bus(t)) {
        status = run(t, &m, ends);
    } else {
        status = BW_TIMEOUT;
    }
    log_message(&m, ends, status);
    if (status != BW_OK && status != BW_NACK_ADDR && status != BW_NACK_DATA) {
        t->status = STATUS_IDLE;
        return TINY_USB_STALL;
    }
    t->status = status == BW_OK ? STATUS_ACK : STATUS_NACK;
    if (status != BW_OK && is_read) {
        memset(data, 0xff, s->length); /* an open line reads as ones */
    }
    return is_read ? s->length : 0;
}

/* Vendor requests */

static int vendor_request(struct tiny_usb *t, const struct tiny_usb_setup *s,
                          uint8_t *data)
{
    uint32_t funcs = FUNC_I2C | FUNC_SMBUS_EMUL;
    uint8_t out[4];

    if (s->request != CMD_SET_DELAY && s->request < CMD_I2C &&
        !(s->type & TYPE_IN)) {
        return TINY_USB_STALL;
    }
    switch (s->request) {
    case CMD_ECHO:
        out[0] = s->value & 0xff;
        out[1] = s->value >> 8;
        return answer(out, 2, s->length, data);
    case CMD_GET_FUNC:
        if (adapter_of(t)->funcs & BW_I2C_FUNC_TEN_BIT) {
            funcs |= FUNC_TEN_BIT;
        }
        out[0] = funcs & 0xff;
        out[1] = (funcs >> 8) & 0xff;
        out[2] = (funcs >> 16) & 0xff;
        out[3] = funcs >> 24;
        return answer(out, sizeof(out), s->length, data);
    case CMD_SET_DELAY:
        t->delay_us = s->value;
        return 0;
    case CMD_GET_STATUS:
        return answer(&t->status, 1, s->length, data);
    default:
        return s->request <= CMD_I2C_LAST ? i2c_request(t, s, data)
                                          : TINY_USB_STALL;
    }
}

int tiny_usb_request(struct tiny_usb *t, const struct tiny_usb_setup *s,
                     uint8_t *data)
{
    switch (s->type & TYPE_KIND) {
    case KIND_STANDARD:
        return standard_request(s, data);
    case KIND_VENDOR:
        return vendor_request(t, s, data);
    default:
        return TINY_USB_STALL;
    }
}
