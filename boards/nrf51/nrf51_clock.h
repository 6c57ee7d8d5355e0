/*
 * nRF51 POWER, CLOCK and MPU, which share one address and one interrupt
 *
 * QEMU interface: sysbus MMIO region 0 (registers), sysbus IRQ 0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_CLOCK_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_CLOCK_H

#include "qemu/timer.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"

#define TYPE_NRF51_CLOCK "bw-nrf51-clock"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51Clock, NRF51_CLOCK)

struct Nrf51Clock {
    NrfPeripheral parent_obj;

    QEMUTimer hf_start;
    QEMUTimer lf_start;
    QEMUTimer calibration;
    QEMUTimer interval; /* of the calibration timer, CTIV */
};

#endif
