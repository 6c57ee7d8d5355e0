/*
 * Low power: the core sleeps, and RTC1 wakes it twice a second.
 *
 * nRF51 Series Reference Manual v3.0, chapters RTC and CLOCK.  RTC1 counts
 * the 32768 Hz of the RC oscillator (the micro:bit has no crystal for it),
 * divided by 4096 to 8 Hz; the 16 MHz clock stops while the core sleeps.  Every
 * fourth step is a compare, whose interrupt ends WFE.
 *
 * On the console: a line a second.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>
#include <stdio.h>

#include "nrf51.h"
#include "uart.h"

#define STEPS 4 /* of 1/8 s between two compares */

void rtc1_handler(void);

static volatile uint32_t beats;

static void rtc_init(void)
{
    CLOCK_EVENTS_LFCLKSTARTED = 0;
    CLOCK_LFCLKSRC = CLOCK_LFCLKSRC_RC;
    CLOCK_TASKS_LFCLKSTART = 1;
    while (!CLOCK_EVENTS_LFCLKSTARTED) {
        /* some 100 us */
    }
    RTC1_PRESCALER = 4095;
    RTC1_CC0 = STEPS;
    RTC1_INTENSET = RTC_INTEN_COMPARE0;
    NVIC_ISER = 1u << IRQ_RTC1;
    RTC1_TASKS_START = 1;
}

/*
 * The event register makes this safe: an interrupt between the look at beats
 * and WFE leaves it set, and WFE does not sleep.
 */
static void sleep_until(uint32_t beat)
{
    while ((int32_t)(beats - beat) < 0) {
        __asm__ volatile("wfe" ::: "memory");
    }
}

int main(void)
{
    uart_init();
    rtc_init();
    for (uint32_t beat = 1;; beat++) {
        sleep_until(beat);
        if (beat % 2 == 0) {
            printf("sleep: %lu s\n", (unsigned long)beat / 2);
        }
    }
}

void rtc1_handler(void)
{
    RTC1_EVENTS_COMPARE0 = 0;
    RTC1_CC0 = (RTC1_CC0 + STEPS) & RTC_COUNTER_MASK;
    beats++;
}
