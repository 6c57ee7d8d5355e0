/*
 * host-agent/client.c against a session in a thread: notices, and the PINGs
 * that keep a waiting client's lease.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session_rig.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host-agent/client.h"
#include "host-agent/clock.h"
#include "host-agent/session_reply.h"

#define SILENCE_MS 150
#define LONG_MS    5000

/* A session that tells something as often as its eventfd says. */
struct agent {
    struct rig *rig;
    struct bw_io_fd io;
    struct bw_session session;
    pthread_t thread;
    int event;
};

static struct agent agent;
static struct bw_client client;
static unsigned taken; /* notices, by on_notice() */

static bool tell(struct bw_session *s)
{
    eventfd_t count;
    struct bw_writer w;

    if (eventfd_read(agent.event, &count) < 0) {
        return true;
    }
    while (count--) {
        bw_session_notice_begin(s, &w, BW_MSG_GPIO_EVENTS);
        if (!bw_session_notice_send(s, &w)) {
            return false;
        }
    }
    return true;
}

static void on_notice(struct bw_client *c, const struct bw_wire_header *h,
                      struct bw_reader *body)
{
    unsigned *count = c->notice_opaque;

    assert_int_equal(h->type, BW_MSG_GPIO_EVENTS);
    assert_int_equal(h->id, ++*count);
    assert_int_equal(bw_reader_left(body), 0);
}

static void *serve(void *opaque)
{
    (void)opaque;
    bw_session_run(&agent.session);
    shutdown(agent.io.fd, SHUT_RDWR);
    return NULL;
}

static int setup(void **state)
{
    int fds[2];

    (void)state;
    taken = 0;
    agent.rig = rig_new();
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    agent.event = eventfd(0, EFD_NONBLOCK);
    assert_true(agent.event >= 0);
    bw_io_fd_init(&agent.io, fds[1]);
    bw_session_init(&agent.session, &agent.io.io, &agent.rig->bench, NULL, 1);
    agent.session.silence_ms = SILENCE_MS;
    agent.session.notice_fd = agent.event;
    agent.session.notice = tell;
    assert_int_equal(pthread_create(&agent.thread, NULL, serve, NULL), 0);
    assert_int_equal(bw_client_attach(&client, fds[0]), BW_OK);
    client.on_notice = on_notice;
    client.notice_opaque = &taken;
    assert_int_equal(bw_client_open(&client, BW_EXPORT_ANY, "fake"), BW_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    bw_client_close(&client);
    assert_int_equal(pthread_join(agent.thread, NULL), 0);
    close(agent.event);
    close(agent.io.fd);
    rig_free(agent.rig);
    return 0;
}

static enum bw_status ping(void)
{
    struct bw_reader body;

    bw_client_begin(&client, BW_MSG_PING);
    return bw_client_call(&client, LONG_MS, &body);
}

static uint64_t after(uint32_t ms)
{
    return bw_clock_after_ms(bw_clock_ns(), ms);
}

static void a_client_that_waits_is_not_taken_for_dead(void **state)
{
    (void)state;
    assert_int_equal(bw_client_wait(&client, after(4 * SILENCE_MS), -1),
                     BW_TIMEOUT);
    assert_int_equal(ping(), BW_OK);
    assert_int_equal(client.silence_ms, SILENCE_MS);
    /* a PING in each third, and what the test has sent itself */
    assert_in_range(atomic_load(&agent.session.requests), 6, 20);
}

static void a_client_that_does_not_wait_is(void **state)
{
    struct pollfd p = { .fd = client.fd, .events = POLLRDHUP };

    (void)state;
    assert_int_equal(poll(&p, 1, LONG_MS), 1);
    assert_int_equal(ping(), BW_LINK_DOWN);
}

static void notices_end_a_wait(void **state)
{
    (void)state;
    assert_int_equal(eventfd_write(agent.event, 1), 0);
    assert_int_equal(bw_client_wait(&client, after(LONG_MS), -1), BW_OK);
    assert_int_equal(taken, 1);
}

static void notices_do_not_come_between_a_request_and_its_reply(void **state)
{
    (void)state;
    assert_int_equal(eventfd_write(agent.event, 50), 0);
    assert_int_equal(ping(), BW_OK);
    assert_int_equal(ping(), BW_OK);
    while (taken < 50) {
        assert_int_equal(bw_client_wait(&client, after(LONG_MS), -1), BW_OK);
    }
    assert_int_equal(taken, 50);
}

static void another_descriptor_ends_a_wait(void **state)
{
    int other = eventfd(1, EFD_NONBLOCK);

    (void)state;
    assert_true(other >= 0);
    assert_int_equal(bw_client_wait(&client, after(LONG_MS), other), BW_OK);
    assert_int_equal(taken, 0);
    close(other);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_client_that_waits_is_not_taken_for_dead),
        TEST(a_client_that_does_not_wait_is),
        TEST(notices_end_a_wait),
        TEST(notices_do_not_come_between_a_request_and_its_reply),
        TEST(another_descriptor_ends_a_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
