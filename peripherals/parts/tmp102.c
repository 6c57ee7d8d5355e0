/*
 * TMP102, a 12/13-bit temperature sensor with a thermostat output.
 *
 * Source: Texas Instruments, TMP102 data sheet, SBOS397 (August 2007,
 * revised to H, December 2018).  Sections are named as there.
 *
 * The bus side (start, write, read, stop) moves bytes; the converter side
 * (update, finish_conversion) runs the time that has passed since the last
 * call.  Temperatures change only through tmp102_set(), so all conversions
 * between two calls see the same one.
 *
 * Not modelled: noise and accuracy, supply voltage and current, the 30 ms
 * time-out of SCL and SDA held low, the high-speed mode (its master code is
 * not acknowledged, as the data sheet wants, and there are no filters to
 * switch).
 *
 * Where the data sheet is silent:
 * - a conversion takes the typical 26 ms and reports the temperature at its
 *   end, rounded to the nearest step; periods count from start to start;
 * - a new conversion rate counts from the start of the last conversion;
 * - OS reads 1 after a one-shot conversion and until the next one or the end
 *   of the shutdown, else 0;
 * - EM changes the temperature register with the next conversion; the limit
 *   registers keep their bits and are read in the format of the moment;
 * - P7:P2 of a pointer byte are ignored; the temperature register and bytes
 *   after the second are acknowledged and dropped;
 * - a read of more than two bytes finds SDA released: 0xff;
 * - only the interrupt mode answers the SMBus alert response;
 * - a change of TM starts the interrupt logic anew, with T(HIGH).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/part.h"

#include <string.h>

enum tmp102_reg {
    REG_TEMP = 0,
    REG_CONFIG = 1,
    REG_TLOW = 2,
    REG_THIGH = 3,
    REG_COUNT
};

/* Pointer Register: P1:P0 */
#define POINTER_MASK 0x03

/* Configuration Register, both bytes as one word, the first one on top */
#define CONFIG_OS       0x8000 /* one-shot, conversion ready */
#define CONFIG_F_SHIFT  11     /* fault queue, two bits */
#define CONFIG_POL      0x0400 /* polarity of ALERT and AL */
#define CONFIG_TM       0x0200 /* thermostat: 1 = interrupt mode */
#define CONFIG_SD       0x0100 /* shutdown */
#define CONFIG_CR_SHIFT 6      /* conversion rate, two bits */
#define CONFIG_AL       0x0020 /* comparator state, read-only */
#define CONFIG_EM       0x0010 /* extended mode, 13 bits */

#define TEMP_EM_FLAG 0x0001 /* D0 of byte 2: the register has 13 bits */
#define LIMIT_EM_BIT 0x0008 /* the limits' lowest bit in extended mode */

/* "Register map", power-up values; the R1:R0 bits of CONFIG read 11 always */
static const struct {
    uint16_t reset;
    uint16_t rw_mask;
} regs[REG_COUNT] = {
    [REG_TEMP] = { 0x0000, 0x0000 },   /* 0 degC until the first result */
    [REG_CONFIG] = { 0x6080, 0x1fd0 }, /* AL on top of it: 0x60a0 */
    [REG_TLOW] = { 0x4b00, 0xfff0 },   /* 75 degC */
    [REG_THIGH] = { 0x5000, 0xfff0 },  /* 80 degC */
};

/* "Fault Queue (F1/F0)": consecutive faults that trip the alert */
static const uint8_t fault_limit[4] = { 1, 2, 4, 6 };

#define NS_PER_MS 1000000ull

/* "Conversion Rate (CR)": 0.25 Hz, 1 Hz, 4 Hz, 8 Hz */
static const uint64_t period_ns[4] = {
    4000 * NS_PER_MS,
    1000 * NS_PER_MS,
    250 * NS_PER_MS,
    125 * NS_PER_MS,
};

#define CONVERSION_NS (26 * NS_PER_MS) /* "Electrical Characteristics" */

#define MICRO_PER_LSB      62500 /* "Temperature Register": 0.0625 degC */
#define GENERAL_CALL_RESET 0x06  /* "General Call" */

/*
 * Conversions of one temperature repeat themselves: either nothing moves any
 * more or, with T(LOW) above T(HIGH), the comparator toggles every 1, 2, 4 or
 * 6 of them.  So after one cycle any number of whole cycles may be left out.
 */
#define CYCLE_CONVERSIONS 24

/* Which limit is watched and how many conversions in a row were past it. */
struct tmp102_watch {
    bool tripped; /* by T(HIGH), now watching T(LOW) */
    uint8_t faults;
};

enum tmp102_phase {
    PHASE_IDLE,
    PHASE_POINTER, /* the next byte written is the pointer */
    PHASE_WRITE,
    PHASE_READ,
    PHASE_GENERAL_CALL,
    PHASE_ALERT_RESPONSE,
    PHASE_DONE /* nothing more to say: reads give 0xff */
};

struct tmp102 {
    int64_t temp_micro;     /* what the sensor feels */
    uint64_t conv_start_ns; /* of the conversion under way or planned */
    uint64_t last_start_ns; /* of the last one under way */
    uint16_t reg[REG_COUNT];
    enum tmp102_phase phase;
    bool armed;                    /* a conversion is under way or planned */
    bool one_shot_done;            /* what OS reads in shutdown */
    bool irq;                      /* the ALERT pin in the interrupt mode */
    struct tmp102_watch compare;   /* ALERT of the comparator mode, AL */
    struct tmp102_watch interrupt; /* ALERT of the interrupt mode */
    uint8_t addr7;
    uint8_t pointer;
    uint8_t byte_index; /* in the register, 2 = past its end */
};

static const uint8_t addrs[] = { 0x48, 0x49, 0x4a, 0x4b };

static const char *const pins[] = { "alert" };

enum tmp102_value {
    VALUE_TEMPERATURE,
    VALUE_ALERT,
    VALUE_COUNT
};

static const struct bw_part_value values[VALUE_COUNT] = {
    [VALUE_TEMPERATURE] = {
        .name = "temperature",
        .unit = "degC",
        .text = "what the sensor feels",
        .micro_min = -55 * 1000000ll, /* "Digital Temperature Output" */
        .micro_max = 150 * 1000000ll,
        .micro_step = MICRO_PER_LSB,
    },
    [VALUE_ALERT] = {
        .name = "alert",
        .unit = "",
        .text = "level of the ALERT pin with its pull-up",
        .micro_min = 0,
        .micro_max = 1000000,
        .micro_step = 1000000,
        .read_only = true,
    },
};

#define TEMPERATURE_DEFAULT_MICRO (25 * 1000000ll)

/* Units of 0.0625 degC in the register's format, left-justified. */
static uint16_t encode_temp(int64_t micro, bool extended)
{
    int64_t max = extended ? 0x0fff : 0x07ff;
    int64_t shifted = micro + MICRO_PER_LSB / 2;
    int64_t lsb = shifted / MICRO_PER_LSB;

    if (shifted < 0 && shifted % MICRO_PER_LSB != 0) {
        lsb--; /* the division rounded towards zero */
    }
    if (lsb > max) {
        lsb = max; /* 12 bits end at 127.9375 degC */
    }
    return (uint16_t)((uint64_t)lsb << (extended ? 3 : 4));
}

/*
 * Count one conversion; returns true when the watch changes sides.  The flag
 * in bit 0 of the temperature is below the resolution of the limits.
 */
static bool watch_step(struct tmp102_watch *w, const struct tmp102 *s)
{
    int16_t temp = (int16_t)s->reg[REG_TEMP];
    bool fault;

    if (w->tripped) {
        fault = temp < (int16_t)s->reg[REG_TLOW];
    } else {
        fault = temp >= (int16_t)s->reg[REG_THIGH];
    }
    w->faults = fault ? w->faults + 1 : 0;
    if (w->faults < fault_limit[(s->reg[REG_CONFIG] >> CONFIG_F_SHIFT) & 3]) {
        return false;
    }
    w->tripped = !w->tripped;
    w->faults = 0;
    return true;
}

static void finish_conversion(struct tmp102 *s)
{
    bool extended = s->reg[REG_CONFIG] & CONFIG_EM;

    s->reg[REG_TEMP] = encode_temp(s->temp_micro, extended);
    if (extended) {
        s->reg[REG_TEMP] |= TEMP_EM_FLAG;
    }
    watch_step(&s->compare, s);
    if ((s->reg[REG_CONFIG] & CONFIG_TM) && !s->irq) {
        s->irq = watch_step(&s->interrupt, s);
    }
}

static uint64_t period(const struct tmp102 *s)
{
    return period_ns[(s->reg[REG_CONFIG] >> CONFIG_CR_SHIFT) & 3];
}

/* Run the converter up to now. */
static void update(struct tmp102 *s, uint64_t now_ns)
{
    while (s->armed && now_ns >= s->conv_start_ns + CONVERSION_NS) {
        uint64_t late_ns = now_ns - s->conv_start_ns - CONVERSION_NS;
        uint64_t cycles = late_ns / period(s) / CYCLE_CONVERSIONS;

        finish_conversion(s);
        s->last_start_ns = s->conv_start_ns;
        if (s->reg[REG_CONFIG] & CONFIG_SD) {
            s->armed = false;
            s->one_shot_done = true;
            return;
        }
        s->conv_start_ns += period(s);
        if (cycles > 1) {
            s->conv_start_ns += (cycles - 1) * CYCLE_CONVERSIONS * period(s);
        }
    }
}

static void start_conversion(struct tmp102 *s, uint64_t now_ns)
{
    s->armed = true;
    s->one_shot_done = false;
    s->conv_start_ns = now_ns;
}

/* Power-up and general call: the address pins and the weather stay. */
static void reset_registers(struct tmp102 *s, uint64_t now_ns)
{
    for (size_t i = 0; i < REG_COUNT; i++) {
        s->reg[i] = regs[i].reset;
    }
    s->compare = (struct tmp102_watch){ 0 };
    s->interrupt = (struct tmp102_watch){ 0 };
    s->irq = false;
    s->pointer = REG_TEMP;
    start_conversion(s, now_ns);
}

static void tmp102_reset(void *state, uint8_t addr7, uint64_t now_ns)
{
    struct tmp102 *s = state;

    memset(s, 0, sizeof(*s));
    s->addr7 = addr7;
    s->temp_micro = TEMPERATURE_DEFAULT_MICRO;
    s->phase = PHASE_IDLE;
    reset_registers(s, now_ns);
}

/* The plan of conversions after CONFIG went from @before to its new value. */
static void reschedule(struct tmp102 *s, uint16_t before, bool one_shot,
                       uint64_t now_ns)
{
    bool busy = s->armed && s->conv_start_ns <= now_ns;

    if (s->reg[REG_CONFIG] & CONFIG_SD) {
        /* "Shutdown Mode (SD)": a conversion under way is completed */
        s->armed = busy;
        if (one_shot && !busy) {
            start_conversion(s, now_ns);
        }
        return;
    }
    if (before & CONFIG_SD) {
        if (!busy) {
            start_conversion(s, now_ns);
        }
    } else if (!busy) {
        s->conv_start_ns = s->last_start_ns + period(s);
        if (s->conv_start_ns < now_ns) {
            s->conv_start_ns = now_ns;
        }
    }
}

static void write_config(struct tmp102 *s, uint16_t value, uint64_t now_ns)
{
    uint16_t before = s->reg[REG_CONFIG];
    uint16_t mask = regs[REG_CONFIG].rw_mask;

    s->reg[REG_CONFIG] = (before & ~mask) | (value & mask);
    if ((before ^ value) & CONFIG_TM) {
        s->interrupt = (struct tmp102_watch){ 0 };
        s->irq = false;
    }
    if (value & CONFIG_SD) {
        s->irq = false; /* "Thermostat Mode (TM)", interrupt mode */
    }
    reschedule(s, before, value & CONFIG_OS, now_ns);
}

/* Both bytes of a register as the bus sees them. */
static uint16_t read_register(const struct tmp102 *s)
{
    uint16_t value = s->reg[s->pointer];

    if (s->pointer == REG_CONFIG) {
        bool pol = value & CONFIG_POL;

        if (s->compare.tripped == pol) {
            value |= CONFIG_AL; /* "Alert (AL Bit)" */
        }
        if ((value & CONFIG_SD) && s->one_shot_done) {
            value |= CONFIG_OS;
        }
    }
    return value;
}

/* Registers are updated byte by byte ("Configuration Register"). */
static void write_register_byte(struct tmp102 *s, uint8_t byte, uint64_t now_ns)
{
    unsigned shift = s->byte_index == 0 ? 8 : 0;
    uint16_t value = s->reg[s->pointer];
    uint16_t mask = regs[s->pointer].rw_mask;

    value = (value & ~(0xff << shift)) | (uint16_t)(byte << shift);
    if (s->pointer == REG_CONFIG) {
        write_config(s, value, now_ns);
        return;
    }
    if (mask != 0 && (s->reg[REG_CONFIG] & CONFIG_EM)) {
        mask |= LIMIT_EM_BIT;
    }
    s->reg[s->pointer] = (s->reg[s->pointer] & ~mask) | (value & mask);
}

static bool tmp102_start(void *state, uint8_t addr7, bool is_read,
                         uint64_t now_ns)
{
    struct tmp102 *s = state;

    update(s, now_ns);
    s->phase = PHASE_IDLE;
    s->byte_index = 0;
    if (addr7 == s->addr7) {
        s->phase = is_read ? PHASE_READ : PHASE_POINTER;
    } else if (addr7 == BW_PART_ADDR_GENERAL_CALL && !is_read) {
        s->phase = PHASE_GENERAL_CALL;
    } else if (addr7 == BW_PART_ADDR_ALERT_RESPONSE && is_read && s->irq) {
        s->phase = PHASE_ALERT_RESPONSE;
    }
    return s->phase != PHASE_IDLE;
}

static bool tmp102_write(void *state, uint8_t byte, uint64_t now_ns)
{
    struct tmp102 *s = state;

    update(s, now_ns);
    switch (s->phase) {
    case PHASE_POINTER:
        s->pointer = byte & POINTER_MASK;
        s->phase = PHASE_WRITE;
        return true;
    case PHASE_WRITE:
        if (s->byte_index < 2) {
            write_register_byte(s, byte, now_ns);
            s->byte_index++;
        }
        return true;
    case PHASE_GENERAL_CALL:
        s->phase = PHASE_DONE;
        if (byte != GENERAL_CALL_RESET) {
            return false;
        }
        reset_registers(s, now_ns);
        return true;
    default:
        return false;
    }
}

/* "SMBus Alert Function": the address, and which limit in the last bit. */
static uint8_t alert_response(struct tmp102 *s)
{
    bool pol = s->reg[REG_CONFIG] & CONFIG_POL;
    bool bit = s->interrupt.tripped ? pol : !pol;

    s->irq = false;
    s->phase = PHASE_DONE;
    return (uint8_t)(s->addr7 << 1) | bit;
}

static uint8_t tmp102_read(void *state, uint64_t now_ns)
{
    struct tmp102 *s = state;
    uint16_t value;

    update(s, now_ns);
    if (s->phase == PHASE_ALERT_RESPONSE) {
        return alert_response(s);
    }
    if (s->phase != PHASE_READ || s->byte_index >= 2) {
        return 0xff;
    }
    value = read_register(s);
    s->irq = false; /* any register read clears it */
    return s->byte_index++ == 0 ? value >> 8 : value & 0xff;
}

static void tmp102_stop(void *state, uint64_t now_ns)
{
    struct tmp102 *s = state;

    update(s, now_ns);
    s->phase = PHASE_IDLE;
}

/* The level of the open-drain ALERT pin with a pull-up. */
static bool alert_level(const struct tmp102 *s)
{
    bool active = s->reg[REG_CONFIG] & CONFIG_TM ? s->irq : s->compare.tripped;
    bool pol = s->reg[REG_CONFIG] & CONFIG_POL;

    return active == pol; /* POL = 0: active low */
}

static enum bw_part_drive tmp102_drive(void *state, size_t index,
                                       uint64_t now_ns)
{
    struct tmp102 *s = state;

    (void)index;
    update(s, now_ns);
    return alert_level(s) ? BW_PART_OPEN : BW_PART_LOW;
}

static uint64_t tmp102_next_change(void *state, uint64_t now_ns)
{
    struct tmp102 *s = state;

    update(s, now_ns);
    return s->armed ? s->conv_start_ns + CONVERSION_NS : BW_PART_NEVER;
}

static int64_t tmp102_get(void *state, size_t index, uint64_t now_ns)
{
    struct tmp102 *s = state;

    update(s, now_ns);
    if (index == VALUE_TEMPERATURE) {
        return s->temp_micro;
    }
    return alert_level(s) ? 1000000 : 0;
}

static bool tmp102_set(void *state, size_t index, int64_t micro,
                       uint64_t now_ns)
{
    struct tmp102 *s = state;

    update(s, now_ns);
    if (index != VALUE_TEMPERATURE ||
        micro < values[VALUE_TEMPERATURE].micro_min ||
        micro > values[VALUE_TEMPERATURE].micro_max) {
        return false;
    }
    s->temp_micro = micro;
    return true;
}

const struct bw_part_model bw_part_tmp102 = {
    .name = "tmp102",
    .text = "Texas Instruments TMP102 temperature sensor",
    .addrs = addrs,
    .addr_count = sizeof(addrs) / sizeof(addrs[0]),
    .state_size = sizeof(struct tmp102),
    .values = values,
    .value_count = VALUE_COUNT,
    .reset = tmp102_reset,
    .start = tmp102_start,
    .write = tmp102_write,
    .read = tmp102_read,
    .stop = tmp102_stop,
    .get = tmp102_get,
    .set = tmp102_set,
    .pins = pins,
    .pin_count = sizeof(pins) / sizeof(pins[0]),
    .drive = tmp102_drive,
    .next_change_ns = tmp102_next_change,
};
