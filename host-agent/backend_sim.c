/*
 * The simulated bench: an I2C bus made of pure part models.
 *
 * Called by service_i2c.c and, for the values, service_bench.c; the parts are
 * in peripherals/parts/ and answer through part_bus.c, byte by byte.  A part
 * that holds SCL is waited for in real time, at most until the adapter's
 * timeout_ms; values may change meanwhile.  After that time the master lets go
 * without a STOP, as one without control of SCL must, and sends it when SCL is
 * free again.
 *
 * Not modelled: the time that a byte takes on the wire (backend_wires.c has
 * it), a second master.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/backend_sim.h"
#include "host-agent/smbus_by_steps.h"

#include <stdlib.h>

#define READ_BIT 0x01

struct plain {
    struct bw_sim sim; /* first: the ops are given its address */
    bool lost;         /* the bus was let go without a STOP */
};

/* Until no part holds SCL.  Returns BW_OK or BW_TIMEOUT. */
static enum bw_status settle(struct plain *p)
{
    struct bw_sim *s = &p->sim;

    for (;;) {
        uint64_t now_ns = bw_sim_now(s);
        uint64_t until_ns = bw_part_bus_holds_scl(&s->bus, now_ns);

        if (until_ns <= now_ns) {
            return BW_OK;
        }
        if (!bw_sim_wait(s, until_ns)) {
            p->lost = true;
            return BW_TIMEOUT;
        }
    }
}

/* @status, unless SCL stays low after it. */
static enum bw_status settled(struct plain *p, enum bw_status status)
{
    enum bw_status scl = settle(p);

    return scl == BW_OK ? status : scl;
}

static enum bw_status sim_start(void *opaque, uint8_t byte)
{
    struct plain *p = opaque;
    struct bw_sim *s = &p->sim;
    bool acked;

    if (settle(p) != BW_OK) {
        return BW_TIMEOUT;
    }
    if (p->lost) {
        bw_part_bus_stop(&s->bus, bw_sim_now(s));
        p->lost = false;
    }
    acked =
        bw_part_bus_start(&s->bus, byte >> 1, byte & READ_BIT, bw_sim_now(s));
    return settled(p, acked ? BW_OK : BW_NACK_ADDR);
}

static enum bw_status sim_write(void *opaque, uint8_t byte)
{
    struct plain *p = opaque;
    struct bw_sim *s = &p->sim;
    bool acked = bw_part_bus_write(&s->bus, byte, bw_sim_now(s));

    return settled(p, acked ? BW_OK : BW_NACK_DATA);
}

static enum bw_status sim_read(void *opaque, uint8_t *byte)
{
    struct plain *p = opaque;
    struct bw_sim *s = &p->sim;

    *byte = bw_part_bus_read(&s->bus, bw_sim_now(s));
    return settle(p);
}

static enum bw_status sim_stop(void *opaque)
{
    struct plain *p = opaque;
    struct bw_sim *s = &p->sim;

    bw_part_bus_stop(&s->bus, bw_sim_now(s));
    return BW_OK;
}

static const struct bw_i2c_bytes_ops bytes_ops = {
    .start = sim_start,
    .write = sim_write,
    .read = sim_read,
    .stop = sim_stop,
};

static enum bw_status sim_xfer(struct bw_i2c_adapter *a, struct bw_i2c_xfer *x,
                               struct bw_wire_i2c_failure *where)
{
    struct bw_sim *s = (struct bw_sim *)a;
    enum bw_status status;

    bw_sim_begin(s);
    status = bw_i2c_bytes_xfer(&s->bytes, x, where);
    bw_sim_end(s);
    return status;
}

static enum bw_status sim_step(struct bw_i2c_adapter *a,
                               struct bw_i2c_step *steps, size_t nsteps,
                               struct bw_i2c_progress *progress)
{
    struct bw_sim *s = (struct bw_sim *)a;
    enum bw_status status;

    bw_sim_begin(s);
    status = bw_i2c_bytes_step(&s->bytes, steps, nsteps, progress);
    bw_sim_end(s);
    return status;
}

static void sim_close(struct bw_i2c_adapter *a)
{
    struct bw_sim *s = (struct bw_sim *)a;

    bw_sim_finish(s);
    free(s);
}

static const struct bw_i2c_adapter_ops sim_ops = {
    .xfer = sim_xfer,
    .smbus = bw_smbus_by_steps,
    .step = sim_step,
    .close = sim_close,
};

struct bw_sim *bw_sim_new(uint64_t (*now_ns)(void))
{
    struct plain *p = calloc(1, sizeof(*p));

    if (!p) {
        return NULL;
    }
    bw_sim_init(&p->sim, now_ns);
    bw_i2c_bytes_init(&p->sim.bytes, &bytes_ops, p);
    p->sim.adapter.ops = &sim_ops;
    return &p->sim;
}
