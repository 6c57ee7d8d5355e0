/*
 * host-agent/metrics.c and metrics_serve.c: the text and who receives it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host-agent/backend_sim.h"
#include "host-agent/clock.h"
#include "host-agent/metrics.h"
#include "host-agent/server.h"
#include "host-agent/stats.h"

#define MS_NS     1000000u
#define TEXT_SIZE 65536

struct fixture {
    struct bw_bench bench;
    struct bw_server server;
    char text[TEXT_SIZE];
};

static struct fixture *fixture_new(void)
{
    struct fixture *f = calloc(1, sizeof(*f));

    struct bw_sim *sim = bw_sim_new(NULL);
    struct bw_bus *bus;

    assert_non_null(f);
    assert_non_null(sim);
    bw_bench_init(&f->bench);
    bus = bw_bench_add_bus(&f->bench, "sim:desk", bw_sim_adapter(sim), sim);
    bw_bench_add_export(&f->bench, "thermometer", BW_EXPORT_I2C, bus, 0x48, "");
    bw_bench_add_export(&f->bench, "fake", BW_EXPORT_I2C, bus, 0x20, "");
    bw_bench_add_export(&f->bench, "desk", BW_EXPORT_BENCH, bus, BW_ADDR_ANY,
                        "");
    assert_int_equal(bw_server_init(&f->server, &f->bench), 0);
    return f;
}

static void fixture_free(struct fixture *f)
{
    bw_server_finish(&f->server);
    bw_bench_finish(&f->bench);
    free(f);
}

static void print(struct fixture *f)
{
    FILE *out = fmemopen(f->text, sizeof(f->text) - 1, "w");

    assert_non_null(out);
    assert_true(bw_metrics_print(&f->server, out));
    fclose(out);
}

static void assert_has(const struct fixture *f, const char *line)
{
    char whole[256];

    snprintf(whole, sizeof(whole), "\n%s\n", line);
    if (!strstr(f->text, whole)) {
        print_error("missing: %s\n%s", line, f->text);
        fail();
    }
}

/* Until @text has an end; returns the length. */
static size_t receive(struct fixture *f, int fd)
{
    size_t len = 0;
    ssize_t n;

    while ((n = recv(fd, f->text + len, sizeof(f->text) - 1 - len, 0)) > 0) {
        len += (size_t)n;
    }
    f->text[len] = '\0';
    return len;
}

/* A client of the socket that has sent @request.  Returns its end. */
static int client(struct fixture *f, const char *request)
{
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(send(fds[1], request, strlen(request), 0),
                     (ssize_t)strlen(request));
    bw_metrics_start(&f->server, fds[0]);
    return fds[1];
}

/* Its thread has let go of the bench. */
static void wait_for_end(struct fixture *f)
{
    pthread_mutex_lock(&f->server.lock);
    while (f->server.metrics_clients > 0) {
        pthread_cond_wait(&f->server.ended, &f->server.lock);
    }
    pthread_mutex_unlock(&f->server.lock);
}

static void every_export_has_its_numbers(void **state)
{
    struct fixture *f = fixture_new();
    struct bw_stats *s = &bw_bench_find_export(&f->bench, "thermometer")->stats;

    (void)state;
    bw_stats_open(s);
    bw_stats_transfer(s, BW_OK, 1, 2, 3 * MS_NS);
    bw_stats_transfer(s, BW_NACK_ADDR, 0, 0, MS_NS / 2);
    print(f);
    assert_has(f, "benchwire_export_opened_total{export=\"thermometer\","
                  "type=\"i2c\"} 1");
    assert_has(f, "benchwire_requests_total{export=\"thermometer\","
                  "type=\"i2c\",status=\"ok\"} 1");
    assert_has(f, "benchwire_requests_total{export=\"thermometer\","
                  "type=\"i2c\",status=\"nack-addr\"} 1");
    assert_has(f, "benchwire_i2c_bytes_total{export=\"thermometer\","
                  "type=\"i2c\",direction=\"read\"} 2");
    assert_has(f, "benchwire_i2c_bytes_total{export=\"thermometer\","
                  "type=\"i2c\",direction=\"written\"} 1");
    assert_has(f, "benchwire_export_sessions{export=\"desk\","
                  "type=\"bench\"} 0");
    fixture_free(f);
}

/* 0.5 ms is below 0.000512 s, 3 ms below 0.004096 s. */
static void the_histogram_is_cumulative_and_in_seconds(void **state)
{
    struct fixture *f = fixture_new();
    struct bw_stats *s = &bw_bench_find_export(&f->bench, "fake")->stats;

    (void)state;
    bw_stats_transfer(s, BW_OK, 1, 2, 3 * MS_NS);
    bw_stats_transfer(s, BW_OK, 1, 2, MS_NS / 2);
    print(f);
#define FAKE "{export=\"fake\",type=\"i2c\""
#define NAME "benchwire_request_duration_seconds"
    assert_has(f, "# TYPE " NAME " histogram");
    assert_has(f, NAME "_bucket" FAKE ",le=\"0.000256\"} 0");
    assert_has(f, NAME "_bucket" FAKE ",le=\"0.000512\"} 1");
    assert_has(f, NAME "_bucket" FAKE ",le=\"0.002048\"} 1");
    assert_has(f, NAME "_bucket" FAKE ",le=\"0.004096\"} 2");
    assert_has(f, NAME "_bucket" FAKE ",le=\"+Inf\"} 2");
    assert_has(f, NAME "_count" FAKE "} 2");
    assert_has(f, NAME "_sum" FAKE "} 0.003500");
    fixture_free(f);
}

/* Each sample's name begins with that of the TYPE line before it. */
static void every_sample_is_of_the_family_above_it(void **state)
{
    struct fixture *f = fixture_new();
    char family[128] = "";
    char *line, *rest = NULL;
    unsigned samples = 0;

    (void)state;
    print(f);
    assert_string_equal(f->text + strlen(f->text) - 6, "# EOF\n");
    for (line = strtok_r(f->text, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        if (sscanf(line, "# TYPE %127s", family) == 1 || line[0] == '#') {
            continue;
        }
        assert_true(family[0]);
        assert_int_equal(strncmp(line, family, strlen(family)), 0);
        samples++;
    }
    assert_true(samples > 50);
    fixture_free(f);
}

static void lines_count_edges(void **state)
{
    struct fixture *f = fixture_new();
    struct bw_export *e = bw_bench_add_export(
        &f->bench, "lights", BW_EXPORT_GPIO, NULL, BW_ADDR_ANY, "");

    (void)state;
    assert_non_null(e);
    bw_stats_gpio(&e->stats, 5, 7, 2);
    print(f);
#define LIGHTS "{export=\"lights\",type=\"gpio\""
    assert_has(f, "benchwire_gpio_edges_total" LIGHTS ",result=\"told\"} 7");
    assert_has(f, "benchwire_gpio_edges_total" LIGHTS ",result=\"lost\"} 2");
    assert_has(f, "benchwire_gpio_sets_total" LIGHTS "} 5");
    fixture_free(f);
}

static void a_scraper_is_answered_in_its_language(void **state)
{
    struct fixture *f = fixture_new();
    int fd = client(f, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    size_t len = receive(f, fd);
    const char *body = strstr(f->text, "\r\n\r\n");
    unsigned said = 0;

    (void)state;
    assert_non_null(body);
    assert_int_equal(strncmp(f->text, "HTTP/1.0 200 OK\r\n", 17), 0);
    assert_non_null(strstr(f->text, "application/openmetrics-text"));
    assert_int_equal(
        sscanf(strstr(f->text, "Content-Length:"), "%*s %u", &said), 1);
    assert_int_equal(strlen(body + 4), said);
    assert_string_equal(f->text + len - 6, "# EOF\n");
    close(fd);
    wait_for_end(f);
    fixture_free(f);
}

static void who_asks_nothing_receives_the_text(void **state)
{
    struct fixture *f = fixture_new();
    int fd = client(f, "");

    (void)state;
    receive(f, fd);
    assert_int_equal(strncmp(f->text, "# TYPE ", 7), 0);
    close(fd);
    wait_for_end(f);
    fixture_free(f);
}

static void a_slow_client_is_given_up(void **state)
{
    struct fixture *f = fixture_new();
    uint64_t start = bw_clock_ns();
    int fd = client(f, "GET ");

    (void)state;
    wait_for_end(f); /* it never asks to the end */
    assert_true(bw_clock_ns() >= bw_clock_after_ms(start, BW_METRICS_WAIT_MS));
    close(fd);
    fixture_free(f);
}

static void too_many_at_a_time_are_turned_away(void **state)
{
    struct fixture *f = fixture_new();
    int fds[BW_METRICS_MAX_CLIENTS + 1];
    unsigned i;

    (void)state;
    for (i = 0; i <= BW_METRICS_MAX_CLIENTS; i++) {
        fds[i] = client(f, "GET ");
    }
    assert_true(recv(fds[BW_METRICS_MAX_CLIENTS], f->text, 1, 0) <= 0);
    for (i = 0; i <= BW_METRICS_MAX_CLIENTS; i++) {
        close(fds[i]);
    }
    wait_for_end(f);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_export_has_its_numbers),
        cmocka_unit_test(the_histogram_is_cumulative_and_in_seconds),
        cmocka_unit_test(every_sample_is_of_the_family_above_it),
        cmocka_unit_test(lines_count_edges),
        cmocka_unit_test(a_scraper_is_answered_in_its_language),
        cmocka_unit_test(who_asks_nothing_receives_the_text),
        cmocka_unit_test(a_slow_client_is_given_up),
        cmocka_unit_test(too_many_at_a_time_are_turned_away),
    };

    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
