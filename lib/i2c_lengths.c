/*
 * Lengths of reads, as a guest was seen to read them; see i2c_lengths.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "i2c_lengths.h"

#include <string.h>

void bw_read_key_set(struct bw_read_key *key, uint16_t addr, uint16_t flags,
                     const uint8_t *bytes, size_t len)
{
    memset(key, 0, sizeof(*key));
    key->addr = addr;
    key->flags = flags;
    key->prefix_len = (uint8_t)(len < BW_ASM_PREFIX ? len : BW_ASM_PREFIX);
    if (len > 0) {
        memcpy(key->prefix, bytes, key->prefix_len);
    }
}

static bool same_key(const struct bw_read_key *a, const struct bw_read_key *b)
{
    return a->addr == b->addr && a->flags == b->flags &&
           a->prefix_len == b->prefix_len &&
           memcmp(a->prefix, b->prefix, a->prefix_len) == 0;
}

/* The slot of @key, or BW_ASM_LEARNED. */
static unsigned find_slot(const struct bw_lengths *l,
                          const struct bw_read_key *key)
{
    unsigned i = 0;

    while (i < BW_ASM_LEARNED &&
           (l->slots[i].len == 0 || !same_key(&l->slots[i].key, key))) {
        i++;
    }
    return i;
}

uint16_t bw_lengths_find(const struct bw_lengths *l,
                         const struct bw_read_key *key)
{
    unsigned i = find_slot(l, key);

    return i < BW_ASM_LEARNED ? l->slots[i].len : 0;
}

void bw_lengths_learn(struct bw_lengths *l, const struct bw_read_key *key,
                      uint16_t len)
{
    unsigned i = find_slot(l, key);

    if (len == 0) {
        return;
    }
    if (i == BW_ASM_LEARNED) {
        i = l->next_slot;
        l->next_slot = (i + 1) % BW_ASM_LEARNED;
        l->slots[i].key = *key;
    }
    l->slots[i].len = len;
}
