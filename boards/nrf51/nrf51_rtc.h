/*
 * nRF51 real-time counter (RTC)
 *
 * QEMU interface:
 *  - TYPE_NRF51_RTC has four compare channels, TYPE_NRF51_RTC_3CC three
 *  - sysbus MMIO region 0 (registers), sysbus IRQ 0
 *  - property "clock": link to the CLOCK whose LFCLK it runs from
 *  - property "late-compare-ms": see nrf51_rtc.c; 0 switches it off
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_RTC_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_RTC_H

#include "qemu/timer.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/boards/nrf51/nrf51_clock.h"

#define TYPE_NRF51_RTC     "bw-nrf51-rtc"
#define TYPE_NRF51_RTC_3CC "bw-nrf51-rtc-3cc"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51Rtc, NRF51_RTC)

#define NRF51_RTC_CHANNELS 4
#define NRF51_RTC_QUEUE    8 /* four tasks, two edges */

typedef struct Nrf51RtcTask {
    uint8_t task;
    int64_t edge; /* takes effect there */
} Nrf51RtcTask;

/*
 * @before: CC until @edge; the register from there on
 * @fired: edge of the last compare with its interrupt on, or -1
 * @overdue: edge of a compare that was passed before CC was written, or -1
 */
typedef struct Nrf51RtcChannel {
    uint32_t before;
    int64_t edge;
    int64_t fired;
    int64_t overdue;
} Nrf51RtcChannel;

/* Times are edges of LFCLK, counted from the start of the virtual clock. */
struct Nrf51Rtc {
    NrfPeripheral parent_obj;

    Nrf51Clock *clock;
    Notifier lf_changed;
    QEMUTimer expiry;
    bool started;    /* by START */
    bool clocked;    /* LFCLK runs */
    uint32_t base;   /* COUNTER at @origin */
    int64_t origin;
    int64_t done;    /* everything up to here has happened */
    bool expiring;   /* @done is happening */
    uint32_t enabled; /* events wanted: EVTEN | INTEN */
    int64_t seen;    /* last read of COUNTER, or -1 */
    int64_t late_at; /* when to look at overdue compares, ns */
    uint32_t queued;
    Nrf51RtcTask queue[NRF51_RTC_QUEUE];
    Nrf51RtcChannel channel[NRF51_RTC_CHANNELS];

    uint32_t late_compare_ms;
};

#endif
