/*
 * The watchdog: when pings are due, and that a server in which a request hangs
 * sends none.
 *
 * The service manager's end is a socket of the test.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "host-agent/bench.h"
#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/server.h"
#include "host-agent/server_slot.h"
#include "host-agent/watchdog.h"

static int manager = -1;

/* An abstract socket whose name is this process's alone. */
static int set_up(void **state)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    char name[sizeof(addr.sun_path)];
    int len;

    (void)state;
    len = snprintf(name, sizeof(name), "@bw-watchdog-%ld", (long)getpid());
    memcpy(addr.sun_path, name, (size_t)len);
    addr.sun_path[0] = '\0';
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (manager < 0 || bind(manager, (struct sockaddr *)&addr,
                            (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
                                        (size_t)len)) < 0) {
        return -1;
    }
    setenv("NOTIFY_SOCKET", name, 1);
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unsetenv("NOTIFY_SOCKET");
    close(manager);
    return 0;
}

/* What the manager has been told since the last time, or "". */
static const char *told(void)
{
    static char text[64];
    ssize_t n = recv(manager, text, sizeof(text) - 1, 0);

    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void no_watchdog_no_wake_up(void **state)
{
    struct bw_watchdog w;

    (void)state;
    bw_watchdog_init(&w);
    assert_int_equal(bw_watchdog_wait_ms(&w, -1), -1);
    assert_int_equal(bw_watchdog_wait_ms(&w, 100), 100);
    assert_false(bw_watchdog_due(&w));
    bw_watchdog_tick(&w, false);
    assert_string_equal(told(), "");
}

static void pings_at_half_of_the_time(void **state)
{
    struct bw_watchdog w;
    int wait_ms;

    (void)state;
    setenv("WATCHDOG_USEC", "20000000", 1);
    bw_watchdog_init(&w);
    assert_null(getenv("WATCHDOG_USEC"));
    assert_int_equal(bw_watchdog_wait_ms(&w, -1), 0);
    bw_watchdog_tick(&w, false);
    assert_string_equal(told(), "WATCHDOG=1");
    wait_ms = bw_watchdog_wait_ms(&w, -1);
    assert_in_range(wait_ms, 5000, 10000); /* half of 20 s */
    assert_int_equal(bw_watchdog_wait_ms(&w, 100), 100);
    bw_watchdog_tick(&w, false); /* not due */
    assert_string_equal(told(), "");
    w.next_ns = 0;
    bw_watchdog_tick(&w, false);
    assert_string_equal(told(), "WATCHDOG=1");
}

static void another_process_is_meant(void **state)
{
    struct bw_watchdog w;

    (void)state;
    setenv("WATCHDOG_USEC", "20000000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    bw_watchdog_init(&w);
    assert_int_equal(w.every_ns, 0);
}

static void what_is_no_time_is_none(void **state)
{
    static const char *const texts[] = {
        "", "x", "-5", "20s", "0", "99999999999999999999999"
    };
    struct bw_watchdog w;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        setenv("WATCHDOG_USEC", texts[i], 1);
        bw_watchdog_init(&w);
        assert_int_equal(w.every_ns, 0);
    }
    setenv("WATCHDOG_USEC", "2", 1);
    bw_watchdog_init(&w);
    assert_int_equal(w.every_ns, 1000000); /* no busy loop */
}

static void what_hangs_is_not_pinged_for(void **state)
{
    struct bw_watchdog w;

    (void)state;
    setenv("WATCHDOG_USEC", "20000000", 1);
    bw_watchdog_init(&w);
    bw_watchdog_tick(&w, true);
    assert_string_equal(told(), "");
    w.next_ns = 0;
    bw_watchdog_tick(&w, false); /* it has come back after all */
    assert_string_equal(told(), "WATCHDOG=1");
}

/* A server's session hangs when one request takes longer than it may. */
static void a_request_that_does_not_end_hangs(void **state)
{
    static struct bw_server server;
    static struct bw_server_slot slot;
    static struct bw_bench bench;
    uint64_t now_ns = 1000000000000ull;

    (void)state;
    bw_bench_init(&bench);
    assert_int_equal(bw_server_init(&server, &bench), 0);
    assert_false(bw_server_hangs(&server, now_ns));
    server.slots[5] = &slot;
    server.slot_count = 1;
    atomic_init(&slot.session.busy_ns, 0);
    assert_false(bw_server_hangs(&server, now_ns)); /* idle, however long */
    atomic_store(&slot.session.busy_ns,
                 now_ns - BW_WATCHDOG_HUNG_MS * 1000000ull);
    assert_false(bw_server_hangs(&server, now_ns));
    assert_true(bw_server_hangs(&server, now_ns + 1000000));
    server.slots[5] = NULL;
    server.slot_count = 0;
    assert_false(bw_server_hangs(&server, now_ns + 1000000));
    bw_server_finish(&server);
    bw_bench_finish(&bench);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(no_watchdog_no_wake_up),
        TEST(pings_at_half_of_the_time),
        TEST(another_process_is_meant),
        TEST(what_is_no_time_is_none),
        TEST(what_hangs_is_not_pinged_for),
        TEST(a_request_that_does_not_end_hangs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
