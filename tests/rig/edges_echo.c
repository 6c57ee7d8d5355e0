/*
 * The edges' echo with libgpiod alone: what a program on the same machine
 * takes, to compare the way over agent, network and firmware with.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>

#include "tests/rig/edges.h"

#ifdef BW_HAVE_GPIOD
#include <gpiod.h>

#define EVENTS 64 /* read at once */

static void add(struct gpiod_line_config *config, const unsigned *offsets,
                struct gpiod_line_settings *settings)
{
    if (!settings || gpiod_line_config_add_line_settings(
                         config, offsets, EDGES_LINES, settings) < 0) {
        edges_die("line settings");
    }
    gpiod_line_settings_free(settings);
}

static struct gpiod_line_request *request_lines(const struct edges_chip *c)
{
    struct gpiod_chip *chip = gpiod_chip_open(c->device);
    struct gpiod_line_config *config = gpiod_line_config_new();
    struct gpiod_line_settings *in = gpiod_line_settings_new();
    struct gpiod_line_settings *out = gpiod_line_settings_new();
    struct gpiod_line_request *request;

    if (!chip || !config || !in || !out) {
        edges_die(c->device);
    }
    gpiod_line_settings_set_direction(in, GPIOD_LINE_DIRECTION_INPUT);
    gpiod_line_settings_set_edge_detection(in, GPIOD_LINE_EDGE_BOTH);
    gpiod_line_settings_set_direction(out, GPIOD_LINE_DIRECTION_OUTPUT);
    add(config, c->inputs, in);
    add(config, c->outputs, out);
    request = gpiod_chip_request_lines(chip, NULL, config);
    if (!request) {
        edges_die(c->device);
    }
    gpiod_line_config_free(config);
    gpiod_chip_close(chip);
    return request;
}

static unsigned line_of(const struct edges_chip *chip, unsigned offset)
{
    for (unsigned i = 0; i < EDGES_LINES; i++) {
        if (chip->inputs[i] == offset) {
            return i;
        }
    }
    edges_die("an edge on a line that was not asked for");
}

static void answer(const struct edges_chip *chip,
                   struct gpiod_line_request *request,
                   struct gpiod_edge_event *event,
                   enum gpiod_line_value *levels, FILE *times)
{
    uint64_t now_ns = edges_now_ns();
    unsigned line = line_of(chip, gpiod_edge_event_get_line_offset(event));

    levels[line] = levels[line] == GPIOD_LINE_VALUE_ACTIVE
                       ? GPIOD_LINE_VALUE_INACTIVE
                       : GPIOD_LINE_VALUE_ACTIVE;
    if (gpiod_line_request_set_value(request, chip->outputs[line],
                                     levels[line]) < 0) {
        edges_die("setting a line");
    }
    if (times) {
        fprintf(times, "%lu %llu\n", gpiod_edge_event_get_global_seqno(event),
                (unsigned long long)now_ns);
    }
}

int edges_echo(const struct edges_chip *chip, FILE *times)
{
    enum gpiod_line_value levels[EDGES_LINES] = { GPIOD_LINE_VALUE_INACTIVE };
    struct gpiod_line_request *request = request_lines(chip);
    struct gpiod_edge_event_buffer *buffer =
        gpiod_edge_event_buffer_new(EVENTS);
    int n, i;

    if (!buffer) {
        edges_die("memory for events");
    }
    puts("edges: echo");
    fflush(stdout);
    for (;;) {
        n = gpiod_line_request_read_edge_events(request, buffer, EVENTS);
        if (n < 0 && errno != EINTR) {
            edges_die("reading edges");
        }
        for (i = 0; i < n; i++) {
            answer(chip, request,
                   gpiod_edge_event_buffer_get_event(buffer, (unsigned long)i),
                   levels, times);
        }
    }
}

#else

int edges_echo(const struct edges_chip *chip, FILE *times)
{
    (void)chip;
    (void)times;
    errno = ENOSYS;
    edges_die("built without libgpiod 2");
}

#endif
