/*
 * host-agent/bench.c: counted adapters and exports, also while sessions have
 * them; bus_lock.c: the lock around the transfers of an adapter.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "host-agent/backend_sim.h"
#include "host-agent/bench.h"
#include "host-agent/clock.h"
#include "host-agent/policy.h"

#define LONG_MS 10000

static struct bw_bench bench;
static struct bw_bus *bus;

struct waiter {
    pthread_t thread;
    uint32_t wait_ms;
    enum bw_status status;
    unsigned place; /* in the order of those served, from 1 */
    const atomic_bool *give_up;
};

static unsigned served; /* guarded by the bus */

static int setup(void **state)
{
    struct bw_sim *sim = bw_sim_new(NULL);

    (void)state;
    assert_non_null(sim);
    bw_bench_init(&bench);
    bus = bw_bench_add_bus(&bench, "sim:x", bw_sim_adapter(sim), sim);
    assert_non_null(bus);
    served = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    bw_bench_finish(&bench);
    return 0;
}

static void *wait_for_bus(void *opaque)
{
    struct waiter *w = opaque;

    bw_bus_give_up_by(w->give_up);
    w->status = bw_bus_lock(bus, bw_clock_after_ms(bw_clock_ns(), w->wait_ms));
    if (w->status == BW_OK) {
        w->place = ++served;
        bw_bus_unlock(bus);
    }
    return NULL;
}

static size_t queued(void)
{
    const struct bw_bus_waiter *w;
    size_t count = 0;

    pthread_mutex_lock(&bus->mutex);
    for (w = bus->first; w; w = w->next) {
        count++;
    }
    pthread_mutex_unlock(&bus->mutex);
    return count;
}

static void until_queued(size_t count)
{
    uint64_t end_ns = bw_clock_after_ms(bw_clock_ns(), LONG_MS);

    while (queued() != count) {
        assert_true(bw_clock_ns() < end_ns);
        sched_yield();
    }
}

static void start_waiter(struct waiter *w, uint32_t wait_ms)
{
    *w = (struct waiter){ .wait_ms = wait_ms };
    assert_int_equal(pthread_create(&w->thread, NULL, wait_for_bus, w), 0);
}

static void finish_waiter(struct waiter *w)
{
    assert_int_equal(pthread_join(w->thread, NULL), 0);
}

static void the_user_that_leaves_cannot_overtake_who_waits(void **state)
{
    struct waiter w;

    (void)state;
    assert_int_equal(bw_bus_lock(bus, 0), BW_OK);
    start_waiter(&w, LONG_MS);
    until_queued(1);
    bw_bus_unlock(bus);
    /* at once, as a session does that has its next request already */
    assert_int_equal(
        bw_bus_lock(bus, bw_clock_after_ms(bw_clock_ns(), LONG_MS)), BW_OK);
    assert_int_equal(served, 1);
    bw_bus_unlock(bus);
    finish_waiter(&w);
    assert_int_equal(w.status, BW_OK);
}

static void who_came_first_is_served_first(void **state)
{
    struct waiter w[4];

    (void)state;
    assert_int_equal(bw_bus_lock(bus, 0), BW_OK);
    for (size_t i = 0; i < ARRAY_LEN(w); i++) {
        start_waiter(&w[i], LONG_MS);
        until_queued(i + 1);
    }
    bw_bus_unlock(bus);
    for (size_t i = 0; i < ARRAY_LEN(w); i++) {
        finish_waiter(&w[i]);
        assert_int_equal(w[i].place, i + 1);
    }
}

static void who_gives_up_leaves_the_queue(void **state)
{
    struct waiter first, second, third;

    (void)state;
    assert_int_equal(bw_bus_lock(bus, 0), BW_OK);
    start_waiter(&first, LONG_MS);
    until_queued(1);
    start_waiter(&second, 50);
    start_waiter(&third, LONG_MS); /* before it or after it */
    finish_waiter(&second);
    assert_int_equal(second.status, BW_TIMEOUT);
    until_queued(2);
    bw_bus_unlock(bus);
    finish_waiter(&first);
    finish_waiter(&third);
    assert_int_equal(first.place, 1);
    assert_int_equal(third.place, 2);
    assert_int_equal(queued(), 0);
    assert_int_equal(bw_bus_lock(bus, 0), BW_OK); /* it is free again */
    bw_bus_unlock(bus);
}

static void who_is_told_to_give_up_does(void **state)
{
    atomic_bool give_up = false;
    struct waiter w = { .wait_ms = LONG_MS, .give_up = &give_up };
    struct waiter other;
    uint64_t begin_ns = bw_clock_ns();

    (void)state;
    assert_int_equal(bw_bus_lock(bus, 0), BW_OK);
    assert_int_equal(pthread_create(&w.thread, NULL, wait_for_bus, &w), 0);
    until_queued(1);
    start_waiter(&other, LONG_MS);
    until_queued(2);
    atomic_store(&give_up, true);
    bw_bus_wake(bus);
    finish_waiter(&w);
    assert_int_equal(w.status, BW_TIMEOUT);
    assert_true(bw_clock_ns() < bw_clock_after_ms(begin_ns, LONG_MS));
    assert_int_equal(queued(), 1); /* the other one waits on */
    bw_bus_unlock(bus);
    finish_waiter(&other);
    assert_int_equal(other.status, BW_OK);
}

/* An adapter that tells of its end. */
static bool closed;

static void note_close(struct bw_i2c_adapter *a)
{
    (void)a;
    closed = true;
}

static const struct bw_i2c_adapter_ops noting_ops = { .close = note_close };
static struct bw_i2c_adapter noting = { .ops = &noting_ops };

static void what_a_session_has_outlives_the_bench(void **state)
{
    struct bw_export *mine, *other;
    struct bw_bus *b;

    (void)state;
    closed = false;
    b = bw_bench_add_bus(&bench, "noting", &noting, NULL);
    assert_non_null(b);
    bw_bench_add_export(&bench, "mine", BW_EXPORT_I2C, b, 0x48, "");
    bw_bench_add_export(&bench, "other", BW_EXPORT_I2C, b, 0x48, "");
    mine = bw_bench_get_export(&bench, "mine");
    other = bw_bench_get_export(&bench, "other");
    assert_int_equal(bw_lease_take(&mine->lease, false, 0), BW_OK);
    bw_bench_clear(&bench);
    assert_null(bw_bench_get_export(&bench, "mine"));
    assert_int_equal(bw_lease_take(&other->lease, false, 0), BW_BUSY);
    bw_export_unref(other); /* and leaves the group of leases */
    assert_ptr_equal(mine->bus->leases.first, &mine->lease);
    assert_null(mine->lease.next);
    assert_false(closed);
    bw_lease_drop(&mine->lease);
    bw_export_unref(mine);
    assert_true(closed);
}

static void an_exchanged_bench_keeps_what_both_have(void **state)
{
    static struct bw_bench next;
    struct bw_export *kept, *gone, *list[BW_BENCH_MAX_EXPORTS];

    (void)state;
    kept = bw_bench_add_export(&bench, "kept", BW_EXPORT_I2C, bus, 1, "");
    gone = bw_bench_add_export(&bench, "gone", BW_EXPORT_I2C, bus, 2, "");
    assert_non_null(gone);
    bw_bench_init(&next);
    assert_true(bw_bench_keep_bus(&next, bus));
    assert_true(bw_bench_keep_bus(&next, bus));
    assert_int_equal(next.bus_count, 1);
    assert_true(bw_bench_keep_export(&next, kept));
    bw_bench_add_export(&next, "new", BW_EXPORT_GPIO, NULL, BW_ADDR_ANY, "");
    bw_bench_exchange(&bench, &next);
    assert_ptr_equal(bw_bench_find_export(&next, "gone"), gone);
    bw_bench_finish(&next);
    assert_int_equal(bw_bench_get_exports(&bench, list), 2);
    assert_ptr_equal(list[0], kept);
    assert_string_equal(list[1]->name, "new");
    bw_bench_put_exports(list, 2);
    assert_null(bw_bench_find_export(&bench, "gone"));
    assert_ptr_equal(bus->leases.first, &kept->lease);
    assert_null(kept->lease.next);
}

static void an_export_without_a_bus_has_a_lease_of_its_own(void **state)
{
    struct bw_export *e = bw_bench_add_export(&bench, "lines", BW_EXPORT_GPIO,
                                              NULL, BW_ADDR_ANY, "");

    (void)state;
    assert_int_equal(bw_lease_take(&e->lease, false, 0), BW_OK);
    assert_int_equal(bw_lease_take(&e->lease, false, 0), BW_BUSY);
    bw_lease_drop(&e->lease);
}

static void the_policy_of_a_bench_is_asked(void **state)
{
    (void)state;
    assert_true(bw_bench_may_open(&bench, "anybody", "x")); /* none: all may */
    assert_true(bw_bench_is_admin(&bench, "anybody"));
    bench.policy = malloc(sizeof(*bench.policy));
    assert_non_null(bench.policy);
    bw_policy_init(bench.policy);
    assert_true(bw_bench_knows(&bench, BW_IDENTITY_NETWORK));
    assert_false(bw_bench_knows(&bench, "anybody"));
    assert_false(bw_bench_may_open(&bench, "anybody", "x"));
    assert_false(bw_bench_may_open(&bench, BW_IDENTITY_NETWORK, "x"));
    assert_true(bw_bench_may_open(&bench, BW_IDENTITY_LOOPBACK, "x"));
    assert_false(bw_bench_is_admin(&bench, BW_IDENTITY_LOOPBACK));
    assert_true(bw_bench_is_admin(&bench, BW_IDENTITY_LOCAL));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_user_that_leaves_cannot_overtake_who_waits),
        TEST(who_came_first_is_served_first),
        TEST(who_gives_up_leaves_the_queue),
        TEST(who_is_told_to_give_up_does),
        TEST(what_a_session_has_outlives_the_bench),
        TEST(an_exchanged_bench_keeps_what_both_have),
        TEST(an_export_without_a_bus_has_a_lease_of_its_own),
        TEST(the_policy_of_a_bench_is_asked),
    };

    return cmocka_run_group_tests_name("bench", tests, NULL, NULL);
}
