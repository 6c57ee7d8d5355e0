/*
 * The position index of a tape partition, in memory; see tape_index.h.
 *
 * An extent is either a run (objects alike at equal distances) or mixed (up to
 * MIXED_MAX objects without gaps, one word each).  What is added goes to the
 * run at the end if it fits; else it starts a run, and a short run before it
 * is made mixed.  RUN_MIN objects alike at the end of a mixed extent become a
 * run, which by then takes less memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_index.h"

#include <string.h>

#include "tape_index_priv.h"

/* 14 words of an extent against one word for each object. */
#define RUN_MIN 16u

uint32_t bw_index_word(enum bw_tape_kind kind, uint32_t size, uint32_t length)
{
    uint32_t framing = kind == BW_TAPE_KIND_MARK ? 4 : 8;
    uint32_t padding = size - framing - length;

    if (length > BW_INDEX_LENGTH_MAX || size < framing + length ||
        padding > 3 || (kind == BW_TAPE_KIND_MARK && padding != 0)) {
        return BW_INDEX_NO_WORD;
    }
    return length | padding << 28 | (uint32_t)kind << 30;
}

void bw_index_init(struct bw_tape_index *index, const struct bw_tape_io *io)
{
    memset(index, 0, sizeof(*index));
    index->io = io;
}

void bw_index_free(struct bw_tape_index *index)
{
    const struct bw_tape_io *io = index->io;

    if (io) {
        io->memory(io->opaque, index->extents, 0);
        io->memory(io->opaque, index->mixed, 0);
    }
    bw_index_init(index, io);
}

size_t bw_index_memory(const struct bw_tape_index *index)
{
    return index->extent_room * sizeof(*index->extents) +
           index->mixed_room * sizeof(*index->mixed);
}

/* Room for @more elements of @size bytes behind @count; an eighth again. */
static bool reserve(const struct bw_tape_io *io, void **memory, size_t size,
                    size_t count, size_t *room, size_t more)
{
    size_t want = count + more;
    void *bigger;

    if (want <= *room) {
        return true;
    }
    if (want < count || want > SIZE_MAX / size / 2) {
        return false;
    }
    want += want / 8;
    bigger = io->memory(io->opaque, *memory, want * size);
    if (!bigger) {
        return false;
    }
    *memory = bigger;
    *room = want;
    return true;
}

bool bw_index_reserve(struct bw_tape_index *index, size_t extents, size_t mixed)
{
    void *e = index->extents;
    void *m = index->mixed;
    bool ok = reserve(index->io, &e, sizeof(*index->extents),
                      index->extent_count, &index->extent_room, extents);

    index->extents = e;
    ok = ok && reserve(index->io, &m, sizeof(*index->mixed), index->mixed_count,
                       &index->mixed_room, mixed);
    index->mixed = m;
    return ok;
}

static struct bw_tape_extent *last_extent(const struct bw_tape_index *index)
{
    return index->extent_count > 0 ? &index->extents[index->extent_count - 1]
                                   : NULL;
}

/* Room for it is there.  The totals are not changed. */
static void push_run(struct bw_tape_index *index,
                     const struct bw_tape_extent *run)
{
    index->extents[index->extent_count++] = *run;
}

/* True if @next goes on where @run ends, and is alike. */
static bool extend_run(struct bw_tape_extent *run,
                       const struct bw_tape_extent *next)
{
    uint64_t step =
        next->offset - (run->offset + (run->count - 1) * run->stride);

    if (run->mixed || run->kind != next->kind || run->length != next->length ||
        run->size != next->size || (run->count > 1 && run->stride != step) ||
        (next->count > 1 && next->stride != step)) {
        return false;
    }
    run->stride = step;
    run->count += next->count;
    return true;
}

static bool without_gaps(const struct bw_tape_extent *run)
{
    return run->count == 1 || run->stride == run->size;
}

/* The words of @run go to the end of the mixed extent @e. */
static void append_words(struct bw_tape_index *index, struct bw_tape_extent *e,
                         const struct bw_tape_extent *run)
{
    uint32_t word = bw_index_word(run->kind, run->size, run->length);

    for (uint64_t i = 0; i < run->count; i++) {
        index->mixed[index->mixed_count++] = word;
    }
    e->count += run->count;
}

/* A short run at the end becomes mixed: with what is before it, or alone. */
static struct bw_tape_extent *mix_last(struct bw_tape_index *index)
{
    struct bw_tape_extent run = *last_extent(index);
    struct bw_tape_extent *before =
        index->extent_count > 1 ? last_extent(index) - 1 : NULL;

    if (before && before->mixed &&
        before->count + run.count <= BW_INDEX_MIXED_MAX &&
        bw_index_extent_end(index, before) == run.offset) {
        index->extent_count--;
    } else {
        before = last_extent(index);
        before->mixed = true;
        before->stride = index->mixed_count;
        before->count = 0;
    }
    append_words(index, before, &run);
    return before;
}

static bool can_mix(const struct bw_tape_extent *run)
{
    return run->count < RUN_MIN && without_gaps(run) &&
           bw_index_word(run->kind, run->size, run->length) != BW_INDEX_NO_WORD;
}

/* If the mixed extent at the end now ends with a run, make it one. */
static void split_run(struct bw_tape_index *index, uint64_t end)
{
    struct bw_tape_extent *e = last_extent(index);
    const uint32_t *tail = &index->mixed[index->mixed_count];
    struct bw_tape_extent run = { .count = RUN_MIN };

    if (e->count < RUN_MIN) {
        return;
    }
    for (unsigned i = 2; i <= RUN_MIN; i++) {
        if (tail[-(int)i] != tail[-1]) {
            return;
        }
    }
    run.kind = bw_index_word_kind(tail[-1]);
    run.length = bw_index_word_length(tail[-1]);
    run.size = bw_index_word_size(tail[-1]);
    run.stride = run.size;
    run.offset = end - RUN_MIN * (uint64_t)run.size;
    e->count -= RUN_MIN;
    index->mixed_count -= RUN_MIN;
    run.number = e->number + e->count;
    run.marks = bw_index_mixed_marks(index, e, e->count);
    if (e->count == 0) {
        *e = run;
    } else {
        push_run(index, &run);
    }
}

/* Returns: false if @run must be an extent of its own. */
static bool mix(struct bw_tape_index *index, const struct bw_tape_extent *run)
{
    struct bw_tape_extent *last = last_extent(index);

    if (!last || !can_mix(run) || run->offset != index->end) {
        return false;
    }
    if (!last->mixed) {
        if (!can_mix(last)) {
            return false;
        }
        last = mix_last(index);
    }
    if (last->count + run->count > BW_INDEX_MIXED_MAX) {
        return false;
    }
    append_words(index, last, run);
    split_run(index, run->offset + run->count * run->size);
    return true;
}

enum bw_tape_result bw_index_add(struct bw_tape_index *index,
                                 enum bw_tape_kind kind, uint64_t offset,
                                 uint64_t size, uint32_t length, uint64_t count)
{
    struct bw_tape_extent run = {
        .number = index->count,
        .offset = offset,
        .count = count,
        .stride = size,
        .marks = index->mark_count,
        .length = length,
        .size = (uint32_t)size,
        .kind = (uint8_t)kind,
    };
    struct bw_tape_extent *last;

    if (count == 0) {
        return BW_TAPE_OK;
    }
    if (offset < index->offset || size > UINT32_MAX) {
        return BW_TAPE_UNSUPPORTED;
    }
    if (!bw_index_reserve(index, 2, 2 * RUN_MIN)) {
        return BW_TAPE_NO_MEMORY;
    }
    last = last_extent(index);
    if (!(last && extend_run(last, &run)) && !mix(index, &run)) {
        push_run(index, &run);
    }
    index->count += count;
    index->mark_count += kind == BW_TAPE_KIND_MARK ? count : 0;
    index->offset = offset + size * count;
    index->end = index->offset;
    index->generation++;
    return BW_TAPE_OK;
}

void bw_index_cut(struct bw_tape_index *index, uint64_t number, uint64_t offset)
{
    struct bw_tape_object cut;
    struct bw_tape_object before = { .offset = 0 };

    index->complete = false;
    index->generation++;
    if (bw_index_find(index, number, &cut)) {
        struct bw_tape_extent *e = last_extent(index);

        while (e && e->number + e->count > number) {
            uint64_t keep = e->number < number ? number - e->number : 0;

            if (e->mixed) {
                index->mixed_count = (size_t)(e->stride + keep);
            }
            e->count = keep;
            index->extent_count -= keep == 0;
            e = last_extent(index);
        }
        index->count = number;
        index->mark_count = cut.marks;
        if (number > 0) {
            bw_index_find(index, number - 1, &before);
        }
        index->end = before.offset + before.size;
    }
    index->offset = offset > index->end ? offset : index->end;
}
