/*
 * The benchwire protocol: what a client counted, for the agent to show.
 *
 * docs/protocol.md, "COUNTERS", is normative.  Sent by passthrough/, taken by
 * host-agent/ for `benchwire stats`.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_WIRE_STATS_H
#define BENCHWIRE_LIB_WIRE_STATS_H

#include <stdint.h>

#include "cursor.h"
#include "status.h"

/* COUNTERS request: since the session began. */
struct bw_wire_counters {
    uint64_t over_read;    /* bytes fetched that the guest did not take */
    uint64_t under_read;   /* reads that had to fetch more */
    uint64_t mispredicted; /* reads whose length was guessed wrong */
};

void bw_wire_put_counters(struct bw_writer *w,
                          const struct bw_wire_counters *m);
enum bw_status bw_wire_get_counters(struct bw_reader *r,
                                    struct bw_wire_counters *m);

#endif
