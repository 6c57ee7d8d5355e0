/*
 * A part whose reads have side effects, and which counts them: a FIFO, a
 * status register that a read clears, and plain registers beside them.
 *
 * Source: none, no such part is sold; it is made for showing what an adapter
 * reads beyond what firmware asked for.  Its registers are of the kinds that
 * sensors have.
 *
 * Registers, behind a pointer that is the first byte of a write:
 *   00h      ID: reads F1h
 *   01h      STATUS: bit 0: there is data; bit 1: a read met an empty FIFO;
 *            bit 2: data has been lost in a full one; bit 3: the value
 *            "event" was set.  Bits 1 to 3 are cleared by reading it
 *   02h      LEVEL: bytes in the FIFO, 0 to 64
 *   03h      FIFO: a read takes the oldest byte, FFh if there is none; a
 *            write puts one in
 *   04h-0Fh  read 00h
 *   10h-1Fh  plain registers, 00h at power-on
 * The pointer counts up with each byte read or written, but stays at 03h; 0Fh
 * is followed by 00h, 1Fh by 10h.  It counts modulo 20h, also when it is
 * written.
 *
 * Setting the value "level" makes the FIFO so full: bytes are taken from its
 * old end, or added at the other, where a counter makes them: 00h, 01h, 02h,
 * ... from power-on, so that a byte which went astray is missed in what comes
 * after it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/part.h"

#include <string.h>

#include "peripherals/parts/sensor.h"

enum fifo_reg {
    REG_ID = 0x00,
    REG_STATUS = 0x01,
    REG_LEVEL = 0x02,
    REG_FIFO = 0x03,
    REG_BLOCK = 0x10,
    REG_COUNT = 0x20
};

#define ID        0xf1
#define FIFO_SIZE 64
#define MICRO     1000000

#define STATUS_DATA  0x01
#define STATUS_EMPTY 0x02
#define STATUS_LOST  0x04
#define STATUS_EVENT 0x08

struct fifo {
    struct bw_port port;
    uint32_t reads;        /* bytes read, of any register */
    uint32_t fifo_reads;   /* of these, of the FIFO */
    uint32_t status_reads; /* and of the status register */
    uint8_t status;        /* but for STATUS_DATA */
    uint8_t next;          /* what the counter gives next */
    uint8_t level;
    uint8_t oldest; /* index in @data */
    uint8_t data[FIFO_SIZE];
    uint8_t block[REG_COUNT - REG_BLOCK];
};

static const uint8_t addrs[] = {
    0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f,
};

enum fifo_value {
    VALUE_LEVEL,
    VALUE_EVENT,
    VALUE_READS,
    VALUE_FIFO_READS,
    VALUE_STATUS_READS,
    VALUE_COUNT
};

#define COUNTER(n, t)                                                  \
    {                                                                  \
        .name = (n), .unit = "", .text = (t),                          \
        .micro_max = (int64_t)UINT32_MAX * MICRO, .micro_step = MICRO, \
        .read_only = true,                                             \
    }

static const struct bw_part_value values[VALUE_COUNT] = {
    [VALUE_LEVEL] = {
        .name = "level",
        .unit = "",
        .text = "bytes in the FIFO",
        .micro_min = 0,
        .micro_max = FIFO_SIZE * MICRO,
        .micro_step = MICRO,
    },
    [VALUE_EVENT] = {
        .name = "event",
        .unit = "",
        .text = "1: bit 3 of the status register, until that is read",
        .micro_min = 0,
        .micro_max = MICRO,
        .micro_step = MICRO,
    },
    [VALUE_READS] = COUNTER("reads", "bytes that were read"),
    [VALUE_FIFO_READS] = COUNTER("fifo-reads", "of these, from the FIFO"),
    [VALUE_STATUS_READS] =
        COUNTER("status-reads", "of these, from the status register"),
};

static void fifo_reset(void *state, uint8_t addr7, uint64_t now_ns)
{
    struct fifo *s = state;

    (void)now_ns;
    memset(s, 0, sizeof(*s));
    s->port.phase = BW_PORT_IDLE;
    s->port.addr7 = addr7;
}

/* The FIFO */

static void push(struct fifo *s, uint8_t byte)
{
    if (s->level == FIFO_SIZE) {
        s->status |= STATUS_LOST;
        return;
    }
    s->data[(s->oldest + s->level) % FIFO_SIZE] = byte;
    s->level++;
}

static uint8_t pop(struct fifo *s)
{
    uint8_t byte = s->data[s->oldest];

    if (s->level == 0) {
        s->status |= STATUS_EMPTY;
        return 0xff;
    }
    s->oldest = (uint8_t)((s->oldest + 1) % FIFO_SIZE);
    s->level--;
    return byte;
}

static void fill_to(struct fifo *s, unsigned level)
{
    while (s->level > level) {
        pop(s);
    }
    while (s->level < level) {
        push(s, s->next++);
    }
}

/* Registers */

static uint8_t take_status(struct fifo *s)
{
    uint8_t status = s->status | (s->level > 0 ? STATUS_DATA : 0);

    s->status = 0;
    s->status_reads++;
    return status;
}

static uint8_t read_reg(struct fifo *s, uint8_t reg)
{
    switch (reg) {
    case REG_ID:
        return ID;
    case REG_STATUS:
        return take_status(s);
    case REG_LEVEL:
        return s->level;
    case REG_FIFO:
        s->fifo_reads++;
        return pop(s);
    default:
        return reg >= REG_BLOCK ? s->block[reg - REG_BLOCK] : 0;
    }
}

static void write_reg(struct fifo *s, uint8_t reg, uint8_t byte)
{
    if (reg == REG_FIFO) {
        push(s, byte);
    } else if (reg >= REG_BLOCK) {
        s->block[reg - REG_BLOCK] = byte;
    }
}

static void advance(struct fifo *s)
{
    uint8_t half = s->port.pointer & REG_BLOCK; /* 00h or 10h */

    if (s->port.pointer != REG_FIFO) {
        s->port.pointer = half | ((s->port.pointer + 1) % REG_BLOCK);
    }
}

/* The bus */

static bool fifo_start(void *state, uint8_t addr7, bool is_read,
                       uint64_t now_ns)
{
    struct fifo *s = state;

    (void)now_ns;
    return bw_port_start(&s->port, addr7, is_read);
}

static bool fifo_write(void *state, uint8_t byte, uint64_t now_ns)
{
    struct fifo *s = state;

    (void)now_ns;
    switch (s->port.phase) {
    case BW_PORT_POINTER:
        s->port.pointer = byte % REG_COUNT;
        s->port.phase = BW_PORT_WRITE;
        return true;
    case BW_PORT_WRITE:
        write_reg(s, s->port.pointer, byte);
        advance(s);
        return true;
    default:
        return false;
    }
}

static uint8_t fifo_read(void *state, uint64_t now_ns)
{
    struct fifo *s = state;
    uint8_t byte;

    (void)now_ns;
    if (s->port.phase != BW_PORT_READ) {
        return 0xff;
    }
    s->reads++;
    byte = read_reg(s, s->port.pointer);
    advance(s);
    return byte;
}

static void fifo_stop(void *state, uint64_t now_ns)
{
    struct fifo *s = state;

    (void)now_ns;
    s->port.phase = BW_PORT_IDLE;
}

/* Values */

static int64_t fifo_get(void *state, size_t index, uint64_t now_ns)
{
    struct fifo *s = state;

    (void)now_ns;
    switch (index) {
    case VALUE_LEVEL:
        return s->level * MICRO;
    case VALUE_EVENT:
        return s->status & STATUS_EVENT ? MICRO : 0;
    case VALUE_READS:
        return (int64_t)s->reads * MICRO;
    case VALUE_FIFO_READS:
        return (int64_t)s->fifo_reads * MICRO;
    default:
        return (int64_t)s->status_reads * MICRO;
    }
}

static bool fifo_set(void *state, size_t index, int64_t micro, uint64_t now_ns)
{
    struct fifo *s = state;

    (void)now_ns;
    if (index > VALUE_EVENT || micro < 0 || micro > values[index].micro_max) {
        return false;
    }
    if (index == VALUE_LEVEL) {
        fill_to(s, (unsigned)((micro + MICRO / 2) / MICRO));
    } else if (micro >= MICRO / 2) {
        s->status |= STATUS_EVENT;
    } else {
        s->status &= (uint8_t)~STATUS_EVENT;
    }
    return true;
}

const struct bw_part_model bw_part_fifo = {
    .name = "fifo",
    .text = "a FIFO that counts what is read, for trying adapters",
    .addrs = addrs,
    .addr_count = sizeof(addrs) / sizeof(addrs[0]),
    .state_size = sizeof(struct fifo),
    .values = values,
    .value_count = VALUE_COUNT,
    .reset = fifo_reset,
    .start = fifo_start,
    .write = fifo_write,
    .read = fifo_read,
    .stop = fifo_stop,
    .get = fifo_get,
    .set = fifo_set,
};
