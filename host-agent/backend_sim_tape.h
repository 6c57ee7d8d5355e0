/*
 * A simulated tape drive: peripherals/parts/tape_* over a tape's files.
 *
 * The same drive as scsi-tape in the emulator, which makes it the twin of a
 * real one behind backend_sg.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BACKEND_SIM_TAPE_H
#define BENCHWIRE_HOST_AGENT_BACKEND_SIM_TAPE_H

#include <stddef.h>
#include <stdint.h>

#include "host-agent/scsi_unit.h"

/**
 * bw_sim_tape_new: switch on a drive with a tape in it
 * @path: of the tape; no other program may use it meanwhile
 * @profile: of the drive, as in benchwire-tape(1); "": generic
 * @error: receives one sentence on failure
 *
 * Returns: NULL with @error.
 */
struct bw_scsi_unit *bw_sim_tape_new(const char *path, const char *profile,
                                     char *error, size_t error_size);

#endif
