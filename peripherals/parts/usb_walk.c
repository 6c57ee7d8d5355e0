/*
 * The descriptors of a USB device model; see usb_walk.h.
 *
 * Source: USB 2.0, 9.6 and 9.4.3 "Get Descriptor"; 9.6.6 for bInterval.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "usb_walk.h"

#include <string.h>

#define DEVICE_LEN     18
#define QUALIFIER_LEN  10
#define ENGLISH_US     0x0409
#define STRING_MAX     126 /* characters in a descriptor of 255 bytes */
#define OTHER_BULK     64  /* bytes in a bulk packet at full speed */
#define SERIAL_STRING  3
#define AT_VENDOR      8 /* bytes of the device descriptor */
#define AT_PRODUCT     10
#define AT_SERIAL      16
#define AT_CONFIGS     17
#define AT_MAX_PACKET  4 /* of the endpoint descriptor */
#define FRAME_NS       1000000u
#define MICROFRAME_NS  125000u
#define INTERVAL_SHIFT 15 /* the most there is of bInterval - 1 */

/* One descriptor after the other, with the setting they belong to. */
struct walk {
    const uint8_t *at; /* NULL: before the first */
    const uint8_t *end;
    int interface; /* -1: of the configuration itself */
    int alt;
};

static struct walk walk_config(const struct bw_usb_model *model)
{
    return (struct walk){ .end = model->config + model->config_len,
                          .interface = -1 };
}

static bool next(struct walk *w, const uint8_t *first)
{
    w->at = w->at ? w->at + w->at[0] : first;
    if (w->at >= w->end || w->at[0] < 2) {
        return false;
    }
    if (w->at[1] == BW_USB_INTERFACE_DESCRIPTOR) {
        w->interface = w->at[2];
        w->alt = w->at[3];
    }
    return true;
}

bool bw_usb_walk_has_setting(const struct bw_usb_model *model,
                             uint8_t interface, uint8_t alt)
{
    struct walk w = walk_config(model);

    while (next(&w, model->config)) {
        if (w.interface == interface && w.alt == alt) {
            return true;
        }
    }
    return false;
}

/* Is this of a setting that is selected? */
static bool is_current(const struct bw_usb_device *d, const struct walk *w)
{
    return d->configuration && w->interface >= 0 &&
           w->interface < BW_USB_MAX_INTERFACES &&
           d->alt[w->interface] == w->alt;
}

size_t bw_usb_device_endpoints(const struct bw_usb_device *d,
                               struct bw_usb_endpoint out[BW_USB_MAX_ENDPOINTS])
{
    struct walk w = walk_config(d->model);
    size_t count = 0;

    while (count < BW_USB_MAX_ENDPOINTS && next(&w, d->model->config)) {
        if (w.at[1] == BW_USB_ENDPOINT_DESCRIPTOR && is_current(d, &w)) {
            out[count++] = (struct bw_usb_endpoint){
                .address = w.at[2],
                .type = w.at[3] & 3,
                .max_packet = (uint16_t)(w.at[4] | w.at[5] << 8),
                .interval = w.at[6],
                .interface = (uint8_t)w.interface,
            };
        }
    }
    return count;
}

size_t
bw_usb_device_interfaces(const struct bw_usb_device *d,
                         struct bw_usb_interface out[BW_USB_MAX_INTERFACES])
{
    struct walk w = walk_config(d->model);
    size_t count = 0;

    while (count < BW_USB_MAX_INTERFACES && next(&w, d->model->config)) {
        if (w.at[1] == BW_USB_INTERFACE_DESCRIPTOR && is_current(d, &w)) {
            out[count++] = (struct bw_usb_interface){
                .number = w.at[2],
                .class = w.at[5],
                .subclass = w.at[6],
                .protocol = w.at[7],
            };
        }
    }
    return count;
}

uint64_t bw_usb_device_interval_ns(const struct bw_usb_device *d,
                                   const struct bw_usb_endpoint *e)
{
    unsigned interval = e->interval ? e->interval : 1;
    unsigned power =
        interval - 1 < INTERVAL_SHIFT ? interval - 1 : INTERVAL_SHIFT;

    if (d->model->speed == BW_USB_HIGH) {
        return (uint64_t)MICROFRAME_NS << power;
    }
    return e->type == BW_USB_ISO ? (uint64_t)FRAME_NS << power
                                 : (uint64_t)FRAME_NS * interval;
}

static uint16_t identity_or(const struct bw_usb_device *d, uint16_t own,
                            unsigned at)
{
    const uint8_t *device = d->model->device;

    return d->identity.vendor ? own
                              : (uint16_t)(device[at] | device[at + 1] << 8);
}

uint16_t bw_usb_device_vendor(const struct bw_usb_device *d)
{
    return identity_or(d, d->identity.vendor, AT_VENDOR);
}

uint16_t bw_usb_device_product(const struct bw_usb_device *d)
{
    return identity_or(d, d->identity.product, AT_PRODUCT);
}

static void put_device(const struct bw_usb_device *d, uint8_t *out)
{
    uint16_t vendor = bw_usb_device_vendor(d);
    uint16_t product = bw_usb_device_product(d);

    memcpy(out, d->model->device, DEVICE_LEN);
    out[AT_VENDOR] = (uint8_t)vendor;
    out[AT_VENDOR + 1] = (uint8_t)(vendor >> 8);
    out[AT_PRODUCT] = (uint8_t)product;
    out[AT_PRODUCT + 1] = (uint8_t)(product >> 8);
    out[AT_SERIAL] = d->identity.serial[0] ? SERIAL_STRING : 0;
}

/* Copy a descriptor as far as the host wants it. */
static int give(const struct bw_usb_setup *s, uint8_t *data,
                const uint8_t *from, size_t len)
{
    size_t n = len < s->length ? len : s->length;

    memcpy(data, from, n);
    return (int)n;
}

static int give_device(const struct bw_usb_device *d,
                       const struct bw_usb_setup *s, uint8_t *data)
{
    uint8_t device[DEVICE_LEN];

    put_device(d, device);
    return give(s, data, device, sizeof(device));
}

/* Table 9-9: as the device descriptor, for the other speed. */
static int give_qualifier(const struct bw_usb_device *d,
                          const struct bw_usb_setup *s, uint8_t *data)
{
    uint8_t out[QUALIFIER_LEN] = { QUALIFIER_LEN, BW_USB_QUALIFIER_DESCRIPTOR };

    memcpy(out + 2, d->model->device + 2, 6);
    out[8] = d->model->device[AT_CONFIGS];
    return give(s, data, out, sizeof(out));
}

static int give_other_speed(const struct bw_usb_device *d,
                            const struct bw_usb_setup *s, uint8_t *data)
{
    struct walk w = walk_config(d->model);
    int n = give(s, data, d->model->config, d->model->config_len);

    if (n > 1) {
        data[1] = BW_USB_OTHER_SPEED_DESCRIPTOR;
    }
    while (next(&w, d->model->config)) {
        size_t at = (size_t)(w.at - d->model->config) + AT_MAX_PACKET;

        if (w.at[1] == BW_USB_ENDPOINT_DESCRIPTOR &&
            (w.at[3] & 3) == BW_USB_BULK && at + 2 <= (size_t)n) {
            data[at] = OTHER_BULK;
            data[at + 1] = 0;
        }
    }
    return n;
}

static const char *string_of(const struct bw_usb_device *d, unsigned index)
{
    switch (index) {
    case 1:
        return d->model->manufacturer;
    case 2:
        return d->model->product;
    case SERIAL_STRING:
        return d->identity.serial[0] ? d->identity.serial : NULL;
    default:
        return NULL;
    }
}

static int give_string(const struct bw_usb_device *d,
                       const struct bw_usb_setup *s, uint8_t *data)
{
    uint8_t out[2 + 2 * STRING_MAX] = { 4, BW_USB_STRING_DESCRIPTOR,
                                        BW_USB_U16(ENGLISH_US) };
    const char *text = string_of(d, s->value & 0xff);
    size_t i;

    if ((s->value & 0xff) == 0) {
        return give(s, data, out, out[0]);
    }
    if (!text) {
        return BW_USB_STALL;
    }
    for (i = 0; i < STRING_MAX && text[i]; i++) {
        out[2 + 2 * i] = (uint8_t)text[i];
        out[3 + 2 * i] = 0;
    }
    out[0] = (uint8_t)(2 + 2 * i);
    return give(s, data, out, out[0]);
}

int bw_usb_walk_descriptor(const struct bw_usb_device *d,
                           const struct bw_usb_setup *s, uint8_t *data)
{
    bool high = d->model->speed == BW_USB_HIGH;
    unsigned type = s->value >> 8;

    if (type == BW_USB_STRING_DESCRIPTOR) {
        return give_string(d, s, data);
    }
    if ((s->value & 0xff) != 0) {
        return BW_USB_STALL;
    }
    switch (type) {
    case BW_USB_DEVICE_DESCRIPTOR:
        return give_device(d, s, data);
    case BW_USB_CONFIG_DESCRIPTOR:
        return give(s, data, d->model->config, d->model->config_len);
    case BW_USB_QUALIFIER_DESCRIPTOR:
        return high ? give_qualifier(d, s, data) : BW_USB_STALL;
    case BW_USB_OTHER_SPEED_DESCRIPTOR:
        return high ? give_other_speed(d, s, data) : BW_USB_STALL;
    default:
        return BW_USB_STALL;
    }
}
