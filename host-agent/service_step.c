/*
 * Steps on an export; see service_step.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/service_step.h"

#include "host-agent/clock.h"

static enum bw_status check_step(const struct bw_export *e,
                                 const struct bw_i2c_step *step)
{
    const struct bw_i2c_adapter *a = e->bus->adapter;
    bool ten_bit = step->flags & BW_I2C_TEN_BIT;

    if (step->op != BW_STEP_START) {
        return step->len > a->max_len ? BW_TOO_LONG : BW_OK;
    }
    if (e->addr != BW_ADDR_ANY && (step->addr != e->addr || ten_bit)) {
        return BW_DENIED;
    }
    return ten_bit && !(a->funcs & BW_I2C_FUNC_TEN_BIT) ? BW_UNSUPPORTED
                                                        : BW_OK;
}

static enum bw_status check(const struct bw_export *e,
                            const struct bw_step_hold *h,
                            const struct bw_i2c_step *steps, size_t nsteps)
{
    const struct bw_i2c_adapter *a = e->bus->adapter;
    enum bw_status status;
    size_t i;

    if (!(a->funcs & BW_I2C_FUNC_STEP) || !a->ops->step) {
        return BW_UNSUPPORTED;
    }
    if (h->lost && nsteps > 0 && steps[0].op != BW_STEP_START) {
        return BW_TIMEOUT;
    }
    status = bw_i2c_steps_check(steps, nsteps, h->phase);
    for (i = 0; i < nsteps && status == BW_OK; i++) {
        status = check_step(e, &steps[i]);
    }
    return status;
}

/* The transaction goes on, or the adapter is free for others. */
static void keep_or_free(struct bw_export *e, struct bw_step_hold *h)
{
    if (h->phase == BW_STEP_IDLE) {
        h->held = false;
        bw_bus_unlock(e->bus);
    } else {
        uint64_t silent_ns =
            bw_clock_after_ms(bw_clock_ns(), e->bus->adapter->timeout_ms);
        uint64_t end_ns = bw_clock_after_ms(h->began_ns, BW_STEP_MAX_MS);

        h->until_ns = silent_ns < end_ns ? silent_ns : end_ns;
    }
}

enum bw_status bw_service_step(struct bw_export *e, struct bw_step_hold *h,
                               struct bw_i2c_step *steps, size_t nsteps,
                               uint64_t deadline_ns,
                               struct bw_i2c_progress *progress)
{
    struct bw_i2c_adapter *a = e->bus->adapter;
    enum bw_status status = check(e, h, steps, nsteps);

    progress->done = 0;
    progress->byte = 0;
    if (status == BW_OK && !h->held) {
        status = bw_bus_lock(e->bus, deadline_ns);
    }
    if (status != BW_OK) {
        return status;
    }
    if (!h->held) {
        h->began_ns = bw_clock_ns();
    }
    h->held = true;
    h->lost = false;
    status = a->ops->step(a, steps, nsteps, progress);
    h->phase = bw_i2c_steps_after(steps, progress->done, h->phase, status);
    keep_or_free(e, h);
    return status;
}

void bw_service_step_end(struct bw_export *e, struct bw_step_hold *h)
{
    struct bw_i2c_adapter *a;
    struct bw_i2c_step stop = { .op = BW_STEP_STOP };
    struct bw_i2c_progress progress;

    if (!h->held) {
        return;
    }
    a = e->bus->adapter;
    a->ops->step(a, &stop, 1, &progress);
    h->phase = BW_STEP_IDLE;
    h->held = false;
    bw_bus_unlock(e->bus);
}

void bw_service_step_lose(struct bw_export *e, struct bw_step_hold *h)
{
    bw_service_step_end(e, h);
    h->lost = true;
}
