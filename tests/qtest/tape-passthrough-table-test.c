/*
 * Every command of the tape drive in every state, with the drive behind an
 * agent: ../tape_table.h, the same rows and expectations as for scsi-tape.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tape_link.h"

#define tape_do tape_replay_do /* both headers have one */
#include "../tape_replay.h"
#include "tape_rows.h"

struct replay {
    struct tape_link link;
    unsigned rows;
    unsigned complaints;
};

/* Another drive; then what a host's driver asks a drive first. */
static void begin(struct tape_rig *rig, enum tape_kind kind,
                  const uint8_t *image, size_t bytes)
{
    struct replay *replay = rig->opaque;
    bool small = kind == TAPE_SMALL;

    fake_scsi_power_on(replay->link.b.agent, kind != TAPE_NONE, image, bytes,
                       kind == TAPE_PROTECTED, small ? TAPE_SMALL_BYTES : 0,
                       small ? TAPE_SMALL_WARNING : 0);
    tape_clear_attentions(rig);
    tape_replay_do(rig, "1a 00 00 00 0c 00", 12, 0);
}

static void command(struct tape_rig *rig, const uint8_t *cdb, unsigned length,
                    uint32_t in, uint32_t out, struct tape_answer *answer)
{
    struct replay *replay = rig->opaque;
    struct scsi_command command = {
        .id = 1,
        .cdb = cdb,
        .cdb_len = length,
        .out = out ? rig->data : NULL,
        .out_len = out,
        .in = in ? rig->data : NULL,
        .in_len = in,
    };
    struct scsi_answer got = guest_scsi_run(replay->link.t.scsi, &command);

    answer->status = got.status;
    answer->done = in ? in - got.residual : 0;
    memcpy(answer->sense, got.sense, MIN(got.sense_len, sizeof(answer->sense)));
}

static void complain(struct tape_rig *rig, const char *text)
{
    struct replay *replay = rig->opaque;

    g_test_message("%s", text);
    replay->complaints++;
}

static void replay_rows(struct tape_rig *rig)
{
    struct replay *replay = rig->opaque;

    for (unsigned at = 0; at < TAPE_STATES; at++) {
        for (size_t i = 0; i < tape_tables[at].count; i++) {
            if (tape_rows_would_send(&tape_tables[at].rows[i],
                                     tape_tables[at].block)) {
                tape_replay_row(rig, at, &tape_tables[at].rows[i]);
                replay->rows++;
            }
        }
    }
}

static void replay_gates(struct tape_rig *rig)
{
    static const enum tape_state states[] = { ON_NONE, ON_UNLOADED,
                                              ON_PROTECTED };

    for (unsigned i = 0; i < G_N_ELEMENTS(states); i++) {
        for (size_t g = 0; g < TAPE_GATES; g++) {
            tape_replay_gate(rig, states[i], &tape_gates[g]);
        }
    }
}

static void every_row_comes_out_as_it_says(const void *data)
{
    struct replay replay = { 0 };
    g_autofree uint8_t *bytes = g_malloc0(TAPE_REPLAY_BYTES + 1);
    struct tape_rig rig = {
        .opaque = &replay,
        .data = bytes,
        .begin = begin,
        .command = command,
        .complain = complain,
    };

    tape_link_start(&replay.link, GPOINTER_TO_INT(data), "");
    replay_rows(&rig);
    replay_gates(&rig);
    g_test_message("%u rows", replay.rows);
    g_assert_cmpuint(replay.rows, >, 285);
    g_assert_cmpuint(replay.complaints, ==, 0);
    g_assert_cmpuint(get_count(&replay.link.b, "reconnects"), ==, 0);
    tape_link_finish(&replay.link);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_data_func(
        "tape-passthrough/virtio/every_row_comes_out_as_it_says",
        GINT_TO_POINTER(GUEST_SCSI_VIRTIO), every_row_comes_out_as_it_says);
    qtest_add_data_func("tape-passthrough/lsi/every_row_comes_out_as_it_says",
                        GINT_TO_POINTER(GUEST_SCSI_LSI),
                        every_row_comes_out_as_it_says);
    return g_test_run();
}
