/*
 * What the drive says of itself: INQUIRY, REQUEST SENSE, REPORT LUNS and READ
 * BLOCK LIMITS.  The vital product data pages are in tape_vpd.c.
 *
 * Source: SPC-4, 6.4 "INQUIRY", 6.33 "REPORT LUNS", 6.39 "REQUEST SENSE";
 * SSC-3, 7.5 "READ BLOCK LIMITS".
 *
 * Choices: command queuing is not claimed, as a tape's commands have one
 * order; REQUEST SENSE tells the oldest unit attention, then a deferred error,
 * and forgets what it told; there is one logical unit, 0.
 *
 * Not modelled: the obsolete CmdDt bit, AccessID and target log pages.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_parameter.h"

#define TYPE_SEQUENTIAL 0x01
#define REMOVABLE       0x80
#define FORMAT_SPC      0x02 /* response data format */

#define STANDARD_LENGTH 96u
#define SCSI2_LENGTH    36u

/* SPC-4, 6.4.2 "Version descriptors": SAM-4, SPC-4, SSC-3 */
static const uint16_t standards[] = { 0x0080, 0x0460, 0x0400 };

const char *bw_tape_vendor(const struct bw_tape_drive *drive)
{
    return drive->config.vendor ? drive->config.vendor
                                : drive->config.profile->vendor;
}

const char *bw_tape_product(const struct bw_tape_drive *drive)
{
    return drive->config.product ? drive->config.product
                                 : drive->config.profile->product;
}

const char *bw_tape_revision(const struct bw_tape_drive *drive)
{
    return drive->config.revision ? drive->config.revision
                                  : drive->config.profile->revision;
}

const char *bw_tape_serial(const struct bw_tape_drive *drive)
{
    return drive->config.serial ? drive->config.serial : "0000000000";
}

static void standard_inquiry(struct bw_tape_drive *drive,
                             struct bw_tape_command *command)
{
    const struct bw_tape_profile *profile = drive->config.profile;
    uint8_t data[STANDARD_LENGTH] = { TYPE_SEQUENTIAL, REMOVABLE };
    size_t length = profile->version > 2 ? STANDARD_LENGTH : SCSI2_LENGTH;

    data[2] = profile->version;
    data[3] = FORMAT_SPC;
    data[4] = (uint8_t)(length - 5);
    bw_put_text(data + 8, bw_tape_vendor(drive), 8);
    bw_put_text(data + 16, bw_tape_product(drive), 16);
    bw_put_text(data + 32, bw_tape_revision(drive), 4);
    for (unsigned i = 0; i < sizeof(standards) / sizeof(standards[0]); i++) {
        bw_put_be(data + 58 + 2 * i, standards[i], 2);
    }
    bw_tape_answer(command, data, length, bw_get_be(command->cdb + 3, 2));
}

void bw_tape_op_inquiry(struct bw_tape_drive *drive,
                        struct bw_tape_command *command)
{
    if (command->cdb[1] & 0x02) {
        bw_tape_bad_field(command, 1, 1);
    } else if (command->cdb[1] & 0x01) {
        bw_tape_vpd(drive, command);
    } else if (command->cdb[2]) {
        bw_tape_bad_field(command, 2, -1);
    } else {
        standard_inquiry(drive, command);
    }
}

/* What there is to tell, the oldest first; false: nothing. */
static bool take_pending(struct bw_tape_drive *drive, struct bw_sense *sense)
{
    struct bw_tape_drive_state *state = &drive->state;

    if (state->attentions > 0) {
        sense->key = BW_SENSE_ATTENTION;
        sense->asc = state->attention[0];
        state->attentions--;
        memmove(state->attention, state->attention + 1,
                state->attentions * sizeof(state->attention[0]));
        return true;
    }
    if (drive->deferred_set) {
        *sense = drive->deferred;
        drive->deferred_set = false;
        return true;
    }
    return false;
}

void bw_tape_op_request_sense(struct bw_tape_drive *drive,
                              struct bw_tape_command *command)
{
    struct bw_sense sense = { .field_bit = -1 };
    uint8_t data[64] = { 0 };
    size_t length;

    take_pending(drive, &sense);
    if (command->cdb[1] & 0x01) {
        length = bw_sense_descriptor(&sense, data, sizeof(data));
    } else {
        length = bw_sense_fixed(&sense, data, sizeof(data));
    }
    bw_tape_answer(command, data, length, command->cdb[4]);
}

/* SELECT REPORT: 00h and 02h all, 01h well-known ones only: none. */
void bw_tape_op_report_luns(struct bw_tape_drive *drive,
                            struct bw_tape_command *command)
{
    uint8_t select = command->cdb[2];
    uint64_t allocation = bw_get_be(command->cdb + 6, 4);
    uint8_t data[16] = { 0 };
    size_t length = select == 1 ? 8 : 16;

    (void)drive;
    if (select > 2) {
        bw_tape_bad_field(command, 2, -1);
        return;
    }
    if (allocation < 16) {
        bw_tape_bad_field(command, 6, -1);
        return;
    }
    bw_put_be(data, length - 8, 4);
    bw_tape_answer(command, data, length, allocation);
}

/* With MLOI, the greatest object number that LOCATE(16) takes. */
void bw_tape_op_block_limits(struct bw_tape_drive *drive,
                             struct bw_tape_command *command)
{
    uint8_t data[20] = { 0 };

    if (command->cdb[1] & 0x01) {
        bw_put_be(data + 12, UINT64_MAX, 8);
        bw_tape_answer(command, data, 20, 20);
        return;
    }
    bw_put_be(data + 1, bw_tape_block_max(drive), 3);
    bw_put_be(data + 4, 1, 2);
    bw_tape_answer(command, data, 6, 6);
}
