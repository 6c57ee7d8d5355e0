/*
 * What a session does with each request.
 *
 * Called by session.c, which has decided that the request is legal now.  A
 * handler decodes the whole body before it does anything; an I2C_XFER goes on
 * to service_i2c.c, VALUE_* to service_bench.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/session_handlers.h"

#include <stdio.h>
#include <string.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/micro.h"
#include "host-agent/service_bench.h"
#include "host-agent/service_gpio.h"
#include "host-agent/service_i2c.h"
#include "host-agent/service_scsi.h"
#include "host-agent/service_usb.h"
#include "host-agent/version.h"
#include "lib/text.h"

#define SERVER_CAPS                                                            \
    (BW_CAP_I2C | BW_CAP_VALUES | BW_CAP_SMBUS | BW_CAP_STEP | BW_CAP_FAULTS | \
     BW_CAP_STATS | BW_CAP_PROFILE | BW_CAP_LEASE | BW_CAP_ADMIN |             \
     BW_CAP_GPIO | BW_CAP_SCSI | BW_CAP_DESCRIBE | BW_CAP_USB)
#define LOG_MAX_TEXT        512 /* characters of a transfer in the log */
#define LOG_MAX_UNSUPPORTED 8   /* of a session */
#define LOG_MAX_DATA        32  /* read bytes in the log */

enum bw_verdict bw_session_on_hello(struct bw_session *s,
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
        return bw_session_violation(
            s, h, status,
            "this agent speaks 1.0 of the protocol; install the "
            "same release at both ends");
    }
    if (status != BW_OK) {
        return bw_session_malformed(s, h);
    }
    if (theirs.minor < ours.minor) {
        ours.minor = theirs.minor;
    }
    if (theirs.max_body < s->peer_max_body) {
        s->peer_max_body = theirs.max_body;
    }
    s->peer_caps = theirs.caps;
    s->greeted = true;
    memcpy(s->software, theirs.software, sizeof(s->software));
    bw_session_changed(s);
    bw_log(BW_LOG_INFO, "session %u id=%u hello from \"%s\"", s->number,
           (unsigned)h->id, theirs.software);
    bw_session_begin(s, &w, h, BW_OK);
    bw_wire_put_hello(&w, &ours);
    return bw_session_finish(s, &w, h);
}

enum bw_verdict bw_session_on_ping(struct bw_session *s,
                                   const struct bw_wire_header *h,
                                   struct bw_reader *body)
{
    size_t len = bw_reader_left(body);
    struct bw_writer w;

    bw_session_begin(s, &w, h, BW_OK);
    bw_write_bytes(&w, bw_read_bytes(body, len), len);
    return bw_session_finish(s, &w, h);
}

static const struct kind {
    const char *name; /* in the bench file */
    uint32_t cap;     /* that a client needs to have */
} kinds[] = {
    [BW_EXPORT_I2C] = { "i2c", BW_CAP_I2C },
    [BW_EXPORT_BENCH] = { "bench", BW_CAP_VALUES },
    [BW_EXPORT_GPIO] = { "gpio", BW_CAP_GPIO },
    [BW_EXPORT_SCSI] = { "scsi", BW_CAP_SCSI },
    [BW_EXPORT_USB] = { "usb", BW_CAP_USB },
};

/* Has the client announced to know that kind of export? */
static bool is_known_to_peer(const struct bw_session *s,
                             const struct bw_export *e)
{
    return s->peer_caps & kinds[e->kind].cap;
}

static uint32_t export_funcs(const struct bw_export *e)
{
    if (e->kind == BW_EXPORT_I2C) {
        return e->bus->adapter->funcs | (e->profile ? BW_I2C_FUNC_PROFILE : 0);
    }
    if (e->kind == BW_EXPORT_GPIO) {
        return bw_service_gpio_funcs(e);
    }
    if (e->kind == BW_EXPORT_SCSI) {
        return bw_service_scsi_funcs(e);
    }
    if (e->kind == BW_EXPORT_USB) {
        return bw_service_usb_funcs(e);
    }
    return e->bus && e->bus->sim ? BW_I2C_FUNC_SIMULATED : 0;
}

enum bw_verdict bw_session_on_list(struct bw_session *s,
                                   const struct bw_wire_header *h,
                                   struct bw_reader *body)
{
    struct bw_export *exports[BW_BENCH_MAX_EXPORTS];
    struct bw_writer w;
    size_t count, i;

    if (!bw_reader_done(body)) {
        return bw_session_malformed(s, h);
    }
    bw_session_begin(s, &w, h, BW_OK);
    count = bw_bench_get_exports(s->bench, exports);
    for (i = 0; i < count; i++) {
        struct bw_export *e = exports[i];
        struct bw_wire_export entry = {
            .kind = (uint16_t)e->kind,
            .addr = e->addr,
            .funcs = export_funcs(e),
            .holders = (uint16_t)bw_lease_holders(&e->lease),
        };

        if (!is_known_to_peer(s, e) ||
            !bw_bench_may_open(s->bench, s->identity, e->name)) {
            continue;
        }
        memcpy(entry.name, e->name, sizeof(entry.name));
        memcpy(entry.text, e->text, sizeof(entry.text));
        bw_wire_put_export(&w, &entry);
    }
    bw_bench_put_exports(exports, count);
    return bw_session_finish(s, &w, h);
}

static enum bw_verdict reply_opened(struct bw_session *s,
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
    } else if (e->kind == BW_EXPORT_SCSI) {
        opened.max_len = bw_service_scsi_max_len(e);
    }
    bw_session_begin(s, &w, h, BW_OK);
    bw_wire_put_opened(&w, &opened);
    return bw_session_finish(s, &w, h);
}

enum bw_status bw_session_take(struct bw_session *s, struct bw_export *e,
                               bool shared)
{
    enum bw_status status = bw_lease_take(
        &e->lease, shared,
        bw_clock_after_ms(s->conn.received_ns, BW_SESSION_LEASE_MS));

    if (status != BW_OK) {
        return status;
    }
    s->export = e;
    bw_session_changed(s);
    if (atomic_load(&e->retired) || /* after it is seen that we have it */
        !bw_bench_may_open(s->bench, s->identity, e->name)) {
        s->export = NULL;
        bw_session_changed(s);
        bw_lease_drop(&e->lease);
        return BW_NOT_FOUND;
    }
    bw_session_bind(s);
    bw_stats_open(&e->stats);
    return BW_OK;
}

/* Somebody else has it. */
static enum bw_verdict refuse_held(struct bw_session *s,
                                   const struct bw_wire_header *h,
                                   enum bw_status status,
                                   const struct bw_export *e)
{
    char why[BW_WIRE_MAX_TEXT + 1];

    if (e->kind == BW_EXPORT_SCSI && bw_service_scsi_explain(e, why)) {
        return bw_session_refuse(s, h, status, "%s", why);
    }
    return bw_session_refuse(
        s, h, status,
        "export \"%s\", or one that has a part in common with it, is held "
        "by another session",
        e->name);
}

/* The lease is taken: make the device ready that it is for. */
static enum bw_status open_device(struct bw_session *s, struct bw_export *e,
                                  char why[BW_WIRE_MAX_TEXT + 1])
{
    enum bw_status status = BW_OK;

    if (e->kind == BW_EXPORT_SCSI) {
        status = bw_service_scsi_open(e, s->number, &s->scsi, why);
    }
    if (status != BW_OK) { /* which has dropped the lease */
        s->export = NULL;
        bw_session_changed(s);
    }
    return status;
}

/* With success the session has @e, and the caller's reference to it. */
static enum bw_verdict open_export(struct bw_session *s,
                                   const struct bw_wire_header *h,
                                   const struct bw_wire_open *m,
                                   struct bw_export *e)
{
    char why[BW_WIRE_MAX_TEXT + 1];
    enum bw_status status;
    bool shared;

    if (m->kind != BW_EXPORT_ANY && m->kind != e->kind) {
        return bw_session_refuse(s, h, BW_UNSUPPORTED,
                                 "export \"%s\" is of type %s", e->name,
                                 kinds[e->kind].name);
    }
    if (!is_known_to_peer(s, e)) {
        return bw_session_refuse(s, h, BW_UNSUPPORTED,
                                 "the client did not announce the capability "
                                 "that export \"%s\" needs",
                                 e->name);
    }
    shared = e->kind == BW_EXPORT_BENCH || (m->flags & BW_OPEN_SHARED);
    if (shared && e->kind != BW_EXPORT_BENCH && !e->shared) {
        return bw_session_refuse(
            s, h, BW_DENIED, "export \"%s\" is not shared; %s", e->name,
            e->kind == BW_EXPORT_GPIO ? "lines have one user at a time"
            : e->kind == BW_EXPORT_USB || e->kind == BW_EXPORT_SCSI
                ? "a device has one user at a time"
                : "its section of the bench file must "
                  "say shared = yes");
    }
    status = bw_session_take(s, e, shared);
    if (status == BW_NOT_FOUND) {
        return bw_session_refuse(s, h, status,
                                 "export \"%s\" has just been changed in the "
                                 "bench file; try again",
                                 e->name);
    }
    if (status != BW_OK) {
        return refuse_held(s, h, status, e);
    }
    status = open_device(s, e, why);
    if (status != BW_OK) {
        return bw_session_refuse(s, h, status, "%s", why);
    }
    bw_log(BW_LOG_INFO, "session %u id=%u opened \"%s\"%s", s->number,
           (unsigned)h->id, e->name, shared ? ", shared" : "");
    return reply_opened(s, h);
}

enum bw_verdict bw_session_on_open(struct bw_session *s,
                                   const struct bw_wire_header *h,
                                   struct bw_reader *body)
{
    struct bw_wire_open m;
    enum bw_status status = bw_wire_get_open(body, &m);
    enum bw_verdict verdict;
    struct bw_export *e;

    if (status == BW_INVALID) {
        return bw_session_refuse(s, h, status,
                                 "OPEN has a kind or flag unknown here");
    }
    if (status != BW_OK) {
        return bw_session_malformed(s, h);
    }
    if (!bw_bench_may_open(s->bench, s->identity, m.name)) {
        return bw_session_refuse(
            s, h, BW_DENIED,
            "\"%s\" may not open \"%s\"; an [identity %s] in the bench file "
            "must name it",
            s->identity, m.name, s->identity);
    }
    e = bw_bench_get_export(s->bench, m.name);
    if (!e) {
        return bw_session_refuse(s, h, BW_NOT_FOUND,
                                 "there is no export \"%s\"", m.name);
    }
    verdict = open_export(s, h, &m, e);
    if (s->export != e) {
        bw_export_unref(e);
    }
    return verdict;
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

/* What the adapter cannot do is told without being asked, but not for ever. */
static enum bw_log_level xfer_level(struct bw_session *s, enum bw_status status)
{
    if (status != BW_UNSUPPORTED || s->unsupported == LOG_MAX_UNSUPPORTED) {
        return BW_LOG_DEBUG;
    }
    s->unsupported++;
    return BW_LOG_INFO;
}

static void log_xfer(struct bw_session *s, const struct bw_wire_header *h,
                     enum bw_status status,
                     const struct bw_wire_i2c_failure *where)
{
    const struct bw_i2c_xfer *x = &s->request.xfer;
    char text[LOG_MAX_TEXT];
    char result[LOG_MAX_DATA * 5 + 16]; /* " 0xff" each, and the brackets */
    enum bw_log_level level = xfer_level(s, status);

    if (!bw_log_enabled(level)) {
        return;
    }
    bw_i2c_xfer_print(x, text, sizeof(text));
    result[0] = '\0';
    if (status == BW_OK) {
        print_reads(x, s->reads, result, sizeof(result));
    } else if (where->msg != BW_UNKNOWN_PLACE &&
               where->byte != BW_UNKNOWN_PLACE) {
        snprintf(result, sizeof(result), " at message %u byte %u", where->msg,
                 where->byte);
    } else if (where->msg != BW_UNKNOWN_PLACE) {
        snprintf(result, sizeof(result), " at message %u", where->msg);
    }
    bw_log(level, "session %u id=%u %s -> %s%s", s->number, (unsigned)h->id,
           text, bw_status_name(status), result);
}

/* Decode, check against the limits, run.  BW_MALFORMED ends the session. */
static enum bw_status run_i2c(struct bw_session *s, struct bw_reader *body,
                              struct bw_wire_i2c_failure *where)
{
    struct bw_wire_i2c_request *rq = &s->request;
    enum bw_status status = bw_wire_get_i2c_request(body, rq);
    bool done;

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
    status = bw_service_i2c_xfer(
        s->export, &rq->xfer,
        bw_clock_after_ms(s->conn.received_ns, rq->deadline_ms), where);
    done = status == BW_OK;
    bw_stats_transfer(&s->export->stats, status,
                      done ? bw_i2c_xfer_bytes(&rq->xfer, false) : 0,
                      done ? bw_i2c_xfer_bytes(&rq->xfer, true) : 0,
                      bw_clock_ns() - s->conn.received_ns);
    return status;
}

enum bw_verdict bw_session_on_i2c_xfer(struct bw_session *s,
                                       const struct bw_wire_header *h,
                                       struct bw_reader *body)
{
    struct bw_wire_i2c_failure where = { BW_UNKNOWN_PLACE, BW_UNKNOWN_PLACE };
    enum bw_status status = run_i2c(s, body, &where);
    struct bw_writer w;

    if (status == BW_MALFORMED) {
        return bw_session_malformed(s, h);
    }
    log_xfer(s, h, status, &where);
    if (status != BW_OK) {
        return bw_session_fail_i2c(s, h, status, &where);
    }
    bw_session_begin(s, &w, h, BW_OK);
    bw_wire_put_i2c_reply(&w, &s->request.xfer);
    return bw_session_finish(s, &w, h);
}

/* As much of a name as a sentence can take. */
static int name_cut(const char *name)
{
    return (int)bw_text_cut(name, 80);
}

enum bw_verdict bw_session_on_value_list(struct bw_session *s,
                                         const struct bw_wire_header *h,
                                         struct bw_reader *body)
{
    struct bw_writer w;

    if (!bw_reader_done(body)) {
        return bw_session_malformed(s, h);
    }
    bw_session_begin(s, &w, h, BW_OK);
    bw_service_bench_list(s->export, &w);
    return bw_session_finish(s, &w, h);
}

enum bw_verdict bw_session_on_value_get(struct bw_session *s,
                                        const struct bw_wire_header *h,
                                        struct bw_reader *body)
{
    char name[BW_WIRE_MAX_TEXT + 1];
    struct bw_wire_value v;
    struct bw_writer w;

    if (bw_wire_get_value_name(body, name) != BW_OK) {
        return bw_session_malformed(s, h);
    }
    if (bw_service_bench_get(s->export, name, &v) != BW_OK) {
        return bw_session_refuse(s, h, BW_NOT_FOUND,
                                 "there is no value \"%.*s\"", name_cut(name),
                                 name);
    }
    bw_session_begin(s, &w, h, BW_OK);
    bw_wire_put_value(&w, &v);
    return bw_session_finish(s, &w, h);
}

static enum bw_verdict refuse_set(struct bw_session *s,
                                  const struct bw_wire_header *h,
                                  enum bw_status status, const char *name,
                                  const struct bw_wire_value *v)
{
    char min[BW_MICRO_TEXT_SIZE], max[BW_MICRO_TEXT_SIZE];

    if (status == BW_NOT_FOUND) {
        return bw_session_refuse(s, h, status, "there is no value \"%.*s\"",
                                 name_cut(name), name);
    }
    if (status == BW_DENIED) {
        return bw_session_refuse(
            s, h, status, "%.*s is an output of the part and cannot be set",
            name_cut(name), name);
    }
    bw_micro_print(v->micro_min, min);
    bw_micro_print(v->micro_max, max);
    return bw_session_refuse(s, h, status, "%.*s takes %s to %s%s%s",
                             name_cut(name), name, min, max,
                             v->unit[0] ? " " : "", v->unit);
}

enum bw_verdict bw_session_on_value_set(struct bw_session *s,
                                        const struct bw_wire_header *h,
                                        struct bw_reader *body)
{
    char name[BW_WIRE_MAX_TEXT + 1];
    char number[BW_MICRO_TEXT_SIZE];
    struct bw_wire_value v;
    enum bw_status status;
    int64_t micro;

    if (bw_wire_get_value_set(body, name, &micro) != BW_OK) {
        return bw_session_malformed(s, h);
    }
    status = bw_service_bench_set(s->export, name, micro, &v);
    if (status != BW_OK) {
        return refuse_set(s, h, status, name, &v);
    }
    if (bw_session_may_log(s)) {
        bw_micro_print(micro, number);
        bw_log(BW_LOG_INFO, "session %u id=%u set %s = %s%s%s", s->number,
               (unsigned)h->id, name, number, v.unit[0] ? " " : "", v.unit);
    }
    return bw_session_text(s, h, BW_OK, "");
}
