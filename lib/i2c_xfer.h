/*
 * One I2C transfer: messages joined by repeated START, ended by one STOP.
 *
 * The shape is that of Linux's I2C_RDWR.  Its text form is the notation of
 * i2ctransfer(8), "w1@0x50 0x64 r8": it is what traces, logs, tests, the
 * benchwire tool and the documents print, by the functions of this file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_I2C_XFER_H
#define BENCHWIRE_LIB_I2C_XFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define BW_I2C_MAX_MSGS  42    /* Linux I2C_RDWR_IOCTL_MAX_MSGS */
#define BW_I2C_MAX_LEN   8192  /* bytes in one message, Linux i2c-dev limit */
#define BW_I2C_MAX_BYTES 32768 /* bytes in all messages of one direction */

enum bw_i2c_msg_flag {
    BW_I2C_READ = 1u << 0,   /* part to master; otherwise master to part */
    BW_I2C_TEN_BIT = 1u << 1 /* @addr has 10 bits; otherwise 7 */
};
#define BW_I2C_FLAGS_ALL (BW_I2C_READ | BW_I2C_TEN_BIT)

struct bw_i2c_msg {
    uint16_t addr;  /* right-aligned, without the R/W bit */
    uint16_t flags; /* enum bw_i2c_msg_flag */
    uint16_t len;   /* data bytes, 0 is legal */
    uint8_t *data;  /* @len bytes, owned by the caller; NULL if @len is 0 */
};

struct bw_i2c_xfer {
    uint16_t nmsgs;
    struct bw_i2c_msg msgs[BW_I2C_MAX_MSGS];
};

/**
 * bw_i2c_xfer_check: is this a transfer that may be sent or executed?
 *
 * Returns: BW_OK; BW_INVALID for no messages, an address or flag out of
 * range, NULL data with a length; BW_TOO_LONG over one of the limits above.
 */
enum bw_status bw_i2c_xfer_check(const struct bw_i2c_xfer *x);

/* The same, but for the data pointers, which are not looked at. */
enum bw_status bw_i2c_xfer_check_shape(const struct bw_i2c_xfer *x);

/* Sum of the lengths of the messages that are reads (or writes). */
size_t bw_i2c_xfer_bytes(const struct bw_i2c_xfer *x, bool reads);

/**
 * bw_i2c_xfer_assign_reads: give every read message its place in @buf
 * @buf: room for the read bytes of all messages, in order
 * @size: bytes in @buf
 *
 * Returns: BW_OK or BW_TOO_LONG (nothing assigned).
 */
enum bw_status bw_i2c_xfer_assign_reads(struct bw_i2c_xfer *x, uint8_t *buf,
                                        size_t size);

/**
 * bw_i2c_xfer_print: write the i2ctransfer notation, "w1@0x50 0x64 r8"
 * @out: NUL-terminated always if @size > 0; a longer text ends in "..."
 * @size: bytes in @out
 *
 * The address is printed where it changes, as i2ctransfer allows it; one of
 * 10 bits ends in t, "r1@0x150t", which i2ctransfer does not know.  Read data
 * is not printed.
 *
 * Returns: the length the whole text would have, without the NUL.
 */
size_t bw_i2c_xfer_print(const struct bw_i2c_xfer *x, char *out, size_t size);

/**
 * bw_i2c_xfer_parse: read the i2ctransfer notation
 * @text: words separated by blanks: {r|w}LENGTH[@address] then, for a write,
 *        bytes in any base of C; a byte's suffix = repeats it, + and - count
 *        up and down, p counts pseudo-randomly, as i2ctransfer(8) defines;
 *        not its LENGTH "?"
 * @buf: receives the bytes of all writes, then the room of all reads; the
 *       messages point into it
 * @size: bytes in @buf
 * @error_at: if not NULL, on failure the offset in @text of the word that is
 *            wrong, or of the end where a word is missing
 *
 * Returns: BW_OK; BW_INVALID for text that is not of that form; BW_TOO_LONG
 * over a limit.  @x is untouched on failure.
 */
enum bw_status bw_i2c_xfer_parse(struct bw_i2c_xfer *x, const char *text,
                                 uint8_t *buf, size_t size, size_t *error_at);

#endif
