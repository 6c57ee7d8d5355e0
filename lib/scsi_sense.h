/*
 * SCSI status and sense data, as sequential-access devices fill them in.
 *
 * Source: SPC-4, 4.5 "Sense data"; SSC-3, 4.2.7 for FILEMARK, EOM, ILI and
 * INFORMATION.  Fixed format is what tapes are expected to send: Linux's st
 * looks for INFORMATION and the three bits there first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_SCSI_SENSE_H
#define BENCHWIRE_LIB_SCSI_SENSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bw_scsi_status {
    BW_SCSI_GOOD = 0x00,
    BW_SCSI_CHECK = 0x02,
    BW_SCSI_BUSY = 0x08,
    BW_SCSI_CONFLICT = 0x18, /* reservation */
    BW_SCSI_TASK_ABORTED = 0x40,
};

enum bw_sense_key {
    BW_SENSE_NONE = 0x0,
    BW_SENSE_RECOVERED = 0x1,
    BW_SENSE_NOT_READY = 0x2,
    BW_SENSE_MEDIUM = 0x3,
    BW_SENSE_HARDWARE = 0x4,
    BW_SENSE_ILLEGAL = 0x5,
    BW_SENSE_ATTENTION = 0x6,
    BW_SENSE_PROTECT = 0x7,
    BW_SENSE_BLANK = 0x8,
    BW_SENSE_ABORTED = 0xb,
    BW_SENSE_OVERFLOW = 0xd,
    BW_SENSE_MISCOMPARE = 0xe,
};

/* An additional sense code and its qualifier, as 0xAABB for AA/BB. */
typedef uint16_t bw_asc;

struct bw_sense {
    enum bw_sense_key key;
    bw_asc asc;
    bool filemark;
    bool eom; /* end or beginning of medium, early warning too */
    bool ili; /* incorrect length */
    bool deferred;
    bool valid;           /* @information counts */
    uint32_t information; /* two's complement where it can be negative */
    bool field_valid;     /* SKSV: @field names what is wrong in the CDB */
    bool field_in_data;   /* or in the parameter list */
    uint16_t field;       /* byte */
    int8_t field_bit;     /* -1: the whole byte */
};

#define BW_SENSE_FIXED_LENGTH 18u

/* Fixed format, response code 70h or 71h.  Returns: bytes, at most @room. */
size_t bw_sense_fixed(const struct bw_sense *sense, uint8_t *out, size_t room);

#define BW_SENSE_DESCRIPTOR_MAX 32u

/* Descriptor format, 72h or 73h, with the stream commands descriptor. */
size_t bw_sense_descriptor(const struct bw_sense *sense, uint8_t *out,
                           size_t room);

/**
 * bw_sense_parse: either format, of any peer
 *
 * Returns: false and @out as it was if it is no sense data: shorter than 8
 * bytes, or of a response code that is none of 70h to 73h.
 */
bool bw_sense_parse(const uint8_t *in, size_t length, struct bw_sense *out);

/* "medium error, unrecovered read error": for logs and tools.  Ends with a 0
 * and is cut to @room.  Returns: its length without that. */
size_t bw_sense_text(const struct bw_sense *sense, char *out, size_t room);

#endif
