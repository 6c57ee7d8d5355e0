/*
 * Moving the head: spacing and locating.  See tape_store.h.
 *
 * Backwards everything is known already; forwards the file is scanned as far
 * as it must be.  A motion that fails leaves the head where it was.
 *
 * Source: SSC-3, 7.7 SPACE(6) and 7.2 LOCATE(10).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_store.h"

#include "tape_store_priv.h"

enum bw_tape_result bw_tape_rewind(struct bw_tape_store *store)
{
    enum bw_tape_result result = bw_tape_settle(store);

    if (result == BW_TAPE_OK) {
        store->head = 0;
    }
    return result;
}

static uint64_t head_marks(const struct bw_tape_store *store)
{
    return bw_index_marks_before(&store->index, store->head);
}

static enum bw_tape_result records_forward(struct bw_tape_store *store,
                                           uint64_t *left)
{
    uint64_t marks = head_marks(store);
    uint64_t target =
        *left > UINT64_MAX - store->head ? UINT64_MAX : store->head + *left;
    struct bw_tape_object mark;
    enum bw_tape_result result = BW_TAPE_OK;

    /* as far as the next mark, the target or the end */
    while (result == BW_TAPE_OK && store->index.count < target &&
           store->index.mark_count <= marks && !store->index.complete) {
        result = bw_tape_scan(store);
        if (result == BW_TAPE_OK && bw_tape_stops(store)) {
            result = BW_TAPE_STOPPED;
        }
    }
    if (result != BW_TAPE_OK) {
        return result;
    }
    if (bw_index_mark(&store->index, marks, &mark) && mark.number < target) {
        *left -= mark.number - store->head;
        store->head = mark.number + 1;
        return BW_TAPE_MARK;
    }
    if (store->index.count < target) {
        *left = target - store->index.count;
        store->head = store->index.count;
        return BW_TAPE_EOD;
    }
    store->head = target;
    *left = 0;
    return BW_TAPE_OK;
}

static enum bw_tape_result records_back(struct bw_tape_store *store,
                                        uint64_t *left)
{
    uint64_t marks = head_marks(store);
    struct bw_tape_object mark = { .number = 0 };
    bool stops = marks > 0 && bw_index_mark(&store->index, marks - 1, &mark);
    uint64_t least = stops ? mark.number + 1 : 0;

    if (*left <= store->head - least) {
        store->head -= *left;
        *left = 0;
        return BW_TAPE_OK;
    }
    *left -= store->head - least;
    store->head = stops ? mark.number : 0;
    return stops ? BW_TAPE_MARK : BW_TAPE_BOP;
}

static enum bw_tape_result marks_forward(struct bw_tape_store *store,
                                         uint64_t *left)
{
    uint64_t marks = head_marks(store);
    uint64_t last =
        *left > UINT64_MAX - marks ? UINT64_MAX : marks + (*left - 1);
    struct bw_tape_object mark;
    enum bw_tape_result result = bw_tape_scan_mark(store, last);

    if (result != BW_TAPE_OK) {
        return result;
    }
    if (bw_index_mark(&store->index, last, &mark)) {
        store->head = mark.number + 1;
        *left = 0;
        return BW_TAPE_OK;
    }
    *left -= store->index.mark_count - marks;
    store->head = store->index.count;
    return BW_TAPE_EOD;
}

static enum bw_tape_result marks_back(struct bw_tape_store *store,
                                      uint64_t *left)
{
    uint64_t marks = head_marks(store);
    struct bw_tape_object mark;

    if (*left > marks || !bw_index_mark(&store->index, marks - *left, &mark)) {
        *left -= marks;
        store->head = 0;
        return BW_TAPE_BOP;
    }
    store->head = mark.number;
    *left = 0;
    return BW_TAPE_OK;
}

static uint64_t magnitude(int64_t count)
{
    return count < 0 ? -(uint64_t)count : (uint64_t)count;
}

enum bw_tape_result bw_tape_space(struct bw_tape_store *store, int64_t count,
                                  bool over_marks, uint64_t *left)
{
    enum bw_tape_result result = bw_tape_settle(store);

    *left = magnitude(count);
    if (result != BW_TAPE_OK || count == 0) {
        return result;
    }
    if (over_marks) {
        return count > 0 ? marks_forward(store, left) : marks_back(store, left);
    }
    return count > 0 ? records_forward(store, left) : records_back(store, left);
}

static bool mark_number(const struct bw_tape_store *store, uint64_t mark,
                        uint64_t *number)
{
    struct bw_tape_object object;
    bool known = bw_index_mark(&store->index, mark, &object);

    if (known) {
        *number = object.number;
    }
    return known;
}

static enum bw_tape_result sequential_forward(struct bw_tape_store *store,
                                              uint64_t count)
{
    uint64_t first = head_marks(store);
    uint64_t previous = 0, number = 0, run = 0;

    for (uint64_t mark = first;; mark++) {
        enum bw_tape_result result = bw_tape_scan_mark(store, mark);

        if (result != BW_TAPE_OK) {
            return result;
        }
        if (!mark_number(store, mark, &number)) {
            store->head = store->index.count;
            return BW_TAPE_EOD;
        }
        run = run > 0 && number == previous + 1 ? run + 1 : 1;
        if (run == count) {
            store->head = number + 1;
            return BW_TAPE_OK;
        }
        previous = number;
    }
}

static enum bw_tape_result sequential_back(struct bw_tape_store *store,
                                           uint64_t count)
{
    uint64_t previous = 0, number = 0, run = 0;

    for (uint64_t mark = head_marks(store); mark > 0; mark--) {
        if (!mark_number(store, mark - 1, &number)) {
            break;
        }
        run = run > 0 && number + 1 == previous ? run + 1 : 1;
        if (run == count) {
            store->head = number;
            return BW_TAPE_OK;
        }
        previous = number;
    }
    store->head = 0;
    return BW_TAPE_BOP;
}

enum bw_tape_result bw_tape_space_sequential(struct bw_tape_store *store,
                                             int64_t count, uint64_t *left)
{
    enum bw_tape_result result = bw_tape_settle(store);

    *left = magnitude(count);
    if (result != BW_TAPE_OK || count == 0) {
        return result;
    }
    result = count > 0 ? sequential_forward(store, *left)
                       : sequential_back(store, *left);
    if (result == BW_TAPE_OK) {
        *left = 0;
    }
    return result;
}

enum bw_tape_result bw_tape_space_end(struct bw_tape_store *store)
{
    enum bw_tape_result result = bw_tape_settle(store);

    if (result == BW_TAPE_OK) {
        result = bw_tape_scan_to(store, UINT64_MAX);
    }
    if (result == BW_TAPE_OK) {
        store->head = store->index.count;
    }
    return result;
}

enum bw_tape_result bw_tape_locate(struct bw_tape_store *store, uint64_t object)
{
    enum bw_tape_result result = bw_tape_settle(store);

    if (result == BW_TAPE_OK) {
        result = bw_tape_scan_to(store, object);
    }
    if (result != BW_TAPE_OK) {
        return result;
    }
    if (object > store->index.count) {
        store->head = store->index.count;
        return BW_TAPE_EOD;
    }
    store->head = object;
    return BW_TAPE_OK;
}

enum bw_tape_result bw_tape_locate_file(struct bw_tape_store *store,
                                        uint64_t marks)
{
    struct bw_tape_object mark;
    enum bw_tape_result result = bw_tape_settle(store);

    if (result != BW_TAPE_OK || marks == 0) {
        store->head = result == BW_TAPE_OK ? 0 : store->head;
        return result;
    }
    result = bw_tape_scan_mark(store, marks - 1);
    if (result != BW_TAPE_OK) {
        return result;
    }
    if (!bw_index_mark(&store->index, marks - 1, &mark)) {
        store->head = store->index.count;
        return BW_TAPE_EOD;
    }
    store->head = mark.number + 1;
    return BW_TAPE_OK;
}
