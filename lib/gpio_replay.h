/*
 * Edges of a real line, replayed for a guest with their spacing.
 *
 * An agent tells of edges later than they were, and of several at once.  Each
 * becomes due, on the guest's clock, so long after the one before it as the
 * kernel saw it, so that two edges of one frame are two edges for the guest.
 *
 *  - The first edge after a pause is due at once: nothing is held back only
 *    because an earlier one came late.
 *  - An edge whose time is over is due at once, but not in the same moment as
 *    the one before it: if that was taken late, BW_REPLAY_APART_NS of their
 *    spacing are kept.  A guest that is ahead of its host would otherwise find
 *    two edges of one line as one.
 *  - A replay that is behind by more than BW_REPLAY_LAG_NS goes twice as fast
 *    until it is not, and no pause in it is longer than BW_REPLAY_PAUSE_NS.
 *
 * The order of the edges, of all lines together, is kept always.  There is
 * room for a fixed number; what does not fit is counted, and the level that
 * the line has at last is told when the others have been.
 *
 * Pure: times are arguments.  Used by passthrough/gpio_export.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_GPIO_REPLAY_H
#define BENCHWIRE_LIB_GPIO_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "gpio.h"

#define BW_REPLAY_ROOM     16384u
#define BW_REPLAY_PAUSE_NS 2000000  /* spacing beyond it is not kept exactly */
#define BW_REPLAY_LAG_NS   50000000 /* behind the line, before it hurries */
#define BW_REPLAY_APART_NS 100000   /* more than an interrupt handler takes */

struct bw_replay_level {
    int64_t due_ns; /* on the guest's clock */
    uint8_t line;
    uint8_t level;
};

/* Big; zeroed memory is an empty one. */
struct bw_gpio_replay {
    struct bw_replay_level ring[BW_REPLAY_ROOM];
    unsigned head;
    unsigned count;
    bool begun;
    uint64_t newest_ns; /* the agent's time of the edge added last */
    int64_t newest_due_ns;
    bool taken;           /* one has been */
    int64_t taken_ns;     /* the last one, when */
    int64_t taken_due_ns; /* and when it was due */
    uint64_t levels;      /* of each line, with all that was added */
    uint64_t short_of;    /* lines whose last level did not fit */
    uint64_t dropped;
};

/**
 * bw_replay_edge: add an edge of @line to @level
 * @time_ns: when the kernel saw it
 * @now_ns: of the guest
 *
 * Returns: false if there was no room.
 */
bool bw_replay_edge(struct bw_gpio_replay *r, unsigned line, bool level,
                    uint64_t time_ns, int64_t now_ns);

/* The line has this level now, it is not known since when. */
bool bw_replay_level(struct bw_gpio_replay *r, unsigned line, bool level,
                     int64_t now_ns);

/* The level that the line has with all that was added. */
bool bw_replay_newest(const struct bw_gpio_replay *r, unsigned line);

/* Returns: false if nothing is left. */
bool bw_replay_due(const struct bw_gpio_replay *r, int64_t *due_ns);

/* Takes the oldest, if it is due. */
bool bw_replay_take(struct bw_gpio_replay *r, int64_t now_ns,
                    struct bw_replay_level *out);

#endif
