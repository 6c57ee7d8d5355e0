/*
 * The tape drive's motions, REWIND, SPACE(6/16), LOCATE(10/16), and TEST UNIT
 * READY.
 *
 * Source: SSC-3, REWIND, SPACE(6), SPACE(16), LOCATE(10), LOCATE(16).
 * Where the head stands after each, and with which INFORMATION: docs/tape.md,
 * "Moving".
 *
 * Choices:
 * - IMMED is accepted, and the command ends when the motion has: that takes a
 *   file's time, not a tape's;
 * - INFORMATION of a SPACE is a magnitude, as st and sa take it;
 * - BT of LOCATE(10) is ignored: there is one numbering;
 * - LOCATE behind the end of the data stops there, with BLANK CHECK.
 *
 * Not modelled: setmarks (codes 4 and 5), lists of SPACE(16), block numbers of
 * the device's own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_drive_priv.h"

#define SPACE_CODE       0x0f
#define SPACE_BLOCKS     0
#define SPACE_MARKS      1
#define SPACE_SEQUENTIAL 2
#define SPACE_END        3

#define LOCATE_CP         0x02
#define LOCATE_16_DEST(b) ((b) >> 3 & 7)
#define LOCATE_16_OBJECT  0
#define LOCATE_16_FILE    1
#define LOCATE_16_END     3

/* --- ends of motions -------------------------------------------------------
 */

void bw_tape_ended(struct bw_tape_drive *drive, struct bw_tape_command *command,
                   enum bw_tape_result result, int64_t left)
{
    bw_tape_failed(command, result, false);
    if (result == BW_TAPE_OK) {
        return;
    }
    bw_tape_information(command, left);
    if (result == BW_TAPE_EOD && bw_tape_warning(drive)) {
        command->sense.eom = true;
    }
}

static bool partition_exists(const struct bw_tape_drive *drive,
                             unsigned partition)
{
    return partition < BW_TAPE_PARTITIONS &&
           drive->medium->partition[partition];
}

bool bw_tape_go(struct bw_tape_drive *drive, struct bw_tape_command *command,
                unsigned partition, unsigned byte, uint64_t object)
{
    struct bw_tape_place place;
    enum bw_tape_result result;

    if (!partition_exists(drive, partition)) {
        bw_tape_bad_field(command, byte, -1);
        return false;
    }
    bw_tape_place(bw_tape_head(drive), &place);
    if (partition == drive->state.partition && place.object == object &&
        !drive->state.position_lost) {
        return true;
    }
    if (!bw_tape_before_moving(drive, command)) {
        return false;
    }
    result = bw_tape_locate(drive->medium->partition[partition], object);
    if (result == BW_TAPE_OK || result == BW_TAPE_EOD) {
        drive->state.partition = (uint8_t)partition;
        drive->state.position_lost = 0;
        bw_tape_place(bw_tape_head(drive), &place);
        if (place.object == object) {
            return true; /* the end of the data is a place, too */
        }
    }
    bw_tape_failed(command, result, false);
    command->sense.eom = result == BW_TAPE_EOD && bw_tape_warning(drive);
    return false;
}

/* --- commands --------------------------------------------------------------
 */

void bw_tape_ready(struct bw_tape_drive *drive, struct bw_tape_command *command)
{
    (void)drive;
    bw_tape_good(command);
}

void bw_tape_rewind_0(struct bw_tape_drive *drive,
                      struct bw_tape_command *command)
{
    enum bw_tape_result result = bw_tape_rewind(bw_tape_head(drive));

    if (result == BW_TAPE_OK) {
        drive->state.position_lost = 0;
    }
    bw_tape_failed(command, result, false);
}

static void space(struct bw_tape_drive *drive, struct bw_tape_command *command,
                  int64_t count)
{
    struct bw_tape_store *store = bw_tape_head(drive);
    unsigned code = command->cdb[1] & SPACE_CODE;
    enum bw_tape_result result = BW_TAPE_OK;
    uint64_t left = 0;

    if (code > SPACE_END) {
        bw_tape_bad_field(command, 1, 3);
        return;
    }
    if (drive->state.position_lost && code != SPACE_END) {
        bw_tape_check(command, BW_SENSE_MEDIUM, 0x3b00);
        return;
    }
    if (code == SPACE_END) {
        result = bw_tape_space_end(store);
        if (result == BW_TAPE_OK || result == BW_TAPE_EOD) {
            result = BW_TAPE_OK;
            drive->state.position_lost = 0;
        }
    } else if (count && code == SPACE_SEQUENTIAL) {
        result = bw_tape_space_sequential(store, count, &left);
    } else if (count) {
        result = bw_tape_space(store, count, code == SPACE_MARKS, &left);
    }
    bw_tape_ended(drive, command, result,
                  left > INT64_MAX ? INT64_MAX : (int64_t)left);
}

void bw_tape_space_6(struct bw_tape_drive *drive,
                     struct bw_tape_command *command)
{
    int64_t count = bw_tape_be(command->cdb + 2, 3);

    space(drive, command, count & 0x800000 ? count - 0x1000000 : count);
}

void bw_tape_space_16(struct bw_tape_drive *drive,
                      struct bw_tape_command *command)
{
    uint64_t bits = bw_tape_be64(command->cdb + 4);

    if (bw_tape_be(command->cdb + 12, 2)) {
        bw_tape_bad_field(command, 12, -1);
        return;
    }
    space(drive, command, bits >> 63 ? -(int64_t)~bits - 1 : (int64_t)bits);
}

void bw_tape_locate_10(struct bw_tape_drive *drive,
                       struct bw_tape_command *command)
{
    const uint8_t *cdb = command->cdb;
    unsigned partition = cdb[1] & LOCATE_CP ? cdb[8] : drive->state.partition;

    if (bw_tape_go(drive, command, partition, 8, bw_tape_be(cdb + 3, 4))) {
        bw_tape_good(command);
    }
}

/* To a logical file or to the end of @partition. */
static void locate_far(struct bw_tape_drive *drive,
                       struct bw_tape_command *command, unsigned partition)
{
    struct bw_tape_store *store;
    enum bw_tape_result result;

    if (!partition_exists(drive, partition)) {
        bw_tape_bad_field(command, 3, -1);
        return;
    }
    store = drive->medium->partition[partition];
    if (LOCATE_16_DEST(command->cdb[1]) == LOCATE_16_END) {
        result = bw_tape_space_end(store);
        result = result == BW_TAPE_EOD ? BW_TAPE_OK : result;
    } else {
        result = bw_tape_locate_file(store, bw_tape_be64(command->cdb + 4));
    }
    if (result == BW_TAPE_OK || result == BW_TAPE_EOD) {
        drive->state.partition = (uint8_t)partition;
        drive->state.position_lost = 0;
    }
    bw_tape_failed(command, result, false);
    command->sense.eom = result == BW_TAPE_EOD && bw_tape_warning(drive);
}

void bw_tape_locate_16(struct bw_tape_drive *drive,
                       struct bw_tape_command *command)
{
    const uint8_t *cdb = command->cdb;
    unsigned partition = cdb[1] & LOCATE_CP ? cdb[3] : drive->state.partition;

    switch (LOCATE_16_DEST(cdb[1])) {
    case LOCATE_16_OBJECT:
        if (bw_tape_go(drive, command, partition, 3, bw_tape_be64(cdb + 4))) {
            bw_tape_good(command);
        }
        break;
    case LOCATE_16_FILE:
    case LOCATE_16_END:
        locate_far(drive, command, partition);
        break;
    default:
        bw_tape_bad_field(command, 1, 5);
        break;
    }
}
