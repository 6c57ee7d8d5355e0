/*
 * A loss of power at any moment of a cartridge's life: lib/tape_medium.c over
 * all its files.
 *
 * Random work on a cartridge (records, labels, commits, formatting) is logged
 * write by write.  Then the power is cut after each entry of the log: writes
 * behind a file's last flush are there, missing or torn at sectors, at random.
 * The cartridge opens, with the label and the records of the last commit or
 * newer ones; while it was formatted, as it was before or after.  Files are
 * made and taken away at once, as the host's directory is not modelled.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tape_medium.h"
#include "tape_shelf.h"

#define ENTRIES  4096u
#define PROMISES 256u
#define STEPS    40u
#define SEEDS    12u
#define WAYS     4u /* of what is lost, for each moment */
#define SECTOR   512u

#define LABEL_ID    0x0803
#define LABEL_BYTES 1800u

struct entry {
    unsigned file;
    char what; /* w, f and t of tape_file.h; c: made, r: taken away */
    uint64_t offset;
    uint8_t *bytes;
    size_t length;
};

/* What lasts once so many entries are in the log. */
struct promise {
    size_t at;
    size_t format_at; /* a formatting began behind it; 0: none */
    unsigned label;
    unsigned label_max; /* given since, perhaps written */
    unsigned partitions;
    uint64_t objects[BW_TAPE_PARTITIONS];
};

struct tap {
    struct rig *rig;
    unsigned file;
};

struct rig {
    struct tape_shelf shelf;
    struct bw_tape_files inner; /* the shelf's own */
    struct tap tap[BW_TAPE_FILE_COUNT];
    struct bw_tape_medium medium;
    struct entry entry[ENTRIES];
    size_t entries;
    struct promise promise[PROMISES];
    size_t promises;
    unsigned label;
    uint32_t random;
};

static uint32_t dice(struct rig *r, uint32_t sides)
{
    r->random = r->random * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)r->random * sides >> 32);
}

/* --- the log ------------------------------------------------------------- */

static void add_entry(struct rig *r, unsigned file, char what, uint64_t offset,
                      const uint8_t *bytes, size_t length)
{
    struct entry *e = &r->entry[r->entries++];

    assert_true(r->entries <= ENTRIES);
    *e = (struct entry){
        .file = file, .what = what, .offset = offset, .length = length
    };
    if (bytes && length > 0) {
        e->bytes = malloc(length);
        assert_non_null(e->bytes);
        memcpy(e->bytes, bytes, length);
    }
}

static void log_file(void *opaque, char what, uint64_t offset,
                     const uint8_t *bytes, size_t length)
{
    const struct tap *tap = opaque;

    add_entry(tap->rig, tap->file, what, offset, bytes, length);
}

static enum bw_tape_result log_open(void *opaque, enum bw_tape_file file,
                                    bool create, const struct bw_tape_io **io)
{
    struct rig *r = opaque;
    bool was = r->shelf.there[file];
    enum bw_tape_result result =
        r->inner.open(r->inner.opaque, file, create, io);

    if (result == BW_TAPE_OK && !was) {
        add_entry(r, file, 'c', 0, NULL, 0);
    }
    return result;
}

static enum bw_tape_result log_remove(void *opaque, enum bw_tape_file file)
{
    struct rig *r = opaque;

    add_entry(r, file, 'r', 0, NULL, 0);
    return r->inner.remove(r->inner.opaque, file);
}

/* --- the work ------------------------------------------------------------ */

static uint64_t objects_of(struct bw_tape_store *store)
{
    struct bw_tape_place place;

    assert_int_equal(bw_tape_space_end(store), BW_TAPE_OK);
    bw_tape_place(store, &place);
    return place.object;
}

static struct promise *last_promise(struct rig *r)
{
    return &r->promise[r->promises - 1];
}

static void promise(struct rig *r)
{
    struct promise *p = &r->promise[r->promises++];

    assert_true(r->promises <= PROMISES);
    *p = (struct promise){
        .label = r->label,
        .label_max = r->label,
        .partitions = r->medium.cartridge.partitions,
    };
    for (unsigned i = 0; i < p->partitions; i++) {
        p->objects[i] = objects_of(r->medium.partition[i]);
    }
    p->at = r->entries;
}

static void write_some(struct rig *r)
{
    static const uint8_t data[3000];
    unsigned last = r->medium.cartridge.partitions - 1u;
    struct bw_tape_store *store = r->medium.partition[dice(r, last + 1)];
    uint32_t done;

    objects_of(store); /* at its end */
    assert_int_equal(
        bw_tape_write(store, data, 1 + dice(r, 1000), 1 + dice(r, 3), &done),
        BW_TAPE_OK);
}

/* The bar code, and an attribute of a few sectors that says the same. */
static void give_label(struct rig *r)
{
    struct bw_tape_cartridge *c = &r->medium.cartridge;
    uint8_t value[LABEL_BYTES];
    const struct bw_tape_attribute a = { .id = LABEL_ID,
                                         .length = sizeof(value),
                                         .value = value };

    snprintf(c->barcode, sizeof(c->barcode), "%u", ++r->label);
    memset(value, (int)r->label, sizeof(value));
    assert_int_equal(bw_cartridge_set(c, &a), BW_TAPE_OK);
    r->medium.meta_changed = true;
    last_promise(r)->label_max = r->label;
}

static void work(struct rig *r)
{
    switch (dice(r, 10)) {
    case 0:
        last_promise(r)->format_at = r->entries + 1;
        assert_int_equal(bw_medium_format(&r->medium, 1 + dice(r, 2), NULL),
                         BW_TAPE_OK);
        promise(r);
        break;
    case 1:
    case 2:
        give_label(r);
        break;
    case 3:
        assert_int_equal(bw_medium_save(&r->medium), BW_TAPE_OK);
        promise(r);
        break;
    case 4:
    case 5:
        assert_int_equal(bw_medium_commit(&r->medium), BW_TAPE_OK);
        promise(r);
        break;
    default:
        write_some(r);
        break;
    }
}

/* --- the cut ------------------------------------------------------------- */

static void zero_fill(struct tape_file *f, uint64_t size)
{
    size_t was = f->size;

    tape_file_grow(f, size);
    if (f->size > was) {
        memset(f->bytes + was, 0, f->size - was);
    }
}

/* All of it, or the sectors that @r's dice let through. */
static void apply_write(struct rig *r, struct tape_file *f,
                        const struct entry *e, bool whole)
{
    unsigned way = whole ? 0 : dice(r, 3);

    for (size_t at = 0; at < e->length && way < 2;) {
        size_t rest = SECTOR - (size_t)((e->offset + at) % SECTOR);
        size_t n = e->length - at < rest ? e->length - at : rest;

        if (way == 0 || dice(r, 2)) {
            zero_fill(f, e->offset + at + n);
            memcpy(f->bytes + e->offset + at, e->bytes + at, n);
        }
        at += n;
    }
}

static void apply(struct rig *r, struct tape_shelf *s, const struct entry *e,
                  bool whole)
{
    struct tape_file *f = &s->file[e->file];

    switch (e->what) {
    case 'c':
        s->there[e->file] = true;
        break;
    case 'r':
        s->there[e->file] = false;
        f->size = 0;
        break;
    case 'w':
        apply_write(r, f, e, whole);
        break;
    case 't':
        if (e->offset < f->size && (whole || dice(r, 2))) {
            f->size = e->offset;
        }
        break;
    }
}

/* The files as they are if the power goes after @count entries. */
static void cut_power(struct rig *r, size_t count, struct tape_shelf *s)
{
    size_t flushed[BW_TAPE_FILE_COUNT] = { 0 };

    tape_shelf_init(s);
    for (size_t i = 0; i < count; i++) {
        if (r->entry[i].what == 'f') {
            flushed[r->entry[i].file] = i;
        }
    }
    for (size_t i = 0; i < count; i++) {
        apply(r, s, &r->entry[i], i < flushed[r->entry[i].file]);
    }
}

static const struct promise *promise_at(const struct rig *r, size_t count)
{
    size_t i = r->promises - 1;

    while (i > 0 && r->promise[i].at > count) {
        i--;
    }
    return &r->promise[i];
}

static unsigned label_of(const struct bw_tape_cartridge *c)
{
    unsigned label = (unsigned)atoi(c->barcode);
    uint8_t value[LABEL_BYTES];
    struct bw_tape_attribute a;

    memset(value, (int)label, sizeof(value));
    assert_int_equal(bw_cartridge_attribute(c, 0, LABEL_ID, &a), label > 0);
    if (label > 0) {
        assert_int_equal(a.length, sizeof(value));
        assert_memory_equal(a.value, value, sizeof(value));
    }
    return label;
}

static void check_after(struct rig *r, size_t count)
{
    const struct promise *p = promise_at(r, count);
    bool formatting = p->format_at > 0 && count >= p->format_at;
    struct tape_shelf shelf;
    struct bw_tape_options options = { .gather = true };
    struct bw_tape_medium m;
    struct bw_tape_verdict verdict;

    cut_power(r, count, &shelf);
    assert_int_equal(bw_medium_open(&m, &shelf.files, &options, &verdict),
                     BW_TAPE_OK);
    assert_in_range(label_of(&m.cartridge), p->label, p->label_max);
    if (p->label > 0) {
        assert_int_equal(m.meta_state, BW_TAPE_OK);
    }
    if (!formatting) {
        assert_int_equal(m.cartridge.partitions, p->partitions);
    }
    for (unsigned i = 0; i < m.cartridge.partitions; i++) {
        uint64_t objects = objects_of(m.partition[i]);

        assert_true(formatting || objects >= p->objects[i]);
    }
    bw_medium_close(&m);
    assert_int_equal(tape_shelf_free(&shelf), 0);
}

static void live(struct rig *r, uint32_t seed)
{
    struct bw_tape_options options = { .gather = true };
    struct bw_tape_verdict verdict;

    memset(r, 0, sizeof(*r));
    r->random = seed;
    tape_shelf_init(&r->shelf);
    r->inner = r->shelf.files;
    r->shelf.files = (struct bw_tape_files){ .opaque = r,
                                             .open = log_open,
                                             .remove = log_remove };
    for (unsigned i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        r->tap[i] = (struct tap){ .rig = r, .file = i };
        r->shelf.file[i].log = log_file;
        r->shelf.file[i].log_opaque = &r->tap[i];
    }
    assert_int_equal(
        bw_medium_open(&r->medium, &r->shelf.files, &options, &verdict),
        BW_TAPE_OK);
    promise(r);
    for (unsigned i = 0; i < STEPS; i++) {
        work(r);
    }
}

static void a_cartridge_outlives_a_loss_of_power(void **state)
{
    struct rig *r = malloc(sizeof(*r));

    (void)state;
    assert_non_null(r);
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        live(r, seed * 7919);
        for (size_t count = 0; count <= r->entries; count++) {
            for (unsigned way = 0; way < WAYS; way++) {
                check_after(r, count);
            }
        }
        bw_medium_close(&r->medium);
        assert_int_equal(tape_shelf_free(&r->shelf), 0);
        for (size_t i = 0; i < r->entries; i++) {
            free(r->entry[i].bytes);
        }
    }
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cartridge_outlives_a_loss_of_power),
    };

    return cmocka_run_group_tests_name("tape_medium_crash", tests, NULL, NULL);
}
