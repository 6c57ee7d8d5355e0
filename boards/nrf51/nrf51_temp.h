/*
 * nRF51 die temperature sensor (TEMP)
 *
 * QEMU interface: sysbus MMIO region 0 (registers), sysbus IRQ 0; property
 * "temperature": of the die, in 0.001 degrees Celsius, -128000 to 127750,
 * 25000 unless set; it can be changed at any time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_TEMP_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_TEMP_H

#include "qemu/timer.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"

#define TYPE_NRF51_TEMP "bw-nrf51-temp"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51Temp, NRF51_TEMP)

struct Nrf51Temp {
    NrfPeripheral parent_obj;

    QEMUTimer measurement; /* pending while one is under way */
    int32_t temperature_mc;
};

#endif
