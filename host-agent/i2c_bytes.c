/*
 * Transfers and steps for backends that go byte by byte; see i2c_bytes.h.
 *
 * A read from a 10-bit address begins by writing both address bytes (NXP
 * UM10204 rev. 7, figure 15), unless the messages before addressed the same
 * part: then the repeated START and the first byte are enough (section
 * 3.1.11, the part stays addressed).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/i2c_bytes.h"

#define READ_BIT     0x01
#define TEN_BIT_BYTE 0xf0    /* 11110xx and R/W */
#define NO_ADDR      0xffffu /* bw_i2c_bytes: no 10-bit address */
#define NO_BYTE      0xffffu /* bw_wire_i2c_failure: not a data byte */

void bw_i2c_bytes_init(struct bw_i2c_bytes *b,
                       const struct bw_i2c_bytes_ops *ops, void *bus)
{
    b->ops = ops;
    b->bus = bus;
    b->open = false;
    b->selected = NO_ADDR;
}

static bool is_nack(enum bw_status status)
{
    return status == BW_NACK_ADDR || status == BW_NACK_DATA;
}

/* What the bus said; after all but success and a NACK it is free. */
static enum bw_status note(struct bw_i2c_bytes *b, enum bw_status status)
{
    b->open = status == BW_OK || is_nack(status);
    if (status != BW_OK) {
        b->selected = NO_ADDR;
    }
    return status;
}

static enum bw_status start_ten_bit(struct bw_i2c_bytes *b, uint16_t addr,
                                    bool is_read)
{
    uint8_t byte = (uint8_t)(TEN_BIT_BYTE | (addr >> 7 & 0x06));
    enum bw_status status = BW_OK;

    if (!is_read || b->selected != addr) {
        status = b->ops->start(b->bus, byte);
        if (status == BW_OK) {
            status = b->ops->write(b->bus, (uint8_t)addr);
        }
        b->selected = addr;
    }
    if (status == BW_OK && is_read) {
        status = b->ops->start(b->bus, byte | READ_BIT);
    }
    return status == BW_NACK_DATA ? BW_NACK_ADDR : status;
}

static enum bw_status start(struct bw_i2c_bytes *b, uint16_t addr,
                            uint16_t flags)
{
    bool is_read = flags & BW_I2C_READ;

    if (flags & BW_I2C_TEN_BIT) {
        return note(b, start_ten_bit(b, addr, is_read));
    }
    b->selected = NO_ADDR;
    return note(b, b->ops->start(b->bus, (uint8_t)(addr << 1 |
                                                   (is_read ? READ_BIT : 0))));
}

static enum bw_status stop(struct bw_i2c_bytes *b)
{
    b->open = false;
    b->selected = NO_ADDR;
    return b->ops->stop(b->bus);
}

/* @done receives the bytes that were acknowledged, or read. */
static enum bw_status move(struct bw_i2c_bytes *b, bool is_read, uint8_t *data,
                           uint16_t len, uint16_t *done)
{
    enum bw_status status = BW_OK;
    uint16_t i;

    for (i = 0; i < len; i++) {
        status = is_read ? b->ops->read(b->bus, &data[i])
                         : b->ops->write(b->bus, data[i]);
        if (status != BW_OK) {
            break;
        }
    }
    *done = i;
    return note(b, status);
}

static enum bw_status run_msg(struct bw_i2c_bytes *b,
                              const struct bw_i2c_msg *m, uint16_t *byte)
{
    enum bw_status status = start(b, m->addr, m->flags);

    *byte = NO_BYTE;
    if (status == BW_OK && m->len > 0) {
        status = move(b, m->flags & BW_I2C_READ, m->data, m->len, byte);
    }
    return status;
}

enum bw_status bw_i2c_bytes_xfer(struct bw_i2c_bytes *b, struct bw_i2c_xfer *x,
                                 struct bw_wire_i2c_failure *where)
{
    enum bw_status status = BW_OK;
    enum bw_status end;
    uint16_t i;

    for (i = 0; i < x->nmsgs && status == BW_OK; i++) {
        where->msg = i;
        status = run_msg(b, &x->msgs[i], &where->byte);
    }
    if (!b->open) {
        return status;
    }
    end = stop(b);
    if (status == BW_OK && end != BW_OK) {
        where->byte = NO_BYTE;
        status = end;
    }
    return status;
}

static enum bw_status run_step(struct bw_i2c_bytes *b,
                               const struct bw_i2c_step *step, uint16_t *byte)
{
    *byte = 0;
    switch (step->op) {
    case BW_STEP_START:
        return start(b, step->addr, step->flags);
    case BW_STEP_WRITE:
    case BW_STEP_READ:
        return move(b, step->op == BW_STEP_READ, step->data, step->len, byte);
    default:
        return stop(b);
    }
}

enum bw_status bw_i2c_bytes_step(struct bw_i2c_bytes *b,
                                 struct bw_i2c_step *steps, size_t nsteps,
                                 struct bw_i2c_progress *progress)
{
    enum bw_status status = BW_OK;
    uint16_t i;

    for (i = 0; i < nsteps && status == BW_OK; i++) {
        status = run_step(b, &steps[i], &progress->byte);
    }
    progress->done = status == BW_OK ? i : (uint16_t)(i - 1);
    if (status == BW_OK) {
        progress->byte = 0;
    }
    return status;
}
