/*
 * host-agent/qmp.c: what is read out of QEMU's lines, and a QEMU that answers
 * in its own time, or not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "host-agent/qmp.h"

static void members_of_the_outermost_object_are_found(void **state)
{
    const char *json = "{\"timestamp\": {\"event\": 1}, \"x\": [\"event\"], "
                       "\"event\" : \"RESET\"}";

    (void)state;
    assert_string_equal(bw_qmp_member(json, "event"), "\"RESET\"}");
    assert_string_equal(bw_qmp_member("{\"a\\\"b\": 2}", "a\\\"b"), "2}");
    assert_null(bw_qmp_member(json, "RESET"));
    assert_null(bw_qmp_member(json, "even"));
    assert_null(bw_qmp_member("\"event\": 1", "event"));
}

static void text_that_is_no_json_is_survived(void **state)
{
    static const char *const broken[] = {
        "", "{", "}}{", "{\"", "{\"a", "{\"a\\", "{\"a\\\"", "{\"a\"", "[[[[",
    };
    char out[8];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        assert_null(bw_qmp_member(broken[i], "a"));
        bw_qmp_unquote(broken[i], out, sizeof(out));
        assert_string_equal(out, "");
    }
    assert_string_equal(bw_qmp_member("{\"a\":", "a"), "");
}

static void strings_lose_their_escapes(void **state)
{
    char out[16];

    (void)state;
    bw_qmp_unquote("\"a \\\"b\\\" \\\\ \\/ \\n\\u00e9.\", \"x\"", out,
                   sizeof(out));
    assert_string_equal(out, "a \"b\" \\ / \n?.");
    bw_qmp_unquote("\"0123456789abcdefgh\"", out, sizeof(out));
    assert_string_equal(out, "0123456789abcde");
    bw_qmp_unquote("\"\\u12", out, sizeof(out));
    assert_string_equal(out, "?12");
    bw_qmp_unquote("7", out, sizeof(out));
    assert_string_equal(out, "");
}

static void what_is_quoted_is_unquoted_again(void **state)
{
    const char *text = "/tmp/a \"b\"\\c";
    char quoted[64], out[64];

    (void)state;
    assert_true(bw_qmp_quote(text, quoted, sizeof(quoted)));
    assert_string_equal(quoted, "\"/tmp/a \\\"b\\\"\\\\c\"");
    bw_qmp_unquote(quoted, out, sizeof(out));
    assert_string_equal(out, text);
    assert_true(bw_qmp_quote("\n", quoted, sizeof(quoted)));
    assert_string_equal(quoted, "\"\\u000a\"");
    for (size_t size = 0; size < 12; size++) {
        assert_false(bw_qmp_quote("0123456789", out, size));
    }
}

/* A QEMU of one connection: what it sends at first, and for each line */

struct server {
    char path[64];
    const char *lines[4];
    int listener;
    pthread_t thread;
};

static void *serve(void *opaque)
{
    struct server *s = opaque;
    int fd = accept(s->listener, NULL, NULL);

    for (size_t i = 0; fd >= 0 && i < 4 && s->lines[i]; i++) {
        char byte = 0;

        while (i > 0 && byte != '\n' && read(fd, &byte, 1) == 1) {
        }
        if (write(fd, s->lines[i], strlen(s->lines[i])) < 0) {
            break;
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    return NULL;
}

static void server_start(struct server *s)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };

    snprintf(s->path, sizeof(s->path), "/tmp/bw-qmp.%d", (int)getpid());
    strcpy(addr.sun_path, s->path);
    unlink(s->path);
    s->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(s->listener, (struct sockaddr *)&addr, sizeof(addr)),
                     0);
    assert_int_equal(listen(s->listener, 1), 0);
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void server_stop(struct server *s)
{
    pthread_join(s->thread, NULL);
    close(s->listener);
    unlink(s->path);
}

#define GREETING "{\"QMP\": {\"capabilities\": []}}\r\n"
#define RETURN   "{\"return\": {}}\r\n"
#define RESET    "{\"event\": \"RESET\", \"data\": {}}\r\n"

static struct bw_qmp q;

static int run(struct server *s, const char *event)
{
    int failed;

    server_start(s);
    failed = bw_qmp_open(&q, s->path);
    if (!failed) {
        failed = bw_qmp_command(&q, "{\"execute\": \"x\"}", event);
        bw_qmp_close(&q);
    }
    server_stop(s);
    return failed;
}

static void a_command_is_answered(void **state)
{
    struct server s = { .lines = { GREETING, RETURN, RETURN } };

    (void)state;
    assert_int_equal(run(&s, NULL), 0);
}

static void an_event_may_come_before_the_reply_or_after_it(void **state)
{
    struct server before = { .lines = { GREETING, RETURN, RESET RETURN } };
    struct server after = { .lines = { GREETING, RETURN, RETURN RESET } };

    (void)state;
    assert_int_equal(run(&before, "RESET"), 0);
    assert_int_equal(run(&after, "RESET"), 0);
}

static void an_event_that_does_not_come_is_an_error(void **state)
{
    struct server s = { .lines = { GREETING, RETURN, RETURN } };

    (void)state;
    assert_int_equal(run(&s, "RESET"), -1);
    assert_string_equal(q.error, "it has closed the connection");
}

static void what_qemu_complains_about_is_passed_on(void **state)
{
    struct server s = { .lines = { GREETING, RETURN,
                                   "{\"error\": {\"class\": \"GenericError\", "
                                   "\"desc\": \"no \\\"x\\\"\"}}\n" } };

    (void)state;
    assert_int_equal(run(&s, "RESET"), -1);
    assert_string_equal(q.error, "no \"x\"");
}

static void a_qemu_that_ends_is_an_error(void **state)
{
    struct server s = { .lines = { GREETING } };

    (void)state;
    assert_int_equal(run(&s, NULL), -1);
    assert_string_equal(q.error, "it has closed the connection");
}

/* The command meets a connection whose other end has gone already. */
static void a_command_to_a_qemu_that_has_ended_is_an_error(void **state)
{
    int pair[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    close(pair[1]);
    q.fd = pair[0];
    assert_int_equal(bw_qmp_command(&q, "{}", NULL), -1);
    assert_string_equal(q.error, "it has closed the connection");
    bw_qmp_close(&q);
}

static void nobody_there_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(bw_qmp_open(&q, "/tmp/bw-nobody"), -1);
    assert_non_null(strstr(q.error, "cannot be reached"));
    assert_int_equal(q.fd, -1);
}

/* A socket that accepts, and says nothing: the deadline is met. */
static void silence_ends_at_the_deadline(void **state)
{
    struct server s = { .lines = { NULL } };
    struct sockaddr_un addr = { .sun_family = AF_UNIX };

    (void)state;
    snprintf(s.path, sizeof(s.path), "/tmp/bw-qmp.%d", (int)getpid());
    strcpy(addr.sun_path, s.path);
    s.listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(s.listener, (struct sockaddr *)&addr, sizeof(addr)),
                     0);
    assert_int_equal(listen(s.listener, 1), 0);
    q.wait_ms = 50;
    assert_int_equal(bw_qmp_open(&q, s.path), -1);
    q.wait_ms = 0;
    assert_non_null(strstr(q.error, "does not answer"));
    close(s.listener);
    unlink(s.path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_of_the_outermost_object_are_found),
        cmocka_unit_test(text_that_is_no_json_is_survived),
        cmocka_unit_test(strings_lose_their_escapes),
        cmocka_unit_test(what_is_quoted_is_unquoted_again),
        cmocka_unit_test(a_command_is_answered),
        cmocka_unit_test(an_event_may_come_before_the_reply_or_after_it),
        cmocka_unit_test(an_event_that_does_not_come_is_an_error),
        cmocka_unit_test(what_qemu_complains_about_is_passed_on),
        cmocka_unit_test(a_qemu_that_ends_is_an_error),
        cmocka_unit_test(a_command_to_a_qemu_that_has_ended_is_an_error),
        cmocka_unit_test(nobody_there_is_an_error),
        cmocka_unit_test(silence_ends_at_the_deadline),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
