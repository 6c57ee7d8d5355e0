/*
 * An I2C bus made of part models; see part_bus.h.
 *
 * Bytes read come from the first part that listens.  Two that listen to a read
 * do so at the SMBus alert response, where each sends its own address: the
 * lowest one is what wired-AND leaves, and the others see that they have lost.
 *
 * Not modelled: two parts that answer one address and send different bytes
 * (part.h asks the first only), the device ID address 0x7c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "part_bus.h"

#define TEN_BIT_MASK 0x7c
#define HIGH_BITS    0x03
/* What a part hears as the address of somebody else: it is no part's own. */
#define NOBODY BW_PART_BUS_TEN_BIT

static bool begins_ten_bit(uint8_t addr7)
{
    return (addr7 & TEN_BIT_MASK) == BW_PART_BUS_TEN_BIT;
}

static bool offer(struct bw_part_seat *seat, uint8_t addr7, bool is_read,
                  uint64_t now_ns)
{
    seat->listens = seat->model->start(seat->state, addr7, is_read, now_ns);
    return seat->listens;
}

/* The address byte, for a part with a 10-bit address. */
static bool start_ten_bit(struct bw_part_seat *seat, uint8_t addr7,
                          bool is_read, uint64_t now_ns)
{
    bool mine = begins_ten_bit(addr7) && (addr7 & HIGH_BITS) == seat->addr >> 8;

    seat->half = mine && !is_read;
    if (mine && is_read && seat->addressed) {
        return offer(seat, seat->addr7, true, now_ns);
    }
    seat->addressed = false;
    if (addr7 == BW_PART_ADDR_GENERAL_CALL) {
        return offer(seat, addr7, is_read, now_ns);
    }
    offer(seat, NOBODY, is_read, now_ns);
    seat->listens = false;
    return seat->half;
}

/* The second address byte. */
static bool write_address(struct bw_part_seat *seat, uint8_t byte,
                          uint64_t now_ns)
{
    seat->half = false;
    seat->addressed = byte == (seat->addr & 0xff);
    return seat->addressed && offer(seat, seat->addr7, false, now_ns);
}

bool bw_part_bus_start(struct bw_part_bus *b, uint8_t addr7, bool is_read,
                       uint64_t now_ns)
{
    bool acked = false;
    size_t i;

    for (i = 0; i < b->count; i++) {
        struct bw_part_seat *seat = &b->seats[i];

        if (seat->ten_bit) {
            acked |= start_ten_bit(seat, addr7, is_read, now_ns);
        } else {
            acked |= offer(seat, addr7, is_read, now_ns);
        }
    }
    return acked;
}

bool bw_part_bus_write(struct bw_part_bus *b, uint8_t byte, uint64_t now_ns)
{
    bool acked = false;
    size_t i;

    for (i = 0; i < b->count; i++) {
        struct bw_part_seat *seat = &b->seats[i];

        if (seat->half) {
            acked |= write_address(seat, byte, now_ns);
        } else if (seat->listens) {
            acked |= seat->model->write(seat->state, byte, now_ns);
        }
    }
    return acked;
}

uint8_t bw_part_bus_read(struct bw_part_bus *b, uint64_t now_ns)
{
    size_t i;

    for (i = 0; i < b->count; i++) {
        struct bw_part_seat *seat = &b->seats[i];

        if (seat->listens) {
            return seat->model->read(seat->state, now_ns);
        }
    }
    return 0xff;
}

void bw_part_bus_stop(struct bw_part_bus *b, uint64_t now_ns)
{
    size_t i;

    for (i = 0; i < b->count; i++) {
        struct bw_part_seat *seat = &b->seats[i];

        seat->model->stop(seat->state, now_ns);
        seat->listens = false;
        seat->half = false;
        seat->addressed = false;
    }
}

uint64_t bw_part_bus_holds_scl(struct bw_part_bus *b, uint64_t now_ns)
{
    uint64_t until_ns = now_ns;
    size_t i;

    for (i = 0; i < b->count; i++) {
        struct bw_part_seat *seat = &b->seats[i];

        if (seat->model->holds_scl) {
            uint64_t part_ns = seat->model->holds_scl(seat->state, now_ns);

            until_ns = part_ns > until_ns ? part_ns : until_ns;
        }
    }
    return until_ns;
}
