/*
 * The smallest sample: one line a second on the console.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>
#include <stdio.h>

#include "clock.h"
#include "uart.h"

int main(void)
{
    uint32_t next_us = 0;

    uart_init();
    clock_init();
    for (unsigned second = 0;; second++) {
        printf("hello from the micro:bit, %u s\n", second);
        next_us += 1000000;
        clock_sleep_until_us(next_us);
    }
}
