/*
 * Fuzzer of the sidecar of a tape's positions, and of the index itself.
 *
 * The input is a sidecar; if its first byte is odd its checks are made right
 * first, so that the numbers in it are looked at.  Whatever it holds, it is
 * taken or refused; what is taken is an index like any other: objects follow
 * each other, marks are found, it can be cut, grown and kept again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "lib/crc32.h"
#include "lib/tape_index.h"
#include "tests/unit/tape_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEADER   80u
#define BODY_CRC 28u
#define WALK     2000u /* objects that are looked at */

static void must(int holds)
{
    if (!holds) {
        abort();
    }
}

static uint64_t get(const uint8_t *b, unsigned bytes)
{
    uint64_t value = 0;

    while (bytes-- > 0) {
        value = value << 8 | b[bytes];
    }
    return value;
}

static void put32(uint8_t *b, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        b[i] = (uint8_t)(value >> 8 * i);
    }
}

static void make_right(struct tape_file *f)
{
    uint64_t words = get(f->bytes + 56, 8);
    uint64_t extents = get(f->bytes + 64, 8);
    uint64_t body = f->size - HEADER;

    memcpy(f->bytes, "BWTAPIDX", 8);
    if (words <= body / 4 && extents <= (body - words * 4) / 40) {
        body = words * 4 + extents * 40;
    }
    put32(f->bytes + BODY_CRC, bw_crc32(0, f->bytes + HEADER, body));
    put32(f->bytes + HEADER - 4, bw_crc32(0, f->bytes, HEADER - 4));
}

/* Objects from @from on, one after the other. */
static void walk(const struct bw_tape_index *index, uint64_t from)
{
    struct bw_tape_object o;
    struct bw_tape_object m;
    uint64_t end = 0;
    uint64_t marks = bw_index_marks_before(index, from);

    for (uint64_t i = from; i < index->count && i - from < WALK; i++) {
        must(bw_index_find(index, i, &o) && o.number == i);
        must(o.offset >= end && o.size >= 4 && o.marks == marks);
        must(o.offset + o.size <= index->offset);
        must(bw_index_alike(index, i) >= 1);
        end = o.offset + o.size;
        if (o.kind == BW_TAPE_KIND_MARK) {
            must(bw_index_mark(index, marks, &m));
            must(m.number == i && m.offset == o.offset);
            marks++;
        }
    }
    must(marks <= index->mark_count);
    must(!bw_index_find(index, index->count, &o));
    must(!bw_index_mark(index, index->mark_count, &o));
}

static void keep(struct bw_tape_index *index, uint64_t tape_size)
{
    struct tape_file f;
    struct bw_tape_index copy;
    uint64_t size;
    uint32_t check;

    tape_file_init(&f);
    bw_index_init(&copy, &f.io);
    must(bw_index_save(index, &f.io, tape_size, 5) == BW_TAPE_OK);
    must(bw_index_load(&copy, &f.io, &size, &check) == BW_TAPE_OK);
    must(copy.count == index->count && copy.mark_count == index->mark_count);
    must(copy.offset == index->offset && copy.complete == index->complete);
    must(size == tape_size && check == 5);
    bw_index_free(&copy);
    must(f.memory == 0);
    tape_file_free(&f);
}

static void use(struct bw_tape_index *index, uint64_t tape_size)
{
    struct bw_tape_object o;
    uint64_t middle = index->count / 2;

    walk(index, 0);
    walk(index, index->count > WALK ? index->count - WALK : 0);
    keep(index, tape_size);
    if (bw_index_find(index, middle, &o)) {
        bw_index_cut(index, middle, o.offset);
        must(index->count == middle && index->offset == o.offset);
        for (unsigned i = 0; i < 40; i++) {
            must(bw_index_add(index, BW_TAPE_KIND_RECORD, index->offset, 18, 10,
                              1) == BW_TAPE_OK);
        }
        must(index->count == middle + 40);
        walk(index, middle > 20 ? middle - 20 : 0);
        bw_index_cut(index, 0, 0);
        must(index->count == 0 && index->mark_count == 0);
        must(index->extent_count == 0 && index->mixed_count == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tape_file f;
    struct bw_tape_index index;
    uint64_t tape_size = 0;
    uint32_t check = 0;

    if (size == 0 || size > 65536) {
        return 0;
    }
    tape_file_init(&f);
    tape_file_grow(&f, size);
    memcpy(f.bytes, data, size);
    if (size >= HEADER && (data[0] & 1)) {
        make_right(&f);
    }
    bw_index_init(&index, &f.io);
    if (bw_index_load(&index, &f.io, &tape_size, &check) == BW_TAPE_OK) {
        must(tape_size <= INT64_MAX);
        use(&index, tape_size);
    } else {
        must(index.count == 0 && index.extents == NULL);
    }
    bw_index_free(&index);
    must(f.memory == 0);
    tape_file_free(&f);
    return 0;
}
