/*
 * host-agent/agent.c and bench_change.c: SCSI exports, whose device nobody can
 * open twice, in a bench file that is read again.
 *
 * The devices are simulated drives; a mark on the tape shows that one was not
 * opened anew meanwhile, as that begins at the beginning of the tape.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "agent_rig.h"

#include <fcntl.h>

#include "lib/scsi_sense.h"
#include "lib/wire_scsi.h"

#define CALL_MS 10000

/* an export of another kind */
#define THERMOMETER \
    "[part t]\nmodel=tmp102\nadapter=sim:d\naddress=0x48\n" EXPORT_A

#define DRIVE(name) "[export " name "]\ntype=scsi\ndevice=sim-tape:%s/%s.tap\n"

static char tapes[64];

static void make_tape(const char *name)
{
    char path[96];
    int fd;

    snprintf(path, sizeof(path), "%s/%s.tap", tapes, name);
    fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static int setup_tapes(void **state)
{
    snprintf(tapes, sizeof(tapes), "/tmp/bw-tapes-XXXXXX");
    assert_non_null(mkdtemp(tapes));
    make_tape("one");
    make_tape("two");
    return setup(state);
}

static int teardown_tapes(void **state)
{
    char command[96];
    int result = teardown(state);

    snprintf(command, sizeof(command), "rm -r '%s'", tapes);
    return result || system(command);
}

/* A command without data.  Returns whether the link is up; its end is in
 * @result. */
static bool run(struct bw_client *c, const char *cdb,
                struct bw_wire_scsi_result *result)
{
    struct bw_wire_scsi_cmd m = { .direction = BW_SCSI_NO_DATA, .cdb_len = 6 };
    struct bw_reader body;

    memcpy(m.cdb, cdb, 6);
    bw_wire_put_scsi_cmd(bw_client_begin(c, BW_MSG_SCSI_CMD), &m);
    if (bw_client_call(c, CALL_MS, &body) != BW_OK) {
        return false;
    }
    assert_int_equal(bw_wire_get_scsi_result(&body, result), BW_OK);
    return true;
}

static void must_run(struct bw_client *c, const char *cdb)
{
    struct bw_wire_scsi_result result;

    assert_true(run(c, cdb, &result));
    assert_int_equal(result.status, BW_SCSI_GOOD);
}

static bool is_lost(struct bw_client *c)
{
    struct bw_wire_scsi_result result;

    return !run(c, "\0\0\0\0\0\0", &result);
}

/* Open the export, and hear what the drive has to say first. */
static void open_drive(struct bw_client *c, const char *name)
{
    struct bw_wire_scsi_result result;
    unsigned attentions = 0;

    open_export(c, name);
    do {
        assert_true(run(c, "\0\0\0\0\0\0", &result));
        assert_true(attentions++ < 8);
    } while (result.status != BW_SCSI_GOOD);
}

static void write_mark(struct bw_client *c)
{
    must_run(c, "\x10\0\0\0\x01\0");
}

static void back_over_mark(struct bw_client *c)
{
    must_run(c, "\x11\x01\xff\xff\xff\0");
}

static void on_over_mark(struct bw_client *c)
{
    must_run(c, "\x11\x01\0\0\x01\0");
}

static void a_drive_that_did_not_change_goes_on(void **state)
{
    struct bw_client v, w;

    (void)state;
    write_file(DRIVE("v") DRIVE("w"), tapes, "one", tapes, "two");
    start();
    open_drive(&v, "v");
    open_drive(&w, "w");
    write_mark(&v);
    write_file(DRIVE("w") "data-timeout=10\n" DRIVE("v") THERMOMETER, tapes,
               "two", tapes, "one");
    must_reload("1 as before, 1 changed, 1 new, 0 removed");
    back_over_mark(&v);
    assert_true(is_lost(&w));
    open_drive(&w, "w");
    bw_client_close(&w);
    write_file(DRIVE("v"), tapes, "one");
    must_reload("1 as before, 0 changed, 0 new, 2 removed");
    on_over_mark(&v);
    assert_int_equal(try_open("w"), BW_NOT_FOUND);
    bw_client_close(&v);
}

/* Each changes export v; and back.  Its tape is the same but once, so the drive
 * has to be given up before it is opened anew. */
static void all_that_a_drive_is_made_of_counts(void **state)
{
    static const char *const others[] = {
        "one.tap\nprofile=lto5\n",
        "one.tap\ntext=other\n",
        "one.tap\ncommands=default +0x3b\n",
        "one.tap\ndata-timeout=10\n",
        "one.tap\nmotion-timeout=10\n",
        "one.tap\nerase-timeout=10\n",
        "two.tap\n",
    };

    (void)state;
    write_file(THERMOMETER DRIVE("v"), tapes, "one");
    start();
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        struct bw_client a, v;

        open_export(&a, "a");
        open_drive(&v, "v");
        write_file(THERMOMETER "[export v]\ntype=scsi\ndevice=sim-tape:%s/%s",
                   tapes, others[i]);
        must_reload("1 as before, 1 changed");
        assert_true(is_lost(&v));
        assert_int_equal(use(&a), BW_OK);
        bw_client_close(&a);
        open_drive(&v, "v");
        bw_client_close(&v);
        write_file(THERMOMETER DRIVE("v"), tapes, "one");
        must_reload("1 as before, 1 changed");
    }
}

static void tapes_change_places(void **state)
{
    struct bw_client v, w;

    (void)state;
    write_file(DRIVE("v") DRIVE("w"), tapes, "one", tapes, "two");
    start();
    open_drive(&v, "v");
    write_mark(&v);
    open_drive(&w, "w");
    write_file(DRIVE("v") DRIVE("w"), tapes, "two", tapes, "one");
    must_reload("0 as before, 2 changed");
    assert_true(is_lost(&v));
    assert_true(is_lost(&w));
    open_drive(&w, "w");
    on_over_mark(&w); /* from the beginning of what v had */
    bw_client_close(&w);
}

static void a_tape_that_is_not_there_leaves_what_was(void **state)
{
    struct bw_client a, v, w;

    (void)state;
    write_file(THERMOMETER DRIVE("v") DRIVE("w"), tapes, "one", tapes, "two");
    start();
    open_export(&a, "a");
    open_drive(&v, "v");
    open_drive(&w, "w");
    write_mark(&v);
    write_mark(&w);
    write_file(THERMOMETER "text=new\n" DRIVE("v") DRIVE("w"), tapes, "none",
               tapes, "two");
    must_not_reload("there is no tape");
    assert_int_equal(use(&a), BW_OK);
    back_over_mark(&w);
    assert_true(is_lost(&v)); /* it was given up for the attempt */
    open_drive(&v, "v");
    on_over_mark(&v);
    bw_client_close(&a);
    bw_client_close(&v);
    bw_client_close(&w);
}

#define TAPE_TEST(f) \
    cmocka_unit_test_setup_teardown(f, setup_tapes, teardown_tapes)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TAPE_TEST(a_drive_that_did_not_change_goes_on),
        TAPE_TEST(all_that_a_drive_is_made_of_counts),
        TAPE_TEST(tapes_change_places),
        TAPE_TEST(a_tape_that_is_not_there_leaves_what_was),
    };

    return cmocka_run_group_tests_name("agent_scsi", tests, NULL, NULL);
}
