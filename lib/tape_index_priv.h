/*
 * What the files of the position index share.  See tape_index.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_TAPE_INDEX_PRIV_H
#define BENCHWIRE_LIB_TAPE_INDEX_PRIV_H

#include "tape_index.h"

/* Objects of one mixed extent: so many are added up to find the last. */
#define BW_INDEX_MIXED_MAX 256u

/*
 * The word of an object in a mixed extent: length in bits 27 to 0, bytes of
 * padding in 29 and 28, kind in 31 and 30.
 */
#define BW_INDEX_LENGTH_MAX 0x0fffffffu
#define BW_INDEX_NO_WORD    UINT32_MAX /* there is none for such an object */

uint32_t bw_index_word(enum bw_tape_kind kind, uint32_t size, uint32_t length);
static inline enum bw_tape_kind bw_index_word_kind(uint32_t word)
{
    return (enum bw_tape_kind)(word >> 30);
}

static inline uint32_t bw_index_word_length(uint32_t word)
{
    return word & BW_INDEX_LENGTH_MAX;
}

/* Bytes in the file: two framing words, one of a mark, and the padding. */
static inline uint32_t bw_index_word_size(uint32_t word)
{
    uint32_t framing = bw_index_word_kind(word) == BW_TAPE_KIND_MARK ? 4 : 8;

    return framing + bw_index_word_length(word) + (word >> 28 & 3);
}

/* Room for so many more. */
bool bw_index_reserve(struct bw_tape_index *index, size_t extents,
                      size_t mixed);

/* Tape marks before object @count of the mixed extent @e. */
uint64_t bw_index_mixed_marks(const struct bw_tape_index *index,
                              const struct bw_tape_extent *e, uint64_t count);

/* Where the last object of @e ends. */
uint64_t bw_index_extent_end(const struct bw_tape_index *index,
                             const struct bw_tape_extent *e);

#endif
