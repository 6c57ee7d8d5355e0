/*
 * What a register read costs at least: the adapter's own time, and a ping.
 *
 * usage: ownread HZ [READS]
 *
 * Reads six registers of a DS3231 at 0x68 on simulated wires of HZ, in this
 * process and by the call that the agent makes (host-agent/backend_wires.c).
 * Between the reads it sends a request's bytes to a process that answers with a
 * reply's, over a unix socket and over TCP loopback.  Prints in microseconds,
 * p50 and p99 of each:
 *
 *   adapter P50 P99 unix P50 P99 tcp P50 P99
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host-agent/backend_wires.h"
#include "host-agent/clock.h"

#define ADDR7       0x68
#define READ_LEN    6
#define REQUEST_LEN (12 + 4 + 2 + 6 + 1 + 6) /* header, transfer, 2 messages */
#define REPLY_LEN   (12 + READ_LEN)
#define MOST_READS  10000

static uint32_t ns[3][MOST_READS];

static void die(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static bool take(int fd, size_t len)
{
    uint8_t buf[REQUEST_LEN];

    return recv(fd, buf, len, MSG_WAITALL) == (ssize_t)len;
}

static void answer(int fd)
{
    const uint8_t reply[REPLY_LEN] = { 0 };

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (take(fd, REQUEST_LEN) &&
           send(fd, reply, REPLY_LEN, MSG_NOSIGNAL) == REPLY_LEN) {
    }
    _exit(0);
}

static int tcp_pair(int fds[2])
{
    struct sockaddr_in addr = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t len = sizeof(addr);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;

    fds[0] = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&addr, len) < 0 ||
        listen(listener, 1) < 0 ||
        getsockname(listener, (struct sockaddr *)&addr, &len) < 0 ||
        connect(fds[0], (struct sockaddr *)&addr, len) < 0) {
        return -1;
    }
    fds[1] = accept(listener, NULL, NULL);
    close(listener);
    setsockopt(fds[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return setsockopt(fds[1], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* Returns: a socket behind which somebody answers. */
static int start_peer(bool tcp)
{
    int fds[2];
    pid_t pid;

    if ((tcp ? tcp_pair(fds) : socketpair(AF_UNIX, SOCK_STREAM, 0, fds)) < 0) {
        die("ownread: no socket");
    }
    pid = fork();
    if (pid < 0) {
        die("ownread: no peer");
    }
    if (pid == 0) {
        close(fds[0]);
        answer(fds[1]);
    }
    close(fds[1]);
    return fds[0];
}

static uint32_t ping(int fd)
{
    const uint8_t request[REQUEST_LEN] = { 0 };
    uint64_t start_ns = bw_clock_ns();

    if (send(fd, request, REQUEST_LEN, MSG_NOSIGNAL) != REQUEST_LEN ||
        !take(fd, REPLY_LEN)) {
        die("ownread: no answer");
    }
    return (uint32_t)(bw_clock_ns() - start_ns);
}

static uint32_t read_once(struct bw_i2c_adapter *a)
{
    struct bw_wire_i2c_failure where;
    uint8_t reg = 0;
    uint8_t data[READ_LEN];
    struct bw_i2c_xfer x = { .nmsgs = 2 };
    uint64_t start_ns = bw_clock_ns();

    x.msgs[0] = (struct bw_i2c_msg){ ADDR7, 0, 1, &reg };
    x.msgs[1] = (struct bw_i2c_msg){ ADDR7, BW_I2C_READ, READ_LEN, data };
    if (a->ops->xfer(a, &x, &where) != BW_OK) {
        fputs("ownread: the read failed\n", stderr);
        exit(EXIT_FAILURE);
    }
    return (uint32_t)(bw_clock_ns() - start_ns);
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static void print(const char *name, uint32_t *values, size_t count)
{
    qsort(values, count, sizeof(values[0]), compare);
    printf("%s %.1f %.1f", name, values[count / 2] / 1e3,
           values[count * 99 / 100] / 1e3);
}

int main(int argc, char **argv)
{
    uint32_t hz = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 0;
    size_t reads = argc > 2 ? strtoul(argv[2], NULL, 0) : 1000;
    struct bw_sim *bus = bw_wires_new(NULL, hz ? hz : 1);
    int peer[2] = { start_peer(false), start_peer(true) };
    size_t i;

    if (!hz || reads < 1 || reads > MOST_READS || !bus ||
        bw_sim_add(bus, "clock", &bw_part_ds3231, ADDR7) != BW_OK) {
        fputs("usage: ownread HZ [READS], at most 10000\n", stderr);
        return EXIT_FAILURE;
    }
    for (i = 0; i < reads; i++) {
        ns[0][i] = read_once(bw_sim_adapter(bus));
        ns[1][i] = ping(peer[0]);
        ns[2][i] = ping(peer[1]);
    }
    print("adapter", ns[0], reads);
    print(" unix", ns[1], reads);
    print(" tcp", ns[2], reads);
    putchar('\n');
    bw_sim_adapter(bus)->ops->close(bw_sim_adapter(bus));
    return 0;
}
