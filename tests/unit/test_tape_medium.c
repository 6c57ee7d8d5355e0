/*
 * lib/tape_medium.c: a cartridge and the files beside its tape, there, missing,
 * damaged and refused.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdlib.h>
#include <string.h>

#include "lib/tape_medium.h"
#include "lib/tape_meta.h"
#include "tape_shelf.h"

#define META    BW_TAPE_FILE_META
#define DATA_0  BW_TAPE_FILE_DATA_0
#define DATA_1  BW_TAPE_FILE_DATA_1
#define INDEX_0 BW_TAPE_FILE_INDEX_0
#define INDEX_1 BW_TAPE_FILE_INDEX_1

struct rig {
    struct tape_shelf shelf;
    struct bw_tape_options options;
    struct bw_tape_medium medium;
    struct bw_tape_verdict verdict;
};

static int setup(void **state)
{
    struct rig *r = calloc(1, sizeof(*r));

    assert_non_null(r);
    tape_shelf_init(&r->shelf);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    struct rig *r = *state;

    bw_medium_close(&r->medium);
    assert_int_equal(tape_shelf_free(&r->shelf), 0);
    free(r);
    return 0;
}

static enum bw_tape_result load(struct rig *r)
{
    return bw_medium_open(&r->medium, &r->shelf.files, &r->options,
                          &r->verdict);
}

static void open_it(struct rig *r)
{
    assert_int_equal(load(r), BW_TAPE_OK);
    assert_string_equal(r->verdict.text, "");
}

static void again(struct rig *r)
{
    assert_int_equal(bw_medium_save(&r->medium), BW_TAPE_OK);
    bw_medium_close(&r->medium);
    open_it(r);
}

static void write_records(struct rig *r, unsigned partition, uint32_t count)
{
    static const uint8_t data[512 * 1000];
    uint32_t done;

    assert_int_equal(
        bw_tape_write(r->medium.partition[partition], data, 512, count, &done),
        BW_TAPE_OK);
    assert_int_equal(done, count);
}

static void two_partitions(struct rig *r)
{
    assert_int_equal(bw_medium_format(&r->medium, 2, NULL), BW_TAPE_OK);
}

static unsigned files_there(const struct rig *r)
{
    unsigned count = 0;

    for (unsigned i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        count += r->shelf.there[i];
    }
    return count;
}

static void a_plain_tape_stays_one_file(void **state)
{
    struct rig *r = *state;

    open_it(r);
    assert_int_equal(r->medium.meta_state, BW_TAPE_NOT_FOUND);
    assert_true(r->medium.keeps_meta);
    assert_null(r->medium.partition[1]);
    write_records(r, 0, 3);
    r->medium.cartridge.loads++;
    r->medium.cartridge.written += 1536;
    r->medium.cartridge.changes[0]++;
    again(r);
    assert_int_equal(files_there(r), 1);
    assert_int_equal(r->medium.cartridge.loads, 0);
    /* formatting it with one partition makes it no other */
    assert_int_equal(bw_medium_format(&r->medium, 1, NULL), BW_TAPE_OK);
    again(r);
    assert_int_equal(files_there(r), 1);
    assert_int_equal(bw_tape_used(r->medium.partition[0]), 0);
}

static void what_is_stuck_to_the_case_is_kept(void **state)
{
    struct rig *r = *state;

    open_it(r);
    strcpy(r->medium.cartridge.barcode, "ABC001L8");
    r->medium.cartridge.capacity = 2000000;
    r->medium.meta_changed = true;
    assert_int_equal(bw_medium_commit(&r->medium), BW_TAPE_OK);
    assert_false(r->medium.meta_changed);
    bw_medium_close(&r->medium);
    open_it(r);
    assert_int_equal(r->medium.meta_state, BW_TAPE_OK);
    assert_int_equal(r->medium.meta_turn, 1);
    assert_string_equal(r->medium.cartridge.barcode, "ABC001L8");
    assert_int_equal(bw_medium_capacity(&r->medium, 0), 2000000);
}

/* What has a .meta file keeps its counters, when it is unloaded. */
static void counters_are_kept_where_there_is_a_file(void **state)
{
    struct rig *r = *state;

    open_it(r);
    r->medium.cartridge.density = 0x5e;
    r->medium.meta_changed = true;
    again(r);
    r->medium.cartridge.loads = 5;
    assert_int_equal(bw_medium_commit(&r->medium), BW_TAPE_OK);
    assert_int_equal(r->medium.meta_turn, 1);
    again(r);
    assert_int_equal(r->medium.cartridge.loads, 5);
    assert_int_equal(r->medium.meta_turn, 2);
    again(r);
    assert_int_equal(r->medium.meta_turn, 2);
}

/* LTFS trusts its notes while the reference is the same. */
static void a_change_reference_goes_with_the_data(void **state)
{
    struct rig *r = *state;

    open_it(r);
    r->medium.cartridge.density = 0x5e;
    r->medium.meta_changed = true;
    assert_int_equal(bw_medium_commit(&r->medium), BW_TAPE_OK);
    r->medium.cartridge.changes[0]++;
    assert_int_equal(bw_medium_commit(&r->medium), BW_TAPE_OK);
    assert_int_equal(r->medium.meta_turn, 2);
    assert_int_equal(bw_medium_commit(&r->medium), BW_TAPE_OK);
    assert_int_equal(r->medium.meta_turn, 2);
    bw_medium_close(&r->medium);
    open_it(r);
    assert_int_equal(r->medium.cartridge.changes[0], 1);
}

static void two_partitions_keep_their_own_data(void **state)
{
    struct rig *r = *state;
    struct bw_tape_object object;

    open_it(r);
    two_partitions(r);
    assert_int_equal(files_there(r), 3);
    write_records(r, 0, 3);
    write_records(r, 1, 5);
    again(r);
    assert_int_equal(r->medium.cartridge.partitions, 2);
    for (unsigned i = 0; i < 2; i++) {
        struct bw_tape_place place;

        bw_tape_space_end(r->medium.partition[i]);
        bw_tape_place(r->medium.partition[i], &place);
        assert_int_equal(place.object, i == 0 ? 3 : 5);
        assert_int_equal(bw_tape_peek(r->medium.partition[i], &object),
                         BW_TAPE_EOD);
    }
}

static void formatting_makes_it_blank(void **state)
{
    static const uint8_t value[4] = { 1, 2, 3, 4 };
    struct bw_tape_attribute a = { .id = 0x080c, .length = 4, .value = value };
    struct rig *r = *state;

    open_it(r);
    two_partitions(r);
    write_records(r, 0, 3);
    write_records(r, 1, 5);
    bw_cartridge_set(&r->medium.cartridge, &a); /* notes on what is there */
    a.id = 0x0801;
    bw_cartridge_set(&r->medium.cartridge, &a);
    a.partition = 1;
    bw_cartridge_set(&r->medium.cartridge, &a);
    two_partitions(r);
    assert_int_equal(r->medium.cartridge.changes[1], 2);
    assert_int_equal(bw_tape_used(r->medium.partition[0]), 0);
    assert_int_equal(bw_tape_used(r->medium.partition[1]), 0);
    assert_true(bw_cartridge_attribute(&r->medium.cartridge, 0, 0, &a));
    assert_int_equal(a.id, 0x0801);
    assert_false(bw_cartridge_attribute(&r->medium.cartridge, 0, 0x802, &a));
    assert_false(bw_cartridge_attribute(&r->medium.cartridge, 1, 0, &a));
    write_records(r, 1, 5);
    assert_int_equal(bw_medium_format(&r->medium, 1, NULL), BW_TAPE_OK);
    assert_false(r->shelf.there[DATA_1]);
    assert_null(r->medium.partition[1]);
    again(r);
    assert_int_equal(r->medium.cartridge.partitions, 1);
}

static void partitions_share_the_capacity(void **state)
{
    struct rig *r = *state;
    static const struct {
        uint64_t share[2];
        uint64_t capacity[2];
    } shares[] = {
        { { 0, 0 }, { 500000, 500000 } },
        { { 0, 100000 }, { 900000, 100000 } },
        { { 1000, 0 }, { 1000, 999000 } },
        { { 1, 2 }, { 1, 2 } },
    };

    r->options.capacity = 1000000;
    r->options.warning = 700000;
    open_it(r);
    assert_int_equal(bw_medium_capacity(&r->medium, 0), 1000000);
    assert_int_equal(bw_medium_capacity(&r->medium, 1), 0);
    for (size_t i = 0; i < ARRAY_LEN(shares); i++) {
        assert_int_equal(bw_medium_format(&r->medium, 2, shares[i].share),
                         BW_TAPE_OK);
        again(r);
        for (unsigned k = 0; k < 2; k++) {
            assert_int_equal(bw_medium_capacity(&r->medium, k),
                             shares[i].capacity[k]);
        }
    }
    /* the limits are the store's too */
    assert_int_equal(bw_medium_format(&r->medium, 1, shares[2].share),
                     BW_TAPE_OK);
    assert_int_equal(bw_medium_capacity(&r->medium, 0), 1000);
    {
        static const uint8_t data[4096];
        uint32_t done;

        assert_int_equal(
            bw_tape_write(r->medium.partition[0], data, 512, 8, &done),
            BW_TAPE_FULL);
        assert_int_equal(done, 1);
    }
}

static void damage(struct tape_file *f)
{
    memset(f->bytes, 0x55, f->size);
}

static void a_damaged_meta_file_is_told_and_left_alone(void **state)
{
    struct rig *r = *state;

    open_it(r);
    two_partitions(r);
    write_records(r, 0, 3);
    write_records(r, 1, 5);
    assert_int_equal(bw_medium_save(&r->medium), BW_TAPE_OK);
    bw_medium_close(&r->medium);
    damage(&r->shelf.file[META]);
    assert_int_equal(load(r), BW_TAPE_OK);
    assert_int_equal(r->medium.meta_state, BW_TAPE_FOREIGN);
    assert_non_null(strstr(r->verdict.text, ".meta"));
    /* the data is there, in both */
    assert_non_null(r->medium.partition[1]);
    assert_int_equal(r->medium.cartridge.partitions, 2);
    r->medium.cartridge.loads++;
    assert_int_equal(bw_medium_save(&r->medium), BW_TAPE_OK);
    assert_int_equal(r->shelf.file[META].bytes[0], 0x55);
    /* until there is something to write */
    strcpy(r->medium.cartridge.barcode, "NEW");
    r->medium.meta_changed = true;
    again(r);
    assert_string_equal(r->medium.cartridge.barcode, "NEW");
    assert_int_equal(r->medium.cartridge.partitions, 2);
}

static void a_damaged_slot_leaves_the_other(void **state)
{
    struct rig *r = *state;

    open_it(r);
    strcpy(r->medium.cartridge.barcode, "ONE");
    r->medium.meta_changed = true;
    again(r);
    strcpy(r->medium.cartridge.barcode, "TWO");
    r->medium.meta_changed = true;
    again(r);
    assert_string_equal(r->medium.cartridge.barcode, "TWO");
    r->shelf.file[META].bytes[BW_META_SLOT + 40] ^= 1;
    again(r);
    assert_string_equal(r->medium.cartridge.barcode, "ONE");
}

/* A .meta that the host cannot read now may have newer slots: hands off. */
static void an_unreadable_meta_file_is_not_written(void **state)
{
    struct rig *r = *state;

    open_it(r);
    strcpy(r->medium.cartridge.barcode, "ONE");
    r->medium.meta_changed = true;
    again(r);
    bw_medium_close(&r->medium);
    r->shelf.file[META].fail_after = 0;
    assert_int_equal(load(r), BW_TAPE_OK);
    assert_int_equal(r->medium.meta_state, BW_TAPE_IO);
    assert_true(strlen(r->verdict.text) > 0);
    assert_false(r->medium.keeps_meta);
    r->shelf.file[META].fail_after = -1;
    strcpy(r->medium.cartridge.barcode, "TWO");
    r->medium.meta_changed = true;
    again(r);
    assert_string_equal(r->medium.cartridge.barcode, "ONE");
}

static void a_missing_second_partition_is_made_anew(void **state)
{
    struct rig *r = *state;

    open_it(r);
    two_partitions(r);
    write_records(r, 1, 5);
    assert_int_equal(bw_medium_save(&r->medium), BW_TAPE_OK);
    bw_medium_close(&r->medium);
    tape_shelf_remove(&r->shelf, DATA_1);
    r->options.read_only = true;
    assert_int_equal(load(r), BW_TAPE_OK);
    assert_non_null(strstr(r->verdict.text, "missing"));
    assert_int_equal(r->medium.cartridge.partitions, 1);
    assert_false(r->shelf.there[DATA_1]);
    bw_medium_close(&r->medium);
    r->options.read_only = false;
    assert_int_equal(load(r), BW_TAPE_OK);
    assert_non_null(strstr(r->verdict.text, "missing"));
    assert_int_equal(r->medium.cartridge.partitions, 2);
    assert_int_equal(bw_tape_used(r->medium.partition[1]), 0);
}

static void a_foreign_file_is_no_tape(void **state)
{
    struct rig *r = *state;

    tape_file_grow(&r->shelf.file[DATA_0], 100000);
    memset(r->shelf.file[DATA_0].bytes, 0, 100000);
    assert_int_equal(load(r), BW_TAPE_FOREIGN);
    assert_int_equal(r->verdict.result, BW_TAPE_FOREIGN);
    assert_true(strlen(r->verdict.text) > 0);
    assert_null(r->medium.partition[0]);
    r->shelf.refuse[DATA_0] = BW_TAPE_IO;
    assert_int_equal(load(r), BW_TAPE_IO);
    assert_true(strlen(r->verdict.text) > 0);
}

static void a_second_partition_that_is_no_tape_is_told(void **state)
{
    struct rig *r = *state;

    open_it(r);
    two_partitions(r);
    assert_int_equal(bw_medium_save(&r->medium), BW_TAPE_OK);
    bw_medium_close(&r->medium);
    tape_file_grow(&r->shelf.file[DATA_1], 100000);
    memset(r->shelf.file[DATA_1].bytes, 0, 100000);
    assert_int_equal(load(r), BW_TAPE_FOREIGN);
    assert_true(strlen(r->verdict.text) > 0);
    assert_null(r->medium.partition[0]);
}

static void without_a_place_there_are_no_partitions(void **state)
{
    struct rig *r = *state;

    r->shelf.no_place = true;
    open_it(r);
    assert_false(r->medium.keeps_meta);
    assert_int_equal(bw_medium_format(&r->medium, 2, NULL),
                     BW_TAPE_UNSUPPORTED);
    write_records(r, 0, 3);
    assert_int_equal(bw_medium_format(&r->medium, 1, NULL), BW_TAPE_OK);
    assert_int_equal(bw_medium_format(&r->medium, 3, NULL),
                     BW_TAPE_UNSUPPORTED);
    assert_int_equal(bw_medium_format(&r->medium, 0, NULL),
                     BW_TAPE_UNSUPPORTED);
    again(r);
    assert_int_equal(files_there(r), 1);
}

static void the_tab_protects_the_tape_and_not_the_label(void **state)
{
    struct rig *r = *state;
    static const uint8_t data[512];
    uint32_t done;

    open_it(r);
    r->medium.cartridge.write_protect = true;
    r->medium.meta_changed = true;
    again(r);
    assert_true(r->medium.read_only);
    assert_int_equal(bw_tape_write(r->medium.partition[0], data, 512, 1, &done),
                     BW_TAPE_READ_ONLY);
    assert_int_equal(bw_medium_format(&r->medium, 1, NULL), BW_TAPE_READ_ONLY);
    r->medium.cartridge.write_protect = false;
    r->medium.meta_changed = true;
    again(r);
    assert_false(r->medium.read_only);
    write_records(r, 0, 1);
}

static void nothing_is_written_beside_a_read_only_tape(void **state)
{
    struct rig *r = *state;

    r->options.read_only = true;
    open_it(r);
    strcpy(r->medium.cartridge.barcode, "X");
    r->medium.meta_changed = true;
    assert_int_equal(bw_medium_format(&r->medium, 1, NULL), BW_TAPE_READ_ONLY);
    again(r);
    assert_int_equal(files_there(r), 1);
    assert_int_equal(r->shelf.file[DATA_0].writes, 0);
}

static void long_tapes_have_an_index_short_ones_have_none(void **state)
{
    struct rig *r = *state;
    unsigned reads;
    struct bw_tape_place place;

    open_it(r);
    write_records(r, 0, 255);
    again(r);
    assert_false(r->shelf.there[INDEX_0]);
    bw_tape_space_end(r->medium.partition[0]);
    write_records(r, 0, 745);
    again(r);
    assert_true(r->shelf.there[INDEX_0]);
    reads = bw_tape_index(r->medium.partition[0])->complete;
    assert_int_equal(reads, 1);
    bw_tape_space_end(r->medium.partition[0]);
    bw_tape_place(r->medium.partition[0], &place);
    assert_int_equal(place.object, 1000);
    assert_int_equal(bw_medium_format(&r->medium, 1, NULL), BW_TAPE_OK);
    again(r);
    assert_false(r->shelf.there[INDEX_0]);
}

static void an_index_that_is_damaged_is_made_anew(void **state)
{
    struct rig *r = *state;
    struct bw_tape_place place;

    open_it(r);
    write_records(r, 0, 1000);
    again(r);
    bw_medium_close(&r->medium);
    damage(&r->shelf.file[INDEX_0]);
    open_it(r);
    assert_false(bw_tape_index(r->medium.partition[0])->complete);
    bw_tape_space_end(r->medium.partition[0]);
    bw_tape_place(r->medium.partition[0], &place);
    assert_int_equal(place.object, 1000);
    again(r);
    assert_true(bw_tape_index(r->medium.partition[0])->complete);
}

/* The data lasts, and that the label does not is told. */
static void a_label_that_cannot_be_written_is_told(void **state)
{
    struct rig *r = *state;

    open_it(r);
    r->shelf.refuse[META] = BW_TAPE_READ_ONLY;
    write_records(r, 0, 3);
    strcpy(r->medium.cartridge.barcode, "X");
    r->medium.meta_changed = true;
    assert_int_equal(bw_medium_commit(&r->medium), BW_TAPE_READ_ONLY);
    assert_false(bw_tape_dirty(r->medium.partition[0]));
    assert_false(r->medium.keeps_meta);
    assert_int_equal(bw_medium_commit(&r->medium), BW_TAPE_OK);
}

static void the_label_waits_for_the_data(void **state)
{
    struct rig *r = *state;

    open_it(r);
    write_records(r, 0, 3);
    strcpy(r->medium.cartridge.barcode, "X");
    r->medium.meta_changed = true;
    r->shelf.file[DATA_0].fail_after = 0;
    assert_int_equal(bw_medium_commit(&r->medium), BW_TAPE_IO);
    assert_false(r->shelf.there[META]);
    r->shelf.file[DATA_0].fail_after = -1;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_plain_tape_stays_one_file),
        TEST(what_is_stuck_to_the_case_is_kept),
        TEST(counters_are_kept_where_there_is_a_file),
        TEST(a_change_reference_goes_with_the_data),
        TEST(two_partitions_keep_their_own_data),
        TEST(formatting_makes_it_blank),
        TEST(partitions_share_the_capacity),
        TEST(a_damaged_meta_file_is_told_and_left_alone),
        TEST(a_damaged_slot_leaves_the_other),
        TEST(an_unreadable_meta_file_is_not_written),
        TEST(a_missing_second_partition_is_made_anew),
        TEST(a_foreign_file_is_no_tape),
        TEST(a_second_partition_that_is_no_tape_is_told),
        TEST(without_a_place_there_are_no_partitions),
        TEST(the_tab_protects_the_tape_and_not_the_label),
        TEST(nothing_is_written_beside_a_read_only_tape),
        TEST(long_tapes_have_an_index_short_ones_have_none),
        TEST(an_index_that_is_damaged_is_made_anew),
        TEST(a_label_that_cannot_be_written_is_told),
        TEST(the_label_waits_for_the_data),
    };

    return cmocka_run_group_tests_name("tape_medium", tests, NULL, NULL);
}
