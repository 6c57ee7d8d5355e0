/*
 * The benchwire protocol: bodies of GPIO_*; see wire.h.
 *
 * Source: docs/protocol.md, "GPIO", which is normative.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_WIRE_GPIO_H
#define BENCHWIRE_LIB_WIRE_GPIO_H

#include "cursor.h"
#include "gpio.h"
#include "status.h"
#include "wire.h"

/**
 * struct bw_wire_gpio_line - one entry of a GPIO_LINES reply
 * @funcs: enum bw_gpio_func, what the owner allows
 * @now: how it is used now
 * @level: of the line, 0 or 1
 * @name: in the bench file, by which clients name it
 */
struct bw_wire_gpio_line {
    uint32_t funcs;
    struct bw_gpio_setting now;
    uint8_t level;
    char name[BW_WIRE_MAX_NAME + 1];
};

/* GPIO_CONFIG request: lines that are not in it stay as they are; all of it
 * happens or nothing. */
struct bw_wire_gpio_config {
    uint16_t count; /* 1 to BW_GPIO_MAX_LINES */
    struct {
        uint16_t line;
        struct bw_gpio_setting setting;
    } lines[BW_GPIO_MAX_LINES];
};

/* GPIO_SET request: done one after the other, so that a pulse is a pulse. */
struct bw_wire_gpio_set {
    uint16_t count; /* 1 to BW_GPIO_MAX_SETS */
    struct {
        uint64_t mask; /* lines, all of them outputs */
        uint64_t values;
    } sets[BW_GPIO_MAX_SETS];
};

/**
 * struct bw_wire_gpio_events - GPIO_EVENTS, a notice
 * @lost: edges that were lost since the notice before
 * @state: after the last one
 */
struct bw_wire_gpio_events {
    uint32_t lost;
    struct bw_gpio_state state;
    uint16_t count; /* 0 to BW_GPIO_MAX_EVENTS */
    struct bw_gpio_event events[BW_GPIO_MAX_EVENTS];
};

void bw_wire_put_gpio_line(struct bw_writer *w,
                           const struct bw_wire_gpio_line *m);
/* One entry; call until bw_reader_left() is 0. */
enum bw_status bw_wire_get_gpio_line(struct bw_reader *r,
                                     struct bw_wire_gpio_line *m);
void bw_wire_put_gpio_config(struct bw_writer *w,
                             const struct bw_wire_gpio_config *m);
/* Also BW_INVALID for a number out of range, BW_TOO_LONG for too many. */
enum bw_status bw_wire_get_gpio_config(struct bw_reader *r,
                                       struct bw_wire_gpio_config *m);
void bw_wire_put_gpio_set(struct bw_writer *w,
                          const struct bw_wire_gpio_set *m);
enum bw_status bw_wire_get_gpio_set(struct bw_reader *r,
                                    struct bw_wire_gpio_set *m);
void bw_wire_put_gpio_state(struct bw_writer *w, const struct bw_gpio_state *m);
enum bw_status bw_wire_get_gpio_state(struct bw_reader *r,
                                      struct bw_gpio_state *m);
void bw_wire_put_gpio_events(struct bw_writer *w,
                             const struct bw_wire_gpio_events *m);
enum bw_status bw_wire_get_gpio_events(struct bw_reader *r,
                                       struct bw_wire_gpio_events *m);

#endif
