/*
 * Simulated parts on simulated wires, driven bit by bit; see backend_wires.h.
 *
 * Bits are clocked as fast as the computer can, on a time of their own, and
 * waited for when an operation is over: what the parts see is as regular as a
 * crystal, and the whole takes as long as on a real bus.  A part that holds SCL
 * is waited for at once, and values may change meanwhile.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/backend_wires.h"

#include <stdlib.h>

#include "host-agent/i2c_bitbang.h"
#include "host-agent/sim_wires.h"
#include "host-agent/smbus_by_steps.h"

#define NS_PER_MS 1000000u
#define SLACK_NS  100000u /* a sleep is late by as much */

struct wires_bus {
    struct bw_sim sim; /* first: the ops are given its address */
    struct bw_bitbang master;
    struct bw_sim_wires wires;
};

/* bw_sim_wires.wait: a part holds SCL. */
static uint64_t wait_for_part(void *opaque, uint64_t until_ns)
{
    struct wires_bus *b = opaque;
    uint64_t now_ns;

    b->sim.ahead_ns = b->wires.now_ns;
    if (!bw_sim_wait(&b->sim, until_ns)) {
        return until_ns;
    }
    now_ns = bw_sim_now(&b->sim);
    return now_ns < until_ns ? now_ns : until_ns;
}

static void begin(struct wires_bus *b)
{
    uint64_t now_ns;

    bw_sim_begin(&b->sim);
    now_ns = bw_sim_now(&b->sim);
    if (b->wires.now_ns < now_ns) {
        b->wires.now_ns = now_ns;
    }
    bw_bitbang_begin(&b->master,
                     b->wires.now_ns +
                         (uint64_t)b->sim.adapter.timeout_ms * NS_PER_MS);
}

/* The clock catches up with the bits, when it is worth a sleep. */
static void end(struct wires_bus *b)
{
    struct bw_sim *s = &b->sim;

    s->ahead_ns = b->wires.now_ns;
    while (s->now_ns() + SLACK_NS < s->ahead_ns &&
           bw_sim_wait(s, s->ahead_ns)) {
    }
    bw_sim_end(s);
}

static enum bw_status wires_xfer(struct bw_i2c_adapter *a,
                                 struct bw_i2c_xfer *x,
                                 struct bw_wire_i2c_failure *where)
{
    struct wires_bus *b = (struct wires_bus *)a;
    enum bw_status status;

    begin(b);
    status = bw_i2c_bytes_xfer(&b->sim.bytes, x, where);
    end(b);
    return status;
}

static enum bw_status wires_step(struct bw_i2c_adapter *a,
                                 struct bw_i2c_step *steps, size_t nsteps,
                                 struct bw_i2c_progress *progress)
{
    struct wires_bus *b = (struct wires_bus *)a;
    enum bw_status status;

    begin(b);
    status = bw_i2c_bytes_step(&b->sim.bytes, steps, nsteps, progress);
    end(b);
    return status;
}

static void wires_close(struct bw_i2c_adapter *a)
{
    struct wires_bus *b = (struct wires_bus *)a;

    bw_sim_finish(&b->sim);
    free(b);
}

static const struct bw_i2c_adapter_ops wires_ops = {
    .xfer = wires_xfer,
    .smbus = bw_smbus_by_steps,
    .step = wires_step,
    .close = wires_close,
};

struct bw_sim *bw_wires_new(uint64_t (*now_ns)(void), uint32_t scl_hz)
{
    struct wires_bus *b = calloc(1, sizeof(*b));

    if (!b) {
        return NULL;
    }
    bw_sim_init(&b->sim, now_ns);
    bw_sim_wires_init(&b->wires, &b->sim.bus);
    b->wires.wait = wait_for_part;
    b->wires.opaque = b;
    bw_bitbang_init(&b->master, &b->wires.lines, scl_hz);
    bw_i2c_bytes_init(&b->sim.bytes, &bw_bitbang_bytes, &b->master);
    b->sim.adapter.ops = &wires_ops;
    b->sim.adapter.funcs |= BW_I2C_FUNC_LINES;
    b->sim.adapter.max_len =
        bw_bitbang_max_len(scl_hz, b->sim.adapter.timeout_ms);
    return &b->sim;
}
