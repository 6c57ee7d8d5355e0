/*
 * I2C on two lines of a GPIO chip, bit by bit; see backend_gpio.h.
 *
 * Source: libgpiod 2.x, gpiod.h.  Both lines are requested as open-drain
 * outputs that are let go; the kernel switches a chip that has no open drain
 * to input for that.  Reading a line gives its level, so a part that pulls is
 * seen.  Bits are timed by looking at the clock: a timer of the kernel is some
 * fifty microseconds late, five bits at 100 kHz.  A part that holds SCL for
 * longer is waited for asleep.
 *
 * Not modelled: pull-ups of the chip (a bus has its own), real time: when the
 * kernel runs something else, SCL stays as it is for so long, which I2C
 * allows, but SMBus parts may time out after 25 ms.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/backend_gpio.h"
#include "host-agent/backend_gpio_chip.h"

#include <stdio.h>

#ifdef BW_HAVE_GPIOD

#include <errno.h>
#include <gpiod.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host-agent/clock.h"
#include "host-agent/i2c_bitbang.h"
#include "host-agent/smbus_by_steps.h"
#include "lib/smbus_steps.h"

#define TIMEOUT_MS 1000
#define SPIN_NS    100000u /* longer waits sleep */
#define SLEEP_NS   20000u  /* between two looks at SCL */

struct gpio {
    struct bw_i2c_adapter adapter; /* first: the ops are given its address */
    struct bw_i2c_lines lines;
    struct bw_bitbang master;
    struct bw_i2c_bytes bytes;
    struct gpiod_line_request *request;
    unsigned offset[BW_LINES];
};

static struct gpio *gpio_of(struct bw_i2c_lines *l)
{
    return (struct gpio *)(void *)((char *)l - offsetof(struct gpio, lines));
}

/* --- lines --- */

static bool gpio_drive(struct bw_i2c_lines *l, enum bw_line line, bool low)
{
    struct gpio *g = gpio_of(l);

    return gpiod_line_request_set_value(g->request, g->offset[line],
                                        low ? GPIOD_LINE_VALUE_INACTIVE
                                            : GPIOD_LINE_VALUE_ACTIVE) == 0;
}

static int gpio_level(struct bw_i2c_lines *l, enum bw_line line)
{
    struct gpio *g = gpio_of(l);

    return gpiod_line_request_get_value(g->request, g->offset[line]);
}

static void sleep_until(uint64_t ns)
{
    struct timespec ts = bw_clock_timespec(ns);

    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

static int gpio_wait_high(struct bw_i2c_lines *l, uint64_t deadline_ns)
{
    uint64_t begin_ns = bw_clock_ns();

    for (;;) {
        int level = gpio_level(l, BW_SCL);
        uint64_t now_ns = bw_clock_ns();

        if (level != 0 || now_ns >= deadline_ns) {
            return level;
        }
        if (now_ns - begin_ns > SPIN_NS) {
            sleep_until(now_ns + SLEEP_NS);
        }
    }
}

static void gpio_wait_until(struct bw_i2c_lines *l, uint64_t ns)
{
    (void)l;
    while (bw_clock_ns() < ns) {
    }
}

static uint64_t gpio_now_ns(struct bw_i2c_lines *l)
{
    (void)l;
    return bw_clock_ns();
}

static const struct bw_i2c_lines_ops lines_ops = {
    .drive = gpio_drive,
    .level = gpio_level,
    .wait_high = gpio_wait_high,
    .wait_until = gpio_wait_until,
    .now_ns = gpio_now_ns,
};

/* --- the adapter --- */

static void begin(struct gpio *g)
{
    bw_bitbang_begin(&g->master, bw_clock_after_ms(bw_clock_ns(), TIMEOUT_MS));
}

static enum bw_status gpio_xfer(struct bw_i2c_adapter *a, struct bw_i2c_xfer *x,
                                struct bw_wire_i2c_failure *where)
{
    struct gpio *g = (struct gpio *)a;

    begin(g);
    return bw_i2c_bytes_xfer(&g->bytes, x, where);
}

static enum bw_status gpio_step(struct bw_i2c_adapter *a,
                                struct bw_i2c_step *steps, size_t nsteps,
                                struct bw_i2c_progress *progress)
{
    struct gpio *g = (struct gpio *)a;

    begin(g);
    return bw_i2c_bytes_step(&g->bytes, steps, nsteps, progress);
}

static void gpio_close(struct bw_i2c_adapter *a)
{
    struct gpio *g = (struct gpio *)a;

    gpiod_line_request_release(g->request);
    free(g);
}

static const struct bw_i2c_adapter_ops gpio_ops = {
    .xfer = gpio_xfer,
    .smbus = bw_smbus_by_steps,
    .step = gpio_step,
    .close = gpio_close,
};

/* --- opening --- */

/* Both let go: a bus in use sees nothing of it. */
static struct gpiod_line_request *request_lines(struct gpiod_chip *chip,
                                                const unsigned *offsets)
{
    struct gpiod_line_settings *settings = gpiod_line_settings_new();
    struct gpiod_line_config *lines = gpiod_line_config_new();
    struct gpiod_request_config *who = gpiod_request_config_new();
    struct gpiod_line_request *request = NULL;

    if (!settings || !lines || !who) {
        errno = ENOMEM;
        goto out_free;
    }
    gpiod_request_config_set_consumer(who, "benchwired");
    gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT);
    gpiod_line_settings_set_drive(settings, GPIOD_LINE_DRIVE_OPEN_DRAIN);
    gpiod_line_settings_set_output_value(settings, GPIOD_LINE_VALUE_ACTIVE);
    if (gpiod_line_config_add_line_settings(lines, offsets, BW_LINES,
                                            settings) == 0) {
        request = gpiod_chip_request_lines(chip, who, lines);
    }

out_free:
    gpiod_request_config_free(who);
    gpiod_line_config_free(lines);
    gpiod_line_settings_free(settings);
    return request;
}

static struct bw_i2c_adapter *new_adapter(struct gpiod_line_request *request,
                                          const unsigned *offset,
                                          uint32_t scl_hz)
{
    struct gpio *g = calloc(1, sizeof(*g));

    if (!g) {
        return NULL;
    }
    g->request = request;
    memcpy(g->offset, offset, sizeof(g->offset));
    g->lines.ops = &lines_ops;
    bw_bitbang_init(&g->master, &g->lines, scl_hz);
    bw_i2c_bytes_init(&g->bytes, &bw_bitbang_bytes, &g->master);
    g->adapter.ops = &gpio_ops;
    g->adapter.funcs = BW_I2C_FUNC_RDWR | BW_I2C_FUNC_ZERO_LEN |
                       BW_I2C_FUNC_TEN_BIT | BW_I2C_FUNC_STEP |
                       BW_I2C_FUNC_LINES | BW_SMBUS_STEPS_FUNCS;
    g->adapter.max_len = bw_bitbang_max_len(scl_hz, TIMEOUT_MS);
    g->adapter.timeout_ms = TIMEOUT_MS;
    return &g->adapter;
}

struct bw_i2c_adapter *bw_gpio_open(const char *chip, const char *scl,
                                    const char *sda, uint32_t scl_hz,
                                    char *error, size_t error_size)
{
    struct bw_i2c_adapter *adapter = NULL;
    struct gpiod_line_request *request;
    unsigned offset[BW_LINES];
    struct gpiod_chip *c;

    c = bw_gpio_chip_open(chip, error, error_size);
    if (!c) {
        return NULL;
    }
    if (!bw_gpio_chip_line(c, chip, scl, &offset[BW_SCL], error, error_size) ||
        !bw_gpio_chip_line(c, chip, sda, &offset[BW_SDA], error, error_size)) {
        goto out_close_chip;
    }
    request = request_lines(c, offset);
    if (!request) {
        snprintf(error, error_size,
                 "%s: lines %s and %s cannot be had: %s; gpioinfo(1) shows who "
                 "uses them",
                 chip, scl, sda, strerror(errno));
        goto out_close_chip;
    }
    adapter = new_adapter(request, offset, scl_hz);
    if (!adapter) {
        gpiod_line_request_release(request);
        snprintf(error, error_size, "out of memory");
    }

out_close_chip:
    gpiod_chip_close(c);
    return adapter;
}

#else

struct bw_i2c_adapter *bw_gpio_open(const char *chip, const char *scl,
                                    const char *sda, uint32_t scl_hz,
                                    char *error, size_t error_size)
{
    (void)scl;
    (void)sda;
    (void)scl_hz;
    bw_gpio_chip_open(chip, error, error_size);
    return NULL;
}

#endif
