/*
 * nRF51 TIMER
 *
 * QEMU interface:
 *  - sysbus MMIO region 0 (registers), sysbus IRQ 0
 *  - property "bits": width of the counter, 16 or 32
 *  - property "late-compare-ms": see nrf51_timer.c; 0 switches it off
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_TIMER_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_TIMER_H

#include "qemu/timer.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"

#define TYPE_NRF51_TIMER "bw-nrf51-timer"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51Timer, NRF51_TIMER)

#define NRF51_TIMER_CHANNELS 4

/*
 * The last compare of a channel, from which firmware may reckon the next
 * @armed: it had its interrupt on, and nothing has made it void since
 * @overdue: CC has been set to a value that was passed before it was set
 * @value: of CC then
 * @due: when it happened, or is overdue since; half ns
 */
typedef struct Nrf51TimerChain {
    bool armed;
    bool overdue;
    uint32_t value;
    int64_t due;
} Nrf51TimerChain;

/* Times are in half ns of the virtual clock: a cycle of 16 MHz is 125. */
struct Nrf51Timer {
    NrfPeripheral parent_obj;

    QEMUTimer expiry;
    bool running;
    uint32_t base;    /* the counter at @epoch */
    int64_t epoch;
    int64_t done;     /* ticks since @epoch whose compares have happened */
    int64_t synced;   /* everything up to here has happened */
    int64_t expiring; /* the compare being delivered, or -1 */
    unsigned burst;   /* compares in a row that were late */
    int64_t late_at;  /* when to look at overdue compares */
    Nrf51TimerChain chain[NRF51_TIMER_CHANNELS];

    uint32_t bits;
    uint32_t late_compare_ms;
};

#endif
