/*
 * nRF51 watchdog timer (WDT)
 *
 * QEMU interface: sysbus MMIO region 0 (registers), sysbus IRQ 0.  What a
 * time-out does is up to QEMU's -action watchdog=; unless set, it resets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_WDT_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_WDT_H

#include "qemu/timer.h"
#include "hw/core/cpu.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/boards/nrf51/nrf51_clock.h"

#define TYPE_NRF51_WDT "bw-nrf51-wdt"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51WDT, NRF51_WDT)

struct Nrf51WDT {
    NrfPeripheral parent_obj;

    Nrf51Clock *clock; /* keeps the reason of the reset */
    CPUState *cpu;     /* may sleep */
    QEMUTimer count;   /* end of the slice of time that is counted */
    QEMUTimer reset;   /* after TIMEOUT */
    int64_t due_ns;    /* when the slice ends */
    int64_t slice_ns;  /* its length */
    int64_t left_ns;   /* from its end to the time-out */
    uint32_t requested; /* bit n: RR[n] asked for a reload */
};

/* Join the watchdog to what it looks at; both outlive it. */
void nrf51_wdt_connect(Nrf51WDT *s, Nrf51Clock *clock, CPUState *cpu);

#endif
