/*
 * PROFILE_GET: what is known of the part behind an export.
 *
 * docs/protocol.md is normative; the text is that of a file, checked when the
 * agent started (profile_file.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/session_handlers.h"
#include "lib/wire_profile.h"

enum bw_verdict bw_session_on_profile_get(struct bw_session *s,
                                          const struct bw_wire_header *h,
                                          struct bw_reader *body)
{
    const struct bw_export *e = s->export;
    struct bw_wire_profile m = {
        .text = (const uint8_t *)e->profile,
        .len = e->profile_len,
    };
    struct bw_writer w;

    if (!bw_reader_done(body)) {
        return bw_session_malformed(s, h);
    }
    if (!e->profile) {
        return bw_session_refuse(s, h, BW_NOT_FOUND,
                                 "export \"%s\" has no profile", e->name);
    }
    bw_session_begin(s, &w, h, BW_OK);
    bw_wire_put_profile(&w, &m);
    return bw_session_finish(s, &w, h);
}
