/*
 * What a session does with USB_START, and with a client that says no HELLO but
 * speaks usbredir from its first byte; see session_handlers.h.
 *
 * docs/protocol.md, "USB", is normative.  Next on the way is service_usb.c.
 *
 * Source for the first packet of a usbredir client: usb-redirection-protocol.md
 * of usbredir 0.13, "Packet format" and "usb_redir_hello": type 0, a length of
 * 64 bytes and 4 for each word of capabilities, id 0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/session_handlers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/service_usb.h"

#define REDIR_HELLO_LEN 64u
#define REDIR_MAX_CAPS  16u /* words; there is one today */
#define STOCK_SOFTWARE  "usb-redir without HELLO"
#define WHY_SIZE        256

/* Why the conversation is over, as the log is to say it; NULL: said already. */
static const char *end_text(const struct bw_session *s,
                            const struct bw_usb_stream *st)
{
    if (atomic_load(&s->ended)) {
        return NULL;
    }
    if (s->stopping && atomic_load(s->stopping)) {
        return "ended, the agent is stopping";
    }
    if (st->left) {
        return "ended, the client closed it";
    }
    if (st->err == ETIMEDOUT) {
        return "closed, the client takes nothing of what the device sends";
    }
    if (st->err) {
        return "closed, the connection is broken";
    }
    return "closed, what the client sends is not usbredir";
}

static bool must_end(const struct bw_session *s)
{
    return atomic_load(&s->ended) || (s->stopping && atomic_load(s->stopping));
}

static void converse(struct bw_session *s, struct bw_usb_stream *st)
{
    bool lives = true;
    const char *text;

    bw_service_usb_open(st);
    while (lives && !must_end(s)) {
        atomic_store(&s->busy_ns, bw_clock_ns());
        lives = bw_service_usb_work(st);
        atomic_store(&s->busy_ns, 0);
        atomic_store(&s->heard_ns, s->conn.received_ns);
        lives = lives && bw_service_usb_wait(st);
    }
    text = end_text(s, st);
    if (text) {
        bw_log(lives || st->left ? BW_LOG_INFO : BW_LOG_ERROR, "session %u: %s",
               s->number, text);
    }
    bw_service_usb_end(st);
}

enum bw_verdict bw_session_on_usb_start(struct bw_session *s,
                                        const struct bw_wire_header *h,
                                        struct bw_reader *body)
{
    struct bw_usb_stream st;
    char why[WHY_SIZE] = "";
    enum bw_status status;

    if (!bw_reader_done(body)) {
        return bw_session_malformed(s, h);
    }
    status = bw_service_usb_begin(s->export, &st, &s->conn, why, sizeof(why));
    if (status != BW_OK) {
        return bw_session_refuse(s, h, status, "%s", why);
    }
    if (bw_session_text(s, h, BW_OK, "") == BW_CLOSE) {
        bw_service_usb_end(&st);
        return BW_CLOSE;
    }
    converse(s, &st);
    return BW_CLOSE;
}

/* Clients without HELLO */

bool bw_session_is_usbredir(const struct bw_wire_header *h)
{
    unsigned caps = h->type - REDIR_HELLO_LEN;

    /* as a usbredir header: type, length in two halves, id */
    return h->len == 0 && h->status == 0 && h->id == 0 &&
           h->type >= REDIR_HELLO_LEN && caps % 4 == 0 &&
           caps / 4 <= REDIR_MAX_CAPS;
}

/* The one that the bench file names for them, or else the only one that the
 * client may open.  Returns a reference, or NULL with a sentence in @why. */
static struct bw_export *find_stock(struct bw_session *s, char *why,
                                    size_t size)
{
    struct bw_export *exports[BW_BENCH_MAX_EXPORTS];
    struct bw_export *found = NULL;
    char name[BW_WIRE_MAX_NAME + 1];
    size_t count = bw_bench_get_exports(s->bench, exports);
    unsigned fit = 0;
    size_t i;

    bw_bench_usb_name(s->bench, name);
    for (i = 0; i < count; i++) {
        struct bw_export *e = exports[i];

        if (e->kind == BW_EXPORT_USB &&
            (!name[0] || strcmp(e->name, name) == 0) &&
            bw_bench_may_open(s->bench, s->identity, e->name)) {
            found = e;
            fit++;
        }
    }
    if (fit == 1) {
        atomic_fetch_add(&found->refs, 1);
    } else {
        snprintf(why, size,
                 fit ? "\"%s\" may open several USB exports; name one with "
                       "usb = in [listen]"
                     : "\"%s\" may open no USB export; name one in its "
                       "[identity] in the bench file",
                 s->identity);
        found = NULL;
    }
    bw_bench_put_exports(exports, count);
    return found;
}

/* Returns false with a sentence in @why. */
static bool begin_stock(struct bw_session *s, struct bw_usb_stream *st,
                        char *why, size_t size)
{
    struct bw_export *e = find_stock(s, why, size);

    if (!e) {
        return false;
    }
    if (bw_session_take(s, e, false) != BW_OK) {
        snprintf(why, size, "export \"%s\" is held by another session",
                 e->name);
        bw_export_unref(e);
        return false;
    }
    return bw_service_usb_begin(e, st, &s->conn, why, size) == BW_OK;
}

void bw_session_run_usbredir(struct bw_session *s)
{
    struct bw_usb_stream st;
    char why[WHY_SIZE] = "";

    s->greeted = true;
    snprintf(s->software, sizeof(s->software), STOCK_SOFTWARE);
    if (!begin_stock(s, &st, why, sizeof(why))) {
        bw_log(BW_LOG_ERROR,
               "session %u: closed, a usb-redir client without HELLO: %s",
               s->number, why);
        return;
    }
    bw_log(BW_LOG_INFO,
           "session %u: a usb-redir client without HELLO has \"%s\"", s->number,
           s->export->name);
    converse(s, &st);
}
