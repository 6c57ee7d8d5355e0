/*
 * A real USB device of this machine, through libusb and usbredirhost.
 *
 * An agent that was built without these libraries has the functions too; they
 * say so.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BACKEND_USB_H
#define BENCHWIRE_HOST_AGENT_BACKEND_USB_H

#include <stdbool.h>
#include <stddef.h>

#include "host-agent/usb_port.h"
#include "host-agent/usb_select.h"

/**
 * bw_usb_open: a place for the device that @select means
 * @filter: rules, or "": any device may be used
 *
 * Nothing needs to be plugged in, and nothing is opened yet.
 *
 * Returns: the port, or NULL with one sentence in @error.
 */
struct bw_usb_port *bw_usb_open(const struct bw_usb_select *select,
                                const char *filter, char *error,
                                size_t error_size);

#endif
