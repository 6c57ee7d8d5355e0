/*
 * What LTFS asks of a drive, through QEMU's host adapters: ../tape_ltfs.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tape_bench.h"

#define tape_do tape_replay_do /* both headers have one */
#include "../tape_ltfs.h"

struct replay {
    struct tape_bench bench;
    enum guest_scsi_kind kind;
    unsigned complaints;
};

static void begin(struct tape_rig *rig, enum tape_kind kind,
                  const uint8_t *image, size_t bytes)
{
    struct replay *replay = rig->opaque;

    g_assert_cmpint(kind, ==, TAPE_BLANK);
    g_assert_true(!image && !bytes);
    replay->bench =
        tape_bench_loaded(replay->kind, ",profile=lto8,serial=BW000001");
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
    struct scsi_answer got = guest_scsi_run(replay->bench.scsi, &command);

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

static void ltfs_makes_mounts_and_unmounts_a_tape(const void *data)
{
    struct replay replay = { .kind = GPOINTER_TO_INT(data) };
    g_autofree uint8_t *bytes = g_malloc0(TAPE_REPLAY_BYTES);
    g_autofree char *second = NULL;
    struct tape_rig rig = {
        .opaque = &replay,
        .data = bytes,
        .begin = begin,
        .command = command,
        .complain = complain,
    };

    tape_ltfs_replay(&rig);
    g_assert_cmpuint(replay.complaints, ==, 0);
    /* the second partition is a tape of its own, beside the first */
    second = tape_bench_path(&replay.bench, "tape.p1.tap");
    g_assert_true(g_file_test(second, G_FILE_TEST_EXISTS));
    tape_bench_free(&replay.bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_data_func(
        "scsi-tape/virtio/ltfs_makes_mounts_and_unmounts_a_tape",
        GINT_TO_POINTER(GUEST_SCSI_VIRTIO),
        ltfs_makes_mounts_and_unmounts_a_tape);
    qtest_add_data_func("scsi-tape/lsi/ltfs_makes_mounts_and_unmounts_a_tape",
                        GINT_TO_POINTER(GUEST_SCSI_LSI),
                        ltfs_makes_mounts_and_unmounts_a_tape);
    return g_test_run();
}
