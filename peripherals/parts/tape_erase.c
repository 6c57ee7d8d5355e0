/*
 * What ends or empties a tape: ERASE(6/16), SET CAPACITY, FORMAT MEDIUM; and
 * who may write at all.
 *
 * Source: SSC-3, ERASE(6), ERASE(16), FORMAT MEDIUM, SET CAPACITY; SSC-4 for
 * ALLOW OVERWRITE and the append-only mode.
 *
 * Choices where the standards are silent:
 * - ERASE with and without LONG makes the head's place the end of the data;
 *   the store cuts the file there in both cases;
 * - SET CAPACITY makes one partition; its new capacity lasts until the next
 *   FORMAT MEDIUM or SET CAPACITY;
 * - a WORM cartridge, and the append-only mode, take data at the end of the
 *   data only, also behind tape marks that are the last objects.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_drive_priv.h"

#define CDB_FCS 0x08
#define CDB_LCS 0x04

/* FORMAT MEDIUM, byte 2 */
#define FORMAT_MASK      0x0f
#define FORMAT_DEFAULT   0x0
#define FORMAT_PARTITION 0x1
#define FORMAT_BOTH      0x2

#define PROPORTION_ALL 0xffffu

/* ALLOW OVERWRITE, byte 2 */
#define OVERWRITE_MASK    0x0f
#define OVERWRITE_NEVER   0x0
#define OVERWRITE_CURRENT 0x1
#define OVERWRITE_FORMAT  0x2

#define ASC_OVERWRITE 0x300c /* WORM medium, overwrite attempted */
#define ASC_NOT_BOP   0x3b0c /* position past the beginning of the medium */

static bool overwrite_is_allowed(struct bw_tape_drive *drive)
{
    struct bw_tape_place place;

    bw_tape_place(bw_tape_head(drive), &place);
    return drive->overwrite &&
           drive->overwrite_partition == drive->state.partition &&
           drive->overwrite_object == place.object;
}

bool bw_tape_may_write(struct bw_tape_drive *drive,
                       struct bw_tape_command *command)
{
    struct bw_tape_object object;
    bool worm;

    if (bw_tape_write_protected(drive)) {
        bw_tape_alert(drive, 9); /* write protect */
        bw_tape_check(command, BW_SENSE_PROTECT, 0x2700);
        return false;
    }
    worm = drive->medium->cartridge.worm;
    if (worm || (bw_tape_append_only(drive) && !overwrite_is_allowed(drive))) {
        if (bw_tape_peek(bw_tape_head(drive), &object) != BW_TAPE_EOD) {
            bw_tape_check(command, BW_SENSE_PROTECT, ASC_OVERWRITE);
            return false;
        }
    }
    drive->overwrite = false;
    return true;
}

/* --- ERASE -----------------------------------------------------------------
 */

static void erase(struct bw_tape_drive *drive, struct bw_tape_command *command)
{
    enum bw_tape_result result;

    if (!bw_tape_may_write(drive, command)) {
        return;
    }
    result = bw_tape_erase(bw_tape_head(drive));
    if (result == BW_TAPE_OK) {
        drive->full &= ~(1ull << drive->state.partition);
    } else {
        bw_tape_alert(drive, 6);
    }
    bw_tape_failed(command, result, true);
}

void bw_tape_erase_6(struct bw_tape_drive *drive,
                     struct bw_tape_command *command)
{
    erase(drive, command);
}

void bw_tape_erase_16(struct bw_tape_drive *drive,
                      struct bw_tape_command *command)
{
    const uint8_t *cdb = command->cdb;

    if (cdb[1] & (CDB_FCS | CDB_LCS)) {
        bw_tape_bad_field(command, 1, cdb[1] & CDB_FCS ? 3 : 2);
    } else if (bw_tape_go(drive, command, cdb[3], 3, bw_tape_be64(cdb + 4))) {
        erase(drive, command);
    }
}

/* --- the whole cartridge ---------------------------------------------------
 */

/* Only at the beginning of partition 0, on a cartridge that may be emptied. */
static bool may_format(struct bw_tape_drive *drive,
                       struct bw_tape_command *command)
{
    struct bw_tape_place place;

    bw_tape_place(bw_tape_head(drive), &place);
    if (!place.bop || drive->state.partition) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, ASC_NOT_BOP);
        return false;
    }
    if (bw_tape_append_only(drive)) {
        drive->overwrite =
            drive->overwrite && drive->overwrite_partition == UINT8_MAX;
        drive->overwrite_partition = 0;
        drive->overwrite_object = 0;
    }
    return bw_tape_may_write(drive, command);
}

static void format(struct bw_tape_drive *drive, struct bw_tape_command *command,
                   unsigned partitions, const uint64_t *share)
{
    enum bw_tape_result result =
        bw_medium_format(drive->medium, partitions, share);

    bw_tape_thread(drive);
    if (result != BW_TAPE_OK) {
        bw_tape_failed(command, result, true);
        return;
    }
    bw_tape_good(command);
}

static uint64_t whole_capacity(const struct bw_tape_drive *drive)
{
    uint64_t capacity = drive->medium->cartridge.capacity;

    return capacity ? capacity : drive->config.capacity;
}

void bw_tape_set_capacity(struct bw_tape_drive *drive,
                          struct bw_tape_command *command)
{
    uint32_t proportion = bw_tape_be(command->cdb + 3, 2);
    uint64_t capacity = whole_capacity(drive);
    uint64_t share[BW_TAPE_PARTITIONS] = { 0, 0 };

    if (!may_format(drive, command)) {
        return;
    }
    if (proportion == PROPORTION_ALL || !capacity) {
        format(drive, command, 1, NULL);
        return;
    }
    share[0] = capacity / PROPORTION_ALL * proportion +
               capacity % PROPORTION_ALL * proportion / PROPORTION_ALL;
    share[0] = share[0] ? share[0] : 1;
    format(drive, command, 1, share);
}

void bw_tape_format(struct bw_tape_drive *drive,
                    struct bw_tape_command *command)
{
    unsigned kind = command->cdb[2] & FORMAT_MASK;
    uint64_t share[BW_TAPE_PARTITIONS] = { 0, 0 };
    unsigned partitions = 1;

    if (kind > FORMAT_BOTH) {
        bw_tape_bad_field(command, 2, 3);
        return;
    }
    if (bw_tape_be(command->cdb + 3, 2)) {
        bw_tape_bad_field(command, 3, -1); /* no vendor's parameters */
        return;
    }
    if (!may_format(drive, command)) {
        return;
    }
    if (kind != FORMAT_DEFAULT) {
        partitions = bw_tape_partitions_wanted(drive, share);
    }
    format(drive, command, partitions, partitions > 1 ? share : NULL);
    bw_tape_mode_forget_partitions(drive); /* page 11h is the tape's now */
}

void bw_tape_allow_overwrite(struct bw_tape_drive *drive,
                             struct bw_tape_command *command)
{
    const uint8_t *cdb = command->cdb;
    unsigned allow = cdb[2] & OVERWRITE_MASK;
    struct bw_tape_place place;

    if (allow > OVERWRITE_FORMAT) {
        bw_tape_bad_field(command, 2, 3);
        return;
    }
    if (!bw_tape_append_only(drive)) {
        bw_tape_bad_field(command, 2, -1);
        return;
    }
    bw_tape_place(bw_tape_head(drive), &place);
    if (allow == OVERWRITE_CURRENT && (cdb[3] != drive->state.partition ||
                                       bw_tape_be64(cdb + 4) != place.object)) {
        drive->overwrite = false;
        bw_tape_check(command, BW_SENSE_ILLEGAL, 0x3b00); /* not there */
        return;
    }
    drive->overwrite = allow != OVERWRITE_NEVER;
    drive->overwrite_partition =
        allow == OVERWRITE_FORMAT ? UINT8_MAX : drive->state.partition;
    drive->overwrite_object = place.object;
    bw_tape_good(command);
}
