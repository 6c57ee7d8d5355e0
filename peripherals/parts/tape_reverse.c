/*
 * READ REVERSE(6/16) and VERIFY(6/16) of the tape drive.
 *
 * Source: SSC-3, READ REVERSE(6), READ REVERSE(16), VERIFY(6) and VERIFY(16).
 *
 * Choices where the standard is silent:
 * - READ REVERSE of a record that is longer than what was asked for returns
 *   its last bytes, which are what the head meets first; behind a block of
 *   another length (ILI) the head is before it, as READ's is behind it;
 * - VERIFY without BYTCMP checks the framing of each record and not that its
 *   data can be read; with BYTCMP a length that is not the record's is ILI, as
 *   in READ, before any byte is compared.
 *
 * Not modelled: VERIFY with IMMED ends when it has ended.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_drive_priv.h"

#include <string.h>

#define CDB_FIXED  0x01
#define CDB_SILI   0x02 /* READ REVERSE */
#define CDB_BYTCMP 0x02 /* VERIFY */
#define CDB_BYTORD 0x04 /* READ REVERSE: each block as it was written */

/* Memory of @bytes for one command; 0: give it back. */
static uint8_t *scratch(struct bw_tape_store *store, uint8_t *memory,
                        size_t bytes)
{
    const struct bw_tape_io *io = bw_tape_index(store)->io;

    return io->memory(io->opaque, memory, bytes);
}

/* --- READ REVERSE ----------------------------------------------------------
 */

/* The last @room bytes of the record behind the head go to @to. */
static enum bw_tape_result read_tail(struct bw_tape_store *store, uint8_t *to,
                                     size_t room, bool reversed,
                                     const struct bw_tape_object *object)
{
    uint8_t *memory;
    struct bw_tape_object read;
    enum bw_tape_result result;
    uint64_t left;
    size_t skip = object->length > room ? object->length - room : 0;
    size_t count = object->length - skip;

    if (object->kind == BW_TAPE_KIND_BAD) {
        return BW_TAPE_BAD;
    }
    memory = scratch(store, NULL, object->length);
    if (!memory) {
        return BW_TAPE_NO_MEMORY;
    }
    result = bw_tape_read(store, memory, object->length, &read);
    if (result == BW_TAPE_OK) {
        for (size_t i = 0; i < count; i++) {
            to[i] = memory[skip + (reversed ? count - 1 - i : i)];
        }
    }
    scratch(store, memory, 0);
    if (result == BW_TAPE_OK || result == BW_TAPE_BAD) {
        enum bw_tape_result back = bw_tape_space(store, -1, false, &left);

        result = back == BW_TAPE_OK ? result : back;
    }
    return result;
}

static void reverse_record(struct bw_tape_drive *drive,
                           struct bw_tape_command *command, uint32_t length)
{
    struct bw_tape_store *store = bw_tape_head(drive);
    struct bw_tape_object object;
    enum bw_tape_result result;
    uint64_t left;

    result = bw_tape_space(store, -1, false, &left);
    if (result == BW_TAPE_OK) {
        result = bw_tape_peek(store, &object);
    }
    if (result == BW_TAPE_OK) {
        result = read_tail(store, command->data, length,
                           !(command->cdb[1] & CDB_BYTORD), &object);
    }
    if (result != BW_TAPE_OK) {
        bw_tape_ended(drive, command, result, length);
        return;
    }
    bw_tape_record_read(drive, command, length, object.length);
}

static void reverse_blocks(struct bw_tape_drive *drive,
                           struct bw_tape_command *command, uint32_t count)
{
    struct bw_tape_store *store = bw_tape_head(drive);
    uint32_t size = drive->state.block_size;
    bool reversed = !(command->cdb[1] & CDB_BYTORD);
    struct bw_tape_object object;
    uint64_t left;

    for (uint32_t i = 0; i < count; i++) {
        enum bw_tape_result result = bw_tape_space(store, -1, false, &left);

        if (result == BW_TAPE_OK) {
            result = bw_tape_peek(store, &object);
        }
        if (result == BW_TAPE_OK && object.length != size &&
            object.kind == BW_TAPE_KIND_RECORD) {
            bw_tape_wrong_length(command, count - i);
            return;
        }
        if (result == BW_TAPE_OK) {
            result = read_tail(store, command->data + command->done, size,
                               reversed, &object);
        }
        if (result != BW_TAPE_OK) {
            bw_tape_ended(drive, command, result, count - i);
            return;
        }
        command->done += size;
    }
    bw_tape_good(command);
}

static void reverse(struct bw_tape_drive *drive,
                    struct bw_tape_command *command, uint32_t length)
{
    if (!length) {
        bw_tape_good(command);
        return;
    }
    if (command->cdb[1] & CDB_FIXED) {
        reverse_blocks(drive, command, length);
    } else {
        reverse_record(drive, command, length);
    }
    bw_tape_moved(drive, false, command->done,
                  command->sense.key == BW_SENSE_MEDIUM);
}

void bw_tape_reverse_6(struct bw_tape_drive *drive,
                       struct bw_tape_command *command)
{
    if (bw_tape_fixed_is_right(drive, command, command->cdb[1] & CDB_SILI)) {
        reverse(drive, command, bw_tape_be(command->cdb + 2, 3));
    }
}

void bw_tape_reverse_16(struct bw_tape_drive *drive,
                        struct bw_tape_command *command)
{
    const uint8_t *cdb = command->cdb;

    if (bw_tape_fixed_is_right(drive, command, cdb[1] & CDB_SILI) &&
        bw_tape_go(drive, command, cdb[3], 3, bw_tape_be64(cdb + 4))) {
        reverse(drive, command, bw_tape_be(cdb + 12, 3));
    }
}

/* --- VERIFY ----------------------------------------------------------------
 */

/* Pass one record; @expected, @length bytes of it, if it is to be compared. */
static enum bw_tape_result pass_record(struct bw_tape_store *store,
                                       const uint8_t *expected, uint32_t length,
                                       bool *equal,
                                       struct bw_tape_object *object)
{
    enum bw_tape_result result;
    uint8_t *memory;

    *equal = true;
    if (!expected) {
        return bw_tape_read(store, NULL, 0, object);
    }
    memory = scratch(store, NULL, length);
    if (!memory) {
        return BW_TAPE_NO_MEMORY;
    }
    result = bw_tape_read(store, memory, length, object);
    if (result == BW_TAPE_OK && object->length == length) {
        *equal = memcmp(memory, expected, length) == 0;
    }
    scratch(store, memory, 0);
    return result;
}

static void verify(struct bw_tape_drive *drive, struct bw_tape_command *command,
                   uint32_t transfer)
{
    bool fixed = command->cdb[1] & CDB_FIXED;
    uint32_t length = fixed ? drive->state.block_size : transfer;
    uint32_t count = fixed ? transfer : transfer ? 1 : 0;
    const uint8_t *expected =
        command->cdb[1] & CDB_BYTCMP ? command->data : NULL;

    for (uint32_t i = 0; i < count; i++) {
        struct bw_tape_object object;
        bool equal;
        enum bw_tape_result result =
            pass_record(bw_tape_head(drive), expected, length, &equal, &object);

        if (result != BW_TAPE_OK) {
            bw_tape_ended(drive, command, result, fixed ? count - i : length);
            return;
        }
        if (object.length != length) {
            bw_tape_wrong_length(command,
                                 fixed ? (int64_t)count - i
                                       : (int64_t)length - object.length);
            return;
        }
        if (!equal) {
            bw_tape_check(command, BW_SENSE_MISCOMPARE, 0x1d00);
            bw_tape_information(command, fixed ? count - i : length);
            return;
        }
        expected = expected ? expected + length : NULL;
    }
    bw_tape_good(command);
}

void bw_tape_verify_6(struct bw_tape_drive *drive,
                      struct bw_tape_command *command)
{
    if (bw_tape_fixed_is_right(drive, command, false)) {
        verify(drive, command, bw_tape_be(command->cdb + 2, 3));
    }
}

void bw_tape_verify_16(struct bw_tape_drive *drive,
                       struct bw_tape_command *command)
{
    const uint8_t *cdb = command->cdb;

    if (bw_tape_fixed_is_right(drive, command, false) &&
        bw_tape_go(drive, command, cdb[3], 3, bw_tape_be64(cdb + 4))) {
        verify(drive, command, bw_tape_be(cdb + 12, 3));
    }
}
