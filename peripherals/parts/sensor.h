/*
 * What sensors with three axes and byte registers have in common: the
 * register pointer, the sample clock, and the data registers with their
 * ready and overrun flags.
 *
 * Used by the accelerometers and magnetometers of this folder.  Pure: the
 * state is the part's, the time comes with each call.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PERIPHERALS_PARTS_SENSOR_H
#define BENCHWIRE_PERIPHERALS_PARTS_SENSOR_H

#include <stdbool.h>
#include <stdint.h>

#define BW_AXES      3
#define BW_NS_PER_MS 1000000ull

/* The bus side: an address, then a register pointer, then bytes. */
enum bw_port_phase {
    BW_PORT_IDLE,
    BW_PORT_POINTER, /* the next byte written is the pointer */
    BW_PORT_WRITE,
    BW_PORT_READ
};

struct bw_port {
    enum bw_port_phase phase;
    uint8_t addr7;
    uint8_t pointer;
};

/* START.  Returns: whether the part is meant. */
bool bw_port_start(struct bw_port *p, uint8_t addr7, bool is_read);

/*
 * The sample clock.  The quantities change only between two calls of the
 * part, so all samples of a long pause are the same, and the last ones of
 * them tell as much as all: a counter of 8 bits or a FIFO has settled by then.
 */
#define BW_SAMPLER_MOST 300

struct bw_sampler {
    uint64_t next_ns;
    uint64_t period_ns;
    bool running;
};

void bw_sampler_start(struct bw_sampler *s, uint64_t first_ns,
                      uint64_t period_ns);
void bw_sampler_stop(struct bw_sampler *s);

/**
 * bw_sampler_due: take the next sample that is due at @now_ns
 * @at_ns: its time
 *
 * Returns: false if there is none.  At most BW_SAMPLER_MOST + 1 times true
 * for one @now_ns, as long as the clock is not started anew.
 */
bool bw_sampler_due(struct bw_sampler *s, uint64_t now_ns, uint64_t *at_ns);

/**
 * struct bw_axes - data registers of two bytes each
 * @out: the newest sample
 * @held: of which one half has been read, see bw_axes_read()
 * @holding: bit 2n: the low half of axis n is held, bit 2n + 1: the high one
 * @fresh: bit n: axis n has not been read
 * @lost: bit n: axis n was overwritten before it was read
 * @any_lost: one of them was, and not all have been read since
 */
struct bw_axes {
    int16_t out[BW_AXES];
    int16_t held[BW_AXES];
    uint8_t holding;
    uint8_t fresh;
    uint8_t lost;
    bool any_lost;
};

/* A new sample is in @out; @enabled: bit n for axis n. */
void bw_axes_sampled(struct bw_axes *a, uint8_t enabled);

/* Forget what has not been read. */
void bw_axes_clear(struct bw_axes *a);

/**
 * bw_axes_read: one byte of an axis
 * @hold: keep the other half until it is read, so that both are of one
 *        sample
 */
uint8_t bw_axes_read(struct bw_axes *a, unsigned axis, bool high, bool hold);

/* Axis n is read: its flags go. */
void bw_axes_taken(struct bw_axes *a, unsigned axis);

/* ZYXOW ZOW YOW XOW ZYXDR ZDR YDR XDR, as all these parts have them. */
uint8_t bw_axes_status(const struct bw_axes *a);

/* Nearest, halves away from zero; @divisor is positive. */
int64_t bw_round_div(int64_t dividend, int64_t divisor);

int64_t bw_clamp(int64_t value, int64_t min, int64_t max);

#endif
