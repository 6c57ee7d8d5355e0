/*
 * Sessions of every kind, one after the other and four at a time.
 *
 * usage: soak unix:PATH COUNT
 *
 * Each session is of the next kind of the table below, some of them rude.  What
 * the agent is like afterwards is looked at by tests/e2e/soak.sh.  Exits with 0
 * if all sessions that should have been served were.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crowd.h"

#define THREADS 4
#define RAW     0x1580 /* 21.5 degC in a TMP102 */

static const char *address;
static atomic_long left;
static atomic_uint wrong;

static bool says_nothing(void)
{
    int fd = crowd_connect(address);

    close(fd);
    return fd >= 0;
}

static bool greets(void)
{
    int fd = crowd_greeted(address);

    close(fd);
    return fd >= 0;
}

static bool reads(void)
{
    struct bw_client *c = crowd_client(address, "near");
    bool right = c && crowd_read(c, 0x48, RAW) >= 0;

    crowd_client_free(c);
    return right;
}

/* Leaves within a frame. */
static bool stops_midway(void)
{
    int fd = crowd_connect(address);
    uint8_t hello[128];
    size_t len = crowd_hello(hello, sizeof(hello));
    bool sent = fd >= 0 && crowd_send(fd, hello, len / 2);

    close(fd);
    return sent;
}

static bool sends_garbage(void)
{
    static const uint8_t garbage[64] = { 0xff, 0xff, 0xff, 0xff };
    int fd = crowd_connect(address);
    bool sent = fd >= 0 && crowd_send(fd, garbage, sizeof(garbage));

    close(fd);
    return sent;
}

/* Asks and does not wait for the answer. */
static bool takes_no_answer(void)
{
    int fd = crowd_greeted(address);
    uint8_t ping[2048];
    size_t len = crowd_ping(ping, sizeof(ping), 1024);
    bool sent = fd >= 0 && crowd_send(fd, ping, len);

    close(fd);
    return sent;
}

/* Says that it is done and waits for the agent to close. */
static bool leaves_politely(void)
{
    int fd = crowd_greeted(address);
    char byte;
    bool closed =
        fd >= 0 && shutdown(fd, SHUT_WR) == 0 && recv(fd, &byte, 1, 0) == 0;

    close(fd);
    return closed;
}

static bool (*const kinds[])(void) = {
    says_nothing,  greets,          reads,           stops_midway,
    sends_garbage, takes_no_answer, leaves_politely, reads,
};

static void *work(void *opaque)
{
    long n;

    (void)opaque;
    while ((n = atomic_fetch_sub(&left, 1)) > 0) {
        if (!kinds[n % (long)(sizeof(kinds) / sizeof(kinds[0]))]()) {
            atomic_fetch_add(&wrong, 1);
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    unsigned i;

    if (argc != 3) {
        fprintf(stderr, "usage: soak unix:PATH COUNT\n");
        return 2;
    }
    address = argv[1];
    atomic_init(&left, atol(argv[2]));
    for (i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, work, NULL);
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    printf("%s sessions, %u of them not as they should be\n", argv[2],
           atomic_load(&wrong));
    return atomic_load(&wrong) != 0;
}
