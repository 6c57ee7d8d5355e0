/*
 * An I2C master that drives SCL and SDA by hand; see i2c_bitbang.h.
 *
 * Source: NXP UM10204 rev. 7, I2C-bus specification: START, STOP and bits
 * 3.1.4 to 3.1.6, arbitration 3.1.8, clock stretching 3.1.9, bus clear 3.1.16,
 * times table 10.  SCL is low for 55 % of a period and high for 45 %, which
 * keeps all minima at 100 kHz, 400 kHz and 1 MHz; set-up and hold times of
 * START and STOP are one such low or high time.  SDA changes in the middle of
 * the low time, at least a quarter of it before SCL rises.  A line that rises
 * slowly, or a part that stretches, makes the clock slower, never faster.
 *
 * SDA that is low before a START is cleared with up to nine clocks and a STOP:
 * whoever was here before may have left a part in mid-byte.  If it is high,
 * nothing is clocked: a part that was left while it received would take the
 * clocks for data, and START alone makes it give up.  A part that sends when
 * STOP is due (its first bit follows the address at once) is clocked on until
 * it lets SDA go; it sees no ACK.
 *
 * Not modelled: waiting for another master's transaction to end (SDA low is
 * taken for a stuck line), synchronising with another master's clock, the
 * START byte, high-speed mode.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/i2c_bitbang.h"

#define MS_PER_S     1000u
#define NS_PER_S     1000000000u
#define LOW_PERCENT  55
#define BITS         8
#define USED_PERCENT 75 /* of the time: the rest is for the part */
#define FIRST_BIT    0x80
#define CLEAR_CLOCKS (BITS + 1)

void bw_bitbang_init(struct bw_bitbang *bb, struct bw_i2c_lines *lines,
                     uint32_t scl_hz)
{
    uint32_t period_ns = NS_PER_S / scl_hz;

    *bb = (struct bw_bitbang){ .lines = lines };
    bb->low_ns = period_ns * LOW_PERCENT / 100;
    bb->high_ns = period_ns - bb->low_ns;
}

uint32_t bw_bitbang_max_len(uint32_t scl_hz, uint32_t timeout_ms)
{
    uint64_t bytes = (uint64_t)scl_hz * timeout_ms / (MS_PER_S * (BITS + 1));

    bytes = bytes * USED_PERCENT / 100;
    return bytes < BW_I2C_MAX_LEN ? (uint32_t)bytes : BW_I2C_MAX_LEN;
}

void bw_bitbang_begin(struct bw_bitbang *bb, uint64_t deadline_ns)
{
    bb->deadline_ns = deadline_ns;
}

/* --- lines: nothing happens after a failure --- */

static void fail(struct bw_bitbang *bb, enum bw_status status)
{
    if (bb->status == BW_OK) {
        bb->status = status;
    }
}

static void drive(struct bw_bitbang *bb, enum bw_line line, bool low)
{
    if (bb->status == BW_OK && !bb->lines->ops->drive(bb->lines, line, low)) {
        fail(bb, BW_GONE);
    }
}

static bool sda_is_high(struct bw_bitbang *bb)
{
    int level;

    if (bb->status != BW_OK) {
        return true;
    }
    level = bb->lines->ops->level(bb->lines, BW_SDA);
    if (level < 0) {
        fail(bb, BW_GONE);
    }
    return level != 0;
}

/* Until so long after the newest edge. */
static void hold(struct bw_bitbang *bb, uint32_t ns)
{
    if (bb->status == BW_OK) {
        bb->lines->ops->wait_until(bb->lines, bb->edge_ns + ns);
    }
}

static void mark_edge(struct bw_bitbang *bb)
{
    bb->edge_ns = bb->lines->ops->now_ns(bb->lines);
}

/* SCL rises when the last part lets go of it. */
static void scl_up(struct bw_bitbang *bb)
{
    int high;

    drive(bb, BW_SCL, false);
    if (bb->status != BW_OK) {
        return;
    }
    high = bb->lines->ops->wait_high(bb->lines, bb->deadline_ns);
    if (high <= 0) {
        fail(bb, high < 0 ? BW_GONE : BW_TIMEOUT);
    }
    mark_edge(bb);
}

static void scl_down(struct bw_bitbang *bb)
{
    hold(bb, bb->high_ns);
    drive(bb, BW_SCL, true);
    mark_edge(bb);
}

/* What SDA is while SCL is high; SCL is low before, and may have been so for
 * long. */
static void set_up_sda(struct bw_bitbang *bb, bool low)
{
    const struct bw_i2c_lines_ops *ops = bb->lines->ops;

    hold(bb, bb->low_ns / 2);
    drive(bb, BW_SDA, low);
    if (bb->status == BW_OK) {
        ops->wait_until(bb->lines, ops->now_ns(bb->lines) + bb->low_ns / 4);
    }
    hold(bb, bb->low_ns);
}

/* The end of every operation.  A failure frees the bus at once. */
static enum bw_status done(struct bw_bitbang *bb, enum bw_status status)
{
    if (bb->status != BW_OK) {
        status = bb->status;
        bb->lines->ops->drive(bb->lines, BW_SDA, false);
        bb->lines->ops->drive(bb->lines, BW_SCL, false);
        bb->open = false;
        bb->ack_due = false;
        bb->status = BW_OK;
    }
    return status;
}

/* --- bits --- */

/* Somebody else who sends 0 instead of this 1 has won the bus. */
static void send_bit(struct bw_bitbang *bb, bool bit)
{
    set_up_sda(bb, !bit);
    scl_up(bb);
    if (bit && !sda_is_high(bb)) {
        fail(bb, BW_ARBITRATION);
    }
    scl_down(bb);
}

static bool receive_bit(struct bw_bitbang *bb)
{
    bool bit;

    set_up_sda(bb, false);
    scl_up(bb);
    hold(bb, bb->high_ns / 2);
    bit = sda_is_high(bb);
    scl_down(bb);
    return bit;
}

static void send_ack_bit(struct bw_bitbang *bb, bool ack)
{
    if (bb->ack_due) {
        bb->ack_due = false;
        send_bit(bb, !ack);
    }
}

/* Returns whether it was acknowledged. */
static bool send_byte(struct bw_bitbang *bb, uint8_t byte)
{
    unsigned mask;

    for (mask = FIRST_BIT; mask && bb->status == BW_OK; mask >>= 1) {
        send_bit(bb, byte & mask);
    }
    return !receive_bit(bb);
}

/* --- START and STOP --- */

/* SCL is high: clock until SDA is. */
static void clear_sda(struct bw_bitbang *bb)
{
    int clocks;

    for (clocks = 0; clocks < CLEAR_CLOCKS && !sda_is_high(bb); clocks++) {
        scl_down(bb);
        hold(bb, bb->low_ns);
        scl_up(bb);
        hold(bb, bb->high_ns / 2);
    }
    if (!sda_is_high(bb)) {
        fail(bb, BW_BUS_ERROR);
    }
}

/*
 * SCL is low.  What a part sends as 0 hides the STOP and is clocked away; at
 * the latest in the place of the ACK bit nobody sends.
 */
static void make_stop(struct bw_bitbang *bb)
{
    int clocks;

    for (clocks = 0; clocks <= CLEAR_CLOCKS; clocks++) {
        set_up_sda(bb, true);
        scl_up(bb);
        hold(bb, bb->high_ns);
        drive(bb, BW_SDA, false);
        mark_edge(bb);
        hold(bb, bb->high_ns / 2);
        if (sda_is_high(bb)) {
            return;
        }
        scl_down(bb);
    }
    fail(bb, BW_BUS_ERROR);
}

/* SCL and SDA are high. */
static void make_start(struct bw_bitbang *bb)
{
    hold(bb, bb->low_ns);
    drive(bb, BW_SDA, true);
    mark_edge(bb);
    scl_down(bb);
    bb->open = true;
}

static void first_start(struct bw_bitbang *bb)
{
    drive(bb, BW_SDA, false);
    scl_up(bb);
    if (!sda_is_high(bb)) {
        clear_sda(bb);
        scl_down(bb);
        make_stop(bb);
    }
    make_start(bb);
}

static void repeated_start(struct bw_bitbang *bb)
{
    send_ack_bit(bb, false);
    set_up_sda(bb, false);
    scl_up(bb);
    clear_sda(bb);
    make_start(bb);
}

/* --- bw_i2c_bytes_ops --- */

static enum bw_status bitbang_start(void *bus, uint8_t byte)
{
    struct bw_bitbang *bb = bus;
    bool acked;

    if (bb->open) {
        repeated_start(bb);
    } else {
        first_start(bb);
    }
    acked = send_byte(bb, byte);
    return done(bb, acked ? BW_OK : BW_NACK_ADDR);
}

/* A transfer that is too long for its time ends in good order. */
static void check_time(struct bw_bitbang *bb)
{
    if (bb->lines->ops->now_ns(bb->lines) >= bb->deadline_ns) {
        send_ack_bit(bb, false);
        make_stop(bb);
        fail(bb, BW_TIMEOUT);
    }
}

static enum bw_status bitbang_write(void *bus, uint8_t byte)
{
    struct bw_bitbang *bb = bus;
    bool acked;

    check_time(bb);
    acked = send_byte(bb, byte);
    return done(bb, acked ? BW_OK : BW_NACK_DATA);
}

static enum bw_status bitbang_read(void *bus, uint8_t *byte)
{
    struct bw_bitbang *bb = bus;
    int i;

    check_time(bb);
    send_ack_bit(bb, true);
    *byte = 0;
    for (i = 0; i < BITS && bb->status == BW_OK; i++) {
        *byte = (uint8_t)(*byte << 1 | receive_bit(bb));
    }
    bb->ack_due = true;
    return done(bb, BW_OK);
}

static enum bw_status bitbang_stop(void *bus)
{
    struct bw_bitbang *bb = bus;

    send_ack_bit(bb, false);
    make_stop(bb);
    bb->open = false;
    return done(bb, BW_OK);
}

const struct bw_i2c_bytes_ops bw_bitbang_bytes = {
    .start = bitbang_start,
    .write = bitbang_write,
    .read = bitbang_read,
    .stop = bitbang_stop,
};
