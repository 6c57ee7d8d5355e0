/*
 * MMA8653FC: free-fall and motion, landscape and portrait.
 *
 * Source: its data sheet, "Motion and freefall registers" and "Portrait/
 * landscape registers"; AN4070, AN4068.  Called by mma8653.c for each sample.
 *
 * Where they are silent:
 * - a debounce counter counts the data sheet's time steps in whole samples:
 *   a sample that lasts n steps counts n, an event needs more than COUNT;
 * - without ELE, FF_MT_SRC follows each sample, and EA goes as soon as the
 *   condition does; with ELE it holds the event until it is read;
 * - without an enabled axis there is no event, also no free fall;
 * - the orientation after power-on is portrait up, front, until a sample says
 *   otherwise; angles are compared by their tangents.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/mma8653.h"

/* FF_MT_CFG */
#define FF_ELE        0x80 /* hold the event */
#define FF_OAE        0x40 /* 1 = motion, 0 = free fall */
#define FF_AXIS_SHIFT 3    /* ZEFE, YEFE, XEFE */

/* FF_MT_SRC: a flag and a sign for each axis, X lowest */
#define FF_EA 0x80

/* FF_MT_THS */
#define FF_DBCNTM       0x80       /* 1 = clear, 0 = count down */
#define MICRO_PER_THS   63000000ll /* 0.063 g */
#define FF_THS_MASK     0x7f
#define DEBOUNCE_MAX    256
#define DEBOUNCE_MAX_NS 20000000ull /* longest time step, normal mode */

#define PL_CFG_DBCNTM 0x80
#define PL_CFG_PL_EN  0x40

/* PL_STATUS */
#define PL_NEWLP      0x80
#define PL_LO         0x40
#define PL_LAPO_SHIFT 1
#define PL_LAPO       0x06
#define PL_LAND       0x04 /* of LAPO: landscape */
#define PL_BAFRO      0x01 /* back */

/*
 * Fixed in this part (PL_BF_ZCOMP = 0x44, PL_THS_REG = 0x84): back and front
 * trip at 75 and 105 degrees, Z-lockout below 29 degrees, landscape and
 * portrait at 45 +- 14 degrees.  Tangents times 1000.
 */
#define TAN_15 268
#define TAN_29 554
#define TAN_31 601
#define TAN_59 1664

static int64_t magnitude(int64_t v)
{
    return v < 0 ? -v : v;
}

/* Longer periods are sampled in between, 20 ms apart ("time step"). */
static unsigned steps_of(uint64_t period_ns)
{
    uint64_t steps = period_ns / DEBOUNCE_MAX_NS;

    return steps == 0 ? 1 : (unsigned)steps;
}

static uint16_t debounce(uint16_t count, bool seen, unsigned steps, bool clear)
{
    if (seen) {
        return count + steps > DEBOUNCE_MAX ? DEBOUNCE_MAX : count + steps;
    }
    return clear || count < steps ? 0 : count - steps;
}

/* Free fall and motion */

static bool run_ff_mt(struct mma8653 *s, const int64_t micro[BW_AXES],
                      unsigned steps)
{
    uint8_t cfg = s->reg[MMA8653_FF_MT_CFG];
    uint8_t threshold = s->reg[MMA8653_FF_MT_THS];
    int64_t limit = (threshold & FF_THS_MASK) * MICRO_PER_THS;
    uint8_t enabled = (cfg >> FF_AXIS_SHIFT) & 0x07;
    uint8_t above = 0, src = 0;
    bool seen, event;

    for (unsigned i = 0; i < BW_AXES; i++) {
        if ((enabled & 1 << i) && magnitude(micro[i]) > limit) {
            above |= 1 << i;
            src |= (micro[i] < 0 ? 3 : 2) << (2 * i);
        }
    }
    seen = enabled != 0 && (cfg & FF_OAE ? above != 0 : above == 0);
    s->ff_count = debounce(s->ff_count, seen, steps, threshold & FF_DBCNTM);
    event = seen && s->ff_count > s->reg[MMA8653_FF_MT_COUNT];
    if (!(cfg & FF_ELE) || !(s->ff_src & FF_EA)) {
        s->ff_src = src | (event ? FF_EA : 0);
    }
    return event;
}

uint8_t mma8653_read_ff_mt_src(struct mma8653 *s)
{
    uint8_t src = s->ff_src;

    if (s->reg[MMA8653_FF_MT_CFG] & FF_ELE) {
        s->ff_src = 0;
    }
    return src;
}

/* Landscape and portrait */

/* LAPO of the strongest axis: Y at -1 g is portrait up, X at +1 g right. */
static uint8_t direction(int64_t x, int64_t y, bool landscape)
{
    if (landscape) {
        return PL_LAND | (x > 0 ? 0 : 1 << PL_LAPO_SHIFT);
    }
    return y < 0 ? 0 : 1 << PL_LAPO_SHIFT;
}

static uint8_t orientation(uint8_t now, const int64_t micro[BW_AXES])
{
    int64_t x = micro[0], y = micro[1], z = micro[2];
    int64_t in_plane = x / 1000 * (x / 1000) + y / 1000 * (y / 1000);
    int64_t lock = magnitude(z) / 1000 * TAN_29 / 1000;
    int64_t trip = TAN_15 * TAN_15 * (in_plane / 1000) / 1000;
    uint8_t next = now & (PL_LAPO | PL_BAFRO);
    bool landscape = now & PL_LAND;

    /* more than 15 degrees beyond the vertical */
    if (z / 1000 * (z / 1000) > trip) {
        next = (next & ~PL_BAFRO) | (z < 0 ? PL_BAFRO : 0);
    }
    if (in_plane < lock * lock) {
        return next | PL_LO;
    }
    if (landscape) {
        landscape = magnitude(x) * 1000 >= magnitude(y) * TAN_31;
    } else {
        landscape = magnitude(x) * 1000 > magnitude(y) * TAN_59;
    }
    return (next & ~PL_LAPO) | direction(x, y, landscape);
}

static bool run_pl(struct mma8653 *s, const int64_t micro[BW_AXES],
                   unsigned steps)
{
    uint8_t cfg = s->reg[MMA8653_PL_CFG];
    uint8_t next;
    bool seen;

    if (!(cfg & PL_CFG_PL_EN)) {
        return false;
    }
    next = orientation(s->pl_status, micro);
    seen = next != s->pl_status;
    s->pl_count = debounce(s->pl_count, seen, steps, cfg & PL_CFG_DBCNTM);
    if (!seen || s->pl_count <= s->reg[MMA8653_PL_COUNT]) {
        return false;
    }
    s->pl_status = next;
    s->pl_count = 0;
    s->new_pl = true;
    return true;
}

uint8_t mma8653_read_pl_status(struct mma8653 *s)
{
    uint8_t status = s->pl_status | (s->new_pl ? PL_NEWLP : 0);

    s->new_pl = false;
    return status;
}

/* Both */

uint8_t mma8653_run_events(struct mma8653 *s, const int64_t micro[BW_AXES],
                           uint64_t period_ns)
{
    unsigned steps = steps_of(period_ns);
    uint8_t seen = 0;

    if (run_ff_mt(s, micro, steps)) {
        seen |= MMA8653_SRC_FF_MT;
    }
    if (run_pl(s, micro, steps)) {
        seen |= MMA8653_SRC_LNDPRT;
    }
    return seen;
}

void mma8653_clear_events(struct mma8653 *s)
{
    s->ff_src = 0;
    s->ff_count = 0;
    s->pl_count = 0;
    s->pl_status = 0;
    s->new_pl = false;
}

/* A write resets the counter that belongs to the register. */
void mma8653_event_register_written(struct mma8653 *s, uint8_t reg)
{
    if (reg == MMA8653_PL_COUNT) {
        s->pl_count = 0;
    } else if (reg == MMA8653_FF_MT_THS || reg == MMA8653_FF_MT_COUNT) {
        s->ff_count = 0;
    }
}

uint8_t mma8653_event_sources(const struct mma8653 *s)
{
    return (s->ff_src & FF_EA ? MMA8653_SRC_FF_MT : 0) |
           (s->new_pl ? MMA8653_SRC_LNDPRT : 0);
}
