/*
 * Replays the table of tape_table.h on a tape drive.
 *
 * The caller lends a drive through struct tape_rig: how to begin with a kind of
 * cartridge, and how to give it one command.  All else, the reference tape
 * included, is done by commands, so that the same rows run on the drive itself
 * and behind a host adapter.  Memory is the caller's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_TAPE_REPLAY_H
#define BENCHWIRE_TESTS_TAPE_REPLAY_H

#include <stdio.h>
#include <string.h>

#include "tape_table.h"

#define TAPE_REPLAY_BYTES 2097152u /* the longest data of a row */

/* What came of one command. */
struct tape_answer {
    uint8_t status;
    uint8_t sense[18]; /* fixed format; zeros if there is none */
    uint32_t done;     /* bytes of data-in */
};

struct tape_rig {
    void *opaque;
    uint8_t *data; /* TAPE_REPLAY_BYTES */
    /* A drive as after power-on with this cartridge.  The file of @image's
     * @bytes is its tape; NULL: a blank one, or none. */
    void (*begin)(struct tape_rig *rig, enum tape_kind kind,
                  const uint8_t *image, size_t bytes);
    /* @data goes out or comes in; one of @in and @out is 0. */
    void (*command)(struct tape_rig *rig, const uint8_t *cdb, unsigned length,
                    uint32_t in, uint32_t out, struct tape_answer *answer);
    /* A row did not come out as it says. */
    void (*complain)(struct tape_rig *rig, const char *text);
};

/* --- small things ---------------------------------------------------------- */

static inline unsigned tape_hex(const char *text, uint8_t *out, unsigned room)
{
    unsigned digits = 0;

    for (; *text && digits < 2 * room; text++) {
        unsigned nibble;

        if (*text == ' ') {
            continue;
        }
        nibble = *text <= '9' ? (unsigned)(*text - '0')
                              : (unsigned)(*text - 'a' + 10);
        out[digits / 2] =
            (uint8_t)(digits % 2 ? out[digits / 2] << 4 | nibble : nibble);
        digits++;
    }
    return digits / 2;
}

static inline uint32_t tape_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

static inline void tape_fill(uint8_t *to, unsigned object, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        to[i] = tape_byte(object, i);
    }
}

/* Give a command that is not under test. */
static inline struct tape_answer tape_do(struct tape_rig *rig, const char *text,
                                         uint32_t in, uint32_t out)
{
    uint8_t cdb[16] = { 0 };
    unsigned length = tape_hex(text, cdb, sizeof(cdb));
    struct tape_answer answer;

    memset(&answer, 0, sizeof(answer));
    rig->command(rig, cdb, length, in, out, &answer);
    return answer;
}

/* It must end well, or with an early warning. */
static inline void tape_must(struct tape_rig *rig, const char *text,
                             uint32_t out)
{
    struct tape_answer answer = tape_do(rig, text, 0, out);
    char line[160];

    if (answer.status && ((answer.sense[2] & 0xf) || answer.sense[13] != 2)) {
        snprintf(line, sizeof(line),
                 "set-up: %s: status %02x key %x asc %02x/%02x", text,
                 answer.status, answer.sense[2] & 0xf, answer.sense[12],
                 answer.sense[13]);
        rig->complain(rig, line);
    }
}

/* --- reaching a state ------------------------------------------------------ */

static inline size_t tape_put_word(uint8_t *to, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++) {
        to[i] = (uint8_t)(word >> 8 * i);
    }
    return 4;
}

/* The reference tape as a .tap file.  Returns: its bytes, at most 2048. */
static inline size_t tape_reference(uint8_t *to)
{
    static const uint16_t lengths[] = { 10, 20, 0, 512, 512, 100, 0, 0 };
    size_t at = 0;

    for (unsigned i = 0; i < 8; i++) {
        at += tape_put_word(to + at, lengths[i]);
        if (lengths[i]) {
            tape_fill(to + at, i, lengths[i]);
            at += lengths[i];
            at += tape_put_word(to + at, lengths[i]);
        }
    }
    return at + tape_put_word(to + at, 0xffffffff);
}

static inline void tape_clear_attentions(struct tape_rig *rig)
{
    for (unsigned i = 0; i < 8; i++) {
        struct tape_answer answer = tape_do(rig, "00 00 00 00 00 00", 0, 0);

        if ((answer.sense[2] & 0xf) != 6) {
            return;
        }
    }
    rig->complain(rig, "set-up: unit attentions do not end");
}

/* Two partitions: MODE SELECT page 11h, FORMAT MEDIUM; a record in the first,
 * a record and a mark in the second. */
static inline void tape_make_two(struct tape_rig *rig)
{
    tape_hex("00 00 10 00 11 0a 01 01 3c 03 09 00 00 01 ff ff", rig->data, 16);
    tape_must(rig, "15 10 00 00 10 00", 16);
    tape_must(rig, "04 00 01 00 00 00", 0);
    tape_fill(rig->data, 0, 10);
    tape_must(rig, "0a 00 00 00 0a 00", 10);
    tape_must(rig, "2b 02 00 00 00 00 00 00 01 00", 0);
    tape_fill(rig->data, 0, 30);
    tape_must(rig, "0a 00 00 00 1e 00", 30);
    tape_must(rig, "10 00 00 00 01 00", 0);
}

static inline void tape_make_small(struct tape_rig *rig, unsigned records)
{
    if (records > 0) {
        tape_must(rig, "0a 00 00 9c 40 00", 40000);
    }
    if (records > 1) {
        tape_must(rig, "0a 00 00 61 a8 00", 25000);
    }
}

static inline void tape_set_block(struct tape_rig *rig, uint16_t block)
{
    memset(rig->data, 0, 12);
    rig->data[2] = 0x10; /* buffered mode 1 */
    rig->data[3] = 8;
    rig->data[10] = (uint8_t)(block >> 8);
    rig->data[11] = (uint8_t)block;
    tape_must(rig, "15 10 00 00 0c 00", 12);
}

static inline void tape_reach(struct tape_rig *rig, enum tape_state state)
{
    const struct tape_table *table = &tape_tables[state];
    bool has_image =
        table->kind == TAPE_REFERENCE || table->kind == TAPE_PROTECTED;
    uint8_t image[2048];
    size_t bytes = has_image ? tape_reference(image) : 0;
    char locate[48];

    rig->begin(rig, table->kind, has_image ? image : NULL, bytes);
    tape_clear_attentions(rig);
    if (table->kind == TAPE_BLANK) {
        tape_make_two(rig);
    } else if (table->kind == TAPE_SMALL) {
        tape_make_small(rig, table->start.object);
    }
    if (table->block) {
        tape_set_block(rig, table->block);
    }
    if (state == ON_UNLOADED) {
        tape_must(rig, "1b 00 00 00 00 00", 0);
    }
    if (table->start.partition >= 0) {
        snprintf(locate, sizeof(locate), "2b 02 00 %08x 00 %02x 00",
                 table->start.object, (unsigned)table->start.partition);
        tape_must(rig, locate, 0);
    }
}

/* --- one row --------------------------------------------------------------- */

static inline void tape_differs(struct tape_rig *rig, const char *state,
                                const struct tape_row *row, const char *what,
                                long expected, long got)
{
    char line[240];

    snprintf(line, sizeof(line), "%s: %s: %s is %ld (0x%lx), not %ld (0x%lx)",
             state, row->cdb, what, got, (unsigned long)got, expected,
             (unsigned long)expected);
    rig->complain(rig, line);
}

#define TAPE_SAME(what, a, b)                                          \
    do {                                                               \
        if ((long)(a) != (long)(b)) {                                  \
            tape_differs(rig, state, row, what, (long)(a), (long)(b)); \
            return false;                                              \
        }                                                              \
    } while (0)

static inline bool tape_same_sense(struct tape_rig *rig, const char *state,
                                   const struct tape_row *row,
                                   const struct tape_answer *answer)
{
    const struct tape_expect *e = &row->expect;
    const uint8_t *s = answer->sense;

    TAPE_SAME("status", e->status, answer->status);
    if (!e->status) {
        return true;
    }
    TAPE_SAME("response code", 0x70, s[0] & 0x7f);
    TAPE_SAME("sense key", e->key, s[2] & 0x0f);
    TAPE_SAME("additional sense", e->asc, s[12] << 8 | s[13]);
    TAPE_SAME("FM, EOM, ILI", e->bits, s[2] & 0xe0);
    TAPE_SAME("VALID", e->valid, s[0] >> 7);
    if (e->valid) {
        TAPE_SAME("INFORMATION", e->information, tape_be32(s + 3));
    }
    TAPE_SAME("SKSV", e->field_valid, s[15] >> 7);
    if (e->field_valid) {
        TAPE_SAME("C/D", 1, s[15] >> 6 & 1);
        TAPE_SAME("field", e->field, s[16] << 8 | s[17]);
        TAPE_SAME("bit", e->bit, s[15] & 8 ? s[15] & 7 : -1);
    }
    return true;
}

/* What a READ returns is the reference tape's from @object on. */
static inline bool tape_same_data(struct tape_rig *rig, const char *state,
                                  const struct tape_row *row,
                                  const uint8_t *cdb, unsigned object)
{
    bool fixed = cdb[1] & 1;

    if (row->data) {
        uint8_t expected[64];
        unsigned bytes = tape_hex(row->data, expected, sizeof(expected));

        for (unsigned i = 0; i < bytes; i++) {
            TAPE_SAME("a byte of data", expected[i], rig->data[i]);
        }
    }
    if (cdb[0] != 0x08 && cdb[0] != 0x88) {
        return true;
    }
    for (uint32_t i = 0; i < row->done; i++) {
        TAPE_SAME(
            "a byte that was read",
            tape_byte(fixed ? object + i / 512 : object, fixed ? i % 512 : i),
            rig->data[i]);
    }
    return true;
}

static inline bool tape_same_place(struct tape_rig *rig, const char *state,
                                   const struct tape_row *row)
{
    struct tape_answer answer;

    if (row->place.partition < 0) {
        return true;
    }
    tape_clear_attentions(rig); /* of a LOAD */
    answer = tape_do(rig, "34 06 00 00 00 00 00 00 00 00", 32, 0);
    TAPE_SAME("READ POSITION's status", 0, answer.status);
    TAPE_SAME("partition", row->place.partition, tape_be32(rig->data + 4));
    TAPE_SAME("object", row->place.object, tape_be32(rig->data + 12));
    TAPE_SAME("file", row->place.file, tape_be32(rig->data + 20));
    if (row->ends) {
        answer = tape_do(rig, "11 00 00 00 01 00", 0, 0);
        TAPE_SAME("status behind what was written", 2, answer.status);
        TAPE_SAME("key behind what was written", 8, answer.sense[2] & 0xf);
        answer = tape_do(rig, "34 06 00 00 00 00 00 00 00 00", 32, 0);
        TAPE_SAME("object at the end", row->place.object,
                  tape_be32(rig->data + 12));
    }
    return true;
}

/* Returns: true if all is as the row says. */
static inline bool tape_replay_row(struct tape_rig *rig, enum tape_state at,
                                   const struct tape_row *row)
{
    const char *state = tape_tables[at].name;
    unsigned object = tape_tables[at].start.object;
    struct tape_answer answer;
    uint8_t cdb[16] = { 0 };
    unsigned length = tape_hex(row->cdb, cdb, sizeof(cdb));

    tape_reach(rig, at);
    if (cdb[0] == 0x88) {
        object = tape_be32(cdb + 8);
    }
    memset(rig->data, 0xa5, row->in + 1);
    tape_fill(rig->data, object, row->out);
    memset(&answer, 0, sizeof(answer));
    rig->command(rig, cdb, length, row->in, row->out, &answer);
    if (!tape_same_sense(rig, state, row, &answer)) {
        return false;
    }
    TAPE_SAME("bytes of data", row->done, answer.done);
    return tape_same_data(rig, state, row, cdb, object) &&
           tape_same_place(rig, state, row);
}

/* One of tape_gates with no tape, one not threaded, and a protected one. */
static inline bool tape_replay_gate(struct tape_rig *rig, enum tape_state at,
                                    const struct tape_gate *gate)
{
    static const struct tape_expect no_tape = T_NO_TAPE;
    static const struct tape_expect not_threaded = T_CHECK(2, 0x0402);
    static const struct tape_expect protected = T_PROTECT;
    static const struct tape_expect good = T_GOOD;
    const char *state = tape_tables[at].name;
    struct tape_row row = { .cdb = gate->cdb,
                            .in = gate->in,
                            .out = gate->out,
                            .expect = good,
                            .place = P_NONE };
    struct tape_answer answer;
    uint8_t cdb[16] = { 0 };
    unsigned length = tape_hex(row.cdb, cdb, sizeof(cdb));

    if (at == ON_NONE && gate->needs) {
        row.expect = no_tape;
    } else if (at == ON_UNLOADED && gate->needs) {
        row.expect = not_threaded;
    } else if (at == ON_PROTECTED) {
        if (!gate->writes) {
            return true; /* they are in the other rows */
        }
        row.expect = protected;
    }
    tape_reach(rig, at);
    memset(rig->data, 0, gate->in + gate->out + 1);
    memset(&answer, 0, sizeof(answer));
    rig->command(rig, cdb, length, row.in, row.out, &answer);
    return tape_same_sense(rig, state, &row, &answer);
}

#endif
