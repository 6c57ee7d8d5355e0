/*
 * REPORT SUPPORTED OPERATION CODES, from the drive's own two tables, and
 * REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS.
 *
 * Source: SPC-4, 6.34 and 6.36.
 *
 * Choices: time-outs are those of LTO drives' manuals in round numbers: an hour
 * for what moves the tape, a minute for the rest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_parameter.h"

#define CDB_RCTD 0x80 /* with time-outs */

#define OPTION_ALL     0
#define OPTION_OPCODE  1
#define OPTION_SERVICE 2
#define OPTION_EITHER  3

#define SUPPORT_NOT      1
#define SUPPORT_STANDARD 3
#define ENTRY_SERVACTV   0x01
#define ENTRY_CTDP       0x02
#define ONE_CTDP         0x80

#define TIMEOUT_LENGTH 12u
#define TIMEOUT_TAPE   3600u /* seconds */
#define TIMEOUT_REST   60u

#define OPCODES_ROOM 4096u

static size_t put_timeouts(uint8_t *at, const struct bw_tape_op *op)
{
    unsigned seconds = op->flags & (BW_TAPE_OP_LOADED | BW_TAPE_OP_MOVES)
                           ? TIMEOUT_TAPE
                           : TIMEOUT_REST;

    memset(at, 0, TIMEOUT_LENGTH);
    bw_put_be(at, TIMEOUT_LENGTH - 2, 2);
    bw_put_be(at + 8, seconds, 4);
    return TIMEOUT_LENGTH;
}

/* Attributes need a memory in the cartridge. */
static bool offers(const struct bw_tape_drive *drive, uint8_t opcode)
{
    return drive->config.profile->mam || (opcode != 0x8c && opcode != 0x8d);
}

static size_t put_entries(const struct bw_tape_drive *drive, uint8_t *data,
                          size_t used, const struct bw_tape_op *op,
                          bool timeouts)
{
    for (; op->run; op++) {
        uint8_t *at = data + used;

        if (used + 8 + TIMEOUT_LENGTH > OPCODES_ROOM) {
            break;
        }
        if (!offers(drive, op->opcode)) {
            continue;
        }
        memset(at, 0, 8);
        at[0] = op->opcode;
        if (op->service >= 0) {
            bw_put_be(at + 2, (uint8_t)op->service, 2);
            at[5] = ENTRY_SERVACTV;
        }
        bw_put_be(at + 6, op->length, 2);
        used += 8;
        if (timeouts) {
            at[5] |= ENTRY_CTDP;
            used += put_timeouts(data + used, op);
        }
    }
    return used;
}

static void all_opcodes(const struct bw_tape_drive *drive,
                        struct bw_tape_command *command, bool timeouts,
                        uint64_t allocation)
{
    uint8_t data[OPCODES_ROOM];
    size_t used = put_entries(drive, data, 4, bw_tape_motion_ops, timeouts);

    used = put_entries(drive, data, used, bw_tape_parameter_ops, timeouts);
    bw_put_be(data, used - 4, 4);
    bw_tape_answer(command, data, used, allocation);
}

/* The first row of the opcode, whatever its service action. */
static const struct bw_tape_op *find_opcode(uint8_t opcode)
{
    const struct bw_tape_op *tables[] = { bw_tape_motion_ops,
                                          bw_tape_parameter_ops };

    for (unsigned i = 0; i < 2; i++) {
        for (const struct bw_tape_op *op = tables[i]; op->run; op++) {
            if (op->opcode == opcode) {
                return op;
            }
        }
    }
    return NULL;
}

static void one_opcode(struct bw_tape_command *command,
                       const struct bw_tape_op *op, bool timeouts,
                       uint64_t allocation)
{
    uint8_t data[4 + 16 + TIMEOUT_LENGTH] = { 0, SUPPORT_NOT };
    size_t used = 4;

    if (op) {
        data[1] = SUPPORT_STANDARD | (timeouts ? ONE_CTDP : 0);
        bw_put_be(data + 2, op->length, 2);
        memcpy(data + 4, op->usage, op->length);
        used += op->length;
        if (timeouts) {
            used += put_timeouts(data + used, op);
        }
    }
    bw_tape_answer(command, data, used, allocation);
}

void bw_tape_op_opcodes(struct bw_tape_drive *drive,
                        struct bw_tape_command *command)
{
    const uint8_t *cdb = command->cdb;
    unsigned option = cdb[2] & 0x07;
    bool timeouts = cdb[2] & CDB_RCTD;
    uint64_t allocation = bw_get_be(cdb + 6, 4);
    uint64_t service = bw_get_be(cdb + 4, 2);
    const struct bw_tape_op *op =
        offers(drive, cdb[3]) ? find_opcode(cdb[3]) : NULL;
    bool has_service = op && op->service >= 0;
    const uint8_t probe[16] = { cdb[3], (uint8_t)service };

    if (option == OPTION_ALL) {
        all_opcodes(drive, command, timeouts, allocation);
    } else if (option > OPTION_EITHER) {
        bw_tape_bad_field(command, 2, 2);
    } else if (option == OPTION_OPCODE && has_service) {
        bw_tape_bad_field(command, 2, 2);
    } else if (option == OPTION_SERVICE && op && !has_service) {
        bw_tape_bad_field(command, 2, 2);
    } else {
        if (has_service) {
            op = service < 0x20 ? bw_tape_find_op(probe) : NULL;
        } else if (option == OPTION_EITHER && service) {
            op = NULL;
        }
        one_opcode(command, op, timeouts, allocation);
    }
}

/* ABORT TASK, ABORT TASK SET, LOGICAL UNIT RESET: what hosts can do. */
void bw_tape_op_task_functions(struct bw_tape_drive *drive,
                               struct bw_tape_command *command)
{
    bool more = command->cdb[2] & 0x80;
    uint8_t data[16] = { 0xc8, 0x00, 0x00, more ? 12 : 0 };

    (void)drive;
    bw_tape_answer(command, data, more ? 16 : 4,
                   bw_get_be(command->cdb + 6, 4));
}
