/*
 * What the runs of test_fault_runs.c are made of: a part whose state says how
 * far a transaction came, and random transactions that can be replayed on it.
 *
 * The part has 16 cells.  The first byte written after a START sets the
 * pointer, each further one goes into the cell there and moves it on, as does
 * each byte read.  Only the lower seven bits count, so that the uppermost may
 * flip on the way.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_FAULT_RUN_H
#define BENCHWIRE_TESTS_UNIT_FAULT_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "lib/i2c_step.h"
#include "lib/i2c_xfer.h"
#include "peripherals/parts/part.h"

#define CELLS     16
#define VALUE     0x7f /* what counts of a byte */
#define FLIP_MASK 0x80 /* what may flip */
#define MAX_MSGS  4
#define MAX_LEN   6
#define ADDR_A    0x20
#define ADDR_B    0x21

struct cells {
    uint8_t cell[CELLS];
    uint8_t at;
    bool first; /* the next byte written is the pointer */
    bool reads; /* the message does */
    bool busy;  /* from a START to the STOP */
    uint8_t addr7;
};

static struct cells *cells_of[2]; /* of ADDR_A and ADDR_B */

static inline void cells_begin(struct cells *c, bool is_read)
{
    c->first = true;
    c->reads = is_read;
}

static inline void cells_write(struct cells *c, uint8_t byte)
{
    if (c->first) {
        c->at = byte % CELLS;
        c->first = false;
    } else {
        c->cell[c->at] = byte & VALUE;
        c->at = (c->at + 1) % CELLS;
    }
}

static inline uint8_t cells_read(struct cells *c)
{
    uint8_t byte = c->cell[c->at];

    c->at = (c->at + 1) % CELLS;
    return byte;
}

static inline void part_reset(void *state, uint8_t addr7, uint64_t now_ns)
{
    struct cells *c = state;

    (void)now_ns;
    memset(c, 0, sizeof(*c));
    c->addr7 = addr7;
    cells_of[addr7 - ADDR_A] = c;
}

static inline bool part_start(void *state, uint8_t addr7, bool is_read,
                              uint64_t now_ns)
{
    struct cells *c = state;

    (void)now_ns;
    c->busy = true; /* also when another part is addressed */
    if (addr7 != c->addr7) {
        return false;
    }
    cells_begin(c, is_read);
    return true;
}

static inline bool part_write(void *state, uint8_t byte, uint64_t now_ns)
{
    (void)now_ns;
    cells_write(state, byte);
    return true;
}

static inline uint8_t part_read(void *state, uint64_t now_ns)
{
    (void)now_ns;
    return cells_read(state);
}

static inline void part_stop(void *state, uint64_t now_ns)
{
    struct cells *c = state;

    (void)now_ns;
    c->busy = false;
}

static const uint8_t part_addrs[] = { ADDR_A, ADDR_B };

static const struct bw_part_model part_cells = {
    .name = "cells",
    .text = "16 cells",
    .addrs = part_addrs,
    .addr_count = sizeof(part_addrs),
    .state_size = sizeof(struct cells),
    .reset = part_reset,
    .start = part_start,
    .write = part_write,
    .read = part_read,
    .stop = part_stop,
};

/* splitmix64 */
static inline uint32_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ (z >> 31)) >> 16);
}

static inline uint32_t below(uint64_t *state, uint32_t n)
{
    return next_random(state) % n;
}

/* A transaction and its bytes. */
struct deal {
    struct bw_i2c_xfer x;
    uint8_t bytes[MAX_MSGS][MAX_LEN];
};

static inline void deal_random(struct deal *d, uint64_t *random, uint8_t addr7)
{
    memset(d, 0, sizeof(*d));
    d->x.nmsgs = (uint16_t)(1 + below(random, MAX_MSGS));
    for (unsigned i = 0; i < d->x.nmsgs; i++) {
        struct bw_i2c_msg *m = &d->x.msgs[i];

        m->addr = addr7;
        m->flags = below(random, 2) ? BW_I2C_READ : 0;
        m->len = (uint16_t)(1 + below(random, MAX_LEN));
        m->data = d->bytes[i];
        for (unsigned n = 0; n < m->len && !(m->flags & BW_I2C_READ); n++) {
            m->data[n] = (uint8_t)next_random(random) & VALUE;
        }
    }
}

/**
 * deal_play: what the part is like when a transaction has come to a place
 * @c: as it was before; becomes what it is then
 * @msg, @byte: so many messages are over, and bytes of the next one
 * @read: if not NULL, receives what is read
 */
static inline void deal_play(const struct deal *d, struct cells *c,
                             unsigned msg, unsigned byte,
                             uint8_t read[MAX_MSGS][MAX_LEN])
{
    for (unsigned i = 0; i < d->x.nmsgs && i <= msg; i++) {
        const struct bw_i2c_msg *m = &d->x.msgs[i];
        bool is_read = m->flags & BW_I2C_READ;

        cells_begin(c, is_read);
        for (unsigned n = 0; n < m->len && (i < msg || n < byte); n++) {
            if (!is_read) {
                cells_write(c, m->data[n]);
                continue;
            }
            if (read) {
                read[i][n] = cells_read(c);
            } else {
                cells_read(c);
            }
        }
    }
}

static inline bool cells_same(const struct cells *a, const struct cells *b)
{
    return a->at == b->at && memcmp(a->cell, b->cell, CELLS) == 0;
}

/* Can the part be so after a start of the transaction, however long? */
static inline bool deal_explains(const struct deal *d,
                                 const struct cells *before,
                                 const struct cells *after)
{
    for (unsigned i = 0; i < d->x.nmsgs; i++) {
        for (unsigned n = 0; n <= d->x.msgs[i].len; n++) {
            struct cells c = *before;

            deal_play(d, &c, i, n, NULL);
            if (cells_same(&c, after)) {
                return true;
            }
        }
    }
    return false;
}

#endif
