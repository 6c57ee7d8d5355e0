/*
 * The fault filter's steps; see filter_fault.c.
 *
 * While there are faults a list is run step by step, so that the inner adapter
 * stands where the fault happens; SCL is held low in between, as between two
 * lists.  Without faults a list is passed on whole, and only its end is noted:
 * a fault may be added in the middle of a transaction.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/filter_fault_priv.h"

#include <string.h>

/* Does the transaction go on after a list with that status? */
static bool goes_on(enum bw_status status)
{
    return status == BW_OK || status == BW_NACK_ADDR || status == BW_NACK_DATA;
}

/* The inner adapter's list, and what it leaves behind. */
static enum bw_status inner_step(struct bw_filter_fault *f,
                                 struct bw_i2c_step *steps, size_t nsteps,
                                 struct bw_i2c_progress *progress)
{
    enum bw_status status =
        f->inner->ops->step(f->inner, steps, nsteps, progress);

    f->open = goes_on(status);
    return status;
}

/* Note where a list ended that was passed on whole: @done of its steps were
 * done. */
static void note_list(struct bw_filter_fault *f,
                      const struct bw_i2c_step *steps, size_t done)
{
    size_t i;

    for (i = 0; i < done; i++) {
        const struct bw_i2c_step *s = &steps[i];

        if (s->op == BW_STEP_START) {
            f->msg.addr = s->addr;
            f->msg.ten_bit = s->flags & BW_I2C_TEN_BIT;
            f->msg.read = s->flags & BW_I2C_READ;
            f->byte = 0;
        } else if (s->op == BW_STEP_STOP) {
            f->open = false;
        } else {
            f->byte += s->len;
        }
    }
}

/* Leave the bus: the inner adapter's transaction, if there is one, ends. */
static void leave_bus(struct bw_filter_fault *f)
{
    struct bw_i2c_step stop = { .op = BW_STEP_STOP };
    struct bw_i2c_progress progress = { 0, 0 };

    if (f->open) {
        inner_step(f, &stop, 1, &progress);
    }
    f->open = false;
    f->deaf = false;
}

/* Look at one place.  Returns BW_OK to go on, or the status that ends the
 * step; a read that nobody answers makes the message deaf and goes on. */
static enum bw_status look(struct bw_filter_fault *f, uint32_t byte,
                           uint8_t *mask)
{
    struct bw_fault_effect effect;
    enum bw_status status;

    bw_fault_set_at(&f->set, &f->msg, byte, f->clock.now_ns(), &effect);
    bw_filter_fault_wait(f, effect.stretch_us);
    *mask = effect.mask;
    if (bw_filter_fault_gives_up(f, effect.stretch_us)) {
        return BW_TIMEOUT;
    }
    if (!effect.kind) {
        return BW_OK;
    }
    status = bw_filter_fault_end(effect.kind, f->msg.read, byte);
    f->deaf = status == BW_NACK_ADDR || effect.kind == BW_FAULT_VANISH;
    return status;
}

static enum bw_status step_start(struct bw_filter_fault *f,
                                 struct bw_i2c_step *s)
{
    struct bw_i2c_progress progress = { 0, 0 };
    uint64_t stretch_us;
    enum bw_status status = bw_filter_fault_bus(f, &stretch_us);
    uint8_t mask;

    note_list(f, s, 1);
    f->deaf = false;
    if (status == BW_OK) {
        bw_filter_fault_wait(f, stretch_us);
        status = look(f, BW_FAULT_ANY, &mask);
    }
    return status == BW_OK ? inner_step(f, s, 1, &progress) : status;
}

/* The bytes of a write up to the one that a fault ends it at. */
static enum bw_status step_write(struct bw_filter_fault *f,
                                 const struct bw_i2c_step *s, uint16_t *byte)
{
    struct bw_i2c_step some = { .op = BW_STEP_WRITE, .data = f->bytes };
    struct bw_i2c_progress progress = { 0, 0 };
    enum bw_status status = BW_OK;
    enum bw_status inner = BW_OK;

    if (f->deaf) {
        return BW_NACK_DATA;
    }
    while (status == BW_OK && some.len < s->len) {
        uint8_t mask;

        status = look(f, f->byte + some.len, &mask);
        if (status == BW_OK) {
            f->bytes[some.len] = s->data[some.len] ^ mask;
            some.len++;
        }
    }
    if (some.len > 0) {
        inner = inner_step(f, &some, 1, &progress);
    }
    *byte = inner == BW_OK ? some.len : progress.byte;
    f->byte += *byte;
    return inner == BW_OK ? status : inner;
}

/* The same for a read; where nobody drives SDA it is ones. */
static enum bw_status step_read(struct bw_filter_fault *f,
                                const struct bw_i2c_step *s, uint16_t *byte)
{
    struct bw_i2c_step some = { .op = BW_STEP_READ, .data = s->data };
    struct bw_i2c_progress progress = { 0, 0 };
    enum bw_status status = BW_OK;
    enum bw_status inner = BW_OK;
    uint16_t i;

    while (status == BW_OK && !f->deaf && some.len < s->len) {
        status = look(f, f->byte + some.len, &f->masks[some.len]);
        if (status == BW_OK && !f->deaf) {
            some.len++;
        }
    }
    if (some.len > 0) {
        inner = inner_step(f, &some, 1, &progress);
    }
    if (inner != BW_OK) {
        some.len = progress.byte;
        status = inner;
    }
    for (i = 0; i < some.len; i++) {
        s->data[i] ^= f->masks[i];
    }
    if (status == BW_OK) {
        memset(s->data + some.len, 0xff, s->len - some.len);
        some.len = s->len;
    }
    *byte = some.len;
    f->byte += some.len;
    return status;
}

static enum bw_status one_step(struct bw_filter_fault *f, struct bw_i2c_step *s,
                               uint16_t *byte)
{
    switch (s->op) {
    case BW_STEP_START:
        return step_start(f, s);
    case BW_STEP_WRITE:
        return step_write(f, s, byte);
    case BW_STEP_READ:
        return step_read(f, s, byte);
    default:
        leave_bus(f);
        return BW_OK;
    }
}

/* The messages of a list.  A STOP alone is none: it also is how the service
 * frees the bus of a session that has gone. */
static enum bw_status request(struct bw_filter_fault *f,
                              const struct bw_i2c_step *steps, size_t nsteps)
{
    struct bw_fault_msg d[BW_I2C_MAX_STEPS + 1];
    size_t count = 0;
    size_t i;

    for (i = 0; i < nsteps && i < BW_I2C_MAX_STEPS; i++) {
        if (steps[i].op == BW_STEP_START) {
            d[count].addr = steps[i].addr;
            d[count].ten_bit = steps[i].flags & BW_I2C_TEN_BIT;
            d[count++].read = steps[i].flags & BW_I2C_READ;
        }
    }
    if (steps[0].op == BW_STEP_WRITE || steps[0].op == BW_STEP_READ) {
        d[count++] = f->msg;
    }
    return bw_filter_fault_request(f, d, count);
}

enum bw_status bw_filter_fault_step(struct bw_i2c_adapter *a,
                                    struct bw_i2c_step *steps, size_t nsteps,
                                    struct bw_i2c_progress *progress)
{
    struct bw_filter_fault *f = (struct bw_filter_fault *)a;
    enum bw_status status;
    uint16_t i;

    if (!bw_fault_set_armed(&f->set) && !f->deaf) {
        status = inner_step(f, steps, nsteps, progress);
        note_list(f, steps, progress->done);
        return status;
    }
    progress->done = 0;
    progress->byte = 0;
    status = request(f, steps, nsteps);
    for (i = 0; i < nsteps && status == BW_OK; i++) {
        uint16_t byte = 0;

        status = one_step(f, &steps[i], &byte);
        progress->done = status == BW_OK ? (uint16_t)(i + 1) : i;
        progress->byte = status == BW_OK ? 0 : byte;
    }
    if (!goes_on(status)) {
        leave_bus(f);
    }
    return status;
}
