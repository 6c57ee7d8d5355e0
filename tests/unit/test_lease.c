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

static struct bw_lease_group group;
static struct bw_lease one;

static int setup(void **state)
{
    (void)state;
    bw_lease_group_init(&group);
    bw_lease_init(&one, &group, true, 0x48);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    bw_lease_group_finish(&group);
    return 0;
}

static void a_second_exclusive_holder_is_refused(void **state)
{
    (void)state;
    assert_int_equal(bw_lease_take(&one, false, 0), BW_OK);
    assert_int_equal(bw_lease_take(&one, false, 0), BW_BUSY);
    assert_int_equal(bw_lease_holders(&one), 1);
    bw_lease_drop(&one);
    assert_int_equal(bw_lease_take(&one, false, 0), BW_OK);
    bw_lease_drop(&one);
}

static void those_who_all_share_hold_together(void **state)
{
    (void)state;
    assert_int_equal(bw_lease_take(&one, true, 0), BW_OK);
    assert_int_equal(bw_lease_take(&one, true, 0), BW_OK);
    assert_int_equal(bw_lease_holders(&one), 2);
    assert_int_equal(bw_lease_take(&one, false, 0), BW_BUSY);
    bw_lease_drop(&one);
    assert_int_equal(bw_lease_take(&one, false, 0), BW_BUSY);
    bw_lease_drop(&one);
}

static void an_exclusive_holder_keeps_sharers_out(void **state)
{
    (void)state;
    assert_int_equal(bw_lease_take(&one, false, 0), BW_OK);
    assert_int_equal(bw_lease_take(&one, true, 0), BW_BUSY);
    bw_lease_drop(&one);
}

static void taking_waits_until_the_deadline(void **state)
{
    uint64_t begin_ns = bw_clock_ns();

    (void)state;
    assert_int_equal(bw_lease_take(&one, false, 0), BW_OK);
    assert_int_equal(
        bw_lease_take(&one, false, bw_clock_after_ms(begin_ns, 20)), BW_BUSY);
    assert_true(bw_clock_ns() - begin_ns >= 20 * MS_NS);
    bw_lease_drop(&one);
}

static void *drop(void *lease)
{
    bw_lease_drop(lease);
    return NULL;
}

static void a_holder_that_leaves_lets_the_next_one_in(void **state)
{
    pthread_t thread;

    (void)state;
    assert_int_equal(bw_lease_take(&one, false, 0), BW_OK);
    assert_int_equal(pthread_create(&thread, NULL, drop, &one), 0);
    assert_int_equal(
        bw_lease_take(&one, false, bw_clock_after_ms(bw_clock_ns(), 10000)),
        BW_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    bw_lease_drop(&one);
}

/* Two exports of one adapter: who may hold the second besides the first? */
static void check_pair(bool parts, uint16_t addr, bool share_first,
                       bool share_second, enum bw_status second)
{
    struct bw_lease other;

    bw_lease_init(&other, &group, parts, addr);
    assert_int_equal(bw_lease_take(&one, share_first, 0), BW_OK);
    assert_int_equal(bw_lease_take(&other, share_second, 0), second);
    if (second == BW_OK) {
        bw_lease_drop(&other);
    }
    bw_lease_drop(&one);
    assert_int_equal(bw_lease_take(&other, share_second, 0), BW_OK);
    assert_int_equal(bw_lease_take(&one, share_first, 0), second);
    if (second == BW_OK) {
        bw_lease_drop(&one);
    }
    bw_lease_drop(&other);
    group.first = other.next; /* it goes out of scope */
}

static void another_part_is_free(void **state)
{
    (void)state;
    check_pair(true, 0x49, false, false, BW_OK);
}

static void the_same_part_by_another_export_is_not(void **state)
{
    (void)state;
    check_pair(true, 0x48, false, false, BW_BUSY);
    check_pair(true, 0x48, true, false, BW_BUSY);
    check_pair(true, 0x48, false, true, BW_BUSY);
}

static void the_whole_bus_has_every_part(void **state)
{
    (void)state;
    check_pair(true, BW_LEASE_ALL, false, false, BW_BUSY);
    check_pair(true, BW_LEASE_ALL, false, true, BW_BUSY);
    check_pair(true, BW_LEASE_ALL, true, false, BW_BUSY);
}

static void those_who_all_share_hold_what_overlaps(void **state)
{
    (void)state;
    check_pair(true, 0x48, true, true, BW_OK);
    check_pair(true, BW_LEASE_ALL, true, true, BW_OK);
}

static void what_has_no_parts_is_in_nobodys_way(void **state)
{
    (void)state;
    check_pair(false, BW_LEASE_ALL, false, true, BW_OK);
}

static void a_holder_of_what_overlaps_that_leaves_lets_one_in(void **state)
{
    struct bw_lease all;
    pthread_t thread;

    (void)state;
    bw_lease_init(&all, &group, true, BW_LEASE_ALL);
    assert_int_equal(bw_lease_take(&all, false, 0), BW_OK);
    assert_int_equal(pthread_create(&thread, NULL, drop, &all), 0);
    assert_int_equal(
        bw_lease_take(&one, false, bw_clock_after_ms(bw_clock_ns(), 10000)),
        BW_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    bw_lease_drop(&one);
}

#define leased(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        leased(a_second_exclusive_holder_is_refused),
        leased(those_who_all_share_hold_together),
        leased(an_exclusive_holder_keeps_sharers_out),
        leased(taking_waits_until_the_deadline),
        leased(a_holder_that_leaves_lets_the_next_one_in),
        leased(another_part_is_free),
        leased(the_same_part_by_another_export_is_not),
        leased(the_whole_bus_has_every_part),
        leased(those_who_all_share_hold_what_overlaps),
        leased(what_has_no_parts_is_in_nobodys_way),
        leased(a_holder_of_what_overlaps_that_leaves_lets_one_in),
    };

    return cmocka_run_group_tests_name("lease", tests, NULL, NULL);
}
