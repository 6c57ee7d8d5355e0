/*
 * Questions to the position index of a tape partition; see tape_index.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_index_priv.h"

static bool is_mark(uint32_t word)
{
    return bw_index_word_kind(word) == BW_TAPE_KIND_MARK;
}

uint64_t bw_index_mixed_marks(const struct bw_tape_index *index,
                              const struct bw_tape_extent *e, uint64_t count)
{
    const uint32_t *words = &index->mixed[e->stride];
    uint64_t marks = e->marks;

    for (uint64_t i = 0; i < count; i++) {
        marks += is_mark(words[i]);
    }
    return marks;
}

/* Object @i of @e; it is there. */
static void object_of(const struct bw_tape_index *index,
                      const struct bw_tape_extent *e, uint64_t i,
                      struct bw_tape_object *out)
{
    out->number = e->number + i;
    if (e->mixed) {
        const uint32_t *words = &index->mixed[e->stride];

        out->offset = e->offset;
        out->marks = e->marks;
        for (uint64_t k = 0; k < i; k++) {
            out->offset += bw_index_word_size(words[k]);
            out->marks += is_mark(words[k]);
        }
        out->kind = bw_index_word_kind(words[i]);
        out->length = bw_index_word_length(words[i]);
        out->size = bw_index_word_size(words[i]);
        return;
    }
    out->kind = (enum bw_tape_kind)e->kind;
    out->offset = e->offset + i * e->stride;
    out->marks = e->marks + (out->kind == BW_TAPE_KIND_MARK ? i : 0);
    out->length = e->length;
    out->size = e->size;
}

uint64_t bw_index_extent_end(const struct bw_tape_index *index,
                             const struct bw_tape_extent *e)
{
    struct bw_tape_object last;

    object_of(index, e, e->count - 1, &last);
    return last.offset + last.size;
}

/* The last extent that begins at or before object @number; one is there. */
static const struct bw_tape_extent *extent_of(const struct bw_tape_index *index,
                                              uint64_t number)
{
    size_t low = 0;
    size_t high = index->extent_count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (index->extents[middle].number <= number) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &index->extents[low];
}

bool bw_index_find(const struct bw_tape_index *index, uint64_t number,
                   struct bw_tape_object *out)
{
    const struct bw_tape_extent *e;

    if (number >= index->count) {
        return false;
    }
    e = extent_of(index, number);
    object_of(index, e, number - e->number, out);
    return true;
}

/* The last extent that has at most @mark tape marks before it; one is there. */
static const struct bw_tape_extent *
extent_of_mark(const struct bw_tape_index *index, uint64_t mark)
{
    size_t low = 0;
    size_t high = index->extent_count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (index->extents[middle].marks <= mark) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &index->extents[low];
}

bool bw_index_mark(const struct bw_tape_index *index, uint64_t mark,
                   struct bw_tape_object *out)
{
    const struct bw_tape_extent *e;
    uint64_t i;

    if (mark >= index->mark_count) {
        return false;
    }
    e = extent_of_mark(index, mark);
    i = mark - e->marks;
    if (e->mixed) {
        const uint32_t *words = &index->mixed[e->stride];
        uint64_t skip = i;

        for (i = 0; skip > 0 || !is_mark(words[i]); i++) {
            skip -= is_mark(words[i]);
        }
    }
    object_of(index, e, i, out);
    return true;
}

uint64_t bw_index_marks_before(const struct bw_tape_index *index,
                               uint64_t number)
{
    struct bw_tape_object object;

    return bw_index_find(index, number, &object) ? object.marks
                                                 : index->mark_count;
}

uint64_t bw_index_alike(const struct bw_tape_index *index, uint64_t number)
{
    const struct bw_tape_extent *e;
    const uint32_t *words;
    uint64_t i;
    uint64_t n = 1;

    if (number >= index->count) {
        return 0;
    }
    e = extent_of(index, number);
    i = number - e->number;
    if (!e->mixed) {
        return e->count - i;
    }
    words = &index->mixed[e->stride + i];
    while (i + n < e->count && words[n] == words[0]) {
        n++;
    }
    return n;
}
