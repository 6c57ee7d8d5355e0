/*
 * READ(6) and READ(16) of the tape drive.
 *
 * Source: SSC-3, READ(6) and READ(16).  One record of any length, or blocks of
 * the length that MODE SELECT set; what ends a read early and where the head is
 * then is the table in docs/tape.md, "Reading".
 *
 * Choices: a record that is longer than what was asked for is passed over
 * whole; the EOM bit goes with the end of the data only behind the early
 * warning (Linux's st takes it for the end of the tape).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_drive_priv.h"

#define CDB_FIXED 0x01
#define CDB_SILI  0x02

/* Not a good record: a mark, an end or an error, with @left not read. */
static void read_ended(struct bw_tape_drive *drive,
                       struct bw_tape_command *command,
                       enum bw_tape_result result, uint32_t left)
{
    if (result == BW_TAPE_BAD || result == BW_TAPE_IO) {
        bw_tape_alert(drive, 5); /* read failure */
    }
    bw_tape_ended(drive, command, result, left);
}

void bw_tape_wrong_length(struct bw_tape_command *command, int64_t residue)
{
    bw_tape_check(command, BW_SENSE_NONE, 0);
    command->sense.ili = true;
    bw_tape_information(command, residue);
}

void bw_tape_record_read(const struct bw_tape_drive *drive,
                         struct bw_tape_command *command, uint32_t length,
                         uint32_t found)
{
    bool sili = command->cdb[1] & CDB_SILI;

    command->done = found < length ? found : length;
    if (found == length || (sili && found < length) ||
        (sili && !drive->state.block_size)) {
        bw_tape_good(command);
    } else {
        bw_tape_wrong_length(command, (int64_t)length - found);
    }
}

static void read_record(struct bw_tape_drive *drive,
                        struct bw_tape_command *command, uint32_t length)
{
    struct bw_tape_object object;
    enum bw_tape_result result;

    result = bw_tape_read(bw_tape_head(drive), command->data, length, &object);
    if (result != BW_TAPE_OK) {
        read_ended(drive, command, result, length);
        return;
    }
    bw_tape_record_read(drive, command, length, object.length);
}

static void read_blocks(struct bw_tape_drive *drive,
                        struct bw_tape_command *command, uint32_t count)
{
    struct bw_tape_store *store = bw_tape_head(drive);
    uint32_t size = drive->state.block_size;
    struct bw_tape_object object;
    enum bw_tape_result result;
    uint32_t done = 0;

    result = bw_tape_read_blocks(store, command->data, size, count, &done);
    command->done = (size_t)done * size;
    if (result == BW_TAPE_OK && done == count) {
        bw_tape_good(command);
        return;
    }
    if (result == BW_TAPE_OK) {
        result = bw_tape_read(store, NULL, 0, &object);
    }
    if (result == BW_TAPE_OK) {
        bw_tape_wrong_length(command, count - done);
    } else {
        read_ended(drive, command, result, count - done);
    }
}

bool bw_tape_fixed_is_right(const struct bw_tape_drive *drive,
                            struct bw_tape_command *command, bool sili)
{
    if (!(command->cdb[1] & CDB_FIXED)) {
        return true;
    }
    if (sili) {
        bw_tape_bad_field(command, 1, 1);
        return false;
    }
    if (!drive->state.block_size) {
        bw_tape_bad_field(command, 1, 0);
        return false;
    }
    return true;
}

static bool fields_are_right(const struct bw_tape_drive *drive,
                             struct bw_tape_command *command)
{
    return bw_tape_fixed_is_right(drive, command, command->cdb[1] & CDB_SILI);
}

static void read_tape(struct bw_tape_drive *drive,
                      struct bw_tape_command *command, uint32_t length)
{
    if (!length) {
        bw_tape_good(command);
        return;
    }
    if (command->cdb[1] & CDB_FIXED) {
        read_blocks(drive, command, length);
    } else {
        read_record(drive, command, length);
    }
    bw_tape_moved(drive, false, command->done,
                  command->sense.key == BW_SENSE_MEDIUM);
}

void bw_tape_read_6(struct bw_tape_drive *drive,
                    struct bw_tape_command *command)
{
    if (fields_are_right(drive, command)) {
        read_tape(drive, command, bw_tape_be(command->cdb + 2, 3));
    }
}

void bw_tape_read_16(struct bw_tape_drive *drive,
                     struct bw_tape_command *command)
{
    const uint8_t *cdb = command->cdb;

    if (fields_are_right(drive, command) &&
        bw_tape_go(drive, command, cdb[3], 3, bw_tape_be64(cdb + 4))) {
        read_tape(drive, command, bw_tape_be(cdb + 12, 3));
    }
}
