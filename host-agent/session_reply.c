/*
 * Replies of a session; see session_reply.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/session_reply.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host-agent/clock.h"
#include "host-agent/filter_fault.h"
#include "host-agent/log.h"
#include "lib/wire_step.h"

#define NS_PER_US      1000u
#define DELAY_SLICE_MS 100 /* to look whether there is still a reason to wait */

void bw_session_begin(struct bw_session *s, struct bw_writer *w,
                      const struct bw_wire_header *h, enum bw_status status)
{
    bw_writer_init(w, s->conn.out, BW_WIRE_HEADER_LEN + s->peer_max_body);
    bw_wire_begin(w, h->type | BW_WIRE_REPLY, status, h->id);
}

void bw_session_notice_begin(struct bw_session *s, struct bw_writer *w,
                             unsigned type)
{
    s->notices = s->notices == UINT32_MAX ? 1 : s->notices + 1;
    bw_writer_init(w, s->conn.out, BW_WIRE_HEADER_LEN + s->peer_max_body);
    bw_wire_begin(w, type | BW_WIRE_NOTICE, 0, s->notices);
}

bool bw_session_notice_send(struct bw_session *s, struct bw_writer *w)
{
    if (bw_wire_end(w, 0) != BW_OK) {
        bw_log(BW_LOG_ERROR,
               "session %u: closed, a notice is longer than the %u bytes the "
               "client takes",
               s->number, (unsigned)s->peer_max_body);
        return false;
    }
    if (bw_conn_send(&s->conn, w->pos) < 0) {
        bw_log(BW_LOG_INFO, "session %u: cannot send a notice: %s", s->number,
               strerror(errno));
        return false;
    }
    return true;
}

/* Be as late as a fault says, but not when the agent stops or the client, whose
 * lease this keeps, has gone. */
static void delay(struct bw_session *s, uint64_t us)
{
    uint64_t until_ns = bw_clock_ns() + us * NS_PER_US;

    while (bw_clock_ns() < until_ns && !bw_conn_has_left(&s->conn) &&
           !(s->stopping && atomic_load(s->stopping)) &&
           !atomic_load(&s->ended)) {
        uint64_t slice_ns = bw_clock_after_ms(bw_clock_ns(), DELAY_SLICE_MS);
        struct timespec to =
            bw_clock_timespec(until_ns < slice_ns ? until_ns : slice_ns);

        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &to, NULL);
    }
}

/* A fault that was set takes the link away, with a part of the reply or
 * none. */
static enum bw_verdict cut_link(struct bw_session *s,
                                const struct bw_fault_link *fault, size_t len)
{
    bw_log(BW_LOG_INFO, "session %u id=%u closed by the fault %s", s->number,
           (unsigned)s->request_id, bw_fault_kind_name(fault->kind));
    if (fault->byte < len) {
        len = fault->byte;
    }
    if (fault->kind == BW_FAULT_LINK_TEAR && len > 0) {
        bw_conn_send(&s->conn, len); /* either way it is over */
    }
    return BW_CLOSE;
}

static enum bw_verdict send_out(struct bw_session *s, size_t len)
{
    struct bw_fault_link fault;

    bw_fault_link_take(&fault);
    if (fault.delay_us) {
        delay(s, fault.delay_us);
    }
    if (fault.kind) {
        return cut_link(s, &fault, len);
    }
    if (bw_conn_send(&s->conn, len) < 0) {
        if (!atomic_load(&s->ended)) {
            bw_log(BW_LOG_INFO, "session %u id=%u cannot send the reply: %s",
                   s->number, (unsigned)s->request_id, strerror(errno));
        }
        return BW_CLOSE;
    }
    return BW_GO_ON;
}

static bool is_type(const struct bw_wire_header *h, unsigned type)
{
    return (h->type & ~BW_WIRE_REPLY) == type;
}

enum bw_verdict bw_session_fail_i2c(struct bw_session *s,
                                    const struct bw_wire_header *h,
                                    enum bw_status status,
                                    const struct bw_wire_i2c_failure *where)
{
    struct bw_writer w;

    bw_session_begin(s, &w, h, status);
    bw_wire_put_i2c_failure(&w, where);
    bw_wire_end(&w, 0);
    return send_out(s, w.pos);
}

enum bw_verdict bw_session_text(struct bw_session *s,
                                const struct bw_wire_header *h,
                                enum bw_status status, const char *text)
{
    static const struct bw_wire_i2c_failure nowhere = {
        .msg = BW_UNKNOWN_PLACE,
        .byte = BW_UNKNOWN_PLACE,
    };
    static const struct bw_i2c_progress nothing;
    static const struct bw_i2c_step no_step;
    struct bw_writer w;

    if (is_type(h, BW_MSG_I2C_XFER) && status != BW_OK) {
        return bw_session_fail_i2c(s, h, status, &nowhere);
    }
    bw_session_begin(s, &w, h, status);
    if (is_type(h, BW_MSG_I2C_STEP)) {
        bw_wire_put_step_reply(&w, &no_step, 0, &nothing);
    } else if (status != BW_OK) {
        bw_wire_put_text(&w, text);
    }
    bw_wire_end(&w, 0);
    return send_out(s, w.pos);
}

bool bw_session_may_log(struct bw_session *s)
{
    unsigned untold;
    bool may = bw_log_quota_take(&s->log_quota, bw_clock_ns(), &untold);

    if (may && untold) {
        bw_log(BW_LOG_INFO,
               "session %u: %u lines more were not logged, it is busy",
               s->number, untold);
    }
    return may;
}

enum bw_verdict bw_session_refuse(struct bw_session *s,
                                  const struct bw_wire_header *h,
                                  enum bw_status status, const char *format,
                                  ...)
{
    char text[BW_WIRE_MAX_TEXT + 1];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (bw_session_may_log(s)) {
        bw_log(BW_LOG_INFO, "session %u id=%u %s -> %s: %s", s->number,
               (unsigned)h->id, bw_wire_type_name(h->type),
               bw_status_name(status), text);
    }
    return bw_session_text(s, h, status, text);
}

enum bw_verdict bw_session_finish(struct bw_session *s, struct bw_writer *w,
                                  const struct bw_wire_header *h)
{
    if (bw_wire_end(w, 0) != BW_OK) {
        return bw_session_refuse(
            s, h, BW_TOO_LONG,
            "the reply is longer than the %u bytes the client takes",
            (unsigned)s->peer_max_body);
    }
    return send_out(s, w->pos);
}

enum bw_verdict bw_session_violation(struct bw_session *s,
                                     const struct bw_wire_header *h,
                                     enum bw_status status, const char *text)
{
    bw_log(status == BW_SHUTDOWN ? BW_LOG_INFO : BW_LOG_ERROR,
           "session %u id=%u %s -> %s: %s; session closed", s->number,
           (unsigned)h->id, bw_wire_type_name(h->type), bw_status_name(status),
           text);
    bw_session_text(s, h, status, text);
    return BW_CLOSE;
}

enum bw_verdict bw_session_malformed(struct bw_session *s,
                                     const struct bw_wire_header *h)
{
    return bw_session_violation(s, h, BW_MALFORMED, "the body does not parse");
}
