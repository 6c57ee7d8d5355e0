/*
 * lib/tape_cartridge.c and lib/tape_meta.c: attributes against a plain list,
 * and the .meta file through every kind of damage.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdlib.h>
#include <string.h>

#include "lib/tape_meta.h"
#include "tape_file.h"

struct rig {
    struct bw_tape_cartridge cartridge;
    struct tape_file file;
    uint32_t random;
};

static int setup(void **state)
{
    struct rig *r = calloc(1, sizeof(*r));

    assert_non_null(r);
    bw_cartridge_init(&r->cartridge);
    tape_file_init(&r->file);
    r->random = 1;
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    struct rig *r = *state;

    assert_int_equal(r->file.memory, 0);
    tape_file_free(&r->file);
    free(r);
    return 0;
}

static enum bw_tape_result set(struct rig *r, uint8_t partition, uint16_t id,
                               const char *value)
{
    const struct bw_tape_attribute a = {
        .partition = partition,
        .format = 1,
        .id = id,
        .length = (uint16_t)strlen(value),
        .value = (const uint8_t *)value,
    };

    return bw_cartridge_set(&r->cartridge, &a);
}

static void expect(const struct rig *r, uint8_t partition, uint16_t from,
                   uint16_t id, const char *value)
{
    struct bw_tape_attribute a;

    assert_true(bw_cartridge_attribute(&r->cartridge, partition, from, &a));
    assert_int_equal(a.partition, partition);
    assert_int_equal(a.id, id);
    assert_int_equal(a.format, 1);
    assert_int_equal(a.length, strlen(value));
    assert_memory_equal(a.value, value, a.length);
}

static void expect_none(const struct rig *r, uint8_t partition, uint16_t from)
{
    struct bw_tape_attribute a;

    assert_false(bw_cartridge_attribute(&r->cartridge, partition, from, &a));
}

static void attributes_are_found_in_order(void **state)
{
    struct rig *r = *state;

    expect_none(r, 0, 0);
    assert_int_equal(set(r, 1, 0x0805, "one"), BW_TAPE_OK);
    assert_int_equal(set(r, 0, 0x0806, "barcode"), BW_TAPE_OK);
    assert_int_equal(set(r, 0, 0x0800, "vendor"), BW_TAPE_OK);
    assert_int_equal(set(r, 0, 0xffff, "last"), BW_TAPE_OK);
    expect(r, 0, 0, 0x0800, "vendor");
    expect(r, 0, 0x0801, 0x0806, "barcode");
    expect(r, 0, 0x0807, 0xffff, "last");
    expect(r, 1, 0, 0x0805, "one");
    expect_none(r, 1, 0x0806);
    expect_none(r, 2, 0);
    bw_cartridge_forget(&r->cartridge, 0);
    expect_none(r, 0, 0);
    expect(r, 1, 0, 0x0805, "one");
}

static void an_attribute_is_replaced_and_taken_away(void **state)
{
    struct rig *r = *state;

    set(r, 0, 1, "first");
    set(r, 0, 2, "second");
    set(r, 1, 1, "other");
    assert_int_equal(set(r, 0, 1, "longer than first"), BW_TAPE_OK);
    expect(r, 0, 1, 1, "longer than first");
    expect(r, 0, 2, 2, "second");
    assert_int_equal(set(r, 0, 1, "1"), BW_TAPE_OK);
    expect(r, 0, 1, 1, "1");
    expect(r, 0, 2, 2, "second");
    assert_int_equal(set(r, 0, 1, ""), BW_TAPE_OK);
    expect(r, 0, 0, 2, "second");
    expect(r, 1, 0, 1, "other");
    assert_int_equal(set(r, 0, 1, ""), BW_TAPE_OK);
    bw_cartridge_forget(&r->cartridge, 0);
    expect_none(r, 0, 0);
    expect(r, 1, 0, 1, "other");
    bw_cartridge_forget(&r->cartridge, 1);
    assert_int_equal(r->cartridge.mam_used, 0);
}

static void attributes_that_cannot_be_are_refused(void **state)
{
    static const uint8_t value[BW_TAPE_MAM_VALUE + 1];
    struct rig *r = *state;
    struct bw_tape_attribute a = { .length = 1, .value = value };

    a.partition = BW_TAPE_PARTITIONS;
    assert_int_equal(bw_cartridge_set(&r->cartridge, &a), BW_TAPE_UNSUPPORTED);
    a.partition = 1;
    a.format = 3;
    assert_int_equal(bw_cartridge_set(&r->cartridge, &a), BW_TAPE_UNSUPPORTED);
    a.format = 2;
    a.length = sizeof(value);
    assert_int_equal(bw_cartridge_set(&r->cartridge, &a), BW_TAPE_UNSUPPORTED);
    a.length = BW_TAPE_MAM_VALUE;
    assert_int_equal(bw_cartridge_set(&r->cartridge, &a), BW_TAPE_OK);
    assert_int_equal(r->cartridge.mam_used, 6 + BW_TAPE_MAM_VALUE);
}

static void the_room_for_attributes_ends(void **state)
{
    static const uint8_t value[BW_TAPE_MAM_VALUE];
    struct rig *r = *state;
    struct bw_tape_attribute a = { .length = 4090, .value = value };

    for (a.id = 0; a.id < 4; a.id++) { /* 4 x 4096: to the last byte */
        assert_int_equal(bw_cartridge_set(&r->cartridge, &a), BW_TAPE_OK);
    }
    assert_int_equal(r->cartridge.mam_used, BW_TAPE_MAM_ROOM);
    assert_int_equal(set(r, 1, 9, "x"), BW_TAPE_FULL);
    assert_int_equal(r->cartridge.mam_used, BW_TAPE_MAM_ROOM);
    expect_none(r, 1, 0);
    a.id = 2;
    a.length = 4091;
    assert_int_equal(bw_cartridge_set(&r->cartridge, &a), BW_TAPE_FULL);
    a.length = 4083;
    assert_int_equal(bw_cartridge_set(&r->cartridge, &a), BW_TAPE_OK);
    assert_int_equal(set(r, 1, 9, "x"), BW_TAPE_OK);
    assert_int_equal(r->cartridge.mam_used, BW_TAPE_MAM_ROOM);
}

static uint32_t dice(struct rig *r, uint32_t sides)
{
    r->random = r->random * 1664525u + 1013904223u;
    return (r->random >> 8) % sides;
}

static void attributes_agree_with_a_list(void **state)
{
    struct rig *r = *state;
    char model[2][10][40] = { 0 };

    for (unsigned step = 0; step < 5000; step++) {
        uint8_t partition = (uint8_t)dice(r, 2);
        uint16_t id = (uint16_t)dice(r, 10);
        char *value = model[partition][id];
        size_t length = dice(r, 40);
        struct bw_tape_attribute a;
        unsigned count = 0;

        memset(value, 0, 40);
        memset(value, 'a' + (int)(step % 26), length);
        assert_int_equal(set(r, partition, id, value), BW_TAPE_OK);
        for (uint16_t i = 0; i < 10; i++) {
            count += model[partition][i][0] != '\0';
            if (model[partition][i][0] != '\0') {
                expect(r, partition, i, i, model[partition][i]);
            }
        }
        for (a.id = 0;
             bw_cartridge_attribute(&r->cartridge, partition, a.id, &a);
             a.id++) {
            count--;
        }
        assert_int_equal(count, 0);
    }
}

static void only_what_is_worth_it_makes_a_file(void **state)
{
    struct rig *r = *state;
    struct bw_tape_cartridge *c = &r->cartridge;

    assert_true(bw_cartridge_plain(c));
    c->loads = c->written = c->read = 1;
    c->changes[0] = 1;
    assert_true(bw_cartridge_plain(c));
    c->capacity = 1;
    assert_false(bw_cartridge_plain(c));
    bw_cartridge_init(c);
    strcpy(c->barcode, "A");
    assert_false(bw_cartridge_plain(c));
    bw_cartridge_init(c);
    set(r, 0, 1, "x");
    assert_false(bw_cartridge_plain(c));
}

static void fill(struct rig *r)
{
    struct bw_tape_cartridge *c = &r->cartridge;

    c->density = 0x5e;
    c->medium_type = 0x88;
    c->worm = true;
    c->write_protect = true;
    c->partitions = 2;
    c->capacity = UINT64_C(0x1122334455667788);
    c->share[0] = 12;
    c->share[1] = 34;
    strcpy(c->barcode, "ABC001L8");
    strcpy(c->serial, "0123456789abcdef0123456789abcdef"); /* 32: the most */
    strcpy(c->profile, "lto8");
    c->loads = 3;
    c->written = UINT64_C(1) << 40;
    c->read = UINT64_C(1) << 41;
    c->changes[0] = 7;
    c->changes[1] = 9;
    set(r, 0, 0x0800, "vendor");
    set(r, 1, 0x080c, "coherency");
}

/* Field by field: padding may differ. */
static void same(const struct bw_tape_cartridge *a,
                 const struct bw_tape_cartridge *b)
{
    assert_int_equal(a->density, b->density);
    assert_int_equal(a->medium_type, b->medium_type);
    assert_int_equal(a->worm, b->worm);
    assert_int_equal(a->write_protect, b->write_protect);
    assert_int_equal(a->partitions, b->partitions);
    assert_int_equal(a->capacity, b->capacity);
    assert_memory_equal(a->share, b->share, sizeof(a->share));
    assert_string_equal(a->barcode, b->barcode);
    assert_string_equal(a->serial, b->serial);
    assert_string_equal(a->profile, b->profile);
    assert_int_equal(a->loads, b->loads);
    assert_int_equal(a->written, b->written);
    assert_int_equal(a->read, b->read);
    assert_memory_equal(a->changes, b->changes, sizeof(a->changes));
    assert_int_equal(a->mam_used, b->mam_used);
    assert_memory_equal(a->mam, b->mam, a->mam_used);
}

static void a_cartridge_comes_back_as_it_was(void **state)
{
    struct rig *r = *state;
    struct bw_meta_state s = { .turn = 0 };
    struct bw_meta_state back = { .turn = 0 };
    struct bw_tape_cartridge c;

    fill(r);
    for (unsigned i = 1; i < 6; i++) {
        r->cartridge.loads = i;
        assert_int_equal(bw_meta_store(&r->file.io, &r->cartridge, false, &s),
                         BW_TAPE_OK);
        assert_int_equal(r->file.flushes, i);
        assert_int_equal(r->file.size, (i > 1 ? 2 : 1) * BW_META_SLOT);
        assert_int_equal(bw_meta_load(&r->file.io, &c, &back), BW_TAPE_OK);
        assert_int_equal(back.turn, i);
        assert_int_equal(back.check, s.check);
        same(&c, &r->cartridge);
    }
    /* what has not changed is not written */
    assert_int_equal(bw_meta_store(&r->file.io, &r->cartridge, false, &s),
                     BW_TAPE_OK);
    assert_int_equal(r->file.flushes, 5);
    assert_int_equal(bw_meta_store(&r->file.io, &r->cartridge, true, &s),
                     BW_TAPE_OK);
    assert_int_equal(r->file.flushes, 6);
}

/* All attributes there is room for, and the longest texts. */
static void the_fullest_cartridge_fits(void **state)
{
    static const uint8_t value[BW_TAPE_MAM_VALUE];
    struct rig *r = *state;
    struct bw_tape_attribute a = { .length = 4090, .value = value };
    struct bw_meta_state s = { .turn = 0 };
    struct bw_tape_cartridge c;

    fill(r);
    bw_cartridge_forget(&r->cartridge, 0);
    bw_cartridge_forget(&r->cartridge, 1);
    for (a.id = 0; a.id < 4; a.id++) {
        assert_int_equal(bw_cartridge_set(&r->cartridge, &a), BW_TAPE_OK);
    }
    memset(r->cartridge.barcode, 'B', 32);
    memset(r->cartridge.profile, 'P', 16);
    assert_int_equal(bw_meta_store(&r->file.io, &r->cartridge, false, &s),
                     BW_TAPE_OK);
    assert_int_equal(bw_meta_load(&r->file.io, &c, &s), BW_TAPE_OK);
    same(&c, &r->cartridge);
}

/*
 * A write that was torn: a part of the new slot, sector by sector in any
 * order.  What was there before stays, or the new one is whole.
 */
static void a_torn_write_leaves_the_one_before(void **state)
{
    struct rig *r = *state;
    struct bw_meta_state s = { .turn = 0 };
    uint8_t *before = malloc(2 * BW_META_SLOT);
    uint8_t *after = malloc(2 * BW_META_SLOT);

    assert_non_null(before);
    assert_non_null(after);
    fill(r);
    for (unsigned turn = 1; turn <= 6; turn++) {
        struct bw_meta_state old = s;
        size_t size = r->file.size;

        memset(before, 0, 2 * BW_META_SLOT);
        if (size > 0) {
            memcpy(before, r->file.bytes, size);
        }
        r->cartridge.loads = turn;
        set(r, 0, (uint16_t)turn, "a value that moves what is behind it");
        bw_meta_store(&r->file.io, &r->cartridge, true, &s);
        memcpy(after, r->file.bytes, r->file.size);
        for (unsigned way = 0; way < 300; way++) {
            struct bw_tape_cartridge c;
            struct bw_meta_state found = { .turn = 0 };
            enum bw_tape_result result;

            for (size_t at = 0; at < r->file.size; at += 512) {
                const uint8_t *from = dice(r, 20) < way % 20 ? before : after;

                memcpy(r->file.bytes + at, from + at, 512);
            }
            result = bw_meta_load(&r->file.io, &c, &found);
            if (old.turn == 0 && result != BW_TAPE_OK) {
                assert_int_equal(result, BW_TAPE_FOREIGN);
                continue;
            }
            assert_int_equal(result, BW_TAPE_OK);
            assert_true(found.turn == old.turn || found.turn == s.turn);
            assert_int_equal(c.loads, found.turn);
        }
        memcpy(r->file.bytes, after, r->file.size);
    }
    free(before);
    free(after);
}

static void any_changed_byte_is_noticed(void **state)
{
    struct rig *r = *state;
    static uint8_t slot[BW_META_SLOT];
    struct bw_tape_cartridge c = { .loads = 77 };
    uint64_t turn = 78;
    size_t used = BW_META_SLOT;

    fill(r);
    bw_meta_encode(&r->cartridge, 5, slot);
    while (slot[used - 1] == 0) {
        used--;
    }
    for (size_t i = 0; i < used; i++) {
        slot[i] ^= 0x20;
        assert_false(bw_meta_decode(slot, &c, &turn));
        slot[i] ^= 0x20;
    }
    assert_int_equal(c.loads, 77);
    assert_int_equal(turn, 78);
    assert_true(bw_meta_decode(slot, &c, &turn));
    assert_int_equal(turn, 5);
}

static void no_file_an_empty_one_and_a_foreign_one(void **state)
{
    struct rig *r = *state;
    struct bw_meta_state s = { .turn = 0 };

    assert_int_equal(bw_meta_load(&r->file.io, &r->cartridge, &s),
                     BW_TAPE_NOT_FOUND);
    tape_file_grow(&r->file, 100);
    memset(r->file.bytes, 'x', 100);
    assert_int_equal(bw_meta_load(&r->file.io, &r->cartridge, &s),
                     BW_TAPE_FOREIGN);
    tape_file_grow(&r->file, 2 * BW_META_SLOT);
    memset(r->file.bytes, 'x', 2 * BW_META_SLOT);
    assert_int_equal(bw_meta_load(&r->file.io, &r->cartridge, &s),
                     BW_TAPE_FOREIGN);
    r->file.fail_after = 0;
    assert_int_equal(bw_meta_load(&r->file.io, &r->cartridge, &s), BW_TAPE_IO);
    assert_int_equal(bw_meta_store(&r->file.io, &r->cartridge, true, &s),
                     BW_TAPE_IO);
    assert_int_equal(s.turn, 0);
}

/* A slot whose turn belongs to the other place is not believed. */
static void a_slot_in_the_wrong_place_is_none(void **state)
{
    struct rig *r = *state;
    struct bw_meta_state s = { .turn = 0 };

    tape_file_grow(&r->file, 2 * BW_META_SLOT);
    bw_meta_encode(&r->cartridge, 2, r->file.bytes);
    bw_meta_encode(&r->cartridge, 3, r->file.bytes + BW_META_SLOT);
    assert_int_equal(bw_meta_load(&r->file.io, &r->cartridge, &s),
                     BW_TAPE_FOREIGN);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(attributes_are_found_in_order),
        TEST(an_attribute_is_replaced_and_taken_away),
        TEST(attributes_that_cannot_be_are_refused),
        TEST(the_room_for_attributes_ends),
        TEST(attributes_agree_with_a_list),
        TEST(only_what_is_worth_it_makes_a_file),
        TEST(a_cartridge_comes_back_as_it_was),
        TEST(the_fullest_cartridge_fits),
        TEST(a_torn_write_leaves_the_one_before),
        TEST(any_changed_byte_is_noticed),
        TEST(no_file_an_empty_one_and_a_foreign_one),
        TEST(a_slot_in_the_wrong_place_is_none),
    };

    return cmocka_run_group_tests_name("tape_cartridge", tests, NULL, NULL);
}
