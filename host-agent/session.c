/*
 * One session: the agent's side of the protocol on one connection.
 *
 * docs/protocol.md is normative.  Below it conn.c moves the frames; an I2C_XFER
 * goes on to service_i2c.c, VALUE_* to service_bench.c.  Which message is legal
 * when is decided in one table (rules), before any handler is called; a handler
 * decodes the whole body before it does anything.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/service_bench.h"
#include "host-agent/service_i2c.h"
#include "host-agent/version.h"
#include "lib/cursor.h"

#define SERVER_CAPS   (BW_CAP_I2C | BW_CAP_VALUES)
#define LOG_MAX_TEXT  512 /* characters of a transfer in the log */
#define LOG_MAX_DATA  32  /* read bytes in the log */
#define UNKNOWN_PLACE 0xffffu

/* Bits: in which phases of a session a request is legal. */
enum phase {
    PHASE_NEW = 1u << 0,   /* nothing was received yet */
    PHASE_READY = 1u << 1, /* after HELLO */
    PHASE_I2C = 1u << 2,   /* an I2C export is open */
    PHASE_BENCH = 1u << 3  /* a bench export is open */
};
#define PHASE_GREETED (PHASE_READY | PHASE_I2C | PHASE_BENCH)

/* What becomes of the session after a request. */
enum verdict {
    GO_ON,
    CLOSE
};

typedef enum verdict handler(struct bw_session *s,
                             const struct bw_wire_header *h,
                             struct bw_reader *body);

static enum phase phase_of(const struct bw_session *s)
{
    if (!s->greeted) {
        return PHASE_NEW;
    }
    if (!s->export) {
        return PHASE_READY;
    }
    return s->export->kind == BW_EXPORT_I2C ? PHASE_I2C : PHASE_BENCH;
}

/* Replies */

static void begin_reply(struct bw_session *s, struct bw_writer *w,
                        const struct bw_wire_header *h, enum bw_status status)
{
    bw_writer_init(w, s->conn.out, BW_WIRE_HEADER_LEN + s->peer_max_body);
    bw_wire_begin(w, h->type | BW_WIRE_REPLY, status, h->id);
}

static enum verdict send_out(struct bw_session *s, size_t len)
{
    if (bw_conn_send(&s->conn, len) < 0) {
        bw_log(BW_LOG_INFO, "session %u: cannot send to the client: %s",
               s->number, strerror(errno));
        return CLOSE;
    }
    return GO_ON;
}

static enum verdict reply_text(struct bw_session *s,
                               const struct bw_wire_header *h,
                               enum bw_status status, const char *text)
{
    struct bw_writer w;

    begin_reply(s, &w, h, status);
    if (status != BW_OK) {
        bw_wire_put_text(&w, text);
    }
    bw_wire_end(&w, 0);
    return send_out(s, w.pos);
}

/* A request that cannot be served; the session lives. */
__attribute__((format(printf, 4, 5))) static enum verdict
refuse(struct bw_session *s, const struct bw_wire_header *h,
       enum bw_status status, const char *format, ...)
{
    char text[BW_WIRE_MAX_TEXT + 1];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    bw_log(BW_LOG_INFO, "session %u id=%u %s -> %s: %s", s->number,
           (unsigned)h->id, bw_wire_type_name(h->type), bw_status_name(status),
           text);
    return reply_text(s, h, status, text);
}

static enum verdict finish_reply(struct bw_session *s, struct bw_writer *w,
                                 const struct bw_wire_header *h)
{
    if (bw_wire_end(w, 0) != BW_OK) {
        return refuse(s, h, BW_TOO_LONG,
                      "the reply is longer than the %u bytes the client takes",
                      (unsigned)s->peer_max_body);
    }
    return send_out(s, w->pos);
}

static enum verdict reply_i2c_failure(struct bw_session *s,
                                      const struct bw_wire_header *h,
                                      enum bw_status status,
                                      const struct bw_wire_i2c_failure *where)
{
    struct bw_writer w;

    begin_reply(s, &w, h, status);
    bw_wire_put_i2c_failure(&w, where);
    bw_wire_end(&w, 0);
    return send_out(s, w.pos);
}

/* A breach of the protocol: say so, then end the session. */
static enum verdict violation(struct bw_session *s,
                              const struct bw_wire_header *h,
                              enum bw_status status, const char *text)
{
    static const struct bw_wire_i2c_failure nowhere = {
        .msg = UNKNOWN_PLACE,
        .byte = UNKNOWN_PLACE,
    };

    bw_log(BW_LOG_ERROR, "session %u id=%u %s -> %s: %s; session closed",
           s->number, (unsigned)h->id, bw_wire_type_name(h->type),
           bw_status_name(status), text);
    if ((h->type & ~BW_WIRE_REPLY) == BW_MSG_I2C_XFER) {
        reply_i2c_failure(s, h, status, &nowhere);
    } else {
        reply_text(s, h, status, text);
    }
    return CLOSE;
}

static enum verdict malformed(struct bw_session *s,
                              const struct bw_wire_header *h)
{
    return violation(s, h, BW_MALFORMED, "the body does not parse");
}

/* Handlers */

static enum verdict on_hello(struct bw_session *s,
                             const struct bw_wire_header *h,
                             struct bw_reader *body)
{
    struct bw_wire_hello theirs;
    struct bw_wire_hello ours = {
        .major = BW_WIRE_MAJOR,
        .minor = BW_WIRE_MINOR,
        .caps = SERVER_CAPS,
        .max_body = BW_WIRE_MAX_BODY,
        .software = "benchwired " BW_VERSION_TEXT,
    };
    enum bw_status status = bw_wire_get_hello(body, &theirs);
    struct bw_writer w;

    if (status == BW_VERSION) {
        return violation(s, h, status,
                         "this agent speaks version 1 of the protocol only; "
                         "install the same release at both ends");
    }
    if (status != BW_OK) {
        return malformed(s, h);
    }
    if (theirs.minor < ours.minor) {
        ours.minor = theirs.minor;
    }
    if (theirs.max_body < s->peer_max_body) {
        s->peer_max_body = theirs.max_body;
    }
    s->greeted = true;
    bw_log(BW_LOG_INFO, "session %u: hello from \"%s\"", s->number,
           theirs.software);
    begin_reply(s, &w, h, BW_OK);
    bw_wire_put_hello(&w, &ours);
    return finish_reply(s, &w, h);
}

static enum verdict on_ping(struct bw_session *s,
                            const struct bw_wire_header *h,
                            struct bw_reader *body)
{
    size_t len = bw_reader_left(body);
    struct bw_writer w;

    begin_reply(s, &w, h, BW_OK);
    bw_write_bytes(&w, bw_read_bytes(body, len), len);
    return finish_reply(s, &w, h);
}

static uint32_t export_funcs(const struct bw_export *e)
{
    return e->kind == BW_EXPORT_I2C ? e->bus->adapter->funcs
                                    : BW_I2C_FUNC_SIMULATED;
}

static enum verdict on_list(struct bw_session *s,
                            const struct bw_wire_header *h,
                            struct bw_reader *body)
{
    struct bw_writer w;
    size_t i;

    if (!bw_reader_done(body)) {
        return malformed(s, h);
    }
    begin_reply(s, &w, h, BW_OK);
    for (i = 0; i < s->bench->export_count; i++) {
        struct bw_export *e = &s->bench->exports[i];
        struct bw_wire_export entry = {
            .kind = (uint16_t)e->kind,
            .addr = e->addr,
            .funcs = export_funcs(e),
            .holders = (uint16_t)bw_lease_holders(&e->lease),
        };

        memcpy(entry.name, e->name, sizeof(entry.name));
        memcpy(entry.text, e->text, sizeof(entry.text));
        bw_wire_put_export(&w, &entry);
    }
    return finish_reply(s, &w, h);
}

static enum verdict reply_opened(struct bw_session *s,
                                 const struct bw_wire_header *h)
{
    const struct bw_export *e = s->export;
    struct bw_wire_opened opened = {
        .kind = (uint16_t)e->kind,
        .addr = e->addr,
        .funcs = export_funcs(e),
    };
    struct bw_writer w;

    if (e->kind == BW_EXPORT_I2C) {
        opened.max_len = e->bus->adapter->max_len;
        opened.timeout_ms = e->bus->adapter->timeout_ms;
    }
    begin_reply(s, &w, h, BW_OK);
    bw_wire_put_opened(&w, &opened);
    return finish_reply(s, &w, h);
}

static enum verdict on_open(struct bw_session *s,
                            const struct bw_wire_header *h,
                            struct bw_reader *body)
{
    struct bw_wire_open m;
    enum bw_status status = bw_wire_get_open(body, &m);
    struct bw_export *e;
    bool shared;

    if (status == BW_INVALID) {
        return refuse(s, h, status, "OPEN has a kind or flag unknown here");
    }
    if (status != BW_OK) {
        return malformed(s, h);
    }
    e = bw_bench_find_export(s->bench, m.name);
    if (!e) {
        return refuse(s, h, BW_NOT_FOUND, "there is no export \"%s\"", m.name);
    }
    if (m.kind != BW_EXPORT_ANY && m.kind != e->kind) {
        return refuse(s, h, BW_UNSUPPORTED, "export \"%s\" is of type %s",
                      m.name, e->kind == BW_EXPORT_I2C ? "i2c" : "bench");
    }
    shared = e->kind == BW_EXPORT_BENCH || (m.flags & BW_OPEN_SHARED);
    status = bw_lease_take(
        &e->lease, shared,
        bw_clock_after_ms(s->conn.received_ns, BW_SESSION_LEASE_MS));
    if (status != BW_OK) {
        return refuse(s, h, status, "export \"%s\" is held by another session",
                      m.name);
    }
    s->export = e;
    bw_log(BW_LOG_INFO, "session %u: opened \"%s\"%s", s->number, e->name,
           shared ? ", shared" : "");
    return reply_opened(s, h);
}

/* "-> ok [0x15 0x80]": the read bytes of a transfer that succeeded. */
static void print_reads(const struct bw_i2c_xfer *x, const uint8_t *reads,
                        char *out, size_t size)
{
    size_t count = bw_i2c_xfer_bytes(x, true);
    size_t pos = 0;
    size_t i;

    out[0] = '\0';
    for (i = 0; i < count && i < LOG_MAX_DATA; i++) {
        pos += (size_t)snprintf(out + pos, size - pos, "%s0x%02x",
                                i ? " " : " [", reads[i]);
    }
    if (count > 0) {
        snprintf(out + pos, size - pos, count > LOG_MAX_DATA ? " ...]" : "]");
    }
}

static void log_xfer(const struct bw_session *s, const struct bw_wire_header *h,
                     enum bw_status status,
                     const struct bw_wire_i2c_failure *where)
{
    const struct bw_i2c_xfer *x = &s->request.xfer;
    char text[LOG_MAX_TEXT];
    char result[LOG_MAX_DATA * 5 + 16]; /* " 0xff" each, and the brackets */

    if (!bw_log_enabled(BW_LOG_DEBUG)) {
        return;
    }
    bw_i2c_xfer_print(x, text, sizeof(text));
    result[0] = '\0';
    if (status == BW_OK) {
        print_reads(x, s->reads, result, sizeof(result));
    } else if (where->msg != UNKNOWN_PLACE && where->byte != UNKNOWN_PLACE) {
        snprintf(result, sizeof(result), " at message %u byte %u", where->msg,
                 where->byte);
    } else if (where->msg != UNKNOWN_PLACE) {
        snprintf(result, sizeof(result), " at message %u", where->msg);
    }
    bw_log(BW_LOG_DEBUG, "session %u id=%u %s -> %s%s", s->number,
           (unsigned)h->id, text, bw_status_name(status), result);
}

/* Decode, check against the limits, run.  BW_MALFORMED ends the session. */
static enum bw_status run_i2c(struct bw_session *s, struct bw_reader *body,
                              struct bw_wire_i2c_failure *where)
{
    struct bw_wire_i2c_request *rq = &s->request;
    enum bw_status status = bw_wire_get_i2c_request(body, rq);

    if (status != BW_OK) {
        rq->xfer.nmsgs = 0; /* nothing to print */
        return status;
    }
    if (bw_i2c_xfer_bytes(&rq->xfer, true) > s->peer_max_body) {
        return BW_TOO_LONG;
    }
    status = bw_i2c_xfer_assign_reads(&rq->xfer, s->reads, sizeof(s->reads));
    if (status != BW_OK) {
        return status;
    }
    return bw_service_i2c_xfer(
        s->export, &rq->xfer,
        bw_clock_after_ms(s->conn.received_ns, rq->deadline_ms), where);
}

static enum verdict on_i2c_xfer(struct bw_session *s,
                                const struct bw_wire_header *h,
                                struct bw_reader *body)
{
    struct bw_wire_i2c_failure where = { UNKNOWN_PLACE, UNKNOWN_PLACE };
    enum bw_status status = run_i2c(s, body, &where);
    struct bw_writer w;

    if (status == BW_MALFORMED) {
        return malformed(s, h);
    }
    log_xfer(s, h, status, &where);
    if (status != BW_OK) {
        return reply_i2c_failure(s, h, status, &where);
    }
    begin_reply(s, &w, h, BW_OK);
    bw_wire_put_i2c_reply(&w, &s->request.xfer);
    bw_wire_end(&w, 0);
    return send_out(s, w.pos);
}

static enum verdict on_value_list(struct bw_session *s,
                                  const struct bw_wire_header *h,
                                  struct bw_reader *body)
{
    struct bw_writer w;

    if (!bw_reader_done(body)) {
        return malformed(s, h);
    }
    begin_reply(s, &w, h, BW_OK);
    bw_service_bench_list(s->export, &w);
    return finish_reply(s, &w, h);
}

static enum verdict on_value_get(struct bw_session *s,
                                 const struct bw_wire_header *h,
                                 struct bw_reader *body)
{
    char name[BW_WIRE_MAX_TEXT + 1];
    struct bw_wire_value v;
    struct bw_writer w;

    if (bw_wire_get_value_name(body, name) != BW_OK) {
        return malformed(s, h);
    }
    if (bw_service_bench_get(s->export, name, &v) != BW_OK) {
        return refuse(s, h, BW_NOT_FOUND, "there is no value \"%.80s\"", name);
    }
    begin_reply(s, &w, h, BW_OK);
    bw_wire_put_value(&w, &v);
    return finish_reply(s, &w, h);
}

static enum verdict on_value_set(struct bw_session *s,
                                 const struct bw_wire_header *h,
                                 struct bw_reader *body)
{
    char name[BW_WIRE_MAX_TEXT + 1];
    struct bw_wire_value v;
    int64_t micro;

    if (bw_wire_get_value_set(body, name, &micro) != BW_OK) {
        return malformed(s, h);
    }
    switch (bw_service_bench_set(s->export, name, micro, &v)) {
    case BW_OK:
        break;
    case BW_NOT_FOUND:
        return refuse(s, h, BW_NOT_FOUND, "there is no value \"%.80s\"", name);
    case BW_DENIED:
        return refuse(s, h, BW_DENIED,
                      "%.80s is an output of the part and cannot be set", name);
    default:
        return refuse(s, h, BW_INVALID, "%.80s takes %.15g to %.15g %s", name,
                      (double)v.micro_min / 1e6, (double)v.micro_max / 1e6,
                      v.unit);
    }
    bw_log(BW_LOG_DEBUG, "session %u id=%u set %s to %.15g %s", s->number,
           (unsigned)h->id, name, (double)micro / 1e6, v.unit);
    return reply_text(s, h, BW_OK, "");
}

/* The protocol's legal order. */
static const struct rule {
    uint16_t type;
    unsigned phases;
    handler *handle;
} rules[] = {
    { BW_MSG_HELLO, PHASE_NEW, on_hello },
    { BW_MSG_PING, PHASE_GREETED, on_ping },
    { BW_MSG_LIST, PHASE_GREETED, on_list },
    { BW_MSG_OPEN, PHASE_READY, on_open },
    { BW_MSG_I2C_XFER, PHASE_I2C, on_i2c_xfer },
    { BW_MSG_VALUE_LIST, PHASE_BENCH, on_value_list },
    { BW_MSG_VALUE_GET, PHASE_BENCH, on_value_get },
    { BW_MSG_VALUE_SET, PHASE_BENCH, on_value_set },
};

static enum verdict dispatch(struct bw_session *s, const struct bw_frame *f)
{
    const struct bw_wire_header *h = &f->header;
    struct bw_reader body;
    size_t i;

    if (h->type & BW_WIRE_REPLY) {
        return violation(s, h, BW_ORDER, "a client sends no replies");
    }
    for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (rules[i].type != h->type) {
            continue;
        }
        if (!(rules[i].phases & phase_of(s))) {
            return violation(s, h, BW_ORDER, "not legal at this point");
        }
        bw_reader_init(&body, f->body, h->len);
        return rules[i].handle(s, h, &body);
    }
    if (!s->greeted) {
        return violation(s, h, BW_ORDER, "the first message must be HELLO");
    }
    return refuse(s, h, BW_UNSUPPORTED, "unknown message type 0x%04x", h->type);
}

/* Why no frame came; nothing that is left to answer. */
static void log_end(const struct bw_session *s, int got, int err)
{
    if (got == 0) {
        bw_log(BW_LOG_INFO, "session %u: ended, the client closed it",
               s->number);
    } else if (err == ETIMEDOUT) {
        bw_log(BW_LOG_ERROR, "session %u: closed, the client was silent %s",
               s->number,
               s->greeted ? "in the middle of a frame" : "without a HELLO");
    } else {
        bw_log(BW_LOG_ERROR, "session %u: closed, receiving failed: %s",
               s->number,
               err == ECONNRESET ? "the client left in the middle of a frame"
                                 : strerror(err));
    }
}

static bool is_stopping(const struct bw_session *s)
{
    return s->stopping && atomic_load(s->stopping);
}

/* Returns CLOSE when the session is over. */
static enum verdict serve_one(struct bw_session *s, uint64_t deadline_ns)
{
    struct bw_frame f;
    enum bw_status bad;
    int got = bw_conn_next(&s->conn, deadline_ns, &f, &bad);

    if (got <= 0) {
        if (bad != BW_OK) {
            return violation(s, &f.header, bad, "the frame's header is wrong");
        }
        log_end(s, got, errno);
        return CLOSE;
    }
    if (is_stopping(s)) {
        return violation(s, &f.header, BW_SHUTDOWN, "the agent is stopping");
    }
    return dispatch(s, &f);
}

void bw_session_init(struct bw_session *s, struct bw_io *io,
                     struct bw_bench *bench, const atomic_bool *stopping,
                     unsigned number)
{
    bw_conn_init(&s->conn, io);
    s->bench = bench;
    s->stopping = stopping;
    s->number = number;
    s->greeted = false;
    s->peer_max_body = BW_WIRE_MAX_BODY;
    s->export = NULL;
}

void bw_session_run(struct bw_session *s)
{
    uint64_t hello_ns = bw_clock_after_ms(bw_clock_ns(), BW_SESSION_HELLO_MS);
    enum verdict verdict = serve_one(s, hello_ns);

    while (verdict == GO_ON) {
        verdict = serve_one(s, BW_CLOCK_NEVER);
    }
    if (s->export) {
        bw_lease_drop(&s->export->lease);
        s->export = NULL;
    }
}
