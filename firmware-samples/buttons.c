/*
 * Tells when buttons A and B are pressed and let go.  GPIOTE raises an
 * interrupt at each edge of their pins; between edges the processor sleeps.
 *
 * A contact that bounces makes several edges; what counts is the level that
 * the pin has when the interrupt is served, if it is another than before.
 *
 * nRF51 Series Reference Manual v3.0, chapter GPIOTE, event mode.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdbool.h>
#include <stdio.h>

#include "board.h"
#include "nrf51.h"
#include "uart.h"

#define BUTTONS 2

static const struct {
    char name;
    unsigned pin;
} buttons[BUTTONS] = { { 'A', PIN_BUTTON_A }, { 'B', PIN_BUTTON_B } };

static volatile bool edge_seen;

void gpiote_handler(void);

void gpiote_handler(void)
{
    for (unsigned i = 0; i < BUTTONS; i++) {
        GPIOTE_EVENTS_IN(i) = 0;
    }
    edge_seen = true;
}

static void watch(unsigned i)
{
    GPIO_PIN_CNF(buttons[i].pin) = GPIO_PIN_CNF_INPUT;
    GPIOTE_CONFIG(i) = GPIOTE_CONFIG_EVENT | GPIOTE_CONFIG_PIN(buttons[i].pin) |
                       GPIOTE_CONFIG_TOGGLE;
    GPIOTE_EVENTS_IN(i) = 0;
    GPIOTE_INTENSET = 1u << i;
}

/* Sleep until an edge comes, unless one has come since the last look.  With
 * interrupts masked WFI wakes for a pending one all the same. */
static void wait_for_edge(void)
{
    __asm__ volatile("cpsid i" ::: "memory");
    while (!edge_seen) {
        __asm__ volatile("wfi\n\tcpsie i\n\tisb\n\tcpsid i" ::: "memory");
    }
    edge_seen = false;
    __asm__ volatile("cpsie i" ::: "memory");
}

int main(void)
{
    bool was_pressed[BUTTONS] = { false, false };
    unsigned presses[BUTTONS] = { 0, 0 };

    uart_init();
    for (unsigned i = 0; i < BUTTONS; i++) {
        watch(i);
    }
    NVIC_ISER = 1u << IRQ_GPIOTE;
    printf("buttons: press A or B\n");
    for (;;) {
        for (unsigned i = 0; i < BUTTONS; i++) {
            bool pressed = !(GPIO_IN >> buttons[i].pin & 1);

            if (pressed && !was_pressed[i]) {
                printf("%c pressed, %u\n", buttons[i].name, ++presses[i]);
            } else if (!pressed && was_pressed[i]) {
                printf("%c let go\n", buttons[i].name);
            }
            was_pressed[i] = pressed;
        }
        wait_for_edge();
    }
}
