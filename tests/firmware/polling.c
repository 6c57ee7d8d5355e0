/*
 * A program that does nothing but poll the TWI: it writes to a part at 0x20
 * for ever (tests/e2e/poll-sleep.sh, which keeps the part from answering).
 *
 * While it waits for one event it prints "waits" every 200 ms of its own time,
 * and between two of these lines interrupts are masked (PRIMASK) or not, in
 * turn; one of a timer is due each millisecond.  It prints "done" as often
 * while writes come to their end, and "boot" at its start.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/firmware/firmware.h"
#include "firmware-samples/board.h"

#define PART_ADDR7      0x20
#define LINE_US         200000u
#define PERIOD_US       1000u
#define PRESCALER_1_MHZ 4
#define TIMER1_IRQ      9
#define COMPARE0_INT    (1u << 16)
#define COMPARE0_CLEAR  (1u << 0)

static bool masked;

static uint32_t now_us(void)
{
    TIMER0_TASKS_CAPTURE0 = 1;
    return TIMER0_CC0;
}

static void tick(unsigned irq)
{
    (void)irq;
    TIMER1_EVENTS_COMPARE0 = 0;
}

static void start_timers(void)
{
    TIMER0_BITMODE = TIMER_BITMODE_32;
    TIMER0_PRESCALER = PRESCALER_1_MHZ;
    TIMER1_BITMODE = TIMER_BITMODE_16;
    TIMER1_PRESCALER = PRESCALER_1_MHZ;
    TIMER1_CC0 = PERIOD_US;
    TIMER1_SHORTS = COMPARE0_CLEAR;
    TIMER1_INTENSET = COMPARE0_INT;
    irq_hook = tick;
    NVIC_ISER = 1u << TIMER1_IRQ;
    TIMER0_TASKS_START = 1;
    TIMER1_TASKS_START = 1;
}

/* Print a line, if it is time to. */
static void line(const char *text, uint32_t *since_us)
{
    if (now_us() - *since_us < LINE_US) {
        return;
    }
    *since_us = now_us();
    print(text);
    print("\r\n");
    masked = !masked;
    if (masked) {
        __asm__ volatile("cpsid i" ::: "memory");
    } else {
        __asm__ volatile("cpsie i" ::: "memory");
    }
}

/* Returns false if the part has refused something instead. */
static bool poll(volatile uint32_t *event)
{
    uint32_t since_us = now_us();

    while (!*event && !TWI_EVENTS_ERROR) {
        line("waits", &since_us);
    }
    *event = 0;
    return !TWI_EVENTS_ERROR;
}

static bool send(uint8_t byte)
{
    TWI_TXD = byte;
    return poll(&TWI_EVENTS_TXDSENT);
}

static void write_once(void)
{
    static uint32_t since_us;
    bool good;

    TWI_TASKS_STARTTX = 1;
    good = send(0) && send(0x55);
    TWI_EVENTS_STOPPED = 0;
    TWI_TASKS_STOP = 1;
    good &= poll(&TWI_EVENTS_STOPPED);
    if (!good) {
        TWI_EVENTS_ERROR = 0;
        TWI_ENABLE = 0;
        TWI_ENABLE = TWI_ENABLE_ON;
    }
    line(good ? "done" : "refused", &since_us);
}

void test_main(void)
{
    start_timers();
    TWI_PSELSCL = PIN_SCL;
    TWI_PSELSDA = PIN_SDA;
    TWI_FREQUENCY = TWI_FREQUENCY_K100;
    TWI_ENABLE = TWI_ENABLE_ON;
    TWI_ADDRESS = PART_ADDR7;
    print("boot\r\n");
    for (;;) {
        write_once();
    }
}
