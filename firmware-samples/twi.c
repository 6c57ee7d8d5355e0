/*
 * TWI0 as an I2C master, polled, with a deadline on each event.
 *
 * nRF51 Series Reference Manual v3.0, chapter TWI.  A read uses the shortcuts
 * BB->SUSPEND and BB->STOP: the controller then waits after each byte with
 * SCL low until it is told to go on, and the last byte gets NACK and STOP. A
 * STARTTX, STARTRX or STOP while it waits takes effect at RESUME, behind a
 * NACK: so a read ends that another message follows.
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

uint32_t twi_timeout_us = TWI_TIMEOUT_US;

static uint32_t frequency = TWI_FREQUENCY_K100;

void twi_init(void)
{
    GPIO_PIN_CNF(PIN_SCL) = GPIO_PIN_CNF_OPEN_DRAIN;
    GPIO_PIN_CNF(PIN_SDA) = GPIO_PIN_CNF_OPEN_DRAIN;
    TWI_PSELSCL = PIN_SCL;
    TWI_PSELSDA = PIN_SDA;
    TWI_FREQUENCY = frequency;
    TWI_ENABLE = TWI_ENABLE_ON;
}

void twi_set_fast(bool fast)
{
    frequency = fast ? TWI_FREQUENCY_K400 : TWI_FREQUENCY_K100;
    TWI_FREQUENCY = frequency;
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

static uint32_t *record;
static unsigned record_room;

void twi_record(uint32_t *us, unsigned room)
{
    record = us;
    record_room = us ? room : 0;
}

static void note_time(void)
{
    if (record_room > 0) {
        *record++ = clock_us();
        record_room--;
    }
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
        if (clock_us() - start > twi_timeout_us) {
            return TWI_TIMED_OUT;
        }
    }
    *event = 0;
    return TWI_EVENTS_ERROR ? take_error() : TWI_OK;
}

static void begin(void)
{
    TWI_EVENTS_STOPPED = 0;
    TWI_EVENTS_RXDREADY = 0;
    TWI_EVENTS_TXDSENT = 0;
    TWI_EVENTS_ERROR = 0;
    TWI_ERRORSRC = TWI_ERRORSRC_ALL;
    TWI_SHORTS = 0;
}

/* START; @held: the controller waits behind a read for what is next. */
static void start(const struct twi_msg *m, bool held)
{
    TWI_ADDRESS = m->addr7;
    if (m->flags & TWI_READ) {
        TWI_TASKS_STARTRX = 1;
    } else {
        TWI_TASKS_STARTTX = 1;
    }
    if (held) {
        TWI_TASKS_RESUME = 1;
    }
}

static enum twi_result send(const struct twi_msg *m, bool held, unsigned *sent)
{
    TWI_SHORTS = 0;
    start(m, held);
    for (*sent = 0; *sent < m->len; (*sent)++) {
        enum twi_result result;

        TWI_TXD = m->data[*sent];
        result = wait_for(&TWI_EVENTS_TXDSENT);
        note_time();
        if (result != TWI_OK) {
            return result;
        }
    }
    return TWI_OK;
}

/* How long a read is whose first byte was @count. */
static uint16_t counted_len(const struct twi_msg *m, uint8_t count)
{
    unsigned len = 1u + count + (m->flags & TWI_PEC ? 1 : 0);

    return len < m->len ? (uint16_t)len : m->len;
}

/*
 * With @stop the shortcut BB->STOP must be set before the last byte begins.
 * Otherwise, and where the count says too late that it was the last one, the
 * controller is left waiting: *@held.
 */
static enum twi_result receive(struct twi_msg *m, bool stop, bool *held,
                               unsigned *got)
{
    bool ends = stop && m->len == 1;

    TWI_SHORTS = ends ? TWI_SHORTS_BB_STOP : TWI_SHORTS_BB_SUSPEND;
    start(m, *held);
    *held = false;
    for (*got = 0; *got < m->len;) {
        enum twi_result result = wait_for(&TWI_EVENTS_RXDREADY);

        note_time();
        if (result != TWI_OK) {
            return result;
        }
        m->data[(*got)++] = (uint8_t)TWI_RXD;
        if (*got == 1 && (m->flags & TWI_COUNTED)) {
            m->len = counted_len(m, m->data[0]);
        }
        if (stop && *got + 1 == m->len) {
            TWI_SHORTS = TWI_SHORTS_BB_STOP;
            ends = true;
        }
        if (*got < m->len) {
            TWI_TASKS_RESUME = 1;
        }
    }
    *held = !ends;
    return TWI_OK;
}

/*
 * Wait for the bus to be free, after asking for it where BB->STOP has not.
 * An error may show as late as here: a part behind an adapter that takes only
 * whole transfers refuses a write when the transfer runs.
 */
static enum twi_result end(bool stop_follows, bool held)
{
    enum twi_result result;

    if (!stop_follows) {
        TWI_SHORTS = 0;
        TWI_TASKS_STOP = 1;
        if (held) {
            TWI_TASKS_RESUME = 1;
        }
    }
    result = wait_for(&TWI_EVENTS_STOPPED);
    if (result != TWI_OK) {
        reset_controller();
    }
    return result;
}

enum twi_result twi_transfer(struct twi_msg *msgs, unsigned count,
                             struct twi_place *where)
{
    struct twi_place at = { 0, 0, false };
    enum twi_result result = TWI_OK;
    enum twi_result late;
    bool held = false;
    bool stops = false;

    begin();
    for (unsigned i = 0; i < count && result == TWI_OK; i++) {
        at.msg = i;
        if (msgs[i].flags & TWI_READ) {
            result = receive(&msgs[i], i + 1 == count, &held, &at.byte);
            stops = result == TWI_OK && !held;
        } else {
            result = send(&msgs[i], held, &at.byte);
            held = false;
            stops = false;
        }
    }
    late = end(stops, held);
    at.at_stop = result == TWI_OK;
    if (where) {
        *where = at;
    }
    return result != TWI_OK ? result : late;
}

enum twi_result twi_probe(uint8_t addr7)
{
    return twi_write(addr7, NULL, 0);
}

enum twi_result twi_write(uint8_t addr7, const uint8_t *data, size_t len)
{
    struct twi_msg msg = { addr7, 0, (uint16_t)len, (uint8_t *)data };

    return twi_transfer(&msg, 1, NULL);
}

enum twi_result twi_read(uint8_t addr7, uint8_t *data, size_t len)
{
    struct twi_msg msg = { addr7, TWI_READ, (uint16_t)len, data };

    return twi_transfer(&msg, 1, NULL);
}

enum twi_result twi_read_registers(uint8_t addr7, uint8_t first, uint8_t *data,
                                   size_t len)
{
    struct twi_msg msgs[] = {
        { addr7, 0, 1, &first },
        { addr7, TWI_READ, (uint16_t)len, data },
    };

    return twi_transfer(msgs, 2, NULL);
}

const char *twi_result_text(enum twi_result result)
{
    static const char *const text[] = {
        [TWI_OK] = "an answer",
        [TWI_NACK_ADDRESS] = "no answer",
        [TWI_NACK_DATA] = "a byte refused",
        [TWI_OVERRUN] = "a byte lost",
        [TWI_TIMED_OUT] = "bus time-out",
        [TWI_WRONG_PEC] = "a wrong checksum",
    };

    return text[result];
}
