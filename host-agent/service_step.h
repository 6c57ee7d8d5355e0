/*
 * Steps on an export: its policy, and the adapter's lock from a START to its
 * STOP, over several lists.
 *
 * Called by handlers_step.c and session.c; next on the way is the backend.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SERVICE_STEP_H
#define BENCHWIRE_HOST_AGENT_SERVICE_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host-agent/bench.h"
#include "lib/i2c_step.h"
#include "lib/status.h"

#define BW_STEP_MAX_MS 60000 /* from the first START to the STOP */

/**
 * struct bw_step_hold - a session's transaction; zeroed: none
 * @held: the adapter is locked for it
 * @lost: it was ended for a client that was silent too long
 * @began_ns: when it was locked, CLOCK_MONOTONIC
 * @until_ns: when it will be ended
 */
struct bw_step_hold {
    enum bw_i2c_step_phase phase;
    bool held;
    bool lost;
    uint64_t began_ns;
    uint64_t until_ns;
};

/**
 * bw_service_step: run one list if it may follow and the export allows it
 * @steps: the READ steps have room
 * @deadline_ns: do not start later than this
 * @progress: how far it came, whatever is returned
 *
 * Returns: BW_OK or what the backend said; BW_INVALID, BW_TOO_LONG,
 * BW_DENIED, BW_UNSUPPORTED and BW_TIMEOUT also for a list that was not begun.
 */
enum bw_status bw_service_step(struct bw_export *e, struct bw_step_hold *h,
                               struct bw_i2c_step *steps, size_t nsteps,
                               uint64_t deadline_ns,
                               struct bw_i2c_progress *progress);

/* End the transaction, if there is one, with a STOP on the bus. */
void bw_service_step_end(struct bw_export *e, struct bw_step_hold *h);

/* The client was silent too long: end it, and remember that. */
void bw_service_step_lose(struct bw_export *e, struct bw_step_hold *h);

#endif
