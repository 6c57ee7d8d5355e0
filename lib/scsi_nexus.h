/*
 * What one initiator knows of a logical unit that it reaches over a link.
 *
 * passthrough/tape_passthrough.c asks before each command whether it may go to
 * the device, and says afterwards how it ended.  From that follows
 *  - what is still to be told: that the link was lost, or that a reset was
 *    asked for (a unit attention, once);
 *  - whether the place on a tape is the one that the guest believes in.  While
 *    it is not, whatever reads, writes or moves from there is refused, until
 *    the guest has gone to a place that does not depend on it;
 *  - how long a block is, from which host adapters that take a command's
 *    length from its CDB work out how much data there is.
 *
 * Source: SAM-4, 5.14 "Unit attention condition" and 6.3.4 "I_T nexus loss";
 * SPC-4, 4.5 and 6.11 to 6.13 (mode parameters); SSC-3, chapters 6 and 7; SBC-3
 * for READ CAPACITY.
 *
 * Choices: after a lost link the position is unknown even if nothing was under
 * way, because another host may have had the drive.  A tape's block length is
 * unknown until the guest has asked for it or set it, and again after each
 * unit attention that can mean another one.
 *
 * Not modelled: the position itself; several partitions; long block
 * descriptors of 16 bytes, which no tape has.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_SCSI_NEXUS_H
#define BENCHWIRE_LIB_SCSI_NEXUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scsi_sense.h"

/* Peripheral device types of INQUIRY */
#define BW_SCSI_TYPE_DISK    0x00
#define BW_SCSI_TYPE_TAPE    0x01
#define BW_SCSI_TYPE_ROM     0x05
#define BW_SCSI_TYPE_CHANGER 0x08

#define BW_ASC_NEXUS_LOSS       0x2907u
#define BW_ASC_RESET            0x2900u
#define BW_ASC_POSITION_UNKNOWN 0x3b00u /* sequential positioning error */
#define BW_ASC_NO_CONTACT       0x0800u /* logical unit communication failure */
#define BW_ASC_NO_ANSWER        0x0801u /* ... time-out */
#define BW_ASC_BAD_FIELD        0x2400u /* invalid field in CDB */

/**
 * struct bw_scsi_nexus - for reading; zeroed it is a disk's
 * @type: of INQUIRY
 * @attention: the unit attention that is due; 0: none
 * @position_unknown: of a tape
 * @block_known: @block_len is what the device goes by
 */
struct bw_scsi_nexus {
    uint8_t type;
    bw_asc attention;
    bool position_unknown;
    bool block_known;
    uint32_t block_len; /* bytes; 0: records of any length */
};

/**
 * struct bw_scsi_ended - a command that has come to its end
 * @status: enum bw_scsi_status
 * @sense: @sense_len bytes
 * @data: to the device, or from it; @len bytes were moved
 */
struct bw_scsi_ended {
    const uint8_t *cdb;
    uint8_t status;
    const uint8_t *sense;
    size_t sense_len;
    const uint8_t *data;
    size_t len;
};

void bw_scsi_nexus_init(struct bw_scsi_nexus *n, uint8_t type);

/* INQUIRY, REPORT LUNS and REQUEST SENSE are answered whatever has happened,
 * and change nothing: they may be sent again. */
bool bw_scsi_nexus_is_free(const uint8_t *cdb);

/**
 * bw_scsi_nexus_admit: may this command go to the device?
 * @sense: what to answer in its place
 *
 * A unit attention that was due has been told when this returns false with it.
 */
bool bw_scsi_nexus_admit(struct bw_scsi_nexus *n, const uint8_t *cdb,
                         struct bw_sense *sense);

/* Its length cannot be told: it counts blocks, whose length is not known. */
bool bw_scsi_nexus_is_unmeasured(const struct bw_scsi_nexus *n,
                                 const uint8_t *cdb);

/* The link is lost; @told: the guest learns of it from a command under way. */
void bw_scsi_nexus_lost(struct bw_scsi_nexus *n, bool told);

/* A command went to the device, and its end is not known to the guest. */
void bw_scsi_nexus_abandon(struct bw_scsi_nexus *n, const uint8_t *cdb);

/* The unit was reset, or was to be; @told: it reports that itself. */
void bw_scsi_nexus_reset(struct bw_scsi_nexus *n, bool told);

/* A command of this initiator's has ended. */
void bw_scsi_nexus_ended(struct bw_scsi_nexus *n,
                         const struct bw_scsi_ended *ended);

/* One has that was abandoned: the guest does not see how.  A unit attention
 * among it is told with the next command. */
void bw_scsi_nexus_ended_unseen(struct bw_scsi_nexus *n,
                                const struct bw_scsi_ended *ended);

#endif
