/*
 * tape-passthrough: the link is cut at each point of a command, or there is
 * none.
 *
 * The fault table: what the guest is told (once), what the drive has done, and
 * that nothing is read, written or moved until the guest has gone to a place
 * of its own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/units.h"
#include "tape_link.h"

#define RECORD (150 * KiB) /* three pieces */

/* Where the agent cuts the link. */
static const struct {
    const char *name;
    unsigned type;   /* of the request */
    unsigned honest; /* such requests before it */
    enum fake_act act;
    bool done; /* the drive has had the command */
} cuts[] = {
    { "the first piece", BW_MSG_SCSI_DATA_OUT, 0, FAKE_CLOSE, false },
    { "a piece in the middle", BW_MSG_SCSI_DATA_OUT, 1, FAKE_CLOSE, false },
    { "the last piece", BW_MSG_SCSI_DATA_OUT, 2, FAKE_CLOSE, false },
    { "after SCSI_CMD", BW_MSG_SCSI_CMD, 0, FAKE_CLOSE, true },
    { "in the reply", BW_MSG_SCSI_CMD, 0, FAKE_CLOSE_MID, true },
    { "an agent that is silent", BW_MSG_SCSI_CMD, 0, FAKE_SILENCE, true },
    { "a reply to something else", BW_MSG_SCSI_CMD, 0, FAKE_WRONG_ID, true },
    { "a reply that is too short", BW_MSG_SCSI_CMD, 0, FAKE_TOO_SHORT, true },
};

static enum guest_scsi_kind kind_of(const void *data)
{
    return GPOINTER_TO_INT(data);
}

/* Told once; nothing moves; the link is back. */
static void expect_lost(struct tape_link *l)
{
    uint8_t in[20];

    g_assert_true(tape_link_is_lost(l));
    wait_link(&l->b, "ready");
    tape_good(&l->t, "00");
    g_free(fake_scsi_log(l->b.agent));
    tape_check(&l->t, "08 00 00 00 0a 00", 3, 0x3b00);
    tape_check(&l->t, "10 00 00 00 01 00", 3, 0x3b00);
    tape_check(&l->t, "11 01 00 00 01 00", 3, 0x3b00);
    tape_check(&l->t, "19", 3, 0x3b00);
    tape_link_expect(l, "");
    g_assert_cmphex(tape_run(&l->t, "34 00", NULL, 0, in, sizeof(in)).status,
                    ==, 0);
    g_assert_true(tape_link_is_lost(l));
}

static void cut_write(struct tape_link *l, unsigned i)
{
    g_autofree uint8_t *bytes = g_malloc0(RECORD);
    unsigned before = fake_scsi_position(l->b.agent);
    struct scsi_answer answer;

    g_test_message("write: %s", cuts[i].name);
    fake_agent_will_after(l->b.agent, cuts[i].honest, cuts[i].type, cuts[i].act,
                          0, 1);
    answer = tape_run(&l->t, "0a 00 02 58 00 00", bytes, RECORD, NULL, 0);
    tape_answered(&answer, 6, 0x2907);
    expect_lost(l);
    g_assert_cmpuint(fake_scsi_position(l->b.agent), ==, before + cuts[i].done);
    tape_good(&l->t, "01");
    tape_good(&l->t, "11 03 00 00 00 00"); /* to the end of data */
}

static void a_write_that_is_cut_is_told_once(const void *data)
{
    struct tape_link l = { 0 };

    tape_link_start(&l, kind_of(data), ",timeout-ms=1000");
    for (unsigned i = 0; i < G_N_ELEMENTS(cuts); i++) {
        cut_write(&l, i);
    }
    g_assert_cmpuint(get_count(&l.b, "lost"), ==, G_N_ELEMENTS(cuts));
    tape_link_finish(&l);
}

static void cut_locate(struct tape_link *l, unsigned i)
{
    g_test_message("locate: %s", cuts[i].name);
    fake_agent_will(l->b.agent, cuts[i].type, cuts[i].act, 0, 1);
    tape_check(&l->t, "2b 00 00 00 00 00 02 00 00 00", 6, 0x2907);
    expect_lost(l);
    g_assert_cmpuint(fake_scsi_position(l->b.agent), ==, 2);
    tape_good(&l->t, "2b 00 00 00 00 00 01 00 00 00");
    g_assert_false(tape_link_is_lost(l));
    tape_read_record(&l->t, 2, 10);
}

static void a_locate_that_is_cut_is_told_once(const void *data)
{
    struct tape_link l = { 0 };

    tape_link_start(&l, kind_of(data), ",timeout-ms=1000");
    tape_write_record(&l.t, 1, 10);
    tape_write_record(&l.t, 2, 10);
    tape_write_record(&l.t, 3, 10);
    for (unsigned i = 0; i < G_N_ELEMENTS(cuts); i++) {
        if (cuts[i].type == BW_MSG_SCSI_CMD) {
            cut_locate(&l, i);
        }
    }
    tape_link_finish(&l);
}

static void a_link_lost_while_idle_is_told_once(const void *data)
{
    struct tape_link l = { 0 };
    uint8_t in[36];

    tape_link_start(&l, kind_of(data), "");
    tape_write_record(&l.t, 1, 10);
    tape_link_cut(&l); /* after the answer */
    g_assert_cmphex(tape_run(&l.t, "12 00 00 00 24 00", NULL, 0, in, 36).status,
                    ==, 0);
    tape_check(&l.t, "00", 6, 0x2907);
    expect_lost(&l);
    tape_good(&l.t, "01");
    tape_read_record(&l.t, 1, 10);
    tape_link_finish(&l);
}

static void what_changes_nothing_is_sent_again(const void *data)
{
    struct tape_link l = { 0 };
    uint8_t in[36] = { 0 };

    tape_link_start(&l, kind_of(data), "");
    fake_agent_will(l.b.agent, BW_MSG_SCSI_CMD, FAKE_CLOSE, 0, 1);
    g_assert_cmphex(tape_run(&l.t, "12 00 00 00 24 00", NULL, 0, in, 36).status,
                    ==, 0);
    g_assert_cmphex(in[0], ==, 1);
    tape_link_expect(&l, "12 12 ");
    tape_check(&l.t, "00", 6, 0x2907);
    expect_lost(&l);
    tape_link_finish(&l);
}

static void an_agent_that_is_absent_is_waited_for(const void *data)
{
    const uint8_t cdb[6] = { 0 };
    const struct scsi_command command = { .id = 1, .cdb = cdb, .cdb_len = 6 };
    struct guest_scsi_pending pending;
    struct tape_link l = { 0 };
    struct scsi_answer answer;

    bench_init(&l.b);
    tape_link_boot(&l, GUEST_SCSI_VIRTIO, ",wait-ms=20000");
    guest_scsi_submit(l.t.scsi, &command, &pending);
    l.b.agent = fake_agent_start(l.b.socket);
    answer = guest_scsi_await(l.t.scsi, &pending);
    tape_answered(&answer, 6, 0x2901); /* the drive's own */
    g_assert_false(tape_link_is_lost(&l));
    tape_link_finish(&l);
}

static void without_an_agent_commands_end_after_a_time(const void *data)
{
    struct tape_link l = { 0 };

    tape_link_start(&l, kind_of(data), ",wait-ms=50");
    fake_agent_stop(l.b.agent);
    l.b.agent = NULL;
    wait_link(&l.b, "disconnected");
    tape_check(&l.t, "00", 6, 0x2907); /* at once */
    tape_check(&l.t, "00", 0xb, 0x0800);
    tape_check(&l.t, "08 00 00 00 0a 00", 3, 0x3b00);
    tape_check(&l.t, "01", 0xb, 0x0800);
    g_assert_cmpuint(get_count(&l.b, "no-agent"), ==, 2);
    l.b.agent = fake_agent_start(l.b.socket);
    wait_link(&l.b, "ready");
    guest_scsi_settle(l.t.scsi, 1); /* another drive, just switched on */
    tape_good(&l.t, "01");
    tape_write_record(&l.t, 1, 10);
    tape_link_finish(&l);
}

static void replies_that_lie_are_survived(const void *data)
{
    struct tape_link l = { 0 };
    uint8_t in[100];

    tape_link_start(&l, GUEST_SCSI_VIRTIO, ",timeout-ms=500");
    for (unsigned act = FAKE_TRICKLE; act < FAKE_ACTS; act++) {
        fake_agent_will(l.b.agent, BW_MSG_SCSI_CMD, act, 16, 1);
        tape_run(&l.t, "4d 00 40 00 00 00 00 00 64 00", NULL, 0, in, 100);
        fake_agent_will(l.b.agent, FAKE_ANY_TYPE, FAKE_HONEST, 0, 0);
        wait_link(&l.b, "ready");
        guest_scsi_settle(l.t.scsi, 1);
        tape_good(&l.t, "01");
    }
    tape_link_finish(&l);
}

static void notices_that_do_not_fit_end_the_connection(const void *data)
{
    static const uint8_t other[9] = { 0xff, 0xff, 0xff, 0x7f };
    static const struct {
        unsigned type;
        size_t len;
    } rows[] = {
        { BW_MSG_SCSI_BUSY, 8 },    { BW_MSG_SCSI_BUSY, 7 },
        { BW_MSG_SCSI_DATA_IN, 9 }, { BW_MSG_SCSI_DATA_IN, 3 },
        { BW_MSG_GPIO_EVENTS, 9 },
    };
    struct tape_link l = { 0 };

    tape_link_start(&l, GUEST_SCSI_VIRTIO, "");
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        fake_agent_notice(l.b.agent, rows[i].type, 0, other, rows[i].len);
        wait_count(&l.b, "reconnects", i + 1);
    }
    tape_check(&l.t, "00", 6, 0x2907);
    tape_good(&l.t, "00");
    tape_link_finish(&l);
}

/* The command that they are of has ended, and its request is gone. */
static void notices_that_come_too_late_end_the_connection(const void *data)
{
    static const unsigned types[] = { BW_MSG_SCSI_DATA_IN, BW_MSG_SCSI_BUSY };
    struct tape_link l = { 0 };
    uint8_t body[9], in[36];

    tape_link_start(&l, GUEST_SCSI_VIRTIO, "");
    for (unsigned i = 0; i < G_N_ELEMENTS(types); i++) {
        g_assert_cmphex(
            tape_run(&l.t, "12 00 00 00 24 00", NULL, 0, in, 36).status, ==, 0);
        memset(body, 0, sizeof(body));
        stl_le_p(body, fake_scsi_last_id(l.b.agent));
        fake_agent_notice(l.b.agent, types[i], 0, body,
                          types[i] == BW_MSG_SCSI_BUSY ? 8 : 9);
        wait_count(&l.b, "reconnects", i + 1);
    }
    tape_check(&l.t, "00", 6, 0x2907);
    tape_good(&l.t, "00");
    tape_link_finish(&l);
}

static void add_one(const char *adapter, const char *name,
                    enum guest_scsi_kind kind, GTestDataFunc test)
{
    g_autofree char *path =
        g_strdup_printf("tape-passthrough-outage/%s/%s", adapter, name);

    qtest_add_data_func(path, GINT_TO_POINTER(kind), test);
}

#define BOTH(test)                                         \
    do {                                                   \
        add_one("virtio", #test, GUEST_SCSI_VIRTIO, test); \
        add_one("lsi", #test, GUEST_SCSI_LSI, test);       \
    } while (0)
#define VIRTIO(test) add_one("virtio", #test, GUEST_SCSI_VIRTIO, test)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    BOTH(a_write_that_is_cut_is_told_once);
    BOTH(a_locate_that_is_cut_is_told_once);
    BOTH(a_link_lost_while_idle_is_told_once);
    BOTH(what_changes_nothing_is_sent_again);
    VIRTIO(an_agent_that_is_absent_is_waited_for);
    BOTH(without_an_agent_commands_end_after_a_time);
    VIRTIO(replies_that_lie_are_survived);
    VIRTIO(notices_that_do_not_fit_end_the_connection);
    VIRTIO(notices_that_come_too_late_end_the_connection);
    return g_test_run();
}
