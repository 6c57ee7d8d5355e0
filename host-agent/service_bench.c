/*
 * The bench service: the physical values of a simulated bus, by name.
 *
 * Called by session.c; the values are those of backend_sim.c.  Needs no lock
 * of the adapter: the simulated bus has its own.  The bench of a real adapter,
 * which is there for its faults (handlers_fault.c), has no values.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/service_bench.h"

#include "host-agent/backend_sim.h"

#define NONE SIZE_MAX

/* The number of a value; the bench of a real adapter has none. */
static size_t find(const struct bw_sim *sim, const char *name)
{
    size_t at = sim ? bw_sim_value_find(sim, name) : NONE;

    return sim && at < bw_sim_value_count(sim) ? at : NONE;
}

static struct bw_sim *sim_of(const struct bw_export *e)
{
    return e->bus ? e->bus->sim : NULL;
}

void bw_service_bench_list(struct bw_export *e, struct bw_writer *w)
{
    struct bw_sim *sim = sim_of(e);
    size_t count = sim ? bw_sim_value_count(sim) : 0;
    struct bw_wire_value v;
    size_t i;

    for (i = 0; i < count; i++) {
        bw_sim_value_at(sim, i, &v);
        bw_wire_put_value(w, &v);
    }
}

enum bw_status bw_service_bench_get(struct bw_export *e, const char *name,
                                    struct bw_wire_value *v)
{
    struct bw_sim *sim = sim_of(e);
    size_t at = find(sim, name);

    if (at == NONE) {
        return BW_NOT_FOUND;
    }
    bw_sim_value_at(sim, at, v);
    return BW_OK;
}

enum bw_status bw_service_bench_set(struct bw_export *e, const char *name,
                                    int64_t micro, struct bw_wire_value *v)
{
    struct bw_sim *sim = sim_of(e);
    size_t at = find(sim, name);
    enum bw_status status;

    if (at == NONE) {
        return BW_NOT_FOUND;
    }
    status = bw_sim_value_set(sim, at, micro);
    bw_sim_value_at(sim, at, v);
    return status;
}
