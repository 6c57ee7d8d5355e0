/*
 * Register reads through an agent, against a bare ping-pong of the same bytes.
 *
 * usage: pingpong ADDRESS EXPORT ADDR7 [SECONDS-PER-ROUND]
 *        pingpong unix:/tmp/benchwire.sock clock 0x68
 *
 * One read is w1@ADDR7 0x00 r6, one request and one reply.  The bare peer is a
 * process that answers a request of so many bytes with so many bytes, over a
 * socket of the same family; the local form is the agent's session in a thread
 * over a socketpair.  The three take turns, in rounds, and the ratio is the
 * median of the rounds' ratios: a machine that is busy for a while then slows
 * all three.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host-agent/client.h"
#include "host-agent/clock.h"
#include "host-agent/local.h"

#define READ_LEN    6
#define REQUEST_LEN (12 + 4 + 2 + 6 + 1 + 6) /* header, transfer, 2 messages */
#define REPLY_LEN   (12 + READ_LEN)
#define ROUNDS      21
#define MAX_SAMPLES 4000000

struct subject {
    const char *name;
    bool (*read)(struct subject *s); /* one round trip */
    struct bw_client client;
    int fd; /* the bare peer's */
    uint8_t addr7;
    double per_s[ROUNDS];
    uint32_t *ns; /* of each round trip, all rounds */
    size_t count;
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "pingpong: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static bool take(int fd, uint8_t *buf, size_t len)
{
    while (len > 0) {
        ssize_t n = recv(fd, buf, len, 0);

        if (n <= 0) {
            return false;
        }
        len -= (size_t)n;
    }
    return true;
}

static bool bare_read(struct subject *s)
{
    uint8_t buf[REQUEST_LEN] = { 0 };

    return send(s->fd, buf, REQUEST_LEN, MSG_NOSIGNAL) == REQUEST_LEN &&
           take(s->fd, buf, REPLY_LEN);
}

static bool agent_read(struct subject *s)
{
    uint8_t reg = 0;
    uint8_t data[READ_LEN];
    struct bw_i2c_xfer x;

    x.nmsgs = 2;
    x.msgs[0] = (struct bw_i2c_msg){ s->addr7, 0, 1, &reg };
    x.msgs[1] = (struct bw_i2c_msg){ s->addr7, BW_I2C_READ, READ_LEN, data };
    return bw_client_i2c(&s->client, &x) == BW_OK;
}

static void answer(int fd)
{
    uint8_t buf[REQUEST_LEN] = { 0 };

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (take(fd, buf, REQUEST_LEN) &&
           send(fd, buf, REPLY_LEN, MSG_NOSIGNAL) == REPLY_LEN) {
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

static void start_bare(struct subject *s, bool tcp)
{
    int fds[2];
    pid_t pid;

    if ((tcp ? tcp_pair(fds) : socketpair(AF_UNIX, SOCK_STREAM, 0, fds)) < 0) {
        die("no socket for the bare peer", strerror(errno));
    }
    pid = fork();
    if (pid < 0) {
        die("no bare peer", strerror(errno));
    }
    if (pid == 0) {
        close(fds[0]);
        answer(fds[1]);
    }
    close(fds[1]);
    s->name = tcp ? "bare TCP socket" : "bare unix socket";
    s->read = bare_read;
    s->fd = fds[0];
}

static void start_agent(struct subject *s, const char *address,
                        const char *export, uint8_t addr7)
{
    s->name = "agent";
    s->read = agent_read;
    s->addr7 = addr7;
    if (bw_client_connect(&s->client, address) != BW_OK ||
        bw_client_open(&s->client, BW_EXPORT_I2C, export) != BW_OK) {
        die(address, s->client.error);
    }
}

static struct bw_local *start_local(struct subject *s, uint8_t addr7)
{
    char error[256];
    struct bw_local *local;
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0) {
        die("no socketpair", strerror(errno));
    }
    local = bw_local_start("sim", BW_ADDR_ANY, fds[1], error, sizeof(error));
    if (!local) {
        die("no local agent", error);
    }
    s->name = "local form (thread, socketpair)";
    s->read = agent_read;
    s->addr7 = addr7;
    if (bw_client_attach(&s->client, fds[0]) != BW_OK ||
        bw_client_open(&s->client, BW_EXPORT_I2C, "i2c") != BW_OK) {
        die("the local agent", s->client.error);
    }
    return local;
}

static void run_round(struct subject *s, int round, double seconds)
{
    uint64_t begin = bw_clock_ns();
    uint64_t end = begin + (uint64_t)(seconds * 1e9);
    uint64_t now = begin;
    size_t before = s->count;

    while (now < end && s->count < MAX_SAMPLES) {
        uint64_t start = now;

        if (!s->read(s)) {
            die(s->name, s->client.error[0] ? s->client.error : "no answer");
        }
        now = bw_clock_ns();
        s->ns[s->count++] = (uint32_t)(now - start);
    }
    s->per_s[round] = (double)(s->count - before) * 1e9 / (double)(now - begin);
}

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static int compare_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double median(const double *values)
{
    double sorted[ROUNDS];

    memcpy(sorted, values, sizeof(sorted));
    qsort(sorted, ROUNDS, sizeof(sorted[0]), compare_double);
    return sorted[ROUNDS / 2];
}

static void print(struct subject *s, const struct subject *bare)
{
    double ratio[ROUNDS];
    int i;

    for (i = 0; i < ROUNDS; i++) {
        ratio[i] = s->per_s[i] / bare->per_s[i];
    }
    qsort(s->ns, s->count, sizeof(s->ns[0]), compare_u32);
    printf("  %-32s %9.0f %8.1f %8.1f %8.2f\n", s->name, median(s->per_s),
           s->ns[s->count / 2] / 1e3, s->ns[s->count * 99 / 100] / 1e3,
           median(ratio));
}

int main(int argc, char **argv)
{
    static struct subject subjects[3]; /* bare, agent, local */
    double seconds = argc > 4 ? atof(argv[4]) : 0.1;
    struct bw_local *local;
    uint8_t addr7;
    int round;
    size_t i;

    if (argc < 4 || argc > 5 || seconds <= 0) {
        die("usage", "pingpong ADDRESS EXPORT ADDR7 [SECONDS]");
    }
    addr7 = (uint8_t)strtol(argv[3], NULL, 0);
    start_bare(&subjects[0], strncmp(argv[1], "tcp:", 4) == 0);
    start_agent(&subjects[1], argv[1], argv[2], addr7);
    local = start_local(&subjects[2], 0x68);
    for (i = 0; i < 3; i++) {
        subjects[i].ns = malloc(MAX_SAMPLES * sizeof(uint32_t));
        if (!subjects[i].ns) {
            die("memory", strerror(errno));
        }
    }
    for (round = 0; round < ROUNDS; round++) {
        for (i = 0; i < 3; i++) {
            run_round(&subjects[i], round, seconds);
        }
    }
    printf("  %-32s %9s %8s %8s %8s\n", "6-byte register read", "per s",
           "p50 us", "p99 us", "to bare");
    for (i = 0; i < 3; i++) {
        print(&subjects[i], &subjects[0]);
        free(subjects[i].ns);
    }
    bw_client_close(&subjects[1].client);
    bw_client_close(&subjects[2].client);
    bw_local_stop(local);
    close(subjects[0].fd);
    wait(NULL);
    return 0;
}
