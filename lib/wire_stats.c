/*
 * The benchwire protocol: the bodies of COUNTERS and STATS.
 *
 * Source: docs/protocol.md, "COUNTERS" and "STATS", which are normative.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wire_stats.h"

#include <string.h>

#include "wire_string.h"

void bw_wire_put_counters(struct bw_writer *w, const struct bw_wire_counters *m)
{
    bw_write_le64(w, m->over_read);
    bw_write_le64(w, m->under_read);
    bw_write_le64(w, m->mispredicted);
}

static void get_counters(struct bw_reader *r, struct bw_wire_counters *c)
{
    c->over_read = bw_read_le64(r);
    c->under_read = bw_read_le64(r);
    c->mispredicted = bw_read_le64(r);
}

enum bw_status bw_wire_get_counters(struct bw_reader *r,
                                    struct bw_wire_counters *m)
{
    struct bw_wire_counters c;

    get_counters(r, &c);
    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    *m = c;
    return BW_OK;
}

static void put_row(struct bw_writer *w, const uint64_t *row, uint16_t n)
{
    uint16_t i;

    if (n > BW_STATS_MAX) {
        w->failed = true;
        return;
    }
    bw_write_le16(w, n);
    for (i = 0; i < n; i++) {
        bw_write_le64(w, row[i]);
    }
}

static void get_row(struct bw_reader *r, uint64_t *row, uint16_t *n)
{
    uint16_t i;

    *n = bw_read_le16(r);
    if (*n > BW_STATS_MAX) {
        r->failed = true;
        return;
    }
    for (i = 0; i < *n; i++) {
        row[i] = bw_read_le64(r);
    }
}

void bw_wire_put_stats(struct bw_writer *w, const struct bw_wire_stats *m)
{
    bw_wire_put_string(w, m->name, BW_WIRE_MAX_NAME);
    bw_write_le32(w, m->sessions);
    bw_write_le32(w, m->opened);
    bw_write_le64(w, m->transfers);
    bw_write_le64(w, m->bytes_in);
    bw_write_le64(w, m->bytes_out);
    bw_wire_put_counters(w, &m->counted);
    put_row(w, m->status, m->nstatus);
    put_row(w, m->bucket, m->nbuckets);
}

enum bw_status bw_wire_get_stats(struct bw_reader *r, struct bw_wire_stats *m)
{
    struct bw_wire_stats v;

    memset(&v, 0, sizeof(v));
    bw_wire_get_string(r, v.name, 1, BW_WIRE_MAX_NAME);
    v.sessions = bw_read_le32(r);
    v.opened = bw_read_le32(r);
    v.transfers = bw_read_le64(r);
    v.bytes_in = bw_read_le64(r);
    v.bytes_out = bw_read_le64(r);
    get_counters(r, &v.counted);
    get_row(r, v.status, &v.nstatus);
    get_row(r, v.bucket, &v.nbuckets);
    if (r->failed) {
        return BW_MALFORMED;
    }
    *m = v;
    return BW_OK;
}
