/*
 * MMA8653FC, a 3-axis, 10-bit accelerometer; micro:bit V1.3B has one.
 *
 * Source: Freescale (NXP), MMA8653FC data sheet, "Register Descriptions";
 * application notes AN4068 (orientation) and AN4070 (free-fall and motion);
 * register and bit names checked against public drivers.
 *
 * The bus side (start, write, read, stop) moves bytes; sample() runs once per
 * output data period.  Acceleration is in units of 10^-6 mg, chip axes.
 * Orientation and motion are in mma8653_events.c.
 *
 * Not modelled: noise, the oversampling modes (MODS and SMODS are stored),
 * the boot time after RST, 8-bit data for the motion functions in F_READ.
 *
 * Where the data sheet is silent:
 * - results are rounded to the nearest step and end at full scale; FS = 11 is
 *   taken as 8 g;
 * - the first sample comes at the end of the turn-on time, 2 periods + 1 ms;
 * - reading OUT_x_MSB keeps the LSB of the same sample for the next read of
 *   it, an LSB that is read first is the newest; in F_READ it is 0;
 * - writing a register that may change in standby only does nothing in active
 *   mode, and of CTRL_REG1 only ACTIVE changes then;
 * - INT_SOURCE shows enabled functions only; going to standby keeps it;
 * - an open-drain pin with IPOL = 1 is released by an interrupt;
 * - the self test moves the output by the typical values;
 * - reserved registers read 0, and the pointer wraps from 0xff to 0x00.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/mma8653.h"

#include <string.h>

#include "peripherals/parts/part.h"

#define ANYTIME 0x01 /* may be written in active mode */

/* "Register address map"; everything else is reserved and reads 0 */
static const struct {
    uint8_t reset;
    uint8_t rw_mask;
    uint8_t flags;
} regs[MMA8653_REGS] = {
    [MMA8653_WHO_AM_I] = { 0x5a, 0x00, 0 },
    [MMA8653_XYZ_DATA_CFG] = { 0x00, 0x03, 0 },
    [MMA8653_PL_CFG] = { 0x80, 0xc0, 0 },
    [MMA8653_PL_COUNT] = { 0x00, 0xff, ANYTIME },
    [MMA8653_PL_BF_ZCOMP] = { 0x44, 0x00, 0 },
    [MMA8653_PL_THS_REG] = { 0x84, 0x00, 0 },
    [MMA8653_FF_MT_CFG] = { 0x00, 0xf8, 0 },
    [MMA8653_FF_MT_THS] = { 0x00, 0xff, ANYTIME },
    [MMA8653_FF_MT_COUNT] = { 0x00, 0xff, ANYTIME },
    [MMA8653_ASLP_COUNT] = { 0x00, 0xff, 0 },
    [MMA8653_CTRL_REG1] = { 0x00, 0xfb, ANYTIME },
    [MMA8653_CTRL_REG2] = { 0x00, 0xdf, ANYTIME },
    [MMA8653_CTRL_REG3] = { 0x00, 0x2b, 0 },
    [MMA8653_CTRL_REG4] = { 0x00, 0x95, 0 },
    [MMA8653_CTRL_REG5] = { 0x00, 0x95, 0 },
    [MMA8653_OFF_X] = { 0x00, 0xff, 0 },
    [MMA8653_OFF_Y] = { 0x00, 0xff, 0 },
    [MMA8653_OFF_Z] = { 0x00, 0xff, 0 },
};

/* CTRL_REG1, DR: 800, 400, 200, 100, 50, 12.5, 6.25, 1.56 Hz */
static const uint64_t period_ns[8] = {
    1250000,  2500000,  5000000,   10000000,
    20000000, 80000000, 160000000, 640000000,
};

/* CTRL_REG1, ASLP_RATE: 50, 12.5, 6.25, 1.56 Hz */
static const uint64_t sleep_period_ns[4] = {
    20000000,
    80000000,
    160000000,
    640000000,
};

/*
 * 10 bits over 4 g (FS = 00): 256 counts for 1000 mg, 3.90625 mg each; twice
 * and four times that at 4 g and 8 g.
 */
#define MICRO_PER_COUNT 3906250ll
#define COUNT_MAX       511
#define COUNT_MIN       (-512)

/* OFF_X: 1.96 mg, that is 1000 / 512 */
#define MICRO_PER_OFFSET 1953125ll

/* "Mechanical characteristics", self test at 4 g: counts of 1000 / 128 mg */
static const int64_t self_test_micro[BW_AXES] = {
    23 * 7812500ll,
    26 * 7812500ll,
    196 * 7812500ll,
};

/* ASLP_COUNT: 320 ms per step, 640 ms at the lowest data rate */
#define ASLP_STEP_NS (320 * BW_NS_PER_MS)

static const uint8_t addrs[] = { 0x1d };

static const char *const pins[] = { "int1", "int2" };

enum mma8653_value {
    VALUE_X,
    VALUE_Y,
    VALUE_Z,
    VALUE_INT1,
    VALUE_INT2,
    VALUE_COUNT
};

#define ACCELERATION(name_, text_)                               \
    {                                                            \
        .name = name_, .unit = "mg", .text = text_,              \
        .micro_min = -20000000000ll, .micro_max = 20000000000ll, \
        .micro_step = MICRO_PER_COUNT,                           \
    }

#define PIN(name_)                                                            \
    {                                                                         \
        .name = name_, .unit = "", .text = "level of the pin with a pull-up", \
        .micro_min = 0, .micro_max = 1000000, .micro_step = 1000000,          \
        .read_only = true,                                                    \
    }

static const struct bw_part_value values[VALUE_COUNT] = {
    [VALUE_X] = ACCELERATION("x", "acceleration along the chip's X axis"),
    [VALUE_Y] = ACCELERATION("y", "acceleration along the chip's Y axis"),
    [VALUE_Z] = ACCELERATION("z", "acceleration along the chip's Z axis"),
    [VALUE_INT1] = PIN("int1"),
    [VALUE_INT2] = PIN("int2"),
};

#define Z_DEFAULT_MICRO 1000000000ll /* lying flat, top up */

static bool is_active(const struct mma8653 *s)
{
    return s->reg[MMA8653_CTRL_REG1] & MMA8653_ACTIVE;
}

static uint64_t wake_period(const struct mma8653 *s)
{
    return period_ns[(s->reg[MMA8653_CTRL_REG1] >> 3) & 7];
}

/* What the sensor reports along an axis, before it becomes counts. */
static int64_t corrected(const struct mma8653 *s, unsigned axis)
{
    int64_t micro = s->accel_micro[axis];

    micro += (int8_t)s->reg[MMA8653_OFF_X + axis] * MICRO_PER_OFFSET;
    if (s->reg[MMA8653_CTRL_REG2] & MMA8653_ST) {
        micro += self_test_micro[axis];
    }
    return micro;
}

static void convert(struct mma8653 *s, const int64_t micro[BW_AXES])
{
    unsigned fs = s->reg[MMA8653_XYZ_DATA_CFG];
    int64_t step = MICRO_PER_COUNT << (fs > 2 ? 2 : fs);

    for (unsigned i = 0; i < BW_AXES; i++) {
        int64_t count = bw_round_div(micro[i], step);

        count = bw_clamp(count, COUNT_MIN, COUNT_MAX);
        s->axes.out[i] = (int16_t)(count * 64); /* left-justified */
    }
    bw_axes_sampled(&s->axes, 0x07);
}

static void fall_asleep(struct mma8653 *s, uint64_t at_ns)
{
    uint64_t period = sleep_period_ns[s->reg[MMA8653_CTRL_REG1] >> 6];

    s->sleeping = true;
    s->mode_changed = true;
    bw_sampler_start(&s->sampler, at_ns + period, period);
}

static void wake_up(struct mma8653 *s, uint64_t at_ns)
{
    s->sleeping = false;
    s->mode_changed = true;
    bw_sampler_start(&s->sampler, at_ns + wake_period(s), wake_period(s));
}

/* CTRL_REG2 SLPE: between wake and sleep, on activity and the lack of it. */
static void auto_sleep(struct mma8653 *s, uint8_t activity, uint64_t at_ns)
{
    uint64_t limit_ns = s->reg[MMA8653_ASLP_COUNT] * ASLP_STEP_NS;

    if (wake_period(s) == period_ns[7]) {
        limit_ns *= 2;
    }
    if (activity & s->reg[MMA8653_CTRL_REG4]) {
        s->activity_ns = at_ns;
    }
    if (s->sleeping) {
        /* WAKE_LNDPRT and WAKE_FF_MT stand one place above INT_EN_x */
        if (activity & (s->reg[MMA8653_CTRL_REG3] >> 1)) {
            s->activity_ns = at_ns;
            wake_up(s, at_ns);
        }
    } else if ((s->reg[MMA8653_CTRL_REG2] & MMA8653_SLPE) &&
               at_ns - s->activity_ns >= limit_ns) {
        fall_asleep(s, at_ns);
    }
}

static void sample(struct mma8653 *s, uint64_t at_ns)
{
    int64_t micro[BW_AXES];

    for (unsigned i = 0; i < BW_AXES; i++) {
        micro[i] = corrected(s, i);
    }
    convert(s, micro);
    auto_sleep(s, mma8653_run_events(s, micro, s->sampler.period_ns), at_ns);
}

static void update(struct mma8653 *s, uint64_t now_ns)
{
    uint64_t at_ns;

    while (bw_sampler_due(&s->sampler, now_ns, &at_ns)) {
        sample(s, at_ns);
    }
}

/* Standby to active: results and events of the time before are gone. */
static void activate(struct mma8653 *s, uint64_t now_ns)
{
    bw_axes_clear(&s->axes);
    mma8653_clear_events(s);
    s->sleeping = false;
    s->mode_changed = false;
    s->activity_ns = now_ns;
    bw_sampler_start(&s->sampler, now_ns + 2 * wake_period(s) + BW_NS_PER_MS,
                     wake_period(s));
}

static void reset_registers(struct mma8653 *s)
{
    for (size_t i = 0; i < MMA8653_REGS; i++) {
        s->reg[i] = regs[i].reset;
    }
    bw_sampler_stop(&s->sampler);
    bw_axes_clear(&s->axes);
    memset(s->axes.out, 0, sizeof(s->axes.out));
    mma8653_clear_events(s);
    s->sleeping = false;
    s->mode_changed = false;
}

static void mma8653_reset(void *state, uint8_t addr7, uint64_t now_ns)
{
    struct mma8653 *s = state;

    (void)now_ns;
    memset(s, 0, sizeof(*s));
    s->port.addr7 = addr7;
    s->accel_micro[2] = Z_DEFAULT_MICRO;
    reset_registers(s);
}

/* Registers */

static uint8_t sysmod(const struct mma8653 *s)
{
    if (!is_active(s)) {
        return 0;
    }
    return s->sleeping ? 2 : 1;
}

static uint8_t int_source(const struct mma8653 *s)
{
    uint8_t source = mma8653_event_sources(s);

    if (s->axes.fresh != 0) {
        source |= MMA8653_SRC_DRDY;
    }
    if (s->mode_changed) {
        source |= MMA8653_SRC_ASLP;
    }
    return source & s->reg[MMA8653_CTRL_REG4];
}

static uint8_t read_data(struct mma8653 *s, uint8_t reg)
{
    unsigned axis = (reg - MMA8653_OUT_X_MSB) / 2;
    bool high = (reg - MMA8653_OUT_X_MSB) % 2 == 0;
    uint8_t byte = bw_axes_read(&s->axes, axis, high, high);

    if (high) {
        bw_axes_taken(&s->axes, axis);
    } else if (s->reg[MMA8653_CTRL_REG1] & MMA8653_F_READ) {
        return 0;
    }
    return byte;
}

static uint8_t read_register(struct mma8653 *s, uint8_t reg)
{
    switch (reg) {
    case MMA8653_STATUS:
        return bw_axes_status(&s->axes);
    case MMA8653_OUT_X_MSB ... MMA8653_OUT_Z_LSB:
        return read_data(s, reg);
    case MMA8653_SYSMOD:
        s->mode_changed = false;
        return sysmod(s);
    case MMA8653_INT_SOURCE:
        return int_source(s);
    case MMA8653_PL_STATUS:
        return mma8653_read_pl_status(s);
    case MMA8653_FF_MT_SRC:
        return mma8653_read_ff_mt_src(s);
    default:
        return reg < MMA8653_REGS ? s->reg[reg] : 0;
    }
}

static void write_ctrl_reg1(struct mma8653 *s, uint8_t byte, uint64_t now_ns)
{
    uint8_t *reg = &s->reg[MMA8653_CTRL_REG1];

    if (!is_active(s)) {
        *reg = byte & regs[MMA8653_CTRL_REG1].rw_mask;
        if (is_active(s)) {
            activate(s, now_ns);
        }
    } else if (!(byte & MMA8653_ACTIVE)) {
        *reg &= (uint8_t)~MMA8653_ACTIVE;
        bw_sampler_stop(&s->sampler);
    }
}

static void write_register(struct mma8653 *s, uint8_t reg, uint8_t byte,
                           uint64_t now_ns)
{
    if (reg >= MMA8653_REGS || (is_active(s) && !(regs[reg].flags & ANYTIME))) {
        return;
    }
    if (reg == MMA8653_CTRL_REG1) {
        write_ctrl_reg1(s, byte, now_ns);
        return;
    }
    if (reg == MMA8653_CTRL_REG2) {
        if (byte & MMA8653_RST) {
            reset_registers(s);
        }
        if (is_active(s) || (byte & MMA8653_RST)) {
            return;
        }
    }
    s->reg[reg] =
        (s->reg[reg] & ~regs[reg].rw_mask) | (byte & regs[reg].rw_mask);
    mma8653_event_register_written(s, reg);
}

/* "Auto-increment address": the data registers are a ring with STATUS. */
static void advance_pointer(struct mma8653 *s)
{
    bool fast = s->reg[MMA8653_CTRL_REG1] & MMA8653_F_READ;
    uint8_t *p = &s->port.pointer;

    switch (*p) {
    case MMA8653_OUT_X_MSB:
    case MMA8653_OUT_Y_MSB:
        *p += fast ? 2 : 1;
        break;
    case MMA8653_OUT_X_LSB:
    case MMA8653_OUT_Y_LSB:
        *p = fast ? MMA8653_STATUS : *p + 1;
        break;
    case MMA8653_OUT_Z_MSB:
        *p = fast ? MMA8653_STATUS : MMA8653_OUT_Z_LSB;
        break;
    case MMA8653_OUT_Z_LSB:
        *p = MMA8653_STATUS;
        break;
    case MMA8653_OFF_Z:
        *p = MMA8653_WHO_AM_I;
        break;
    default:
        (*p)++;
        break;
    }
}

/* The interface of part.h */

static bool mma8653_start(void *state, uint8_t addr7, bool is_read,
                          uint64_t now_ns)
{
    struct mma8653 *s = state;

    update(s, now_ns);
    return bw_port_start(&s->port, addr7, is_read);
}

static bool mma8653_write(void *state, uint8_t byte, uint64_t now_ns)
{
    struct mma8653 *s = state;

    update(s, now_ns);
    switch (s->port.phase) {
    case BW_PORT_POINTER:
        s->port.pointer = byte;
        s->port.phase = BW_PORT_WRITE;
        return true;
    case BW_PORT_WRITE:
        write_register(s, s->port.pointer, byte, now_ns);
        advance_pointer(s);
        return true;
    default:
        return false;
    }
}

static uint8_t mma8653_read(void *state, uint64_t now_ns)
{
    struct mma8653 *s = state;
    uint8_t byte;

    update(s, now_ns);
    if (s->port.phase != BW_PORT_READ) {
        return 0xff;
    }
    byte = read_register(s, s->port.pointer);
    advance_pointer(s);
    return byte;
}

static void mma8653_stop(void *state, uint64_t now_ns)
{
    struct mma8653 *s = state;

    update(s, now_ns);
    s->port.phase = BW_PORT_IDLE;
}

static enum bw_part_drive drive(const struct mma8653 *s, size_t index)
{
    uint8_t to_int1 = s->reg[MMA8653_CTRL_REG5];
    uint8_t ctrl3 = s->reg[MMA8653_CTRL_REG3];
    uint8_t mine = index == 0 ? to_int1 : (uint8_t)~to_int1;
    bool asserted = int_source(s) & mine;
    bool high = asserted == ((ctrl3 & MMA8653_IPOL) != 0);

    if (!high) {
        return BW_PART_LOW;
    }
    return ctrl3 & MMA8653_PP_OD ? BW_PART_OPEN : BW_PART_HIGH;
}

static enum bw_part_drive mma8653_drive(void *state, size_t index,
                                        uint64_t now_ns)
{
    struct mma8653 *s = state;

    update(s, now_ns);
    return drive(s, index);
}

static uint64_t mma8653_next_change(void *state, uint64_t now_ns)
{
    struct mma8653 *s = state;
    uint8_t enabled = s->reg[MMA8653_CTRL_REG4];

    update(s, now_ns);
    if (!s->sampler.running || enabled == 0 ||
        (enabled == MMA8653_SRC_DRDY && s->axes.fresh != 0)) {
        return BW_PART_NEVER;
    }
    return s->sampler.next_ns;
}

static int64_t mma8653_get(void *state, size_t index, uint64_t now_ns)
{
    struct mma8653 *s = state;

    update(s, now_ns);
    if (index < BW_AXES) {
        return s->accel_micro[index];
    }
    return drive(s, index - VALUE_INT1) == BW_PART_LOW ? 0 : 1000000;
}

static bool mma8653_set(void *state, size_t index, int64_t micro,
                        uint64_t now_ns)
{
    struct mma8653 *s = state;

    update(s, now_ns);
    if (index >= BW_AXES || micro < values[index].micro_min ||
        micro > values[index].micro_max) {
        return false;
    }
    s->accel_micro[index] = micro;
    return true;
}

const struct bw_part_model bw_part_mma8653 = {
    .name = "mma8653",
    .text = "NXP MMA8653FC accelerometer",
    .addrs = addrs,
    .addr_count = sizeof(addrs) / sizeof(addrs[0]),
    .state_size = sizeof(struct mma8653),
    .values = values,
    .value_count = VALUE_COUNT,
    .reset = mma8653_reset,
    .start = mma8653_start,
    .write = mma8653_write,
    .read = mma8653_read,
    .stop = mma8653_stop,
    .get = mma8653_get,
    .set = mma8653_set,
    .pins = pins,
    .pin_count = sizeof(pins) / sizeof(pins[0]),
    .drive = mma8653_drive,
    .next_change_ns = mma8653_next_change,
};
