/*
 * lib/status.c: every code has its own words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <string.h>

#include "lib/status.h"

static void every_status_has_a_name_and_a_text(void **state)
{
    (void)state;
    for (unsigned s = 0; s < BW_STATUS_COUNT; s++) {
        assert_non_null(bw_status_name(s));
        assert_true(strlen(bw_status_name(s)) > 0);
        assert_string_not_equal(bw_status_name(s), "unknown");
        assert_non_null(bw_status_text(s));
        assert_true(strlen(bw_status_text(s)) > 0);
    }
}

static void no_two_statuses_share_their_words(void **state)
{
    (void)state;
    for (unsigned a = 0; a < BW_STATUS_COUNT; a++) {
        for (unsigned b = a + 1; b < BW_STATUS_COUNT; b++) {
            assert_string_not_equal(bw_status_name(a), bw_status_name(b));
            assert_string_not_equal(bw_status_text(a), bw_status_text(b));
        }
    }
}

static void a_status_outside_the_list_is_unknown(void **state)
{
    (void)state;
    assert_string_equal(bw_status_name(BW_STATUS_COUNT), "unknown");
    assert_string_equal(bw_status_name(0xffff), "unknown");
    assert_string_equal(bw_status_text(BW_STATUS_COUNT),
                        bw_status_text(0xffffffff));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name_and_a_text),
        cmocka_unit_test(no_two_statuses_share_their_words),
        cmocka_unit_test(a_status_outside_the_list_is_unknown),
    };

    return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
