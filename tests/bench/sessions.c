/*
 * Sessions with an agent: how many can begin in a second, and a number of them
 * that stay, for others to look at.
 *
 * usage: sessions rate ADDRESS [SECONDS]
 *            connect, HELLO, LIST, hang up, one after the other; prints
 *            sessions per second, and p50 and p99 of one in microseconds
 *        sessions hold ADDRESS COUNT [EXPORT]
 *            begin COUNT sessions, each with a read of the part at 0x50 on
 *            EXPORT followed by its number, if one is named; print "held", and
 *            keep them until standard input ends
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host-agent/client.h"
#include "host-agent/clock.h"

#define MAX_SAMPLES 1000000
#define ADDR7       0x50

static void die(const char *what, const char *why)
{
    fprintf(stderr, "sessions: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static void begin(struct bw_client *c, const char *address)
{
    if (bw_client_connect(c, address) != BW_OK) {
        die(address, c->error);
    }
}

static void session(const char *address)
{
    static struct bw_client c;
    struct bw_reader body;

    begin(&c, address);
    bw_client_begin(&c, BW_MSG_LIST);
    if (bw_client_call(&c, BW_CLIENT_WAIT_MS, &body) != BW_OK) {
        die("LIST", c.error);
    }
    bw_client_close(&c);
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static int rate(const char *address, double seconds)
{
    uint64_t *ns = calloc(MAX_SAMPLES, sizeof(*ns));
    uint64_t start = bw_clock_ns(), now = start, before;
    size_t n = 0;

    if (!ns) {
        die("memory", strerror(errno));
    }
    while (n < MAX_SAMPLES && (double)(now - start) < seconds * 1e9) {
        before = now;
        session(address);
        now = bw_clock_ns();
        ns[n++] = now - before;
    }
    qsort(ns, n, sizeof(*ns), compare);
    printf("%.0f %.0f %.0f\n", (double)n * 1e9 / (double)(now - start),
           (double)ns[n / 2] / 1e3, (double)ns[n * 99 / 100] / 1e3);
    free(ns);
    return EXIT_SUCCESS;
}

static void read_register(struct bw_client *c, const char *prefix, unsigned n)
{
    uint8_t reg = 0, data[2];
    char export[BW_WIRE_MAX_NAME + 1];
    struct bw_i2c_xfer x;

    snprintf(export, sizeof(export), "%s%u", prefix, n);
    if (bw_client_open(c, BW_EXPORT_I2C, export) != BW_OK) {
        die(export, c->error);
    }
    x.nmsgs = 2;
    x.msgs[0] = (struct bw_i2c_msg){ ADDR7, 0, 1, &reg };
    x.msgs[1] = (struct bw_i2c_msg){ ADDR7, BW_I2C_READ, sizeof(data), data };
    if (bw_client_i2c(c, &x) != BW_OK) {
        die(export, c->error);
    }
}

static int hold(const char *address, size_t count, const char *prefix)
{
    struct bw_client *clients = calloc(count, sizeof(*clients));
    char c;

    if (!clients) {
        die("memory", strerror(errno));
    }
    for (size_t i = 0; i < count; i++) {
        begin(&clients[i], address);
        if (prefix) {
            read_register(&clients[i], prefix, (unsigned)i);
        }
    }
    puts("held");
    fflush(stdout);
    while (read(STDIN_FILENO, &c, 1) > 0) {
    }
    for (size_t i = 0; i < count; i++) {
        bw_client_close(&clients[i]);
    }
    free(clients);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc >= 3 && argc <= 4 && strcmp(argv[1], "rate") == 0) {
        return rate(argv[2], argc > 3 ? atof(argv[3]) : 2.0);
    }
    if ((argc == 4 || argc == 5) && strcmp(argv[1], "hold") == 0) {
        return hold(argv[2], strtoul(argv[3], NULL, 10),
                    argc == 5 ? argv[4] : NULL);
    }
    die("usage", "sessions rate ADDRESS [SECONDS] | "
                 "sessions hold ADDRESS COUNT [EXPORT]");
}
