/*
 * USB exports: USB_START, clients without HELLO, and the end of both.
 *
 * The session runs in a thread on a socketpair; the port is a fake one that
 * sends back what it gets, so that what the service does with bytes, and
 * nothing of the usbredir protocol, is tested.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host-agent/bench.h"
#include "host-agent/policy.h"
#include "host-agent/service_usb.h"
#include "host-agent/session.h"
#include "lib/cursor.h"
#include "lib/wire.h"
#include "lib/wire_describe.h"

#define WAIT_S 20 /* for what must come; only a failing test waits so long */

/* A port that says "hi" and then echoes; "q" ends the conversation. */
struct fake_port {
    struct bw_usb_port port;
    struct bw_usb_pipe *pipe;
    bool present;
    const char *why;
    bool refuses;
    bool greeted;
    atomic_uint begun, ended, closed, turns;
    size_t waiting;
    uint8_t buf[256 * 1024];
};

static void fake_describe(struct bw_usb_port *p, struct bw_usb_what *out)
{
    const struct fake_port *f = (struct fake_port *)p;

    out->present = f->present;
    if (f->present) {
        out->vendor = 0x403;
        out->product = 0x6001;
        strcpy(out->serial, "A50285BI");
        strcpy(out->port, "1-1.4");
    }
    snprintf(out->why, sizeof(out->why), "%s", f->why);
}

static enum bw_status fake_begin(struct bw_usb_port *p,
                                 struct bw_usb_pipe *pipe, char *why,
                                 size_t size)
{
    struct fake_port *f = (struct fake_port *)p;

    if (f->refuses) {
        snprintf(why, size, "no such luck");
        return BW_GONE;
    }
    atomic_fetch_add(&f->begun, 1);
    f->pipe = pipe;
    f->greeted = false;
    f->waiting = 2;
    memcpy(f->buf, "hi", 2);
    assert_int_equal(pipe->ops->write(pipe, f->buf, 2), 0); /* not yet open */
    return BW_OK;
}

static bool flush(struct fake_port *f)
{
    int n = f->pipe->ops->write(f->pipe, f->buf, f->waiting);

    if (n < 0) {
        return false;
    }
    f->waiting -= (size_t)n;
    memmove(f->buf, f->buf + n, f->waiting);
    return true;
}

static bool fake_work(struct bw_usb_port *p)
{
    struct fake_port *f = (struct fake_port *)p;
    eventfd_t count;
    int n;

    atomic_fetch_add(&f->turns, 1);
    if (eventfd_read(p->event_fd, &count) == 0) {
        f->buf[f->waiting++] = '!';
    }
    if (!flush(f)) {
        return false;
    }
    if (f->waiting == sizeof(f->buf) - 1) {
        return true; /* full: nothing is taken until that is gone */
    }
    n = f->pipe->ops->read(f->pipe, f->buf + f->waiting,
                           sizeof(f->buf) - 1 - f->waiting);
    if (n < 0 || (n > 0 && f->buf[f->waiting] == 'q')) {
        return false;
    }
    f->waiting += (size_t)n;
    return flush(f);
}

static bool fake_pending(struct bw_usb_port *p)
{
    return ((struct fake_port *)p)->waiting > 0;
}

static void fake_end(struct bw_usb_port *p)
{
    atomic_fetch_add(&((struct fake_port *)p)->ended, 1);
}

static void fake_close(struct bw_usb_port *p)
{
    atomic_fetch_add(&((struct fake_port *)p)->closed, 1);
}

static const struct bw_usb_port_ops fake_ops = {
    .describe = fake_describe,
    .begin = fake_begin,
    .work = fake_work,
    .pending = fake_pending,
    .end = fake_end,
    .close = fake_close,
};

struct usb_rig {
    struct bw_bench bench;
    struct fake_port ports[2];
    int fd; /* the client's end */
    int agent_fd;
    struct bw_io_fd io;
    struct bw_session session;
    atomic_bool stopping;
    pthread_t thread;
    uint32_t id;
};

static void add_port(struct usb_rig *r, unsigned n, const char *name)
{
    struct fake_port *f = &r->ports[n];
    const struct bw_usb_select select = { .has_id = true, .vendor = 0x403 };
    struct bw_export *e = bw_bench_add_export(&r->bench, name, BW_EXPORT_USB,
                                              NULL, BW_ADDR_ANY, "");

    assert_non_null(e);
    f->port.ops = &fake_ops;
    f->port.event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    f->present = true;
    f->why = "";
    assert_true(bw_service_usb_attach(e, &f->port, &select));
}

static void *run(void *opaque)
{
    struct usb_rig *r = opaque;

    bw_session_run(&r->session);
    close(r->agent_fd);
    return NULL;
}

/* Exports "serial" and, if @two, "disk"; a session that is to be begun. */
static struct usb_rig *rig_new(bool two)
{
    const struct timeval patience = { .tv_sec = WAIT_S };
    struct usb_rig *r = calloc(1, sizeof(*r));
    int fds[2];

    assert_non_null(r);
    bw_bench_init(&r->bench);
    add_port(r, 0, "serial");
    if (two) {
        add_port(r, 1, "disk");
    }
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds),
                     0);
    r->fd = fds[0];
    r->agent_fd = fds[1];
    setsockopt(r->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    bw_io_fd_init(&r->io, r->agent_fd);
    bw_session_init(&r->session, &r->io.io, &r->bench, &r->stopping, 1);
    return r;
}

static void rig_start(struct usb_rig *r)
{
    assert_int_equal(pthread_create(&r->thread, NULL, run, r), 0);
}

static void rig_free(struct usb_rig *r)
{
    close(r->fd);
    pthread_join(r->thread, NULL);
    bw_bench_finish(&r->bench);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(atomic_load(&r->ports[i].begun),
                         atomic_load(&r->ports[i].ended));
        if (r->ports[i].port.ops) {
            assert_int_equal(atomic_load(&r->ports[i].closed), 1);
            close(r->ports[i].port.event_fd);
        }
    }
    free(r);
}

static void give(struct usb_rig *r, const void *data, size_t len)
{
    assert_int_equal(send(r->fd, data, len, MSG_NOSIGNAL), len);
}

/* Exactly these bytes come next. */
static void take(struct usb_rig *r, const char *want)
{
    char buf[64] = "";
    size_t len = strlen(want);

    assert_int_equal(recv(r->fd, buf, len, MSG_WAITALL), len);
    assert_memory_equal(buf, want, len);
}

static void assert_over(struct usb_rig *r)
{
    char byte;

    assert_int_equal(recv(r->fd, &byte, 1, 0), 0);
}

/* A request whose body @put writes, and its reply's status; @text: of it. */
static enum bw_status ask(struct usb_rig *r, unsigned type, const void *body,
                          size_t len, char *text)
{
    uint8_t buf[512];
    struct bw_wire_header h;
    struct bw_writer w;
    size_t at;

    bw_writer_init(&w, buf, sizeof(buf));
    at = bw_wire_begin(&w, type, 0, ++r->id);
    bw_write_bytes(&w, body, len);
    assert_int_equal(bw_wire_end(&w, at), BW_OK);
    give(r, buf, w.pos);
    assert_int_equal(recv(r->fd, buf, BW_WIRE_HEADER_LEN, MSG_WAITALL),
                     BW_WIRE_HEADER_LEN);
    assert_int_equal(bw_wire_get_header(buf, &h), BW_OK);
    assert_int_equal(h.type, type | BW_WIRE_REPLY);
    assert_int_equal(h.id, r->id);
    assert_in_range(h.len, 0, sizeof(buf));
    assert_int_equal(recv(r->fd, buf, h.len, MSG_WAITALL), h.len);
    if (text) {
        snprintf(text, 256, "%.*s", h.len ? buf[0] : 0, (char *)buf + 1);
    }
    return h.status;
}

static void hello(struct usb_rig *r, uint32_t caps)
{
    const struct bw_wire_hello m = { .major = BW_WIRE_MAJOR,
                                     .minor = BW_WIRE_MINOR,
                                     .caps = caps,
                                     .max_body = BW_WIRE_MAX_BODY };
    uint8_t body[64];
    struct bw_writer w;

    bw_writer_init(&w, body, sizeof(body));
    bw_wire_put_hello(&w, &m);
    assert_int_equal(ask(r, BW_MSG_HELLO, body, w.pos, NULL), BW_OK);
}

static enum bw_status open_export(struct usb_rig *r, const char *name,
                                  unsigned flags, char *text)
{
    struct bw_wire_open m = { .kind = BW_EXPORT_USB, .flags = (uint16_t)flags };
    uint8_t body[80];
    struct bw_writer w;

    snprintf(m.name, sizeof(m.name), "%s", name);
    bw_writer_init(&w, body, sizeof(body));
    bw_wire_put_open(&w, &m);
    return ask(r, BW_MSG_OPEN, body, w.pos, text);
}

static void begin_usb(struct usb_rig *r, const char *name)
{
    hello(r, BW_CAP_USB);
    assert_int_equal(open_export(r, name, 0, NULL), BW_OK);
    assert_int_equal(ask(r, BW_MSG_USB_START, NULL, 0, NULL), BW_OK);
}

/* The first packet of a usbredir client, cut after its header and a bit. */
static const uint8_t redir_hello[] = { 0, 0, 0, 0, 68,  0,   0,   0,
                                       0, 0, 0, 0, 'q', 'e', 'm', 'u' };

static void after_the_reply_bytes_go_both_ways(void **state)
{
    struct usb_rig *r = rig_new(false);

    (void)state;
    rig_start(r);
    begin_usb(r, "serial");
    take(r, "hi");
    give(r, "abc", 3);
    take(r, "abc");
    eventfd_write(r->ports[0].port.event_fd, 1);
    take(r, "!");
    rig_free(r);
}

static void bytes_sent_with_the_request_are_the_stream(void **state)
{
    struct usb_rig *r = rig_new(false);
    uint8_t buf[64];
    struct bw_writer w;
    size_t at;

    (void)state;
    rig_start(r);
    hello(r, BW_CAP_USB);
    assert_int_equal(open_export(r, "serial", 0, NULL), BW_OK);
    bw_writer_init(&w, buf, sizeof(buf));
    at = bw_wire_begin(&w, BW_MSG_USB_START, 0, 99);
    assert_int_equal(bw_wire_end(&w, at), BW_OK);
    bw_write_bytes(&w, (const uint8_t *)"early", 5);
    give(r, buf, w.pos);
    assert_int_equal(recv(r->fd, buf, BW_WIRE_HEADER_LEN, MSG_WAITALL),
                     BW_WIRE_HEADER_LEN);
    take(r, "hiearly");
    rig_free(r);
}

static void end_of_the_conversation_ends_the_session(void **state)
{
    struct usb_rig *r = rig_new(false);

    (void)state;
    rig_start(r);
    begin_usb(r, "serial");
    take(r, "hi");
    give(r, "q", 1);
    assert_over(r);
    rig_free(r);
}

static void the_lease_is_free_after_the_session(void **state)
{
    struct usb_rig *r = rig_new(false);
    struct bw_export *e = bw_bench_find_export(&r->bench, "serial");

    (void)state;
    rig_start(r);
    begin_usb(r, "serial");
    take(r, "hi");
    assert_int_equal(bw_lease_holders(&e->lease), 1);
    shutdown(r->fd, SHUT_WR);
    assert_over(r);
    assert_int_equal(bw_lease_holders(&e->lease), 0);
    rig_free(r);
}

static void a_session_that_is_ended_from_outside_gives_back(void **state)
{
    struct usb_rig *r = rig_new(false);

    (void)state;
    rig_start(r);
    begin_usb(r, "serial");
    take(r, "hi");
    atomic_store(&r->session.ended, true);
    shutdown(r->agent_fd, SHUT_RDWR);
    assert_over(r);
    rig_free(r);
}

static void a_client_that_takes_nothing_is_let_go(void **state)
{
    struct usb_rig *r = rig_new(false);
    char block[4096];

    (void)state;
    memset(block, 'x', sizeof(block));
    r->session.conn.frame_ms = 300;
    rig_start(r);
    begin_usb(r, "serial");
    while (send(r->fd, block, sizeof(block), MSG_NOSIGNAL) > 0) {
        /* the agent's end is closed at some time */
    }
    /* it has waited for that, and not turned: 512 KiB are some 200 reads */
    assert_in_range(atomic_load(&r->ports[0].turns), 1, 2000);
    rig_free(r);
}

static void start_without_a_usb_export_is_out_of_order(void **state)
{
    struct usb_rig *r = rig_new(false);

    (void)state;
    rig_start(r);
    hello(r, BW_CAP_USB);
    assert_int_equal(ask(r, BW_MSG_USB_START, NULL, 0, NULL), BW_ORDER);
    assert_over(r);
    rig_free(r);
}

static void start_with_a_body_is_malformed(void **state)
{
    struct usb_rig *r = rig_new(false);

    (void)state;
    rig_start(r);
    hello(r, BW_CAP_USB);
    assert_int_equal(open_export(r, "serial", 0, NULL), BW_OK);
    assert_int_equal(ask(r, BW_MSG_USB_START, "x", 1, NULL), BW_MALFORMED);
    assert_over(r);
    rig_free(r);
}

static void a_port_that_cannot_begin_says_why(void **state)
{
    struct usb_rig *r = rig_new(false);
    char text[256];

    (void)state;
    r->ports[0].refuses = true;
    rig_start(r);
    hello(r, BW_CAP_USB);
    assert_int_equal(open_export(r, "serial", 0, NULL), BW_OK);
    assert_int_equal(ask(r, BW_MSG_USB_START, NULL, 0, text), BW_GONE);
    assert_string_equal(text, "no such luck");
    rig_free(r);
}

static void a_device_is_not_shared(void **state)
{
    struct usb_rig *r = rig_new(false);
    char text[256];

    (void)state;
    rig_start(r);
    hello(r, BW_CAP_USB);
    assert_int_equal(open_export(r, "serial", BW_OPEN_SHARED, text), BW_DENIED);
    assert_non_null(strstr(text, "one user at a time"));
    rig_free(r);
}

static void a_client_without_the_capability_gets_no_device(void **state)
{
    struct usb_rig *r = rig_new(false);

    (void)state;
    rig_start(r);
    hello(r, BW_CAP_I2C);
    assert_int_equal(open_export(r, "serial", 0, NULL), BW_UNSUPPORTED);
    rig_free(r);
}

static void a_usbredir_client_gets_the_only_export(void **state)
{
    struct usb_rig *r = rig_new(false);

    (void)state;
    rig_start(r);
    give(r, redir_hello, sizeof(redir_hello));
    take(r, "hi");
    r->id = 0;
    for (size_t i = 0; i < sizeof(redir_hello); i++) {
        uint8_t byte;

        assert_int_equal(recv(r->fd, &byte, 1, MSG_WAITALL), 1);
        assert_int_equal(byte, redir_hello[i]);
    }
    rig_free(r);
}

static void of_several_exports_it_gets_the_one_that_is_named(void **state)
{
    struct usb_rig *r = rig_new(true);

    (void)state;
    strcpy(r->bench.usb_name, "disk");
    rig_start(r);
    give(r, redir_hello, sizeof(redir_hello));
    take(r, "hi");
    assert_int_equal(atomic_load(&r->ports[1].begun), 1);
    assert_int_equal(atomic_load(&r->ports[0].begun), 0);
    rig_free(r);
}

static void of_several_exports_without_a_name_it_gets_none(void **state)
{
    struct usb_rig *r = rig_new(true);

    (void)state;
    rig_start(r);
    give(r, redir_hello, sizeof(redir_hello));
    assert_over(r);
    assert_int_equal(atomic_load(&r->ports[0].begun), 0);
    assert_int_equal(atomic_load(&r->ports[1].begun), 0);
    rig_free(r);
}

static void the_policy_holds_for_it_too(void **state)
{
    struct usb_rig *r = rig_new(false);

    (void)state;
    r->bench.policy = calloc(1, sizeof(*r->bench.policy));
    assert_non_null(r->bench.policy);
    bw_policy_init(r->bench.policy);
    strcpy(r->session.identity, "stranger");
    rig_start(r);
    give(r, redir_hello, sizeof(redir_hello));
    assert_over(r);
    assert_int_equal(atomic_load(&r->ports[0].begun), 0);
    rig_free(r);
}

static void a_held_export_is_not_given_to_it(void **state)
{
    struct usb_rig *r = rig_new(false);
    struct bw_export *e = bw_bench_find_export(&r->bench, "serial");

    (void)state;
    assert_int_equal(bw_lease_take(&e->lease, false, 0), BW_OK);
    rig_start(r);
    give(r, redir_hello, sizeof(redir_hello));
    assert_over(r);
    bw_lease_drop(&e->lease);
    assert_int_equal(atomic_load(&r->ports[0].begun), 0);
    rig_free(r);
}

static void after_hello_a_header_of_zeros_is_malformed(void **state)
{
    struct usb_rig *r = rig_new(false);
    uint8_t reply[BW_WIRE_HEADER_LEN];

    (void)state;
    rig_start(r);
    hello(r, BW_CAP_USB);
    give(r, redir_hello, sizeof(redir_hello));
    assert_int_equal(recv(r->fd, reply, sizeof(reply), MSG_WAITALL),
                     sizeof(reply));
    assert_int_equal(reply[6], BW_MALFORMED);
    assert_int_equal(atomic_load(&r->ports[0].begun), 0);
    rig_free(r);
}

/* What DESCRIBE says of the first port. */
static void assert_described(struct usb_rig *r, unsigned state,
                             const char *what, const char *cure)
{
    uint8_t body[32], reply[BW_WIRE_HEADER_LEN + 512];
    struct bw_wire_description m;
    struct bw_wire_header h;
    struct bw_reader reader;
    struct bw_writer w;
    size_t at;

    bw_writer_init(&w, body, sizeof(body));
    at = bw_wire_begin(&w, BW_MSG_DESCRIBE, 0, ++r->id);
    bw_wire_put_value_name(&w, "serial");
    assert_int_equal(bw_wire_end(&w, at), BW_OK);
    give(r, body, w.pos);
    assert_int_equal(recv(r->fd, reply, BW_WIRE_HEADER_LEN, MSG_WAITALL),
                     BW_WIRE_HEADER_LEN);
    assert_int_equal(bw_wire_get_header(reply, &h), BW_OK);
    assert_int_equal(h.status, BW_OK);
    assert_int_equal(recv(r->fd, reply, h.len, MSG_WAITALL), h.len);
    bw_reader_init(&reader, reply, h.len);
    assert_int_equal(bw_wire_get_description(&reader, &m), BW_OK);
    assert_int_equal(m.state, state);
    assert_string_equal(m.what, what);
    assert_string_equal(m.cure, cure);
}

static void describe_says_what_is_there_and_what_to_do(void **state)
{
    struct usb_rig *r = rig_new(false);

    (void)state;
    rig_start(r);
    hello(r, BW_CAP_USB | BW_CAP_DESCRIBE);
    assert_described(r, BW_DESCRIBE_PRESENT,
                     "0403:6001, serial A50285BI, port 1-1.4", "");
    r->ports[0].why = "no rights; run more";
    assert_described(r, BW_DESCRIBE_UNUSABLE,
                     "0403:6001, serial A50285BI, port 1-1.4",
                     "no rights; run more");
    r->ports[0].present = false;
    r->ports[0].why = "";
    assert_described(r, BW_DESCRIBE_ABSENT, "device 0403:0000", "plug it in");
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_the_reply_bytes_go_both_ways),
        cmocka_unit_test(bytes_sent_with_the_request_are_the_stream),
        cmocka_unit_test(end_of_the_conversation_ends_the_session),
        cmocka_unit_test(the_lease_is_free_after_the_session),
        cmocka_unit_test(a_session_that_is_ended_from_outside_gives_back),
        cmocka_unit_test(a_client_that_takes_nothing_is_let_go),
        cmocka_unit_test(start_without_a_usb_export_is_out_of_order),
        cmocka_unit_test(start_with_a_body_is_malformed),
        cmocka_unit_test(a_port_that_cannot_begin_says_why),
        cmocka_unit_test(a_device_is_not_shared),
        cmocka_unit_test(a_client_without_the_capability_gets_no_device),
        cmocka_unit_test(a_usbredir_client_gets_the_only_export),
        cmocka_unit_test(of_several_exports_it_gets_the_one_that_is_named),
        cmocka_unit_test(of_several_exports_without_a_name_it_gets_none),
        cmocka_unit_test(the_policy_holds_for_it_too),
        cmocka_unit_test(a_held_export_is_not_given_to_it),
        cmocka_unit_test(describe_says_what_is_there_and_what_to_do),
        cmocka_unit_test(after_hello_a_header_of_zeros_is_malformed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
