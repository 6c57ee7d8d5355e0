/*
 * Another bench file for a bench that is in use; see bench_change.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/bench_change.h"

#include <stdio.h>
#include <string.h>

#include "host-agent/bench_setup.h"
#include "host-agent/clock.h"
#include "host-agent/log.h"

struct change {
    struct bw_bench *b;
    const struct bw_config *was;
    const struct bw_config *now;
    void (*end_sessions)(void *opaque);
    void *opaque;
    char *error;
    size_t error_size;
    bool same[BW_BENCH_MAX_EXPORTS]; /* of @now: as it was */
};

/* Looked up once: a profile's file may change meanwhile. */
static void compare(struct change *t)
{
    size_t i;

    for (i = 0; i < t->now->export_count; i++) {
        const struct bw_config_export *x = &t->now->exports[i];
        struct bw_export *e = bw_bench_find_export(t->b, x->name);

        t->same[i] = e && bw_config_same_export(t->was, t->now, x->name) &&
                     bw_bench_same_profile(e, t->now, x);
    }
}

/* What @x is already, or NULL.  Only one thread changes the bench, and this is
 * it, so it may look without the lock. */
static struct bw_export *kept(const struct change *t,
                              const struct bw_config_export *x)
{
    return x && t->same[x - t->now->exports]
               ? bw_bench_find_export(t->b, x->name)
               : NULL;
}

/* Lines of a chip: whoever wants them may meet who has them. */
static bool has_lines(enum bw_export_kind kind, const char *adapter)
{
    return bw_config_is_gpio(adapter) ||
           (kind == BW_EXPORT_GPIO && !bw_config_is_sim(adapter));
}

/* Must @e, which goes, be closed before @x can be opened? */
static bool in_the_way(const struct bw_export *e,
                       const struct bw_config_export *x)
{
    const char *adapter = e->bus ? e->bus->name : "";

    return (e->kind == BW_EXPORT_SCSI && x->kind == BW_EXPORT_SCSI) ||
           (has_lines(e->kind, adapter) && has_lines(x->kind, x->adapter)) ||
           (adapter[0] && !bw_config_is_sim(adapter) &&
            strcmp(adapter, x->adapter) == 0);
}

/* An export whose bus stays does not hold anything back. */
static bool must_close_first(const struct change *t, const struct bw_export *e)
{
    size_t i;

    if (kept(t, bw_config_find_export(t->now, e->name)) ||
        (e->bus && bw_config_same_adapter(t->was, t->now, e->bus->name))) {
        return false;
    }
    for (i = 0; i < t->now->export_count; i++) {
        const struct bw_config_export *x = &t->now->exports[i];

        if (!kept(t, x) && in_the_way(e, x)) {
            return true;
        }
    }
    return false;
}

/* What @t->now says, of what there is already or opened.  The bus of an
 * export that is opened may be there. */
static bool build(struct change *t, struct bw_bench *next)
{
    size_t i;

    if (!bw_bench_setup_policy(next, t->now, t->error, t->error_size)) {
        return false;
    }
    for (i = 0; i < t->now->export_count; i++) {
        const struct bw_config_export *x = &t->now->exports[i];
        struct bw_export *e = kept(t, x);
        struct bw_bus *bus = bw_bench_find_bus(t->b, x->adapter);
        bool ok = true;

        if (bus && bw_config_same_adapter(t->was, t->now, x->adapter)) {
            ok = bw_bench_keep_bus(next, bus);
        }
        if (ok && e) {
            ok = bw_bench_keep_export(next, e);
        } else if (ok) {
            ok =
                bw_bench_setup_export(next, t->now, x, t->error, t->error_size);
        }
        if (!ok) {
            return false;
        }
    }
    return true;
}

/* Retire what is in @gone and not in @t->b any more. */
static void retire(struct change *t, struct bw_bench *gone, bool retired)
{
    size_t i;

    for (i = 0; i < gone->export_count; i++) {
        struct bw_export *e = gone->exports[i];

        if (bw_bench_find_export(t->b, e->name) != e) {
            atomic_store(&e->retired, retired);
        }
    }
    if (retired) {
        t->end_sessions(t->opaque);
    }
}

/* Wait until nobody else has what is in @gone and not in @t->b. */
static bool wait_unused(struct change *t, struct bw_bench *gone)
{
    uint64_t deadline_ns = bw_clock_after_ms(bw_clock_ns(), BW_BENCH_CHANGE_MS);
    size_t i;

    for (i = 0; i < gone->export_count; i++) {
        struct bw_export *e = gone->exports[i];

        if (bw_bench_find_export(t->b, e->name) != e &&
            !bw_export_wait_only(e, deadline_ns)) {
            snprintf(t->error, t->error_size,
                     "export \"%s\" is changed and its adapter hangs with a "
                     "transfer; nothing was changed, try again later",
                     e->name);
            return false;
        }
    }
    return true;
}

/* A bench of those that need not be closed, in @next. */
static bool keep_others(struct change *t, struct bw_bench *next, size_t *closed)
{
    size_t i;

    *closed = 0;
    if (!bw_bench_setup_policy(next, t->was, t->error, t->error_size)) {
        return false;
    }
    for (i = 0; i < t->b->export_count; i++) {
        struct bw_export *e = t->b->exports[i];

        if (must_close_first(t, e)) {
            (*closed)++;
        } else if ((e->bus && !bw_bench_keep_bus(next, e->bus)) ||
                   !bw_bench_keep_export(next, e)) {
            return false;
        }
    }
    return true;
}

/* Returns whether what must be closed first is. */
static bool close_first(struct change *t, size_t *closed)
{
    struct bw_bench other;
    bool ok;

    bw_bench_init(&other);
    ok = keep_others(t, &other, closed);
    if (ok && *closed > 0) {
        bw_bench_exchange(t->b, &other);
        retire(t, &other, true);
        ok = wait_unused(t, &other);
        if (!ok) {
            retire(t, &other, false);
            bw_bench_exchange(t->b, &other);
        }
    }
    bw_bench_finish(&other);
    return ok;
}

/* What was closed for a file that then could not be served. */
static void open_again(const struct change *t)
{
    char error[BW_CONFIG_MAX_ERROR];
    struct change back = *t;
    struct bw_bench next;

    back.now = t->was;
    back.error = error;
    back.error_size = sizeof(error);
    compare(&back);
    bw_bench_init(&next);
    if (build(&back, &next)) {
        bw_bench_exchange(t->b, &next);
    } else {
        bw_log(BW_LOG_ERROR,
               "what was served before cannot be opened again: %s", error);
    }
    bw_bench_finish(&next);
}

static void count(const struct change *t, struct bw_bench_changes *n)
{
    size_t i;

    memset(n, 0, sizeof(*n));
    for (i = 0; i < t->now->export_count; i++) {
        if (t->same[i]) {
            n->kept++;
        } else if (bw_config_find_export(t->was, t->now->exports[i].name)) {
            n->changed++;
        } else {
            n->added++;
        }
    }
    n->removed = t->was->export_count - n->kept - n->changed;
}

bool bw_bench_change(struct bw_bench *b, const struct bw_config *was,
                     const struct bw_config *now,
                     void (*end_sessions)(void *opaque), void *opaque,
                     struct bw_bench_changes *changes, char *error,
                     size_t error_size)
{
    struct change t = {
        .b = b,
        .was = was,
        .now = now,
        .end_sessions = end_sessions,
        .opaque = opaque,
        .error = error,
        .error_size = error_size,
    };
    struct bw_bench next;
    size_t closed;
    bool ok;

    if (!bw_bench_check_profiles(now, error, error_size)) {
        return false;
    }
    snprintf(error, error_size, "out of memory"); /* what else may be, says */
    compare(&t);
    count(&t, changes);
    if (!close_first(&t, &closed)) {
        return false;
    }
    bw_bench_init(&next);
    ok = build(&t, &next);
    if (ok) {
        bw_bench_exchange(b, &next);
        retire(&t, &next, true);
    }
    bw_bench_finish(&next);
    if (!ok && closed > 0) {
        open_again(&t);
    }
    return ok;
}
