/*
 * GPIO lines as the wire, the agent and QEMU know them: numbers and structs.
 *
 * The names and meanings are those of the kernel's GPIO character device (v2)
 * and of libgpiod 2: a line is "active" when its level is high; nothing here
 * inverts.  Lines of an export are counted from 0 in the order of the bench
 * file, and a set of them is a mask of 64 bits, line n in bit n.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_GPIO_H
#define BENCHWIRE_LIB_GPIO_H

#include <stdbool.h>
#include <stdint.h>

#define BW_GPIO_MAX_LINES       64  /* in an export */
#define BW_GPIO_MAX_SETS        256 /* in one GPIO_SET */
#define BW_GPIO_MAX_EVENTS      256 /* in one GPIO_EVENTS */
#define BW_GPIO_MAX_DEBOUNCE_US 1000000u

/* OPEN reply and LIST entry of a GPIO export: what its chip can do; and of a
 * line, what the owner of the bench allows. */
enum bw_gpio_func {
    BW_GPIO_FUNC_IN = 1u << 0,
    BW_GPIO_FUNC_OUT = 1u << 1,
    BW_GPIO_FUNC_SIMULATED = 1u << 3, /* as BW_I2C_FUNC_SIMULATED */
    BW_GPIO_FUNC_BIAS = 1u << 4,
    BW_GPIO_FUNC_EDGES = 1u << 5,
    BW_GPIO_FUNC_DEBOUNCE = 1u << 6,
    BW_GPIO_FUNC_PUSH_PULL = 1u << 7, /* lines: may be driven both ways */
    BW_GPIO_FUNC_OPEN_DRAIN = 1u << 8,
    BW_GPIO_FUNC_OPEN_SOURCE = 1u << 9
};

enum bw_gpio_direction {
    BW_GPIO_IN,
    BW_GPIO_OUT
};

enum bw_gpio_drive {
    BW_GPIO_PUSH_PULL,
    BW_GPIO_OPEN_DRAIN,  /* high: let go */
    BW_GPIO_OPEN_SOURCE, /* low: let go */
    BW_GPIO_DRIVE_COUNT
};

enum bw_gpio_bias {
    BW_GPIO_BIAS_AS_IS, /* what the line has */
    BW_GPIO_BIAS_DISABLED,
    BW_GPIO_BIAS_PULL_UP,
    BW_GPIO_BIAS_PULL_DOWN,
    BW_GPIO_BIAS_COUNT
};

enum bw_gpio_edge {
    BW_GPIO_RISING = 1u << 0,
    BW_GPIO_FALLING = 1u << 1
};

/**
 * struct bw_gpio_setting - how a line is used
 *
 * What does not apply to the direction is 0.
 *
 * @direction: enum bw_gpio_direction
 * @drive: enum bw_gpio_drive; of outputs
 * @bias: enum bw_gpio_bias
 * @edges: enum bw_gpio_edge, those that are told; of inputs
 * @value: level of an output from then on, 0 or 1
 * @debounce_us: level changes shorter than this are none; of inputs
 */
struct bw_gpio_setting {
    uint8_t direction;
    uint8_t drive;
    uint8_t bias;
    uint8_t edges;
    uint8_t value;
    uint32_t debounce_us;
};

/**
 * struct bw_gpio_event - one edge
 * @time_ns: when the kernel saw it, CLOCK_MONOTONIC of the agent's machine
 * @seq: number of the edge on its line, from 1 when the export is opened; a
 *       gap tells of edges that were lost
 * @line: number in the export
 * @edge: BW_GPIO_RISING or BW_GPIO_FALLING
 */
struct bw_gpio_event {
    uint64_t time_ns;
    uint32_t seq;
    uint16_t line;
    uint8_t edge;
};

/**
 * struct bw_gpio_state - all lines of an export at one time
 * @levels: level of each, as measured where the chip can
 * @outputs: lines that are driven from the agent's side
 * @conflicts: lines that were let go because something else drives them the
 *             other way, until they are configured again
 */
struct bw_gpio_state {
    uint64_t levels;
    uint64_t outputs;
    uint64_t conflicts;
};

/* The lowest @count lines, up to BW_GPIO_MAX_LINES, as a mask. */
uint64_t bw_gpio_lines_mask(unsigned count);

/* Are all numbers in range, and is 0 what does not apply? */
bool bw_gpio_setting_ok(const struct bw_gpio_setting *s);

/**
 * bw_gpio_setting_drives: does an output with this setting drive its line?
 *
 * Returns: false for an input, and for an open drain or source that is let go.
 */
bool bw_gpio_setting_drives(const struct bw_gpio_setting *s);

/* "push-pull", "pull-up" and so on, as bench files and tools write them.
 * "unknown" out of range. */
const char *bw_gpio_drive_name(unsigned drive);
const char *bw_gpio_bias_name(unsigned bias);

/* Returns: the number, or BW_GPIO_DRIVE_COUNT, BW_GPIO_BIAS_COUNT. */
unsigned bw_gpio_drive_find(const char *name);
unsigned bw_gpio_bias_find(const char *name);

#endif
