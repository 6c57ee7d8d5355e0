/*
 * SMBus protocols as plain I2C messages, and the other way round; see
 * smbus_map.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "smbus_map.h"

#include <string.h>

#include "wire_smbus.h"

static bool is_read(const struct bw_i2c_msg *m)
{
    return m->flags & BW_I2C_READ;
}

/* @len bytes behind the command, as a protocol of that form. */
static void fill(struct bw_smbus_xfer *s, unsigned form,
                 const struct bw_i2c_msg *write, size_t skip)
{
    s->form = (uint16_t)form;
    s->command = write->len > 0 ? write->data[0] : 0;
    s->out_len = 0;
    if (write->len > skip) {
        s->out_len = (uint8_t)(write->len - skip);
        memcpy(s->out, write->data + skip, s->out_len);
    }
}

static bool has(uint32_t funcs, const struct bw_smbus_xfer *s)
{
    return (bw_wire_smbus_funcs(s) & ~funcs) == 0;
}

/* A write with a command; the shortest form that fits and is there. */
static bool map_write(const struct bw_i2c_msg *m, uint32_t funcs, size_t max,
                      struct bw_smbus_xfer *s)
{
    static const unsigned short_forms[] = { BW_SMBUS_QUICK, BW_SMBUS_BYTE,
                                            BW_SMBUS_BYTE_DATA,
                                            BW_SMBUS_WORD_DATA };

    if (m->len < sizeof(short_forms) / sizeof(short_forms[0])) {
        fill(s, short_forms[m->len], m, 1);
        if (has(funcs, s)) {
            return true;
        }
    }
    if (m->len < 2 || m->len - 1u > max) {
        return false;
    }
    fill(s, BW_SMBUS_I2C_BLOCK, m, 1);
    if (has(funcs, s)) {
        return true;
    }
    fill(s, BW_SMBUS_BLOCK, m, 2);
    return m->len > 2 && m->data[1] == m->len - 2u && has(funcs, s);
}

/* A read without a write. */
static bool map_read(const struct bw_i2c_msg *m, uint32_t funcs,
                     struct bw_smbus_xfer *s)
{
    s->form = m->len == 0 ? BW_SMBUS_QUICK : BW_SMBUS_BYTE;
    s->flags = BW_SMBUS_READ;
    return m->len <= 1 && has(funcs, s);
}

/* A write and a read behind a repeated START. */
static bool map_both(const struct bw_i2c_msg *w, const struct bw_i2c_msg *r,
                     uint32_t funcs, size_t max, struct bw_smbus_xfer *s)
{
    if (w->len == 3 && r->len == 2) {
        fill(s, BW_SMBUS_PROC_CALL, w, 1);
        return has(funcs, s);
    }
    if (w->len != 1 || r->len == 0 || r->len > max) {
        return false;
    }
    s->flags = BW_SMBUS_READ;
    if (r->len <= 2) {
        fill(s, r->len == 1 ? BW_SMBUS_BYTE_DATA : BW_SMBUS_WORD_DATA, w, 1);
        if (has(funcs, s)) {
            return true;
        }
    }
    fill(s, BW_SMBUS_I2C_BLOCK, w, 1);
    s->in_len = (uint8_t)r->len;
    return has(funcs, s);
}

enum bw_status bw_smbus_from_i2c(const struct bw_i2c_xfer *x, uint32_t funcs,
                                 size_t max_block, struct bw_smbus_xfer *out)
{
    const struct bw_i2c_msg *m = x->msgs;
    bool found = false;

    memset(out, 0, sizeof(*out));
    if (max_block > BW_SMBUS_MAX_BLOCK) {
        max_block = BW_SMBUS_MAX_BLOCK;
    }
    for (unsigned i = 0; i < x->nmsgs; i++) {
        if ((m[i].flags & BW_I2C_TEN_BIT) || m[i].addr != m[0].addr) {
            return BW_UNSUPPORTED;
        }
    }
    out->addr = m[0].addr;
    if (x->nmsgs == 1) {
        found = is_read(m) ? map_read(m, funcs, out)
                           : map_write(m, funcs, max_block, out);
    } else if (x->nmsgs == 2 && !is_read(&m[0]) && is_read(&m[1])) {
        found = map_both(&m[0], &m[1], funcs, max_block, out);
    }
    return found ? BW_OK : BW_UNSUPPORTED;
}

void bw_smbus_give_i2c(const struct bw_smbus_xfer *done, struct bw_i2c_xfer *x)
{
    struct bw_i2c_msg *m = &x->msgs[x->nmsgs - 1];

    if (is_read(m) && m->len > 0) {
        memcpy(m->data, done->in, m->len);
    }
}

/* Plain messages */

/* The bytes that the master writes; none for a quick or a receive byte. */
static uint16_t put_out(const struct bw_smbus_xfer *x, uint8_t *out)
{
    uint16_t len = 0;

    if (x->form == BW_SMBUS_QUICK ||
        (x->form == BW_SMBUS_BYTE && (x->flags & BW_SMBUS_READ))) {
        return 0;
    }
    out[len++] = x->command;
    if (x->form == BW_SMBUS_BLOCK) {
        out[len++] = x->out_len;
    }
    memcpy(out + len, x->out, x->out_len);
    return (uint16_t)(len + x->out_len);
}

static uint8_t pec_of(uint8_t pec, uint16_t addr, bool read, const uint8_t *d,
                      size_t len)
{
    const uint8_t byte = (uint8_t)(addr << 1 | read);

    return bw_smbus_pec(bw_smbus_pec(pec, &byte, 1), d, len);
}

enum bw_status bw_smbus_to_plain(const struct bw_smbus_xfer *x,
                                 struct bw_smbus_plain *p)
{
    int in_len = bw_smbus_in_len(x);
    bool pec = x->flags & BW_SMBUS_PEC;
    bool reads =
        in_len > 0 || (x->form == BW_SMBUS_QUICK && (x->flags & BW_SMBUS_READ));
    uint16_t out_len;

    if (in_len < 0) {
        return BW_UNSUPPORTED;
    }
    p->xfer.nmsgs = 0;
    out_len = put_out(x, p->out);
    if (pec && !reads) {
        p->out[out_len] = pec_of(0, x->addr, false, p->out, out_len);
        out_len++;
    }
    if (out_len > 0 || !reads) {
        p->xfer.msgs[p->xfer.nmsgs++] =
            (struct bw_i2c_msg){ x->addr, 0, out_len, p->out };
    }
    if (reads) {
        p->xfer.msgs[p->xfer.nmsgs++] =
            (struct bw_i2c_msg){ x->addr, BW_I2C_READ, (uint16_t)(in_len + pec),
                                 p->in };
    }
    return BW_OK;
}

enum bw_status bw_smbus_take_plain(struct bw_smbus_xfer *x,
                                   const struct bw_smbus_plain *p)
{
    int in_len = bw_smbus_in_len(x);
    const struct bw_i2c_msg *first = &p->xfer.msgs[0];
    uint8_t pec = 0;

    if (in_len <= 0) {
        return BW_OK;
    }
    if (x->flags & BW_SMBUS_PEC) {
        if (!is_read(first)) {
            pec = pec_of(0, x->addr, false, p->out, first->len);
        }
        pec = pec_of(pec, x->addr, true, p->in, (size_t)in_len + 1);
        if (pec != 0) {
            return BW_PEC;
        }
    }
    x->in_len = (uint8_t)in_len;
    memcpy(x->in, p->in, x->in_len);
    return BW_OK;
}
