/*
 * SCL and SDA of a simulated bus; see sim_wires.h.
 *
 * A part is asked when the last bit of a byte falls, as on a real bus, and its
 * answer is put on SDA when it does not hold SCL any more.
 *
 * Not modelled: rise times, capacitance, parts that hold SCL between the bits
 * of a byte.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/sim_wires.h"

#define READ_BIT  0x01
#define SET_UP_NS 250 /* of data, UM10204 rev. 7, table 10 */

static struct bw_sim_wires *wires_of(struct bw_i2c_lines *l)
{
    return (struct bw_sim_wires *)l;
}

/* The parts do what the master's newest edge asks of them. */
static void ask_parts(struct bw_sim_wires *w, enum bw_i2c_bits_ask ask)
{
    uint8_t byte = w->bits.byte;

    switch (ask) {
    case BW_I2C_BITS_ADDRESS:
        w->ack =
            bw_part_bus_start(w->bus, byte >> 1, byte & READ_BIT, w->now_ns);
        break;
    case BW_I2C_BITS_SEND:
        w->ack = bw_part_bus_write(w->bus, byte, w->now_ns);
        break;
    case BW_I2C_BITS_RECV:
        w->byte = bw_part_bus_read(w->bus, w->now_ns);
        break;
    case BW_I2C_BITS_STOP:
    case BW_I2C_BITS_ABORT:
        bw_part_bus_stop(w->bus, w->now_ns);
        break;
    default:
        break;
    }
}

static bool is_high(const struct bw_sim_wires *w, enum bw_line line)
{
    bool parts = line == BW_SCL ? w->bits.scl_low : w->bits.sda_low;

    return !w->master[line] && !w->others[line] && !parts;
}

/* The time until which a part holds SCL; with it, an answer waits. */
static uint64_t held_until(struct bw_sim_wires *w)
{
    return bw_part_bus_holds_scl(w->bus, w->now_ns);
}

/* The lines have new levels. */
static void settle(struct bw_sim_wires *w, bool scl, bool sda)
{
    bool both = scl != w->level[BW_SCL] && sda != w->level[BW_SDA];
    bool set_up = both && scl;

    if (both) {
        if (scl) {
            scl = false; /* SDA is set up before SCL rises */
        } else {
            sda = !sda; /* and changes after it has fallen */
        }
    }
    w->level[BW_SCL] = scl;
    w->level[BW_SDA] = sda;
    if (w->changed) {
        w->changed(w->opaque, scl, sda);
    }
    ask_parts(w, bw_i2c_bits_lines(&w->bits, scl, sda));
    w->now_ns += set_up ? SET_UP_NS : 0;
}

void bw_sim_wires_update(struct bw_sim_wires *w)
{
    for (;;) {
        bool scl = is_high(w, BW_SCL);
        bool sda = is_high(w, BW_SDA);

        if (scl != w->level[BW_SCL] || sda != w->level[BW_SDA]) {
            settle(w, scl, sda);
        } else if (w->bits.waiting && held_until(w) <= w->now_ns) {
            bw_i2c_bits_answer(&w->bits, w->ack, w->byte);
        } else {
            return;
        }
    }
}

static bool wires_drive(struct bw_i2c_lines *l, enum bw_line line, bool low)
{
    struct bw_sim_wires *w = wires_of(l);

    w->master[line] = low;
    bw_sim_wires_update(w);
    return true;
}

static int wires_level(struct bw_i2c_lines *l, enum bw_line line)
{
    struct bw_sim_wires *w = wires_of(l);

    bw_sim_wires_update(w);
    return w->level[line];
}

static int wires_wait_high(struct bw_i2c_lines *l, uint64_t deadline_ns)
{
    struct bw_sim_wires *w = wires_of(l);

    for (;;) {
        uint64_t until_ns = deadline_ns;

        bw_sim_wires_update(w);
        if (w->level[BW_SCL]) {
            return 1;
        }
        if (w->now_ns >= deadline_ns) {
            return 0;
        }
        if (w->bits.waiting && held_until(w) < until_ns) {
            until_ns = held_until(w);
        }
        w->now_ns = w->wait ? w->wait(w->opaque, until_ns) : until_ns;
    }
}

static void wires_wait_until(struct bw_i2c_lines *l, uint64_t ns)
{
    struct bw_sim_wires *w = wires_of(l);

    if (w->now_ns < ns) {
        w->now_ns = ns;
    }
}

static uint64_t wires_now_ns(struct bw_i2c_lines *l)
{
    return wires_of(l)->now_ns;
}

void bw_sim_wires_init(struct bw_sim_wires *w, struct bw_part_bus *bus)
{
    static const struct bw_i2c_lines_ops ops = {
        .drive = wires_drive,
        .level = wires_level,
        .wait_high = wires_wait_high,
        .wait_until = wires_wait_until,
        .now_ns = wires_now_ns,
    };

    *w = (struct bw_sim_wires){
        .lines = { &ops },
        .bus = bus,
        .level = { true, true },
    };
    bw_i2c_bits_reset(&w->bits, true, true);
}
