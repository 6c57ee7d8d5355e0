/*
 * Another bench file for a bench that is in use: what did not change stays,
 * with its sessions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BENCH_CHANGE_H
#define BENCHWIRE_HOST_AGENT_BENCH_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "host-agent/bench.h"
#include "host-agent/config.h"

#define BW_BENCH_CHANGE_MS 3000 /* for sessions to let go of real adapters */

/* What became of the exports. */
struct bw_bench_changes {
    size_t kept;
    size_t added;
    size_t changed;
    size_t removed;
};

/**
 * bw_bench_change: make @b what @now says
 * @was: what @b was made of
 * @end_sessions: called after exports have been retired: end the sessions that
 *                have one of these (bw_export @retired), do not wait for them
 * @error: receives one sentence on failure
 *
 * An export is the same if everything is that belongs to it, its adapter and
 * all parts and faults on that included.  Simulated adapters and other real
 * ones are opened before anything is given up, so that a failure changes
 * nothing.  Real lines, and a real adapter that is itself changed, cannot be
 * had twice: these are closed first, and with a failure opened again as they
 * were; only their sessions have then been ended.
 *
 * Called by one thread at a time.  Returns: whether @b is as @now says.
 */
bool bw_bench_change(struct bw_bench *b, const struct bw_config *was,
                     const struct bw_config *now,
                     void (*end_sessions)(void *opaque), void *opaque,
                     struct bw_bench_changes *changes, char *error,
                     size_t error_size);

#endif
