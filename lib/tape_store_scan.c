/*
 * The objects of a tape's file, one after the other: into the index when they
 * are first needed, and for bw_tape_verify().
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_store.h"

#include <string.h>

#include "tape_store_priv.h"

#define STOP_STRIDE 64u /* objects between questions for a stop */

/* The data end at @offset. */
static void found_end(struct bw_tape_store *store, uint64_t offset, bool marked)
{
    store->index.offset = offset;
    store->index.complete = true;
    store->index.generation++;
    store->marked = marked;
}

enum bw_tape_result bw_tape_scan(struct bw_tape_store *store)
{
    struct bw_tape_frame frame;
    enum bw_tape_result result;

    if (store->index.complete) {
        return BW_TAPE_OK;
    }
    result = bw_tape_frame(store, store->index.offset, &frame);
    if (result != BW_TAPE_OK) {
        return result;
    }
    if (frame.end) {
        found_end(store, frame.offset, frame.trouble == BW_TAPE_TROUBLE_NONE);
        return BW_TAPE_OK;
    }
    result = bw_index_add(&store->index, frame.kind, frame.offset, frame.size,
                          frame.length, frame.count);
    if (result == BW_TAPE_OK && frame.last) {
        found_end(store, frame.offset + frame.count * frame.size, false);
    }
    return result;
}

/* Scan while @wanted is not below *@known. */
static enum bw_tape_result scan_on(struct bw_tape_store *store,
                                   const uint64_t *known, uint64_t wanted)
{
    enum bw_tape_result result = BW_TAPE_OK;

    for (unsigned i = 1; wanted >= *known && !store->index.complete; i++) {
        result = bw_tape_scan(store);
        if (result == BW_TAPE_OK && i % STOP_STRIDE == 0 &&
            bw_tape_stops(store)) {
            result = BW_TAPE_STOPPED;
        }
        if (result != BW_TAPE_OK) {
            break;
        }
    }
    return result;
}

enum bw_tape_result bw_tape_scan_to(struct bw_tape_store *store,
                                    uint64_t number)
{
    return scan_on(store, &store->index.count, number);
}

enum bw_tape_result bw_tape_scan_mark(struct bw_tape_store *store,
                                      uint64_t mark)
{
    return scan_on(store, &store->index.mark_count, mark);
}

void bw_tape_say(struct bw_tape_verdict *verdict, const char *text)
{
    size_t used = strlen(verdict->text);
    size_t room = sizeof(verdict->text) - 1 - used;
    size_t length = strlen(text);

    length = length < room ? length : room;
    memcpy(verdict->text + used, text, length);
    verdict->text[used + length] = '\0';
}

void bw_tape_say_byte(struct bw_tape_verdict *verdict)
{
    char digits[21] = "";
    size_t at = sizeof(digits) - 1;
    uint64_t value = verdict->offset;

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    bw_tape_say(verdict, "byte ");
    bw_tape_say(verdict, digits + at);
}

void bw_tape_describe(struct bw_tape_verdict *verdict,
                      enum bw_tape_trouble trouble)
{
    static const char *const what[] = {
        [BW_TAPE_TROUBLE_NONE] = "",
        [BW_TAPE_TROUBLE_NO_END] = "",
        [BW_TAPE_TROUBLE_TORN] =
            "a write was interrupted here; the data end before it",
        [BW_TAPE_TROUBLE_FRAGMENT] = "less than a word is left of the file",
        [BW_TAPE_TROUBLE_SHORT] = "a record runs over the end of the file",
        [BW_TAPE_TROUBLE_TRAILER] =
            "a record's last word is not its first word",
        [BW_TAPE_TROUBLE_WORD] = "a word has no meaning in a .tap file",
        [BW_TAPE_TROUBLE_ZEROS] = "the file ends in zeros, no tape marks",
    };

    verdict->text[0] = '\0';
    verdict->result = BW_TAPE_OK;
    if (what[trouble][0] != '\0') {
        bw_tape_say_byte(verdict);
        bw_tape_say(verdict, ": ");
        bw_tape_say(verdict, what[trouble]);
    }
    if (trouble > BW_TAPE_TROUBLE_TORN) {
        verdict->result = BW_TAPE_BAD;
    }
}

/* Objects of one frame to @each.  Returns: false if it wants no more. */
static bool tell(const struct bw_tape_frame *frame,
                 struct bw_tape_object *object,
                 bool (*each)(void *, const struct bw_tape_object *),
                 void *opaque)
{
    object->offset = frame->offset;
    object->size = frame->size;
    object->length = frame->length;
    object->kind = frame->kind;
    for (uint64_t i = 0; i < frame->count; i++) {
        if (each && !each(opaque, object)) {
            return false;
        }
        object->number++;
        object->offset += frame->size;
        object->marks += frame->kind == BW_TAPE_KIND_MARK;
    }
    return true;
}

enum bw_tape_result
bw_tape_verify(struct bw_tape_store *store,
               bool (*each)(void *opaque, const struct bw_tape_object *object),
               void *opaque, struct bw_tape_verdict *verdict)
{
    struct bw_tape_object object = { .number = 0 };
    struct bw_tape_frame frame = { .end = false };
    bool bad = false;
    enum bw_tape_result result = bw_tape_settle(store);

    *verdict = (struct bw_tape_verdict){ .result = result };
    for (unsigned i = 1; result == BW_TAPE_OK; i++) {
        result = bw_tape_frame(store, object.offset, &frame);
        if (result != BW_TAPE_OK || frame.end) {
            break;
        }
        if (frame.broken && !bad) {
            bad = true;
            verdict->offset = frame.offset;
            bw_tape_describe(verdict, frame.trouble);
        }
        if (!tell(&frame, &object, each, opaque)) {
            break;
        }
        if (frame.last) {
            frame.offset = object.offset;
            break;
        }
        if (i % STOP_STRIDE == 0 && bw_tape_stops(store)) {
            result = BW_TAPE_STOPPED;
        }
    }
    verdict->objects = object.number;
    if (!bad) {
        verdict->offset = frame.offset;
        bw_tape_describe(verdict, frame.trouble);
    }
    if (result != BW_TAPE_OK) {
        verdict->result = result;
    }
    return verdict->result;
}
