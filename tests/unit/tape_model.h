/*
 * What should be on a tape: a list of objects, and how a drive moves in it.
 *
 * The data of record @id are its own, so that a record
 * that was never written is not taken for one that was.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_TAPE_MODEL_H
#define BENCHWIRE_TESTS_UNIT_TAPE_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tape_store.h"

#define MODEL_MAX 4096u

/* length 0: a tape mark */
struct model_object {
    uint32_t id;
    uint32_t length;
};

struct model {
    struct model_object objects[MODEL_MAX];
    uint64_t count;
    uint64_t head;
};

static inline uint32_t model_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static inline void model_data(uint8_t *data, uint32_t id, uint32_t length)
{
    uint32_t x = id * 2654435761u + 12345;

    for (uint32_t i = 0; i < length; i++) {
        x = x * 1664525u + 1013904223u;
        data[i] = (uint8_t)(x >> 24);
    }
}

static inline void model_append(struct model *m, uint32_t id, uint32_t length)
{
    m->count = m->head;
    if (m->count < MODEL_MAX) {
        m->objects[m->count++] = (struct model_object){ id, length };
    }
    m->head = m->count;
}

static inline uint64_t model_marks(const struct model *m, uint64_t number)
{
    uint64_t marks = 0;

    for (uint64_t i = 0; i < number && i < m->count; i++) {
        marks += m->objects[i].length == 0;
    }
    return marks;
}

static inline enum bw_tape_result model_space(struct model *m, int64_t count,
                                              bool over_marks, uint64_t *left)
{
    *left = (uint64_t)(count < 0 ? -count : count);
    while (*left > 0) {
        bool mark;

        if (count > 0 && m->head == m->count) {
            return BW_TAPE_EOD;
        }
        if (count < 0 && m->head == 0) {
            return BW_TAPE_BOP;
        }
        m->head += count > 0 ? 0 : (uint64_t)-1;
        mark = m->objects[m->head].length == 0;
        m->head += count > 0 ? 1 : 0;
        if (mark && !over_marks) {
            return BW_TAPE_MARK;
        }
        *left -= mark == over_marks;
    }
    return BW_TAPE_OK;
}

/* True if the store's tape, from its beginning, is @m as far as @count. */
static inline bool model_matches(struct bw_tape_store *store,
                                 const struct model *m, uint64_t count,
                                 uint8_t *got, uint8_t *want, size_t room)
{
    struct bw_tape_object object;
    enum bw_tape_result result;

    if (bw_tape_rewind(store) != BW_TAPE_OK) {
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        result = bw_tape_read(store, got, room, &object);
        if (m->objects[i].length == 0) {
            if (result != BW_TAPE_MARK) {
                return false;
            }
            continue;
        }
        if (result != BW_TAPE_OK || object.length != m->objects[i].length) {
            return false;
        }
        model_data(want, m->objects[i].id, object.length);
        if (memcmp(got, want, object.length)) {
            return false;
        }
    }
    return bw_tape_read(store, got, room, &object) == BW_TAPE_EOD;
}

#endif
