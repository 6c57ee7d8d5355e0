/*
 * The link to an agent: frames, ids, deadlines and outages.
 *
 * Wire format and legal order: docs/protocol.md; the codec is lib/wire.c.
 * HELLO and OPEN are sent by link_session.c, USB_START by link_stream.c; other
 * requests come from i2c_passthrough.c.  The other end is host-agent/session.c.
 *
 * Replies come in the order of the requests, so the only frames that are legal
 * at any time are the reply to the oldest request and, for an owner that asks
 * for them, a notice; type and id are checked as soon as the header is there,
 * before any of the body is waited for.
 *
 * Not done: requests are not repeated after an outage (a write may have
 * happened), and a request that the agent is working on cannot be recalled.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/main-loop.h"
#include "qemu/timer.h"
#include "chardev/char.h"
#include "chardev/char-socket.h"
#include "system/runstate-action.h"
#include "system/runstate.h"
#include "link.h"
#include "link_session.h"
#include "linux_i2c_chardev.h"
#include "hw/benchwire/trace.h"

static const char *const state_names[] = {
    [BW_LINK_DISCONNECTED] = "disconnected",
    [BW_LINK_HELLO] = "hello",
    [BW_LINK_OPEN] = "open",
    [BW_LINK_WAITING] = "waiting",
    [BW_LINK_READY] = "ready",
    [BW_LINK_START] = "start",
    [BW_LINK_STREAM] = "stream",
    [BW_LINK_FAILED] = "failed",
};

const char *bw_link_state_name(const BwLink *link)
{
    return state_names[link->state];
}

bool bw_link_is_ready(const BwLink *link)
{
    return link->state == BW_LINK_READY;
}

bool bw_link_is_coming(const BwLink *link)
{
    int64_t age_ms = qemu_clock_get_ms(QEMU_CLOCK_REALTIME) - link->start_ms;

    switch (link->state) {
    case BW_LINK_DISCONNECTED:
        return !link->was_ready && !link->reported &&
               age_ms < link->config.timeout_ms;
    case BW_LINK_HELLO:
    case BW_LINK_OPEN:
        return true;
    default:
        return false;
    }
}

void bw_link_set_state(BwLink *link, BwLinkState state)
{
    link->state = state;
    trace_bw_link_state(link->config.name, state_names[state]);
}

/* Does a lost connection come back by itself? */
static bool reconnects(BwLink *link)
{
    Object *chr = OBJECT(link->chr->chr);

    if (bw_is_linux_i2c_chardev(link->chr->chr) ||
        !object_dynamic_cast(chr, TYPE_CHARDEV_SOCKET)) {
        return true;
    }
    return SOCKET_CHARDEV(chr)->reconnect_time_ms ||
           SOCKET_CHARDEV(chr)->is_listen;
}

/* QEMU closes its chardevs when it ends: that is no outage. */
static bool ending;

static void note_shutdown(Notifier *notifier, void *cause)
{
    ending = shutdown_action != SHUTDOWN_ACTION_PAUSE;
}

/* A machine that is stopped does not enter RUN_STATE_SHUTDOWN. */
static void watch_for_the_end(void)
{
    static Notifier shutdown = { .notify = note_shutdown };
    static bool watched;

    if (!watched) {
        watched = true;
        qemu_register_shutdown_notifier(&shutdown);
    }
}

void bw_link_report(BwLink *link, BwLinkCause cause, const char *text,
                    const char *cure)
{
    if (link->reported & (1u << cause) || ending ||
        runstate_check(RUN_STATE_SHUTDOWN)) {
        return;
    }
    link->reported |= 1u << cause;
    warn_report("%s: %s (agent %s, export '%s'); %s", link->config.name, text,
                link->peer ? link->peer : "not connected", link->config.export,
                reconnects(link) ? cure :
                "restart with reconnect-ms=1000 on the chardev to get it back");
}

/* Give the connection up; the owner learns of it from the bottom half. */
void bw_link_fail(BwLink *link, BwLinkCause cause, enum bw_status status,
                  const char *text, const char *cure)
{
    if (link->state == BW_LINK_DISCONNECTED ||
        link->state == BW_LINK_FAILED) {
        return;
    }
    bw_link_report(link, cause, text, cure);
    link->failure = status;
    bw_link_set_state(link, BW_LINK_FAILED);
    qemu_bh_schedule(link->down_bh);
}

void bw_link_reject(BwLink *link, const char *what)
{
    g_autofree char *text = g_strdup_printf("the agent sent %s", what);

    bw_link_fail(link, BW_LINK_CAUSE_PROTOCOL, BW_MALFORMED, text,
                 "is it a benchwired of this version?");
}

/* --- what goes out --- */

static gboolean output_ready(void *do_not_use, GIOCondition cond,
                             void *opaque);

/*
 * Write what waits.  An error other than a full socket is left to the
 * chardev, which reads what the agent had to say before it reports the close;
 * the deadline covers the case that it does not.
 */
static void flush_output(BwLink *link)
{
    int n = qemu_chr_fe_write(link->chr, link->out, link->out_len);

    if (n < 0) {
        n = errno == EAGAIN ? 0 : link->out_len;
    }
    memmove(link->out, link->out + n, link->out_len - n);
    link->out_len -= n;
    if (link->out_len && !link->watch) {
        link->watch = qemu_chr_fe_add_watch(link->chr, G_IO_OUT | G_IO_HUP,
                                            output_ready, link);
    }
}

static gboolean output_ready(void *do_not_use, GIOCondition cond, void *opaque)
{
    BwLink *link = opaque;

    link->watch = 0;
    if (link->state != BW_LINK_FAILED && link->out_len) {
        flush_output(link);
    }
    return G_SOURCE_REMOVE;
}

uint32_t bw_link_begin_any(BwLink *link, unsigned type, struct bw_writer **w)
{
    if (link->pending_count == BW_WIRE_MAX_PENDING) {
        return 0;
    }
    link->next_id++;
    if (link->next_id == 0) {
        link->next_id = 1;
    }
    bw_writer_init(&link->writer, link->out + link->out_len,
                   sizeof(link->out) - link->out_len);
    link->frame_begin = bw_wire_begin(&link->writer, type, 0, link->next_id);
    link->pending[(link->pending_head + link->pending_count) %
                  BW_WIRE_MAX_PENDING].type = type;
    *w = &link->writer;
    return link->next_id;
}

uint32_t bw_link_begin(BwLink *link, unsigned type, struct bw_writer **w)
{
    return bw_link_is_ready(link) ? bw_link_begin_any(link, type, w) : 0;
}

static bool has_room_for_more(const BwLink *link)
{
    return sizeof(link->out) - link->out_len >= BW_WIRE_MAX_FRAME;
}

bool bw_link_commit(BwLink *link, BwLinkReplyFunc *done, void *opaque)
{
    BwLinkRequest *r = &link->pending[(link->pending_head +
                                       link->pending_count) %
                                      BW_WIRE_MAX_PENDING];
    size_t body_len;

    if (bw_wire_end(&link->writer, link->frame_begin) != BW_OK) {
        return false;
    }
    body_len = link->writer.pos - BW_WIRE_HEADER_LEN;
    if (body_len > link->peer_max_body) {
        return false;
    }
    r->id = link->next_id;
    link->sent_ms = qemu_clock_get_ms(QEMU_CLOCK_REALTIME);
    r->deadline_ms = link->sent_ms + link->config.timeout_ms;
    r->done = done;
    r->opaque = opaque;
    link->pending_count++;
    if (!timer_pending(link->deadline_timer)) {
        timer_mod(link->deadline_timer, r->deadline_ms);
    }
    trace_bw_link_send(r->id, bw_wire_type_name(r->type), body_len,
                       link->config.export);
    link->out_len += link->writer.pos;
    if (!link->watch && !(link->held && has_room_for_more(link))) {
        flush_output(link);
    }
    return true;
}

void bw_link_hold(BwLink *link)
{
    link->held = true;
}

void bw_link_release(BwLink *link)
{
    link->held = false;
    if (link->out_len && !link->watch && bw_link_is_ready(link)) {
        flush_output(link);
    }
}

size_t bw_link_room(const BwLink *link, unsigned keep)
{
    size_t room = sizeof(link->out) - link->out_len;

    if (!bw_link_is_ready(link) || room < BW_WIRE_HEADER_LEN ||
        link->pending_count + keep >= BW_WIRE_MAX_PENDING) {
        return 0;
    }
    return MIN(room - BW_WIRE_HEADER_LEN, link->peer_max_body);
}

void bw_link_extend(BwLink *link)
{
    int64_t deadline_ms = qemu_clock_get_ms(QEMU_CLOCK_REALTIME) +
                          link->config.timeout_ms;

    for (unsigned i = 0; i < link->pending_count; i++) {
        link->pending[(link->pending_head + i) %
                      BW_WIRE_MAX_PENDING].deadline_ms = deadline_ms;
    }
}

void bw_link_forget(BwLink *link, uint32_t id)
{
    for (unsigned i = 0; i < link->pending_count; i++) {
        BwLinkRequest *r = &link->pending[(link->pending_head + i) %
                                          BW_WIRE_MAX_PENDING];

        if (r->id == id) {
            r->done = NULL;
        }
    }
}

/* --- what comes in --- */

static bool is_notice(const struct bw_wire_header *h)
{
    return (h->type & BW_WIRE_NOTICE) == BW_WIRE_NOTICE;
}

/* The header is there: is this a frame that may come now? */
static bool check_header(BwLink *link)
{
    const BwLinkRequest *due = &link->pending[link->pending_head];
    struct bw_wire_header *h = &link->in_header;
    g_autofree char *what = NULL;

    if (bw_wire_get_header(link->in, h) != BW_OK) {
        bw_link_reject(link, "something that is not a frame");
        return false;
    }
    if (link->pending_count && h->id == due->id &&
        h->type == (due->type | BW_WIRE_REPLY)) {
        return true;
    }
    if (is_notice(h) && bw_link_is_ready(link) && link->config.ops->notice &&
        h->id == link->notices + 1 && h->status == BW_OK) {
        return true;
    }
    if (link->pending_count) {
        what = g_strdup_printf("%s with id %" PRIu32 " where the reply to %s "
                               "with id %" PRIu32 " was due",
                               bw_wire_type_name(h->type), h->id,
                               bw_wire_type_name(due->type), due->id);
    } else {
        what = g_strdup_printf("%s with id %" PRIu32 " that nobody asked for",
                               bw_wire_type_name(h->type), h->id);
    }
    bw_link_reject(link, what);
    return false;
}

static void take_reply(BwLink *link)
{
    const BwLinkRequest due = link->pending[link->pending_head];
    const struct bw_wire_header *h = &link->in_header;

    trace_bw_link_recv(h->id, bw_wire_type_name(due.type),
                       bw_status_name(h->status), h->len,
                       link->config.export);
    link->pending_head = (link->pending_head + 1) % BW_WIRE_MAX_PENDING;
    link->pending_count--;
    link->in_len = 0;
    if (due.done) {
        due.done(due.opaque, h->id, h->status, link->in + BW_WIRE_HEADER_LEN,
                 h->len);
    }
}

static void take_notice(BwLink *link)
{
    const struct bw_wire_header *h = &link->in_header;
    unsigned type = h->type & ~BW_WIRE_NOTICE;

    trace_bw_link_notice(h->id, bw_wire_type_name(type), h->len,
                         link->config.export);
    link->notices++;
    link->in_len = 0;
    link->config.ops->notice(link->config.opaque, type,
                             link->in + BW_WIRE_HEADER_LEN, h->len);
}

/* What is to come of the frame, as far as that is known. */
static size_t frame_left(const BwLink *link)
{
    size_t len = BW_WIRE_HEADER_LEN;

    if (link->in_len >= BW_WIRE_HEADER_LEN) {
        len += link->in_header.len;
    }
    return len - link->in_len;
}

/* Where a stream follows, nothing of it is read before its owner has room. */
static int input_room(void *opaque)
{
    BwLink *link = opaque;

    if (link->state == BW_LINK_STREAM) {
        return link->config.ops->stream_room(link->config.opaque);
    }
    return link->config.ops->stream ? frame_left(link) :
                                      sizeof(link->in) - link->in_len;
}

static void input(void *opaque, const uint8_t *buf, int size)
{
    BwLink *link = opaque;
    size_t n;

    while (size > 0 && link->chr_open && link->state != BW_LINK_FAILED) {
        if (link->state == BW_LINK_STREAM) {
            link->config.ops->stream(link->config.opaque, buf, size);
            return;
        }
        n = MIN(frame_left(link), size);
        memcpy(link->in + link->in_len, buf, n);
        link->in_len += n;
        buf += n;
        size -= n;
        if (link->in_len == BW_WIRE_HEADER_LEN && !check_header(link)) {
            return;
        }
        if (link->in_len >= BW_WIRE_HEADER_LEN &&
            link->in_len == BW_WIRE_HEADER_LEN + link->in_header.len) {
            if (is_notice(&link->in_header)) {
                take_notice(link);
            } else {
                take_reply(link);
            }
        }
    }
}

/* --- outages --- */

/*
 * One timer serves all requests.  They have the same time-out, so the oldest
 * one's deadline is the first; the timer is not moved when a reply comes.
 */
static void deadline_passed(void *opaque)
{
    BwLink *link = opaque;
    BwLinkRequest *due = &link->pending[link->pending_head];
    g_autofree char *text = NULL;

    if (!link->pending_count || link->state == BW_LINK_FAILED) {
        return;
    }
    if (qemu_clock_get_ms(QEMU_CLOCK_REALTIME) < due->deadline_ms) {
        timer_mod(link->deadline_timer, due->deadline_ms);
        return;
    }
    link->timeouts++;
    text = g_strdup_printf("no reply to %s with id %" PRIu32 " within %"
                           PRIu32 " ms", bw_wire_type_name(due->type), due->id,
                           link->config.timeout_ms);
    bw_link_fail(link, BW_LINK_CAUSE_TIMEOUT, BW_TIMEOUT, text,
                 "is the agent stopped or its bus stuck? a slow part needs a "
                 "larger timeout-ms");
}

/* Forget the connection and tell the owner. */
static void go_down(BwLink *link)
{
    qemu_bh_cancel(link->down_bh);
    timer_del(link->deadline_timer);
    timer_del(link->retry_timer);
    bw_link_lease_end(link);
    g_clear_handle_id(&link->watch, g_source_remove);
    link->pending_count = 0;
    link->in_len = 0;
    link->out_len = 0;
    link->notices = 0;
    bw_link_set_state(link, BW_LINK_DISCONNECTED);
    link->config.ops->down(link->config.opaque, link->failure);
}

static void down_bh(void *opaque)
{
    BwLink *link = opaque;

    go_down(link);
    if (link->chr_open) {
        /* Its event may come at once or, through a mux, not at all. */
        link->chr_open = false;
        qemu_chr_fe_disconnect(link->chr);
    }
}

/*
 * A request may go out in several writes: TCP would keep the last one back
 * until the other end has acknowledged those before.
 */
static void send_at_once(BwLink *link)
{
    Object *chr = OBJECT(link->chr->chr);

    if (object_dynamic_cast(chr, TYPE_CHARDEV_SOCKET) &&
        SOCKET_CHARDEV(chr)->ioc) {
        qio_channel_set_delay(SOCKET_CHARDEV(chr)->ioc, false);
    }
}

static void chr_event(void *opaque, QEMUChrEvent event)
{
    BwLink *link = opaque;

    switch (event) {
    case CHR_EVENT_OPENED:
        if (link->state != BW_LINK_DISCONNECTED) {
            go_down(link);
        }
        link->chr_open = true;
        g_free(link->peer);
        link->peer = g_strdup(link->chr->chr->filename);
        send_at_once(link);
        bw_link_hello(link);
        break;
    case CHR_EVENT_CLOSED:
        link->chr_open = false;
        bw_link_fail(link, BW_LINK_CAUSE_CLOSED, BW_LINK_DOWN,
                     "the agent closed the connection",
                     "it is called again until it answers");
        break;
    default:
        break;
    }
}

/* --- life --- */

bool bw_link_start(BwLink *link, const BwLinkConfig *config, CharBackend *chr,
                   const char *adapter, Error **errp)
{
    Chardev *own;

    watch_for_the_end();
    link->config = *config;
    link->chr = chr;
    link->start_ms = qemu_clock_get_ms(QEMU_CLOCK_REALTIME);
    if (adapter) {
        own = bw_linux_i2c_chardev_new(config->kind, adapter, config->line,
                                       config->name, errp);
        if (!own) {
            g_free(link->config.name);
            memset(link, 0, sizeof(*link));
            return false;
        }
        link->own_chr = qemu_chr_fe_init(chr, own, &error_abort);
    }
    link->down_bh = qemu_bh_new(down_bh, link);
    link->deadline_timer = timer_new_ms(QEMU_CLOCK_REALTIME, deadline_passed,
                                        link);
    link->retry_timer = timer_new_ms(QEMU_CLOCK_REALTIME, bw_link_retry, link);
    bw_link_lease_init(link);
    qemu_chr_fe_set_handlers(chr, input_room, input, chr_event, NULL, link,
                             NULL, true);
    return true;
}

void bw_link_stop(BwLink *link)
{
    if (!link->down_bh) {
        return;
    }
    g_clear_handle_id(&link->watch, g_source_remove);
    qemu_chr_fe_set_handlers(link->chr, NULL, NULL, NULL, NULL, NULL, NULL,
                             true);
    if (link->own_chr) {
        qemu_chr_fe_deinit(link->chr, true);
    } else if (link->chr_open) {
        /* The agent frees the lease when the connection ends. */
        qemu_chr_fe_disconnect(link->chr);
    }
    qemu_bh_delete(link->down_bh);
    timer_free(link->deadline_timer);
    timer_free(link->retry_timer);
    timer_free(link->lease_timer);
    g_free(link->peer);
    g_free(link->config.name);
    memset(link, 0, sizeof(*link));
}
