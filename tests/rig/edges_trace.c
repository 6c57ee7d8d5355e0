/*
 * What is set on the lines of a GPIO chip, as the kernel's own trace has it.
 *
 * An output of gpio-sim makes no edge events that a program could wait for;
 * the tracepoint gpio:gpio_value tells of every level that a driver was asked
 * to set, with its time.  The trace has a ring buffer of its own (an "instance",
 * Documentation/trace/ftrace.rst), so that other traces are not disturbed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "tests/rig/edges.h"

#define TRACING  "/sys/kernel/tracing"
#define INSTANCE TRACING "/instances/edges"

static void put(const char *name, const char *text)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), INSTANCE "/%s", name);
    file = edges_open(path, "w");
    if (fputs(text, file) < 0 || fclose(file) != 0) {
        edges_die(path);
    }
}

FILE *edges_trace_open(const struct edges_chip *chip)
{
    char filter[128];

    if (mount("tracefs", TRACING, "tracefs", 0, NULL) < 0 && errno != EBUSY) {
        edges_die(TRACING);
    }
    if (mkdir(INSTANCE, 0700) < 0 && errno != EEXIST) {
        edges_die(INSTANCE);
    }
    put("tracing_on", "0");
    put("trace", "");
    put("trace_clock", "mono");
    put("buffer_size_kb", "8192");
    put("buffer_percent", "0"); /* whoever reads is woken by each event */
    snprintf(filter, sizeof(filter), "get==0 && gpio>=%u && gpio<%u",
             chip->base, chip->base + 64);
    put("events/gpio/gpio_value/filter", filter);
    put("events/gpio/gpio_value/enable", "1");
    put("tracing_on", "1");
    return edges_open(INSTANCE "/trace_pipe", "r");
}

/* "  benchwired-91  [000] d..1.  12.345678: gpio_value: 1008 set 1" */
static bool parse(const char *line, unsigned *gpio, int *level,
                  uint64_t *time_ns)
{
    const char *event = strstr(line, ": gpio_value: ");
    const char *start = event;
    unsigned long long s, us;

    if (!event) {
        return false;
    }
    while (start > line && start[-1] != ' ') {
        start--;
    }
    if (sscanf(start, "%llu.%6llu", &s, &us) != 2 ||
        sscanf(event, ": gpio_value: %u set %d", gpio, level) != 2) {
        return false;
    }
    *time_ns = s * 1000000000u + us * 1000u;
    return true;
}

bool edges_trace_next(FILE *trace, const struct edges_chip *chip,
                      unsigned *offset, int *level, uint64_t *time_ns)
{
    char line[256];
    unsigned gpio;

    while (fgets(line, sizeof(line), trace)) {
        if (parse(line, &gpio, level, time_ns) && gpio >= chip->base) {
            *offset = gpio - chip->base;
            return true;
        }
    }
    return false;
}

unsigned long edges_trace_lost(void)
{
    FILE *stats = edges_open(INSTANCE "/per_cpu/cpu0/stats", "r");
    unsigned long lost = 0, n;
    char line[128];

    while (fgets(line, sizeof(line), stats)) {
        if (sscanf(line, "overrun: %lu", &n) == 1 ||
            sscanf(line, "dropped events: %lu", &n) == 1) {
            lost += n;
        }
    }
    fclose(stats);
    return lost;
}
