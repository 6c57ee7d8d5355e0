/*
 * An I2C master that drives SCL and SDA by hand.
 *
 * It gives i2c_bytes.c a bus of bytes, and takes two open-drain lines: real
 * ones (backend_gpio.c) or simulated ones (sim_wires.c).  Between two calls
 * SCL is held low, so a transaction may pause after any byte.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_I2C_BITBANG_H
#define BENCHWIRE_HOST_AGENT_I2C_BITBANG_H

#include <stdbool.h>
#include <stdint.h>

#include "host-agent/i2c_bytes.h"
#include "lib/status.h"

#define BW_BITBANG_MIN_HZ 1000
#define BW_BITBANG_MAX_HZ 1000000 /* Fast-mode Plus */
#define BW_BITBANG_HZ     100000  /* if nothing is said: Standard-mode */

enum bw_line {
    BW_SCL,
    BW_SDA,
    BW_LINES
};

struct bw_i2c_lines;

/**
 * struct bw_i2c_lines_ops - two open-drain lines and a clock
 * @drive: pull the line low or let go of it; false if that cannot be done
 * @level: 0 low, 1 high, -1 if it cannot be read
 * @wait_high: until SCL is high or @deadline_ns: 1 high, 0 time is up, -1
 * @wait_until: let time pass
 * @now_ns: the clock of both, never backwards
 */
struct bw_i2c_lines_ops {
    bool (*drive)(struct bw_i2c_lines *l, enum bw_line line, bool low);
    int (*level)(struct bw_i2c_lines *l, enum bw_line line);
    int (*wait_high)(struct bw_i2c_lines *l, uint64_t deadline_ns);
    void (*wait_until)(struct bw_i2c_lines *l, uint64_t ns);
    uint64_t (*now_ns)(struct bw_i2c_lines *l);
};

struct bw_i2c_lines {
    const struct bw_i2c_lines_ops *ops;
};

/* All fields are private. */
struct bw_bitbang {
    struct bw_i2c_lines *lines;
    uint32_t low_ns;       /* SCL low, at least */
    uint32_t high_ns;      /* SCL high, at least */
    uint64_t edge_ns;      /* of the newest edge that the times count from */
    uint64_t deadline_ns;  /* of the operation under way */
    enum bw_status status; /* of the operation under way; sticks */
    bool open;             /* between START and STOP: SCL is ours, low */
    bool ack_due;          /* a byte was read and its ACK bit not yet sent */
};

/* What bw_i2c_bytes_init() wants; its bus is the struct bw_bitbang. */
extern const struct bw_i2c_bytes_ops bw_bitbang_bytes;

/**
 * bw_bitbang_init: a master on these lines, which are not touched yet
 * @scl_hz: the fastest that SCL may be, BW_BITBANG_MIN_HZ to _MAX_HZ
 */
void bw_bitbang_init(struct bw_bitbang *bb, struct bw_i2c_lines *lines,
                     uint32_t scl_hz);

/* The bytes that one message may have, to be over well within @timeout_ms. */
uint32_t bw_bitbang_max_len(uint32_t scl_hz, uint32_t timeout_ms);

/* Before each operation: when to give up, on the lines' clock.  A byte that
 * would begin later is not begun; BW_TIMEOUT, with a STOP. */
void bw_bitbang_begin(struct bw_bitbang *bb, uint64_t deadline_ns);

#endif
