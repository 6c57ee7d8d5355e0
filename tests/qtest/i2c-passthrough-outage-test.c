/*
 * i2c-passthrough: an agent that is absent, killed, late, lying or mad.
 *
 * Each test ends with the device working again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "passthrough_bench.h"
#include "lib/wire.h"

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
        /* timeout-ms, by a clock that counts whole milliseconds */
        g_assert_cmpint(took_ms, >=, 1999);
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
    { "late-reply", FAKE_DELAY, 2500, true },
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
            wait_link(&b, "ready");
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
    wait_link(&b, "ready");
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

/* The link breaks within a write; a new profile comes just before its STOP. */
static void test_profile_that_changes_within_a_write(void)
{
    static const uint8_t tx[] = { 0x20, 0x77 };
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_agent_grant_profile(b.agent, "profile 1\nplain 0-0xff\n");
    bench_boot_unix(&b, "");
    wait_count(&b, "probes", 1);
    g_assert_cmpuint(guest_bus_begin_write(b.qts, GUEST_ADDR7, tx, 2), ==,
                     GUEST_ACK);
    fake_agent_grant_profile(b.agent, "profile 1\nclear 0-0xff\n");
    fake_agent_will(b.agent, BW_MSG_PROFILE_GET, FAKE_DELAY, 500, 1);
    fake_agent_drop(b.agent);
    wait_count(&b, "reconnects", 1);
    g_assert_cmpuint(guest_bus_stop(b.qts), ==, GUEST_ACK);
    g_assert_cmphex(fake_agent_peek(b.agent, 0x20), ==, 0x77);
    g_free(fake_agent_transfers(b.agent));
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
    wait_link(&b, "ready");
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
    wait_link(&b, "ready");
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
    wait_link(&b, "ready");
    assert_read_works(&b);
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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) qtest_add_func("/" DEVICE "/" #name, test_##name)
    ADD(reply_nobody_asked_for_ends_the_connection);
    ADD(lies_at_hello_and_open_are_survived);
    ADD(agent_killed_in_mid_transfer);
    ADD(bytes_lost_with_the_link_are_not_acknowledged);
    ADD(read_cut_short_is_an_error);
    ADD(profile_that_changes_within_a_write);
    ADD(agent_that_comes_later);
    ADD(read_at_boot_waits_for_the_link);
    ADD(start_waits_for_the_link_no_longer_than_timeout);
    ADD(busy_export_is_asked_for_again);
    ADD(export_of_another_address_is_refused);
    for (size_t i = 0; i < G_N_ELEMENTS(lies); i++) {
        g_autofree char *name =
            g_strdup_printf("/" DEVICE "/lie/%s", lies[i].name);

        qtest_add_data_func(name, GSIZE_TO_POINTER(i), test_lie);
    }
    for (unsigned seed = 1; seed <= 3; seed++) {
        g_autofree char *g = g_strdup_printf("/" DEVICE "/garbage/%u", seed);
        g_autofree char *m = g_strdup_printf("/" DEVICE "/mutated/%u", seed);

        qtest_add_data_func(g, GUINT_TO_POINTER(seed), test_garbage);
        qtest_add_data_func(m, GUINT_TO_POINTER(seed), test_mutated_frames);
    }
    return g_test_run();
}
