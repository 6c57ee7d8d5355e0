/*
 * Which USB device an export means: ports, numbers, filters as they are
 * written, and what matches.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <string.h>

#include "host-agent/usb_select.h"

static const struct bw_usb_what ftdi = {
    .present = true,
    .vendor = 0x0403,
    .product = 0x6001,
    .port = "1-1.4",
    .serial = "A50285BI",
    .name = "FTDI FT232R",
};

static void ports_are_written_as_sysfs_does(void **state)
{
    static const char *const good[] = { "1-1", "1-1.4", "12-3.10.2",
                                        "1-1.2.3.4.5.6.7" };
    static const char *const bad[] = {
        "",
        "1",
        "usb1",
        "1-",
        "1-0",
        "0-1",
        "1-1.",
        "1-1:1.0",
        "1.1-1",
        "1-1 ",
        "1-1.1-1",
        "1000-1",
        "1-1..2",
        "-1-1",
        "1-a",
        "1-1.4/",
        "1-1.2.3.4.5.6.7.8",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        assert_true(bw_usb_is_port(good[i]));
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (bw_usb_is_port(bad[i])) {
            fail_msg("\"%s\" is taken for a port", bad[i]);
        }
    }
}

static void numbers_are_two_of_four_digits(void **state)
{
    static const char *const bad[] = { "",          "0403",       "403:6001",
                                       "0403:601",  "0403:60011", "0403-6001",
                                       "0x03:6001", "g403:6001",  "0403:600g" };
    uint16_t vendor, product;

    (void)state;
    assert_true(bw_usb_parse_id("0403:60Ff", &vendor, &product));
    assert_int_equal(vendor, 0x0403);
    assert_int_equal(product, 0x60ff);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (bw_usb_parse_id(bad[i], &vendor, &product)) {
            fail_msg("\"%s\" is taken for numbers", bad[i]);
        }
    }
}

static void filters_have_five_fields_each(void **state)
{
    static const char *const good[] = {
        "-1,-1,-1,-1,1",
        "0x08,-1,-1,-1,0|-1,-1,-1,-1,1",
        "3,0x46d,0xc077,0x7200,1",
    };
    static const char *const bad[] = {
        "",
        "-1,-1,-1,1",
        "-1,-1,-1,-1,2",
        "-1,-1,-1,-1,-1",
        "256,-1,-1,-1,1",
        "-1,65536,-1,-1,1",
        "-1,-1,-1,-1,1|",
        "|-1,-1,-1,-1,1",
        "-1, -1,-1,-1,1",
        "-1,-1,-1,-1,1,",
        "a,-1,-1,-1,1",
        "99999999999999999999,-1,-1,-1,1",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        assert_true(bw_usb_is_filter(good[i]));
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (bw_usb_is_filter(bad[i])) {
            fail_msg("\"%s\" is taken for a filter", bad[i]);
        }
    }
}

static void all_that_is_given_must_match(void **state)
{
    struct bw_usb_select s = { .port = "1-1.4" };

    (void)state;
    assert_true(bw_usb_select_matches(&s, &ftdi));
    strcpy(s.serial, "A50285BI");
    s.has_id = true;
    s.vendor = 0x0403;
    s.product = 0x6001;
    assert_true(bw_usb_select_matches(&s, &ftdi));
    s.product = 0x6002;
    assert_false(bw_usb_select_matches(&s, &ftdi));
    s.product = 0x6001;
    strcpy(s.serial, "A50285B");
    assert_false(bw_usb_select_matches(&s, &ftdi));
    s.serial[0] = '\0';
    strcpy(s.port, "1-1");
    assert_false(bw_usb_select_matches(&s, &ftdi));
}

static void two_are_the_same_if_they_mean_the_same(void **state)
{
    struct bw_usb_select a = { .has_id = true, .vendor = 1, .product = 2 };
    struct bw_usb_select b = a;

    (void)state;
    assert_true(bw_usb_select_same(&a, &b));
    assert_true(bw_usb_select_any(&a));
    b.has_id = false;
    assert_false(bw_usb_select_same(&a, &b));
    assert_false(bw_usb_select_any(&b));
    b = a;
    strcpy(b.port, "1-1");
    assert_false(bw_usb_select_same(&a, &b));
}

static void sentences_name_what_is_known(void **state)
{
    struct bw_usb_select s = { .has_id = true,
                               .vendor = 0x403,
                               .product = 0x6001,
                               .serial = "A1",
                               .port = "1-1" };
    struct bw_usb_what bare = { .vendor = 0x403, .product = 0x6001 };
    char text[128], little[12];

    (void)state;
    bw_usb_select_print(&s, text, sizeof(text));
    assert_string_equal(text, "device 0403:6001 with serial A1 at port 1-1");
    bw_usb_what_print(&ftdi, text, sizeof(text));
    assert_string_equal(text,
                        "0403:6001 FTDI FT232R, serial A50285BI, port 1-1.4");
    bw_usb_what_print(&bare, text, sizeof(text));
    assert_string_equal(text, "0403:6001");
    bw_usb_what_print(&ftdi, little, sizeof(little));
    assert_string_equal(little, "0403:6001 F");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports_are_written_as_sysfs_does),
        cmocka_unit_test(numbers_are_two_of_four_digits),
        cmocka_unit_test(filters_have_five_fields_each),
        cmocka_unit_test(all_that_is_given_must_match),
        cmocka_unit_test(two_are_the_same_if_they_mean_the_same),
        cmocka_unit_test(sentences_name_what_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
