/*
 * A SCSI medium changer: commands in, status and sense data out.
 *
 * Source: SMC-3 (element addresses, READ ELEMENT STATUS, MOVE MEDIUM,
 * EXCHANGE MEDIUM), SPC-4 (the rest).  Slots, drives and one transport
 * element that holds nothing between two commands.
 *
 * The cartridges are numbered from 0, and have their homes in the slots of the
 * same numbers; what a drive holds is asked of the host, which may have
 * changed it by hand.  A cartridge that was taken out of a drive by hand is in
 * the slot it came from again.
 *
 * Not modelled: import and export elements, volume tags that the host sets
 * (SEND VOLUME TAG), movable bar code readers, several transports.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PARTS_CHANGER_H
#define BENCHWIRE_PARTS_CHANGER_H

#include "tape_drive.h"

#define BW_CHANGER_SLOTS_MAX  256u
#define BW_CHANGER_DRIVES_MAX 8u
#define BW_CHANGER_BARCODE    32u

/* Element addresses; the first of each kind. */
#define BW_CHANGER_TRANSPORT 0x0000u
#define BW_CHANGER_DRIVE     0x0100u
#define BW_CHANGER_SLOT      0x1000u

enum bw_changer_result {
    BW_CHANGER_DONE,
    BW_CHANGER_PREVENTED, /* the drive does not give it out */
    BW_CHANGER_FAILED     /* the drive does not take it */
};

/* What is in a drive, beside the number of a cartridge. */
#define BW_CHANGER_EMPTY   (-1)
#define BW_CHANGER_FOREIGN (-2) /* a tape that has no slot */

/* What the changer asks of its host. */
struct bw_changer_host {
    void *opaque;
    int (*in_drive)(void *opaque, unsigned drive);
    enum bw_changer_result (*load)(void *opaque, unsigned drive,
                                   unsigned cartridge);
    enum bw_changer_result (*unload)(void *opaque, unsigned drive);
};

/* The strings are the caller's. */
struct bw_changer_config {
    const char *vendor;
    const char *product;
    const char *revision;
    const char *serial;
    unsigned slots;  /* 1 to BW_CHANGER_SLOTS_MAX */
    unsigned drives; /* 1 to BW_CHANGER_DRIVES_MAX */
    /* [slots]; NULL: no cartridge, "": one without a bar code */
    const char *const *barcodes;
    const char *const *drive_serials; /* [drives]; NULL or "": unknown */
};

/* Plain values, that migration carries as they are. */
struct bw_changer_state {
    uint16_t slot[BW_CHANGER_SLOTS_MAX]; /* where each cartridge is, or was */
    uint8_t prevent;
};

struct bw_changer {
    struct bw_changer_config config;
    const struct bw_changer_host *host;
    struct bw_changer_state state;
};

void bw_changer_init(struct bw_changer *changer,
                     const struct bw_changer_config *config,
                     const struct bw_changer_host *host);

/* Data-out commands there are none of; data-in is never more than this. */
#define BW_CHANGER_DATA_MAX (32u * 1024)

/* @command->nexus does not count. */
void bw_changer_execute(struct bw_changer *changer,
                        struct bw_tape_command *command);

#endif
