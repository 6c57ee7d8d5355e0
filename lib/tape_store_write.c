/*
 * Records and tape marks onto the tape.
 *
 * Short records and marks are framed in the staging buffer; with write-behind
 * they stay there until it is full, something long follows, or a commit.  Long
 * records go out from the host's memory, with what is staged before them and
 * the end marker behind, in one call.
 *
 * The first word of all that was written since the last commit goes out as the
 * end marker that is there already (tape_store_end.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_store.h"

#include <string.h>

#include "tape_store_priv.h"

/* The first header after a commit is held, and the marker stands for it. */
static uint32_t header_word(struct bw_tape_store *store, uint64_t offset,
                            uint64_t object, uint32_t word)
{
    if (store->dirty) {
        return word;
    }
    store->dirty = true;
    store->end_spoilt = false;
    store->held_at = offset;
    store->held_word = word;
    store->held_object = object;
    return BW_TAP_END;
}

static enum bw_tape_result need_stage(struct bw_tape_store *store)
{
    if (!store->stage) {
        store->stage =
            store->io->memory(store->io->opaque, NULL, BW_TAPE_STAGING);
    }
    return store->stage ? BW_TAPE_OK : BW_TAPE_NO_MEMORY;
}

/* What is staged, @count pieces of the store's behind it, and the marker. */
static enum bw_tape_result put_out(struct bw_tape_store *store, uint64_t offset,
                                   unsigned count)
{
    uint8_t end[BW_TAP_WORD];

    bw_tap_put(end, BW_TAP_END);
    store->pieces[0].bytes = store->stage;
    store->pieces[0].length = store->staged;
    store->pieces[1 + count].bytes = end;
    store->pieces[1 + count].length = sizeof(end);
    if (store->staged > 0) {
        return bw_tape_put(store, store->stage_at, store->pieces, count + 2);
    }
    return bw_tape_put(store, offset, store->pieces + 1, count + 1);
}

/* Bytes of the object that begins at @at of the staging buffer. */
static size_t staged_size(const struct bw_tape_store *store, size_t at)
{
    uint32_t word = bw_tap_get(store->stage + at);

    if (store->stage_at + at == store->held_at) {
        word = store->held_word;
    }
    return word == BW_TAP_MARK ? BW_TAP_WORD : (size_t)bw_tap_size(store, word);
}

/* Write the part of the staged objects for which there is space. */
static enum bw_tape_result put_what_fits(struct bw_tape_store *store)
{
    uint8_t end[BW_TAP_WORD];
    enum bw_tape_result result = BW_TAPE_OK;
    size_t at = 0;

    bw_tap_put(end, BW_TAP_END);
    while (at < store->staged) {
        size_t size = staged_size(store, at);
        struct bw_tape_piece pieces[2] = {
            { .bytes = store->stage + at, .length = size },
            { .bytes = end, .length = sizeof(end) },
        };

        result = bw_tape_put(store, store->stage_at + at, pieces, 2);
        if (result != BW_TAPE_OK) {
            break;
        }
        at += size;
        store->stage_object++;
    }
    store->stage_at += at;
    return result;
}

/* The staged objects did not go out; keep those for which there is space. */
static enum bw_tape_result stage_failed(struct bw_tape_store *store,
                                        enum bw_tape_result result)
{
    if (result == BW_TAPE_FULL) {
        result = put_what_fits(store);
    }
    store->staged = 0;
    if (result != BW_TAPE_OK) {
        bw_tape_take_back(store, store->stage_object, store->stage_at);
    }
    return result;
}

static enum bw_tape_result unstage(struct bw_tape_store *store)
{
    enum bw_tape_result result;

    if (store->staged == 0) {
        return BW_TAPE_OK;
    }
    result = put_out(store, 0, 0);
    if (result != BW_TAPE_OK) {
        return stage_failed(store, result);
    }
    store->staged = 0;
    return BW_TAPE_OK;
}

enum bw_tape_result bw_tape_unstage(struct bw_tape_store *store)
{
    uint64_t taken = store->head;
    enum bw_tape_result result = unstage(store);

    store->lost += taken - store->head;
    return result;
}

/* How many objects of @size bytes the capacity and @count allow. */
static uint32_t allowed(const struct bw_tape_store *store, uint64_t size,
                        uint32_t count)
{
    uint64_t used = store->index.offset;
    uint64_t capacity = store->options.capacity;
    uint64_t room;

    if (capacity == 0) {
        return count;
    }
    room = used < capacity ? (capacity - used) / size : 0;
    return room < count ? (uint32_t)room : count;
}

/* Frame @count records, or marks if @data is NULL, at the stage's end. */
static void frame_into_stage(struct bw_tape_store *store, uint64_t offset,
                             const uint8_t *data, uint32_t length,
                             uint32_t count)
{
    if (store->staged == 0) {
        store->stage_at = offset;
        store->stage_object = store->head;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *p = store->stage + store->staged;
        size_t size = BW_TAP_WORD;

        bw_tap_put(p, header_word(store, store->stage_at + store->staged,
                                  store->head + i, length));
        if (data) {
            size = (size_t)bw_tap_size(store, length);
            p[size - BW_TAP_WORD - 1] = 0;
            memcpy(p + BW_TAP_WORD, data + (size_t)i * length, length);
            bw_tap_put(p + size - BW_TAP_WORD, length);
        }
        store->staged += size;
    }
}

/* Marks if @data is NULL, and short records. */
static enum bw_tape_result write_staged(struct bw_tape_store *store,
                                        const uint8_t *data, uint32_t length,
                                        uint32_t count)
{
    enum bw_tape_kind kind = data ? BW_TAPE_KIND_RECORD : BW_TAPE_KIND_MARK;
    size_t size = data ? (size_t)bw_tap_size(store, length) : BW_TAP_WORD;
    enum bw_tape_result result = need_stage(store);

    while (result == BW_TAPE_OK && count > 0) {
        size_t room = (BW_TAPE_STAGING - store->staged) / size;
        uint32_t n = room < count ? (uint32_t)room : count;
        uint64_t offset = store->index.offset;

        if (n == 0) {
            result = unstage(store);
            continue;
        }
        result = bw_index_add(&store->index, kind, offset, size, length, n);
        if (result == BW_TAPE_OK) {
            frame_into_stage(store, offset, data, length, n);
            store->head += n;
            if (data) {
                data += (size_t)n * length;
            }
            count -= n;
        }
    }
    if (result == BW_TAPE_OK && !store->options.gather) {
        result = unstage(store);
    }
    return result;
}

/* Pieces 1 and on: @count records from @data.  Returns: how many pieces. */
static unsigned frame_pieces(struct bw_tape_store *store, uint64_t offset,
                             const uint8_t *data, uint32_t length,
                             uint32_t count)
{
    uint32_t padding = bw_tap_padding(store, length);
    unsigned n = 1;

    for (uint32_t i = 0; i <= count; i++) {
        uint8_t *word = store->words[i];
        size_t used = 0;

        if (i > 0) {
            word[0] = 0;
            bw_tap_put(word + padding, length);
            used = padding + BW_TAP_WORD;
        }
        if (i < count) {
            bw_tap_put(word + used,
                       header_word(store, offset, store->head + i, length));
            used += BW_TAP_WORD;
        }
        store->pieces[n].bytes = word;
        store->pieces[n++].length = used;
        if (i < count) {
            /* the host only reads from it */
            store->pieces[n].bytes =
                (void *)(uintptr_t)(data + (size_t)i * length);
            store->pieces[n++].length = length;
        }
    }
    return n - 1;
}

/* All of @count records, with what is staged before them, or an error. */
static enum bw_tape_result put_long(struct bw_tape_store *store,
                                    const uint8_t *data, uint32_t length,
                                    uint32_t count)
{
    uint64_t offset = store->index.offset;
    unsigned pieces;
    enum bw_tape_result result =
        bw_index_add(&store->index, BW_TAPE_KIND_RECORD, offset,
                     bw_tap_size(store, length), length, count);

    if (result != BW_TAPE_OK) {
        return result;
    }
    pieces = frame_pieces(store, offset, data, length, count);
    result = put_out(store, offset, pieces);
    if (result == BW_TAPE_OK) {
        store->head += count;
        store->staged = 0;
        return BW_TAPE_OK;
    }
    bw_tape_take_back(store, store->head, offset);
    if (store->staged > 0) {
        stage_failed(store, result);
    }
    return result;
}

/* Records of BW_TAPE_SMALL bytes or more. */
static enum bw_tape_result write_long(struct bw_tape_store *store,
                                      const uint8_t *data, uint32_t length,
                                      uint32_t count)
{
    uint32_t batch = BW_TAPE_BATCH;
    uint64_t first = store->head;

    while (count > 0) {
        uint32_t n = batch < count ? batch : count;
        enum bw_tape_result result = put_long(store, data, length, n);

        if (result == BW_TAPE_FULL && n > 1 && store->head >= first) {
            batch = n / 2;
            continue;
        }
        if (result != BW_TAPE_OK) {
            return result;
        }
        data += (size_t)n * length;
        count -= n;
    }
    return BW_TAPE_OK;
}

/* @result of a write that began at object @first: what became of it. */
static enum bw_tape_result account(struct bw_tape_store *store, uint64_t first,
                                   uint32_t *done, enum bw_tape_result result)
{
    if (store->head >= first) {
        *done = (uint32_t)(store->head - first);
    } else {
        store->lost += first - store->head;
    }
    return result;
}

enum bw_tape_result bw_tape_write(struct bw_tape_store *store,
                                  const uint8_t *data, uint32_t length,
                                  uint32_t count, uint32_t *done)
{
    uint64_t first = store->head;
    enum bw_tape_result result;
    uint32_t take;

    *done = 0;
    if (length == 0 || length > BW_TAPE_RECORD_MAX) {
        return BW_TAPE_UNSUPPORTED;
    }
    result = count > 0 ? bw_tape_begin(store) : BW_TAPE_OK;
    if (result != BW_TAPE_OK || count == 0) {
        return result;
    }
    take = allowed(store, bw_tap_size(store, length), count);
    result = length < BW_TAPE_SMALL ? write_staged(store, data, length, take)
                                    : write_long(store, data, length, take);
    if (result == BW_TAPE_OK && take < count) {
        result = BW_TAPE_FULL;
    }
    return account(store, first, done, result);
}

enum bw_tape_result bw_tape_write_marks(struct bw_tape_store *store,
                                        uint32_t count, uint32_t *done)
{
    uint64_t first = store->head;
    enum bw_tape_result result;
    uint32_t take;

    *done = 0;
    result = count > 0 ? bw_tape_begin(store) : BW_TAPE_OK;
    if (result != BW_TAPE_OK || count == 0) {
        return result;
    }
    take = allowed(store, BW_TAP_WORD, count);
    result = write_staged(store, NULL, 0, take);
    if (result == BW_TAPE_OK && take < count) {
        result = BW_TAPE_FULL;
    }
    return account(store, first, done, result);
}
