/*
 * A tape partition in a .tap file: open, close, and where the head is.
 *
 * See tape_store.h; tape_store_priv.h lists the files that do the rest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_store.h"

#include <string.h>

#include "tape_store_priv.h"

#define ZEROS 65536u /* a file that begins with so many is no tape */

static void set_text(struct bw_tape_verdict *verdict,
                     enum bw_tape_result result, const char *text)
{
    verdict->result = result;
    verdict->text[0] = '\0';
    bw_tape_say(verdict, text);
}

/* More zeros at the file's beginning than anyone writes tape marks: a file
 * that was made for something else, if no end of the medium closes it. */
static enum bw_tape_result all_zeros(struct bw_tape_store *store, bool *zeros)
{
    const uint8_t *p;
    enum bw_tape_result result;

    *zeros = false;
    if (store->size < ZEROS) {
        return BW_TAPE_OK;
    }
    result = bw_tape_look(store, 0, ZEROS, &p);
    if (result != BW_TAPE_OK || p[0] || memcmp(p, p + 1, ZEROS - 1)) {
        return result;
    }
    result = bw_tape_look(store, store->size - 4, 4, &p);
    *zeros = result == BW_TAPE_OK && memcmp(p, "\xff\xff\xff\xff", 4);
    return result;
}

/* Look at the file's beginning; nothing goes into the index. */
static enum bw_tape_result examine(struct bw_tape_store *store,
                                   struct bw_tape_verdict *verdict)
{
    struct bw_tape_frame frame;
    bool zeros;
    enum bw_tape_result result = all_zeros(store, &zeros);

    if (result != BW_TAPE_OK) {
        return result;
    }
    if (zeros) {
        set_text(verdict, BW_TAPE_FOREIGN,
                 "the file begins with zeros, not with a tape: make an empty "
                 "one with: benchwire tape create");
        return BW_TAPE_OK;
    }
    result = bw_tape_frame(store, 0, &frame);
    if (result != BW_TAPE_OK) {
        return result;
    }
    if (frame.end) {
        verdict->offset = frame.offset;
        bw_tape_describe(verdict, frame.trouble);
    }
    if (verdict->result != BW_TAPE_OK) {
        bw_tape_foreign(store, verdict);
        verdict->result = BW_TAPE_FOREIGN;
    }
    return BW_TAPE_OK;
}

struct bw_tape_store *bw_tape_open(const struct bw_tape_io *io,
                                   const struct bw_tape_options *options,
                                   struct bw_tape_verdict *verdict)
{
    struct bw_tape_store *store = io->memory(io->opaque, NULL, sizeof(*store));
    enum bw_tape_result result;

    *verdict = (struct bw_tape_verdict){ .result = BW_TAPE_OK };
    if (!store) {
        set_text(verdict, BW_TAPE_NO_MEMORY,
                 bw_tape_result_text(BW_TAPE_NO_MEMORY));
        return NULL;
    }
    memset(store, 0, sizeof(*store));
    store->io = io;
    store->options = *options;
    bw_index_init(&store->index, io);
    result = io->size(io->opaque, &store->size);
    if (result == BW_TAPE_OK) {
        result = examine(store, verdict);
    }
    if (result != BW_TAPE_OK) {
        set_text(verdict, result, bw_tape_result_text(result));
    }
    store->foreign = verdict->result != BW_TAPE_OK;
    return store;
}

void bw_tape_close(struct bw_tape_store *store)
{
    const struct bw_tape_io *io;

    if (!store) {
        return;
    }
    io = store->io;
    bw_index_free(&store->index);
    io->memory(io->opaque, store->stage, 0);
    io->memory(io->opaque, store->window, 0);
    io->memory(io->opaque, store, 0);
}

enum bw_tape_result bw_tape_settle(struct bw_tape_store *store)
{
    enum bw_tape_result result = bw_tape_commit(store);

    if (result == BW_TAPE_OK && store->head > store->index.count) {
        result = bw_tape_scan_to(store, store->head); /* it was distrusted */
        if (result == BW_TAPE_OK && store->head > store->index.count) {
            store->head = store->index.count;
        }
    }
    return result;
}

uint64_t bw_tape_head_offset(const struct bw_tape_store *store)
{
    struct bw_tape_object object;

    if (bw_index_find(&store->index, store->head, &object)) {
        return object.offset;
    }
    return store->index.offset;
}

void bw_tape_place(const struct bw_tape_store *store, struct bw_tape_place *out)
{
    uint64_t capacity = store->options.capacity;
    uint64_t used = bw_tape_head_offset(store);

    out->object = store->head;
    out->marks = bw_index_marks_before(&store->index, store->head);
    out->bop = store->head == 0;
    out->warning = capacity > 0 && (used >= capacity ||
                                    capacity - used <= store->options.warning);
}

const struct bw_tape_index *bw_tape_index(const struct bw_tape_store *store)
{
    return &store->index;
}

void bw_tape_set_limits(struct bw_tape_store *store, uint64_t capacity,
                        uint64_t warning)
{
    store->options.capacity = capacity;
    store->options.warning = warning;
}

uint64_t bw_tape_used(const struct bw_tape_store *store)
{
    return store->index.offset;
}

uint64_t bw_tape_lost(struct bw_tape_store *store)
{
    uint64_t lost = store->lost;

    store->lost = 0;
    return lost;
}

bool bw_tape_dirty(const struct bw_tape_store *store)
{
    return store->dirty;
}
