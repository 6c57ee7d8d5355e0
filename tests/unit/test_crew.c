/*
 * host-agent/crew.c: jobs are done, in few threads, and at the same time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdatomic.h>

#include "host-agent/crew.h"

static struct bw_crew crew;
static atomic_uint calls;
static pthread_barrier_t together;

static void count(void *arg)
{
    atomic_fetch_add(&calls, 1);
    *(pthread_t *)arg = pthread_self();
}

static void meet(void *arg)
{
    (void)arg;
    pthread_barrier_wait(&together);
    atomic_fetch_add(&calls, 1);
}

static void *caller(void *arg)
{
    bw_crew_run(&crew, meet, arg);
    return NULL;
}

static int begin_test(void **state)
{
    (void)state;
    atomic_store(&calls, 0);
    bw_crew_init(&crew);
    return 0;
}

static int end_test(void **state)
{
    (void)state;
    bw_crew_finish(&crew);
    return 0;
}

static void one_after_the_other_needs_one_thread(void **state)
{
    pthread_t first, at;

    (void)state;
    bw_crew_run(&crew, count, &first);
    assert_false(pthread_equal(first, pthread_self()));
    for (unsigned i = 1; i < 1000; i++) {
        bw_crew_run(&crew, count, &at);
    }
    assert_int_equal(atomic_load(&calls), 1000);
    assert_in_range(crew.count, 1, 2); /* it may not be back in time */
}

static void jobs_that_wait_for_each_other_are_done_together(void **state)
{
    pthread_t callers[BW_CREW_MAX];

    (void)state;
    for (unsigned round = 0; round < 10; round++) {
        pthread_barrier_init(&together, NULL, BW_CREW_MAX);
        for (unsigned i = 0; i < BW_CREW_MAX; i++) {
            assert_int_equal(pthread_create(&callers[i], NULL, caller, NULL),
                             0);
        }
        for (unsigned i = 0; i < BW_CREW_MAX; i++) {
            pthread_join(callers[i], NULL);
        }
        pthread_barrier_destroy(&together);
    }
    assert_int_equal(atomic_load(&calls), 10 * BW_CREW_MAX);
    assert_int_equal(crew.count, BW_CREW_MAX);
}

static void a_crew_that_was_never_asked_ends(void **state)
{
    (void)state;
    assert_int_equal(crew.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_after_the_other_needs_one_thread,
                                        begin_test, end_test),
        cmocka_unit_test_setup_teardown(
            jobs_that_wait_for_each_other_are_done_together, begin_test,
            end_test),
        cmocka_unit_test_setup_teardown(a_crew_that_was_never_asked_ends,
                                        begin_test, end_test),
    };

    return cmocka_run_group_tests_name("crew", tests, NULL, NULL);
}
