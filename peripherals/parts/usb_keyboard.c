/*
 * A USB keyboard with the boot protocol, whose keys the bench presses.
 *
 * Source: HID 1.11: 5 (descriptors), 7.2 (requests), appendix B.1 and E.6
 * (boot keyboard); HID Usage Tables 1.12, 10 (keys).
 *
 * Choices: one key at a time besides the modifiers; each press and release is
 * a report of its own, and of more than QUEUE that nobody fetches the newest
 * are lost; both protocols have the same report; after a reset the idle rate
 * is 500 ms, as 7.2.4 recommends.  Full speed.
 *
 * Not modelled: remote wakeup, more than one key, roll-over.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "usb_device.h"

#include <string.h>

#define KEYS_EP    0x81
#define REPORT     8  /* bytes */
#define QUEUE      32 /* reports */
#define IDLE_START 125
#define IDLE_NS    4000000ull /* unit of the idle rate */

enum request { /* 7.2 */
    GET_REPORT = 0x01,
    GET_IDLE = 0x02,
    GET_PROTOCOL = 0x03,
    GET_DESCRIPTOR = 0x06, /* standard, of an interface */
    SET_REPORT = 0x09,
    SET_IDLE = 0x0a,
    SET_PROTOCOL = 0x0b
};

enum { /* report types, high byte of wValue */
    INPUT_REPORT = 1,
    OUTPUT_REPORT = 2
};

struct keyboard {
    uint8_t now[REPORT]; /* what is pressed */
    uint8_t leds;        /* num lock, caps lock, scroll lock, ... */
    uint8_t idle;        /* in units of 4 ms; 0: without end */
    uint8_t protocol;
    uint8_t first; /* of the queue */
    uint8_t count;
    uint8_t queue[QUEUE][REPORT];
    uint64_t told_ns; /* when the last report went */
};

static const uint8_t device_descriptor[] = {
    18,   BW_USB_DEVICE_DESCRIPTOR,
    0x00, 0x02, /* USB 2.0 */
    0,    0,    /* class: of the interface */
    0,    BW_USB_CONTROL_PACKET,
    0x09, 0x12, /* 1209:0003 */
    0x03, 0x00, /* */
    0x00, 0x01, /* release 1.00 */
    1,    2,
    3,    1,
};

/* clang-format off */
/* Appendix B.1: items of 5.8 and 6.2.2 */
static const uint8_t report_descriptor[] = {
    0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, /* desktop, keyboard: collection */
    0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, /* modifiers: 8 bits */
    0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02,
    0x95, 0x01, 0x75, 0x08, 0x81, 0x01, /* a byte that is reserved */
    0x95, 0x05, 0x75, 0x01, 0x05, 0x08, /* LEDs: 5 bits, and 3 more */
    0x19, 0x01, 0x29, 0x05, 0x91, 0x02,
    0x95, 0x01, 0x75, 0x03, 0x91, 0x01,
    0x95, 0x06, 0x75, 0x08, 0x15, 0x00, /* six keys */
    0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00,
    0xc0,
};

#define CONFIG_LEN 34
#define HID_AT     18
#define HID_LEN    9

static const uint8_t config_descriptor[] = {
    9, BW_USB_CONFIG_DESCRIPTOR, BW_USB_U16(CONFIG_LEN), 1, 1, 0, 0xa0, 50,
    9, BW_USB_INTERFACE_DESCRIPTOR, 0, 0, 1, 0x03, 0x01, 0x01, 0,
        HID_LEN, BW_USB_HID_DESCRIPTOR, 0x11, 0x01, 0, 1,
        BW_USB_REPORT_DESCRIPTOR, BW_USB_U16(sizeof(report_descriptor)),
        7, BW_USB_ENDPOINT_DESCRIPTOR, KEYS_EP, BW_USB_INTERRUPT, REPORT, 0, 10,
};
/* clang-format on */

_Static_assert(sizeof(config_descriptor) == CONFIG_LEN, "its own length");

static void reset(struct bw_usb_device *d)
{
    struct keyboard *k = d->state;

    k->leds = 0;
    k->idle = IDLE_START;
    k->protocol = 1;
    k->first = 0;
    k->count = 0;
    k->told_ns = 0;
}

static int give(const struct bw_usb_setup *s, uint8_t *data, const void *from,
                size_t len)
{
    size_t n = len < s->length ? len : s->length;

    memcpy(data, from, n);
    return (int)n;
}

static int get_descriptor(const struct bw_usb_setup *s, uint8_t *data)
{
    switch (s->value) {
    case BW_USB_REPORT_DESCRIPTOR << 8:
        return give(s, data, report_descriptor, sizeof(report_descriptor));
    case BW_USB_HID_DESCRIPTOR << 8:
        return give(s, data, config_descriptor + HID_AT, HID_LEN);
    default:
        return BW_USB_STALL;
    }
}

static int get_class(const struct keyboard *k, const struct bw_usb_setup *s,
                     uint8_t *data)
{
    switch (s->request) {
    case GET_REPORT:
        return s->value >> 8 == INPUT_REPORT ? give(s, data, k->now, REPORT)
                                             : BW_USB_STALL;
    case GET_IDLE:
        return give(s, data, &k->idle, 1);
    case GET_PROTOCOL:
        return give(s, data, &k->protocol, 1);
    default:
        return BW_USB_STALL;
    }
}

static int set_class(struct keyboard *k, const struct bw_usb_setup *s,
                     const uint8_t *data)
{
    switch (s->request) {
    case SET_REPORT:
        if (s->value >> 8 != OUTPUT_REPORT || s->length < 1) {
            return BW_USB_STALL;
        }
        k->leds = data[0];
        return 0;
    case SET_IDLE:
        k->idle = (uint8_t)(s->value >> 8);
        return 0;
    case SET_PROTOCOL:
        if (s->value > 1) {
            return BW_USB_STALL;
        }
        k->protocol = (uint8_t)s->value;
        return 0;
    default:
        return BW_USB_STALL;
    }
}

static int control(struct bw_usb_device *d, const struct bw_usb_setup *s,
                   uint8_t *data)
{
    switch (s->type) {
    case BW_USB_IN | BW_USB_STANDARD | BW_USB_INTERFACE:
        return get_descriptor(s, data);
    case BW_USB_IN | BW_USB_CLASS | BW_USB_INTERFACE:
        return get_class(d->state, s, data);
    case BW_USB_CLASS | BW_USB_INTERFACE:
        return set_class(d->state, s, data);
    default:
        return BW_USB_STALL;
    }
}

static uint64_t next_ns(struct bw_usb_device *d, uint64_t now_ns)
{
    const struct keyboard *k = d->state;

    (void)now_ns;
    return k->idle ? k->told_ns + k->idle * IDLE_NS : BW_PART_NEVER;
}

static int in(struct bw_usb_device *d, uint8_t endpoint, uint8_t *data,
              size_t len, uint64_t now_ns)
{
    struct keyboard *k = d->state;
    size_t n = len < REPORT ? len : REPORT;

    (void)endpoint;
    if (k->count > 0) {
        memcpy(data, k->queue[k->first], n);
        k->first = (k->first + 1) % QUEUE;
        k->count--;
    } else if (now_ns >= next_ns(d, now_ns)) {
        memcpy(data, k->now, n);
    } else {
        return BW_USB_NAK;
    }
    k->told_ns = now_ns;
    return (int)n;
}

static int out(struct bw_usb_device *d, uint8_t endpoint, const uint8_t *data,
               size_t len, uint64_t now_ns)
{
    (void)d;
    (void)endpoint;
    (void)data;
    (void)len;
    (void)now_ns;
    return BW_USB_STALL; /* there is no such endpoint */
}

/* On the bench */

enum value {
    VALUE_KEY,
    VALUE_MODIFIERS,
    VALUE_NUM_LOCK,
    VALUE_CAPS_LOCK,
    VALUE_SCROLL_LOCK
};

#define MICRO(n) ((int64_t)(n)*1000000)
#define KEY_MAX  0x65 /* as the report descriptor says */

#define LED(led_name, led_text)                                                \
    {                                                                          \
        .name = led_name, .text = led_text, .unit = "", .micro_max = MICRO(1), \
        .micro_step = MICRO(1), .read_only = true                              \
    }

static const struct bw_part_value values[] = {
    [VALUE_KEY] = { .name = "key",
                    .text = "that is pressed, by its HID usage (4: a); 0: none",
                    .unit = "",
                    .micro_max = MICRO(KEY_MAX),
                    .micro_step = MICRO(1) },
    [VALUE_MODIFIERS] = { .name = "modifiers",
                          .text = "1: control, 2: shift, 4: alt, 8: GUI, and "
                                  "16 to 128 the right ones",
                          .unit = "",
                          .micro_max = MICRO(255),
                          .micro_step = MICRO(1) },
    [VALUE_NUM_LOCK] = LED("num-lock", "1: its LED is on"),
    [VALUE_CAPS_LOCK] = LED("caps-lock", "1: its LED is on"),
    [VALUE_SCROLL_LOCK] = LED("scroll-lock", "1: its LED is on"),
};

static int64_t get(struct bw_usb_device *d, size_t index)
{
    const struct keyboard *k = d->state;

    switch (index) {
    case VALUE_KEY:
        return MICRO(k->now[2]);
    case VALUE_MODIFIERS:
        return MICRO(k->now[0]);
    default: /* an LED: their bits are in this order */
        return MICRO(k->leds >> (index - VALUE_NUM_LOCK) & 1);
    }
}

static bool set(struct bw_usb_device *d, size_t index, int64_t micro,
                uint64_t now_ns)
{
    struct keyboard *k = d->state;

    (void)now_ns;
    if (micro % MICRO(1) != 0) {
        return false;
    }
    k->now[index == VALUE_KEY ? 2 : 0] = (uint8_t)(micro / MICRO(1));
    if (k->count < QUEUE) {
        memcpy(k->queue[(k->first + k->count) % QUEUE], k->now, REPORT);
        k->count++;
    }
    return true;
}

const struct bw_usb_model bw_usb_keyboard = {
    .name = "keyboard",
    .text = "keyboard with the boot protocol",
    .speed = BW_USB_FULL,
    .state_size = sizeof(struct keyboard),
    .device = device_descriptor,
    .config = config_descriptor,
    .config_len = sizeof(config_descriptor),
    .manufacturer = "Benchwire",
    .product = "Simulated keyboard",
    .serial = "BW0003",
    .values = values,
    .value_count = sizeof(values) / sizeof(values[0]),
    .reset = reset,
    .control = control,
    .in = in,
    .out = out,
    .next_ns = next_ns,
    .get = get,
    .set = set,
};
