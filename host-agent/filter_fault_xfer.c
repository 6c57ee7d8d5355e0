/*
 * The fault filter's transfers; see filter_fault.c.
 *
 * The whole transfer is walked through place by place first.  What is left of
 * it up to the first fault that ends it is run, so that the part sees what it
 * would see; then the fault is reported.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/filter_fault_priv.h"

#include <string.h>

#define NOWHERE 0xffffu /* bw_wire_i2c_failure */

/* One walk. */
struct walk {
    struct bw_filter_fault *f;
    const struct bw_i2c_xfer *x;
    uint64_t now_ns;
    uint64_t stretch_us;   /* all that was met */
    size_t written;        /* of f->bytes */
    size_t masked;         /* of f->masks */
    enum bw_status status; /* of the fault that ends it; BW_OK: none does */
    struct bw_wire_i2c_failure where;
};

static struct bw_fault_msg describe(const struct bw_i2c_msg *m)
{
    struct bw_fault_msg d = {
        .addr = m->addr,
        .ten_bit = m->flags & BW_I2C_TEN_BIT,
        .read = m->flags & BW_I2C_READ,
    };

    return d;
}

/* Look at one place.  Returns false if message @i goes no further; unless the
 * status says otherwise, the transfer goes on with the next one. */
static bool walk_place(struct walk *w, uint16_t i, const struct bw_fault_msg *d,
                       uint32_t byte, uint8_t *mask)
{
    struct bw_fault_effect effect;

    bw_fault_set_at(&w->f->set, d, byte, w->now_ns, &effect);
    w->stretch_us += effect.stretch_us;
    *mask = effect.mask;
    if (bw_filter_fault_gives_up(w->f, w->stretch_us)) {
        w->status = BW_TIMEOUT;
    } else if (effect.kind) {
        w->status = bw_filter_fault_end(effect.kind, d->read, byte);
    } else {
        return true;
    }
    w->where.msg = i;
    w->where.byte = byte == BW_FAULT_ANY ? NOWHERE : (uint16_t)byte;
    return false;
}

/* Add message @i to what is run, its first @len bytes.  A message of nothing
 * is left out if it cannot be run, or was not one in the first place. */
static void keep(struct walk *w, uint16_t i, uint16_t len, uint8_t *data)
{
    const struct bw_i2c_msg *m = &w->x->msgs[i];
    struct bw_filter_fault *f = w->f;
    struct bw_i2c_msg *r = &f->run.msgs[f->run.nmsgs];

    if (len == 0 && m->len != 0 &&
        ((m->flags & BW_I2C_READ) ||
         !(f->inner->funcs & BW_I2C_FUNC_ZERO_LEN))) {
        return;
    }
    *r = *m;
    r->len = len;
    r->data = data;
    f->origin[f->run.nmsgs++] = i;
}

/* A message: what is left of it is kept, its bytes behind those before it. */
static void walk_msg(struct walk *w, uint16_t i)
{
    const struct bw_i2c_msg *m = &w->x->msgs[i];
    struct bw_fault_msg d = describe(m);
    uint8_t *masks =
        d.read ? w->f->masks + w->masked : w->f->bytes + w->written;
    uint8_t none;
    uint16_t n, k;

    if (!walk_place(w, i, &d, BW_FAULT_ANY, &none)) {
        return;
    }
    for (n = 0; n < m->len && walk_place(w, i, &d, n, &masks[n]);) {
        n++;
    }
    if (d.read) {
        w->masked += m->len;
        keep(w, i, n, m->data);
        return;
    }
    for (k = 0; k < n; k++) {
        masks[k] ^= m->data[k];
    }
    w->written += m->len;
    keep(w, i, n, masks);
}

static void walk_all(struct walk *w)
{
    uint16_t i;

    w->f->run.nmsgs = 0;
    for (i = 0; i < w->x->nmsgs && w->status == BW_OK; i++) {
        walk_msg(w, i);
    }
}

/* What was read, as it arrives; where nobody drives SDA it is ones. */
static void change_reads(const struct walk *w)
{
    const struct bw_filter_fault *f = w->f;
    const uint8_t *masks = f->masks;
    uint16_t i, n, k = 0;

    for (i = 0; i < w->x->nmsgs; i++) {
        const struct bw_i2c_msg *m = &w->x->msgs[i];
        uint16_t len = 0;

        if (k < f->run.nmsgs && f->origin[k] == i) {
            len = f->run.msgs[k++].len;
        }
        if (!(m->flags & BW_I2C_READ)) {
            continue;
        }
        for (n = 0; n < m->len; n++) {
            m->data[n] = n < len ? m->data[n] ^ masks[n] : 0xff;
        }
        masks += m->len;
    }
}

/* Run what is left.  Returns its status, and the place of a failure. */
static enum bw_status run_rest(struct walk *w,
                               struct bw_wire_i2c_failure *where)
{
    struct bw_filter_fault *f = w->f;
    enum bw_status status;

    if (f->run.nmsgs == 0) {
        return BW_OK;
    }
    status = f->inner->ops->xfer(f->inner, &f->run, where);
    if (status != BW_OK && where->msg < f->run.nmsgs) {
        where->msg = f->origin[where->msg];
    }
    return status;
}

static enum bw_status run_walked(struct walk *w,
                                 struct bw_wire_i2c_failure *where)
{
    enum bw_status status = run_rest(w, where);

    bw_filter_fault_wait(w->f, w->stretch_us);
    if (status != BW_OK) {
        return status;
    }
    if (w->status == BW_OK) {
        change_reads(w);
    } else {
        *where = w->where;
    }
    return w->status;
}

static enum bw_status request(struct bw_filter_fault *f,
                              const struct bw_i2c_xfer *x)
{
    struct bw_fault_msg d[BW_I2C_MAX_MSGS];
    uint16_t i;

    for (i = 0; i < x->nmsgs; i++) {
        d[i] = describe(&x->msgs[i]);
    }
    return bw_filter_fault_request(f, d, x->nmsgs);
}

enum bw_status bw_filter_fault_xfer(struct bw_i2c_adapter *a,
                                    struct bw_i2c_xfer *x,
                                    struct bw_wire_i2c_failure *where)
{
    struct bw_filter_fault *f = (struct bw_filter_fault *)a;
    struct walk w = { .f = f, .x = x, .where = { NOWHERE, NOWHERE } };
    enum bw_status status;

    if (!bw_fault_set_armed(&f->set)) {
        return f->inner->ops->xfer(f->inner, x, where);
    }
    status = request(f, x);
    if (status == BW_OK) {
        status = bw_filter_fault_bus(f, &w.stretch_us);
    }
    if (status != BW_OK) {
        return status;
    }
    w.now_ns = f->clock.now_ns();
    walk_all(&w);
    return run_walked(&w, where);
}
