/*
 * scsi-tape as a device of QEMU: found, written, read, changed, stopped.
 *
 * What each command answers in each state is in scsi-tape-table-test.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "tape_bench.h"

#define KEY_NONE      0x0
#define KEY_NOT_READY 0x2
#define KEY_ILLEGAL   0x5
#define KEY_ATTENTION 0x6
#define KEY_PROTECT   0x7
#define KEY_BLANK     0x8

#define FILEMARK 0x80 /* sense byte 2 */
#define ILI      0x20

static enum guest_scsi_kind kind_of(const void *data)
{
    return GPOINTER_TO_INT(data);
}

static void contains(const struct tape_bench *b, const char *name,
                     const char *expected)
{
    g_autofree char *path = tape_bench_path(b, name);
    g_autofree char *text = tape_contents(path);

    g_assert_cmpstr(text, ==, expected);
}

static void power_on_is_told_before_the_cartridge(const void *data)
{
    struct tape_bench b = tape_bench_new();
    g_autofree char *args = tape_bench_args(&b, "", "");
    uint8_t inquiry[36] = { 0 };
    struct scsi_answer answer;

    tape_bench_make(&b, "tape.tap", NULL, 0);
    tape_bench_start(&b, kind_of(data), args);
    answer = tape_run(&b, "12 00 00 00 24", NULL, 0, inquiry, sizeof(inquiry));
    g_assert_cmphex(answer.status, ==, 0);
    g_assert_cmphex(inquiry[0], ==, 0x01); /* sequential access */
    g_assert_cmphex(inquiry[1], ==, 0x80); /* removable */
    /* a virtio driver resets its adapter first, and all that is behind it */
    tape_check(&b, "00", KEY_ATTENTION,
               kind_of(data) == GUEST_SCSI_VIRTIO ? 0x2900 : 0x2901);
    tape_check(&b, "00", KEY_ATTENTION, 0x2800);
    tape_good(&b, "00");
    tape_bench_free(&b);
}

static void records_and_marks_are_in_the_file(const void *data)
{
    struct tape_bench b = tape_bench_loaded(kind_of(data), "");

    tape_write_record(&b, 0x0a, 10);
    tape_write_record(&b, 0x0b, 5);
    tape_good(&b, "10 00 00 00 02");
    contains(&b, "tape.tap", "10xa 5xb TM TM EOM");
    tape_write_record(&b, 0x0c, 65536);
    tape_good(&b, "01");
    contains(&b, "tape.tap", "10xa 5xb TM TM 65536xc EOM");
    tape_read_record(&b, 0x0a, 10);
    tape_good(&b, "11 01 00 00 02");
    tape_read_record(&b, 0x0c, 65536);
    g_assert_cmpuint(tape_position(&b), ==, 5);
    /* overwritten in the middle, the rest is gone */
    tape_good(&b, "2b 00 00 00 00 00 01");
    tape_write_record(&b, 0x0d, 7);
    tape_good(&b, "10");
    contains(&b, "tape.tap", "10xa 7xd EOM");
    tape_bench_free(&b);
}

static void what_is_missing_is_told_twice(const void *data)
{
    struct tape_bench b = tape_bench_loaded(kind_of(data), "");
    uint8_t room[100];
    struct scsi_answer answer;

    tape_write_record(&b, 0x0a, 60);
    tape_good(&b, "10 00 00 00 01");
    tape_good(&b, "01");
    answer = tape_run(&b, "08 00 00 00 64", NULL, 0, room, 100);
    tape_answered(&answer, KEY_NONE, 0x0000);
    g_assert_cmphex(answer.sense[2], ==, ILI);
    g_assert_cmpuint(tape_information(&answer), ==, 40);
    g_assert_cmpuint(answer.residual, ==, 40);
    g_assert_cmphex(room[59], ==, 0x0a);
    /* no data at all: an adapter must not wait for some */
    answer = tape_run(&b, "08 00 00 00 64", NULL, 0, room, 100);
    tape_answered(&answer, KEY_NONE, 0x0001);
    g_assert_cmphex(answer.sense[2], ==, FILEMARK);
    g_assert_cmpuint(tape_information(&answer), ==, 100);
    g_assert_cmpuint(answer.residual, ==, 100);
    answer = tape_run(&b, "08 00 00 00 64", NULL, 0, room, 100);
    tape_answered(&answer, KEY_BLANK, 0x0005);
    /* SILI: GOOD, and only the transport knows */
    tape_good(&b, "01");
    answer = tape_run(&b, "08 02 00 00 64", NULL, 0, room, 100);
    g_assert_cmphex(answer.status, ==, 0);
    g_assert_cmpuint(answer.residual, ==, 40);
    tape_bench_free(&b);
}

static void large_records_pass(const void *data)
{
    struct tape_bench b = tape_bench_loaded(kind_of(data), "");

    tape_write_record(&b, 0x11, 1 << 20);
    tape_write_record(&b, 0x12, 2 << 20);
    tape_write_record(&b, 0x13, (2 << 20) - 1);
    tape_good(&b, "01");
    contains(&b, "tape.tap", "1048576x11 2097152x12 2097151x13 EOM");
    tape_read_record(&b, 0x11, 1 << 20);
    tape_read_record(&b, 0x12, 2 << 20);
    tape_read_record(&b, 0x13, (2 << 20) - 1);
    tape_bench_free(&b);
}

static void fixed_blocks_go_in_one_command(const void *data)
{
    struct tape_bench b = tape_bench_loaded(kind_of(data), ",block-size=512");
    uint8_t blocks[8 * 512];
    struct scsi_answer answer;

    memset(blocks, 0x77, sizeof(blocks));
    answer = tape_run(&b, "0a 01 00 00 08", blocks, sizeof(blocks), NULL, 0);
    g_assert_cmphex(answer.status, ==, 0);
    g_assert_cmpuint(tape_position(&b), ==, 8);
    tape_good(&b, "01");
    memset(blocks, 0, sizeof(blocks));
    answer = tape_run(&b, "08 01 00 00 08", NULL, 0, blocks, sizeof(blocks));
    g_assert_cmphex(answer.status, ==, 0);
    g_assert_cmphex(blocks[sizeof(blocks) - 1], ==, 0x77);
    tape_bench_free(&b);
}

/* --- the user and the machine --- */

static void qmp(struct tape_bench *b, const char *command)
{
    QDict *reply = qtest_qmp(b->qts, "{'execute': %s}", command);

    g_assert_true(qdict_haskey(reply, "return"));
    qobject_unref(reply);
}

static bool change(struct tape_bench *b, const char *name)
{
    g_autofree char *path = tape_bench_path(b, name);
    QDict *reply = qtest_qmp(b->qts,
                             "{'execute': 'blockdev-change-medium', "
                             "'arguments': {'id': 'tape', 'filename': %s, "
                             "'format': 'raw'}}",
                             path);
    bool ok = qdict_haskey(reply, "return");

    qobject_unref(reply);
    return ok;
}

static void a_stop_commits(void)
{
    struct tape_bench b = tape_bench_loaded(GUEST_SCSI_VIRTIO, "");

    tape_write_record(&b, 0x21, 100);
    contains(&b, "tape.tap", "EOM"); /* it streams */
    qmp(&b, "stop");
    contains(&b, "tape.tap", "100x21 EOM");
    qmp(&b, "cont");
    tape_write_record(&b, 0x22, 100000);
    tape_bench_stop(&b); /* the end of QEMU is a stop, too */
    contains(&b, "tape.tap", "100x21 100000x22 EOM");
    tape_bench_free(&b);
}

static void a_changed_cartridge_is_another(void)
{
    struct tape_bench b = tape_bench_loaded(GUEST_SCSI_VIRTIO, "");

    tape_bench_make(&b, "two.tap", NULL, 0);
    tape_write_record(&b, 0x31, 3);
    g_assert_true(change(&b, "two.tap"));
    contains(&b, "tape.tap", "3x31 EOM");
    tape_check(&b, "00", KEY_ATTENTION, 0x2800);
    tape_good(&b, "00");
    g_assert_cmpuint(tape_position(&b), ==, 0);
    tape_write_record(&b, 0x32, 4);
    tape_good(&b, "10");
    contains(&b, "two.tap", "4x32 EOM");
    qtest_qmp_assert_success(b.qts, "{'execute': 'eject', 'arguments': "
                                    "{'id': 'tape'}}");
    tape_check(&b, "00", KEY_NOT_READY, 0x3a00);
    g_assert_true(change(&b, "tape.tap"));
    tape_check(&b, "00", KEY_ATTENTION, 0x2800);
    tape_read_record(&b, 0x31, 3);
    tape_bench_free(&b);
}

static void what_is_no_tape_is_not_taken(void)
{
    struct tape_bench b = tape_bench_loaded(GUEST_SCSI_VIRTIO, "");
    g_autofree uint8_t *zeros = g_malloc0(1 << 17);

    tape_bench_make(&b, "zeros.tap", zeros, 1 << 17);
    g_assert_false(change(&b, "zeros.tap"));
    tape_check(&b, "00", KEY_NOT_READY, 0x3a00);
    g_assert_true(change(&b, "tape.tap"));
    tape_check(&b, "00", KEY_ATTENTION, 0x2800);
    tape_good(&b, "00");
    tape_bench_free(&b);
}

static void a_locked_door_opens_by_force(void)
{
    struct tape_bench b = tape_bench_loaded(GUEST_SCSI_VIRTIO, "");
    QDict *reply;

    tape_good(&b, "1e 00 00 00 01");
    reply = qtest_qmp(b.qts, "{'execute': 'eject', 'arguments': "
                             "{'id': 'tape'}}");
    g_assert_true(qdict_haskey(reply, "error"));
    qobject_unref(reply);
    tape_check(&b, "00", KEY_ATTENTION, 0x5a01);
    tape_good(&b, "00");
    qtest_qmp_assert_success(b.qts, "{'execute': 'eject', 'arguments': "
                                    "{'id': 'tape', 'force': true}}");
    tape_check(&b, "00", KEY_NOT_READY, 0x3a00);
    tape_bench_free(&b);
}

static void an_empty_drive_takes_a_cartridge(void)
{
    struct tape_bench b = tape_bench_new();

    tape_bench_make(&b, "tape.tap", NULL, 0);
    tape_bench_start(&b, GUEST_SCSI_VIRTIO,
                     "-device scsi-tape,id=tape,bus=hba.0,scsi-id=1");
    guest_scsi_settle(b.scsi, 1);
    tape_check(&b, "00", KEY_NOT_READY, 0x3a00);
    g_assert_true(change(&b, "tape.tap"));
    tape_check(&b, "00", KEY_ATTENTION, 0x2800);
    tape_write_record(&b, 0x41, 9);
    tape_bench_stop(&b);
    contains(&b, "tape.tap", "9x41 EOM");
    tape_bench_free(&b);
}

static void an_unload_can_eject(void)
{
    struct tape_bench b = tape_bench_loaded(GUEST_SCSI_VIRTIO, ",eject=on");

    tape_write_record(&b, 0x51, 9);
    tape_good(&b, "1b");
    qtest_qmp_eventwait(b.qts, "DEVICE_TRAY_MOVED");
    contains(&b, "tape.tap", "9x51 EOM");
    tape_check(&b, "00", KEY_NOT_READY, 0x3a00);
    qtest_qmp_assert_success(b.qts,
                             "{'execute': 'blockdev-close-tray', 'arguments': "
                             "{'id': 'tape'}}");
    tape_check(&b, "00", KEY_ATTENTION, 0x2800);
    tape_read_record(&b, 0x51, 9);
    tape_bench_free(&b);
}

static void protected_from(const char *drive, const char *device)
{
    struct tape_bench b = tape_bench_new();
    g_autofree char *args = tape_bench_args(&b, drive, device);
    uint8_t mode[12] = { 0 };
    struct scsi_answer answer;

    tape_bench_make(&b, "tape.tap", "\4\0\0\0abcd\4\0\0\0\xff\xff\xff\xff", 16);
    tape_bench_start(&b, GUEST_SCSI_VIRTIO, args);
    guest_scsi_settle(b.scsi, 1);
    answer = tape_run(&b, "0a 00 00 00 04", "wxyz", 4, NULL, 0);
    tape_answered(&answer, KEY_PROTECT, 0x2700);
    answer = tape_run(&b, "1a 00 00 00 0c", NULL, 0, mode, sizeof(mode));
    g_assert_cmphex(answer.status, ==, 0);
    g_assert_cmphex(mode[2] & 0x80, ==, 0x80);
    tape_good(&b, "10"); /* a synchronisation writes nothing */
    answer = tape_run(&b, "08 00 00 00 04", NULL, 0, mode, 4);
    g_assert_cmphex(answer.status, ==, 0);
    tape_bench_stop(&b);
    contains(&b, "tape.tap", "4x61 EOM");
    tape_bench_free(&b);
}

static void a_protected_cartridge_stays_as_it_is(void)
{
    protected_from(",readonly=on", "");
    protected_from("", ",write-protect=on");
}

static void a_reset_is_told_and_rewinds(const void *data)
{
    struct tape_bench b = tape_bench_loaded(kind_of(data), "");

    tape_write_record(&b, 0x61, 9);
    tape_good(&b, "10");
    qtest_system_reset(b.qts);
    guest_scsi_free(b.scsi);
    b.scsi = guest_scsi_new(b.qts, kind_of(data));
    tape_check(&b, "00", KEY_ATTENTION, 0x2900);
    g_assert_cmpuint(tape_position(&b), ==, 0);
    tape_read_record(&b, 0x61, 9);
    tape_bench_free(&b);
}

static void two_drives_have_two_tapes(void)
{
    struct tape_bench b = tape_bench_new();
    g_autofree char *one = tape_bench_args(&b, "", "");
    g_autofree char *two = tape_bench_path(&b, "two.tap");
    g_autofree char *args =
        g_strdup_printf("%s -drive if=none,id=t1,file=%s,format=raw "
                        "-device scsi-tape,drive=t1,bus=hba.0,scsi-id=2",
                        one, two);
    static const uint8_t write[] = { 0x0a, 0, 0, 0, 2, 0 };
    const struct scsi_command other = {
        .id = 2,
        .cdb = write,
        .cdb_len = 6,
        .out = "zz",
        .out_len = 2,
    };

    tape_bench_make(&b, "tape.tap", NULL, 0);
    tape_bench_make(&b, "two.tap", NULL, 0);
    tape_bench_start(&b, GUEST_SCSI_VIRTIO, args);
    guest_scsi_settle(b.scsi, 1);
    guest_scsi_settle(b.scsi, 2);
    tape_write_record(&b, 0x71, 2);
    g_assert_cmphex(guest_scsi_run(b.scsi, &other).status, ==, 0);
    tape_write_record(&b, 0x72, 2);
    tape_bench_stop(&b);
    contains(&b, "tape.tap", "2x71 2x72 EOM");
    contains(&b, "two.tap", "2x7a EOM");
    tape_bench_free(&b);
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
    add("power_on_is_told_before_the_cartridge",
        power_on_is_told_before_the_cartridge);
    add("records_and_marks_are_in_the_file", records_and_marks_are_in_the_file);
    add("what_is_missing_is_told_twice", what_is_missing_is_told_twice);
    add("large_records_pass", large_records_pass);
    add("fixed_blocks_go_in_one_command", fixed_blocks_go_in_one_command);
    add("a_reset_is_told_and_rewinds", a_reset_is_told_and_rewinds);
    qtest_add_func("scsi-tape/a_stop_commits", a_stop_commits);
    qtest_add_func("scsi-tape/a_changed_cartridge_is_another",
                   a_changed_cartridge_is_another);
    qtest_add_func("scsi-tape/what_is_no_tape_is_not_taken",
                   what_is_no_tape_is_not_taken);
    qtest_add_func("scsi-tape/a_locked_door_opens_by_force",
                   a_locked_door_opens_by_force);
    qtest_add_func("scsi-tape/an_empty_drive_takes_a_cartridge",
                   an_empty_drive_takes_a_cartridge);
    qtest_add_func("scsi-tape/an_unload_can_eject", an_unload_can_eject);
    qtest_add_func("scsi-tape/a_protected_cartridge_stays_as_it_is",
                   a_protected_cartridge_stays_as_it_is);
    qtest_add_func("scsi-tape/two_drives_have_two_tapes",
                   two_drives_have_two_tapes);
    return g_test_run();
}
