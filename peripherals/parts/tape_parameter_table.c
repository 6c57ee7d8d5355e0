/*
 * The commands that say and set: who may run them, their data, their CDBs.
 *
 * Source: SPC-4, clause 6; SSC-3, clause 7; RESERVE and RELEASE: SPC-2.  The
 * masks are what REPORT SUPPORTED OPERATION CODES tells: bits that count.
 * What reads, writes and moves is in tape_motion_table.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_parameter.h"

/* Flags: these run whoever has the drive, whatever is in it. */
#define ALWAYS (BW_TAPE_OP_ANY_UA | BW_TAPE_OP_RESERVED | BW_TAPE_OP_NOW)
#define SHARED BW_TAPE_OP_RESERVED

#define IN  BW_TAPE_DATA_IN
#define OUT BW_TAPE_DATA_OUT
#define NO  BW_TAPE_NO_DATA

/* Allocation and parameter list lengths, by where they stand in the CDB. */

static uint64_t at_4(const struct bw_tape_drive *drive, const uint8_t *cdb)
{
    (void)drive;
    return cdb[4];
}

static uint64_t at_3(const struct bw_tape_drive *drive, const uint8_t *cdb)
{
    (void)drive;
    return bw_get_be(cdb + 3, 2);
}

static uint64_t at_5(const struct bw_tape_drive *drive, const uint8_t *cdb)
{
    (void)drive;
    return bw_get_be(cdb + 5, 4);
}

static uint64_t at_6(const struct bw_tape_drive *drive, const uint8_t *cdb)
{
    (void)drive;
    return bw_get_be(cdb + 6, 4);
}

/* READ BUFFER, WRITE BUFFER: three bytes */
static uint64_t at_6_3(const struct bw_tape_drive *drive, const uint8_t *cdb)
{
    (void)drive;
    return bw_get_be(cdb + 6, 3);
}

static uint64_t at_7(const struct bw_tape_drive *drive, const uint8_t *cdb)
{
    (void)drive;
    return bw_get_be(cdb + 7, 2);
}

static uint64_t at_10(const struct bw_tape_drive *drive, const uint8_t *cdb)
{
    (void)drive;
    return bw_get_be(cdb + 10, 4);
}

static uint64_t block_limits(const struct bw_tape_drive *drive,
                             const uint8_t *cdb)
{
    (void)drive;
    return cdb[1] & 0x01 ? 20 : 6;
}

/* clang-format off */
#define PR_IN(sa) \
    { 0x5e, sa, 10, SHARED, IN, bw_tape_op_pr_in, at_7, \
      { 0x5e, sa, 0, 0, 0, 0, 0, 0xff, 0xff, 0x04 }, "PERSISTENT RESERVE IN" }
#define PR_OUT(sa) \
    { 0x5f, sa, 10, SHARED, OUT, bw_tape_op_pr_out, at_5, \
      { 0x5f, sa, 0xff, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x04 }, \
      "PERSISTENT RESERVE OUT" }
#define READ_ATTRIBUTE(sa) \
    { 0x8c, sa, 16, SHARED, IN, bw_tape_op_read_attribute, at_10, \
      { 0x8c, sa, 0xff, 0xff, 0xff, 0xff, 0, 0xff, 0xff, 0xff, \
        0xff, 0xff, 0xff, 0xff, 0x01, 0x04 }, "READ ATTRIBUTE" }

const struct bw_tape_op bw_tape_parameter_ops[] = {
    { 0x03, -1, 6, ALWAYS, IN, bw_tape_op_request_sense, at_4,
      { 0x03, 0x01, 0, 0, 0xff, 0x04 }, "REQUEST SENSE" },
    { 0x05, -1, 6, 0, IN, bw_tape_op_block_limits, block_limits,
      { 0x05, 0x01, 0, 0, 0, 0x04 }, "READ BLOCK LIMITS" },
    { 0x12, -1, 6, ALWAYS, IN, bw_tape_op_inquiry, at_3,
      { 0x12, 0x01, 0xff, 0xff, 0xff, 0x04 }, "INQUIRY" },
    { 0x15, -1, 6, 0, OUT, bw_tape_op_mode_select, at_4,
      { 0x15, 0x11, 0, 0, 0xff, 0x04 }, "MODE SELECT(6)" },
    { 0x16, -1, 6, SHARED, NO, bw_tape_op_reserve, NULL,
      { 0x16, 0x11, 0, 0, 0, 0x04 }, "RESERVE(6)" },
    { 0x17, -1, 6, SHARED, NO, bw_tape_op_release, NULL,
      { 0x17, 0x11, 0, 0, 0, 0x04 }, "RELEASE(6)" },
    { 0x1a, -1, 6, 0, IN, bw_tape_op_mode_sense, at_4,
      { 0x1a, 0x08, 0xff, 0xff, 0xff, 0x04 }, "MODE SENSE(6)" },
    { 0x1c, -1, 6, 0, IN, bw_tape_op_receive_diagnostic, at_3,
      { 0x1c, 0x01, 0xff, 0xff, 0xff, 0x04 }, "RECEIVE DIAGNOSTIC RESULTS" },
    { 0x1d, -1, 6, 0, OUT, bw_tape_op_send_diagnostic, at_3,
      { 0x1d, 0xf7, 0, 0xff, 0xff, 0x04 }, "SEND DIAGNOSTIC" },
    { 0x1e, -1, 6, 0, NO, bw_tape_op_prevent, NULL,
      { 0x1e, 0, 0, 0, 0x03, 0x04 }, "PREVENT ALLOW MEDIUM REMOVAL" },
    { 0x3b, -1, 10, 0, OUT, bw_tape_op_write_buffer, at_6_3,
      { 0x3b, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x04 },
      "WRITE BUFFER" },
    { 0x3c, -1, 10, 0, IN, bw_tape_op_read_buffer, at_6_3,
      { 0x3c, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x04 },
      "READ BUFFER" },
    { 0x44, -1, 10, 0, IN, bw_tape_op_density, at_7,
      { 0x44, 0x03, 0, 0, 0, 0, 0, 0xff, 0xff, 0x04 },
      "REPORT DENSITY SUPPORT" },
    { 0x4c, -1, 10, 0, OUT, bw_tape_op_log_select, at_7,
      { 0x4c, 0x03, 0xff, 0xff, 0, 0, 0, 0xff, 0xff, 0x04 }, "LOG SELECT" },
    { 0x4d, -1, 10, SHARED, IN, bw_tape_op_log_sense, at_7,
      { 0x4d, 0x01, 0xff, 0xff, 0, 0xff, 0xff, 0xff, 0xff, 0x04 },
      "LOG SENSE" },
    { 0x55, -1, 10, 0, OUT, bw_tape_op_mode_select, at_7,
      { 0x55, 0x11, 0, 0, 0, 0, 0, 0xff, 0xff, 0x04 }, "MODE SELECT(10)" },
    { 0x56, -1, 10, SHARED, NO, bw_tape_op_reserve, NULL,
      { 0x56, 0x11, 0, 0xff, 0, 0, 0, 0xff, 0xff, 0x04 }, "RESERVE(10)" },
    { 0x57, -1, 10, SHARED, NO, bw_tape_op_release, NULL,
      { 0x57, 0x11, 0, 0xff, 0, 0, 0, 0xff, 0xff, 0x04 }, "RELEASE(10)" },
    { 0x5a, -1, 10, 0, IN, bw_tape_op_mode_sense, at_7,
      { 0x5a, 0x08, 0xff, 0xff, 0, 0, 0, 0xff, 0xff, 0x04 },
      "MODE SENSE(10)" },
    PR_IN(0), PR_IN(1), PR_IN(2), PR_IN(3),
    PR_OUT(0), PR_OUT(1), PR_OUT(2), PR_OUT(3), PR_OUT(4), PR_OUT(5),
    PR_OUT(6),
    READ_ATTRIBUTE(0), READ_ATTRIBUTE(1), READ_ATTRIBUTE(2),
    READ_ATTRIBUTE(3), READ_ATTRIBUTE(5),
    { 0x8d, -1, 16, 0, OUT, bw_tape_op_write_attribute, at_10,
      { 0x8d, 0x01, 0, 0, 0, 0xff, 0, 0xff, 0, 0,
        0xff, 0xff, 0xff, 0xff, 0, 0x04 }, "WRITE ATTRIBUTE" },
    { 0xa0, -1, 12, ALWAYS, IN, bw_tape_op_report_luns, at_6,
      { 0xa0, 0, 0xff, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0x04 },
      "REPORT LUNS" },
    { 0xa2, -1, 12, 0, IN, bw_tape_op_security_in, at_6,
      { 0xa2, 0xff, 0xff, 0xff, 0x80, 0, 0xff, 0xff, 0xff, 0xff, 0, 0x04 },
      "SECURITY PROTOCOL IN" },
    { 0xa3, 0x0c, 12, SHARED | BW_TAPE_OP_NOW, IN, bw_tape_op_opcodes, at_6,
      { 0xa3, 0x0c, 0x87, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0x04 },
      "REPORT SUPPORTED OPERATION CODES" },
    { 0xa3, 0x0d, 12, SHARED | BW_TAPE_OP_NOW, IN, bw_tape_op_task_functions,
      at_6,
      { 0xa3, 0x0d, 0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0x04 },
      "REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS" },
    { 0xa3, 0x0f, 12, SHARED, IN, bw_tape_op_report_timestamp, at_6,
      { 0xa3, 0x0f, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0x04 },
      "REPORT TIMESTAMP" },
    { 0xa4, 0x0f, 12, 0, OUT, bw_tape_op_set_timestamp, at_6,
      { 0xa4, 0x0f, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0x04 },
      "SET TIMESTAMP" },
    { 0xab, 0x01, 12, 0, IN, bw_tape_op_media_serial, at_6,
      { 0xab, 0x01, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0x04 },
      "READ MEDIA SERIAL NUMBER" },
    { 0xb5, -1, 12, 0, OUT, bw_tape_op_security_out, at_6,
      { 0xb5, 0xff, 0xff, 0xff, 0x80, 0, 0xff, 0xff, 0xff, 0xff, 0, 0x04 },
      "SECURITY PROTOCOL OUT" },
    { .run = NULL },
};
/* clang-format on */
