/*
 * The I2C part of the fake agent: 256 registers; see fake_agent.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "fake_agent_priv.h"
#include "lib/smbus_map.h"
#include "lib/smbus_steps.h"
#include "lib/wire.h"
#include "lib/wire_profile.h"
#include "lib/wire_smbus.h"
#include "lib/wire_step.h"

/* --- the part --- */

static bool is_part(const struct fake_agent *f, uint16_t addr, uint16_t flags)
{
    return addr == f->addr && (flags & BW_I2C_TEN_BIT) == f->addr_flags;
}

static enum bw_status run_msg(struct fake_agent *f, struct bw_i2c_msg *m)
{
    unsigned i;

    if (!is_part(f, m->addr, m->flags)) {
        return BW_NACK_ADDR;
    }
    for (i = 0; i < m->len; i++) {
        if (m->flags & BW_I2C_READ) {
            m->data[i] = f->reg[f->pointer++];
        } else if (i == 0) {
            f->pointer = m->data[i];
        } else {
            f->reg[f->pointer++] = m->data[i];
        }
    }
    return BW_OK;
}

static enum bw_status run_xfer(struct fake_agent *f, struct bw_i2c_xfer *x,
                               struct bw_wire_i2c_failure *where)
{
    struct bw_smbus_xfer ignored;
    unsigned i;

    where->byte = 0xffff;
    where->msg = 0xffff;
    if (!(f->grant_funcs & BW_I2C_FUNC_RDWR) &&
        bw_smbus_from_i2c(x, f->grant_funcs, 32, &ignored) != BW_OK) {
        return BW_UNSUPPORTED;
    }
    for (i = 0; i < x->nmsgs; i++) {
        enum bw_status status = run_msg(f, &x->msgs[i]);

        where->msg = i;
        if (status != BW_OK) {
            return status;
        }
    }
    return BW_OK;
}

/* One list of steps at the part, for bw_smbus_run_steps(). */
static enum bw_status run_steps(void *opaque, struct bw_i2c_step *steps,
                                size_t nsteps, struct bw_i2c_progress *p)
{
    struct fake_agent *f = opaque;

    p->byte = 0;
    for (p->done = 0; p->done < nsteps; p->done++) {
        struct bw_i2c_step *s = &steps[p->done];
        struct bw_i2c_msg m = { f->addr, f->addr_flags, s->len, s->data };

        if (s->op == BW_STEP_START) {
            if (!is_part(f, s->addr, s->flags)) {
                return BW_NACK_ADDR;
            }
        } else if (s->op != BW_STEP_STOP) {
            m.flags |= s->op == BW_STEP_READ ? BW_I2C_READ : 0;
            run_msg(f, &m);
        }
    }
    return BW_OK;
}

/* --- the part, byte by byte --- */

static enum bw_status run_step(struct fake_agent *f, struct bw_i2c_step *s,
                               uint16_t *byte)
{
    if (s->op == BW_STEP_START) {
        f->pointed = s->flags & BW_I2C_READ;
        return is_part(f, s->addr, s->flags) ? BW_OK : BW_NACK_ADDR;
    }
    for (*byte = 0; *byte < s->len; (*byte)++) {
        if (s->op == BW_STEP_READ) {
            s->data[*byte] = f->reg[f->pointer++];
        } else if (!f->pointed) {
            f->pointer = s->data[*byte];
            f->pointed = true;
        } else if (f->pointer == f->refuse_reg) {
            return BW_NACK_DATA;
        } else {
            f->reg[f->pointer++] = s->data[*byte];
        }
    }
    *byte = 0;
    return BW_OK;
}

/* "7 S w@0x50, w1 0x10, S r@0x50, r2, P" */
static void log_steps(struct fake_agent *f, uint32_t id,
                      const struct bw_wire_step_request *m)
{
    g_string_append_printf(f->log, "%u", id);
    for (unsigned i = 0; i < m->nsteps; i++) {
        const struct bw_i2c_step *s = &m->steps[i];
        const char *gap = i ? ", " : " ";

        if (s->op == BW_STEP_START) {
            g_string_append_printf(f->log, "%sS %c@0x%02x%s", gap,
                                   s->flags & BW_I2C_READ ? 'r' : 'w', s->addr,
                                   s->flags & BW_I2C_TEN_BIT ? "t" : "");
        } else if (s->op == BW_STEP_STOP) {
            g_string_append_printf(f->log, "%sP", gap);
        } else {
            g_string_append_printf(f->log, "%s%c%u", gap,
                                   s->op == BW_STEP_READ ? 'r' : 'w', s->len);
        }
        for (unsigned k = 0; s->op == BW_STEP_WRITE && k < s->len; k++) {
            g_string_append_printf(f->log, " 0x%02x", s->data[k]);
        }
    }
    g_string_append_c(f->log, '\n');
}

static enum bw_status reply_step(struct fake_agent *f, uint32_t id,
                                 struct bw_reader *r, struct bw_writer *w)
{
    static uint8_t data[BW_I2C_MAX_BYTES];
    struct bw_wire_step_request m;
    struct bw_i2c_progress p = { 0 };
    enum bw_status status = BW_OK;

    g_assert_cmpint(bw_wire_get_step_request(r, &m), ==, BW_OK);
    log_steps(f, id, &m);
    if (bw_i2c_steps_check(m.steps, m.nsteps, f->phase) != BW_OK) {
        bw_wire_put_step_reply(w, NULL, 0, &p);
        return BW_INVALID;
    }
    bw_i2c_steps_assign_reads(m.steps, m.nsteps, data, sizeof(data));
    while (p.done < m.nsteps && status == BW_OK) {
        status = run_step(f, &m.steps[p.done], &p.byte);
        p.done += status == BW_OK;
    }
    f->phase = bw_i2c_steps_after(m.steps, p.done, f->phase, status);
    bw_wire_put_step_reply(w, m.steps, m.nsteps, &p);
    return status;
}

static void log_smbus(struct fake_agent *f, uint32_t id,
                      const struct bw_smbus_xfer *x)
{
    g_string_append_printf(f->log, "%u %s@0x%02x 0x%02x%s", id,
                           bw_smbus_name(x->form, x->flags & BW_SMBUS_READ),
                           x->addr, x->command,
                           x->flags & BW_SMBUS_PEC ? " pec" : "");
    for (unsigned i = 0; i < x->out_len; i++) {
        g_string_append_printf(f->log, " 0x%02x", x->out[i]);
    }
    g_string_append_c(f->log, '\n');
}

static enum bw_status reply_xfer(struct fake_agent *f, uint32_t id,
                                 struct bw_reader *r, struct bw_writer *w)
{
    uint8_t data[BW_I2C_MAX_BYTES];
    struct bw_wire_i2c_failure where;
    struct bw_wire_i2c_request m;
    enum bw_status status;
    char text[256];

    g_assert_cmpint(bw_wire_get_i2c_request(r, &m), ==, BW_OK);
    g_assert_true(bw_reader_done(r));
    g_assert_cmpint(bw_i2c_xfer_assign_reads(&m.xfer, data, sizeof(data)), ==,
                    BW_OK);
    bw_i2c_xfer_print(&m.xfer, text, sizeof(text));
    g_string_append_printf(f->log, "%u %s\n", id, text);
    status = run_xfer(f, &m.xfer, &where);
    if (status == BW_OK) {
        bw_wire_put_i2c_reply(w, &m.xfer);
    } else {
        bw_wire_put_i2c_failure(w, &where);
    }
    return status;
}

static enum bw_status reply_smbus(struct fake_agent *f, uint32_t id,
                                  struct bw_reader *r, struct bw_writer *w)
{
    struct bw_wire_smbus_request m;
    enum bw_status status;

    g_assert_cmpint(bw_wire_get_smbus_request(r, &m), ==, BW_OK);
    log_smbus(f, id, &m.xfer);
    m.xfer.flags &= ~BW_SMBUS_PEC;
    status = bw_smbus_run_steps(&m.xfer, run_steps, f);
    if (status == BW_OK) {
        bw_wire_put_smbus_reply(w, &m.xfer);
    } else {
        bw_wire_put_text(w, "the part does not want to");
    }
    return status;
}

static void reply_profile(struct fake_agent *f, struct bw_writer *w)
{
    struct bw_wire_profile m = {
        .text = (const uint8_t *)f->profile,
        .len = strlen(f->profile),
    };

    bw_wire_put_profile(w, &m);
}

enum bw_status fake_part_reply(struct fake_agent *f, unsigned type, uint32_t id,
                               struct bw_reader *r, struct bw_writer *w)
{
    switch (type) {
    case BW_MSG_I2C_XFER:
        return reply_xfer(f, id, r, w);
    case BW_MSG_I2C_STEP:
        return reply_step(f, id, r, w);
    case BW_MSG_SMBUS_XFER:
        return reply_smbus(f, id, r, w);
    default:
        reply_profile(f, w);
        return BW_OK;
    }
}
