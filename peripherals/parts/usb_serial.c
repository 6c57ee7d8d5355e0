/*
 * A USB serial port with a loopback plug: what the host sends comes back.
 *
 * Source: USB CDC 1.2; PSTN 1.2 (Abstract Control Model): 5.3 functional
 * descriptors, 6.3 requests, 6.5.4 SERIAL_STATE.
 *
 * Choices: the plug joins DTR with DCD and DSR, and so the carrier is there
 * while the host has the port open; with the loopback off what is sent is
 * counted and gone.  Full speed.  Vendor and product are numbers that pid.codes
 * sets aside for tests, as those of all models here.
 *
 * Not modelled: the time a character takes at the line's speed, parity and
 * framing errors, BREAK beyond its being accepted, RTS to CTS (the class has
 * no way to tell of CTS).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "usb_device.h"

#include <string.h>

#define NOTIFY_EP   0x81
#define DATA_IN_EP  0x82
#define DATA_OUT_EP 0x02
#define DATA_PACKET 64

#define FIFO_SIZE   4096u
#define LINE_CODING 7 /* bytes */

enum request { /* PSTN 1.2, table 13 */
    SET_LINE_CODING = 0x20,
    GET_LINE_CODING = 0x21,
    SET_CONTROL_LINE_STATE = 0x22,
    SEND_BREAK = 0x23
};

enum {
    CONTROL_DTR = 0x01, /* 6.3.12 */
    CONTROL_RTS = 0x02,
    STATE_DCD = 0x01, /* 6.5.4 */
    STATE_DSR = 0x02
};

#define SERIAL_STATE      0x20 /* the notification */
#define SERIAL_STATE_LEN  10
#define NOTIFICATION_TYPE 0xa1 /* class, from the interface */

struct serial {
    uint8_t coding[LINE_CODING];
    uint8_t control;
    uint8_t told; /* the state that the host has heard */
    bool loopback;
    bool powered;  /* has been reset before */
    uint64_t sent; /* bytes from the host */
    uint32_t at;   /* of the oldest byte */
    uint32_t used;
    uint8_t fifo[FIFO_SIZE];
};

static const uint8_t device_descriptor[] = {
    18,   BW_USB_DEVICE_DESCRIPTOR,
    0x00, 0x02, /* USB 2.0 */
    0x02, 0,    /* communications device */
    0,    BW_USB_CONTROL_PACKET,
    0x09, 0x12, /* 1209:0001 */
    0x01, 0x00, /* */
    0x00, 0x01, /* release 1.00 */
    1,    2,
    3,    1,
};

#define CONFIG_LEN 67

/* clang-format off */
static const uint8_t config_descriptor[] = {
    9, BW_USB_CONFIG_DESCRIPTOR, BW_USB_U16(CONFIG_LEN), 2, 1, 0, 0x80, 50,
    9, BW_USB_INTERFACE_DESCRIPTOR, 0, 0, 1, 0x02, 0x02, 0x00, 0,
        5, 0x24, 0x00, 0x10, 0x01, /* header: CDC 1.10 */
        5, 0x24, 0x01, 0x00, 1,    /* no call management; data: interface 1 */
        4, 0x24, 0x02, 0x06,       /* line coding and state; break */
        5, 0x24, 0x06, 0, 1,       /* union of interfaces 0 and 1 */
        7, BW_USB_ENDPOINT_DESCRIPTOR, NOTIFY_EP, BW_USB_INTERRUPT, 16, 0, 10,
    9, BW_USB_INTERFACE_DESCRIPTOR, 1, 0, 2, 0x0a, 0x00, 0x00, 0,
        7, BW_USB_ENDPOINT_DESCRIPTOR, DATA_OUT_EP, BW_USB_BULK,
        DATA_PACKET, 0, 0,
        7, BW_USB_ENDPOINT_DESCRIPTOR, DATA_IN_EP, BW_USB_BULK,
        DATA_PACKET, 0, 0,
};
/* clang-format on */

_Static_assert(sizeof(config_descriptor) == CONFIG_LEN, "its own length");

static void reset(struct bw_usb_device *d)
{
    /* 9600 baud, 1 stop bit, no parity, 8 bits; 6.3.11 */
    static const uint8_t coding[LINE_CODING] = { 0x80, 0x25, 0, 0, 0, 0, 8 };
    struct serial *s = d->state;

    memcpy(s->coding, coding, sizeof(coding));
    s->loopback = s->powered ? s->loopback : true;
    s->powered = true;
    s->control = 0;
    s->told = 0;
    s->at = 0;
    s->used = 0;
}

static int control(struct bw_usb_device *d, const struct bw_usb_setup *s,
                   uint8_t *data)
{
    struct serial *serial = d->state;

    if ((s->type & ~BW_USB_IN) != (BW_USB_CLASS | BW_USB_INTERFACE) ||
        s->index != 0) {
        return BW_USB_STALL;
    }
    if (s->type & BW_USB_IN) {
        if (s->request != GET_LINE_CODING || s->length < LINE_CODING) {
            return BW_USB_STALL;
        }
        memcpy(data, serial->coding, LINE_CODING);
        return LINE_CODING;
    }
    switch (s->request) {
    case SET_LINE_CODING:
        if (s->length != LINE_CODING) {
            return BW_USB_STALL;
        }
        memcpy(serial->coding, data, LINE_CODING);
        return 0;
    case SET_CONTROL_LINE_STATE:
        serial->control = s->value & (CONTROL_DTR | CONTROL_RTS);
        return 0;
    case SEND_BREAK:
        return 0;
    default:
        return BW_USB_STALL;
    }
}

static int notify(struct serial *s, uint8_t *data, size_t len)
{
    uint8_t state =
        s->loopback && s->control & CONTROL_DTR ? STATE_DCD | STATE_DSR : 0;
    uint8_t out[SERIAL_STATE_LEN] = { NOTIFICATION_TYPE,
                                      SERIAL_STATE, [6] = 2, [8] = state };
    size_t n = len < sizeof(out) ? len : sizeof(out);

    if (state == s->told) {
        return BW_USB_NAK;
    }
    s->told = state;
    memcpy(data, out, n);
    return (int)n;
}

static int take(struct serial *s, uint8_t *data, size_t len)
{
    uint32_t n = len < s->used ? (uint32_t)len : s->used;
    uint32_t i;

    if (n == 0) {
        return BW_USB_NAK;
    }
    for (i = 0; i < n; i++) {
        data[i] = s->fifo[(s->at + i) % FIFO_SIZE];
    }
    s->at = (s->at + n) % FIFO_SIZE;
    s->used -= n;
    return (int)n;
}

static int in(struct bw_usb_device *d, uint8_t endpoint, uint8_t *data,
              size_t len, uint64_t now_ns)
{
    (void)now_ns;
    return endpoint == NOTIFY_EP ? notify(d->state, data, len)
                                 : take(d->state, data, len);
}

static int out(struct bw_usb_device *d, uint8_t endpoint, const uint8_t *data,
               size_t len, uint64_t now_ns)
{
    struct serial *s = d->state;
    uint32_t room = FIFO_SIZE - s->used;
    uint32_t n = len < room ? (uint32_t)len : room;
    uint32_t i;

    (void)endpoint;
    (void)now_ns;
    if (!s->loopback) {
        n = len < FIFO_SIZE ? (uint32_t)len : FIFO_SIZE;
        s->sent += n;
        return (int)n;
    }
    if (n == 0 && len > 0) {
        return BW_USB_NAK;
    }
    for (i = 0; i < n; i++) {
        s->fifo[(s->at + s->used + i) % FIFO_SIZE] = data[i];
    }
    s->used += n;
    s->sent += n;
    return (int)n;
}

/* On the bench */

enum value {
    VALUE_LOOPBACK,
    VALUE_BAUD,
    VALUE_DTR,
    VALUE_RTS,
    VALUE_BYTES
};

#define MICRO(n) ((int64_t)(n)*1000000)

static const struct bw_part_value values[] = {
    [VALUE_LOOPBACK] = { .name = "loopback",
                         .text = "1: what is sent comes back",
                         .unit = "",
                         .micro_max = MICRO(1),
                         .micro_step = MICRO(1) },
    [VALUE_BAUD] = { .name = "baud",
                     .text = "the speed that the host has set",
                     .unit = "",
                     .micro_max = MICRO(UINT32_MAX),
                     .micro_step = MICRO(1),
                     .read_only = true },
    [VALUE_DTR] = { .name = "dtr",
                    .text = "1: a program has the port open",
                    .unit = "",
                    .micro_max = MICRO(1),
                    .micro_step = MICRO(1),
                    .read_only = true },
    [VALUE_RTS] = { .name = "rts",
                    .text = "1: the host is ready to receive",
                    .unit = "",
                    .micro_max = MICRO(1),
                    .micro_step = MICRO(1),
                    .read_only = true },
    [VALUE_BYTES] = { .name = "bytes",
                      .text = "sent by the host since power on",
                      .unit = "",
                      .micro_max = MICRO(UINT32_MAX),
                      .micro_step = MICRO(1),
                      .read_only = true },
};

static int64_t get(struct bw_usb_device *d, size_t index)
{
    const struct serial *s = d->state;
    uint32_t baud = (uint32_t)s->coding[0] | (uint32_t)s->coding[1] << 8 |
                    (uint32_t)s->coding[2] << 16 | (uint32_t)s->coding[3] << 24;

    switch (index) {
    case VALUE_LOOPBACK:
        return MICRO(s->loopback);
    case VALUE_BAUD:
        return MICRO(baud);
    case VALUE_DTR:
        return s->control & CONTROL_DTR ? MICRO(1) : 0;
    case VALUE_RTS:
        return s->control & CONTROL_RTS ? MICRO(1) : 0;
    case VALUE_BYTES:
        return MICRO(s->sent < UINT32_MAX ? s->sent : UINT32_MAX);
    default:
        return 0;
    }
}

static bool set(struct bw_usb_device *d, size_t index, int64_t micro,
                uint64_t now_ns)
{
    struct serial *s = d->state;

    (void)now_ns;
    if (index != VALUE_LOOPBACK || (micro != 0 && micro != MICRO(1))) {
        return false;
    }
    s->loopback = micro != 0;
    return true;
}

const struct bw_usb_model bw_usb_serial = {
    .name = "serial",
    .text = "serial port (CDC-ACM) with a loopback plug",
    .speed = BW_USB_FULL,
    .state_size = sizeof(struct serial),
    .device = device_descriptor,
    .config = config_descriptor,
    .config_len = sizeof(config_descriptor),
    .manufacturer = "Benchwire",
    .product = "Loopback serial port",
    .serial = "BW0001",
    .values = values,
    .value_count = sizeof(values) / sizeof(values[0]),
    .reset = reset,
    .control = control,
    .in = in,
    .out = out,
    .get = get,
    .set = set,
};
