/*
 * SCSI_* of a session: handlers_scsi.c and service_scsi.c on a simulated tape.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scsi_session_rig.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "host-agent/bench_scsi.h"
#include "scsi_fake_unit.h"

static char folder[64], tape[96];

static int setup(void **state)
{
    int fd;

    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/bw-scsi-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(tape, sizeof(tape), "%s/t.tap", folder);
    fd = open(tape, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    return 0;
}

static int teardown(void **state)
{
    char index[128];

    (void)state;
    snprintf(index, sizeof(index), "%s.index", tape);
    unlink(index);
    unlink(tape);
    return rmdir(folder);
}

/* Export "tape": a simulated LTO-5 drive, with what @rules says. */
static struct rig *scsi_rig(const char *rules)
{
    static struct bw_config_export x;
    struct rig *r = rig_new();
    char error[BW_CONFIG_MAX_ERROR];
    const char *bad;

    memset(&x, 0, sizeof(x));
    strcpy(x.name, "tape");
    strcpy(x.profile, "lto5");
    snprintf(x.adapter, sizeof(x.adapter), "sim-tape:%s", tape);
    x.kind = BW_EXPORT_SCSI;
    assert_true(bw_scsi_rules_parse(&x.scsi.rules, rules, &bad));
    if (!bw_bench_add_scsi(&r->bench, &x, error, sizeof(error))) {
        fail_msg("%s", error);
    }
    return r;
}

static void a_record_is_written_and_read(void **state)
{
    struct rig *r = scsi_rig("default");

    (void)state;
    put_begin(r);
    put_ready(r);                                         /* 3 to 5 */
    put_data(r, 0, "hello ", 6);                          /* 6 */
    put_data(r, 6, "tape", 4);                            /* 7 */
    put_cmd(r, "\x0a\0\0\0\x0a\0", BW_SCSI_DATA_OUT, 10); /* 8: WRITE */
    put_cmd(r, "\x10\0\0\0\x01\0", BW_SCSI_NO_DATA, 0);   /* 9: mark */
    put_cmd(r, "\x01\0\0\0\0\0", BW_SCSI_NO_DATA, 0);     /* 10: REWIND */
    put_cmd(r, "\x08\0\0\0\x40\0", BW_SCSI_DATA_IN, 64);  /* 11: READ */
    put_cmd(r, "\x08\0\0\0\x40\0", BW_SCSI_DATA_IN, 64);  /* 12: the mark */
    put_cmd(r, "\x12\0\0\0\x08\0", BW_SCSI_DATA_IN, 8);   /* 13: INQUIRY */
    rig_run(r);
    expect_begin(r);
    expect_ready(r, 3);
    expect(r, BW_MSG_SCSI_DATA_OUT, 6, BW_OK);
    expect(r, BW_MSG_SCSI_DATA_OUT, 7, BW_OK);
    expect_good(r, 8, 10);
    expect_good(r, 9, 0);
    expect_good(r, 10, 0);
    expect_data(r, 11, 0, "hello tape", 10);
    expect_sense(r, 11, 0, BW_SENSE_NONE, 0); /* ILI */
    expect_sense(r, 12, 0, BW_SENSE_NONE, 0x0001);
    expect_data(r, 13, 0, NULL, 8);
    expect_good(r, 13, 8);
    expect_end(r);
    rig_free(r);
}

static void data_that_do_not_fit_their_command_are_refused(void **state)
{
    struct rig *r = scsi_rig("default");

    (void)state;
    put_begin(r);
    put_ready(r);                                              /* 3 to 5 */
    put_data(r, 0, "four", 4);                                 /* 6 */
    put_data(r, 5, "gap", 3);                                  /* 7 */
    put_cmd(r, "\x0a\0\0\0\x04\0", BW_SCSI_DATA_OUT, 4);       /* 8: dropped */
    put_data(r, 0, "four", 4);                                 /* 9 */
    put_cmd(r, "\x0a\0\0\0\x05\0", BW_SCSI_DATA_OUT, 5);       /* 10: too few */
    put_data(r, 0, "ten", 3);                                  /* 11 */
    put_data(r, 0, "four", 4);                                 /* 12: anew */
    put_cmd(r, "\x0a\0\0\0\x04\0", BW_SCSI_DATA_OUT, 4);       /* 13 */
    put_cmd(r, "\x0a\0\0\0\x04\0", BW_SCSI_DATA_OUT, 4);       /* 14: used up */
    put_data(r, 0, "four", 4);                                 /* 15 */
    put_cmd(r, "\x0a\0\0\0\x09\0", BW_SCSI_DATA_OUT, 4);       /* 16: the CDB */
    put_cmd(r, "\x34\0\0\0\0\0\0\0\0\0", BW_SCSI_DATA_IN, 20); /* 17 */
    rig_run(r);
    expect_begin(r);
    expect_ready(r, 3);
    expect(r, BW_MSG_SCSI_DATA_OUT, 6, BW_OK);
    expect(r, BW_MSG_SCSI_DATA_OUT, 7, BW_INVALID);
    expect(r, BW_MSG_SCSI_CMD, 8, BW_INVALID);
    expect(r, BW_MSG_SCSI_DATA_OUT, 9, BW_OK);
    expect(r, BW_MSG_SCSI_CMD, 10, BW_INVALID);
    expect(r, BW_MSG_SCSI_DATA_OUT, 11, BW_OK);
    expect(r, BW_MSG_SCSI_DATA_OUT, 12, BW_OK);
    expect_good(r, 13, 4);
    expect(r, BW_MSG_SCSI_CMD, 14, BW_INVALID);
    expect(r, BW_MSG_SCSI_DATA_OUT, 15, BW_OK);
    expect_sense(r, 16, 0, BW_SENSE_ABORTED, 0x4b00);
    /* READ POSITION: one record was written, no more */
    expect_data(r, 17, 0, "\x30\0\0\0\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0", 20);
    expect_good(r, 17, 20);
    expect_end(r);
    rig_free(r);
}

static void what_the_owner_does_not_allow_is_refused(void **state)
{
    struct rig *r = scsi_rig("default -0x12 +0xc5");

    (void)state;
    put_begin(r);
    put_ready(r);                                       /* 3 to 5 */
    put_cmd(r, "\x3b\x05\0\0\0\0\0\0\0\0", 0, 0);       /* 6: firmware */
    put_cmd(r, "\x12\0\0\0\x08\0", BW_SCSI_DATA_IN, 8); /* 7 */
    put_cmd(r, "\xc5\0\0\0\0\0", 0, 0);                 /* 8: the drive's no */
    put_cmd(r, "\xc6\0\0\0\0\0", 0, 0);                 /* 9 */
    rig_run(r);
    expect_begin(r);
    expect_ready(r, 3);
    expect_sense(r, 6, BW_SCSI_RESULT_REFUSED, BW_SENSE_ILLEGAL, 0x2000);
    expect_sense(r, 7, BW_SCSI_RESULT_REFUSED, BW_SENSE_ILLEGAL, 0x2000);
    expect_sense(r, 8, 0, BW_SENSE_ILLEGAL, 0x2000);
    expect_sense(r, 9, BW_SCSI_RESULT_REFUSED, BW_SENSE_ILLEGAL, 0x2000);
    expect_end(r);
    rig_free(r);
}

/* --- a unit that does what the test says --- */

/* What the session sends, counted for another thread. */
static atomic_uint sent;

/* With the third that it sends: how long after its request came it has said
 * that it is at work (bw_server_hangs()). */
static const struct bw_session *watched;
static uint64_t alive_ns;

static ssize_t send_and_count(struct bw_io *io, const uint8_t *buf, size_t len)
{
    ssize_t n = virtual_send(io, buf, len);

    if (atomic_fetch_add(&sent, 1) == 2) {
        alive_ns = atomic_load(&watched->busy_ns) - watched->conn.received_ns;
    }
    return n;
}

static void count_sends(struct rig *r)
{
    static struct bw_io_ops ops;

    ops = *r->io.io.ops;
    ops.send = send_and_count;
    r->io.io.ops = &ops;
    watched = &r->session;
    atomic_store(&sent, 0);
}

/* Let go of the command once the client has heard that it is under way: the
 * third that is sent, behind the replies to HELLO and OPEN. */
static void *let_go(void *opaque)
{
    const struct timespec ms = { 0, 1000000 };

    (void)opaque;
    while (atomic_load(&sent) < 3) {
        nanosleep(&ms, NULL);
    }
    hold(false);
    return NULL;
}

static void a_command_under_way_is_told_of(void **state)
{
    struct rig *r = fake_rig();
    struct bw_wire_header h;
    struct bw_wire_scsi_busy m;
    struct bw_reader body;
    const uint8_t *header;
    pthread_t thread;

    (void)state;
    hold(true);
    r->prepare = count_sends;
    put_begin(r);
    put_cmd(r, "\x01\0\0\0\0\0", BW_SCSI_NO_DATA, 0); /* 3: REWIND */
    assert_int_equal(pthread_create(&thread, NULL, let_go, r), 0);
    rig_run(r);
    pthread_join(thread, NULL);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    header = bw_read_bytes(&r->replies, BW_WIRE_HEADER_LEN);
    assert_non_null(header);
    assert_int_equal(bw_wire_get_header(header, &h), BW_OK);
    assert_int_equal(h.type, BW_MSG_SCSI_BUSY | BW_WIRE_NOTICE);
    assert_int_equal(h.id, 1);
    bw_reader_init(&body, bw_read_bytes(&r->replies, h.len), h.len);
    assert_int_equal(bw_wire_get_scsi_busy(&body, &m), BW_OK);
    assert_int_equal(m.id, 3);
    assert_true(m.elapsed_ms >= BW_SCSI_BUSY_MS);
    assert_true(alive_ns >= (uint64_t)BW_SCSI_BUSY_MS * 1000000);
    while (bw_reader_left(&r->replies) >
           BW_WIRE_HEADER_LEN + 9) { /* on a slow host there are more */
        bw_read_bytes(&r->replies, BW_WIRE_HEADER_LEN + 8);
    }
    expect_good(r, 3, 0);
    assert_int_equal(fake.timeout_ms, bw_scsi_time_ms[BW_SCSI_TIME_MOTION]);
    rig_free(r);
}

/* Of a session that is over, while its command is not. */
static void *end_session(void *opaque)
{
    struct rig *r = opaque;

    pthread_mutex_lock(&fake.lock);
    while (!fake.running) {
        pthread_cond_wait(&fake.changed, &fake.lock);
    }
    pthread_mutex_unlock(&fake.lock);
    atomic_store(&r->session.ended, true);
    return NULL;
}

/* The script of another session on the same bench. */
static void next_session(struct rig *r)
{
    bw_writer_init(&r->script, r->in, sizeof(r->in));
    virtual_io_init(&r->io, r->in, 0, r->out, sizeof(r->out));
    r->id = 0;
    put_begin(r);
}

static void a_command_outlives_its_session(void **state)
{
    struct rig *r = fake_rig();
    char why[BW_WIRE_MAX_TEXT + 1];
    struct bw_reader body;
    pthread_t thread;

    (void)state;
    hold(true);
    put_begin(r);
    put_cmd(r, "\x2b\0\0\0\0\0\x09\0\0\0", BW_SCSI_NO_DATA, 0);
    assert_int_equal(pthread_create(&thread, NULL, end_session, r), 0);
    rig_run(r);
    pthread_join(thread, NULL);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect_end(r); /* the reply has nobody to go to */
    next_session(r);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect_body(r, BW_MSG_OPEN, 2, BW_BUSY, &body);
    assert_int_equal(bw_wire_get_text(&body, why), BW_OK);
    assert_non_null(strstr(why, "finishing a command of session 1"));
    hold(false);
    bw_service_scsi_settle(60000);
    assert_int_equal(fake.given_back, 1);
    next_session(r);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect_opcodes("\x2b", 1); /* never repeated */
    bw_service_scsi_settle(60000);
    rig_free(r);
}

static void what_a_session_claimed_is_given_back(void **state)
{
    static const uint8_t key[24] = { [15] = 7 };
    static const uint8_t none[24];
    struct rig *r = fake_rig();

    (void)state;
    put_begin(r);
    put_cmd(r, "\x1e\0\0\0\x01\0", 0, 0);       /* 3: PREVENT */
    put_cmd(r, "\x16\0\0\0\0\0", 0, 0);         /* 4: RESERVE */
    put_cmd(r, "\x56\0\0\0\0\0\0\0\0\0", 0, 0); /* 5 */
    put_cmd(r, "\x57\0\0\0\0\0\0\0\0\0", 0, 0); /* 6: RELEASE */
    put_data(r, 0, key, sizeof(key));           /* 7 */
    put_cmd(r, "\x5f\x06\0\0\0\0\0\0\x18\0", BW_SCSI_DATA_OUT, 24); /* 8 */
    rig_run(r);
    bw_service_scsi_settle(60000);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect_good(r, 3, 0);
    expect_opcodes("\x1e\x16\x56\x57\x5f\x1e\x17\x5f", 8);
    assert_memory_equal(fake.last_data, none, sizeof(none));
    assert_int_equal(fake.given_back, 1);
    rig_free(r);
}

/* SPC-4, 5.12.9.2: a reset takes no registration away. */
static void a_reset_leaves_the_key_to_be_taken_back(void **state)
{
    static const uint8_t key[24] = { [15] = 7 };
    struct rig *r = fake_rig();

    (void)state;
    put_begin(r);
    put_cmd(r, "\x1e\0\0\0\x01\0", 0, 0); /* 3: PREVENT */
    put_cmd(r, "\x16\0\0\0\0\0", 0, 0);   /* 4: RESERVE */
    put_data(r, 0, key, sizeof(key));     /* 5 */
    put_cmd(r, "\x5f\x06\0\0\0\0\0\0\x18\0", BW_SCSI_DATA_OUT, 24); /* 6 */
    put_empty(r, BW_MSG_SCSI_RESET);                                /* 7 */
    rig_run(r);
    bw_service_scsi_settle(60000);
    expect_opcodes("\x1e\x16\x5f\x5f", 4);
    rig_free(r);
}

static void without_a_reset_the_reservation_is_released(void **state)
{
    struct rig *r = fake_rig();

    (void)state;
    put_begin(r);
    put_cmd(r, "\x16\0\0\0\0\0", 0, 0); /* 3 */
    put_cmd(r, "\x16\0\0\0\0\0", 0, 0); /* 4 */
    put_empty(r, BW_MSG_SCSI_RESET);    /* 5: which the host cannot */
    fake.no_reset = true;
    rig_run(r);
    bw_service_scsi_settle(60000);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect_good(r, 3, 0);
    expect_good(r, 4, 0);
    expect(r, BW_MSG_SCSI_RESET, 5, BW_DENIED);
    expect_opcodes("\x16\x16\x17", 3); /* instead of the reset, once */
    rig_free(r);
}

static void a_release_is_tried_again_behind_an_attention(void **state)
{
    struct bw_scsi_claims c = { .reserved_6 = true, .locked = true };
    struct rig *r = fake_rig();

    (void)state;
    fake.attentions = 2;
    bw_scsi_claims_release(&c, &fake.unit);
    expect_opcodes("\x1e\x1e\x1e\x17", 4);
    fake.attentions = 99;
    c.reserved_6 = true;
    bw_scsi_claims_release(&c, &fake.unit);
    assert_int_equal(fake.count, 8); /* not for ever */
    rig_free(r);
}

static void the_shorter_time_holds(void **state)
{
    struct rig *r = fake_rig();
    struct bw_wire_scsi_cmd m = { .cdb_len = 6, .timeout_ms = 1234 };
    size_t at;

    (void)state;
    put_begin(r);
    put_cmd(r, "\x0a\0\0\0\0\0", 0, 0); /* 3: the owner's 5 s */
    at = begin(r, BW_MSG_SCSI_CMD);     /* 4 */
    m.cdb[0] = 0x01;
    bw_wire_put_scsi_cmd(&r->script, &m);
    end(r, at);
    rig_run(r);
    assert_int_equal(fake.timeout_ms, 1234);
    bw_service_scsi_settle(60000);
    rig_free(r);
    r = fake_rig();
    put_begin(r);
    put_cmd(r, "\x0a\0\0\0\0\0", 0, 0);
    rig_run(r);
    assert_int_equal(fake.timeout_ms, 5000);
    bw_service_scsi_settle(60000);
    rig_free(r);
}

static void a_device_that_is_in_use_is_not_opened(void **state)
{
    struct rig *r = fake_rig();
    char why[BW_WIRE_MAX_TEXT + 1];
    struct bw_reader body;

    (void)state;
    fake.takes = BW_BUSY;
    put_begin(r);
    put_open(r, "tape"); /* 3: the lease is not lost */
    rig_run(r);
    bw_service_scsi_settle(60000);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect_body(r, BW_MSG_OPEN, 2, BW_BUSY, &body);
    assert_int_equal(bw_wire_get_text(&body, why), BW_OK);
    assert_string_equal(why, "st has it");
    expect_body(r, BW_MSG_OPEN, 3, BW_BUSY, &body);
    assert_int_equal(bw_wire_get_text(&body, why), BW_OK);
    assert_string_equal(why, "st has it");
    assert_int_equal(fake.given_back, 0);
    rig_free(r);
}

static void more_than_the_unit_takes_is_too_long(void **state)
{
    struct rig *r = fake_rig();
    static const uint8_t bytes[33];

    (void)state;
    put_begin(r);
    put_data(r, 0, bytes, 33);                           /* 3 */
    put_cmd(r, "\x08\0\0\0\x21\0", BW_SCSI_DATA_IN, 33); /* 4 */
    put_cmd(r, "\x08\0\0\0\x20\0", BW_SCSI_DATA_IN, 32); /* 5 */
    put_empty(r, BW_MSG_GPIO_GET); /* 6: not of this export */
    rig_run(r);
    bw_service_scsi_settle(60000);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect(r, BW_MSG_SCSI_DATA_OUT, 3, BW_TOO_LONG);
    expect(r, BW_MSG_SCSI_CMD, 4, BW_TOO_LONG);
    expect_data(r, 5, 0, bytes, 32); /* zeros, that no device has filled */
    expect_good(r, 5, 32);
    expect(r, BW_MSG_GPIO_GET, 6, BW_ORDER);
    expect_end(r);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_record_is_written_and_read, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            data_that_do_not_fit_their_command_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(
            what_the_owner_does_not_allow_is_refused, setup, teardown),
        cmocka_unit_test(a_command_under_way_is_told_of),
        cmocka_unit_test(a_command_outlives_its_session),
        cmocka_unit_test(what_a_session_claimed_is_given_back),
        cmocka_unit_test(a_reset_leaves_the_key_to_be_taken_back),
        cmocka_unit_test(without_a_reset_the_reservation_is_released),
        cmocka_unit_test(a_release_is_tried_again_behind_an_attention),
        cmocka_unit_test(the_shorter_time_holds),
        cmocka_unit_test(a_device_that_is_in_use_is_not_opened),
        cmocka_unit_test(more_than_the_unit_takes_is_too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
