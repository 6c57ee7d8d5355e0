/*
 * An I2C bus seen from its parts, line by line: levels of SCL and SDA in,
 * START, bytes and STOP out, and what the parts do to the lines.
 *
 * For masters that drive the lines by hand.  Bytes are asked for and answered
 * one by one; an answer may come at once or later, and SCL is held low until
 * it does.  Source: NXP UM10204, I2C-bus specification, section 3.1.
 *
 * Pure: no time, no memory of its own.  Used by boards/i2c_wires.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_I2C_BITS_H
#define BENCHWIRE_LIB_I2C_BITS_H

#include <stdbool.h>
#include <stdint.h>

/* What the caller is to do.  Those marked * wait for bw_i2c_bits_answer(). */
enum bw_i2c_bits_ask {
    BW_I2C_BITS_NOTHING,
    BW_I2C_BITS_ADDRESS, /* * START, or repeated START, and an address */
    BW_I2C_BITS_SEND,    /* * a byte to the part */
    BW_I2C_BITS_RECV,    /* * the part's next byte */
    BW_I2C_BITS_NACK,    /* the master wants no more */
    BW_I2C_BITS_STOP,    /* the transaction is over */
    BW_I2C_BITS_ABORT,   /* so it is, although an answer is still due */
};

/**
 * struct bw_i2c_bits - read the last five fields, change nothing
 * @byte: with SEND, what was sent; with ADDRESS, address and direction bit
 * @open: an address was asked for since the last STOP
 * @waiting: an answer is due
 * @scl_low, @sda_low: whether the parts pull the line low
 */
struct bw_i2c_bits {
    uint8_t state;
    uint8_t bit; /* of the byte under way; 9: after its ACK */
    bool refused;
    bool scl;
    bool sda;

    uint8_t byte;
    bool open;
    bool waiting;
    bool scl_low;
    bool sda_low;
};

/* An idle bus whose lines have these levels; nothing is asked. */
void bw_i2c_bits_reset(struct bw_i2c_bits *b, bool scl, bool sda);

/* The levels of the lines now; they include @scl_low and @sda_low. */
enum bw_i2c_bits_ask bw_i2c_bits_lines(struct bw_i2c_bits *b, bool scl,
                                       bool sda);

/**
 * bw_i2c_bits_answer: answer the last ADDRESS, SEND or RECV
 * @ack: to ADDRESS and SEND: whether it is acknowledged
 * @byte: to RECV
 *
 * Without a question it does nothing.
 */
void bw_i2c_bits_answer(struct bw_i2c_bits *b, bool ack, uint8_t byte);

/* Whether the fields, as loaded from a snapshot, make sense. */
bool bw_i2c_bits_valid(const struct bw_i2c_bits *b);

#endif
