/*
 * The chardev benchwire-usb: HELLO, OPEN and USB_START before a stream, and
 * the stream, with usb-redir on an xHCI controller and with a serial port on
 * it.  The agent is fake_agent.c, its device fake_usb.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "fake_usb.h"
#include "lib/wire.h"
#include "outside.h"
#include "passthrough_bench.h"

#define PL011    0x09000000 /* the first serial port of -M virt */
#define PL011_DR (PL011 + 0x00)
#define PL011_FR (PL011 + 0x18)
#define PL011_CR (PL011 + 0x30)
#define FR_RXFE  (1 << 4)
#define CR_ON    0x301 /* UARTEN, TXE, RXE */

/* --- the bench --- */

static void boot_on(struct bench *b, const char *agent, const char *export,
                    const char *frontend)
{
    b->qts = qtest_initf(
        "-M virt -nodefaults -chardev socket,id=pi,%s,reconnect-ms=50 "
        "-chardev benchwire-usb,id=u0,chardev=pi,export=%s "
        "%s -trace 'bw_link_*' -D %s 2>%s",
        agent, export, frontend, b->trace, b->log);
}

#define REDIR "-device qemu-xhci -device usb-redir,id=u,chardev=u0"

/* An agent that has the device plugged in; no QEMU yet. */
static void start_agent(struct bench *b)
{
    b->agent = fake_agent_start(b->socket);
    fake_usb_plug(b->agent, true, 512);
}

static void boot(struct bench *b, const char *frontend)
{
    g_autofree char *agent = g_strdup_printf("path=%s", b->socket);

    boot_on(b, agent, FAKE_EXPORT, frontend);
}

static bool is_attached(struct bench *b)
{
    QDict *r = qtest_qmp(b->qts, "{ 'execute': 'qom-get', 'arguments': "
                                 "{ 'path': '/machine/peripheral/u', "
                                 "'property': 'attached' } }");
    bool attached = qdict_get_bool(r, "return");

    qobject_unref(r);
    return attached;
}

/* usb-redir keeps 200 ms of the guest's time between detach and attach. */
static void wait_attached(struct bench *b, bool attached)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    while (is_attached(b) != attached) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        qtest_clock_step(b->qts, 10 * 1000 * 1000);
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

/* Waits until what the stream's far end has seen has @needle in it. */
static void wait_seen(struct bench *b, const char *needle)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;
    bool seen = false;

    while (!seen) {
        g_autofree char *text = fake_usb_seen(b->agent);

        g_assert_cmpint(g_get_monotonic_time(), <, end);
        seen = strstr(text, needle) != NULL;
        if (!seen) {
            g_usleep(1000);
        }
    }
}

/* --- the device --- */

static void test_device_comes_and_goes(void)
{
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    boot(&b, REDIR);
    wait_seen(&b, "hello");
    g_assert_false(is_attached(&b));
    for (int i = 0; i < 3; i++) {
        fake_usb_plug(b.agent, true, 512);
        wait_attached(&b, true);
        fake_usb_unplug(b.agent);
        wait_attached(&b, false);
    }
    g_assert_cmpuint(fake_agent_connections(b.agent), ==, 1);
    g_assert_cmpuint(count_in(b.log, "u0:"), ==, 0);
    bench_finish(&b);
}

static void test_agent_that_restarts_is_a_replug(void)
{
    struct bench b;

    bench_init(&b);
    start_agent(&b);
    boot(&b, REDIR);
    wait_attached(&b, true);
    fake_agent_stop(b.agent);
    b.agent = NULL;
    wait_attached(&b, false);
    start_agent(&b);
    wait_attached(&b, true);
    assert_logged(&b, "u0: the agent closed the connection", 1);
    assert_logged(&b, "u0: the link is up again", 1);
    bench_finish(&b);
}

static void test_agent_that_comes_later_is_found(void)
{
    struct bench b;

    bench_init(&b);
    boot(&b, REDIR);
    g_assert_false(is_attached(&b));
    start_agent(&b);
    wait_attached(&b, true);
    bench_finish(&b);
}

/* --- bytes --- */

static void read_serial(struct bench *b, const char *text)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    for (; *text; text++) {
        while (qtest_readl(b->qts, PL011_FR) & FR_RXFE) {
            g_assert_cmpint(g_get_monotonic_time(), <, end);
        }
        g_assert_cmpint(qtest_readl(b->qts, PL011_DR) & 0xff, ==, *text);
    }
}

static void write_serial(struct bench *b, const char *text)
{
    for (; *text; text++) {
        qtest_writel(b->qts, PL011_DR, *text);
    }
}

/* The port takes one byte at a time, so most of the greeting waits outside. */
static void test_bytes_pass_as_they_are(void)
{
    g_autofree char *seen = NULL;
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_usb_be_raw(b.agent, "in one piece with the reply");
    boot(&b, "-serial chardev:u0");
    qtest_writel(b.qts, PL011_CR, CR_ON);
    read_serial(&b, "in one piece with the reply");
    write_serial(&b, "to the agent");
    wait_seen(&b, "to the agent");
    fake_usb_send(b.agent, " and back, later than that");
    read_serial(&b, " and back, later than that");
    seen = fake_usb_seen(b.agent);
    g_assert_cmpstr(seen, ==, "to the agent");
    bench_finish(&b);
}

/*
 * A PING behind USB_START would be read as a part of the stream.  What is to
 * show is that none comes, so there is nothing but time to wait for: ten times
 * that after which a link that is ready sends one.
 */
static void test_nothing_is_sent_behind_usb_start(void)
{
    g_autofree char *seen = NULL;
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_usb_be_raw(b.agent, "!");
    fake_agent_lease(b.agent, 60);
    fake_agent_will(b.agent, BW_MSG_USB_START, FAKE_HOLD, 0, 1);
    boot(&b, "-serial chardev:u0");
    wait_traced(&b, "u0: start", 1);
    g_usleep(200 * 1000);
    fake_agent_let_go(b.agent);
    qtest_writel(b.qts, PL011_CR, CR_ON);
    read_serial(&b, "!");
    g_usleep(200 * 1000);
    write_serial(&b, "end");
    wait_seen(&b, "end");
    seen = fake_usb_seen(b.agent);
    g_assert_cmpstr(seen, ==, "end");
    g_assert_cmpuint(fake_agent_pings(b.agent), ==, 0);
    bench_finish(&b);
}

/* --- what stands against it --- */

static void test_export_that_is_busy_is_asked_for_again(void)
{
    struct bench b;

    bench_init(&b);
    start_agent(&b);
    fake_agent_will(b.agent, BW_MSG_OPEN, FAKE_STATUS, BW_BUSY, 2);
    boot(&b, REDIR);
    wait_attached(&b, true);
    assert_logged(&b, "u0: the export is refused", 1);
    assert_logged(&b, "u0: the link is up again", 1);
    g_assert_cmpuint(fake_agent_connections(b.agent), ==, 1);
    bench_finish(&b);
}

/* The lease is kept meanwhile: PINGs go on between two USB_STARTs. */
static void test_device_that_is_refused_is_asked_for_again(void)
{
    struct bench b;

    bench_init(&b);
    start_agent(&b);
    fake_agent_lease(b.agent, 400);
    fake_agent_will(b.agent, BW_MSG_USB_START, FAKE_STATUS, BW_DENIED, 3);
    boot(&b, REDIR);
    wait_attached(&b, true);
    assert_logged(&b,
                  "u0: the device is refused: the fake agent does not "
                  "want to",
                  1);
    assert_logged(&b, "u0: the link is up again", 1);
    bench_finish(&b);
}

static void test_name_that_is_wrong_is_said_once(void)
{
    g_autofree char *agent = NULL;
    struct bench b;

    bench_init(&b);
    start_agent(&b);
    agent = g_strdup_printf("path=%s", b.socket);
    boot_on(&b, agent, "nobody", REDIR);
    wait_traced(&b, "OPEN status=not-found", 3);
    assert_logged(&b, "there is no such export here", 1);
    g_assert_false(is_attached(&b));
    bench_finish(&b);
}

/* Some replies look like the beginning of a good one: the agent gives up. */
static void wait_attached_after_drops(struct bench *b)
{
    for (int64_t us = 250 * 1000; us < PATIENCE_US; us *= 2) {
        int64_t end = g_get_monotonic_time() + us;

        while (g_get_monotonic_time() < end) {
            if (is_attached(b)) {
                return;
            }
            qtest_clock_step(b->qts, 10 * 1000 * 1000);
        }
        fake_agent_drop(b->agent);
    }
    wait_attached(b, true);
}

static void test_replies_that_are_broken_end_the_connection(void)
{
    for (int act = FAKE_CLOSE; act < FAKE_ACTS; act++) {
        struct bench b;

        g_test_message("act %d", act);
        bench_init(&b);
        start_agent(&b);
        fake_agent_will(b.agent, BW_MSG_USB_START, act, 40, 1);
        boot(&b, REDIR);
        wait_attached_after_drops(&b);
        bench_finish(&b);
    }
}

/* The stream is closed and begun anew, as often as the agent wants. */
static void test_stream_of_garbage_hurts_nobody(void)
{
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_usb_be_raw(b.agent, "\xff\xfe\x01\x7f garbage \x10\x20\x30\x40 more");
    boot(&b, REDIR);
    wait_connections(&b, 1);
    for (int i = 0; i < 100; i++) {
        fake_usb_send(b.agent, "nothing of this is usbredir\x80\x81\x82\n");
    }
    wait_connections(&b, 3);
    g_assert_false(is_attached(&b));
    bench_finish(&b);
}

/* --- a peer that vanishes --- */

struct socket_option {
    unsigned port;
    int level;
    int name;
    int value;
};

static bool get_option(int fd, void *opaque)
{
    struct socket_option *o = opaque;
    struct sockaddr_in peer = { 0 };
    socklen_t len = sizeof(peer), size = sizeof(o->value);

    if (getpeername(fd, (struct sockaddr *)&peer, &len) < 0 ||
        peer.sin_family != AF_INET || ntohs(peer.sin_port) != o->port) {
        return false;
    }
    g_assert_cmpint(getsockopt(fd, o->level, o->name, &o->value, &size), ==, 0);
    return true;
}

/* The option of QEMU's connection to @port; -1: not allowed to look. */
static int option_of(struct bench *b, unsigned port, int level, int name)
{
    struct socket_option o = { .port = port, .level = level, .name = name };

    return outside_find(b->qts, get_option, &o) ? o.value : -1;
}

static void test_tcp_notices_a_peer_that_vanishes(void)
{
    g_autofree char *agent = NULL;
    struct bench b;
    unsigned port;

    bench_init(&b);
    b.agent = fake_agent_start(NULL);
    fake_usb_plug(b.agent, true, 512);
    port = fake_agent_port(b.agent);
    agent = g_strdup_printf("host=127.0.0.1,port=%u", port);
    boot_on(&b, agent, FAKE_EXPORT, REDIR);
    wait_attached(&b, true);
    if (option_of(&b, port, SOL_SOCKET, SO_TYPE) < 0) {
        g_test_skip("this kernel does not let us reach QEMU's sockets");
    } else {
        g_assert_cmpint(option_of(&b, port, SOL_SOCKET, SO_KEEPALIVE), ==, 1);
        g_assert_cmpint(option_of(&b, port, IPPROTO_TCP, TCP_USER_TIMEOUT), ==,
                        30000);
    }
    bench_finish(&b);
}

/* --- the monitor --- */

static char *add_chardev(QTestState *qts, const char *chardev,
                         const char *export)
{
    return outside_error(
        qts,
        "{ 'execute': 'chardev-add', 'arguments': { 'id': 'u0', "
        "'backend': { 'type': 'benchwire-usb', 'data': "
        "{ 'chardev': %s, 'export': %s } } } }",
        chardev, export);
}

static void test_removed_device_gives_the_lease_back(void)
{
    struct bench b;

    bench_init(&b);
    start_agent(&b);
    boot(&b, REDIR);
    wait_attached(&b, true);
    for (int i = 0; i < 2; i++) {
        unsigned n = fake_agent_connections(b.agent);
        g_autofree char *error = NULL;

        qtest_qmp_device_del(b.qts, "u");
        /* The socket calls again; nobody says HELLO there. */
        wait_connections(&b, n + 1);
        error = add_chardev(b.qts, "pi", FAKE_EXPORT);
        g_assert_cmpstr(error, ==, NULL);
        qtest_qmp_device_add(b.qts, "usb-redir", "u", "{ 'chardev': 'u0' }");
        wait_attached(&b, true);
    }
    bench_finish(&b);
}

static void test_migration_and_snapshots_are_blocked(void)
{
    g_autofree char *error = NULL;
    g_autofree char *saved = NULL;
    struct bench b;

    bench_init(&b);
    start_agent(&b);
    boot(&b, REDIR);
    wait_attached(&b, true);
    error = outside_error(b.qts, "{ 'execute': 'migrate', 'arguments': "
                                 "{ 'uri': 'exec:cat >/dev/null' } }");
    g_assert_nonnull(strstr(error, "chardev 'u0': a USB device at an agent "
                                   "cannot be migrated"));
    saved = qtest_hmp(b.qts, "savevm here");
    g_assert_nonnull(strstr(saved, "cannot be migrated or saved"));
    g_assert_true(is_attached(&b));
    bench_finish(&b);
}

static void test_monitor_refuses_what_cannot_be(void)
{
    QTestState *qts = qtest_init("-M virt -nodefaults -chardev null,id=pi "
                                 "-chardev null,id=mux,mux=on");
    g_autofree char *absent = add_chardev(qts, "nothing", "part");
    g_autofree char *mux = add_chardev(qts, "mux", "part");
    g_autofree char *empty = add_chardev(qts, "pi", "");
    g_autofree char *good = add_chardev(qts, "pi", "part");
    g_autofree char *busy = outside_error(qts, "{ 'execute': 'chardev-remove', "
                                               "'arguments': { 'id': 'pi' } }");
    g_autofree char *gone = outside_error(qts, "{ 'execute': 'chardev-remove', "
                                               "'arguments': { 'id': 'u0' } }");
    g_autofree char *free = outside_error(qts, "{ 'execute': 'chardev-remove', "
                                               "'arguments': { 'id': 'pi' } }");

    g_assert_nonnull(strstr(absent, "there is no chardev 'nothing'"));
    g_assert_nonnull(strstr(mux, "is no connection to an agent"));
    g_assert_nonnull(strstr(empty, "give export=NAME"));
    g_assert_cmpstr(good, ==, NULL);
    g_assert_cmpstr(busy, ==, "Chardev 'pi' is busy");
    g_assert_cmpstr(gone, ==, NULL);
    g_assert_cmpstr(free, ==, NULL);
    qtest_quit(qts);
}

/* --- mistakes --- */

static const struct outside_mistake mistakes[] = {
    { "benchwire-usb,id=a,export=part", "give chardev=ID" },
    { "benchwire-usb,id=a,chardev=pi", "give export=NAME" },
    { "benchwire-usb,id=a,chardev=pi,export=part",
      "there is no chardev 'pi'; give the socket to the agent before it" },
    { "null,id=pi -chardev benchwire-usb,id=a,chardev=pi,export=part "
      "-chardev benchwire-usb,id=b,chardev=pi,export=part",
      "already in use" },
    { "null,id=pi -chardev benchwire-usb,id=a,chardev=pi,export=part "
      "-chardev benchwire-usb,id=b,chardev=a,export=part",
      "chardev 'a' is no connection to an agent" },
    { "null,id=pi -only-migratable "
      "-chardev benchwire-usb,id=a,chardev=pi,export=part",
      "disallowing migration blocker" },
};

static void test_mistakes_are_explained(void)
{
    outside_refuses_each("-M virt -nodefaults -chardev ", mistakes,
                         G_N_ELEMENTS(mistakes));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) qtest_add_func("/benchwire-usb/" #name, test_##name)
    ADD(device_comes_and_goes);
    ADD(agent_that_restarts_is_a_replug);
    ADD(agent_that_comes_later_is_found);
    ADD(bytes_pass_as_they_are);
    ADD(nothing_is_sent_behind_usb_start);
    ADD(export_that_is_busy_is_asked_for_again);
    ADD(device_that_is_refused_is_asked_for_again);
    ADD(name_that_is_wrong_is_said_once);
    ADD(replies_that_are_broken_end_the_connection);
    ADD(stream_of_garbage_hurts_nobody);
    ADD(tcp_notices_a_peer_that_vanishes);
    ADD(removed_device_gives_the_lease_back);
    ADD(migration_and_snapshots_are_blocked);
    ADD(monitor_refuses_what_cannot_be);
    ADD(mistakes_are_explained);
#undef ADD
    return g_test_run();
}
