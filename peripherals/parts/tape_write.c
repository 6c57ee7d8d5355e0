/*
 * WRITE(6/16) and WRITE FILEMARKS(6/16) of the tape drive.
 *
 * Source: SSC-3, WRITE(6), WRITE(16), WRITE FILEMARKS(6), WRITE FILEMARKS(16),
 * and "Early-warning".
 *
 * What was answered GOOD lasts over a crash after WRITE FILEMARKS without
 * IMMED; in unbuffered mode, and in the early-warning zone, after each command.
 * INFORMATION 0 with the early warning says so, and Linux's st then believes
 * that its data is on the tape.
 *
 * Choices where the standard is silent:
 * - no space on the host's disk is the end of the partition, and stays so
 *   until something could be written again;
 * - records that were taken earlier and cannot be written fail the command
 *   that finds it out as a deferred error; WRITE FILEMARKS without IMMED counts
 *   them in its INFORMATION;
 * - the programmable early warning is told once each time it is passed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_drive_priv.h"

#define CDB_FIXED 0x01
#define CDB_IMMED 0x01
#define CDB_WSMK  0x02 /* setmarks, obsolete */
#define CDB_FCS   0x08 /* first and last command of a sequence */
#define CDB_LCS   0x04

#define ASC_END             0x0002 /* end of partition */
#define ASC_PROGRAMMED_MARK 0x0007

static uint64_t partition_bit(const struct bw_tape_drive *drive)
{
    return 1ull << drive->state.partition;
}

static void near_the_end(struct bw_tape_command *command, bw_asc asc)
{
    bw_tape_check(command, BW_SENSE_NONE, asc);
    command->sense.eom = true;
    bw_tape_information(command, 0);
}

/* All was taken: GOOD, or an early warning. */
static void written(struct bw_tape_drive *drive,
                    struct bw_tape_command *command)
{
    uint64_t bit = partition_bit(drive);

    drive->full &= ~bit;
    if (!bw_tape_behind_pew(drive)) {
        drive->warned &= ~bit;
    }
    if (bw_tape_warning(drive)) {
        near_the_end(command, ASC_END);
    } else if (bw_tape_behind_pew(drive) && !(drive->warned & bit)) {
        drive->warned |= bit;
        near_the_end(command, ASC_PROGRAMMED_MARK);
    } else {
        bw_tape_good(command);
    }
}

static void not_written(struct bw_tape_drive *drive,
                        struct bw_tape_command *command,
                        enum bw_tape_result result, uint64_t left,
                        bool deferred)
{
    if (result == BW_TAPE_FULL) {
        drive->full |= partition_bit(drive);
    } else {
        bw_tape_alert(drive, 6); /* write failure */
    }
    bw_tape_failed(command, result, true);
    command->sense.deferred = deferred;
    if (!deferred) {
        bw_tape_information(command, (int64_t)left);
    }
}

/**
 * write_ended: the store took what it could
 * @left: blocks, bytes or marks of this command that it did not take
 * @unit: what INFORMATION counts an object as: 1, or the bytes of a record
 * @commit: the command is to end when all is on the disk
 */
static void write_ended(struct bw_tape_drive *drive,
                        struct bw_tape_command *command,
                        enum bw_tape_result result, uint64_t left,
                        uint32_t unit, bool commit)
{
    struct bw_tape_store *store = bw_tape_head(drive);
    uint64_t lost;

    if (result != BW_TAPE_OK) {
        lost = bw_tape_lost(store);
        not_written(drive, command, result, left + lost * unit,
                    lost && !commit);
        return;
    }
    if (commit || !drive->state.buffered || bw_tape_warning(drive)) {
        result = bw_tape_commit(store);
    }
    if (result == BW_TAPE_OK) {
        written(drive, command);
    } else {
        not_written(drive, command, result, bw_tape_lost(store) * unit, false);
    }
}

static void write_records(struct bw_tape_drive *drive,
                          struct bw_tape_command *command, uint32_t transfer)
{
    bool fixed = command->cdb[1] & CDB_FIXED;
    uint32_t length = fixed ? drive->state.block_size : transfer;
    uint32_t count = fixed ? transfer : 1;
    enum bw_tape_result result;
    uint32_t done = 0;

    if (!transfer) {
        bw_tape_good(command);
        return;
    }
    result =
        bw_tape_write(bw_tape_head(drive), command->data, length, count, &done);
    write_ended(drive, command, result,
                fixed  ? count - done
                : done ? 0
                       : length,
                fixed ? 1 : length, false);
    bw_tape_moved(drive, true, (uint64_t)done * length,
                  command->sense.key == BW_SENSE_MEDIUM);
}

static bool write_is_right(const struct bw_tape_drive *drive,
                           struct bw_tape_command *command, unsigned at)
{
    bool fixed = command->cdb[1] & CDB_FIXED;

    if (fixed && !drive->state.block_size) {
        bw_tape_bad_field(command, 1, 0);
        return false;
    }
    if (!fixed && bw_tape_be(command->cdb + at, 3) > bw_tape_block_max(drive)) {
        bw_tape_bad_field(command, at, -1);
        return false;
    }
    return true;
}

void bw_tape_write_6(struct bw_tape_drive *drive,
                     struct bw_tape_command *command)
{
    if (write_is_right(drive, command, 2) &&
        bw_tape_may_write(drive, command)) {
        write_records(drive, command, bw_tape_be(command->cdb + 2, 3));
    }
}

/* FCS and LCS, WSMK: none is supported. */
static bool no_sequence(struct bw_tape_command *command)
{
    static const uint8_t bits[] = { CDB_FCS, CDB_LCS };

    for (unsigned i = 0; i < 2; i++) {
        if (command->cdb[1] & bits[i]) {
            bw_tape_bad_field(command, 1, 3 - (int)i);
            return false;
        }
    }
    return true;
}

void bw_tape_write_16(struct bw_tape_drive *drive,
                      struct bw_tape_command *command)
{
    const uint8_t *cdb = command->cdb;

    if (no_sequence(command) && write_is_right(drive, command, 12) &&
        bw_tape_go(drive, command, cdb[3], 3, bw_tape_be64(cdb + 4)) &&
        bw_tape_may_write(drive, command)) {
        write_records(drive, command, bw_tape_be(cdb + 12, 3));
    }
}

/* Without marks it is a command to commit, on a protected tape too. */
static void write_marks(struct bw_tape_drive *drive,
                        struct bw_tape_command *command, uint32_t count)
{
    bool commit = !(command->cdb[1] & CDB_IMMED);
    enum bw_tape_result result = BW_TAPE_OK;
    uint32_t done = 0;

    if (count) {
        if (bw_tape_may_write(drive, command)) {
            result = bw_tape_write_marks(bw_tape_head(drive), count, &done);
            write_ended(drive, command, result, count - done, 1, commit);
        }
        return;
    }
    bw_tape_good(command);
    if (commit && bw_tape_dirty(bw_tape_head(drive))) {
        result = bw_tape_commit(bw_tape_head(drive));
        if (result != BW_TAPE_OK) {
            not_written(drive, command, result,
                        bw_tape_lost(bw_tape_head(drive)), false);
        }
    }
}

static bool no_setmarks(struct bw_tape_command *command)
{
    if (command->cdb[1] & CDB_WSMK) {
        bw_tape_bad_field(command, 1, 1);
        return false;
    }
    return true;
}

void bw_tape_marks_6(struct bw_tape_drive *drive,
                     struct bw_tape_command *command)
{
    if (no_setmarks(command)) {
        write_marks(drive, command, bw_tape_be(command->cdb + 2, 3));
    }
}

void bw_tape_marks_16(struct bw_tape_drive *drive,
                      struct bw_tape_command *command)
{
    const uint8_t *cdb = command->cdb;

    if (no_sequence(command) && no_setmarks(command) &&
        bw_tape_go(drive, command, cdb[3], 3, bw_tape_be64(cdb + 4))) {
        write_marks(drive, command, bw_tape_be(cdb + 12, 3));
    }
}
