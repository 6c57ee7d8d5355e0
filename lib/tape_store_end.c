/*
 * The end of a tape's data: its marker, commits, and cutting.
 *
 * At any time the file holds, at the end of what is committed, an end marker
 * that lasts.  New objects go behind it; the marker's place is that of the
 * first new header, which is written when the rest is on the disk:
 *
 *   new objects, a new marker;  flush;  the held header;  flush
 *
 * so that a reader finds either the old end or all of the new objects.  Words
 * are at even places, so that one in 128 is in two sectors, of which a crash
 * may leave one old and one new.  Such a word is written in halves with a
 * flush between, in an order that never makes a gap of it; a reader takes what
 * is half written for the end (tape_store_frame.c).
 *
 * After a failed flush nothing is known of what was written before it (the
 * host may have dropped it), so that the tape ends at the last commit.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_store.h"

#include "tape_store_priv.h"

enum bw_tape_result bw_tape_put(struct bw_tape_store *store, uint64_t offset,
                                const struct bw_tape_piece *pieces,
                                unsigned count)
{
    uint64_t end = offset;
    enum bw_tape_result result;

    for (unsigned i = 0; i < count; i++) {
        end += pieces[i].length;
    }
    bw_tape_forget_window(store);
    result = store->io->write(store->io->opaque, offset, pieces, count);
    if (end > store->size) {
        /* a failed write may have made the file longer, too */
        if (result == BW_TAPE_OK) {
            store->size = end;
        } else if (store->io->size(store->io->opaque, &end) == BW_TAPE_OK) {
            store->size = end;
        }
    }
    return result;
}

static enum bw_tape_result flush(struct bw_tape_store *store)
{
    return store->io->flush(store->io->opaque);
}

static enum bw_tape_result put_part(struct bw_tape_store *store,
                                    uint64_t offset, uint8_t *bytes,
                                    size_t length)
{
    struct bw_tape_piece piece = { .bytes = bytes, .length = length };

    return bw_tape_put(store, offset, &piece, 1);
}

/*
 * @word at @offset, where an end marker is or will be: whatever of it reaches
 * the disk is the one or the other, or the end.  @other: the word that is not
 * the marker.
 */
static enum bw_tape_result put_word(struct bw_tape_store *store,
                                    uint64_t offset, uint32_t word,
                                    uint32_t other)
{
    uint8_t bytes[BW_TAP_WORD];
    unsigned split = (unsigned)(BW_TAPE_SECTOR - offset % BW_TAPE_SECTOR);
    /* between the two: ffff in the high half, or where that makes a gap, in
     * the low one */
    bool gap = (other & 0xffff) == (BW_TAP_GAP & 0xffff);
    bool high_first = (word == BW_TAP_END) != gap;
    enum bw_tape_result result;

    bw_tap_put(bytes, word);
    if (!bw_tap_straddles(offset)) {
        return put_part(store, offset, bytes, BW_TAP_WORD);
    }
    if (offset + split > store->size) {
        high_first = false;
    }
    for (unsigned i = 0; i < 2; i++) {
        if (high_first == (i == 0)) {
            result = put_part(store, offset + split, bytes + split,
                              BW_TAP_WORD - split);
        } else {
            result = put_part(store, offset, bytes, split);
        }
        if (result == BW_TAPE_OK && i == 0) {
            result = flush(store);
        }
        if (result != BW_TAPE_OK) {
            break;
        }
    }
    return result;
}

/* The word at @offset, if it may be half written; else the marker. */
static enum bw_tape_result old_word(struct bw_tape_store *store,
                                    uint64_t offset, uint32_t *word)
{
    const uint8_t *p;
    enum bw_tape_result result;

    *word = BW_TAP_END;
    if (!bw_tap_straddles(offset) || store->size < BW_TAP_WORD ||
        offset > store->size - BW_TAP_WORD) {
        return BW_TAPE_OK;
    }
    result = bw_tape_look(store, offset, BW_TAP_WORD, &p);
    if (result == BW_TAPE_OK) {
        *word = bw_tap_get(p);
    }
    return result;
}

static void cut_file(struct bw_tape_store *store, uint64_t bytes)
{
    if (store->size > bytes &&
        store->io->truncate(store->io->opaque, bytes) == BW_TAPE_OK) {
        store->size = bytes;
        bw_tape_forget_window(store);
    }
}

/* A lasting end marker at the head; what was behind it is gone. */
static enum bw_tape_result end_at_head(struct bw_tape_store *store)
{
    uint64_t offset = bw_tape_head_offset(store);
    uint32_t old;
    enum bw_tape_result result = old_word(store, offset, &old);

    if (result != BW_TAPE_OK) {
        return result;
    }
    bw_index_cut(&store->index, store->head, offset);
    store->marked = false;
    result = put_word(store, offset, BW_TAP_END, old);
    if (result == BW_TAPE_OK) {
        result = flush(store);
    }
    if (result != BW_TAPE_OK) {
        return result;
    }
    store->index.offset = offset;
    store->index.complete = true;
    store->index.generation++;
    store->marked = true;
    store->flushed = true;
    store->header_spoilt = false;
    cut_file(store, offset + BW_TAP_WORD);
    return BW_TAPE_OK;
}

static bool at_end(const struct bw_tape_store *store)
{
    return store->index.complete && store->head == store->index.count;
}

static enum bw_tape_result writable(const struct bw_tape_store *store)
{
    if (store->foreign) {
        return BW_TAPE_FOREIGN;
    }
    return store->options.read_only ? BW_TAPE_READ_ONLY : BW_TAPE_OK;
}

enum bw_tape_result bw_tape_begin(struct bw_tape_store *store)
{
    enum bw_tape_result result = writable(store);

    if (result != BW_TAPE_OK || store->dirty) {
        return result;
    }
    result = bw_tape_prove_head(store);
    if (result == BW_TAPE_OK) {
        result = bw_tape_scan_to(store, store->head);
    }
    if (result != BW_TAPE_OK) {
        return result;
    }
    bw_tape_blank_sidecar(store);
    if (!at_end(store) || !store->marked) {
        return end_at_head(store);
    }
    if (!store->flushed) {
        result = flush(store);
        store->flushed = result == BW_TAPE_OK;
    }
    return result;
}

enum bw_tape_result bw_tape_erase(struct bw_tape_store *store)
{
    enum bw_tape_result result = writable(store);

    if (result == BW_TAPE_OK) {
        result = bw_tape_commit(store);
    }
    return result == BW_TAPE_OK ? bw_tape_begin(store) : result;
}

void bw_tape_take_back(struct bw_tape_store *store, uint64_t number,
                       uint64_t offset)
{
    bw_index_cut(&store->index, number, offset);
    store->index.offset = offset;
    store->index.complete = true;
    store->index.generation++;
    store->head = number;
    if (number <= store->held_object) {
        store->dirty = false; /* the old marker still is the end */
        cut_file(store, offset + BW_TAP_WORD);
    }
    store->end_spoilt = true;
}

/* Nothing since the last commit is on the tape, as far as is known. */
static void lose(struct bw_tape_store *store, bool header)
{
    uint64_t offset = store->held_at;

    store->lost += store->index.count - store->held_object;
    store->staged = 0;
    bw_tape_take_back(store, store->held_object, offset);
    store->marked = !header;
    store->header_spoilt = header;
    store->flushed = false;
}

/* A header that did not last has nothing behind it: the marker comes back. */
static enum bw_tape_result mend_header(struct bw_tape_store *store)
{
    enum bw_tape_result result =
        put_word(store, store->held_at, BW_TAP_END, store->held_word);

    if (result == BW_TAPE_OK) {
        result = flush(store);
    }
    if (result == BW_TAPE_OK) {
        store->header_spoilt = false;
        store->marked = true;
        store->flushed = true;
    }
    return result;
}

/* A failed write may have hit the marker behind what was written before it. */
static enum bw_tape_result mend_end(struct bw_tape_store *store)
{
    uint8_t bytes[BW_TAP_WORD];
    enum bw_tape_result result;

    bw_tap_put(bytes, BW_TAP_END);
    result = put_part(store, store->index.offset, bytes, BW_TAP_WORD);
    if (result == BW_TAPE_OK) {
        cut_file(store, store->index.offset + BW_TAP_WORD);
        store->end_spoilt = false;
    }
    return result;
}

/* All that was written lasts, but for the held header. */
static enum bw_tape_result flush_data(struct bw_tape_store *store)
{
    enum bw_tape_result result = BW_TAPE_OK;

    if (store->end_spoilt) {
        result = mend_end(store);
    }
    if (result == BW_TAPE_OK) {
        result = flush(store);
    }
    if (result != BW_TAPE_OK) {
        lose(store, false);
    }
    return result;
}

static enum bw_tape_result flush_header(struct bw_tape_store *store)
{
    enum bw_tape_result result =
        put_word(store, store->held_at, store->held_word, store->held_word);

    if (result == BW_TAPE_OK) {
        result = flush(store);
    }
    if (result != BW_TAPE_OK) {
        lose(store, true);
    }
    return result;
}

enum bw_tape_result bw_tape_commit(struct bw_tape_store *store)
{
    enum bw_tape_result staged, result;

    if (store->foreign) {
        return BW_TAPE_FOREIGN;
    }
    staged = bw_tape_unstage(store);
    if (!store->dirty) {
        result = store->header_spoilt ? mend_header(store) : BW_TAPE_OK;
        return staged != BW_TAPE_OK ? staged : result;
    }
    result = flush_data(store);
    if (result == BW_TAPE_OK) {
        result = flush_header(store);
    }
    if (result != BW_TAPE_OK) {
        return result;
    }
    store->dirty = false;
    store->marked = true;
    store->flushed = true;
    return staged;
}
