/*
 * The GPIO service: what the owner allows of each line, and what is always
 * true of it: a safe state when nobody has the export, no conflict that is
 * fought out.
 *
 * Between handlers_gpio.c, which knows frames, and a backend (gpio_lines.h),
 * which knows a chip.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SERVICE_GPIO_H
#define BENCHWIRE_HOST_AGENT_SERVICE_GPIO_H

#include <stddef.h>
#include <stdint.h>

#include "host-agent/bench.h"
#include "host-agent/gpio_lines.h"
#include "lib/wire_gpio.h"

/* An output that is measured at the other level for so long has somebody
 * against it; a driver brings 100 nF there in a tenth of that. */
#define BW_GPIO_CONFLICT_US 200

/**
 * struct bw_gpio_owner - what the bench file says of a line
 * @funcs: enum bw_gpio_func that are allowed
 * @bias: enum bw_gpio_bias for clients that want none, or, without
 *        BW_GPIO_FUNC_BIAS, for all
 * @debounce_us: the least there is on an input
 * @safe: while no session has the export
 */
struct bw_gpio_owner {
    char name[BW_WIRE_MAX_NAME + 1];
    uint32_t funcs;
    uint8_t bias;
    uint32_t debounce_us;
    struct bw_gpio_setting safe;
};

/**
 * bw_service_gpio_attach: make an export of lines
 * @e: of kind BW_EXPORT_GPIO; its @own and @close are taken
 * @lines: taken over, also on failure; used as @owners' safe states say
 * @owners: one for each line
 *
 * Returns: whether there was memory.
 */
bool bw_service_gpio_attach(struct bw_export *e, struct bw_gpio_lines *lines,
                            const struct bw_gpio_owner *owners);

/* enum bw_gpio_func of the chip behind the export. */
uint32_t bw_service_gpio_funcs(const struct bw_export *e);

/* Readable when bw_service_gpio_events() should be called, or -1. */
int bw_service_gpio_fd(const struct bw_export *e);

/* All lines, as the body of a GPIO_LINES reply. */
enum bw_status bw_service_gpio_lines(struct bw_export *e, struct bw_writer *w);

/**
 * bw_service_gpio_config, _set, _get: as the protocol says
 * @state: receives the state afterwards, with success
 * @why: @size bytes, receives one sentence for a failure, or ""
 */
enum bw_status bw_service_gpio_config(struct bw_export *e,
                                      const struct bw_wire_gpio_config *m,
                                      struct bw_gpio_state *state, char *why,
                                      size_t size);
enum bw_status bw_service_gpio_set(struct bw_export *e,
                                   const struct bw_wire_gpio_set *m,
                                   struct bw_gpio_state *state, char *why,
                                   size_t size);
enum bw_status bw_service_gpio_get(struct bw_export *e,
                                   struct bw_gpio_state *state);

/**
 * bw_service_gpio_events: what has happened
 *
 * Returns: BW_OK, also with nothing new: then @m->count and @m->lost are 0 and
 * the state has the conflicts it had.
 */
enum bw_status bw_service_gpio_events(struct bw_export *e,
                                      struct bw_wire_gpio_events *m);

/* The lease has ended: all lines into their safe states. */
void bw_service_gpio_release(struct bw_export *e);

#endif
