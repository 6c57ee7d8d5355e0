/*
 * lib/i2c_xfer.c and i2c_xfer_parse.c: limits, printing, parsing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdio.h>
#include <string.h>

#include "lib/i2c_xfer.h"

static uint8_t room[2 * BW_I2C_MAX_BYTES];

static struct bw_i2c_xfer one_msg(uint16_t addr, uint16_t flags, uint16_t len)
{
    struct bw_i2c_xfer x = { .nmsgs = 1 };

    x.msgs[0] = (struct bw_i2c_msg){ addr, flags, len, len ? room : NULL };
    return x;
}

static enum bw_status check_one(uint16_t addr, uint16_t flags, uint16_t len)
{
    struct bw_i2c_xfer x = one_msg(addr, flags, len);

    return bw_i2c_xfer_check(&x);
}

/* Limits */

static void addresses_have_7_bits_or_10_where_the_flag_says_so(void **state)
{
    (void)state;
    assert_int_equal(check_one(0x00, 0, 1), BW_OK);
    assert_int_equal(check_one(0x7f, 0, 1), BW_OK);
    assert_int_equal(check_one(0x80, 0, 1), BW_INVALID);
    assert_int_equal(check_one(0x3ff, BW_I2C_TEN_BIT, 1), BW_OK);
    assert_int_equal(check_one(0x400, BW_I2C_TEN_BIT, 1), BW_INVALID);
    assert_int_equal(check_one(0xffff, BW_I2C_TEN_BIT, 1), BW_INVALID);
}

static void an_unknown_flag_is_invalid(void **state)
{
    (void)state;
    for (unsigned bit = 2; bit < 16; bit++) {
        assert_int_equal(check_one(0x50, (uint16_t)(1u << bit), 1), BW_INVALID);
    }
}

static void a_message_has_at_most_8192_bytes(void **state)
{
    (void)state;
    assert_int_equal(check_one(0x50, 0, 0), BW_OK);
    assert_int_equal(check_one(0x50, BW_I2C_READ, 0), BW_OK);
    assert_int_equal(check_one(0x50, 0, 8192), BW_OK);
    assert_int_equal(check_one(0x50, 0, 8193), BW_TOO_LONG);
    assert_int_equal(check_one(0x50, BW_I2C_READ, 0xffff), BW_TOO_LONG);
}

static void a_transfer_has_1_to_42_messages(void **state)
{
    struct bw_i2c_xfer x = one_msg(0x50, 0, 0);

    (void)state;
    x.nmsgs = 0;
    assert_int_equal(bw_i2c_xfer_check(&x), BW_INVALID);
    x.nmsgs = 42;
    assert_int_equal(bw_i2c_xfer_check(&x), BW_OK);
    x.nmsgs = 43;
    assert_int_equal(bw_i2c_xfer_check(&x), BW_TOO_LONG);
    x.nmsgs = 0xffff;
    assert_int_equal(bw_i2c_xfer_check(&x), BW_TOO_LONG);
}

static void each_direction_has_at_most_32768_bytes(void **state)
{
    (void)state;
    for (unsigned flags = 0; flags <= BW_I2C_READ; flags++) {
        struct bw_i2c_xfer x = one_msg(0x50, (uint16_t)flags, 8192);

        for (unsigned i = 1; i < 5; i++) {
            x.msgs[i] = x.msgs[0];
        }
        x.nmsgs = 4;
        assert_int_equal(bw_i2c_xfer_check(&x), BW_OK);
        x.nmsgs = 5;
        x.msgs[4].len = 1;
        assert_int_equal(bw_i2c_xfer_check(&x), BW_TOO_LONG);
        x.msgs[4].flags ^= BW_I2C_READ; /* the other direction has room */
        assert_int_equal(bw_i2c_xfer_check(&x), BW_OK);
    }
}

static void a_length_without_data_is_invalid_but_has_a_legal_shape(void **state)
{
    struct bw_i2c_xfer x = one_msg(0x50, 0, 3);

    (void)state;
    x.msgs[0].data = NULL;
    assert_int_equal(bw_i2c_xfer_check(&x), BW_INVALID);
    assert_int_equal(bw_i2c_xfer_check_shape(&x), BW_OK);
    x.msgs[0].flags = BW_I2C_READ;
    assert_int_equal(bw_i2c_xfer_check(&x), BW_INVALID);
}

static void bytes_are_summed_by_direction(void **state)
{
    struct bw_i2c_xfer x = one_msg(0x50, 0, 2);

    (void)state;
    x.nmsgs = 3;
    x.msgs[1] = (struct bw_i2c_msg){ 0x50, BW_I2C_READ, 5, room };
    x.msgs[2] = (struct bw_i2c_msg){ 0x50, 0, 7, room };
    assert_int_equal(bw_i2c_xfer_bytes(&x, false), 9);
    assert_int_equal(bw_i2c_xfer_bytes(&x, true), 5);
}

static void reads_get_their_place_one_after_the_other(void **state)
{
    struct bw_i2c_xfer x = { .nmsgs = 4 };
    uint8_t write_byte = 0;

    (void)state;
    x.msgs[0] = (struct bw_i2c_msg){ 0x50, BW_I2C_READ, 3, NULL };
    x.msgs[1] = (struct bw_i2c_msg){ 0x50, 0, 1, &write_byte };
    x.msgs[2] = (struct bw_i2c_msg){ 0x50, BW_I2C_READ, 0, NULL };
    x.msgs[3] = (struct bw_i2c_msg){ 0x50, BW_I2C_READ, 4, NULL };
    assert_int_equal(bw_i2c_xfer_assign_reads(&x, room, 6), BW_TOO_LONG);
    assert_null(x.msgs[0].data);
    assert_int_equal(bw_i2c_xfer_assign_reads(&x, room, 7), BW_OK);
    assert_ptr_equal(x.msgs[0].data, room);
    assert_ptr_equal(x.msgs[1].data, &write_byte);
    assert_null(x.msgs[2].data);
    assert_ptr_equal(x.msgs[3].data, room + 3);
    x.nmsgs = 43;
    assert_int_equal(bw_i2c_xfer_assign_reads(&x, room, sizeof(room)),
                     BW_TOO_LONG);
}

/* Print and parse */

/* Parse, print, compare: the text must come back as it was. */
static void assert_same_text(const char *text)
{
    struct bw_i2c_xfer x;
    char out[512];

    assert_int_equal(bw_i2c_xfer_parse(&x, text, room, sizeof(room), NULL),
                     BW_OK);
    assert_int_equal(bw_i2c_xfer_print(&x, out, sizeof(out)), strlen(text));
    assert_string_equal(out, text);
}

static void printed_text_parses_to_itself(void **state)
{
    (void)state;
    assert_same_text("w1@0x50 0x64 r8");
    assert_same_text("w0@0x00");
    assert_same_text("r0@0x7f");
    assert_same_text("r8192@0x50");
    assert_same_text("w2@0x1d 0x00 0xff r6 w1 0x2a");
    assert_same_text("w1@0x50 0x64 r8@0x51 r1@0x50");
    assert_same_text("r1@0x150t");
    assert_same_text("r1@0x50t r2 r3@0x50 w1@0x50t 0x01");
}

static void blanks_and_bases_do_not_matter(void **state)
{
    struct bw_i2c_xfer x;
    char out[64];

    (void)state;
    assert_int_equal(bw_i2c_xfer_parse(&x, "\t w03@80  10 010\n 0X1F r0x10\r",
                                       room, sizeof(room), NULL),
                     BW_OK);
    bw_i2c_xfer_print(&x, out, sizeof(out));
    assert_string_equal(out, "w3@0x50 0x0a 0x08 0x1f r16");
}

/* The bytes that the data words @words become in a write of @len bytes. */
static void assert_bytes(unsigned len, const char *words,
                         const uint8_t *expected)
{
    struct bw_i2c_xfer x;
    char text[64];

    snprintf(text, sizeof(text), "w%u@0x50 %s", len, words);
    assert_int_equal(bw_i2c_xfer_parse(&x, text, room, sizeof(room), NULL),
                     BW_OK);
    assert_int_equal(x.msgs[0].len, len);
    assert_memory_equal(x.msgs[0].data, expected, len);
}

static void suffixes_fill_the_message_as_the_manual_says(void **state)
{
    (void)state;
    assert_bytes(3, "0=", (const uint8_t[]){ 0, 0, 0 });
    assert_bytes(3, "0+", (const uint8_t[]){ 0, 1, 2 });
    assert_bytes(3, "0xff-", (const uint8_t[]){ 0xff, 0xfe, 0xfd });
    assert_bytes(3, "0p", (const uint8_t[]){ 0x00, 0x50, 0xb0 });
    assert_bytes(3, "0xff+", (const uint8_t[]){ 0xff, 0x00, 0x01 });
    assert_bytes(3, "0-", (const uint8_t[]){ 0x00, 0xff, 0xfe });
    assert_bytes(4, "0x42 7=", (const uint8_t[]){ 0x42, 7, 7, 7 });
    assert_bytes(1, "9+", (const uint8_t[]){ 9 });
}

static void writes_come_first_in_the_buffer_then_reads(void **state)
{
    struct bw_i2c_xfer x;
    uint8_t buf[10];

    (void)state;
    assert_int_equal(
        bw_i2c_xfer_parse(&x, "r3@0x50 w2 1 2 r4 w1 3", buf, 10, NULL), BW_OK);
    assert_int_equal(x.nmsgs, 4);
    assert_ptr_equal(x.msgs[1].data, buf);
    assert_ptr_equal(x.msgs[3].data, buf + 2);
    assert_ptr_equal(x.msgs[0].data, buf + 3);
    assert_ptr_equal(x.msgs[2].data, buf + 6);
}

struct bad_text {
    const char *text;
    enum bw_status status;
    size_t at;
};

static const struct bad_text bad_texts[] = {
    { "", BW_INVALID, 0 },
    { "  ", BW_INVALID, 2 },
    { "r8", BW_INVALID, 0 }, /* no address yet */
    { "x1@0x50", BW_INVALID, 0 },
    { "r@0x50", BW_INVALID, 0 },
    { "r?@0x50", BW_INVALID, 0 },
    { "r-1@0x50", BW_INVALID, 0 },
    { "r0x@0x50", BW_INVALID, 0 },
    { "r08@0x50", BW_INVALID, 0 }, /* 8 is no octal digit */
    { "r1@", BW_INVALID, 0 },
    { "r1@0x80", BW_INVALID, 0 },
    { "r1@0x400t", BW_INVALID, 0 },
    { "r1@0x50x", BW_INVALID, 0 },
    { "r1@0x50tt", BW_INVALID, 0 },
    { "r1@99999999999", BW_INVALID, 0 },
    { "r1@0x50 q1", BW_INVALID, 8 },
    { "r1@0x50 1", BW_INVALID, 8 },
    { "w2@0x50 1", BW_INVALID, 9 }, /* a byte is missing */
    { "w2@0x50 1 r1", BW_INVALID, 10 },
    { "w1@0x50 256", BW_INVALID, 8 },
    { "w1@0x50 1x", BW_INVALID, 8 },
    { "w1@0x50 1==", BW_INVALID, 8 },
    { "w1@0x50 =", BW_INVALID, 8 },
    { "w1@0x50 1 2", BW_INVALID, 10 },
    { "w0@0x50 1", BW_INVALID, 8 },
    { "r8193@0x50", BW_TOO_LONG, 0 },
    { "r1@0x50 r65535", BW_TOO_LONG, 8 },
    { "r65536@0x50", BW_INVALID, 0 },
    { "r8192@0x50 r8192 r8192 r8192 r1", BW_TOO_LONG, 29 },
};

static void every_wrong_word_is_found_and_nothing_is_changed(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad_texts); i++) {
        const struct bad_text *t = &bad_texts[i];
        struct bw_i2c_xfer x, before;
        size_t at = 999;

        memset(&x, 0xa5, sizeof(x));
        before = x;
        if (bw_i2c_xfer_parse(&x, t->text, room, sizeof(room), &at) !=
                t->status ||
            at != t->at) {
            fail_msg("\"%s\": error at %zu", t->text, at);
        }
        assert_memory_equal(&x, &before, sizeof(x));
    }
}

static void a_small_buffer_is_too_long_not_overrun(void **state)
{
    struct bw_i2c_xfer x;
    size_t at;

    (void)state;
    for (size_t size = 0; size < 5; size++) {
        uint8_t buf[5];

        assert_int_equal(bw_i2c_xfer_parse(&x, "w2@0x50 1+ r3", buf, size, &at),
                         BW_TOO_LONG);
        assert_int_equal(at, size < 2 ? 0 : 11);
    }
    assert_int_equal(bw_i2c_xfer_parse(&x, "w0@0x50 r0", NULL, 0, NULL), BW_OK);
}

static void the_43rd_message_is_too_long(void **state)
{
    struct bw_i2c_xfer x;
    char text[256] = "r0@0x50";
    size_t at = 0;

    (void)state;
    for (unsigned i = 1; i < 42; i++) {
        strcat(text, " r0");
    }
    assert_int_equal(bw_i2c_xfer_parse(&x, text, NULL, 0, NULL), BW_OK);
    assert_int_equal(x.nmsgs, 42);
    strcat(text, " r0");
    assert_int_equal(bw_i2c_xfer_parse(&x, text, NULL, 0, &at), BW_TOO_LONG);
    assert_int_equal(at, strlen(text) - 2);
}

static void text_that_does_not_fit_ends_in_dots(void **state)
{
    static const char *const expected[] = {
        NULL, "", ".", "..", "...", "w...", "w1...", "w1@...",
    };
    const size_t whole = strlen("w1@0x50 0x64");
    struct bw_i2c_xfer x;
    char out[16];

    (void)state;
    assert_int_equal(
        bw_i2c_xfer_parse(&x, "w1@0x50 0x64", room, sizeof(room), NULL), BW_OK);
    for (size_t size = 0; size < ARRAY_LEN(expected); size++) {
        memset(out, 0x55, sizeof(out));
        assert_int_equal(bw_i2c_xfer_print(&x, out, size), whole);
        assert_int_equal(out[size], 0x55);
        if (size > 0) {
            assert_string_equal(out, expected[size]);
        }
    }
    bw_i2c_xfer_print(&x, out, whole);
    assert_string_equal(out, "w1@0x50 ...");
    bw_i2c_xfer_print(&x, out, whole + 1);
    assert_string_equal(out, "w1@0x50 0x64");
}

static void printing_stays_within_its_arrays(void **state)
{
    struct bw_i2c_xfer x = one_msg(0x50, 0, 3);
    char out[32];

    (void)state;
    x.msgs[0].data = NULL; /* nothing to show is not an error */
    bw_i2c_xfer_print(&x, out, sizeof(out));
    assert_string_equal(out, "w3@0x50");
    for (unsigned i = 0; i < BW_I2C_MAX_MSGS; i++) {
        x.msgs[i] = (struct bw_i2c_msg){ 0x50, BW_I2C_READ, 1, room };
    }
    x.nmsgs = 0xffff;
    /* 42 times "r1", 41 blanks, once "@0x50" */
    assert_int_equal(bw_i2c_xfer_print(&x, NULL, 0), 42 * 2 + 41 + 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_have_7_bits_or_10_where_the_flag_says_so),
        cmocka_unit_test(an_unknown_flag_is_invalid),
        cmocka_unit_test(a_message_has_at_most_8192_bytes),
        cmocka_unit_test(a_transfer_has_1_to_42_messages),
        cmocka_unit_test(each_direction_has_at_most_32768_bytes),
        cmocka_unit_test(
            a_length_without_data_is_invalid_but_has_a_legal_shape),
        cmocka_unit_test(bytes_are_summed_by_direction),
        cmocka_unit_test(reads_get_their_place_one_after_the_other),
        cmocka_unit_test(printed_text_parses_to_itself),
        cmocka_unit_test(blanks_and_bases_do_not_matter),
        cmocka_unit_test(suffixes_fill_the_message_as_the_manual_says),
        cmocka_unit_test(writes_come_first_in_the_buffer_then_reads),
        cmocka_unit_test(every_wrong_word_is_found_and_nothing_is_changed),
        cmocka_unit_test(a_small_buffer_is_too_long_not_overrun),
        cmocka_unit_test(the_43rd_message_is_too_long),
        cmocka_unit_test(text_that_does_not_fit_ends_in_dots),
        cmocka_unit_test(printing_stays_within_its_arrays),
    };

    return cmocka_run_group_tests_name("i2c_xfer", tests, NULL, NULL);
}
