/*
 * What a session does with I2C_STEP.
 *
 * Called by session.c; next on the way is service_step.c.  Source:
 * docs/protocol.md, "I2C_STEP".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/session_handlers.h"

#include <stdarg.h>
#include <stdio.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/service_step.h"
#include "lib/wire_step.h"

#define LOG_MAX_TEXT  400 /* characters of a list in the log */
#define LOG_MAX_BYTES 8   /* of one step in the log */

/* Where printed text goes; what does not fit is left out. */
struct text {
    char out[LOG_MAX_TEXT];
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void
append(struct text *t, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(t->out + t->len, sizeof(t->out) - t->len, format, args);
    va_end(args);
    t->len += (size_t)n;
    if (t->len >= sizeof(t->out)) {
        t->len = sizeof(t->out) - 1;
    }
}

static void print_bytes(struct text *t, const uint8_t *bytes, size_t len)
{
    size_t i;

    for (i = 0; i < len && i < LOG_MAX_BYTES; i++) {
        append(t, " 0x%02x", bytes[i]);
    }
    append(t, len > LOG_MAX_BYTES ? " ..." : "");
}

/* "S w@0x48, w1 0x00, S r@0x48, r2 0x15 0x80, P" */
static void print_step(struct text *t, const struct bw_i2c_step *step,
                       size_t known)
{
    switch (step->op) {
    case BW_STEP_START:
        append(t, "S %c@0x%02x%s", step->flags & BW_I2C_READ ? 'r' : 'w',
               step->addr, step->flags & BW_I2C_TEN_BIT ? "t" : "");
        break;
    case BW_STEP_WRITE:
    case BW_STEP_READ:
        append(t, "%c%u", step->op == BW_STEP_READ ? 'r' : 'w', step->len);
        print_bytes(t, step->data, known);
        break;
    default:
        append(t, "P");
        break;
    }
}

static void log_steps(const struct bw_session *s,
                      const struct bw_wire_header *h,
                      const struct bw_wire_step_request *rq,
                      enum bw_status status, const struct bw_i2c_progress *p)
{
    struct text t = { .len = 0 };
    unsigned i;

    if (!bw_log_enabled(BW_LOG_DEBUG)) {
        return;
    }
    for (i = 0; i < rq->nsteps; i++) {
        const struct bw_i2c_step *step = &rq->steps[i];
        size_t known = step->op == BW_STEP_WRITE || i < p->done ? step->len
                       : i == p->done                           ? p->byte
                                                                : 0;

        append(&t, i ? ", " : "");
        print_step(&t, step, known);
    }
    if (status == BW_OK) {
        bw_log(BW_LOG_DEBUG, "session %u id=%u steps %s -> ok", s->number,
               (unsigned)h->id, t.out);
    } else {
        bw_log(BW_LOG_DEBUG,
               "session %u id=%u steps %s -> %s at step %u "
               "byte %u",
               s->number, (unsigned)h->id, t.out, bw_status_name(status),
               p->done, p->byte);
    }
}

/* Decode, check against the limits, run.  BW_MALFORMED ends the session. */
static enum bw_status run(struct bw_session *s, struct bw_reader *body,
                          struct bw_wire_step_request *rq,
                          struct bw_i2c_progress *progress)
{
    enum bw_status status = bw_wire_get_step_request(body, rq);

    if (status != BW_OK) {
        rq->nsteps = 0; /* nothing to print */
        return status;
    }
    if (!(s->peer_caps & BW_CAP_STEP)) {
        return BW_UNSUPPORTED;
    }
    if (BW_STEP_REPLY_LEN + bw_i2c_steps_bytes(rq->steps, rq->nsteps, true) >
        s->peer_max_body) {
        return BW_TOO_LONG;
    }
    status = bw_i2c_steps_assign_reads(rq->steps, rq->nsteps, s->reads,
                                       sizeof(s->reads));
    if (status != BW_OK) {
        return status;
    }
    status = bw_service_step(
        s->export, &s->hold, rq->steps, rq->nsteps,
        bw_clock_after_ms(s->conn.received_ns, rq->deadline_ms), progress);
    bw_stats_transfer(&s->export->stats, status,
                      bw_i2c_steps_bytes(rq->steps, progress->done, false),
                      bw_i2c_steps_bytes(rq->steps, progress->done, true),
                      bw_clock_ns() - s->conn.received_ns);
    return status;
}

enum bw_verdict bw_session_on_i2c_step(struct bw_session *s,
                                       const struct bw_wire_header *h,
                                       struct bw_reader *body)
{
    struct bw_wire_step_request rq;
    struct bw_i2c_progress progress = { 0 };
    enum bw_status status = run(s, body, &rq, &progress);
    struct bw_writer w;

    if (status == BW_MALFORMED) {
        return bw_session_malformed(s, h);
    }
    log_steps(s, h, &rq, status, &progress);
    bw_session_begin(s, &w, h, status);
    bw_wire_put_step_reply(&w, rq.steps, rq.nsteps, &progress);
    return bw_session_finish(s, &w, h);
}
