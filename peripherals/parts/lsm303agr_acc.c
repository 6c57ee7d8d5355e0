/*
 * LSM303AGR, the accelerometer half; micro:bit V1.5 has one.
 *
 * Source: STMicroelectronics, LSM303AGR data sheet, DocID027765,
 * "Accelerometer registers"; application note AN4825; bit names checked
 * against the maker's public register header.
 *
 * The bus side (start, write, read, stop) moves bytes; sample() runs once per
 * output data period.  Acceleration is in units of 10^-6 mg, chip axes.
 * The FIFO is in lsm303agr_acc_fifo.c, the interrupt generators are in
 * lsm303agr_acc_int.c.
 *
 * Not modelled: noise, the high-pass filter (CTRL_REG2, REFERENCE are
 * stored), clicks (their registers are stored, CLICK_SRC reads 0), sleep to
 * wake (ACT_THS, ACT_DUR are stored), INT_COUNTER, SPI.
 *
 * Where the data sheet is silent:
 * - results are rounded to the nearest step and end at full scale;
 * - the first sample comes 1 ms and one period after the data rate was set,
 *   which a new value of CTRL_REG1 does; rates that the mode does not have
 *   are those of the other mode;
 * - reading OUT_x_H takes the axis, and the data-ready interrupt goes with
 *   the last enabled one; with BDU either half keeps the other one;
 * - BLE swaps the bytes in all modes;
 * - BOOT reads 0 at once and changes nothing;
 * - the temperature is measured with each sample;
 * - the self test moves the output by 700 mg, between the limits given;
 * - reserved registers read 0; with auto-increment the pointer wraps from
 *   0x7f to 0x00, and from OUT_Z_H to OUT_X_L while the FIFO is in use.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/lsm303agr_acc.h"

#include <string.h>

#include "peripherals/parts/part.h"

#define POINTER_INC 0x80 /* of the sub-address: count up */

#define TEMP_CFG_EN      0xc0
#define CTRL1_ODR_SHIFT  4
#define CTRL1_LPEN       0x08 /* 8 bits */
#define CTRL1_AXES       0x07
#define CTRL3_I1_AOI1    0x40
#define CTRL3_I1_AOI2    0x20
#define CTRL3_I1_DRDY    0x18 /* DRDY1 (ZYXDA) and DRDY2 (321DA) */
#define CTRL3_I1_WTM     0x04
#define CTRL3_I1_OVERRUN 0x02
#define CTRL4_BDU        0x80
#define CTRL4_BLE        0x40 /* high byte at the lower address */
#define CTRL4_HR         0x08 /* 12 bits */
#define CTRL4_ST_SHIFT   1
#define CTRL6_I2_INT1    0x40
#define CTRL6_I2_INT2    0x20
#define CTRL6_H_LACTIVE  0x02 /* both pins are active low */

#define AUX_TOR 0x40
#define AUX_TDA 0x04

static const struct {
    uint8_t reset;
    uint8_t rw_mask;
} regs[ACC_REGS] = {
    [ACC_WHO_AM_I] = { 0x33, 0x00 },
    [ACC_TEMP_CFG] = { 0x00, TEMP_CFG_EN },
    [ACC_CTRL1] = { 0x07, 0xff },
    [ACC_CTRL2] = { 0x00, 0xff },
    [ACC_CTRL3] = { 0x00, 0xfe },
    [ACC_CTRL4] = { 0x00, 0xff },
    [ACC_CTRL5] = { 0x00, 0x4f }, /* BOOT reads 0 */
    [ACC_CTRL6] = { 0x00, 0xfa },
    [ACC_REFERENCE] = { 0x00, 0xff },
    [ACC_FIFO_CTRL] = { 0x00, 0xff },
    [ACC_INT1_CFG] = { 0x00, 0xff },
    [ACC_INT1_THS] = { 0x00, 0x7f },
    [ACC_INT1_DURATION] = { 0x00, 0x7f },
    [ACC_INT2_CFG] = { 0x00, 0xff },
    [ACC_INT2_THS] = { 0x00, 0x7f },
    [ACC_INT2_DURATION] = { 0x00, 0x7f },
    [ACC_CLICK_CFG] = { 0x00, 0x3f },
    [ACC_CLICK_THS] = { 0x00, 0x7f },
    [ACC_TIME_LIMIT] = { 0x00, 0x7f },
    [ACC_TIME_LATENCY] = { 0x00, 0xff },
    [ACC_TIME_WINDOW] = { 0x00, 0xff },
    [ACC_ACT_THS] = { 0x00, 0x7f },
    [ACC_ACT_DUR] = { 0x00, 0xff },
};

/*
 * CTRL_REG1, ODR: off, 1, 10, 25, 50, 100, 200, 400 Hz, 1.620 kHz (low
 * power), 1.344 kHz (5.376 kHz in low power)
 */
static const uint64_t period_ns[16] = {
    0,        1000000000, 100000000, 40000000, 20000000,
    10000000, 5000000,    2500000,   617284,   744048,
};

#define LOW_POWER_9_NS 186012
#define ODR_9          9
#define TURN_ON_NS     BW_NS_PER_MS

/*
 * 12 bits over 4 g (HR, FS = 00): 1024 counts for 1000 mg ("0.98 mg"), two
 * and four times that at 4 g and 8 g, 11.72 mg at 16 g.  A normal count is 4
 * of these ("3.9 mg"), a low-power count 16 ("15.63 mg").  In units of 1/1024
 * of 10^-6 mg.
 */
#define SCALE           1024
#define MICRO_1024_STEP 1000000000ll
static const uint8_t fs_factor[4] = { 1, 2, 4, 12 };

/* "Self test": 17 to 360 counts of 3.9 mg; 180 of them */
#define SELF_TEST_MICRO 700000000ll

#define TEMP_ZERO_MICRO 25000000ll /* "Temperature sensor": 0 is 25 degC */
#define MICRO_PER_DEGC  1000000

static const uint8_t addrs[] = { 0x19 };

static const char *const pins[] = { "int1", "int2" };

enum lsm303agr_acc_value {
    VALUE_X,
    VALUE_Y,
    VALUE_Z,
    VALUE_TEMPERATURE,
    VALUE_INT1,
    VALUE_INT2,
    VALUE_COUNT
};

#define ACCELERATION(name_, text_)                               \
    {                                                            \
        .name = name_, .unit = "mg", .text = text_,              \
        .micro_min = -20000000000ll, .micro_max = 20000000000ll, \
        .micro_step = MICRO_1024_STEP / SCALE,                   \
    }

#define PIN(name_)                                                             \
    {                                                                          \
        .name = name_, .unit = "", .text = "level of the pin", .micro_min = 0, \
        .micro_max = 1000000, .micro_step = 1000000, .read_only = true,        \
    }

static const struct bw_part_value values[VALUE_COUNT] = {
    [VALUE_X] = ACCELERATION("x", "acceleration along the chip's X axis"),
    [VALUE_Y] = ACCELERATION("y", "acceleration along the chip's Y axis"),
    [VALUE_Z] = ACCELERATION("z", "acceleration along the chip's Z axis"),
    [VALUE_TEMPERATURE] = {
        .name = "temperature",
        .unit = "degC",
        .text = "of the die",
        .micro_min = -40 * 1000000ll, /* operating range */
        .micro_max = 85 * 1000000ll,
        .micro_step = 250000,
    },
    [VALUE_INT1] = PIN("int1"),
    [VALUE_INT2] = PIN("int2"),
};

#define Z_DEFAULT_MICRO 1000000000ll /* lying flat, top up */

static bool low_power(const struct lsm303agr_acc *s)
{
    return s->reg[ACC_CTRL1] & CTRL1_LPEN;
}

/* Left-justified in 16 bits; @steps: counts of 12 bits in one of the mode. */
static int16_t encode(int64_t micro, int64_t factor, int64_t steps)
{
    int64_t step = MICRO_1024_STEP * factor * steps;
    int64_t count = bw_round_div(micro * SCALE, step);

    count = bw_clamp(count, -2048 / steps, 2047 / steps);
    return (int16_t)(count * steps * 16);
}

static void convert(struct lsm303agr_acc *s, const int64_t micro[BW_AXES])
{
    uint8_t ctrl4 = s->reg[ACC_CTRL4];
    uint8_t factor = fs_factor[(ctrl4 >> ACC_CTRL4_FS_SHIFT) & 3];
    int64_t steps = low_power(s) ? 16 : ctrl4 & CTRL4_HR ? 1 : 4;
    uint8_t enabled = s->reg[ACC_CTRL1] & CTRL1_AXES;

    for (unsigned i = 0; i < BW_AXES; i++) {
        if (enabled & 1 << i) {
            s->axes.out[i] = encode(micro[i], factor, steps);
        }
    }
    bw_axes_sampled(&s->axes, enabled);
}

/* Quarters of a degree, whole degrees in low power, left-justified. */
static void measure_temperature(struct lsm303agr_acc *s)
{
    int64_t micro = s->temp_micro - TEMP_ZERO_MICRO;
    int64_t steps = low_power(s) ? 4 : 1;
    int64_t quarters = bw_round_div(micro * 4, MICRO_PER_DEGC * steps) * steps;

    if (s->reg[ACC_TEMP_CFG] != TEMP_CFG_EN) {
        return;
    }
    s->temp_out = (int16_t)(quarters * 64);
    s->temp_lost |= s->temp_fresh;
    s->temp_fresh = true;
}

static void sample(struct lsm303agr_acc *s)
{
    unsigned self_test = (s->reg[ACC_CTRL4] >> CTRL4_ST_SHIFT) & 3;
    int64_t micro[BW_AXES];

    for (unsigned i = 0; i < BW_AXES; i++) {
        micro[i] = s->accel_micro[i];
        if (self_test == 1) {
            micro[i] += SELF_TEST_MICRO;
        } else if (self_test == 2) {
            micro[i] -= SELF_TEST_MICRO;
        }
    }
    convert(s, micro);
    lsm303agr_run_generators(s, micro);
    lsm303agr_fifo_push(s);
    measure_temperature(s);
}

static void update(struct lsm303agr_acc *s, uint64_t now_ns)
{
    uint64_t at_ns;

    while (bw_sampler_due(&s->sampler, now_ns, &at_ns)) {
        sample(s);
    }
}

static void lsm303agr_acc_reset(void *state, uint8_t addr7, uint64_t now_ns)
{
    struct lsm303agr_acc *s = state;

    (void)now_ns;
    memset(s, 0, sizeof(*s));
    for (size_t i = 0; i < ACC_REGS; i++) {
        s->reg[i] = regs[i].reset;
    }
    s->port.addr7 = addr7;
    s->accel_micro[2] = Z_DEFAULT_MICRO;
    s->temp_micro = TEMP_ZERO_MICRO;
}

/* Registers */

static uint8_t read_data(struct lsm303agr_acc *s, uint8_t reg)
{
    unsigned axis = (reg - ACC_OUT_X_L) / 2;
    bool second = (reg - ACC_OUT_X_L) % 2 != 0;
    bool high = second != ((s->reg[ACC_CTRL4] & CTRL4_BLE) != 0);
    uint8_t byte =
        bw_axes_read(&s->axes, axis, high, s->reg[ACC_CTRL4] & CTRL4_BDU);

    if (second) {
        bw_axes_taken(&s->axes, axis);
    }
    if (reg == ACC_OUT_Z_H) {
        lsm303agr_fifo_pop(s);
    }
    return byte;
}

static uint8_t read_temperature(struct lsm303agr_acc *s, bool high)
{
    uint16_t word = (uint16_t)s->temp_out;

    if (!high) {
        return word & 0xff;
    }
    s->temp_fresh = false;
    s->temp_lost = false;
    return word >> 8;
}

static uint8_t read_register(struct lsm303agr_acc *s, uint8_t reg)
{
    switch (reg) {
    case ACC_STATUS_AUX:
        return (s->temp_lost ? AUX_TOR : 0) | (s->temp_fresh ? AUX_TDA : 0);
    case ACC_OUT_TEMP_L:
    case ACC_OUT_TEMP_H:
        return read_temperature(s, reg == ACC_OUT_TEMP_H);
    case ACC_STATUS:
        return bw_axes_status(&s->axes);
    case ACC_OUT_X_L ... ACC_OUT_Z_H:
        return read_data(s, reg);
    case ACC_FIFO_SRC:
        return lsm303agr_fifo_src(s);
    case ACC_INT1_SRC:
        return lsm303agr_read_src(s, 0);
    case ACC_INT2_SRC:
        return lsm303agr_read_src(s, 1);
    default:
        return reg < ACC_REGS ? s->reg[reg] : 0;
    }
}

static uint64_t period(const struct lsm303agr_acc *s)
{
    unsigned odr = s->reg[ACC_CTRL1] >> CTRL1_ODR_SHIFT;

    return odr == ODR_9 && low_power(s) ? LOW_POWER_9_NS : period_ns[odr];
}

static void write_ctrl1(struct lsm303agr_acc *s, uint8_t byte, uint64_t now_ns)
{
    if (byte == s->reg[ACC_CTRL1]) {
        return;
    }
    s->reg[ACC_CTRL1] = byte;
    s->axes.fresh &= byte & CTRL1_AXES;
    if (period(s) == 0) {
        bw_sampler_stop(&s->sampler);
    } else {
        bw_sampler_start(&s->sampler, now_ns + TURN_ON_NS + period(s),
                         period(s));
    }
}

static void write_register(struct lsm303agr_acc *s, uint8_t reg, uint8_t byte,
                           uint64_t now_ns)
{
    uint8_t before;

    if (reg >= ACC_REGS) {
        return;
    }
    if (reg == ACC_CTRL1) {
        write_ctrl1(s, byte, now_ns);
        return;
    }
    before = s->reg[reg];
    s->reg[reg] = (before & ~regs[reg].rw_mask) | (byte & regs[reg].rw_mask);
    if (reg == ACC_FIFO_CTRL) {
        lsm303agr_fifo_mode(s, before);
    }
}

static void advance_pointer(struct lsm303agr_acc *s)
{
    if (!s->increment) {
        return;
    }
    if (s->port.pointer == ACC_OUT_Z_H && lsm303agr_fifo_in_use(s)) {
        s->port.pointer = ACC_OUT_X_L;
    } else {
        s->port.pointer = (s->port.pointer + 1) & 0x7f;
    }
}

/* The interface of part.h */

static bool lsm303agr_acc_start(void *state, uint8_t addr7, bool is_read,
                                uint64_t now_ns)
{
    struct lsm303agr_acc *s = state;

    update(s, now_ns);
    return bw_port_start(&s->port, addr7, is_read);
}

static bool lsm303agr_acc_write(void *state, uint8_t byte, uint64_t now_ns)
{
    struct lsm303agr_acc *s = state;

    update(s, now_ns);
    switch (s->port.phase) {
    case BW_PORT_POINTER:
        s->increment = byte & POINTER_INC;
        s->port.pointer = byte & 0x7f;
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

static uint8_t lsm303agr_acc_read(void *state, uint64_t now_ns)
{
    struct lsm303agr_acc *s = state;
    uint8_t byte;

    update(s, now_ns);
    if (s->port.phase != BW_PORT_READ) {
        return 0xff;
    }
    byte = read_register(s, s->port.pointer);
    advance_pointer(s);
    return byte;
}

static void lsm303agr_acc_stop(void *state, uint64_t now_ns)
{
    struct lsm303agr_acc *s = state;

    update(s, now_ns);
    s->port.phase = BW_PORT_IDLE;
}

static bool asserted(const struct lsm303agr_acc *s, size_t index)
{
    uint8_t ctrl3 = s->reg[ACC_CTRL3], ctrl6 = s->reg[ACC_CTRL6];
    bool aoi1 = s->gen[0].src & ACC_IA, aoi2 = s->gen[1].src & ACC_IA;
    uint8_t fifo = lsm303agr_fifo_src(s);

    if (index == 1) {
        return ((ctrl6 & CTRL6_I2_INT1) && aoi1) ||
               ((ctrl6 & CTRL6_I2_INT2) && aoi2);
    }
    return ((ctrl3 & CTRL3_I1_DRDY) && s->axes.fresh != 0) ||
           ((ctrl3 & CTRL3_I1_AOI1) && aoi1) ||
           ((ctrl3 & CTRL3_I1_AOI2) && aoi2) ||
           ((ctrl3 & CTRL3_I1_WTM) && (fifo & ACC_FIFO_WTM)) ||
           ((ctrl3 & CTRL3_I1_OVERRUN) && (fifo & ACC_FIFO_OVRN));
}

static bool pin_level(const struct lsm303agr_acc *s, size_t index)
{
    return asserted(s, index) != ((s->reg[ACC_CTRL6] & CTRL6_H_LACTIVE) != 0);
}

static enum bw_part_drive lsm303agr_acc_drive(void *state, size_t index,
                                              uint64_t now_ns)
{
    struct lsm303agr_acc *s = state;

    update(s, now_ns);
    return pin_level(s, index) ? BW_PART_HIGH : BW_PART_LOW;
}

static uint64_t lsm303agr_acc_next_change(void *state, uint64_t now_ns)
{
    struct lsm303agr_acc *s = state;
    bool others = (s->reg[ACC_CTRL3] & ~CTRL3_I1_DRDY) ||
                  (s->reg[ACC_CTRL6] & (CTRL6_I2_INT1 | CTRL6_I2_INT2));
    bool ready = s->reg[ACC_CTRL3] & CTRL3_I1_DRDY;

    update(s, now_ns);
    if (!s->sampler.running || (!others && (!ready || s->axes.fresh != 0))) {
        return BW_PART_NEVER;
    }
    return s->sampler.next_ns;
}

static int64_t lsm303agr_acc_get(void *state, size_t index, uint64_t now_ns)
{
    struct lsm303agr_acc *s = state;

    update(s, now_ns);
    if (index < BW_AXES) {
        return s->accel_micro[index];
    }
    if (index == VALUE_TEMPERATURE) {
        return s->temp_micro;
    }
    return pin_level(s, index - VALUE_INT1) ? 1000000 : 0;
}

static bool lsm303agr_acc_set(void *state, size_t index, int64_t micro,
                              uint64_t now_ns)
{
    struct lsm303agr_acc *s = state;

    update(s, now_ns);
    if (index >= VALUE_INT1 || micro < values[index].micro_min ||
        micro > values[index].micro_max) {
        return false;
    }
    if (index == VALUE_TEMPERATURE) {
        s->temp_micro = micro;
    } else {
        s->accel_micro[index] = micro;
    }
    return true;
}

const struct bw_part_model bw_part_lsm303agr_acc = {
    .name = "lsm303agr-acc",
    .text = "ST LSM303AGR, its accelerometer",
    .addrs = addrs,
    .addr_count = sizeof(addrs) / sizeof(addrs[0]),
    .state_size = sizeof(struct lsm303agr_acc),
    .values = values,
    .value_count = VALUE_COUNT,
    .reset = lsm303agr_acc_reset,
    .start = lsm303agr_acc_start,
    .write = lsm303agr_acc_write,
    .read = lsm303agr_acc_read,
    .stop = lsm303agr_acc_stop,
    .get = lsm303agr_acc_get,
    .set = lsm303agr_acc_set,
    .pins = pins,
    .pin_count = sizeof(pins) / sizeof(pins[0]),
    .drive = lsm303agr_acc_drive,
    .next_change_ns = lsm303agr_acc_next_change,
};
