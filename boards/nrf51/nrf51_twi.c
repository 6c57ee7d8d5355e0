/*
 * nRF51 two-wire master (TWI0, TWI1)
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "I2C compatible
 * two-wire interface (TWI)"; Nordic's nrf51.svd for registers, bits and reset
 * values; nRF51822 Product Anomaly Notes; for the order of things within a
 * transaction the drivers that depend on it.  docs/fidelity.md lists rules
 * and drivers.
 *
 * The way of a byte: register write (nrf_peripheral.c) -> here -> QEMU's I2C
 * core, asynchronous (qemu/patches) -> a part, for a real one
 * passthrough/i2c_passthrough.c -> answered() -> event -> interrupt.
 *
 * A transaction is a row of phases: START with the address, bytes, STOP.  A
 * phase ends when its wire time is over and the part has answered, whichever
 * is later: a slow part stretches the clock.  No phase ends within the
 * register write that began it.
 *
 * Where the sources are silent:
 *  - START takes one bit time, STOP one; a repeated START also one;
 *  - FREQUENCY K100, K250, K400 are taken for 100, 250 and 400 kHz sharp,
 *    any other value for FREQUENCY * 16 MHz / 2^32, at least 1 kHz;
 *  - pins that are not the board's I2C pins, or none, have no part on them:
 *    the address is not acknowledged;
 *  - a read that is stopped or restarted during its address still takes one
 *    byte, since the part then owns SDA;
 *  - after a NACK no further byte is sent until STOP or START, and a byte
 *    waiting in TXD is dropped; STOP drops it too;
 *  - STOP, SUSPEND and RESUME without a transaction do nothing, not even an
 *    event; STOP while suspended waits for RESUME;
 *  - RESUME withdraws a SUSPEND that has not taken effect yet: mbed's first
 *    RESUME, meant for the address, may come late on a busy host;
 *  - a START for the direction whose address or byte is under way is merged
 *    with it, any other START waits for the end of the byte;
 *  - TXD is taken notice of only while ENABLE is on;
 *  - if both masters use the board's wires, the second one's START waits for
 *    the STOP of the first.
 *
 * A part behind an agent may refuse a write only when all of it has arrived
 * there, at STOP.  ERROR and ERRORSRC show that at once, but STOPPED then
 * comes "late-error-hold-ms" later, as if the part held SCL low: mbed's
 * driver recognises a failed STOP only by that time-out.
 *
 * Not modelled: the pads (PIN_CNF of the two pins), arbitration loss, PAN 56
 * (lock-up; not on revision 3 of the chip, and every driver has the cure).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/qdev-properties.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "system/runstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_twi.h"
#include "hw/benchwire/trace.h"

/* clang-format off */
REG32(STARTRX,   0x000)
REG32(STARTTX,   0x008)
REG32(STOP,      0x014)
REG32(SUSPEND,   0x01C)
REG32(RESUME,    0x020)
REG32(STOPPED,   0x104)
REG32(RXDREADY,  0x108)
REG32(TXDSENT,   0x11C)
REG32(ERROR,     0x124)
REG32(BB,        0x138)           /* byte boundary: before each data byte */
REG32(SUSPENDED, 0x148)
REG32(ERRORSRC,  0x4C4)           /* write 1 to clear */
    FIELD(ERRORSRC, OVERRUN, 0, 1)  /* RXD was not read in time */
    FIELD(ERRORSRC, ANACK, 1, 1)    /* NACK after the address */
    FIELD(ERRORSRC, DNACK, 2, 1)    /* NACK after a data byte */
REG32(ENABLE,    0x500)
    FIELD(ENABLE, ENABLE, 0, 3)
REG32(PSELSCL,   0x508)           /* pin number, or all ones */
REG32(PSELSDA,   0x50C)
REG32(RXD,       0x518)
REG32(TXD,       0x51C)
    FIELD(TXD, TXD, 0, 8)
REG32(FREQUENCY, 0x524)
REG32(ADDRESS,   0x588)
    FIELD(ADDRESS, ADDRESS, 0, 7)
/* clang-format on */

#define SHORTS_BB_SUSPEND_BIT 0
#define SHORTS_BB_STOP_BIT    1
#define SHORTS_BB_STOP        BIT(SHORTS_BB_STOP_BIT)

#define ENABLE_TWI     5
#define FREQUENCY_K100 0x01980000
#define FREQUENCY_K250 0x04000000 /* reset value */
#define FREQUENCY_K400 0x06680000
#define HFCLK_HZ       16000000
#define MIN_SCL_HZ     1000
#define ERRORSRC_ALL                                        \
    (R_ERRORSRC_OVERRUN_MASK | R_ERRORSRC_ANACK_MASK |      \
     R_ERRORSRC_DNACK_MASK)

#define ADDRESS_BITS 10 /* START, seven address bits, R/W, ACK */
#define BYTE_BITS    9  /* eight data bits, ACK */
#define STOP_BITS    1

#define POLL_WAIT_MS 10 /* of host time, for one read of an event register */

enum { EV_STOPPED, EV_RXDREADY, EV_TXDSENT, EV_ERROR, EV_BB, EV_SUSPENDED };
enum { TASK_STARTRX, TASK_STARTTX, TASK_STOP, TASK_SUSPEND, TASK_RESUME };
enum {
    REG_ERRORSRC,
    REG_ENABLE,
    REG_PSELSCL,
    REG_PSELSDA,
    REG_RXD,
    REG_TXD,
    REG_FREQUENCY,
    REG_ADDRESS,
};

typedef enum TwiState {
    TWI_IDLE,      /* no transaction */
    TWI_QUEUED,    /* START waits for the other master's STOP */
    TWI_ADDRESS,   /* phase: START and address */
    TWI_SEND,      /* phase: a byte to the part */
    TWI_RECV,      /* phase: a byte from the part */
    TWI_BOUNDARY,  /* only while a phase's end is being dealt with */
    TWI_WAIT_TXD,  /* SCL held low: nothing to send yet */
    TWI_SUSPENDED, /* SCL held low until RESUME */
    TWI_NACKED,    /* refused; the bus is ours until STOP or START */
    TWI_STOP,      /* phase: STOP */
    TWI_HELD,      /* refused at STOP; STOPPED is held back */
} TwiState;

typedef enum TwiStart { START_NONE, START_TX, START_RX } TwiStart;

static const char *const state_names[] = {
    [TWI_IDLE] = "idle",         [TWI_QUEUED] = "queued",
    [TWI_ADDRESS] = "address",   [TWI_SEND] = "send",
    [TWI_RECV] = "recv",         [TWI_BOUNDARY] = "boundary",
    [TWI_WAIT_TXD] = "wait-txd", [TWI_SUSPENDED] = "suspended",
    [TWI_NACKED] = "nacked",     [TWI_STOP] = "stop",
    [TWI_HELD] = "held",
};

static void begin_start(Nrf51TWI *s);

static uint32_t *reg_of(Nrf51TWI *s)
{
    return NRF_PERIPHERAL(s)->reg;
}

static void emit(Nrf51TWI *s, unsigned event)
{
    nrf_event(NRF_PERIPHERAL(s), event);
}

static const char *path_of(Nrf51TWI *s)
{
    return DEVICE(s)->canonical_path;
}

static bool is_phase(uint8_t state)
{
    return state == TWI_ADDRESS || state == TWI_SEND || state == TWI_RECV ||
           state == TWI_STOP;
}

static bool is_enabled(Nrf51TWI *s)
{
    return reg_of(s)[REG_ENABLE] == ENABLE_TWI;
}

static void set_state(Nrf51TWI *s, TwiState state)
{
    if (s->state != state && state != TWI_BOUNDARY) {
        trace_bw_nrf51_twi_state(path_of(s), state_names[state]);
    }
    s->state = state;
}

static int64_t bit_ns(Nrf51TWI *s)
{
    uint32_t frequency = reg_of(s)[REG_FREQUENCY];
    uint64_t hz;

    switch (frequency) {
    case FREQUENCY_K100:
        hz = 100000;
        break;
    case FREQUENCY_K250:
        hz = 250000;
        break;
    case FREQUENCY_K400:
        hz = 400000;
        break;
    default:
        hz = MAX(((uint64_t)frequency * HFCLK_HZ) >> 32, MIN_SCL_HZ);
        break;
    }
    return NANOSECONDS_PER_SECOND / hz;
}

/* The wires: one transaction at a time */

static bool claim_lines(Nrf51TWI *s)
{
    Nrf51I2CLines *lines = s->lines;

    if (lines->owner && lines->owner != s) {
        lines->waiting = s;
        return false;
    }
    lines->owner = s;
    return true;
}

static void release_lines(Nrf51TWI *s)
{
    Nrf51I2CLines *lines = s->lines;
    Nrf51TWI *next = lines->waiting;

    if (next == s) {
        lines->waiting = NULL;
    }
    if (lines->owner != s) {
        return;
    }
    lines->owner = NULL;
    lines->waiting = NULL;
    if (next && !device_is_in_reset(DEVICE(next))) {
        lines->owner = next;
        begin_start(next);
    }
}

static bool pins_are_board(Nrf51TWI *s)
{
    return s->lines->bus && reg_of(s)[REG_PSELSCL] == s->lines->scl &&
           reg_of(s)[REG_PSELSDA] == s->lines->sda;
}

/* Phases: ask the part, start the clock; next_step() goes on from there */

static void try_end_phase(Nrf51TWI *s);

static void answered(void *opaque, I2CReply reply, uint8_t data)
{
    Nrf51TWI *s = opaque;

    trace_bw_nrf51_twi_reply(path_of(s), state_names[s->state], reply, data);
    s->reply_done = true;
    s->reply = reply;
    s->data = data;
    try_end_phase(s);
}

/* Hand the phase under way to the bus; the answer comes later. */
static void request_phase(Nrf51TWI *s)
{
    I2CBus *bus = s->lines->bus;
    bool one_byte = NRF_PERIPHERAL(s)->shorts & SHORTS_BB_STOP;

    if (!s->on_board) {
        s->reply_done = true;
        s->reply = s->state == TWI_STOP ? I2C_REPLY_ACK
                                        : I2C_REPLY_NACK_ADDRESS;
        return;
    }
    switch (s->state) {
    case TWI_ADDRESS:
        i2c_request_start(bus, s->address, s->reading,
                          s->reading && one_byte ? 1 : 0, answered, s);
        break;
    case TWI_SEND:
        i2c_request_send(bus, s->sending, answered, s);
        break;
    case TWI_RECV:
        i2c_request_recv(bus, answered, s);
        break;
    case TWI_STOP:
        i2c_request_stop(bus, answered, s);
        break;
    default:
        g_assert_not_reached();
    }
}

static void begin_phase(Nrf51TWI *s, TwiState state, unsigned bits)
{
    set_state(s, state);
    s->wire_done = false;
    s->reply_done = false;
    timer_mod(&s->wire, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) +
                        bits * bit_ns(s));
    request_phase(s);
}

/* The ACK bit of the last received byte: a NACK, this was the last one. */
static void refuse_more(Nrf51TWI *s)
{
    if (s->ack_held && s->on_board) {
        i2c_nack(s->lines->bus);
    }
    s->ack_held = false;
}

static void begin_start(Nrf51TWI *s)
{
    refuse_more(s);
    s->reading = s->start_wanted == START_RX;
    s->start_wanted = START_NONE;
    s->stop_wanted = s->stop_after;
    s->stop_after = false;
    s->suspend_wanted = false;
    s->nacked = false;
    s->rxd_full = false;
    s->data_acked = false;
    s->address = reg_of(s)[REG_ADDRESS];
    trace_bw_nrf51_twi_start(path_of(s), s->address, s->reading ? "r" : "w");
    begin_phase(s, TWI_ADDRESS, ADDRESS_BITS);
}

static void begin_stop(Nrf51TWI *s)
{
    refuse_more(s);
    s->stop_wanted = false;
    s->suspend_wanted = false;
    s->txd_full = false;
    begin_phase(s, TWI_STOP, STOP_BITS);
}

static void begin_send(Nrf51TWI *s)
{
    s->txd_full = false;
    s->sending = reg_of(s)[REG_TXD];
    begin_phase(s, TWI_SEND, BYTE_BITS);
    emit(s, EV_BB);
}

static void begin_recv(Nrf51TWI *s)
{
    s->ack_held = false;
    begin_phase(s, TWI_RECV, BYTE_BITS);
    emit(s, EV_BB);
}

static void suspend(Nrf51TWI *s)
{
    s->suspend_wanted = false;
    set_state(s, TWI_SUSPENDED);
    emit(s, EV_SUSPENDED);
}

/* SCL is low between two bytes, and the master decides how to go on. */
static void next_step(Nrf51TWI *s)
{
    bool byte_due = s->reading && !s->ack_held && !s->nacked;

    if (s->stop_wanted && !byte_due) {
        begin_stop(s);
    } else if (s->suspend_wanted && !s->nacked) {
        suspend(s);
    } else if (s->start_wanted && !byte_due) {
        begin_start(s);
    } else if (s->nacked) {
        set_state(s, TWI_NACKED);
    } else if (s->reading) {
        begin_recv(s);
    } else if (s->txd_full) {
        begin_send(s);
    } else {
        set_state(s, TWI_WAIT_TXD);
    }
}

/* Ends of phases */

static void raise_error(Nrf51TWI *s, uint32_t cause)
{
    reg_of(s)[REG_ERRORSRC] |= cause;
    emit(s, EV_ERROR);
}

static uint32_t nack_cause(Nrf51TWI *s)
{
    return s->reply == I2C_REPLY_NACK_ADDRESS ? R_ERRORSRC_ANACK_MASK
                                              : R_ERRORSRC_DNACK_MASK;
}

static void refused(Nrf51TWI *s, uint32_t cause)
{
    s->nacked = true;
    s->suspend_wanted = false;
    s->txd_full = false;
    raise_error(s, cause);
}

static void address_done(Nrf51TWI *s)
{
    if (s->reply != I2C_REPLY_ACK) {
        refused(s, R_ERRORSRC_ANACK_MASK);
    }
    next_step(s);
}

static void send_done(Nrf51TWI *s)
{
    if (s->reply == I2C_REPLY_ACK) {
        s->data_acked = true;
    } else {
        refused(s, R_ERRORSRC_DNACK_MASK);
    }
    emit(s, EV_TXDSENT);
    next_step(s);
}

static void recv_done(Nrf51TWI *s)
{
    bool overrun = s->rxd_full;

    reg_of(s)[REG_RXD] = s->data;
    s->rxd_full = true;
    s->ack_held = true;
    if (overrun) {
        raise_error(s, R_ERRORSRC_OVERRUN_MASK);
    }
    emit(s, EV_RXDREADY);
    next_step(s);
}

/* Begin a transaction on a bus that this master does not own yet. */
static void start_from_idle(Nrf51TWI *s)
{
    s->on_board = pins_are_board(s);
    if (s->on_board && !claim_lines(s)) {
        set_state(s, TWI_QUEUED);
        return;
    }
    begin_start(s);
}

static void stopped(Nrf51TWI *s)
{
    set_state(s, TWI_IDLE);
    release_lines(s);
    emit(s, EV_STOPPED);
    if (s->state == TWI_IDLE && s->start_wanted) {
        start_from_idle(s);
    }
}

static void stop_done(Nrf51TWI *s)
{
    if (s->reply == I2C_REPLY_ACK) {
        stopped(s);
        return;
    }
    raise_error(s, nack_cause(s));
    if (!s->data_acked || s->start_wanted) {
        stopped(s);
        return;
    }
    set_state(s, TWI_HELD);
    timer_mod(&s->wire, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) +
                        s->late_error_hold_ms * SCALE_MS);
}

static void try_end_phase(Nrf51TWI *s)
{
    TwiState phase = s->state;

    if (!s->wire_done || !s->reply_done) {
        return;
    }
    set_state(s, TWI_BOUNDARY);
    switch (phase) {
    case TWI_ADDRESS:
        address_done(s);
        break;
    case TWI_SEND:
        send_done(s);
        break;
    case TWI_RECV:
        recv_done(s);
        break;
    case TWI_STOP:
        stop_done(s);
        break;
    default:
        g_assert_not_reached();
    }
}

static void wire_expired(void *opaque)
{
    Nrf51TWI *s = opaque;

    if (s->state == TWI_HELD) {
        stopped(s);
        return;
    }
    s->wire_done = true;
    try_end_phase(s);
}

/* Drop the transaction: the lines go high, nobody hears of it. */
static void silence(NrfPeripheral *p)
{
    Nrf51TWI *s = NRF51_TWI(p);

    timer_del(&s->wire);
    s->reissue = false;
    s->start_wanted = START_NONE;
    s->stop_wanted = false;
    s->stop_after = false;
    s->suspend_wanted = false;
    s->nacked = false;
    s->ack_held = false;
    s->txd_full = false;
    s->rxd_full = false;
    set_state(s, TWI_IDLE);
    if (s->lines) {
        if (s->lines->owner == s) {
            i2c_request_cancel(s->lines->bus);
        }
        release_lines(s);
    }
}

/* Tasks */

static void task_start(NrfPeripheral *p, unsigned direction)
{
    Nrf51TWI *s = NRF51_TWI(p);

    if (!is_enabled(s)) {
        qemu_log_mask(LOG_GUEST_ERROR, "%s: START while disabled\n",
                      path_of(s));
        return;
    }
    switch (s->state) {
    case TWI_ADDRESS:
    case TWI_SEND:
    case TWI_RECV:
        if (s->reading == (direction == START_RX)) {
            return;
        }
        break;
    case TWI_STOP:
    case TWI_QUEUED:
    case TWI_BOUNDARY:
    case TWI_SUSPENDED:
    case TWI_IDLE:
    case TWI_WAIT_TXD:
    case TWI_NACKED:
    case TWI_HELD:
        break;
    }
    s->start_wanted = direction;
    if (s->state == TWI_WAIT_TXD || s->state == TWI_NACKED) {
        begin_start(s);
    } else if (s->state == TWI_IDLE || s->state == TWI_HELD) {
        timer_del(&s->wire);
        release_lines(s);
        start_from_idle(s);
    }
}

static void task_stop(NrfPeripheral *p, unsigned unused)
{
    Nrf51TWI *s = NRF51_TWI(p);

    if (s->start_wanted) {
        s->stop_after = true;
        return;
    }
    switch (s->state) {
    case TWI_IDLE:
    case TWI_HELD:
    case TWI_STOP:
        break;
    case TWI_WAIT_TXD:
    case TWI_NACKED:
        begin_stop(s);
        break;
    case TWI_SUSPENDED:
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: STOP while suspended waits for RESUME\n",
                      path_of(s));
        s->stop_wanted = true;
        break;
    default:
        s->stop_wanted = true;
        break;
    }
}

static void task_suspend(NrfPeripheral *p, unsigned unused)
{
    Nrf51TWI *s = NRF51_TWI(p);

    switch (s->state) {
    case TWI_WAIT_TXD:
        suspend(s);
        break;
    case TWI_ADDRESS:
    case TWI_SEND:
    case TWI_RECV:
    case TWI_BOUNDARY:
        s->suspend_wanted = true;
        break;
    default:
        break;
    }
}

static void task_resume(NrfPeripheral *p, unsigned unused)
{
    Nrf51TWI *s = NRF51_TWI(p);

    s->suspend_wanted = false;
    if (s->state == TWI_SUSPENDED) {
        set_state(s, TWI_BOUNDARY);
        next_step(s);
    }
}

/* Registers */

static void write_enable(Nrf51TWI *s, uint32_t value)
{
    reg_of(s)[REG_ENABLE] = value;
    if (value == ENABLE_TWI) {
        return;
    }
    silence(NRF_PERIPHERAL(s));
    if (value) {
        qemu_log_mask(LOG_UNIMP, "%s: ENABLE %u: %s is not modelled\n",
                      path_of(s), value,
                      NRF_PERIPHERAL_GET_CLASS(s)->info->absent);
    }
}

static void write_txd(Nrf51TWI *s, uint32_t value)
{
    reg_of(s)[REG_TXD] = value;
    if (!is_enabled(s)) {
        return;
    }
    s->txd_full = true;
    if (s->state == TWI_WAIT_TXD) {
        begin_send(s);
    }
}

static void nrf51_twi_write(NrfPeripheral *p, unsigned reg, uint32_t value)
{
    Nrf51TWI *s = NRF51_TWI(p);

    switch (reg) {
    case REG_ERRORSRC:
        p->reg[REG_ERRORSRC] &= ~value;
        break;
    case REG_ENABLE:
        write_enable(s, value);
        break;
    case REG_TXD:
        write_txd(s, value);
        break;
    default:
        p->reg[reg] = value;
        break;
    }
}

static uint32_t nrf51_twi_read(NrfPeripheral *p, unsigned reg)
{
    if (reg == REG_RXD) {
        NRF51_TWI(p)->rxd_full = false;
    }
    return p->reg[reg];
}

/*
 * Firmware that polls counts its loops to time out.  While a part works on
 * its answer, the loop is slowed down to the pace of the answer.
 */
static void nrf51_twi_poll(NrfPeripheral *p)
{
    Nrf51TWI *s = NRF51_TWI(p);

    if (s->lines->owner == s && i2c_request_pending(s->lines->bus)) {
        i2c_bus_wait(s->lines->bus, POLL_WAIT_MS);
    }
}

static const NrfTask twi_tasks[] = {
    [TASK_STARTRX] = { A_STARTRX, "STARTRX", task_start, START_RX },
    [TASK_STARTTX] = { A_STARTTX, "STARTTX", task_start, START_TX },
    [TASK_STOP]    = { A_STOP,    "STOP",    task_stop },
    [TASK_SUSPEND] = { A_SUSPEND, "SUSPEND", task_suspend },
    [TASK_RESUME]  = { A_RESUME,  "RESUME",  task_resume },
};

static const NrfEvent twi_events[] = {
    [EV_STOPPED]   = { A_STOPPED,   "STOPPED",   1 },
    [EV_RXDREADY]  = { A_RXDREADY,  "RXDREADY",  2 },
    [EV_TXDSENT]   = { A_TXDSENT,   "TXDSENT",   7 },
    [EV_ERROR]     = { A_ERROR,     "ERROR",     9 },
    [EV_BB]        = { A_BB,        "BB",        14 },
    [EV_SUSPENDED] = { A_SUSPENDED, "SUSPENDED", 18 },
};

static const NrfShort twi_shorts[] = {
    { SHORTS_BB_SUSPEND_BIT, EV_BB, TASK_SUSPEND },
    { SHORTS_BB_STOP_BIT, EV_BB, TASK_STOP },
};

static const NrfRegister twi_registers[] = {
    [REG_ERRORSRC]  = { A_ERRORSRC,  "ERRORSRC",  0, ERRORSRC_ALL },
    [REG_ENABLE]    = { A_ENABLE,    "ENABLE",    0, R_ENABLE_ENABLE_MASK },
    [REG_PSELSCL]   = { A_PSELSCL,   "PSELSCL",   UINT32_MAX, UINT32_MAX },
    [REG_PSELSDA]   = { A_PSELSDA,   "PSELSDA",   UINT32_MAX, UINT32_MAX },
    [REG_RXD]       = { A_RXD,       "RXD",       0, 0, NRF_RO },
    [REG_TXD]       = { A_TXD,       "TXD",       0, R_TXD_TXD_MASK },
    [REG_FREQUENCY] = { A_FREQUENCY, "FREQUENCY", FREQUENCY_K250, UINT32_MAX },
    [REG_ADDRESS]   = { A_ADDRESS,   "ADDRESS",   0, R_ADDRESS_ADDRESS_MASK },
};

static const NrfPeripheralInfo twi_info = {
    .tasks = twi_tasks,
    .num_tasks = ARRAY_SIZE(twi_tasks),
    .events = twi_events,
    .num_events = ARRAY_SIZE(twi_events),
    .shorts = twi_shorts,
    .num_shorts = ARRAY_SIZE(twi_shorts),
    .registers = twi_registers,
    .num_registers = ARRAY_SIZE(twi_registers),
    .has_inten = true,
    .absent = "SPI",
};

void nrf51_twi_connect(Nrf51TWI *s, Nrf51I2CLines *lines)
{
    s->lines = lines;
}

/*
 * A phase under way does not migrate: the I2C core and the parts come up as
 * they were before it, so it is requested again, once all of them are loaded.
 */
static void resume_phase(void *opaque, bool running, RunState state)
{
    Nrf51TWI *s = opaque;

    if (running && s->reissue) {
        s->reissue = false;
        request_phase(s);
    }
}

static int nrf51_twi_post_load(void *opaque, int version_id)
{
    Nrf51TWI *s = opaque;

    if (s->state >= ARRAY_SIZE(state_names) || s->state == TWI_BOUNDARY) {
        return -EINVAL;
    }
    if (s->on_board && s->state == TWI_QUEUED) {
        s->lines->waiting = s;
    } else if (s->on_board && s->state != TWI_IDLE) {
        s->lines->owner = s;
    }
    s->reissue = is_phase(s->state) && !s->reply_done;
    return 0;
}

static void nrf51_twi_init(Object *obj)
{
    Nrf51TWI *s = NRF51_TWI(obj);

    timer_init_ns(&s->wire, QEMU_CLOCK_VIRTUAL, wire_expired, s);
}

static void nrf51_twi_realize(DeviceState *dev, Error **errp)
{
    Nrf51TWI *s = NRF51_TWI(dev);

    if (!s->lines) {
        error_setg(errp, "not connected to any wires");
        return;
    }
    s->vm_change = qdev_add_vm_change_state_handler(dev, resume_phase, s);
}

static void nrf51_twi_finalize(Object *obj)
{
    Nrf51TWI *s = NRF51_TWI(obj);

    timer_del(&s->wire);
    if (s->vm_change) {
        qemu_del_vm_change_state_handler(s->vm_change);
    }
}

static const VMStateDescription vmstate_nrf51_twi = {
    .name = TYPE_NRF51_TWI,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = nrf51_twi_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51TWI),
        VMSTATE_TIMER(wire, Nrf51TWI),
        VMSTATE_UINT8(state, Nrf51TWI),
        VMSTATE_UINT8(address, Nrf51TWI),
        VMSTATE_BOOL(on_board, Nrf51TWI),
        VMSTATE_BOOL(reading, Nrf51TWI),
        VMSTATE_BOOL(nacked, Nrf51TWI),
        VMSTATE_BOOL(data_acked, Nrf51TWI),
        VMSTATE_BOOL(ack_held, Nrf51TWI),
        VMSTATE_BOOL(txd_full, Nrf51TWI),
        VMSTATE_BOOL(rxd_full, Nrf51TWI),
        VMSTATE_BOOL(suspend_wanted, Nrf51TWI),
        VMSTATE_BOOL(stop_wanted, Nrf51TWI),
        VMSTATE_BOOL(stop_after, Nrf51TWI),
        VMSTATE_UINT8(start_wanted, Nrf51TWI),
        VMSTATE_BOOL(wire_done, Nrf51TWI),
        VMSTATE_BOOL(reply_done, Nrf51TWI),
        VMSTATE_UINT8(reply, Nrf51TWI),
        VMSTATE_UINT8(data, Nrf51TWI),
        VMSTATE_UINT8(sending, Nrf51TWI),
        VMSTATE_END_OF_LIST()
    }
};

static const Property nrf51_twi_properties[] = {
    DEFINE_PROP_UINT32("late-error-hold-ms", Nrf51TWI, late_error_hold_ms,
                       250),
};

static void nrf51_twi_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 two-wire master";
    dc->realize = nrf51_twi_realize;
    dc->vmsd = &vmstate_nrf51_twi;
    device_class_set_props(dc, nrf51_twi_properties);
    pc->info = &twi_info;
    pc->read = nrf51_twi_read;
    pc->write = nrf51_twi_write;
    pc->poll = nrf51_twi_poll;
    pc->silence = silence;
}

static const TypeInfo nrf51_twi_types[] = {
    {
        .name = TYPE_NRF51_TWI,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51TWI),
        .instance_init = nrf51_twi_init,
        .instance_finalize = nrf51_twi_finalize,
        .class_init = nrf51_twi_class_init,
    },
};
DEFINE_TYPES(nrf51_twi_types)
