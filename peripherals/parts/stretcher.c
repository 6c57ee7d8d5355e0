/*
 * A part that stretches the clock: after its address and after each byte it
 * holds SCL low for as long as it was told.
 *
 * Source: none, no such part is sold; it is made for trying masters and
 * adapters.  What it does to SCL is NXP UM10204 rev. 7, section 3.1.9.
 *
 * Registers, behind a pointer that is the first byte of a write and counts up
 * with each byte, from 17h to 00h:
 *   00h-0Fh  echo: keep what is written; 00h at power-on
 *   10h-13h  how long SCL is held after the address, in us, low byte first
 *   14h-17h  how long after each byte of data, written or read
 * The pointer counts modulo 18h, also when it is written.  A write to 10h-17h
 * takes effect at STOP; a time over 10 s counts, and reads back, as 10 s.
 *
 * The address is stretched in both directions, at START and at repeated
 * START; a byte that is not acknowledged is not stretched.  While the value
 * "stuck" is 1, what would be stretched is held for ever: SCL is let go when
 * the value is 0 again.
 *
 * Not modelled: holding SCL within a byte, or while another part is meant.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/part.h"

#include <string.h>

#include "peripherals/parts/sensor.h"

#define ECHO_SIZE   0x10
#define REG_ADDRESS 0x10
#define REG_BYTE    0x14
#define REG_COUNT   0x18

#define NS_PER_US 1000ull
#define MOST_US   10000000u /* 10 s */
#define MICRO     1000000

struct stretcher {
    struct bw_port port;
    uint64_t hold_until_ns;
    uint32_t address_us;
    uint32_t byte_us;
    uint32_t holds; /* how often SCL was held */
    bool stuck;     /* the value */
    bool held;      /* SCL is low for ever, as long as @stuck */
    bool set_times; /* the transfer under way has written 10h-17h */
    uint8_t reg[REG_COUNT];
};

static const uint8_t addrs[] = {
    0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27,
};

enum stretcher_value {
    VALUE_ADDRESS,
    VALUE_BYTE,
    VALUE_STUCK,
    VALUE_HOLDS,
    VALUE_COUNT
};

static const struct bw_part_value values[VALUE_COUNT] = {
    [VALUE_ADDRESS] = {
        .name = "address-stretch",
        .unit = "s",
        .text = "how long SCL is held low after the address",
        .micro_min = 0,
        .micro_max = MOST_US,
        .micro_step = 1,
    },
    [VALUE_BYTE] = {
        .name = "byte-stretch",
        .unit = "s",
        .text = "how long SCL is held low after each byte",
        .micro_min = 0,
        .micro_max = MOST_US,
        .micro_step = 1,
    },
    [VALUE_STUCK] = {
        .name = "stuck",
        .unit = "",
        .text = "1 holds SCL from the next address or byte on",
        .micro_min = 0,
        .micro_max = MICRO,
        .micro_step = MICRO,
    },
    [VALUE_HOLDS] = {
        .name = "holds",
        .unit = "",
        .text = "how often SCL was held",
        .micro_min = 0,
        .micro_max = (int64_t)UINT32_MAX * MICRO,
        .micro_step = MICRO,
        .read_only = true,
    },
};

static void put_us(uint8_t *reg, uint32_t us)
{
    for (unsigned i = 0; i < 4; i++) {
        reg[i] = (uint8_t)(us >> (8 * i));
    }
}

static uint32_t get_us(const uint8_t *reg)
{
    uint32_t us = 0;

    for (unsigned i = 0; i < 4; i++) {
        us |= (uint32_t)reg[i] << (8 * i);
    }
    return us < MOST_US ? us : MOST_US;
}

static void set_times(struct stretcher *s, uint32_t address_us,
                      uint32_t byte_us)
{
    s->address_us = address_us;
    s->byte_us = byte_us;
    put_us(&s->reg[REG_ADDRESS], address_us);
    put_us(&s->reg[REG_BYTE], byte_us);
}

static void stretcher_reset(void *state, uint8_t addr7, uint64_t now_ns)
{
    struct stretcher *s = state;

    memset(s, 0, sizeof(*s));
    s->port.phase = BW_PORT_IDLE;
    s->port.addr7 = addr7;
    s->hold_until_ns = now_ns;
}

static void hold(struct stretcher *s, uint32_t us, uint64_t now_ns)
{
    s->held = s->stuck;
    s->hold_until_ns = now_ns + us * NS_PER_US;
    if (us > 0 || s->stuck) {
        s->holds++;
    }
}

static bool stretcher_start(void *state, uint8_t addr7, bool is_read,
                            uint64_t now_ns)
{
    struct stretcher *s = state;

    if (!bw_port_start(&s->port, addr7, is_read)) {
        return false;
    }
    hold(s, s->address_us, now_ns);
    return true;
}

static void advance(struct stretcher *s)
{
    s->port.pointer = (uint8_t)((s->port.pointer + 1) % REG_COUNT);
}

static bool stretcher_write(void *state, uint8_t byte, uint64_t now_ns)
{
    struct stretcher *s = state;

    switch (s->port.phase) {
    case BW_PORT_POINTER:
        s->port.pointer = byte % REG_COUNT;
        s->port.phase = BW_PORT_WRITE;
        break;
    case BW_PORT_WRITE:
        s->reg[s->port.pointer] = byte;
        s->set_times |= s->port.pointer >= ECHO_SIZE;
        advance(s);
        break;
    default:
        return false;
    }
    hold(s, s->byte_us, now_ns);
    return true;
}

static uint8_t stretcher_read(void *state, uint64_t now_ns)
{
    struct stretcher *s = state;
    uint8_t byte;

    if (s->port.phase != BW_PORT_READ) {
        return 0xff;
    }
    byte = s->reg[s->port.pointer];
    advance(s);
    hold(s, s->byte_us, now_ns);
    return byte;
}

static void stretcher_stop(void *state, uint64_t now_ns)
{
    struct stretcher *s = state;

    (void)now_ns;
    s->port.phase = BW_PORT_IDLE;
    if (s->set_times) {
        s->set_times = false;
        set_times(s, get_us(&s->reg[REG_ADDRESS]), get_us(&s->reg[REG_BYTE]));
    }
}

static uint64_t stretcher_holds_scl(void *state, uint64_t now_ns)
{
    struct stretcher *s = state;

    (void)now_ns;
    return s->held ? BW_PART_NEVER : s->hold_until_ns;
}

static int64_t stretcher_get(void *state, size_t index, uint64_t now_ns)
{
    struct stretcher *s = state;

    (void)now_ns;
    switch (index) {
    case VALUE_ADDRESS:
        return s->address_us;
    case VALUE_BYTE:
        return s->byte_us;
    case VALUE_STUCK:
        return s->stuck ? MICRO : 0;
    default:
        return (int64_t)s->holds * MICRO;
    }
}

static bool stretcher_set(void *state, size_t index, int64_t micro,
                          uint64_t now_ns)
{
    struct stretcher *s = state;

    (void)now_ns;
    if (index >= VALUE_HOLDS || micro < 0 || micro > values[index].micro_max) {
        return false;
    }
    switch (index) {
    case VALUE_ADDRESS:
        set_times(s, (uint32_t)micro, s->byte_us);
        break;
    case VALUE_BYTE:
        set_times(s, s->address_us, (uint32_t)micro);
        break;
    default:
        s->stuck = micro >= MICRO / 2;
        s->held = s->held && s->stuck;
        break;
    }
    return true;
}

const struct bw_part_model bw_part_stretcher = {
    .name = "stretcher",
    .text = "a part that stretches the clock, for trying masters",
    .addrs = addrs,
    .addr_count = sizeof(addrs) / sizeof(addrs[0]),
    .state_size = sizeof(struct stretcher),
    .values = values,
    .value_count = VALUE_COUNT,
    .reset = stretcher_reset,
    .start = stretcher_start,
    .write = stretcher_write,
    .read = stretcher_read,
    .stop = stretcher_stop,
    .get = stretcher_get,
    .set = stretcher_set,
    .holds_scl = stretcher_holds_scl,
};
