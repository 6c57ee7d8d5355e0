/*
 * What the tests of gpio-passthrough share: one QEMU, one or two devices, and
 * the agent they call.
 *
 * The agent is fake_agent.c with the lines of fake_gpio.c.  Device "one" joins
 * line "a" to PIN_A, "two" line "b" to PIN_B.  Every wait fails the test after
 * 20 s.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_GPIO_BENCH_H
#define BENCHWIRE_TESTS_QTEST_GPIO_BENCH_H

#include "fake_gpio.h"
#include "net.h"
#include "passthrough_bench.h"

#define PIN_A 18 /* nothing else is on these */
#define PIN_B 20
#define ONE   "/machine/peripheral/one"
#define TWO   "/machine/peripheral/two"

/* QEMU with -device @devices, options and all; the agent is there already. */
void gpio_boot(struct bench *b, const char *devices);

/* An agent, QEMU, one device (two), and everything is settled. */
void gpio_start(struct bench *b, const char *more);
void gpio_start_two(struct bench *b);

/* Wait until all that the guest did has been answered. */
void gpio_settle(struct bench *b, const char *device);

/* Wait until a property is so, letting no virtual time pass. */
void gpio_wait_bool(struct bench *b, const char *device, const char *property,
                    bool value);
void gpio_wait_int(struct bench *b, const char *device, const char *property,
                   int64_t value);
void gpio_wait_link(struct bench *b, const char *state);

/* The guest drives a pin, or lets go of it. */
void gpio_drive(struct bench *b, unsigned pin, bool level);
void gpio_release(struct bench *b, unsigned pin, uint32_t pull);

/* What the agent was asked for since the last call is @text. */
void gpio_expect(struct bench *b, const char *text);

#endif
