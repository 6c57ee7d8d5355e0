/*
 * The simulated bench: an I2C bus made of pure part models.
 *
 * A backend as backend_i2c_dev.c is one; its parts and their physical values
 * are those of sim_parts.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BACKEND_SIM_H
#define BENCHWIRE_HOST_AGENT_BACKEND_SIM_H

#include <stdint.h>

#include "host-agent/sim_parts.h"

/**
 * bw_sim_new: a bus without parts
 * @now_ns: its clock, which runs and never backwards; NULL for CLOCK_MONOTONIC
 *
 * Returns: the bus, or NULL without memory.  bw_sim_adapter() gives the
 * adapter; closing that frees the bus.
 */
struct bw_sim *bw_sim_new(uint64_t (*now_ns)(void));

#endif
