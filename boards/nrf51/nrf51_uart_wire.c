/*
 * nRF51 UART: frames on the wires, receive FIFO, and the chardev behind them
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Universal Asynchronous
 * Receiver/Transmitter (UART)": Transmission, Reception, Suspending the UART,
 * Error conditions, Using the UART without flow control.
 *
 * Each byte takes its frame (10 bits, 11 with parity) on the virtual clock.
 * The chardev is at the other end of whatever pins PSEL names; of TXD, a byte
 * begun while PSELTXD named none takes its time and goes nowhere.
 *
 * The other end is kinder than a wire, so that nothing typed or printed is
 * lost:
 *  - it keeps what it has to say until the receiver is on, connected, and has
 *    room, although nothing but RTS could tell it so; property "overrun" lets
 *    it send when there is no room;
 *  - a byte that reception is cut off from (ENABLE, POWER) is sent again;
 *  - a byte that a blocked chardev does not take holds TXDRDY back.  With flow
 *    control this also is what CTS says.
 *
 * Where the sources are silent:
 *  - TXD holds one byte while another is sent; a third replaces it.  It is
 *    dropped while the transmitter is not started;
 *  - FIFO full: the newest byte is lost to the one that comes;
 *  - a break takes a frame and puts no byte into the FIFO;
 *  - CTS and NCTS are reported with flow control only; without a pin, CTS is
 *    taken as active;
 *  - reading RXD when it is empty gives its last value (the SVD says that the
 *    UART then stops working: not modelled);
 *  - P0.31 does not exist; drivers name it for "no pin".
 *
 * The pins: while the UART is enabled TXD is high, RTS says what it has to say
 * and CTS is looked at; without flow control too, for who reads the pins.
 *
 * Not modelled: the bits of a frame as levels of TXD and RXD, parity errors.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/log.h"
#include "qemu/main-loop.h"
#include "qemu/processor.h"
#include "chardev/char-serial.h"
#include "hw/core/cpu.h"
#include "system/cpu-timers.h"
#include "hw/benchwire/boards/nrf51/nrf51_uart_wire.h"
#include "hw/benchwire/trace.h"

#define NUM_PINS       31 /* P0.0 to P0.30 */
#define FRAME_BITS     10 /* start, 8 data, stop */
#define RXTO_FRAMES    4
#define RTS_MARK       (NRF51_UART_FIFO - 4) /* room for four more bytes */
#define CORE_HZ        16000000
/* A bit takes this by BAUDRATE, in ns. */
#define BIT_DIVIDEND   ((NANOSECONDS_PER_SECOND << 32) / CORE_HZ)
#define SYMBOL_BREAK   0x100
#define POLL_NS        1500 /* host time, for a look at an event */
#define BREAK_RESERVE  8 /* places in the line that bytes leave to breaks */

enum { TX_IDLE, TX_SHIFTING, TX_BLOCKED };
enum { RX_OFF, RX_ON, RX_STOPPING };

static void push_out(Nrf51UART *s);

static uint32_t reg_of(Nrf51UART *s, unsigned reg)
{
    return NRF_PERIPHERAL(s)->reg[reg];
}

static const char *path_of(Nrf51UART *s)
{
    return DEVICE(s)->canonical_path;
}

static bool has_pin(Nrf51UART *s, unsigned psel)
{
    return reg_of(s, psel) < NUM_PINS;
}

static bool is_enabled(Nrf51UART *s)
{
    return reg_of(s, REG_ENABLE) == NRF51_UART_ENABLED;
}

static bool has_parity(Nrf51UART *s)
{
    return (reg_of(s, REG_CONFIG) & NRF51_UART_PARITY) == NRF51_UART_PARITY;
}

/* Flow control over this pin */
static bool is_flow_controlled(Nrf51UART *s, unsigned psel)
{
    return (reg_of(s, REG_CONFIG) & NRF51_UART_HWFC) && has_pin(s, psel);
}

/* BAUDRATE is not 0. */
static int64_t frame_ns(Nrf51UART *s)
{
    int bits = FRAME_BITS + has_parity(s);

    return bits * BIT_DIVIDEND / reg_of(s, REG_BAUDRATE);
}

static int64_t now_ns(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/* CTS and transmitter */

static bool is_cts_high(Nrf51UART *s)
{
    return nrf51_pin_input(&s->cts, false);
}

static bool is_cts_inactive(Nrf51UART *s)
{
    return is_cts_high(s) || s->watch != 0;
}

static void tx_begin(Nrf51UART *s)
{
    if (!is_enabled(s) || !s->tx_started || !s->txd_full ||
        s->tx_state != TX_IDLE || s->out_full ||
        reg_of(s, REG_BAUDRATE) == 0 ||
        (is_cts_high(s) && is_flow_controlled(s, REG_PSELCTS))) {
        return;
    }
    s->txd_full = false;
    s->shift = reg_of(s, REG_TXD);
    s->shift_on_wire = has_pin(s, REG_PSELTXD);
    s->tx_state = TX_SHIFTING;
    timer_mod(&s->tx_end, now_ns() + frame_ns(s));
}

static void update_cts(Nrf51UART *s)
{
    bool inactive = is_cts_inactive(s);

    if (inactive == s->cts_inactive) {
        return;
    }
    s->cts_inactive = inactive;
    if (is_enabled(s) && is_flow_controlled(s, REG_PSELCTS)) {
        nrf_event(NRF_PERIPHERAL(s), inactive ? EV_NCTS : EV_CTS);
    }
}

static void cts_changed(void *opaque, bool level)
{
    Nrf51UART *s = opaque;

    update_cts(s);
    tx_begin(s);
}

static void tx_done(Nrf51UART *s)
{
    s->tx_state = TX_IDLE;
    tx_begin(s);
    nrf_event(NRF_PERIPHERAL(s), EV_TXDRDY);
}

static void tx_end(void *opaque)
{
    Nrf51UART *s = opaque;

    trace_bw_nrf51_uart_send(path_of(s), s->shift, s->shift_on_wire);
    if (!s->shift_on_wire) {
        tx_done(s);
        return;
    }
    s->out = s->shift;
    s->out_full = true;
    s->tx_state = TX_BLOCKED;
    push_out(s);
}

/* Let time pass, for the main loop too. */
static void take_a_look(void)
{
    int64_t until = get_clock() + POLL_NS;

    if (!current_cpu || icount_enabled()) {
        return; /* nobody is too fast */
    }
    bql_unlock();
    while (get_clock() < until) {
        cpu_relax();
    }
    bql_lock();
}

/*
 * Some software counts its looks at TXDRDY, gives up, and cuts the byte short
 * with STOPTX.  On the chip a look takes a microsecond or so; a core of QEMU's
 * is faster, and keeps the main loop, which has the timers, waiting.  So while
 * a byte is being sent each look takes its time, and sees whether it is over.
 */
void nrf51_uart_tx_poll(Nrf51UART *s)
{
    if (s->tx_state != TX_SHIFTING) {
        return;
    }
    take_a_look();
    if (s->tx_state == TX_SHIFTING &&
        (int64_t)timer_expire_time_ns(&s->tx_end) <= now_ns()) {
        timer_del(&s->tx_end);
        tx_end(s);
    }
}

static gboolean chardev_writable(void *unused, GIOCondition cond, void *opaque)
{
    Nrf51UART *s = opaque;

    s->watch = 0;
    push_out(s);
    return G_SOURCE_REMOVE;
}

static void forget_watch(Nrf51UART *s)
{
    if (s->watch) {
        g_source_remove(s->watch);
        s->watch = 0;
    }
}

/* Returns: whether the chardev has @out, or never will have it. */
static bool write_out(Nrf51UART *s)
{
    if (!qemu_chr_fe_backend_connected(&s->chr) ||
        qemu_chr_fe_write(&s->chr, &s->out, 1) > 0) {
        return true;
    }
    s->watch = qemu_chr_fe_add_watch(&s->chr, G_IO_OUT | G_IO_HUP,
                                     chardev_writable, s);
    return s->watch == 0;
}

/*
 * @out has left the chip; nothing that happens to the chip takes it back.
 * A transmitter that still waits for it is told.
 */
static void push_out(Nrf51UART *s)
{
    bool done;

    forget_watch(s);
    done = write_out(s);
    trace_bw_nrf51_uart_blocked(path_of(s), !done);
    if (done) {
        s->out_full = false;
    }
    update_cts(s);
    if (!done) {
        return;
    }
    if (s->tx_state == TX_BLOCKED) {
        tx_done(s);
    } else {
        tx_begin(s);
    }
}

void nrf51_uart_tx_start(Nrf51UART *s)
{
    s->tx_started = true;
    tx_begin(s);
}

void nrf51_uart_tx_suspend(Nrf51UART *s)
{
    s->tx_started = false;
}

void nrf51_uart_tx_stop(Nrf51UART *s)
{
    s->tx_started = false;
    s->txd_full = false;
    if (s->tx_state == TX_SHIFTING) {
        timer_del(&s->tx_end);
        s->tx_state = TX_IDLE;
    }
}

void nrf51_uart_tx_byte(Nrf51UART *s, uint8_t byte)
{
    if (!is_enabled(s) || !s->tx_started) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: 0x%02x written to TXD, the transmitter is off\n",
                      path_of(s), byte);
        return;
    }
    if (s->txd_full) {
        qemu_log_mask(LOG_GUEST_ERROR, "%s: 0x%02x in TXD is overwritten\n",
                      path_of(s), reg_of(s, REG_TXD));
    }
    NRF_PERIPHERAL(s)->reg[REG_TXD] = byte;
    s->txd_full = true;
    tx_begin(s);
}

/* Receiver */

static void update_rts(Nrf51UART *s)
{
    bool active = s->rx_state == RX_ON && !s->rts_hold;

    nrf51_pin_output(&s->rts, active ? NRF51_PIN_LOW : NRF51_PIN_HIGH);
}

/* Whether the other end may send a byte now */
static bool line_may_send(Nrf51UART *s)
{
    if (!is_enabled(s) || s->rx_state == RX_OFF || !has_pin(s, REG_PSELRXD) ||
        reg_of(s, REG_BAUDRATE) == 0) {
        return false;
    }
    if (s->rx_state == RX_STOPPING &&
        now_ns() + frame_ns(s) >
            (int64_t)timer_expire_time_ns(&s->rx_timeout)) {
        return false;
    }
    if (is_flow_controlled(s, REG_PSELRTS)) {
        return s->rx_state == RX_ON && !s->rts_hold;
    }
    return s->overrun || s->fifo_len < NRF51_UART_FIFO;
}

static void rx_begin(Nrf51UART *s)
{
    if (s->receiving || s->line_len == 0 || !line_may_send(s)) {
        return;
    }
    s->coming = s->line[0];
    s->line_len--;
    memmove(s->line, s->line + 1, s->line_len * sizeof(s->line[0]));
    s->receiving = true;
    timer_mod(&s->rx_end, now_ns() + frame_ns(s));
    qemu_chr_fe_accept_input(&s->chr); /* may come back here */
}

static void error(Nrf51UART *s, uint32_t sources)
{
    NRF_PERIPHERAL(s)->reg[REG_ERRORSRC] |= sources;
    nrf_event(NRF_PERIPHERAL(s), EV_ERROR);
}

static void fifo_push(Nrf51UART *s, uint8_t byte)
{
    if (s->fifo_len == NRF51_UART_FIFO) {
        s->fifo[NRF51_UART_FIFO - 1] = byte;
        error(s, NRF51_UART_OVERRUN);
        return;
    }
    s->fifo[s->fifo_len++] = byte;
    if (s->fifo_len >= RTS_MARK) {
        s->rts_hold = true;
    }
    update_rts(s);
    if (s->fifo_len == 1) { /* it moves on to RXD */
        nrf_event(NRF_PERIPHERAL(s), EV_RXDRDY);
    }
}

static void rx_end(void *opaque)
{
    Nrf51UART *s = opaque;

    s->receiving = false;
    trace_bw_nrf51_uart_receive(path_of(s), s->coming, s->fifo_len);
    if (s->coming == SYMBOL_BREAK) {
        error(s, NRF51_UART_FRAMING | NRF51_UART_BREAK);
    } else {
        fifo_push(s, s->coming);
    }
    rx_begin(s);
}

static void rx_timeout(void *opaque)
{
    Nrf51UART *s = opaque;

    s->rx_state = RX_OFF;
    /* A byte that is complete in the same moment comes first. */
    if (s->receiving && (int64_t)timer_expire_time_ns(&s->rx_end) <= now_ns()) {
        timer_del(&s->rx_end);
        rx_end(s);
    }
    nrf_event(NRF_PERIPHERAL(s), EV_RXTO);
}

uint8_t nrf51_uart_rx_take(Nrf51UART *s)
{
    NrfPeripheral *p = NRF_PERIPHERAL(s);

    if (s->fifo_len == 0) {
        qemu_log_mask(LOG_GUEST_ERROR, "%s: RXD read while it is empty\n",
                      path_of(s));
        return p->reg[REG_RXD];
    }
    p->reg[REG_RXD] = s->fifo[0];
    s->fifo_len--;
    memmove(s->fifo, s->fifo + 1, s->fifo_len);
    if (s->fifo_len == 0) {
        s->rts_hold = false;
    }
    update_rts(s);
    rx_begin(s);
    if (s->fifo_len > 0) {
        nrf_event(p, EV_RXDRDY);
    }
    return p->reg[REG_RXD];
}

void nrf51_uart_rx_start(Nrf51UART *s)
{
    timer_del(&s->rx_timeout);
    s->rx_state = RX_ON;
    update_rts(s);
    rx_begin(s);
}

/* The other end needs a while to notice; RXTO says that it is over. */
void nrf51_uart_rx_stop(Nrf51UART *s)
{
    if (s->rx_state != RX_ON) {
        return;
    }
    if (reg_of(s, REG_BAUDRATE) == 0) {
        s->rx_state = RX_OFF;
    } else {
        s->rx_state = RX_STOPPING;
        timer_mod(&s->rx_timeout, now_ns() + RXTO_FRAMES * frame_ns(s));
    }
    update_rts(s);
}

void nrf51_uart_rx_clear(Nrf51UART *s)
{
    s->fifo_len = 0;
    s->rts_hold = false;
    update_rts(s);
}

/* Both */

/* For a chardev that is a serial port of the host */
static void update_params(Nrf51UART *s)
{
    QEMUSerialSetParams params = {
        .speed = (uint64_t)reg_of(s, REG_BAUDRATE) * CORE_HZ >> 32,
        .parity = has_parity(s) ? 'E' : 'N',
        .data_bits = 8,
        .stop_bits = 1,
    };

    if (is_enabled(s)) {
        qemu_chr_fe_ioctl(&s->chr, CHR_IOCTL_SERIAL_SET_PARAMS, &params);
    }
}

static void connect_pin(Nrf51UART *s, Nrf51Pin *pin, unsigned psel)
{
    nrf51_pin_connect(pin, is_enabled(s) && has_pin(s, psel)
                               ? reg_of(s, psel) : NRF51_NO_PIN);
}

/* No event: what CTS is when it is connected is no news. */
static void connect_pins(Nrf51UART *s)
{
    connect_pin(s, &s->rts, REG_PSELRTS);
    connect_pin(s, &s->txd, REG_PSELTXD);
    connect_pin(s, &s->cts, REG_PSELCTS);
    connect_pin(s, &s->rxd, REG_PSELRXD);
    s->cts_inactive = is_cts_inactive(s);
}

void nrf51_uart_wire_release(Nrf51UART *s)
{
    nrf51_pin_disconnect(&s->rts);
    nrf51_pin_disconnect(&s->txd);
    nrf51_pin_disconnect(&s->cts);
    nrf51_pin_disconnect(&s->rxd);
    s->cts_inactive = is_cts_inactive(s);
}

void nrf51_uart_wire_changed(Nrf51UART *s)
{
    connect_pins(s);
    update_params(s);
    tx_begin(s);
    rx_begin(s);
}

void nrf51_uart_wire_drop(Nrf51UART *s)
{
    timer_del(&s->tx_end);
    s->tx_state = TX_IDLE;
    s->tx_started = false;
    s->txd_full = false;
    timer_del(&s->rx_end);
    timer_del(&s->rx_timeout);
    s->rx_state = RX_OFF;
    if (s->receiving) {
        s->receiving = false;
        memmove(s->line + 1, s->line, s->line_len * sizeof(s->line[0]));
        s->line[0] = s->coming;
        s->line_len++;
    }
    update_rts(s);
}

/* Chardev.  One place of the line is for what drop() gives back. */

static int line_room(void *opaque)
{
    Nrf51UART *s = opaque;
    int most = NRF51_UART_LINE - 1 - BREAK_RESERVE;

    return MAX(0, most - s->line_len);
}

static void line_put(void *opaque, const uint8_t *bytes, int len)
{
    Nrf51UART *s = opaque;
    int i;

    for (i = 0; i < len && s->line_len < NRF51_UART_LINE - 1; i++) {
        s->line[s->line_len++] = bytes[i];
    }
    rx_begin(s);
}

static void line_event(void *opaque, QEMUChrEvent event)
{
    Nrf51UART *s = opaque;

    if (event == CHR_EVENT_BREAK && s->line_len < NRF51_UART_LINE - 1) {
        s->line[s->line_len++] = SYMBOL_BREAK;
        rx_begin(s);
    }
}

static int chardev_replaced(void *opaque)
{
    Nrf51UART *s = opaque;

    nrf51_uart_wire_connect(s);
    update_params(s);
    if (s->out_full) {
        push_out(s);
    }
    return 0;
}

void nrf51_uart_wire_init(Nrf51UART *s)
{
    timer_init_ns(&s->tx_end, QEMU_CLOCK_VIRTUAL, tx_end, s);
    timer_init_ns(&s->rx_end, QEMU_CLOCK_VIRTUAL, rx_end, s);
    timer_init_ns(&s->rx_timeout, QEMU_CLOCK_VIRTUAL, rx_timeout, s);
    nrf51_uart_connect(s, NULL);
}

void nrf51_uart_connect(Nrf51UART *s, Nrf51Gpio *gpio)
{
    nrf51_pin_init(&s->rts, gpio, "UART0 RTS", NULL, NULL);
    nrf51_pin_init(&s->txd, gpio, "UART0 TXD", NULL, NULL);
    nrf51_pin_init(&s->cts, gpio, "UART0 CTS", cts_changed, s);
    nrf51_pin_init(&s->rxd, gpio, "UART0 RXD", NULL, NULL);
    nrf51_pin_output(&s->txd, NRF51_PIN_HIGH);
    update_rts(s);
}

void nrf51_uart_wire_connect(Nrf51UART *s)
{
    qemu_chr_fe_set_handlers(&s->chr, line_room, line_put, line_event,
                             chardev_replaced, s, NULL, true);
}

void nrf51_uart_wire_disconnect(Nrf51UART *s)
{
    forget_watch(s);
    timer_del(&s->tx_end);
    timer_del(&s->rx_end);
    timer_del(&s->rx_timeout);
}

int nrf51_uart_wire_loaded(Nrf51UART *s)
{
    if (s->fifo_len > NRF51_UART_FIFO ||
        s->line_len + s->receiving > NRF51_UART_LINE ||
        s->tx_state > TX_BLOCKED || s->rx_state > RX_STOPPING) {
        return -EINVAL;
    }
    forget_watch(s);
    s->out_full = false;
    if (s->tx_state == TX_BLOCKED) { /* offer it again when the VM runs */
        s->shift = s->out;
        s->shift_on_wire = true;
        s->tx_state = TX_SHIFTING;
        timer_mod(&s->tx_end, 0);
    }
    update_params(s);
    update_rts(s);
    connect_pins(s);
    return 0;
}
