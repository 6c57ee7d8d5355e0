/*
 * Every command of the tape drive in every state, with the drive behind an
 * agent: ../tape_table.h, the same rows and expectations as for scsi-tape.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tape_link.h"
#include "tape_replay_rig.h"

struct table {
    struct replay replay;
    struct tape_link link;
};

/* Another drive; then what a host's driver asks a drive first. */
static void begin(struct tape_rig *rig, enum tape_kind kind,
                  const uint8_t *image, size_t bytes)
{
    struct table *table = container_of(rig, struct table, replay.rig);
    bool small = kind == TAPE_SMALL;

    fake_scsi_power_on(table->link.b.agent, kind != TAPE_NONE, image, bytes,
                       kind == TAPE_PROTECTED, small ? TAPE_SMALL_BYTES : 0,
                       small ? TAPE_SMALL_WARNING : 0);
    tape_clear_attentions(rig);
    tape_replay_do(rig, "1a 00 00 00 0c 00", 12, 0);
}

static void every_row_comes_out_as_it_says(const void *data)
{
    struct table table = { 0 };

    replay_init(&table.replay, begin);
    tape_link_start(&table.link, GPOINTER_TO_INT(data), "");
    table.replay.scsi = table.link.t.scsi;
    for (unsigned at = 0; at < TAPE_STATES; at++) {
        replay_state(&table.replay, at);
    }
    replay_gates(&table.replay);
    g_test_message("%u rows", table.replay.rows);
    g_assert_cmpuint(table.replay.rows, >, 285);
    replay_finish(&table.replay);
    g_assert_cmpuint(get_count(&table.link.b, "reconnects"), ==, 0);
    tape_link_finish(&table.link);
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
