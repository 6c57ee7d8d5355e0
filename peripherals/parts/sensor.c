/*
 * What sensors with three axes and byte registers have in common.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/sensor.h"

#define ALL_AXES 0x07

bool bw_port_start(struct bw_port *p, uint8_t addr7, bool is_read)
{
    if (addr7 != p->addr7) {
        p->phase = BW_PORT_IDLE;
        return false;
    }
    p->phase = is_read ? BW_PORT_READ : BW_PORT_POINTER;
    return true;
}

void bw_sampler_start(struct bw_sampler *s, uint64_t first_ns,
                      uint64_t period_ns)
{
    s->running = true;
    s->next_ns = first_ns;
    s->period_ns = period_ns;
}

void bw_sampler_stop(struct bw_sampler *s)
{
    s->running = false;
}

bool bw_sampler_due(struct bw_sampler *s, uint64_t now_ns, uint64_t *at_ns)
{
    uint64_t more;

    if (!s->running || now_ns < s->next_ns) {
        return false;
    }
    more = (now_ns - s->next_ns) / s->period_ns;
    if (more > BW_SAMPLER_MOST) {
        s->next_ns += (more - BW_SAMPLER_MOST) * s->period_ns;
    }
    *at_ns = s->next_ns;
    s->next_ns += s->period_ns;
    return true;
}

void bw_axes_sampled(struct bw_axes *a, uint8_t enabled)
{
    uint8_t overwritten = a->fresh & enabled;

    a->lost |= overwritten;
    a->any_lost |= overwritten != 0;
    a->fresh |= enabled & ALL_AXES;
}

void bw_axes_clear(struct bw_axes *a)
{
    a->fresh = 0;
    a->lost = 0;
    a->any_lost = false;
    a->holding = 0;
}

static uint8_t half(int16_t word, bool high)
{
    return (uint8_t)(high ? (uint16_t)word >> 8 : (uint16_t)word & 0xff);
}

uint8_t bw_axes_read(struct bw_axes *a, unsigned axis, bool high, bool hold)
{
    uint8_t this_half = (uint8_t)(1u << (2 * axis + high));
    uint8_t other_half = (uint8_t)(1u << (2 * axis + !high));

    if (a->holding & this_half) {
        a->holding &= (uint8_t)~this_half;
        return half(a->held[axis], high);
    }
    a->holding &= (uint8_t)~other_half;
    if (hold) {
        a->holding |= other_half;
        a->held[axis] = a->out[axis];
    }
    return half(a->out[axis], high);
}

void bw_axes_taken(struct bw_axes *a, unsigned axis)
{
    a->fresh &= (uint8_t) ~(1u << axis);
    a->lost &= (uint8_t) ~(1u << axis);
    if (a->fresh == 0) {
        a->any_lost = false;
    }
}

uint8_t bw_axes_status(const struct bw_axes *a)
{
    return (uint8_t)(a->any_lost << 7 | a->lost << 4 | (a->fresh != 0) << 3 |
                     a->fresh);
}

int64_t bw_round_div(int64_t dividend, int64_t divisor)
{
    int64_t half_step = dividend < 0 ? -(divisor / 2) : divisor / 2;

    return (dividend + half_step) / divisor;
}

int64_t bw_clamp(int64_t value, int64_t min, int64_t max)
{
    if (value < min) {
        return min;
    }
    return value > max ? max : value;
}
