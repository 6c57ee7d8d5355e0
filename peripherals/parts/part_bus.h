/*
 * An I2C bus made of part models: what the wires between them do.
 *
 * It offers each START to every part and joins their answers as part.h says,
 * wired-AND: one 0 on SDA wins.  A part may sit on a 10-bit address: then this
 * file decodes its two address bytes (NXP UM10204 rev. 7, section 3.1.11) and
 * the part itself sees the 7-bit address it was made with.  It is asked for
 * the general call too, but for no other reserved address.
 *
 * Pure: no clock, no memory of its own.  Used by host-agent/backend_sim.c, by
 * the simulated wires of exact mode and by the tests.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PERIPHERALS_PARTS_PART_BUS_H
#define BENCHWIRE_PERIPHERALS_PARTS_PART_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "part.h"

/**
 * struct bw_part_seat - a part's place on the bus
 * @addr: 7 bits, or 10 with @ten_bit
 * @addr7: the address that @model was reset with; @addr unless @ten_bit
 * @listens, @half, @addressed: private: takes part since the newest START; its
 *                  first address byte of two was its own; both were, since the
 *                  last STOP or another part's address
 */
struct bw_part_seat {
    const struct bw_part_model *model;
    void *state; /* model->state_size bytes */
    uint16_t addr;
    uint8_t addr7;
    bool ten_bit;
    bool listens;
    bool half;
    bool addressed;
};

/* @seats in ascending order of @addr, those of 10 bits last */
struct bw_part_bus {
    struct bw_part_seat *seats;
    size_t count;
};

/* The address bits of the first byte of a 10-bit address. */
#define BW_PART_BUS_TEN_BIT 0x78 /* to 0x7b, with bits 8 and 9 of it */

/* START and the seven address bits as they are on the wire.  Returns whether
 * somebody acknowledged. */
bool bw_part_bus_start(struct bw_part_bus *b, uint8_t addr7, bool is_read,
                       uint64_t now_ns);

/* A byte from the master.  Returns whether somebody acknowledged. */
bool bw_part_bus_write(struct bw_part_bus *b, uint8_t byte, uint64_t now_ns);

/* A byte to the master; 0xff if nobody drives SDA. */
uint8_t bw_part_bus_read(struct bw_part_bus *b, uint64_t now_ns);

void bw_part_bus_stop(struct bw_part_bus *b, uint64_t now_ns);

/* The time until which some part holds SCL low; see part.h, holds_scl. */
uint64_t bw_part_bus_holds_scl(struct bw_part_bus *b, uint64_t now_ns);

#endif
