/*
 * i2c-passthrough against an agent that can lie.
 *
 * The agent is fake_agent.c, a thread of this process; the guest is
 * guest_bus.c.  What each test says of numbers of transfers follows from
 * lib/i2c_assembler.h: one write of no bytes when the link comes up, then one
 * transfer per read, or per write at its STOP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "qobject/qdict.h"
#include "fake_agent.h"
#include "guest_bus.h"
#include "lib/wire.h"

#define GUEST_ADDR7 0x51 /* not FAKE_ADDR7: hostaddr= has to matter */
#define PATIENCE_US (20 * G_USEC_PER_SEC)
#define DEVICE      "i2c-passthrough"
#define PART        "/machine/peripheral/part"

/* One QEMU with one device, its logs, and the agent it calls. */
struct bench {
    char *dir;
    char *socket;
    char *log;   /* QEMU's standard error */
    char *trace; /* its trace points */
    struct fake_agent *agent;
    QTestState *qts;
};

/* --- set-up --- */

static void bench_init(struct bench *b)
{
    b->dir = g_dir_make_tmp("bw-passthrough-XXXXXX", NULL);
    g_assert_nonnull(b->dir);
    b->socket = g_build_filename(b->dir, "agent", NULL);
    b->log = g_build_filename(b->dir, "log", NULL);
    b->trace = g_build_filename(b->dir, "trace", NULL);
    b->agent = NULL;
    b->qts = NULL;
}

static void bench_boot(struct bench *b, const char *chardev, const char *device)
{
    b->qts = qtest_initf("-M microbit %s -device " DEVICE ",id=part,%s "
                         "-trace 'bw_link_*' -trace 'bw_i2c_passthrough_*' "
                         "-D %s 2>%s",
                         chardev, device, b->trace, b->log);
    guest_bus_init(b->qts);
}

/* The usual device, calling b->socket; @more are further properties. */
static void bench_boot_unix(struct bench *b, const char *more)
{
    g_autofree char *chardev = g_strdup_printf(
        "-chardev socket,id=agent,path=%s,reconnect-ms=50", b->socket);
    g_autofree char *device = g_strdup_printf(
        "chardev=agent,export=" FAKE_EXPORT ",address=0x%02x,hostaddr=0x%02x%s",
        GUEST_ADDR7, FAKE_ADDR7, more);

    bench_boot(b, chardev, device);
}

static void bench_finish(struct bench *b)
{
    if (b->qts) {
        qtest_quit(b->qts);
    }
    fake_agent_stop(b->agent);
    g_unlink(b->log);
    g_unlink(b->trace);
    g_assert_cmpint(g_rmdir(b->dir), ==, 0);
    g_free(b->trace);
    g_free(b->log);
    g_free(b->socket);
    g_free(b->dir);
}

/* --- what the device says of itself --- */

static QDict *get_property(struct bench *b, const char *name)
{
    QDict *r = qtest_qmp(b->qts,
                         "{ 'execute': 'qom-get', 'arguments': "
                         "{ 'path': '" PART "', 'property': %s } }",
                         name);

    g_assert_true(qdict_haskey(r, "return"));
    return r;
}

static uint64_t get_count(struct bench *b, const char *name)
{
    QDict *r = get_property(b, name);
    uint64_t n = qdict_get_int(r, "return");

    qobject_unref(r);
    return n;
}

static bool link_is(struct bench *b, const char *state)
{
    QDict *r = get_property(b, "link-state");
    bool is = g_str_equal(qdict_get_str(r, "return"), state);

    qobject_unref(r);
    return is;
}

static void wait_link(struct bench *b, const char *state)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    while (!link_is(b, state)) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
}

static void wait_count(struct bench *b, const char *name, uint64_t n)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    while (get_count(b, name) < n) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
    g_assert_cmpuint(get_count(b, name), ==, n);
}

/* Ready, and its own question for the part's presence answered. */
static void wait_ready(struct bench *b)
{
    wait_link(b, "ready");
}

/* --- logs --- */

static unsigned count_in(const char *file, const char *needle)
{
    g_autofree char *text = NULL;
    unsigned n = 0;

    g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
    for (const char *p = text; (p = strstr(p, needle)); p++) {
        n++;
    }
    return n;
}

static void wait_traced(struct bench *b, const char *needle, unsigned times)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    while (count_in(b->trace, needle) < times) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(1000);
    }
}

static void assert_logged(struct bench *b, const char *needle, unsigned times)
{
    unsigned n = count_in(b->log, needle);

    if (n != times) {
        g_autofree char *text = NULL;

        g_file_get_contents(b->log, &text, NULL, NULL);
        g_test_message("log of QEMU: %s", text);
    }
    g_assert_cmpuint(n, ==, times);
}

static void assert_warnings(struct bench *b, unsigned times)
{
    assert_logged(b, "warning: " DEVICE, times);
}

/* --- the guest --- */

static unsigned read_regs(struct bench *b, uint8_t reg, uint8_t *rx, size_t len)
{
    return guest_bus_transfer(b->qts, GUEST_ADDR7, &reg, 1, rx, len);
}

static unsigned write_reg(struct bench *b, uint8_t reg, uint8_t value)
{
    uint8_t tx[] = { reg, value };

    return guest_bus_transfer(b->qts, GUEST_ADDR7, tx, 2, NULL, 0);
}

/* The agent's part holds a pattern from 0x10 on; the guest finds it. */
static void poke_pattern(struct bench *b)
{
    for (unsigned i = 0; i < 6; i++) {
        fake_agent_poke(b->agent, 0x10 + i, 0xa0 + i);
    }
}

static void assert_read_works(struct bench *b)
{
    uint8_t rx[6] = { 0 };

    poke_pattern(b);
    g_assert_cmpuint(read_regs(b, 0x10, rx, 6), ==, GUEST_ACK);
    for (unsigned i = 0; i < 6; i++) {
        g_assert_cmphex(rx[i], ==, 0xa0 + i);
    }
}

static void start_good_bench(struct bench *b, const char *more)
{
    bench_init(b);
    b->agent = fake_agent_start(b->socket);
    bench_boot_unix(b, more);
    wait_ready(b);
}

/* --- transfers --- */

static void test_register_read_is_one_request(void)
{
    g_autofree char *before = NULL, *after = NULL, *id = NULL;
    g_autofree char *sent = NULL, *received = NULL;
    struct bench b;

    start_good_bench(&b, "");
    assert_read_works(&b); /* learns that the read has 6 bytes */
    before = fake_agent_transfers(b.agent);
    assert_read_works(&b);
    after = fake_agent_transfers(b.agent);

    /* "ID w1@0x50 0x10 r6" and nothing else */
    id = g_strndup(after, strcspn(after, " "));
    g_assert_cmpstr(after + strlen(id), ==, " w1@0x50 0x10 r6\n");
    sent = g_strdup_printf("bw_link_send id=%s I2C_XFER", id);
    received = g_strdup_printf("bw_link_recv id=%s I2C_XFER status=ok", id);
    g_assert_cmpuint(count_in(b.trace, sent), ==, 1);
    g_assert_cmpuint(count_in(b.trace, received), ==, 1);
    /* HELLO, OPEN, presence, two reads */
    g_assert_cmpuint(count_in(b.trace, "bw_link_send"), ==, 5);
    g_assert_cmpuint(count_in(b.trace, "bw_link_recv"), ==, 5);
    g_assert_cmpuint(count_in(b.trace, "bw_i2c_passthrough_xfer id="), ==, 3);
    bench_finish(&b);
}

static void test_first_read_needs_no_further_request(void)
{
    g_autofree char *all = NULL;
    struct bench b;

    start_good_bench(&b, ",read-ahead=6");
    assert_read_works(&b);
    all = fake_agent_transfers(b.agent);
    g_assert_cmpstr(all, ==, "3 w0@0x50\n4 w1@0x50 0x10 r6\n");
    bench_finish(&b);
}

static void test_counters_tell_what_was_read(void)
{
    struct bench b;

    start_good_bench(&b, ",read-ahead=10");
    wait_count(&b, "probes", 1);
    g_assert_cmpuint(get_count(&b, "transfers"), ==, 1);
    assert_read_works(&b); /* 10 fetched, 6 taken */
    g_assert_cmpuint(get_count(&b, "transfers"), ==, 2);
    g_assert_cmpuint(get_count(&b, "over-read"), ==, 4);
    g_assert_cmpuint(get_count(&b, "under-read"), ==, 0);
    assert_read_works(&b); /* 6 by now */
    g_assert_cmpuint(get_count(&b, "transfers"), ==, 3);
    g_assert_cmpuint(get_count(&b, "over-read"), ==, 4);
    g_assert_cmpuint(get_count(&b, "failures"), ==, 0);
    g_assert_cmpuint(get_count(&b, "timeouts"), ==, 0);
    g_assert_cmpuint(get_count(&b, "reconnects"), ==, 0);
    bench_finish(&b);
}

static void test_write_arrives_at_stop(void)
{
    struct bench b;

    start_good_bench(&b, "");
    g_assert_cmpuint(write_reg(&b, 0x20, 0x5a), ==, GUEST_ACK);
    g_assert_cmphex(fake_agent_peek(b.agent, 0x20), ==, 0x5a);
    bench_finish(&b);
}

static void test_reply_byte_by_byte_is_understood(void)
{
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_agent_will(b.agent, FAKE_ANY_TYPE, FAKE_TRICKLE, 0, UINT_MAX);
    bench_boot_unix(&b, "");
    wait_ready(&b);
    assert_read_works(&b);
    assert_warnings(&b, 0);
    bench_finish(&b);
}

static void test_long_write_and_read(void)
{
    g_autofree uint8_t *tx = g_malloc(257);
    uint8_t reg = 0, rx[256];
    struct bench b;

    start_good_bench(&b, ",read-ahead=256");
    tx[0] = 0;
    for (unsigned i = 0; i < 256; i++) {
        tx[1 + i] = i * 7;
    }
    g_assert_cmpuint(guest_bus_transfer(b.qts, GUEST_ADDR7, tx, 257, NULL, 0),
                     ==, GUEST_ACK);
    g_assert_cmpuint(read_regs(&b, reg, rx, 256), ==, GUEST_ACK);
    g_assert_cmpmem(rx, 256, tx + 1, 256);
    bench_finish(&b);
}

static void test_works_over_tcp(void)
{
    g_autofree char *chardev = NULL;
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(NULL);
    chardev = g_strdup_printf("-chardev socket,id=agent,host=127.0.0.1,port=%u,"
                              "reconnect-ms=50",
                              fake_agent_port(b.agent));
    bench_boot(&b, chardev,
               "chardev=agent,export=" FAKE_EXPORT ",address=0x51,"
               "hostaddr=0x50");
    wait_ready(&b);
    assert_read_works(&b);
    bench_finish(&b);
}

/* --- refusals of the part --- */

static void test_absent_part_is_an_address_nack(void)
{
    uint8_t rx[2];
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_agent_will(b.agent, BW_MSG_I2C_XFER, FAKE_STATUS, BW_NACK_ADDR,
                    UINT_MAX);
    bench_boot_unix(&b, "");
    wait_ready(&b);
    g_assert_cmpuint(read_regs(&b, 0, rx, 2), ==, GUEST_ANACK);
    g_assert_cmpuint(write_reg(&b, 0, 0), ==, GUEST_ANACK);
    g_assert_cmpuint(guest_bus_transfer(b.qts, GUEST_ADDR7, NULL, 0, rx, 2), ==,
                     GUEST_ANACK);
    g_assert_cmpuint(guest_bus_transfer(b.qts, GUEST_ADDR7, NULL, 0, NULL, 0),
                     ==, GUEST_ANACK);
    assert_warnings(&b, 0); /* the part's fault, not the link's */
    fake_agent_will(b.agent, 0, FAKE_HONEST, 0, 0);
    assert_read_works(&b);
    bench_finish(&b);
}

static void test_refused_byte_is_a_data_nack(void)
{
    struct bench b;

    start_good_bench(&b, "");
    assert_read_works(&b);
    fake_agent_will(b.agent, BW_MSG_I2C_XFER, FAKE_STATUS, BW_NACK_DATA, 1);
    g_assert_cmpuint(write_reg(&b, 0, 0), ==, GUEST_DNACK);
    assert_read_works(&b);
    bench_finish(&b);
}

static void test_every_failure_status_ends_in_nack(void)
{
    uint8_t rx[2];
    struct bench b;

    start_good_bench(&b, "");
    for (unsigned status = 1; status <= BW_STATUS_COUNT; status++) {
        fake_agent_will(b.agent, BW_MSG_I2C_XFER, FAKE_STATUS, status, 1);
        g_assert_cmpuint(read_regs(&b, 0, rx, 2), !=, GUEST_ACK);
        assert_read_works(&b);
    }
    g_assert_cmpuint(get_count(&b, "failures"), ==, BW_STATUS_COUNT);
    g_assert_cmpuint(fake_agent_connections(b.agent), ==, 1);
    bench_finish(&b);
}

/* --- lies --- */

/* One lie in reply to a read: NACK in time, one line, and it works again. */
static void lie_in_transfer(enum fake_act act, uint32_t arg, bool times_out)
{
    int64_t begin, took_ms;
    uint8_t rx[6];
    struct bench b;

    start_good_bench(&b, "");
    assert_read_works(&b);
    assert_warnings(&b, 0);
    begin = g_get_monotonic_time();
    fake_agent_will(b.agent, BW_MSG_I2C_XFER, act, arg, 1);
    g_assert_cmpuint(read_regs(&b, 0x10, rx, 6), !=, GUEST_ACK);
    took_ms = (g_get_monotonic_time() - begin) / 1000;
    g_assert_cmpint(took_ms, <, 5000);
    if (times_out) {
        g_assert_cmpint(took_ms, >=, 1000); /* timeout-ms */
    }
    wait_count(&b, "reconnects", 1);
    assert_read_works(&b);
    assert_warnings(&b, 1);
    assert_logged(&b, "the link is up again", 1);
    g_assert_cmpuint(get_count(&b, "timeouts"), ==, times_out);
    g_assert_cmpuint(fake_agent_connections(b.agent), ==, 2);
    bench_finish(&b);
}

static const struct {
    const char *name;
    enum fake_act act;
    uint32_t arg;
    bool times_out;
} lies[] = {
    { "close", FAKE_CLOSE, 0, false },
    { "close-mid-frame", FAKE_CLOSE_MID, 0, false },
    { "wrong-id", FAKE_WRONG_ID, 0, false },
    { "wrong-type", FAKE_WRONG_TYPE, 0, false },
    { "request-as-reply", FAKE_REQUEST, 0, false },
    { "short-body", FAKE_TOO_SHORT, 0, false },
    { "long-body", FAKE_TOO_LONG, 0, false },
    { "huge-length", FAKE_HUGE, 0, false },
    { "unfinished-frame", FAKE_UNFINISHED, 0, true },
    { "silence", FAKE_SILENCE, 0, true },
    { "garbage", FAKE_GARBAGE, 4096, false },
    { "late-reply", FAKE_DELAY, 1500, true },
};

static void test_lie(const void *data)
{
    size_t i = GPOINTER_TO_SIZE(data);

    lie_in_transfer(lies[i].act, lies[i].arg, lies[i].times_out);
}

static void test_reply_nobody_asked_for_ends_the_connection(void)
{
    struct bench b;

    start_good_bench(&b, "");
    wait_count(&b, "probes", 1);
    fake_agent_will(b.agent, BW_MSG_I2C_XFER, FAKE_TWICE, 0, 1);
    assert_read_works(&b);
    wait_count(&b, "reconnects", 1);
    assert_read_works(&b);
    assert_warnings(&b, 1);
    bench_finish(&b);
}

static void test_delayed_reply_in_time_is_taken(void)
{
    struct bench b;

    start_good_bench(&b, ",timeout-ms=5000");
    fake_agent_will(b.agent, BW_MSG_I2C_XFER, FAKE_DELAY, 200, 2);
    assert_read_works(&b);
    assert_warnings(&b, 0);
    bench_finish(&b);
}

/* The first connections of an agent that cannot even say hello. */
static void test_lies_at_hello_and_open_are_survived(void)
{
    static const enum fake_act acts[] = { FAKE_CLOSE,     FAKE_CLOSE_MID,
                                          FAKE_WRONG_ID,  FAKE_WRONG_TYPE,
                                          FAKE_TOO_SHORT, FAKE_TOO_LONG,
                                          FAKE_HUGE,      FAKE_TWICE,
                                          FAKE_SILENCE,   FAKE_UNFINISHED };
    static const unsigned types[] = { BW_MSG_HELLO, BW_MSG_OPEN };

    for (unsigned t = 0; t < 2; t++) {
        struct bench b;

        start_good_bench(&b, ",timeout-ms=300");
        for (unsigned i = 0; i < G_N_ELEMENTS(acts); i++) {
            unsigned before = fake_agent_connections(b.agent);
            int64_t end = g_get_monotonic_time() + PATIENCE_US;

            fake_agent_will(b.agent, types[t], acts[i], 0, 1);
            fake_agent_drop(b.agent);
            while (fake_agent_connections(b.agent) < before + 2) {
                g_assert_cmpint(g_get_monotonic_time(), <, end);
                g_usleep(1000);
            }
            wait_ready(&b);
            assert_read_works(&b);
        }
        bench_finish(&b);
    }
}

/* --- agents that go and come --- */

static void test_agent_killed_in_mid_transfer(void)
{
    uint8_t rx[6];
    struct bench b;

    start_good_bench(&b, "");
    assert_read_works(&b);
    fake_agent_will(b.agent, BW_MSG_I2C_XFER, FAKE_SILENCE, 0, 1);
    guest_bus_start_read(b.qts, GUEST_ADDR7);
    qtest_clock_step(b.qts, 1000000);
    fake_agent_stop(b.agent);
    b.agent = NULL;
    wait_link(&b, "disconnected");
    guest_bus_reset(b.qts);
    g_assert_cmpuint(read_regs(&b, 0x10, rx, 6), ==, GUEST_ANACK);
    assert_warnings(&b, 1);

    b.agent = fake_agent_start(b.socket);
    wait_ready(&b);
    assert_read_works(&b);
    assert_warnings(&b, 1);
    assert_logged(&b, "the link is up again", 1);
    bench_finish(&b);
}

static void test_bytes_lost_with_the_link_are_not_acknowledged(void)
{
    static const uint8_t tx[] = { 0x20, 0x77 };
    struct bench b;

    start_good_bench(&b, "");
    assert_read_works(&b);
    /* The write travels at STOP, into a connection that closes. */
    fake_agent_will(b.agent, BW_MSG_I2C_XFER, FAKE_CLOSE, 0, 1);
    g_assert_cmpuint(guest_bus_transfer(b.qts, GUEST_ADDR7, tx, 2, NULL, 0), !=,
                     GUEST_ACK);
    wait_count(&b, "reconnects", 1);
    g_assert_cmpuint(write_reg(&b, 0x20, 0x78), ==, GUEST_ACK);
    g_assert_cmphex(fake_agent_peek(b.agent, 0x20), ==, 0x78);
    bench_finish(&b);
}

/* A controller cannot see a NACK of a byte it reads; STOP tells. */
static void test_read_cut_short_is_an_error(void)
{
    uint8_t rx[8];
    struct bench b;

    start_good_bench(&b, ",read-ahead=4");
    wait_count(&b, "probes", 1);
    /* the first four bytes come, the further ones do not */
    fake_agent_will_after(b.agent, 1, BW_MSG_I2C_XFER, FAKE_CLOSE, 0, 1);
    g_assert_cmpuint(read_regs(&b, 0x10, rx, 8), ==, GUEST_DNACK);
    g_assert_cmpuint(get_count(&b, "under-read"), ==, 1);
    wait_count(&b, "reconnects", 1);
    assert_read_works(&b);
    bench_finish(&b);
}

static void test_agent_that_comes_later(void)
{
    uint8_t rx[6];
    struct bench b;

    bench_init(&b);
    bench_boot_unix(&b, "");
    g_assert_cmpuint(read_regs(&b, 0x10, rx, 6), ==, GUEST_ANACK);
    g_assert_true(link_is(&b, "disconnected"));
    b.agent = fake_agent_start(b.socket);
    wait_ready(&b);
    assert_read_works(&b);
    bench_finish(&b);
}

static void test_read_at_boot_waits_for_the_link(void)
{
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_agent_will(b.agent, FAKE_ANY_TYPE, FAKE_DELAY, 200, 3);
    bench_boot_unix(&b, ",timeout-ms=5000");
    g_assert_false(link_is(&b, "ready"));
    assert_read_works(&b);
    g_assert_cmpuint(get_count(&b, "failures"), ==, 0);
    bench_finish(&b);
}

static void test_start_waits_for_the_link_no_longer_than_timeout(void)
{
    int64_t begin;
    uint8_t rx[6];
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_agent_will(b.agent, FAKE_ANY_TYPE, FAKE_SILENCE, 0, UINT_MAX);
    bench_boot_unix(&b, ",timeout-ms=500");
    begin = g_get_monotonic_time();
    g_assert_cmpuint(read_regs(&b, 0x10, rx, 6), ==, GUEST_ANACK);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, 5 * G_USEC_PER_SEC);
    bench_finish(&b);
}

static void test_busy_export_is_asked_for_again(void)
{
    uint8_t rx[6];
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_agent_will(b.agent, BW_MSG_OPEN, FAKE_STATUS, BW_BUSY, UINT_MAX);
    bench_boot_unix(&b, "");
    wait_link(&b, "waiting");
    g_assert_cmpuint(read_regs(&b, 0x10, rx, 6), ==, GUEST_ANACK);
    wait_traced(&b, "OPEN status=busy", 2);
    assert_logged(&b, "the fake agent does not want to", 1);
    assert_warnings(&b, 1);
    fake_agent_will(b.agent, 0, FAKE_HONEST, 0, 0);
    wait_ready(&b);
    assert_read_works(&b);
    g_assert_cmpuint(fake_agent_connections(b.agent), ==, 1);
    assert_logged(&b, "the link is up again", 1);
    bench_finish(&b);
}

static void test_export_of_another_address_is_refused(void)
{
    uint8_t rx[6];
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_agent_grant(b.agent, 0x1d, 8192);
    bench_boot_unix(&b, "");
    while (fake_agent_connections(b.agent) < 3) {
        g_assert_cmpuint(read_regs(&b, 0x10, rx, 6), ==, GUEST_ANACK);
    }
    assert_logged(&b, "serves address 0x1d only, and hostaddr is 0x50", 1);
    fake_agent_grant(b.agent, 0xffff, 8192);
    wait_ready(&b);
    assert_read_works(&b);
    bench_finish(&b);
}

static void test_small_adapter_gets_small_messages(void)
{
    g_autofree char *all = NULL;
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_agent_grant(b.agent, FAKE_ADDR7, 16);
    bench_boot_unix(&b, ""); /* read-ahead is 32 */
    wait_ready(&b);
    assert_read_works(&b);
    all = fake_agent_transfers(b.agent);
    g_assert_cmpstr(all, ==, "3 w0@0x50\n4 w1@0x50 0x10 r16\n");
    bench_finish(&b);
}

/* Switched off while the part is asked: the reply then belongs to nobody. */
static void test_withdrawn_read_does_not_answer_the_next(void)
{
    uint8_t rx[1] = { 0 };
    struct bench b;

    start_good_bench(&b, ",timeout-ms=5000");
    assert_read_works(&b);
    fake_agent_poke(b.agent, 0x16, 0x11);
    fake_agent_poke(b.agent, 0x40, 0x44);
    fake_agent_will(b.agent, BW_MSG_I2C_XFER, FAKE_DELAY, 300, 1);
    guest_bus_start_read(b.qts, GUEST_ADDR7);
    qtest_clock_step(b.qts, 1000000);
    guest_bus_reset(b.qts);
    g_assert_cmpuint(read_regs(&b, 0x40, rx, 1), ==, GUEST_ACK);
    g_assert_cmphex(rx[0], ==, 0x44);
    assert_warnings(&b, 0);
    bench_finish(&b);
}

/* --- an agent gone mad --- */

static void madness(uint32_t seed, enum fake_act act)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    unsigned rounds = g_test_slow() ? 500 : 12; /* -m slow for the former */
    uint8_t rx[6];
    struct bench b;

    start_good_bench(&b, ",timeout-ms=200");
    fake_agent_seed(b.agent, seed);
    for (unsigned i = 0; i < rounds; i++) {
        int64_t end = g_get_monotonic_time() + PATIENCE_US;
        uint32_t arg = act == FAKE_GARBAGE ? g_rand_int_range(rand, 12, 300)
                                           : g_rand_int_range(rand, 1, 4);

        fake_agent_will(b.agent, FAKE_ANY_TYPE, act, arg,
                        g_rand_int_range(rand, 1, 4));
        if (g_rand_boolean(rand)) {
            fake_agent_drop(b.agent);
        }
        read_regs(&b, 0x10, rx, 6); /* ends, that is all */
        write_reg(&b, 0x20, i);
        fake_agent_will(b.agent, 0, FAKE_HONEST, 0, 0);
        fake_agent_drop(b.agent);
        do {
            g_assert_cmpint(g_get_monotonic_time(), <, end);
        } while (read_regs(&b, 0x30, rx, 1) != GUEST_ACK);
        assert_read_works(&b);
    }
    bench_finish(&b);
}

static void test_garbage(const void *seed)
{
    madness(GPOINTER_TO_UINT(seed), FAKE_GARBAGE);
}

static void test_mutated_frames(const void *seed)
{
    madness(GPOINTER_TO_UINT(seed), FAKE_MUTATED);
}

/* --- the local form --- */

static void test_local_eeprom_round_trip(void)
{
    /* the built-in bench of host-agent/local.h has a 24C02 at 0x50 */
    static const uint8_t tx[] = { 0x08, 1, 2, 3, 4, 5, 6, 7, 8 };
    int64_t end = g_get_monotonic_time() + PATIENCE_US;
    uint8_t rx[8] = { 0 };
    struct bench b;

    bench_init(&b);
    bench_boot(&b, "", "device=sim,address=0x51,hostaddr=0x50");
    wait_ready(&b);
    g_assert_cmpuint(
        guest_bus_transfer(b.qts, GUEST_ADDR7, tx, sizeof(tx), NULL, 0), ==,
        GUEST_ACK);
    /* it does not acknowledge while it writes the page */
    while (read_regs(&b, 0x08, rx, 8) != GUEST_ACK) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
    g_assert_cmpmem(rx, 8, tx + 1, 8);
    assert_warnings(&b, 0);
    bench_finish(&b);
}

static void test_local_absent_address(void)
{
    uint8_t rx[1];
    struct bench b;

    bench_init(&b);
    bench_boot(&b, "", "device=sim,address=0x51,hostaddr=0x33");
    wait_ready(&b);
    g_assert_cmpuint(read_regs(&b, 0, rx, 1), ==, GUEST_ANACK);
    bench_finish(&b);
}

/* --- properties --- */

static const struct {
    const char *properties;
    const char *sentence;
} mistakes[] = {
    { "address=0x50", "neither chardev= nor device=" },
    { "address=0x50,device=sim,chardev=null", "exclude each other" },
    { "address=0x50,chardev=null", "give export=NAME" },
    { "address=0x50,device=sim,export=i2c", "leave it out" },
    { "device=sim", "address 0x00 is not one a guest can use" },
    { "address=0x80,device=sim", "address 0x80 is not one a guest can use" },
    { "address=0x50,device=sim,hostaddr=0xa0", "without the R/W bit" },
    { "address=0x50,device=sim,read-ahead=0", "read-ahead 0" },
    { "address=0x50,device=sim,timeout-ms=1", "timeout-ms 1 is out of range" },
    { "address=0x50,device=/dev/null", "/dev/null" },
    { "address=0x50,device=sim,transfers=3", "transfers" },
};

static void test_mistakes_are_explained(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autofree char *err = NULL;
        g_autofree char *cmd = g_strdup_printf(
            "timeout 20 %s -M microbit -S -display none -monitor none "
            "-chardev null,id=null -device " DEVICE ",%s",
            g_getenv("QTEST_QEMU_BINARY"), mistakes[i].properties);
        int status;

        g_assert_true(
            g_spawn_command_line_sync(cmd, NULL, &err, &status, NULL));
        g_test_message("%s", err);
        g_assert_true(WIFEXITED(status));
        g_assert_cmpint(WEXITSTATUS(status), ==, 1);
        g_assert_nonnull(strstr(err, mistakes[i].sentence));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) qtest_add_func("/" DEVICE "/" #name, test_##name)
    ADD(register_read_is_one_request);
    ADD(first_read_needs_no_further_request);
    ADD(counters_tell_what_was_read);
    ADD(write_arrives_at_stop);
    ADD(reply_byte_by_byte_is_understood);
    ADD(long_write_and_read);
    ADD(works_over_tcp);
    ADD(absent_part_is_an_address_nack);
    ADD(refused_byte_is_a_data_nack);
    ADD(every_failure_status_ends_in_nack);
    for (size_t i = 0; i < G_N_ELEMENTS(lies); i++) {
        g_autofree char *name =
            g_strdup_printf("/" DEVICE "/lie/%s", lies[i].name);

        qtest_add_data_func(name, GSIZE_TO_POINTER(i), test_lie);
    }
    ADD(reply_nobody_asked_for_ends_the_connection);
    ADD(delayed_reply_in_time_is_taken);
    ADD(lies_at_hello_and_open_are_survived);
    ADD(agent_killed_in_mid_transfer);
    ADD(bytes_lost_with_the_link_are_not_acknowledged);
    ADD(read_cut_short_is_an_error);
    ADD(agent_that_comes_later);
    ADD(read_at_boot_waits_for_the_link);
    ADD(start_waits_for_the_link_no_longer_than_timeout);
    ADD(busy_export_is_asked_for_again);
    ADD(export_of_another_address_is_refused);
    ADD(small_adapter_gets_small_messages);
    ADD(withdrawn_read_does_not_answer_the_next);
    for (unsigned seed = 1; seed <= 3; seed++) {
        g_autofree char *g = g_strdup_printf("/" DEVICE "/garbage/%u", seed);
        g_autofree char *m = g_strdup_printf("/" DEVICE "/mutated/%u", seed);

        qtest_add_data_func(g, GUINT_TO_POINTER(seed), test_garbage);
        qtest_add_data_func(m, GUINT_TO_POINTER(seed), test_mutated_frames);
    }
    ADD(local_eeprom_round_trip);
    ADD(local_absent_address);
    ADD(mistakes_are_explained);
    return g_test_run();
}
