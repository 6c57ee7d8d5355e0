/*
 * The parts of a simulated bus and their physical values.
 *
 * What is simulated has two backends: backend_sim.c runs whole bytes,
 * backend_wires.c the lines of the bus.  Both have this in common: the parts,
 * each at its address, and their values, which service_bench.c gets and sets
 * while transfers run.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SIM_PARTS_H
#define BENCHWIRE_HOST_AGENT_SIM_PARTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host-agent/i2c_adapter.h"
#include "host-agent/i2c_bytes.h"
#include "peripherals/parts/part.h"
#include "peripherals/parts/part_bus.h"

#define BW_SIM_MAX_PARTS 32

/**
 * struct bw_sim - a simulated bus, for its backend only
 * @lock: guards the states of the parts, and all below it
 * @changed: a value was set; waits on CLOCK_MONOTONIC
 * @ahead_ns: the parts have lived until then, although @now_ns may say less
 * @deadline_ns: when the operation under way gives up, CLOCK_MONOTONIC
 */
struct bw_sim {
    struct bw_i2c_adapter adapter; /* first: the ops are given its address */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t (*now_ns)(void);
    uint64_t ahead_ns;
    uint64_t deadline_ns;
    struct bw_part_bus bus;
    struct bw_part_seat seats[BW_SIM_MAX_PARTS];
    char names[BW_SIM_MAX_PARTS][BW_WIRE_MAX_NAME + 1];
    struct bw_i2c_bytes bytes;
};

/**
 * bw_sim_init: a bus without parts and without operations
 * @now_ns: its clock, which runs and never backwards; NULL for CLOCK_MONOTONIC
 */
void bw_sim_init(struct bw_sim *s, uint64_t (*now_ns)(void));
void bw_sim_finish(struct bw_sim *s);

/* The time of the parts; with the lock held. */
uint64_t bw_sim_now(struct bw_sim *s);

/* Begin an operation: the lock and the deadline.  End it: the lock. */
void bw_sim_begin(struct bw_sim *s);
void bw_sim_end(struct bw_sim *s);

/**
 * bw_sim_wait: let time pass, without the lock
 * @until_ns: time of the parts, or BW_PART_NEVER
 *
 * Returns before @until_ns also when a value was set: it may have changed what
 * is waited for.
 *
 * Returns: false when the operation's deadline has passed.
 */
bool bw_sim_wait(struct bw_sim *s, uint64_t until_ns);

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

/* The same at an address of 10 bits, as which any part can be seated; it
 * believes to have its first one of 7 bits. */
enum bw_status bw_sim_add_ten_bit(struct bw_sim *s, const char *name,
                                  const struct bw_part_model *model,
                                  uint16_t addr10);

/* The name of the part at an address of 7 bits, and its model; or NULL. */
const char *bw_sim_part_at(const struct bw_sim *s, uint16_t addr,
                           const struct bw_part_model **model);

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
