/*
 * host-agent/log_quota.c: lines that others can bring about at will.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include "host-agent/log_quota.h"

#define NS_PER_MS 1000000u
#define START_NS  5u /* any */

static void a_flood_is_cut_and_counted(void **state)
{
    struct bw_log_quota q = { 0 };
    uint64_t now_ns = START_NS;
    unsigned dropped = 99;
    int i;

    (void)state;
    for (i = 0; i < BW_LOG_QUOTA_LINES; i++, now_ns++) {
        assert_true(bw_log_quota_take(&q, now_ns, &dropped));
        assert_int_equal(dropped, 0);
    }
    for (i = 0; i < 1000; i++, now_ns++) {
        assert_false(bw_log_quota_take(&q, now_ns, &dropped));
        assert_int_equal(dropped, 0);
    }
    now_ns = START_NS + (uint64_t)BW_LOG_QUOTA_MS * NS_PER_MS;
    assert_false(bw_log_quota_take(&q, now_ns - 1, &dropped));
    assert_true(bw_log_quota_take(&q, now_ns, &dropped));
    assert_int_equal(dropped, 1001);
    assert_true(bw_log_quota_take(&q, now_ns, &dropped));
    assert_int_equal(dropped, 0); /* it was told of */
}

static void now_and_then_is_no_flood(void **state)
{
    struct bw_log_quota q = { 0 };
    uint64_t now_ns = START_NS;
    unsigned dropped;
    int i;

    (void)state;
    for (i = 0; i < 10 * BW_LOG_QUOTA_LINES; i++) {
        assert_true(bw_log_quota_take(&q, now_ns, &dropped));
        now_ns += (uint64_t)BW_LOG_QUOTA_MS * NS_PER_MS / BW_LOG_QUOTA_LINES;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flood_is_cut_and_counted),
        cmocka_unit_test(now_and_then_is_no_flood),
    };

    return cmocka_run_group_tests_name("log quota", tests, NULL, NULL);
}
