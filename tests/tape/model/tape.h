/*
 * A tape as a test thinks of it: a list of records and marks, and the head.
 *
 * Source: SSC-3, 4.2 (objects, end of data) and the SPACE, READ, WRITE and
 * LOCATE commands.  Nothing is shared with the drive that it judges.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_TAPE_MODEL_TAPE_H
#define BENCHWIRE_TESTS_TAPE_MODEL_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAPE_OBJECTS 65536u

/* Where a command stopped. */
enum tape_end {
    TAPE_DONE,
    TAPE_MARK,
    TAPE_EOD,
    TAPE_BOP,
    TAPE_LENGTH
};

struct tape_object {
    uint32_t length; /* bytes; 0: a tape mark */
    uint32_t id;     /* which write it is from: tape_fill() */
};

struct tape {
    struct tape_object objects[TAPE_OBJECTS];
    uint32_t count;
    uint32_t head; /* of the object that follows it */
    uint32_t next_id;
};

/* The bytes of record @id. */
void tape_fill(uint8_t *data, uint32_t length, uint32_t id);
bool tape_is(const uint8_t *data, uint32_t length, uint32_t id);

/* Append a record, or @count marks, at the head.  Returns: the record's id. */
uint32_t tape_write(struct tape *tape, uint32_t length);
void tape_mark(struct tape *tape, uint32_t count);
void tape_erase(struct tape *tape);

/* The object behind the head, or NULL at the end of data. */
const struct tape_object *tape_next(const struct tape *tape);

/* Over @count records, or marks; negative: back.  @left: those not passed. */
enum tape_end tape_space(struct tape *tape, bool marks, int32_t count,
                         uint32_t *left);
enum tape_end tape_locate(struct tape *tape, uint32_t object);

/* "record LENGTH COUNT" and "mark COUNT", one line for those alike. */
void tape_print(const struct tape *tape);

#endif
