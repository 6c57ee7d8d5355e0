/*
 * A part for tests of buses: it writes down what the bus does to it, and holds
 * SCL as the test says.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_PROBE_PART_H
#define BENCHWIRE_TESTS_UNIT_PROBE_PART_H

#include "unit_test.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "peripherals/parts/part.h"

/* A part that writes down what the bus does: "S40w", "w12", "r", "P". */
static char journal[512];

/* So long each of them holds SCL after every byte; BW_PART_NEVER. */
static uint64_t probe_stretch_ns;

struct probe_state {
    int64_t value;
    uint64_t free_ns; /* lets go of SCL */
    uint8_t addr7;
    uint8_t next; /* byte to be read */
    bool listens;
};

static void note(const char *format, unsigned value)
{
    size_t len = strlen(journal);

    snprintf(journal + len, sizeof(journal) - len, format, value);
}

static void stretch(struct probe_state *p, uint64_t now_ns)
{
    p->free_ns = probe_stretch_ns == BW_PART_NEVER ? BW_PART_NEVER
                                                   : now_ns + probe_stretch_ns;
}

static void probe_reset(void *state, uint8_t addr7, uint64_t now_ns)
{
    struct probe_state *p = state;

    (void)now_ns;
    p->addr7 = addr7;
    p->value = 1;
    p->next = (uint8_t)(addr7 << 1);
}

static bool probe_start(void *state, uint8_t addr7, bool is_read,
                        uint64_t now_ns)
{
    struct probe_state *p = state;

    p->listens = addr7 == p->addr7 || (addr7 == 0 && !is_read);
    if (p->listens) {
        note(is_read ? "S%02xr " : "S%02xw ", addr7);
        stretch(p, now_ns);
    }
    return p->listens;
}

/* 0xdd is refused. */
static bool probe_write(void *state, uint8_t byte, uint64_t now_ns)
{
    stretch(state, now_ns);
    note("w%02x ", byte);
    return byte != 0xdd;
}

static uint8_t probe_read(void *state, uint64_t now_ns)
{
    struct probe_state *p = state;

    stretch(p, now_ns);
    note("r%02x ", p->next);
    return p->next++;
}

static void probe_stop(void *state, uint64_t now_ns)
{
    struct probe_state *p = state;

    (void)now_ns;
    note(p->listens ? "P%02x " : "", p->addr7);
    p->listens = false;
}

static uint64_t probe_holds_scl(void *state, uint64_t now_ns)
{
    struct probe_state *p = state;

    return p->free_ns > now_ns ? p->free_ns : now_ns;
}

static int64_t probe_get(void *state, size_t index, uint64_t now_ns)
{
    struct probe_state *p = state;

    (void)now_ns;
    return index == 0 ? p->value : 7;
}

static bool probe_set(void *state, size_t index, int64_t micro, uint64_t now_ns)
{
    struct probe_state *p = state;

    (void)now_ns;
    if (index != 0 || micro < 0 || micro > 100) {
        return false;
    }
    p->value = micro;
    return true;
}

static const uint8_t probe_addrs[] = { 0x40, 0x41, 0x42 };
static const struct bw_part_value probe_values[] = {
    { "level", "V", "a level", 0, 100, 1, false },
    { "pin", "", "a pin", 0, 100, 1, true },
};

static const struct bw_part_model probe = {
    .name = "probe",
    .text = "a part for tests",
    .addrs = probe_addrs,
    .addr_count = ARRAY_LEN(probe_addrs),
    .state_size = sizeof(struct probe_state),
    .values = probe_values,
    .value_count = ARRAY_LEN(probe_values),
    .reset = probe_reset,
    .start = probe_start,
    .write = probe_write,
    .read = probe_read,
    .stop = probe_stop,
    .get = probe_get,
    .set = probe_set,
    .holds_scl = probe_holds_scl,
};

#endif
