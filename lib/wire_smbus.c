/*
 * The benchwire protocol: the bodies of SMBUS_XFER; see wire_smbus.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wire_smbus.h"

#include <string.h>

/* The field travels only where it says something. */
static bool in_len_fits(const struct bw_smbus_xfer *x)
{
    bool counts_reads =
        x->form == BW_SMBUS_I2C_BLOCK && (x->flags & BW_SMBUS_READ);

    return counts_reads || x->in_len == 0;
}

void bw_wire_put_smbus_request(struct bw_writer *w,
                               const struct bw_wire_smbus_request *m)
{
    const struct bw_smbus_xfer *x = &m->xfer;

    if (bw_smbus_check(x) != BW_OK) {
        w->failed = true;
        return;
    }
    bw_write_le32(w, m->deadline_ms);
    bw_write_le16(w, x->addr);
    bw_write_le16(w, x->form);
    bw_write_le16(w, x->flags);
    bw_write_u8(w, x->command);
    bw_write_u8(w, in_len_fits(x) ? x->in_len : 0);
    bw_write_u8(w, x->out_len);
    bw_write_bytes(w, x->out, x->out_len);
}

enum bw_status bw_wire_get_smbus_request(struct bw_reader *r,
                                         struct bw_wire_smbus_request *m)
{
    struct bw_wire_smbus_request v;
    const uint8_t *out;

    memset(&v, 0, sizeof(v));
    v.deadline_ms = bw_read_le32(r);
    v.xfer.addr = bw_read_le16(r);
    v.xfer.form = bw_read_le16(r);
    v.xfer.flags = bw_read_le16(r);
    v.xfer.command = bw_read_u8(r);
    v.xfer.in_len = bw_read_u8(r);
    v.xfer.out_len = bw_read_u8(r);
    out = bw_read_bytes(r, v.xfer.out_len);
    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    if (bw_smbus_check(&v.xfer) != BW_OK || !in_len_fits(&v.xfer) ||
        v.deadline_ms > BW_WIRE_MAX_TIME_MS) {
        return BW_INVALID;
    }
    if (v.xfer.out_len > 0) {
        memcpy(v.xfer.out, out, v.xfer.out_len);
    }
    *m = v;
    return BW_OK;
}

void bw_wire_put_smbus_reply(struct bw_writer *w, const struct bw_smbus_xfer *x)
{
    if (bw_smbus_reads(x)) {
        bw_write_bytes(w, x->in, x->in_len);
    }
}

enum bw_status bw_wire_get_smbus_reply(struct bw_reader *r,
                                       struct bw_smbus_xfer *x)
{
    int want = bw_smbus_in_len(x);
    size_t len = bw_reader_left(r);

    if (r->failed || len > BW_SMBUS_MAX_BLOCK ||
        (want < 0 ? len == 0 : len != (size_t)want)) {
        return BW_MALFORMED;
    }
    x->in_len = (uint8_t)len;
    if (len > 0) {
        memcpy(x->in, bw_read_bytes(r, len), len);
    }
    return BW_OK;
}

uint32_t bw_wire_smbus_funcs(const struct bw_smbus_xfer *x)
{
    static const uint32_t funcs[][2] = {
        [BW_SMBUS_QUICK] = { BW_I2C_FUNC_SMBUS_QUICK, BW_I2C_FUNC_SMBUS_QUICK },
        [BW_SMBUS_BYTE] = { BW_I2C_FUNC_SMBUS_BYTE, BW_I2C_FUNC_SMBUS_BYTE },
        [BW_SMBUS_BYTE_DATA] = { BW_I2C_FUNC_SMBUS_BYTE_DATA,
                                 BW_I2C_FUNC_SMBUS_BYTE_DATA },
        [BW_SMBUS_WORD_DATA] = { BW_I2C_FUNC_SMBUS_WORD_DATA,
                                 BW_I2C_FUNC_SMBUS_WORD_DATA },
        [BW_SMBUS_PROC_CALL] = { BW_I2C_FUNC_SMBUS_PROC_CALL,
                                 BW_I2C_FUNC_SMBUS_PROC_CALL },
        [BW_SMBUS_BLOCK] = { BW_I2C_FUNC_SMBUS_BLOCK_WRITE,
                             BW_I2C_FUNC_SMBUS_BLOCK_READ },
        [BW_SMBUS_BLOCK_PROC_CALL] = { BW_I2C_FUNC_SMBUS_BLOCK_PROC_CALL,
                                       BW_I2C_FUNC_SMBUS_BLOCK_PROC_CALL },
        [BW_SMBUS_I2C_BLOCK] = { BW_I2C_FUNC_SMBUS_I2C_BLOCK_WRITE,
                                 BW_I2C_FUNC_SMBUS_I2C_BLOCK_READ },
    };
    bool is_read = x->flags & BW_SMBUS_READ;
    bool pec = x->flags & BW_SMBUS_PEC;

    return funcs[x->form][is_read] | (pec ? BW_I2C_FUNC_SMBUS_PEC : 0);
}
