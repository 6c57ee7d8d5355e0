/*
 * DS3231, a real-time clock with two alarms and a thermometer.
 *
 * Source: Maxim Integrated, DS3231 data sheet, 19-5170 Rev 10 (March 2015).
 * Sections are named as there; "figure 1" is its register map.
 *
 * Three things move on their own and are brought up to date at each call:
 * the clock (run_clock, over bcd_calendar.c), its alarms (check_alarms), the
 * temperature conversions (run_sensor).
 *
 * Not modelled: the effect of the aging offset and of temperature on the
 * frequency (the crystal is exact), the 32kHz pin (its enable bit is only
 * stored), the RST pin and push-button, oscillator start-up time, a battery
 * that is empty (it always has 3.0 V).
 *
 * Where the data sheet is silent or gives a range:
 * - the first temperature conversion starts at power-on ("Temperature
 *   Registers"; "Power Control" says 2 s later); each takes 125 ms, the
 *   typical tCONV; the result is rounded to the nearest 0.25 degC;
 * - CONV written while BSY is 1 ends together with that conversion;
 * - the alarm hour is compared as it is stored, 12/24 bit included; mask bit
 *   settings that table 2 does not list are each taken as "any";
 * - the pointer of a read or write above 12h goes to 00h;
 * - bytes written to the clock act at once; the square waves are low in the
 *   first half of their period, counted from the last write of the seconds;
 * - V_PF is the typical 2.575 V; below it the battery takes over, and with
 *   BBSQW = 0 the INT/SQW pin lets go; EOSC = 1 then stops clock and
 *   conversions, and a second begun is begun anew;
 * - setting the value "time" writes 00h-06h, day of the week 1 is a Sunday;
 *   OSF stays: it is the firmware's to clear.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/bcd_calendar.h"
#include "peripherals/parts/part.h"

#include <string.h>

enum ds3231_reg {
    REG_SECONDS = 0x00, /* to 0x06: enum bw_calendar_reg */
    REG_A1_SECONDS = 0x07,
    REG_A1_MINUTES = 0x08,
    REG_A1_HOURS = 0x09,
    REG_A1_DAY_DATE = 0x0a,
    REG_A2_MINUTES = 0x0b,
    REG_A2_HOURS = 0x0c,
    REG_A2_DAY_DATE = 0x0d,
    REG_CONTROL = 0x0e,
    REG_STATUS = 0x0f,
    REG_AGING = 0x10,
    REG_TEMP_MSB = 0x11,
    REG_TEMP_LSB = 0x12,
    REG_COUNT
};

#define ALARM_MASK  0x80 /* AxMy: this register does not matter */
#define ALARM_DY_DT 0x40 /* in the DAY_DATE registers: 1 = day of the week */
#define ALARM_VALUE 0x7f
#define DAY_MASK    0x0f
#define DATE_MASK   0x3f

/* "Control Register (0Eh)" */
#define CONTROL_EOSC     0x80 /* 1 stops the oscillator on battery */
#define CONTROL_BBSQW    0x40 /* INT/SQW works on battery */
#define CONTROL_CONV     0x20 /* start a conversion, 1 until it ends */
#define CONTROL_RS_SHIFT 3    /* square wave rate, two bits */
#define CONTROL_INTCN    0x04 /* INT/SQW: 1 = alarms, 0 = square wave */
#define CONTROL_AIE      0x03 /* A2IE and A1IE, same bits as in STATUS */

/* "Status Register (0Fh)" */
#define STATUS_OSF 0x80 /* the oscillator has been stopped */
#define STATUS_BSY 0x04 /* a conversion is under way */
#define STATUS_A2F 0x02 /* alarm 2 has matched */
#define STATUS_A1F 0x01 /* alarm 1 has matched */

/*
 * Figure 1; 00h-06h at power-on: "Power Control", 01/01/00 01 00:00:00.
 * The alarms are undefined at power-on, here 00h.
 */
static const struct {
    uint8_t reset;
    uint8_t rw_mask;
    uint8_t clear_mask; /* may be written to 0 only */
} regs[REG_COUNT] = {
    [REG_SECONDS + BW_CALENDAR_SECONDS] = { 0x00, 0x7f, 0x00 },
    [REG_SECONDS + BW_CALENDAR_MINUTES] = { 0x00, 0x7f, 0x00 },
    [REG_SECONDS + BW_CALENDAR_HOURS] = { 0x00, 0x7f, 0x00 },
    [REG_SECONDS + BW_CALENDAR_DAY] = { 0x01, 0x07, 0x00 },
    [REG_SECONDS + BW_CALENDAR_DATE] = { 0x01, 0x3f, 0x00 },
    [REG_SECONDS + BW_CALENDAR_MONTH] = { 0x01, 0x9f, 0x00 },
    [REG_SECONDS + BW_CALENDAR_YEAR] = { 0x00, 0xff, 0x00 },
    [REG_A1_SECONDS] = { 0x00, 0xff, 0x00 },
    [REG_A1_MINUTES] = { 0x00, 0xff, 0x00 },
    [REG_A1_HOURS] = { 0x00, 0xff, 0x00 },
    [REG_A1_DAY_DATE] = { 0x00, 0xff, 0x00 },
    [REG_A2_MINUTES] = { 0x00, 0xff, 0x00 },
    [REG_A2_HOURS] = { 0x00, 0xff, 0x00 },
    [REG_A2_DAY_DATE] = { 0x00, 0xff, 0x00 },
    [REG_CONTROL] = { 0x1c, 0xdf, 0x00 }, /* CONV: start_conversion() */
    [REG_STATUS] = { 0x88, 0x08, STATUS_OSF | STATUS_A2F | STATUS_A1F },
    [REG_AGING] = { 0x00, 0xff, 0x00 },
    [REG_TEMP_MSB] = { 0x00, 0x00, 0x00 },
    [REG_TEMP_LSB] = { 0x00, 0x00, 0x00 },
};

#define NS_PER_S  1000000000ull
#define NS_PER_MS 1000000ull

#define CONVERSION_NS (125 * NS_PER_MS) /* tCONV, typical */
#define INTERVAL_NS   (64 * NS_PER_S)   /* "32kHz TCXO" */
#define BSY_DELAY_NS  (2 * NS_PER_MS)   /* "Control Register", CONV */
#define VPF_MICRO     2575000ll         /* V_PF, typical, in V */

/* "Temperature Registers (11h-12h)": 0.25 degC, in the upper two bits */
#define MICRO_PER_LSB 250000

/* "Control Register", RS2 and RS1: 1 Hz, 1.024, 4.096, 8.192 kHz */
static const uint16_t square_hz[4] = { 1, 1024, 4096, 8192 };

enum ds3231_phase {
    PHASE_IDLE,
    PHASE_POINTER, /* the next byte written is the pointer */
    PHASE_WRITE,
    PHASE_READ
};

struct ds3231 {
    int64_t temp_micro;
    int64_t vcc_micro;
    uint64_t second_ns;     /* when the second under way began */
    uint64_t conv_start_ns; /* of the conversion under way */
    uint64_t next_auto_ns;  /* the next one of the part's own */
    bool converting;
    bool conv_by_user;
    enum ds3231_phase phase;
    uint8_t addr7;
    uint8_t pointer;
    uint8_t reg[REG_COUNT];
    uint8_t user[BW_CALENDAR_REGS]; /* "user buffers" that reads see */
};

static const uint8_t addrs[] = { 0x68 };

static const char *const pins[] = { "int_sqw" };

enum ds3231_value {
    VALUE_TEMPERATURE,
    VALUE_TIME,
    VALUE_VCC,
    VALUE_INT_SQW,
    VALUE_COUNT
};

static const struct bw_part_value values[VALUE_COUNT] = {
    [VALUE_TEMPERATURE] = {
        .name = "temperature",
        .unit = "degC",
        .text = "what the sensor feels",
        .micro_min = -40 * 1000000ll, /* operating range */
        .micro_max = 85 * 1000000ll,
        .micro_step = MICRO_PER_LSB,
    },
    [VALUE_TIME] = {
        .name = "time",
        .unit = "s",
        .text = "the clock, counted from 2000-01-01 00:00:00",
        .micro_min = 0,
        .micro_max = (2 * BW_CALENDAR_CENTURY_S - 1) * 1000000ll,
        .micro_step = 1000000,
    },
    [VALUE_VCC] = {
        .name = "vcc",
        .unit = "V",
        .text = "main supply; the battery takes over below 2.575 V",
        .micro_min = 0,
        .micro_max = 5500000,
        .micro_step = 1,
    },
    [VALUE_INT_SQW] = {
        .name = "int_sqw",
        .unit = "",
        .text = "level of the INT/SQW pin with its pull-up",
        .micro_min = 0,
        .micro_max = 1000000,
        .micro_step = 1000000,
        .read_only = true,
    },
};

#define TEMPERATURE_DEFAULT_MICRO (25 * 1000000ll)
#define VCC_DEFAULT_MICRO         3300000ll

/* "DY/DT" and the mask bit of an alarm's last register */
static bool day_matches(const struct ds3231 *s, uint8_t alarm)
{
    if (alarm & ALARM_MASK) {
        return true;
    }
    if (alarm & ALARM_DY_DT) {
        return s->reg[BW_CALENDAR_DAY] == (alarm & DAY_MASK);
    }
    return s->reg[BW_CALENDAR_DATE] == (alarm & DATE_MASK);
}

static bool matches(uint8_t clock, uint8_t alarm)
{
    return (alarm & ALARM_MASK) || clock == (alarm & ALARM_VALUE);
}

/* Tested once per second, after the clock has moved ("Alarms"). */
static void check_alarms(struct ds3231 *s)
{
    const uint8_t *r = s->reg;

    if (matches(r[BW_CALENDAR_SECONDS], r[REG_A1_SECONDS]) &&
        matches(r[BW_CALENDAR_MINUTES], r[REG_A1_MINUTES]) &&
        matches(r[BW_CALENDAR_HOURS], r[REG_A1_HOURS]) &&
        day_matches(s, r[REG_A1_DAY_DATE])) {
        s->reg[REG_STATUS] |= STATUS_A1F;
    }
    if (r[BW_CALENDAR_SECONDS] == 0 && /* alarm 2 has no seconds */
        matches(r[BW_CALENDAR_MINUTES], r[REG_A2_MINUTES]) &&
        matches(r[BW_CALENDAR_HOURS], r[REG_A2_HOURS]) &&
        day_matches(s, r[REG_A2_DAY_DATE])) {
        s->reg[REG_STATUS] |= STATUS_A2F;
    }
}

/* Does an alarm go off between two midnights, both left out? */
static bool day_contains(const struct ds3231 *s, uint8_t seconds,
                         uint8_t minutes, uint8_t hours)
{
    uint8_t mode = s->reg[BW_CALENDAR_HOURS] & BW_CALENDAR_HOURS_12;
    uint8_t midnight = mode ? BW_CALENDAR_HOURS_12 | 0x12 : 0x00;

    /* a masked field: any legal value but the one of midnight */
    seconds = seconds & ALARM_MASK ? 0x01 : seconds;
    minutes = minutes & ALARM_MASK ? 0x01 : minutes;
    hours = hours & ALARM_MASK ? mode | 0x01 : hours;
    if (seconds == 0 && minutes == 0 && hours == midnight) {
        return false;
    }
    return (hours & BW_CALENDAR_HOURS_12) == mode &&
           bw_calendar_legal_time(seconds, minutes, hours);
}

/* From one midnight to the next in a step, alarms included. */
static void run_day(struct ds3231 *s)
{
    const uint8_t *r = s->reg;

    if (day_matches(s, r[REG_A1_DAY_DATE]) &&
        day_contains(s, r[REG_A1_SECONDS], r[REG_A1_MINUTES],
                     r[REG_A1_HOURS])) {
        s->reg[REG_STATUS] |= STATUS_A1F;
    }
    if (day_matches(s, r[REG_A2_DAY_DATE]) &&
        day_contains(s, 0, r[REG_A2_MINUTES], r[REG_A2_HOURS])) {
        s->reg[REG_STATUS] |= STATUS_A2F;
    }
    bw_calendar_next_day(s->reg);
    check_alarms(s);
}

static bool on_battery(const struct ds3231 *s)
{
    return s->vcc_micro < VPF_MICRO;
}

static bool stopped(const struct ds3231 *s)
{
    return on_battery(s) && (s->reg[REG_CONTROL] & CONTROL_EOSC);
}

/*
 * Whole days are taken in one step, so that a bench left alone for a year
 * does not have to count its seconds.
 */
static void run_clock(struct ds3231 *s, uint64_t now_ns)
{
    uint64_t seconds = (now_ns - s->second_ns) / NS_PER_S;

    s->second_ns += seconds * NS_PER_S;
    while (seconds > 0) {
        if (seconds >= BW_CALENDAR_DAY_S && bw_calendar_is_midnight(s->reg)) {
            run_day(s);
            seconds -= BW_CALENDAR_DAY_S;
        } else {
            bw_calendar_tick(s->reg);
            check_alarms(s);
            seconds--;
        }
    }
}

static void finish_conversion(struct ds3231 *s)
{
    int64_t max = values[VALUE_TEMPERATURE].micro_max;
    int64_t shifted = s->temp_micro + MICRO_PER_LSB / 2 + max;
    int64_t lsb = (shifted / MICRO_PER_LSB) - max / MICRO_PER_LSB;

    s->reg[REG_TEMP_MSB] = (uint8_t)((uint64_t)lsb >> 2);
    s->reg[REG_TEMP_LSB] = (uint8_t)((uint64_t)lsb << 6);
    s->reg[REG_CONTROL] &= ~CONTROL_CONV;
    s->converting = false;
}

static void run_sensor(struct ds3231 *s, uint64_t now_ns)
{
    if (s->converting && now_ns >= s->conv_start_ns + CONVERSION_NS) {
        finish_conversion(s);
    }
    if (now_ns < s->next_auto_ns) {
        return;
    }
    /* of those that have passed only the last one can still be running */
    s->next_auto_ns += (now_ns - s->next_auto_ns) / INTERVAL_NS * INTERVAL_NS;
    if (!s->converting) {
        s->converting = true;
        s->conv_by_user = false;
        s->conv_start_ns = s->next_auto_ns;
        if (now_ns >= s->conv_start_ns + CONVERSION_NS) {
            finish_conversion(s);
        }
    }
    s->next_auto_ns += INTERVAL_NS;
}

static void update(struct ds3231 *s, uint64_t now_ns)
{
    if (stopped(s)) {
        /* "Control Register", EOSC: all register data is static */
        s->second_ns = now_ns;
        s->conv_start_ns = now_ns;
        s->next_auto_ns = now_ns + INTERVAL_NS;
        s->reg[REG_STATUS] |= STATUS_OSF;
        return;
    }
    run_clock(s, now_ns);
    run_sensor(s, now_ns);
}

/* "Address Map": on any START and when the pointer comes to 00h */
static void latch_time(struct ds3231 *s)
{
    memcpy(s->user, s->reg, sizeof(s->user));
}

static void ds3231_reset(void *state, uint8_t addr7, uint64_t now_ns)
{
    struct ds3231 *s = state;

    memset(s, 0, sizeof(*s));
    for (size_t i = 0; i < REG_COUNT; i++) {
        s->reg[i] = regs[i].reset;
    }
    s->addr7 = addr7;
    s->phase = PHASE_IDLE;
    s->temp_micro = TEMPERATURE_DEFAULT_MICRO;
    s->vcc_micro = VCC_DEFAULT_MICRO;
    s->second_ns = now_ns;
    s->next_auto_ns = now_ns;
    update(s, now_ns);
    latch_time(s);
}

static bool ds3231_start(void *state, uint8_t addr7, bool is_read,
                         uint64_t now_ns)
{
    struct ds3231 *s = state;

    update(s, now_ns);
    latch_time(s);
    s->phase = PHASE_IDLE;
    if (addr7 != s->addr7) {
        return false;
    }
    s->phase = is_read ? PHASE_READ : PHASE_POINTER;
    return true;
}

static void advance_pointer(struct ds3231 *s)
{
    if (++s->pointer >= REG_COUNT) {
        s->pointer = REG_SECONDS;
        latch_time(s);
    }
}

static void start_conversion(struct ds3231 *s, uint64_t now_ns)
{
    s->reg[REG_CONTROL] |= CONTROL_CONV;
    if (!s->converting) {
        s->converting = true;
        s->conv_by_user = true;
        s->conv_start_ns = now_ns;
    }
}

static void write_register(struct ds3231 *s, uint8_t byte, uint64_t now_ns)
{
    uint8_t *reg = &s->reg[s->pointer];
    uint8_t rw = regs[s->pointer].rw_mask;
    uint8_t clear = regs[s->pointer].clear_mask;

    *reg = (*reg & ~rw & (byte | ~clear)) | (byte & rw);
    if (s->pointer == REG_SECONDS) {
        s->second_ns = now_ns; /* the countdown chain is reset */
    } else if (s->pointer == REG_CONTROL && (byte & CONTROL_CONV)) {
        start_conversion(s, now_ns);
    }
}

static bool ds3231_write(void *state, uint8_t byte, uint64_t now_ns)
{
    struct ds3231 *s = state;

    update(s, now_ns);
    switch (s->phase) {
    case PHASE_POINTER:
        s->pointer = byte < REG_COUNT ? byte : REG_SECONDS;
        s->phase = PHASE_WRITE;
        return true;
    case PHASE_WRITE:
        write_register(s, byte, now_ns);
        update(s, now_ns); /* EOSC may have stopped it */
        advance_pointer(s);
        return true;
    default:
        return false;
    }
}

static bool is_busy(const struct ds3231 *s, uint64_t now_ns)
{
    uint64_t delay_ns = s->conv_by_user ? BSY_DELAY_NS : 0;

    return s->converting && now_ns >= s->conv_start_ns + delay_ns;
}

static uint8_t ds3231_read(void *state, uint64_t now_ns)
{
    struct ds3231 *s = state;
    uint8_t byte;

    update(s, now_ns);
    if (s->phase != PHASE_READ) {
        return 0xff;
    }
    if (s->pointer < BW_CALENDAR_REGS) {
        byte = s->user[s->pointer];
    } else {
        byte = s->reg[s->pointer];
    }
    if (s->pointer == REG_STATUS && is_busy(s, now_ns)) {
        byte |= STATUS_BSY;
    }
    advance_pointer(s);
    return byte;
}

static void ds3231_stop(void *state, uint64_t now_ns)
{
    struct ds3231 *s = state;

    update(s, now_ns);
    s->phase = PHASE_IDLE;
}

/* The open-drain INT/SQW pin with a pull-up; update() has been called. */
static bool pin_level(const struct ds3231 *s, uint64_t now_ns)
{
    uint8_t control = s->reg[REG_CONTROL];
    uint64_t half_waves;

    if (on_battery(s) && !(control & CONTROL_BBSQW)) {
        return true;
    }
    if (control & CONTROL_INTCN) {
        return !(s->reg[REG_STATUS] & control & CONTROL_AIE);
    }
    if (stopped(s)) {
        return true;
    }
    half_waves = (now_ns - s->second_ns) * 2 *
                 square_hz[(control >> CONTROL_RS_SHIFT) & 3] / NS_PER_S;
    return half_waves & 1;
}

static enum bw_part_drive ds3231_drive(void *state, size_t index,
                                       uint64_t now_ns)
{
    struct ds3231 *s = state;

    (void)index;
    update(s, now_ns);
    return pin_level(s, now_ns) ? BW_PART_OPEN : BW_PART_LOW;
}

/* When the half-wave under way ends, rounded up. */
static uint64_t next_edge(const struct ds3231 *s, uint64_t now_ns)
{
    uint8_t rate = (s->reg[REG_CONTROL] >> CONTROL_RS_SHIFT) & 3;
    uint64_t half_hz = 2ull * square_hz[rate];
    uint64_t done = (now_ns - s->second_ns) * half_hz / NS_PER_S;

    return s->second_ns + ((done + 1) * NS_PER_S + half_hz - 1) / half_hz;
}

static uint64_t ds3231_next_change(void *state, uint64_t now_ns)
{
    struct ds3231 *s = state;
    uint8_t control = s->reg[REG_CONTROL];

    update(s, now_ns);
    if (stopped(s) || (on_battery(s) && !(control & CONTROL_BBSQW))) {
        return BW_PART_NEVER;
    }
    if (!(control & CONTROL_INTCN)) {
        return next_edge(s, now_ns);
    }
    return control & CONTROL_AIE ? s->second_ns + NS_PER_S : BW_PART_NEVER;
}

static int64_t ds3231_get(void *state, size_t index, uint64_t now_ns)
{
    struct ds3231 *s = state;

    update(s, now_ns);
    switch (index) {
    case VALUE_TEMPERATURE:
        return s->temp_micro;
    case VALUE_TIME:
        return bw_calendar_get(s->reg) * 1000000;
    case VALUE_VCC:
        return s->vcc_micro;
    default:
        return pin_level(s, now_ns) ? 1000000 : 0;
    }
}

static bool ds3231_set(void *state, size_t index, int64_t micro,
                       uint64_t now_ns)
{
    struct ds3231 *s = state;

    update(s, now_ns);
    if (index >= VALUE_COUNT || values[index].read_only ||
        micro < values[index].micro_min || micro > values[index].micro_max) {
        return false;
    }
    switch (index) {
    case VALUE_TEMPERATURE:
        s->temp_micro = micro;
        break;
    case VALUE_TIME:
        bw_calendar_set(s->reg, micro / 1000000);
        s->second_ns = now_ns;
        break;
    default:
        s->vcc_micro = micro;
        update(s, now_ns); /* the oscillator may stop */
        break;
    }
    return true;
}

const struct bw_part_model bw_part_ds3231 = {
    .name = "ds3231",
    .text = "Maxim DS3231 real-time clock",
    .addrs = addrs,
    .addr_count = sizeof(addrs) / sizeof(addrs[0]),
    .state_size = sizeof(struct ds3231),
    .values = values,
    .value_count = VALUE_COUNT,
    .reset = ds3231_reset,
    .start = ds3231_start,
    .write = ds3231_write,
    .read = ds3231_read,
    .stop = ds3231_stop,
    .get = ds3231_get,
    .set = ds3231_set,
    .pins = pins,
    .pin_count = sizeof(pins) / sizeof(pins[0]),
    .drive = ds3231_drive,
    .next_change_ns = ds3231_next_change,
};
