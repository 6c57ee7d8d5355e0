/*
 * scsi-tape and what QEMU does around it: images of other formats, a host
 * without space, I/O threads, several commands at a time, a reset in their
 * middle, migration, snapshots.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "migrate.h"
#include "tape_bench.h"

#define KEY_ATTENTION 0x6
#define KEY_BLANK     0x8
#define KEY_OVERFLOW  0xd

#define DEVICE "-device scsi-tape,id=tape,drive=t0,bus=hba.0,scsi-id=1"

static void contains(const struct tape_bench *b, const char *name,
                     const char *expected)
{
    g_autofree char *path = tape_bench_path(b, name);
    g_autofree char *text = tape_contents(path);

    g_assert_cmpstr(text, ==, expected);
}

static void create(QTestState *qts, const char *options)
{
    g_autofree char *command = g_strdup_printf(
        "{'execute': 'blockdev-create', 'arguments': {'job-id': 'job', "
        "'options': %s}}",
        options);
    QDict *reply = qtest_qmp(qts, command, NULL);

    g_assert_true(qdict_haskey(reply, "return"));
    qobject_unref(reply);
    for (int i = 0; i < 500; i++) {
        bool done;

        reply = qtest_qmp(
            qts, "{'execute': 'job-dismiss', 'arguments': {'id': 'job'}}");
        done = qdict_haskey(reply, "return");
        qobject_unref(reply);
        if (done) {
            return;
        }
        g_usleep(10000); /* between two looks, 5 s at most */
    }
    g_assert_not_reached();
}

/* An image of no length. */
static void make_qcow2(const struct tape_bench *b, const char *name)
{
    QTestState *qts = qtest_init("-M none");
    g_autofree char *path = tape_bench_path(b, name);
    g_autofree char *file = g_strdup_printf(
        "{'driver': 'file', 'filename': '%s', 'size': 0}", path);
    g_autofree char *image =
        g_strdup_printf("{'driver': 'qcow2', 'size': 0, "
                        "'file': {'driver': 'file', 'filename': '%s'}}",
                        path);

    create(qts, file);
    create(qts, image);
    qtest_quit(qts);
}

static void a_host_without_space_is_the_end_of_the_tape(void)
{
    struct tape_bench b = tape_bench_new();
    /* sector 200 is in the second record */
    g_autofree char *args = g_strdup_printf(
        "-blockdev driver=file,node-name=f,filename=%s "
        "-blockdev driver=blkdebug,node-name=d,image=f,"
        "inject-error.0.event=write_aio,inject-error.0.errno=28,"
        "inject-error.0.sector=200 "
        "-blockdev driver=raw,node-name=t0,file=d " DEVICE,
        b.tap);
    g_autofree uint8_t *data = g_malloc0(65536);
    struct scsi_answer answer;

    tape_bench_make(&b, "tape.tap", NULL, 0);
    tape_bench_start(&b, GUEST_SCSI_VIRTIO, args);
    guest_scsi_settle(b.scsi, 1);
    tape_write_record(&b, 0x11, 65536);
    answer = tape_run(&b, "0a 00 01 00 00", data, 65536, NULL, 0);
    tape_answered(&answer, KEY_OVERFLOW, 0x0002);
    g_assert_cmphex(answer.sense[2] & 0x40, ==, 0x40); /* EOM */
    g_assert_cmpuint(tape_information(&answer), ==, 65536);
    g_assert_cmpuint(tape_position(&b), ==, 1);
    tape_good(&b, "01");
    tape_read_record(&b, 0x11, 65536);
    answer = tape_run(&b, "08 00 01 00 00", NULL, 0, data, 65536);
    tape_answered(&answer, KEY_BLANK, 0x0005);
    tape_bench_stop(&b);
    contains(&b, "tape.tap", "65536x11 EOM");
    tape_bench_free(&b);
}

static void lengths_that_are_no_sectors_are_exact(void)
{
    struct tape_bench b = tape_bench_new();
    g_autofree char *args = tape_bench_args(&b, "", "");

    /* no end-of-medium marker: the file's end is the tape's */
    tape_bench_make(&b, "tape.tap", "\3\0\0\0abc\0\3\0\0\0", 12);
    tape_bench_start(&b, GUEST_SCSI_VIRTIO, args);
    guest_scsi_settle(b.scsi, 1);
    tape_good(&b, "11 03"); /* to the end of the data */
    g_assert_cmpuint(tape_position(&b), ==, 1);
    tape_write_record(&b, 0x62, 2);
    tape_bench_stop(&b);
    contains(&b, "tape.tap", "3x61 2x62 EOM");
    tape_bench_free(&b);
}

static void start_qcow2(struct tape_bench *b, const char *more)
{
    g_autofree char *path = tape_bench_path(b, "tape.qcow2");
    g_autofree char *args = g_strdup_printf(
        "-drive if=none,id=t0,file=%s,format=qcow2 " DEVICE "%s", path, more);

    tape_bench_start(b, GUEST_SCSI_VIRTIO, args);
    guest_scsi_settle(b->scsi, 1);
}

static void a_qcow2_image_grows(void)
{
    struct tape_bench b = tape_bench_new();

    make_qcow2(&b, "tape.qcow2");
    start_qcow2(&b, "");
    for (int i = 0; i < 5; i++) {
        tape_write_record(&b, 0x21 + i, 500000);
    }
    tape_good(&b, "10 00 00 00 01");
    tape_bench_stop(&b);
    start_qcow2(&b, "");
    tape_read_record(&b, 0x21, 500000);
    tape_good(&b, "11 03");
    g_assert_cmpuint(tape_position(&b), ==, 6);
    tape_bench_free(&b);
}

static void monitor(struct tape_bench *b, const char *line)
{
    QDict *reply = qtest_qmp(b->qts,
                             "{'execute': 'human-monitor-command', "
                             "'arguments': {'command-line': %s}}",
                             line);

    g_assert_cmpstr(qdict_get_str(reply, "return"), ==, "");
    qobject_unref(reply);
}

static void a_snapshot_brings_the_tape_back(void)
{
    struct tape_bench b = tape_bench_new();

    make_qcow2(&b, "tape.qcow2");
    start_qcow2(&b, "");
    tape_write_record(&b, 0x31, 10);
    tape_write_record(&b, 0x32, 10);
    tape_good(&b, "2b 00 00 00 00 00 01");
    monitor(&b, "savevm one");
    tape_write_record(&b, 0x33, 10);
    tape_good(&b, "10");
    monitor(&b, "loadvm one");
    g_assert_cmpuint(tape_position(&b), ==, 1);
    tape_read_record(&b, 0x32, 10);
    tape_bench_free(&b);
}

static void a_temporary_overlay_leaves_the_tape_alone(void)
{
    struct tape_bench b = tape_bench_new();
    g_autofree char *args = tape_bench_args(&b, ",snapshot=on", "");

    tape_bench_make(&b, "tape.tap", "\3\0\0\0aaa\0\3\0\0\0\xff\xff\xff\xff",
                    16);
    tape_bench_start(&b, GUEST_SCSI_VIRTIO, args);
    guest_scsi_settle(b.scsi, 1);
    tape_good(&b, "11 03");
    tape_write_record(&b, 0x41, 3000000);
    tape_good(&b, "01");
    tape_read_record(&b, 0x61, 3);
    tape_bench_stop(&b);
    contains(&b, "tape.tap", "3x61 EOM");
    tape_bench_free(&b);
}

/* The monitor's answer to @command is an error. */
static void refused(struct tape_bench *b, const char *command,
                    const char *expected)
{
    QDict *reply = qtest_qmp(b->qts, command, NULL);
    QDict *error = qdict_get_qdict(reply, "error");

    g_assert_nonnull(error);
    g_assert_nonnull(strstr(qdict_get_str(error, "desc"), expected));
    qobject_unref(reply);
}

static void nothing_copies_a_tape_that_grows(void)
{
    struct tape_bench b = tape_bench_new();
    g_autofree char *args = g_strdup_printf(
        "-blockdev driver=file,node-name=f,filename=%s "
        "-blockdev driver=raw,node-name=t0,file=f "
        "-blockdev driver=null-co,node-name=to,size=1048576 " DEVICE,
        b.tap);
    g_autofree char *overlay = tape_bench_path(&b, "overlay.qcow2");
    g_autofree char *snapshot =
        g_strdup_printf("{'execute': 'blockdev-snapshot-sync', 'arguments': "
                        "{'node-name': 't0', 'snapshot-node-name': 'o', "
                        "'snapshot-file': '%s', 'format': 'qcow2'}}",
                        overlay);

    tape_bench_make(&b, "tape.tap", NULL, 0);
    tape_bench_start(&b, GUEST_SCSI_VIRTIO, args);
    refused(&b, snapshot, "eject it first");
    for (const char *const *node = (const char *const[]){ "t0", "f", NULL };
         *node; node++) {
        g_autofree char *backup =
            g_strdup_printf("{'execute': 'blockdev-backup', 'arguments': "
                            "{'job-id': 'j', 'device': '%s', 'target': 'to', "
                            "'sync': 'full'}}",
                            *node);

        refused(&b, backup, "eject it first");
    }
    /* out of the drive, it is as any other */
    qtest_qmp_assert_success(b.qts, "{'execute': 'blockdev-open-tray', "
                                    "'arguments': {'id': 'tape'}}");
    qtest_qmp_assert_success(b.qts, snapshot, NULL);
    tape_bench_free(&b);
}

/* --- threads and order --- */

#define COMMANDS 8

static void write_many(struct tape_bench *b)
{
    static const uint8_t cdb[6] = { 0x0a, 0, 0, 0, 4, 0 };
    struct scsi_command command[COMMANDS];
    struct guest_scsi_pending pending[COMMANDS];
    uint8_t data[COMMANDS][4];
    int i;

    for (i = 0; i < COMMANDS; i++) {
        memset(data[i], 0x50 + i, sizeof(data[i]));
        command[i] = (struct scsi_command){
            .id = 1,
            .cdb = cdb,
            .cdb_len = sizeof(cdb),
            .out = data[i],
            .out_len = sizeof(data[i]),
        };
        guest_scsi_submit(b->scsi, &command[i], &pending[i]);
    }
    for (i = 0; i < COMMANDS; i++) {
        g_assert_cmphex(guest_scsi_await(b->scsi, &pending[i]).status, ==, 0);
    }
}

static void commands_of(const char *machine, const char *device)
{
    struct tape_bench b = tape_bench_new();
    g_autofree char *args =
        g_strdup_printf("%s -drive if=none,id=t0,file=%s,format=raw %s",
                        machine, b.tap, device);

    tape_bench_make(&b, "tape.tap", NULL, 0);
    tape_bench_start_as(&b, GUEST_SCSI_VIRTIO, args);
    guest_scsi_settle(b.scsi, 1);
    write_many(&b);
    tape_write_record(&b, 0x61, 100000);
    tape_good(&b, "01");
    tape_read_record(&b, 0x50, 4);
    tape_bench_stop(&b);
    contains(&b, "tape.tap",
             "4x50 4x51 4x52 4x53 4x54 4x55 4x56 4x57 100000x61 EOM");
    tape_bench_free(&b);
}

static void commands_keep_their_order(void)
{
    commands_of(GUEST_SCSI_VIRTIO_ARGS, DEVICE);
}

static void an_io_thread_hands_them_over(void)
{
    commands_of("-M virt -nic none -object iothread,id=io "
                "-device virtio-scsi-pci,id=hba,addr=4,iothread=io",
                DEVICE);
}

static void several_io_threads_do(void)
{
    /* devices of the JSON form come after the others */
    commands_of("-M virt -nic none -object iothread,id=io0 "
                "-object iothread,id=io1 -device "
                "'{\"driver\":\"virtio-scsi-pci\",\"id\":\"hba\","
                "\"addr\":\"4\",\"num_queues\":2,\"iothread-vq-mapping\":"
                "[{\"iothread\":\"io0\"},{\"iothread\":\"io1\"}]}'",
                "-device '{\"driver\":\"scsi-tape\",\"drive\":\"t0\","
                "\"bus\":\"hba.0\",\"scsi-id\":1}'");
}

/* Under qtest a throttled write waits for a clock that nobody moves. */
static void a_reset_in_the_middle_ends_at_a_known_place(void)
{
    struct tape_bench b = tape_bench_new();
    g_autofree char *args = tape_bench_args(
        &b, ",throttling.bps-write=70000,throttling.bps-write-max=70000", "");
    static const uint8_t write[6] = { 0x0a, 0, 1, 0, 0, 0 };
    g_autofree uint8_t *data = g_malloc0(65536);
    const struct scsi_command command = {
        .id = 1,
        .cdb = write,
        .cdb_len = sizeof(write),
        .out = data,
        .out_len = 65536,
    };
    struct guest_scsi_pending pending[4];
    unsigned place;

    tape_bench_make(&b, "tape.tap", NULL, 0);
    tape_bench_start(&b, GUEST_SCSI_VIRTIO, args);
    guest_scsi_settle(b.scsi, 1);
    for (int i = 0; i < 4; i++) {
        guest_scsi_submit(b.scsi, &command, &pending[i]);
    }
    qtest_system_reset(b.qts);
    guest_scsi_free(b.scsi);
    b.scsi = guest_scsi_new(b.qts, GUEST_SCSI_VIRTIO);
    tape_check(&b, "00", KEY_ATTENTION, 0x2900);
    tape_good(&b, "00");
    tape_good(&b, "11 03");
    place = tape_position(&b);
    g_assert_cmpuint(place, <, 4); /* the last ones never began */
    tape_good(&b, "01");
    for (unsigned i = 0; i < place; i++) {
        tape_read_record(&b, 0, 65536);
    }
    tape_bench_free(&b);
}

static void a_drive_is_unplugged_with_its_tape(void)
{
    struct tape_bench b = tape_bench_new();

    tape_bench_make(&b, "tape.tap", NULL, 0);
    tape_bench_start(&b, GUEST_SCSI_VIRTIO, "");
    for (int i = 0; i < 20; i++) {
        qtest_qmp_assert_success(
            b.qts,
            "{'execute': 'blockdev-add', 'arguments': {'driver': 'raw', "
            "'node-name': 't0', 'file': {'driver': 'file', 'filename': %s}}}",
            b.tap);
        qtest_qmp_device_add(b.qts, "scsi-tape", "tape",
                             "{'drive': 't0', 'bus': 'hba.0', 'scsi-id': 1}");
        guest_scsi_settle(b.scsi, 1);
        tape_good(&b, "11 03");
        g_assert_cmpuint(tape_position(&b), ==, i);
        tape_write_record(&b, i, 10);
        qtest_qmp_device_del(b.qts, "tape");
        qtest_qmp_assert_success(b.qts, "{'execute': 'blockdev-del', "
                                        "'arguments': {'node-name': 't0'}}");
    }
    tape_bench_free(&b);
}

/* With I/O threads the answers of what was cancelled belong to these. */
static void unplugged(const char *machine, const char *device)
{
    struct tape_bench b = tape_bench_new();
    g_autofree char *args =
        g_strdup_printf("%s -drive if=none,id=t0,file=%s,format=raw %s",
                        machine, b.tap, device);
    static const uint8_t write[6] = { 0x0a, 0, 1, 0, 0, 0 };
    g_autofree uint8_t *data = g_malloc0(65536);
    const struct scsi_command command = {
        .id = 1,
        .cdb = write,
        .cdb_len = sizeof(write),
        .out = data,
        .out_len = 65536,
    };
    struct guest_scsi_pending pending[4];
    g_autofree char *text = NULL;

    tape_bench_make(&b, "tape.tap", NULL, 0);
    tape_bench_start_as(&b, GUEST_SCSI_VIRTIO, args);
    guest_scsi_settle(b.scsi, 1);
    tape_write_record(&b, 0, 65536);
    for (int i = 0; i < 4; i++) {
        guest_scsi_submit(b.scsi, &command, &pending[i]);
    }
    qtest_qmp_device_del_send(b.qts, "tape");
    qtest_qmp_eventwait(b.qts, "DEVICE_DELETED");
    text = tape_contents(b.tap);
    g_assert_true(g_str_has_prefix(text, "65536x0 "));
    g_assert_true(g_str_has_suffix(text, " EOM"));
    tape_bench_free(&b);
}

static void a_drive_is_unplugged_in_the_middle(void)
{
    unplugged(GUEST_SCSI_VIRTIO_ARGS, DEVICE);
    unplugged("-M virt -nic none -object iothread,id=io "
              "-device virtio-scsi-pci,id=hba,addr=4,iothread=io",
              DEVICE);
}

/* --- migration --- */

static void a_tape_moves_to_another_host(void)
{
    struct tape_bench b = tape_bench_loaded(GUEST_SCSI_VIRTIO, "");
    g_autofree char *tape = tape_bench_args(&b, "", "");
    g_autofree char *args = g_strdup_printf("%s -incoming defer", tape);
    struct tape_bench to = { .folder = b.folder, .tap = b.tap };
    uint8_t mode[12] = { 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 4, 0 };

    tape_write_record(&b, 0x71, 1024);
    tape_write_record(&b, 0x72, 1024);
    tape_write_record(&b, 0x73, 1024);
    g_assert_cmphex(
        tape_run(&b, "15 10 00 00 0c", mode, sizeof(mode), NULL, 0).status, ==,
        0);
    tape_good(&b, "2b 00 00 00 00 00 01");
    tape_good(&b, "1e 00 00 00 01");
    to.qts = qtest_initf("%s %s", GUEST_SCSI_VIRTIO_ARGS, args);
    migrate_in(to.qts, migrate_out(b.qts), 1);
    guest_scsi_free(b.scsi);
    qtest_quit(b.qts);

    /*
     * The guest's driver would go on where it was; ours starts anew, and its
     * reset rewinds.  So ask before that.
     */
    {
        QDict *reply = qtest_qmp(to.qts, "{'execute': 'qom-get', 'arguments': "
                                         "{'path': '/machine/peripheral/tape', "
                                         "'property': 'position'}}");

        g_assert_cmpint(qdict_get_int(reply, "return"), ==, 1);
        qobject_unref(reply);
        reply = qtest_qmp(to.qts, "{'execute': 'eject', 'arguments': "
                                  "{'id': 'tape'}}");
        g_assert_true(qdict_haskey(reply, "error")); /* still locked */
        qobject_unref(reply);
    }
    to.scsi = guest_scsi_new(to.qts, GUEST_SCSI_VIRTIO);
    guest_scsi_settle(to.scsi, 1);
    tape_good(&to, "11 03");
    g_assert_cmpuint(tape_position(&to), ==, 3);
    tape_write_record(&to, 0x74, 9);
    tape_bench_stop(&to);
    contains(&to, "tape.tap", "1024x71 1024x72 1024x73 9x74 EOM");
    tape_bench_free(&to);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("scsi-tape-host/a_host_without_space_is_the_end_of_the_tape",
                   a_host_without_space_is_the_end_of_the_tape);
    qtest_add_func("scsi-tape-host/lengths_that_are_no_sectors_are_exact",
                   lengths_that_are_no_sectors_are_exact);
    qtest_add_func("scsi-tape-host/a_qcow2_image_grows", a_qcow2_image_grows);
    qtest_add_func("scsi-tape-host/a_snapshot_brings_the_tape_back",
                   a_snapshot_brings_the_tape_back);
    qtest_add_func("scsi-tape-host/a_temporary_overlay_leaves_the_tape_alone",
                   a_temporary_overlay_leaves_the_tape_alone);
    qtest_add_func("scsi-tape-host/nothing_copies_a_tape_that_grows",
                   nothing_copies_a_tape_that_grows);
    qtest_add_func("scsi-tape-host/a_drive_is_unplugged_in_the_middle",
                   a_drive_is_unplugged_in_the_middle);
    qtest_add_func("scsi-tape-host/commands_keep_their_order",
                   commands_keep_their_order);
    qtest_add_func("scsi-tape-host/an_io_thread_hands_them_over",
                   an_io_thread_hands_them_over);
    qtest_add_func("scsi-tape-host/several_io_threads_do",
                   several_io_threads_do);
    qtest_add_func("scsi-tape-host/a_reset_in_the_middle_ends_at_a_known_place",
                   a_reset_in_the_middle_ends_at_a_known_place);
    qtest_add_func("scsi-tape-host/a_drive_is_unplugged_with_its_tape",
                   a_drive_is_unplugged_with_its_tape);
    qtest_add_func("scsi-tape-host/a_tape_moves_to_another_host",
                   a_tape_moves_to_another_host);
    return g_test_run();
}
