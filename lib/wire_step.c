/*
 * The benchwire protocol: the bodies of I2C_STEP; see wire_step.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wire_step.h"

#include <string.h>

static void put_step(struct bw_writer *w, const struct bw_i2c_step *step)
{
    bw_write_u8(w, step->op);
    switch (step->op) {
    case BW_STEP_START:
        bw_write_le16(w, step->addr);
        bw_write_le16(w, step->flags);
        break;
    case BW_STEP_WRITE:
        bw_write_le16(w, step->len);
        if (step->data) {
            bw_write_bytes(w, step->data, step->len);
        } else if (step->len > 0) {
            w->failed = true;
        }
        break;
    case BW_STEP_READ:
        bw_write_le16(w, step->len);
        break;
    case BW_STEP_STOP:
        break;
    default:
        w->failed = true;
        break;
    }
}

void bw_wire_put_step_request(struct bw_writer *w,
                              const struct bw_wire_step_request *m)
{
    if (m->nsteps > BW_I2C_MAX_STEPS) {
        w->failed = true;
        return;
    }
    bw_write_le32(w, m->deadline_ms);
    bw_write_le16(w, m->nsteps);
    for (unsigned i = 0; i < m->nsteps; i++) {
        put_step(w, &m->steps[i]);
    }
}

/* Returns false for a step that is not known. */
static bool get_step(struct bw_reader *r, struct bw_i2c_step *step)
{
    memset(step, 0, sizeof(*step));
    step->op = bw_read_u8(r);
    switch (step->op) {
    case BW_STEP_START:
        step->addr = bw_read_le16(r);
        step->flags = bw_read_le16(r);
        return true;
    case BW_STEP_WRITE:
        step->len = bw_read_le16(r);
        if (step->len > 0) {
            step->data = (uint8_t *)(uintptr_t)bw_read_bytes(r, step->len);
        }
        return true;
    case BW_STEP_READ:
        step->len = bw_read_le16(r);
        return true;
    default:
        return step->op == BW_STEP_STOP;
    }
}

enum bw_status bw_wire_get_step_request(struct bw_reader *r,
                                        struct bw_wire_step_request *m)
{
    struct bw_wire_step_request v;

    v.deadline_ms = bw_read_le32(r);
    v.nsteps = bw_read_le16(r);
    if (v.nsteps > BW_I2C_MAX_STEPS) {
        return BW_TOO_LONG;
    }
    for (unsigned i = 0; i < v.nsteps; i++) {
        if (!get_step(r, &v.steps[i])) {
            return r->failed ? BW_MALFORMED : BW_INVALID;
        }
    }
    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    if (v.deadline_ms > BW_WIRE_MAX_TIME_MS) {
        return BW_INVALID;
    }
    m->deadline_ms = v.deadline_ms;
    m->nsteps = v.nsteps;
    memcpy(m->steps, v.steps, v.nsteps * sizeof(v.steps[0]));
    return BW_OK;
}

/* The bytes of step @i that were read. */
static size_t read_len(const struct bw_i2c_step *steps, size_t i,
                       const struct bw_i2c_progress *progress)
{
    if (!steps || steps[i].op != BW_STEP_READ || i > progress->done) {
        return 0;
    }
    return i < progress->done ? steps[i].len : progress->byte;
}

void bw_wire_put_step_reply(struct bw_writer *w,
                            const struct bw_i2c_step *steps, size_t nsteps,
                            const struct bw_i2c_progress *progress)
{
    bw_write_le16(w, progress->done);
    bw_write_le16(w, progress->byte);
    for (size_t i = 0; i < nsteps; i++) {
        size_t len = read_len(steps, i, progress);

        if (len > 0) {
            bw_write_bytes(w, steps[i].data, len);
        }
    }
}

static bool is_possible(const struct bw_i2c_progress *p, enum bw_status status,
                        const struct bw_i2c_step *steps, size_t nsteps)
{
    if (status == BW_OK || p->done >= nsteps) {
        return status == BW_OK && p->done == nsteps && p->byte == 0;
    }
    return p->byte <= steps[p->done].len;
}

enum bw_status bw_wire_get_step_reply(struct bw_reader *r,
                                      enum bw_status status,
                                      const struct bw_i2c_step *steps,
                                      size_t nsteps,
                                      struct bw_i2c_progress *progress)
{
    struct bw_i2c_progress p;
    size_t sum = 0;

    p.done = bw_read_le16(r);
    p.byte = bw_read_le16(r);
    if (r->failed || !is_possible(&p, status, steps, nsteps)) {
        return BW_MALFORMED;
    }
    for (size_t i = 0; i < nsteps; i++) {
        sum += read_len(steps, i, &p);
    }
    if (bw_reader_left(r) != sum) {
        return BW_MALFORMED;
    }
    for (size_t i = 0; i < nsteps; i++) {
        size_t len = read_len(steps, i, &p);

        if (len > 0) {
            memcpy(steps[i].data, bw_read_bytes(r, len), len);
        }
    }
    *progress = p;
    return BW_OK;
}
