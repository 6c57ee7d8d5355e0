/*
 * A push button and an LED at the edge connector: each press of the button at
 * P0 turns the LED at P1 on or off.
 *
 * The button connects P0 to ground; the chip's own pull-up makes it high
 * otherwise.  GPIOTE raises an interrupt at each falling edge, and the
 * processor sleeps in between.  A contact bounces for some milliseconds: an
 * edge that comes so soon after the one before is no press.
 *
 * With gpio-passthrough the button and the LED are real ones, on the lines of
 * a Raspberry Pi: docs/samples.md.
 *
 * nRF51 Series Reference Manual v3.0, chapters GPIO and GPIOTE.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "board.h"
#include "clock.h"
#include "nrf51.h"
#include "uart.h"

#define BUTTON    PIN_P0
#define LED       PIN_P1
#define BOUNCE_US 20000u

static volatile unsigned presses;

void gpiote_handler(void);

void gpiote_handler(void)
{
    static uint32_t last_us;
    uint32_t us = clock_us();

    GPIOTE_EVENTS_IN(0) = 0;
    if (presses == 0 || us - last_us >= BOUNCE_US) {
        presses++;
    }
    last_us = us;
}

static void watch_button(void)
{
    GPIO_PIN_CNF(BUTTON) = GPIO_PIN_CNF_PULL_UP;
    GPIOTE_CONFIG(0) =
        GPIOTE_CONFIG_EVENT | GPIOTE_CONFIG_PIN(BUTTON) | GPIOTE_CONFIG_FALLING;
    GPIOTE_EVENTS_IN(0) = 0;
    GPIOTE_INTENSET = 1u << 0;
    NVIC_ISER = 1u << IRQ_GPIOTE;
}

static void set_led(bool on)
{
    if (on) {
        GPIO_OUTSET = 1u << LED;
    } else {
        GPIO_OUTCLR = 1u << LED;
    }
}

/* Sleep until there are more presses than @seen.  With interrupts masked WFI
 * wakes for a pending one all the same. */
static void wait_for_press(unsigned seen)
{
    __asm__ volatile("cpsid i" ::: "memory");
    while (presses == seen) {
        __asm__ volatile("wfi\n\tcpsie i\n\tisb\n\tcpsid i" ::: "memory");
    }
    __asm__ volatile("cpsie i" ::: "memory");
}

int main(void)
{
    bool on = false;

    uart_init();
    clock_init();
    set_led(on);
    GPIO_DIRSET = 1u << LED;
    watch_button();
    printf("button-led: press the button at P0\n");
    for (unsigned seen = 0;; seen++) {
        wait_for_press(seen);
        on = !on;
        set_led(on);
        printf("press %u, the LED is %s\n", seen + 1, on ? "on" : "off");
    }
}
