/*
 * Records from the tape.
 *
 * Short records come out of the window, which reads ahead.  A long one is read
 * in one call, straight into the host's memory, with its last word and the
 * next header behind it; that the words around it are right is checked each
 * time, whoever said that it is there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_store.h"

#include <string.h>

#include "tape_store_priv.h"

enum bw_tape_result bw_tape_peek(struct bw_tape_store *store,
                                 struct bw_tape_object *out)
{
    enum bw_tape_result result = bw_tape_settle(store);

    if (result == BW_TAPE_OK) {
        result = bw_tape_scan_to(store, store->head);
    }
    if (result != BW_TAPE_OK) {
        return result;
    }
    return bw_index_find(&store->index, store->head, out) ? BW_TAPE_OK
                                                          : BW_TAPE_EOD;
}

/* The words around the data of @object, at its ends. */
static bool framed(const struct bw_tape_object *object, uint32_t header,
                   uint32_t trailer)
{
    uint32_t value = header & BW_TAP_VALUE;
    uint32_t class = BW_TAP_CLASS(header);

    if (object->kind == BW_TAPE_KIND_BAD) {
        return value == object->length; /* no more can be said of it */
    }
    return class == 0 && value == object->length && trailer == header;
}

/* A record that fits into the window. */
static enum bw_tape_result read_short(struct bw_tape_store *store,
                                      const struct bw_tape_object *object,
                                      uint8_t *data, size_t length, bool *good)
{
    const uint8_t *p;
    enum bw_tape_result result =
        bw_tape_look(store, object->offset, (size_t)object->size, &p);

    if (result != BW_TAPE_OK) {
        return result;
    }
    *good = framed(object, bw_tap_get(p),
                   bw_tap_get(p + object->size - BW_TAP_WORD));
    if (length > 0) {
        memcpy(data, p + BW_TAP_WORD, length);
    }
    return BW_TAPE_OK;
}

/* What was read behind a record is looked at next. */
static void keep_tail(struct bw_tape_store *store, uint64_t offset,
                      size_t length)
{
    if (store->window) {
        memcpy(store->window, store->tail, length);
        store->window_at = offset;
        store->window_used = length;
    }
}

/* A whole long record, and the word behind it. */
static enum bw_tape_result read_whole(struct bw_tape_store *store,
                                      const struct bw_tape_object *object,
                                      uint8_t *data, bool *good)
{
    uint64_t behind = object->offset + BW_TAP_WORD + object->length;
    uint64_t left = store->size - behind;
    size_t tail = left < BW_TAPE_TAIL ? (size_t)left : BW_TAPE_TAIL;
    uint8_t header[BW_TAP_WORD] = { 0 };
    struct bw_tape_piece pieces[3] = {
        { .bytes = header, .length = sizeof(header) },
        { .bytes = data, .length = object->length },
        { .bytes = store->tail, .length = tail },
    };
    enum bw_tape_result result =
        store->io->read(store->io->opaque, object->offset, pieces, 3);
    size_t trailer = (size_t)(object->size - object->length) - 2 * BW_TAP_WORD;

    if (result != BW_TAPE_OK) {
        return result;
    }
    *good =
        framed(object, bw_tap_get(header), bw_tap_get(store->tail + trailer));
    keep_tail(store, behind, tail);
    return BW_TAPE_OK;
}

/* The beginning of a record that the host has no room for. */
static enum bw_tape_result read_part(struct bw_tape_store *store,
                                     const struct bw_tape_object *object,
                                     uint8_t *data, size_t length, bool *good)
{
    uint8_t header[BW_TAP_WORD] = { 0 };
    struct bw_tape_piece pieces[2] = {
        { .bytes = header, .length = sizeof(header) },
        { .bytes = data, .length = length },
    };
    enum bw_tape_result result = store->io->read(
        store->io->opaque, object->offset, pieces, length > 0 ? 2 : 1);

    if (result == BW_TAPE_OK) {
        *good = framed(object, bw_tap_get(header), bw_tap_get(header));
    }
    return result;
}

static enum bw_tape_result read_record(struct bw_tape_store *store,
                                       const struct bw_tape_object *object,
                                       uint8_t *data, size_t room, bool *good)
{
    size_t length = room < object->length ? room : object->length;

    if (object->size > store->size ||
        object->offset > store->size - object->size ||
        (object->kind == BW_TAPE_KIND_RECORD &&
         object->length > BW_TAPE_RECORD_MAX)) {
        *good = false; /* a sidecar said so */
        return BW_TAPE_OK;
    }
    if (object->size <= BW_TAPE_SMALL_READ) {
        return read_short(store, object, data, length, good);
    }
    if (length == object->length && object->size > object->length) {
        return read_whole(store, object, data, good);
    }
    return read_part(store, object, data, length, good);
}

static enum bw_tape_result read_mark(struct bw_tape_store *store,
                                     const struct bw_tape_object *object,
                                     bool *good)
{
    const uint8_t *p;
    enum bw_tape_result result;

    *good = false;
    if (object->offset > store->size ||
        store->size - object->offset < BW_TAP_WORD) {
        return BW_TAPE_OK;
    }
    result = bw_tape_look(store, object->offset, BW_TAP_WORD, &p);
    *good = result == BW_TAPE_OK && bw_tap_get(p) == BW_TAP_MARK;
    return result;
}

static enum bw_tape_result read_object(struct bw_tape_store *store,
                                       uint8_t *data, size_t room,
                                       struct bw_tape_object *out, bool *good)
{
    enum bw_tape_result result = bw_tape_peek(store, out);

    if (result != BW_TAPE_OK) {
        return result;
    }
    if (out->kind == BW_TAPE_KIND_MARK) {
        return read_mark(store, out, good);
    }
    return read_record(store, out, data, room, good);
}

/*
 * A long record that is not in the index yet, its header in the window: one
 * call instead of two.  False: it is none, or was not read.
 */
static bool read_new(struct bw_tape_store *store, uint8_t *data, size_t room,
                     struct bw_tape_object *out)
{
    uint64_t at = store->index.offset;
    const uint8_t *p;
    bool good = false;

    if (store->index.complete || store->head != store->index.count ||
        at < store->window_at || store->window_used < BW_TAP_WORD ||
        at - store->window_at > store->window_used - BW_TAP_WORD ||
        bw_tape_look(store, at, BW_TAP_WORD, &p) != BW_TAPE_OK) {
        return false;
    }
    out->number = store->head;
    out->offset = at;
    out->length = bw_tap_get(p);
    out->size = bw_tap_size(store, out->length);
    out->marks = store->index.mark_count;
    out->kind = BW_TAPE_KIND_RECORD;
    return out->length <= room && out->size > BW_TAPE_SMALL_READ &&
           out->size <= store->size - at &&
           read_whole(store, out, data, &good) == BW_TAPE_OK && good &&
           bw_index_add(&store->index, out->kind, at, out->size, out->length,
                        1) == BW_TAPE_OK;
}

enum bw_tape_result bw_tape_read(struct bw_tape_store *store, uint8_t *data,
                                 size_t room, struct bw_tape_object *out)
{
    bool good = true;
    enum bw_tape_result result = BW_TAPE_OK;

    if (!read_new(store, data, room, out)) {
        result = read_object(store, data, room, out, &good);
    }

    if (result == BW_TAPE_OK && !good && store->unproven) {
        result = bw_tape_distrust(store);
        if (result == BW_TAPE_OK) {
            good = true;
            result = read_object(store, data, room, out, &good);
        }
    }
    if (result != BW_TAPE_OK) {
        return result;
    }
    store->head++;
    if (!good || out->kind == BW_TAPE_KIND_BAD) {
        return BW_TAPE_BAD;
    }
    return out->kind == BW_TAPE_KIND_MARK ? BW_TAPE_MARK : BW_TAPE_OK;
}

enum bw_tape_result bw_tape_read_blocks(struct bw_tape_store *store,
                                        uint8_t *data, uint32_t length,
                                        uint32_t count, uint32_t *done)
{
    struct bw_tape_object object;

    for (*done = 0; *done < count; (*done)++) {
        enum bw_tape_result result = bw_tape_peek(store, &object);

        if (result == BW_TAPE_EOD) {
            return BW_TAPE_OK;
        }
        if (result != BW_TAPE_OK) {
            return result;
        }
        if (object.kind != BW_TAPE_KIND_RECORD || object.length != length) {
            return BW_TAPE_OK;
        }
        result =
            bw_tape_read(store, data + (size_t)*done * length, length, &object);
        if (result != BW_TAPE_OK) {
            store->head -= result == BW_TAPE_BAD;
            return result == BW_TAPE_BAD ? BW_TAPE_IO : result;
        }
    }
    return BW_TAPE_OK;
}
