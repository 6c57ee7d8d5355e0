/*
 * From the bench file to a bench: SCSI exports.
 *
 * Called by bench_setup.c and, for a device of the same machine, by local.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BENCH_SCSI_H
#define BENCHWIRE_HOST_AGENT_BENCH_SCSI_H

#include <stddef.h>

#include "host-agent/config.h"

/**
 * bw_bench_add_scsi: offer a SCSI device
 * @x: of kind BW_EXPORT_SCSI, with the device in @adapter; only this, @name,
 *     @text, @profile and @scsi are looked at
 * @error: receives one sentence on failure
 *
 * A real device need not be there yet: it is opened for each session.
 *
 * Returns: the export, or NULL with @error.
 */
struct bw_export *bw_bench_add_scsi(struct bw_bench *b,
                                    const struct bw_config_export *x,
                                    char *error, size_t error_size);

#endif
