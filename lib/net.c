/*
 * A net: the voltage of a node from all of its sources (Millman's theorem),
 * the level an input sees, and conflicts.
 *
 * Source of the thresholds: nRF51822 Product Specification v3.1, GPIO
 * electrical specification (VIH 0.7 VDD, VIL 0.3 VDD); of the clamp: its
 * absolute maximum ratings (0.3 V beyond the supply).
 *
 * Whole numbers only.  With conductances of 36 fractional bits, 1 ohm to 4
 * gigaohms keep at least four bits, and the sums of a thousand sources of 100 V
 * stay within 64 bits.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "lib/net.h"

#include <stddef.h>

#define CONDUCTANCE_ONE ((int64_t)1 << 36)

static bool is_high(const struct bw_net *net, int32_t mv)
{
    return 10 * (int64_t)mv >= 7 * (int64_t)net->vdd_mv;
}

static bool is_low(const struct bw_net *net, int32_t mv)
{
    return 10 * (int64_t)mv <= 3 * (int64_t)net->vdd_mv;
}

static bool is_strong(const struct bw_net_source *source)
{
    return source->ohms != BW_NET_OPEN && source->ohms < BW_NET_STRONG_OHMS;
}

static int32_t clamp(int64_t mv, int32_t min, int32_t max)
{
    return mv < min ? min : mv > max ? max : (int32_t)mv;
}

/* @dividend / @divisor to the nearest; the divisor is positive. */
static int64_t divide(int64_t dividend, int64_t divisor)
{
    int64_t half = dividend < 0 ? -(divisor / 2) : divisor / 2;

    return (dividend + half) / divisor;
}

static int32_t voltage(const struct bw_net *net, int64_t current,
                       int64_t conductance)
{
    return clamp(divide(current, conductance), -BW_NET_CLAMP_MV,
                 net->vdd_mv + BW_NET_CLAMP_MV);
}

/* Returns: whether anything has changed. */
static bool settle(struct bw_net *net)
{
    const struct bw_net before = *net;
    const struct bw_net_source *s;
    int64_t conductance = 0;
    int64_t current = 0;
    bool low = false;
    bool high = false;

    for (s = net->sources; s; s = s->next) {
        conductance += s->conductance;
        current += s->conductance * s->mv;
        if (is_strong(s)) {
            low |= is_low(net, s->mv);
            high |= is_high(net, s->mv);
        }
    }
    net->driven = conductance != 0;
    net->mv = net->driven ? voltage(net, current, conductance) : 0;
    net->level = is_high(net, net->mv) || (net->level && !is_low(net, net->mv));
    net->conflict = low && high;
    return net->mv != before.mv || net->level != before.level ||
           net->driven != before.driven || net->conflict != before.conflict;
}

void bw_net_init(struct bw_net *net, int32_t vdd_mv)
{
    *net = (struct bw_net){ .vdd_mv = vdd_mv };
}

void bw_net_add(struct bw_net *net, struct bw_net_source *source,
                const char *name)
{
    *source = (struct bw_net_source){ .name = name, .next = net->sources };
    net->sources = source;
}

bool bw_net_remove(struct bw_net *net, struct bw_net_source *source)
{
    struct bw_net_source **link = &net->sources;

    while (*link && *link != source) {
        link = &(*link)->next;
    }
    if (!*link) {
        return false;
    }
    *link = source->next;
    source->next = NULL;
    return settle(net);
}

bool bw_net_drive(struct bw_net *net, struct bw_net_source *source, int32_t mv,
                  uint32_t ohms)
{
    mv = clamp(mv, -BW_NET_MAX_MV, BW_NET_MAX_MV);
    if (source->ohms == ohms && source->mv == mv) {
        return false;
    }
    if (source->ohms != ohms) {
        source->ohms = ohms;
        source->conductance = ohms == BW_NET_OPEN ? 0 : CONDUCTANCE_ONE / ohms;
    }
    source->mv = mv;
    return settle(net);
}

bool bw_net_without(const struct bw_net *net,
                    const struct bw_net_source *source, int32_t *mv,
                    uint32_t *ohms)
{
    const struct bw_net_source *s;
    int64_t conductance = 0;
    int64_t current = 0;

    for (s = net->sources; s; s = s->next) {
        if (s != source) {
            conductance += s->conductance;
            current += s->conductance * s->mv;
        }
    }
    *mv = 0;
    *ohms = BW_NET_OPEN;
    if (conductance == 0) {
        return false;
    }
    *mv = clamp(divide(current, conductance), -BW_NET_MAX_MV, BW_NET_MAX_MV);
    *ohms = conductance > CONDUCTANCE_ONE
                ? 1
                : (uint32_t)divide(CONDUCTANCE_ONE, conductance);
    return true;
}

bool bw_net_restore(struct bw_net *net, bool level)
{
    bool before = net->level;

    net->level = level;
    settle(net);
    return net->level != before;
}

void bw_net_opponents(const struct bw_net *net,
                      const struct bw_net_source **low,
                      const struct bw_net_source **high)
{
    const struct bw_net_source *s;

    if (!net->conflict) {
        return;
    }
    for (s = net->sources; s; s = s->next) {
        if (is_strong(s) && is_low(net, s->mv)) {
            *low = s;
        } else if (is_strong(s) && is_high(net, s->mv)) {
            *high = s;
        }
    }
}
