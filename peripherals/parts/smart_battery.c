/*
 * A smart battery: the fuel gauge of a pack, on SMBus.
 *
 * Source: Smart Battery Data Specification, revision 1.1 (SBS Implementers
 * Forum, 1998), section 5 (the commands) and appendix C (their codes); System
 * Management Bus Specification 3.2, section 6.4 and 6.5, for protocols and PEC.
 *
 * The pack has three lithium-ion cells, 11.1 V and 4400 mAh when it was new,
 * 4180 mAh now.  Voltage, current, charge and temperature are the values of
 * the bench: the charge does not change by itself.  From these come times,
 * alarms and flags.
 *
 * PEC: a read gives it behind its data; a byte where it would be in a write is
 * taken for one, and not acknowledged if it is wrong: then the write does
 * nothing.
 *
 * Errors (section 5.1.16, error codes): an unknown command is not acknowledged
 * (code 2, or 3 for one that is optional), nor is a byte written to a command
 * that cannot be written (4), nor one too many or a wrong PEC (6, 7).  A read
 * of BatteryStatus tells the code of the command before it.
 *
 * Choices where the specification leaves one: average current and times are
 * those of the moment; with CAPACITY_MODE capacities are in 10 mWh at the
 * design voltage; a charging current of 1 A at most is asked for, none when
 * the pack is full or over 45 degrees.
 *
 * Not modelled: the broadcasts to charger and host (ALARM_MODE and CHARGER_MODE
 * are kept), conditioning, optional commands, self-discharge.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/part.h"

#include <string.h>

#include "lib/smbus.h"
#include "peripherals/parts/sensor.h"

enum battery_command {
    MANUFACTURER_ACCESS = 0x00,
    REMAINING_CAPACITY_ALARM = 0x01,
    REMAINING_TIME_ALARM = 0x02,
    BATTERY_MODE = 0x03,
    AT_RATE = 0x04,
    AT_RATE_TIME_TO_FULL = 0x05,
    AT_RATE_TIME_TO_EMPTY = 0x06,
    AT_RATE_OK = 0x07,
    TEMPERATURE = 0x08,
    VOLTAGE = 0x09,
    CURRENT = 0x0a,
    AVERAGE_CURRENT = 0x0b,
    MAX_ERROR = 0x0c,
    RELATIVE_CHARGE = 0x0d,
    ABSOLUTE_CHARGE = 0x0e,
    REMAINING_CAPACITY = 0x0f,
    FULL_CHARGE_CAPACITY = 0x10,
    RUN_TIME_TO_EMPTY = 0x11,
    AVERAGE_TIME_TO_EMPTY = 0x12,
    AVERAGE_TIME_TO_FULL = 0x13,
    CHARGING_CURRENT = 0x14,
    CHARGING_VOLTAGE = 0x15,
    BATTERY_STATUS = 0x16,
    CYCLE_COUNT = 0x17,
    DESIGN_CAPACITY = 0x18,
    DESIGN_VOLTAGE = 0x19,
    SPECIFICATION_INFO = 0x1a,
    MANUFACTURE_DATE = 0x1b,
    SERIAL_NUMBER = 0x1c,
    MANUFACTURER_NAME = 0x20,
    DEVICE_NAME = 0x21,
    DEVICE_CHEMISTRY = 0x22,
    MANUFACTURER_DATA = 0x23,
    OPTIONAL_5 = 0x2f,
    OPTIONAL_4 = 0x3c,
    OPTIONAL_1 = 0x3f
};

#define WRITABLE 5 /* commands 00h to 04h */

/* BatteryMode, section 5.1.4 */
#define MODE_CAPACITY 0x8000
#define MODE_WRITABLE 0xe300

/* BatteryStatus, section 5.1.21 */
#define STATUS_TERMINATE_CHARGE    0x4000
#define STATUS_OVER_TEMP           0x1000
#define STATUS_TERMINATE_DISCHARGE 0x0800
#define STATUS_REMAINING_CAPACITY  0x0200
#define STATUS_REMAINING_TIME      0x0100
#define STATUS_INITIALIZED         0x0080
#define STATUS_DISCHARGING         0x0040
#define STATUS_FULLY_CHARGED       0x0020
#define STATUS_FULLY_DISCHARGED    0x0010

enum battery_error {
    ERROR_NONE = 0,
    ERROR_RESERVED = 2,
    ERROR_UNSUPPORTED = 3,
    ERROR_DENIED = 4,
    ERROR_SIZE = 6,
    ERROR_UNKNOWN = 7
};

/* The pack */
#define DESIGN_MAH      4400
#define DESIGN_MV       11100
#define FULL_MAH        4180
#define FULL_MV         12600
#define CHARGE_MA       1000
#define HOT_DECIKELVIN  3182 /* 45 degC */
#define CYCLES          42
#define SERIAL          1
#define SPEC_1_1_PEC    0x0031 /* version 1.1 with PEC, revision 1, scales 1 */
#define MADE            ((2024 - 1980) << 9 | 3 << 5 | 14) /* 2024-03-14 */
#define NO_TIME         0xffff
#define MAX_ERROR_IN_PC 2

#define MICRO      1000000
#define ZERO_C_DK  2731500ll /* 273.15 K in 10^-4 K */
#define MAX_BLOCK  16
#define MAX_ANSWER (1 + MAX_BLOCK)

enum battery_value {
    VALUE_VOLTAGE,
    VALUE_CURRENT,
    VALUE_CHARGE,
    VALUE_TEMPERATURE,
    VALUE_COUNT
};

enum battery_phase {
    PHASE_IDLE,
    PHASE_COMMAND,
    PHASE_WRITE,
    PHASE_READ
};

struct battery {
    enum battery_phase phase;
    int64_t micro[VALUE_COUNT];
    uint16_t word[WRITABLE];
    uint8_t addr7;
    uint8_t command;
    uint8_t error;
    uint8_t pec;
    bool open; /* between our START and STOP */
    uint8_t in_len;
    uint8_t in[2];
    bool in_good; /* nothing in the write was refused */
    uint8_t out_len;
    uint8_t out_pos;
    uint8_t out[MAX_ANSWER];
};

static const uint8_t addrs[] = { 0x0b };

static const struct bw_part_value values[VALUE_COUNT] = {
    [VALUE_VOLTAGE] = {
        .name = "voltage",
        .unit = "V",
        .text = "of the whole pack",
        .micro_max = 20 * MICRO,
        .micro_step = MICRO / 1000,
    },
    [VALUE_CURRENT] = {
        .name = "current",
        .unit = "A",
        .text = "into the pack; negative while it is used",
        .micro_min = -10 * MICRO,
        .micro_max = 10 * MICRO,
        .micro_step = MICRO / 1000,
    },
    [VALUE_CHARGE] = {
        .name = "charge",
        .unit = "%",
        .text = "of what the pack can hold now",
        .micro_max = 100 * MICRO,
        .micro_step = MICRO,
    },
    [VALUE_TEMPERATURE] = {
        .name = "temperature",
        .unit = "degC",
        .text = "of the cells",
        .micro_min = -40 * MICRO,
        .micro_max = 85 * MICRO,
        .micro_step = MICRO / 10,
    },
};

static void battery_reset(void *state, uint8_t addr7, uint64_t now_ns)
{
    struct battery *s = state;

    (void)now_ns;
    memset(s, 0, sizeof(*s));
    s->phase = PHASE_IDLE;
    s->addr7 = addr7;
    s->micro[VALUE_VOLTAGE] = DESIGN_MV * (MICRO / 1000);
    s->micro[VALUE_CURRENT] = -MICRO / 2;
    s->micro[VALUE_CHARGE] = 80 * MICRO;
    s->micro[VALUE_TEMPERATURE] = 25 * MICRO;
    s->word[REMAINING_CAPACITY_ALARM] = DESIGN_MAH / 10;
    s->word[REMAINING_TIME_ALARM] = 10; /* minutes */
}

/* What the pack measures */

static int current_ma(const struct battery *s)
{
    return (int)bw_round_div(s->micro[VALUE_CURRENT], MICRO / 1000);
}

static unsigned remaining_mah(const struct battery *s)
{
    return (unsigned)bw_round_div(s->micro[VALUE_CHARGE] * FULL_MAH,
                                  100ll * MICRO);
}

static uint16_t decikelvin(const struct battery *s)
{
    return (uint16_t)bw_round_div(s->micro[VALUE_TEMPERATURE] / 100 + ZERO_C_DK,
                                  1000);
}

static uint16_t percent_of(unsigned mah, unsigned whole)
{
    return (uint16_t)((mah * 100 + whole / 2) / whole);
}

/* mAh, or units of 10 mWh */
static uint16_t capacity(const struct battery *s, unsigned mah)
{
    bool as_energy = s->word[BATTERY_MODE] & MODE_CAPACITY;

    return (uint16_t)(as_energy ? mah * DESIGN_MV / 10000 : mah);
}

/* The rate that firmware asks about, in mA. */
static int at_rate_ma(const struct battery *s)
{
    int rate = (int16_t)s->word[AT_RATE];

    return s->word[BATTERY_MODE] & MODE_CAPACITY ? rate * 10000 / DESIGN_MV
                                                 : rate;
}

/* Minutes until @mah have passed at @ma. */
static uint16_t minutes(unsigned mah, int ma)
{
    unsigned time;

    if (ma <= 0) {
        return NO_TIME;
    }
    time = mah * 60 / (unsigned)ma;
    return time < NO_TIME ? (uint16_t)time : NO_TIME - 1;
}

static bool may_charge(const struct battery *s)
{
    return remaining_mah(s) < FULL_MAH && decikelvin(s) <= HOT_DECIKELVIN;
}

static uint16_t status(const struct battery *s)
{
    unsigned mah = remaining_mah(s);
    int ma = current_ma(s);
    unsigned status = STATUS_INITIALIZED | s->error;

    status |= ma <= 0 ? STATUS_DISCHARGING : 0;
    status |= mah == FULL_MAH ? STATUS_FULLY_CHARGED : 0;
    status |=
        mah == 0 ? STATUS_FULLY_DISCHARGED | STATUS_TERMINATE_DISCHARGE : 0;
    status |= decikelvin(s) > HOT_DECIKELVIN ? STATUS_OVER_TEMP : 0;
    status |= ma > 0 && !may_charge(s) ? STATUS_TERMINATE_CHARGE : 0;
    if (capacity(s, mah) < s->word[REMAINING_CAPACITY_ALARM]) {
        status |= STATUS_REMAINING_CAPACITY;
    }
    if (minutes(mah, -ma) < s->word[REMAINING_TIME_ALARM]) {
        status |= STATUS_REMAINING_TIME;
    }
    return (uint16_t)status;
}

/* Commands */

static uint16_t charge_word(const struct battery *s)
{
    unsigned mah = remaining_mah(s);
    int ma = current_ma(s);

    switch (s->command) {
    case AT_RATE_TIME_TO_FULL:
        return minutes(FULL_MAH - mah, at_rate_ma(s));
    case AT_RATE_TIME_TO_EMPTY:
        return minutes(mah, -at_rate_ma(s));
    case AT_RATE_OK: /* for ten seconds more */
        return at_rate_ma(s) >= 0 || mah * 360 >= (unsigned)-at_rate_ma(s);
    case RELATIVE_CHARGE:
        return percent_of(mah, FULL_MAH);
    case ABSOLUTE_CHARGE:
        return percent_of(mah, DESIGN_MAH);
    case REMAINING_CAPACITY:
        return capacity(s, mah);
    case RUN_TIME_TO_EMPTY:
    case AVERAGE_TIME_TO_EMPTY:
        return minutes(mah, -ma);
    default: /* AVERAGE_TIME_TO_FULL */
        return minutes(FULL_MAH - mah, ma);
    }
}

static uint16_t word_of(const struct battery *s)
{
    switch (s->command) {
    case MANUFACTURER_ACCESS:
    case REMAINING_CAPACITY_ALARM:
    case REMAINING_TIME_ALARM:
    case BATTERY_MODE:
    case AT_RATE:
        return s->word[s->command];
    case TEMPERATURE:
        return decikelvin(s);
    case VOLTAGE:
        return (uint16_t)bw_round_div(s->micro[VALUE_VOLTAGE], MICRO / 1000);
    case CURRENT:
    case AVERAGE_CURRENT:
        return (uint16_t)current_ma(s);
    case MAX_ERROR:
        return MAX_ERROR_IN_PC;
    case FULL_CHARGE_CAPACITY:
        return capacity(s, FULL_MAH);
    case CHARGING_CURRENT:
        return may_charge(s) ? CHARGE_MA : 0;
    case CHARGING_VOLTAGE:
        return may_charge(s) ? FULL_MV : 0;
    case BATTERY_STATUS:
        return status(s);
    case CYCLE_COUNT:
        return CYCLES;
    case DESIGN_CAPACITY:
        return capacity(s, DESIGN_MAH);
    case DESIGN_VOLTAGE:
        return DESIGN_MV;
    case SPECIFICATION_INFO:
        return SPEC_1_1_PEC;
    case MANUFACTURE_DATE:
        return MADE;
    case SERIAL_NUMBER:
        return SERIAL;
    default:
        return charge_word(s);
    }
}

/* NULL: the command is not that of a block. */
static const char *block_of(uint8_t command)
{
    switch (command) {
    case MANUFACTURER_NAME:
        return "Benchwire";
    case DEVICE_NAME:
        return "BW-3S2P";
    case DEVICE_CHEMISTRY:
        return "LION";
    case MANUFACTURER_DATA:
        return "\x01\x02\x03\x04";
    default:
        return NULL;
    }
}

static void answer(struct battery *s)
{
    const char *block = block_of(s->command);
    uint16_t word = block ? 0 : word_of(s);

    s->out_pos = 0;
    if (block) {
        s->out[0] = (uint8_t)strlen(block);
        memcpy(s->out + 1, block, s->out[0]);
        s->out_len = 1 + s->out[0];
    } else {
        s->out[0] = (uint8_t)word;
        s->out[1] = (uint8_t)(word >> 8);
        s->out_len = 2;
    }
}

static enum battery_error check_command(uint8_t command)
{
    if (command <= SERIAL_NUMBER || block_of(command)) {
        return ERROR_NONE;
    }
    if (command == OPTIONAL_5 ||
        (command >= OPTIONAL_4 && command <= OPTIONAL_1)) {
        return ERROR_UNSUPPORTED;
    }
    return ERROR_RESERVED;
}

static void end_write(struct battery *s)
{
    uint16_t word = (uint16_t)(s->in[0] | s->in[1] << 8);

    if (s->phase != PHASE_WRITE || !s->in_good || s->in_len < 2) {
        return;
    }
    if (s->command == BATTERY_MODE) {
        word &= MODE_WRITABLE;
    }
    s->word[s->command] = word;
}

/* The bus */

static void pec(struct battery *s, uint8_t byte)
{
    s->pec = bw_smbus_pec(s->pec, &byte, 1);
}

static bool battery_start(void *state, uint8_t addr7, bool is_read,
                          uint64_t now_ns)
{
    struct battery *s = state;

    (void)now_ns;
    end_write(s);
    s->phase = PHASE_IDLE;
    if (addr7 != s->addr7) {
        s->open = false;
        return false;
    }
    s->pec = s->open ? s->pec : 0;
    s->open = true;
    pec(s, (uint8_t)(addr7 << 1 | is_read));
    s->phase = is_read ? PHASE_READ : PHASE_COMMAND;
    if (is_read) {
        answer(s);
    }
    return true;
}

static bool refuse(struct battery *s, enum battery_error error)
{
    s->error = error;
    s->in_good = false;
    return false;
}

static bool take_command(struct battery *s, uint8_t command)
{
    enum battery_error error = check_command(command);

    if (error != ERROR_NONE) {
        return refuse(s, error);
    }
    if (command != BATTERY_STATUS) {
        s->error = ERROR_NONE;
    }
    s->command = command;
    s->in_len = 0;
    s->in_good = true;
    s->phase = PHASE_WRITE;
    pec(s, command);
    return true;
}

static bool take_data(struct battery *s, uint8_t byte)
{
    if (s->command >= WRITABLE) {
        return refuse(s, ERROR_DENIED);
    }
    if (!s->in_good || s->in_len > sizeof(s->in)) {
        return refuse(s, ERROR_SIZE);
    }
    if (s->in_len == sizeof(s->in)) {
        s->in_len++;
        return byte == s->pec || refuse(s, ERROR_UNKNOWN);
    }
    s->in[s->in_len++] = byte;
    pec(s, byte);
    return true;
}

static bool battery_write(void *state, uint8_t byte, uint64_t now_ns)
{
    struct battery *s = state;

    (void)now_ns;
    switch (s->phase) {
    case PHASE_COMMAND:
        return take_command(s, byte);
    case PHASE_WRITE:
        return take_data(s, byte);
    default:
        return false;
    }
}

static uint8_t battery_read(void *state, uint64_t now_ns)
{
    struct battery *s = state;
    uint8_t byte = 0xff;

    (void)now_ns;
    if (s->phase != PHASE_READ) {
        return 0xff;
    }
    if (s->out_pos < s->out_len) {
        byte = s->out[s->out_pos++];
        pec(s, byte);
    } else if (s->out_pos == s->out_len) {
        s->out_pos++;
        byte = s->pec;
    }
    return byte;
}

static void battery_stop(void *state, uint64_t now_ns)
{
    struct battery *s = state;

    (void)now_ns;
    end_write(s);
    s->phase = PHASE_IDLE;
    s->open = false;
}

/* Values */

static int64_t battery_get(void *state, size_t index, uint64_t now_ns)
{
    struct battery *s = state;

    (void)now_ns;
    return s->micro[index];
}

static bool battery_set(void *state, size_t index, int64_t micro,
                        uint64_t now_ns)
{
    struct battery *s = state;

    (void)now_ns;
    if (index >= VALUE_COUNT || micro < values[index].micro_min ||
        micro > values[index].micro_max) {
        return false;
    }
    s->micro[index] = micro;
    return true;
}

const struct bw_part_model bw_part_smart_battery = {
    .name = "smart-battery",
    .text = "a battery with SBS 1.1: three cells, 4400 mAh",
    .addrs = addrs,
    .addr_count = sizeof(addrs) / sizeof(addrs[0]),
    .state_size = sizeof(struct battery),
    .values = values,
    .value_count = VALUE_COUNT,
    .reset = battery_reset,
    .start = battery_start,
    .write = battery_write,
    .read = battery_read,
    .stop = battery_stop,
    .get = battery_get,
    .set = battery_set,
};
