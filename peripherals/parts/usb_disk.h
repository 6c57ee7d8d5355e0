/*
 * The SCSI side of a simulated USB disk: a command in, a status out, and how
 * many bytes go which way in between.
 *
 * Source: SBC-3 and SPC-4, the commands that a USB stick has; MMC-5 for READ
 * FORMAT CAPACITIES.
 *
 * usb_storage.c brings the commands and moves the data.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PARTS_USB_DISK_H
#define BENCHWIRE_PARTS_USB_DISK_H

#include "lib/scsi_sense.h"
#include "usb_device.h"

#define BW_USB_DISK_BLOCK    512u
#define BW_USB_DISK_MAX_DATA 256u /* bytes of an answer that is no block */

enum bw_usb_disk_way {
    BW_USB_DISK_NO_DATA,
    BW_USB_DISK_DATA_IN,
    BW_USB_DISK_DATA_OUT
};

/**
 * struct bw_usb_disk - the drive
 * @present: there is a medium
 * @changed: there was none, which the host must hear before anything else
 * @prevented: it may not be taken out
 *
 * The command under way:
 *
 * @way: of its data, @left bytes of which are still to come
 * @answer: data-in that is no block, or NULL; else from @at of the medium on
 */
struct bw_usb_disk {
    const struct bw_usb_store *store;
    const struct bw_usb_device *device; /* for INQUIRY */
    bool present;
    bool changed;
    bool protect;
    bool prevented;
    struct bw_sense sense;
    enum bw_usb_disk_way way;
    bool blocks; /* and not @answer */
    bool failed;
    uint64_t at;
    uint64_t left;
    uint64_t read_bytes; /* since power on */
    uint64_t written_bytes;
    uint8_t answer[BW_USB_DISK_MAX_DATA];
};

/* A reset: no command under way, no sense; the medium stays. */
void bw_usb_disk_reset(struct bw_usb_disk *k);

/**
 * bw_usb_disk_begin: a command
 * @cdb: 16 bytes, zeros behind its end
 *
 * A command that fails has no data; @k->failed tells.
 */
void bw_usb_disk_begin(struct bw_usb_disk *k, const uint8_t *cdb);

/**
 * bw_usb_disk_read: the next @len bytes of data-in, not more than are left
 *
 * Returns: false if the medium cannot be read: the command has failed.
 */
bool bw_usb_disk_read(struct bw_usb_disk *k, uint8_t *data, size_t len);
/* The same for data-out. */
bool bw_usb_disk_write(struct bw_usb_disk *k, const uint8_t *data, size_t len);

/* Put a medium in, or take it out. */
void bw_usb_disk_load(struct bw_usb_disk *k, bool present);

#endif
