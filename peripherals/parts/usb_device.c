/*
 * What every USB device does: the standard requests, from the descriptors of
 * its model; see usb_device.h.
 *
 * Source: USB 2.0, 9.4 "Standard Device Requests", 9.6 "Standard USB
 * Descriptor Definitions".
 *
 * Choices: string 3 is the serial number that the bench gives, and is not
 * named in the device descriptor if there is none; the other speed's
 * configuration of a high-speed device is its own with bulk packets of 64
 * bytes; a request of more than 16 bits of data cannot be.
 *
 * Not modelled: SET_ADDRESS, which the host controller keeps to itself;
 * SET_DESCRIPTOR, SYNCH_FRAME and test modes, which stall; more than one
 * configuration; suspend, although remote wakeup can be set and cleared.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "usb_device.h"

#include <string.h>

#include "usb_walk.h"

enum request { /* table 9-4 */
    GET_STATUS = 0,
    CLEAR_FEATURE = 1,
    SET_FEATURE = 3,
    GET_DESCRIPTOR = 6,
    GET_CONFIGURATION = 8,
    SET_CONFIGURATION = 9,
    GET_INTERFACE = 10,
    SET_INTERFACE = 11
};

enum feature { /* table 9-6 */
    ENDPOINT_HALT = 0,
    REMOTE_WAKEUP = 1
};

#define CONFIG_ATTRIBUTES   7 /* byte of the configuration descriptor */
#define CONFIG_SELF_POWERED 0x40
#define CONFIG_WAKES        0x20
#define STATUS_SELF_POWERED 0x01
#define STATUS_WAKES        0x02
#define STATUS_HALTED       0x01

static uint32_t endpoint_bit(unsigned address)
{
    return 1u << ((address & 0x0f) + (address & BW_USB_IN ? 16 : 0));
}

void bw_usb_device_reset(struct bw_usb_device *d)
{
    d->configuration = 0;
    memset(d->alt, 0, sizeof(d->alt));
    d->remote_wakeup = false;
    d->halted = 0;
    d->model->reset(d);
}

void bw_usb_device_init(struct bw_usb_device *d,
                        const struct bw_usb_model *model,
                        const struct bw_usb_identity *identity, void *state)
{
    memset(d, 0, sizeof(*d));
    d->model = model;
    d->identity = *identity;
    d->state = state;
    bw_usb_device_reset(d);
}

static void selected(struct bw_usb_device *d, uint8_t interface)
{
    if (d->model->select) {
        d->model->select(d, interface, d->alt[interface]);
    }
}

bool bw_usb_device_configure(struct bw_usb_device *d, uint8_t configuration)
{
    uint8_t i;

    if (configuration > 1) {
        return false;
    }
    d->configuration = configuration;
    d->halted = 0;
    memset(d->alt, 0, sizeof(d->alt));
    for (i = 0; i < BW_USB_MAX_INTERFACES; i++) {
        selected(d, i);
    }
    return true;
}

bool bw_usb_device_select(struct bw_usb_device *d, uint8_t interface,
                          uint8_t alt)
{
    struct bw_usb_endpoint list[BW_USB_MAX_ENDPOINTS];
    size_t i, count;

    if (!d->configuration || interface >= BW_USB_MAX_INTERFACES ||
        !bw_usb_walk_has_setting(d->model, interface, alt)) {
        return false;
    }
    d->alt[interface] = alt;
    count = bw_usb_device_endpoints(d, list);
    for (i = 0; i < count; i++) {
        if (list[i].interface == interface) {
            d->halted &= ~endpoint_bit(list[i].address);
        }
    }
    selected(d, interface);
    return true;
}

/* Endpoint 0 counts, and what the current settings have. */
static bool has_endpoint(const struct bw_usb_device *d, unsigned address)
{
    struct bw_usb_endpoint list[BW_USB_MAX_ENDPOINTS];
    size_t count = bw_usb_device_endpoints(d, list);
    size_t i;

    for (i = 0; i < count; i++) {
        if (list[i].address == address) {
            return true;
        }
    }
    return (address & ~(unsigned)BW_USB_IN) == 0;
}

static bool has_interface(const struct bw_usb_device *d, unsigned number)
{
    return d->configuration && number < BW_USB_MAX_INTERFACES &&
           bw_usb_walk_has_setting(d->model, (uint8_t)number, 0);
}

/* Is what a request is for there? */
static bool has_recipient(const struct bw_usb_device *d,
                          const struct bw_usb_setup *s)
{
    switch (s->type & BW_USB_TO_WHOM) {
    case BW_USB_DEVICE:
        return true;
    case BW_USB_INTERFACE:
        return has_interface(d, s->index);
    case BW_USB_ENDPOINT:
        return s->index <= 0xff && has_endpoint(d, s->index);
    default:
        return false;
    }
}

static int get_status(const struct bw_usb_device *d,
                      const struct bw_usb_setup *s, uint8_t *data)
{
    uint8_t attributes = d->model->config[CONFIG_ATTRIBUTES];
    uint8_t status = 0;

    if (s->length < 2) {
        return BW_USB_STALL;
    }
    if ((s->type & BW_USB_TO_WHOM) == BW_USB_DEVICE) {
        status = (attributes & CONFIG_SELF_POWERED ? STATUS_SELF_POWERED : 0) |
                 (d->remote_wakeup ? STATUS_WAKES : 0);
    } else if ((s->type & BW_USB_TO_WHOM) == BW_USB_ENDPOINT) {
        status = d->halted & endpoint_bit(s->index) ? STATUS_HALTED : 0;
    }
    data[0] = status;
    data[1] = 0;
    return 2;
}

static int set_feature(struct bw_usb_device *d, const struct bw_usb_setup *s,
                       bool on)
{
    unsigned whom = s->type & BW_USB_TO_WHOM;

    if (whom == BW_USB_DEVICE && s->value == REMOTE_WAKEUP &&
        d->model->config[CONFIG_ATTRIBUTES] & CONFIG_WAKES) {
        d->remote_wakeup = on;
        return 0;
    }
    if (whom == BW_USB_ENDPOINT && s->value == ENDPOINT_HALT) {
        if (!on) {
            d->halted &= ~endpoint_bit(s->index);
        } else if (s->index & 0x0f) {
            d->halted |= endpoint_bit(s->index);
        }
        return 0;
    }
    return BW_USB_STALL;
}

static int get_interface(const struct bw_usb_device *d,
                         const struct bw_usb_setup *s, uint8_t *data)
{
    if (s->length < 1 || !has_interface(d, s->index)) {
        return BW_USB_STALL;
    }
    data[0] = d->alt[s->index];
    return 1;
}

static int set_interface(struct bw_usb_device *d, const struct bw_usb_setup *s)
{
    bool done = s->index <= 0xff && s->value <= 0xff &&
                bw_usb_device_select(d, (uint8_t)s->index, (uint8_t)s->value);

    return done ? 0 : BW_USB_STALL;
}

static int standard_in(struct bw_usb_device *d, const struct bw_usb_setup *s,
                       uint8_t *data)
{
    switch (s->request) {
    case GET_STATUS:
        return get_status(d, s, data);
    case GET_DESCRIPTOR:
        return bw_usb_walk_descriptor(d, s, data);
    case GET_CONFIGURATION:
        if (s->length < 1) {
            return BW_USB_STALL;
        }
        data[0] = d->configuration;
        return 1;
    case GET_INTERFACE:
        return get_interface(d, s, data);
    default:
        return BW_USB_STALL;
    }
}

static int standard_out(struct bw_usb_device *d, const struct bw_usb_setup *s)
{
    switch (s->request) {
    case CLEAR_FEATURE:
        return set_feature(d, s, false);
    case SET_FEATURE:
        return set_feature(d, s, true);
    case SET_CONFIGURATION:
        return s->value <= 0xff && bw_usb_device_configure(d, (uint8_t)s->value)
                   ? 0
                   : BW_USB_STALL;
    case SET_INTERFACE:
        return set_interface(d, s);
    default:
        return BW_USB_STALL;
    }
}

/* A class may have descriptors of its own at an interface. */
static bool is_models(const struct bw_usb_setup *s)
{
    return (s->type & BW_USB_KIND) != BW_USB_STANDARD ||
           (s->request == GET_DESCRIPTOR &&
            (s->type & BW_USB_TO_WHOM) == BW_USB_INTERFACE);
}

int bw_usb_device_control(struct bw_usb_device *d, const struct bw_usb_setup *s,
                          uint8_t *data)
{
    int n;

    if (!has_recipient(d, s)) {
        return BW_USB_STALL;
    }
    if (is_models(s)) {
        n = d->model->control(d, s, data);
    } else {
        n = s->type & BW_USB_IN ? standard_in(d, s, data) : standard_out(d, s);
    }
    return n > s->length ? s->length : n;
}

/* Returns BW_USB_STALL for an endpoint that is halted or not there, else 0. */
static int check_endpoint(const struct bw_usb_device *d, uint8_t address)
{
    bool ready = (address & 0x0f) && has_endpoint(d, address) &&
                 !(d->halted & endpoint_bit(address));

    return ready ? 0 : BW_USB_STALL;
}

static int note_halt(struct bw_usb_device *d, uint8_t address, int n)
{
    if (n == BW_USB_STALL) {
        d->halted |= endpoint_bit(address);
    }
    return n;
}

int bw_usb_device_in(struct bw_usb_device *d, uint8_t endpoint, uint8_t *data,
                     size_t len, uint64_t now_ns)
{
    if (!(endpoint & BW_USB_IN) || check_endpoint(d, endpoint) < 0) {
        return BW_USB_STALL;
    }
    return note_halt(d, endpoint, d->model->in(d, endpoint, data, len, now_ns));
}

int bw_usb_device_out(struct bw_usb_device *d, uint8_t endpoint,
                      const uint8_t *data, size_t len, uint64_t now_ns)
{
    if ((endpoint & BW_USB_IN) || check_endpoint(d, endpoint) < 0) {
        return BW_USB_STALL;
    }
    return note_halt(d, endpoint,
                     d->model->out(d, endpoint, data, len, now_ns));
}

uint64_t bw_usb_device_next_ns(struct bw_usb_device *d, uint64_t now_ns)
{
    return d->configuration && d->model->next_ns ? d->model->next_ns(d, now_ns)
                                                 : BW_PART_NEVER;
}
