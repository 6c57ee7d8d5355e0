/*
 * I2C transfers over a link; see link_i2c.h.
 *
 * docs/protocol.md, I2C_XFER, is the rule.  Before it on the way of a register
 * read: i2c_transfer.c.  After it: link.c, which frames and sends.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "link_i2c.h"

uint32_t bw_link_i2c_wait_ms(const BwLink *link,
                             const struct bw_wire_opened *opened)
{
    uint32_t timeout_ms = link->config.timeout_ms;

    return timeout_ms > opened->timeout_ms ? timeout_ms - opened->timeout_ms :
                                             timeout_ms / 2;
}

enum bw_status bw_link_i2c_send(BwLink *link, const struct bw_i2c_xfer *x,
                                uint32_t wait_ms, BwLinkReplyFunc *done,
                                void *opaque, uint32_t *id)
{
    struct bw_wire_i2c_request m = { .deadline_ms = wait_ms, .xfer = *x };
    struct bw_writer *w;

    *id = bw_link_begin(link, BW_MSG_I2C_XFER, &w);
    if (!*id) {
        return bw_link_is_ready(link) ? BW_BUSY : BW_LINK_DOWN;
    }
    bw_wire_put_i2c_request(w, &m);
    return bw_link_commit(link, done, opaque) ? BW_OK : BW_TOO_LONG;
}

bool bw_link_i2c_take(BwLink *link, struct bw_i2c_xfer *x, unsigned status,
                      const uint8_t *body, size_t len)
{
    struct bw_wire_i2c_failure where;
    enum bw_status got;
    struct bw_reader r;

    bw_reader_init(&r, body, len);
    got = status == BW_OK ? bw_wire_get_i2c_reply(&r, x) :
                            bw_wire_get_i2c_failure(&r, &where);
    if (got == BW_OK && bw_reader_done(&r)) {
        return true;
    }
    bw_link_reject(link, "a reply to I2C_XFER of the wrong length");
    return false;
}
