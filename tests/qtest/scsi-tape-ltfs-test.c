/*
 * What LTFS asks of a drive, through QEMU's host adapters: ../tape_ltfs.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tape_replay_rig.h"
#include "../tape_ltfs.h"

struct ltfs {
    struct replay replay;
    struct tape_bench bench;
    enum guest_scsi_kind kind;
};

static void begin(struct tape_rig *rig, enum tape_kind kind,
                  const uint8_t *image, size_t bytes)
{
    struct ltfs *ltfs = container_of(rig, struct ltfs, replay.rig);

    g_assert_cmpint(kind, ==, TAPE_BLANK);
    g_assert_true(!image && !bytes);
    ltfs->bench =
        tape_bench_loaded(ltfs->kind, ",profile=lto8,serial=BW000001");
    ltfs->replay.scsi = ltfs->bench.scsi;
}

static void ltfs_makes_mounts_and_unmounts_a_tape(const void *data)
{
    struct ltfs ltfs = { .kind = GPOINTER_TO_INT(data) };
    g_autofree char *second = NULL;

    replay_init(&ltfs.replay, begin);
    tape_ltfs_replay(&ltfs.replay.rig);
    replay_finish(&ltfs.replay);
    /* the second partition is a tape of its own, beside the first */
    second = tape_bench_path(&ltfs.bench, "tape.p1.tap");
    g_assert_true(g_file_test(second, G_FILE_TEST_EXISTS));
    tape_bench_free(&ltfs.bench);
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
