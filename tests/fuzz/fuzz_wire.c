/*
 * Fuzzer of the wire codec: any bytes as one frame.
 *
 * What a decoder accepts must be written back byte for byte; what it refuses
 * must leave the output alone.  An input is a frame, as a recording has it;
 * its length field is taken as the rest of the input, so that no input is
 * wasted on a wrong one.  For a reply of I2C_XFER the two low bits of the id
 * choose how many bytes had been asked for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>

#include "tests/wire_recode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t out[BW_WIRE_MAX_FRAME];

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* The notation, both ways, for every transfer that was understood. */
static void check_notation(const struct bw_wire_header *h, const uint8_t *body)
{
    static uint8_t room[2 * BW_I2C_MAX_BYTES];
    static char text[BW_I2C_MAX_BYTES * 5 + BW_I2C_MAX_MSGS * 20];
    struct bw_wire_i2c_request m;
    struct bw_i2c_xfer again;
    struct bw_reader r;
    size_t len;

    bw_reader_init(&r, body, h->len);
    if (h->type != BW_MSG_I2C_XFER ||
        bw_wire_get_i2c_request(&r, &m) != BW_OK) {
        return;
    }
    len = bw_i2c_xfer_print(&m.xfer, text, sizeof(text));
    must(len < sizeof(text) && strlen(text) == len);
    must(bw_i2c_xfer_parse(&again, text, room, sizeof(room), NULL) == BW_OK);
    must(again.nmsgs == m.xfer.nmsgs);
    for (unsigned i = 0; i < again.nmsgs; i++) {
        const struct bw_i2c_msg *a = &m.xfer.msgs[i];
        const struct bw_i2c_msg *b = &again.msgs[i];

        must(a->addr == b->addr && a->flags == b->flags && a->len == b->len);
        must((a->flags & BW_I2C_READ) || a->len == 0 ||
             memcmp(a->data, b->data, a->len) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bw_wire_header h;
    struct recode c;

    if (size < BW_WIRE_HEADER_LEN || size > BW_WIRE_MAX_FRAME) {
        return 0;
    }
    if (bw_wire_get_header(data, &h) != BW_OK) {
        return 0;
    }
    h.len = (uint32_t)(size - BW_WIRE_HEADER_LEN);
    c.reply_len = h.len + (h.id & 3);
    recode_frame(&c, &h, data + BW_WIRE_HEADER_LEN, out);
    must(!c.touched);
    if (c.status == BW_OK) {
        /* All but the length field, which was not the input's. */
        must(c.w.pos == size);
        must(memcmp(out + 4, data + 4, size - 4) == 0);
    }
    check_notation(&h, data + BW_WIRE_HEADER_LEN);
    return 0;
}
