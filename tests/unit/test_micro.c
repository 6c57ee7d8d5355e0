/*
 * host-agent/micro.c: physical values as text, exactly.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include "host-agent/micro.h"

static const struct {
    const char *text; /* as printed */
    int64_t micro;
} cases[] = {
    { "0", 0 },
    { "21.5", 21500000 },
    { "-0.0625", -62500 },
    { "-55", -55000000 },
    { "0.000001", 1 },
    { "-0.000001", -1 },
    { "100", 100000000 },
    { "9223372036854.7", INT64_C(9223372036854700000) },
};

static void values_are_parsed_and_printed_exactly(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[BW_MICRO_TEXT_SIZE];
        int64_t micro = 77;

        assert_true(bw_micro_parse(cases[i].text, &micro));
        assert_true(micro == cases[i].micro);
        bw_micro_print(micro, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void the_extremes_fit_their_text(void **state)
{
    char text[BW_MICRO_TEXT_SIZE];

    (void)state;
    bw_micro_print(INT64_MIN, text);
    assert_string_equal(text, "-9223372036854.775808");
    bw_micro_print(INT64_MAX, text);
    assert_string_equal(text, "9223372036854.775807");
}

static void other_spellings_of_a_number_are_taken(void **state)
{
    int64_t micro = 0;

    (void)state;
    assert_true(bw_micro_parse("+3", &micro));
    assert_true(micro == 3000000);
    assert_true(bw_micro_parse(".5", &micro));
    assert_true(micro == 500000);
    assert_true(bw_micro_parse("007.", &micro));
    assert_true(micro == 7000000);
}

static void what_is_no_number_is_refused(void **state)
{
    static const char *const bad[] = {
        "",      "-",    ".",         "+.",  "abc",
        "1e3",   "0x10", "1.0000001", " 1",  "1 ",
        "1.5.2", "--1",  "1,5",       "nan", "9999999999999999999",
        "25C",   "1/2",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t micro = 77;

        assert_false(bw_micro_parse(bad[i], &micro));
        assert_true(micro == 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_parsed_and_printed_exactly),
        cmocka_unit_test(the_extremes_fit_their_text),
        cmocka_unit_test(other_spellings_of_a_number_are_taken),
        cmocka_unit_test(what_is_no_number_is_refused),
    };

    return cmocka_run_group_tests_name("micro", tests, NULL, NULL);
}
