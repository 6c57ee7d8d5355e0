/*
 * A timer interrupt each millisecond while a part stretches the clock: a
 * bw-stretcher at 0x20 that holds SCL for 25 ms after its address and after
 * each byte, emulated or behind an agent (tests/e2e/stretch.sh).
 *
 * The program polls the TWI and nothing else.  TIMER1 interrupts, TIMER0 tells
 * how late each interrupt is; both run at 1 MHz from the same clock.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/firmware/firmware.h"
#include "firmware-samples/board.h"

#define STRETCHER_ADDR7 0x20
#define ECHO            0x00 /* registers that keep what is written */
#define BYTES           6
#define PHASES_WRITE    (1 + 1 + BYTES)     /* address, pointer, bytes */
#define PHASES_READ     (1 + 1 + 1 + BYTES) /* address, pointer, address ... */
#define STRETCH_US      25000u

#define PERIOD_US       1000u
#define PRESCALER_1_MHZ 4
#define TIMER1_IRQ      9
#define COMPARE0_INT    (1u << 16)
#define COMPARE0_CLEAR  (1u << 0)

/* An interrupt that comes so late is not that of its period any more. */
#define MOST_LATE_US (PERIOD_US / 2)

static volatile uint32_t ticks, next_us, most_late_us, least_late_us;

static uint32_t now_us(void)
{
    TIMER0_TASKS_CAPTURE0 = 1;
    return TIMER0_CC0;
}

static void tick(unsigned irq)
{
    uint32_t us = now_us();

    (void)irq;
    TIMER1_EVENTS_COMPARE0 = 0;
    us -= next_us;
    next_us += PERIOD_US;
    if (us > most_late_us) {
        most_late_us = us;
    }
    if (us < least_late_us) {
        least_late_us = us;
    }
    ticks++;
}

static void start_ticking(void)
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
    next_us = PERIOD_US;
}

static void poll(volatile uint32_t *event)
{
    while (!*event) {
    }
    *event = 0;
}

static void enable(void)
{
    TWI_PSELSCL = PIN_SCL;
    TWI_PSELSDA = PIN_SDA;
    TWI_FREQUENCY = TWI_FREQUENCY_K100;
    TWI_ENABLE = TWI_ENABLE_ON;
    TWI_ADDRESS = STRETCHER_ADDR7;
}

static void send(uint8_t byte)
{
    TWI_TXD = byte;
    poll(&TWI_EVENTS_TXDSENT);
}

static void write_registers(void)
{
    TWI_TASKS_STARTTX = 1;
    send(ECHO);
    for (unsigned i = 0; i < BYTES; i++) {
        send((uint8_t)(0x50 + i));
    }
    TWI_TASKS_STOP = 1;
    poll(&TWI_EVENTS_STOPPED);
}

static bool read_registers(void)
{
    bool good = true;

    TWI_TASKS_STARTTX = 1;
    send(ECHO);
    TWI_SHORTS = TWI_SHORTS_BB_SUSPEND;
    TWI_TASKS_STARTRX = 1;
    for (unsigned i = 0; i < BYTES; i++) {
        poll(&TWI_EVENTS_RXDREADY);
        good &= TWI_RXD == 0x50 + i;
        if (i + 2 == BYTES) {
            TWI_SHORTS = TWI_SHORTS_BB_STOP;
        }
        TWI_TASKS_RESUME = 1;
    }
    poll(&TWI_EVENTS_STOPPED);
    TWI_SHORTS = 0;
    return good;
}

static void report(uint32_t us, uint32_t got, uint32_t wanted)
{
    print("# ");
    print_number(us / 1000, 10);
    print(" ms, interrupts ");
    print_number(got, 10);
    print(" of ");
    print_number(wanted, 10);
    print(", late by ");
    print_number(least_late_us, 10);
    print(" to ");
    print_number(most_late_us, 10);
    print(" us\r\n");
}

void test_main(void)
{
    uint32_t start_us, us, got;
    bool good;

    enable();
    start_ticking();
    most_late_us = 0;
    least_late_us = PERIOD_US;
    start_us = now_us();
    write_registers();
    good = read_registers();
    us = now_us() - start_us;
    got = ticks;
    report(us, got, (start_us + us) / PERIOD_US);
    check(good, "what was written is read");
    check(us >= (PHASES_WRITE + PHASES_READ) * STRETCH_US / 2,
          "the part has stretched every byte");
    check(got + 1 >= (start_us + us) / PERIOD_US, "no interrupt is lost");
    check(most_late_us < MOST_LATE_US, "each comes in its period");
    done();
}
