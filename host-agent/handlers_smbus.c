/*
 * What a session does with SMBUS_XFER.
 *
 * Called by session.c; next on the way is service_smbus.c.  Source:
 * docs/protocol.md, "SMBUS_XFER".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/session_handlers.h"

#include <stdio.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/service_smbus.h"
#include "lib/wire_smbus.h"

#define LOG_MAX_DATA 32 /* bytes of a block in the log */

/* " 0x15 0x80", cut where it gets long */
static void print_data(char *out, size_t size, const uint8_t *data, size_t len)
{
    size_t pos = 0;

    out[0] = '\0';
    for (size_t i = 0; i < len && i < LOG_MAX_DATA; i++) {
        pos += (size_t)snprintf(out + pos, size - pos, " 0x%02x", data[i]);
    }
    if (len > LOG_MAX_DATA) {
        snprintf(out + pos, size - pos, " ...");
    }
}

/* "read word@0x0b 0x09, PEC -> ok 0x34 0x12" */
static void log_xfer(const struct bw_session *s, const struct bw_wire_header *h,
                     const struct bw_smbus_xfer *x, enum bw_status status)
{
    char out[LOG_MAX_DATA * 5 + 8];
    char in[LOG_MAX_DATA * 5 + 8];

    if (!bw_log_enabled(BW_LOG_DEBUG)) {
        return;
    }
    print_data(out, sizeof(out), x->out, x->out_len);
    print_data(in, sizeof(in), x->in, status == BW_OK ? x->in_len : 0);
    bw_log(BW_LOG_DEBUG, "session %u id=%u SMBus %s@0x%02x 0x%02x%s%s -> %s%s",
           s->number, (unsigned)h->id,
           bw_smbus_name(x->form, x->flags & BW_SMBUS_READ), x->addr,
           x->command, out, x->flags & BW_SMBUS_PEC ? ", PEC" : "",
           bw_status_name(status), in);
}

enum bw_verdict bw_session_on_smbus_xfer(struct bw_session *s,
                                         const struct bw_wire_header *h,
                                         struct bw_reader *body)
{
    struct bw_wire_smbus_request rq;
    char why[BW_WIRE_MAX_TEXT + 1];
    enum bw_status status = bw_wire_get_smbus_request(body, &rq);
    struct bw_writer w;

    if (!(s->peer_caps & BW_CAP_SMBUS)) {
        return bw_session_refuse(s, h, BW_UNSUPPORTED,
                                 "the client did not announce SMBUS");
    }
    if (status == BW_INVALID) {
        return bw_session_refuse(s, h, status,
                                 "SMBUS_XFER has a form, flag, length or "
                                 "address that no SMBus has");
    }
    if (status != BW_OK) {
        return bw_session_malformed(s, h);
    }
    status = bw_service_smbus(
        s->export, &rq.xfer,
        bw_clock_after_ms(s->conn.received_ns, rq.deadline_ms), why);
    bw_stats_transfer(&s->export->stats, status,
                      status == BW_OK ? rq.xfer.out_len : 0,
                      status == BW_OK ? rq.xfer.in_len : 0,
                      bw_clock_ns() - s->conn.received_ns);
    log_xfer(s, h, &rq.xfer, status);
    if (status != BW_OK) {
        return bw_session_text(s, h, status, why);
    }
    bw_session_begin(s, &w, h, BW_OK);
    bw_wire_put_smbus_reply(&w, &rq.xfer);
    return bw_session_finish(s, &w, h);
}
