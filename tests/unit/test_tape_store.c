/*
 * The tape store: what it writes, and that it is read again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tape_rig.h"

struct rig {
    struct tape_file file;
    struct bw_tape_store *store;
    struct bw_tape_verdict verdict;
    struct bw_tape_options options;
};

static void open_tape(struct rig *rig)
{
    rig->store = bw_tape_open(&rig->file.io, &rig->options, &rig->verdict);
    assert_non_null(rig->store);
}

static int setup(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));

    tape_file_init(&rig->file);
    rig->options.gather = true;
    open_tape(rig);
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    struct rig *rig = *state;

    bw_tape_close(rig->store);
    tape_file_free(&rig->file);
    free(rig);
    return 0;
}

static void reopen(struct rig *rig)
{
    bw_tape_close(rig->store);
    open_tape(rig);
    assert_int_equal(rig->verdict.result, BW_TAPE_OK);
}

/* Byte @i of a record that begins with @first. */
static uint8_t pattern(uint32_t first, size_t i)
{
    return (uint8_t)(first + i * 7 + (i >> 8));
}

static void write_record(struct rig *rig, uint32_t first, uint32_t length)
{
    uint8_t *data = malloc(length);
    uint32_t done;

    for (size_t i = 0; i < length; i++) {
        data[i] = pattern(first, i);
    }
    assert_int_equal(bw_tape_write(rig->store, data, length, 1, &done),
                     BW_TAPE_OK);
    assert_int_equal(done, 1);
    free(data);
}

static void write_marks(struct rig *rig, uint32_t count)
{
    uint32_t done;

    assert_int_equal(bw_tape_write_marks(rig->store, count, &done), BW_TAPE_OK);
    assert_int_equal(done, count);
}

static void expect_record(struct rig *rig, uint32_t first, uint32_t length)
{
    uint8_t *data = malloc(length + 16);
    struct bw_tape_object object;

    assert_int_equal(bw_tape_read(rig->store, data, length + 16, &object),
                     BW_TAPE_OK);
    assert_int_equal(object.length, length);
    for (size_t i = 0; i < length; i++) {
        assert_int_equal(data[i], pattern(first, i));
    }
    free(data);
}

static void expect(struct rig *rig, enum bw_tape_result result)
{
    struct bw_tape_object object;

    assert_int_equal(bw_tape_read(rig->store, NULL, 0, &object), result);
}

static void expect_place(struct rig *rig, uint64_t object, uint64_t marks)
{
    struct bw_tape_place place;

    bw_tape_place(rig->store, &place);
    assert_int_equal(place.object, object);
    assert_int_equal(place.marks, marks);
    assert_int_equal(place.bop, object == 0);
}

static void commit(struct rig *rig)
{
    assert_int_equal(bw_tape_commit(rig->store), BW_TAPE_OK);
}

static void a_blank_tape_is_at_the_end_of_data(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(rig->verdict.result, BW_TAPE_OK);
    expect(rig, BW_TAPE_EOD);
    expect_place(rig, 0, 0);
    assert_int_equal(rig->file.size, 0);
}

static void records_and_marks_are_framed_as_simh_frames_them(void **state)
{
    /* 3 bytes padded to 4; a mark; the end of medium */
    static const uint8_t want[] = { 3, 0, 0, 0, 9, 16, 23,   0,    3,    0,
                                    0, 0, 0, 0, 0, 0,  0xff, 0xff, 0xff, 0xff };
    struct rig *rig = *state;

    write_record(rig, 9, 3);
    write_marks(rig, 1);
    commit(rig);
    assert_int_equal(rig->file.size, sizeof(want));
    assert_memory_equal(rig->file.bytes, want, sizeof(want));
}

static void what_is_written_is_read_again(void **state)
{
    static const uint32_t lengths[] = { 1,       2,      512,    513,
                                        10240,   32767,  65535,  65536,
                                        65537,   262144, 300001, 1u << 20,
                                        2u << 20 };
    struct rig *rig = *state;
    uint32_t n = sizeof(lengths) / sizeof(lengths[0]);

    for (uint32_t i = 0; i < n; i++) {
        write_record(rig, i, lengths[i]);
        write_marks(rig, i % 3);
    }
    for (unsigned round = 0; round < 3; round++) {
        assert_int_equal(bw_tape_rewind(rig->store), BW_TAPE_OK);
        for (uint32_t i = 0; i < n; i++) {
            expect_record(rig, i, lengths[i]);
            for (uint32_t m = 0; m < i % 3; m++) {
                expect(rig, BW_TAPE_MARK);
            }
        }
        expect(rig, BW_TAPE_EOD);
        reopen(rig);
    }
}

static void a_short_buffer_takes_the_beginning(void **state)
{
    struct rig *rig = *state;
    uint8_t data[100];
    struct bw_tape_object object;

    write_record(rig, 5, 1000);
    write_record(rig, 6, 100000);
    write_record(rig, 7, 20);
    bw_tape_rewind(rig->store);
    for (uint32_t first = 5; first < 7; first++) {
        assert_int_equal(bw_tape_read(rig->store, data, 100, &object),
                         BW_TAPE_OK);
        assert_int_equal(object.length, first == 5 ? 1000 : 100000);
        assert_int_equal(data[99], pattern(first, 99));
    }
    expect_record(rig, 7, 20);
}

static void fixed_blocks_stop_at_another_length(void **state)
{
    struct rig *rig = *state;
    uint8_t data[8 * 512];
    uint32_t done;

    for (uint32_t i = 0; i < 5; i++) {
        write_record(rig, i, 512);
    }
    write_record(rig, 5, 511);
    write_marks(rig, 1);
    bw_tape_rewind(rig->store);
    assert_int_equal(bw_tape_read_blocks(rig->store, data, 512, 8, &done),
                     BW_TAPE_OK);
    assert_int_equal(done, 5);
    assert_int_equal(data[4 * 512 + 3], pattern(4, 3));
    expect_place(rig, 5, 0);
}

static void spacing_stops_at_marks_and_ends(void **state)
{
    struct rig *rig = *state;
    uint64_t left;

    /* r r r M r r M M r; objects 0 to 8 */
    for (uint32_t i = 0; i < 3; i++) {
        write_record(rig, i, 100);
    }
    write_marks(rig, 1);
    write_record(rig, 3, 100);
    write_record(rig, 4, 100);
    write_marks(rig, 2);
    write_record(rig, 5, 100);
    for (unsigned known = 0; known < 2; known++) {
        bw_tape_rewind(rig->store);
        if (!known) {
            reopen(rig);
        }
        assert_int_equal(bw_tape_space(rig->store, 2, false, &left),
                         BW_TAPE_OK);
        expect_place(rig, 2, 0);
        assert_int_equal(bw_tape_space(rig->store, 4, false, &left),
                         BW_TAPE_MARK);
        assert_int_equal(left, 3);
        expect_place(rig, 4, 1);
        assert_int_equal(bw_tape_space(rig->store, -1, false, &left),
                         BW_TAPE_MARK);
        assert_int_equal(left, 1);
        expect_place(rig, 3, 0);
        assert_int_equal(bw_tape_space(rig->store, -9, false, &left),
                         BW_TAPE_BOP);
        assert_int_equal(left, 6);
        expect_place(rig, 0, 0);
        assert_int_equal(bw_tape_space(rig->store, 2, true, &left), BW_TAPE_OK);
        expect_place(rig, 7, 2);
        assert_int_equal(bw_tape_space(rig->store, -2, true, &left),
                         BW_TAPE_OK);
        expect_place(rig, 3, 0);
        assert_int_equal(bw_tape_space(rig->store, -5, true, &left),
                         BW_TAPE_BOP);
        assert_int_equal(left, 5);
        assert_int_equal(bw_tape_space(rig->store, 9, true, &left),
                         BW_TAPE_EOD);
        assert_int_equal(left, 6);
        expect_place(rig, 9, 3);
        assert_int_equal(bw_tape_space(rig->store, -1, false, &left),
                         BW_TAPE_OK);
        assert_int_equal(bw_tape_space(rig->store, 3, false, &left),
                         BW_TAPE_EOD);
        assert_int_equal(left, 2);
    }
}

static void sequential_marks_are_found_both_ways(void **state)
{
    struct rig *rig = *state;
    uint64_t left;

    /* r M r M M r M M M; objects 0 to 8 */
    for (uint32_t i = 0; i < 3; i++) {
        write_record(rig, i, 10);
        write_marks(rig, i + 1);
    }
    commit(rig);
    reopen(rig);
    assert_int_equal(bw_tape_space_sequential(rig->store, 2, &left),
                     BW_TAPE_OK);
    expect_place(rig, 5, 3);
    assert_int_equal(bw_tape_space_sequential(rig->store, 3, &left),
                     BW_TAPE_OK);
    expect_place(rig, 9, 6);
    assert_int_equal(bw_tape_space_sequential(rig->store, -2, &left),
                     BW_TAPE_OK);
    expect_place(rig, 7, 4);
    assert_int_equal(bw_tape_space_sequential(rig->store, -2, &left),
                     BW_TAPE_OK);
    expect_place(rig, 3, 1);
    assert_int_equal(bw_tape_space_sequential(rig->store, -2, &left),
                     BW_TAPE_BOP);
    assert_int_equal(bw_tape_space_sequential(rig->store, 4, &left),
                     BW_TAPE_EOD);
    expect_place(rig, 9, 6);
}

static void locate_goes_to_objects_and_files(void **state)
{
    struct rig *rig = *state;

    for (uint32_t i = 0; i < 50; i++) {
        write_record(rig, i, 100 + i);
        write_marks(rig, 1);
    }
    commit(rig);
    reopen(rig);
    assert_int_equal(bw_tape_locate(rig->store, 40), BW_TAPE_OK);
    expect_record(rig, 20, 120);
    assert_int_equal(bw_tape_locate_file(rig->store, 30), BW_TAPE_OK);
    expect_place(rig, 60, 30);
    expect_record(rig, 30, 130);
    assert_int_equal(bw_tape_locate(rig->store, 2), BW_TAPE_OK);
    expect_record(rig, 1, 101);
    assert_int_equal(bw_tape_locate(rig->store, 100), BW_TAPE_OK);
    assert_int_equal(bw_tape_locate(rig->store, 101), BW_TAPE_EOD);
    expect_place(rig, 100, 50);
    assert_int_equal(bw_tape_locate_file(rig->store, 51), BW_TAPE_EOD);
    assert_int_equal(bw_tape_space_end(rig->store), BW_TAPE_OK);
    expect_place(rig, 100, 50);
}

static void writing_in_the_middle_ends_the_tape_there(void **state)
{
    struct rig *rig = *state;

    for (uint32_t i = 0; i < 10; i++) {
        write_record(rig, i, 1000);
    }
    commit(rig);
    assert_int_equal(bw_tape_locate(rig->store, 4), BW_TAPE_OK);
    write_record(rig, 77, 11);
    commit(rig);
    reopen(rig);
    for (uint32_t i = 0; i < 4; i++) {
        expect_record(rig, i, 1000);
    }
    expect_record(rig, 77, 11);
    expect(rig, BW_TAPE_EOD);
    assert_int_equal(rig->file.size, 4 * 1008 + 20 + 4);
}

static void erase_ends_the_tape_at_the_head(void **state)
{
    struct rig *rig = *state;

    for (uint32_t i = 0; i < 10; i++) {
        write_record(rig, i, 1000);
    }
    assert_int_equal(bw_tape_locate(rig->store, 4), BW_TAPE_OK);
    assert_int_equal(bw_tape_erase(rig->store), BW_TAPE_OK);
    expect_place(rig, 4, 0);
    expect(rig, BW_TAPE_EOD);
    reopen(rig);
    assert_int_equal(bw_tape_space_end(rig->store), BW_TAPE_OK);
    expect_place(rig, 4, 0);
}

static void nothing_is_seen_of_what_was_not_committed(void **state)
{
    struct rig *rig = *state;

    write_record(rig, 1, 1000);
    commit(rig);
    write_record(rig, 2, 1000);
    write_record(rig, 3, 100000);
    assert_true(bw_tape_dirty(rig->store));
    assert_true(rig->file.size > 100000); /* it is in the file */
    reopen(rig);
    expect_record(rig, 1, 1000);
    expect(rig, BW_TAPE_EOD);
}

static void one_call_of_the_host_per_long_write(void **state)
{
    struct rig *rig = *state;
    unsigned before;

    write_record(rig, 1, 100000);
    before = rig->file.writes;
    write_record(rig, 2, 500);
    write_marks(rig, 1);
    assert_int_equal(rig->file.writes, before);
    write_record(rig, 3, 100000);
    assert_int_equal(rig->file.writes, before + 1);
}

static void the_capacity_ends_the_tape(void **state)
{
    struct rig *rig = *state;
    uint8_t data[10 * 100] = { 0 };
    struct bw_tape_place place;
    uint32_t done;

    bw_tape_set_limits(rig->store, 5 * 108 + 4, 150);
    assert_int_equal(bw_tape_write(rig->store, data, 100, 3, &done),
                     BW_TAPE_OK);
    bw_tape_place(rig->store, &place);
    assert_false(place.warning);
    assert_int_equal(bw_tape_write(rig->store, data, 100, 7, &done),
                     BW_TAPE_FULL);
    assert_int_equal(done, 2);
    bw_tape_place(rig->store, &place);
    assert_true(place.warning);
    assert_int_equal(bw_tape_write_marks(rig->store, 2, &done), BW_TAPE_FULL);
    assert_int_equal(done, 1);
    assert_int_equal(bw_tape_used(rig->store), 5 * 108 + 4);
    commit(rig);
    reopen(rig);
    assert_int_equal(bw_tape_space_end(rig->store), BW_TAPE_OK);
    expect_place(rig, 6, 1);
}

static void a_full_host_keeps_what_fits(void **state)
{
    struct rig *rig = *state;
    uint8_t *data = calloc(5, 100000);
    uint32_t done;

    write_record(rig, 1, 100);
    commit(rig);
    rig->file.limit = 350000;
    assert_int_equal(bw_tape_write(rig->store, data, 100000, 5, &done),
                     BW_TAPE_FULL);
    assert_int_equal(done, 3);
    assert_int_equal(bw_tape_write(rig->store, data, 60000, 1, &done),
                     BW_TAPE_OK);
    assert_int_equal(bw_tape_commit(rig->store), BW_TAPE_FULL);
    assert_int_equal(bw_tape_lost(rig->store), 1);
    assert_int_equal(bw_tape_lost(rig->store), 0);
    commit(rig);
    reopen(rig);
    expect_record(rig, 1, 100);
    assert_int_equal(bw_tape_space_end(rig->store), BW_TAPE_OK);
    expect_place(rig, 4, 0);
    free(data);
}

static void gathered_records_that_do_not_fit_are_lost(void **state)
{
    struct rig *rig = *state;

    rig->file.limit = 10 * 1008 + 4 + 500;
    for (uint32_t i = 0; i < 20; i++) {
        write_record(rig, i, 1000);
    }
    assert_int_equal(bw_tape_commit(rig->store), BW_TAPE_FULL);
    assert_int_equal(bw_tape_lost(rig->store), 10);
    expect_place(rig, 10, 0);
    reopen(rig);
    for (uint32_t i = 0; i < 10; i++) {
        expect_record(rig, i, 1000);
    }
    expect(rig, BW_TAPE_EOD);
}

static void a_failed_flush_takes_back_what_was_not_committed(void **state)
{
    struct rig *rig = *state;

    write_record(rig, 1, 1000);
    commit(rig);
    for (unsigned good = 0; good < 2; good++) {
        write_record(rig, 2, 1000);
        write_marks(rig, 1);
        rig->file.fail_flushes = 1;
        assert_int_equal(bw_tape_commit(rig->store), BW_TAPE_IO);
        assert_int_equal(bw_tape_lost(rig->store), 2);
        expect_place(rig, 1, 0);
        expect(rig, BW_TAPE_EOD);
    }
    write_record(rig, 3, 1000);
    commit(rig);
    reopen(rig);
    expect_record(rig, 1, 1000);
    expect_record(rig, 3, 1000);
    expect(rig, BW_TAPE_EOD);
}

/* The last flush of the very first commit: what the file has then. */
static void a_header_that_did_not_last_is_no_tape_of_its_own(void **state)
{
    struct rig *rig = *state;

    for (unsigned flushes = 1; flushes < 4; flushes++) {
        write_record(rig, 1, 10);
        rig->file.good_flushes = flushes;
        rig->file.fail_flushes = 1;
        if (bw_tape_commit(rig->store) == BW_TAPE_OK) {
            break; /* that many were not made */
        }
        commit(rig);
        reopen(rig);
        expect(rig, BW_TAPE_EOD);
    }
}

static void a_failed_write_leaves_what_was_before(void **state)
{
    struct rig *rig = *state;
    uint8_t *data = calloc(1, 100000);
    uint32_t done;

    write_record(rig, 1, 1000);
    write_record(rig, 2, 100000);
    rig->file.fail_writes = 1;
    assert_int_equal(bw_tape_write(rig->store, data, 100000, 1, &done),
                     BW_TAPE_IO);
    assert_int_equal(done, 0);
    expect_place(rig, 2, 0);
    commit(rig);
    reopen(rig);
    expect_record(rig, 1, 1000);
    expect_record(rig, 2, 100000);
    expect(rig, BW_TAPE_EOD);
    free(data);
}

static void a_read_only_tape_takes_nothing(void **state)
{
    struct rig *rig = *state;
    uint32_t done;

    rig->options.read_only = true;
    reopen(rig);
    assert_int_equal(
        bw_tape_write(rig->store, (const uint8_t *)"x", 1, 1, &done),
        BW_TAPE_READ_ONLY);
    assert_int_equal(bw_tape_write_marks(rig->store, 1, &done),
                     BW_TAPE_READ_ONLY);
    assert_int_equal(bw_tape_erase(rig->store), BW_TAPE_READ_ONLY);
    assert_int_equal(bw_tape_commit(rig->store), BW_TAPE_OK);
    assert_int_equal(rig->file.writes, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_blank_tape_is_at_the_end_of_data),
        TEST(records_and_marks_are_framed_as_simh_frames_them),
        TEST(what_is_written_is_read_again),
        TEST(a_short_buffer_takes_the_beginning),
        TEST(fixed_blocks_stop_at_another_length),
        TEST(spacing_stops_at_marks_and_ends),
        TEST(sequential_marks_are_found_both_ways),
        TEST(locate_goes_to_objects_and_files),
        TEST(writing_in_the_middle_ends_the_tape_there),
        TEST(erase_ends_the_tape_at_the_head),
        TEST(nothing_is_seen_of_what_was_not_committed),
        TEST(one_call_of_the_host_per_long_write),
        TEST(the_capacity_ends_the_tape),
        TEST(a_full_host_keeps_what_fits),
        TEST(gathered_records_that_do_not_fit_are_lost),
        TEST(a_failed_flush_takes_back_what_was_not_committed),
        TEST(a_header_that_did_not_last_is_no_tape_of_its_own),
        TEST(a_failed_write_leaves_what_was_before),
        TEST(a_read_only_tape_takes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
