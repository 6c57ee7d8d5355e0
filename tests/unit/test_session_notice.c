/*
 * host-agent/session.c and conn.c: notices, and two descriptors at once.
 *
 * docs/protocol.md, "Frames": what is sent unasked comes between replies.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session_rig.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host-agent/clock.h"
#include "host-agent/session_reply.h"

#define EVENTS BW_MSG_GPIO_EVENTS

static struct rig *rig_of(struct bw_session *s)
{
    return (struct rig *)((char *)s - offsetof(struct rig, session));
}

/* Sends one notice with its number as the body. */
static bool tell(struct bw_session *s)
{
    struct rig *r = rig_of(s);
    struct bw_writer w;

    bw_session_notice_begin(s, &w, EVENTS);
    bw_write_u8(&w, (uint8_t)++r->told);
    return bw_session_notice_send(s, &w);
}

static bool tell_and_end(struct bw_session *s)
{
    tell(s);
    return false;
}

static bool tell_too_much(struct bw_session *s)
{
    static const uint8_t much[BW_WIRE_MIN_BODY + 1];
    struct bw_writer w;

    bw_session_notice_begin(s, &w, EVENTS);
    bw_write_bytes(&w, much, sizeof(much));
    return bw_session_notice_send(s, &w);
}

/* The descriptor is never looked at: virtual_io says when it is readable. */
static void prepare_to_tell(struct rig *r)
{
    r->session.notice_fd = 99;
    r->session.notice = tell;
}

static void prepare_to_end(struct rig *r)
{
    r->session.notice_fd = 99;
    r->session.notice = tell_and_end;
}

static void prepare_too_much(struct rig *r)
{
    r->session.notice_fd = 99;
    r->session.notice = tell_too_much;
}

static void expect_notice(struct rig *r, uint32_t number)
{
    const uint8_t *header = bw_read_bytes(&r->replies, BW_WIRE_HEADER_LEN);
    struct bw_wire_header h;

    assert_non_null(header);
    assert_int_equal(bw_wire_get_header(header, &h), BW_OK);
    assert_int_equal(h.type, EVENTS | BW_WIRE_NOTICE);
    assert_int_equal(h.status, 0);
    assert_int_equal(h.id, number);
    assert_int_equal(h.len, 1);
    assert_int_equal(*bw_read_bytes(&r->replies, 1), number);
}

static void
notices_are_numbered_and_come_while_the_client_is_silent(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    r->prepare = prepare_to_tell;
    r->io.also = 3;
    r->io.silent_at_end = true;
    put_hello(r);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect_notice(r, 1); /* was due when HELLO came */
    expect_notice(r, 2);
    expect_notice(r, 3);
    expect_end(r);
    rig_free(r);
}

static void a_notice_that_fails_ends_the_session(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    r->prepare = prepare_to_end;
    r->io.also = 3;
    put_hello(r);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect_notice(r, 1);
    expect_end(r);
    rig_free(r);
}

static void a_notice_longer_than_the_client_takes_ends_the_session(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    r->prepare = prepare_too_much;
    r->io.silent_at_end = true;
    put_hello_as(r, BW_CAP_I2C, BW_WIRE_MIN_BODY);
    put_empty(r, BW_MSG_PING);
    r->io.also = 1;
    r->io.faults = VIRTUAL_SHORT; /* HELLO is over before the notice */
    rig_run(r);
    assert_true(bw_reader_left(&r->replies) < BW_WIRE_MIN_BODY);
    rig_free(r);
}

/* Two descriptors */

struct pair {
    struct bw_io_fd io;
    struct bw_conn conn;
    int far;
    int event;
};

static struct pair *pair_new(void)
{
    struct pair *p = calloc(1, sizeof(*p));
    int fds[2];

    assert_non_null(p);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    p->far = fds[0];
    p->event = eventfd(0, EFD_NONBLOCK);
    assert_true(p->event >= 0);
    bw_io_fd_init(&p->io, fds[1]);
    bw_conn_init(&p->conn, &p->io.io);
    p->conn.also_fd = p->event;
    return p;
}

static void pair_free(struct pair *p)
{
    close(p->far);
    close(p->event);
    close(p->io.fd);
    free(p);
}

static void put_pings(struct pair *p, unsigned count)
{
    uint8_t buf[BW_WIRE_HEADER_LEN];
    struct bw_writer w;
    unsigned i;

    for (i = 1; i <= count; i++) {
        bw_writer_init(&w, buf, sizeof(buf));
        bw_wire_begin(&w, BW_MSG_PING, 0, i);
        assert_int_equal(write(p->far, buf, sizeof(buf)), sizeof(buf));
    }
}

/* Returns as bw_conn_next(), within a second. */
static int next(struct pair *p)
{
    struct bw_frame f;
    enum bw_status bad;

    return bw_conn_next(&p->conn, bw_clock_after_ms(bw_clock_ns(), 1000), &f,
                        &bad);
}

static void the_other_descriptor_wakes_a_silent_connection(void **state)
{
    struct pair *p = pair_new();

    (void)state;
    assert_int_equal(eventfd_write(p->event, 1), 0);
    assert_int_equal(next(p), -1);
    assert_int_equal(errno, EAGAIN);
    pair_free(p);
}

static void neither_descriptor_starves_the_other(void **state)
{
    struct pair *p = pair_new();
    unsigned frames = 0, events = 0;

    (void)state;
    assert_int_equal(eventfd_write(p->event, 1), 0); /* nobody reads it */
    while (frames < 200) {
        put_pings(p, 1); /* nor is the connection ever silent */
        if (next(p) == 1) {
            frames++;
        } else {
            assert_int_equal(errno, EAGAIN);
            events++;
        }
        assert_true(events <= frames + 1);
    }
    assert_true(events >= frames / (BW_WIRE_MAX_PENDING + 1));
    pair_free(p);
}

static void a_frame_keeps_its_deadline_through_wakes(void **state)
{
    struct pair *p = pair_new();
    uint64_t begin_ns = bw_clock_ns();
    unsigned wakes = 0;
    int got;

    (void)state;
    p->conn.frame_ms = 50;
    assert_int_equal(eventfd_write(p->event, 1), 0);
    assert_int_equal(write(p->far, "\0\0", 2), 2); /* of a header's 12 bytes */
    do {
        got = next(p);
        assert_int_equal(got, -1);
        wakes += errno == EAGAIN;
        if (bw_conn_is_late(&p->conn)) {
            break;
        }
    } while (bw_clock_ns() < bw_clock_after_ms(begin_ns, 5000));
    assert_true(bw_conn_is_amid(&p->conn));
    assert_true(bw_conn_is_late(&p->conn));
    assert_true(wakes > 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            notices_are_numbered_and_come_while_the_client_is_silent),
        cmocka_unit_test(a_notice_that_fails_ends_the_session),
        cmocka_unit_test(
            a_notice_longer_than_the_client_takes_ends_the_session),
        cmocka_unit_test(the_other_descriptor_wakes_a_silent_connection),
        cmocka_unit_test(neither_descriptor_starves_the_other),
        cmocka_unit_test(a_frame_keeps_its_deadline_through_wakes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
