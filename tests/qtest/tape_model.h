/*
 * What a tape may be after QEMU was killed: the model of the kill test.
 *
 * docs/tape.md, "What lasts": what was on the disk for certain, and behind it
 * perhaps some of what came next, whole and in order.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_TAPE_MODEL_H
#define BENCHWIRE_TESTS_QTEST_TAPE_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

#define TAPE_MODEL_BLOCK  512
#define TAPE_MODEL_RECORD (300 * 1024) /* the longest */
#define TAPE_MODEL_OPS    24

struct tape_object {
    uint32_t length; /* 0: a tape mark */
    uint32_t seed;   /* of its data */
};

/**
 * struct tape_model - a tape, as far as its owner can know
 * @kept: what is on the disk for certain
 * @fresh: written since, from object @at on
 * @position: of the head
 */
struct tape_model {
    GArray *kept;
    GArray *fresh;
    guint at;
    guint position;
};

enum tape_op_kind {
    OP_RECORD,    /* of @value bytes */
    OP_BLOCKS,    /* @value records of 512 bytes, in one command */
    OP_MARKS,     /* @value tape marks, 0 too */
    OP_MARKS_NOW, /* with IMMED */
    OP_LOCATE,    /* to object @value */
    OP_END,
    OP_REWIND,
    OP_ERASE,
    OP_RELOAD,
};

struct tape_op {
    enum tape_op_kind kind;
    uint32_t value;
    uint32_t seed;
};

struct tape_model *tape_model_new(void);
struct tape_model *tape_model_copy(const struct tape_model *m);
void tape_model_free(struct tape_model *m);

/* The command has ended well. */
void tape_model_apply(struct tape_model *m, const struct tape_op *op);
/* It has begun, and nobody knows how far it came. */
void tape_model_begin(struct tape_model *m, const struct tape_op *op);

/* Commands for a machine that has just been started; mostly it goes on at the
 * end of the tape.  Returns: how many, up to TAPE_MODEL_OPS. */
unsigned tape_model_plan(GRand *r, const struct tape_model *start,
                         struct tape_op *ops);

/* The data of a record. */
void tape_model_fill(uint8_t *data, const struct tape_object *o);

/**
 * tape_model_fits: is this file what the tape @m may have become?
 * @count: objects that the file has
 *
 * Then @m becomes that tape.
 */
bool tape_model_fits(struct tape_model *m, const char *path, guint count);

#endif
