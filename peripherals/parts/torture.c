/*
 * A part for torturing masters, adapters and links: it gives back what was
 * written, in every form that I2C and SMBus have, counts what happens on the
 * bus, and refuses a byte where it is told to.
 *
 * Source: none, no such part is sold.  What it answers to follows NXP UM10204
 * rev. 7 and, for the commands C0h to CFh, SMBus 3.2.
 *
 * The first byte of a write is a command:
 *   00h-BFh  a place on a tape of 512 bytes.  Further bytes are written to
 *            the tape from there on; a read gives what is there, from the
 *            place named by the command.  A read behind a read goes on where
 *            that has stopped.  Place 511 is followed by 0
 *   C0h      SMBus byte: one byte written, or read
 *   C1h      SMBus word
 *   C2h      SMBus block: a count, and so many bytes, 0 to 255
 *   C3h      process call: a read gives the complement of the word written,
 *            which is what C1h gives from then on, too
 *   C4h      block process call: a read gives the bytes in reverse; so does
 *            C2h from then on
 *   C5h-CFh  send byte; a read (receive byte) gives the command itself
 *   F0h      REFUSE: n = 1 to 254: the n-th byte written after an address,
 *            the command is the first, is not acknowledged; 255: an address
 *            is not acknowledged; 0: none.  It counts from the next START on
 *            and is 0 again when it has refused once
 *   F1h-FAh  counters of two bytes, low byte first, modulo 65536: STARTs,
 *            repeated STARTs, STOPs, bytes written, bytes read
 *   FBh-FDh  modulo 256: general calls, their last byte, wrong PECs
 *   FEh      modulo 256: transactions that were a START, an acknowledged
 *            address and a STOP
 *            A byte written to F1h sets all counters to 0
 *   FFh      ID: reads 54h
 *   others   are acknowledged, do nothing, and read FFh
 * F0h to FFh count up with each byte, FFh is followed by F0h.
 *
 * C0h to CFh take, and give, a PEC behind their bytes.  Whether a master uses
 * it shows by there being one byte more.
 *
 * A transaction with a command from F0h on, or that begins by reading such a
 * register, is not counted at all, so that looking at the counters does not
 * change them.  One without a byte, with which adapters ask whether a part is
 * there, is counted at FEh only.  A START that was refused counts.  General
 * calls (writes to address 0) are acknowledged, and counted as such only.
 *
 * It never answers a 10-bit address itself: part_bus.h puts any part on one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/part.h"

#include <string.h>

#include "lib/smbus.h"
#include "peripherals/parts/torture_smbus.h"

#define TAPE_SIZE   512
#define TAPE_PLACES 0xc0 /* commands below are places */

enum torture_reg {
    REG_REFUSE = 0xf0,
    REG_COUNTERS = 0xf1,
    REG_GENERAL = 0xfb,
    REG_GENERAL_BYTE = 0xfc,
    REG_PEC_ERRORS = 0xfd,
    REG_QUESTIONS = 0xfe,
    REG_ID = 0xff
};

#define ID          0x54
#define REFUSE_ADDR 255
#define MICRO       1000000

enum torture_counter {
    COUNT_STARTS,
    COUNT_REPEATED,
    COUNT_STOPS,
    COUNT_WRITTEN,
    COUNT_READ,
    COUNT_GENERAL,
    COUNT_QUESTIONS,
    COUNT_COUNT
};

enum torture_phase {
    PHASE_IDLE,
    PHASE_COMMAND, /* the next byte written is the command */
    PHASE_WRITE,
    PHASE_READ,
    PHASE_GENERAL
};

struct torture {
    enum torture_phase phase;
    uint32_t total[COUNT_COUNT];
    uint32_t now[COUNT_COUNT]; /* of the transaction under way */
    uint8_t addr7;
    uint8_t command;
    uint8_t before; /* the command before the one under way */
    uint8_t reg;    /* F0h to FFh: the next to be read or written */
    uint8_t refuse;
    uint8_t armed;   /* @refuse at the newest START */
    uint8_t general; /* the last byte of a general call */
    uint16_t nth;    /* bytes written since the address */
    uint16_t at;     /* place on the tape */
    bool open;       /* between our START and its STOP */
    bool private;    /* the transaction is not counted */
    bool only_asked; /* it has been an address and nothing else by now */
    struct bw_torture_smbus smbus;
    uint8_t tape[TAPE_SIZE];
};

static const uint8_t addrs[] = {
    0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37,
};

enum torture_value {
    VALUE_STARTS, /* first the counters, in their order */
    VALUE_PEC_ERRORS = VALUE_STARTS + COUNT_COUNT,
    VALUE_REFUSE,
    VALUE_COUNT
};

#define COUNTER(n, t)                                                  \
    {                                                                  \
        .name = (n), .unit = "", .text = (t),                          \
        .micro_max = (int64_t)UINT32_MAX * MICRO, .micro_step = MICRO, \
        .read_only = true,                                             \
    }

static const struct bw_part_value values[VALUE_COUNT] = {
    [VALUE_STARTS + COUNT_STARTS] = COUNTER("starts", "STARTs"),
    [VALUE_STARTS + COUNT_REPEATED] =
        COUNTER("repeated-starts", "repeated STARTs"),
    [VALUE_STARTS + COUNT_STOPS] = COUNTER("stops", "STOPs"),
    [VALUE_STARTS + COUNT_WRITTEN] = COUNTER("written", "bytes written"),
    [VALUE_STARTS + COUNT_READ] = COUNTER("read", "bytes read"),
    [VALUE_STARTS + COUNT_GENERAL] = COUNTER("general-calls", "general calls"),
    [VALUE_STARTS + COUNT_QUESTIONS] =
        COUNTER("questions", "an address, acknowledged, and nothing else"),
    [VALUE_PEC_ERRORS] = COUNTER("pec-errors", "writes with a wrong PEC"),
    [VALUE_REFUSE] = {
        .name = "refuse",
        .unit = "",
        .text = "the byte to be refused once, 255 the address, 0 none",
        .micro_min = 0,
        .micro_max = REFUSE_ADDR * MICRO,
        .micro_step = MICRO,
    },
};

static bool is_smbus(uint8_t command)
{
    return command >= BW_TORTURE_SMBUS_FIRST &&
           command <= BW_TORTURE_SMBUS_LAST;
}

static void torture_reset(void *state, uint8_t addr7, uint64_t now_ns)
{
    struct torture *s = state;

    (void)now_ns;
    memset(s, 0, sizeof(*s));
    s->phase = PHASE_IDLE;
    s->addr7 = addr7;
}

/* Transactions */

static void set_command(struct torture *s, uint8_t command)
{
    s->command = command;
    s->at = command;
    s->reg = command;
}

/* What was written is whole: STOP or a repeated START follows. */
static void end_message(struct torture *s)
{
    if (s->phase == PHASE_WRITE && is_smbus(s->command)) {
        bw_torture_smbus_end(&s->smbus, s->command);
        if (s->smbus.bad) {
            set_command(s, s->before);
        }
    }
    s->phase = PHASE_IDLE;
}

static void end_transaction(struct torture *s)
{
    end_message(s);
    if (s->only_asked) {
        memset(s->now, 0, sizeof(s->now));
        s->now[COUNT_QUESTIONS] = 1;
    }
    for (unsigned i = 0; i < COUNT_COUNT; i++) {
        s->total[i] += s->private ? 0 : s->now[i];
        s->now[i] = 0;
    }
    s->open = false;
    s->private = false;
    s->only_asked = false;
}

static void pec(struct torture *s, uint8_t byte)
{
    s->smbus.pec = bw_smbus_pec(s->smbus.pec, &byte, 1);
}

static void begin_read(struct torture *s)
{
    s->phase = PHASE_READ;
    s->private |= s->command >= REG_REFUSE;
    if (is_smbus(s->command)) {
        bw_torture_smbus_answer(&s->smbus, s->command);
    }
}

static bool torture_start(void *state, uint8_t addr7, bool is_read,
                          uint64_t now_ns)
{
    struct torture *s = state;

    (void)now_ns;
    if (addr7 != s->addr7) {
        end_transaction(s);
        if (addr7 != BW_PART_ADDR_GENERAL_CALL || is_read) {
            return false;
        }
        s->phase = PHASE_GENERAL;
        s->now[COUNT_GENERAL]++;
        return true;
    }
    end_message(s);
    s->now[s->open ? COUNT_REPEATED : COUNT_STARTS]++;
    s->smbus.pec = s->open ? s->smbus.pec : 0;
    s->only_asked = !s->open && s->refuse != REFUSE_ADDR;
    s->open = true;
    pec(s, (uint8_t)(addr7 << 1 | is_read));
    s->armed = s->refuse;
    s->nth = 0;
    if (s->armed == REFUSE_ADDR) {
        s->refuse = 0;
        return false;
    }
    s->phase = PHASE_COMMAND;
    if (is_read) {
        begin_read(s);
    }
    return true;
}

static void take_command(struct torture *s, uint8_t command)
{
    s->before = s->command;
    set_command(s, command);
    s->private |= command >= REG_REFUSE;
    s->phase = PHASE_WRITE;
    bw_torture_smbus_begin(&s->smbus);
}

static void write_reg(struct torture *s, uint8_t byte)
{
    if (s->reg == REG_REFUSE) {
        s->refuse = byte;
    } else if (s->reg == REG_COUNTERS) {
        memset(s->total, 0, sizeof(s->total));
        s->general = 0;
        s->smbus.pec_errors = 0;
    }
    s->reg = s->reg == REG_ID ? REG_REFUSE : (uint8_t)(s->reg + 1);
}

/* A byte behind the command.  The tape's place is its number, so that a read
 * begins at the command again. */
static bool take_data(struct torture *s, uint8_t byte)
{
    if (s->command < TAPE_PLACES) {
        s->tape[(s->command + s->nth - 1) % TAPE_SIZE] = byte;
    } else if (is_smbus(s->command)) {
        return bw_torture_smbus_write(&s->smbus, s->command, byte);
    } else if (s->command >= REG_REFUSE) {
        write_reg(s, byte);
    }
    return true;
}

static bool torture_write(void *state, uint8_t byte, uint64_t now_ns)
{
    struct torture *s = state;
    bool ack = true;

    (void)now_ns;
    if (s->phase == PHASE_GENERAL) {
        s->general = byte;
        return true;
    }
    if (s->phase != PHASE_COMMAND && s->phase != PHASE_WRITE) {
        return false;
    }
    s->only_asked = false;
    if (s->nth + 1 == s->armed) {
        s->refuse = 0;
        s->armed = 0;
        s->smbus.bad = true;
        return false;
    }
    if (s->phase == PHASE_COMMAND) {
        take_command(s, byte);
    } else {
        ack = take_data(s, byte);
    }
    s->nth++;
    s->now[COUNT_WRITTEN]++;
    pec(s, byte);
    return ack;
}

static uint8_t look_at(const struct torture *s, uint8_t reg)
{
    unsigned index = reg - REG_COUNTERS;

    switch (reg) {
    case REG_REFUSE:
        return s->refuse;
    case REG_GENERAL:
        return (uint8_t)s->total[COUNT_GENERAL];
    case REG_GENERAL_BYTE:
        return s->general;
    case REG_PEC_ERRORS:
        return (uint8_t)s->smbus.pec_errors;
    case REG_QUESTIONS:
        return (uint8_t)s->total[COUNT_QUESTIONS];
    case REG_ID:
        return ID;
    default:
        return (uint8_t)(s->total[index / 2] >> (8 * (index % 2)));
    }
}

static uint8_t read_reg(struct torture *s)
{
    uint8_t reg = s->reg;

    s->reg = reg == REG_ID ? REG_REFUSE : (uint8_t)(reg + 1);
    return look_at(s, reg);
}

static uint8_t read_byte(struct torture *s)
{
    uint8_t byte;

    if (is_smbus(s->command)) {
        return bw_torture_smbus_read(&s->smbus);
    }
    if (s->command >= REG_REFUSE) {
        return read_reg(s);
    }
    if (s->command >= TAPE_PLACES) {
        return 0xff;
    }
    byte = s->tape[s->at];
    s->at = (uint16_t)((s->at + 1) % TAPE_SIZE);
    return byte;
}

static uint8_t torture_read(void *state, uint64_t now_ns)
{
    struct torture *s = state;
    uint8_t byte;

    (void)now_ns;
    if (s->phase != PHASE_READ) {
        return 0xff;
    }
    byte = read_byte(s);
    pec(s, byte);
    s->only_asked = false;
    s->now[COUNT_READ]++;
    return byte;
}

static void torture_stop(void *state, uint64_t now_ns)
{
    struct torture *s = state;

    (void)now_ns;
    s->now[COUNT_STOPS] += s->open;
    end_transaction(s);
}

/* Values */

static int64_t torture_get(void *state, size_t index, uint64_t now_ns)
{
    struct torture *s = state;

    (void)now_ns;
    if (index == VALUE_REFUSE) {
        return s->refuse * MICRO;
    }
    return (int64_t)(index == VALUE_PEC_ERRORS ? s->smbus.pec_errors
                                               : s->total[index]) *
           MICRO;
}

static bool torture_set(void *state, size_t index, int64_t micro,
                        uint64_t now_ns)
{
    struct torture *s = state;

    (void)now_ns;
    if (index != VALUE_REFUSE || micro < 0 || micro > REFUSE_ADDR * MICRO) {
        return false;
    }
    s->refuse = (uint8_t)((micro + MICRO / 2) / MICRO);
    return true;
}

const struct bw_part_model bw_part_torture = {
    .name = "torture",
    .text = "gives back what was written, in every form, for trying masters",
    .addrs = addrs,
    .addr_count = sizeof(addrs) / sizeof(addrs[0]),
    .state_size = sizeof(struct torture),
    .values = values,
    .value_count = VALUE_COUNT,
    .reset = torture_reset,
    .start = torture_start,
    .write = torture_write,
    .read = torture_read,
    .stop = torture_stop,
    .get = torture_get,
    .set = torture_set,
};
