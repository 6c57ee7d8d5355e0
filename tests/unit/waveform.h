/*
 * SCL and SDA as an oscilloscope has them, and the rules they must keep.
 *
 * A test feeds levels with their times; waveform_text() is what a logic
 * analyser would print, waveform_check() looks at each edge.  Source: NXP
 * UM10204 rev. 7, 3.1.3 (SDA is stable while SCL is high), 3.1.4, table 10.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_WAVEFORM_H
#define BENCHWIRE_TESTS_UNIT_WAVEFORM_H

#include "unit_test.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define WAVEFORM_EDGES 4096

struct waveform_edge {
    uint64_t ns;
    bool scl;
    bool sda;
};

struct waveform {
    struct waveform_edge edges[WAVEFORM_EDGES]; /* the first: idle */
    size_t count;
    char text[512];
};

/* Minima in ns, table 10. */
struct waveform_limits {
    uint32_t scl_hz;
    uint64_t low, high;
    uint64_t hold_start, set_up_start, set_up_stop, free;
    uint64_t set_up_data;
};

static const struct waveform_limits waveform_limits[] = {
    { 100000, 4700, 4000, 4000, 4700, 4000, 4700, 250 },
    { 400000, 1300, 600, 600, 600, 600, 1300, 100 },
    { 1000000, 500, 260, 260, 260, 260, 500, 50 },
};

static void waveform_clear(struct waveform *w)
{
    w->edges[0] = (struct waveform_edge){ 0, true, true };
    w->count = 1;
}

static void waveform_add(struct waveform *w, uint64_t ns, bool scl, bool sda)
{
    assert_true(w->count < WAVEFORM_EDGES);
    w->edges[w->count++] = (struct waveform_edge){ ns, scl, sda };
}

/* "S 80 a 01 n P": START, bytes in hex with their ACK bit, STOP.  A byte that
 * START or STOP cuts off is printed as its bits, "101". */
static const char *waveform_text(struct waveform *w)
{
    char bits[10] = "";
    size_t len = 0;
    unsigned byte = 0;

    w->text[0] = '\0';
#define PRINT(...) \
    (len += (size_t)snprintf(w->text + len, sizeof(w->text) - len, __VA_ARGS__))
    for (size_t i = 1; i < w->count; i++) {
        const struct waveform_edge *was = &w->edges[i - 1];
        const struct waveform_edge *is = &w->edges[i];
        size_t n = strlen(bits);

        if (was->scl && is->scl && was->sda != is->sda) {
            if (n > 1) {
                bits[n - 1] = '\0'; /* SCL rose for the condition itself */
                PRINT("%s ", bits);
            }
            bits[0] = '\0';
            PRINT(is->sda ? "P " : "S ");
        } else if (!was->scl && is->scl && n < 8) {
            byte = byte << 1 | is->sda;
            bits[n] = is->sda ? '1' : '0';
            bits[n + 1] = '\0';
        } else if (!was->scl && is->scl) {
            PRINT("%02x %s ", byte & 0xff, is->sda ? "n" : "a");
            bits[0] = '\0';
        }
    }
#undef PRINT
    if (len > 0) {
        w->text[len - 1] = '\0';
    }
    return w->text;
}

/* Each edge against the rules and the minima. */
static void waveform_check(const struct waveform *w,
                           const struct waveform_limits *l)
{
    uint64_t rise = 0, fall = 0, start = 0, stop = 0, sda = 0;
    bool in_start = false;

    for (size_t i = 1; i < w->count; i++) {
        const struct waveform_edge *was = &w->edges[i - 1];
        const struct waveform_edge *is = &w->edges[i];

        if (is->scl != was->scl) {
            assert_true(is->sda == was->sda); /* one line at a time */
            if (is->scl) {
                assert_true(is->ns - fall >= l->low);
                assert_true(is->ns - sda >= l->set_up_data);
                rise = is->ns;
            } else {
                assert_true(is->ns - rise >= l->high);
                assert_true(!in_start || is->ns - start >= l->hold_start);
                assert_true(!rise || is->ns - fall >= 1000000000u / l->scl_hz);
                in_start = false;
                fall = is->ns;
            }
            continue;
        }
        sda = is->ns;
        if (!is->scl) {
            continue;
        }
        if (is->sda) {
            assert_true(is->ns - rise >= l->set_up_stop);
            stop = is->ns;
        } else {
            assert_true(!rise || is->ns - rise >= l->set_up_start);
            assert_true(!stop || is->ns - stop >= l->free);
            start = is->ns;
            in_start = true;
        }
    }
}

#endif
