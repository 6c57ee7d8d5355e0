/*
 * The rig's side of a test with GPIO edges: edges.c makes them and is told of
 * those that come back, edges_trace.c sees them in the kernel, edges_echo.c
 * answers them with libgpiod alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_RIG_EDGES_H
#define BENCHWIRE_TESTS_RIG_EDGES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/edge_walk.h"

#define EDGES_LINES EDGE_WALK_LINES
#define EDGES_MAX   1000000 /* in one run */

/**
 * struct edges_chip - a chip of gpio-sim, and lines of it
 * @folder: of its lines in sysfs, .../gpio-sim.N/gpiochipM
 * @device: /dev/gpiochipM
 * @base: number that the kernel's trace gives its first line
 * @inputs: offsets of the lines whose other side we drive
 * @outputs: of those that answer
 */
struct edges_chip {
    const char *folder;
    char device[64];
    unsigned base;
    unsigned inputs[EDGES_LINES];
    unsigned outputs[EDGES_LINES];
};

/* CLOCK_MONOTONIC */
uint64_t edges_now_ns(void);

/* The level that a line of gpio-sim has. */
int edges_level(const struct edges_chip *chip, unsigned offset);

/* Prints why, and ends the program. */
_Noreturn void edges_die(const char *what);

/* A file to read or write, or the end of the program. */
FILE *edges_open(const char *path, const char *mode);

/* --- edges_trace.c --------------------------------------------------------- */

/**
 * edges_trace_open: have the kernel trace what is set on @chip's lines
 * Returns: a stream of its own ring buffer, of which edges_trace_next() reads.
 */
FILE *edges_trace_open(const struct edges_chip *chip);

/**
 * edges_trace_next: wait for the next level that is set on an output
 * @offset: of the line
 * @time_ns: CLOCK_MONOTONIC, in steps of 1 us
 * Returns: false when the trace ends.
 */
bool edges_trace_next(FILE *trace, const struct edges_chip *chip,
                      unsigned *offset, int *level, uint64_t *time_ns);

/* Events that the ring buffer had no room for. */
unsigned long edges_trace_lost(void);

/* --- edges_echo.c ---------------------------------------------------------- */

/* Answer each edge of an input with one of its output, until SIGTERM; the
 * times at which the edges were read go to @times, if any. */
int edges_echo(const struct edges_chip *chip, FILE *times);

#endif
