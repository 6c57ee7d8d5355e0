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
#include "tape_bench.h"

#define tape_do tape_replay_do /* both headers have one */
#include "../tape_replay.h"
#include "tape_rows.h"

struct replay {
    struct tape_bench bench;
    enum guest_scsi_kind kind;
    bool small; /* the drive's tapes are */
    unsigned cartridges;
    unsigned rows;
    unsigned complaints;
};

static void change(struct replay *replay, const char *name, bool protected)
{
    g_autofree char *path = tape_bench_path(&replay->bench, name);

    qtest_qmp_assert_success(
        replay->bench.qts,
        "{'execute': 'blockdev-change-medium', 'arguments': {'id': 'tape', "
        "'filename': %s, 'format': 'raw', 'force': true, "
        "'read-only-mode': %s}}",
        path, protected ? "read-only" : "read-write");
}

/* Nothing that an earlier cartridge of this name left beside it. */
static void remove_side_files(struct replay *replay, const char *name)
{
    static const char *const ends[] = { ".p1.tap", ".tap.meta", ".tap.index",
                                        ".p1.tap.index" };

    for (unsigned i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *side = g_strconcat(name, ends[i], NULL);
        g_autofree char *path = tape_bench_path(&replay->bench, side);

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
    struct replay *replay = rig->opaque;
    const char *stem = replay->cartridges++ % 2 ? "one" : "two";
    g_autofree char *name = g_strconcat(stem, ".tap", NULL);

    g_assert_cmpint(replay->small, ==, kind == TAPE_SMALL);
    put_back(rig);
    if (kind == TAPE_NONE) {
        qtest_qmp_assert_success(replay->bench.qts,
                                 "{'execute': 'eject', 'arguments': "
                                 "{'id': 'tape', 'force': true}}");
        return;
    }
    remove_side_files(replay, stem);
    tape_bench_make(&replay->bench, name, image, bytes);
    change(replay, name, kind == TAPE_PROTECTED);
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

static void replay_rows(struct tape_rig *rig)
{
    struct replay *replay = rig->opaque;

    for (unsigned at = 0; at < TAPE_STATES; at++) {
        if ((tape_tables[at].kind == TAPE_SMALL) != replay->small) {
            continue;
        }
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

static void replay_all(enum guest_scsi_kind kind, bool small)
{
    struct replay replay = { .kind = kind, .small = small };
    g_autofree uint8_t *bytes = g_malloc0(TAPE_REPLAY_BYTES + 1);
    g_autofree char *device = g_strdup_printf(
        ",profile=lto8,serial=BW000001,capacity=%u,early-warning=%u",
        small ? TAPE_SMALL_BYTES : 0, small ? TAPE_SMALL_WARNING : 0);
    struct tape_rig rig = {
        .opaque = &replay,
        .data = bytes,
        .begin = begin,
        .command = command,
        .complain = complain,
    };

    replay.bench = tape_bench_loaded(kind, device);
    replay_rows(&rig);
    if (!small) {
        replay_gates(&rig);
    }
    g_test_message("%u rows", replay.rows);
    g_assert_cmpuint(replay.rows, >, small ? 35 : 250);
    g_assert_cmpuint(replay.complaints, ==, 0);
    tape_bench_free(&replay.bench);
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
