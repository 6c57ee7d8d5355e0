/*
 * Simulated parts on simulated wires, driven bit by bit.
 *
 * The twin of backend_gpio.c without hardware: the same master (i2c_bitbang.c)
 * on SCL and SDA of sim_wires.c.  Beside backend_sim.c it is exact about the
 * wire: the time that bits take, what a stretched clock delays, what a part
 * that is left in mid-byte does to the next START.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BACKEND_WIRES_H
#define BENCHWIRE_HOST_AGENT_BACKEND_WIRES_H

#include <stdint.h>

#include "host-agent/sim_parts.h"

/**
 * bw_wires_new: a bus without parts
 * @now_ns: as bw_sim_new() has it
 * @scl_hz: speed, BW_BITBANG_MIN_HZ to BW_BITBANG_MAX_HZ
 *
 * Returns: the bus, or NULL without memory.
 */
struct bw_sim *bw_wires_new(uint64_t (*now_ns)(void), uint32_t scl_hz);

#endif
