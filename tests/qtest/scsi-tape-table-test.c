/*
 * Every command of the tape drive in every state, through QEMU's host
 * adapters: ../tape_table.h.
 *
 * A machine is started once; what a row changed is put back by commands, and
 * the cartridge by another one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "qobject/qdict.h"
#include "tape_replay_rig.h"

struct table {
    struct replay replay;
    struct tape_bench bench;
    bool small; /* the drive's tapes are */
    unsigned cartridges;
};

static void change(struct table *table, const char *name, bool protected)
{
    g_autofree char *path = tape_bench_path(&table->bench, name);

    qtest_qmp_assert_success(
        table->bench.qts,
        "{'execute': 'blockdev-change-medium', 'arguments': {'id': 'tape', "
        "'filename': %s, 'format': 'raw', 'force': true, "
        "'read-only-mode': %s}}",
        path, protected ? "read-only" : "read-write");
}

/* Nothing that an earlier cartridge of this name left beside it. */
static void remove_side_files(struct table *table, const char *name)
{
    static const char *const ends[] = { ".p1.tap", ".tap.meta", ".tap.index",
                                        ".p1.tap.index" };

    for (unsigned i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *side = g_strconcat(name, ends[i], NULL);
        g_autofree char *path = tape_bench_path(&table->bench, side);

        g_unlink(path);
    }
}

/* As after power-on, as far as a row can see. */
static void put_back(struct tape_rig *rig)
{
    tape_clear_attentions(rig);
    memset(rig->data, 0, 4);
    tape_replay_do(rig, "1e 00 00 00 00 00", 0, 0);
    tape_replay_do(rig, "17 00 00 00 00 00", 0, 0);
    tape_hex("00 00 10 08 00 00 00 00 00 00 00 00", rig->data, 12);
    tape_replay_do(rig, "15 10 00 00 0c 00", 0, 12);
}

static void begin(struct tape_rig *rig, enum tape_kind kind,
                  const uint8_t *image, size_t bytes)
{
    struct table *table = container_of(rig, struct table, replay.rig);
    const char *stem = table->cartridges++ % 2 ? "one" : "two";
    g_autofree char *name = g_strconcat(stem, ".tap", NULL);

    g_assert_cmpint(table->small, ==, kind == TAPE_SMALL);
    put_back(rig);
    if (kind == TAPE_NONE) {
        qtest_qmp_assert_success(table->bench.qts,
                                 "{'execute': 'eject', 'arguments': "
                                 "{'id': 'tape', 'force': true}}");
        return;
    }
    remove_side_files(table, stem);
    tape_bench_make(&table->bench, name, image, bytes);
    change(table, name, kind == TAPE_PROTECTED);
}

static void replay_all(enum guest_scsi_kind kind, bool small)
{
    struct table table = { .small = small };
    g_autofree char *device = g_strdup_printf(
        ",profile=lto8,serial=BW000001,capacity=%u,early-warning=%u",
        small ? TAPE_SMALL_BYTES : 0, small ? TAPE_SMALL_WARNING : 0);

    replay_init(&table.replay, begin);
    table.bench = tape_bench_loaded(kind, device);
    table.replay.scsi = table.bench.scsi;
    for (unsigned at = 0; at < TAPE_STATES; at++) {
        if ((tape_tables[at].kind == TAPE_SMALL) == small) {
            replay_state(&table.replay, at);
        }
    }
    if (!small) {
        replay_gates(&table.replay);
    }
    g_test_message("%u rows", table.replay.rows);
    g_assert_cmpuint(table.replay.rows, >, small ? 35 : 250);
    replay_finish(&table.replay);
    tape_bench_free(&table.bench);
}

static void every_row_comes_out_as_it_says(const void *data)
{
    replay_all(GPOINTER_TO_INT(data), false);
}

static void a_small_tape_warns_and_ends(const void *data)
{
    replay_all(GPOINTER_TO_INT(data), true);
}

static void add(const char *name, GTestDataFunc test)
{
    g_autofree char *virtio = g_strdup_printf("scsi-tape/virtio/%s", name);
    g_autofree char *lsi = g_strdup_printf("scsi-tape/lsi/%s", name);

    qtest_add_data_func(virtio, GINT_TO_POINTER(GUEST_SCSI_VIRTIO), test);
    qtest_add_data_func(lsi, GINT_TO_POINTER(GUEST_SCSI_LSI), test);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("every_row_comes_out_as_it_says", every_row_comes_out_as_it_says);
    add("a_small_tape_warns_and_ends", a_small_tape_warns_and_ends);
    return g_test_run();
}
