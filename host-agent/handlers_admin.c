/*
 * What a session does with LEASE, WHO, KICK and RELOAD.
 *
 * Called by session.c; the host (server_sessions.c) knows the other sessions.
 * Source: docs/protocol.md, "LEASE" and "Administration".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/session_handlers.h"

#include <string.h>

#include "host-agent/log.h"
#include "lib/wire_admin.h"

enum bw_verdict bw_session_on_lease(struct bw_session *s,
                                    const struct bw_wire_header *h,
                                    struct bw_reader *body)
{
    struct bw_wire_lease m = { .silence_ms = s->silence_ms };
    struct bw_writer w;

    if (!bw_reader_done(body)) {
        return bw_session_malformed(s, h);
    }
    memcpy(m.identity, s->identity, sizeof(m.identity));
    bw_session_begin(s, &w, h, BW_OK);
    bw_wire_put_lease(&w, &m);
    return bw_session_finish(s, &w, h);
}

/* Returns NULL, or why the client may not administer here. */
static const char *why_not(struct bw_session *s, enum bw_status *status)
{
    *status = BW_UNSUPPORTED;
    if (!(s->peer_caps & BW_CAP_ADMIN)) {
        return "the client did not announce ADMIN";
    }
    if (!s->host) {
        return "there are no sessions here but this one";
    }
    *status = BW_DENIED;
    if (!bw_bench_is_admin(s->bench, s->identity)) {
        return "this identity may not administer; its section of the bench "
               "file must say admin = yes";
    }
    return NULL;
}

enum bw_verdict bw_session_on_who(struct bw_session *s,
                                  const struct bw_wire_header *h,
                                  struct bw_reader *body)
{
    enum bw_status status;
    const char *text = why_not(s, &status);
    struct bw_wire_who who;
    struct bw_writer w;
    size_t at = 0;

    if (!bw_reader_done(body)) {
        return bw_session_malformed(s, h);
    }
    if (text) {
        return bw_session_refuse(s, h, status, "%s", text);
    }
    bw_session_begin(s, &w, h, BW_OK);
    while (s->host->ops->who(s->host, &at, &who)) {
        bw_wire_put_who(&w, &who);
    }
    return bw_session_finish(s, &w, h);
}

enum bw_verdict bw_session_on_kick(struct bw_session *s,
                                   const struct bw_wire_header *h,
                                   struct bw_reader *body)
{
    enum bw_status status;
    const char *text = why_not(s, &status);
    char why[BW_WIRE_MAX_TEXT + 1] = "";
    uint32_t number;

    if (bw_wire_get_kick(body, &number) != BW_OK) {
        return bw_session_malformed(s, h);
    }
    if (text) {
        return bw_session_refuse(s, h, status, "%s", text);
    }
    status = s->host->ops->kick(s->host, s, number, why);
    if (status != BW_OK) {
        return bw_session_refuse(s, h, status, "%s", why);
    }
    return bw_session_text(s, h, BW_OK, "");
}

enum bw_verdict bw_session_on_reload(struct bw_session *s,
                                     const struct bw_wire_header *h,
                                     struct bw_reader *body)
{
    enum bw_status status;
    const char *text = why_not(s, &status);
    char outcome[BW_WIRE_MAX_TEXT + 1] = "";
    struct bw_writer w;

    if (!bw_reader_done(body)) {
        return bw_session_malformed(s, h);
    }
    if (text) {
        return bw_session_refuse(s, h, status, "%s", text);
    }
    bw_log(BW_LOG_INFO,
           "session %u id=%u \"%s\" asks for the bench file to be "
           "read again",
           s->number, (unsigned)h->id, s->identity);
    status = s->host->ops->reload(s->host, outcome);
    if (status != BW_OK) {
        return bw_session_refuse(s, h, status, "%s", outcome);
    }
    bw_session_begin(s, &w, h, BW_OK);
    bw_wire_put_text(&w, outcome);
    return bw_session_finish(s, &w, h);
}
