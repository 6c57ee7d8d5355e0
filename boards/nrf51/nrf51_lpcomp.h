/*
 * nRF51 low power comparator (LPCOMP)
 *
 * QEMU interface: sysbus MMIO region 0 (registers), sysbus IRQ 0; GPIO out
 * "anadetect": a pulse for each crossing that ANADETECT selects, which wakes
 * the chip from System OFF.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_LPCOMP_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_LPCOMP_H

#include "qemu/timer.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/boards/nrf51/nrf51_pins.h"

#define TYPE_NRF51_LPCOMP "bw-nrf51-lpcomp"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51Lpcomp, NRF51_LPCOMP)

#define NRF51_LPCOMP_ANADETECT "anadetect"

struct Nrf51Lpcomp {
    NrfPeripheral parent_obj;

    Nrf51Gpio *gpio; /* set before the machine runs */
    qemu_irq anadetect;
    QEMUTimer startup;            /* pending between START and READY */
    int64_t ready_ns;             /* its end */
    BoardNet *watched[2];         /* input and reference while it runs */
    BoardNetListener listener[2];
    bool running;
    bool above;                   /* the input is above the reference */
};

/* Join the comparator to the pins. */
void nrf51_lpcomp_connect(Nrf51Lpcomp *s, Nrf51Gpio *gpio);

#endif
