/*
 * What a session does with SCSI_*: see session_handlers.h.
 *
 * docs/protocol.md, "SCSI", is normative.  Next on the way is service_scsi.c,
 * whose worker has the command while this thread looks after the connection.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/session_handlers.h"

#include <stdio.h>
#include <string.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/service_scsi.h"
#include "lib/scsi_sense.h"
#include "lib/wire_scsi.h"

#define NS_PER_MS 1000000u

static enum bw_verdict refuse(struct bw_session *s,
                              const struct bw_wire_header *h,
                              enum bw_status status)
{
    switch (status) {
    case BW_MALFORMED:
        return bw_session_malformed(s, h);
    case BW_TOO_LONG:
        return bw_session_refuse(s, h, status,
                                 "more than the %u bytes of data that a "
                                 "command of \"%s\" may have",
                                 (unsigned)bw_service_scsi_max_len(s->export),
                                 s->export->name);
    case BW_INVALID:
        return bw_session_refuse(s, h, status,
                                 "%s has a field out of range, or the data "
                                 "came out of order or not all",
                                 bw_wire_type_name(h->type));
    default:
        return bw_session_refuse(s, h, status, "out of memory");
    }
}

enum bw_verdict bw_session_on_scsi_data_out(struct bw_session *s,
                                            const struct bw_wire_header *h,
                                            struct bw_reader *body)
{
    struct bw_wire_scsi_data piece;
    enum bw_status status = bw_wire_get_scsi_data_out(body, &piece);

    if (status == BW_OK) {
        status = bw_service_scsi_put(s->scsi, &piece);
    }
    return status == BW_OK ? bw_session_text(s, h, BW_OK, "")
                           : refuse(s, h, status);
}

/* Tell that it is still under way; also the watchdog, which would take a rewind
 * for a request that hangs. */
static bool send_busy(struct bw_session *s, const struct bw_wire_header *h,
                      uint64_t since_ns)
{
    struct bw_wire_scsi_busy m = {
        .id = h->id,
        .elapsed_ms = (uint32_t)((bw_clock_ns() - since_ns) / NS_PER_MS),
    };
    struct bw_writer w;

    atomic_store(&s->busy_ns, bw_clock_ns());
    bw_session_notice_begin(s, &w, BW_MSG_SCSI_BUSY);
    bw_wire_put_scsi_busy(&w, &m);
    return bw_session_notice_send(s, &w);
}

static bool is_over(struct bw_session *s)
{
    return bw_conn_has_left(&s->conn) || atomic_load(&s->ended) ||
           (s->stopping && atomic_load(s->stopping));
}

/* Returns false if the session is over before what was started; the worker has
 * it then. */
static bool wait_done(struct bw_session *s, const struct bw_wire_header *h)
{
    uint64_t since_ns = bw_clock_ns();
    uint64_t told_ns = since_ns;

    while (!bw_service_scsi_wait(s->scsi, BW_SCSI_TICK_MS)) {
        if (is_over(s)) {
            bw_log(BW_LOG_INFO,
                   "session %u id=%u: the session ends while %s is under way",
                   s->number, (unsigned)h->id, bw_wire_type_name(h->type));
            return false;
        }
        if (bw_clock_ns() - told_ns >= (uint64_t)BW_SCSI_BUSY_MS * NS_PER_MS) {
            told_ns = bw_clock_ns();
            if (!send_busy(s, h, since_ns)) {
                return false;
            }
        }
    }
    return true;
}

static bool send_data(struct bw_session *s, const struct bw_wire_header *h,
                      const struct bw_scsi_task *t)
{
    uint32_t most = s->peer_max_body - 8; /* the id and the offset */
    uint32_t at = 0;

    most = most > BW_SCSI_MAX_CHUNK ? BW_SCSI_MAX_CHUNK : most;
    while (at < t->result.moved) {
        uint32_t left = t->result.moved - at;
        struct bw_wire_scsi_data m = {
            .id = h->id,
            .offset = at,
            .bytes = t->data + at,
            .len = left < most ? left : most,
        };
        struct bw_writer w;

        bw_session_notice_begin(s, &w, BW_MSG_SCSI_DATA_IN);
        bw_wire_put_scsi_data_in(&w, &m);
        if (!bw_session_notice_send(s, &w)) {
            return false;
        }
        at += (uint32_t)m.len;
    }
    return true;
}

/* ", check condition: medium error, ..." */
static void print_result(const struct bw_wire_scsi_result *r, char *out,
                         size_t size)
{
    struct bw_sense sense;
    size_t pos;

    if (r->flags & BW_SCSI_RESULT_NO_STATUS) {
        snprintf(out, size, "no status, host status 0x%02x", r->host);
        return;
    }
    pos = (size_t)snprintf(
        out, size, "%sstatus 0x%02x%s",
        r->flags & BW_SCSI_RESULT_REFUSED ? "not let through, " : "", r->status,
        r->sense_len ? ": " : "");
    if (r->sense_len && bw_sense_parse(r->sense, r->sense_len, &sense)) {
        bw_sense_text(&sense, out + pos, size - pos);
    }
}

static void log_command(const struct bw_session *s,
                        const struct bw_wire_header *h,
                        const struct bw_scsi_task *t, uint64_t took_ns)
{
    char cdb[3 * BW_SCSI_MAX_CDB + 1];
    char result[256];
    size_t i;

    if (!bw_log_enabled(BW_LOG_DEBUG)) {
        return;
    }
    for (i = 0; i < t->cmd.cdb_len; i++) {
        snprintf(cdb + 3 * i, 4, " %02x", t->cmd.cdb[i]);
    }
    print_result(&t->result, result, sizeof(result));
    bw_log(BW_LOG_DEBUG,
           "session %u id=%u %s:%s, %u of %u bytes in %u ms -> %s", s->number,
           (unsigned)h->id,
           bw_scsi_command_name(BW_SCSI_TYPE_ANY, t->cmd.cdb[0]), cdb,
           (unsigned)t->result.moved, (unsigned)t->cmd.len,
           (unsigned)(took_ns / NS_PER_MS), result);
}

/* A CHECK CONDITION is an answer: a tape mark, the end of the data. */
static void count(struct bw_session *s, const struct bw_scsi_task *t)
{
    enum bw_status status = BW_OK;

    if (t->result.flags & BW_SCSI_RESULT_NO_STATUS) {
        status = BW_IO;
    } else if (t->result.flags & BW_SCSI_RESULT_REFUSED) {
        status = BW_DENIED;
    }
    bw_stats_transfer(&s->export->stats, status,
                      t->cmd.direction == BW_SCSI_DATA_OUT ? t->result.moved
                                                           : 0,
                      t->cmd.direction == BW_SCSI_DATA_IN ? t->result.moved : 0,
                      bw_clock_ns() - s->conn.received_ns);
}

enum bw_verdict bw_session_on_scsi_cmd(struct bw_session *s,
                                       const struct bw_wire_header *h,
                                       struct bw_reader *body)
{
    uint64_t since_ns = bw_clock_ns();
    struct bw_wire_scsi_cmd cmd;
    enum bw_status status = bw_wire_get_scsi_cmd(body, &cmd);
    const struct bw_scsi_task *t;
    struct bw_writer w;

    if (status == BW_OK) {
        status = bw_service_scsi_start(s->scsi, &cmd);
    }
    if (status != BW_OK) {
        return refuse(s, h, status);
    }
    if (!wait_done(s, h)) {
        return BW_CLOSE;
    }
    t = bw_service_scsi_task(s->scsi);
    log_command(s, h, t, bw_clock_ns() - since_ns);
    count(s, t);
    if (cmd.direction == BW_SCSI_DATA_IN && !send_data(s, h, t)) {
        return BW_CLOSE;
    }
    bw_session_begin(s, &w, h, BW_OK);
    bw_wire_put_scsi_result(&w, &t->result);
    return bw_session_finish(s, &w, h);
}

enum bw_verdict bw_session_on_scsi_reset(struct bw_session *s,
                                         const struct bw_wire_header *h,
                                         struct bw_reader *body)
{
    enum bw_status status;
    const char *why;

    if (!bw_reader_done(body)) {
        return bw_session_malformed(s, h);
    }
    bw_service_scsi_start_reset(s->scsi);
    if (!wait_done(s, h)) {
        return BW_CLOSE;
    }
    status = bw_service_scsi_reset_status(s->scsi, &why);
    if (status != BW_OK) {
        return bw_session_refuse(s, h, status, "%s", why);
    }
    bw_log(BW_LOG_INFO, "session %u id=%u reset \"%s\"", s->number,
           (unsigned)h->id, s->export->name);
    return bw_session_text(s, h, BW_OK, "");
}
