/*
 * lib/tape_index*.c against a plain list of objects: what is added is found,
 * what is cut is gone, and the sidecar brings it back or is refused.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdlib.h>
#include <string.h>

#include "lib/crc32.h"
#include "lib/tape_index.h"
#include "tape_file.h"

#define MODEL_MAX 20000u

struct rig {
    struct tape_file file; /* the sidecar, and the memory */
    struct bw_tape_index index;
    struct bw_tape_object model[MODEL_MAX];
    size_t count;
    uint64_t marks;
    uint64_t end;
    uint32_t random;
};

static int setup(void **state)
{
    struct rig *r = calloc(1, sizeof(*r));

    assert_non_null(r);
    tape_file_init(&r->file);
    bw_index_init(&r->index, &r->file.io);
    r->random = 1;
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    struct rig *r = *state;

    bw_index_free(&r->index);
    assert_int_equal(r->file.memory, 0);
    tape_file_free(&r->file);
    free(r);
    return 0;
}

/* xorshift32 */
static uint32_t dice(struct rig *r, uint32_t sides)
{
    r->random ^= r->random << 13;
    r->random ^= r->random >> 17;
    r->random ^= r->random << 5;
    return r->random % sides;
}

static void add(struct rig *r, enum bw_tape_kind kind, uint32_t gap,
                uint32_t size, uint32_t length, uint32_t count)
{
    assert_int_equal(
        bw_index_add(&r->index, kind, r->end + gap, size, length, count),
        BW_TAPE_OK);
    r->end += gap;
    for (uint32_t i = 0; i < count && r->count < MODEL_MAX; i++) {
        r->model[r->count] = (struct bw_tape_object){
            .number = r->count,
            .offset = r->end,
            .size = size,
            .marks = r->marks,
            .length = length,
            .kind = kind,
        };
        r->count++;
        r->end += size;
        r->marks += kind == BW_TAPE_KIND_MARK;
    }
}

static void add_record(struct rig *r, uint32_t length, uint32_t count)
{
    add(r, BW_TAPE_KIND_RECORD, 0, 8 + length + (length & 1), length, count);
}

static void add_mark(struct rig *r, uint32_t count)
{
    add(r, BW_TAPE_KIND_MARK, 0, 4, 0, count);
}

static void same(const struct bw_tape_object *a, const struct bw_tape_object *b)
{
    assert_int_equal(a->number, b->number);
    assert_int_equal(a->offset, b->offset);
    assert_int_equal(a->size, b->size);
    assert_int_equal(a->marks, b->marks);
    assert_int_equal(a->length, b->length);
    assert_int_equal(a->kind, b->kind);
}

/* Objects counted by hand that are alike and evenly spaced from @i on. */
static size_t alike_in_model(const struct rig *r, size_t i)
{
    const struct bw_tape_object *m = r->model;
    size_t n = 1;

    while (i + n < r->count && m[i + n].kind == m[i].kind &&
           m[i + n].length == m[i].length && m[i + n].size == m[i].size &&
           m[i + n].offset - m[i + n - 1].offset ==
               m[i + 1].offset - m[i].offset) {
        n++;
    }
    return n;
}

static void check_index(const struct rig *r)
{
    const struct bw_tape_index *index = &r->index;
    struct bw_tape_object o;

    assert_int_equal(index->count, r->count);
    assert_int_equal(index->mark_count, r->marks);
    assert_int_equal(index->offset, r->end);
    for (size_t i = 0; i < r->count; i++) {
        const struct bw_tape_object *m = &r->model[i];
        uint64_t alike = bw_index_alike(index, i);

        assert_true(bw_index_find(index, i, &o));
        same(&o, m);
        assert_int_equal(bw_index_marks_before(index, i), m->marks);
        assert_true(alike >= 1 && alike <= alike_in_model(r, i));
        if (m->kind == BW_TAPE_KIND_MARK) {
            assert_true(bw_index_mark(index, m->marks, &o));
            same(&o, m);
        }
    }
    assert_int_equal(bw_index_marks_before(index, r->count), r->marks);
    assert_false(bw_index_find(index, r->count, &o));
    assert_false(bw_index_mark(index, r->marks, &o));
    assert_int_equal(bw_index_alike(index, r->count), 0);
}

static void cut(struct rig *r, size_t number)
{
    uint64_t offset = number < r->count ? r->model[number].offset : r->end;

    bw_index_cut(&r->index, number, offset);
    r->marks = number < r->count ? r->model[number].marks : r->marks;
    r->count = number;
    r->end = offset;
}

static void an_empty_index_knows_nothing(void **state)
{
    struct rig *r = *state;
    check_index(r);
    cut(r, 0);
    check_index(r);
    assert_int_equal(bw_index_add(&r->index, BW_TAPE_KIND_RECORD, 0, 18, 10, 0),
                     BW_TAPE_OK);
    check_index(r);
}

static void an_archive_takes_a_few_extents(void **state)
{
    struct rig *r = *state;

    for (unsigned file = 0; file < 10; file++) {
        for (unsigned i = 0; i < 1000; i++) {
            add_record(r, 10240, 1);
        }
        add_record(r, 512, 1);
        add_mark(r, 1);
    }
    add_mark(r, 1);
    check_index(r);
    assert_true(r->index.extent_count <= 20);
    assert_int_equal(bw_index_alike(&r->index, 0), 1000);
}

static void records_of_any_length_take_a_word_each(void **state)
{
    struct rig *r = *state;

    for (unsigned i = 0; i < MODEL_MAX; i++) {
        add_record(r, 1 + i * 7 % 65521, 1);
    }
    check_index(r);
    assert_true(r->index.mixed_count <= MODEL_MAX);
    assert_true(r->index.extent_count <= MODEL_MAX / 256 + 1);
}

/* 2^40 marks: a file of zeros is one extent, whatever its length. */
static void a_long_run_is_one_extent(void **state)
{
    struct rig *r = *state;
    struct bw_tape_object o;
    uint64_t many = UINT64_C(1) << 40;

    assert_int_equal(bw_index_add(&r->index, BW_TAPE_KIND_MARK, 0, 4, 0, many),
                     BW_TAPE_OK);
    assert_int_equal(r->index.extent_count, 1);
    assert_true(bw_index_mark(&r->index, many - 1, &o));
    assert_int_equal(o.offset, 4 * (many - 1));
    bw_index_cut(&r->index, many / 2, 2 * many);
    assert_int_equal(r->index.mark_count, many / 2);
    assert_int_equal(r->index.offset, 2 * many);
}

static void gaps_and_odd_sizes_are_kept(void **state)
{
    struct rig *r = *state;

    add_record(r, 100, 3);
    add(r, BW_TAPE_KIND_RECORD, 12, 108, 100, 1); /* behind a gap */
    add(r, BW_TAPE_KIND_RECORD, 12, 108, 100, 1);
    add(r, BW_TAPE_KIND_RECORD, 0, 9 + 8, 9, 2);  /* unpadded */
    add(r, BW_TAPE_KIND_RECORD, 0, 10 + 8, 9, 2); /* padded */
    add(r, BW_TAPE_KIND_RECORD, 0, 12 + 8, 9, 2); /* to four */
    add(r, BW_TAPE_KIND_RECORD, 0, 99 + 8, 9, 2); /* by more than a word says */
    add(r, BW_TAPE_KIND_BAD, 0, 4, 0, 1);
    add(r, BW_TAPE_KIND_BAD, 0, 28, 20, 5);
    add(r, BW_TAPE_KIND_MARK, 0, 8, 0, 5); /* long marks */
    add(r, BW_TAPE_KIND_RECORD, 2, (1u << 28) + 8, (1u << 28) - 1, 3);
    check_index(r);
}

static void what_is_cut_is_gone(void **state)
{
    struct rig *r = *state;

    for (unsigned i = 0; i < 300; i++) {
        add_record(r, 1 + i, 1);
        add_mark(r, i % 3);
        add_record(r, 512, 20);
    }
    r->index.complete = true;
    cut(r, r->count + 0);
    assert_false(r->index.complete);
    while (r->count > 0) {
        cut(r, r->count - 1 - dice(r, r->count < 40 ? 1 : 40));
        check_index(r);
    }
    assert_int_equal(r->index.extent_count, 0);
    assert_int_equal(r->index.mixed_count, 0);
}

static void save_and_load(struct rig *r)
{
    struct bw_tape_index copy;
    uint64_t size;
    uint32_t check;

    assert_int_equal(bw_index_save(&r->index, &r->file.io, r->end + 4, 77),
                     BW_TAPE_OK);
    bw_index_init(&copy, &r->file.io);
    assert_int_equal(bw_index_load(&copy, &r->file.io, &size, &check),
                     BW_TAPE_OK);
    assert_int_equal(size, r->end + 4);
    assert_int_equal(check, 77);
    assert_int_equal(copy.complete, r->index.complete);
    bw_index_free(&r->index);
    r->index = copy;
}

static void random_step(struct rig *r)
{
    uint32_t many = dice(r, 4) == 0 ? 1 + dice(r, 40) : 1;

    switch (dice(r, 12)) {
    case 0:
        cut(r, dice(r, (uint32_t)r->count + 1));
        break;
    case 1:
        r->index.complete = dice(r, 2);
        save_and_load(r);
        break;
    case 2:
        add(r, BW_TAPE_KIND_BAD, dice(r, 3) * 4, 20 + dice(r, 3), 12, many);
        break;
    case 3:
    case 4:
        add_mark(r, many);
        break;
    case 5:
        add(r, BW_TAPE_KIND_RECORD, dice(r, 3) * 4, 520, 512, 1);
        break;
    case 6:
    case 7:
        add_record(r, 512, many);
        break;
    default:
        add_record(r, 1 + dice(r, 1 + dice(r, 70000)), many);
        break;
    }
}

static void it_agrees_with_a_list(void **state)
{
    struct rig *r = *state;

    for (unsigned run = 0; run < 20; run++) {
        for (unsigned i = 0; i < 1000 && r->count < MODEL_MAX - 100; i++) {
            random_step(r);
            if (i % 50 == 0) {
                check_index(r);
            }
        }
        check_index(r);
        cut(r, 0);
    }
}

static void no_memory_changes_nothing(void **state)
{
    struct rig *r = *state;
    void *(*memory)(void *, void *, size_t) = r->file.io.memory;
    unsigned refused = 0;

    add_record(r, 100, 1);
    for (unsigned i = 0; i < 1000; i++) {
        uint32_t length = 1 + i;

        if (r->index.extent_count + 2 > r->index.extent_room ||
            r->index.mixed_count + 32 > r->index.mixed_room) {
            /* a size that no allocator has */
            size_t room = r->index.mixed_room;

            r->index.mixed_count += SIZE_MAX / 2;
            assert_int_equal(bw_index_add(&r->index, BW_TAPE_KIND_RECORD,
                                          r->end, 8 + length, length, 1),
                             BW_TAPE_NO_MEMORY);
            r->index.mixed_count -= SIZE_MAX / 2;
            assert_int_equal(r->index.mixed_room, room);
            refused++;
        }
        add_record(r, length, 1);
    }
    assert_true(refused > 0);
    assert_ptr_equal(r->file.io.memory, memory);
    check_index(r);
}

static void fill(struct rig *r)
{
    for (unsigned i = 0; i < 500; i++) {
        add_record(r, 1 + dice(r, 100), 1);
        add_record(r, 512, 20);
        add_mark(r, 1);
    }
}

static void refused(struct rig *r)
{
    uint64_t size = 1;
    uint32_t check = 2;
    struct bw_tape_index index;

    bw_index_init(&index, &r->file.io);
    assert_int_equal(bw_index_load(&index, &r->file.io, &size, &check),
                     BW_TAPE_FOREIGN);
    assert_int_equal(size, 1);
    assert_int_equal(check, 2);
    assert_int_equal(index.count, 0);
    assert_null(index.extents);
    bw_index_free(&index);
}

static void any_changed_byte_is_noticed(void **state)
{
    struct rig *r = *state;

    fill(r);
    assert_int_equal(bw_index_save(&r->index, &r->file.io, r->end, 0),
                     BW_TAPE_OK);
    for (size_t i = 0; i < r->file.size; i += i < 200 ? 1 : 97) {
        r->file.bytes[i] ^= 0x10;
        refused(r);
        r->file.bytes[i] ^= 0x10;
    }
    save_and_load(r);
    check_index(r);
}

static void a_short_file_is_noticed(void **state)
{
    struct rig *r = *state;
    size_t whole;

    fill(r);
    assert_int_equal(bw_index_save(&r->index, &r->file.io, r->end, 0),
                     BW_TAPE_OK);
    whole = r->file.size;
    for (size_t i = 0; i < whole; i += i < 200 ? 1 : 97) {
        r->file.size = i;
        refused(r);
    }
    r->file.size = whole;
}

/* The header's and the body's checks are right; only the numbers are not. */
static void numbers_are_checked(void **state)
{
    struct rig *r = *state;
    static const struct {
        size_t at;
        uint8_t value;
    } wrong[] = {
        { 8, 2 },  /* version */
        { 12, 2 }, /* flags */
        { 22, 0 }, /* the tape's size, below the end of the data */
        { 32, 9 }, /* objects */
        { 40, 9 }, /* marks */
        { 48, 9 }, /* the end, within the data */
        { 56, 1 }, /* words */
        { 63, 0xff }, { 64, 9 }, /* extents */
        { 71, 0xff },
    };

    add_record(r, 512, 20);
    add_mark(r, 100);
    assert_int_equal(
        bw_index_save(&r->index, &r->file.io, UINT64_C(1) << 48, 0),
        BW_TAPE_OK);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        uint8_t *b = r->file.bytes;
        uint8_t was = b[wrong[i].at];
        uint32_t crc;

        b[wrong[i].at] = wrong[i].value;
        crc = bw_crc32(0, b, 76);
        for (unsigned k = 0; k < 4; k++) {
            b[76 + k] = (uint8_t)(crc >> 8 * k);
        }
        refused(r);
        b[wrong[i].at] = was;
    }
}

static void a_save_that_fails_leaves_no_sidecar(void **state)
{
    struct rig *r = *state;

    fill(r);
    assert_int_equal(bw_index_save(&r->index, &r->file.io, r->end, 0),
                     BW_TAPE_OK);
    for (int calls = 1; calls < 3; calls++) {
        r->file.fail_after = calls;
        assert_int_equal(bw_index_save(&r->index, &r->file.io, r->end, 0),
                         BW_TAPE_IO);
        r->file.fail_after = -1;
        refused(r);
    }
    r->file.fixed = true; /* what is behind is not looked at */
    assert_int_equal(bw_index_save(&r->index, &r->file.io, r->end, 0),
                     BW_TAPE_OK);
    save_and_load(r);
    check_index(r);
}

/* The check value that the catalogue of CRCs has for "123456789". */
static void the_crc_is_the_known_one(void **state)
{
    uint32_t crc = bw_crc32(0, "1234", 4);

    (void)state;
    assert_int_equal(bw_crc32(0, "123456789", 9), 0xcbf43926);
    assert_int_equal(bw_crc32(crc, "56789", 5), 0xcbf43926);
    assert_int_equal(bw_crc32(7, "", 0), 7);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_index_knows_nothing),
        TEST(an_archive_takes_a_few_extents),
        TEST(records_of_any_length_take_a_word_each),
        TEST(a_long_run_is_one_extent),
        TEST(gaps_and_odd_sizes_are_kept),
        TEST(what_is_cut_is_gone),
        TEST(it_agrees_with_a_list),
        TEST(no_memory_changes_nothing),
        TEST(any_changed_byte_is_noticed),
        TEST(a_short_file_is_noticed),
        TEST(numbers_are_checked),
        TEST(a_save_that_fails_leaves_no_sidecar),
        TEST(the_crc_is_the_known_one),
    };

    return cmocka_run_group_tests_name("tape_index", tests, NULL, NULL);
}
