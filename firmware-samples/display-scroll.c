/*
 * Lets a text scroll through the LED matrix, brighter and darker in turn: the
 * light of each row is cut short by a second compare of the timer that changes
 * rows.  The steps are those an eye sees as even, each about twice the light
 * of the one before.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>
#include <stdio.h>

#include "clock.h"
#include "display.h"
#include "uart.h"

#define TEXT    "HELLO WORLD!"
#define STEP_US 300000u

int main(void)
{
    static const uint8_t percent[] = { 100, 50, 25, 13, 7, 4, 2, 1 };
    const unsigned steps = sizeof(percent);
    uint32_t next_us = 0;

    uart_init();
    clock_init();
    display_init();
    printf("display-scroll: %s\n", TEXT);
    display_scroll(TEXT);
    for (unsigned n = 0;; n = (n + 1) % (2 * steps)) {
        display_dim(percent[n < steps ? n : 2 * steps - 1 - n]);
        next_us += STEP_US;
        clock_sleep_until_us(next_us);
    }
}
