/*
 * The benchwire protocol: the bodies of LEASE, WHO and KICK.
 *
 * Source: docs/protocol.md, "LEASE", "WHO" and "KICK", which are normative.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wire_admin.h"

#include <string.h>

#include "wire_string.h"

void bw_wire_put_lease(struct bw_writer *w, const struct bw_wire_lease *m)
{
    bw_write_le32(w, m->silence_ms);
    bw_wire_put_string(w, m->identity, BW_WIRE_MAX_NAME);
}

enum bw_status bw_wire_get_lease(struct bw_reader *r, struct bw_wire_lease *m)
{
    struct bw_wire_lease v;

    memset(&v, 0, sizeof(v));
    v.silence_ms = bw_read_le32(r);
    bw_wire_get_string(r, v.identity, 0, BW_WIRE_MAX_NAME);
    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    *m = v;
    return BW_OK;
}

void bw_wire_put_who(struct bw_writer *w, const struct bw_wire_who *m)
{
    bw_write_le32(w, m->session);
    bw_write_le64(w, m->since_ms);
    bw_write_le64(w, m->idle_ms);
    bw_write_le64(w, m->requests);
    bw_write_le16(w, m->kind);
    bw_wire_put_string(w, m->export, BW_WIRE_MAX_NAME);
    bw_wire_put_string(w, m->identity, BW_WIRE_MAX_NAME);
    bw_wire_put_string(w, m->peer, BW_WIRE_MAX_TEXT);
    bw_wire_put_string(w, m->software, BW_WIRE_MAX_TEXT);
}

enum bw_status bw_wire_get_who(struct bw_reader *r, struct bw_wire_who *m)
{
    struct bw_wire_who v;

    memset(&v, 0, sizeof(v));
    v.session = bw_read_le32(r);
    v.since_ms = bw_read_le64(r);
    v.idle_ms = bw_read_le64(r);
    v.requests = bw_read_le64(r);
    v.kind = bw_read_le16(r);
    bw_wire_get_string(r, v.export, 0, BW_WIRE_MAX_NAME);
    bw_wire_get_string(r, v.identity, 0, BW_WIRE_MAX_NAME);
    bw_wire_get_string(r, v.peer, 0, BW_WIRE_MAX_TEXT);
    bw_wire_get_string(r, v.software, 0, BW_WIRE_MAX_TEXT);
    if (r->failed || v.session == 0) {
        return BW_MALFORMED;
    }
    *m = v;
    return BW_OK;
}

void bw_wire_put_kick(struct bw_writer *w, uint32_t session)
{
    bw_write_le32(w, session);
}

enum bw_status bw_wire_get_kick(struct bw_reader *r, uint32_t *session)
{
    uint32_t number = bw_read_le32(r);

    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    *session = number;
    return BW_OK;
}
