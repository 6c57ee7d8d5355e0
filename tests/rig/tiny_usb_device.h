/*
 * An i2c-tiny-usb adapter, seen from its USB plug: control requests in,
 * messages on a bus of the agent out.
 *
 * tiny_usb_redir.c brings the requests of a guest's kernel; the unit test
 * makes them itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_RIG_TINY_USB_DEVICE_H
#define BENCHWIRE_TESTS_RIG_TINY_USB_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "host-agent/bench.h"

#define TINY_USB_VENDOR  0x0403
#define TINY_USB_PRODUCT 0xc631
#define TINY_USB_VERSION 0x0205 /* BCD; the driver only prints it */

#define TINY_USB_MAX_DATA 65535 /* of one request */
#define TINY_USB_STALL    (-1)

/* How long a host may leave SCL held, and the device waits for the bus; the
 * driver gives up a request after 2000 ms. */
#define TINY_USB_HOLD_MS 1000

/* The eight bytes of a SETUP packet, USB 2.0 table 9-2. */
struct tiny_usb_setup {
    uint8_t type;
    uint8_t request;
    uint16_t value;
    uint16_t index;
    uint16_t length;
};

struct tiny_usb {
    const struct bw_export *export; /* the bus and the addresses allowed */
    unsigned wait_ms;               /* for the bus; for a host that holds it */
    uint16_t delay_us;              /* half a bit, as told; changes nothing */
    uint8_t status;                 /* what GET_STATUS tells */
    bool holds;                     /* between a START and its STOP */
};

/* @e: of an adapter with steps */
void tiny_usb_init(struct tiny_usb *t, const struct bw_export *e);

/**
 * tiny_usb_request: run one control request
 * @data: @s->length bytes from the host, or room for as many
 *
 * Returns: the number of bytes for the host, 0 if it is not to get any, or
 * TINY_USB_STALL.
 */
int tiny_usb_request(struct tiny_usb *t, const struct tiny_usb_setup *s,
                     uint8_t *data);

/* The host is gone, or silent for too long: a STOP, and the bus is free. */
void tiny_usb_let_go(struct tiny_usb *t);

#endif
