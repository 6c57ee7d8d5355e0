/*
 * The sidecar of positions: whether it is this tape's.
 *
 * Before the tape is written to, its sidecar is made empty, and that lasts: a
 * sidecar that is found belongs to the tape as it is now, unless another
 * program wrote to the tape.
 *
 * What a sidecar says is believed if the tape's file has the length it names,
 * the framing words of objects all over the tape are where the index has them,
 * and a CRC over those words is the sidecar's.  Later each object that is read,
 * and the place where the tape is overwritten, is checked again; where the
 * file is not as it was said to be, the sidecar is forgotten and the file
 * scanned.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_store.h"

#include <string.h>

#include "crc32.h"
#include "tape_store_priv.h"

#define SAMPLES 32u /* objects over the tape */
#define LAST    16u /* and at its end */

/* The words around @object; false: not in the file, or not as it should be. */
static enum bw_tape_result words_of(struct bw_tape_store *store,
                                    const struct bw_tape_object *object,
                                    uint8_t words[2 * BW_TAP_WORD], bool *right)
{
    const uint8_t *p;
    uint32_t header;
    enum bw_tape_result result;

    *right = false;
    if (object->size < BW_TAP_WORD || object->size > store->size ||
        object->offset > store->size - object->size) {
        return BW_TAPE_OK;
    }
    result = bw_tape_look(store, object->offset, BW_TAP_WORD, &p);
    if (result != BW_TAPE_OK) {
        return result;
    }
    memcpy(words, p, BW_TAP_WORD);
    result = bw_tape_look(store, object->offset + object->size - BW_TAP_WORD,
                          BW_TAP_WORD, &p);
    if (result != BW_TAPE_OK) {
        return result;
    }
    memcpy(words + BW_TAP_WORD, p, BW_TAP_WORD);
    header = bw_tap_get(words);
    *right = (header & BW_TAP_VALUE) == object->length;
    if (object->kind != BW_TAPE_KIND_BAD) {
        *right = *right && BW_TAP_CLASS(header) == 0 &&
                 !memcmp(words, words + BW_TAP_WORD, BW_TAP_WORD);
    }
    return BW_TAPE_OK;
}

/* One object of @index into @crc. */
static enum bw_tape_result sample(struct bw_tape_store *store,
                                  const struct bw_tape_index *index,
                                  uint64_t number, uint32_t *crc, bool *right)
{
    struct bw_tape_object object;
    uint8_t words[2 * BW_TAP_WORD] = { 0 };
    enum bw_tape_result result;

    if (!bw_index_find(index, number, &object)) {
        *right = false;
        return BW_TAPE_OK;
    }
    result = words_of(store, &object, words, right);
    *crc = bw_crc32(*crc, words, sizeof(words));
    return result;
}

/* The end of the data, if @index says where it is. */
static enum bw_tape_result check_end(struct bw_tape_store *store,
                                     const struct bw_tape_index *index,
                                     bool *right, bool *marked)
{
    struct bw_tape_frame frame;
    enum bw_tape_result result;

    *marked = false;
    if (index->offset > store->size) {
        *right = false;
        return BW_TAPE_OK;
    }
    if (!index->complete) {
        return BW_TAPE_OK;
    }
    result = bw_tape_frame(store, index->offset, &frame);
    *marked = frame.trouble == BW_TAPE_TROUBLE_NONE;
    *right = frame.end && frame.offset == index->offset;
    return result;
}

/* A value by which the tape is known; *@right: @index agrees with it. */
static enum bw_tape_result check(struct bw_tape_store *store,
                                 const struct bw_tape_index *index,
                                 uint32_t *crc, bool *right, bool *marked)
{
    uint64_t count = index->count;
    uint64_t step = count / SAMPLES + 1;
    uint64_t last = count > LAST ? count - LAST : 0;
    enum bw_tape_result result;

    *crc = 0;
    *right = true;
    result = check_end(store, index, right, marked);
    for (uint64_t i = 0; result == BW_TAPE_OK && *right && i < count;
         i += step) {
        result = sample(store, index, i, crc, right);
    }
    for (uint64_t i = last; result == BW_TAPE_OK && *right && i < count; i++) {
        result = sample(store, index, i, crc, right);
    }
    return result;
}

enum bw_tape_result bw_tape_load_index(struct bw_tape_store *store,
                                       const struct bw_tape_io *from)
{
    struct bw_tape_index index;
    uint64_t size;
    uint32_t said = 0, crc = 0;
    bool right = false, marked = false;
    enum bw_tape_result result = bw_tape_settle(store);

    if (result != BW_TAPE_OK) {
        return result;
    }
    bw_index_init(&index, store->io);
    result = bw_index_load(&index, from, &size, &said);
    if (result != BW_TAPE_FOREIGN) {
        store->sidecar = from;
    }
    if (result == BW_TAPE_OK && size == store->size &&
        index.count > store->index.count) {
        result = check(store, &index, &crc, &right, &marked);
    }
    if (result != BW_TAPE_OK || !right || said != crc) {
        bw_index_free(&index);
        return result;
    }
    bw_index_free(&store->index);
    store->index = index;
    store->marked = marked;
    store->unproven = true;
    store->saved = true;
    store->saved_generation = index.generation;
    return BW_TAPE_OK;
}

enum bw_tape_result bw_tape_save_index(struct bw_tape_store *store,
                                       const struct bw_tape_io *to)
{
    uint32_t crc;
    bool right, marked;
    enum bw_tape_result result = bw_tape_settle(store);

    if (result != BW_TAPE_OK ||
        (store->saved && store->saved_generation == store->index.generation)) {
        return result;
    }
    result = check(store, &store->index, &crc, &right, &marked);
    if (result == BW_TAPE_OK && !right) {
        result = BW_TAPE_BAD; /* someone else wrote to the file */
    }
    if (result == BW_TAPE_OK) {
        result = bw_index_save(&store->index, to, store->size, crc);
    }
    if (result == BW_TAPE_OK) {
        store->sidecar = to;
        store->saved = true;
        store->saved_generation = store->index.generation;
    }
    return result;
}

void bw_tape_drop_index(struct bw_tape_store *store)
{
    store->sidecar = NULL;
    store->saved = false;
}

void bw_tape_blank_sidecar(struct bw_tape_store *store)
{
    static const uint8_t zeros[8];
    struct bw_tape_piece piece = { .bytes = (void *)(uintptr_t)zeros,
                                   .length = sizeof(zeros) };
    const struct bw_tape_io *io = store->sidecar;
    uint64_t size;

    store->sidecar = NULL;
    store->saved = false;
    if (!io || io->size(io->opaque, &size) != BW_TAPE_OK || size == 0) {
        return;
    }
    if (io->truncate(io->opaque, 0) != BW_TAPE_OK && size >= sizeof(zeros)) {
        io->write(io->opaque, 0, &piece, 1);
    }
    io->flush(io->opaque);
}

enum bw_tape_result bw_tape_distrust(struct bw_tape_store *store)
{
    bw_tape_forget_window(store);
    bw_index_free(&store->index);
    store->unproven = false;
    store->saved = false;
    store->marked = false;
    return bw_tape_settle(store);
}

enum bw_tape_result bw_tape_prove_head(struct bw_tape_store *store)
{
    uint8_t words[2 * BW_TAP_WORD];
    struct bw_tape_object object;
    bool right = true;
    enum bw_tape_result result = BW_TAPE_OK;

    if (!store->unproven) {
        return BW_TAPE_OK;
    }
    if (store->head > 0 &&
        bw_index_find(&store->index, store->head - 1, &object)) {
        result = words_of(store, &object, words, &right);
    }
    if (result == BW_TAPE_OK && right &&
        bw_index_find(&store->index, store->head, &object)) {
        result = words_of(store, &object, words, &right);
    }
    if (result == BW_TAPE_OK && !right) {
        result = bw_tape_distrust(store);
    }
    return result;
}
