/*
 * The GPIO lines of the fake agent.
 *
 * Four lines, "a" to "d"; what is on the bench behind them is set by the test:
 * a level that a line has while nobody drives it, and a rival that drives.
 * Frames: docs/protocol.md, "GPIO".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_FAKE_GPIO_H
#define BENCHWIRE_TESTS_QTEST_FAKE_GPIO_H

#include <stdbool.h>
#include <stdint.h>

#include "fake_agent.h"
#include "lib/wire_gpio.h"

#define FAKE_LINES 4

struct fake_gpio *fake_gpio_new(void);
void fake_gpio_free(struct fake_gpio *g);

/* The reply to GPIO_LINES, GPIO_CONFIG, GPIO_SET or GPIO_GET. */
enum bw_status fake_gpio_reply(struct fake_gpio *g, unsigned type,
                               struct bw_reader *r, struct bw_writer *w);

/* What the owner allows; all of it at first. */
void fake_gpio_allow(struct fake_agent *f, unsigned line, uint32_t funcs);

/* The level of a line that nobody drives; no edge is told of. */
void fake_gpio_level(struct fake_agent *f, unsigned line, bool level);

/* Something on the bench drives the line to 0 or 1; -1: no more. */
void fake_gpio_rival(struct fake_agent *f, unsigned line, int level);

/**
 * struct fake_edge - for fake_gpio_edges()
 * @time_us: of the agent's clock
 */
struct fake_edge {
    unsigned line;
    bool level;
    int64_t time_us;
};

/* Tell of edges in one notice; they are numbered by the line. */
void fake_gpio_edges(struct fake_agent *f, const struct fake_edge *edges,
                     unsigned n);

/* So many edges of the line happen and are lost; the next notice says so. */
void fake_gpio_lose(struct fake_agent *f, unsigned line, unsigned n);

/* The level that the line has now. */
bool fake_gpio_is_high(struct fake_agent *f, unsigned line);

/* Levels set with GPIO_SET since the start, and their requests. */
unsigned fake_gpio_sets(struct fake_agent *f);
unsigned fake_gpio_set_requests(struct fake_agent *f);

/**
 * fake_gpio_log: what was asked for since the last call
 *
 * Returns: "a in pull-up|a out 1|a=0|b=1|..."; to be freed with g_free().
 */
char *fake_gpio_log(struct fake_agent *f);

#endif
