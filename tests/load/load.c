/*
 * Load on an agent: many clients, greedy ones, and ones that mean no good.
 *
 * usage: load unix:PATH PORT    of loopback TCP
 *
 * Needs an agent with the bench of load.conf (tests/e2e/load.sh starts one, also
 * one that ThreadSanitizer looks at).  Prints TAP.  Times are asked for with a
 * margin that a busy machine and the sanitizers leave; what was measured is
 * printed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crowd.h"
#include "host-agent/clock.h"
#include "host-agent/server.h"
#include "host-agent/session.h"

#define NEAR      0x48
#define BESIDE    0x49
#define RAW       0x1580 /* 21.5 degC in a TMP102 */
#define CLIENTS   60     /* at once, below BW_SERVER_MAX_SESSIONS */
#define READS     100    /* of each */
#define STRANGERS 300
#define SLOW      6 /* of each kind of slow client */
#define FLOODERS  4
#define LATE_US   500000 /* no request may take as long */
#define SLACK_MS  4000   /* of a deadline, on a busy machine */

static const char *address;
static uint16_t tcp_port; /* of the same agent */

/* Many at once */

struct worker {
    pthread_t thread;
    unsigned right;
};

static void *work(void *opaque)
{
    struct worker *w = opaque;
    struct bw_client *c = crowd_client(address, "near");

    while (c && w->right < READS && crowd_read(c, NEAR, RAW) >= 0) {
        w->right++;
    }
    crowd_client_free(c);
    return NULL;
}

static void many_at_once(void)
{
    struct worker workers[CLIENTS] = { 0 };
    unsigned i, right = 0;

    for (i = 0; i < CLIENTS; i++) {
        pthread_create(&workers[i].thread, NULL, work, &workers[i]);
    }
    for (i = 0; i < CLIENTS; i++) {
        pthread_join(workers[i].thread, NULL);
        right += workers[i].right;
    }
    crowd_point(right == CLIENTS * READS, "many sessions at once are served",
                "%u of %d reads were right", right, CLIENTS * READS);
}

/* Until a session can be had.  Returns what it took in us, or -1. */
static int64_t served_within(unsigned ms)
{
    uint64_t start = bw_clock_ns();
    uint64_t until = bw_clock_after_ms(start, ms);

    do {
        struct bw_client *c = crowd_client(address, "near");
        bool right = c && crowd_read(c, NEAR, RAW) >= 0;

        crowd_client_free(c);
        if (right) {
            return (int64_t)((bw_clock_ns() - start) / 1000);
        }
    } while (bw_clock_ns() < until);
    return -1;
}

static void full_house(void)
{
    struct bw_client *all[BW_SERVER_MAX_SESSIONS];
    unsigned i, served = 0;
    int fd;

    for (i = 0; i < BW_SERVER_MAX_SESSIONS; i++) {
        all[i] = crowd_client(address, "near");
    }
    fd = crowd_greeted(address);
    crowd_point(fd < 0, "one session too many is turned away", "it was served");
    close(fd);
    for (i = 0; i < BW_SERVER_MAX_SESSIONS; i++) {
        served += all[i] && crowd_read(all[i], NEAR, RAW) >= 0;
        crowd_client_free(all[i]);
    }
    crowd_point(served == BW_SERVER_MAX_SESSIONS,
                "and the others are served still", "%u of %d are", served,
                BW_SERVER_MAX_SESSIONS);
    crowd_point(served_within(5000) >= 0, "afterwards there is room again",
                "there is none");
}

/* Strangers: connected, and nothing more */

static unsigned count_kept(const int *fds, unsigned n)
{
    unsigned i, kept = 0;

    for (i = 0; i < n; i++) {
        kept += fds[i] >= 0 && !crowd_is_closed(fds[i]);
    }
    return kept;
}

/* Until no more than @most are kept: the last ones are accepted a little later
 * than they connect.  Returns how many are. */
static unsigned settle(const int *fds, unsigned n, unsigned most)
{
    const struct timespec pause = { .tv_nsec = 20000000 };
    uint64_t until = bw_clock_after_ms(bw_clock_ns(), 5000);
    unsigned kept;

    do {
        clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
        kept = count_kept(fds, n);
    } while (kept > most && bw_clock_ns() < until);
    return kept;
}

static void close_all(const int *fds, unsigned n)
{
    while (n-- > 0) {
        close(fds[n]);
    }
}

static void strangers(void)
{
    int fds[STRANGERS];
    unsigned i, kept;
    int64_t us;

    for (i = 0; i < STRANGERS; i++) {
        fds[i] = crowd_connect(address);
    }
    us = served_within(1000);
    crowd_point(us >= 0, "strangers that say nothing do not keep a client out",
                "none was served within 1 s");
    kept = count_kept(fds, STRANGERS);
    close_all(fds, STRANGERS);
    printf("# a client was served in %lld us, %u of %d strangers were kept\n",
           (long long)us, kept, STRANGERS);
    crowd_point(kept <= BW_SERVER_MAX_NEW, "and only a few of them are kept",
                "%u are", kept);
}

/* One that connects again and again, and another that is only slow */
static void two_sources(void)
{
    int slow = crowd_connect_from("127.0.0.2", tcp_port);
    int fds[STRANGERS];
    unsigned i, kept;

    for (i = 0; i < STRANGERS; i++) {
        fds[i] = crowd_connect_from("127.0.0.3", tcp_port);
    }
    kept = settle(fds, STRANGERS, BW_SERVER_MAX_NEW - 1);
    crowd_point(kept > 0 && kept < BW_SERVER_MAX_NEW,
                "of one that comes again and again the last are kept", "%u are",
                kept);
    crowd_point(slow >= 0 && !crowd_is_closed(slow),
                "and another is not ended for it", "it is");
    close(slow);
    close_all(fds, STRANGERS);
}

/* Sessions that greeted and then hold on to nothing */

static void idlers(void)
{
    int fds[BW_SERVER_MAX_SESSIONS + SLOW];
    unsigned i, kept;

    for (i = 0; i < BW_SERVER_MAX_SESSIONS + SLOW; i++) {
        fds[i] = crowd_greeted(address);
    }
    crowd_point(served_within(5000) >= 0,
                "idle sessions without an export make room",
                "no client was served within 1 s");
    kept = count_kept(fds, BW_SERVER_MAX_SESSIONS + SLOW);
    close_all(fds, BW_SERVER_MAX_SESSIONS + SLOW);
    crowd_point(kept >= BW_SERVER_MAX_SESSIONS - 2, "but no more than needed",
                "%u were kept", kept);
}

/* Slow ones: a byte a second, or nothing taken */

struct slow {
    int loris[SLOW];   /* a byte of the HELLO each second */
    int dribble[SLOW]; /* greeted, a byte of a PING each second */
    int deaf[SLOW];    /* takes no reply */
    unsigned sent;
};

static void slow_begin(struct slow *s)
{
    static uint8_t ping[BW_WIRE_MAX_FRAME];
    size_t len = crowd_ping(ping, sizeof(ping), BW_WIRE_MAX_BODY);
    unsigned i, n;

    s->sent = 0;
    for (i = 0; i < SLOW; i++) {
        s->loris[i] = crowd_connect(address);
        s->dribble[i] = crowd_greeted(address);
        s->deaf[i] = crowd_greeted(address);
        for (n = 0; n < 16; n++) {
            crowd_send(s->deaf[i], ping, len);
        }
    }
}

static void slow_second(struct slow *s)
{
    uint8_t hello[128], ping[128];
    unsigned i;

    crowd_hello(hello, sizeof(hello));
    crowd_ping(ping, sizeof(ping), 64);
    for (i = 0; i < SLOW; i++) {
        crowd_send(s->loris[i], hello + s->sent, 1);
        crowd_send(s->dribble[i], ping + s->sent, 1);
    }
    s->sent++;
}

static unsigned slow_left(const struct slow *s)
{
    unsigned i, left = 0;

    for (i = 0; i < SLOW; i++) {
        left += !crowd_is_closed(s->loris[i]) +
                !crowd_is_closed(s->dribble[i]) + !crowd_is_cut_off(s->deaf[i]);
    }
    return left;
}

static void slow_end(struct slow *s)
{
    unsigned i;

    for (i = 0; i < SLOW; i++) {
        close(s->loris[i]);
        close(s->dribble[i]);
        close(s->deaf[i]);
    }
}

static void slow_clients(void)
{
    const struct timespec second = { .tv_sec = 1 };
    uint64_t end = bw_clock_after_ms(
        bw_clock_ns(), BW_SESSION_HELLO_MS + BW_CONN_FRAME_MS + SLACK_MS);
    uint64_t start = bw_clock_ns();
    unsigned left, early;
    int64_t us, worst = 0;
    struct slow s;

    slow_begin(&s);
    early = slow_left(&s);
    do {
        slow_second(&s);
        clock_nanosleep(CLOCK_MONOTONIC, 0, &second, NULL);
        us = served_within(1000);
        worst = us < 0 || us > worst ? us : worst;
        left = slow_left(&s);
    } while (worst >= 0 && left > 0 && bw_clock_ns() < end);
    slow_end(&s);
    printf("# %u slow clients were gone after %llu ms, the others waited %lld "
           "us at most\n",
           early - left,
           (unsigned long long)((bw_clock_ns() - start) / 1000000u),
           (long long)worst);
    crowd_point(early == 3 * SLOW, "slow clients are given some time",
                "%u of %d were", early, 3 * SLOW);
    crowd_point(worst >= 0, "slow clients keep nobody out",
                "a client was not served within 1 s");
    crowd_point(left == 0, "and are ended", "%u of %d are not", left, 3 * SLOW);
}

/* A flood: as many requests as the protocol lets a client have under way */

struct flood {
    pthread_t threads[FLOODERS];
    const char *export;
    uint8_t addr;
    atomic_bool stop;
    atomic_uint requests;
};

static size_t flood_request(uint8_t *out, size_t size, uint8_t addr)
{
    uint8_t zero = 0, in[8192];
    struct bw_wire_i2c_request rq = {
        .deadline_ms = 1000,
        .xfer = { .nmsgs = 2,
                  .msgs = { { .addr = addr, .len = 1, .data = &zero },
                            { .addr = addr,
                              .flags = BW_I2C_READ,
                              .len = sizeof(in),
                              .data = in } } },
    };
    struct bw_writer w;

    bw_writer_init(&w, out, size);
    bw_wire_begin(&w, BW_MSG_I2C_XFER, 0, 99);
    bw_wire_put_i2c_request(&w, &rq);
    bw_wire_end(&w, 0);
    return w.pos;
}

static void *flood_work(void *opaque)
{
    struct flood *f = opaque;
    struct bw_client *c = crowd_client(address, f->export);
    uint8_t request[128];
    size_t len = flood_request(request, sizeof(request), f->addr);
    struct bw_frame frame;
    enum bw_status bad;
    unsigned pending = 0;

    while (c && !atomic_load(&f->stop)) {
        for (; pending < BW_WIRE_MAX_PENDING; pending++) {
            memcpy(c->conn.out, request, len);
            bw_conn_send(&c->conn, len);
        }
        if (bw_conn_next(&c->conn, bw_clock_after_ms(bw_clock_ns(), 5000),
                         &frame, &bad) <= 0) {
            break;
        }
        pending--;
        atomic_fetch_add(&f->requests, 1);
    }
    crowd_client_free(c);
    return NULL;
}

static void flood_start(struct flood *f, const char *export, uint8_t addr)
{
    unsigned i;

    f->export = export;
    f->addr = addr;
    atomic_init(&f->stop, false);
    atomic_init(&f->requests, 0);
    for (i = 0; i < FLOODERS; i++) {
        pthread_create(&f->threads[i], NULL, flood_work, f);
    }
}

static void flood_end(struct flood *f)
{
    unsigned i;

    atomic_store(&f->stop, true);
    for (i = 0; i < FLOODERS; i++) {
        pthread_join(f->threads[i], NULL);
    }
}

/* What reads of @export take meanwhile. */
static void measure(const char *name, const char *export, const char *flooded,
                    uint8_t flooded_addr)
{
    struct bw_client *c = crowd_client(address, export);
    int64_t us[READS];
    struct flood f;
    unsigned n = 0;

    if (flooded) {
        flood_start(&f, flooded, flooded_addr);
        while (atomic_load(&f.requests) < BW_WIRE_MAX_PENDING) {
            sched_yield();
        }
    }
    while (c && n < READS && (us[n] = crowd_read(c, NEAR, RAW)) >= 0) {
        n++;
    }
    if (flooded) {
        flood_end(&f);
        printf("# %u requests of the flood meanwhile\n",
               atomic_load(&f.requests));
    }
    crowd_client_free(c);
    if (n == READS) {
        printf("# %s: p50 %lld us, p99 %lld us\n", name,
               (long long)crowd_percentile(us, n, 50),
               (long long)crowd_percentile(us, n, 99));
    }
    crowd_point(n == READS && us[READS - 1] < LATE_US, name,
                "%u of %d reads were answered in time", n, READS);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: load unix:PATH PORT\n");
        return 2;
    }
    address = argv[1];
    tcp_port = (uint16_t)atoi(argv[2]);
    printf("1..16\n");
    many_at_once();
    full_house();
    strangers();
    two_sources();
    idlers();
    slow_clients();
    measure("a client alone", "near", NULL, 0);
    measure("a flood on another adapter does not keep it waiting", "near",
            "far", NEAR);
    measure("nor one on another export of the same adapter", "near", "beside",
            BESIDE);
    return crowd_failed() ? 1 : 0;
}
