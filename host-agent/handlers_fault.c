/*
 * What a session does with FAULT_LIST, FAULT_ADD and FAULT_CLEAR.
 *
 * Called by session.c on a bench export; the faults are those of the filter in
 * front of its adapter, fault_set.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/session_handlers.h"

#include "host-agent/fault_set.h"
#include "host-agent/log.h"
#include "lib/wire_fault.h"

static enum bw_verdict refuse_without(struct bw_session *s,
                                      const struct bw_wire_header *h)
{
    return bw_session_refuse(s, h, BW_UNSUPPORTED,
                             "no faults can be set on the adapter of \"%s\"",
                             s->export->name);
}

static bool has_faults(const struct bw_export *e)
{
    return e->bus && e->bus->faults;
}

enum bw_verdict bw_session_on_fault_list(struct bw_session *s,
                                         const struct bw_wire_header *h,
                                         struct bw_reader *body)
{
    struct bw_wire_fault faults[BW_FAULT_SET_MAX];
    struct bw_writer w;
    size_t count, i;

    if (!bw_reader_done(body)) {
        return bw_session_malformed(s, h);
    }
    if (!has_faults(s->export)) {
        return refuse_without(s, h);
    }
    count = bw_fault_set_list(s->export->bus->faults, faults);
    bw_session_begin(s, &w, h, BW_OK);
    for (i = 0; i < count; i++) {
        bw_wire_put_fault(&w, &faults[i]);
    }
    return bw_session_finish(s, &w, h);
}

enum bw_verdict bw_session_on_fault_add(struct bw_session *s,
                                        const struct bw_wire_header *h,
                                        struct bw_reader *body)
{
    struct bw_wire_fault fault;
    struct bw_writer w;
    uint32_t number;
    const char *why;

    if (bw_wire_get_fault(body, &fault) != BW_OK || !bw_reader_done(body)) {
        return bw_session_malformed(s, h);
    }
    if (!has_faults(s->export)) {
        return refuse_without(s, h);
    }
    why = bw_fault_check(&fault);
    if (why) {
        return bw_session_refuse(s, h, BW_INVALID, "%s", why);
    }
    if (bw_fault_set_add(s->export->bus->faults, &fault, &number) != BW_OK) {
        return bw_session_refuse(s, h, BW_TOO_LONG,
                                 "%s has %d faults, which is all it can have; "
                                 "clear some",
                                 s->export->bus->name, BW_FAULT_SET_MAX);
    }
    if (bw_session_may_log(s)) {
        bw_log(BW_LOG_INFO, "session %u id=%u fault %u on %s: %s", s->number,
               (unsigned)h->id, (unsigned)number, s->export->bus->name,
               bw_fault_kind_name(fault.kind));
    }
    bw_session_begin(s, &w, h, BW_OK);
    bw_wire_put_fault_number(&w, number);
    return bw_session_finish(s, &w, h);
}

enum bw_verdict bw_session_on_fault_clear(struct bw_session *s,
                                          const struct bw_wire_header *h,
                                          struct bw_reader *body)
{
    uint32_t number;

    if (bw_wire_get_fault_number(body, &number) != BW_OK) {
        return bw_session_malformed(s, h);
    }
    if (!has_faults(s->export)) {
        return refuse_without(s, h);
    }
    if (bw_fault_set_clear(s->export->bus->faults, number) != BW_OK) {
        return bw_session_refuse(s, h, BW_NOT_FOUND, "there is no fault %u",
                                 (unsigned)number);
    }
    if (number == 0 && bw_session_may_log(s)) {
        bw_log(BW_LOG_INFO, "session %u id=%u all faults on %s cleared",
               s->number, (unsigned)h->id, s->export->bus->name);
    } else if (number != 0 && bw_session_may_log(s)) {
        bw_log(BW_LOG_INFO, "session %u id=%u fault %u on %s cleared",
               s->number, (unsigned)h->id, (unsigned)number,
               s->export->bus->name);
    }
    return bw_session_text(s, h, BW_OK, "");
}
