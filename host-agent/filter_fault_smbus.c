/*
 * The fault filter's SMBus protocols; see filter_fault.c.
 *
 * Places are those of the bytes on the bus: of the message written the
 * command, a block's count and the data; of the one read a block's count and
 * the data.
 *
 * Choices: an adapter that knows protocols only cannot stop within one.  When
 * a fault ends what is written at byte n, the part gets the longest protocol
 * that writes up to n bytes of it: a send byte, a write byte, an I2C block, or
 * nothing.  A fault in the bytes read is found when they have been read.  A
 * bit that flips in what carries a packet error code shows as that: read, the
 * status is pec; written, the part refuses the code and keeps nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/filter_fault_priv.h"

#include <string.h>

#define MAX_BYTES (2 + BW_SMBUS_MAX_BLOCK) /* command, count, data */

/* The message that is written and the one that is read. */
struct shape {
    bool writes;
    bool reads;
    bool counted; /* a count goes before the data, in both */
    bool command; /* the command is written */
    bool data_out;
    bool data_in;
};

static struct shape shape_of(const struct bw_smbus_xfer *x)
{
    bool read = x->flags & BW_SMBUS_READ;
    struct shape s = { .writes = !read, .reads = read };

    switch (x->form) {
    case BW_SMBUS_QUICK:
        return s;
    case BW_SMBUS_BYTE:
        s.command = !read;
        s.data_in = read;
        return s;
    case BW_SMBUS_PROC_CALL:
    case BW_SMBUS_BLOCK_PROC_CALL:
        s.reads = true;
        s.data_out = true;
        break;
    default:
        s.data_out = !read;
        break;
    }
    s.writes = true;
    s.command = true;
    s.data_in = s.reads;
    s.counted =
        x->form == BW_SMBUS_BLOCK || x->form == BW_SMBUS_BLOCK_PROC_CALL;
    return s;
}

/* What is written after the address.  Returns how many bytes. */
static size_t put_out(const struct bw_smbus_xfer *x, const struct shape *s,
                      uint8_t out[MAX_BYTES])
{
    size_t n = 0;

    if (s->command) {
        out[n++] = x->command;
    }
    if (s->data_out) {
        if (s->counted) {
            out[n++] = x->out_len;
        }
        memcpy(out + n, x->out, x->out_len);
        n += x->out_len;
    }
    return n;
}

/* Look at one place.  Returns false if the message ends there. */
static bool look(struct bw_filter_fault *f, const struct bw_fault_msg *d,
                 uint32_t byte, uint8_t *mask, enum bw_status *status)
{
    struct bw_fault_effect effect;

    bw_fault_set_at(&f->set, d, byte, f->clock.now_ns(), &effect);
    bw_filter_fault_wait(f, effect.stretch_us);
    *mask = effect.mask;
    if (bw_filter_fault_gives_up(f, effect.stretch_us)) {
        *status = BW_TIMEOUT;
        return false;
    }
    if (effect.kind) {
        *status = bw_filter_fault_end(effect.kind, d->read, byte);
        return false;
    }
    return true;
}

/* The data bytes of a message.  Returns how many come through; @flipped: one
 * of them not as it was. */
static size_t look_bytes(struct bw_filter_fault *f,
                         const struct bw_fault_msg *d, uint8_t *bytes,
                         size_t len, enum bw_status *status, bool *flipped)
{
    uint8_t mask;
    size_t n;

    for (n = 0; n < len && look(f, d, (uint32_t)n, &mask, status); n++) {
        bytes[n] ^= mask;
        *flipped |= mask != 0;
    }
    return n;
}

/* The part gets the first @n bytes, as far as a protocol writes them. */
static enum bw_status run_start(struct bw_filter_fault *f,
                                const struct bw_smbus_xfer *x, size_t n)
{
    struct bw_smbus_xfer some = { .addr = x->addr, .command = x->command };
    bool i2c_block = x->form == BW_SMBUS_I2C_BLOCK;
    uint32_t func = BW_I2C_FUNC_SMBUS_BYTE;

    if (n == 0) {
        return BW_OK;
    }
    some.form = BW_SMBUS_BYTE;
    if (n > 1 && i2c_block) {
        some.form = BW_SMBUS_I2C_BLOCK;
        func = BW_I2C_FUNC_SMBUS_I2C_BLOCK_WRITE;
    } else if (n == 2 && x->form == BW_SMBUS_WORD_DATA) {
        some.form = BW_SMBUS_BYTE_DATA;
        func = BW_I2C_FUNC_SMBUS_BYTE_DATA;
    }
    if (some.form != BW_SMBUS_BYTE) {
        some.out_len = (uint8_t)(n - 1);
        memcpy(some.out, x->out, some.out_len);
    }
    if (!(f->inner->funcs & func)) {
        return BW_OK;
    }
    return f->inner->ops->smbus(f->inner, &some);
}

/* What is written, into @run as it arrives. */
static enum bw_status write_places(struct bw_filter_fault *f,
                                   const struct shape *s,
                                   struct bw_smbus_xfer *run)
{
    struct bw_fault_msg d = { .addr = run->addr };
    uint8_t out[MAX_BYTES];
    size_t len = put_out(run, s, out);
    size_t n = 0;
    enum bw_status status = BW_OK;
    bool flipped = false;
    uint8_t mask;

    if (look(f, &d, BW_FAULT_ANY, &mask, &status)) {
        n = look_bytes(f, &d, out, len, &status, &flipped);
    }
    if (s->command) {
        run->command = out[0];
    }
    if (s->data_out) {
        memcpy(run->out, out + len - run->out_len, run->out_len);
    }
    if (status == BW_OK && flipped && (run->flags & BW_SMBUS_PEC)) {
        return BW_NACK_DATA;
    }
    if (status != BW_OK) {
        enum bw_status inner = run_start(f, run, n);

        return inner == BW_OK ? status : inner;
    }
    return BW_OK;
}

/* What was read, as it arrives. */
static enum bw_status read_places(struct bw_filter_fault *f,
                                  const struct shape *s,
                                  struct bw_smbus_xfer *run)
{
    struct bw_fault_msg d = { .addr = run->addr, .read = true };
    uint8_t in[1 + BW_SMBUS_MAX_BLOCK];
    size_t len = run->in_len;
    enum bw_status status = BW_OK;
    bool flipped = false;
    size_t n;

    if (!s->data_in) {
        return BW_OK;
    }
    in[0] = run->in_len;
    memcpy(in + s->counted, run->in, run->in_len);
    len += s->counted;
    n = look_bytes(f, &d, in, len, &status, &flipped);
    if (status != BW_OK) {
        return status;
    }
    memset(in + n, 0xff, len - n);
    if ((flipped || n < len) && (run->flags & BW_SMBUS_PEC)) {
        return BW_PEC;
    }
    if (s->counted && in[0] != run->in_len) {
        return BW_IO; /* the master cannot tell where the block ends */
    }
    memcpy(run->in, in + s->counted, run->in_len);
    return BW_OK;
}

static enum bw_status run_places(struct bw_filter_fault *f,
                                 struct bw_smbus_xfer *run)
{
    struct shape s = shape_of(run);
    struct bw_fault_msg d = { .addr = run->addr, .read = true };
    enum bw_status status = BW_OK;
    uint8_t mask;

    if (s.writes) {
        status = write_places(f, &s, run);
    }
    if (status == BW_OK && s.reads &&
        !look(f, &d, BW_FAULT_ANY, &mask, &status)) {
        enum bw_status inner = run_start(f, run, s.writes ? 1 : 0);

        return inner == BW_OK ? status : inner;
    }
    if (status == BW_OK) {
        status = f->inner->ops->smbus(f->inner, run);
    }
    return status == BW_OK ? read_places(f, &s, run) : status;
}

enum bw_status bw_filter_fault_smbus(struct bw_i2c_adapter *a,
                                     struct bw_smbus_xfer *x)
{
    struct bw_filter_fault *f = (struct bw_filter_fault *)a;
    struct shape s = shape_of(x);
    struct bw_fault_msg d[2] = { { .addr = x->addr },
                                 { .addr = x->addr, .read = true } };
    struct bw_smbus_xfer run = *x;
    uint64_t stretch_us;
    enum bw_status status;

    if (!bw_fault_set_armed(&f->set)) {
        return f->inner->ops->smbus(f->inner, x);
    }
    status = bw_filter_fault_request(f, d + !s.writes, s.writes + s.reads);
    if (status == BW_OK) {
        status = bw_filter_fault_bus(f, &stretch_us);
    }
    if (status != BW_OK) {
        return status;
    }
    bw_filter_fault_wait(f, stretch_us);
    status = run_places(f, &run);
    if (status == BW_OK) {
        x->in_len = run.in_len;
        memcpy(x->in, run.in, sizeof(x->in));
    }
    return status;
}
