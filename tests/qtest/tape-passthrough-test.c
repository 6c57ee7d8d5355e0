/*
 * tape-passthrough: commands, data, residues and sense data of a drive behind
 * an agent, on a controller with scatter/gather lists and on one without.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/units.h"
#include "qobject/qdict.h"
#include "qobject/qjson.h"
#include "tape_link.h"

#define MODE_512 "\0\0\x10\x08\0\0\0\0\0\0\x02\0"
#define MODE_VAR "\0\0\x10\x08\0\0\0\0\0\0\0\0"

static enum guest_scsi_kind kind_of(const void *data)
{
    return GPOINTER_TO_INT(data);
}

/* --- data --- */

static void records_of_all_lengths_go_there_and_back(const void *data)
{
    static const size_t lengths[] = { 1,     10,      512,        65528,
                                      65529, 1 * MiB, 2 * MiB + 1 };
    struct tape_link l = { 0 };

    tape_link_start(&l, kind_of(data), "");
    for (unsigned i = 0; i < G_N_ELEMENTS(lengths); i++) {
        tape_write_record(&l.t, 0x10 + i, lengths[i]);
    }
    tape_good(&l.t, "10 00 00 00 01 00");
    tape_good(&l.t, "01");
    for (unsigned i = 0; i < G_N_ELEMENTS(lengths); i++) {
        tape_read_record(&l.t, 0x10 + i, lengths[i]);
    }
    g_assert_cmpuint(tape_position(&l.t), ==, G_N_ELEMENTS(lengths));
    g_assert_false(tape_link_is_lost(&l));
    tape_link_finish(&l);
}

static void a_short_record_has_a_residue(const void *data)
{
    struct tape_link l = { 0 };
    struct scsi_answer answer;
    uint8_t in[100] = { 0 };

    tape_link_start(&l, kind_of(data), "");
    tape_write_record(&l.t, 0xaa, 10);
    tape_good(&l.t, "01");
    answer = tape_run(&l.t, "08 00 00 00 64 00", NULL, 0, in, sizeof(in));
    g_assert_cmphex(answer.status, ==, 2);
    g_assert_cmphex(answer.sense[2], ==, 0x20); /* ILI */
    g_assert_cmpuint(tape_information(&answer), ==, 90);
    g_assert_cmpuint(answer.residual, ==, 90);
    g_assert_cmphex(in[9], ==, 0xaa);

    tape_good(&l.t, "01");
    answer = tape_run(&l.t, "08 02 00 00 64 00", NULL, 0, in, sizeof(in));
    g_assert_cmphex(answer.status, ==, 0); /* SILI */
    g_assert_cmpuint(answer.residual, ==, 90);
    tape_link_finish(&l);
}

static void a_tape_mark_comes_without_data(const void *data)
{
    struct tape_link l = { 0 };
    struct scsi_answer answer;
    uint8_t in[64];

    tape_link_start(&l, kind_of(data), "");
    tape_good(&l.t, "10 00 00 00 01 00");
    tape_good(&l.t, "01");
    answer = tape_run(&l.t, "08 00 00 00 40 00", NULL, 0, in, sizeof(in));
    g_assert_cmphex(answer.status, ==, 2);
    g_assert_cmphex(answer.sense[2], ==, 0x80); /* FILEMARK */
    g_assert_cmpuint(answer.residual, ==, 64);
    tape_check(&l.t, "11 00 00 00 01 00", 8, 0x0005); /* the end of data */
    tape_link_finish(&l);
}

static void sense_data_are_those_of_the_drive(const void *data)
{
    struct bw_wire_scsi_result result = {
        .status = 2,
        .sense_len = 40,
        .sense = { 0xf0, 0, 0x63, 1, 2, 3, 4, 32, 5, 6, 7, 8, 0x5d, 0xfd },
    };
    struct tape_link l = { 0 };
    struct scsi_answer answer;

    tape_link_start(&l, kind_of(data), "");
    for (unsigned i = 14; i < result.sense_len; i++) {
        result.sense[i] = 0xc0 + i;
    }
    fake_scsi_answer(l.b.agent, &result, 1);
    answer = tape_do(&l.t, "01");
    g_assert_cmphex(answer.status, ==, 2);
    g_assert_cmpuint(answer.sense_len, ==, result.sense_len);
    g_assert_cmpmem(answer.sense, answer.sense_len, result.sense,
                    result.sense_len);
    tape_good(&l.t, "00");

    result = (struct bw_wire_scsi_result){ .status = 0x18 };
    fake_scsi_answer(l.b.agent, &result, 1);
    answer = tape_do(&l.t, "01"); /* RESERVATION CONFLICT */
    g_assert_cmphex(answer.status, ==, 0x18);
    tape_link_finish(&l);
}

static void part_of_a_write_may_be_left(const void *data)
{
    struct bw_wire_scsi_result result = { .status = 2,
                                          .moved = 512,
                                          .sense_len = 18,
                                          .sense = { 0xf0, 0, 0x4d, 0, 0, 2, 0,
                                                     10, 0, 0, 0, 0, 0, 2 } };
    struct tape_link l = { 0 };
    struct scsi_answer answer;
    uint8_t out[1024] = { 0 };

    tape_link_start(&l, GUEST_SCSI_VIRTIO, "");
    fake_scsi_answer(l.b.agent, &result, 1);
    answer = tape_run(&l.t, "0a 00 00 04 00 00", out, sizeof(out), NULL, 0);
    tape_answered(&answer, 0xd, 0x0002);
    g_assert_cmpuint(answer.residual, ==, 512);
    tape_link_finish(&l);
}

/* --- how long blocks are --- */

static void
fixed_blocks_are_as_long_as_the_guest_has_made_them(const void *data)
{
    static const uint8_t mode_10[16] = { [3] = 0x10, [7] = 8, [14] = 1 };
    struct tape_link l = { 0 };
    struct scsi_answer answer;
    uint8_t bytes[2048];
    uint8_t mode[12];

    tape_link_start(&l, GUEST_SCSI_LSI, "");
    g_assert_cmpint(tape_link_int(&l, "block-length"), ==, -1);
    answer = tape_run(&l.t, "15 10 00 00 0c 00", MODE_512, 12, NULL, 0);
    g_assert_cmphex(answer.status, ==, 0);
    g_assert_cmpint(tape_link_int(&l, "block-length"), ==, 512);
    memset(bytes, 0x55, sizeof(bytes));
    answer = tape_run(&l.t, "0a 01 00 00 04 00", bytes, sizeof(bytes), NULL, 0);
    g_assert_cmphex(answer.status, ==, 0);
    g_assert_cmpuint(fake_scsi_position(l.b.agent), ==, 4);

    answer = tape_run(&l.t, "15 11 00 00 0c 00", MODE_VAR, 12, NULL, 0);
    tape_answered(&answer, 5, 0x3900); /* saving them is refused */
    g_assert_cmpint(tape_link_int(&l, "block-length"), ==, 512);
    answer =
        tape_run(&l.t, "55 10 00 00 00 00 00 00 10 00", mode_10, 16, NULL, 0);
    g_assert_cmphex(answer.status, ==, 0);
    g_assert_cmpint(tape_link_int(&l, "block-length"), ==, 256);
    answer = tape_run(&l.t, "0a 01 00 00 02 00", bytes, 512, NULL, 0);
    g_assert_cmphex(answer.status, ==, 0);
    g_assert_cmpuint(fake_scsi_position(l.b.agent), ==, 6);

    tape_link_cut(&l);
    tape_check(&l.t, "00", 6, 0x2907);
    g_assert_cmpint(tape_link_int(&l, "block-length"), ==, -1);
    answer = tape_run(&l.t, "1a 00 00 00 0c 00", NULL, 0, mode, sizeof(mode));
    g_assert_cmphex(answer.status, ==, 0);
    g_assert_cmpint(tape_link_int(&l, "block-length"), ==, 256);
    tape_link_finish(&l);
}

static void blocks_of_unknown_length_are_not_moved(const void *data)
{
    struct tape_link l = { 0 };

    tape_link_start(&l, GUEST_SCSI_LSI, "");
    tape_check(&l.t, "08 01 00 00 01 00", 5, 0x2400);
    tape_check(&l.t, "0a 01 00 00 01 00", 5, 0x2400);
    tape_link_expect(&l, "");
    tape_link_finish(&l);
}

/* --- the agent's word --- */

static void a_command_that_takes_long_is_waited_for(const void *data)
{
    const uint8_t cdb[6] = { 0x01 };
    struct scsi_command command = { .id = 1, .cdb = cdb, .cdb_len = 6 };
    struct guest_scsi_pending pending;
    struct tape_link l = { 0 };
    int64_t end;

    tape_link_start(&l, GUEST_SCSI_VIRTIO, ",timeout-ms=2000");
    tape_link_hold(&l, &command, &pending);
    end = g_get_monotonic_time() + 4 * G_USEC_PER_SEC;
    while (g_get_monotonic_time() < end) {
        fake_scsi_busy(l.b.agent);
        g_usleep(20000);
    }
    g_assert_cmpuint(get_count(&l.b, "timeouts"), ==, 0);
    fake_agent_let_go(l.b.agent);
    g_assert_cmphex(guest_scsi_await(l.t.scsi, &pending).status, ==, 0);
    tape_link_finish(&l);
}

static void no_status_is_a_time_out(const void *data)
{
    struct bw_wire_scsi_result result = { .flags = BW_SCSI_RESULT_NO_STATUS };
    struct tape_link l = { 0 };

    tape_link_start(&l, GUEST_SCSI_VIRTIO, "");
    fake_scsi_answer(l.b.agent, &result, 2);
    tape_check(&l.t, "34", 0xb, 0x0801);
    g_assert_false(tape_link_is_lost(&l));
    tape_check(&l.t, "11 00 00 00 01 00", 0xb, 0x0801);
    g_assert_true(tape_link_is_lost(&l));
    tape_check(&l.t, "11 00 00 00 01 00", 3, 0x3b00);
    tape_good(&l.t, "01");
    g_assert_false(tape_link_is_lost(&l));
    tape_link_finish(&l);
}

static void what_the_agent_refuses_did_not_reach_the_drive(const void *data)
{
    static const struct {
        enum bw_status status;
        unsigned type;
        unsigned key;
        unsigned asc;
    } rows[] = {
        { BW_TOO_LONG, BW_MSG_SCSI_CMD, 5, 0x2400 },
        { BW_INVALID, BW_MSG_SCSI_CMD, 5, 0x2400 },
        { BW_GONE, BW_MSG_SCSI_CMD, 0xb, 0x0800 },
        { BW_IO, BW_MSG_SCSI_DATA_OUT, 0xb, 0x0800 },
    };
    struct tape_link l = { 0 };
    uint8_t out[16] = { 0 };

    tape_link_start(&l, kind_of(data), "");
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct scsi_answer answer;

        fake_agent_will(l.b.agent, rows[i].type, FAKE_STATUS, rows[i].status,
                        1);
        answer = tape_run(&l.t, "0a 00 00 00 10 00", out, 16, NULL, 0);
        tape_answered(&answer, rows[i].key, rows[i].asc);
        g_assert_cmpuint(fake_scsi_position(l.b.agent), ==, 0);
        g_assert_false(tape_link_is_lost(&l));
    }
    tape_write_record(&l.t, 1, 16);
    tape_link_finish(&l);
}

static void more_than_the_agent_takes_is_refused(const void *data)
{
    struct tape_link l = { 0 };
    g_autofree uint8_t *bytes = g_malloc0(64 * KiB);
    struct scsi_answer answer;

    tape_link_start(&l, kind_of(data), "");
    fake_scsi_limit(l.b.agent, 64 * KiB - 1);
    tape_link_cut(&l);
    tape_check(&l.t, "00", 6, 0x2907);
    tape_good(&l.t, "01");
    g_free(fake_scsi_log(l.b.agent));
    answer = tape_run(&l.t, "0a 00 01 00 00 00", bytes, 64 * KiB, NULL, 0);
    tape_answered(&answer, 5, 0x2400);
    answer = tape_run(&l.t, "08 00 01 00 00 00", NULL, 0, bytes, 64 * KiB);
    tape_answered(&answer, 5, 0x2400);
    tape_link_expect(&l, "");
    tape_write_record(&l.t, 1, 1 * KiB);
    tape_link_finish(&l);
}

/* --- what it is --- */

static void wait_logged(struct bench *b, const char *needle)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    while (!count_in(b->log, needle)) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(1000);
    }
}

static void the_guest_sees_the_type_that_the_agent_tells(const void *data)
{
    struct tape_link l = { 0 };

    bench_init(&l.b);
    l.b.agent = fake_agent_start(l.b.socket);
    fake_scsi_pretend(l.b.agent, 8);
    tape_link_boot(&l, GUEST_SCSI_VIRTIO, "");
    wait_link(&l.b, "ready");
    g_assert_cmpint(tape_link_int(&l, "device-type"), ==, 8);
    fake_scsi_pretend(l.b.agent, 0x1f); /* nothing there: as before */
    tape_link_cut(&l);
    g_assert_cmpint(tape_link_int(&l, "device-type"), ==, 8);
    fake_scsi_pretend(l.b.agent, 0);
    fake_agent_drop(l.b.agent);
    wait_logged(&l.b, "the device is of SCSI type 0, and the guest has one of "
                      "type 8");
    tape_link_finish(&l);
}

static void another_type_than_the_guests_is_not_opened(const void *data)
{
    struct tape_link l = { 0 };

    bench_init(&l.b);
    l.b.agent = fake_agent_start(l.b.socket);
    tape_link_boot(&l, GUEST_SCSI_VIRTIO, ",scsi-type=disk,wait-ms=0");
    wait_logged(&l.b, "the device is of SCSI type 1, and the guest has one of "
                      "type 0");
    tape_check(&l.t, "00", 0xb, 0x0800);
    tape_link_finish(&l);
}

/* --- resets --- */

static void a_reset_of_the_guest_resets_the_drive(const void *data)
{
    struct tape_link l = { 0 };

    tape_link_start(&l, GUEST_SCSI_VIRTIO, "");
    tape_write_record(&l.t, 1, 10);
    g_assert_cmphex(guest_scsi_reset_unit(l.t.scsi, 1), ==, 0);
    tape_check(&l.t, "00", 6, 0x2900); /* the drive's own */
    tape_good(&l.t, "00");
    tape_link_expect(&l, "0a reset 00 00 ");
    tape_link_finish(&l);
}

static void a_reset_that_takes_long_is_waited_for(const void *data)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;
    struct tape_link l = { 0 };
    uint32_t id;

    tape_link_start(&l, GUEST_SCSI_VIRTIO, "");
    tape_write_record(&l.t, 1, 10);
    id = fake_scsi_last_id(l.b.agent);
    fake_agent_will(l.b.agent, BW_MSG_SCSI_RESET, FAKE_HOLD, 0, 1);
    g_assert_cmphex(guest_scsi_reset_unit(l.t.scsi, 1), ==, 0);
    while (fake_scsi_last_id(l.b.agent) == id) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(1000);
    }
    fake_scsi_busy(l.b.agent);
    fake_agent_let_go(l.b.agent);
    tape_check(&l.t, "00", 6, 0x2900);
    g_assert_false(tape_link_is_lost(&l));
    g_assert_cmpuint(get_count(&l.b, "reconnects"), ==, 0);
    tape_link_finish(&l);
}

static void a_reset_that_cannot_be_done_is_told_all_the_same(const void *data)
{
    struct tape_link l = { 0 };

    tape_link_start(&l, GUEST_SCSI_VIRTIO, "");
    fake_scsi_no_reset(l.b.agent);
    g_assert_cmphex(guest_scsi_reset_unit(l.t.scsi, 1), ==, 0);
    tape_check(&l.t, "00", 6, 0x2900);
    tape_good(&l.t, "00");
    tape_link_expect(&l, "reset 00 ");
    tape_link_finish(&l);
}

/* --- commands that the guest gives up --- */

static const uint8_t rewind_cdb[6] = { 0x01 };
static const struct scsi_command rewind_command = { .id = 1,
                                                    .cdb = rewind_cdb,
                                                    .cdb_len = 6 };

static void an_aborted_command_ends_at_once_and_is_let_finish(const void *data)
{
    struct guest_scsi_pending pending;
    struct tape_link l = { 0 };

    tape_link_start(&l, GUEST_SCSI_VIRTIO, "");
    tape_write_record(&l.t, 1, 10);
    tape_link_hold(&l, &rewind_command, &pending);
    g_assert_cmphex(guest_scsi_abort(l.t.scsi, &pending), ==, 0);
    g_assert_cmphex(tape_do(&l.t, "00").status, ==, 8); /* BUSY */
    g_assert_cmphex(tape_do(&l.t, "12 00 00 00 00 00").status, ==, 8);
    g_assert_true(tape_link_is_lost(&l));
    fake_agent_let_go(l.b.agent);
    while (tape_do(&l.t, "00").status == 8) {
        /* the reply is on its way */
    }
    tape_check(&l.t, "08 00 00 00 0a 00", 3, 0x3b00);
    tape_good(&l.t, "01");
    tape_read_record(&l.t, 1, 10);
    g_assert_cmpuint(get_count(&l.b, "reconnects"), ==, 0);
    tape_link_finish(&l);
}

static void an_aborted_command_that_waits_is_never_sent(const void *data)
{
    const uint8_t erase[6] = { 0x19 };
    const struct scsi_command command = { .id = 1, .cdb = erase, .cdb_len = 6 };
    struct guest_scsi_pending first, second;
    struct tape_link l = { 0 };

    tape_link_start(&l, GUEST_SCSI_VIRTIO, "");
    tape_link_hold(&l, &rewind_command, &first);
    guest_scsi_submit(l.t.scsi, &command, &second);
    g_assert_cmphex(guest_scsi_abort(l.t.scsi, &second), ==, 0);
    fake_agent_let_go(l.b.agent);
    g_assert_cmphex(guest_scsi_await(l.t.scsi, &first).status, ==, 0);
    tape_good(&l.t, "00");
    tape_link_expect(&l, "01 00 ");
    g_assert_false(tape_link_is_lost(&l));
    tape_link_finish(&l);
}

static void commands_wait_for_each_other(const void *data)
{
    const uint8_t marks[6] = { 0x10, 0, 0, 0, 1 };
    const struct scsi_command command = { .id = 1, .cdb = marks, .cdb_len = 6 };
    struct guest_scsi_pending first, second;
    struct tape_link l = { 0 };

    tape_link_start(&l, GUEST_SCSI_VIRTIO, "");
    tape_link_hold(&l, &rewind_command, &first);
    guest_scsi_submit(l.t.scsi, &command, &second);
    tape_link_expect(&l, "01 ");
    fake_agent_let_go(l.b.agent);
    g_assert_cmphex(guest_scsi_await(l.t.scsi, &first).status, ==, 0);
    g_assert_cmphex(guest_scsi_await(l.t.scsi, &second).status, ==, 0);
    tape_link_expect(&l, "10 ");
    tape_link_finish(&l);
}

/* --- the machine --- */

static void it_can_be_unplugged_with_a_command_under_way(const void *data)
{
    struct guest_scsi_pending pending;
    struct tape_link l = { 0 };

    tape_link_start(&l, GUEST_SCSI_VIRTIO, "");
    tape_link_hold(&l, &rewind_command, &pending);
    qtest_qmp_device_del(l.b.qts, "part");
    fake_agent_let_go(l.b.agent);
    qtest_qmp_device_add(l.b.qts, "tape-passthrough", "part",
                         "{ 'bus': 'hba.0', 'scsi-id': 1, 'chardev': 'agent', "
                         "'export': %s }",
                         FAKE_EXPORT);
    wait_link(&l.b, "ready");
    tape_link_finish(&l);
}

static void a_machine_that_is_stopped_gets_the_answer_later(const void *data)
{
    struct guest_scsi_pending pending;
    struct tape_link l = { 0 };

    tape_link_start(&l, GUEST_SCSI_VIRTIO, "");
    tape_link_hold(&l, &rewind_command, &pending);
    qtest_qmp_assert_success(l.b.qts, "{'execute': 'stop'}");
    fake_agent_let_go(l.b.agent);
    wait_traced(&l.b, "SCSI_CMD status=ok", fake_scsi_commands(l.b.agent));
    qtest_qmp_assert_success(l.b.qts, "{'execute': 'cont'}");
    g_assert_cmphex(guest_scsi_await(l.t.scsi, &pending).status, ==, 0);
    tape_link_finish(&l);
}

static void a_device_of_this_machine_needs_no_agent(const void *data)
{
    g_autofree char *text = NULL;
    struct tape_link l = { .t = tape_bench_new() };

    tape_bench_make(&l.t, "tape.tap", NULL, 0);
    bench_init(&l.b);
    l.b.qts = qtest_initf(GUEST_SCSI_VIRTIO_ARGS
                          " -device tape-passthrough,id=part,bus=hba.0,"
                          "scsi-id=1,device=sim-tape:%s -D %s 2>%s",
                          l.t.tap, l.b.trace, l.b.log);
    l.t.qts = l.b.qts;
    l.t.scsi = guest_scsi_new(l.b.qts, GUEST_SCSI_VIRTIO);
    wait_link(&l.b, "ready");
    guest_scsi_settle(l.t.scsi, 1);
    tape_write_record(&l.t, 0xa, 4);
    tape_good(&l.t, "10 00 00 00 01 00");
    tape_good(&l.t, "01");
    tape_read_record(&l.t, 0xa, 4);
    g_assert_cmphex(guest_scsi_reset_unit(l.t.scsi, 1), ==, 0);
    tape_check(&l.t, "00", 6, 0x2900);
    guest_scsi_free(l.t.scsi);
    qtest_quit(l.b.qts);
    text = tape_contents(l.t.tap);
    g_assert_cmpstr(text, ==, "4xa TM EOM");
    l.b.qts = NULL;
    l.t.qts = NULL;
    bench_finish(&l.b);
    tape_bench_free(&l.t);
}

static void assert_error(struct tape_link *l, const char *text,
                         const char *command)
{
    QDict *r = qtest_qmp(l->b.qts, "%p", qobject_from_json(command, NULL));

    g_assert_true(qdict_haskey(r, "error"));
    g_assert_nonnull(
        strstr(qdict_get_str(qdict_get_qdict(r, "error"), "desc"), text));
    qobject_unref(r);
}

static void it_is_not_migrated(const void *data)
{
    struct tape_link l = { 0 };

    tape_link_start(&l, GUEST_SCSI_VIRTIO, "");
    assert_error(&l, "tape-passthrough",
                 "{'execute': 'migrate', 'arguments': {'uri': 'exec:cat'}}");
    tape_link_finish(&l);
}

static void mistakes_are_told(const void *data)
{
    static const struct {
        const char *text;
        const char *props;
    } rows[] = {
        { "give chardev=ID for a device of an agent", "'export': 'part'" },
        { "chardev= and device= exclude each other",
          "'chardev': 'agent', 'device': '/dev/sg0'" },
        { "device= uses none; leave it out",
          "'export': 'part', 'device': '/dev/sg0'" },
        { "give export=NAME", "'chardev': 'agent'" },
        { "timeout-ms 9 is out of range",
          "'chardev': 'agent', 'export': 'part', 'timeout-ms': 9" },
        { "wait-ms 3600001 is out of range",
          "'chardev': 'agent', 'export': 'part', 'wait-ms': 3600001" },
        { "there is no scsi-type=tapes; give disk, tape, rom or changer",
          "'chardev': 'agent', 'export': 'part', 'scsi-type': 'tapes'" },
    };
    struct tape_link l = { 0 };

    tape_link_start(&l, GUEST_SCSI_VIRTIO, "");
    qtest_qmp_device_del(l.b.qts, "part");
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *command =
            g_strdup_printf("{'execute': 'device_add', 'arguments': {'driver': "
                            "'tape-passthrough', 'bus': 'hba.0', %s}}",
                            rows[i].props);

        assert_error(&l, rows[i].text, command);
    }
    tape_link_finish(&l);
}

static void add_one(const char *adapter, const char *name,
                    enum guest_scsi_kind kind, GTestDataFunc test)
{
    g_autofree char *path =
        g_strdup_printf("tape-passthrough/%s/%s", adapter, name);

    qtest_add_data_func(path, GINT_TO_POINTER(kind), test);
}

#define BOTH(test)                                         \
    do {                                                   \
        add_one("virtio", #test, GUEST_SCSI_VIRTIO, test); \
        add_one("lsi", #test, GUEST_SCSI_LSI, test);       \
    } while (0)
#define VIRTIO(test) add_one("virtio", #test, GUEST_SCSI_VIRTIO, test)
#define LSI(test)    add_one("lsi", #test, GUEST_SCSI_LSI, test)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    BOTH(records_of_all_lengths_go_there_and_back);
    BOTH(a_short_record_has_a_residue);
    BOTH(a_tape_mark_comes_without_data);
    VIRTIO(sense_data_are_those_of_the_drive);
    VIRTIO(part_of_a_write_may_be_left);
    LSI(fixed_blocks_are_as_long_as_the_guest_has_made_them);
    LSI(blocks_of_unknown_length_are_not_moved);
    VIRTIO(a_command_that_takes_long_is_waited_for);
    VIRTIO(no_status_is_a_time_out);
    BOTH(what_the_agent_refuses_did_not_reach_the_drive);
    BOTH(more_than_the_agent_takes_is_refused);
    VIRTIO(the_guest_sees_the_type_that_the_agent_tells);
    VIRTIO(another_type_than_the_guests_is_not_opened);
    VIRTIO(a_reset_of_the_guest_resets_the_drive);
    VIRTIO(a_reset_that_takes_long_is_waited_for);
    VIRTIO(a_reset_that_cannot_be_done_is_told_all_the_same);
    VIRTIO(an_aborted_command_ends_at_once_and_is_let_finish);
    VIRTIO(an_aborted_command_that_waits_is_never_sent);
    VIRTIO(commands_wait_for_each_other);
    VIRTIO(it_can_be_unplugged_with_a_command_under_way);
    VIRTIO(a_machine_that_is_stopped_gets_the_answer_later);
    VIRTIO(a_device_of_this_machine_needs_no_agent);
    VIRTIO(it_is_not_migrated);
    VIRTIO(mistakes_are_told);
    return g_test_run();
}
