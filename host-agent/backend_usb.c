/*
 * A real USB device, through libusb and usbredirhost; see backend_usb.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/backend_usb.h"

#include <stdio.h>

struct bw_usb_port *bw_usb_open(const struct bw_usb_select *select,
                                const char *filter, char *error,
                                size_t error_size)
{
    (void)select;
    (void)filter;
    snprintf(error, error_size,
             "this agent was built without USB; install libusb-1.0-0-dev and "
             "libusbredirhost-dev and build it anew");
    return NULL;
}
