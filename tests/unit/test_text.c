/*
 * lib/text.c: UTF-8 of RFC 3629, without control characters.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdbool.h>
#include <string.h>

#include "lib/text.h"

static bool ok(const char *s)
{
    return bw_text_ok((const uint8_t *)s, strlen(s));
}

static void plain_and_accented_text_is_accepted(void **state)
{
    (void)state;
    assert_true(bw_text_ok(NULL, 0));
    assert_true(ok("thermometer on the desk ~"));
    assert_true(ok("21.5 \xc2\xb0"
                   "C"));                        /* U+00B0 */
    assert_true(ok("\xe2\x84\xa6"));             /* U+2126 */
    assert_true(ok("\xef\xbf\xbf"));             /* U+FFFF */
    assert_true(ok("\xf0\x90\x80\x80"));         /* U+10000 */
    assert_true(ok("\xf4\x8f\xbf\xbf"));         /* U+10FFFF, the last */
    assert_true(ok("\xed\x9f\xbf\xee\x80\x80")); /* around the surrogates */
}

static void every_control_character_is_refused(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 0x20; c++) {
        const uint8_t text[3] = { 'a', (uint8_t)c, 'b' };

        assert_false(bw_text_ok(text, sizeof(text)));
    }
    assert_false(ok("\x7f"));
    for (unsigned c = 0x80; c < 0xa0; c++) {
        const uint8_t text[2] = { 0xc2, (uint8_t)c };

        assert_false(bw_text_ok(text, sizeof(text)));
    }
    assert_true(ok("\xc2\xa0"));
}

static void what_is_not_utf8_is_refused(void **state)
{
    static const char *const bad[] = {
        "\x80",             /* continuation without a start */
        "\xc0\xaf",         /* overlong '/' */
        "\xc1\xbf",         /* overlong, two bytes */
        "\xe0\x9f\xbf",     /* overlong, three bytes */
        "\xf0\x8f\xbf\xbf", /* overlong, four bytes */
        "\xed\xa0\x80",     /* U+D800, a surrogate */
        "\xed\xbf\xbf",     /* U+DFFF, the last surrogate */
        "\xf4\x90\x80\x80", /* U+110000 */
        "\xf5\x80\x80\x80", /* never a first byte */
        "\xff",
        "\xc2",         /* cut after one byte */
        "\xe2\x84",     /* cut after two */
        "\xf0\x90\x80", /* cut after three */
        "\xc2z",        /* not a continuation */
        "\xe2\x84z",
        "\xf0\x90\x80z",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (ok(bad[i])) {
            fail_msg("text %zu was accepted", i);
        }
    }
}

static void a_cut_keeps_characters_whole(void **state)
{
    (void)state;
    assert_int_equal(bw_text_cut("abc", 10), 3);
    assert_int_equal(bw_text_cut("abc", 3), 3);
    assert_int_equal(bw_text_cut("abc", 2), 2);
    assert_int_equal(bw_text_cut("a\xe2\x84\xa6", 4), 4);
    assert_int_equal(bw_text_cut("a\xe2\x84\xa6", 3), 1);
    assert_int_equal(bw_text_cut("a\xe2\x84\xa6", 2), 1);
    assert_int_equal(bw_text_cut("a\xe2\x84\xa6z", 4), 4);
    assert_int_equal(bw_text_cut("\xe2\x84\xa6", 2), 0);
    assert_int_equal(bw_text_cut("", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_and_accented_text_is_accepted),
        cmocka_unit_test(every_control_character_is_refused),
        cmocka_unit_test(what_is_not_utf8_is_refused),
        cmocka_unit_test(a_cut_keeps_characters_whole),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
