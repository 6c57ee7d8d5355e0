/*
 * Any SMBus protocol on a bus that goes byte by byte; see smbus_steps.h.
 *
 * Where the specification leaves it open: a part that refuses the PEC byte
 * counts as BW_PEC, since it has taken all that was before it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "smbus_steps.h"

#include <string.h>

#define MAX_OUT (2 + BW_SMBUS_MAX_BLOCK + 1) /* command, count, data, PEC */

struct run {
    struct bw_smbus_xfer *x;
    bw_smbus_step_fn *step;
    void *opaque;
    uint8_t pec;
    bool open; /* the transaction goes on until a STOP */
    uint8_t out[MAX_OUT];
};

static enum bw_status do_steps(struct run *r, struct bw_i2c_step *steps,
                               size_t nsteps, struct bw_i2c_progress *progress)
{
    enum bw_status status = r->step(r->opaque, steps, nsteps, progress);

    r->open =
        status == BW_OK || status == BW_NACK_ADDR || status == BW_NACK_DATA;
    return status;
}

static bool wants_pec(const struct run *r)
{
    return r->x->flags & BW_SMBUS_PEC;
}

/* START and address, for the code too. */
static struct bw_i2c_step start_step(struct run *r, bool is_read)
{
    const uint8_t byte = (uint8_t)(r->x->addr << 1 | is_read);

    r->pec = bw_smbus_pec(r->pec, &byte, 1);
    return (struct bw_i2c_step){
        .op = BW_STEP_START,
        .addr = r->x->addr,
        .flags = is_read ? BW_I2C_READ : 0,
    };
}

/* Command, count and data of @x, as many as its form has. */
static uint16_t gather(struct run *r)
{
    const struct bw_smbus_xfer *x = r->x;
    uint16_t len = 0;

    r->out[len++] = x->command;
    if (x->out_len > 0 &&
        (x->form == BW_SMBUS_BLOCK || x->form == BW_SMBUS_BLOCK_PROC_CALL)) {
        r->out[len++] = x->out_len;
    }
    memcpy(r->out + len, x->out, x->out_len);
    return (uint16_t)(len + x->out_len);
}

/* START and all that the master writes, with the code if that is the end. */
static enum bw_status run_write(struct run *r, bool is_last)
{
    struct bw_i2c_progress progress = { 0, 0 };
    struct bw_i2c_step steps[2];
    uint16_t len = gather(r);
    bool pec = is_last && wants_pec(r);
    enum bw_status status;

    steps[0] = start_step(r, false);
    r->pec = bw_smbus_pec(r->pec, r->out, len);
    if (pec) {
        r->out[len] = r->pec;
    }
    steps[1] = (struct bw_i2c_step){
        .op = BW_STEP_WRITE,
        .len = (uint16_t)(len + pec),
        .data = r->out,
    };
    status = do_steps(r, steps, 2, &progress);
    return status == BW_NACK_DATA && pec && progress.byte == len ? BW_PEC
                                                                 : status;
}

static enum bw_status read_bytes(struct run *r, uint8_t *bytes, size_t len)
{
    struct bw_i2c_progress progress = { 0, 0 };
    struct bw_i2c_step step = {
        .op = BW_STEP_READ,
        .len = (uint16_t)len,
        .data = bytes,
    };
    enum bw_status status = do_steps(r, &step, 1, &progress);

    if (status == BW_OK) {
        r->pec = bw_smbus_pec(r->pec, bytes, len);
    }
    return status;
}

/* START and all that the part sends; the code is over all before it. */
static enum bw_status run_read(struct run *r)
{
    struct bw_smbus_xfer *x = r->x;
    struct bw_i2c_progress progress = { 0, 0 };
    struct bw_i2c_step start = start_step(r, true);
    uint8_t bytes[BW_SMBUS_MAX_BLOCK + 1];
    int len = bw_smbus_in_len(x);
    enum bw_status status = do_steps(r, &start, 1, &progress);

    if (status == BW_OK && len < 0) {
        status = read_bytes(r, bytes, 1);
        len = bytes[0];
        if (status == BW_OK && len == 0) {
            return BW_BUS_ERROR;
        }
    }
    if (status == BW_OK) {
        status = read_bytes(r, bytes, (size_t)len + wants_pec(r));
    }
    if (status != BW_OK) {
        return status;
    }
    /* a code with itself behind it gives 0 */
    if (wants_pec(r) && r->pec != 0) {
        return BW_PEC;
    }
    x->in_len = (uint8_t)len;
    memcpy(x->in, bytes, x->in_len);
    return BW_OK;
}

static enum bw_status run_quick(struct run *r)
{
    struct bw_i2c_progress progress = { 0, 0 };
    struct bw_i2c_step start = start_step(r, r->x->flags & BW_SMBUS_READ);

    return do_steps(r, &start, 1, &progress);
}

static enum bw_status run_form(struct run *r)
{
    const struct bw_smbus_xfer *x = r->x;
    bool reads = bw_smbus_reads(x);
    enum bw_status status = BW_OK;

    if (x->form == BW_SMBUS_QUICK) {
        return run_quick(r);
    }
    if (!(x->form == BW_SMBUS_BYTE && reads)) {
        status = run_write(r, !reads);
    }
    return status == BW_OK && reads ? run_read(r) : status;
}

enum bw_status bw_smbus_run_steps(struct bw_smbus_xfer *x,
                                  bw_smbus_step_fn *step, void *opaque)
{
    struct run r = { .x = x, .step = step, .opaque = opaque };
    struct bw_i2c_step stop = { .op = BW_STEP_STOP };
    struct bw_i2c_progress progress = { 0, 0 };
    enum bw_status status = run_form(&r);
    enum bw_status end = BW_OK;

    if (r.open) {
        end = do_steps(&r, &stop, 1, &progress);
    }
    return status != BW_OK ? status : end;
}
