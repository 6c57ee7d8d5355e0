/*
 * How a command of the tape drive ends: status, sense data, data-in.
 *
 * Source: SPC-4, "Sense data", and SSC-3, "Error reporting".  Which code goes
 * with which event is in docs/tape.md, "Status and sense data".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_drive_priv.h"

#include <string.h>

static void answer(struct bw_tape_command *command, enum bw_scsi_status status,
                   enum bw_sense_key key, bw_asc asc)
{
    command->status = status;
    memset(&command->sense, 0, sizeof(command->sense));
    command->sense.key = key;
    command->sense.asc = asc;
    command->sense.field_bit = -1;
}

void bw_tape_good(struct bw_tape_command *command)
{
    answer(command, BW_SCSI_GOOD, BW_SENSE_NONE, 0);
}

void bw_tape_check(struct bw_tape_command *command, enum bw_sense_key key,
                   bw_asc asc)
{
    answer(command, BW_SCSI_CHECK, key, asc);
}

static void bad(struct bw_tape_command *command, bw_asc asc, bool in_data,
                unsigned byte, int bit)
{
    bw_tape_check(command, BW_SENSE_ILLEGAL, asc);
    command->sense.field_valid = true;
    command->sense.field_in_data = in_data;
    command->sense.field = (uint16_t)byte;
    command->sense.field_bit = (int8_t)bit;
}

void bw_tape_bad_field(struct bw_tape_command *command, unsigned byte, int bit)
{
    bad(command, 0x2400, false, byte, bit);
}

void bw_tape_bad_parameter(struct bw_tape_command *command, unsigned byte,
                           int bit)
{
    bad(command, 0x2600, true, byte, bit);
}

void bw_tape_information(struct bw_tape_command *command, int64_t information)
{
    if (information >= INT32_MIN && information <= (int64_t)UINT32_MAX) {
        command->sense.valid = true;
        command->sense.information = (uint32_t)information;
    }
}

void bw_tape_failed(struct bw_tape_command *command, enum bw_tape_result result,
                    bool writing)
{
    static const struct {
        uint8_t key;
        bw_asc asc;
    } table[BW_TAPE_RESULT_COUNT] = {
        [BW_TAPE_MARK] = { BW_SENSE_NONE, 0x0001 },
        [BW_TAPE_EOD] = { BW_SENSE_BLANK, 0x0005 },
        [BW_TAPE_BOP] = { BW_SENSE_NONE, 0x0004 },
        [BW_TAPE_BAD] = { BW_SENSE_MEDIUM, 0x1100 },
        [BW_TAPE_FULL] = { BW_SENSE_OVERFLOW, 0x0002 },
        [BW_TAPE_READ_ONLY] = { BW_SENSE_PROTECT, 0x2700 },
        [BW_TAPE_UNSUPPORTED] = { BW_SENSE_ILLEGAL, 0x2400 },
        [BW_TAPE_FOREIGN] = { BW_SENSE_MEDIUM, 0x3000 },
        [BW_TAPE_IO] = { BW_SENSE_MEDIUM, 0x1100 },
        [BW_TAPE_STOPPED] = { BW_SENSE_ABORTED, 0x2f00 },
    };

    if (result == BW_TAPE_OK) {
        bw_tape_good(command);
        return;
    }
    if (result >= BW_TAPE_RESULT_COUNT || !table[result].asc) {
        bw_tape_check(command, BW_SENSE_HARDWARE, 0x4400); /* internal */
        return;
    }
    bw_tape_check(command, table[result].key,
                  result == BW_TAPE_IO && writing ? 0x0c00 : table[result].asc);
    command->sense.filemark = result == BW_TAPE_MARK;
    command->sense.eom = result == BW_TAPE_BOP || result == BW_TAPE_FULL;
}

void bw_tape_answer(struct bw_tape_command *command, const uint8_t *bytes,
                    size_t length, uint64_t allocation)
{
    size_t done = length;

    done = done > allocation ? (size_t)allocation : done;
    done = done > command->size ? command->size : done;
    if (done) {
        memcpy(command->data, bytes, done);
    }
    command->done = done;
    bw_tape_good(command);
}
