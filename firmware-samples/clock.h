/*
 * Time: microseconds since start, and sleeping.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_FIRMWARE_CLOCK_H
#define BENCHWIRE_FIRMWARE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void clock_init(void);

/* Microseconds since clock_init(); wraps after 71 minutes, so compare by
 * difference only. */
uint32_t clock_us(void);

/* Sleep until clock_us() reaches @when_us; at once if that is past. */
void clock_sleep_until_us(uint32_t when_us);

/**
 * clock_wait_until_us: the same, but return when @happened says so
 * @happened: looked at after each interrupt, with interrupts masked; or NULL
 */
void clock_wait_until_us(uint32_t when_us, bool (*happened)(void));

#endif
