/*
 * The bench service: the physical values of a simulated bus, by name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SERVICE_BENCH_H
#define BENCHWIRE_HOST_AGENT_SERVICE_BENCH_H

#include <stdint.h>

#include "host-agent/bench.h"
#include "lib/cursor.h"
#include "lib/status.h"
#include "lib/wire.h"

/* All values, as the body of a VALUE_LIST reply. */
void bw_service_bench_list(struct bw_export *e, struct bw_writer *w);

/* Returns: BW_OK or BW_NOT_FOUND. */
enum bw_status bw_service_bench_get(struct bw_export *e, const char *name,
                                    struct bw_wire_value *v);

/**
 * bw_service_bench_set: turn a knob
 * @v: receives the value as it then is, or as it was if that is refused
 *
 * Returns: BW_OK, BW_NOT_FOUND, BW_DENIED for an output of the part,
 * BW_INVALID out of range.
 */
enum bw_status bw_service_bench_set(struct bw_export *e, const char *name,
                                    int64_t micro, struct bw_wire_value *v);

#endif
