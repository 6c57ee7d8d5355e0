/*
 * The benchwire protocol: what a client counted, and what the agent did.
 *
 * docs/protocol.md, "COUNTERS" and "STATS", is normative.  COUNTERS are sent by
 * passthrough/; host-agent/handlers_stats.c adds them up with its own
 * (stats.c) for `benchwire stats` (tool_stats.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_WIRE_STATS_H
#define BENCHWIRE_LIB_WIRE_STATS_H

#include <stdint.h>

#include "cursor.h"
#include "status.h"
#include "wire.h"

#define BW_STATS_MAX 64 /* statuses, or buckets, of an entry */

/* COUNTERS request: since the session began. */
struct bw_wire_counters {
    uint64_t over_read;    /* bytes fetched that the guest did not take */
    uint64_t under_read;   /* reads that had to fetch more */
    uint64_t mispredicted; /* reads whose length was guessed wrong */
};

/**
 * struct bw_wire_stats - one export, in a STATS reply
 * @name: of the export
 * @sessions: that have it open now
 * @opened: sessions that ever had
 * @transfers: requests of I2C_XFER, I2C_STEP and SMBUS_XFER
 * @bytes_in: data bytes read from parts
 * @bytes_out: data bytes written to them
 * @counted: what the clients counted, all together
 * @nstatus: entries of @status that are there
 * @status: requests by the number of their status
 * @nbuckets: likewise of @bucket
 * @bucket: requests by the time from receipt to result: number n took 2^n us
 *          or more and less than twice that, the first one less than 2 us, the
 *          last one any time from there on
 */
struct bw_wire_stats {
    char name[BW_WIRE_MAX_NAME + 1];
    uint32_t sessions;
    uint32_t opened;
    uint64_t transfers;
    uint64_t bytes_in;
    uint64_t bytes_out;
    struct bw_wire_counters counted;
    uint16_t nstatus;
    uint16_t nbuckets;
    uint64_t status[BW_STATS_MAX];
    uint64_t bucket[BW_STATS_MAX];
};

void bw_wire_put_stats(struct bw_writer *w, const struct bw_wire_stats *m);
/* One entry; call until bw_reader_left() is 0. */
enum bw_status bw_wire_get_stats(struct bw_reader *r, struct bw_wire_stats *m);

void bw_wire_put_counters(struct bw_writer *w,
                          const struct bw_wire_counters *m);
enum bw_status bw_wire_get_counters(struct bw_reader *r,
                                    struct bw_wire_counters *m);

#endif
