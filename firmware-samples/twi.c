/*
 * TWI0 as an I2C master, polled, with a deadline on each event.
 *
 * nRF51 Series Reference Manual v3.0, chapter TWI.  A read uses the shortcuts
 * BB->SUSPEND and BB->STOP: the controller then waits after each byte with
 * SCL low until it is told to go on, and the last byte gets NACK and STOP.
 * (Chips of revision 1 have no working shortcuts, PAN 36; the micro:bit's is
 * revision 3.)  Not used: interrupts, 10-bit addresses.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "twi.h"

#include <stdbool.h>

#include "board.h"
#include "clock.h"
#include "nrf51.h"

void twi_init(void)
{
    GPIO_PIN_CNF(PIN_SCL) = GPIO_PIN_CNF_OPEN_DRAIN;
    GPIO_PIN_CNF(PIN_SDA) = GPIO_PIN_CNF_OPEN_DRAIN;
    TWI_PSELSCL = PIN_SCL;
    TWI_PSELSDA = PIN_SDA;
    TWI_FREQUENCY = TWI_FREQUENCY_K100;
    TWI_ENABLE = TWI_ENABLE_ON;
}

/* Drop whatever is under way and start afresh. */
static void reset_controller(void)
{
    TWI_ENABLE = 0;
    TWI_POWER = 0;
    TWI_POWER = 1;
    twi_init();
}

/* Why EVENTS_ERROR is set; clears it. */
static enum twi_result take_error(void)
{
    uint32_t cause = TWI_ERRORSRC;

    TWI_EVENTS_ERROR = 0;
    TWI_ERRORSRC = TWI_ERRORSRC_ALL;
    if (cause & TWI_ERRORSRC_ANACK) {
        return TWI_NACK_ADDRESS;
    }
    return cause & TWI_ERRORSRC_OVERRUN ? TWI_OVERRUN : TWI_NACK_DATA;
}

/* An error may come with the event or instead of it, so it is looked at both
 * while waiting and afterwards. */
static enum twi_result wait_for(volatile uint32_t *event)
{
    uint32_t start = clock_us();

    while (!*event) {
        if (TWI_EVENTS_ERROR) {
            return take_error();
        }
        if (clock_us() - start > TWI_TIMEOUT_US) {
            return TWI_TIMED_OUT;
        }
    }
    *event = 0;
    return TWI_EVENTS_ERROR ? take_error() : TWI_OK;
}

static void begin(uint8_t addr7)
{
    TWI_EVENTS_STOPPED = 0;
    TWI_EVENTS_RXDREADY = 0;
    TWI_EVENTS_TXDSENT = 0;
    TWI_EVENTS_ERROR = 0;
    TWI_ERRORSRC = TWI_ERRORSRC_ALL;
    TWI_SHORTS = 0;
    TWI_ADDRESS = addr7;
}

static enum twi_result send(const uint8_t *data, size_t len)
{
    enum twi_result result = TWI_OK;

    TWI_TASKS_STARTTX = 1;
    for (size_t i = 0; i < len && result == TWI_OK; i++) {
        TWI_TXD = data[i];
        result = wait_for(&TWI_EVENTS_TXDSENT);
    }
    return result;
}

/* The shortcut BB->STOP must be set before the last byte begins. */
static enum twi_result receive(uint8_t *data, size_t len)
{
    TWI_SHORTS = len == 1 ? TWI_SHORTS_BB_STOP : TWI_SHORTS_BB_SUSPEND;
    TWI_TASKS_STARTRX = 1;
    for (size_t i = 0; i < len; i++) {
        enum twi_result result = wait_for(&TWI_EVENTS_RXDREADY);

        if (result != TWI_OK) {
            return result;
        }
        data[i] = (uint8_t)TWI_RXD;
        if (i + 2 == len) {
            TWI_SHORTS = TWI_SHORTS_BB_STOP;
        }
        if (i + 1 < len) {
            TWI_TASKS_RESUME = 1;
        }
    }
    return TWI_OK;
}

/*
 * Wait for the bus to be free, after asking for it where BB->STOP has not.
 * An error may show as late as here: a part behind an adapter that takes only
 * whole transfers refuses a write when the transfer runs.
 */
static enum twi_result end(enum twi_result so_far, bool stop_follows)
{
    enum twi_result late;

    if (!stop_follows || so_far != TWI_OK) {
        TWI_SHORTS = 0;
        TWI_TASKS_STOP = 1;
    }
    late = wait_for(&TWI_EVENTS_STOPPED);
    if (late != TWI_OK) {
        reset_controller();
    }
    return so_far != TWI_OK ? so_far : late;
}

enum twi_result twi_probe(uint8_t addr7)
{
    return twi_write(addr7, NULL, 0);
}

enum twi_result twi_write(uint8_t addr7, const uint8_t *data, size_t len)
{
    begin(addr7);
    return end(send(data, len), false);
}

enum twi_result twi_read_registers(uint8_t addr7, uint8_t first, uint8_t *data,
                                   size_t len)
{
    enum twi_result result;

    begin(addr7);
    result = send(&first, 1);
    if (result == TWI_OK) {
        result = receive(data, len);
    }
    return end(result, true);
}

const char *twi_result_text(enum twi_result result)
{
    static const char *const text[] = {
        [TWI_OK] = "an answer",
        [TWI_NACK_ADDRESS] = "no answer",
        [TWI_NACK_DATA] = "a byte refused",
        [TWI_OVERRUN] = "a byte lost",
        [TWI_TIMED_OUT] = "bus time-out",
    };

    return text[result];
}
