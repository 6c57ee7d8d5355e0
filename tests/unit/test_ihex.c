/*
 * lib/ihex.c: every record type, and every way a file can be damaged.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/ihex.h"

#define END ":00000001FF\n"

/* What a text puts where, as "ADDRESS:BYTES ..." */
static char got[1024];
static const char *complaint; /* of the sink */

static const char *put(void *opaque, uint32_t address, const uint8_t *bytes,
                       size_t len)
{
    size_t at = strlen(got);

    assert_ptr_equal(opaque, got);
    assert_true(len > 0);
    assert_true(at + 12 + 2 * len < sizeof(got));
    at += (size_t)sprintf(got + at, "%s%x:", at ? " " : "", address);
    for (size_t i = 0; i < len; i++) {
        at += (size_t)sprintf(got + at, "%02x", bytes[i]);
    }
    return complaint;
}

static bool parse(const char *text, struct bw_image_error *error)
{
    static const struct bw_image_sink sink = { put, got };

    got[0] = '\0';
    return bw_ihex_parse((const uint8_t *)text, strlen(text), &sink, error);
}

static void expect(const char *text, const char *wanted)
{
    struct bw_image_error e = { 0, "" };
    bool good = parse(text, &e);

    assert_string_equal(e.what, "");
    assert_true(good);
    assert_string_equal(got, wanted);
}

static void expect_error(const char *text, unsigned line, const char *what)
{
    struct bw_image_error e = { 99, NULL };

    assert_false(parse(text, &e));
    assert_non_null(e.what);
    assert_string_equal(e.what, what);
    assert_int_equal(e.line, line);
}

static void data_are_put_where_they_belong(void **state)
{
    (void)state;
    expect(END, "");
    expect(":01000000AA55\n" END, "0:aa");
    expect(":04FFFC001122334457\n" END, "fffc:11223344");
    expect(":0000000000\n" END, "");
}

static void linear_addresses_count_in_64_kb(void **state)
{
    (void)state;
    expect(":020000040001F9\n:01001000559A\n" END, "10010:55");
    expect(":020000041000EA\n:0110C0007CB3\n" END, "100010c0:7c");
    /* beyond the end of its 64 KB: goes on */
    expect(":020000040001F9\n:02FFFF001122CD\n" END, "1ffff:1122");
}

static void segment_addresses_count_in_16_bytes_and_wrap(void **state)
{
    (void)state;
    expect(":020000023000CC\n:020000000102FB\n" END, "30000:0102");
    expect(":020000020001FB\n:0100000055AA\n" END, "10:55");
    expect(":020000021000EC\n:02FFFF001122CD\n" END, "1ffff:11 10000:22");
    /* the last address record counts, whichever type */
    expect(":020000021000EC\n:020000040000FA\n:0100000055AA\n" END, "0:55");
}

static void start_addresses_are_no_data(void **state)
{
    (void)state;
    expect(":0400000500018E2147\n:0400000300003C3C81\n" END, "");
}

static void layout_does_not_matter(void **state)
{
    (void)state;
    expect(":01000000AA55\r\n:00000001FF\r\n", "0:aa");
    expect(":01000000aa55\n:00000001ff\n", "0:aa");
    expect("\n\n  :01000000AA55  \n \t \r\n" END, "0:aa");
    expect(":01000000AA55\n:00000001FF", "0:aa");
}

static void nothing_after_the_end_is_looked_at(void **state)
{
    (void)state;
    expect(END "not a record\n", "");
    expect(END ":01000000AA55\n", "");
}

/* The example of the format's document, shortened, with both sections */
static void universal_hex_gives_the_half_for_v1(void **state)
{
    (void)state;
    expect(":020000040000FA\n"
           ":0400000A9900C0DEBB\n"
           ":040000001122334452\n"
           ":020000040001F9\n"
           ":0100000055AA\n"
           ":0400000CFFFFFFFFF4\n"
           ":0000000BF5\n"
           ":020000040000FA\n"
           ":0400000A9903C0DEB8\n"
           ":0400000D999999998B\n"
           ":0400000BFFFFFFFFF5\n" END,
           "0:11223344 10000:55");
}

/* 9901: the board's version 1.5; plain data in a section of another board */
static void the_block_start_says_whose_data_follow(void **state)
{
    (void)state;
    expect(":0400000A9901C0DEBA\n:0100000055AA\n" END, "0:55");
    expect(":0200000A990358\n:0100000055AA\n" END, "");
    expect(":0200000A990457\n:0100000055AA\n" END, "");
    expect(":0200000A990457\n:0200000A99005B\n:0100000055AA\n" END, "0:55");
}

/* 0E: MakeCode's source; 06: nobody's */
static void other_types_are_skipped(void **state)
{
    (void)state;
    expect(":1000000E41140E2FB82FA2BB00000000000000000C\n"
           ":02000006FFFFFA\n:0100000DFFF3\n:0100000CFFF4\n" END,
           "");
}

static void damage_is_told_with_its_line(void **state)
{
    (void)state;
    expect_error(":01000000AA56\n" END, 1, "the checksum is wrong");
    expect_error("\n\n:01000000AA55\n:01000000AB55\n" END, 4,
                 "the checksum is wrong");
    expect_error(":01000000AG55\n" END, 1,
                 "a character is not a hexadecimal digit");
    expect_error(":01000000:A55\n" END, 1,
                 "a character is not a hexadecimal digit");
    expect_error(":02000000AA54\n" END, 1,
                 "the record is shorter than it says");
    expect_error(":01000000AA5\n" END, 1, "the record is shorter than it says");
    expect_error(":", 1, "the record is shorter than it says");
    expect_error(":01000000AABB9A\n" END, 1,
                 "the record is longer than it says");
    expect_error(":01000000AA55 :00000001FF\n", 1,
                 "the record is longer than it says");
    expect_error(":01000000AA55\r\nhello\n" END, 2,
                 "the line does not start with a colon");
}

static void records_have_the_length_of_their_type(void **state)
{
    (void)state;
    expect_error(":0100000400FB\n" END, 1,
                 "the length is not that of an address record");
    expect_error(":03000002000000FB\n" END, 1,
                 "the length is not that of an address record");
    expect_error(":0100000500FA\n" END, 1,
                 "the length is not that of a start record");
    expect_error(":0000000AF6\n" END, 1, "the record names no board");
    expect_error(":0100000AFFF6\n" END, 1, "the record names no board");
    expect_error(":0100000100FE\n", 1, "the end-of-file record holds data");
}

static void a_file_that_is_cut_short_is_an_error(void **state)
{
    const char *const cut = "has no end-of-file record; it is cut short";

    (void)state;
    expect_error("", 0, cut);
    expect_error(":01000000AA55\n", 0, cut);
    expect_error(":01000000AA55", 0, cut);
    expect_error(":01000000AA55\n\n", 0, cut);
}

static void nothing_lies_beyond_4_gb(void **state)
{
    (void)state;
    expect(":02000004FFFFFC\n:02FFFE0055AA02\n" END, "fffffffe:55aa");
    expect_error(":02000004FFFFFC\n:02FFFF0055AA01\n" END, 2,
                 "the address is beyond 4 GB");
}

static void a_complaint_of_the_receiver_ends_it(void **state)
{
    (void)state;
    complaint = "there is no room";
    expect_error(":01000000AA55\n:0100000055AA\n" END, 1, "there is no room");
    assert_string_equal(got, "0:aa");
    complaint = NULL;
}

static void a_text_is_recognized_by_its_colon(void **state)
{
    (void)state;
    assert_true(bw_ihex_detect((const uint8_t *)":", 1));
    assert_true(bw_ihex_detect((const uint8_t *)"\r\n :", 4));
    assert_false(bw_ihex_detect((const uint8_t *)"\r\n :", 3));
    assert_false(bw_ihex_detect((const uint8_t *)"S00", 3));
    assert_false(bw_ihex_detect(NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_are_put_where_they_belong),
        cmocka_unit_test(linear_addresses_count_in_64_kb),
        cmocka_unit_test(segment_addresses_count_in_16_bytes_and_wrap),
        cmocka_unit_test(start_addresses_are_no_data),
        cmocka_unit_test(layout_does_not_matter),
        cmocka_unit_test(nothing_after_the_end_is_looked_at),
        cmocka_unit_test(universal_hex_gives_the_half_for_v1),
        cmocka_unit_test(the_block_start_says_whose_data_follow),
        cmocka_unit_test(other_types_are_skipped),
        cmocka_unit_test(damage_is_told_with_its_line),
        cmocka_unit_test(records_have_the_length_of_their_type),
        cmocka_unit_test(a_file_that_is_cut_short_is_an_error),
        cmocka_unit_test(nothing_lies_beyond_4_gb),
        cmocka_unit_test(a_complaint_of_the_receiver_ends_it),
        cmocka_unit_test(a_text_is_recognized_by_its_colon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
