/*
 * The bus side of a part test: one part on a bus of its own, and the time
 * moved by hand.
 *
 * Included by the tests of peripherals/parts/ only.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_PART_BUS_H
#define BENCHWIRE_TESTS_UNIT_PART_BUS_H

#include "peripherals/parts/part.h"

#define MS 1000000ull
#define S  (1000 * MS)

#define PART_BUS_STATE_SIZE 4096

struct part_bus {
    const struct bw_part_model *model;
    uint64_t now_ns;
    uint8_t addr7;
    int64_t state[PART_BUS_STATE_SIZE / sizeof(int64_t)];
};

static inline void part_bus_init(struct part_bus *b,
                                 const struct bw_part_model *model,
                                 uint8_t addr7)
{
    assert_true(model->state_size <= sizeof(b->state));
    b->model = model;
    b->now_ns = 7 * S; /* any time but zero */
    b->addr7 = addr7;
    model->reset(b->state, addr7, b->now_ns);
}

static inline bool bus_start(struct part_bus *b, uint8_t addr7, bool is_read)
{
    return b->model->start(b->state, addr7, is_read, b->now_ns);
}

static inline bool bus_send(struct part_bus *b, uint8_t byte)
{
    return b->model->write(b->state, byte, b->now_ns);
}

static inline uint8_t bus_recv(struct part_bus *b)
{
    return b->model->read(b->state, b->now_ns);
}

static inline void bus_stop(struct part_bus *b)
{
    b->model->stop(b->state, b->now_ns);
}

/* START, address, bytes; every one must be acknowledged; no STOP. */
static inline void bus_put(struct part_bus *b, const uint8_t *bytes, size_t n)
{
    assert_true(bus_start(b, b->addr7, false));
    for (size_t i = 0; i < n; i++) {
        assert_true(bus_send(b, bytes[i]));
    }
}

static inline void bus_write(struct part_bus *b, const uint8_t *bytes, size_t n)
{
    bus_put(b, bytes, n);
    bus_stop(b);
}

#define BUS_WRITE(b, ...)                          \
    bus_write(b, (const uint8_t[]){ __VA_ARGS__ }, \
              sizeof((const uint8_t[]){ __VA_ARGS__ }))

/* Pointer, repeated START, n bytes, STOP. */
static inline void bus_read_at(struct part_bus *b, uint8_t pointer,
                               uint8_t *bytes, size_t n)
{
    bus_put(b, &pointer, 1);
    assert_true(bus_start(b, b->addr7, true));
    for (size_t i = 0; i < n; i++) {
        bytes[i] = bus_recv(b);
    }
    bus_stop(b);
}

static inline uint8_t bus_read_byte(struct part_bus *b, uint8_t pointer)
{
    uint8_t byte;

    bus_read_at(b, pointer, &byte, 1);
    return byte;
}

/* Most significant byte first. */
static inline uint16_t bus_read_word(struct part_bus *b, uint8_t pointer)
{
    uint8_t bytes[2];

    bus_read_at(b, pointer, bytes, sizeof(bytes));
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline size_t value_index(struct part_bus *b, const char *name)
{
    size_t i = bw_part_find_value(b->model, name);

    assert_true(i < b->model->value_count);
    return i;
}

static inline int64_t value_get(struct part_bus *b, const char *name)
{
    return b->model->get(b->state, value_index(b, name), b->now_ns);
}

static inline bool value_set(struct part_bus *b, const char *name,
                             int64_t micro)
{
    return b->model->set(b->state, value_index(b, name), micro, b->now_ns);
}

#endif
