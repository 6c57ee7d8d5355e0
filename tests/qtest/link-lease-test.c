/*
 * The link keeps its lease: LEASE, and PING while nothing else is said.
 *
 * The virtual clock stands still in these tests, as that of a stopped machine
 * does: what happens, happens by the host's clock.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "passthrough_bench.h"
#include "lib/wire.h"

static void start_with_lease(struct bench *b, uint32_t silence_ms,
                             const char *more)
{
    bench_init(b);
    b->agent = fake_agent_start(b->socket);
    fake_agent_lease(b->agent, silence_ms);
    bench_boot_unix(b, more);
    wait_link(b, "ready");
}

static void wait_pings(struct bench *b, unsigned n)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    while (fake_agent_pings(b->agent) < n) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(1000);
    }
}

static void wait_connections(struct bench *b, unsigned n)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    while (fake_agent_connections(b->agent) < n) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(1000);
    }
}

static void test_idle_machine_keeps_its_lease(void)
{
    int64_t begin = g_get_monotonic_time();
    struct bench b;

    start_with_lease(&b, 1500, "");
    qtest_qmp_assert_success(b.qts, "{'execute': 'stop'}");
    wait_pings(&b, 6);
    /* a third of the silence each */
    g_assert_cmpint(g_get_monotonic_time() - begin, >, 5 * 500000);
    g_assert_cmpuint(fake_agent_connections(b.agent), ==, 1);
    wait_traced(&b, "known as 'tester', silent for 1500 ms at most", 1);
    qtest_qmp_assert_success(b.qts, "{'execute': 'cont'}");
    assert_read_works(&b);
    assert_warnings(&b, 0);
    bench_finish(&b);
}

static void test_process_that_hangs_loses_its_lease(void)
{
    struct bench b;

    start_with_lease(&b, 600, "");
    wait_pings(&b, 1);
    kill(qtest_pid(b.qts), SIGSTOP);
    /* the agent ends the session; its next one waits until it may speak */
    g_usleep(900000);
    kill(qtest_pid(b.qts), SIGCONT);
    wait_connections(&b, 2);
    wait_link(&b, "ready");
    assert_read_works(&b);
    assert_logged(&b, "the agent closed the connection", 1);
    bench_finish(&b);
}

static void test_agent_that_vanishes_is_noticed_while_idle(void)
{
    struct bench b;

    start_with_lease(&b, 600, ",timeout-ms=300");
    fake_agent_will(b.agent, BW_MSG_PING, FAKE_SILENCE, 0, 100);
    wait_count(&b, "timeouts", 1);
    fake_agent_will(b.agent, BW_MSG_PING, FAKE_HONEST, 0, 0);
    assert_logged(&b, "no reply to PING", 1);
    wait_count(&b, "reconnects", 1);
    assert_read_works(&b);
    bench_finish(&b);
}

static void test_agent_without_leases_hears_no_pings(void)
{
    struct bench b;

    start_with_lease(&b, 0, "");
    assert_read_works(&b);
    wait_traced(&b, "silent for 0 ms at most", 1);
    g_assert_cmpuint(fake_agent_pings(b.agent), ==, 0);
    bench_finish(&b);
}

static void test_lies_about_leases_are_survived(void)
{
    static const enum fake_act acts[] = { FAKE_TOO_SHORT, FAKE_TOO_LONG,
                                          FAKE_CLOSE, FAKE_WRONG_ID };

    for (unsigned i = 0; i < G_N_ELEMENTS(acts); i++) {
        struct bench b;

        bench_init(&b);
        b.agent = fake_agent_start(b.socket);
        fake_agent_lease(b.agent, 60000);
        fake_agent_will(b.agent, BW_MSG_LEASE, acts[i], 0, 1);
        bench_boot_unix(&b, "");
        wait_count(&b, "reconnects", 1);
        assert_read_works(&b);
        bench_finish(&b);
    }
}

static void test_refused_lease_request_is_no_failure(void)
{
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_agent_lease(b.agent, 60000);
    fake_agent_will(b.agent, BW_MSG_LEASE, FAKE_STATUS, BW_UNSUPPORTED, 1);
    bench_boot_unix(&b, "");
    wait_link(&b, "ready");
    assert_read_works(&b);
    assert_warnings(&b, 0);
    bench_finish(&b);
}

/* Nobody here asks for any. */
static void test_notice_to_a_bus_ends_the_connection(void)
{
    struct bench b;

    start_with_lease(&b, 60000, "");
    assert_read_works(&b);
    fake_agent_notice(b.agent, BW_MSG_GPIO_EVENTS, 0, NULL, 0);
    wait_count(&b, "reconnects", 1);
    assert_logged(&b, "that nobody asked for", 1);
    assert_read_works(&b);
    bench_finish(&b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) qtest_add_func("/link-lease/" #name, test_##name)
    ADD(idle_machine_keeps_its_lease);
    ADD(process_that_hangs_loses_its_lease);
    ADD(agent_that_vanishes_is_noticed_while_idle);
    ADD(agent_without_leases_hears_no_pings);
    ADD(lies_about_leases_are_survived);
    ADD(refused_lease_request_is_no_failure);
    ADD(notice_to_a_bus_ends_the_connection);
    return g_test_run();
}
