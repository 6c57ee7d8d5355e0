/*
 * A net: one electrical node of a board, with everything that drives it.
 *
 * Each source is a voltage behind a resistance: a pad (some 100 ohm), a pull
 * inside the chip (13 kohm), a pull-up on the board (4700 ohm), a button
 * (0.. some ohm to ground), a bench supply, a line of a real Raspberry Pi.
 * The node's voltage is that of the network they form, so that weak and
 * strong, open drain, and analog values need no rules of their own.  Two
 * strong sources that disagree are a conflict, which is reported and changes
 * nothing else.
 *
 * Choices: a node that nothing drives is at 0 V at once, its charge is not
 * kept; the protection diodes of the pads hold every node between 0.3 V below
 * ground and 0.3 V above the supply, whatever is connected.
 *
 * Pure: no time, no memory of its own.  Used by boards/board_net.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_NET_H
#define BENCHWIRE_LIB_NET_H

#include <stdbool.h>
#include <stdint.h>

#define BW_NET_OPEN 0 /* ohms of a source that is not connected */

/* A source of fewer ohms than this is strong: two of them must agree. */
#define BW_NET_STRONG_OHMS 1500

/* Voltages of sources are cut to this, millivolts. */
#define BW_NET_MAX_MV 100000

/* What the protection diodes let through beyond ground and supply. */
#define BW_NET_CLAMP_MV 300

/**
 * struct bw_net_source - one thing connected to a node
 * @name: for reports, owned by the caller
 * @mv: voltage without load, millivolts against ground
 * @ohms: resistance in series; BW_NET_OPEN: not connected
 * @conductance: follows from @ohms, in siemens / 2^36
 */
struct bw_net_source {
    const char *name;
    int32_t mv;
    uint32_t ohms;
    int64_t conductance;
    struct bw_net_source *next;
};

/**
 * struct bw_net - a node; read the fields, change nothing
 * @vdd_mv: supply, millivolts; the input thresholds follow it
 * @mv: voltage now; 0 if nothing drives it
 * @level: what a CMOS input makes of it: high from 0.7 vdd, low up to
 *         0.3 vdd, as it was in between
 * @driven: at least one source is connected
 * @conflict: two strong sources want different levels
 */
struct bw_net {
    struct bw_net_source *sources;
    int32_t vdd_mv;
    int32_t mv;
    bool level;
    bool driven;
    bool conflict;
};

/* An empty node of a board with this supply. */
void bw_net_init(struct bw_net *net, int32_t vdd_mv);

/* Add a source, open at first.  @source stays the caller's. */
void bw_net_add(struct bw_net *net, struct bw_net_source *source,
                const char *name);

/* Take a source away.  Returns: whether the node changed. */
bool bw_net_remove(struct bw_net *net, struct bw_net_source *source);

/**
 * bw_net_drive: change what a source does
 * @ohms: BW_NET_OPEN: nothing
 *
 * Returns: whether voltage, level, driven or conflict of the node changed.
 */
bool bw_net_drive(struct bw_net *net, struct bw_net_source *source, int32_t mv,
                  uint32_t ohms);

/**
 * bw_net_without: all the other sources of the node, as one
 * @source: the one that does not count
 * @mv, @ohms: voltage and resistance they have together
 *
 * Returns: whether there are any; otherwise @ohms is BW_NET_OPEN.
 */
bool bw_net_without(const struct bw_net *net,
                    const struct bw_net_source *source, int32_t *mv,
                    uint32_t *ohms);

/**
 * bw_net_restore: the node had @level before, as after a snapshot was loaded
 *
 * Counts between the thresholds only.  Returns: whether the node changed.
 */
bool bw_net_restore(struct bw_net *net, bool level);

/**
 * bw_net_opponents: who is in conflict
 * @low, @high: a strong source that wants the level; untouched if no conflict
 */
void bw_net_opponents(const struct bw_net *net,
                      const struct bw_net_source **low,
                      const struct bw_net_source **high);

#endif
