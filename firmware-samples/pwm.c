/*
 * A square wave on pin P0 that costs no instruction: TIMER2's compare events
 * reach GPIOTE's toggle task over PPI, while the core sleeps.
 *
 *   TIMER2 COMPARE0, 250 us after the start   PPI 0   P0 goes low
 *   TIMER2 COMPARE1, 1000 us, and back to 0   PPI 1   P0 goes high
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>
#include <stdio.h>

#include "board.h"
#include "nrf51.h"
#include "uart.h"

#define HIGH_US   250u
#define PERIOD_US 1000u

static uint32_t address_of(volatile uint32_t *reg)
{
    return (uint32_t)(uintptr_t)reg;
}

static void join(unsigned channel, volatile uint32_t *event)
{
    PPI_CH_EEP(channel) = address_of(event);
    PPI_CH_TEP(channel) = address_of(&GPIOTE_TASKS_OUT0);
    PPI_CHENSET = 1u << channel;
}

int main(void)
{
    uart_init();
    printf("pwm: P0 high for %u of %u us\n", HIGH_US, PERIOD_US);

    GPIOTE_CONFIG0 = GPIOTE_CONFIG_TASK | GPIOTE_CONFIG_PIN(PIN_P0) |
                     GPIOTE_CONFIG_TOGGLE | GPIOTE_CONFIG_HIGH;
    TIMER2_BITMODE = TIMER_BITMODE_16;
    TIMER2_PRESCALER = TIMER_PRESCALER_1_MHZ;
    TIMER2_CC0 = HIGH_US;
    TIMER2_CC1 = PERIOD_US;
    TIMER2_SHORTS = TIMER_SHORTS_CLEAR1;
    join(0, &TIMER2_EVENTS_COMPARE0);
    join(1, &TIMER2_EVENTS_COMPARE1);
    TIMER2_TASKS_START = 1;

    for (;;) {
        __asm__ volatile("wfi");
    }
}
