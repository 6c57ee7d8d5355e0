/*
 * The framing of a .tap file: what is at a place of it.
 *
 * Source: "SIMH Magtape Representation and Handling", R. M. Supnik, 17 January
 * 2022: classes of words, markers, gaps.  Where it is silent:
 *
 *  - a record of length 0 (classes 1 to 6, 8 to E) is a word alone, or two
 *    alike;
 *  - a record whose last word is not its first is bad if what follows its
 *    length makes sense, by the one of the two or by the other, and else the
 *    end of the data;
 *  - a record of more than BW_TAPE_RECORD_MAX bytes is bad, and passed over;
 *  - a reverse half-gap has no place where a file is read forward;
 *  - zeros up to the file's end are tape marks while they are few, as other
 *    programs leave two of them and no end marker.  Many are a file that was
 *    extended, of which two at most are marks.  A file of nothing else is a
 *    blank tape: so a crash may leave one that was just begun.
 *
 * The file is read forward only: what is behind the head is in the index.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_store.h"

#include "tape_store_priv.h"

#define FIRST_LOOK       512u
#define NEAR             4096u /* so far behind the window is reading on, too */
#define FEW_MARKS        16u
#define BELIEVED         2u
#define FREE_MARKERS_END 0xfffe0000u
#define STOP_STRIDE      65536u /* bytes of a gap between questions for a stop */

void bw_tape_forget_window(struct bw_tape_store *store)
{
    store->window_used = 0;
}

/* How much to read at @offset: more each time while the reading goes on. */
static size_t ahead(const struct bw_tape_store *store, uint64_t offset,
                    size_t length)
{
    uint64_t end = store->window_at + store->window_used;
    size_t want = FIRST_LOOK;

    if (store->window_used > 0 && offset <= end + NEAR &&
        offset + BW_TAPE_SMALL_READ >= store->window_at) {
        want = 2 * store->window_used;
    }
    want = want > length ? want : length;
    want = want < BW_TAPE_WINDOW ? want : BW_TAPE_WINDOW;
    return store->size - offset < want ? (size_t)(store->size - offset) : want;
}

enum bw_tape_result bw_tape_look(struct bw_tape_store *store, uint64_t offset,
                                 size_t length, const uint8_t **bytes)
{
    struct bw_tape_piece piece;
    enum bw_tape_result result;

    if (offset < store->window_at ||
        offset - store->window_at > store->window_used ||
        store->window_used - (offset - store->window_at) < length) {
        if (!store->window) {
            store->window =
                store->io->memory(store->io->opaque, NULL, BW_TAPE_WINDOW);
            if (!store->window) {
                return BW_TAPE_NO_MEMORY;
            }
        }
        piece.bytes = store->window;
        piece.length = ahead(store, offset, length);
        store->window_used = 0;
        result = store->io->read(store->io->opaque, offset, &piece, 1);
        if (result != BW_TAPE_OK) {
            return result;
        }
        store->window_at = offset;
        store->window_used = piece.length;
    }
    *bytes = store->window + (offset - store->window_at);
    return BW_TAPE_OK;
}

static enum bw_tape_result word_at(struct bw_tape_store *store, uint64_t offset,
                                   uint32_t *word)
{
    const uint8_t *p;
    enum bw_tape_result result = bw_tape_look(store, offset, BW_TAP_WORD, &p);

    if (result == BW_TAPE_OK) {
        *word = bw_tap_get(p);
    }
    return result;
}

static bool word_fits(const struct bw_tape_store *store, uint64_t offset)
{
    return offset <= store->size && store->size - offset >= BW_TAP_WORD;
}

/* Pass tape marks; @offset is behind them then, and @word there if it fits. */
static enum bw_tape_result pass_marks(struct bw_tape_store *store,
                                      uint64_t *offset, uint32_t *word)
{
    enum bw_tape_result result = BW_TAPE_OK;

    *word = BW_TAP_MARK;
    while (result == BW_TAPE_OK && word_fits(store, *offset)) {
        result = word_at(store, *offset, word);
        if (*word != BW_TAP_MARK) {
            break;
        }
        *offset += BW_TAP_WORD;
        if (*offset % STOP_STRIDE < BW_TAP_WORD && bw_tape_stops(store)) {
            return BW_TAPE_STOPPED;
        }
    }
    return result;
}

/* The data end at out->offset. */
static enum bw_tape_result end_here(struct bw_tape_frame *out,
                                    enum bw_tape_trouble trouble)
{
    out->end = true;
    out->trouble = trouble;
    return BW_TAPE_OK;
}

/* Zeros: out->count of them are marks, if any. */
static enum bw_tape_result frame_marks(struct bw_tape_store *store,
                                       struct bw_tape_frame *out)
{
    uint64_t at = out->offset;
    uint32_t word;
    enum bw_tape_result result = pass_marks(store, &at, &word);

    if (result != BW_TAPE_OK) {
        return result;
    }
    out->kind = BW_TAPE_KIND_MARK;
    out->size = BW_TAP_WORD;
    out->length = 0;
    out->count = (at - out->offset) / BW_TAP_WORD;
    if (word == BW_TAP_MARK && out->offset == 0) {
        out->count = 0;
        return end_here(out, BW_TAPE_TROUBLE_NO_END);
    }
    if (word == BW_TAP_MARK &&
        (out->count > FEW_MARKS ||
         (out->count > BELIEVED && store->size % BW_TAPE_SECTOR == 0))) {
        out->count = BELIEVED;
        out->last = true;
        out->trouble = BW_TAPE_TROUBLE_ZEROS;
    }
    return BW_TAPE_OK;
}

/* True if a good record or an end is at @offset, or behind marks there. */
static enum bw_tape_result plausible(struct bw_tape_store *store,
                                     uint64_t offset, bool *yes)
{
    uint32_t word, trailer;
    uint64_t size;
    enum bw_tape_result result = pass_marks(store, &offset, &word);

    *yes = result == BW_TAPE_OK && word == BW_TAP_END;
    size = bw_tap_size(store, word & BW_TAP_VALUE);
    if (result != BW_TAPE_OK || word == BW_TAP_MARK ||
        (BW_TAP_CLASS(word) != 0 && BW_TAP_CLASS(word) != BW_TAP_BAD) ||
        size > store->size - offset) {
        return result;
    }
    result = word_at(store, offset + size - BW_TAP_WORD, &trailer);
    *yes = result == BW_TAPE_OK && trailer == word;
    return result;
}

static enum bw_tape_result bad_record(struct bw_tape_frame *out)
{
    out->kind = BW_TAPE_KIND_BAD;
    out->broken = true;
    out->trouble = BW_TAPE_TROUBLE_TRAILER;
    out->count = 1;
    return BW_TAPE_OK;
}

/*
 * The first word at out->offset is wrong.  A last word that says how far away
 * the first is, with something sensible behind it, is that record's; without
 * one the data end here, with @trouble.
 */
static enum bw_tape_result find_last_word(struct bw_tape_store *store,
                                          enum bw_tape_trouble trouble,
                                          struct bw_tape_frame *out)
{
    uint64_t left = store->size - out->offset;
    uint64_t size = bw_tap_size(store, 1);
    enum bw_tape_result result = BW_TAPE_OK;
    bool found = false;
    uint32_t word;

    /* a file that begins so is no tape */
    for (uint32_t n = 1;
         out->offset > 0 && n <= BW_TAPE_RECORD_MAX && size <= left; n++) {
        result = word_at(store, out->offset + size - BW_TAP_WORD, &word);
        if (result == BW_TAPE_OK && (word & ~BW_TAP_ERROR) == n) {
            result = plausible(store, out->offset + size, &found);
        }
        if (result == BW_TAPE_OK && n % STOP_STRIDE == 0 &&
            bw_tape_stops(store)) {
            result = BW_TAPE_STOPPED;
        }
        if (result != BW_TAPE_OK) {
            return result;
        }
        if (found) {
            out->length = n;
            out->size = size;
            return bad_record(out);
        }
        size = bw_tap_size(store, n + 1);
    }
    return end_here(out, trouble);
}

/* The record at out->offset has no valid last word. */
static enum bw_tape_result frame_broken(struct bw_tape_store *store,
                                        struct bw_tape_frame *out)
{
    bool follows;
    enum bw_tape_result result;

    if (bw_tap_straddles(out->offset)) {
        return end_here(out, BW_TAPE_TROUBLE_TORN);
    }
    if (out->size > store->size - out->offset) {
        return find_last_word(store, BW_TAPE_TROUBLE_SHORT, out);
    }
    result = plausible(store, out->offset + out->size, &follows);
    if (result != BW_TAPE_OK) {
        return result;
    }
    return follows ? bad_record(out)
                   : find_last_word(store, BW_TAPE_TROUBLE_TRAILER, out);
}

/* Anything with a body: a record of any class. */
static enum bw_tape_result frame_record(struct bw_tape_store *store,
                                        uint32_t word,
                                        struct bw_tape_frame *out)
{
    uint32_t trailer;
    enum bw_tape_result result;

    out->length = word & BW_TAP_VALUE;
    out->size = bw_tap_size(store, out->length);
    out->kind =
        BW_TAP_CLASS(word) == BW_TAP_BAD || out->length > BW_TAPE_RECORD_MAX
            ? BW_TAPE_KIND_BAD
            : BW_TAPE_KIND_RECORD;
    if (out->size <= store->size - out->offset) {
        result =
            word_at(store, out->offset + out->size - BW_TAP_WORD, &trailer);
        if (result != BW_TAPE_OK) {
            return result;
        }
        if (trailer == word) {
            out->count = 1;
            return BW_TAPE_OK;
        }
    }
    if (out->length == 0) {
        out->size = BW_TAP_WORD;
        out->count = 1;
        return BW_TAPE_OK;
    }
    return frame_broken(store, out);
}

/*
 * At an odd place (files without padding) a half written word may look like a
 * free marker: three bytes of the end marker and one of a header.
 */
static bool may_be_torn(uint64_t offset)
{
    return (offset & 1) && bw_tap_straddles(offset);
}

/*
 * Half a gap, and the gap whose other half was written over: they go together,
 * as without the gap the half would be something else.
 */
static enum bw_tape_result frame_half_gap(struct bw_tape_store *store,
                                          struct bw_tape_frame *out)
{
    uint64_t gap = out->offset + BW_TAP_WORD / 2;
    uint32_t word = BW_TAP_END;
    enum bw_tape_result result = BW_TAPE_OK;

    if (word_fits(store, gap)) {
        result = word_at(store, gap, &word);
    }
    if (result == BW_TAPE_OK && word != BW_TAP_GAP) {
        return end_here(out, BW_TAPE_TROUBLE_WORD);
    }
    out->offset = gap + BW_TAP_WORD;
    return result;
}

/* A marker, class F, at out->offset: passed, or the end. */
static enum bw_tape_result frame_marker(struct bw_tape_store *store,
                                        uint32_t word,
                                        struct bw_tape_frame *out)
{
    if (word == BW_TAP_END) {
        return end_here(out, BW_TAPE_TROUBLE_NONE);
    }
    if (word == BW_TAP_HALF_GAP) {
        return frame_half_gap(store, out);
    }
    if (word == BW_TAP_GAP ||
        (word < FREE_MARKERS_END && !may_be_torn(out->offset))) {
        out->offset += BW_TAP_WORD;
        return BW_TAPE_OK;
    }
    return bw_tap_straddles(out->offset)
               ? end_here(out, BW_TAPE_TROUBLE_TORN)
               : find_last_word(store, BW_TAPE_TROUBLE_WORD, out);
}

/* One word's worth at out->offset: an object, the end, or it is passed. */
static enum bw_tape_result frame_step(struct bw_tape_store *store,
                                      uint32_t word, struct bw_tape_frame *out)
{
    uint32_t class = BW_TAP_CLASS(word);
    enum bw_tape_result result;

    if (word == BW_TAP_MARK) {
        return frame_marks(store, out);
    }
    if (class == BW_TAP_MARKER) {
        return frame_marker(store, word, out);
    }
    if (class == BW_TAP_PRIVATE) {
        out->offset += BW_TAP_WORD;
        return BW_TAPE_OK;
    }
    result = frame_record(store, word, out);
    if (result == BW_TAPE_OK && class != 0 && class != BW_TAP_BAD &&
        out->count > 0 && !out->broken) {
        out->count = 0; /* a private, reserved or describing record */
        out->offset += out->size;
    }
    return result;
}

enum bw_tape_result bw_tape_frame(struct bw_tape_store *store, uint64_t offset,
                                  struct bw_tape_frame *out)
{
    uint32_t word;
    unsigned steps = 0;
    enum bw_tape_result result;

    *out = (struct bw_tape_frame){ .offset = offset };
    while (!out->end && out->count == 0) {
        if (!word_fits(store, out->offset)) {
            return end_here(out, out->offset < store->size
                                     ? BW_TAPE_TROUBLE_FRAGMENT
                                     : BW_TAPE_TROUBLE_NO_END);
        }
        result = word_at(store, out->offset, &word);
        if (result == BW_TAPE_OK) {
            result = frame_step(store, word, out);
        }
        if (result != BW_TAPE_OK) {
            return result;
        }
        if (++steps % 1024 == 0 && bw_tape_stops(store)) {
            return BW_TAPE_STOPPED;
        }
    }
    return BW_TAPE_OK;
}
