/*
 * A tape drive behind a host adapter for ../tape_replay.h and ../tape_ltfs.h:
 * what those share that replay them through QEMU.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_TAPE_REPLAY_RIG_H
#define BENCHWIRE_TESTS_QTEST_TAPE_REPLAY_RIG_H

#include "tape_bench.h"

#define tape_do tape_replay_do /* both headers have one */
#include "../tape_replay.h"
#include "tape_rows.h"

struct replay {
    struct tape_rig rig;
    struct guest_scsi *scsi; /* the drive is its device 1 */
    unsigned rows;
    unsigned complaints;
};

static inline void replay_command(struct tape_rig *rig, const uint8_t *cdb,
                                  unsigned length, uint32_t in, uint32_t out,
                                  struct tape_answer *answer)
{
    struct replay *replay = container_of(rig, struct replay, rig);
    struct scsi_command command = {
        .id = 1,
        .cdb = cdb,
        .cdb_len = length,
        .out = out ? rig->data : NULL,
        .out_len = out,
        .in = in ? rig->data : NULL,
        .in_len = in,
    };
    struct scsi_answer got = guest_scsi_run(replay->scsi, &command);

    answer->status = got.status;
    answer->done = in ? in - got.residual : 0;
    memcpy(answer->sense, got.sense, MIN(got.sense_len, sizeof(answer->sense)));
}

static inline void replay_complain(struct tape_rig *rig, const char *text)
{
    g_test_message("%s", text);
    container_of(rig, struct replay, rig)->complaints++;
}

/* @begin is struct tape_rig's; @scsi is yet to be set. */
static inline void
replay_init(struct replay *replay,
            void (*begin)(struct tape_rig *rig, enum tape_kind kind,
                          const uint8_t *image, size_t bytes))
{
    replay->rig = (struct tape_rig){
        .data = g_malloc0(TAPE_REPLAY_BYTES + 1),
        .begin = begin,
        .command = replay_command,
        .complain = replay_complain,
    };
}

/* All rows of a state that a host can send. */
static inline void replay_state(struct replay *replay, enum tape_state at)
{
    for (size_t i = 0; i < tape_tables[at].count; i++) {
        if (tape_rows_would_send(&tape_tables[at].rows[i],
                                 tape_tables[at].block)) {
            tape_replay_row(&replay->rig, at, &tape_tables[at].rows[i]);
            replay->rows++;
        }
    }
}

static inline void replay_gates(struct replay *replay)
{
    static const enum tape_state states[] = { ON_NONE, ON_UNLOADED,
                                              ON_PROTECTED };

    for (unsigned i = 0; i < G_N_ELEMENTS(states); i++) {
        for (size_t g = 0; g < TAPE_GATES; g++) {
            tape_replay_gate(&replay->rig, states[i], &tape_gates[g]);
        }
    }
}

/* Nothing may have been complained about. */
static inline void replay_finish(struct replay *replay)
{
    g_free(replay->rig.data);
    g_assert_cmpuint(replay->complaints, ==, 0);
}

#endif
