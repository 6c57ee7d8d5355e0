/*
 * The backend of a real SCSI device: Linux /dev/sgN.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BACKEND_SG_H
#define BENCHWIRE_HOST_AGENT_BACKEND_SG_H

#include <stddef.h>

#include "host-agent/scsi_unit.h"

/**
 * bw_sg_new: name a device, which need not be there yet
 * @path: /dev/sgN, or another node of the same device (/dev/nst0,
 *        /dev/tape/by-id/..., /dev/sda, /dev/sch0)
 * @error: receives one sentence on failure
 *
 * Returns: NULL with @error.
 */
struct bw_scsi_unit *bw_sg_new(const char *path, char *error,
                               size_t error_size);

#endif
