/*
 * The benchwire protocol: the bodies of I2C_XFER.
 *
 * Source: docs/protocol.md, "I2C_XFER", which is normative.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wire.h"

#include <string.h>

/* The request's write bytes stay where they are, in the reader's buffer. */
static uint8_t *borrow(const uint8_t *bytes)
{
    return (uint8_t *)(uintptr_t)bytes;
}

static bool is_read(const struct bw_i2c_msg *msg)
{
    return (msg->flags & BW_I2C_READ) != 0;
}

void bw_wire_put_i2c_request(struct bw_writer *w,
                             const struct bw_wire_i2c_request *m)
{
    if (bw_i2c_xfer_check_shape(&m->xfer) != BW_OK) {
        w->failed = true;
        return;
    }
    bw_write_le32(w, m->deadline_ms);
    bw_write_le16(w, m->xfer.nmsgs);
    for (unsigned i = 0; i < m->xfer.nmsgs; i++) {
        const struct bw_i2c_msg *msg = &m->xfer.msgs[i];

        bw_write_le16(w, msg->addr);
        bw_write_le16(w, msg->flags);
        bw_write_le16(w, msg->len);
        if (!is_read(msg) && msg->len > 0) {
            if (!msg->data) {
                w->failed = true;
                return;
            }
            bw_write_bytes(w, msg->data, msg->len);
        }
    }
}

static void get_msg(struct bw_reader *r, struct bw_i2c_msg *msg)
{
    msg->addr = bw_read_le16(r);
    msg->flags = bw_read_le16(r);
    msg->len = bw_read_le16(r);
    msg->data = NULL;
    if (!is_read(msg) && msg->len > 0) {
        msg->data = borrow(bw_read_bytes(r, msg->len));
    }
}

enum bw_status bw_wire_get_i2c_request(struct bw_reader *r,
                                       struct bw_wire_i2c_request *m)
{
    struct bw_wire_i2c_request v;
    enum bw_status status;

    v.deadline_ms = bw_read_le32(r);
    v.xfer.nmsgs = bw_read_le16(r);
    if (v.xfer.nmsgs > BW_I2C_MAX_MSGS) {
        return BW_TOO_LONG;
    }
    for (unsigned i = 0; i < v.xfer.nmsgs; i++) {
        get_msg(r, &v.xfer.msgs[i]);
    }
    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    status = bw_i2c_xfer_check_shape(&v.xfer);
    if (status != BW_OK) {
        return status;
    }
    if (v.deadline_ms > BW_WIRE_MAX_TIME_MS) {
        return BW_INVALID;
    }
    m->deadline_ms = v.deadline_ms;
    m->xfer.nmsgs = v.xfer.nmsgs;
    memcpy(m->xfer.msgs, v.xfer.msgs, v.xfer.nmsgs * sizeof(v.xfer.msgs[0]));
    return BW_OK;
}

void bw_wire_put_i2c_reply(struct bw_writer *w, const struct bw_i2c_xfer *x)
{
    if (bw_i2c_xfer_check(x) != BW_OK) {
        w->failed = true;
        return;
    }
    for (unsigned i = 0; i < x->nmsgs; i++) {
        if (is_read(&x->msgs[i])) {
            bw_write_bytes(w, x->msgs[i].data, x->msgs[i].len);
        }
    }
}

enum bw_status bw_wire_get_i2c_reply(struct bw_reader *r, struct bw_i2c_xfer *x)
{
    if (bw_i2c_xfer_check(x) != BW_OK || r->failed ||
        bw_reader_left(r) != bw_i2c_xfer_bytes(x, true)) {
        return BW_MALFORMED;
    }
    for (unsigned i = 0; i < x->nmsgs; i++) {
        struct bw_i2c_msg *msg = &x->msgs[i];

        if (is_read(msg) && msg->len > 0) {
            memcpy(msg->data, bw_read_bytes(r, msg->len), msg->len);
        }
    }
    return BW_OK;
}

void bw_wire_put_i2c_failure(struct bw_writer *w,
                             const struct bw_wire_i2c_failure *m)
{
    bw_write_le16(w, m->msg);
    bw_write_le16(w, m->byte);
}

enum bw_status bw_wire_get_i2c_failure(struct bw_reader *r,
                                       struct bw_wire_i2c_failure *m)
{
    struct bw_wire_i2c_failure v;

    v.msg = bw_read_le16(r);
    v.byte = bw_read_le16(r);
    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    *m = v;
    return BW_OK;
}
