/*
 * How a link becomes ready: HELLO, OPEN, and trying again.
 *
 * docs/protocol.md, "Order of messages", is the rule; link.c moves the frames.
 * An export that the agent refuses (leased to somebody else, not there, not
 * allowed) is asked for again on the same connection, after 0.25 s at first
 * and twice as long each time up to 5 s, since a lease may come free and an
 * agent may get a new bench file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/cutils.h"
#include "qemu/error-report.h"
#include "qemu/timer.h"
#include "link_session.h"

#define RETRY_FIRST_MS 250
#define RETRY_MAX_MS   5000

#define SOFTWARE "benchwire passthrough"

void bw_link_retry_later(BwLink *link)
{
    link->retry_ms = link->retry_ms ? MIN(link->retry_ms * 2, RETRY_MAX_MS) :
                                      RETRY_FIRST_MS;
    timer_mod(link->retry_timer,
              qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + link->retry_ms);
}

char *bw_link_refusal_text(const char *what, unsigned status,
                           const uint8_t *body, size_t len)
{
    char text[BW_WIRE_MAX_TEXT + 1];
    struct bw_reader r;

    bw_reader_init(&r, body, len);
    if (len && bw_wire_get_text(&r, text) == BW_OK && bw_reader_done(&r)) {
        return g_strdup_printf("%s: %s", what, text);
    }
    return g_strdup_printf("%s: %s", what, bw_status_text(status));
}

static const char *refusal_cure(unsigned status)
{
    switch (status) {
    case BW_BUSY:
        return "it is asked again until the other session ends; shared=on "
               "opens an export together with others that do";
    case BW_NOT_FOUND:
        return "'benchwire list' shows the agent's exports";
    case BW_DENIED:
        return "the agent's bench file or the adapter's permissions say who "
               "may have it";
    default:
        return "see the agent's log";
    }
}

void bw_link_note_up(BwLink *link)
{
    if (link->reported) {
        link->reported = 0;
        info_report("%s: the link is up again (agent %s, export '%s')",
                    link->config.name, link->peer, link->config.export);
    }
}

static void become_ready(BwLink *link)
{
    bw_link_set_state(link, BW_LINK_READY);
    link->retry_ms = 0;
    if (link->was_ready) {
        link->reconnects++;
    }
    link->was_ready = true;
    bw_link_lease_begin(link);
    if (link->config.ops->stream) {
        bw_link_stream_start(link);
        return;
    }
    bw_link_note_up(link);
    link->config.ops->ready(link->config.opaque);
}

static void open_granted(BwLink *link, const uint8_t *body, size_t len)
{
    struct bw_wire_opened opened;
    struct bw_reader r;
    Error *err = NULL;

    bw_reader_init(&r, body, len);
    if (bw_wire_get_opened(&r, &opened) != BW_OK || !bw_reader_done(&r) ||
        opened.kind != link->config.kind) {
        bw_link_reject(link, "a reply to OPEN that does not fit");
        return;
    }
    if (!link->config.ops->opened(link->config.opaque, &opened, &err)) {
        bw_link_fail(link, BW_LINK_CAUSE_REFUSED, BW_UNSUPPORTED,
                     error_get_pretty(err),
                     "the device and the export have to fit");
        error_free(err);
        return;
    }
    become_ready(link);
}

static void open_reply(void *opaque, uint32_t id, unsigned status,
                       const uint8_t *body, size_t len)
{
    BwLink *link = opaque;
    g_autofree char *text = NULL;

    if (status == BW_OK) {
        open_granted(link, body, len);
        return;
    }
    text = bw_link_refusal_text("the export is refused", status, body, len);
    bw_link_report(link, BW_LINK_CAUSE_REFUSED, text, refusal_cure(status));
    bw_link_set_state(link, BW_LINK_WAITING);
    bw_link_retry_later(link);
}

static void send_open(BwLink *link)
{
    struct bw_wire_open m = {
        .kind = link->config.kind,
        .flags = link->config.shared ? BW_OPEN_SHARED : 0,
    };
    struct bw_writer *w;

    pstrcpy(m.name, sizeof(m.name), link->config.export);
    bw_link_set_state(link, BW_LINK_OPEN);
    if (bw_link_begin_any(link, BW_MSG_OPEN, &w)) {
        bw_wire_put_open(w, &m);
        bw_link_commit(link, open_reply, link);
    }
}

static void hello_reply(void *opaque, uint32_t id, unsigned status,
                        const uint8_t *body, size_t len)
{
    BwLink *link = opaque;
    g_autofree char *text = NULL;
    struct bw_wire_hello m;
    struct bw_reader r;

    if (status != BW_OK) {
        text = bw_link_refusal_text("the agent refuses the session", status,
                                    body, len);
        bw_link_fail(link, BW_LINK_CAUSE_REFUSED, BW_LINK_DOWN, text,
                     status == BW_DENIED ?
                     "it is called again until it lets this QEMU in" :
                     "agent and device have to be of one version");
        return;
    }
    bw_reader_init(&r, body, len);
    if (bw_wire_get_hello(&r, &m) != BW_OK || !bw_reader_done(&r) ||
        m.major != BW_WIRE_MAJOR || m.minor > BW_WIRE_MINOR) {
        bw_link_reject(link, "a reply to HELLO that does not fit");
        return;
    }
    if ((m.caps & link->config.caps) != link->config.caps) {
        bw_link_fail(link, BW_LINK_CAUSE_REFUSED, BW_UNSUPPORTED,
                     "the agent serves nothing of this kind",
                     "it needs a later benchwired");
        return;
    }
    link->peer_max_body = m.max_body;
    link->peer_caps = m.caps;
    send_open(link);
}

void bw_link_hello(BwLink *link)
{
    struct bw_wire_hello m = {
        .major = BW_WIRE_MAJOR,
        .minor = BW_WIRE_MINOR,
        .caps = link->config.caps | link->config.wants | BW_CAP_LEASE,
        .max_body = BW_WIRE_MAX_BODY,
        .software = SOFTWARE,
    };
    struct bw_writer *w;

    link->peer_max_body = BW_WIRE_MAX_BODY;
    bw_link_set_state(link, BW_LINK_HELLO);
    if (bw_link_begin_any(link, BW_MSG_HELLO, &w)) {
        bw_wire_put_hello(w, &m);
        bw_link_commit(link, hello_reply, link);
    }
}

void bw_link_retry(void *opaque)
{
    BwLink *link = opaque;

    if (link->state == BW_LINK_WAITING) {
        send_open(link);
    } else if (link->state == BW_LINK_READY) {
        bw_link_stream_start(link);
    }
}
