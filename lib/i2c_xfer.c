/*
 * I2C transfers: limits, and printing in the notation of i2ctransfer(8).
 *
 * The limits are those of Linux i2c-dev (include/uapi/linux/i2c-dev.h and
 * drivers/i2c/i2c-dev.c: 42 messages, 8192 bytes each).  Parsing is in
 * i2c_xfer_parse.c.  Not modelled: reads whose length the part tells, the
 * notation's "r?".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "i2c_xfer.h"

#include <string.h>

#define ADDR7_MAX  0x7fu
#define ADDR10_MAX 0x3ffu

static bool is_read(const struct bw_i2c_msg *msg)
{
    return (msg->flags & BW_I2C_READ) != 0;
}

static bool is_ten_bit(const struct bw_i2c_msg *msg)
{
    return (msg->flags & BW_I2C_TEN_BIT) != 0;
}

static enum bw_status check_msg(const struct bw_i2c_msg *msg)
{
    if ((msg->flags & ~(unsigned)BW_I2C_FLAGS_ALL) != 0) {
        return BW_INVALID;
    }
    if (msg->addr > (is_ten_bit(msg) ? ADDR10_MAX : ADDR7_MAX)) {
        return BW_INVALID;
    }
    return msg->len > BW_I2C_MAX_LEN ? BW_TOO_LONG : BW_OK;
}

enum bw_status bw_i2c_xfer_check_shape(const struct bw_i2c_xfer *x)
{
    if (x->nmsgs == 0) {
        return BW_INVALID;
    }
    if (x->nmsgs > BW_I2C_MAX_MSGS) {
        return BW_TOO_LONG;
    }
    for (unsigned i = 0; i < x->nmsgs; i++) {
        enum bw_status status = check_msg(&x->msgs[i]);

        if (status != BW_OK) {
            return status;
        }
    }
    if (bw_i2c_xfer_bytes(x, true) > BW_I2C_MAX_BYTES ||
        bw_i2c_xfer_bytes(x, false) > BW_I2C_MAX_BYTES) {
        return BW_TOO_LONG;
    }
    return BW_OK;
}

enum bw_status bw_i2c_xfer_check(const struct bw_i2c_xfer *x)
{
    enum bw_status status = bw_i2c_xfer_check_shape(x);

    if (status != BW_OK) {
        return status;
    }
    for (unsigned i = 0; i < x->nmsgs; i++) {
        if (x->msgs[i].len > 0 && !x->msgs[i].data) {
            return BW_INVALID;
        }
    }
    return BW_OK;
}

size_t bw_i2c_xfer_bytes(const struct bw_i2c_xfer *x, bool reads)
{
    size_t sum = 0;

    for (unsigned i = 0; i < x->nmsgs && i < BW_I2C_MAX_MSGS; i++) {
        if (is_read(&x->msgs[i]) == reads) {
            sum += x->msgs[i].len;
        }
    }
    return sum;
}

enum bw_status bw_i2c_xfer_assign_reads(struct bw_i2c_xfer *x, uint8_t *buf,
                                        size_t size)
{
    size_t used = 0;

    if (x->nmsgs > BW_I2C_MAX_MSGS || bw_i2c_xfer_bytes(x, true) > size) {
        return BW_TOO_LONG;
    }
    for (unsigned i = 0; i < x->nmsgs; i++) {
        struct bw_i2c_msg *msg = &x->msgs[i];

        if (is_read(msg)) {
            msg->data = msg->len > 0 ? buf + used : NULL;
            used += msg->len;
        }
    }
    return BW_OK;
}

/* Where printed characters go; those that do not fit are only counted. */
struct sink {
    char *out;
    size_t size;
    size_t total;
};

static void emit(struct sink *s, char c)
{
    if (s->total + 1 < s->size) {
        s->out[s->total] = c;
    }
    s->total++;
}

static void emit_decimal(struct sink *s, unsigned value)
{
    if (value >= 10) {
        unsigned divisor = 10;

        while (value / divisor >= 10) {
            divisor *= 10;
        }
        for (; divisor >= 10; divisor /= 10) {
            emit(s, (char)('0' + value / divisor % 10));
        }
    }
    emit(s, (char)('0' + value % 10));
}

static void emit_hex(struct sink *s, unsigned value, unsigned digits)
{
    emit(s, '0');
    emit(s, 'x');
    while (digits-- > 0) {
        emit(s, "0123456789abcdef"[value >> (4 * digits) & 0xf]);
    }
}

static void emit_addr(struct sink *s, const struct bw_i2c_msg *msg)
{
    emit(s, '@');
    emit_hex(s, msg->addr, msg->addr > 0xff ? 3 : 2);
    if (is_ten_bit(msg)) {
        emit(s, 't');
    }
}

static void emit_msg(struct sink *s, const struct bw_i2c_msg *msg,
                     const struct bw_i2c_msg *before)
{
    emit(s, is_read(msg) ? 'r' : 'w');
    emit_decimal(s, msg->len);
    if (!before || before->addr != msg->addr ||
        is_ten_bit(before) != is_ten_bit(msg)) {
        emit_addr(s, msg);
    }
    if (is_read(msg) || !msg->data) {
        return;
    }
    for (unsigned i = 0; i < msg->len; i++) {
        emit(s, ' ');
        emit_hex(s, msg->data[i], 2);
    }
}

/* End the text; one that was cut ends in as many dots as fit, three at most. */
static void finish(struct sink *s)
{
    size_t last, dots;

    if (s->size == 0) {
        return;
    }
    if (s->total < s->size) {
        s->out[s->total] = '\0';
        return;
    }
    last = s->size - 1;
    dots = last < 3 ? last : 3;
    memset(s->out + last - dots, '.', dots);
    s->out[last] = '\0';
}

size_t bw_i2c_xfer_print(const struct bw_i2c_xfer *x, char *out, size_t size)
{
    struct sink s = { .out = out, .size = size };

    for (unsigned i = 0; i < x->nmsgs && i < BW_I2C_MAX_MSGS; i++) {
        if (i > 0) {
            emit(&s, ' ');
        }
        emit_msg(&s, &x->msgs[i], i > 0 ? &x->msgs[i - 1] : NULL);
    }
    finish(&s);
    return s.total;
}
