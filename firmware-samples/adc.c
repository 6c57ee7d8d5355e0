/*
 * A voltmeter: prints the voltage at P0 of the edge connector four times a
 * second, and that of the supply.
 *
 * P0 is analog input 4, divided by 3; the reference is the chip's own 1.2 V,
 * so that 10 bits are 0 to 3600 mV (nRF51 Series Reference Manual v3.0, ADC).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>
#include <stdio.h>

#include "board.h"
#include "clock.h"
#include "nrf51.h"
#include "uart.h"

#define FULL_SCALE_MV 3600u
#define CODES         1024u
#define PERIOD_US     250000u

static unsigned measure_mv(uint32_t input)
{
    ADC_CONFIG = ADC_CONFIG_10_BIT | ADC_CONFIG_REF_1_2_V | input;
    ADC_EVENTS_END = 0;
    ADC_TASKS_START = 1;
    while (!ADC_EVENTS_END) {
    }
    ADC_TASKS_STOP = 1; /* it draws current until then */
    return (ADC_RESULT * FULL_SCALE_MV + CODES / 2) / CODES;
}

int main(void)
{
    uint32_t next_us = 0;

    uart_init();
    clock_init();
    ADC_ENABLE = ADC_ENABLE_ON;
    for (;;) {
        unsigned p0_mv =
            measure_mv(ADC_CONFIG_INPUT_THIRD | ADC_CONFIG_AIN(PIN_P0_AIN));
        unsigned supply_mv = measure_mv(ADC_CONFIG_SUPPLY_THIRD);

        printf("P0 %u mV, supply %u mV\n", p0_mv, supply_mv);
        next_us += PERIOD_US;
        clock_sleep_until_us(next_us);
    }
}
