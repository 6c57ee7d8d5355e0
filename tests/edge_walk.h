/*
 * The order in which the edges of a test come: a walk over four lines, each
 * step one edge of one line, that both ends compute.
 *
 * On one line an edge that is lost, with its successor, leaves no trace but
 * the count; on this walk it also leaves the next ones on wrong lines, and so
 * does one that comes before its turn.
 *
 * xorshift32 (G. Marsaglia, "Xorshift RNGs", 2003; shifts 13, 17, 5), of
 * which the two highest bits are the line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_EDGE_WALK_H
#define BENCHWIRE_TESTS_EDGE_WALK_H

#include <stdint.h>

#define EDGE_WALK_LINES 4u
#define EDGE_WALK_START 0x62656e63u

/* The line of the next edge, 0 to 3; @state begins as EDGE_WALK_START. */
static inline unsigned edge_walk_next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state >> 30;
}

#endif
