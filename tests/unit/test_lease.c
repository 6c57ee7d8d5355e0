/*
 * host-agent/lease.c: alone or shared, and waiting for a holder to leave.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <pthread.h>

#include "host-agent/clock.h"
#include "host-agent/lease.h"

#define MS_NS 1000000u

static void a_second_exclusive_holder_is_refused(void **state)
{
    struct bw_lease l;

    (void)state;
    bw_lease_init(&l);
    assert_int_equal(bw_lease_take(&l, false, 0), BW_OK);
    assert_int_equal(bw_lease_take(&l, false, 0), BW_BUSY);
    assert_int_equal(bw_lease_holders(&l), 1);
    bw_lease_drop(&l);
    assert_int_equal(bw_lease_take(&l, false, 0), BW_OK);
    bw_lease_drop(&l);
    bw_lease_finish(&l);
}

static void those_who_all_share_hold_together(void **state)
{
    struct bw_lease l;

    (void)state;
    bw_lease_init(&l);
    assert_int_equal(bw_lease_take(&l, true, 0), BW_OK);
    assert_int_equal(bw_lease_take(&l, true, 0), BW_OK);
    assert_int_equal(bw_lease_holders(&l), 2);
    assert_int_equal(bw_lease_take(&l, false, 0), BW_BUSY);
    bw_lease_drop(&l);
    assert_int_equal(bw_lease_take(&l, false, 0), BW_BUSY);
    bw_lease_drop(&l);
    bw_lease_finish(&l);
}

static void an_exclusive_holder_keeps_sharers_out(void **state)
{
    struct bw_lease l;

    (void)state;
    bw_lease_init(&l);
    assert_int_equal(bw_lease_take(&l, false, 0), BW_OK);
    assert_int_equal(bw_lease_take(&l, true, 0), BW_BUSY);
    bw_lease_drop(&l);
    bw_lease_finish(&l);
}

static void taking_waits_until_the_deadline(void **state)
{
    struct bw_lease l;
    uint64_t begin_ns = bw_clock_ns();

    (void)state;
    bw_lease_init(&l);
    assert_int_equal(bw_lease_take(&l, false, 0), BW_OK);
    assert_int_equal(bw_lease_take(&l, false, bw_clock_after_ms(begin_ns, 20)),
                     BW_BUSY);
    assert_true(bw_clock_ns() - begin_ns >= 20 * MS_NS);
    bw_lease_drop(&l);
    bw_lease_finish(&l);
}

static void *drop(void *lease)
{
    bw_lease_drop(lease);
    return NULL;
}

static void a_holder_that_leaves_lets_the_next_one_in(void **state)
{
    struct bw_lease l;
    pthread_t thread;

    (void)state;
    bw_lease_init(&l);
    assert_int_equal(bw_lease_take(&l, false, 0), BW_OK);
    assert_int_equal(pthread_create(&thread, NULL, drop, &l), 0);
    assert_int_equal(
        bw_lease_take(&l, false, bw_clock_after_ms(bw_clock_ns(), 10000)),
        BW_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    bw_lease_drop(&l);
    bw_lease_finish(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_exclusive_holder_is_refused),
        cmocka_unit_test(those_who_all_share_hold_together),
        cmocka_unit_test(an_exclusive_holder_keeps_sharers_out),
        cmocka_unit_test(taking_waits_until_the_deadline),
        cmocka_unit_test(a_holder_that_leaves_lets_the_next_one_in),
    };

    return cmocka_run_group_tests_name("lease", tests, NULL, NULL);
}
