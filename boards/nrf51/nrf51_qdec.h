/*
 * nRF51 quadrature decoder (QDEC)
 *
 * QEMU interface: sysbus MMIO region 0 (registers), sysbus IRQ 0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_QDEC_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_QDEC_H

#include "qemu/timer.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/boards/nrf51/nrf51_pins.h"

#define TYPE_NRF51_QDEC "bw-nrf51-qdec"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51Qdec, NRF51_QDEC)

/* One of the two inputs */
typedef struct Nrf51QdecPhase {
    Nrf51Pin pin;
    int64_t changed_ns; /* since when the pin has its level */
    bool level;         /* past the debounce filter */
} Nrf51QdecPhase;

struct Nrf51Qdec {
    NrfPeripheral parent_obj;

    Nrf51Gpio *gpio; /* set before the machine runs */
    Nrf51QdecPhase phase[2]; /* A, B */
    Nrf51Pin led;
    QEMUTimer step; /* the LED goes on, or the sample is taken */
    int64_t step_ns;
    int64_t sample_ns; /* the next sample */
    bool running;
    bool led_on;
    uint8_t last;     /* the phases as sampled before: A, and B << 1 */
    uint16_t samples; /* since the last report */
};

/* Join the decoder to the pins. */
void nrf51_qdec_connect(Nrf51Qdec *s, Nrf51Gpio *gpio);

#endif
