/*
 * host-agent/tls_gate.c: what those who are turned away hear, and who has to go
 * when the credentials change.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tls_folder.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host-agent/clock.h"
#include "host-agent/conn.h"
#include "host-agent/peer.h"
#include "host-agent/tls.h"
#include "host-agent/tls_creds.h"
#include "host-agent/tls_gate.h"
#include "host-agent/tls_priv.h"
#include "lib/cursor.h"
#include "lib/wire.h"

#define KEY_A "00112233445566778899aabbccddeeff"
#define KEY_B "ffeeddccbbaa99887766554433221100"

static struct bw_tls_gate gate;

/* The agent's side of one connection, in a thread. */
struct visit {
    int fds[2]; /* agent, client */
    uint32_t ms;
    struct bw_io *io;
    char identity[BW_WIRE_MAX_NAME + 1];
    char error[256];
    pthread_t thread;
};

static void *let_in(void *opaque)
{
    struct visit *v = opaque;

    v->io = gate.handshake.ops->begin(&gate.handshake, v->fds[0],
                                      bw_clock_after_ms(bw_clock_ns(), v->ms),
                                      v->identity, v->error, sizeof(v->error));
    if (!v->io) {
        shutdown(v->fds[0], SHUT_RDWR); /* as the server would close it */
    }
    return NULL;
}

static struct visit *visit_new(uint32_t ms)
{
    struct visit *v = calloc(1, sizeof(*v));

    assert_non_null(v);
    v->ms = ms;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, v->fds), 0);
    assert_int_equal(pthread_create(&v->thread, NULL, let_in, v), 0);
    return v;
}

static void visit_join(struct visit *v)
{
    assert_int_equal(pthread_join(v->thread, NULL), 0);
}

static void visit_free(struct visit *v)
{
    if (v->io) {
        gate.handshake.ops->end(&gate.handshake, v->io);
    }
    close(v->fds[0]);
    close(v->fds[1]);
    free(v);
}

static void load(const char *keys)
{
    struct bw_tls_creds *creds;
    char error[256] = "";

    rig_write(rig_path("agent/keys.psk"), keys);
    creds = bw_tls_gate_read(rig_path("agent"), error, sizeof(error));
    assert_non_null(creds);
    bw_tls_gate_use(&gate, creds);
}

static int make_gate(void **state)
{
    (void)state;
    strcpy(strrchr(rig_dir, '-'), "-XXXXXX");
    if (!mkdtemp(rig_dir)) {
        return -1;
    }
    rig_folder("agent");
    rig_folder("client");
    rig_write(rig_path("client/keys.psk"), "laptop:" KEY_A "\n");
    bw_tls_gate_init(&gate);
    load("laptop:" KEY_A "\n");
    return 0;
}

static int remove_gate(void **state)
{
    char command[128];

    (void)state;
    bw_tls_gate_finish(&gate);
    snprintf(command, sizeof(command), "rm -r '%s'", rig_dir);
    return system(command);
}

static size_t put_hello(uint8_t *out, size_t size)
{
    struct bw_wire_hello m = {
        .major = BW_WIRE_MAJOR,
        .max_body = BW_WIRE_MAX_BODY,
        .software = "plain",
    };
    struct bw_writer w;

    bw_writer_init(&w, out, size);
    bw_wire_begin(&w, BW_MSG_HELLO, 0, 7);
    bw_wire_put_hello(&w, &m);
    assert_int_equal(bw_wire_end(&w, 0), BW_OK);
    return w.pos;
}

static void a_plain_hello_is_answered_with_the_reason(void **state)
{
    struct visit *v = visit_new(5000);
    char text[BW_WIRE_MAX_TEXT + 1];
    struct bw_wire_header h;
    struct bw_reader body;
    uint8_t buf[512];
    ssize_t n;

    (void)state;
    n = (ssize_t)put_hello(buf, sizeof(buf));
    assert_int_equal(write(v->fds[1], buf, (size_t)n), n);
    visit_join(v);
    assert_null(v->io);
    assert_non_null(strstr(v->error, "takes TLS only"));
    n = read(v->fds[1], buf, sizeof(buf));
    assert_true(n > BW_WIRE_HEADER_LEN);
    assert_int_equal(bw_wire_get_header(buf, &h), BW_OK);
    assert_int_equal(h.type, BW_MSG_HELLO | BW_WIRE_REPLY);
    assert_int_equal(h.status, BW_DENIED);
    assert_int_equal(h.id, 7);
    assert_int_equal(n, BW_WIRE_HEADER_LEN + h.len);
    bw_reader_init(&body, buf + BW_WIRE_HEADER_LEN, h.len);
    assert_int_equal(bw_wire_get_text(&body, text), BW_OK);
    assert_string_equal(text, v->error);
    visit_free(v);
}

static void what_is_no_frame_is_not_answered(void **state)
{
    struct visit *v = visit_new(5000);
    uint8_t buf[64];

    (void)state;
    assert_int_equal(write(v->fds[1], "GET / HTTP/1.1\r\n\r\n", 18), 18);
    visit_join(v);
    assert_null(v->io);
    assert_int_equal(read(v->fds[1], buf, sizeof(buf)), 0);
    visit_free(v);
}

static void a_stranger_that_says_no_more_is_left_at_the_deadline(void **state)
{
    uint64_t begun_ns = bw_clock_ns();
    struct visit *v = visit_new(100);
    uint8_t buf[512];

    (void)state;
    put_hello(buf, sizeof(buf));
    assert_int_equal(write(v->fds[1], buf, 20), 20); /* of the body a part */
    visit_join(v);
    assert_null(v->io);
    assert_true(bw_clock_ns() - begun_ns < 2000000000);
    visit_free(v);
}

/* --- credentials that change --- */

static struct bw_tls *client_new(struct visit *v, struct bw_io_fd *fd)
{
    char error[256];
    struct bw_tls_creds *creds =
        bw_tls_creds_client(rig_path("client"), NULL, error, sizeof(error));
    struct bw_tls *t = malloc(sizeof(*t));

    assert_non_null(creds);
    assert_non_null(t);
    bw_io_fd_init(fd, v->fds[1]);
    assert_int_equal(bw_tls_init(t, &fd->io, creds), 0);
    bw_tls_creds_unref(creds);
    assert_int_equal(
        bw_tls_handshake(t, NULL, bw_clock_after_ms(bw_clock_ns(), 5000)),
        BW_TLS_UP);
    return t;
}

static void those_inside_have_to_go_when_their_key_does(void **state)
{
    struct visit *v = visit_new(5000);
    struct bw_tls_counts counts;
    struct bw_io_fd fd;
    struct bw_tls *t = client_new(v, &fd);
    char peer[BW_WIRE_MAX_TEXT + 1];

    (void)state;
    visit_join(v);
    assert_non_null(v->io);
    assert_string_equal(v->identity, "laptop");
    bw_peer_describe_over(v->fds[0], "tls", peer);
    assert_null(bw_tls_gate_why(&gate, peer));
    load("laptop:" KEY_A "\nother:" KEY_B "\n");
    assert_null(bw_tls_gate_why(&gate, peer));
    load("other:" KEY_B "\n");
    assert_non_null(bw_tls_gate_why(&gate, peer));
    assert_null(bw_tls_gate_why(&gate, "tcp 192.0.2.1:7"));
    load("laptop:" KEY_B "\n");
    assert_non_null(bw_tls_gate_why(&gate, peer));
    bw_tls_gate_counts(&gate, &counts);
    assert_int_equal(counts.good, 1);
    assert_int_equal(counts.refused, 0);
    bw_tls_finish(t);
    free(t);
    visit_free(v);
    assert_null(bw_tls_gate_why(&gate, peer));
}

/* One that begins before a key is taken away and ends after it, as who knows
 * what is to come would have it. */
static void a_handshake_is_no_way_around_a_reload(void **state)
{
    struct visit *v = visit_new(5000);
    struct bw_tls_counts counts;
    struct bw_io_fd fd;
    struct bw_tls *t;

    (void)state;
    while (atomic_load(&gate.creds->refs) < 2) {
        sched_yield(); /* until it has those of now */
    }
    load("other:" KEY_B "\n");
    t = client_new(v, &fd);
    visit_join(v);
    assert_null(v->io);
    assert_string_equal(
        v->error,
        "\"laptop\" came too late, its key was changed or removed meanwhile");
    bw_tls_gate_counts(&gate, &counts);
    assert_int_equal(counts.good, 0);
    assert_int_equal(counts.refused, 1);
    bw_tls_finish(t);
    free(t);
    visit_free(v);
}

static void bad_credentials_change_nothing(void **state)
{
    struct bw_io_fd fd;
    struct visit *v;
    struct bw_tls *t;
    char error[256];

    (void)state;
    rig_write(rig_path("agent/keys.psk"), "laptop:zz\n");
    assert_null(bw_tls_gate_read(rig_path("agent"), error, sizeof(error)));
    assert_non_null(strstr(error, "keys.psk:1: "));
    v = visit_new(5000);
    t = client_new(v, &fd);
    visit_join(v);
    assert_non_null(v->io);
    bw_tls_finish(t);
    free(t);
    visit_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_plain_hello_is_answered_with_the_reason, make_gate, remove_gate),
        cmocka_unit_test_setup_teardown(what_is_no_frame_is_not_answered,
                                        make_gate, remove_gate),
        cmocka_unit_test_setup_teardown(
            a_stranger_that_says_no_more_is_left_at_the_deadline, make_gate,
            remove_gate),
        cmocka_unit_test_setup_teardown(
            those_inside_have_to_go_when_their_key_does, make_gate,
            remove_gate),
        cmocka_unit_test_setup_teardown(a_handshake_is_no_way_around_a_reload,
                                        make_gate, remove_gate),
        cmocka_unit_test_setup_teardown(bad_credentials_change_nothing,
                                        make_gate, remove_gate),
    };

    return cmocka_run_group_tests_name("tls gate", tests, NULL, NULL);
}
