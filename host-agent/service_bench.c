/*
 * The bench service: the physical values of a simulated bus, by name.
 *
 * Called by session.c; the values are those of the bus's parts (backend_sim.c),
 * behind them those of its GPIO lines (backend_sim_lines.c), and of its USB
 * devices (backend_sim_usb.c).  Needs no lock of the adapter: what is simulated
 * has its own.  The bench of a real adapter,
 * which is there for its faults (handlers_fault.c), has no values.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/service_bench.h"

#include "host-agent/backend_sim.h"
#include "host-agent/backend_sim_lines.h"
#include "host-agent/backend_sim_usb.h"

static size_t part_values(const struct bw_export *e)
{
    return e->bus && e->bus->sim ? bw_sim_value_count(e->bus->sim) : 0;
}

static size_t line_values(const struct bw_export *e)
{
    return e->bus && e->bus->chip ? bw_sim_chip_value_count(e->bus->chip) : 0;
}

static size_t usb_values(const struct bw_export *e)
{
    return e->bus && e->bus->usb ? bw_sim_usb_value_count(e->bus->usb) : 0;
}

static size_t count_values(const struct bw_export *e)
{
    return part_values(e) + line_values(e) + usb_values(e);
}

static void get_value(const struct bw_export *e, size_t at,
                      struct bw_wire_value *v)
{
    size_t parts = part_values(e);
    size_t lines = line_values(e);

    if (at < parts) {
        bw_sim_value_at(e->bus->sim, at, v);
    } else if (at < parts + lines) {
        bw_sim_chip_value_at(e->bus->chip, at - parts, v);
    } else {
        bw_sim_usb_value_at(e->bus->usb, at - parts - lines, v);
    }
}

static enum bw_status set_value(struct bw_export *e, size_t at, int64_t micro)
{
    size_t parts = part_values(e);
    size_t lines = line_values(e);

    if (at < parts) {
        return bw_sim_value_set(e->bus->sim, at, micro);
    }
    if (at < parts + lines) {
        return bw_sim_chip_value_set(e->bus->chip, at - parts, micro);
    }
    return bw_sim_usb_value_set(e->bus->usb, at - parts - lines, micro);
}

/* The number of a value, or count_values(). */
static size_t find(const struct bw_export *e, const char *name)
{
    size_t parts = part_values(e);
    size_t lines = line_values(e);
    size_t at = parts ? bw_sim_value_find(e->bus->sim, name) : 0;

    if (at < parts) {
        return at;
    }
    at = lines ? bw_sim_chip_value_find(e->bus->chip, name) : 0;
    if (at < lines) {
        return parts + at;
    }
    at = usb_values(e) ? bw_sim_usb_value_find(e->bus->usb, name) : 0;
    return parts + lines + at;
}

void bw_service_bench_list(struct bw_export *e, struct bw_writer *w)
{
    struct bw_wire_value v;
    size_t i;

    for (i = 0; i < count_values(e); i++) {
        get_value(e, i, &v);
        bw_wire_put_value(w, &v);
    }
}

enum bw_status bw_service_bench_get(struct bw_export *e, const char *name,
                                    struct bw_wire_value *v)
{
    size_t at = find(e, name);

    if (at >= count_values(e)) {
        return BW_NOT_FOUND;
    }
    get_value(e, at, v);
    return BW_OK;
}

enum bw_status bw_service_bench_set(struct bw_export *e, const char *name,
                                    int64_t micro, struct bw_wire_value *v)
{
    size_t at = find(e, name);
    enum bw_status status;

    if (at >= count_values(e)) {
        return BW_NOT_FOUND;
    }
    status = set_value(e, at, micro);
    get_value(e, at, v);
    return status;
}
