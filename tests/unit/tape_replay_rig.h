/*
 * The tape drive itself for ../tape_replay.h and ../tape_ltfs.h: rig->opaque is
 * a struct bw_tape_drive.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_TAPE_REPLAY_RIG_H
#define BENCHWIRE_TESTS_UNIT_TAPE_REPLAY_RIG_H

#include "unit_test.h"

#include <stdlib.h>
#include <string.h>

#include "../tape_replay.h"
#include "peripherals/parts/tape_drive.h"

static uint8_t replay_data[TAPE_REPLAY_BYTES];
static unsigned replay_complaints;

static void replay_command(struct tape_rig *rig, const uint8_t *cdb,
                           unsigned length, uint32_t in, uint32_t out,
                           struct tape_answer *answer)
{
    struct bw_tape_command c = { .cdb_length = length };
    /* exactly so much, that ASan sees a byte too many */
    uint8_t *memory = malloc(in + out + 1);

    assert_non_null(memory);
    memcpy(memory, rig->data, out);
    memcpy(c.cdb, cdb, length);
    c.data = memory;
    c.size = in + out;
    bw_tape_execute(rig->opaque, &c);
    answer->status = (uint8_t)c.status;
    answer->done = (uint32_t)c.done;
    if (c.status == BW_SCSI_CHECK) {
        bw_sense_fixed(&c.sense, answer->sense, sizeof(answer->sense));
    }
    assert_true(c.done <= in);
    memcpy(rig->data, memory, c.done);
    free(memory);
}

static void replay_complain(struct tape_rig *rig, const char *text)
{
    (void)rig;
    print_error("%s\n", text);
    replay_complaints++;
}

#endif
