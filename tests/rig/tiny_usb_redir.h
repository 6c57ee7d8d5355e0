/*
 * A USB device for QEMU's usb-redir: the usbredir protocol around
 * tiny_usb_device.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_RIG_TINY_USB_REDIR_H
#define BENCHWIRE_TESTS_RIG_TINY_USB_REDIR_H

#include "tests/rig/tiny_usb_device.h"

/**
 * tiny_usb_serve: be the device behind the connections of a listening socket,
 * one after the other
 * @stop_fd: an eventfd; readable: return
 *
 * Returns: when told to stop; a connection under way is cut.
 */
void tiny_usb_serve(struct tiny_usb *t, int listen_fd, int stop_fd);

#endif
