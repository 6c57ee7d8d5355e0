/*
 * The sidecar of positions: believed if it is the tape's, and never wrong.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tape_rig.h"

#define RECORDS 1000u

struct rig {
    struct tape_file file;
    struct tape_file sidecar;
    struct bw_tape_store *store;
};

static void open_tape(struct rig *rig)
{
    struct bw_tape_options options = { .gather = true };
    struct bw_tape_verdict verdict;

    rig->store = bw_tape_open(&rig->file.io, &options, &verdict);
    assert_int_equal(verdict.result, BW_TAPE_OK);
}

static void put(struct rig *rig, uint32_t length)
{
    uint8_t data[2000] = { 0 };
    uint32_t done;

    assert_int_equal(length > 0
                         ? bw_tape_write(rig->store, data, length, 1, &done)
                         : bw_tape_write_marks(rig->store, 1, &done),
                     BW_TAPE_OK);
}

/* A tape of RECORDS records of which each 50th is followed by a mark, saved. */
static int setup(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));

    tape_file_init(&rig->file);
    tape_file_init(&rig->sidecar);
    open_tape(rig);
    for (uint32_t i = 0; i < RECORDS; i++) {
        put(rig, 100 + i);
        if (i % 50 == 49) {
            put(rig, 0);
        }
    }
    assert_int_equal(bw_tape_commit(rig->store), BW_TAPE_OK);
    assert_int_equal(bw_tape_save_index(rig->store, &rig->sidecar.io),
                     BW_TAPE_OK);
    bw_tape_close(rig->store);
    open_tape(rig);
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    struct rig *rig = *state;

    bw_tape_close(rig->store);
    tape_file_free(&rig->file);
    tape_file_free(&rig->sidecar);
    free(rig);
    return 0;
}

static void load(struct rig *rig, enum bw_tape_result want)
{
    assert_int_equal(bw_tape_load_index(rig->store, &rig->sidecar.io), want);
}

static uint64_t known(const struct rig *rig)
{
    return bw_tape_index(rig->store)->count;
}

/* Object @number is a record of @length, wherever that is. */
static void expect_length(struct rig *rig, uint64_t number, uint32_t length)
{
    static uint8_t data[2000];
    struct bw_tape_object object;

    assert_int_equal(bw_tape_locate(rig->store, number), BW_TAPE_OK);
    assert_int_equal(bw_tape_read(rig->store, data, sizeof(data), &object),
                     BW_TAPE_OK);
    assert_int_equal(object.length, length);
    assert_int_equal(object.number, number);
}

static void its_own_sidecar_saves_the_scan(void **state)
{
    struct rig *rig = *state;

    load(rig, BW_TAPE_OK);
    assert_int_equal(known(rig), RECORDS + RECORDS / 50);
    assert_true(bw_tape_index(rig->store)->complete);
    rig->file.reads = 0;
    expect_length(rig, 900 + 900 / 50, 1000);
    assert_true(rig->file.reads <= 2);
}

static void a_damaged_sidecar_is_as_good_as_none(void **state)
{
    struct rig *rig = *state;

    for (size_t i = 0; i < rig->sidecar.size; i += 7) {
        rig->sidecar.bytes[i] ^= 0x10;
        bw_tape_load_index(rig->store, &rig->sidecar.io);
        assert_int_equal(known(rig), 0);
        rig->sidecar.bytes[i] ^= 0x10;
    }
    expect_length(rig, 500 + 500 / 50, 600);
}

static void a_sidecar_of_another_length_of_tape_is_not_believed(void **state)
{
    struct rig *rig = *state;

    tape_file_put(&rig->file, rig->file.size, (const uint8_t *)"", 1);
    bw_tape_close(rig->store);
    open_tape(rig);
    load(rig, BW_TAPE_OK);
    assert_int_equal(known(rig), 0);
}

static void writing_makes_the_sidecar_empty_first(void **state)
{
    struct rig *rig = *state;
    unsigned flushes = rig->sidecar.flushes;

    load(rig, BW_TAPE_OK);
    assert_int_equal(bw_tape_locate(rig->store, 500), BW_TAPE_OK);
    put(rig, 10);
    assert_int_equal(rig->sidecar.size, 0);
    assert_int_equal(rig->sidecar.flushes, flushes + 1);
    assert_int_equal(bw_tape_commit(rig->store), BW_TAPE_OK);
    assert_int_equal(bw_tape_save_index(rig->store, &rig->sidecar.io),
                     BW_TAPE_OK);
    bw_tape_close(rig->store);
    open_tape(rig);
    load(rig, BW_TAPE_OK);
    assert_int_equal(known(rig), 501);
}

static void a_sidecar_that_was_not_used_is_made_empty_too(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(bw_tape_space_end(rig->store), BW_TAPE_OK);
    load(rig, BW_TAPE_OK); /* knows no more */
    put(rig, 10);
    assert_int_equal(rig->sidecar.size, 0);
}

/* Another program swaps two records: the file is as long, its ends alike. */
static void swap_records(struct rig *rig, uint64_t first)
{
    struct bw_tape_object a, b;
    uint8_t pair[4096];

    assert_true(bw_index_find(bw_tape_index(rig->store), first, &a));
    assert_true(bw_index_find(bw_tape_index(rig->store), first + 1, &b));
    memcpy(pair, rig->file.bytes + b.offset, b.size);
    memcpy(pair + b.size, rig->file.bytes + a.offset, a.size);
    memcpy(rig->file.bytes + a.offset, pair, a.size + b.size);
}

static void reading_tells_a_sidecar_that_is_wrong(void **state)
{
    struct rig *rig = *state;

    load(rig, BW_TAPE_OK);
    swap_records(rig, 510); /* no sample: 1020 / 32 + 1 = 32, 512 is one */
    assert_int_equal(bw_tape_rewind(rig->store), BW_TAPE_OK);
    bw_tape_close(rig->store);
    open_tape(rig);
    load(rig, BW_TAPE_OK);
    assert_true(known(rig) > RECORDS);
    expect_length(rig, 511, 600);      /* was at 510 = record 500, 100 + 500 */
    assert_true(known(rig) < RECORDS); /* it was scanned */
    expect_length(rig, 510, 601);
}

static void so_does_writing(void **state)
{
    struct rig *rig = *state;

    load(rig, BW_TAPE_OK);
    swap_records(rig, 510);
    assert_int_equal(bw_tape_locate(rig->store, 511), BW_TAPE_OK);
    put(rig, 7);
    assert_int_equal(bw_tape_commit(rig->store), BW_TAPE_OK);
    expect_length(rig, 510, 601);
    expect_length(rig, 511, 7);
    assert_int_equal(bw_tape_space_end(rig->store), BW_TAPE_OK);
    assert_int_equal(known(rig), 512);
}

static void a_dropped_sidecar_is_left_alone(void **state)
{
    struct rig *rig = *state;
    size_t size = rig->sidecar.size;

    load(rig, BW_TAPE_OK);
    bw_tape_drop_index(rig->store);
    put(rig, 10);
    assert_int_equal(rig->sidecar.size, size);
}

static void nothing_new_is_not_saved_again(void **state)
{
    struct rig *rig = *state;
    unsigned writes;

    load(rig, BW_TAPE_OK);
    writes = rig->sidecar.writes;
    assert_int_equal(bw_tape_save_index(rig->store, &rig->sidecar.io),
                     BW_TAPE_OK);
    assert_int_equal(rig->sidecar.writes, writes);
}

static void a_partial_scan_is_saved_and_goes_on(void **state)
{
    struct rig *rig = *state;

    expect_length(rig, 200 + 200 / 50, 300);
    assert_int_equal(bw_tape_save_index(rig->store, &rig->sidecar.io),
                     BW_TAPE_OK);
    bw_tape_close(rig->store);
    open_tape(rig);
    load(rig, BW_TAPE_OK);
    assert_in_range(known(rig), 204, RECORDS);
    assert_int_equal(bw_tape_space_end(rig->store), BW_TAPE_OK);
    assert_int_equal(known(rig), RECORDS + RECORDS / 50);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(its_own_sidecar_saves_the_scan),
        TEST(a_damaged_sidecar_is_as_good_as_none),
        TEST(a_sidecar_of_another_length_of_tape_is_not_believed),
        TEST(writing_makes_the_sidecar_empty_first),
        TEST(a_sidecar_that_was_not_used_is_made_empty_too),
        TEST(reading_tells_a_sidecar_that_is_wrong),
        TEST(so_does_writing),
        TEST(a_dropped_sidecar_is_left_alone),
        TEST(nothing_new_is_not_saved_again),
        TEST(a_partial_scan_is_saved_and_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
