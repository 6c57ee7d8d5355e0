/*
 * 900 runs of an agent whose adapter and links fail: real sockets, threads,
 * sessions and the simulated bus, faults and transactions by a seed.
 *
 * In each run two clients, each with a part of its own, send transactions whole
 * or in steps, and leave as clients leave: at once, within a request, in
 * mid-transaction.  Now and then the agent is stopped under them.  Then:
 *
 *   - every request was answered in time, or its connection ended;
 *   - the status is one that an armed fault can give, and the part is as a
 *     transaction leaves it that came just as far as the status says, or, if
 *     the link broke, any part of the way; what was read is what it held;
 *   - no session, lease, lock of the bus, transaction, descriptor or thread is
 *     left, and both parts answer the next client.
 *
 * Seeds are 101 to 1000; tests/e2e/faults.sh has those before, with firmware.
 * SEED=n runs that one only, and says what it does.  Under the sanitizers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fault_guest.h"
#include "host-agent/backend_sim.h"
#include "host-agent/clock.h"
#include "host-agent/fault_text.h"
#include "host-agent/log.h"
#include "host-agent/server.h"
#include "lib/wire_step.h"

#define FIRST_SEED   101
#define LAST_SEED    1000
#define PER_POINT    100  /* runs in one test point */
#define TRANSACTIONS 6    /* of a client in a run */
#define TIMEOUT_MS   4    /* of the adapter */
#define PATIENCE_MS  3000 /* for anything at all */
#define WARM_UP      5    /* runs before descriptors and threads are counted */

static struct bw_bench bench;
static struct bw_bus *bus;
static struct bw_export *exports[2];
static struct bw_server server;
static pthread_t server_thread;
static char address[64];
static bool loud;
static unsigned base_fds, base_threads;

static void tell_deal(const struct guest *g, const char *how)
{
    char text[256];

    if (loud) {
        bw_i2c_xfer_print(&g->deal.x, text, sizeof(text));
        print_message("# client %u, %s: %s\n", g->number, how, text);
    }
}

static unsigned count_entries(const char *path)
{
    DIR *dir = opendir(path);
    unsigned count = 0;

    assert_non_null(dir);
    while (readdir(dir)) {
        count++;
    }
    closedir(dir);
    return count;
}

static void pause_us(unsigned us)
{
    const struct timespec t = { 0, (long)us * 1000 };

    nanosleep(&t, NULL);
}

/* Wait until @is_so, for a while.  Returns whether it came to be. */
static bool until(bool (*is_so)(void *opaque), void *opaque)
{
    uint64_t deadline_ns = bw_clock_after_ms(bw_clock_ns(), PATIENCE_MS);

    while (!is_so(opaque)) {
        if (bw_clock_ns() > deadline_ns) {
            return false;
        }
        pause_us(200);
    }
    return true;
}

static bool is_let_go(void *opaque)
{
    struct bw_export *e = opaque;

    return bw_lease_holders(&e->lease) == 0;
}

/* The agent */

static void *serve(void *opaque)
{
    (void)opaque;
    return bw_server_run(&server) ? &server : NULL;
}

static void start_agent(void)
{
    char error[256];

    assert_int_equal(bw_server_init(&server, &bench), 0);
    if (bw_listen_unix(&server.listeners.list[0], address + strlen("unix:"),
                       error, sizeof(error)) < 0) {
        fail_msg("%s", error);
    }
    server.listeners.count = 1;
    assert_int_equal(pthread_create(&server_thread, NULL, serve, NULL), 0);
}

static void stop_agent(void)
{
    void *all_ended;

    bw_server_stop(&server);
    assert_int_equal(pthread_join(server_thread, &all_ended), 0);
    assert_non_null(all_ended);
    bw_server_finish(&server);
}

/* A client */

static bool came_in_time(struct guest *g, uint64_t begin_ns)
{
    uint64_t took_ms = (bw_clock_ns() - begin_ns) / 1000000;

    return took_ms < PATIENCE_MS ||
           blame(g, "an answer took %u ms", (unsigned)took_ms);
}

/* Connect and open, until that succeeds. */
static bool join(struct guest *g)
{
    uint64_t deadline_ns = bw_clock_after_ms(bw_clock_ns(), PATIENCE_MS);
    enum bw_status status;

    do {
        status = bw_client_connect(&g->client, address);
        if (status == BW_OK) {
            status = bw_client_open(&g->client, BW_EXPORT_I2C,
                                    g->number ? "b" : "a");
            if (status != BW_OK) {
                bw_client_close(&g->client);
            }
        }
        if (status != BW_OK) {
            pause_us(1000);
        }
    } while (status != BW_OK && bw_clock_ns() < deadline_ns);
    return status == BW_OK || blame(g, "cannot open: %s", g->client.error);
}

/* Nobody knows how far it came: wait until the agent has let go. */
static bool check_unknown(struct guest *g)
{
    bw_client_close(&g->client);
    if (!until(is_let_go, exports[g->number])) {
        return blame(g, "the lease is still held");
    }
    return check_start(g);
}

/* A whole transaction in one request */

static bool check_whole(struct guest *g, enum bw_status status,
                        struct bw_reader *body)
{
    struct bw_wire_i2c_failure where;

    if (status == BW_LINK_DOWN || status == BW_SHUTDOWN) {
        return check_unknown(g);
    }
    if (status == BW_OK) {
        struct bw_i2c_xfer x = g->deal.x;
        uint8_t read[MAX_MSGS][MAX_LEN];

        for (unsigned i = 0; i < x.nmsgs; i++) {
            x.msgs[i].data = read[i];
        }
        if (bw_wire_get_i2c_reply(body, &x) != BW_OK) {
            return blame(g, "the reply does not parse");
        }
        return check_reads(g, read) &&
               (armed(g, BW_FAULT_VANISH) ? check_start(g)
                                          : check_place(g, g->deal.x.nmsgs, 0));
    }
    if (bw_wire_get_i2c_failure(body, &where) != BW_OK) {
        return blame(g, "the failure does not parse");
    }
    if (armed(g, BW_FAULT_VANISH)) {
        return check_start(g);
    }
    if (where.msg == 0xffff) {
        return check_place(g, 0, 0);
    }
    return check_place(g, where.msg, where.byte == 0xffff ? 0 : where.byte);
}

static bool do_whole(struct guest *g)
{
    struct bw_client *c = &g->client;
    struct bw_wire_i2c_request rq = { .deadline_ms = 1000, .xfer = g->deal.x };
    uint64_t begin_ns = bw_clock_ns();
    struct bw_reader body;
    enum bw_status status;

    tell_deal(g, "whole");
    bw_wire_put_i2c_request(bw_client_begin(c, BW_MSG_I2C_XFER), &rq);
    status = bw_client_call(c, PATIENCE_MS, &body);
    return came_in_time(g, begin_ns) && check_status(g, status) &&
           check_whole(g, status, &body);
}

/* The same in steps */

/* The steps of a transaction.  Returns how many. */
static size_t deal_steps(struct deal *d, struct bw_i2c_step *steps)
{
    size_t count = 0;

    memset(steps, 0, (2 * MAX_MSGS + 1) * sizeof(steps[0]));
    for (unsigned i = 0; i < d->x.nmsgs; i++) {
        struct bw_i2c_msg *m = &d->x.msgs[i];

        steps[count].op = BW_STEP_START;
        steps[count].addr = m->addr;
        steps[count++].flags = m->flags;
        steps[count].op = m->flags & BW_I2C_READ ? BW_STEP_READ : BW_STEP_WRITE;
        steps[count].len = m->len;
        steps[count++].data = m->data;
    }
    steps[count++].op = BW_STEP_STOP;
    return count;
}

/* One list.  The bytes read are written into the deal. */
static enum bw_status call_steps(struct guest *g, const struct bw_i2c_step *s,
                                 size_t n, struct bw_i2c_progress *progress)
{
    static struct bw_wire_step_request requests[2];
    struct bw_wire_step_request *rq = &requests[g->number];
    struct bw_client *c = &g->client;
    struct bw_reader body;
    enum bw_status status;

    rq->deadline_ms = 1000;
    rq->nsteps = (uint16_t)n;
    memcpy(rq->steps, s, n * sizeof(*s));
    bw_wire_put_step_request(bw_client_begin(c, BW_MSG_I2C_STEP), rq);
    status = bw_client_call(c, PATIENCE_MS, &body);
    if (status == BW_LINK_DOWN || status == BW_SHUTDOWN) {
        return status;
    }
    if (bw_wire_get_step_reply(&body, status, s, n, progress) != BW_OK) {
        blame(g, "the reply to steps does not parse");
    }
    return status;
}

/* After a list that came to @done steps and @byte bytes more. */
static bool check_steps(struct guest *g, enum bw_status status, size_t done,
                        unsigned byte)
{
    struct bw_i2c_progress progress;
    struct bw_i2c_step stop = { .op = BW_STEP_STOP };

    if (status == BW_LINK_DOWN || status == BW_SHUTDOWN) {
        return check_unknown(g);
    }
    if (status == BW_NACK_ADDR || status == BW_NACK_DATA) {
        enum bw_status last = call_steps(g, &stop, 1, &progress);

        if (last == BW_LINK_DOWN || last == BW_SHUTDOWN) {
            return check_status(g, last) && check_unknown(g);
        }
        if (last != BW_OK && last != BW_TIMEOUT) { /* too late is as good */
            return blame(g, "STOP after a NACK: %s", bw_status_name(last));
        }
    }
    if (armed(g, BW_FAULT_VANISH)) {
        return check_start(g);
    }
    return check_place(g, (unsigned)done / 2, done % 2 ? byte : 0);
}

/* How a client leaves in mid-transaction. */
static bool abandon(struct guest *g, bool hangs_up)
{
    struct bw_i2c_step stop = { .op = BW_STEP_STOP };
    struct bw_i2c_progress progress;
    enum bw_status status;

    if (hangs_up) {
        return check_unknown(g);
    }
    pause_us(2000 * TIMEOUT_MS); /* it is silent, and too late */
    status = call_steps(g, &stop, 1, &progress);
    if (status == BW_LINK_DOWN || status == BW_SHUTDOWN) {
        return check_status(g, status) && check_unknown(g);
    }
    /* an agent that is as late itself has not ended it */
    return (status == BW_TIMEOUT || status == BW_OK ||
            blame(g, "silent for long, then: %s", bw_status_name(status))) &&
           check_start(g);
}

/* Was the client itself so slow between two lists that it lost the bus? */
static bool was_slow(enum bw_status status, uint64_t begin_ns)
{
    return status == BW_TIMEOUT &&
           bw_clock_ns() > bw_clock_after_ms(begin_ns, TIMEOUT_MS);
}

static bool do_steps(struct guest *g)
{
    struct bw_i2c_step steps[2 * MAX_MSGS + 1];
    uint8_t written[MAX_MSGS][MAX_LEN];
    size_t count = deal_steps(&g->deal, steps);
    size_t done = 0;
    struct bw_i2c_progress progress = { 0, 0 };
    enum bw_status status = BW_OK;
    unsigned leave = below(&g->random, 8);
    uint64_t before_ns = bw_clock_ns(); /* the list before this one */

    tell_deal(g, "steps");
    memcpy(written, g->deal.bytes, sizeof(written));
    while (status == BW_OK && done < count) {
        size_t n = 1 + below(&g->random, (uint32_t)(count - done));
        uint64_t begin_ns = bw_clock_ns();

        status = call_steps(g, steps + done, n, &progress);
        if (g->wrong[0] || !came_in_time(g, begin_ns) ||
            (!was_slow(status, before_ns) && !check_status(g, status))) {
            return false;
        }
        before_ns = begin_ns;
        done += status == BW_OK ? n : progress.done;
        if (status == BW_OK && done < count && leave < 2) {
            return abandon(g, leave == 0);
        }
    }
    if (status != BW_OK) {
        return check_steps(g, status, done, progress.byte);
    }
    memcpy(written, g->deal.bytes, sizeof(written));
    return check_reads(g, written) &&
           (armed(g, BW_FAULT_VANISH) ? check_start(g)
                                      : check_place(g, g->deal.x.nmsgs, 0));
}

/* A client that dies with its request half sent, or sent and not awaited. */
static bool do_half(struct guest *g)
{
    struct bw_client *c = &g->client;
    struct bw_wire_i2c_request rq = { .deadline_ms = 1000, .xfer = g->deal.x };
    size_t len;

    tell_deal(g, "left");
    bw_wire_put_i2c_request(bw_client_begin(c, BW_MSG_I2C_XFER), &rq);
    if (bw_wire_end(&c->out, 0) != BW_OK) {
        return blame(g, "the request is too long");
    }
    len = 1 + below(&g->random, (uint32_t)c->out.pos);
    if (send(c->fd, c->conn.out, len, MSG_NOSIGNAL) < 0 && !g->stops) {
        return blame(g, "cannot send");
    }
    return check_unknown(g);
}

static bool one_transaction(struct guest *g)
{
    unsigned how = below(&g->random, 10);

    if (g->client.fd < 0 && !join(g)) {
        return false;
    }
    deal_random(&g->deal, &g->random, (uint8_t)(ADDR_A + g->number));
    g->before = *part_of(g);
    if (how == 0) {
        return do_half(g);
    }
    return how < 6 ? do_whole(g) : do_steps(g);
}

static void *be_guest(void *opaque)
{
    struct guest *g = opaque;
    int i;

    g->client.fd = -1;
    for (i = 0; i < TRANSACTIONS && one_transaction(g);) {
        i++;
    }
    bw_client_close(&g->client);
    return NULL;
}

/* A run */

static void add_random_fault(uint64_t *random, unsigned *kinds)
{
    static const uint32_t most_us[BW_FAULT_KIND_END] = {
        [BW_FAULT_STRETCH] = 2000 * TIMEOUT_MS,
        [BW_FAULT_HOLD_SDA] = 3000,
        [BW_FAULT_VANISH] = 5000,
        [BW_FAULT_LINK_DELAY] = 3000,
    };
    struct bw_wire_fault f = {
        .kind = (uint16_t)(1 + below(random, BW_FAULT_KIND_END - 1)),
        .addr = BW_FAULT_ANY,
        .byte = BW_FAULT_ANY,
        .skip = below(random, 4),
        .count = below(random, 4),
        .chance_ppm = below(random, 2) ? BW_FAULT_ALWAYS : 300000,
        .seed = next_random(random),
    };
    char text[BW_FAULT_TEXT_SIZE];
    uint32_t number;

    if (below(random, 2)) {
        f.addr = (uint16_t)(ADDR_A + below(random, 2));
    }
    if (bw_fault_has_byte(f.kind) && below(random, 2)) {
        f.byte = (uint16_t)below(random, 2 * MAX_LEN);
    }
    if (most_us[f.kind]) {
        f.time_us = 1 + below(random, most_us[f.kind]);
    }
    if (f.kind == BW_FAULT_FLIP) {
        f.mask = FLIP_MASK;
    }
    if ((f.kind == BW_FAULT_HOLD_SDA || f.kind == BW_FAULT_LINK_TEAR) &&
        f.count == 0) {
        f.count = 1;
    }
    assert_null(bw_fault_check(&f));
    assert_int_equal(bw_fault_set_add(bus->faults, &f, &number), BW_OK);
    *kinds |= 1u << f.kind;
    bw_fault_text_print(&f, text);
    if (loud) {
        print_message("# fault %s\n", text);
    }
}

static bool is_idle(void *opaque)
{
    bool idle;

    (void)opaque;
    pthread_mutex_lock(&server.lock);
    idle = server.slot_count == 0;
    pthread_mutex_unlock(&server.lock);
    pthread_mutex_lock(&bus->mutex);
    idle &= !bus->in_use && !bus->first;
    pthread_mutex_unlock(&bus->mutex);
    return idle && is_let_go(exports[0]) && is_let_go(exports[1]);
}

static bool are_counts_flat(void *opaque)
{
    (void)opaque;
    return count_entries("/proc/self/fd") <= base_fds &&
           count_entries("/proc/self/task") <= base_threads;
}

/* Both parts answer a new client, byte for byte. */
static void check_next_client(uint32_t seed)
{
    static struct bw_client c;

    for (unsigned i = 0; i < 2; i++) {
        struct bw_i2c_xfer x;
        uint8_t data[8];
        char text[48];

        snprintf(text, sizeof(text), "w2@0x%02x 3 0x5a w1 3 r1", ADDR_A + i);
        assert_int_equal(bw_i2c_xfer_parse(&x, text, data, sizeof(data), NULL),
                         BW_OK);
        if (bw_client_connect(&c, address) != BW_OK ||
            bw_client_open(&c, BW_EXPORT_I2C, i ? "b" : "a") != BW_OK ||
            bw_client_i2c(&c, &x) != BW_OK || x.msgs[2].data[0] != 0x5a) {
            fail_msg("SEED=%u: afterwards part %u: %s", seed, i, c.error);
        }
        bw_client_close(&c);
    }
}

static void check_nothing_is_left(uint32_t seed)
{
    if (!until(is_idle, NULL)) {
        fail_msg("SEED=%u: a session, lease or lock is left: %zu sessions, "
                 "leases %u %u, bus %s",
                 seed, server.slot_count, bw_lease_holders(&exports[0]->lease),
                 bw_lease_holders(&exports[1]->lease),
                 bus->in_use ? "locked" : "free");
    }
    if (cells_of[0]->busy || cells_of[1]->busy) {
        fail_msg("SEED=%u: a transaction was never ended", seed);
    }
    bw_fault_set_clear(bus->faults, 0);
    check_next_client(seed);
    if (!until(is_idle, NULL)) {
        fail_msg("SEED=%u: a session stays behind", seed);
    }
    if (base_fds && !until(are_counts_flat, NULL)) {
        fail_msg("SEED=%u: %u descriptors (before: %u), %u threads (%u)", seed,
                 count_entries("/proc/self/fd"), base_fds,
                 count_entries("/proc/self/task"), base_threads);
    }
}

static void one_run(uint32_t seed)
{
    static struct guest guests[2];
    uint64_t random = seed;
    unsigned kinds = 0;
    unsigned count = 1 + below(&random, 3);
    bool stops = below(&random, 20) == 0;
    unsigned i;

    bw_fault_set_clear(bus->faults, 0); /* of a run that failed */
    while (count-- > 0) {
        add_random_fault(&random, &kinds);
    }
    for (i = 0; i < 2; i++) {
        memset(&guests[i], 0, sizeof(guests[i]));
        guests[i].number = i;
        guests[i].random = random + i;
        guests[i].kinds = kinds;
        guests[i].stops = stops;
        assert_int_equal(
            pthread_create(&guests[i].thread, NULL, be_guest, &guests[i]), 0);
    }
    if (stops) {
        pause_us(below(&random, 8000));
        stop_agent();
        start_agent();
    }
    for (i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(guests[i].thread, NULL), 0);
    }
    for (i = 0; i < 2; i++) {
        if (guests[i].wrong[0]) {
            fail_msg("SEED=%u: %s", seed, guests[i].wrong);
        }
    }
    check_nothing_is_left(seed);
}

/* A hundred runs, or the one that is asked for. */
static void runs_leave_nothing_and_tell_the_truth(void **state)
{
    uint32_t *first = *state;
    const char *only = getenv("SEED");
    uint32_t wanted = only ? (uint32_t)atol(only) : 0;
    uint32_t seed;

    for (seed = *first; seed < *first + PER_POINT; seed++) {
        if (wanted && seed != wanted) {
            continue;
        }
        one_run(seed);
        if (!base_fds && seed >= FIRST_SEED + WARM_UP) {
            base_fds = count_entries("/proc/self/fd");
            base_threads = count_entries("/proc/self/task");
        }
    }
}

static int setup(void **state)
{
    struct bw_sim *sim = bw_sim_new(NULL);

    (void)state;
    loud = getenv("SEED") != NULL;
    bw_log_set_level(BW_LOG_ERROR);
    snprintf(address, sizeof(address), "unix:/tmp/bw-fault-runs.%ld",
             (long)getpid());
    assert_non_null(sim);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(
            bw_sim_add(sim, i ? "b" : "a", &part_cells, (uint8_t)(ADDR_A + i)),
            BW_OK);
    }
    bw_bench_init(&bench);
    bus = bw_bench_add_bus(&bench, "sim:runs", bw_sim_adapter(sim), sim);
    assert_true(bw_bench_add_faults(bus));
    bus->adapter->timeout_ms = TIMEOUT_MS;
    for (unsigned i = 0; i < 2; i++) {
        exports[i] = bw_bench_add_export(&bench, i ? "b" : "a", BW_EXPORT_I2C,
                                         bus, (uint16_t)(ADDR_A + i), "");
    }
    start_agent();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    stop_agent();
    bw_bench_finish(&bench);
    return 0;
}

int main(void)
{
    static uint32_t first[(LAST_SEED - FIRST_SEED + 1) / PER_POINT];
    struct CMUnitTest tests[ARRAY_LEN(first)];
    static char names[ARRAY_LEN(first)][32];

    for (size_t i = 0; i < ARRAY_LEN(first); i++) {
        first[i] = FIRST_SEED + (uint32_t)i * PER_POINT;
        snprintf(names[i], sizeof(names[i]), "seeds_%u_to_%u", first[i],
                 first[i] + PER_POINT - 1);
        tests[i] = (struct CMUnitTest){
            .name = names[i],
            .test_func = runs_leave_nothing_and_tell_the_truth,
            .initial_state = &first[i],
        };
    }
    return cmocka_run_group_tests_name("fault_runs", tests, setup, teardown);
}
