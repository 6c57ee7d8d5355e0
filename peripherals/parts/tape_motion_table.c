/*
 * The tape drive's commands that read, write and move, in the order of their
 * opcodes: when each may run, its data, and the bits of its CDB that count.
 *
 * Source: SSC-3, the table of commands, and the CDB of each.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_drive_priv.h"

#define CDB_FIXED  0x01
#define CDB_BYTCMP 0x02

static uint64_t transfer_bytes(const struct bw_tape_drive *drive,
                               const uint8_t *cdb, unsigned at)
{
    uint64_t length = bw_tape_be(cdb + at, 3);

    return cdb[1] & CDB_FIXED ? length * drive->state.block_size : length;
}

static uint64_t bytes_6(const struct bw_tape_drive *drive, const uint8_t *cdb)
{
    return transfer_bytes(drive, cdb, 2);
}

static uint64_t bytes_16(const struct bw_tape_drive *drive, const uint8_t *cdb)
{
    return transfer_bytes(drive, cdb, 12);
}

static uint64_t verify_6_bytes(const struct bw_tape_drive *drive,
                               const uint8_t *cdb)
{
    return cdb[1] & CDB_BYTCMP ? bytes_6(drive, cdb) : 0;
}

static uint64_t verify_16_bytes(const struct bw_tape_drive *drive,
                                const uint8_t *cdb)
{
    return cdb[1] & CDB_BYTCMP ? bytes_16(drive, cdb) : 0;
}

static uint64_t format_bytes(const struct bw_tape_drive *drive,
                             const uint8_t *cdb)
{
    (void)drive;
    return bw_tape_be(cdb + 3, 2);
}

static uint64_t space_16_bytes(const struct bw_tape_drive *drive,
                               const uint8_t *cdb)
{
    (void)drive;
    return bw_tape_be(cdb + 12, 2);
}

static uint64_t position_bytes(const struct bw_tape_drive *drive,
                               const uint8_t *cdb)
{
    (void)drive;
    switch (cdb[1] & 0x1f) {
    case 0:
    case 1:
        return 20;
    case 6:
        return 32;
    case 8:
        return bw_tape_be(cdb + 7, 2);
    default:
        return 0;
    }
}

#define READS   (BW_TAPE_OP_LOADED | BW_TAPE_OP_MOVES | BW_TAPE_OP_PLACE)
#define WRITES  (BW_TAPE_OP_LOADED | BW_TAPE_OP_WRITES | BW_TAPE_OP_PLACE)
#define MOVES   (BW_TAPE_OP_LOADED | BW_TAPE_OP_MOVES)
#define EMPTIES (MOVES | BW_TAPE_OP_WRITES)

#define U3 0xff, 0xff, 0xff
#define U8 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff

/* clang-format off */
const struct bw_tape_op bw_tape_motion_ops[] = {
    { 0x00, -1, 6, BW_TAPE_OP_LOADED, BW_TAPE_NO_DATA, bw_tape_ready, NULL,
      { 0x00 }, "TEST UNIT READY" },
    { 0x01, -1, 6, MOVES, BW_TAPE_NO_DATA, bw_tape_rewind_0, NULL,
      { 0x01, 0x01 }, "REWIND" },
    { 0x04, -1, 6, EMPTIES, BW_TAPE_DATA_OUT, bw_tape_format, format_bytes,
      { 0x04, 0x01, 0x0f, 0xff, 0xff }, "FORMAT MEDIUM" },
    { 0x08, -1, 6, READS, BW_TAPE_DATA_IN, bw_tape_read_6, bytes_6,
      { 0x08, 0x03, U3 }, "READ(6)" },
    { 0x0a, -1, 6, WRITES, BW_TAPE_DATA_OUT, bw_tape_write_6, bytes_6,
      { 0x0a, 0x01, U3 }, "WRITE(6)" },
    { 0x0b, -1, 6, EMPTIES, BW_TAPE_NO_DATA, bw_tape_set_capacity, NULL,
      { 0x0b, 0x01, 0x00, 0xff, 0xff }, "SET CAPACITY" },
    { 0x0f, -1, 6, READS, BW_TAPE_DATA_IN, bw_tape_reverse_6, bytes_6,
      { 0x0f, 0x07, U3 }, "READ REVERSE(6)" },
    { 0x10, -1, 6, WRITES, BW_TAPE_NO_DATA, bw_tape_marks_6, NULL,
      { 0x10, 0x01, U3 }, "WRITE FILEMARKS(6)" },
    { 0x11, -1, 6, MOVES, BW_TAPE_NO_DATA, bw_tape_space_6, NULL,
      { 0x11, 0x0f, U3 }, "SPACE(6)" },
    { 0x13, -1, 6, READS, BW_TAPE_DATA_OUT, bw_tape_verify_6, verify_6_bytes,
      { 0x13, 0x07, U3 }, "VERIFY(6)" },
    { 0x19, -1, 6, EMPTIES | BW_TAPE_OP_PLACE, BW_TAPE_NO_DATA,
      bw_tape_erase_6, NULL, { 0x19, 0x03 }, "ERASE(6)" },
    { 0x1b, -1, 6, BW_TAPE_OP_MOVES, BW_TAPE_NO_DATA, bw_tape_load_unload,
      NULL, { 0x1b, 0x01, 0x00, 0x00, 0x0f }, "LOAD UNLOAD" },
    { 0x2b, -1, 10, MOVES, BW_TAPE_NO_DATA, bw_tape_locate_10, NULL,
      { 0x2b, 0x07, 0x00, 0xff, U3, 0x00, 0xff }, "LOCATE(10)" },
    { 0x34, -1, 10, BW_TAPE_OP_LOADED, BW_TAPE_DATA_IN, bw_tape_position,
      position_bytes,
      { 0x34, 0x1f, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff },
      "READ POSITION" },
    { 0x80, -1, 16, WRITES, BW_TAPE_NO_DATA, bw_tape_marks_16, NULL,
      { 0x80, 0x01, 0x00, 0xff, U8, U3 }, "WRITE FILEMARKS(16)" },
    { 0x81, -1, 16, READS, BW_TAPE_DATA_IN, bw_tape_reverse_16, bytes_16,
      { 0x81, 0x07, 0x00, 0xff, U8, U3 }, "READ REVERSE(16)" },
    { 0x82, -1, 16, BW_TAPE_OP_LOADED, BW_TAPE_NO_DATA,
      bw_tape_allow_overwrite, NULL, { 0x82, 0x00, 0x0f, 0xff, U8 },
      "ALLOW OVERWRITE" },
    { 0x88, -1, 16, READS, BW_TAPE_DATA_IN, bw_tape_read_16, bytes_16,
      { 0x88, 0x03, 0x00, 0xff, U8, U3 }, "READ(16)" },
    { 0x8a, -1, 16, WRITES, BW_TAPE_DATA_OUT, bw_tape_write_16, bytes_16,
      { 0x8a, 0x01, 0x00, 0xff, U8, U3 }, "WRITE(16)" },
    { 0x8f, -1, 16, READS, BW_TAPE_DATA_OUT, bw_tape_verify_16,
      verify_16_bytes, { 0x8f, 0x07, 0x00, 0xff, U8, U3 }, "VERIFY(16)" },
    { 0x91, -1, 16, MOVES, BW_TAPE_DATA_OUT, bw_tape_space_16, space_16_bytes,
      { 0x91, 0x0f, 0x00, 0x00, U8, 0xff, 0xff }, "SPACE(16)" },
    { 0x92, -1, 16, MOVES, BW_TAPE_NO_DATA, bw_tape_locate_16, NULL,
      { 0x92, 0x3b, 0x01, 0xff, U8 }, "LOCATE(16)" },
    { 0x93, -1, 16, EMPTIES, BW_TAPE_NO_DATA, bw_tape_erase_16, NULL,
      { 0x93, 0x03, 0x00, 0xff, U8 }, "ERASE(16)" },
    { 0x00, -1, 0, 0, BW_TAPE_NO_DATA, NULL, NULL, { 0 }, NULL },
};
/* clang-format on */
