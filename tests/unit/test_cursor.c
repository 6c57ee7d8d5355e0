/*
 * lib/cursor.c: every access is bounded, and the first bad one is remembered.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <string.h>

#include "lib/cursor.h"

/* 1 + 2 + 4 + 8 bytes; each value's bytes ascend, so order errors show. */
static const uint8_t sample[15] = { 0x01, 0x02, 0x03, 0x04, 0x05,
                                    0x06, 0x07, 0x08, 0x09, 0x0a,
                                    0x0b, 0x0c, 0x0d, 0x0e, 0x8f };

static void integers_are_read_little_endian(void **state)
{
    struct bw_reader r;

    (void)state;
    bw_reader_init(&r, sample, sizeof(sample));
    assert_int_equal(bw_read_u8(&r), 0x01);
    assert_int_equal(bw_read_le16(&r), 0x0302);
    assert_int_equal(bw_read_le32(&r), 0x07060504);
    assert_int_equal(bw_reader_left(&r), 8);
    assert_false(bw_reader_done(&r));
    assert_true(bw_read_le64(&r) == 0x8f0e0d0c0b0a0908u);
    assert_true(bw_reader_done(&r));
    assert_int_equal(bw_reader_left(&r), 0);
}

static void integers_are_written_little_endian(void **state)
{
    uint8_t buf[sizeof(sample)];
    struct bw_writer w;

    (void)state;
    bw_writer_init(&w, buf, sizeof(buf));
    bw_write_u8(&w, 0x01);
    bw_write_le16(&w, 0x0302);
    bw_write_le32(&w, 0x07060504);
    bw_write_le64(&w, 0x8f0e0d0c0b0a0908u);
    assert_false(w.failed);
    assert_int_equal(w.pos, sizeof(buf));
    assert_memory_equal(buf, sample, sizeof(sample));
}

static uint64_t read_width(struct bw_reader *r, unsigned width)
{
    switch (width) {
    case 1:
        return bw_read_u8(r);
    case 2:
        return bw_read_le16(r);
    case 4:
        return bw_read_le32(r);
    default:
        return bw_read_le64(r);
    }
}

static void write_width(struct bw_writer *w, unsigned width)
{
    switch (width) {
    case 1:
        bw_write_u8(w, 0xff);
        break;
    case 2:
        bw_write_le16(w, 0xffff);
        break;
    case 4:
        bw_write_le32(w, 0xffffffff);
        break;
    default:
        bw_write_le64(w, UINT64_MAX);
        break;
    }
}

static void a_read_past_the_end_gives_zero_and_fails(void **state)
{
    (void)state;
    for (unsigned width = 1; width <= 8; width *= 2) {
        for (unsigned size = 0; size < width; size++) {
            struct bw_reader r;

            bw_reader_init(&r, sample, size);
            assert_int_equal(read_width(&r, width), 0);
            assert_true(r.failed);
            assert_int_equal(r.pos, 0);
        }
    }
}

static void a_write_past_the_end_changes_nothing_and_fails(void **state)
{
    (void)state;
    for (unsigned width = 1; width <= 8; width *= 2) {
        for (unsigned size = 0; size < width; size++) {
            uint8_t buf[8] = { 0 };
            const uint8_t untouched[8] = { 0 };
            struct bw_writer w;

            bw_writer_init(&w, buf, size);
            write_width(&w, width);
            assert_true(w.failed);
            assert_int_equal(w.pos, 0);
            assert_memory_equal(buf, untouched, sizeof(buf));
        }
    }
}

static void a_failed_reader_stays_failed(void **state)
{
    struct bw_reader r;

    (void)state;
    bw_reader_init(&r, sample, 3);
    assert_int_equal(bw_read_le32(&r), 0);
    assert_int_equal(bw_read_u8(&r), 0);
    assert_null(bw_read_bytes(&r, 0));
    assert_int_equal(bw_reader_left(&r), 0);
    assert_false(bw_reader_done(&r));
}

static void a_failed_writer_stays_failed(void **state)
{
    uint8_t buf[3];
    struct bw_writer w;

    (void)state;
    bw_writer_init(&w, buf, sizeof(buf));
    bw_write_le32(&w, 1);
    bw_write_u8(&w, 1);
    assert_true(w.failed);
    assert_int_equal(w.pos, 0);
}

static void bytes_are_lent_from_the_buffer(void **state)
{
    struct bw_reader r;

    (void)state;
    bw_reader_init(&r, sample, sizeof(sample));
    bw_read_u8(&r);
    assert_ptr_equal(bw_read_bytes(&r, 14), sample + 1);
    assert_ptr_equal(bw_read_bytes(&r, 0), sample + 15);
    assert_null(bw_read_bytes(&r, 1));
    assert_true(r.failed);
}

static void a_huge_length_does_not_wrap(void **state)
{
    uint8_t buf[4];
    struct bw_reader r;
    struct bw_writer w;

    (void)state;
    bw_reader_init(&r, sample, sizeof(sample));
    bw_read_u8(&r);
    assert_null(bw_read_bytes(&r, SIZE_MAX));
    bw_writer_init(&w, buf, sizeof(buf));
    bw_write_u8(&w, 0);
    bw_write_bytes(&w, sample, SIZE_MAX);
    assert_true(w.failed);
    assert_int_equal(w.pos, 1);
}

static void no_bytes_may_be_null(void **state)
{
    struct bw_reader r;
    struct bw_writer w;

    (void)state;
    bw_reader_init(&r, NULL, 0);
    assert_non_null(bw_read_bytes(&r, 0));
    assert_true(bw_reader_done(&r));
    bw_writer_init(&w, NULL, 0);
    bw_write_bytes(&w, NULL, 0);
    assert_false(w.failed);
    bw_write_u8(&w, 0);
    assert_true(w.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_read_little_endian),
        cmocka_unit_test(integers_are_written_little_endian),
        cmocka_unit_test(a_read_past_the_end_gives_zero_and_fails),
        cmocka_unit_test(a_write_past_the_end_changes_nothing_and_fails),
        cmocka_unit_test(a_failed_reader_stays_failed),
        cmocka_unit_test(a_failed_writer_stays_failed),
        cmocka_unit_test(bytes_are_lent_from_the_buffer),
        cmocka_unit_test(a_huge_length_does_not_wrap),
        cmocka_unit_test(no_bytes_may_be_null),
    };

    return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
