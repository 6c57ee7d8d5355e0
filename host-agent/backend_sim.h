/*
 * The simulated bench: an I2C bus made of pure part models.
 *
 * A backend as backend_i2c_dev.c is one, plus the physical values of its parts,
 * which service_bench.c gets and sets while transfers run.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BACKEND_SIM_H
#define BENCHWIRE_HOST_AGENT_BACKEND_SIM_H

#include <stddef.h>
#include <stdint.h>

#include "host-agent/i2c_adapter.h"
#include "peripherals/parts/part.h"

#define BW_SIM_MAX_PARTS 32

struct bw_sim;

/**
 * bw_sim_new: a bus without parts
 * @now_ns: its clock, never backwards; NULL for CLOCK_MONOTONIC
 *
 * Returns: the bus, or NULL without memory.  bw_sim_adapter() gives the
 * adapter; closing that frees the bus.
 */
struct bw_sim *bw_sim_new(uint64_t (*now_ns)(void));
struct bw_i2c_adapter *bw_sim_adapter(struct bw_sim *s);

/**
 * bw_sim_add: put a part on the bus, powered on; before any transfer
 * @name: the user's name of this part, at most BW_WIRE_MAX_NAME bytes
 *
 * Returns: BW_OK; BW_INVALID if the part cannot have the address; BW_BUSY if
 * the address or name is taken; BW_TOO_LONG without room or memory.
 */
enum bw_status bw_sim_add(struct bw_sim *s, const char *name,
                          const struct bw_part_model *model, uint8_t addr7);

/* All values of all parts, numbered from 0. */
size_t bw_sim_value_count(const struct bw_sim *s);
void bw_sim_value_at(struct bw_sim *s, size_t index, struct bw_wire_value *v);

/* The number of the value PART.VALUE, or bw_sim_value_count(). */
size_t bw_sim_value_find(const struct bw_sim *s, const char *name);

/**
 * bw_sim_value_set: turn a knob
 *
 * Returns: BW_OK; BW_DENIED for an output of the part; BW_INVALID out of range.
 */
enum bw_status bw_sim_value_set(struct bw_sim *s, size_t index, int64_t micro);

#endif
