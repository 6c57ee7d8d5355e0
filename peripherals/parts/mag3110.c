/*
 * MAG3110, a 3-axis magnetometer; micro:bit V1.3B has one.
 *
 * Source: Freescale (NXP), MAG3110 data sheet, "Register descriptions";
 * register and bit names and the table of data rates checked against public
 * drivers.
 *
 * The bus side (start, write, read, stop) moves bytes; sample() runs once per
 * output data period.  The field is in units of 10^-6 uT, chip axes.
 *
 * Not modelled: noise, the zero-field offset of a real part (up to 1000 uT,
 * which drivers calibrate away), magnetisation by strong fields and the reset
 * currents against it, the unknown offset of the die thermometer.
 *
 * Where the data sheet is silent:
 * - results are rounded to the nearest step; the sensor ends at 1000 uT, the
 *   result with the user's offset at 2000 uT;
 * - the first sample comes one conversion after the mode is set, 16, 32, 64 or
 *   128 samples of the converter; the further ones one period apart;
 * - standby is entered at once and drops the conversion under way;
 * - in active mode a write to CTRL_REG1 changes AC and TM only;
 * - AUTO_MRST_EN and Mag_RST read 0;
 * - reading OUT_x_MSB keeps the LSB of the same sample for the next read of
 *   it, an LSB that is read first is the newest; only the MSB takes the
 *   sample;
 * - in the fast mode an LSB is followed by the next MSB; the pointer goes from
 *   0x11 to 0x00, and other addresses read 0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/part.h"

#include <string.h>

#include "peripherals/parts/sensor.h"

/* "Register address map" */
enum mag3110_reg {
    REG_DR_STATUS = 0x00,
    REG_OUT_X_MSB = 0x01,
    REG_OUT_X_LSB = 0x02,
    REG_OUT_Y_MSB = 0x03,
    REG_OUT_Y_LSB = 0x04,
    REG_OUT_Z_MSB = 0x05,
    REG_OUT_Z_LSB = 0x06,
    REG_WHO_AM_I = 0x07,
    REG_SYSMOD = 0x08,
    REG_OFF_X_MSB = 0x09,
    REG_OFF_X_LSB = 0x0a,
    REG_OFF_Y_MSB = 0x0b,
    REG_OFF_Y_LSB = 0x0c,
    REG_OFF_Z_MSB = 0x0d,
    REG_OFF_Z_LSB = 0x0e,
    REG_DIE_TEMP = 0x0f,
    REG_CTRL_REG1 = 0x10,
    REG_CTRL_REG2 = 0x11,
    REG_COUNT
};

#define CTRL1_DR_SHIFT 5
#define CTRL1_OS_SHIFT 3
#define CTRL1_FR       0x04 /* fast read: MSBs only */
#define CTRL1_TM       0x02 /* one measurement, 1 until it is done */
#define CTRL1_AC       0x01 /* active */
#define CTRL2_RAW      0x20 /* without the user's offset */

static const struct {
    uint8_t reset;
    uint8_t rw_mask;
} regs[REG_COUNT] = {
    [REG_WHO_AM_I] = { 0xc4, 0x00 },       [REG_OFF_X_MSB] = { 0x00, 0xff },
    [REG_OFF_X_LSB] = { 0x00, 0xfe },      [REG_OFF_Y_MSB] = { 0x00, 0xff },
    [REG_OFF_Y_LSB] = { 0x00, 0xfe },      [REG_OFF_Z_MSB] = { 0x00, 0xff },
    [REG_OFF_Z_LSB] = { 0x00, 0xfe },      [REG_CTRL_REG1] = { 0x00, 0xff },
    [REG_CTRL_REG2] = { 0x00, CTRL2_RAW }, /* the others read 0 */
};

/*
 * "Over-sampling ratio and data rate": 80 Hz with DR = 0 and OS = 0, half of
 * it with each step of either.  The converter runs at 1280 Hz with DR = 0, at
 * half of it with each step, and at 80 Hz from DR = 4 on.
 */
#define FASTEST_PERIOD_NS 12500000ull
#define CONVERTER_NS      781250ull
#define SLOWEST_DR        4

#define MICRO_PER_COUNT 100000ll /* 0.1 uT */
#define SENSOR_COUNTS   10000
#define OUTPUT_COUNTS   20000

static const uint8_t addrs[] = { 0x0e };

static const char *const pins[] = { "int1" };

enum mag3110_value {
    VALUE_FIELD_X,
    VALUE_FIELD_Y,
    VALUE_FIELD_Z,
    VALUE_TEMPERATURE,
    VALUE_INT1,
    VALUE_COUNT
};

#define FIELD(name_, text_)                                      \
    {                                                            \
        .name = name_, .unit = "uT", .text = text_,              \
        .micro_min = -10000000000ll, .micro_max = 10000000000ll, \
        .micro_step = MICRO_PER_COUNT,                           \
    }

static const struct bw_part_value values[VALUE_COUNT] = {
    [VALUE_FIELD_X] = FIELD("field-x", "field along the chip's X axis"),
    [VALUE_FIELD_Y] = FIELD("field-y", "field along the chip's Y axis"),
    [VALUE_FIELD_Z] = FIELD("field-z", "field along the chip's Z axis"),
    [VALUE_TEMPERATURE] = {
        .name = "temperature",
        .unit = "degC",
        .text = "of the die",
        .micro_min = -40 * 1000000ll, /* operating range */
        .micro_max = 85 * 1000000ll,
        .micro_step = 1000000,
    },
    [VALUE_INT1] = {
        .name = "int1",
        .unit = "",
        .text = "level of the INT1 pin",
        .micro_min = 0,
        .micro_max = 1000000,
        .micro_step = 1000000,
        .read_only = true,
    },
};

#define TEMPERATURE_DEFAULT_MICRO (25 * 1000000ll)

struct mag3110 {
    int64_t field_micro[BW_AXES]; /* 10^-6 uT */
    int64_t temp_micro;
    struct bw_sampler sampler;
    struct bw_port port;
    struct bw_axes axes;
    uint8_t reg[REG_COUNT];
};

static bool is_active(const struct mag3110 *s)
{
    return s->reg[REG_CTRL_REG1] & CTRL1_AC;
}

static unsigned data_rate(const struct mag3110 *s)
{
    return s->reg[REG_CTRL_REG1] >> CTRL1_DR_SHIFT;
}

static unsigned over_sampling(const struct mag3110 *s)
{
    return (s->reg[REG_CTRL_REG1] >> CTRL1_OS_SHIFT) & 3;
}

static uint64_t period(const struct mag3110 *s)
{
    return FASTEST_PERIOD_NS << (data_rate(s) + over_sampling(s));
}

static uint64_t conversion_time(const struct mag3110 *s)
{
    unsigned dr = data_rate(s) < SLOWEST_DR ? data_rate(s) : SLOWEST_DR;

    return (CONVERTER_NS << dr) * (16u << over_sampling(s));
}

/* OFF_x: 15 bits above bit 0, 0.1 uT each */
static int64_t user_offset(const struct mag3110 *s, unsigned axis)
{
    uint16_t word = (uint16_t)(s->reg[REG_OFF_X_MSB + 2 * axis] << 8 |
                               s->reg[REG_OFF_X_LSB + 2 * axis]);

    return (int16_t)word / 2;
}

static void sample(struct mag3110 *s)
{
    bool raw = s->reg[REG_CTRL_REG2] & CTRL2_RAW;

    for (unsigned i = 0; i < BW_AXES; i++) {
        int64_t count = bw_round_div(s->field_micro[i], MICRO_PER_COUNT);

        count = bw_clamp(count, -SENSOR_COUNTS, SENSOR_COUNTS);
        if (!raw) {
            count -= user_offset(s, i);
        }
        s->axes.out[i] =
            (int16_t)bw_clamp(count, -OUTPUT_COUNTS, OUTPUT_COUNTS);
    }
    bw_axes_sampled(&s->axes, 0x07);
    s->reg[REG_DIE_TEMP] = (uint8_t)bw_round_div(s->temp_micro, 1000000);
    s->reg[REG_CTRL_REG1] &= (uint8_t)~CTRL1_TM;
    if (!is_active(s)) {
        bw_sampler_stop(&s->sampler);
    }
}

static void update(struct mag3110 *s, uint64_t now_ns)
{
    uint64_t at_ns;

    while (bw_sampler_due(&s->sampler, now_ns, &at_ns)) {
        sample(s);
    }
}

static void start_measuring(struct mag3110 *s, uint64_t now_ns)
{
    bw_sampler_start(&s->sampler, now_ns + conversion_time(s), period(s));
}

static void mag3110_reset(void *state, uint8_t addr7, uint64_t now_ns)
{
    struct mag3110 *s = state;

    (void)now_ns;
    memset(s, 0, sizeof(*s));
    for (size_t i = 0; i < REG_COUNT; i++) {
        s->reg[i] = regs[i].reset;
    }
    s->port.addr7 = addr7;
    s->temp_micro = TEMPERATURE_DEFAULT_MICRO;
}

/* Registers */

static uint8_t sysmod(const struct mag3110 *s)
{
    if (!is_active(s)) {
        return 0;
    }
    return s->reg[REG_CTRL_REG2] & CTRL2_RAW ? 1 : 2;
}

static uint8_t read_data(struct mag3110 *s, uint8_t reg)
{
    unsigned axis = (reg - REG_OUT_X_MSB) / 2;
    bool high = (reg - REG_OUT_X_MSB) % 2 == 0;
    uint8_t byte = bw_axes_read(&s->axes, axis, high, high);

    if (high) {
        bw_axes_taken(&s->axes, axis);
    }
    return byte;
}

static uint8_t read_register(struct mag3110 *s, uint8_t reg)
{
    switch (reg) {
    case REG_DR_STATUS:
        return bw_axes_status(&s->axes);
    case REG_OUT_X_MSB ... REG_OUT_Z_LSB:
        return read_data(s, reg);
    case REG_SYSMOD:
        return sysmod(s);
    default:
        return reg < REG_COUNT ? s->reg[reg] : 0;
    }
}

static void write_ctrl_reg1(struct mag3110 *s, uint8_t byte, uint64_t now_ns)
{
    uint8_t *reg = &s->reg[REG_CTRL_REG1];

    if (is_active(s)) {
        *reg = (*reg & ~(CTRL1_AC | CTRL1_TM)) | (byte & (CTRL1_AC | CTRL1_TM));
        if (!is_active(s)) {
            bw_sampler_stop(&s->sampler);
        } else if (!(byte & CTRL1_TM)) {
            return;
        }
    } else {
        *reg = byte;
        bw_sampler_stop(&s->sampler);
        if (byte & CTRL1_AC) {
            bw_axes_clear(&s->axes);
        }
    }
    if (*reg & (CTRL1_AC | CTRL1_TM)) {
        start_measuring(s, now_ns);
    }
}

static void write_register(struct mag3110 *s, uint8_t reg, uint8_t byte,
                           uint64_t now_ns)
{
    if (reg >= REG_COUNT) {
        return;
    }
    if (reg == REG_CTRL_REG1) {
        write_ctrl_reg1(s, byte, now_ns);
        return;
    }
    s->reg[reg] =
        (s->reg[reg] & ~regs[reg].rw_mask) | (byte & regs[reg].rw_mask);
}

static void advance_pointer(struct mag3110 *s)
{
    bool fast = s->reg[REG_CTRL_REG1] & CTRL1_FR;
    uint8_t *p = &s->port.pointer;

    if (fast &&
        (*p == REG_OUT_X_MSB || *p == REG_OUT_Y_MSB || *p == REG_OUT_Z_MSB)) {
        *p += 2;
    } else {
        *p = *p == REG_CTRL_REG2 ? REG_DR_STATUS : *p + 1;
    }
}

/* The interface of part.h */

static bool mag3110_start(void *state, uint8_t addr7, bool is_read,
                          uint64_t now_ns)
{
    struct mag3110 *s = state;

    update(s, now_ns);
    return bw_port_start(&s->port, addr7, is_read);
}

static bool mag3110_write(void *state, uint8_t byte, uint64_t now_ns)
{
    struct mag3110 *s = state;

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

static uint8_t mag3110_read(void *state, uint64_t now_ns)
{
    struct mag3110 *s = state;
    uint8_t byte;

    update(s, now_ns);
    if (s->port.phase != BW_PORT_READ) {
        return 0xff;
    }
    byte = read_register(s, s->port.pointer);
    advance_pointer(s);
    return byte;
}

static void mag3110_stop(void *state, uint64_t now_ns)
{
    struct mag3110 *s = state;

    update(s, now_ns);
    s->port.phase = BW_PORT_IDLE;
}

/* INT1, active high, push-pull: ZYXDR */
static enum bw_part_drive mag3110_drive(void *state, size_t index,
                                        uint64_t now_ns)
{
    struct mag3110 *s = state;

    (void)index;
    update(s, now_ns);
    return s->axes.fresh != 0 ? BW_PART_HIGH : BW_PART_LOW;
}

static uint64_t mag3110_next_change(void *state, uint64_t now_ns)
{
    struct mag3110 *s = state;

    update(s, now_ns);
    if (!s->sampler.running || s->axes.fresh != 0) {
        return BW_PART_NEVER;
    }
    return s->sampler.next_ns;
}

static int64_t mag3110_get(void *state, size_t index, uint64_t now_ns)
{
    struct mag3110 *s = state;

    update(s, now_ns);
    if (index < BW_AXES) {
        return s->field_micro[index];
    }
    if (index == VALUE_TEMPERATURE) {
        return s->temp_micro;
    }
    return s->axes.fresh != 0 ? 1000000 : 0;
}

static bool mag3110_set(void *state, size_t index, int64_t micro,
                        uint64_t now_ns)
{
    struct mag3110 *s = state;

    update(s, now_ns);
    if (index >= VALUE_INT1 || micro < values[index].micro_min ||
        micro > values[index].micro_max) {
        return false;
    }
    if (index == VALUE_TEMPERATURE) {
        s->temp_micro = micro;
    } else {
        s->field_micro[index] = micro;
    }
    return true;
}

const struct bw_part_model bw_part_mag3110 = {
    .name = "mag3110",
    .text = "NXP MAG3110 magnetometer",
    .addrs = addrs,
    .addr_count = sizeof(addrs) / sizeof(addrs[0]),
    .state_size = sizeof(struct mag3110),
    .values = values,
    .value_count = VALUE_COUNT,
    .reset = mag3110_reset,
    .start = mag3110_start,
    .write = mag3110_write,
    .read = mag3110_read,
    .stop = mag3110_stop,
    .get = mag3110_get,
    .set = mag3110_set,
    .pins = pins,
    .pin_count = sizeof(pins) / sizeof(pins[0]),
    .drive = mag3110_drive,
    .next_change_ns = mag3110_next_change,
};
