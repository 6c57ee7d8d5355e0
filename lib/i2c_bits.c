/*
 * An I2C bus seen from its parts, line by line.
 *
 * A bit is valid while SCL is high; the parts change SDA after SCL has fallen.
 * START in mid-byte, which the specification allows, begins anew.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "lib/i2c_bits.h"

#define DATA_BITS 8
#define ALL_BITS  9 /* with ACK */
#define FIRST_BIT 0x80
#define READ_BIT  0x01

enum {
    IDLE,
    ADDRESS,
    WRITE,
    READ,
    IGNORE,
    STATES
};

static enum bw_i2c_bits_ask ask(struct bw_i2c_bits *b,
                                enum bw_i2c_bits_ask what)
{
    b->waiting = true;
    b->scl_low = true;
    return what;
}

static void begin_byte(struct bw_i2c_bits *b, int state)
{
    b->state = state;
    b->bit = 0;
}

static enum bw_i2c_bits_ask condition(struct bw_i2c_bits *b, int state)
{
    bool waiting = b->waiting;

    b->waiting = false;
    b->scl_low = false;
    b->sda_low = false;
    begin_byte(b, state);
    if (waiting) {
        b->open = false;
        return BW_I2C_BITS_ABORT;
    }
    if (state == IDLE && b->open) {
        b->open = false;
        return BW_I2C_BITS_STOP;
    }
    return BW_I2C_BITS_NOTHING;
}

static void scl_rises(struct bw_i2c_bits *b)
{
    if (b->bit < DATA_BITS) {
        if (b->state != READ) {
            b->byte = (uint8_t)(b->byte << 1 | b->sda);
        }
        b->bit++;
    } else if (b->bit == DATA_BITS) {
        if (b->state == READ) {
            b->refused = b->sda; /* the master's ACK */
        }
        b->bit++;
    }
}

/* The ACK bit is over: what comes next? */
static enum bw_i2c_bits_ask byte_is_over(struct bw_i2c_bits *b)
{
    b->sda_low = false;
    if (b->refused) {
        bool by_master = b->state == READ;

        begin_byte(b, IGNORE);
        return by_master ? BW_I2C_BITS_NACK : BW_I2C_BITS_NOTHING;
    }
    if (b->state == READ || (b->state == ADDRESS && (b->byte & READ_BIT))) {
        begin_byte(b, READ);
        return ask(b, BW_I2C_BITS_RECV);
    }
    begin_byte(b, WRITE);
    return BW_I2C_BITS_NOTHING;
}

static enum bw_i2c_bits_ask data_bits_are_over(struct bw_i2c_bits *b)
{
    if (b->state == READ) {
        b->sda_low = false; /* ACK is the master's */
        return BW_I2C_BITS_NOTHING;
    }
    if (b->state == ADDRESS) {
        b->open = true;
        return ask(b, BW_I2C_BITS_ADDRESS);
    }
    return ask(b, BW_I2C_BITS_SEND);
}

static enum bw_i2c_bits_ask scl_falls(struct bw_i2c_bits *b)
{
    if (b->bit == ALL_BITS) {
        return byte_is_over(b);
    }
    if (b->bit == DATA_BITS) {
        return data_bits_are_over(b);
    }
    if (b->state == READ) {
        b->sda_low = !(b->byte & FIRST_BIT >> b->bit);
    }
    return BW_I2C_BITS_NOTHING;
}

void bw_i2c_bits_reset(struct bw_i2c_bits *b, bool scl, bool sda)
{
    *b = (struct bw_i2c_bits){ .scl = scl, .sda = sda };
}

enum bw_i2c_bits_ask bw_i2c_bits_lines(struct bw_i2c_bits *b, bool scl,
                                       bool sda)
{
    bool scl_was = b->scl;
    bool sda_was = b->sda;

    b->scl = scl;
    b->sda = sda;
    if (scl_was && scl && sda_was != sda) {
        return condition(b, sda ? IDLE : ADDRESS);
    }
    if (scl_was == scl || b->waiting || b->state == IDLE ||
        b->state == IGNORE) {
        return BW_I2C_BITS_NOTHING;
    }
    if (scl) {
        scl_rises(b);
        return BW_I2C_BITS_NOTHING;
    }
    return scl_falls(b);
}

void bw_i2c_bits_answer(struct bw_i2c_bits *b, bool ack, uint8_t byte)
{
    if (!b->waiting) {
        return;
    }
    b->waiting = false;
    b->scl_low = false;
    if (b->state == READ) {
        b->byte = byte;
        b->sda_low = !(byte & FIRST_BIT);
    } else {
        b->refused = !ack;
        b->sda_low = ack;
    }
}

bool bw_i2c_bits_valid(const struct bw_i2c_bits *b)
{
    return b->state < STATES && b->bit <= ALL_BITS;
}
