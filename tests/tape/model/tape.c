/*
 * The model of a tape: see tape.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape.h"

#include <stdio.h>
#include <string.h>

/* Four bytes at a time: each tells its place and its record. */
static uint32_t word_at(uint32_t offset, uint32_t id)
{
    return (offset + 1) * 0x9e3779b1u ^ id * 0x85ebca6bu;
}

void tape_fill(uint8_t *data, uint32_t length, uint32_t id)
{
    for (uint32_t i = 0; i < length; i += 4) {
        uint32_t word = word_at(i, id);
        memcpy(data + i, &word, length - i < 4 ? length - i : 4);
    }
}

bool tape_is(const uint8_t *data, uint32_t length, uint32_t id)
{
    for (uint32_t i = 0; i < length; i += 4) {
        uint32_t word = word_at(i, id);
        if (memcmp(data + i, &word, length - i < 4 ? length - i : 4) != 0) {
            return false;
        }
    }
    return true;
}

/* What is written becomes the end of the data. */
static void append(struct tape *tape, uint32_t length, uint32_t id)
{
    tape->objects[tape->head++] = (struct tape_object){ length, id };
    tape->count = tape->head;
}

uint32_t tape_write(struct tape *tape, uint32_t length)
{
    append(tape, length, tape->next_id);
    return tape->next_id++;
}

void tape_mark(struct tape *tape, uint32_t count)
{
    while (count-- > 0) {
        append(tape, 0, 0);
    }
}

void tape_erase(struct tape *tape)
{
    tape->count = tape->head;
}

const struct tape_object *tape_next(const struct tape *tape)
{
    return tape->head < tape->count ? &tape->objects[tape->head] : NULL;
}

/* One step forward or back; @object: what was passed. */
static enum tape_end step(struct tape *tape, bool back,
                          const struct tape_object **object)
{
    if (back && tape->head == 0) {
        return TAPE_BOP;
    }
    if (!back && tape->head == tape->count) {
        return TAPE_EOD;
    }
    if (back) {
        *object = &tape->objects[--tape->head];
    } else {
        *object = &tape->objects[tape->head++];
    }
    return TAPE_DONE;
}

enum tape_end tape_space(struct tape *tape, bool marks, int32_t count,
                         uint32_t *left)
{
    bool back = count < 0;
    const struct tape_object *object;

    *left = back ? -(uint32_t)count : (uint32_t)count;
    while (*left > 0) {
        enum tape_end end = step(tape, back, &object);
        if (end != TAPE_DONE) {
            return end;
        }
        if (object->length == 0 && !marks) {
            return TAPE_MARK;
        }
        *left -= marks == (object->length == 0);
    }
    return TAPE_DONE;
}

enum tape_end tape_locate(struct tape *tape, uint32_t object)
{
    if (object > tape->count) {
        tape->head = tape->count;
        return TAPE_EOD;
    }
    tape->head = object;
    return TAPE_DONE;
}

void tape_print(const struct tape *tape)
{
    for (uint32_t i = 0, from; i < tape->count;) {
        uint32_t length = tape->objects[i].length;
        for (from = i; i < tape->count && tape->objects[i].length == length;) {
            i++;
        }
        if (length > 0) {
            printf("record %u %u\n", length, i - from);
        } else {
            printf("mark %u\n", i - from);
        }
    }
}
