/*
 * A medium changer and two tape drives on one virtio-scsi controller: the
 * cartridges go where the guest wants them.
 *
 * The commands themselves are in tests/unit/test_changer.c; this is their way
 * through QEMU, and what becomes of the drives.  Source: SMC-3.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "guest_scsi.h"

#define CHECK_CONDITION 2u

#define DRIVE0_ID  1
#define DRIVE1_ID  2
#define CHANGER_ID 3

#define DRIVE0 0x0100u
#define DRIVE1 0x0101u
#define SLOT0  0x1000u

static const char *const tapes[] = { "A00001L8", "B00002L8", "C00003L8" };

struct bench {
    char *folder;
    QTestState *qts;
    struct guest_scsi *scsi;
};

static char *tape_path(struct bench *b, unsigned tape)
{
    return g_strdup_printf("%s/%s.tap", b->folder, tapes[tape]);
}

static struct bench start(void)
{
    struct bench b;

    b.folder = g_dir_make_tmp("changer-XXXXXX", NULL);
    g_assert_nonnull(b.folder);
    for (unsigned i = 0; i < ARRAY_SIZE(tapes); i++) {
        g_autofree char *path = tape_path(&b, i);

        g_assert_true(g_file_set_contents(path, "", 0, NULL));
    }
    b.qts = qtest_initf(GUEST_SCSI_VIRTIO_ARGS
                        " -device scsi-tape,bus=hba.0,scsi-id=1,id=d0"
                        " -device scsi-tape,bus=hba.0,scsi-id=2,id=d1"
                        " -device scsi-changer,bus=hba.0,scsi-id=3,drives=d0:d1"
                        ",slots=%s,slot-count=5",
                        b.folder);
    b.scsi = guest_scsi_new(b.qts, GUEST_SCSI_VIRTIO);
    guest_scsi_settle(b.scsi, DRIVE0_ID);
    guest_scsi_settle(b.scsi, DRIVE1_ID);
    guest_scsi_settle(b.scsi, CHANGER_ID);
    return b;
}

static void stop(struct bench *b)
{
    GDir *dir;
    const char *name;

    guest_scsi_free(b->scsi);
    qtest_quit(b->qts);
    dir = g_dir_open(b->folder, 0, NULL);
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(b->folder, name, NULL);

        g_unlink(path);
    }
    g_dir_close(dir);
    g_rmdir(b->folder);
    g_free(b->folder);
}

/* Returns: 0, or key, ASC and ASCQ. */
static uint32_t run(struct bench *b, uint8_t id, const uint8_t *cdb,
                    size_t cdb_len, struct scsi_command *data)
{
    struct scsi_command command = *data;
    struct scsi_answer answer;

    command.id = id;
    command.cdb = cdb;
    command.cdb_len = cdb_len;
    answer = guest_scsi_run(b->scsi, &command);
    if (answer.status == 0) {
        return 0;
    }
    g_assert_cmphex(answer.status, ==, CHECK_CONDITION);
    return (answer.sense[2] & 0x0fu) << 16 | answer.sense[12] << 8 |
           answer.sense[13];
}

static uint32_t run_plain(struct bench *b, uint8_t id, const uint8_t *cdb,
                          size_t cdb_len)
{
    struct scsi_command none = { 0 };

    return run(b, id, cdb, cdb_len, &none);
}

static uint32_t move(struct bench *b, unsigned from, unsigned to)
{
    const uint8_t cdb[12] = { 0xa5,      0,           0,       0,
                              from >> 8, from & 0xff, to >> 8, to & 0xff };

    return run_plain(b, CHANGER_ID, cdb, sizeof(cdb));
}

static uint32_t test_ready(struct bench *b, uint8_t id)
{
    const uint8_t cdb[6] = { 0 };

    return run_plain(b, id, cdb, sizeof(cdb));
}

/* Returns: the bar code in an element, "" if it is empty. */
static char *tag_of(struct bench *b, unsigned element)
{
    const uint8_t cdb[12] = {
        0xb8, 0x10, element >> 8, element & 0xff, 0, 1, 0, 0, 1, 0
    };
    uint8_t data[256] = { 0 };
    struct scsi_command in = { .in = data, .in_len = sizeof(data) };

    g_assert_cmphex(run(b, CHANGER_ID, cdb, sizeof(cdb), &in), ==, 0);
    g_assert_cmphex(data[16] << 8 | data[17], ==, element);
    if (!(data[18] & 1)) {
        return g_strdup("");
    }
    return g_strchomp(g_strndup((char *)data + 16 + 12, 32));
}

static void check_tag(struct bench *b, unsigned element, const char *expected)
{
    g_autofree char *tag = tag_of(b, element);

    g_assert_cmpstr(tag, ==, expected);
}

static void write_record(struct bench *b, uint8_t id, const char *text)
{
    const uint8_t write[6] = { 0x0a, 0, 0, 0, strlen(text) };
    const uint8_t mark[6] = { 0x10, 0, 0, 0, 1 };
    struct scsi_command out = { .out = text, .out_len = strlen(text) };

    g_assert_cmphex(run(b, id, write, sizeof(write), &out), ==, 0);
    g_assert_cmphex(run_plain(b, id, mark, sizeof(mark)), ==, 0);
}

static void check_record(struct bench *b, uint8_t id, const char *text)
{
    const uint8_t read[6] = { 0x08, 0, 0, 0, strlen(text) };
    char data[64] = "";
    struct scsi_command in = { .in = data, .in_len = strlen(text) };

    g_assert_cmphex(run(b, id, read, sizeof(read), &in), ==, 0);
    g_assert_cmpstr(data, ==, text);
}

static void slots_are_the_folder_s_tapes(void)
{
    struct bench b = start();

    check_tag(&b, SLOT0, "A00001L8");
    check_tag(&b, SLOT0 + 1, "B00002L8");
    check_tag(&b, SLOT0 + 2, "C00003L8");
    check_tag(&b, SLOT0 + 3, "");
    check_tag(&b, SLOT0 + 4, "");
    check_tag(&b, DRIVE0, "");
    check_tag(&b, DRIVE1, "");
    stop(&b);
}

static void a_cartridge_keeps_what_was_written(void)
{
    struct bench b = start();

    /* NOT READY, MEDIUM NOT PRESENT: no tray says more */
    g_assert_cmphex(test_ready(&b, DRIVE0_ID) & 0xffff00, ==, 0x023a00);
    g_assert_cmphex(move(&b, SLOT0, DRIVE0), ==, 0);
    check_tag(&b, DRIVE0, "A00001L8");
    check_tag(&b, SLOT0, "");
    /* NOT READY TO READY CHANGE, and it is */
    g_assert_cmphex(test_ready(&b, DRIVE0_ID), ==, 0x062800);
    g_assert_cmphex(test_ready(&b, DRIVE0_ID), ==, 0);
    write_record(&b, DRIVE0_ID, "the first tape");

    g_assert_cmphex(move(&b, DRIVE0, SLOT0 + 4), ==, 0);
    g_assert_cmphex(move(&b, SLOT0 + 1, DRIVE0), ==, 0);
    guest_scsi_settle(b.scsi, DRIVE0_ID);
    write_record(&b, DRIVE0_ID, "the second tape");

    g_assert_cmphex(move(&b, SLOT0 + 4, DRIVE1), ==, 0);
    check_tag(&b, DRIVE1, "A00001L8");
    guest_scsi_settle(b.scsi, DRIVE1_ID);
    check_record(&b, DRIVE1_ID, "the first tape");
    stop(&b);
}

static void a_locked_drive_keeps_its_cartridge(void)
{
    struct bench b = start();
    uint8_t prevent[6] = { 0x1e, 0, 0, 0, 1 };

    g_assert_cmphex(move(&b, SLOT0, DRIVE0), ==, 0);
    guest_scsi_settle(b.scsi, DRIVE0_ID);
    g_assert_cmphex(run_plain(&b, DRIVE0_ID, prevent, sizeof(prevent)), ==, 0);
    g_assert_cmphex(move(&b, DRIVE0, SLOT0), ==, 0x055302);
    check_tag(&b, DRIVE0, "A00001L8");
    prevent[4] = 0;
    g_assert_cmphex(run_plain(&b, DRIVE0_ID, prevent, sizeof(prevent)), ==, 0);
    g_assert_cmphex(move(&b, DRIVE0, SLOT0), ==, 0);
    check_tag(&b, SLOT0, "A00001L8");
    stop(&b);
}

static void a_tape_that_is_ejected_by_hand_is_in_its_slot(void)
{
    struct bench b = start();

    g_assert_cmphex(move(&b, SLOT0 + 2, DRIVE1), ==, 0);
    check_tag(&b, SLOT0 + 2, "");
    qtest_qmp_assert_success(
        b.qts, "{ 'execute': 'eject', 'arguments': { 'id': 'd1' } }");
    check_tag(&b, DRIVE1, "");
    check_tag(&b, SLOT0 + 2, "C00003L8");
    stop(&b);
}

static void a_cartridge_that_does_not_load_stays_in_its_slot(void)
{
    struct bench b = start();
    g_autofree char *path = tape_path(&b, 1);

    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_cmphex(move(&b, SLOT0 + 1, DRIVE0), ==, 0x045300);
    check_tag(&b, SLOT0 + 1, "B00002L8");
    check_tag(&b, DRIVE0, "");
    g_assert_cmphex(move(&b, SLOT0, DRIVE0), ==, 0);
    stop(&b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/scsi-changer/slots", slots_are_the_folder_s_tapes);
    qtest_add_func("/scsi-changer/move", a_cartridge_keeps_what_was_written);
    qtest_add_func("/scsi-changer/locked", a_locked_drive_keeps_its_cartridge);
    qtest_add_func("/scsi-changer/by-hand",
                   a_tape_that_is_ejected_by_hand_is_in_its_slot);
    qtest_add_func("/scsi-changer/gone",
                   a_cartridge_that_does_not_load_stays_in_its_slot);
    return g_test_run();
}
