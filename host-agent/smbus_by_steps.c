/*
 * SMBus on adapters that go byte by byte: the simulated and the exact ones.
 *
 * Next on the way is lib/smbus_steps.c, which knows the protocols.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/smbus_by_steps.h"

static enum bw_status step(void *opaque, struct bw_i2c_step *steps,
                           size_t nsteps, struct bw_i2c_progress *progress)
{
    struct bw_i2c_adapter *a = opaque;

    return a->ops->step(a, steps, nsteps, progress);
}

enum bw_status bw_smbus_by_steps(struct bw_i2c_adapter *a,
                                 struct bw_smbus_xfer *x)
{
    return bw_smbus_run_steps(x, step, a);
}
