/*
 * Lengths of reads, as a guest was seen to read them.
 *
 * What tells reads apart is their key: the address, and the first bytes that
 * were written before them.  Used by i2c_assembler.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_I2C_LENGTHS_H
#define BENCHWIRE_LIB_I2C_LENGTHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BW_ASM_LEARNED 32 /* read lengths remembered */
#define BW_ASM_PREFIX  8  /* bytes of a prefix that tell reads apart */

struct bw_read_key {
    uint16_t addr;
    uint16_t flags;     /* BW_I2C_TEN_BIT or 0 */
    uint8_t prefix_len; /* of the written bytes, capped at BW_ASM_PREFIX */
    uint8_t prefix[BW_ASM_PREFIX];
};

/* All zero: nothing was learned. */
struct bw_lengths {
    struct {
        struct bw_read_key key;
        uint16_t len; /* 0: free slot */
    } slots[BW_ASM_LEARNED];
    unsigned next_slot; /* replaced in turn */
};

void bw_read_key_set(struct bw_read_key *key, uint16_t addr, uint16_t flags,
                     const uint8_t *bytes, size_t len);

/* Returns: the length learned for @key, 0 if none was. */
uint16_t bw_lengths_find(const struct bw_lengths *l,
                         const struct bw_read_key *key);

/* Remember @len for @key; 0 is not worth it, it tells nothing. */
void bw_lengths_learn(struct bw_lengths *l, const struct bw_read_key *key,
                      uint16_t len);

#endif
