/*
 * What a session does with DESCRIBE.
 *
 * Called by session.c.  What an export says of itself comes from its hook
 * (bench.h, @describe) or, for I2C and bench exports, from here; that another
 * session has it is the same for all kinds.  Nothing here touches a part.
 * Source: docs/protocol.md, "DESCRIBE".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/session_handlers.h"

#include <stdio.h>
#include <string.h>

#include "host-agent/sim_parts.h"
#include "lib/text.h"
#include "lib/wire_admin.h"
#include "lib/wire_describe.h"

/* A simulated part is there or is not; of a real one only a transfer tells. */
static void describe_address(const struct bw_export *e,
                             struct bw_wire_description *out)
{
    const struct bw_part_model *model = NULL;
    const char *part = NULL;

    if (e->bus->sim) {
        part = bw_sim_part_at(e->bus->sim, e->addr, &model);
        out->state = part ? BW_DESCRIBE_PRESENT : BW_DESCRIBE_ABSENT;
    }
    if (part) {
        snprintf(out->what, sizeof(out->what), "%s \"%s\" at 0x%02x of %.80s",
                 model->name, part, e->addr, e->bus->name);
        return;
    }
    snprintf(out->what, sizeof(out->what), "%.80s, address 0x%02x",
             e->bus->name, e->addr);
    if (e->bus->sim) {
        snprintf(out->cure, sizeof(out->cure),
                 "give the bench file a [part] at this address");
    }
}

static void describe_i2c(const struct bw_export *e,
                         struct bw_wire_description *out)
{
    if (e->addr != BW_ADDR_ANY) {
        describe_address(e, out);
        return;
    }
    out->state = BW_DESCRIBE_PRESENT;
    snprintf(out->what, sizeof(out->what), "%.80s, all addresses",
             e->bus->name);
}

static void describe_bench(const struct bw_export *e,
                           struct bw_wire_description *out)
{
    out->state = BW_DESCRIBE_PRESENT;
    snprintf(out->what, sizeof(out->what), "%s of %.80s",
             e->bus->sim ? "values and faults" : "faults", e->bus->name);
}

/* What the export says, whoever has it. */
static void describe(struct bw_export *e, struct bw_wire_description *out)
{
    memset(out, 0, sizeof(*out));
    if (e->describe) {
        e->describe(e, out);
    } else if (e->kind == BW_EXPORT_I2C) {
        describe_i2c(e, out);
    } else if (e->kind == BW_EXPORT_BENCH && e->bus) {
        describe_bench(e, out);
    }
}

/* The session that has the export: only for who may ask WHO. */
static bool find_holder(struct bw_session *s, const struct bw_export *e,
                        struct bw_wire_who *who)
{
    size_t at = 0;

    if (!s->host || !bw_bench_is_admin(s->bench, s->identity)) {
        return false;
    }
    while (s->host->ops->who(s->host, &at, who)) {
        if (strcmp(who->export, e->name) == 0 && who->session != s->number) {
            return true;
        }
    }
    return false;
}

/* Another session has it, or a part of it, and would not let this one in. */
static void note_holder(struct bw_session *s, struct bw_export *e,
                        struct bw_wire_description *out)
{
    struct bw_wire_who who;

    if (e == s->export || e->kind == BW_EXPORT_BENCH ||
        !bw_lease_is_barred(&e->lease, e->shared)) {
        return;
    }
    out->state = BW_DESCRIBE_UNUSABLE;
    if (find_holder(s, e, &who)) {
        snprintf(out->cure, sizeof(out->cure),
                 "session %u of \"%s\" (%.*s) has it; end that, or run "
                 "\"benchwire kick %u\"",
                 (unsigned)who.session, who.identity,
                 (int)bw_text_cut(who.software, 60), who.software,
                 (unsigned)who.session);
    } else {
        snprintf(out->cure, sizeof(out->cure),
                 "another session has it, or a part of it; \"benchwire who\" "
                 "tells which, \"benchwire kick\" ends it");
    }
}

enum bw_verdict bw_session_on_describe(struct bw_session *s,
                                       const struct bw_wire_header *h,
                                       struct bw_reader *body)
{
    char name[BW_WIRE_MAX_TEXT + 1];
    struct bw_wire_description m;
    struct bw_export *e;
    struct bw_writer w;

    if (bw_wire_get_value_name(body, name) != BW_OK) {
        return bw_session_malformed(s, h);
    }
    if (!bw_bench_may_open(s->bench, s->identity, name)) {
        return bw_session_refuse(
            s, h, BW_DENIED,
            "\"%s\" may not open \"%.*s\"; an [identity %s] in the bench file "
            "must name it",
            s->identity, (int)bw_text_cut(name, BW_WIRE_MAX_NAME), name,
            s->identity);
    }
    e = bw_bench_get_export(s->bench, name);
    if (!e) {
        return bw_session_refuse(
            s, h, BW_NOT_FOUND, "there is no export \"%.*s\"",
            (int)bw_text_cut(name, BW_WIRE_MAX_NAME), name);
    }
    describe(e, &m);
    note_holder(s, e, &m);
    bw_export_unref(e);
    bw_session_begin(s, &w, h, BW_OK);
    bw_wire_put_description(&w, &m);
    return bw_session_finish(s, &w, h);
}
