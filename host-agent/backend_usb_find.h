/*
 * The USB devices of this machine, as the kernel tells of them in sysfs.
 *
 * No device is opened for it: the strings are those that the kernel has read
 * when the device came.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BACKEND_USB_FIND_H
#define BENCHWIRE_HOST_AGENT_BACKEND_USB_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "host-agent/usb_port.h"
#include "host-agent/usb_select.h"

#define BW_USB_SYSFS "/sys/bus/usb/devices"
#define BW_USB_DEV   "/dev/bus/usb"
#define BW_USB_BLOCK "/sys/class/block"
#define BW_USB_PROC  "/proc"

struct bw_usb_found {
    struct bw_usb_what what;
    unsigned bus;    /* with @device: its file under BW_USB_DEV */
    unsigned device; /* another one each time that it is plugged in */
};

/**
 * bw_usb_find: the devices that are meant, hubs left out
 * @sysfs: BW_USB_SYSFS
 * @select: NULL: all
 * @out: receives the first @max of them, ordered by port
 *
 * Returns: how many there are.
 */
size_t bw_usb_find(const char *sysfs, const struct bw_usb_select *select,
                   struct bw_usb_found *out, size_t max);

/* The drivers that the device's interfaces have: "usb-storage", "ftdi_sio,
 * usbfs"; "" for none.  usbfs is another program. */
void bw_usb_drivers(const char *sysfs, const char *port, char *out,
                    size_t size);

/**
 * bw_usb_disk_in_use: does this machine use a disk that the device is?
 * @block: BW_USB_BLOCK
 * @proc: BW_USB_PROC
 * @out: receives its name, or that of the partition: "sda1"
 *
 * Returns: whether one is mounted, swapped to, or part of something larger
 * (LVM, dm-crypt, md).
 */
bool bw_usb_disk_in_use(const char *block, const char *proc, const char *port,
                        char *out, size_t size);

/* A table of all devices, for the owner who writes a bench file. */
void bw_usb_list(const char *sysfs, FILE *out);

#endif
