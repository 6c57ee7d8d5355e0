/*
 * From the bench file to a bench: SCSI exports; see bench_scsi.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/bench_scsi.h"

#include <stdio.h>
#include <string.h>

#include "host-agent/backend_sg.h"
#include "host-agent/backend_sim_tape.h"
#include "host-agent/service_scsi.h"

static struct bw_scsi_unit *open_unit(const struct bw_config_export *x,
                                      char *error, size_t error_size)
{
    if (bw_config_is_sim_tape(x->adapter)) {
        return bw_sim_tape_new(strchr(x->adapter, ':') + 1, x->profile, error,
                               error_size);
    }
    return bw_sg_new(x->adapter, error, error_size);
}

struct bw_export *bw_bench_add_scsi(struct bw_bench *b,
                                    const struct bw_config_export *x,
                                    char *error, size_t error_size)
{
    struct bw_scsi_owner owner = { .rules = x->scsi.rules };
    struct bw_scsi_unit *unit = open_unit(x, error, error_size);
    struct bw_export *e;

    if (!unit) {
        return NULL;
    }
    memcpy(owner.time_ms, x->scsi.time_ms, sizeof(owner.time_ms));
    snprintf(error, error_size, "out of memory");
    e = bw_bench_add_export(b, x->name, BW_EXPORT_SCSI, NULL, BW_ADDR_ANY,
                            x->text);
    if (!e) {
        unit->ops->free(unit);
        return NULL;
    }
    return bw_service_scsi_attach(e, unit, &owner) ? e : NULL;
}
