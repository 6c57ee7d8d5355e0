/*
 * LSM303AGR, the magnetometer half; micro:bit V1.5 has one.
 *
 * Source: STMicroelectronics, LSM303AGR data sheet, DocID027765,
 * "Magnetometer registers"; application note AN4825; bit names checked
 * against the maker's public register header.
 *
 * The bus side (start, write, read, stop) moves bytes; sample() runs once per
 * output data period.  The field is in units of 10^-6 uT, chip axes.
 *
 * Not modelled: noise and its filters (LPF, LP), offset cancellation
 * (OFF_CANC and its pulses are stored), temperature compensation, SPI,
 * reloading of trimming values (REBOOT reads 0 at once).
 *
 * Where the data sheet is silent:
 * - results are rounded to the nearest step and end at 16 bits;
 * - the first sample comes after the turn-on time, 9.4 ms (6.4 ms with LP),
 *   the further ones one period apart; a new ODR or mode starts anew;
 * - reading OUTx_H takes the axis; with BDU either half keeps the other one;
 * - the threshold is compared with the output, or, without INT_on_DataOFF,
 *   with the field before the hard-iron offsets; MROI is the sensor's range;
 * - INT and the pin follow IEA only while IEN is set; with INT_MAG and
 *   INT_MAG_PIN both set the pin is high for either;
 * - SOFT_RST sets all registers to their reset values at once;
 * - I2C_DIS ends the acknowledging of the address until power-on;
 * - reserved registers read 0; with auto-increment the pointer wraps from
 *   0x7f to 0x00.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/part.h"

#include <string.h>

#include "peripherals/parts/sensor.h"

/* "Register mapping" */
enum lsm303agr_mag_reg {
    REG_OFFSET_X_L = 0x45,
    REG_OFFSET_X_H = 0x46,
    REG_OFFSET_Y_L = 0x47,
    REG_OFFSET_Y_H = 0x48,
    REG_OFFSET_Z_L = 0x49,
    REG_OFFSET_Z_H = 0x4a,
    REG_WHO_AM_I = 0x4f,
    REG_CFG_A = 0x60,
    REG_CFG_B = 0x61,
    REG_CFG_C = 0x62,
    REG_INT_CTRL = 0x63,
    REG_INT_SOURCE = 0x64,
    REG_INT_THS_L = 0x65,
    REG_INT_THS_H = 0x66,
    REG_STATUS = 0x67,
    REG_OUTX_L = 0x68,
    REG_OUTX_H = 0x69,
    REG_OUTY_L = 0x6a,
    REG_OUTY_H = 0x6b,
    REG_OUTZ_L = 0x6c,
    REG_OUTZ_H = 0x6d,
    REG_COUNT
};

#define POINTER_INC 0x80 /* of the sub-address: count up */

#define CFG_A_SOFT_RST  0x20
#define CFG_A_LP        0x10
#define CFG_A_ODR_SHIFT 2
#define CFG_A_MD        0x03
#define MD_CONTINUOUS   0x00
#define MD_SINGLE       0x01
#define MD_IDLE         0x03

#define CFG_B_INT_ON_DATAOFF 0x08

#define CFG_C_INT_MAG_PIN 0x40
#define CFG_C_I2C_DIS     0x20
#define CFG_C_BDU         0x10
#define CFG_C_BLE         0x08 /* high byte at the lower address */
#define CFG_C_SELF_TEST   0x02
#define CFG_C_INT_MAG     0x01 /* data ready at the pin */

#define INT_IEA 0x04 /* interrupt is INT = 1 and a high pin */
#define INT_IEL 0x02 /* hold it until INT_SOURCE is read */
#define INT_IEN 0x01

#define SOURCE_MROI 0x02
#define SOURCE_INT  0x01

static const struct {
    uint8_t reset;
    uint8_t rw_mask;
} regs[REG_COUNT] = {
    [REG_OFFSET_X_L] = { 0x00, 0xff }, [REG_OFFSET_X_H] = { 0x00, 0xff },
    [REG_OFFSET_Y_L] = { 0x00, 0xff }, [REG_OFFSET_Y_H] = { 0x00, 0xff },
    [REG_OFFSET_Z_L] = { 0x00, 0xff }, [REG_OFFSET_Z_H] = { 0x00, 0xff },
    [REG_WHO_AM_I] = { 0x40, 0x00 },   [REG_CFG_A] = { 0x03, 0x9f },
    [REG_CFG_B] = { 0x00, 0x1f },      [REG_CFG_C] = { 0x00, 0x7b },
    [REG_INT_CTRL] = { 0xe0, 0xe7 },   [REG_INT_THS_L] = { 0x00, 0xff },
    [REG_INT_THS_H] = { 0x00, 0xff },
};

/* CFG_REG_A_M, ODR: 10, 20, 50, 100 Hz */
static const uint64_t period_ns[4] = {
    100000000,
    50000000,
    20000000,
    10000000,
};

#define TURN_ON_NS    9400000ull /* "Magnetic sensor characteristics" */
#define TURN_ON_LP_NS 6400000ull

#define MICRO_PER_COUNT 150000ll /* 1.5 mgauss = 0.15 uT */
#define COUNT_MAX       INT16_MAX
#define COUNT_MIN       INT16_MIN

/* "Self test": between 15 and 500 mgauss; 250 mgauss = 25 uT */
#define SELF_TEST_MICRO 25000000ll

static const uint8_t addrs[] = { 0x1e };

static const char *const pins[] = { "int" };

enum lsm303agr_mag_value {
    VALUE_FIELD_X,
    VALUE_FIELD_Y,
    VALUE_FIELD_Z,
    VALUE_INT,
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
    [VALUE_INT] = {
        .name = "int",
        .unit = "",
        .text = "level of the INT_MAG/DRDY pin",
        .micro_min = 0,
        .micro_max = 1000000,
        .micro_step = 1000000,
        .read_only = true,
    },
};

struct lsm303agr_mag {
    int64_t field_micro[BW_AXES]; /* 10^-6 uT */
    struct bw_sampler sampler;
    struct bw_port port;
    struct bw_axes axes;
    uint8_t source; /* INT_SOURCE with INT = 1 for an interrupt */
    bool increment;
    bool deaf; /* I2C_DIS */
    uint8_t reg[REG_COUNT];
};

static uint16_t word_at(const struct lsm303agr_mag *s, uint8_t low)
{
    return (uint16_t)(s->reg[low + 1] << 8 | s->reg[low]);
}

/* Flags of one axis: P_TH_S_x in bits 7 to 5, N_TH_S_x in bits 4 to 2. */
static uint8_t compare(unsigned axis, int64_t count, uint16_t threshold)
{
    if (count > threshold) {
        return 0x80 >> axis;
    }
    return count < -(int64_t)threshold ? 0x10 >> axis : 0;
}

static void run_interrupt(struct lsm303agr_mag *s, uint8_t flags, bool range)
{
    uint8_t ctrl = s->reg[REG_INT_CTRL];
    uint8_t enabled = ctrl & 0xe0;
    uint8_t source = flags & (enabled | enabled >> 3);

    if (!(ctrl & INT_IEN)) {
        s->source = 0;
        return;
    }
    if (source != 0) {
        source |= SOURCE_INT;
    }
    if (range) {
        source |= SOURCE_MROI;
    }
    if (!(ctrl & INT_IEL) || !(s->source & SOURCE_INT)) {
        s->source = source;
    }
}

static void sample(struct lsm303agr_mag *s)
{
    bool with_offset = s->reg[REG_CFG_B] & CFG_B_INT_ON_DATAOFF;
    bool self_test = s->reg[REG_CFG_C] & CFG_C_SELF_TEST;
    uint16_t threshold = word_at(s, REG_INT_THS_L);
    uint8_t flags = 0;
    bool range = false;

    for (unsigned i = 0; i < BW_AXES; i++) {
        int64_t micro = s->field_micro[i] + (self_test ? SELF_TEST_MICRO : 0);
        int64_t count = bw_round_div(micro, MICRO_PER_COUNT);
        int64_t out = count - (int16_t)word_at(s, REG_OFFSET_X_L + 2 * i);

        range |= count > COUNT_MAX || count < COUNT_MIN;
        s->axes.out[i] = (int16_t)bw_clamp(out, COUNT_MIN, COUNT_MAX);
        flags |= compare(i, with_offset ? s->axes.out[i] : count, threshold);
    }
    bw_axes_sampled(&s->axes, 0x07);
    run_interrupt(s, flags, range);
    if ((s->reg[REG_CFG_A] & CFG_A_MD) == MD_SINGLE) {
        s->reg[REG_CFG_A] |= MD_IDLE;
        bw_sampler_stop(&s->sampler);
    }
}

static void update(struct lsm303agr_mag *s, uint64_t now_ns)
{
    uint64_t at_ns;

    while (bw_sampler_due(&s->sampler, now_ns, &at_ns)) {
        sample(s);
    }
}

static void reset_registers(struct lsm303agr_mag *s)
{
    for (size_t i = 0; i < REG_COUNT; i++) {
        s->reg[i] = regs[i].reset;
    }
    memset(&s->axes, 0, sizeof(s->axes));
    s->source = 0;
    bw_sampler_stop(&s->sampler);
}

static void lsm303agr_mag_reset(void *state, uint8_t addr7, uint64_t now_ns)
{
    struct lsm303agr_mag *s = state;

    (void)now_ns;
    memset(s, 0, sizeof(*s));
    s->port.addr7 = addr7;
    reset_registers(s);
}

/* Registers */

static uint8_t read_data(struct lsm303agr_mag *s, uint8_t reg)
{
    unsigned axis = (reg - REG_OUTX_L) / 2;
    bool second = (reg - REG_OUTX_L) % 2 != 0;
    bool high = second != ((s->reg[REG_CFG_C] & CFG_C_BLE) != 0);
    uint8_t byte =
        bw_axes_read(&s->axes, axis, high, s->reg[REG_CFG_C] & CFG_C_BDU);

    if (second) {
        bw_axes_taken(&s->axes, axis);
    }
    return byte;
}

static uint8_t read_source(struct lsm303agr_mag *s)
{
    uint8_t ctrl = s->reg[REG_INT_CTRL];
    uint8_t source = s->source;

    if (ctrl & INT_IEL) {
        s->source = 0;
    }
    if ((ctrl & INT_IEN) && !(ctrl & INT_IEA)) {
        source ^= SOURCE_INT;
    }
    return source;
}

static uint8_t read_register(struct lsm303agr_mag *s, uint8_t reg)
{
    switch (reg) {
    case REG_INT_SOURCE:
        return read_source(s);
    case REG_STATUS:
        return bw_axes_status(&s->axes);
    case REG_OUTX_L ... REG_OUTZ_H:
        return read_data(s, reg);
    default:
        return reg < REG_COUNT ? s->reg[reg] : 0;
    }
}

static void write_cfg_a(struct lsm303agr_mag *s, uint8_t byte, uint64_t now_ns)
{
    uint8_t mode = byte & CFG_A_MD;

    if (byte & CFG_A_SOFT_RST) {
        reset_registers(s);
        return;
    }
    s->reg[REG_CFG_A] = byte & regs[REG_CFG_A].rw_mask;
    bw_sampler_stop(&s->sampler);
    if (mode == MD_CONTINUOUS || mode == MD_SINGLE) {
        bw_sampler_start(&s->sampler,
                         now_ns +
                             (byte & CFG_A_LP ? TURN_ON_LP_NS : TURN_ON_NS),
                         period_ns[(byte >> CFG_A_ODR_SHIFT) & 3]);
    }
}

static void write_register(struct lsm303agr_mag *s, uint8_t reg, uint8_t byte,
                           uint64_t now_ns)
{
    if (reg >= REG_COUNT) {
        return;
    }
    if (reg == REG_CFG_A) {
        write_cfg_a(s, byte, now_ns);
        return;
    }
    s->reg[reg] =
        (s->reg[reg] & ~regs[reg].rw_mask) | (byte & regs[reg].rw_mask);
    if (reg == REG_INT_CTRL && !(byte & INT_IEN)) {
        s->source = 0;
    }
    if (reg == REG_CFG_C && (byte & CFG_C_I2C_DIS)) {
        s->deaf = true;
    }
}

static void advance_pointer(struct lsm303agr_mag *s)
{
    if (s->increment) {
        s->port.pointer = (s->port.pointer + 1) & 0x7f;
    }
}

/* The interface of part.h */

static bool lsm303agr_mag_start(void *state, uint8_t addr7, bool is_read,
                                uint64_t now_ns)
{
    struct lsm303agr_mag *s = state;

    update(s, now_ns);
    return bw_port_start(&s->port, s->deaf ? 0 : addr7, is_read);
}

static bool lsm303agr_mag_write(void *state, uint8_t byte, uint64_t now_ns)
{
    struct lsm303agr_mag *s = state;

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

static uint8_t lsm303agr_mag_read(void *state, uint64_t now_ns)
{
    struct lsm303agr_mag *s = state;
    uint8_t byte;

    update(s, now_ns);
    if (s->port.phase != BW_PORT_READ) {
        return 0xff;
    }
    byte = read_register(s, s->port.pointer);
    advance_pointer(s);
    return byte;
}

static void lsm303agr_mag_stop(void *state, uint64_t now_ns)
{
    struct lsm303agr_mag *s = state;

    update(s, now_ns);
    s->port.phase = BW_PORT_IDLE;
}

static bool pin_level(const struct lsm303agr_mag *s)
{
    uint8_t cfg = s->reg[REG_CFG_C];
    uint8_t ctrl = s->reg[REG_INT_CTRL];
    bool level = (cfg & CFG_C_INT_MAG) && s->axes.fresh != 0;

    if ((cfg & CFG_C_INT_MAG_PIN) && (ctrl & INT_IEN)) {
        level |= ((s->source & SOURCE_INT) != 0) == ((ctrl & INT_IEA) != 0);
    }
    return level;
}

static enum bw_part_drive lsm303agr_mag_drive(void *state, size_t index,
                                              uint64_t now_ns)
{
    struct lsm303agr_mag *s = state;

    (void)index;
    update(s, now_ns);
    return pin_level(s) ? BW_PART_HIGH : BW_PART_LOW;
}

static uint64_t lsm303agr_mag_next_change(void *state, uint64_t now_ns)
{
    struct lsm303agr_mag *s = state;
    uint8_t used = s->reg[REG_CFG_C] & (CFG_C_INT_MAG | CFG_C_INT_MAG_PIN);

    update(s, now_ns);
    if (!s->sampler.running || used == 0 ||
        (used == CFG_C_INT_MAG && s->axes.fresh != 0)) {
        return BW_PART_NEVER;
    }
    return s->sampler.next_ns;
}

static int64_t lsm303agr_mag_get(void *state, size_t index, uint64_t now_ns)
{
    struct lsm303agr_mag *s = state;

    update(s, now_ns);
    if (index < BW_AXES) {
        return s->field_micro[index];
    }
    return pin_level(s) ? 1000000 : 0;
}

static bool lsm303agr_mag_set(void *state, size_t index, int64_t micro,
                              uint64_t now_ns)
{
    struct lsm303agr_mag *s = state;

    update(s, now_ns);
    if (index >= BW_AXES || micro < values[index].micro_min ||
        micro > values[index].micro_max) {
        return false;
    }
    s->field_micro[index] = micro;
    return true;
}

const struct bw_part_model bw_part_lsm303agr_mag = {
    .name = "lsm303agr-mag",
    .text = "ST LSM303AGR, its magnetometer",
    .addrs = addrs,
    .addr_count = sizeof(addrs) / sizeof(addrs[0]),
    .state_size = sizeof(struct lsm303agr_mag),
    .values = values,
    .value_count = VALUE_COUNT,
    .reset = lsm303agr_mag_reset,
    .start = lsm303agr_mag_start,
    .write = lsm303agr_mag_write,
    .read = lsm303agr_mag_read,
    .stop = lsm303agr_mag_stop,
    .get = lsm303agr_mag_get,
    .set = lsm303agr_mag_set,
    .pins = pins,
    .pin_count = sizeof(pins) / sizeof(pins[0]),
    .drive = lsm303agr_mag_drive,
    .next_change_ns = lsm303agr_mag_next_change,
};
