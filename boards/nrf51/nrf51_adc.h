/*
 * nRF51 analog to digital converter (ADC)
 *
 * QEMU interface: sysbus MMIO region 0 (registers), sysbus IRQ 0.  It
 * measures the nets of the pins: /machine/nrf51/pin[n].
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_ADC_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_ADC_H

#include "qemu/timer.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/boards/nrf51/nrf51_pins.h"

#define TYPE_NRF51_ADC "bw-nrf51-adc"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51Adc, NRF51_ADC)

struct Nrf51Adc {
    NrfPeripheral parent_obj;

    Nrf51Gpio *gpio; /* set before the machine runs */
    QEMUTimer conversion; /* pending while one is under way */
    int64_t end_ns; /* of it */
};

/* Join the converter to the pins. */
void nrf51_adc_connect(Nrf51Adc *s, Nrf51Gpio *gpio);

#endif
