/*
 * A walk over the registers of a part: reset values, writable bits, and
 * nothing where there is no register.
 *
 * Included by the tests of parts with byte registers; after part_bus.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_REGISTER_WALK_H
#define BENCHWIRE_TESTS_UNIT_REGISTER_WALK_H

#include "part_bus.h"

/**
 * struct register_row - a register as the data sheet has it
 * @mask: the bits that keep what is written
 * @avoid: bits that start something, left out by the walk
 */
struct register_row {
    uint8_t reg;
    uint8_t reset;
    uint8_t mask;
    uint8_t avoid;
};

static inline const struct register_row *
find_row(const struct register_row *rows, size_t n, uint8_t reg)
{
    for (size_t i = 0; i < n; i++) {
        if (rows[i].reg == reg) {
            return &rows[i];
        }
    }
    return NULL;
}

/* Registers 0 to @last; those without a row are reserved and read 0. */
static inline void walk_registers(struct part_bus *b,
                                  const struct register_row *rows, size_t n,
                                  uint8_t last)
{
    for (unsigned reg = 0; reg <= last; reg++) {
        const struct register_row *row = find_row(rows, n, reg);

        assert_int_equal(bus_read_byte(b, reg), row ? row->reset : 0);
    }
    for (unsigned reg = 0; reg <= last; reg++) {
        const struct register_row *row = find_row(rows, n, reg);
        uint8_t reset = row ? row->reset : 0;
        uint8_t mask = row ? row->mask : 0;
        uint8_t ones = row ? (uint8_t)~row->avoid : 0xff;

        BUS_WRITE(b, (uint8_t)reg, ones);
        assert_int_equal(bus_read_byte(b, reg),
                         (reset & ~mask) | (ones & mask));
        BUS_WRITE(b, (uint8_t)reg, 0x00);
        assert_int_equal(bus_read_byte(b, reg), reset & ~mask);
        BUS_WRITE(b, (uint8_t)reg, reset);
    }
}

#endif
