/*
 * nRF51 two-wire master (TWI0, TWI1): transactions
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "I2C compatible
 * two-wire interface (TWI)"; nRF51822 Product Anomaly Notes; for the order
 * of things within a transaction the drivers that depend on it.
 * docs/fidelity.md lists rules and drivers.
 *
 * The way of a byte: register write (nrf51_twi.c) -> here -> QEMU's I2C core,
 * asynchronous (qemu/patches) -> a part, for a real one
 * passthrough/i2c_passthrough_bus.c -> answered() -> event -> interrupt.
 *
 * A transaction is a row of phases: START with the address, bytes, STOP.  A
 * phase ends when its wire time is over and the part has answered, whichever
 * is later: a slow part stretches the clock.  No phase ends within the
 * register write that began it.  How long the bits take is nrf51_twi_time.c.
 *
 * Where the sources are silent:
 *  - START takes one bit time, STOP one; a repeated START also one;
 *  - pins that are not the board's I2C pins, or none, have no part on them:
 *    the address is not acknowledged;
 *  - a read that is stopped or restarted during its address still takes one
 *    byte, since the part then owns SDA;
 *  - after a NACK no further byte is sent until STOP or START, and a byte
 *    waiting in TXD is dropped; STOP drops it too, unless a START is to follow;
 *  - STOP, SUSPEND and RESUME without a transaction do nothing, not even an
 *    event; STOP while suspended waits for RESUME;
 *  - RESUME withdraws a SUSPEND that has not taken effect yet: mbed's first
 *    RESUME, meant for the address, may come late on a busy host;
 *  - a START for the direction whose address or byte is under way is merged
 *    with it, any other START, and one after STOP, waits for the end of the
 *    byte;
 *  - while a part stretches the clock, STOP, SUSPEND, RESUME and START are
 *    taken as during any byte and act when it lets go; ENABLE=0 and POWER=0
 *    act at once.  The master has no time-out: with a part that never lets go
 *    no event comes any more, and only software can end that;
 *  - if both masters use the board's wires, the second one's START waits for
 *    the STOP of the first.
 *
 * A part behind an agent may refuse a write only when all of it has arrived
 * there, at STOP or at the repeated START (ERRORSRC then shows DNACK), and may
 * be lost in the middle of a read: a byte that cannot come any more raises
 * ERROR and DNACK in place of RXDREADY, so that firmware never takes what is
 * in RXD for one.  At STOP, ERROR and ERRORSRC show a refusal at once, but
 * STOPPED then comes "late-error-hold-ms" later, as if the part held SCL low:
 * mbed's driver recognises a failed STOP only by that time-out.
 *
 * The chip overwrites an unread byte in RXD when the next one is complete, and
 * drivers are quick enough.  Without -icount a busy host can delay the core by
 * longer than a byte takes: then the next byte is stretched until RXD is read,
 * for "late-read-grace-us" at most.
 *
 * The pins: both are released, but for SCL while the master or a part holds
 * it low between two bits of the wire: waiting for TXD, RESUME, STOP after a
 * NACK, or for a part's answer.
 *
 * Not modelled: the bits as levels of the pins, arbitration loss, PAN 56
 * (lock-up; not on revision 3 of the chip, and every driver has the cure).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "system/cpu-timers.h"
#include "hw/benchwire/boards/nrf51/nrf51_twi_bus.h"
#include "hw/benchwire/trace.h"

#define ADDRESS_BITS 10 /* START, seven address bits, R/W, ACK */
#define BYTE_BITS    9  /* eight data bits, ACK */
#define STOP_BITS    1

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

static void update_scl(Nrf51TWI *s)
{
    bool low = s->state == TWI_WAIT_TXD || s->state == TWI_SUSPENDED ||
               s->state == TWI_NACKED || s->state == TWI_HELD ||
               (is_phase(s->state) && (s->wire_done || s->stretched));

    nrf51_pin_output(&s->scl, low ? NRF51_PIN_LOW : NRF51_PIN_RELEASED);
}

static void set_state(Nrf51TWI *s, TwiState state)
{
    if (s->state != state && state != TWI_BOUNDARY) {
        trace_bw_nrf51_twi_state(path_of(s), state_names[state]);
    }
    if (s->state != state) {
        nrf_doze_wake(&s->doze);
    }
    s->state = state;
    if (state != TWI_BOUNDARY) {
        update_scl(s);
    }
}

/* The wires: one transaction at a time */

static bool claim_lines(Nrf51TWI *s)
{
    Nrf51I2CLines *lines = s->lines;

    if (lines->owner && lines->owner != s) {
        lines->waiting = s;
        return false;
    }
    i2c_wires_drop(&lines->by_hand);
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
        i2c_wires_drop(&lines->by_hand);
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
    bool one_byte = NRF_PERIPHERAL(s)->shorts &
                    BIT(NRF51_TWI_BB_STOP_BIT);

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

static void start_wire(Nrf51TWI *s, int64_t ns)
{
    timer_mod(&s->wire, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + ns);
}

static void begin_phase(Nrf51TWI *s, TwiState state, unsigned bits)
{
    s->wire_done = false;
    s->reply_done = false;
    s->stretched = false;
    set_state(s, state);
    request_phase(s);
    start_wire(s, nrf51_twi_phase_begins(s, bits));
}

/*
 * BB has asked for the clock to be held after this byte, so that it cannot
 * come too fast for the driver: what the part has taken too long is left out.
 */
static void shorten_recv(Nrf51TWI *s)
{
    if (s->state == TWI_RECV && !s->wire_done &&
        (s->suspend_wanted || s->stop_wanted) &&
        s->owed_ns < nrf51_twi_bits_ns(s, BYTE_BITS)) {
        start_wire(s, nrf51_twi_short_ns(s));
    }
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
    if (!s->start_wanted) {
        s->txd_full = false;
    }
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
    if (nrf51_twi_is_outside(s)) {
        shorten_recv(s);
    }
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
    return s->reply == I2C_REPLY_NACK_ADDRESS ? NRF51_TWI_ANACK
                                              : NRF51_TWI_DNACK;
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
        refused(s, nack_cause(s));
    }
    next_step(s);
}

static void send_done(Nrf51TWI *s)
{
    if (s->reply == I2C_REPLY_ACK) {
        s->data_acked = true;
    } else {
        refused(s, NRF51_TWI_DNACK);
    }
    emit(s, EV_TXDSENT);
    next_step(s);
}

static void recv_done(Nrf51TWI *s)
{
    bool overrun = s->rxd_full;

    if (s->reply != I2C_REPLY_ACK) {
        refused(s, NRF51_TWI_DNACK);
        next_step(s);
        return;
    }
    reg_of(s)[REG_RXD] = s->data;
    s->rxd_full = true;
    s->ack_held = true;
    if (overrun) {
        raise_error(s, NRF51_TWI_OVERRUN);
    }
    emit(s, EV_RXDREADY);
    next_step(s);
}

/* Begin a transaction on a bus that this master does not own yet. */
static void start_from_idle(Nrf51TWI *s)
{
    s->on_board = pins_are_board(s);
    s->owed_ns = 0;
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
    start_wire(s, (int64_t)s->late_error_hold_ms * SCALE_MS);
}

/* Returns: true if the byte received is stretched, since RXD is not free. */
static bool wait_for_reader(Nrf51TWI *s)
{
    if (!s->rxd_full || s->stretched || !s->late_read_grace_us ||
        icount_enabled()) {
        return false;
    }
    s->stretched = true;
    s->wire_done = false;
    start_wire(s, (int64_t)s->late_read_grace_us * SCALE_US);
    return true;
}

static void try_end_phase(Nrf51TWI *s)
{
    TwiState phase = s->state;

    if (!s->wire_done || !s->reply_done ||
        (phase == TWI_RECV && wait_for_reader(s))) {
        return;
    }
    nrf51_twi_phase_ends(s);
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
    update_scl(s);
}

void nrf51_twi_bus_drop(Nrf51TWI *s)
{
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

/* What software, shorts and PPI ask for */

void nrf51_twi_bus_start(Nrf51TWI *s, bool reading)
{
    switch (s->state) {
    case TWI_ADDRESS:
    case TWI_SEND:
    case TWI_RECV:
        if (s->reading == reading && !s->stop_wanted) {
            return;
        }
        break;
    default:
        break;
    }
    s->start_wanted = reading ? START_RX : START_TX;
    if (s->state == TWI_WAIT_TXD || s->state == TWI_NACKED) {
        begin_start(s);
    } else if (s->state == TWI_IDLE || s->state == TWI_HELD) {
        timer_del(&s->wire);
        release_lines(s);
        start_from_idle(s);
    }
}

void nrf51_twi_bus_stop(Nrf51TWI *s)
{
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

void nrf51_twi_bus_suspend(Nrf51TWI *s)
{
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

void nrf51_twi_bus_resume(Nrf51TWI *s)
{
    s->suspend_wanted = false;
    if (s->state == TWI_SUSPENDED) {
        set_state(s, TWI_BOUNDARY);
        next_step(s);
    }
}

void nrf51_twi_bus_txd_written(Nrf51TWI *s)
{
    s->txd_full = true;
    if (s->state == TWI_WAIT_TXD) {
        begin_send(s);
    }
}

void nrf51_twi_bus_rxd_read(Nrf51TWI *s)
{
    if (s->rxd_full && s->state == TWI_RECV && s->stretched &&
        !s->wire_done) {
        start_wire(s, nrf51_twi_bits_ns(s, BYTE_BITS));
    }
    s->rxd_full = false;
}

/* Also if the main loop has not noticed yet */
static bool wire_is_over(Nrf51TWI *s)
{
    return s->wire_done || timer_expired(&s->wire,
                                         qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
}

bool nrf51_twi_bus_waits(Nrf51TWI *s)
{
    if (!is_phase(s->state) || !s->on_board || !wire_is_over(s)) {
        return false;
    }
    return !icount_enabled() || s->reply_done ||
           i2c_request_waits_for_host(s->lines->bus);
}

int nrf51_twi_bus_loaded(Nrf51TWI *s)
{
    if (s->state >= ARRAY_SIZE(state_names) || s->state == TWI_BOUNDARY) {
        return -EINVAL;
    }
    if (s->on_board && s->state == TWI_QUEUED) {
        s->lines->waiting = s;
    } else if (s->on_board && s->state != TWI_IDLE) {
        s->lines->owner = s;
    }
    s->reissue = is_phase(s->state) && !s->reply_done;
    update_scl(s);
    return 0;
}

void nrf51_twi_bus_run(Nrf51TWI *s)
{
    if (s->reissue) {
        s->reissue = false;
        request_phase(s);
    }
}

void nrf51_twi_bus_init(Nrf51TWI *s)
{
    timer_init_ns(&s->wire, QEMU_CLOCK_VIRTUAL, wire_expired, s);
}
