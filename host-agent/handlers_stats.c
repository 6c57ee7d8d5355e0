/*
 * What a session does with COUNTERS and STATS.
 *
 * Called by session.c; the numbers are those of stats.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/session_handlers.h"

#include <string.h>

#include "host-agent/stats.h"
#include "lib/wire_stats.h"

enum bw_verdict bw_session_on_counters(struct bw_session *s,
                                       const struct bw_wire_header *h,
                                       struct bw_reader *body)
{
    struct bw_wire_counters now;
    struct bw_wire_counters more;

    if (bw_wire_get_counters(body, &now) != BW_OK) {
        return bw_session_malformed(s, h);
    }
    if (now.over_read < s->counted.over_read ||
        now.under_read < s->counted.under_read ||
        now.mispredicted < s->counted.mispredicted) {
        return bw_session_refuse(s, h, BW_INVALID,
                                 "a counter is less than it was before");
    }
    more.over_read = now.over_read - s->counted.over_read;
    more.under_read = now.under_read - s->counted.under_read;
    more.mispredicted = now.mispredicted - s->counted.mispredicted;
    s->counted = now;
    bw_stats_count(&s->export->stats, &more);
    return bw_session_text(s, h, BW_OK, "");
}

/* Are there statistics of it, which the client understands? */
static bool is_counted(const struct bw_session *s, const struct bw_export *e)
{
    return e->kind == BW_EXPORT_I2C ||
           (e->kind == BW_EXPORT_GPIO && (s->peer_caps & BW_CAP_GPIO)) ||
           (e->kind == BW_EXPORT_SCSI && (s->peer_caps & BW_CAP_SCSI)) ||
           (e->kind == BW_EXPORT_USB && (s->peer_caps & BW_CAP_USB));
}

enum bw_verdict bw_session_on_stats(struct bw_session *s,
                                    const struct bw_wire_header *h,
                                    struct bw_reader *body)
{
    struct bw_export *exports[BW_BENCH_MAX_EXPORTS];
    struct bw_wire_stats entry;
    struct bw_writer w;
    size_t count, i;

    if (!bw_reader_done(body)) {
        return bw_session_malformed(s, h);
    }
    bw_session_begin(s, &w, h, BW_OK);
    count = bw_bench_get_exports(s->bench, exports);
    for (i = 0; i < count; i++) {
        struct bw_export *e = exports[i];

        if (!is_counted(s, e) ||
            !bw_bench_may_open(s->bench, s->identity, e->name)) {
            continue;
        }
        bw_stats_copy(&e->stats, &entry, NULL);
        memcpy(entry.name, e->name, sizeof(entry.name));
        entry.sessions = bw_lease_holders(&e->lease);
        bw_wire_put_stats(&w, &entry);
    }
    bw_bench_put_exports(exports, count);
    return bw_session_finish(s, &w, h);
}
