/*
 * What one initiator knows of a logical unit; see scsi_nexus.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scsi_nexus.h"

#include <string.h>

/* Operation codes: SPC-4, SSC-3, SBC-3 */
enum {
    TEST_UNIT_READY = 0x00,
    REWIND = 0x01,
    REQUEST_SENSE = 0x03,
    FORMAT_MEDIUM = 0x04,
    READ_BLOCK_LIMITS = 0x05,
    READ_6 = 0x08,
    WRITE_6 = 0x0a,
    SET_CAPACITY = 0x0b,
    READ_REVERSE_6 = 0x0f,
    WRITE_FILEMARKS_6 = 0x10,
    SPACE_6 = 0x11,
    INQUIRY = 0x12,
    VERIFY_6 = 0x13,
    RECOVER_BUFFERED_DATA = 0x14,
    MODE_SELECT_6 = 0x15,
    RESERVE_6 = 0x16,
    RELEASE_6 = 0x17,
    ERASE_6 = 0x19,
    MODE_SENSE_6 = 0x1a,
    LOAD_UNLOAD = 0x1b,
    RECEIVE_DIAGNOSTIC = 0x1c,
    PREVENT_ALLOW = 0x1e,
    READ_CAPACITY_10 = 0x25,
    LOCATE_10 = 0x2b,
    READ_POSITION = 0x34,
    WRITE_BUFFER = 0x3b,
    READ_BUFFER = 0x3c,
    REPORT_DENSITY = 0x44,
    LOG_SELECT = 0x4c,
    LOG_SENSE = 0x4d,
    MODE_SELECT_10 = 0x55,
    RESERVE_10 = 0x56,
    RELEASE_10 = 0x57,
    MODE_SENSE_10 = 0x5a,
    RESERVE_IN = 0x5e,
    RESERVE_OUT = 0x5f,
    WRITE_FILEMARKS_16 = 0x80,
    READ_REVERSE_16 = 0x81,
    ALLOW_OVERWRITE = 0x82,
    READ_16 = 0x88,
    WRITE_16 = 0x8a,
    READ_ATTRIBUTE = 0x8c,
    WRITE_ATTRIBUTE = 0x8d,
    VERIFY_16 = 0x8f,
    SPACE_16 = 0x91,
    LOCATE_16 = 0x92,
    ERASE_16 = 0x93,
    SERVICE_ACTION_IN_16 = 0x9e,
    REPORT_LUNS = 0xa0,
    SECURITY_IN = 0xa2,
    MAINTENANCE_IN = 0xa3,
    MAINTENANCE_OUT = 0xa4,
    SERVICE_ACTION_IN_12 = 0xab,
    SECURITY_OUT = 0xb5
};

#define SA_READ_CAPACITY_16 0x10u
#define SPACE_TO_EOD        0x03u
#define FIXED               0x01u /* in byte 1 of what reads and writes */
#define BYTCMP              0x02u /* ... of VERIFY: there are data */
#define PAGE_CONTROL        0xc0u /* in byte 2 of MODE SENSE; 0: as it is now */

#define ASC_MODE_CHANGED   0x2a01u
#define ASC_MEDIUM_CHANGED 0x28u /* with any qualifier */
#define ASC_WAS_RESET      0x29u /* the same */

#define DISK_BLOCK 512u
#define ROM_BLOCK  2048u

/* A mode parameter list: its header, and a block descriptor behind it */
#define HEADER_6         4u
#define HEADER_10        8u
#define DESCRIPTOR       8u
#define DESCRIPTOR_BLOCK 5u /* three bytes of it: the block length */

static void forget_block(struct bw_scsi_nexus *n)
{
    if (n->type == BW_SCSI_TYPE_TAPE) {
        n->block_known = false;
        n->block_len = 0;
    }
}

void bw_scsi_nexus_init(struct bw_scsi_nexus *n, uint8_t type)
{
    memset(n, 0, sizeof(*n));
    n->type = type;
    n->block_known = type != BW_SCSI_TYPE_TAPE;
    if (n->block_known) {
        n->block_len = type == BW_SCSI_TYPE_ROM ? ROM_BLOCK : DISK_BLOCK;
    }
}

bool bw_scsi_nexus_is_free(const uint8_t *cdb)
{
    return cdb[0] == INQUIRY || cdb[0] == REPORT_LUNS ||
           cdb[0] == REQUEST_SENSE;
}

/* --- what a command of a tape has to do with the position --- */

static bool goes_to_end(const uint8_t *cdb)
{
    return (cdb[0] == SPACE_6 || cdb[0] == SPACE_16) &&
           (cdb[1] & 0x0f) == SPACE_TO_EOD;
}

/* What it does depends on where the tape is. */
static bool needs_position(const uint8_t *cdb)
{
    switch (cdb[0]) {
    case FORMAT_MEDIUM:
    case READ_6:
    case WRITE_6:
    case SET_CAPACITY:
    case READ_REVERSE_6:
    case WRITE_FILEMARKS_6:
    case VERIFY_6:
    case RECOVER_BUFFERED_DATA:
    case ERASE_6:
    case WRITE_FILEMARKS_16:
    case READ_REVERSE_16:
    case ALLOW_OVERWRITE:
    case READ_16:
    case WRITE_16:
    case VERIFY_16:
    case ERASE_16:
        return true;
    case SPACE_6:
    case SPACE_16:
        return !goes_to_end(cdb);
    default:
        return false;
    }
}

/* Where the tape is then is known, whatever was before. */
static bool gives_position(const uint8_t *cdb)
{
    return cdb[0] == REWIND || cdb[0] == LOAD_UNLOAD || cdb[0] == LOCATE_10 ||
           cdb[0] == LOCATE_16 || goes_to_end(cdb);
}

/* All others may move it: those of vendors are not known. */
static bool keeps_position(const uint8_t *cdb)
{
    static const uint8_t keep[] = {
        TEST_UNIT_READY, REQUEST_SENSE,   READ_BLOCK_LIMITS,
        INQUIRY,         MODE_SELECT_6,   RESERVE_6,
        RELEASE_6,       MODE_SENSE_6,    RECEIVE_DIAGNOSTIC,
        PREVENT_ALLOW,   READ_POSITION,   WRITE_BUFFER,
        READ_BUFFER,     REPORT_DENSITY,  LOG_SELECT,
        LOG_SENSE,       MODE_SELECT_10,  RESERVE_10,
        RELEASE_10,      MODE_SENSE_10,   RESERVE_IN,
        RESERVE_OUT,     ALLOW_OVERWRITE, READ_ATTRIBUTE,
        WRITE_ATTRIBUTE, REPORT_LUNS,     SECURITY_IN,
        MAINTENANCE_IN,  MAINTENANCE_OUT, SERVICE_ACTION_IN_12,
        SECURITY_OUT,
    };

    return memchr(keep, cdb[0], sizeof(keep)) != NULL;
}

static bool is_lost_on_tape(const struct bw_scsi_nexus *n)
{
    return n->type == BW_SCSI_TYPE_TAPE && n->position_unknown;
}

/* --- before a command --- */

bool bw_scsi_nexus_admit(struct bw_scsi_nexus *n, const uint8_t *cdb,
                         struct bw_sense *sense)
{
    if (bw_scsi_nexus_is_free(cdb)) {
        return true;
    }
    if (n->attention) {
        *sense =
            (struct bw_sense){ .key = BW_SENSE_ATTENTION, .asc = n->attention };
        n->attention = 0;
        return false;
    }
    if (is_lost_on_tape(n) && needs_position(cdb)) {
        *sense = (struct bw_sense){ .key = BW_SENSE_MEDIUM,
                                    .asc = BW_ASC_POSITION_UNKNOWN };
        return false;
    }
    return true;
}

bool bw_scsi_nexus_is_unmeasured(const struct bw_scsi_nexus *n,
                                 const uint8_t *cdb)
{
    if (n->block_known) {
        return false;
    }
    switch (cdb[0]) {
    case READ_6:
    case WRITE_6:
    case READ_REVERSE_6:
    case RECOVER_BUFFERED_DATA:
    case READ_REVERSE_16:
    case READ_16:
    case WRITE_16:
        return cdb[1] & FIXED;
    case VERIFY_6:
    case VERIFY_16:
        return (cdb[1] & FIXED) && (cdb[1] & BYTCMP);
    default:
        return false;
    }
}

/* --- what happens to it --- */

void bw_scsi_nexus_lost(struct bw_scsi_nexus *n, bool told)
{
    n->attention = told ? 0 : BW_ASC_NEXUS_LOSS;
    n->position_unknown = n->type == BW_SCSI_TYPE_TAPE;
    forget_block(n);
}

void bw_scsi_nexus_abandon(struct bw_scsi_nexus *n, const uint8_t *cdb)
{
    if (n->type == BW_SCSI_TYPE_TAPE && !keeps_position(cdb)) {
        n->position_unknown = true;
    }
    if (cdb[0] == MODE_SELECT_6 || cdb[0] == MODE_SELECT_10) {
        forget_block(n);
    }
}

/* A lost nexus that is still to be told says as much as a reset. */
void bw_scsi_nexus_reset(struct bw_scsi_nexus *n, bool told)
{
    if (!told && !n->attention) {
        n->attention = BW_ASC_RESET;
    }
    forget_block(n);
}

/* --- after a command --- */

static uint32_t be24(const uint8_t *p)
{
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | be24(p + 1);
}

static void set_block(struct bw_scsi_nexus *n, uint32_t bytes)
{
    n->block_known = true;
    n->block_len = bytes;
}

/* A block length in a mode parameter list, if there is one. */
static void take_mode(struct bw_scsi_nexus *n, const struct bw_scsi_ended *e,
                      size_t header)
{
    size_t descriptors;

    if (n->type != BW_SCSI_TYPE_TAPE || e->len < header + DESCRIPTOR) {
        return;
    }
    descriptors =
        header == HEADER_6 ? e->data[3] : (size_t)e->data[6] << 8 | e->data[7];
    if (descriptors >= DESCRIPTOR) {
        set_block(n, be24(e->data + header + DESCRIPTOR_BLOCK));
    }
}

static void take_capacity(struct bw_scsi_nexus *n,
                          const struct bw_scsi_ended *e, size_t at)
{
    if (n->type != BW_SCSI_TYPE_TAPE && e->len >= at + 4 &&
        be32(e->data + at) != 0) {
        set_block(n, be32(e->data + at));
    }
}

static void take_data(struct bw_scsi_nexus *n, const struct bw_scsi_ended *e)
{
    switch (e->cdb[0]) {
    case MODE_SELECT_6:
        take_mode(n, e, HEADER_6);
        break;
    case MODE_SELECT_10:
        take_mode(n, e, HEADER_10);
        break;
    case MODE_SENSE_6:
        if ((e->cdb[2] & PAGE_CONTROL) == 0) {
            take_mode(n, e, HEADER_6);
        }
        break;
    case MODE_SENSE_10:
        if ((e->cdb[2] & PAGE_CONTROL) == 0) {
            take_mode(n, e, HEADER_10);
        }
        break;
    case READ_CAPACITY_10:
        take_capacity(n, e, 4);
        break;
    case SERVICE_ACTION_IN_16:
        if ((e->cdb[1] & 0x1f) == SA_READ_CAPACITY_16) {
            take_capacity(n, e, 8);
        }
        break;
    default:
        break;
    }
}

static void take_attention(struct bw_scsi_nexus *n, const struct bw_sense *s)
{
    unsigned asc = s->asc >> 8;

    if (asc == ASC_MEDIUM_CHANGED) {
        n->position_unknown = false; /* another tape, at its beginning */
    }
    if (asc == ASC_MEDIUM_CHANGED || asc == ASC_WAS_RESET ||
        s->asc == ASC_MODE_CHANGED) {
        forget_block(n);
    }
}

/* The unit attention that the device has told of; false: it has not. */
static bool find_attention(const struct bw_scsi_ended *e, struct bw_sense *s)
{
    return e->status == BW_SCSI_CHECK &&
           bw_sense_parse(e->sense, e->sense_len, s) &&
           s->key == BW_SENSE_ATTENTION;
}

void bw_scsi_nexus_ended(struct bw_scsi_nexus *n,
                         const struct bw_scsi_ended *ended)
{
    struct bw_sense sense;

    if (ended->status == BW_SCSI_GOOD) {
        if (gives_position(ended->cdb)) {
            n->position_unknown = false;
        }
        take_data(n, ended);
    } else if (find_attention(ended, &sense)) {
        take_attention(n, &sense);
    }
}

void bw_scsi_nexus_ended_unseen(struct bw_scsi_nexus *n,
                                const struct bw_scsi_ended *ended)
{
    struct bw_sense sense;

    if (ended->status == BW_SCSI_GOOD) {
        take_data(n, ended);
    } else if (find_attention(ended, &sense)) {
        take_attention(n, &sense);
        if (!n->attention) {
            n->attention = sense.asc;
        }
    }
}
