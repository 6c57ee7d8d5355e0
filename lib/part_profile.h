/*
 * What is known of a part's registers: which of them mind being read.
 *
 * An adapter reads whole transfers, and firmware takes as many bytes of one as
 * it likes.  A profile says what may be fetched before firmware has asked for
 * it, and where the part's register pointer is afterwards.  It is a small text
 * (docs/profiles.md) that comes from a file or, by PROFILE_GET, from the
 * agent.  Used by i2c_lengths.c; part_profile_parse.c reads the text.
 *
 * A register is the unit: what is written to the pointer selects one, and a
 * read of it has @width bytes.  After its last byte comes the register that
 * the pointer moves on to, or the same one again.
 *
 * Not described: registers whose kind depends on another one's value, and
 * pages of registers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_PART_PROFILE_H
#define BENCHWIRE_LIB_PART_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define BW_PROFILE_RANGES  64
#define BW_PROFILE_WRAPS   16
#define BW_PROFILE_READS   16
#define BW_PROFILE_NAME    31   /* bytes in a part's name */
#define BW_PROFILE_POINTER 2    /* bytes of the widest pointer */
#define BW_PROFILE_WIDEST  4096 /* bytes of the widest register */
#define BW_PROFILE_AHEAD   32   /* bytes, where the text says nothing */

enum bw_profile_kind {
    BW_PROFILE_CAREFUL = 0, /* reading it has an effect, or nobody knows */
    BW_PROFILE_PLAIN,       /* nobody notices that it was read */
    BW_PROFILE_SAMPLE       /* noticed by a flag: data ready, overrun */
};

struct bw_profile_range {
    uint16_t first;
    uint16_t last;
    uint16_t width; /* bytes of each register */
    uint8_t kind;   /* enum bw_profile_kind */
    bool stay;      /* the pointer does not move on */
    bool whole;     /* better fetched to its end, whatever @ahead is */
};

struct bw_part_profile {
    char name[BW_PROFILE_NAME + 1];
    uint8_t pointer_len;     /* bytes of register number that begin a write */
    uint16_t mask;           /* bits of it that select the register */
    uint16_t increment_mask; /* bit of it that lets it move on; 0: always */
    uint16_t ahead;          /* bytes to fetch where all may be fetched */
    uint8_t nranges;
    uint8_t nwraps;
    uint8_t nreads;
    struct bw_profile_range ranges[BW_PROFILE_RANGES];
    struct {
        uint16_t from;
        uint16_t to;
    } wraps[BW_PROFILE_WRAPS];
    struct {
        uint16_t reg;
        uint16_t len;
    } reads[BW_PROFILE_READS]; /* reads that begin at @reg have @len bytes */
};

/* Where a part's pointer is.  Private to part_profile.c, but for @known. */
struct bw_part_pos {
    bool known;
    bool increments;
    uint16_t reg;
    uint16_t offset; /* bytes into @reg */
};

/**
 * bw_part_profile_parse: read a profile's text
 * @line: receives the number of the line that is wrong, from 1
 * @what: receives why, a phrase
 *
 * Returns: BW_OK, or BW_INVALID with @p untouched.
 */
enum bw_status bw_part_profile_parse(struct bw_part_profile *p,
                                     const char *text, size_t len,
                                     unsigned *line, const char **what);

/**
 * bw_part_profile_point: where a written message puts the pointer
 * @bytes: @len bytes of one message
 *
 * A message that is longer than the pointer has moved it in a way that a
 * profile does not tell, unless the register is one that it does not move on
 * from.
 */
struct bw_part_pos bw_part_profile_point(const struct bw_part_profile *p,
                                         const uint8_t *bytes, size_t len);

/**
 * bw_part_profile_pointer: the bytes that put the pointer to @pos's register
 * @bytes: receives them
 *
 * Returns: how many they are; 0 for a part without a pointer.
 */
size_t bw_part_profile_pointer(const struct bw_part_profile *p,
                               const struct bw_part_pos *pos,
                               uint8_t bytes[BW_PROFILE_POINTER]);

/* Move @pos over @count bytes that were read. */
void bw_part_profile_advance(const struct bw_part_profile *p,
                             struct bw_part_pos *pos, uint32_t count);

/* A START: what was left of a register that the pointer does not move on from,
 * or that cannot be read again, is forgotten. */
void bw_part_profile_restart(const struct bw_part_profile *p,
                             struct bw_part_pos *pos);

/* Would a read from here and one from there bring the same? */
bool bw_part_pos_same(const struct bw_part_pos *a, const struct bw_part_pos *b);

/*
 * The width of all registers, if they are alike, plain, and none moves the
 * pointer on: such a part can be read without knowing where its pointer is.
 * Returns: 0 if not.
 */
uint16_t bw_part_profile_alike(const struct bw_part_profile *p);

/* May the register at @pos be read again from its start? */
bool bw_part_profile_may_repeat(const struct bw_part_profile *p,
                                const struct bw_part_pos *pos);

/* Is there a register that is not plain within @count bytes from @pos? */
bool bw_part_profile_notices(const struct bw_part_profile *p,
                             const struct bw_part_pos *pos, uint32_t count);

/* How many bytes a read that begins at @pos has, 0 if the profile is silent. */
uint16_t bw_part_profile_read_len(const struct bw_part_profile *p,
                                  const struct bw_part_pos *pos);

/**
 * bw_part_profile_run: how many bytes may be fetched at @pos, none of which
 * the guest has asked for but the first
 * @expected: bytes the guest took in the last read like this, 0 unknown
 * @limited: set if there is something behind them that has to wait
 *
 * Bytes nobody notices: up to @expected, or as many as the profile's "ahead"
 * says; in a register that does not move on, to its end at most.  Samples: up
 * to @expected.  Others: one register, if it comes first.
 *
 * Returns: at least 1.
 */
uint32_t bw_part_profile_run(const struct bw_part_profile *p,
                             const struct bw_part_pos *pos, uint32_t expected,
                             bool *limited);

#endif
