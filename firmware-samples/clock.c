/*
 * TIMER0 as a free-running clock of 1 MHz, 32 bits.
 *
 * nRF51 Series Reference Manual v3.0, chapter TIMER.  CC[0] takes the time,
 * CC[1] wakes the processor.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "clock.h"

#include "nrf51.h"

void timer0_handler(void);

void clock_init(void)
{
    TIMER0_BITMODE = TIMER_BITMODE_32;
    TIMER0_PRESCALER = TIMER_PRESCALER_1_MHZ;
    TIMER0_INTENSET = TIMER_INTEN_COMPARE1;
    NVIC_ISER = 1u << IRQ_TIMER0;
    TIMER0_TASKS_START = 1;
}

uint32_t clock_us(void)
{
    TIMER0_TASKS_CAPTURE0 = 1;
    return TIMER0_CC0;
}

/*
 * The compare is set first and the time looked at afterwards: if @when_us has
 * passed meanwhile the loop ends, otherwise the interrupt is still to come.
 * With interrupts masked WFI wakes for one that is pending all the same, so
 * none is lost between the look and the sleep.
 */
void clock_wait_until_us(uint32_t when_us, bool (*happened)(void))
{
    TIMER0_CC1 = when_us;
    for (;;) {
        __asm__ volatile("cpsid i" ::: "memory");
        if ((int32_t)(when_us - clock_us()) <= 0 || (happened && happened())) {
            break;
        }
        __asm__ volatile("wfi\n\tcpsie i" ::: "memory");
    }
    __asm__ volatile("cpsie i" ::: "memory");
}

void clock_sleep_until_us(uint32_t when_us)
{
    clock_wait_until_us(when_us, NULL);
}

void timer0_handler(void)
{
    TIMER0_EVENTS_COMPARE1 = 0;
    (void)TIMER0_EVENTS_COMPARE1; /* the write has arrived before we return */
}
