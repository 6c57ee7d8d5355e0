/*
 * host-agent/tls_limit.c: who may begin a handshake, by a clock of the test's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <string.h>

#include "host-agent/tls_limit.h"

#define MS 1000000ull /* in nanoseconds */

static struct bw_tls_limit limit;
static uint64_t now_ns;
static char error[256];

static int begin_test(void **state)
{
    (void)state;
    bw_tls_limit_init(&limit);
    now_ns = 1000000 * MS;
    return 0;
}

static int end_test(void **state)
{
    (void)state;
    assert_int_equal(limit.under_way, 0);
    bw_tls_limit_finish(&limit);
    return 0;
}

static const uint8_t *source(unsigned number)
{
    static uint8_t out[BW_TLS_LIMIT_SOURCE_SIZE];

    out[12] = 10;
    out[14] = (uint8_t)(number >> 8);
    out[15] = (uint8_t)number;
    return out;
}

static bool admit(unsigned from)
{
    return bw_tls_limit_admit(&limit, source(from), now_ns, error,
                              sizeof(error));
}

static void begin(unsigned from)
{
    bw_tls_limit_begin(&limit, source(from), now_ns);
}

static void end(unsigned from, bool good)
{
    bw_tls_limit_end(&limit, source(from), good, now_ns);
}

/* Returns how many are let in of @count that fail. */
static unsigned fail_often(unsigned from, unsigned count)
{
    unsigned in = 0;

    for (unsigned i = 0; i < count; i++) {
        if (admit(from)) {
            in++;
            begin(from);
            end(from, false);
        }
    }
    return in;
}

static void what_succeeds_is_not_limited(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 10000; i++) {
        assert_true(admit(1));
        begin(1);
        end(1, true);
    }
}

static void failures_of_one_address_are_let_in_slowly(void **state)
{
    (void)state;
    assert_int_equal(fail_often(1, 1000), BW_TLS_LIMIT_BURST_ONE);
    now_ns += 10000 * MS;
    assert_int_equal(fail_often(1, 1000), 10 * BW_TLS_LIMIT_RATE_ONE);
    now_ns += 3600000 * MS;
    assert_int_equal(fail_often(1, 1000), BW_TLS_LIMIT_BURST_ONE);
}

static void one_address_does_not_shut_out_another(void **state)
{
    (void)state;
    fail_often(1, 1000);
    assert_false(admit(1));
    assert_true(admit(2));
}

static void many_addresses_share_a_limit_that_the_known_do_not(void **state)
{
    unsigned in = 0;

    (void)state;
    begin(1);
    end(1, true);
    for (unsigned i = 100; i < 150; i++) {
        in += fail_often(i, 10);
    }
    assert_int_equal(in, BW_TLS_LIMIT_BURST);
    assert_false(admit(2));
    assert_true(admit(1));
    now_ns += 1000 * MS;
    for (unsigned i = 150; i < 200; i++) {
        in += fail_often(i, 10);
    }
    assert_int_equal(in, BW_TLS_LIMIT_BURST + BW_TLS_LIMIT_RATE);
}

static void handshakes_under_way_are_bounded(void **state)
{
    (void)state;
    begin(1);
    end(1, true);
    for (unsigned i = 0; i < BW_TLS_LIMIT_FROM_ONE; i++) {
        assert_true(admit(2));
        begin(2);
    }
    assert_false(admit(2));
    assert_non_null(strstr(error, "of this address are under way"));
    for (unsigned i = 0; i < BW_TLS_LIMIT_UNDER_WAY - BW_TLS_LIMIT_FROM_ONE;
         i++) {
        assert_true(admit(100 + i));
        begin(100 + i);
    }
    assert_false(admit(3));
    assert_true(admit(1)); /* known */
    end(2, true);
    assert_true(admit(3));
    for (unsigned i = 1; i < BW_TLS_LIMIT_FROM_ONE; i++) {
        end(2, true);
    }
    for (unsigned i = 0; i < BW_TLS_LIMIT_UNDER_WAY - BW_TLS_LIMIT_FROM_ONE;
         i++) {
        end(100 + i, true);
    }
}

static void the_log_is_told_once_in_a_while(void **state)
{
    (void)state;
    fail_often(1, BW_TLS_LIMIT_BURST_ONE);
    assert_false(admit(1));
    assert_non_null(strstr(error, "more slowly"));
    assert_false(admit(1));
    assert_string_equal(error, "");
    now_ns += BW_TLS_LIMIT_QUIET_MS * MS;
    fail_often(1, 1000);
    assert_false(admit(1));
    assert_string_equal(error, "");
    now_ns += BW_TLS_LIMIT_QUIET_MS * MS;
    fail_often(1, 21);
    assert_string_not_equal(error, "");
}

static void a_known_address_outlives_a_flood_of_others(void **state)
{
    (void)state;
    begin(1);
    end(1, true);
    for (unsigned i = 100; i < 100 + 4 * BW_TLS_LIMIT_SOURCES; i++) {
        now_ns += 100 * MS;
        fail_often(i, 1);
    }
    for (unsigned i = 1000; i < 1050; i++) {
        fail_often(i, 10);
    }
    assert_false(admit(2));
    assert_true(admit(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_succeeds_is_not_limited,
                                        begin_test, end_test),
        cmocka_unit_test_setup_teardown(
            failures_of_one_address_are_let_in_slowly, begin_test, end_test),
        cmocka_unit_test_setup_teardown(one_address_does_not_shut_out_another,
                                        begin_test, end_test),
        cmocka_unit_test_setup_teardown(
            many_addresses_share_a_limit_that_the_known_do_not, begin_test,
            end_test),
        cmocka_unit_test_setup_teardown(handshakes_under_way_are_bounded,
                                        begin_test, end_test),
        cmocka_unit_test_setup_teardown(the_log_is_told_once_in_a_while,
                                        begin_test, end_test),
        cmocka_unit_test_setup_teardown(
            a_known_address_outlives_a_flood_of_others, begin_test, end_test),
    };

    return cmocka_run_group_tests_name("tls limit", tests, NULL, NULL);
}
