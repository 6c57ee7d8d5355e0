/*
 * LSM303AGR accelerometer: the two interrupt generators (motion, free fall,
 * six positions).
 *
 * Source: its data sheet, INT1_CFG_A and the registers after it; AN4825.
 * Called by lsm303agr_acc.c for each sample.
 *
 * Where they are silent: a high event is a magnitude above the threshold, a
 * low event one that is not; for positions XH is above the threshold and XL
 * below its negative; an interrupt needs more than DURATION samples; 6D
 * movement is a new zone that is enabled, for one sample; held sources keep
 * the flags of the event.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/lsm303agr_acc.h"

/* INTx_CFG: ZHIE ZLIE YHIE YLIE XHIE XLIE below these */
#define CFG_AOI   0x80
#define CFG_6D    0x40
#define CFG_FLAGS 0x3f
#define Z_FLAGS   0x30

#define THS_MASK      0x7f
#define DURATION_MASK 0x7f
#define COUNT_MAX     0x80

/* CTRL_REG5, of generator 1; those of generator 2 are two places lower */
#define CTRL5_LIR 0x08
#define CTRL5_D4D 0x04

#define MICRO_PER_MG 1000000ll

/* INTx_THS: mg per step at 2, 4, 8, 16 g */
static const uint8_t mg_per_step[4] = { 16, 32, 62, 186 };

static bool option(const struct lsm303agr_acc *s, unsigned n, uint8_t bit)
{
    return s->reg[ACC_CTRL5] & bit >> (2 * n);
}

/* Two flags per axis, low and high. */
static uint8_t flags_of(const int64_t micro[BW_AXES], int64_t limit,
                        bool position)
{
    uint8_t flags = 0;

    for (unsigned i = 0; i < BW_AXES; i++) {
        int64_t a = micro[i];
        bool high = position ? a > limit : a > limit || a < -limit;
        bool low = position ? a < -limit : !high;

        flags |= (uint8_t)((high << 1 | low) << (2 * i));
    }
    return flags;
}

static bool condition(struct lsm303agr_gen *g, uint8_t cfg, uint8_t flags)
{
    uint8_t enabled = cfg & CFG_FLAGS;
    uint8_t zone = flags & enabled;
    bool moved = zone != g->zone;

    g->zone = zone;
    switch (cfg & (CFG_AOI | CFG_6D)) {
    case CFG_AOI:
        return enabled != 0 && zone == enabled;
    case CFG_6D:
        return moved && zone != 0;
    default: /* OR, and the six positions */
        return zone != 0;
    }
}

static void run_generator(struct lsm303agr_acc *s, unsigned n,
                          const int64_t micro[BW_AXES])
{
    struct lsm303agr_gen *g = &s->gen[n];
    const uint8_t *reg = &s->reg[ACC_INT1_CFG + 4 * n];
    uint8_t cfg = reg[0];
    unsigned fs = (s->reg[ACC_CTRL4] >> ACC_CTRL4_FS_SHIFT) & 3;
    int64_t limit = (reg[2] & THS_MASK) * mg_per_step[fs] * MICRO_PER_MG;
    uint8_t flags = flags_of(micro, limit, cfg & CFG_6D);

    if ((cfg & CFG_6D) && option(s, n, CTRL5_D4D)) {
        flags &= (uint8_t)~Z_FLAGS;
    }
    if (!condition(g, cfg, flags)) {
        g->count = 0;
    } else if (g->count < COUNT_MAX) {
        g->count++;
    }
    if (g->count > (reg[3] & DURATION_MASK)) {
        flags |= ACC_IA;
    }
    if (!option(s, n, CTRL5_LIR) || !(g->src & ACC_IA)) {
        g->src = flags;
    }
}

void lsm303agr_run_generators(struct lsm303agr_acc *s,
                              const int64_t micro[BW_AXES])
{
    for (unsigned n = 0; n < ACC_GENERATORS; n++) {
        run_generator(s, n, micro);
    }
}

uint8_t lsm303agr_read_src(struct lsm303agr_acc *s, unsigned n)
{
    uint8_t src = s->gen[n].src;

    if (option(s, n, CTRL5_LIR)) {
        s->gen[n].src = 0;
    }
    return src;
}
