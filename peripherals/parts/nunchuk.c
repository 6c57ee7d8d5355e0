/*
 * The Nintendo Nunchuk (RVL-004): joystick, accelerometer, two buttons.
 *
 * Source: there is no data sheet.  Facts as published by those who measured
 * it: WiiBrew, "Wiimote/Extension Controllers" and "Nunchuk", and the Wiimote
 * wiki, "Nunchuck" (register map, report, calibration, identity, encryption).
 *
 * 256 registers behind a pointer, which the first byte of a write sets and
 * each byte moves on; FFh is followed by 00h.
 *   00h-05h  the report: joystick x, y; upper eight of ten bits of the
 *            acceleration along x, y, z; the lower bits and the buttons
 *   20h-2Fh  calibration, 30h-3Fh once more
 *   40h-4Fh  the key
 *   F0h      55h switches encryption off (with 00h to FBh after it)
 *   FAh-FFh  what it is: 00 00 A4 20 00 00
 * The others keep what is written.
 *
 * After power-on it is not initialised and reads FFh.  00h written to 40h
 * begins the encrypted mode of the first drivers, in which every byte read is
 * (x - 17h) ^ 17h; 55h to F0h and 00h to FBh the plain one.
 *
 * Choices where the sources are silent or differ: the report is measured at
 * START of a read, and stands until the next; 10-bit zero is 512, 1 g is 204
 * counts, the joystick's end is 96 counts from its middle (three nunchuks that
 * people measured have 90 to 100), and the calibration block says the same.
 *
 * Not modelled: keys other than zero, the time that the part needs between two
 * reports (drivers wait some hundred us), noise.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/part.h"

#include <string.h>

#include "peripherals/parts/sensor.h"

enum nunchuk_reg {
    REG_REPORT = 0x00,
    REG_CALIBRATION = 0x20,
    REG_KEY = 0x40,
    REG_INIT_1 = 0xf0,
    REG_IDENTITY = 0xfa,
    REG_INIT_2 = 0xfb
};

#define REG_COUNT 256

#define INIT_1 0x55
#define INIT_2 0x00

#define REPORT_SIZE      6
#define CALIBRATION_SIZE 16

#define STICK_MIDDLE 128
#define STICK_COUNTS 96 /* from the middle to the end */
#define ACCEL_ZERO   512
#define ACCEL_1G     204
#define ACCEL_MAX    1023

#define NOT_C 0x02 /* in the last byte: 0 is pressed */
#define NOT_Z 0x01

#define MICRO     1000000
#define MICRO_1G  (1000ll * MICRO) /* in mg */
#define MOST_MG   (2000ll * MICRO)
#define STICK_END MICRO

enum nunchuk_value {
    VALUE_X,
    VALUE_Y,
    VALUE_ACCEL_X,
    VALUE_ACCEL_Y,
    VALUE_ACCEL_Z,
    VALUE_C,
    VALUE_Z,
    VALUE_COUNT
};

enum nunchuk_mode {
    MODE_SILENT, /* not initialised */
    MODE_HALF,   /* 55h is in F0h */
    MODE_PLAIN,
    MODE_ENCRYPTED
};

struct nunchuk {
    struct bw_port port;
    enum nunchuk_mode mode;
    int64_t micro[VALUE_COUNT];
    uint8_t reg[REG_COUNT];
};

static const uint8_t addrs[] = { 0x52 };

#define STICK(n, t)                                                     \
    {                                                                   \
        .name = (n), .unit = "", .text = (t), .micro_min = -STICK_END,  \
        .micro_max = STICK_END, .micro_step = STICK_END / STICK_COUNTS, \
    }
#define ACCEL(n, t)                                                    \
    {                                                                  \
        .name = (n), .unit = "mg", .text = (t), .micro_min = -MOST_MG, \
        .micro_max = MOST_MG, .micro_step = MICRO_1G / ACCEL_1G,       \
    }
#define BUTTON(n, t)                                              \
    {                                                             \
        .name = (n), .unit = "", .text = (t), .micro_max = MICRO, \
        .micro_step = MICRO,                                      \
    }

static const struct bw_part_value values[VALUE_COUNT] = {
    [VALUE_X] = STICK("x", "the joystick, from -1, left, to 1, right"),
    [VALUE_Y] = STICK("y", "the joystick, from -1, down, to 1, up"),
    [VALUE_ACCEL_X] = ACCEL("accel-x", "acceleration to the right"),
    [VALUE_ACCEL_Y] = ACCEL("accel-y", "acceleration to the front"),
    [VALUE_ACCEL_Z] = ACCEL("accel-z", "acceleration upwards; 1000 at rest"),
    [VALUE_C] = BUTTON("c", "1: the small button is pressed"),
    [VALUE_Z] = BUTTON("z", "1: the large button is pressed"),
};

/* Two equal blocks; the last two bytes are the sum of the others and 55h, and
 * that and 55h once more. */
static void set_calibration(struct nunchuk *s)
{
    static const uint8_t block[CALIBRATION_SIZE - 2] = {
        ACCEL_ZERO >> 2,
        ACCEL_ZERO >> 2,
        ACCEL_ZERO >> 2,
        0, /* their lower bits */
        (ACCEL_ZERO + ACCEL_1G) >> 2,
        (ACCEL_ZERO + ACCEL_1G) >> 2,
        (ACCEL_ZERO + ACCEL_1G) >> 2,
        0,
        STICK_MIDDLE + STICK_COUNTS,
        STICK_MIDDLE - STICK_COUNTS,
        STICK_MIDDLE,
        STICK_MIDDLE + STICK_COUNTS,
        STICK_MIDDLE - STICK_COUNTS,
        STICK_MIDDLE,
    };
    uint8_t *reg = &s->reg[REG_CALIBRATION];
    uint8_t sum = 0x55;

    for (unsigned i = 0; i < sizeof(block); i++) {
        sum = (uint8_t)(sum + block[i]);
        reg[i] = block[i];
    }
    reg[sizeof(block)] = sum;
    reg[sizeof(block) + 1] = (uint8_t)(sum + 0x55);
    memcpy(reg + CALIBRATION_SIZE, reg, CALIBRATION_SIZE);
}

static void nunchuk_reset(void *state, uint8_t addr7, uint64_t now_ns)
{
    static const uint8_t identity[] = { 0x00, 0x00, 0xa4, 0x20, 0x00, 0x00 };
    struct nunchuk *s = state;

    (void)now_ns;
    memset(s, 0, sizeof(*s));
    s->port.phase = BW_PORT_IDLE;
    s->port.addr7 = addr7;
    s->micro[VALUE_ACCEL_Z] = MICRO_1G;
    memcpy(&s->reg[REG_IDENTITY], identity, sizeof(identity));
    set_calibration(s);
}

/* The report */

static uint8_t stick(int64_t micro)
{
    return (uint8_t)(STICK_MIDDLE +
                     bw_round_div(micro * STICK_COUNTS, STICK_END));
}

static unsigned accel(int64_t micro)
{
    int64_t counts = ACCEL_ZERO + bw_round_div(micro * ACCEL_1G, MICRO_1G);

    return (unsigned)bw_clamp(counts, 0, ACCEL_MAX);
}

static void measure(struct nunchuk *s)
{
    uint8_t *reg = &s->reg[REG_REPORT];
    uint8_t last = 0;

    reg[0] = stick(s->micro[VALUE_X]);
    reg[1] = stick(s->micro[VALUE_Y]);
    for (unsigned i = 0; i < 3; i++) {
        unsigned counts = accel(s->micro[VALUE_ACCEL_X + i]);

        reg[2 + i] = (uint8_t)(counts >> 2);
        last |= (uint8_t)((counts & 3) << (2 + 2 * i));
    }
    last |= s->micro[VALUE_C] == 0 ? NOT_C : 0;
    last |= s->micro[VALUE_Z] == 0 ? NOT_Z : 0;
    reg[5] = last;
}

/* The bus */

static bool nunchuk_start(void *state, uint8_t addr7, bool is_read,
                          uint64_t now_ns)
{
    struct nunchuk *s = state;

    (void)now_ns;
    if (!bw_port_start(&s->port, addr7, is_read)) {
        return false;
    }
    if (is_read) {
        measure(s);
    }
    return true;
}

static bool is_read_only(uint8_t reg)
{
    return reg < REG_REPORT + REPORT_SIZE || reg >= REG_IDENTITY ||
           (reg >= REG_CALIBRATION &&
            reg < REG_CALIBRATION + 2 * CALIBRATION_SIZE);
}

static void write_reg(struct nunchuk *s, uint8_t reg, uint8_t byte)
{
    if (reg == REG_INIT_1 && byte == INIT_1) {
        s->mode = MODE_HALF;
    } else if (reg == REG_INIT_2 && byte == INIT_2 && s->mode == MODE_HALF) {
        s->mode = MODE_PLAIN;
    } else if (reg == REG_KEY && byte == 0) {
        s->mode = MODE_ENCRYPTED;
    }
    if (!is_read_only(reg)) {
        s->reg[reg] = byte;
    }
}

static bool nunchuk_write(void *state, uint8_t byte, uint64_t now_ns)
{
    struct nunchuk *s = state;

    (void)now_ns;
    switch (s->port.phase) {
    case BW_PORT_POINTER:
        s->port.pointer = byte;
        s->port.phase = BW_PORT_WRITE;
        return true;
    case BW_PORT_WRITE:
        write_reg(s, s->port.pointer++, byte);
        return true;
    default:
        return false;
    }
}

static uint8_t nunchuk_read(void *state, uint64_t now_ns)
{
    struct nunchuk *s = state;
    uint8_t byte;

    (void)now_ns;
    if (s->port.phase != BW_PORT_READ) {
        return 0xff;
    }
    byte = s->reg[s->port.pointer++];
    switch (s->mode) {
    case MODE_PLAIN:
        return byte;
    case MODE_ENCRYPTED:
        return (uint8_t)((byte - 0x17) ^ 0x17);
    default:
        return 0xff;
    }
}

static void nunchuk_stop(void *state, uint64_t now_ns)
{
    struct nunchuk *s = state;

    (void)now_ns;
    s->port.phase = BW_PORT_IDLE;
}

/* Values */

static int64_t nunchuk_get(void *state, size_t index, uint64_t now_ns)
{
    struct nunchuk *s = state;

    (void)now_ns;
    return s->micro[index];
}

static bool nunchuk_set(void *state, size_t index, int64_t micro,
                        uint64_t now_ns)
{
    struct nunchuk *s = state;

    (void)now_ns;
    if (index >= VALUE_COUNT || micro < values[index].micro_min ||
        micro > values[index].micro_max) {
        return false;
    }
    if (index >= VALUE_C) {
        micro = micro < MICRO / 2 ? 0 : MICRO;
    }
    s->micro[index] = micro;
    return true;
}

const struct bw_part_model bw_part_nunchuk = {
    .name = "nunchuk",
    .text = "Nintendo Nunchuk: joystick, accelerometer, two buttons",
    .addrs = addrs,
    .addr_count = sizeof(addrs) / sizeof(addrs[0]),
    .state_size = sizeof(struct nunchuk),
    .values = values,
    .value_count = VALUE_COUNT,
    .reset = nunchuk_reset,
    .start = nunchuk_start,
    .write = nunchuk_write,
    .read = nunchuk_read,
    .stop = nunchuk_stop,
    .get = nunchuk_get,
    .set = nunchuk_set,
};
