/*
 * What a session does with GPIO_*: see session_handlers.h.
 *
 * docs/protocol.md, "GPIO", is normative.  Next on the way is service_gpio.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/session_handlers.h"

#include <stdio.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/service_gpio.h"

#define WHY_SIZE BW_WIRE_MAX_TEXT

/* Answer with the state, or with why there is none. */
static enum bw_verdict reply_state(struct bw_session *s,
                                   const struct bw_wire_header *h,
                                   enum bw_status status,
                                   const struct bw_gpio_state *state,
                                   const char *why)
{
    struct bw_writer w;

    bw_stats_transfer(&s->export->stats, status, 0, 0,
                      bw_clock_ns() - s->conn.received_ns);
    bw_log(BW_LOG_DEBUG, "session %u id=%u %s on \"%s\" -> %s", s->number,
           (unsigned)h->id, bw_wire_type_name(h->type), s->export->name,
           bw_status_name(status));
    if (status != BW_OK) {
        return bw_session_refuse(s, h, status, "%s",
                                 why[0] ? why : bw_status_text(status));
    }
    bw_session_begin(s, &w, h, BW_OK);
    bw_wire_put_gpio_state(&w, state);
    return bw_session_finish(s, &w, h);
}

/* A body that did not get through the decoder. */
static enum bw_verdict refuse_body(struct bw_session *s,
                                   const struct bw_wire_header *h,
                                   enum bw_status status)
{
    if (status == BW_MALFORMED) {
        return bw_session_malformed(s, h);
    }
    return bw_session_refuse(s, h, status, "%s has a field out of range",
                             bw_wire_type_name(h->type));
}

/* Tell what the lines did, if they did. */
static bool send_events(struct bw_session *s)
{
    struct bw_wire_gpio_events m;
    struct bw_writer w;

    if (bw_service_gpio_events(s->export, &m) != BW_OK) {
        bw_log(BW_LOG_ERROR,
               "session %u: closed, the lines of \"%s\" cannot be read",
               s->number, s->export->name);
        return false;
    }
    if (m.count == 0 && m.state.conflicts == s->gpio_conflicts) {
        return true;
    }
    s->gpio_conflicts = m.state.conflicts;
    if (m.lost > 0 && bw_session_may_log(s)) {
        bw_log(BW_LOG_INFO, "session %u: %u edges of \"%s\" were lost",
               s->number, (unsigned)m.lost, s->export->name);
    }
    bw_stats_gpio(&s->export->stats, 0, m.count, m.lost);
    bw_session_notice_begin(s, &w, BW_MSG_GPIO_EVENTS);
    bw_wire_put_gpio_events(&w, &m);
    return bw_session_notice_send(s, &w);
}

enum bw_verdict bw_session_on_gpio_lines(struct bw_session *s,
                                         const struct bw_wire_header *h,
                                         struct bw_reader *body)
{
    struct bw_writer w;
    enum bw_status status;

    if (!bw_reader_done(body)) {
        return bw_session_malformed(s, h);
    }
    bw_session_begin(s, &w, h, BW_OK);
    status = bw_service_gpio_lines(s->export, &w);
    if (status != BW_OK) {
        return bw_session_refuse(s, h, status, "%s", bw_status_text(status));
    }
    return bw_session_finish(s, &w, h);
}

enum bw_verdict bw_session_on_gpio_config(struct bw_session *s,
                                          const struct bw_wire_header *h,
                                          struct bw_reader *body)
{
    struct bw_wire_gpio_config m;
    struct bw_gpio_state state = { 0 };
    enum bw_status status = bw_wire_get_gpio_config(body, &m);
    char why[WHY_SIZE] = "";

    if (status != BW_OK) {
        return refuse_body(s, h, status);
    }
    status = bw_service_gpio_config(s->export, &m, &state, why, sizeof(why));
    if (status == BW_OK) {
        s->notice_fd = bw_service_gpio_fd(s->export);
        s->notice = send_events;
        s->gpio_conflicts = state.conflicts;
    }
    return reply_state(s, h, status, &state, why);
}

enum bw_verdict bw_session_on_gpio_set(struct bw_session *s,
                                       const struct bw_wire_header *h,
                                       struct bw_reader *body)
{
    struct bw_wire_gpio_set m;
    struct bw_gpio_state state = { 0 };
    enum bw_status status = bw_wire_get_gpio_set(body, &m);
    char why[WHY_SIZE] = "";

    if (status != BW_OK) {
        return refuse_body(s, h, status);
    }
    status = bw_service_gpio_set(s->export, &m, &state, why, sizeof(why));
    if (status == BW_OK) {
        bw_stats_gpio(&s->export->stats, m.count, 0, 0);
        s->gpio_conflicts = state.conflicts;
    }
    return reply_state(s, h, status, &state, why);
}

enum bw_verdict bw_session_on_gpio_get(struct bw_session *s,
                                       const struct bw_wire_header *h,
                                       struct bw_reader *body)
{
    struct bw_gpio_state state = { 0 };
    enum bw_status status;

    if (!bw_reader_done(body)) {
        return bw_session_malformed(s, h);
    }
    status = bw_service_gpio_get(s->export, &state);
    if (status == BW_OK) {
        s->gpio_conflicts = state.conflicts;
    }
    return reply_state(s, h, status, &state, "");
}
