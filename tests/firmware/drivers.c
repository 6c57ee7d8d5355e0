/*
 * Six public drivers of the nRF51's TWI, each in the order of its register
 * accesses and with its patience: how often it looks at an event before it
 * gives up.  Each writes three registers of a DS3231 at 0x68 and reads them
 * back, ROUNDS times.
 *
 * Orders and numbers of polls: docs/timing.md, "Drivers"; the code is ours.
 * tests/qtest/twi_drivers.c plays the same drivers without a core.
 *
 * For each driver a line for people:
 *   # NAME: looks at an event LIMIT times, MS ms; looked POLLS times, US us
 * LIMIT 0 is a driver that never gives up.  MS is measured: on an event that
 * does not come.  POLLS and US are of the longest wait there was.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "tests/firmware/firmware.h"
#include "firmware-samples/board.h"
#include "firmware-samples/uart.h"

#define DS3231_ADDR7 0x68
#define ALARM_1      0x07 /* three registers that keep what is written */
#define REGISTERS    3
#define ROUNDS       5
#define FOREVER      0u

#define TWI_TASKS_SUSPEND    REG(0x40003000u, 0x01C)
#define TWI_EVENTS_SUSPENDED REG(0x40003000u, 0x148)
#define TWI_INTEN            REG(0x40003000u, 0x300)
#define INTEN_STOPPED        (1u << 1)
#define INTEN_RXDREADY       (1u << 2)
#define INTEN_TXDSENT        (1u << 7)
#define INTEN_ERROR          (1u << 9)
#define TWI_IRQ              3u

#define PPI_CHENSET   REG(0x4001F000u, 0x504)
#define PPI_CHENCLR   REG(0x4001F000u, 0x508)
#define PPI_CH0_EEP   REG(0x4001F000u, 0x510)
#define PPI_CH0_TEP   REG(0x4001F000u, 0x514)
#define ADDRESS(reg)  ((uint32_t) & (reg))
#define TWI_EVENTS_BB REG(0x40003000u, 0x138)

#define PRESCALER_1_MHZ 4

/**
 * struct driver - what a test needs of one
 * @limit: looks at an event before it gives up, or FOREVER
 * @write, @read: all of a transfer; without @stop a repeated START follows
 */
struct driver {
    const char *name;
    uint32_t limit;
    bool (*write)(const uint8_t *data, unsigned len, bool stop);
    bool (*read)(uint8_t *data, unsigned len);
};

static const struct driver *driver;
static uint32_t most_polls, most_us;

static uint32_t now_us(void)
{
    TIMER0_TASKS_CAPTURE0 = 1;
    return TIMER0_CC0;
}

static void note_wait(uint32_t polls, uint32_t start_us)
{
    uint32_t us = now_us() - start_us;

    most_polls = polls > most_polls ? polls : most_polls;
    most_us = us > most_us ? us : most_us;
}

/* Look at @event, and at ERROR if @or_error; false: given up, or ERROR */
static bool poll(volatile uint32_t *event, bool or_error)
{
    uint32_t start_us = now_us();
    uint32_t left = driver->limit - 1; /* FOREVER: as good as never */
    bool error = false;

    while (!*event && !error && left) {
        error = or_error && TWI_EVENTS_ERROR;
        left--;
    }
    note_wait(driver->limit - left, start_us);
    return *event && !error;
}

static void enable(void)
{
    TWI_PSELSCL = PIN_SCL;
    TWI_PSELSDA = PIN_SDA;
    TWI_FREQUENCY = TWI_FREQUENCY_K100;
    TWI_ENABLE = TWI_ENABLE_ON;
}

static void power_cycle(void)
{
    TWI_ENABLE = 0;
    TWI_POWER = 0;
    TWI_POWER = 1;
    enable();
}

static void clear_events(void)
{
    TWI_EVENTS_STOPPED = 0;
    TWI_EVENTS_ERROR = 0;
    TWI_EVENTS_TXDSENT = 0;
    TWI_EVENTS_RXDREADY = 0;
    TWI_EVENTS_SUSPENDED = 0;
    TWI_ADDRESS = DS3231_ADDR7;
}

static bool stop(void)
{
    TWI_EVENTS_STOPPED = 0;
    TWI_TASKS_STOP = 1;
    return poll(&TWI_EVENTS_STOPPED, false);
}

/* TXD, then look; @start with every byte as RIOT, with the first as others */
static bool send(const uint8_t *data, unsigned len, bool start_each,
                 bool or_error)
{
    bool good = true;

    for (unsigned i = 0; i < len && good; i++) {
        TWI_EVENTS_TXDSENT = 0;
        TWI_TXD = data[i];
        if (start_each) {
            TWI_TASKS_STARTTX = 1;
        }
        good = poll(&TWI_EVENTS_TXDSENT, or_error);
    }
    TWI_EVENTS_TXDSENT = 0;
    return good;
}

/* mbed: looks at ERROR after its time-out only; POWER off after a STOP */

static bool mbed_write(const uint8_t *data, unsigned len, bool then_stop)
{
    bool good;

    TWI_ADDRESS = DS3231_ADDR7;
    TWI_SHORTS = 0;
    TWI_TASKS_STARTTX = 1;
    good = send(data, len, false, false);
    if (good && then_stop) {
        good = stop();
    }
    if (then_stop || !good) {
        power_cycle();
    }
    return good;
}

static bool mbed_read(uint8_t *data, unsigned len)
{
    TWI_ADDRESS = DS3231_ADDR7;
    TWI_SHORTS = TWI_SHORTS_BB_SUSPEND;
    TWI_EVENTS_RXDREADY = 0;
    TWI_TASKS_STARTRX = 1;
    for (unsigned i = 0; i < len; i++) {
        if (i == len - 1) {
            TWI_SHORTS = TWI_SHORTS_BB_STOP;
        }
        TWI_TASKS_RESUME = 1;
        if (!poll(&TWI_EVENTS_RXDREADY, false)) {
            power_cycle();
            return false;
        }
        TWI_EVENTS_RXDREADY = 0;
        data[i] = (uint8_t)TWI_RXD;
    }
    return poll(&TWI_EVENTS_STOPPED, false);
}

/* twi_master.c: the first byte before STARTTX; BB through PPI channel 0 */

static bool twi_master_write(const uint8_t *data, unsigned len, bool then_stop)
{
    bool good;

    clear_events();
    TWI_SHORTS = 0;
    TWI_TXD = data[0];
    TWI_TASKS_STARTTX = 1;
    good = poll(&TWI_EVENTS_TXDSENT, true);
    TWI_EVENTS_TXDSENT = 0;
    good = good && send(data + 1, len - 1, false, true);
    if (good && then_stop) {
        good = stop();
    }
    if (!good) {
        power_cycle();
    }
    return good;
}

static void delay_20_us(void)
{
    uint32_t start_us = now_us();

    while (now_us() - start_us < 20) {
    }
}

/* @late_resume: PAN 56; @resume_last: RIOT does so after the last byte too */
static bool ppi_read(uint8_t *data, unsigned len, bool late_resume,
                     bool resume_last)
{
    bool good = true;

    PPI_CH0_EEP = ADDRESS(TWI_EVENTS_BB);
    PPI_CH0_TEP =
        len == 1 ? ADDRESS(TWI_TASKS_STOP) : ADDRESS(TWI_TASKS_SUSPEND);
    PPI_CHENSET = 1;
    clear_events();
    TWI_TASKS_STARTRX = 1;
    for (unsigned i = 0; i < len && good; i++) {
        good = poll(&TWI_EVENTS_RXDREADY, true);
        TWI_EVENTS_RXDREADY = 0;
        data[i] = (uint8_t)TWI_RXD;
        if (i + 2 == len) {
            PPI_CH0_TEP = ADDRESS(TWI_TASKS_STOP);
        }
        if (i + 1 < len || resume_last) {
            if (late_resume) {
                delay_20_us();
            }
            TWI_TASKS_RESUME = 1;
        }
    }
    good = good && poll(&TWI_EVENTS_STOPPED, false);
    PPI_CHENCLR = 1;
    if (!good) {
        power_cycle();
    }
    return good;
}

static bool twi_master_read(uint8_t *data, unsigned len)
{
    return ppi_read(data, len, true, false);
}

/* RIOT: STARTTX with every byte */

static bool riot_write(const uint8_t *data, unsigned len, bool then_stop)
{
    clear_events();
    TWI_SHORTS = 0;
    return send(data, len, true, true) && (!then_stop || stop());
}

static bool riot_read(uint8_t *data, unsigned len)
{
    return ppi_read(data, len, false, true);
}

/* nrfx, blocking: RESUME before START, SUSPEND where no STOP is wanted */

static bool nrfx_write(const uint8_t *data, unsigned len, bool then_stop)
{
    bool good;

    clear_events();
    TWI_SHORTS = 0;
    TWI_TASKS_RESUME = 1;
    TWI_TASKS_STARTTX = 1;
    good = send(data, len, false, true);
    if (good && then_stop) {
        good = stop();
    } else if (good) {
        TWI_TASKS_SUSPEND = 1;
        good = poll(&TWI_EVENTS_SUSPENDED, true);
    }
    return good;
}

/* Also nrf-hal's and, between interrupts, microbian's */
static bool shorts_read(uint8_t *data, unsigned len, bool await_stopped)
{
    clear_events();
    TWI_SHORTS = len == 1 ? TWI_SHORTS_BB_STOP : TWI_SHORTS_BB_SUSPEND;
    TWI_TASKS_RESUME = 1;
    TWI_TASKS_STARTRX = 1;
    for (unsigned i = 0; i < len; i++) {
        if (!poll(&TWI_EVENTS_RXDREADY, true)) {
            stop();
            return false;
        }
        TWI_EVENTS_RXDREADY = 0;
        data[i] = (uint8_t)TWI_RXD;
        if (i + 2 == len) {
            TWI_SHORTS = TWI_SHORTS_BB_STOP;
        }
        TWI_TASKS_RESUME = 1;
    }
    return !await_stopped || poll(&TWI_EVENTS_STOPPED, true);
}

static bool nrfx_read(uint8_t *data, unsigned len)
{
    return shorts_read(data, len, true);
}

/* nrf-hal: does not wait for the STOP of a read */

static bool nrf_hal_write(const uint8_t *data, unsigned len, bool then_stop)
{
    clear_events();
    TWI_SHORTS = 0;
    TWI_TASKS_STARTTX = 1;
    return send(data, len, false, true) && (!then_stop || stop());
}

static bool nrf_hal_read(uint8_t *data, unsigned len)
{
    return shorts_read(data, len, false);
}

/* microbian: sleeps until an interrupt, and counts nothing */

static volatile uint32_t interrupts;

static void twi_interrupt(unsigned irq)
{
    (void)irq;
    interrupts++;
    TWI_INTEN = 0; /* the process that waits clears the event */
}

static bool await(volatile uint32_t *event)
{
    uint32_t start_us = now_us();
    uint32_t looks = 1;

    TWI_INTEN = INTEN_STOPPED | INTEN_RXDREADY | INTEN_TXDSENT | INTEN_ERROR;
    __asm__ volatile("cpsid i");
    while (!*event && !TWI_EVENTS_ERROR) {
        __asm__ volatile("wfi"); /* also ended by an interrupt to come */
        __asm__ volatile("cpsie i\n\tnop\n\tcpsid i");
        looks++;
    }
    __asm__ volatile("cpsie i");
    TWI_INTEN = 0;
    note_wait(looks, start_us);
    return !TWI_EVENTS_ERROR;
}

static bool microbian_write(const uint8_t *data, unsigned len, bool then_stop)
{
    clear_events();
    TWI_SHORTS = 0;
    TWI_TASKS_STARTTX = 1;
    for (unsigned i = 0; i < len; i++) {
        TWI_TXD = data[i];
        if (!await(&TWI_EVENTS_TXDSENT)) {
            return false;
        }
        TWI_EVENTS_TXDSENT = 0;
    }
    if (then_stop) {
        TWI_TASKS_STOP = 1;
        return await(&TWI_EVENTS_STOPPED);
    }
    return true;
}

static bool microbian_read(uint8_t *data, unsigned len)
{
    clear_events();
    for (unsigned i = 0; i < len; i++) {
        TWI_SHORTS = i == len - 1 ? TWI_SHORTS_BB_STOP : TWI_SHORTS_BB_SUSPEND;
        *(i ? &TWI_TASKS_RESUME : &TWI_TASKS_STARTRX) = 1;
        if (!await(&TWI_EVENTS_RXDREADY)) {
            return false;
        }
        TWI_EVENTS_RXDREADY = 0;
        data[i] = (uint8_t)TWI_RXD;
    }
    return await(&TWI_EVENTS_STOPPED);
}

static const struct driver drivers[] = {
    { "mbed", 100000, mbed_write, mbed_read },
    { "twi_master", 20000, twi_master_write, twi_master_read },
    { "RIOT", FOREVER, riot_write, riot_read },
    { "nrfx", 100000, nrfx_write, nrfx_read },
    { "nrf-hal", FOREVER, nrf_hal_write, nrf_hal_read },
    { "microbian", FOREVER, microbian_write, microbian_read },
};

#define DRIVERS (sizeof(drivers) / sizeof(drivers[0]))

static bool one_round(uint8_t seconds)
{
    const uint8_t sent[1 + REGISTERS] = { ALARM_1, seconds, 0x34, 0x11 };
    const uint8_t pointer = ALARM_1;
    uint8_t got[REGISTERS] = { 0 };

    return driver->write(sent, sizeof(sent), true) &&
           driver->write(&pointer, 1, false) &&
           driver->read(got, sizeof(got)) &&
           memcmp(got, sent + 1, sizeof(got)) == 0;
}

/* How long the driver looks at an event that does not come, in us; looks
 * at ERROR beside it, which some drivers take, make it longer */
static uint32_t patience_us(void)
{
    uint32_t start_us = now_us();

    if (driver->limit == FOREVER) {
        return 0;
    }
    clear_events();
    poll(&TWI_EVENTS_TXDSENT, false);
    return now_us() - start_us;
}

static void report(uint32_t polls, uint32_t us)
{
    print("# ");
    print(driver->name);
    print(": looks at an event ");
    print_number(driver->limit, 10);
    print(" times, ");
    print_number(patience_us() / 1000, 10);
    print(" ms; looked ");
    print_number(polls, 10);
    print(" times, ");
    print_number(us, 10);
    print(" us\r\n");
}

static bool rounds(void)
{
    bool good = true;

    power_cycle();
    most_polls = 0;
    most_us = 0;
    for (uint8_t i = 0; i < ROUNDS && good; i++) {
        good = one_round(0x10 + i);
    }
    return good;
}

/* Patience last: counting it makes a busy host late, and late is different. */
void test_main(void)
{
    struct {
        uint32_t polls, us;
        bool good;
    } seen[DRIVERS];

    TIMER0_BITMODE = TIMER_BITMODE_32;
    TIMER0_PRESCALER = PRESCALER_1_MHZ;
    TIMER0_TASKS_START = 1;
    irq_hook = twi_interrupt;
    NVIC_ISER = 1u << TWI_IRQ;
    for (unsigned i = 0; i < DRIVERS; i++) {
        driver = &drivers[i];
        seen[i].good = rounds();
        seen[i].polls = most_polls;
        seen[i].us = most_us;
    }
    power_cycle();
    for (unsigned i = 0; i < DRIVERS; i++) {
        driver = &drivers[i];
        report(seen[i].polls, seen[i].us);
        check(seen[i].good, driver->name);
    }
    done();
}
