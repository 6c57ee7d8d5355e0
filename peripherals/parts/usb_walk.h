/*
 * The descriptors of a USB device model: finding one's way in the
 * configuration, and giving them to the host.  For usb_device.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PARTS_USB_WALK_H
#define BENCHWIRE_PARTS_USB_WALK_H

#include "usb_device.h"

bool bw_usb_walk_has_setting(const struct bw_usb_model *model,
                             uint8_t interface, uint8_t alt);

/* GET_DESCRIPTOR of the device; returns as bw_usb_device_control(). */
int bw_usb_walk_descriptor(const struct bw_usb_device *d,
                           const struct bw_usb_setup *s, uint8_t *data);

#endif
