/*
 * A USB device as a pure state machine: control requests and transfers in,
 * answers out.
 *
 * Source: USB 2.0, chapter 9 (requests and descriptors), 5.5 to 5.8 (kinds of
 * transfers).
 *
 * usb_device.c answers what every device answers, from the model's
 * descriptors; a model (usb_serial.c, usb_storage.c, ...) does the rest.  The
 * caller owns the memory, brings the time, and moves the data: the agent's
 * simulated ports (host-agent/backend_sim_usb.c), or a test.  Data moves in
 * whole transfers and not in packets: what ends one early is that the device
 * has less than there is room for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PARTS_USB_DEVICE_H
#define BENCHWIRE_PARTS_USB_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "part.h"

#define BW_USB_MAX_INTERFACES 4
#define BW_USB_MAX_ENDPOINTS  8     /* of all interfaces, without endpoint 0 */
#define BW_USB_MAX_CONTROL    65535 /* bytes of one request */
#define BW_USB_CONTROL_PACKET 64    /* bMaxPacketSize0 of all models */

/* Instead of a number of bytes: */
#define BW_USB_NAK   (-1) /* nothing at the moment, or no room */
#define BW_USB_STALL (-2)

#define BW_USB_IN 0x80 /* of an endpoint's address and of a request's type */

enum bw_usb_speed { /* numbers are this header's own */
    BW_USB_LOW,
    BW_USB_FULL,
    BW_USB_HIGH
};

enum bw_usb_transfer { /* table 9-13, bmAttributes */
    BW_USB_CONTROL = 0,
    BW_USB_ISO = 1,
    BW_USB_BULK = 2,
    BW_USB_INTERRUPT = 3
};

enum bw_usb_descriptor { /* table 9-5; HID 1.11, 7.1 */
    BW_USB_DEVICE_DESCRIPTOR = 1,
    BW_USB_CONFIG_DESCRIPTOR = 2,
    BW_USB_STRING_DESCRIPTOR = 3,
    BW_USB_INTERFACE_DESCRIPTOR = 4,
    BW_USB_ENDPOINT_DESCRIPTOR = 5,
    BW_USB_QUALIFIER_DESCRIPTOR = 6,
    BW_USB_OTHER_SPEED_DESCRIPTOR = 7,
    BW_USB_HID_DESCRIPTOR = 0x21,
    BW_USB_REPORT_DESCRIPTOR = 0x22
};

/* bmRequestType without the direction, table 9-2 */
#define BW_USB_KIND        0x60
#define BW_USB_STANDARD    0x00
#define BW_USB_CLASS       0x20
#define BW_USB_TO_WHOM     0x1f
#define BW_USB_DEVICE      0x00
#define BW_USB_INTERFACE   0x01
#define BW_USB_ENDPOINT    0x02
#define BW_USB_U16(number) ((number)&0xff), ((number) >> 8)

/* The eight bytes of a SETUP packet, table 9-2. */
struct bw_usb_setup {
    uint8_t type;
    uint8_t request;
    uint16_t value;
    uint16_t index;
    uint16_t length;
};

struct bw_usb_endpoint {
    uint8_t address;
    uint8_t type;     /* enum bw_usb_transfer */
    uint8_t interval; /* bInterval */
    uint8_t interface;
    uint16_t max_packet;
};

struct bw_usb_interface {
    uint8_t number;
    uint8_t class;
    uint8_t subclass;
    uint8_t protocol;
};

/* What a storage device keeps its blocks in.  The calls return false if the
 * host of the device cannot: medium error. */
struct bw_usb_store {
    void *opaque;
    uint64_t size; /* bytes */
    bool read_only;
    bool (*read)(void *opaque, uint64_t at, uint8_t *data, size_t len);
    bool (*write)(void *opaque, uint64_t at, const uint8_t *data, size_t len);
    bool (*flush)(void *opaque);
};

/* What a device is made with; the strings and the store are the caller's. */
struct bw_usb_identity {
    const char *serial; /* ASCII; "": none */
    uint16_t vendor;    /* 0: the model's own, and that product */
    uint16_t product;
    const struct bw_usb_store *store; /* of a model that wants one */
};

struct bw_usb_device;

/**
 * struct bw_usb_model - one kind of device
 * @name: as users write it, "serial"
 * @device: its device descriptor: 18 bytes, strings 1 (manufacturer),
 *          2 (product) and 3 (serial number)
 * @config: the only configuration, number 1, with all that belongs to it
 * @values: its physical values, as those of struct bw_part_model, without
 *          "plugged"
 * @reset: a reset of the bus; after power on, of a state of zeros
 * @control: what chapter 9 does not answer; @data has @s->length bytes from
 *           the host, or room for as many.  Returns bytes for the host, 0, or
 *           BW_USB_STALL
 * @select: another alternate setting was selected, or the configuration;
 *          NULL: that changes nothing
 * @in, @out: a transfer on an endpoint of the current settings that is not
 *            halted; return the bytes moved, BW_USB_NAK or BW_USB_STALL, which
 *            halts the endpoint.  @out may take a part
 * @next_ns: when @in may have something although nothing else has happened, or
 *           BW_PART_NEVER; NULL: never
 */
struct bw_usb_model {
    const char *name;
    const char *text;
    bool wants_store;
    enum bw_usb_speed speed;
    size_t state_size;
    const uint8_t *device;
    const uint8_t *config;
    size_t config_len;
    const char *manufacturer;
    const char *product;
    const char *serial; /* if the bench gives none */
    const struct bw_part_value *values;
    size_t value_count;
    void (*reset)(struct bw_usb_device *d);
    int (*control)(struct bw_usb_device *d, const struct bw_usb_setup *s,
                   uint8_t *data);
    void (*select)(struct bw_usb_device *d, uint8_t interface, uint8_t alt);
    int (*in)(struct bw_usb_device *d, uint8_t endpoint, uint8_t *data,
              size_t len, uint64_t now_ns);
    int (*out)(struct bw_usb_device *d, uint8_t endpoint, const uint8_t *data,
               size_t len, uint64_t now_ns);
    uint64_t (*next_ns)(struct bw_usb_device *d, uint64_t now_ns);
    int64_t (*get)(struct bw_usb_device *d, size_t index);
    bool (*set)(struct bw_usb_device *d, size_t index, int64_t micro,
                uint64_t now_ns);
};

struct bw_usb_device {
    const struct bw_usb_model *model;
    struct bw_usb_identity identity;
    void *state;
    uint8_t configuration; /* 0: none */
    uint8_t alt[BW_USB_MAX_INTERFACES];
    bool remote_wakeup;
    uint32_t halted; /* a bit for each endpoint: number, +16 if IN */
};

extern const struct bw_usb_model bw_usb_serial;
extern const struct bw_usb_model bw_usb_storage;
extern const struct bw_usb_model bw_usb_keyboard;
extern const struct bw_usb_model bw_usb_audio;

/* All models, NULL at the end, and the one of a given name or NULL. */
extern const struct bw_usb_model *const bw_usb_models[];
const struct bw_usb_model *bw_usb_model_find(const char *name);

/**
 * bw_usb_device_init: plug a device in
 * @state: model->state_size bytes of zeros, aligned as by malloc()
 */
void bw_usb_device_init(struct bw_usb_device *d,
                        const struct bw_usb_model *model,
                        const struct bw_usb_identity *identity, void *state);

/* A reset of the bus: not configured, nothing halted. */
void bw_usb_device_reset(struct bw_usb_device *d);

/**
 * bw_usb_device_control: any request to endpoint 0
 * @data: @s->length bytes from the host, or room for as many
 *
 * Returns: the number of bytes for the host, 0 if it gets none, or
 * BW_USB_STALL.
 */
int bw_usb_device_control(struct bw_usb_device *d, const struct bw_usb_setup *s,
                          uint8_t *data);

/* The two requests that change what endpoints there are, also by themselves:
 * usbredir has messages for them.  Return whether there is such a setting. */
bool bw_usb_device_configure(struct bw_usb_device *d, uint8_t configuration);
bool bw_usb_device_select(struct bw_usb_device *d, uint8_t interface,
                          uint8_t alt);

/**
 * bw_usb_device_in: take a transfer's data from the device
 *
 * Returns: the bytes, at most @len; BW_USB_NAK; or BW_USB_STALL, also for an
 * endpoint that the current settings have not.
 */
int bw_usb_device_in(struct bw_usb_device *d, uint8_t endpoint, uint8_t *data,
                     size_t len, uint64_t now_ns);
/* The same for data to the device; it may take a part of it. */
int bw_usb_device_out(struct bw_usb_device *d, uint8_t endpoint,
                      const uint8_t *data, size_t len, uint64_t now_ns);
uint64_t bw_usb_device_next_ns(struct bw_usb_device *d, uint64_t now_ns);

/* Those of the current settings; not configured: none.  Return how many. */
size_t
bw_usb_device_endpoints(const struct bw_usb_device *d,
                        struct bw_usb_endpoint out[BW_USB_MAX_ENDPOINTS]);
size_t
bw_usb_device_interfaces(const struct bw_usb_device *d,
                         struct bw_usb_interface out[BW_USB_MAX_INTERFACES]);

/* Time between two packets of an interrupt or isochronous endpoint. */
uint64_t bw_usb_device_interval_ns(const struct bw_usb_device *d,
                                   const struct bw_usb_endpoint *e);

/* As the device descriptor has them. */
uint16_t bw_usb_device_vendor(const struct bw_usb_device *d);
uint16_t bw_usb_device_product(const struct bw_usb_device *d);

#endif
