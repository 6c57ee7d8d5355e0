/*
 * The benchwire protocol: the body of COUNTERS.
 *
 * Source: docs/protocol.md, "COUNTERS", which is normative.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wire_stats.h"

void bw_wire_put_counters(struct bw_writer *w, const struct bw_wire_counters *m)
{
    bw_write_le64(w, m->over_read);
    bw_write_le64(w, m->under_read);
    bw_write_le64(w, m->mispredicted);
}

enum bw_status bw_wire_get_counters(struct bw_reader *r,
                                    struct bw_wire_counters *m)
{
    struct bw_wire_counters c;

    c.over_read = bw_read_le64(r);
    c.under_read = bw_read_le64(r);
    c.mispredicted = bw_read_le64(r);
    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    *m = c;
    return BW_OK;
}
