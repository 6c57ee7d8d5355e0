/*
 * host-agent/agent.c and listeners.c: where the agent listens, changed by the
 * bench file that is read again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "agent_rig.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* A port that is free now. */
static uint16_t free_port(int *fd)
{
    struct sockaddr_in addr = { .sin_family = AF_INET };
    socklen_t len = sizeof(addr);

    *fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(*fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
    assert_int_equal(listen(*fd, 1), 0);
    assert_int_equal(getsockname(*fd, (struct sockaddr *)&addr, &len), 0);
    return ntohs(addr.sin_port);
}

static void listeners_come_and_go(void **state)
{
    struct bw_client c, d;
    char address[64];
    int fd;
    uint16_t port = free_port(&fd);

    (void)state;
    start();
    snprintf(address, sizeof(address), "tcp:127.0.0.1:%u", port);
    write_file("[listen]\ntcp=127.0.0.1:%u\n" PARTS EXPORT_A EXPORT_B
               "text=x\n",
               port);
    must_not_reload("Address already in use");
    close(fd);
    open_export(&c, "a");
    write_file("[listen]\ntcp=127.0.0.1:%u\n" PARTS EXPORT_A EXPORT_B, port);
    must_reload("2 as before");
    connect_to(&d, address);
    /* the same port on all addresses: room is made */
    write_file(
        "[listen]\ntcp=0.0.0.0:%u\ninsecure=yes\n" PARTS EXPORT_A EXPORT_B,
        port);
    must_reload("2 as before");
    assert_int_equal(bw_client_open(&d, BW_EXPORT_ANY, "b"), BW_OK);
    assert_int_equal(use(&c), BW_OK);
    write_file(PARTS EXPORT_A EXPORT_B);
    must_reload("2 as before");
    assert_int_equal(use(&d), BW_OK); /* who is inside stays */
    bw_client_close(&d);
    assert_int_equal(bw_client_connect(&d, address), BW_LINK_DOWN);
    bw_client_close(&c);
}

/* The port of another program is wanted where one of ours is to go: ours is
 * closed for the attempt, and opened again. */
static void listeners_come_back_after_a_failure(void **state)
{
    struct bw_client c;
    char address[64];
    int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in addr = { .sin_family = AF_INET };
    int fd;
    uint16_t port = free_port(&fd);

    (void)state;
    close(fd);
    write_file("[listen]\ntcp=127.0.0.1:%u\n" PARTS EXPORT_A EXPORT_B, port);
    start();
    addr.sin_addr.s_addr = inet_addr("127.0.0.2");
    addr.sin_port = htons(port);
    assert_int_equal(bind(other, (struct sockaddr *)&addr, sizeof(addr)), 0);
    assert_int_equal(listen(other, 1), 0);
    write_file("[listen]\ntcp=127.0.0.2:%u\n" PARTS EXPORT_A EXPORT_B, port);
    must_not_reload("Address already in use");
    close(other);
    snprintf(address, sizeof(address), "tcp:127.0.0.1:%u", port);
    connect_to(&c, address);
    bw_client_close(&c);
}

/* The metrics socket at @path: what it says is in @text.  Returns whether there
 * is one. */
static bool scrape(const char *path, char *text, size_t size)
{
    static const char request[] = "GET /metrics HTTP/1.0\r\n\r\n";
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    size_t len = 0;
    ssize_t n;

    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
    if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        close(fd);
        return false;
    }
    assert_int_equal(send(fd, request, strlen(request), 0), strlen(request));
    while ((n = recv(fd, text + len, size - 1 - len, 0)) > 0) {
        len += (size_t)n;
    }
    text[len] = '\0';
    close(fd);
    return true;
}

static void must_count(const char *path, const char *export, unsigned requests)
{
    static char text[1u << 16];
    char line[128];

    assert_true(scrape(path, text, sizeof(text)));
    snprintf(line, sizeof(line),
             "\nbenchwire_requests_total{export=\"%s\",type=\"i2c\","
             "status=\"ok\"} %u\n",
             export, requests);
    if (!strstr(text, line)) {
        fail_msg("%s is missing in:\n%s", line, text);
    }
}

static ino_t inode(const char *path)
{
    struct stat s;

    assert_int_equal(stat(path, &s), 0);
    return s.st_ino;
}

static void the_metrics_come_and_go(void **state)
{
    char one[128], two[128], text[64];
    struct bw_client c;
    ino_t made;

    (void)state;
    snprintf(one, sizeof(one), "%s/one", rig.folder);
    snprintf(two, sizeof(two), "%s/two", rig.folder);
    start();
    open_export(&c, "a");
    assert_int_equal(use(&c), BW_OK);
    write_file("[listen]\nmetrics=%s\n" PARTS EXPORT_A EXPORT_B, one);
    must_reload("2 as before");
    made = inode(one);
    must_count(one, "a", 1);
    assert_int_equal(use(&c), BW_OK);
    /* the same socket, of a bench that has changed */
    write_file("[listen]\nmetrics=%s\n" PARTS EXPORT_A EXPORT_B "text=x\n",
               one);
    must_reload("1 as before, 1 changed");
    assert_int_equal(inode(one), made);
    must_count(one, "a", 2);
    write_file("[listen]\nmetrics=%s\n" PARTS EXPORT_A EXPORT_B "text=x\n",
               two);
    must_reload("2 as before");
    assert_false(scrape(one, text, sizeof(text)));
    must_count(two, "a", 2);
    write_file(PARTS EXPORT_A EXPORT_B);
    must_reload("1 as before, 1 changed");
    assert_int_equal(access(one, F_OK), -1);
    assert_int_equal(access(two, F_OK), -1);
    bw_client_close(&c);
}

static void metrics_of_a_bad_file_do_not_come(void **state)
{
    char path[128], text[64];

    (void)state;
    snprintf(path, sizeof(path), "%s/m", rig.folder);
    start();
    write_file("[listen]\nmetrics=%s\n" PARTS EXPORT_A EXPORT_B
               "profile=no-such\n",
               path);
    must_not_reload("no profile \"no-such\"");
    assert_false(scrape(path, text, sizeof(text)));
    assert_int_equal(access(path, F_OK), -1);
    write_file("[listen]\nmetrics=%s\n" PARTS EXPORT_A EXPORT_B, path);
    must_reload("2 as before");
    write_file("[listen]\nmetrics=%s/none/m\n" PARTS EXPORT_A EXPORT_B,
               rig.folder);
    must_not_reload("No such file");
    must_count(path, "b", 0); /* as it was */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(listeners_come_and_go),
        TEST(listeners_come_back_after_a_failure),
        TEST(the_metrics_come_and_go),
        TEST(metrics_of_a_bad_file_do_not_come),
    };

    return cmocka_run_group_tests_name("agent_listeners", tests, NULL, NULL);
}
