/*
 * lib/scsi_sense*.c: the bytes that hosts look at, both formats, and what a
 * peer may send instead.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <string.h>

#include "lib/scsi_sense.h"

/* READ of 10 blocks of which 4 were before a filemark (SSC-3, READ(6)). */
static const struct bw_sense filemark = {
    .key = BW_SENSE_NONE,
    .asc = 0x0001,
    .filemark = true,
    .valid = true,
    .information = 6,
    .field_bit = -1,
};

/* A record of 300 bytes, 100 were asked for: 100 - 300. */
static const struct bw_sense too_long = {
    .key = BW_SENSE_NONE,
    .ili = true,
    .valid = true,
    .information = (uint32_t)-200,
    .field_bit = -1,
};

static const struct bw_sense bad_field = {
    .key = BW_SENSE_ILLEGAL,
    .asc = 0x2400,
    .field_valid = true,
    .field = 1,
    .field_bit = 3,
};

static const struct bw_sense bad_parameter = {
    .key = BW_SENSE_ILLEGAL,
    .asc = 0x2600,
    .field_valid = true,
    .field_in_data = true,
    .field = 0x123,
    .field_bit = -1,
};

static const struct bw_sense late_write = {
    .key = BW_SENSE_OVERFLOW,
    .asc = 0x0002,
    .eom = true,
    .deferred = true,
    .valid = true,
    .information = 0x80000001,
    .field_bit = -1,
};

/* SPC-4 4.5.3, byte by byte */
static const struct {
    const struct bw_sense *sense;
    uint8_t fixed[18];
    size_t descriptor_length;
    uint8_t descriptor[32];
} golden
    [] = {
        { &filemark,
          { 0xf0, 0, 0x80, 0, 0, 0, 6, 10, 0, 0, 0, 0, 0x00, 0x01 },
          24,
          { 0x72, 0,  0x00, 0x01, 0, 0, 0, 16, 4, 2, 0, 0x80,
            0,    10, 0x80, 0,    0, 0, 0, 0,  0, 0, 0, 6 } },
        { &too_long,
          { 0xf0, 0, 0x20, 0xff, 0xff, 0xff, 0x38, 10 },
          24,
          { 0x72, 0,  0,    0, 0,    0,    0,    16,   4,    2,    0,    0x20,
            0,    10, 0x80, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x38 } },
        { &bad_field,
          { 0x70, 0, 0x05, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0x00, 0, 0xcb, 0,
            1 },
          20,
          { 0x72, 5, 0x24, 0x00, 0, 0, 0,    12, 4, 2,
            0,    0, 2,    6,    0, 0, 0xcb, 0,  1, 0 } },
        { &bad_parameter,
          { 0x70, 0, 0x05, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x26, 0x00, 0, 0x80,
            0x01, 0x23 },
          20,
          { 0x72, 5, 0x26, 0x00, 0, 0, 0,    12,   4,    2,
            0,    0, 2,    6,    0, 0, 0x80, 0x01, 0x23, 0 } },
        { &late_write,
          { 0xf1, 0, 0x4d, 0x80, 0, 0, 1, 10, 0, 0, 0, 0, 0x00, 0x02 },
          24,
          { 0x73, 0x0d, 0x00, 0x02, 0, 0, 0, 16, 4,    2, 0, 0x40,
            0,    10,   0x80, 0,    0, 0, 0, 0,  0x80, 0, 0, 1 } },
    };

static void same(const struct bw_sense *a, const struct bw_sense *b)
{
    assert_int_equal(a->key, b->key);
    assert_int_equal(a->asc, b->asc);
    assert_int_equal(a->filemark, b->filemark);
    assert_int_equal(a->eom, b->eom);
    assert_int_equal(a->ili, b->ili);
    assert_int_equal(a->deferred, b->deferred);
    assert_int_equal(a->valid, b->valid);
    assert_int_equal(a->information, b->information);
    assert_int_equal(a->field_valid, b->field_valid);
    assert_int_equal(a->field_in_data, b->field_in_data);
    assert_int_equal(a->field, b->field);
    assert_int_equal(a->field_bit, b->field_bit);
}

static void fixed_format_is_as_tapes_send_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(golden); i++) {
        uint8_t b[20] = { 0 };
        struct bw_sense back;

        assert_int_equal(bw_sense_fixed(golden[i].sense, b, sizeof(b)), 18);
        assert_memory_equal(b, golden[i].fixed, 18);
        assert_true(bw_sense_parse(b, 18, &back));
        same(&back, golden[i].sense);
    }
}

static void the_stream_descriptor_comes_first(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(golden); i++) {
        uint8_t b[BW_SENSE_DESCRIPTOR_MAX];
        size_t n = bw_sense_descriptor(golden[i].sense, b, sizeof(b));
        struct bw_sense back;

        assert_int_equal(n, golden[i].descriptor_length);
        assert_memory_equal(b, golden[i].descriptor, n);
        assert_true(bw_sense_parse(b, n, &back));
        same(&back, golden[i].sense);
    }
}

static void no_more_is_written_than_there_is_room(void **state)
{
    (void)state;
    for (size_t room = 0; room <= 40; room++) {
        uint8_t b[41];
        size_t n;

        memset(b, 0x5a, sizeof(b));
        n = bw_sense_fixed(&bad_field, b, room);
        assert_int_equal(n, room < 18 ? room : 18);
        assert_int_equal(b[n], 0x5a);
        assert_memory_equal(b, golden[2].fixed, n);
        memset(b, 0x5a, sizeof(b));
        n = bw_sense_descriptor(&bad_field, b, room);
        assert_int_equal(n, room < 20 ? room : 20);
        assert_int_equal(b[n], 0x5a);
        assert_memory_equal(b, golden[2].descriptor, n);
    }
}

/* Both descriptors at once are the most there can be. */
static void all_descriptors_fit(void **state)
{
    struct bw_sense s = bad_field;
    uint8_t b[64];

    (void)state;
    s.valid = true;
    assert_int_equal(bw_sense_descriptor(&s, b, sizeof(b)),
                     BW_SENSE_DESCRIPTOR_MAX);
}

static void what_is_no_sense_data_is_refused(void **state)
{
    struct bw_sense s = filemark;
    uint8_t b[18];

    (void)state;
    memcpy(b, golden[0].fixed, sizeof(b));
    assert_false(bw_sense_parse(b, 7, &s));
    for (unsigned code = 0; code < 256; code++) {
        unsigned kind = code & 0x7f;

        b[0] = (uint8_t)code;
        assert_int_equal(bw_sense_parse(b, sizeof(b), &s),
                         kind >= 0x70 && kind <= 0x73);
        s = filemark;
    }
    b[0] = 0;
    assert_false(bw_sense_parse(b, sizeof(b), &s));
    same(&s, &filemark);
}

/* Only what the peer says it sent, and only what arrived. */
static void short_sense_data_is_read_as_far_as_it_goes(void **state)
{
    uint8_t b[18];
    struct bw_sense s;

    (void)state;
    memcpy(b, golden[2].fixed, sizeof(b));
    assert_true(bw_sense_parse(b, 13, &s));
    assert_int_equal(s.key, BW_SENSE_ILLEGAL);
    assert_int_equal(s.asc, 0);
    assert_true(bw_sense_parse(b, 17, &s));
    assert_int_equal(s.asc, 0x2400);
    assert_false(s.field_valid);
    b[7] = 6; /* up to the qualifier */
    assert_true(bw_sense_parse(b, 18, &s));
    assert_int_equal(s.asc, 0x2400);
    assert_false(s.field_valid);
    b[7] = 0;
    assert_true(bw_sense_parse(b, 18, &s));
    assert_int_equal(s.asc, 0);
    assert_int_equal(s.key, BW_SENSE_ILLEGAL);
}

static void descriptors_that_lie_are_passed_over(void **state)
{
    /* an unknown one, one that is too short, one that goes beyond the end */
    const uint8_t b[] = { 0x72, 3,    0x11, 0x00, 0,    0, 0, 22, 0x80, 3, 0xff,
                          0xff, 0xff, 4,    1,    0xff, 4, 2, 0,  0x60, 0, 200,
                          0x80, 0,    0,    0,    0,    0, 0, 0,  0,    9 };
    struct bw_sense s;

    (void)state;
    assert_true(bw_sense_parse(b, sizeof(b), &s));
    assert_int_equal(s.key, BW_SENSE_MEDIUM);
    assert_int_equal(s.asc, 0x1100);
    assert_true(s.eom && s.ili);
    assert_false(s.filemark);
    assert_false(s.valid);
}

/* SKS bytes of other keys are counts or progress, not pointers. */
static void progress_is_no_field_pointer(void **state)
{
    uint8_t b[18];
    struct bw_sense s;

    (void)state;
    memcpy(b, golden[2].fixed, sizeof(b));
    b[2] = BW_SENSE_NOT_READY;
    assert_true(bw_sense_parse(b, sizeof(b), &s));
    assert_false(s.field_valid);
}

static void it_is_said_in_words(void **state)
{
    static const struct {
        const struct bw_sense *sense;
        const char *text;
    } said[] = {
        { &filemark, "no sense, filemark detected, filemark, information 6" },
        { &too_long, "no sense, no additional information, incorrect length, "
                     "information -200" },
        { &bad_field, "illegal request, invalid field in CDB, CDB byte 1 bit "
                      "3" },
        { &bad_parameter, "illegal request, invalid field in parameter list, "
                          "parameter byte 291" },
        { &late_write, "deferred: volume overflow, end of partition or medium "
                       "detected, end of medium, information 2147483649" },
    };
    const struct bw_sense odd = { .key = (enum bw_sense_key)0xc,
                                  .asc = 0xa1fe };
    char text[160];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(said); i++) {
        size_t n = bw_sense_text(said[i].sense, text, sizeof(text));

        assert_string_equal(text, said[i].text);
        assert_int_equal(n, strlen(text));
    }
    bw_sense_text(&odd, text, sizeof(text));
    assert_string_equal(text, "sense key Ch, additional sense code A1/FE");
    for (size_t room = 1; room < 30; room++) {
        text[room] = '#';
        assert_int_equal(bw_sense_text(&filemark, text, room), room - 1);
        assert_memory_equal(text, said[0].text, room - 1);
        assert_int_equal(text[room - 1], '\0');
        assert_int_equal(text[room], '#');
    }
    assert_int_equal(bw_sense_text(&filemark, text, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_format_is_as_tapes_send_it),
        cmocka_unit_test(the_stream_descriptor_comes_first),
        cmocka_unit_test(no_more_is_written_than_there_is_room),
        cmocka_unit_test(all_descriptors_fit),
        cmocka_unit_test(what_is_no_sense_data_is_refused),
        cmocka_unit_test(short_sense_data_is_read_as_far_as_it_goes),
        cmocka_unit_test(descriptors_that_lie_are_passed_over),
        cmocka_unit_test(progress_is_no_field_pointer),
        cmocka_unit_test(it_is_said_in_words),
    };

    return cmocka_run_group_tests_name("scsi_sense", tests, NULL, NULL);
}
