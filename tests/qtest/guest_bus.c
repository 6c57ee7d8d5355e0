/*
 * A guest's I2C driver, driven by qtest.
 *
 * The order of operations is that of the interrupt-driven drivers: TXD after
 * STARTTX, BB->SUSPEND while more than one byte is to come, BB->STOP before
 * the last.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "guest_bus.h"

#define TWI0      0x40003000
#define STARTRX   (TWI0 + 0x000)
#define STARTTX   (TWI0 + 0x008)
#define STOP      (TWI0 + 0x014)
#define RESUME    (TWI0 + 0x020)
#define STOPPED   (TWI0 + 0x104)
#define RXDREADY  (TWI0 + 0x108)
#define TXDSENT   (TWI0 + 0x11c)
#define ERROR     (TWI0 + 0x124)
#define SHORTS    (TWI0 + 0x200)
#define ERRORSRC  (TWI0 + 0x4c4)
#define ENABLE    (TWI0 + 0x500)
#define PSELSCL   (TWI0 + 0x508)
#define PSELSDA   (TWI0 + 0x50c)
#define RXD       (TWI0 + 0x518)
#define TXD       (TWI0 + 0x51c)
#define FREQUENCY (TWI0 + 0x524)
#define ADDRESS   (TWI0 + 0x588)

#define BB_SUSPEND  1
#define BB_STOP     2
#define PIN_SCL     0  /* micro:bit V1 schematic: P0.00 */
#define PIN_SDA     30 /* P0.30 */
#define ENABLED     5
#define K400        0x06680000
#define STEP_NS     25000 /* one byte at 400 kHz takes 22.5 us */
#define PATIENCE_US (20 * G_USEC_PER_SEC)

void guest_bus_init(QTestState *qts)
{
    qtest_writel(qts, PSELSCL, PIN_SCL);
    qtest_writel(qts, PSELSDA, PIN_SDA);
    qtest_writel(qts, FREQUENCY, K400);
    qtest_writel(qts, ENABLE, ENABLED);
}

void guest_bus_reset(QTestState *qts)
{
    qtest_writel(qts, ENABLE, 0);
    qtest_writel(qts, ENABLE, ENABLED);
}

/* Returns true once @event has come, false if it was ERROR. */
static bool wait_event(QTestState *qts, uint64_t event)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    while (!qtest_readl(qts, event)) {
        if (event != STOPPED && qtest_readl(qts, ERROR)) {
            return false;
        }
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        qtest_clock_step(qts, STEP_NS);
    }
    qtest_writel(qts, event, 0);
    return true;
}

static void begin(QTestState *qts, uint8_t addr7)
{
    static const uint64_t events[] = { STOPPED, RXDREADY, TXDSENT, ERROR };

    for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
        qtest_writel(qts, events[i], 0);
    }
    qtest_writel(qts, ERRORSRC, 7);
    qtest_writel(qts, SHORTS, 0);
    qtest_writel(qts, ADDRESS, addr7);
}

static bool send_bytes(QTestState *qts, const uint8_t *tx, size_t len)
{
    qtest_writel(qts, STARTTX, 1);
    for (size_t i = 0; i < len; i++) {
        qtest_writel(qts, TXD, tx[i]);
        if (!wait_event(qts, TXDSENT)) {
            return false;
        }
    }
    return true;
}

/* Ends in STOP by itself if no byte is refused. */
static bool recv_bytes(QTestState *qts, uint8_t *rx, size_t len)
{
    qtest_writel(qts, SHORTS, len > 1 ? BB_SUSPEND : BB_STOP);
    qtest_writel(qts, STARTRX, 1);
    for (size_t i = 0; i < len; i++) {
        if (!wait_event(qts, RXDREADY)) {
            return false;
        }
        rx[i] = qtest_readl(qts, RXD);
        if (i + 2 == len) {
            qtest_writel(qts, SHORTS, BB_STOP);
        }
        if (i + 1 < len) {
            qtest_writel(qts, RESUME, 1);
        }
    }
    return true;
}

unsigned guest_bus_transfer(QTestState *qts, uint8_t addr7, const uint8_t *tx,
                            size_t tx_len, uint8_t *rx, size_t rx_len)
{
    bool stops = false;

    begin(qts, addr7);
    if (tx_len || !rx_len) {
        stops = !send_bytes(qts, tx, tx_len) || !rx_len;
    }
    if (!stops && !recv_bytes(qts, rx, rx_len)) {
        stops = true;
    }
    qtest_writel(qts, SHORTS, 0);
    if (stops) {
        qtest_writel(qts, STOP, 1);
    }
    wait_event(qts, STOPPED);
    return qtest_readl(qts, ERROR) ? qtest_readl(qts, ERRORSRC) : GUEST_ACK;
}

unsigned guest_bus_begin_write(QTestState *qts, uint8_t addr7,
                               const uint8_t *tx, size_t tx_len)
{
    begin(qts, addr7);
    send_bytes(qts, tx, tx_len);
    return qtest_readl(qts, ERROR) ? qtest_readl(qts, ERRORSRC) : GUEST_ACK;
}

unsigned guest_bus_stop(QTestState *qts)
{
    qtest_writel(qts, STOP, 1);
    wait_event(qts, STOPPED);
    return qtest_readl(qts, ERROR) ? qtest_readl(qts, ERRORSRC) : GUEST_ACK;
}

void guest_bus_start_read(QTestState *qts, uint8_t addr7)
{
    begin(qts, addr7);
    qtest_writel(qts, SHORTS, BB_STOP);
    qtest_writel(qts, STARTRX, 1);
}
