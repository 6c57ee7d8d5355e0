/*
 * One session: the agent's side of the protocol on one connection.
 *
 * docs/protocol.md is normative.  Below it conn.c moves the frames, above it
 * session_handlers.c acts on them.  Which message is legal when is decided here
 * in one table, before any handler is called.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/session.h"

#include <errno.h>
#include <string.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/service_gpio.h"
#include "host-agent/service_scsi.h"
#include "host-agent/session_handlers.h"
#include "host-agent/session_reply.h"
#include "lib/cursor.h"

/* Bits: in which phases of a session a request is legal. */
enum phase {
    PHASE_NEW = 1u << 0,   /* nothing was received yet */
    PHASE_READY = 1u << 1, /* after HELLO */
    PHASE_I2C = 1u << 2,   /* an I2C export is open */
    PHASE_BENCH = 1u << 3, /* a bench export is open */
    PHASE_GPIO = 1u << 4,  /* a GPIO export is open */
    PHASE_USB = 1u << 5,   /* a USB export is open, and has not begun */
    PHASE_SCSI = 1u << 6   /* a SCSI export is open */
};
#define PHASE_GREETED                                                 \
    (PHASE_READY | PHASE_I2C | PHASE_BENCH | PHASE_GPIO | PHASE_USB | \
     PHASE_SCSI)

static enum phase phase_of(const struct bw_session *s)
{
    if (!s->greeted) {
        return PHASE_NEW;
    }
    if (!s->export) {
        return PHASE_READY;
    }
    switch (s->export->kind) {
    case BW_EXPORT_I2C:
        return PHASE_I2C;
    case BW_EXPORT_GPIO:
        return PHASE_GPIO;
    case BW_EXPORT_SCSI:
        return PHASE_SCSI;
    case BW_EXPORT_USB:
        return PHASE_USB;
    default:
        return PHASE_BENCH;
    }
}

/* The protocol's legal order. */
static const struct rule {
    uint16_t type;
    unsigned phases;
    bw_session_handler *handle;
} rules[] = {
    { BW_MSG_HELLO, PHASE_NEW, bw_session_on_hello },
    { BW_MSG_PING, PHASE_GREETED, bw_session_on_ping },
    { BW_MSG_LIST, PHASE_GREETED, bw_session_on_list },
    { BW_MSG_OPEN, PHASE_READY, bw_session_on_open },
    { BW_MSG_I2C_XFER, PHASE_I2C, bw_session_on_i2c_xfer },
    { BW_MSG_I2C_STEP, PHASE_I2C, bw_session_on_i2c_step },
    { BW_MSG_SMBUS_XFER, PHASE_I2C, bw_session_on_smbus_xfer },
    { BW_MSG_COUNTERS, PHASE_I2C, bw_session_on_counters },
    { BW_MSG_PROFILE_GET, PHASE_I2C, bw_session_on_profile_get },
    { BW_MSG_VALUE_LIST, PHASE_BENCH, bw_session_on_value_list },
    { BW_MSG_VALUE_GET, PHASE_BENCH, bw_session_on_value_get },
    { BW_MSG_VALUE_SET, PHASE_BENCH, bw_session_on_value_set },
    { BW_MSG_FAULT_LIST, PHASE_BENCH, bw_session_on_fault_list },
    { BW_MSG_FAULT_ADD, PHASE_BENCH, bw_session_on_fault_add },
    { BW_MSG_FAULT_CLEAR, PHASE_BENCH, bw_session_on_fault_clear },
    { BW_MSG_STATS, PHASE_GREETED, bw_session_on_stats },
    { BW_MSG_LEASE, PHASE_GREETED, bw_session_on_lease },
    { BW_MSG_DESCRIBE, PHASE_GREETED, bw_session_on_describe },
    { BW_MSG_WHO, PHASE_GREETED, bw_session_on_who },
    { BW_MSG_KICK, PHASE_GREETED, bw_session_on_kick },
    { BW_MSG_RELOAD, PHASE_GREETED, bw_session_on_reload },
    { BW_MSG_GPIO_LINES, PHASE_GPIO, bw_session_on_gpio_lines },
    { BW_MSG_GPIO_CONFIG, PHASE_GPIO, bw_session_on_gpio_config },
    { BW_MSG_GPIO_SET, PHASE_GPIO, bw_session_on_gpio_set },
    { BW_MSG_GPIO_GET, PHASE_GPIO, bw_session_on_gpio_get },
    { BW_MSG_SCSI_CMD, PHASE_SCSI, bw_session_on_scsi_cmd },
    { BW_MSG_SCSI_DATA_OUT, PHASE_SCSI, bw_session_on_scsi_data_out },
    { BW_MSG_SCSI_RESET, PHASE_SCSI, bw_session_on_scsi_reset },
    { BW_MSG_USB_START, PHASE_USB, bw_session_on_usb_start },
};

/* A whole transaction cannot run inside one that is open by steps. */
static bool is_transaction(unsigned type)
{
    return type == BW_MSG_I2C_XFER || type == BW_MSG_SMBUS_XFER;
}

static enum bw_verdict dispatch(struct bw_session *s, const struct bw_frame *f)
{
    const struct bw_wire_header *h = &f->header;
    struct bw_reader body;
    size_t i;

    if (h->type & BW_WIRE_NOTICE) {
        return bw_session_violation(s, h, BW_ORDER,
                                    "a client sends no replies or notices");
    }
    for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (rules[i].type != h->type) {
            continue;
        }
        if (!(rules[i].phases & phase_of(s))) {
            return bw_session_violation(s, h, BW_ORDER,
                                        "not legal at this point");
        }
        if (s->hold.held && is_transaction(h->type)) {
            return bw_session_refuse(s, h, BW_INVALID,
                                     "a transaction of I2C_STEP is open");
        }
        bw_reader_init(&body, f->body, h->len);
        return rules[i].handle(s, h, &body);
    }
    if (!s->greeted) {
        return bw_session_violation(s, h, BW_ORDER,
                                    "the first message must be HELLO");
    }
    return bw_session_refuse(s, h, BW_UNSUPPORTED,
                             "unknown message type 0x%04x", h->type);
}

static bool is_stopping(const struct bw_session *s)
{
    return s->stopping && atomic_load(s->stopping);
}

/* What its silence may cost others is only what it has open. */
static bool is_bound(const struct bw_session *s)
{
    return s->export && s->silence_ms && (s->peer_caps & BW_CAP_LEASE);
}

/* Why no frame came; nothing that is left to answer. */
static void log_end(const struct bw_session *s, int got, int err)
{
    if (atomic_load(&s->ended)) {
        return; /* whoever ended it has said why */
    }
    if (got == 0) {
        bw_log(BW_LOG_INFO, "session %u: ended, %s", s->number,
               is_stopping(s) ? "the agent is stopping"
               : s->greeted   ? "the client closed it"
                              : "the client left without a HELLO");
    } else if (err == ETIMEDOUT && is_bound(s) && !bw_conn_is_amid(&s->conn)) {
        bw_log(BW_LOG_ERROR,
               "session %u: closed, the client was silent for %u ms with "
               "\"%s\" open",
               s->number, (unsigned)s->silence_ms, s->export->name);
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

/* HELLO, then the end of a transaction by steps, or of the lease. */
static uint64_t next_deadline(const struct bw_session *s)
{
    uint64_t deadline_ns = s->hold.held ? s->hold.until_ns : BW_CLOCK_NEVER;
    uint64_t heard_ns = s->conn.received_ns;

    if (!s->greeted) {
        return s->hello_ns;
    }
    if (is_bound(s)) {
        uint64_t from_ns = s->quiet_ns > heard_ns ? s->quiet_ns : heard_ns;
        uint64_t silent_ns = bw_clock_after_ms(from_ns, s->silence_ms);

        deadline_ns = silent_ns < deadline_ns ? silent_ns : deadline_ns;
    }
    return deadline_ns;
}

/* The client holds the bus and does nothing with it. */
static enum bw_verdict lose_bus(struct bw_session *s)
{
    bw_log(BW_LOG_INFO,
           "session %u: the client was silent for %u ms within a transaction, "
           "or has it open for %u s; it was ended",
           s->number, (unsigned)s->export->bus->adapter->timeout_ms,
           BW_STEP_MAX_MS / 1000);
    bw_service_step_lose(s->export, &s->hold);
    return BW_GO_ON;
}

/* No frame came within the time, in one piece, or before a notice was due. */
static enum bw_verdict serve_nothing(struct bw_session *s, int got, int err,
                                     uint64_t heard_before_ns)
{
    if (got < 0 && err == EAGAIN) {
        if (bw_clock_ns() < next_deadline(s) && !bw_conn_is_late(&s->conn)) {
            return s->notice(s) ? BW_GO_ON : BW_CLOSE;
        }
        err = ETIMEDOUT; /* a storm of notices prolongs nothing */
    }
    if (got < 0 && err == ETIMEDOUT && s->hold.held) {
        return lose_bus(s);
    }
    if (got < 0 && err == ETIMEDOUT && s->greeted &&
        s->conn.received_ns != heard_before_ns && !bw_conn_is_late(&s->conn)) {
        return BW_GO_ON; /* it has begun to say something */
    }
    log_end(s, got, err);
    return BW_CLOSE;
}

/* A record of TLS begins with these two bytes (RFC 8446, section 5.1), which as
 * a length are over the limit. */
static const char *header_trouble(const struct bw_wire_header *h)
{
    return (h->len & 0xffff) == 0x0316
               ? "the client speaks TLS, which this port does not; take the "
                 "tls port, or no tls-creds"
               : "the frame's header is wrong";
}

/* Returns BW_CLOSE when the session is over. */
static enum bw_verdict serve_one(struct bw_session *s)
{
    struct bw_frame f;
    enum bw_status bad;
    uint64_t heard_before_ns = s->conn.received_ns;
    enum bw_verdict verdict;
    int got;

    s->conn.also_fd = s->notice_fd;
    got = bw_conn_next(&s->conn, next_deadline(s), &f, &bad);
    if (got <= 0 && bad != BW_OK && !s->greeted &&
        bw_session_is_usbredir(&f.header)) {
        bw_session_run_usbredir(s);
        return BW_CLOSE;
    }
    if (got <= 0 && bad != BW_OK) {
        return bw_session_violation(s, &f.header, bad,
                                    header_trouble(&f.header));
    }
    if (got <= 0) {
        return serve_nothing(s, got, errno, heard_before_ns);
    }
    if (atomic_load(&s->ended)) {
        return BW_CLOSE;
    }
    atomic_store(&s->heard_ns, s->conn.received_ns);
    atomic_fetch_add(&s->requests, 1);
    if (is_stopping(s)) {
        return bw_session_violation(s, &f.header, BW_SHUTDOWN,
                                    "the agent is stopping");
    }
    s->request_id = f.header.id;
    atomic_store(&s->busy_ns, bw_clock_ns());
    verdict = dispatch(s, &f);
    atomic_store(&s->busy_ns, 0);
    s->quiet_ns = bw_clock_ns();
    return verdict;
}

void bw_session_bind(struct bw_session *s)
{
    if (is_bound(s) && s->silence_ms < s->conn.frame_ms) {
        s->conn.frame_ms = s->silence_ms;
    }
}

void bw_session_changed(struct bw_session *s)
{
    if (s->host) {
        s->host->ops->changed(s->host, s);
    }
}

/* What the client had is as if it had never been, then others may have it. */
static void close_export(struct bw_session *s)
{
    struct bw_export *e = s->export;

    bw_service_step_end(e, &s->hold);
    if (e->kind == BW_EXPORT_GPIO) {
        bw_service_gpio_release(e);
    }
    s->export = NULL;
    bw_session_changed(s);
    if (e->kind == BW_EXPORT_SCSI) {
        bw_service_scsi_close(s->scsi); /* which has the lease */
        s->scsi = NULL;
    } else {
        bw_lease_drop(&e->lease);
    }
    bw_export_unref(e);
}

void bw_session_init(struct bw_session *s, struct bw_io *io,
                     struct bw_bench *bench, const atomic_bool *stopping,
                     unsigned number)
{
    bw_conn_init(&s->conn, io);
    s->bench = bench;
    s->host = NULL;
    s->stopping = stopping;
    atomic_init(&s->ended, false);
    s->number = number;
    s->identity[0] = '\0';
    s->software[0] = '\0';
    s->hello_ns = bw_clock_after_ms(bw_clock_ns(), BW_SESSION_HELLO_MS);
    s->quiet_ns = 0;
    s->silence_ms = 0;
    atomic_init(&s->heard_ns, bw_clock_ns());
    atomic_init(&s->busy_ns, 0);
    atomic_init(&s->requests, 0);
    s->notice_fd = -1;
    s->notice = NULL;
    s->notices = 0;
    s->request_id = 0;
    s->greeted = false;
    s->peer_caps = 0;
    s->peer_max_body = BW_WIRE_MAX_BODY;
    s->export = NULL;
    s->scsi = NULL;
    s->counted = (struct bw_wire_counters){ 0 };
    s->hold = (struct bw_step_hold){ 0 };
    s->unsupported = 0;
    s->gpio_conflicts = 0;
    s->log_quota = (struct bw_log_quota){ 0 };
}

void bw_session_run(struct bw_session *s)
{
    bw_bus_give_up_by(&s->ended);
    while (serve_one(s) == BW_GO_ON) {
        continue;
    }
    bw_bus_give_up_by(NULL);
    if (s->export) {
        close_export(s);
    }
}
